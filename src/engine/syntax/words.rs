//! The trade's vocabulary: which names of calls, receivers and states mean a remote call, a publish, an acknowledgement, a pause.
//!
//! Tables of words, matched as parts of names whatever their case style: `commitSync` and `commit_sync` both say `commit`. A word with
//! `*` at its end stands for every name part that begins with it.

use super::outline::Call;
use crate::knowledge::literal::{ends_subword, starts_subword};

/// Whether a text holds one of the words as a part of a name.
#[must_use]
pub fn says(text: &str, words: &[&str]) -> bool {
    // Few bytes begin a part of a name: the words are tried there only.
    let text = text.as_bytes();
    (0..text.len()).any(|i| starts_subword(text, i) && words.iter().any(|w| says_at(text, i, w.as_bytes())))
}

fn says_at(text: &[u8], at: usize, word: &[u8]) -> bool {
    let (word, open) = word.strip_suffix(b"*").map_or((word, false), |w| (w, true));
    !word.is_empty() && text.get(at..at + word.len()).is_some_and(|t| t.eq_ignore_ascii_case(word)) && (open || ends_subword(text, at + word.len()))
}

/// Whether a name begins with one of the words: `configure_x`, not `x_config`.
#[must_use]
pub fn begins(name: &str, words: &[&str]) -> bool {
    let name = name.trim_start_matches('_').as_bytes();
    words.iter().any(|w| says_at(name, 0, w.as_bytes()))
}

/// How sure it is that a call leaves the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remote {
    /// Nothing says so.
    No,
    /// A receiver whose name is also used for things in memory: a queue, a store, a session.
    Maybe,
    /// A client, a stub, a broker, a verb of the network.
    Sure,
}

/// Receivers behind which there is another process.
#[rustfmt::skip]
const REMOTE: &[&str] = &[
    "client*", "stub", "stubs", "http", "https", "httpx", "axios", "requests", "reqwest", "faraday", "httparty", "httpoison", "fetcher", "grpc",
    "rpc", "api", "broker", "brokers", "producer", "consumer", "publisher", "redis", "rdb", "sql", "jdbc", "database", "mongo*", "dynamo*",
    "cassandra", "postgres*", "pg", "mysql", "sqs", "sns", "s3", "kafka", "nats", "rabbit*", "amqp", "pika", "etcd", "zk", "zookeeper", "curator",
    "consul", "vault", "elastic*", "pubsub", "pulsar", "rest", "webclient", "peer", "remote", "upstream", "gateway", "rdkafka", "bootstrap",
    "coordinator", "replica", "repo", "prisma", "boto3", "stripe",
];

/// Receivers that are as often in memory.
#[rustfmt::skip]
const PERHAPS_REMOTE: &[&str] = &[
    "conn", "connection", "channel", "socket", "stream", "queue", "topic", "session", "store", "storage", "registry", "repository", "dao", "mapper",
    "collection", "table", "bucket", "cursor", "db", "pool", "cache", "server", "node", "cluster", "leader", "transport", "subscription", "ws",
    "link", "bus", "service", "backend", "engine", "lock",
];

/// Calls on such receivers that stay in the process.
#[rustfmt::skip]
const LOCAL: &[&str] = &[
    "close", "with*", "builder", "build", "config*", "option*", "name", "len", "length", "size", "is", "has", "clone", "listener", "on", "log*",
    "debug", "info", "warn", "error", "append", "string", "str", "format", "print*", "parse", "new", "of", "stats", "metrics", "metric", "contains",
    "current", "nil", "unwrap", "as", "into", "iter", "count", "handler", "callback", "encode", "decode", "hash", "equals", "key", "keys", "values",
    "default", "defaults", "add", "clear", "remove", "setup", "url", "path", "param", "params",
];

