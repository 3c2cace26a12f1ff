//! Where a lock is held, and what of the object's own state is touched there.

use crate::engine::syntax::outline::{Call, Id, Kind, Outline, Role, Scope, Use};
use crate::engine::syntax::pieces;
use crate::engine::syntax::words::{self, says};

/// A stretch of a function in which a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held<'t> {
    /// What is locked, as written.
    pub lock: &'t str,
    /// The node that takes it.
    pub at: Id,
    /// Bytes of the text.
    pub span: (usize, usize),
}

/// A field of the object's own that is read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch<'t> {
    /// Name of the field, without `self.`.
    pub field: &'t str,
    /// Byte of the text.
    pub at: usize,
    /// It is assigned, counted, or changed by a method that changes what it is called on.
    pub write: bool,
}

/// Heads of `with` and `using` that hold a lock.
const LOCKS: &[&str] = &["lock", "mutex", "rlock", "semaphore", "lockasync", "writelock", "readlock", "rwlock", "mu"];

/// Methods that change the collection that they are called on.
#[rustfmt::skip]
const CHANGES: &[&str] = &[
    "add", "addall", "addfirst", "addlast", "push", "push_back", "push_front", "append", "appendleft", "put", "putall", "set", "insert", "offer", "enqueue",
    "remove", "removeall", "removefirst", "removelast", "removeif", "delete", "erase", "discard", "pop", "popleft", "poll", "pollfirst", "dequeue", "shift",
    "unshift", "clear", "extend", "update", "setdefault", "emplace", "emplace_back", "store", "tryadd", "tryremove", "splice", "pop_front", "pop_back",
];

