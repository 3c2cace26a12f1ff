//! Several layers retry the same operation, each unaware of the others, and attempts multiply.
//!
//! Three layers of four attempts turn one request into 64 calls on the lowest one, just when that one is failing. Sources: Google SRE book,
//! "Addressing Cascading Failures"; AWS Builders' Library, "Timeouts, retries, and backoff with jitter"; HotOS 2021, "Metastable Failures".
//!
//! Shapes: a retrying decorator, wrapper or loop round a client that retries by default, or round another retry; a job with attempts whose
//! body retries; the call that turned a client's own retries off is gone.

use super::{Detector, High, Medium, Sighting, View};
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Call, Id, Kind, Outline};

pub(super) const DETECTOR: Detector = Detector { id: "compounding-retry", languages: &[], find };

/// Libraries whose clients retry unless they are told not to.
#[rustfmt::skip]
const RETRY_BY_DEFAULT: &[&str] = &["boto3", "botocore", "aioboto3", "aws_sdk", "aws-sdk", "@aws-sdk", "awssdk", "azure", "google.cloud", "stripe", "openai", "anthropic", "axios-retry", "axiosretry", "resilience4j"];

fn find(view: &View<'_>) -> Vec<Sighting> {
    let mut out = decorated(view);
    out.extend(nested(view));
    out.extend(jobs(view));
    out.extend(turned_on(view));
    out
}

fn imports_retrying_client(view: &View<'_>) -> bool {
    RETRY_BY_DEFAULT.iter().any(|l| view.imports_library(l))
}

/// `@retry` on a function that calls such a client, or that retries itself.
fn decorated(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    let decorator = |f: Id| o.decorators(f).find(|(_, c)| is_retrying(c) && !turns_off(c));
    let retried: Vec<&str> = o.functions().filter(|f| decorator(*f).is_some()).map(|f| o.function_name(f)).collect();
    for function in o.functions() {
        let Some((decorator, _)) = decorator(function) else { continue };
        let own = o.function_name(function);
        let again = |c: &Call<'_>| retried.contains(&c.name) && c.name != own && matches!(c.receiver, "" | "self" | "this");
        let inner = o.calls(function).find(|(i, c)| *i != decorator && (retries(c) || again(c)) && !turns_off(c)).map(|(i, _)| i);
        let client = imports_retrying_client(view).then(|| o.calls(function).find(|(_, c)| calls_client(c)).map(|(i, _)| i)).flatten();
        let Some(inner) = inner.or(client) else { continue };
        if o.text.contains("total_max_attempts") || o.text.contains("max_attempts\": 1") || o.text.contains("RetryConfig::disabled") {
            continue;
        }
        let (name, callee) = (o.function_name(function), o.callee(inner));
        let seen = format!("`{name}` is retried as a whole, and `{callee}` in it retries by itself: the attempts multiply while the other side is failing");
        // A decorator above a touched function is not in it.
        let at = if view.touches(decorator) { decorator } else { inner };
        out.push(view.sighting(at, format!("{name} {callee}"), High, seen));
    }
    out
}

/// `@retry(..)`, or a task with `autoretry_for=`.
fn is_retrying(c: &Call<'_>) -> bool {
    words::is_retry(c.name) || c.args.iter().any(|a| says(a.name, &["autoretry_for"]))
}

fn calls_client(c: &Call<'_>) -> bool {
    !words::is_log(c)
        && (says(words::tail(c.receiver), &["client", "table", "s3", "sqs", "sns", "bucket", "dynamodb", "stripe", "openai", "queue", "lambda"])
            || says(c.name, &["put_item", "get_item", "send_message", "put_object", "invoke"]))
}