/// Verbs that leave the process whatever they are called on.
#[rustfmt::skip]
const REMOTE_VERBS: &[&str] = &[
    "fetch", "dial*", "connect", "reconnect", "urlopen", "publish*", "enqueue*", "heartbeat*", "handshake", "sendmessage", "rpc", "bootstrap",
    "getforobject", "postforobject", "getasync", "postasync", "sendasync", "dispatchrequest", "createconnection", "roundtrip", "round_trip",
    "lookup_host", "perform_request", "send_request", "sendrequest", "http_get", "make_request", "do_request", "doreq*", "request", "executequery",
    "query_row",
];

/// Whether a call leaves the process.
#[must_use]
pub fn remote(call: &Call<'_>) -> Remote {
    if is_log(call) || is_pause(call) || call.is_new || call.name.is_empty() {
        return Remote::No;
    }
    let receiver = tail(call.receiver);
    if says(call.name, REMOTE_VERBS) {
        return Remote::Sure;
    }
    if begins(call.name, LOCAL) {
        return Remote::No;
    }
    if says(receiver, REMOTE) {
        return Remote::Sure;
    }
    if says(receiver, PERHAPS_REMOTE) { Remote::Maybe } else { Remote::No }
}

/// The last part of a receiver's chain, which says what it is: `self.pool.client` is a client, `client.options()` are options.
#[must_use]
pub fn tail(receiver: &str) -> &str {
    super::pieces::last_part(receiver).1
}

/// A message, job or event leaves for somebody else to work on.
#[must_use]
pub fn is_publish(call: &Call<'_>) -> bool {
    #[rustfmt::skip]
    const ALONE: &[&str] = &[
        "publish*", "enqueue*", "produce", "emit", "broadcast*", "sendmessage", "send_message", "perform_async", "performasync", "perform_later",
        "performlater", "perform_in", "apply_async", "send_task", "convertandsend", "sendtoqueue", "send_to_queue", "rpush", "lpush", "xadd",
        "put_record", "put_records", "putrecord", "put_events", "deliver_later", "schedule_job", "add_job", "addjob", "submit_job", "produceasync",
        "writemessages", "sendevent", "send_event", "publishevent", "notifyall", "raise_event",
    ];
    #[rustfmt::skip]
    const ON: &[&str] = &[
        "producer", "queue", "topic", "channel", "bus", "broker", "publisher", "sqs", "sns", "kafka", "outbox", "jobs", "writer", "exchange",
        "mailer", "nats", "pubsub",
    ];
    #[rustfmt::skip]
    const VERBS: &[&str] = &["send", "push", "add", "put", "offer", "dispatch", "write", "schedule", "sendasync", "notify"];
    says(call.name, ALONE) || (says(call.name, VERBS) && says(tail(call.receiver), ON))
}

/// The other side may forget its copy now: an acknowledgement, an offset commit, a deleted message.
#[must_use]
pub fn is_ack(call: &Call<'_>) -> bool {
    // `AckController(..)`, `recv_ack(..)`, `configureAck(..)`: something about acknowledgements. In the third person and the past it is a
    // question or a state: `if acknowledges_late(consumer)`, `batch.acknowledged()`.
    #[rustfmt::skip]
    const ABOUT: &[&str] = &[
        "controller", "manager", "mode", "policy", "timeout", "type", "error", "config", "configure", "recv", "receive", "handle", "is", "has",
        "expect", "pending", "null", "get", "response", "acknowledges", "acknowledged",
    ];
    if is_nack(call) || call.is_new || says(call.name, ABOUT) {
        return false;
    }
    #[rustfmt::skip]
    const ALONE: &[&str] = &[
        "ack", "acknowledge*", "basic_ack", "commitsync", "commitasync", "commit_sync", "commit_async", "commitoffset*", "commit_offset*",
        "offsetcommit*", "deletemessage*", "delete_message*", "markmessage", "mark_message", "markoffset", "mark_offset", "xack", "completemessage*",
        "storeoffset*", "store_offset*", "commitmessages", "ackmsg",
    ];
    #[rustfmt::skip]
    const ON: &[&str] = &[
        "consumer", "message", "msg", "offset", "offsets", "record", "delivery", "receiver", "reader", "envelope", "kafkaconsumer", "args",
        "subscription", "event",
    ];
    #[rustfmt::skip]
    const VERBS: &[&str] = &["commit", "complete", "finish", "confirm", "accept", "done"];
    // What is deleted is a delivery by its name: `deleteOne(delivery)`, `remove(receipt_handle)`.
    let delivery = || {
        begins(call.name, &["delete*", "remove*", "complete*", "finish*"])
            && call.args.iter().any(|a| a.text.len() < 40 && says(a.text, &["delivery", "receipt*", "ack_id", "ackid"]))
    };
    says(call.name, ALONE) || (says(call.name, VERBS) && says(tail(call.receiver), ON)) || delivery()
}

