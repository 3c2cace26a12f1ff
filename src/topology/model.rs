//! A system as its team declares it, or as an importer found it: components, relationships, and how many there are of each.

use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// A system. Every end of a relationship is one of its components.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Topology {
    /// What holds where a relationship says nothing.
    pub defaults: Defaults,
    /// In the order of the file.
    pub components: Vec<Component>,
    /// In the order of the file.
    pub relationships: Vec<Relationship>,
    /// Resources that several components use.
    pub convergence_points: Vec<ConvergencePoint>,
    /// Sentences that hold at every moment.
    pub invariants: Vec<String>,
    /// Other names of components: in code, in traces, in manifests.
    pub aliases: BTreeMap<String, Vec<String>>,
    /// Names that are of no interest, as those of collectors of telemetry.
    pub ignore: Vec<String>,
}

/// What holds where a relationship says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Defaults {
    /// Of one attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// Total tries, the first included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
}

/// One part of the system: a process, a store, a queue, a person's client.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Component {
    /// Unique in the topology.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Whether a component of this name was declared; `false` when only a relationship names it.
    pub declared: bool,
    /// What it is for.
    pub role: String,
    /// Anything else.
    pub notes: String,
    /// Globs of project paths: an edit there is an edit of this component.
    pub paths: Vec<String>,
    /// How many of it run.
    pub count: Count,
    /// The component that each instance of this one is bound to, one to one.
    pub per: Option<String>,
    /// The team.
    pub owner: Option<String>,
    /// How bad its loss is.
    pub criticality: Option<Criticality>,
    /// Failure domains that its instances are spread over.
    pub zones: Vec<String>,
    /// The cell it lives in: a copy of the whole system for a share of the users.
    pub cell: Option<String>,
    /// What happens when an instance is lost.
    pub failover: Option<Failover>,
    /// What it promises.
    pub slo: Slo,
    /// Requests a second that all its instances together can serve.
    pub capacity: Option<f64>,
    /// What it keeps.
    pub state: Vec<State>,
    /// How its instances agree.
    pub consensus: Option<Consensus>,
    /// Its declared states, and what leads from one to the next.
    pub states: Vec<Transition>,
    /// Users or timers enter here.
    pub entry: bool,
    /// The feature that users see when this entry works.
    pub feature: Option<String>,
    /// Share of the users' requests that enter here, 0 to 1.
    pub weight: Option<f64>,
    /// How long until somebody or something notices that it is gone.
    pub noticed_after: Option<Duration>,
    /// Where it is declared, or where each fact of it comes from.
    pub sources: Vec<Source>,
}

/// What a component is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Serves requests.
    #[default]
    Service,
    /// Runs by itself: a worker, a timer, a batch.
    Job,
    /// Keeps data.
    Db,
    /// Keeps copies of data.
    Cache,
    /// Carries messages, and keeps them for a while.
    Queue,
    /// Forwards requests.
    Gateway,
    /// Belongs to a user.
    Client,
    /// Belongs to somebody else.
    External,
    /// Decides who may.
    Lock,
    /// Holds settings.
    Config,
}

impl Kind {
    /// Every kind with its name in the file.
    pub const ALL: [(&'static str, Self); 10] = [
        ("service", Self::Service),
        ("job", Self::Job),
        ("db", Self::Db),
        ("cache", Self::Cache),
        ("queue", Self::Queue),
        ("gateway", Self::Gateway),
        ("client", Self::Client),
        ("external", Self::External),
        ("lock", Self::Lock),
        ("config", Self::Config),
    ];

    /// Its name in the file.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, k)| *k == self).map_or("service", |(n, _)| n)
    }
}

/// How bad a loss is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Criticality {
    Low,
    Medium,
    High,
    Critical,
}

/// What happens when an instance is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failover {
    /// Nothing takes over.
    None,
    /// Somebody has to act.
    Manual,
    /// Another takes over by itself.
    Automatic,
}

/// How many instances there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Count {
    /// Nobody said, or not in words that are read.
    #[default]
    Unknown,
    /// Always this many.
    Fixed {
        /// Instances.
        n: u32,
        /// Copies of each datum among them, where that differs.
        replicas: Option<u32>,
    },
    /// As many as load or configuration asks for.
    Dynamic {
        /// Least.
        min: Option<u32>,
        /// Most.
        max: Option<u32>,
    },
}

