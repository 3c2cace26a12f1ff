//! A lock of the process is held while a call to another process is waited for.
//!
//! One slow peer then stops every thread that needs the lock: the process is as slow as its slowest dependency and, with a call that comes
//! back in, it stands still. Sources: Herlihy and Shavit, "The Art of Multiprocessor Programming"; Amazon Builders' Library, "Timeouts, retries,
//! and backoff with jitter"; CERT LCK09-J, "Do not perform operations that can block while holding a lock".
//!
//! Shape: between lock and unlock (a `synchronized`, a `with lock`, a guard in Rust) a call of an HTTP client, a stub, a broker or a
//! database. Locks that serialise the writes on one connection are meant to be held across them, and so are locks of tasks that only make
//! the first caller connect.

use super::lost_lock::name_of;
use super::{Detector, Low, Medium, Sighting, View};
use crate::engine::lines::shorten;
use crate::engine::syntax::reading::locks::Held;
use crate::engine::syntax::words::{self, Remote, says};
use crate::engine::syntax::{Call, Id, Outline};

pub(super) const DETECTOR: Detector = Detector { id: "lock-across-network-call", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out: Vec<Sighting> = Vec::new();
    for function in o.functions().filter(|f| view.touches(*f)) {
        let held = o.held(function);
        for lock in held.iter().filter(|h| !is_for_calls(h.lock, name_of(o, function))) {
            let call = o.calls(function).find(|(i, c)| is_inside(o, lock, *i) && !o.is_spawned(*i) && goes_out(view, c));
            let Some((id, c)) = call else { continue };
            let callee = o.callee(id);
            if out.iter().any(|s| s.subject == callee) {
                continue;
            }
            let seen = format!("`{callee}` is waited for with `{}` held: while that peer is slow, everybody who needs the lock is as slow", brief(lock.lock));
            out.push(view.sighting(id, callee, if surely(c) { Medium } else { Low }, seen));
        }
    }
    out
}

fn is_inside(o: &Outline<'_>, lock: &Held<'_>, id: Id) -> bool {
    let at = o.node(id).span.0;
    lock.span.0 <= at
        && at < lock.span.1
        && id != lock.at
        && o.closure_of(id)
            .is_some_and(|c| o.node(c).span.0 <= lock.span.0 || o.node(c).span.1 <= lock.span.1 && !o.node(c).role.eq(&crate::engine::syntax::Role::Value))
}

/// Locks that are there for the call: of a connection's writes, of its opening, of a job among processes.
fn is_for_calls(lock: &str, function: &str) -> bool {
    #[rustfmt::skip]
    const MEANT: &[&str] = &[
        "write*", "send*", "conn*", "io", "socket", "connect*", "client*", "redis", "distributed", "advisory", "create*", "init*", "open*", "refresh*", "request*",
        "semaphore", "sem", "limiter", "rate*", "channel", "stream", "session", "redlock", "reconnect*", "token", "auth*", "fetch*", "login",
    ];
    says(lock, MEANT)
        || says(
            function,
            &["connect*", "reconnect*", "open", "dial*", "init*", "close", "stop", "shutdown", "dispose*", "__init__", "refresh*", "login", "authenticate"],
        )
}

fn goes_out(view: &View<'_>, c: &Call<'_>) -> bool {
    words::remote(c) == Remote::Sure && (surely(c) || view.imports_remote())
}

/// What leaves the process whatever the rest of the file is about.
fn surely(c: &Call<'_>) -> bool {
    const RECEIVERS: &[&str] =
        &["requests", "httpx", "axios", "http", "https", "reqwest", "faraday", "httpclient", "webclient", "resttemplate", "stub", "grpc", "httparty"];
    const VERBS: &[&str] = &[
        "fetch",
        "urlopen",
        "getforobject",
        "postforobject",
        "executequery",
        "roundtrip",
        "perform_request",
        "sendrequest",
        "send_request",
        "do",
        "get",
        "post",
        "put",
        "delete",
        "patch",
        "request",
        "send",
        "execute",
        "exchange",
        "newcall",
    ];
    c.receiver.is_empty() && matches!(c.name, "fetch" | "urlopen")
        || says(words::tail(c.receiver), RECEIVERS) && (says(c.name, VERBS) || says(words::tail(c.receiver), &["stub"]))
}

