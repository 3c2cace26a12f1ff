//! The project that the scenarios work on, and the edits that they make.

pub(crate) const WORKER: &str = "app/worker.py";
pub(crate) const PRICES: &str = "app/prices.py";
pub(crate) const NOTES: &str = "docs/notes.md";

/// Files of the project before any edit.
pub(crate) const SOURCES: &[(&str, &str)] = &[(WORKER, WORKER_TEXT), (PRICES, PRICES_TEXT), (NOTES, NOTES_TEXT)];
/// The same with findings turned off: for scenarios that count what modules say.
pub(crate) const PROJECT: &[(&str, &str)] =
    &[(WORKER, WORKER_TEXT), (PRICES, PRICES_TEXT), (NOTES, NOTES_TEXT), (".dist-architect/config.yaml", "findings: {tell: false}\n")];

const WORKER_TEXT: &str = r#"import requests


class Worker:
    def __init__(self, registry, scheduler_url):
        self.registry = registry
        self.scheduler_url = scheduler_url

    def report(self, job):
        requests.post(f"{self.scheduler_url}/jobs/{job.id}/done", json=job.result)

    def heartbeat(self):
        requests.post(f"{self.scheduler_url}/workers/{self.registry.me}/beat")

    def fetch(self):
        return requests.get(f"{self.scheduler_url}/jobs/next").json()
"#;

/// The first distributed edit: an error handler that retries for ever. It is about one module only, so that "one
/// checklist, once" can be counted.
pub(crate) const REPORT_BEFORE: &str = r#"        requests.post(f"{self.scheduler_url}/jobs/{job.id}/done", json=job.result)
"#;
pub(crate) const REPORT_AFTER: &str = r#"        while True:
            try:
                requests.post(f"{self.scheduler_url}/jobs/{job.id}/done", json=job.result)
                return
            except ConnectionError:
                continue  # retry
"#;

/// The second one: the same flaw in another method of the same file, so the same module.
pub(crate) const BEAT_BEFORE: &str = r#"        requests.post(f"{self.scheduler_url}/workers/{self.registry.me}/beat")
"#;
pub(crate) const BEAT_AFTER: &str = r#"        while True:
            try:
                requests.post(f"{self.scheduler_url}/workers/{self.registry.me}/beat")
                return
            except ConnectionError:
                continue  # retry
"#;

/// And in a third.
pub(crate) const FETCH_BEFORE: &str = r#"        return requests.get(f"{self.scheduler_url}/jobs/next").json()
"#;
pub(crate) const FETCH_AFTER: &str = r#"        while True:
            try:
                return requests.get(f"{self.scheduler_url}/jobs/next").json()
            except ConnectionError:
                continue  # retry
"#;

/// As the first one, but the handler also makes the worker visible as free: two modules have something to ask.
pub(crate) const REPORT_IDLE: &str = r#"        while True:
            try:
                requests.post(f"{self.scheduler_url}/jobs/{job.id}/done", json=job.result)
                return
            except ConnectionError:
                self.registry.set_status(self.registry.me, "idle")
                continue  # retry
"#;

const PRICES_TEXT: &str = r#"def gross(net, rate):
    return net * (1 + rate)


def label(price):
    return f"{price:.2f}"
"#;

/// An ordinary edit: a pure function.
pub(crate) const LABEL_BEFORE: &str = r#"    return f"{price:.2f}"
"#;
pub(crate) const LABEL_AFTER: &str = r#"    if price < 0:
        return f"({-price:.2f})"
    return f"{price:,.2f}"
"#;

const NOTES_TEXT: &str = "# Notes\n\nPrices are shown with two digits.\n";

/// An ordinary edit: prose that uses the field's words.
pub(crate) const NOTES_AFTER: &str = "# Notes\n\nPrices are shown with two digits and grouped thousands.\n\n\
    When the worker loses its connection it may retry; see the runbook for timeouts and the queue.\n";
