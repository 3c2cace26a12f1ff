//! The structure of a text in one small vocabulary for all languages: functions, loops, branches, handlers, calls, assignments.
//!
//! Nodes lie in one array in the order of the text, each before all that it holds. So what a node holds is a range of the array, and
//! a walk is a loop. Texts are borrowed from the source.

use std::ops::Range;

/// Index of a node in its [`Outline`]. 0 is the whole text.
pub type Id = usize;

/// One node.
#[derive(Clone, Debug)]
pub struct Node<'t> {
    /// What it is.
    pub kind: Kind<'t>,
    /// What it is to its parent.
    pub role: Role,
    /// The node that holds it; its own id for the whole text.
    pub parent: Id,
    /// Id behind the last node that it holds.
    pub end: Id,
    /// Bytes of the text.
    pub span: (usize, usize),
    /// 1-based line of the text on which it begins; for a call, the line of the name that is called.
    pub line: u32,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind<'t> {
    /// The whole text.
    File,
    /// A class, an implementation, a module: what functions stand in.
    Type {
        /// Its name; for Rust's `impl`, the type's.
        name: &'t str,
    },
    /// A function, method, closure or block that is passed on. Closures have no name.
    Function {
        /// As declared.
        name: &'t str,
        /// Parameters as written.
        params: Vec<&'t str>,
        /// `async`, `suspend`.
        is_async: bool,
    },
    /// A loop, or a call that runs its block for each element.
    Loop {
        /// No condition and nothing to run out of: `for {}`, `while true`, `loop`.
        endless: bool,
        /// As written; empty where there is none.
        condition: &'t str,
        /// What it walks over; empty where it walks over nothing.
        over: &'t str,
    },
    /// `if`, `unless`, `switch`, `match`, a ternary.
    Branch {
        /// What is asked, as written.
        condition: &'t str,
    },
    /// One way of a `switch`, `match`, `when`, `select`.
    Arm {
        /// As written; empty for a default.
        pattern: &'t str,
    },
    /// `try`, `begin`: a body (role `Body`) with handlers and perhaps a `Finally`.
    Try,
    /// What runs when something failed.
    Handler {
        /// How the failure is noticed.
        how: Caught,
        /// Types that are caught, or the condition or pattern that says "failed".
        caught: Vec<&'t str>,
        /// Name of the error inside the handler.
        binding: &'t str,
    },
    /// Runs whatever happened: `finally`, `ensure`, `after`.
    Finally,
    /// A body under special terms.
    Scope {
        /// Which.
        what: Scope,
        /// What stands in its head.
        head: &'t str,
    },
    /// A call, a construction (`new X(..)`), a macro, an annotation with arguments.
    Call(Call<'t>),
    /// A value put under a name: declarations too.
    Assign {
        /// What it is put under.
        target: &'t str,
        /// The value as written; empty for a declaration without.
        value: &'t str,
    },
    /// Leaves the straight way.
    Jump {
        /// Which way.
        what: Jump,
        /// What it carries.
        value: &'t str,
    },
    /// A literal with named fields: struct literal, object, map, dictionary.
    Object {
        /// The type's name, where the language writes it.
        name: &'t str,
        /// Fields in order.
        fields: Vec<Arg<'t>>,
    },
}

/// A call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call<'t> {
    /// What it is called on, as written; empty for a plain function.
    pub receiver: &'t str,
    /// The last part of what is called.
    pub name: &'t str,
    /// In order. A block that is passed on is not here but below the call, as a function.
    pub args: Vec<Arg<'t>>,
    /// Its end is waited for: `await`.
    pub awaited: bool,
    /// `?`, `try!`: a failure leaves the function.
    pub propagated: bool,
    /// What becomes of the result.
    pub result: Use<'t>,
    /// A construction: `new X()`.
    pub is_new: bool,
}

/// An argument, or a field of a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arg<'t> {
    /// Keyword or field name; empty for a positional one.
    pub name: &'t str,
    /// The value as written.
    pub text: &'t str,
}