/// The message goes back, or to where dead ones lie.
#[must_use]
pub fn is_nack(call: &Call<'_>) -> bool {
    says(
        call.name,
        &[
            "nack",
            "nackasync",
            "basic_nack",
            "reject",
            "basic_reject",
            "requeue*",
            "abandon*",
            "negativeacknowledge",
            "negative*",
            "dead_letter",
            "deadletter*",
            "dlq",
            "seek",
        ],
    )
}

/// State is made to last: a row, an object, a file on disk.
#[must_use]
pub fn is_store_write(call: &Call<'_>) -> bool {
    #[rustfmt::skip]
    const ALONE: &[&str] = &[
        "insert*", "save*", "upsert*", "persist*", "put_item", "putitem", "put_object", "putobject", "bulkwrite", "bulk_write", "saveandflush",
        "flush", "fsync", "sync_all", "sync_data", "hset", "hmset", "setex", "update_one", "updateone", "update_many", "insert_one", "insertone",
        "replace_one", "book", "store",
    ];
    #[rustfmt::skip]
    const ON: &[&str] = &[
        "db", "database", "repo", "repository", "collection", "table", "tx", "txn", "transaction", "session", "store", "storage", "cursor", "conn",
        "connection", "redis", "rdb", "dao", "em", "entitymanager", "ledger", "journal", "wal", "disk", "bucket", "prisma", "mapper", "jdbc*",
        "cache", "registry", "orders", "model",
    ];
    #[rustfmt::skip]
    const VERBS: &[&str] = &[
        "create", "update", "delete", "write", "put", "set", "append", "commit", "add", "merge", "execute", "exec", "remove", "post",
    ];
    // A browser's own storage is neither shared nor far away.
    let is_browsers = ["localStorage", "sessionStorage"].iter().any(|s| call.receiver.contains(s));
    !is_browsers && (says(call.name, ALONE) || (says(call.name, VERBS) && says(tail(call.receiver), ON)))
}

/// Time passes before the next step: a sleep, a timer, a limiter.
#[must_use]
pub fn is_pause(call: &Call<'_>) -> bool {
    #[rustfmt::skip]
    const ALONE: &[&str] = &[
        "sleep*", "usleep", "nanosleep", "delay", "backoff", "back_off", "pause", "newtimer", "newticker", "settimeout", "set_timeout", "park",
        "parknanos", "sleep_until", "wait_for_seconds", "throttle", "retryafter", "send_after", "nextbackoff", "next_backoff", "wait_exponential",
        "waitbackoff", "sleepwithcontext", "jittered*", "cooldown",
    ];
    #[rustfmt::skip]
    const VERBS: &[&str] = &["wait", "waitasync", "after", "tick", "await", "poll_timeout"];
    #[rustfmt::skip]
    const ON: &[&str] = &[
        "time", "ticker", "timer", "limiter", "context", "backoff", "interval", "latch", "condition", "cond", "clock", "event", "stop_event", "shutdown",
        "stopped", "semaphore", "bo",
    ];
    let waits = call.name.eq_ignore_ascii_case("wait") && !call.args.is_empty() && !says(tail(call.receiver), &["wg", "group"]);
    let is_verb = VERBS.iter().any(|v| call.name.eq_ignore_ascii_case(v));
    // `every.tick().await`: whatever the ticker is called.
    let ticks = call.name == "tick" && call.awaited;
    waits || ticks || says(call.name, ALONE) || (is_verb && says(tail(call.receiver), ON))
}