/// A call that runs what it is given again and again. By its whole name: `retryOrKill` does something else.
fn retries(c: &Call<'_>) -> bool {
    #[rustfmt::skip]
    const NAMES: &[&str] = &[
        "retry", "retryasync", "withretry", "withretries", "retryiffailed", "executewithretry", "retryonerror", "retrywithbackoff", "retrynotify", "backoffretry", "pretry", "runwithretry", "callwithretry",
    ];
    let name: String = c.name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect();
    NAMES.contains(&name.as_str())
        || (says(words::tail(c.receiver), &["retry", "retrier", "backoff", "retrypolicy", "retrytemplate"])
            && says(c.name, &["do", "execute*", "run", "retry*", "call", "invoke"]))
}

/// A retry in a retry.
fn nested(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for (inner, c) in o.calls(0).filter(|(_, c)| retries(c) && !turns_off(c)) {
        let outer = o
            .ancestors(inner)
            .find(|a| o.call(*a).is_some_and(|c| retries(c)) && (a + 1..o.node(*a).end).contains(&inner) && o.closure_of(inner) != o.closure_of(*a));
        // `for attempt in self.retries():` is the one retry there is.
        let is_head = |l: &Id| matches!(o.node(*l).kind, Kind::Loop { over, condition, .. } if over.contains(c.name) || condition.contains(c.name));
        let in_loop = o.loop_of(inner).filter(|l| !is_head(l) && says(o.source(*l).lines().next().unwrap_or(""), &["attempt*", "retry", "retries", "tries"]));
        if outer.is_some() || in_loop.is_some() {
            let callee = o.callee(inner);
            let seen = format!("`{callee}` retries inside another retry: the attempts of the two multiply");
            out.push(view.sighting(inner, format!("nested {}", c.name), High, seen));
        }
    }
    out
}

/// A job that its queue runs again, with a retry in what it runs.
fn jobs(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    // `retryIfFailed(() => this.processJob(job))`: the handler of a whole job is run again beside the job's own attempts.
    for (id, c) in o.calls(0).filter(|(_, c)| retries(c)) {
        let runs = o.calls(id).find(|(_, c)| {
            says(
                c.name,
                &[
                    "processjob",
                    "process_job",
                    "runjob",
                    "run_job",
                    "performjob",
                    "handlejob",
                    "executejob",
                    "handlemessage",
                    "process_message",
                    "processmessage",
                    "execute_job",
                ],
            )
        });
        if let Some((job, _)) = runs {
            let callee = o.callee(job);
            let seen = format!("`{}` runs `{callee}` again by itself, beside the attempts that the queue gives to the job", c.name);
            out.push(view.sighting(id, format!("job {callee}"), Medium, seen));
        }
    }
    let attempts = o.ids().find(|i| match &o.node(*i).kind {
        Kind::Object { fields, .. } => fields.iter().any(|f| says(f.name, &["attempts", "max_attempts", "maxretries", "max_retries"]) && is_many(f.text)),
        _ => false,
    });
    let retrying_client = o.calls(0).find(|(_, c)| says(c.name, &["axiosretry", "axios_retry"])).map(|(i, _)| i);
    if let (Some(attempts), Some(client)) = (attempts, retrying_client)
        && attempts != client
        && !o.within(client).contains(&attempts)
    {
        let seen = format!("jobs have attempts of their own, and `{}` makes their HTTP client retry too: the attempts multiply", o.callee(client));
        out.push(view.sighting(client, "job client", High, seen));
    }
    out
}

fn is_many(text: &str) -> bool {
    text.trim().parse::<u32>().is_ok_and(|n| n > 1)
}

/// Whether a call says that there are no retries.
fn turns_off(c: &Call<'_>) -> bool {
    let text = |t: &str| matches!(t.trim(), "0" | "1" | "false" | "False" | "none") || says(t, &["disabled", "never", "none", "noretry", "no_retry"]);
    says(c.name, &["disableautomaticretries", "disable_retries", "disableretry", "disableretries", "noretry", "no_retry", "without_retries", "withoutretry"])
        || (words::is_retry(c.name) && !c.args.is_empty() && c.args.iter().all(|a| text(a.text)))
        || (says(c.receiver, &["retryconfig", "retrypolicy", "retry"]) && says(c.name, &["disabled", "none", "never"]))
        || c.args.iter().any(|a| says(a.name, &["retries", "maxretries", "max_retries", "retry", "total_max_attempts"]) && text(a.text))
}