impl Count {
    /// Exactly one.
    pub const ONE: Self = Self::Fixed { n: 1, replicas: None };

    /// Whether there is never more than one.
    #[must_use]
    pub fn is_one(self) -> bool {
        matches!(self, Self::Fixed { n: 1, .. } | Self::Dynamic { max: Some(1), .. })
    }

    /// Whether there may be more than one.
    #[must_use]
    pub fn is_many(self) -> bool {
        !self.is_one() && self != Self::Unknown
    }

    /// The most there may be, where that is known.
    #[must_use]
    pub fn most(self) -> Option<u32> {
        match self {
            Self::Unknown => None,
            Self::Fixed { n, .. } => Some(n),
            Self::Dynamic { max, .. } => max,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Unknown => f.write_str("?"),
            Self::Fixed { n, replicas: None } => write!(f, "{n}"),
            Self::Fixed { n, replicas: Some(r) } => write!(f, "{n} ({r} replicas)"),
            Self::Dynamic { min: Some(a), max: Some(b) } => write!(f, "{a}-{b}"),
            Self::Dynamic { min: None, max: Some(b) } => write!(f, "1-{b}"),
            Self::Dynamic { min: Some(a), max: None } => write!(f, "{a}-N"),
            Self::Dynamic { min: None, max: None } => f.write_str("N"),
        }
    }
}

/// What a component promises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Slo {
    /// 99 of 100 answers come within this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99: Option<Duration>,
    /// Share of requests that are served, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability: Option<f64>,
}

/// State that a component keeps.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct State {
    /// What it is called.
    pub name: String,
    /// Whether this copy decides when copies differ.
    pub authoritative: bool,
    /// Copies in other components.
    pub replicas: Vec<Replica>,
    /// Data that may be lost, as time.
    pub rpo: Option<Duration>,
    /// How long until it is back.
    pub rto: Option<Duration>,
}

/// A copy of state in another component.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Replica {
    /// The component that holds the copy.
    pub held_by: String,
    /// What the copy is for.
    pub purpose: Option<String>,
    /// How and when it is made equal again.
    pub reconcile: Option<String>,
    /// Who wins when they differ.
    pub conflict: Option<String>,
}

/// How instances agree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Consensus {
    /// Instances that vote.
    pub voters: Option<u32>,
    /// By what.
    pub protocol: Option<String>,
    /// Whether members may lie: then a third of them is too many.
    pub byzantine: bool,
}

/// A step between declared states of a component.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Transition {
    /// State before.
    pub from: String,
    /// State after.
    pub to: String,
    /// The event that brings it: a name, or `component:state` for what happens in another component.
    pub on: String,
    /// Events that it sends out.
    pub emits: Vec<String>,
}

/// One component calls, feeds or reads another.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Relationship {
    /// Who calls, sends or reads.
    pub from: String,
    /// Who is called, receives or is read.
    pub to: String,
    /// How many there are of `from` here, where that is not the component's own count.
    pub from_count: Option<Count>,
    /// How many there are of `to` here, where that is not the component's own count.
    pub to_count: Option<Count>,
    /// By what: grpc, message queue, sql.
    pub via: String,
    /// How.
    pub pattern: Option<Interaction>,
    /// Whether the caller waits; `None`: nobody said (see [`Relationship::is_sync`]).
    pub sync: Option<bool>,
    /// Whether the caller fails without it; `None`: nobody said.
    pub required: Option<bool>,
    /// A component or a sentence: what happens instead.
    pub fallback: Option<String>,
    /// Calls for each request that comes in; `None`: nobody said.
    pub calls: Option<Calls>,
    /// Made at the same time as the caller's other parallel calls.
    pub parallel: bool,
    /// Of one attempt.
    pub timeout: Option<Duration>,
    /// Total tries, the first included.
    pub attempts: Option<u32>,
    /// Waits between tries.
    pub backoff: Option<Backoff>,
    /// Which layers try again: app, sdk, mesh, gateway, queue. More than one multiply.
    pub retry_layers: Vec<RetryLayer>,
    /// A breaker stops calls that keep failing.
    pub breaker: bool,
    /// Twice is as good as once; `None`: nobody said.
    pub idempotent: Option<bool>,
    /// The caller's deadline travels along; `None`: nobody said.
    pub deadline_propagated: Option<bool>,
    /// Requests a second.
    pub rate: Option<f64>,
    /// What is sent.
    pub data: String,
    /// The file that says what it looks like.
    pub contract: Option<String>,
    /// Where messages go that cannot be handled.
    pub dead_letter: Option<String>,
    /// Order matters to the receiver.
    pub ordered: bool,
    /// Messages are acknowledged before the work is safe; `None`: nobody said.
    pub ack_before_work: Option<bool>,
    /// Anything else.
    pub notes: String,
    /// Where it is declared, or where each fact of it comes from.
    pub sources: Vec<Source>,
}

