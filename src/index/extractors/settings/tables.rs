//! Words that set attempts and timeouts: one row each.

use super::What;
use super::What::{Attempts, Timeout};

/// Units of bare numbers, in milliseconds; `BY_LANGUAGE` leaves it to the language's habit.
pub(super) const MS: f64 = 1.0;
pub(super) const S: f64 = 1_000.0;
pub(super) const BY_LANGUAGE: f64 = 0.0;

/// A key of keyword arguments, objects, struct literals, annotations, fields.
pub(super) struct Key {
    pub(super) word: &'static str,
    pub(super) what: What,
    pub(super) unit: f64,
    /// Counts wherever it stands; else only in the options of a client.
    pub(super) strong: bool,
}

const fn strong(word: &'static str, what: What, unit: f64) -> Key {
    Key { word, what, unit, strong: true }
}

const fn weak(word: &'static str, what: What, unit: f64) -> Key {
    Key { word, what, unit, strong: false }
}

pub(super) const KEYS: &[Key] = &[
    strong("max_retries", Attempts, 0.0),
    strong("maxRetries", Attempts, 0.0),
    strong("MaxRetries", Attempts, 0.0),
    strong("RetryMax", Attempts, 0.0),
    strong("max_tries", Attempts, 0.0),
    strong("maxAttempts", Attempts, 0.0),
    strong("MaxAttempts", Attempts, 0.0),
    strong("max_attempts", Attempts, 0.0),
    strong("maxRetryAttempts", Attempts, 0.0),
    strong("MaxRetryAttempts", Attempts, 0.0),
    strong("RetryCount", Attempts, 0.0),
    strong("retryCount", Attempts, 0.0),
    strong("numRetries", Attempts, 0.0),
    strong("retry_limit", Attempts, 0.0),
    strong("retryLimit", Attempts, 0.0),
    strong("maxRetriesPerRequest", Attempts, 0.0),
    strong("reconnect_attempts", Attempts, 0.0),
    strong("stop_max_attempt_number", Attempts, 0.0),
    strong("delivery.timeout.ms", Timeout, MS),
    strong("request.timeout.ms", Timeout, MS),
    strong("message.timeout.ms", Timeout, MS),
    strong("socket.timeout.ms", Timeout, MS),
    strong("message.send.max.retries", Attempts, 0.0),
    strong("DELIVERY_TIMEOUT_MS_CONFIG", Timeout, MS),
    strong("REQUEST_TIMEOUT_MS_CONFIG", Timeout, MS),
    strong("RETRIES_CONFIG", Attempts, 0.0),
    strong("total_max_attempts", Attempts, 0.0),
    strong("job_timeout", Timeout, S),
    strong("pool_timeout", Timeout, S),
    strong("command_timeout", Timeout, S),
    strong("connectionTimeoutMillis", Timeout, MS),
    strong("request_timeout_ms", Timeout, MS),
    strong("socket_timeout", Timeout, S),
    strong("read_timeout", Timeout, BY_LANGUAGE),
    strong("connect_timeout", Timeout, BY_LANGUAGE),
    strong("open_timeout", Timeout, S),
    strong("recv_timeout", Timeout, MS),
    strong("receive_timeout", Timeout, MS),
    strong("requestTimeoutMillis", Timeout, MS),
    strong("headersTimeout", Timeout, MS),
    strong("bodyTimeout", Timeout, MS),
    strong("soft_time_limit", Timeout, S),
    strong("task_time_limit", Timeout, S),
    strong("ReadTimeout", Timeout, BY_LANGUAGE),
    strong("DialTimeout", Timeout, BY_LANGUAGE),
    weak("retries", Attempts, 0.0),
    weak("attempts", Attempts, 0.0),
    weak("retry", Attempts, 0.0),
    weak("tries", Attempts, 0.0),
    weak("total", Attempts, 0.0),
    weak("limit", Attempts, 0.0),
    weak("max", Attempts, 0.0),
    weak("timeout", Timeout, BY_LANGUAGE),
    weak("Timeout", Timeout, BY_LANGUAGE),
    weak("time_limit", Timeout, S),
    weak("requestTimeout", Timeout, MS),
    weak("connectionTimeout", Timeout, MS),
    weak("connectTimeout", Timeout, MS),
    weak("readTimeout", Timeout, MS),
    weak("response", Timeout, MS),
    weak("request", Timeout, MS),
];

/// An argument without a keyword.
pub(super) struct Positional {
    pub(super) languages: &'static [&'static str],
    pub(super) call: &'static str,
    /// Words, one of which has to stand in the path of the call or in the text (lower case); empty: the name says it.
    pub(super) needs: &'static [&'static str],
    pub(super) place: usize,
    pub(super) what: What,
    pub(super) unit: f64,
    pub(super) note: Option<&'static str>,
    /// What the call is always for.
    pub(super) target: Option<&'static str>,
}

const fn row(languages: &'static [&'static str], call: &'static str, needs: &'static [&'static str], place: usize, what: What, unit: f64) -> Positional {
    Positional { languages, call, needs, place, what, unit, note: None, target: None }
}

const fn noted(row: Positional, note: &'static str) -> Positional {
    Positional { note: Some(note), ..row }
}

const fn towards(row: Positional, target: &'static str) -> Positional {
    Positional { target: Some(target), ..row }
}

const JVM: &[&str] = &["java", "kotlin", "scala", "groovy"];
const SCRIPT: &[&str] = &["typescript", "javascript"];
const PYTHON: &[&str] = &["python"];
const GO: &[&str] = &["go"];
const NET: &[&str] = &["csharp"];
const RUST: &[&str] = &["rust"];
const PHP: &[&str] = &["php"];