/// A log line, a print, a metric: nobody acts on it.
#[must_use]
pub fn is_log(call: &Call<'_>) -> bool {
    #[rustfmt::skip]
    const LOGGERS: &[&str] = &[
        "log", "logger", "logging", "slog", "klog", "glog", "zap", "sugar", "tracing", "logrus", "console", "winston", "pino", "metrics", "stats",
        "statsd", "counter", "span",
    ];
    #[rustfmt::skip]
    const ALONE: &[&str] = &["print", "println", "printf", "puts", "fprintf", "eprintln", "log", "logf", "logger", "var_dump"];
    #[rustfmt::skip]
    const MACROS: &[&str] = &["debug", "info", "warn", "error", "trace", "warning"];
    if call.receiver.is_empty() || call.receiver == "fmt" {
        return says(call.name, ALONE) && !says(call.name, &["sprintf", "errorf"]) || MACROS.contains(&call.name) || call.name.starts_with("LOG");
    }
    #[rustfmt::skip]
    const LEVELS: &[&str] = &[
        "trace", "debug*", "info*", "notice", "warn*", "error*", "fatal*", "critical", "exception", "print*", "log*", "verbose", "msg", "inc",
        "increment", "observe", "record*", "with*", "at*", "err", "str", "field*", "v",
    ];
    says(last_logger(call.receiver), LOGGERS) && says(call.name, LEVELS)
}

/// The first part of a chain of log calls: `log.WithField(..).Error(..)` is called on `log`.
fn last_logger(receiver: &str) -> &str {
    let head = receiver.split('(').next().unwrap_or(receiver);
    if receiver.contains('(') { head.rsplit_once(['.', ':']).map_or(head, |(logger, _)| tail(logger)) } else { tail(head) }
}

/// Takes a lock.
#[must_use]
pub fn is_lock(call: &Call<'_>) -> bool {
    #[rustfmt::skip]
    const ON: &[&str] = &["lock", "mutex", "mu", "rwlock", "semaphore", "sem", "latch", "guard", "locker"];
    (says(call.name, &["lock", "rlock", "trylock", "try_lock", "acquire*", "lockasync", "wlock", "withlock", "with_lock", "synchronize"])
        && (says(call.name, &["lock", "rlock", "trylock", "lockasync", "withlock"]) || says(tail(call.receiver), ON)))
        || (says(call.name, &["read", "write", "wait", "waitasync"]) && says(tail(call.receiver), ON))
}

/// Gives a lock back.
#[must_use]
pub fn is_unlock(call: &Call<'_>) -> bool {
    says(call.name, &["unlock", "runlock", "release*", "unlockasync"])
}

/// Turns attempts on for what it configures or wraps: a decorator, a policy, a client's option.
#[must_use]
pub fn is_retry(name: &str) -> bool {
    says(
        name,
        &[
            "retry*",
            "retries",
            "retrying",
            "attempts",
            "maxattempts",
            "max_attempts",
            "backoff",
            "tenacity",
            "retryable",
            "autoretry*",
            "maxretries",
            "axiosretry",
            "redelivery*",
        ],
    )
}

/// Where a state goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Towards {
    /// Others may use it: ready, running, idle, done.
    Up,
    /// Others give it up: failed, dead, lost.
    Down,
}