impl Relationship {
    /// Whether the caller waits: as said, else by the pattern, else by the words of `via`; a call when nothing speaks against it.
    #[must_use]
    pub fn is_sync(&self) -> bool {
        const ASYNC: [&str; 16] =
            ["queue", "kafka", "amqp", "rabbit", "nats", "pubsub", "pub-sub", "pub/sub", "sqs", "sns", "topic", "event", "async", "kinesis", "pulsar", "mqtt"];
        self.sync.unwrap_or_else(|| match self.pattern {
            Some(Interaction::RequestResponse | Interaction::Pull | Interaction::SharedState) => true,
            Some(Interaction::Push | Interaction::PubSub | Interaction::Stream) => false,
            None => {
                let via = self.via.to_ascii_lowercase();
                !ASYNC.iter().any(|word| via.contains(word))
            }
        })
    }

    /// Whether the caller fails without it: waited for, not declared soft, and nothing takes its place.
    #[must_use]
    pub fn is_hard(&self) -> bool {
        self.is_sync() && self.required.unwrap_or(true) && self.fallback.is_none()
    }
}

/// How components talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Interaction {
    Push,
    Pull,
    RequestResponse,
    PubSub,
    Stream,
    SharedState,
}

impl Interaction {
    /// Every one with its name in the file.
    pub const ALL: [(&'static str, Self); 6] = [
        ("push", Self::Push),
        ("pull", Self::Pull),
        ("request-response", Self::RequestResponse),
        ("pub-sub", Self::PubSub),
        ("stream", Self::Stream),
        ("shared-state", Self::SharedState),
    ];
}

/// A layer that tries again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum RetryLayer {
    App,
    Sdk,
    Mesh,
    Gateway,
    Queue,
}

/// Calls for each request.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Calls {
    /// This many, on average.
    Of(f64),
    /// As many as there are items: nobody knows beforehand.
    PerItem,
}

/// Waits between tries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Backoff {
    /// Before the second try; it doubles from there.
    pub base: Duration,
    /// No wait is longer.
    pub max: Option<Duration>,
    /// Spread at random.
    pub jitter: bool,
}

/// A resource that several components use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ConvergencePoint {
    /// What it is.
    pub resource: String,
    /// By whom.
    pub accessed_by: Vec<String>,
    /// How: read, write, read-write.
    pub access: String,
    /// What worries.
    pub concern: String,
    /// Where it is declared.
    pub sources: Vec<Source>,
}

/// Where a fact comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Source {
    /// The file, as the user named it.
    pub file: String,
    /// 1-based; 0: the file as a whole.
    pub line: u32,
    /// Which facts: names of fields with their values (`count: 3`); empty: that it exists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<String>,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 { f.write_str(&self.file) } else { write!(f, "{}:{}", self.file, self.line) }
    }
}

impl Topology {
    /// Leaves out where facts come from, so that what two files say can be compared.
    pub fn forget_sources(&mut self) {
        self.components.iter_mut().for_each(|c| c.sources.clear());
        self.relationships.iter_mut().for_each(|r| r.sources.clear());
        self.convergence_points.iter_mut().for_each(|p| p.sources.clear());
    }

    /// The component of a name, exactly.
    #[must_use]
    pub fn component(&self, name: &str) -> Option<&Component> {
        self.components.iter().find(|c| c.name == name)
    }

    /// The component that a name means: its own, or one of its aliases.
    #[must_use]
    pub fn resolve(&self, name: &str) -> Option<&Component> {
        self.component(name).or_else(|| {
            let (own, _) = self.aliases.iter().find(|(_, others)| others.iter().any(|o| o == name))?;
            self.component(own)
        })
    }
}