/// What turned a client's retries off is gone, and the client is still there.
fn turned_on(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let Some(before) = view.before else { return Vec::new() };
    let off = |o: &Outline<'_>| o.calls(0).filter(|(_, c)| turns_off(c)).count();
    let Some((gone, call)) = before.calls(0).find(|(_, c)| turns_off(c)) else { return Vec::new() };
    if off(o) >= off(before) {
        return Vec::new();
    }
    // The client that was built there: what the same function still builds, else what it sends with.
    let name = before.function_name(gone);
    let builds = |c: &Call<'_>| says(c.name, &["builder", "build", "custom", "create*", "from_conf", "newclient", "new_client"]);
    let sends = |c: &Call<'_>| says(c.name, &["execute", "send", "invoke"]) || says(words::tail(c.receiver), &["builder", "client"]);
    let mine = || o.calls(0).filter(|(i, _)| o.function_name(*i) == name);
    let here = mine().find(|(_, c)| builds(c)).or_else(|| mine().find(|(_, c)| sends(c)));
    let Some((at, _)): Option<(Id, _)> = here else { return Vec::new() };
    let seen = format!("`{}` is gone, so the client retries by its default under whatever retries above it", call.name);
    vec![view.sighting(at, "retries on", High, seen)]
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        fires(
            "python",
            "import boto3\nfrom tenacity import retry, stop_after_attempt\n\ntable = boto3.resource('dynamodb').Table('orders')\n\n@retry(stop=stop_after_attempt(5))\ndef save_order(order):\n    table.put_item(Item=order)\n",
        ),
        mends(
            "java",
            "class H {\n  String post(HttpPost p) throws IOException {\n    CloseableHttpClient client = HttpClients.custom().build();\n    return read(client.execute(p));\n  }\n}\n",
            "class H {\n  String post(HttpPost p) throws IOException {\n    CloseableHttpClient client = HttpClients.custom().disableAutomaticRetries().build();\n    return read(client.execute(p));\n  }\n}\n",
        ),
        mends(
            "rust",
            "fn client(config: &SdkConfig) -> Client {\n    let builder = Builder::from(config);\n    Client::from_conf(builder.build())\n}\n",
            "fn client(config: &SdkConfig) -> Client {\n    let builder = Builder::from(config);\n    let builder = builder.retry_config(RetryConfig::disabled());\n    Client::from_conf(builder.build())\n}\n",
        ),
        mends(
            "typescript",
            "export class W {\n  async run(job: Job) {\n    queue.add(this.retryIfFailed(() => this.processJob(job), delay));\n  }\n}\n",
            "export class W {\n  async run(job: Job) {\n    queue.add(this.processJob(job));\n  }\n}\n",
        ),
        fires(
            "go",
            "package c\n\nfunc (c *C) send(ctx context.Context) error {\n\treturn retry.Do(func() error {\n\t\treturn retry.Do(func() error { return c.post(ctx) })\n\t})\n}\n",
        ),
        silent("python", "import requests\n\n@retry(stop=stop_after_attempt(5))\ndef load(url):\n    return requests.get(url, timeout=2)\n"),
        silent("go", "package c\n\nfunc (c *C) send(ctx context.Context) error {\n\treturn retry.Do(func() error { return c.post(ctx) })\n}\n"),
        silent("typescript", "export const q = new Queue('x', { defaultJobOptions: { attempts: 5 } });\n"),
        mends(
            "python",
            "from tenacity import retry, stop_after_attempt\n\n@app.task(autoretry_for=(ConnectionError,), max_retries=5)\ndef mirror(key):\n    push_with_retry(key)\n\n\n@retry(stop=stop_after_attempt(4))\ndef push_with_retry(key):\n    store.put(key)\n",
            "@app.task(autoretry_for=(ConnectionError,), max_retries=5)\ndef mirror(key):\n    push(key)\n\n\ndef push(key):\n    store.put(key)\n"
        ),
        silent(
            "python",
            "import boto3\nfrom botocore.config import Config\n\ntable = boto3.resource('dynamodb', config=Config(retries={'max_attempts': 5, 'mode': 'adaptive'})).Table('orders')\n\ndef save_order(order):\n    table.put_item(Item=order)\n"
        ),
        silent(
            "python",
            "def drain(queue, client):\n    for attempt in range(3):\n        try:\n            return client.flush(queue)\n        except ConnectionError:\n            time.sleep(2 ** attempt)\n    raise Undrained(len(queue))\n"
        ),
        silent(
            "typescript",
            "export async function send(order: Order) {\n  return pRetry(() => fetch(ORDERS, { method: 'PUT', body: encode(order) }), { retries: 3 });\n}\n"
        ),
        silent(
            "typescript",
            "export async function sync(job: Job) {\n  for (const page of job.pages) {\n    await store.put(page);\n  }\n  await retry(() => index.refresh(), { retries: 2 });\n}\n"
        ),
        fires(
            "typescript",
            "export async function send(order: Order) {\n  return pRetry(async () => {\n    return await retry(() => api.put(`/orders/${order.id}`, order), { retries: 5 });\n  }, { retries: 3 });\n}\n"
        ),
        fires(
            "go",
            "package c\n\nfunc (c *C) load(ctx context.Context, key string) (*Row, error) {\n\tfor attempt := 0; attempt < 3; attempt++ {\n\t\tvar row *Row\n\t\terr := backoff.Retry(func() error {\n\t\t\tvar err error\n\t\t\trow, err = c.client.Get(ctx, key)\n\t\t\treturn err\n\t\t}, c.policy)\n\t\tif err == nil {\n\t\t\treturn row, nil\n\t\t}\n\t\ttime.Sleep(c.pause)\n\t}\n\treturn nil, errGone\n}\n"
        ),
        silent(
            "go",
            "package c\n\nfunc (c *C) load(ctx context.Context, key string) (*Row, error) {\n\trow, err := retry.DoWithData(func() (*Row, error) { return c.client.Get(ctx, key) })\n\tif err != nil {\n\t\treturn nil, fmt.Errorf(\"load %s: %w\", key, err)\n\t}\n\treturn row, nil\n}\n"
        ),
        silent(
            "go",
            "package c\n\nfunc build(base http.RoundTripper) *retryablehttp.Client {\n\tclient := retryablehttp.NewClient()\n\tclient.HTTPClient.Transport = base\n\tclient.RetryMax = 4\n\treturn client\n}\n"
        ),
        fires(
            "java",
            "class Ledger {\n  @Retryable(maxAttempts = 4)\n  void book(Entry entry) {\n    retryTemplate.execute(context -> client.book(entry));\n  }\n}\n"
        ),
        silent(
            "java",
            "class Ledger {\n  @Retryable(maxAttempts = 4)\n  void book(Entry entry) {\n    client.book(entry);\n  }\n\n  int retriesLeft(Entry entry) {\n    return budget.left(entry.id());\n  }\n}\n"
        ),
        silent(
            "java",
            "class Clients {\n  CloseableHttpClient plain() {\n    return HttpClients.custom().disableAutomaticRetries().setConnectionManager(pool).build();\n  }\n}\n"
        ),
        silent(
            "python",
            "async def add_schedule(self, schedule):\n    async for attempt in self._retry():\n        with attempt:\n            await self.collection.insert_one(schedule)\n"
        ),
        silent(
            "python",
            "def load(session, key):\n    for attempt in Retrying(stop=stop_after_attempt(3)):\n        with attempt:\n            return session.get(key)\n"
        ),
    ];
}