/// What becomes of a call's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use<'t> {
    /// Nothing: the call is a statement.
    Ignored,
    /// It is put under a name.
    Assigned(&'t str),
    /// It leaves the function.
    Returned,
    /// Another expression reads it.
    Read,
}

/// How a failure is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caught {
    /// `catch`, `except`, `rescue`.
    Catch,
    /// A branch on an error value: `if err != nil`, `if let Err(e)`, `case err != nil:`.
    Branch,
    /// An arm of a match: `Err(e) =>`, `{:error, reason} ->`.
    Arm,
    /// A closure that is called with the error: `.catch(..)`, `map_err(..)`, `onFailure {}`.
    Closure,
}

/// Terms under which a body runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// When the function ends: `defer`.
    Defer,
    /// A resource that is closed at the end: `with`, `using`.
    With,
    /// One at a time: `synchronized`, `lock`.
    Lock,
    /// Beside the rest: `go`, `async {}`.
    Spawn,
}

/// A way off the straight way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jump {
    /// Out of the function.
    Return,
    /// Out of the loop (or the switch).
    Break,
    /// To the loop's next round; Ruby's `next`, `redo`, `retry`.
    Continue,
    /// `throw`, `raise`, `panic`.
    Throw,
}

/// What a node is to its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Runs as part of the parent's body: the default.
    Body,
    /// Stands in the condition, the subject, the head.
    Condition,
    /// The other way of a branch.
    Else,
    /// An argument of a call, a field of a literal, the value of an assignment.
    Value,
    /// What a call is made on.
    Receiver,
    /// An annotation or decorator. It stands in or right before the function that it is for.
    Decorator,
}

/// The structure of one text.
#[derive(Clone, Debug)]
pub struct Outline<'t> {
    /// What it was read from.
    pub text: &'t str,
    /// Name of the language, as in the schema.
    pub language: &'static str,
    /// In the order of the text; the first is the whole.
    pub nodes: Vec<Node<'t>>,
    /// Bytes at which lines begin, the first left out.
    pub(super) line_starts: Vec<usize>,
}

impl<'t> Outline<'t> {
    /// The node.
    #[must_use]
    pub fn node(&self, id: Id) -> &Node<'t> {
        &self.nodes[id]
    }

    /// All ids.
    #[must_use]
    pub fn ids(&self) -> Range<Id> {
        0..self.nodes.len()
    }

    /// Everything that a node holds, itself not.
    #[must_use]
    pub fn within(&self, id: Id) -> Range<Id> {
        id + 1..self.nodes[id].end
    }

    /// What stands directly in a node.
    pub fn children(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        let end = self.nodes[id].end;
        let mut next = id + 1;
        std::iter::from_fn(move || {
            let this = next;
            (this < end).then(|| {
                next = self.nodes[this].end;
                this
            })
        })
    }

    /// What holds a node, innermost first, the whole text last.
    pub fn ancestors(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        let mut at = id;
        std::iter::from_fn(move || {
            // An id behind the last node, as "the first thing in an empty body" is one, has nothing around it.
            let parent = self.nodes.get(at)?.parent;
            (parent != at).then(|| {
                at = parent;
                parent
            })
        })
    }

    /// The call at a node.
    #[must_use]
    pub fn call(&self, id: Id) -> Option<&Call<'t>> {
        if let Kind::Call(call) = &self.nodes[id].kind { Some(call) } else { None }
    }

    /// Calls within a node, those of closures in it too.
    pub fn calls(&self, id: Id) -> impl Iterator<Item = (Id, &Call<'t>)> + '_ {
        self.within(id).filter_map(|i| self.call(i).map(|c| (i, c)))
    }

    /// Source of a node.
    #[must_use]
    pub fn source(&self, id: Id) -> &'t str {
        let (start, end) = self.nodes[id].span;
        self.text.get(start..end).unwrap_or("")
    }

    /// The innermost function around a node, closures too.
    #[must_use]
    pub fn closure_of(&self, id: Id) -> Option<Id> {
        self.ancestors(id).find(|i| matches!(self.nodes[*i].kind, Kind::Function { .. }))
    }

    /// The innermost function with a name around a node (a function is around itself); a closure where none has one.
    #[must_use]
    pub fn function_of(&self, id: Id) -> Option<Id> {
        let named = |i: &Id| matches!(self.nodes[*i].kind, Kind::Function { name, .. } if !name.is_empty());
        std::iter::once(id)
            .chain(self.ancestors(id))
            .find(named)
            .or_else(|| self.ancestors(id).filter(|i| matches!(self.nodes[*i].kind, Kind::Function { .. })).last())
    }

    /// Name of that function; empty outside of all.
    #[must_use]
    pub fn function_name(&self, id: Id) -> &'t str {
        match self.function_of(id).map(|i| &self.nodes[i].kind) {
            Some(Kind::Function { name, .. }) => name,
            _ => "",
        }
    }

    /// Functions that are no closures.
    pub fn functions(&self) -> impl Iterator<Item = Id> + '_ {
        self.ids().filter(|i| matches!(self.nodes[*i].kind, Kind::Function { name, .. } if !name.is_empty()))
    }

    /// 1-based line of a byte.
    #[must_use]
    pub fn line_of(&self, byte: usize) -> u32 {
        u32::try_from(self.line_starts.partition_point(|s| *s <= byte) + 1).unwrap_or(u32::MAX)
    }

    /// First and last line of a node.
    #[must_use]
    pub fn lines(&self, id: Id) -> (u32, u32) {
        let (start, end) = self.nodes[id].span;
        (self.line_of(start), self.line_of(end.max(start + 1) - 1))
    }
}