fn brief(text: &str) -> &str {
    let line = text.lines().next().unwrap_or("").split('{').next().unwrap_or("").trim().trim_end_matches(':');
    shorten(line, 40)
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        mends(
            "go",
            "package s\n\nfunc (t *Table) Update(ctx context.Context, k string) error {\n\tt.mu.Lock()\n\tdefer t.mu.Unlock()\n\treply, err := t.http.Get(t.url + k)\n\tif err != nil {\n\t\treturn err\n\t}\n\tt.rows[k] = reply\n\treturn nil\n}\n",
            "package s\n\nfunc (t *Table) Update(ctx context.Context, k string) error {\n\treply, err := t.http.Get(t.url + k)\n\tif err != nil {\n\t\treturn err\n\t}\n\tt.mu.Lock()\n\tdefer t.mu.Unlock()\n\tt.rows[k] = reply\n\treturn nil\n}\n",
        ),
        fires("go", "package s\n\nfunc (s *S) Report() {\n\ts.mu.Lock()\n\ts.count++\n\ts.stub.Notify(ctx, s.count)\n\ts.mu.Unlock()\n}\n"),
        mends(
            "python",
            "class Prices:\n    def load(self, key):\n        with self._lock:\n            self._all[key] = requests.get(self.url + key, timeout=2).json()\n",
            "class Prices:\n    def load(self, key):\n        price = requests.get(self.url + key, timeout=2).json()\n        with self._lock:\n            self._all[key] = price\n",
        ),
        fires(
            "python",
            "class Prices:\n    def push(self, key):\n        self._lock.acquire()\n        try:\n            requests.post(self.url, json=self._all, timeout=2)\n        finally:\n            self._lock.release()\n",
        ),
        fires("java", "class P {\n  synchronized void load(String key) {\n    all.put(key, restTemplate.getForObject(url + key, Price.class));\n  }\n}\n",),
        fires(
            "java",
            "class P {\n  void load(String key) {\n    synchronized (all) {\n      all.put(key, httpClient.send(request(key), BodyHandlers.ofString()));\n    }\n  }\n}\n",
        ),
        silent("go", "package s\n\nfunc (c *C) Send(b []byte) error {\n\tc.writeMu.Lock()\n\tdefer c.writeMu.Unlock()\n\treturn c.client.Send(b)\n}\n"),
        silent("python", "class Prices:\n    def get(self, key):\n        with self._lock:\n            return self._all.get(key)\n"),
        silent("java", "class P {\n  synchronized void put(String key, Price price) {\n    all.put(key, price);\n  }\n}\n"),
        silent(
            "go",
            "package s\n\nfunc (s *S) Report(ctx context.Context) error {\n\ts.mu.Lock()\n\tn := s.count\n\ts.count = 0\n\ts.mu.Unlock()\n\treturn s.stub.Notify(ctx, n)\n}\n"
        ),
        silent(
            "go",
            "package s\n\nfunc (t *Table) Watch(k string) {\n\tt.mu.Lock()\n\tdefer t.mu.Unlock()\n\tt.watched[k] = true\n\tgo t.http.Get(t.url + k)\n}\n"
        ),
        silent(
            "python",
            "class Prices:\n    def push(self):\n        with self._lock:\n            batch, self._waiting = self._waiting, []\n        requests.post(self.url, json=batch, timeout=2)\n"
        ),
        silent(
            "python",
            "class Prices:\n    def load(self, key):\n        with tracer.start_as_current_span(\"load\"):\n            return requests.get(self.url + key, timeout=2).json()\n"
        ),
        silent(
            "java",
            "class P {\n  void load(String key) {\n    Price price = restTemplate.getForObject(url + key, Price.class);\n    synchronized (all) {\n      all.put(key, price);\n    }\n  }\n}\n"
        ),
        silent(
            "java",
            "class P {\n  void refresh() {\n    if (!busy.tryAcquire()) {\n      return;\n    }\n    List<String> keys;\n    synchronized (all) {\n      keys = List.copyOf(all.keySet());\n    }\n    for (String key : keys) {\n      apply(restTemplate.getForObject(url + key, Price.class));\n    }\n  }\n}\n"
        ),
        fires(
            "java",
            "class P {\n  private final ReentrantLock lock = new ReentrantLock();\n  void load(String key) {\n    lock.lock();\n    try {\n      all.put(key, restTemplate.getForObject(url + key, Price.class));\n    } finally {\n      lock.unlock();\n    }\n  }\n}\n"
        ),
        fires(
            "rust",
            "impl Prices {\n    fn load(&self, key: &str) -> Result<()> {\n        let mut all = self.all.lock().unwrap();\n        let price = self.http.get(&self.url(key)).send()?;\n        all.insert(key.to_owned(), price);\n        Ok(())\n    }\n}\n"
        ),
        silent(
            "rust",
            "impl Prices {\n    fn load(&self, key: &str) -> Result<()> {\n        let price = self.http.get(&self.url(key)).send()?;\n        let mut all = self.all.lock().unwrap();\n        all.insert(key.to_owned(), price);\n        Ok(())\n    }\n}\n"
        ),
    ];
}