pub(super) const POSITIONAL: &[Positional] = &[
    row(PYTHON, "stop_after_attempt", &[], 0, Attempts, 0.0),
    row(PYTHON, "stop_after_delay", &[], 0, Timeout, S),
    row(PYTHON, "Retry", &["urllib3", "requests"], 0, Attempts, 0.0),
    row(PYTHON, "wait_for", &["asyncio"], 1, Timeout, S),
    row(PYTHON, "Timeout", &["httpx"], 0, Timeout, S),
    row(GO, "WithTimeout", &["context"], 1, Timeout, MS),
    row(GO, "WithMaxRetries", &["backoff", "retry"], 1, Attempts, 0.0),
    row(GO, "Attempts", &["retry"], 0, Attempts, 0.0),
    row(GO, "WithMax", &["retry"], 0, Attempts, 0.0),
    row(GO, "MaxRetry", &["asynq"], 0, Attempts, 0.0),
    row(GO, "SetRetryCount", &[], 0, Attempts, 0.0),
    towards(row(GO, "RecordRetries", &["kgo"], 0, Attempts, 0.0), "kafka"),
    towards(row(GO, "RequestRetries", &["kgo"], 0, Attempts, 0.0), "kafka"),
    towards(row(GO, "RecordDeliveryTimeout", &["kgo"], 0, Timeout, MS), "kafka"),
    towards(row(GO, "ProduceRequestTimeout", &["kgo"], 0, Timeout, MS), "kafka"),
    towards(row(GO, "RetryTimeout", &["kgo"], 0, Timeout, MS), "kafka"),
    row(GO, "MaxReconnects", &["nats"], 0, Attempts, 0.0),
    // `nc.Request(subject, data, 2*time.Second)`
    row(GO, "Request", &["nats"], 2, Timeout, MS),
    row(GO, "SetTimeout", &["resty", "client"], 0, Timeout, MS),
    row(JVM, "setConnectTimeout", &[], 0, Timeout, MS),
    row(JVM, "setReadTimeout", &[], 0, Timeout, MS),
    row(JVM, "setSocketTimeout", &[], 0, Timeout, MS),
    row(JVM, "setConnectionRequestTimeout", &[], 0, Timeout, MS),
    noted(row(JVM, "connectTimeout", &["okhttp", "builder", "client", "http"], 0, Timeout, MS), "to connect"),
    row(JVM, "readTimeout", &["okhttp", "builder", "client", "http"], 0, Timeout, MS),
    row(JVM, "callTimeout", &["okhttp", "builder", "client", "http"], 0, Timeout, MS),
    row(JVM, "responseTimeout", &[], 0, Timeout, MS),
    row(JVM, "withDeadlineAfter", &[], 0, Timeout, MS),
    row(JVM, "maxAttempts", &["retry"], 0, Attempts, 0.0),
    row(JVM, "timeoutDuration", &[], 0, Timeout, MS),
    row(JVM, "SimpleRetryPolicy", &[], 0, Attempts, 0.0),
    row(JVM, "retry", &["webclient", "mono", "flux", "bodytomono", "reactor"], 0, Attempts, 0.0),
    row(JVM, "backoff", &["retry"], 0, Attempts, 0.0),
    row(JVM, "fixedDelay", &["retry"], 0, Attempts, 0.0),
    row(JVM, "timeout", &["webclient", "bodytomono", "httprequest", "mono", "uri"], 0, Timeout, MS),
    row(JVM, "FixedBackOff", &[], 1, Attempts, 0.0),
    row(NET, "WaitAndRetryAsync", &[], 0, Attempts, 0.0),
    row(NET, "WaitAndRetry", &[], 0, Attempts, 0.0),
    row(NET, "RetryAsync", &["policy", "polly", "handle"], 0, Attempts, 0.0),
    row(NET, "Retry", &["policy", "polly", "handle"], 0, Attempts, 0.0),
    row(NET, "TimeoutAsync", &["policy"], 0, Timeout, S),
    row(NET, "AddTimeout", &[], 0, Timeout, S),
    row(NET, "EnableRetryOnFailure", &[], 0, Attempts, 0.0),
    row(NET, "Interval", &["useMessageRetry", "usemessageretry", "retry"], 0, Attempts, 0.0),
    row(RUST, "timeout", &["reqwest", "tonic", "client", "tokio", "endpoint"], 0, Timeout, S),
    noted(row(RUST, "connect_timeout", &[], 0, Timeout, S), "to connect"),
    row(RUST, "build_with_max_retries", &[], 0, Attempts, 0.0),
    row(RUST, "with_max_times", &[], 0, Attempts, 0.0),
    row(PHP, "retry", &["http"], 0, Attempts, 0.0),
    row(PHP, "timeout", &["http"], 0, Timeout, S),
    row(SCRIPT, "retry", &["pipe"], 0, Attempts, 0.0),
    row(SCRIPT, "timeout", &["abortsignal", "pipe"], 0, Timeout, MS),
    row(&["ruby"], "timeout", &["Timeout"], 0, Timeout, S),
];

/// Words in the name of a call, its receiver, or what its result is bound to, that make its options those of a client.
pub(super) const CLIENTS: [&str; 38] = [
    "client",
    "axios",
    "got",
    "ky",
    "request",
    "retry",
    "retri",
    "http",
    "fetch",
    "grpc",
    "stub",
    "kafka",
    "redis",
    "producer",
    "consumer",
    "session",
    "adapter",
    "guzzle",
    "faraday",
    "httparty",
    "queue",
    "enqueue",
    "task",
    "job",
    "sidekiq_options",
    "retry_on",
    "backoff",
    "breaker",
    "channel",
    "pool",
    "amqp",
    "rabbit",
    "superagent",
    "transport",
    "requests",
    "policy",
    "add",
    "dial",
];