impl<'t> Outline<'t> {
    /// Stretches of a function in which a lock is held, closures in it included.
    #[must_use]
    pub fn held(&self, function: Id) -> Vec<Held<'t>> {
        let mut out = Vec::new();
        let head = self.source(function).split('{').next().unwrap_or("");
        if says(head, &["synchronized"]) || self.decorators(function).any(|(_, c)| says(c.name, &["synchronized"])) {
            out.push(Held { lock: "this", at: function, span: self.nodes[function].span });
        }
        for id in self.within(function) {
            let node = &self.nodes[id];
            match &node.kind {
                // Kotlin's `synchronized(x) { .. }` is a call on its own head.
                Kind::Scope { what: Scope::Lock, head } if node.role == Role::Receiver => {
                    out.push(Held { lock: head, at: id, span: self.nodes[node.parent].span });
                }
                Kind::Scope { what: Scope::Lock, head } => out.push(Held { lock: head, at: id, span: node.span }),
                Kind::Scope { what: Scope::With, head } if says(head, LOCKS) => out.push(Held { lock: head, at: id, span: node.span }),
                Kind::Call(c) if takes(c) => out.push(Held { lock: c.receiver, at: id, span: (node.span.1, self.released(id, c)) }),
                _ => {}
            }
        }
        if self.language == "cpp" {
            self.guards(function, &mut out);
        }
        out
    }

    /// Whether a byte lies where a lock is held.
    #[must_use]
    pub fn is_held(held: &[Held<'_>], byte: usize) -> bool {
        held.iter().any(|h| h.span.0 <= byte && byte < h.span.1)
    }

    /// The byte at which a lock is given back.
    fn released(&self, id: Id, call: &Call<'t>) -> usize {
        let has_body = self.children(id).any(|i| matches!(self.nodes[i].kind, Kind::Function { .. }));
        if has_body {
            return self.nodes[id].span.1;
        }
        let closure = self.closure_of(id).unwrap_or(0);
        let end = self.nodes[closure].span.1;
        let statement = self.ancestors(id).find(|i| matches!(self.nodes[*i].kind, Kind::Assign { .. }));
        if self.language == "rust" {
            let Some(statement) = statement else { return self.nodes[id].span.1 + self.text[self.nodes[id].span.1..].find(';').unwrap_or(0) };
            let Kind::Assign { target, .. } = self.nodes[statement].kind else { return end };
            let block_end = self.nodes[self.nodes[statement].parent].span.1;
            let dropped = self.calls(closure).find(|(i, c)| *i > id && c.name == "drop" && c.args.first().is_some_and(|a| a.text == target));
            return dropped.map_or(block_end, |(i, _)| self.nodes[i].span.0.min(block_end));
        }
        let level = self.nodes[statement.unwrap_or(id)].parent;
        let same = |c: &Call<'_>| {
            words::tail(c.receiver) == words::tail(call.receiver) || matches!(call.result, Use::Assigned(t) if t == c.receiver || t == c.name || t.is_empty())
        };
        let mut last = None;
        for (i, _) in self.calls(closure).filter(|(i, c)| *i > id && words::is_unlock(c) && same(c)) {
            let parent = self.nodes[i].parent;
            if matches!(self.nodes[parent].kind, Kind::Scope { what: Scope::Defer, .. }) {
                return end;
            }
            last = Some(self.nodes[i].span.0);
            if parent == level || matches!(self.nodes[parent].kind, Kind::Finally) {
                break;
            }
        }
        last.unwrap_or(end)
    }

    /// C++ guards hold from their declaration to the end of the block.
    fn guards(&self, function: Id, out: &mut Vec<Held<'t>>) {
        const GUARDS: [&str; 6] = ["lock_guard", "unique_lock", "scoped_lock", "shared_lock", "MutexLock", "SCOPED_LOCK"];
        let (start, end) = self.nodes[function].span;
        for guard in GUARDS {
            for (at, _) in self.text[start..end].match_indices(guard) {
                let at = start + at;
                let mut depth = 0_i32;
                let close = self.text[at..end].bytes().position(|b| {
                    depth += i32::from(b == b'{') - i32::from(b == b'}');
                    depth < 0
                });
                out.push(Held { lock: guard, at: function, span: (at, close.map_or(end, |c| at + c)) });
            }
        }
    }

    /// Fields of the object's own that a function touches, in the order of the text. Locks and loggers are not among them.
    #[must_use]
    pub fn touches_of(&self, function: Id) -> Vec<Touch<'t>> {
        let (start, end) = self.nodes[function].span;
        let Some(text) = self.text.get(start..end) else { return Vec::new() };
        let mut out = Vec::new();
        for prefix in self.own_prefixes(function) {
            for (at, _) in text.match_indices(&*prefix) {
                let boundary = at == 0 || !is_word(text.as_bytes()[at - 1]) && text.as_bytes()[at - 1] != b'.' && text.as_bytes()[at - 1] != b'@';
                let field = word_at(text, at + prefix.len());
                if boundary && is_state_field(field) && !is_remark(text, at) {
                    let behind = &text[at + prefix.len() + field.len()..];
                    if !behind.starts_with('(') {
                        let before = &text[..at];
                        let write = is_changed(behind) || before.ends_with("delete(") || before.ends_with("++") || before.ends_with("append(");
                        out.push(Touch { field, at: start + at, write });
                    }
                }
            }
        }
        // Google's style of C++: a field ends in an underscore.
        if self.language == "cpp" {
            let mut from = 0;
            while let Some(at) = text[from..].find(|c: char| c.is_ascii_alphabetic()).map(|i| from + i) {
                let field = word_at(text, at);
                from = at + field.len().max(1);
                if field.ends_with('_') && is_state_field(field) && !is_remark(text, at) && !text[from..].starts_with('(') {
                    let write = is_changed(&text[from..]) || text[..at].ends_with("++") || text[..at].ends_with("--");
                    out.push(Touch { field, at: start + at, write });
                }
            }
        }
        // Languages in which fields are named without `this`: what a method is called on that is neither declared nor handed in here.
        if matches!(self.language, "java" | "kotlin" | "csharp") {
            let Kind::Function { params, .. } = &self.nodes[function].kind else { return out };
            for (id, c) in self.calls(function) {
                let field = c.receiver;
                let plain = field.bytes().all(is_word) && field.starts_with(|f: char| f.is_ascii_lowercase() || f == '_');
                let own = plain && !params.iter().any(|p| says(p, &[field])) && !self.declares(function, field);
                if own && is_state_field(field) {
                    out.push(Touch { field, at: self.nodes[id].span.0, write: says_exactly(c.name, CHANGES) });
                }
            }
        }
        out.sort_by_key(|t| t.at);
        out
    }

    /// The outermost node that begins on the line of a byte, for a place to cite.
    #[must_use]
    pub fn node_at(&self, function: Id, byte: usize) -> Id {
        let line = self.line_of(byte);
        let inner = self.within(function).rfind(|i| self.nodes[*i].span.0 <= byte && byte < self.nodes[*i].span.1);
        self.within(function).find(|i| self.nodes[*i].line == line && !matches!(self.nodes[*i].kind, Kind::Finally)).or(inner).unwrap_or(function)
    }

    fn declares(&self, function: Id, name: &str) -> bool {
        self.within(function).any(|i| match &self.nodes[i].kind {
            Kind::Assign { target, .. } => *target == name,
            Kind::Function { params, .. } => params.iter().any(|p| says(p, &[name])),
            Kind::Loop { over, condition, .. } => says(over, &[name]) || says(condition, &[name]) || says(pieces::first_line(self.source(i)), &[name]),
            Kind::Handler { binding, .. } => *binding == name,
            Kind::Scope { what: Scope::With, head } => says(head, &[name]),
            _ => false,
        })
    }

    /// How a function names its own object's fields.
    fn own_prefixes(&self, function: Id) -> Vec<String> {
        match self.language {
            "python" => vec!["self.".to_owned()],
            "ruby" => vec!["@".to_owned(), "@@".to_owned()],
            "php" => vec!["$this->".to_owned()],
            "go" => go_receiver(self.source(function)).map(|(name, _)| format!("{name}.")).into_iter().collect(),
            "csharp" => vec!["this.".to_owned(), "_".to_owned()],
            "cpp" => vec!["this->".to_owned(), "m_".to_owned()],
            "typescript" | "javascript" | "java" | "kotlin" => vec!["this.".to_owned()],
            _ => Vec::new(),
        }
    }
}