/// Names of what others watch.
#[rustfmt::skip]
const STATES: &[&str] = &[
    "status", "state", "ready", "isready", "running", "healthy", "health", "alive", "serving", "connected", "available", "active", "idle", "started",
    "initialized", "initialised", "phase", "leader", "isleader", "online", "dead", "failed", "unavailable", "busy", "lifecycle", "liveness",
    "readiness",
];
#[rustfmt::skip]
const UP: &[&str] = &[
    "ready", "serving", "running", "healthy", "idle", "up", "available", "active", "free", "started", "online", "alive", "connected", "done",
    "completed", "complete", "succeeded", "success", "deployed", "open", "committed", "finished", "registered", "initialized", "stopped",
];
#[rustfmt::skip]
const DOWN: &[&str] = &[
    "failed", "fail", "dead", "down", "lost", "offline", "unreachable", "unavailable", "crashed", "expired", "inactive", "disconnected", "unhealthy",
    "error", "errored", "missing", "gone", "failure", "suspect", "evicted", "terminated", "not_serving", "notserving", "notready",
];

/// Where a value points: `STATE_READY`, `"idle"`, `Status.Failed`.
#[must_use]
pub fn towards(value: &str) -> Option<Towards> {
    let value = value.trim();
    if value.len() > 80 || value.contains('\n') || value.contains("==") || value.contains("!=") {
        return None;
    }
    if says(value, DOWN) || says(value, &["not_serving", "not_ready", "notserving"]) {
        return Some(Towards::Down);
    }
    says(value, UP).then_some(Towards::Up)
}

/// A name that others watch: a status, a phase, a readiness flag.
#[must_use]
pub fn is_state(name: &str) -> bool {
    says(name, STATES)
}

/// A state that a call sets: `set_state(id, "failed")`, `markDead(node)`, `hset(key, "status", "idle")`.
#[must_use]
pub fn sets_state(call: &Call<'_>) -> Option<Towards> {
    let verb = says(
        call.name,
        &["set*", "mark*", "update*", "transition*", "change*", "hset", "put", "report*", "compareandset", "store", "become*", "declare*", "signal*"],
    );
    if !verb || is_log(call) {
        return None;
    }
    let about = is_state(call.name) || is_state(tail(call.receiver)) || call.args.iter().any(|a| is_state(a.text) && a.text.starts_with(['"', '\'', ':']));
    // What is handed over says it; else the name does: `setStatus(NOT_SERVING)`, `markDead(node)`.
    if about && let Some(to) = call.args.iter().rev().find_map(|a| towards(a.text)) {
        return Some(to);
    }
    if let Some(to) = towards(call.name)
        && (is_state(call.name) || says(call.name, &["mark*", "declare*", "report*", "become*", "signal*"]))
    {
        // `setReady(false)` says the opposite.
        let denied = call.args.last().is_some_and(|a| matches!(a.text.trim(), "false" | "False"));
        return Some(if denied { opposite(to) } else { to });
    }
    None
}

fn opposite(to: Towards) -> Towards {
    if to == Towards::Up { Towards::Down } else { Towards::Up }
}

/// A state that an assignment sets: `w.state = stateDead`, `self.ready = True`.
#[must_use]
pub fn assigns_state(target: &str, value: &str) -> Option<Towards> {
    let name = tail(target);
    if !is_state(name) {
        return None;
    }
    match value.trim() {
        "true" | "True" | "1" => towards(name),
        "false" | "False" | "0" => towards(name).map(opposite),
        value => towards(value),
    }
}

/// Names of failures of a channel, as against failures of what is reached through it: no answer, no connection.
#[must_use]
pub fn is_channel_failure(caught: &str) -> bool {
    says(
        caught,
        &[
            "timeout*",
            "timedout",
            "connection*",
            "connect",
            "rpcerror",
            "statusruntimeexception",
            "ioexception",
            "io",
            "oserror",
            "socket*",
            "network*",
            "unavailable",
            "deadline*",
            "disconnect*",
            "eof",
            "httperror",
            "requestexception",
            "operationalerror",
            "transport*",
            "econn*",
            "closed*",
            "grpc",
            "unreachable",
            "clienterror",
            "httprequestexception",
            "eoferror",
            "readtimeout",
        ],
    )
}
