//! Shared resources and what files do to them.

use serde::{Deserialize, Serialize};

/// Kinds of resources that more than one part of a system can touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A database table (`orders`) or column (`orders.status`).
    Column,
    /// A key of a cache or key-value store, as a pattern: `worker:{}:status`.
    Key,
    /// A topic, queue, exchange, subject, stream or publish-subscribe channel.
    Channel,
    /// A scheduled job, or a class of background jobs.
    Job,
    /// An HTTP route: `GET /orders/{}`; `ANY` where the method is not known.
    Route,
    /// A gRPC method `shop.Inventory/Reserve`, or a whole service `shop.Inventory`.
    Rpc,
    /// A GraphQL operation: `query orders`.
    Operation,
    /// A type of message on a WebSocket, a server-sent event or an event bus.
    Message,
    /// A field of a message or schema: `OrderCreated.customer_id`.
    Field,
    /// A bucket and prefix of an object store, or a shared file: `invoices/{}.pdf`.
    Bucket,
    /// An environment variable or setting that carries an address.
    Address,
    /// A feature flag.
    Flag,
    /// A lock, lease or leader name.
    Lease,
    /// Retries, attempts or a timeout, by the call's target.
    Setting,
    /// An enumeration of states; the member is the value.
    State,
}

/// What a place does to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Changes its content; enqueues a job.
    Writes,
    /// Looks at its content, compares it, switches on it.
    Reads,
    /// Sends into it.
    Publishes,
    /// Receives from it; runs the job.
    Consumes,
    /// Answers on it.
    Serves,
    /// Asks it.
    Calls,
    /// Says what it is: a migration, a schema, a type, a configuration.
    Declares,
    /// Takes or gives back a lock.
    Locks,
    /// Sets how often or how long a call to it is tried.
    Retries,
    /// Removes or invalidates it.
    Deletes,
    /// Tells a broker that a message is done.
    Acknowledges,
}

/// How sure a use is. The hook speaks on its own of sure ones only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// A word that can mean it, without the library or type that would prove it.
    Guess,
    /// The form of the call says it, and the file's imports or neighbours agree.
    Likely,
    /// The statement says it: SQL text, a schema, an annotation, a client that is imported here.
    Sure,
}

/// A piece of a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Part {
    /// Literal text.
    Text(String),
    /// A value that is not known when the program is read.
    Hole,
    /// A constant by its path (`Topics.ORDERS`), to be looked up in other files.
    Constant(String),
    /// An environment variable or configuration key, with its default if the code gives one.
    Setting(String, Option<String>),
}

/// Behind the path of a constant that stands for the enumeration which it is a member of.
pub(crate) const OF_STATE: &str = "@state";

/// In the key of a setting: where what stands before it is given, the word behind it stands for it.
pub(crate) const STANDS_FOR: &str = " given for ";

/// A name as the program builds it. Resolved names are text and holes only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Name(pub Vec<Part>);

impl Name {
    /// A name that is known as it stands.
    #[must_use]
    pub fn literal(text: impl Into<String>) -> Self {
        Self(vec![Part::Text(text.into())])
    }

    /// A name that nothing is known of.
    #[must_use]
    pub fn unknown() -> Self {
        Self(vec![Part::Hole])
    }

    /// Appends a piece; neighbouring texts and holes become one.
    pub fn push(&mut self, part: Part) {
        match (self.0.last_mut(), part) {
            (Some(Part::Text(text)), Part::Text(more)) => text.push_str(&more),
            (Some(Part::Hole), Part::Hole) => {}
            (_, Part::Text(text)) if text.is_empty() => {}
            (_, part) => self.0.push(part),
        }
    }

    /// Appends another name.
    pub fn append(&mut self, other: Self) {
        for part in other.0 {
            self.push(part);
        }
    }

    /// Prefix, this name, suffix.
    #[must_use]
    pub fn between(self, prefix: &str, suffix: &str) -> Self {
        let mut out = Self::default();
        out.push(Part::Text(prefix.to_owned()));
        out.append(self);
        out.push(Part::Text(suffix.to_owned()));
        out
    }

    /// Whether nothing but text is in it.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        match &*self.0 {
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether constants or settings of other files are still in it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.iter().any(|p| matches!(p, Part::Constant(_) | Part::Setting(..)))
    }

    /// Whether any letter or digit of it is known.
    #[must_use]
    pub fn says_something(&self) -> bool {
        self.0.iter().any(|p| matches!(p, Part::Text(t) if t.bytes().any(|b| b.is_ascii_alphanumeric())))
    }

    /// The pattern: text as it is, `{}` for everything that is not known.
    #[must_use]
    pub fn pattern(&self) -> String {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                _ if out.ends_with("{}") => {}
                _ => out.push_str("{}"),
            }
        }
        out
    }
}

/// One thing that a file does to a shared resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Use {
    /// The resource's kind.
    pub kind: Kind,
    /// The resource's name.
    pub name: Name,
    /// What is done to it.
    pub role: Role,
    /// Line, counted from 1.
    pub line: u32,
    /// The literal written, compared or set: a status (`idle`), a consumer group, `attempts=3`, `timeout=5s`, `ttl=30s`.
    pub value: Option<String>,
    /// The constant or member of an enumeration that the value is, by its path (`Status.IDLE`): another file may say what it stands for.
    pub member: Option<String>,
    /// What a reader should know of the circumstances, at most 80 characters: `picks the first whose status is "idle"`.
    pub note: Option<String>,
    /// How sure it is.
    pub certainty: Certainty,
}

impl Use {
    /// A sure use without a value.
    #[must_use]
    pub fn new(kind: Kind, role: Role, name: Name, line: u32) -> Self {
        Self { kind, name, role, line, value: None, member: None, note: None, certainty: Certainty::Sure }
    }

    /// The same with a value.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// The same with a note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// The same, less sure.
    #[must_use]
    pub fn certainty(mut self, certainty: Certainty) -> Self {
        self.certainty = certainty;
        self
    }
}

/// A named constant that other files may use in a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Constant {
    /// Its name with the type or module that holds it, if any: `Topics.ORDERS`, `ORDERS_TOPIC`.
    pub name: String,
    /// What it stands for; may lean on other constants.
    pub value: Name,
}

/// A setting given a value in a configuration file: `app.topics.orders`, or an environment variable of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Given {
    /// Its key or variable name.
    pub key: String,
    /// Its value.
    pub value: String,
    /// The deployed part it is given to, where a manifest says so.
    pub part: Option<String>,
    /// Line, counted from 1.
    pub line: u32,
}

/// Everything that one file says. Depends on the file's path and text only, so it can be kept under their hash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// What it does to shared resources, by line.
    pub uses: Vec<Use>,
    /// Constants it defines.
    pub constants: Vec<Constant>,
    /// Settings it gives values to.
    pub given: Vec<Given>,
}

impl Facts {
    /// Adds a use, unless nothing of its name can ever be known.
    pub fn push(&mut self, used: Use) {
        if (used.name.says_something() || used.name.is_open()) && !self.uses.contains(&used) {
            self.uses.push(used);
        }
    }
}