/// One line a node, indented: what detectors are written against.
impl std::fmt::Display for Outline<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for id in self.ids().skip(1) {
            let node = &self.nodes[id];
            let depth = self.ancestors(id).count() - 1;
            let role = if node.role == Role::Body { String::new() } else { format!(" ({:?})", node.role) };
            writeln!(f, "{:>4} {}{}{role}", node.line, "  ".repeat(depth), node.kind)?;
        }
        Ok(())
    }
}

impl std::fmt::Display for Kind<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let flat = |t: &str| t.split_ascii_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect::<String>();
        match self {
            Kind::File => write!(f, "file"),
            Kind::Type { name } => write!(f, "type {name}"),
            Kind::Function { name, params, is_async } => {
                write!(f, "{}function {name}[{}]", if *is_async { "async " } else { "" }, params.iter().map(|p| flat(p)).collect::<Vec<_>>().join("; "))
            }
            Kind::Loop { endless: true, .. } => write!(f, "loop endless"),
            Kind::Loop { condition, over: "", .. } => write!(f, "loop while {}", flat(condition)),
            Kind::Loop { over, .. } => write!(f, "loop over {}", flat(over)),
            Kind::Branch { condition } => write!(f, "branch {}", flat(condition)),
            Kind::Arm { pattern } => write!(f, "arm {}", flat(pattern)),
            Kind::Try => write!(f, "try"),
            Kind::Handler { how, caught, binding } => write!(f, "handler {how:?} {caught:?} as {binding:?}"),
            Kind::Finally => write!(f, "finally"),
            Kind::Scope { what, head } => write!(f, "scope {what:?} {}", flat(head)),
            Kind::Call(c) => {
                let args = c.args.iter().map(|a| if a.name.is_empty() { flat(a.text) } else { format!("{}={}", a.name, flat(a.text)) });
                let marks = [(c.is_new, " new"), (c.awaited, " awaited"), (c.propagated, " propagated")].map(|(on, t)| if on { t } else { "" }).concat();
                write!(f, "call {} . {} [{}]{marks} -> {:?}", flat(c.receiver), c.name, args.collect::<Vec<_>>().join("; "), c.result)
            }
            Kind::Assign { target, value } => write!(f, "assign {} = {}", flat(target), flat(value)),
            Kind::Jump { what, value } => write!(f, "{what:?} {}", flat(value)),
            Kind::Object { name, fields } => {
                write!(f, "object {} {{{}}}", flat(name), fields.iter().map(|a| format!("{}={}", a.name, flat(a.text))).collect::<Vec<_>>().join("; "))
            }
        }
    }
}
