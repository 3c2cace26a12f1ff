//! What calls of client libraries do to shared resources: tables of rows (`Library`, `Row`), and the one matcher that reads them.
//! A client is added by a row in a table of its family; the matcher knows no library.

mod matching;
mod places;

pub(crate) use matching::{Hit, hits};
pub(crate) use places::{find_key, held_type, is_told, listed, same, type_of, variable_type};

use crate::index::model::{Certainty, Kind, Role};

/// Client libraries of one family, known by their imports.
#[derive(Debug)]
pub(crate) struct Library {
    /// Words in import lines, lower case, whole words; `*` at an end lets the word go on there.
    pub(crate) words: &'static [&'static str],
    pub(crate) rows: &'static [Row],
}

/// What a row looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A call of a function, method or constructor.
    Call,
    /// A value written as `Type{Key: value}` or `new Type { Key = value }`.
    Literal,
    /// An annotation, decorator or attribute.
    Annotation,
    /// A type argument of a supertype: `IConsumer<OrderCreated>`.
    Super,
}

/// Where the resource's name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// The n-th argument without a keyword; a list names several.
    Nth(usize),
    /// Every argument without a keyword.
    All,
    /// A keyword argument or an entry of an object, lower case without `_`, `-` and `.`.
    Key(&'static str),
    /// The argument behind one that is this text: `option("subscribe", "orders")`.
    After(&'static str),
    /// What the call is made on was made by a row that makes handles: `client.topic("orders").publish(..)`.
    Handle,
    /// The type argument: `Publish<OrderCreated>(..)`.
    TypeArgument,
    /// The type of the n-th argument: `publish(new OrderCreated(..))`, `onEvent(OrderCreated.class)`.
    TypeOf(usize),
    /// The type of the annotated function's first parameter.
    Parameter,
    /// The name of what is annotated.
    Target,
    /// The type that a static method is called on: `InvoiceJob.perform_later`.
    Receiver,
}

/// Whether a row's result stands for the resource further on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Makes {
    /// It does not.
    Nothing,
    /// It does, and the row's role is told where it is made.
    Handle,
    /// It does, and the row's role is told where it is made only when nothing in the file uses it.
    Idle,
}

/// One API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) form: Form,
    /// Called names or types, lower case without `_`; a C# `Async` behind them is not written.
    pub(crate) names: &'static [&'static str],
    /// One of these is part of a name before the called one, or of the type of the variable that it is called on; none: anything is.
    pub(crate) on: &'static [&'static str],
    pub(crate) role: Option<Role>,
    pub(crate) kind: Kind,
    /// Places of the name, the first that gives one counts.
    pub(crate) at: &'static [At],
    /// Places of what goes with it: a routing key, a group, a schedule.
    pub(crate) with: &'static [At],
    /// How many arguments without a keyword it has, if that matters.
    pub(crate) count: Option<usize>,
    /// Called without anything before it: a constructor, a word of a small language.
    pub(crate) rooted: bool,
    /// The name is a text; a constant stands for one, and is no name itself.
    pub(crate) texts: bool,
    /// Languages, if not all.
    pub(crate) only: &'static [&'static str],
    /// How sure it is where the library is imported.
    pub(crate) certainty: Certainty,
    /// How sure it is where no library of the table is imported; none: it says nothing then.
    pub(crate) alone: Option<Certainty>,
    pub(crate) makes: Makes,
}

impl Row {
    const fn new(form: Form, role: Option<Role>, names: &'static [&'static str], at: &'static [At]) -> Self {
        Self {
            form,
            names,
            on: &[],
            role,
            kind: Kind::Channel,
            at,
            with: &[],
            count: None,
            rooted: false,
            texts: false,
            only: &[],
            certainty: Certainty::Sure,
            alone: None,
            makes: Makes::Nothing,
        }
    }

    /// A call that does this.
    pub(crate) const fn call(role: Role, names: &'static [&'static str], at: &'static [At]) -> Self {
        Self::new(Form::Call, Some(role), names, at)
    }

    /// A call whose result stands for the resource and does nothing by itself.
    pub(crate) const fn handle(names: &'static [&'static str], at: &'static [At]) -> Self {
        let mut row = Self::new(Form::Call, None, names, at);
        row.makes = Makes::Handle;
        row
    }

    /// A value of a type that does this.
    pub(crate) const fn literal(role: Role, names: &'static [&'static str], at: &'static [At]) -> Self {
        Self::new(Form::Literal, Some(role), names, at)
    }

    /// An annotation that does this.
    pub(crate) const fn annotation(role: Role, names: &'static [&'static str], at: &'static [At]) -> Self {
        Self::new(Form::Annotation, Some(role), names, at)
    }

    /// A supertype that does this with its type argument.
    pub(crate) const fn supertype(role: Role, names: &'static [&'static str]) -> Self {
        Self::new(Form::Super, Some(role), names, &[At::TypeArgument])
    }

    /// The same, only on these.
    pub(crate) const fn on(mut self, words: &'static [&'static str]) -> Self {
        self.on = words;
        self
    }

    /// The same with what goes with it.
    pub(crate) const fn with(mut self, places: &'static [At]) -> Self {
        self.with = places;
        self
    }

    /// The same, only with so many arguments.
    pub(crate) const fn count(mut self, arguments: usize) -> Self {
        self.count = Some(arguments);
        self
    }

    /// The same, only where nothing stands before the name.
    pub(crate) const fn rooted(mut self) -> Self {
        self.rooted = true;
        self
    }

    /// The same, named by a text.
    pub(crate) const fn texts(mut self) -> Self {
        self.texts = true;
        self
    }

    /// The same, only in these languages.
    pub(crate) const fn only(mut self, languages: &'static [&'static str]) -> Self {
        self.only = languages;
        self
    }

    /// The same for resources of another kind.
    pub(crate) const fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// The same, sure without an import.
    pub(crate) const fn alone(mut self) -> Self {
        self.alone = Some(Certainty::Sure);
        self
    }

    /// The same, likely without an import.
    pub(crate) const fn hinted(mut self) -> Self {
        self.alone = Some(Certainty::Likely);
        self
    }

    /// The same, likely with an import.
    pub(crate) const fn likely(mut self) -> Self {
        self.certainty = Certainty::Likely;
        self
    }

    /// The same, and its result stands for the resource.
    pub(crate) const fn makes_handle(mut self) -> Self {
        self.makes = Makes::Handle;
        self
    }

    /// The same, and its result stands for the resource; told here only when nothing uses it.
    pub(crate) const fn idle(mut self) -> Self {
        self.makes = Makes::Idle;
        self
    }
}

/// Fails with every file of a table that says something else.
#[cfg(test)]
#[track_caller]
pub(crate) fn says_each(kinds: &[Kind], cases: &[(&str, &str, &[&str])]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(path, text, expected)| {
            let found = super::testing::uses(path, text, kinds);
            (found != *expected).then(|| format!("{path}:\n{text}\n  says {found:#?}\n  not {expected:#?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
