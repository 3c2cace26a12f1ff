//! Every key that a topology file may have: the one table that the reader's warnings, the JSON Schema and the normal form are made of.

/// What stands behind a key.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Text.
    Text,
    /// Yes or no.
    Bool,
    /// A whole number from 0.
    Whole,
    /// `800ms`, `2s`, `5m`.
    Duration,
    /// `500/s`, `120/min`.
    Rate,
    /// In percent: `99.9`.
    Availability,
    /// 0 to 1.
    Share,
    /// How many there are.
    Count,
    /// A number, or `N`.
    Calls,
    /// One of these words.
    Word(&'static [&'static str]),
    /// One of these words, or a list of them.
    Words(&'static [&'static str]),
    /// Text, or a list of texts.
    Texts,
    /// A map with these keys.
    Map(&'static [Key]),
    /// A map with these keys, or a duration.
    MapOrDuration(&'static [Key]),
    /// A list of maps with these keys.
    Maps(&'static [Key]),
    /// Names of the user's own, each with a text or a list of texts.
    Names,
}

/// A key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// As it is written.
    pub name: &'static str,
    /// What stands behind it.
    pub shape: Shape,
    /// What it says, in one line.
    pub about: &'static str,
    /// A value, as YAML in one line.
    pub example: &'static str,
}

const fn key(name: &'static str, shape: Shape, example: &'static str, about: &'static str) -> Key {
    Key { name, shape, about, example }
}

/// Keys of the file.
pub const FILE: &[Key] = &[
    key("version", Shape::Text, "1", "Version of this form."),
    key("defaults", Shape::Map(DEFAULTS), "{timeout: 2s}", "What holds where a relationship says nothing."),
    key("components", Shape::Maps(COMPONENT), "[{name: orders}]", "The parts of the system."),
    key("relationships", Shape::Maps(RELATIONSHIP), "[{from: web, to: orders}]", "Who calls, feeds or reads whom."),
    key(
        "topology",
        Shape::Maps(RELATIONSHIP),
        "[{from: web, count: 1, to: orders, count: N}]",
        "Relationships alone, each with how many there are at both ends.",
    ),
    key("convergence_points", Shape::Maps(CONVERGENCE), "[{resource: stock}]", "Resources that several components use."),
    key("invariants", Shape::Texts, "[an order is charged once]", "Sentences that hold at every moment."),
    key("aliases", Shape::Names, "{orders: [orders.svc.cluster.local]}", "Other names of components: in code, in traces, in manifests."),
    key("ignore", Shape::Texts, "[otel-collector]", "Names that are of no interest."),
];

/// Keys of `defaults`.
pub const DEFAULTS: &[Key] =
    &[key("timeout", Shape::Duration, "2s", "Of one attempt."), key("attempts", Shape::Whole, "1", "Total tries, the first included.")];

const KINDS: &[&str] = &["service", "job", "db", "cache", "queue", "gateway", "client", "external", "lock", "config"];

/// Keys of a component.
pub const COMPONENT: &[Key] = &[
    key("name", Shape::Text, "orders", "Unique in the file."),
    key("kind", Shape::Word(KINDS), "db", "What it is; a service unless told."),
    key("role", Shape::Text, "takes orders", "What it is for."),
    key("paths", Shape::Texts, "[services/orders/**]", "Globs of project paths: an edit there is an edit of this component."),
    key("count", Shape::Count, "{min: 2, max: 10}", "How many of it run: 3, N, 2-10, {min: 2, max: 10}, \"3 nodes, 2 replicas (fixed)\"."),
    key("per", Shape::Text, "node", "The component that each instance is bound to, one to one."),
    key("owner", Shape::Text, "team-orders", "The team."),
    key("criticality", Shape::Word(&["critical", "high", "medium", "low"]), "high", "How bad its loss is."),
    key("zone", Shape::Texts, "[a, b, c]", "Failure domains that its instances are spread over."),
    key("cell", Shape::Text, "eu-1", "The cell it lives in: a copy of the whole system for a share of the users."),
    key("failover", Shape::Word(&["none", "manual", "automatic"]), "automatic", "What happens when an instance is lost."),
    key("slo", Shape::Map(SLO), "{p99: 300ms}", "What it promises."),
    key("capacity", Shape::Rate, "500/s", "Requests that all its instances together can serve."),
    key("state", Shape::Maps(STATE), "[{name: orders, authoritative: true}]", "What it keeps."),
    key("consensus", Shape::Map(CONSENSUS), "{voters: 3}", "How its instances agree."),
    key("states", Shape::Maps(TRANSITION), "[{from: busy, to: idle, on: job-done}]", "Its states, and what leads from one to the next."),
    key("entry", Shape::Bool, "true", "Users or timers enter here."),
    key("feature", Shape::Text, "checkout", "The feature that users see when this entry works."),
    key("weight", Shape::Share, "0.2", "Share of the users' requests that enter here, 0 to 1."),
    key("noticed_after", Shape::Duration, "5m", "How long until somebody or something notices that it is gone."),
    key("notes", Shape::Text, "moves in spring", "Anything else."),
];

/// Keys of `slo`.
pub const SLO: &[Key] = &[
    key("p99", Shape::Duration, "300ms", "99 of 100 answers come within this time."),
    key("availability", Shape::Availability, "99.9", "Share of requests that are served, in percent."),
];

/// Keys of one piece of state.
pub const STATE: &[Key] = &[
    key("name", Shape::Text, "orders", "What it is called."),
    key("authoritative", Shape::Bool, "true", "This copy decides when copies differ."),
    key("replicas", Shape::Maps(REPLICA), "[{in: cache}]", "Copies in other components."),
    key("rpo", Shape::Duration, "1m", "Data that may be lost, as time."),
    key("rto", Shape::Duration, "5m", "How long until it is back."),
];

/// Keys of a copy of state.
pub const REPLICA: &[Key] = &[
    key("in", Shape::Text, "cache", "The component that holds the copy."),
    key("purpose", Shape::Text, "performance", "What the copy is for."),
    key("reconcile", Shape::Text, "ttl 60s", "How and when it is made equal again."),
    key("conflict", Shape::Text, "owner-wins", "Who wins when they differ."),
];

/// Keys of `consensus`.
pub const CONSENSUS: &[Key] = &[
    key("voters", Shape::Whole, "3", "Instances that vote."),
    key("protocol", Shape::Text, "raft", "By what they agree."),
    key("byzantine", Shape::Bool, "true", "Members may lie: then a third of them is too many."),
];

/// Keys of a step between states.
pub const TRANSITION: &[Key] = &[
    key("from", Shape::Text, "busy", "State before."),
    key("to", Shape::Text, "idle", "State after."),
    key("on", Shape::Text, "job-done", "The event that brings it, or component:state of another component."),
    key("emits", Shape::Texts, "[freed]", "Events that it sends out."),
];

/// Keys of a relationship, in the list shape and in the others.
pub const RELATIONSHIP: &[Key] = &[
    key("from", Shape::Text, "web", "Who calls, sends or reads."),
    key("from_count", Shape::Count, "1", "How many there are of it here, where that is not the component's own count."),
    key("to", Shape::Text, "orders", "Who is called, receives or is read."),
    key("to_count", Shape::Count, "2-10", "How many there are of it here, where that is not the component's own count."),
    key("count", Shape::Count, "N (dynamic)", "How many there are of the end that is named right before: from_count or to_count by place."),
    key("via", Shape::Text, "grpc", "By what: grpc, message queue, sql."),
    key("pattern", Shape::Word(&["push", "pull", "request-response", "pub-sub", "stream", "shared-state"]), "request-response", "How they talk."),
    key("sync", Shape::Bool, "true", "The caller waits."),
    key("required", Shape::Bool, "false", "The caller fails without it."),
    key("fallback", Shape::Text, "queue", "A component or a sentence: what happens instead."),
    key("calls", Shape::Calls, "2", "Calls for each request that comes in; N: as many as there are items."),
    key("parallel", Shape::Bool, "true", "Made at the same time as the caller's other parallel calls."),
    key("timeout", Shape::Duration, "800ms", "Of one attempt."),
    key("attempts", Shape::Whole, "3", "Total tries, the first included."),
    key("backoff", Shape::MapOrDuration(BACKOFF), "{base: 50ms}", "Waits between tries."),
    key("retry_layer", Shape::Words(&["app", "sdk", "mesh", "gateway", "queue"]), "app", "Which layers try again; more than one multiply."),
    key("breaker", Shape::Bool, "true", "A breaker stops calls that keep failing."),
    key("idempotent", Shape::Bool, "true", "Twice is as good as once."),
    key("deadline_propagated", Shape::Bool, "false", "The caller's deadline travels along."),
    key("rate", Shape::Rate, "120/s", "Requests a second."),
    key("data", Shape::Text, "ChargeRequest JSON", "What is sent."),
    key("contract", Shape::Text, "proto/payment.proto", "The file that says what it looks like."),
    key("dead_letter", Shape::Text, "orders-dlq", "Where messages go that cannot be handled."),
    key("ordered", Shape::Bool, "true", "Order matters to the receiver."),
    key("ack_before_work", Shape::Bool, "false", "Messages are acknowledged before the work is safe."),
    key("notes", Shape::Text, "moves in spring", "Anything else."),
];

/// Keys of `backoff`.
pub const BACKOFF: &[Key] = &[
    key("base", Shape::Duration, "50ms", "Before the second try; it doubles from there."),
    key("max", Shape::Duration, "1s", "No wait is longer."),
    key("jitter", Shape::Bool, "true", "Spread at random."),
];

/// Keys of a convergence point.
pub const CONVERGENCE: &[Key] = &[
    key("resource", Shape::Text, "orders.status", "What it is."),
    key("accessed_by", Shape::Texts, "[billing, web]", "By whom."),
    key("type", Shape::Text, "read-write", "How: read, write, read-write."),
    key("concern", Shape::Text, "lost updates", "What worries."),
];