/// Name and type of a Go method's receiver.
#[must_use]
pub fn go_receiver(source: &str) -> Option<(&str, &str)> {
    let inside = source.strip_prefix("func (")?.split(')').next()?;
    let (name, of) = inside.split_once(' ')?;
    Some((name.trim(), of.trim()))
}

/// Calls that take a lock: an exact name, so that a constructor of locks is none.
fn takes(c: &Call<'_>) -> bool {
    const NAMES: &[&str] =
        &["lock", "rlock", "wlock", "trylock", "try_lock", "acquire", "lockasync", "withlock", "with_lock", "runexclusive", "synchronize", "lockinterruptibly"];
    const MAKERS: &[&str] = &["threading", "asyncio", "multiprocessing", "anyio", "trio", "redis", "client", "session", "store", "consul", "etcd"];
    if c.is_new || says(words::tail(c.receiver), MAKERS) {
        return false;
    }
    (says_exactly(c.name, NAMES) && words::is_lock(c) || says_exactly(c.name, &["runexclusive"]))
        || (says_exactly(c.name, &["read", "write", "wait", "waitasync"]) && says(words::tail(c.receiver), &["lock", "mutex", "rwlock", "semaphore", "sem"]))
}

fn says_exactly(name: &str, names: &[&str]) -> bool {
    names.iter().any(|n| n.eq_ignore_ascii_case(name))
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

fn word_at(text: &str, from: usize) -> &str {
    let rest = text.get(from..).unwrap_or("");
    &rest[..rest.bytes().position(|b| !is_word(b)).unwrap_or(rest.len())]
}

/// Names of fields that are no shared state of their own: locks, loggers, what is set once.
fn is_state_field(field: &str) -> bool {
    #[rustfmt::skip]
    const NONE: &[&str] = &["log", "logger", "logging", "config", "cfg", "options", "opts", "settings", "ctx", "context", "metrics", "name", "class", "mu"];
    const ENDS: [&str; 9] = ["lock", "locks", "mutex", "mtx", "semaphore", "cond", "condition", "logger", "_mu"];
    let plain = field.trim_matches('_').to_ascii_lowercase();
    plain.len() > 1 && !NONE.contains(&&*plain) && !ENDS.iter().any(|e| plain.ends_with(e))
}

/// The position lies behind a mark of a comment on its line.
fn is_remark(text: &str, at: usize) -> bool {
    let line = &text[text[..at].rfind('\n').map_or(0, |i| i + 1)..at];
    line.contains("//") || line.trim_start().starts_with(['#', '*']) || line.contains("\"\"\"")
}

/// What follows a field's name changes it.
fn is_changed(behind: &str) -> bool {
    let mut rest = behind;
    while rest.starts_with('[') {
        let mut depth = 0_i32;
        let close = rest.bytes().position(|b| {
            depth += i32::from(b == b'[') - i32::from(b == b']');
            depth == 0
        });
        rest = close.map_or("", |c| &rest[c + 1..]);
    }
    let rest = rest.trim_start_matches([' ', '\t']);
    if let Some(method) = rest.strip_prefix("?.").or_else(|| rest.strip_prefix("->")).or_else(|| rest.strip_prefix('.')) {
        let name = word_at(method, 0);
        return says_exactly(name, CHANGES) && method[name.len()..].starts_with('(');
    }
    let two = rest.get(..2).unwrap_or("");
    (rest.starts_with('=') && !matches!(two, "==" | "=>" | "=~"))
        || matches!(two, "+=" | "-=" | "*=" | "|=" | "&=" | "++" | "--" | "<<")
        || rest.starts_with("||=")
        || rest.starts_with("//=")
}
