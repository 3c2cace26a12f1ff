//! The matcher: rows of tables against the calls, values, annotations and supertypes of a file.

use super::places::{find_key, is_told, listed, parameter_type, same, type_name, type_of, word_in};
use super::{At, Form, Library, Makes, Row};
use crate::index::model::{Certainty, Kind, Name, Part};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Argument, Call, DeclarationKind, Reading, Span};

/// What a row found.
#[derive(Debug)]
pub(crate) struct Hit {
    pub(crate) row: &'static Row,
    /// Several where the call names a list.
    pub(crate) names: Vec<Name>,
    /// What goes with it, if the row asks for it.
    pub(crate) with: Option<Name>,
    /// Token of the called name, type or annotation.
    pub(crate) at: usize,
    /// Tokens of its arguments, brackets excluded.
    pub(crate) inside: Span,
    pub(crate) line: u32,
    pub(crate) certainty: Certainty,
}

/// Something that stands for a resource: the variables that hold it, and the call that made it.
struct Handle<'a> {
    variables: Vec<&'a str>,
    /// None: an annotation gives it.
    call: Option<usize>,
    /// Token of the call's or annotation's name.
    at: usize,
    names: Vec<Name>,
    hit: usize,
    used: bool,
}

/// A row's subject: where its arguments are.
struct Subject<'r, 'a> {
    arguments: &'r [Argument<'a>],
    inside: Span,
    call: Option<usize>,
    types: Option<&'a str>,
    /// The annotated name.
    target: Option<usize>,
}

/// Whether a text of imports holds the library; `rarely`: the text is the whole file's.
fn is_imported(imports: &str, rarely: bool, library: &Library) -> bool {
    library.words.iter().any(|w| if rarely { imports.contains(w.trim_matches('*')) } else { word_in(imports, w) })
}

/// Everything that the tables find in a file, in order of the text.
pub(crate) fn hits(reading: &Reading<'_>, libraries: &[&'static Library]) -> Vec<Hit> {
    // Where imports are rare, whatever the file mentions counts.
    let rarely = matches!(reading.language.name(), "ruby" | "elixir" | "erlang" | "php" | "lua");
    let imports = if rarely { reading.text.to_ascii_lowercase() } else { reading.import_text() };
    let imported: Vec<bool> = libraries.iter().map(|l| is_imported(&imports, rarely, l)).collect();
    let none = !imported.contains(&true);
    let mut rows: Vec<(&'static Row, Certainty)> = Vec::new();
    for (library, imported) in libraries.iter().zip(&imported) {
        for row in library.rows.iter().filter(|r| r.only.is_empty() || r.only.contains(&reading.language.name())) {
            match (imported, row.alone) {
                (true, _) => rows.push((row, row.certainty)),
                // Another library of the table is imported: a likely form is that one's.
                (false, Some(alone)) if none || alone == Certainty::Sure => rows.push((row, alone)),
                _ => {}
            }
        }
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let mut matcher = Matcher { reading, imports, handles: Vec::new(), hits: Vec::new() };
    // What an annotation puts into a field or parameter is used by calls.
    let (given, other): (Vec<_>, Vec<_>) = rows.iter().partition(|(r, _)| r.makes != Makes::Nothing);
    matcher.annotations(&given);
    matcher.calls(&rows);
    matcher.annotations(&other);
    matcher.literals(&rows);
    matcher.supertypes(&rows);
    let Matcher { handles, mut hits, .. } = matcher;
    let told: Vec<usize> = handles.iter().filter(|h| h.used).map(|h| h.hit).collect();
    let mut number = 0;
    hits.retain(|hit| {
        number += 1;
        let idle = hit.row.makes == Makes::Idle && told.contains(&(number - 1));
        hit.row.role.is_some() && !idle && !hit.names.is_empty()
    });
    hits.sort_by_key(|h| h.at);
    hits
}

struct Matcher<'r, 'a> {
    reading: &'r Reading<'a>,
    imports: String,
    handles: Vec<Handle<'a>>,
    hits: Vec<Hit>,
}

impl<'a> Matcher<'_, 'a> {
    fn calls(&mut self, rows: &[(&'static Row, Certainty)]) {
        let (makers, others): (Vec<_>, Vec<_>) = rows.iter().filter(|(r, _)| r.form == Form::Call).partition(|(r, _)| r.makes != Makes::Nothing);
        // Handles first: a field is often used above the place that makes it. Twice: a handle may be made of another, written within it.
        self.pass(&makers);
        self.pass(&makers);
        self.pass(&others);
    }

    fn pass(&mut self, rows: &[&(&'static Row, Certainty)]) {
        if rows.is_empty() {
            return;
        }
        // Most calls begin with a letter that no row begins with.
        let firsts: Vec<u32> = rows.iter().map(|(row, _)| row.names.iter().fold(0, |all, n| all | letter(n))).collect();
        let any = firsts.iter().fold(0, |all, f| all | f);
        for number in 0..self.reading.calls.len() {
            let call = &self.reading.calls[number];
            let first = letter(call.name);
            if any & first == 0 || self.handles.iter().any(|h| h.call == Some(number)) {
                continue;
            }
            for ((row, certainty), firsts) in rows.iter().copied().zip(&firsts) {
                if firsts & first == 0
                    || !row.names.iter().any(|n| same(call.name, n))
                    || row.count.is_some_and(|n| n != call.arguments.iter().filter(|a| a.keyword.is_none()).count())
                {
                    continue;
                }
                // `QUEUE("x")` is a member of an enumeration.
                let is_member = row.rooted
                    && (call.path.len() > 1
                        || call.name.len() > 2 && call.name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') && !matches!(call.name, "DAG"));
                if is_member || !self.is_on(call, row.on) {
                    continue;
                }
                let subject = Subject {
                    arguments: &call.arguments,
                    inside: call.open + 1..call.close.max(call.open + 1),
                    call: Some(number),
                    types: call.types,
                    target: None,
                };
                if self.take(row, *certainty, &subject, call.at, call.line) {
                    break;
                }
            }
        }
    }

    fn is_on(&self, call: &Call<'_>, words: &[&str]) -> bool {
        if words.is_empty() || call.receiver_holds(words) {
            return true;
        }
        call.path.len() >= 2
            && call.path[..call.path.len() - 1].iter().rev().take(2).any(|name| !matches!(*name, "this" | "self") && is_told(self.reading, name, words))
    }

    fn annotations(&mut self, rows: &[&(&'static Row, Certainty)]) {
        let rows: Vec<_> = rows.iter().copied().filter(|(r, _)| r.form == Form::Annotation).collect();
        let reading = self.reading;
        for annotation in &reading.annotations {
            for (row, certainty) in rows.iter().copied() {
                let on = row.on.is_empty()
                    || annotation.path[..annotation.path.len() - 1].iter().any(|p| {
                        let name = p.to_ascii_lowercase();
                        row.on.iter().any(|w| name.contains(w)) || is_told(reading, p, row.on)
                    });
                if !on || !row.names.iter().any(|n| same(annotation.name, n) || annotation.name.strip_suffix("Attribute").is_some_and(|a| same(a, n))) {
                    continue;
                }
                let open = annotation.at + 1;
                let inside = if reading.is(open, "(") { open + 1..reading.partner(open).max(open + 1) } else { open..open };
                let subject = Subject { arguments: &annotation.arguments, inside, call: None, types: None, target: annotation.target };
                if self.take(row, *certainty, &subject, annotation.at, annotation.line) {
                    break;
                }
            }
        }
    }

    fn literals(&mut self, rows: &[(&'static Row, Certainty)]) {
        let rows: Vec<_> = rows.iter().filter(|(r, _)| r.form == Form::Literal).collect();
        if rows.is_empty() {
            return;
        }
        let reading = self.reading;
        for open in 1..reading.tokens.len() {
            if !reading.is(open, "{") {
                continue;
            }
            let mut at = open - 1;
            if reading.is(at, ")") && reading.partner(at) + 1 == at {
                // `new SendMessageRequest() { .. }`
                at = at.saturating_sub(2);
            }
            if reading.kind(at) != Some(Token::Word) || at > 0 && matches!(reading.word(at - 1), "class" | "struct" | "interface" | "func" | "type") {
                continue;
            }
            for (row, certainty) in rows.iter().copied() {
                if !row.names.iter().any(|n| same(reading.word(at), n)) {
                    continue;
                }
                let before = if at >= 2 && matches!(reading.word(at - 1), "." | "::") { reading.word(at - 2).to_ascii_lowercase() } else { String::new() };
                if !row.on.is_empty() && !row.on.iter().any(|w| before.contains(w)) {
                    continue;
                }
                let subject = Subject { arguments: &[], inside: open + 1..reading.partner(open).max(open + 1), call: None, types: None, target: None };
                // A literal is often long: the line that names it counts.
                let named = row.at.iter().find_map(|p| if let At::Key(key) = p { find_key(reading, &subject.inside, key) } else { None });
                let line = reading.line(named.map_or(at, |s| s.start));
                if self.take(row, *certainty, &subject, at, line) {
                    break;
                }
            }
        }
    }

    fn supertypes(&mut self, rows: &[(&'static Row, Certainty)]) {
        let rows: Vec<_> = rows.iter().filter(|(r, _)| r.form == Form::Super).collect();
        if rows.is_empty() {
            return;
        }
        let reading = self.reading;
        for declared in reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Type) {
            for at in declared.head.clone() {
                if !matches!(reading.word(at + 1), "<" | "[") || reading.kind(at) != Some(Token::Word) {
                    continue;
                }
                for (row, certainty) in rows.iter().copied().filter(|(r, _)| r.names.iter().any(|n| same(reading.word(at), n))) {
                    let mut last = at + 2;
                    while matches!(reading.word(last + 1), "." | "::") {
                        last += 2;
                    }
                    // Another type's parameter is no name: `IHandler<T>`, `Handler<Batch<Order>>`.
                    let word = reading.word(last);
                    if word.len() < 3 || reading.is(last + 1, "<") {
                        continue;
                    }
                    let hit = Hit {
                        row,
                        names: vec![type_name(word)],
                        with: None,
                        at: last,
                        inside: declared.body.clone(),
                        line: reading.line(last),
                        certainty: *certainty,
                    };
                    self.hits.push(hit);
                }
            }
        }
    }

    /// Whether the row gave a name here.
    fn take(&mut self, row: &'static Row, certainty: Certainty, subject: &Subject<'_, 'a>, at: usize, line: u32) -> bool {
        let names = row.at.iter().find_map(|place| {
            let mut names = self.named(*place, subject, at)?;
            names
                .retain(|name| row.kind == Kind::Job && !row.texts || !name.is_open() || is_constant(name, &self.imports) || is_of_package(self.reading, name));
            some(names)
        });
        let Some(names) = names else { return false };
        let with = row.with.iter().find_map(|place| self.named(*place, subject, at)).and_then(|names| names.into_iter().next());
        if row.makes != Makes::Nothing
            && let Some(call) = subject.call
        {
            let variables = variables(self.reading, call);
            self.handles.push(Handle { variables, call: Some(call), at, names: names.clone(), hit: self.hits.len(), used: false });
        } else if row.makes != Makes::Nothing
            && let Some(target) = subject.target
        {
            self.handles.push(Handle { variables: vec![self.reading.word(target)], call: None, at, names: names.clone(), hit: self.hits.len(), used: false });
        }
        self.hits.push(Hit { row, names, with, at, inside: subject.inside.clone(), line, certainty });
        true
    }

    fn named(&mut self, place: At, subject: &Subject<'_, 'a>, at: usize) -> Option<Vec<Name>> {
        let reading = self.reading;
        let positional = |n: usize| subject.arguments.iter().filter(|a| a.keyword.is_none()).nth(n).map(|a| a.span.clone());
        match place {
            At::Nth(n) => self.values(&positional(n)?),
            At::All => {
                let spans: Vec<Span> = subject.arguments.iter().filter(|a| a.keyword.is_none()).map(|a| a.span.clone()).collect();
                some(spans.iter().filter_map(|s| self.values(s)).flatten().collect())
            }
            At::Key(key) => self.values(&find_key(reading, &subject.inside, key)?),
            At::After(text) => {
                let spans: Vec<Span> = subject.arguments.iter().map(|a| a.span.clone()).collect();
                let place = spans.iter().position(|s| reading.literal(s).is_some_and(|l| l.eq_ignore_ascii_case(text)))?;
                self.values(spans.get(place + 1)?)
            }
            At::Handle => self.of_receiver(subject.call?),
            At::TypeArgument => {
                let types = subject.types?;
                let first = types.split(['<', ',']).next()?.trim();
                let word = first.rsplit(['.', ':']).next()?.trim_start_matches(['*', '&']).trim();
                (word.len() > 2 && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')).then(|| vec![type_name(word)])
            }
            At::TypeOf(n) => type_of(reading, &positional(n)?).map(|word| vec![type_name(word)]),
            At::Parameter => {
                let target = subject.target?;
                parameter_type(reading, target).map(|word| vec![type_name(word)])
            }
            At::Target => subject.target.map(|t| vec![type_name(reading.word(t))]),
            At::Receiver => {
                let call = &reading.calls[subject.call?];
                // `InvoiceJob.set(wait: 1).perform_later`: the first name of the chain.
                let named = call.path.iter().rev().skip(1).find(|w| w.starts_with(|c: char| c.is_ascii_uppercase())).copied();
                // `self.class.perform_in(60, id)` within the class.
                let own = || matches!(&*call.path, ["self", "class", ..]).then(|| reading.enclosing(at, &[DeclarationKind::Type])).flatten().map(|d| d.name);
                let word = named.or_else(own)?;
                Some(vec![type_name(word)])
            }
        }
    }

    /// What an expression names, as a list; through a handle where it is a variable that stands for a resource.
    fn values(&mut self, span: &Span) -> Option<Vec<Name>> {
        let reading = self.reading;
        if reading.is(span.start, "{") && reading.is(span.start + 2, ":") && !matches!(reading.language.name(), "java" | "kotlin") {
            // An object of options, not a list of names.
            return None;
        }
        let mut out = Vec::new();
        for part in listed(reading, span) {
            let name = reading.name(&part);
            let known = name.says_something() || name.0.iter().any(|p| matches!(p, Part::Setting(..)));
            if known || name.as_literal() == Some("") {
                out.push(name);
                continue;
            }
            if let Some(names) = self.of_variable(&part) {
                out.extend(names);
            } else if name.is_open() {
                out.push(name);
            }
        }
        some(out)
    }

    /// The resource of a handle by the variable that an expression begins with, or by the call that makes it there.
    fn of_variable(&mut self, span: &Span) -> Option<Vec<Name>> {
        let reading = self.reading;
        let within = self.handles.iter().rposition(|h| h.call.is_some() && span.contains(&h.at));
        let place = within.or_else(|| {
            let mut at = span.start;
            while at < span.end && matches!(reading.word(at), "&" | "*" | "this" | "self" | "." | "->" | "@" | "(") {
                at += 1;
            }
            self.by_name(reading.word(at), span.start)
        })?;
        self.handles[place].used = true;
        Some(self.handles[place].names.clone())
    }

    fn of_receiver(&mut self, call: usize) -> Option<Vec<Name>> {
        let mut on = self.reading.calls[call].on;
        while let Some(before) = on {
            if let Some(place) = self.handles.iter().rposition(|h| h.call == Some(before)) {
                self.handles[place].used = true;
                return Some(self.handles[place].names.clone());
            }
            on = self.reading.calls[before].on;
        }
        let path = &self.reading.calls[call].path;
        let at = self.reading.calls[call].at;
        let place = path[..path.len() - 1].iter().rev().find_map(|name| self.by_name(name, at))?;
        self.handles[place].used = true;
        Some(self.handles[place].names.clone())
    }

    /// The handle that a variable holds at a token: made in the same function, else the only one of that name in the file.
    fn by_name(&self, name: &str, at: usize) -> Option<usize> {
        let named: Vec<usize> = (0..self.handles.len()).filter(|&i| self.handles[i].variables.contains(&name)).collect();
        if named.len() <= 1 {
            return named.first().copied();
        }
        let function = self.reading.enclosing(at, &[DeclarationKind::Function]).map(|d| d.body.clone());
        let here = named.iter().rev().copied().find(|&i| {
            if self.handles[i].call.is_none() {
                return true;
            }
            let made = self.handles[i].at;
            made < at && function.as_ref().is_some_and(|f| f.contains(&made))
        });
        here.or_else(|| named.iter().all(|&i| self.handles[i].names == self.handles[named[0]].names).then(|| named[0]))
    }
}

/// Words of names that stand for channels, flags and the like.
const TELLING: [&str; 14] =
    ["topic", "queue", "channel", "subject", "exchange", "stream", "routing", "event", "flag", "feature", "config", "setting", "const", "name"];

/// Those of channels alone.
const CHANNELS: [&str; 7] = ["topic", "queue", "channel", "subject", "exchange", "stream", "routing"];

/// Whether what a name leans on reads like a constant of another file, or is imported: a local value, a parameter of another function
/// or whatever a call gives are not known there either.
fn is_constant(name: &Name, imports: &str) -> bool {
    name.0.iter().all(|part| {
        let Part::Constant(path) = part else { return true };
        let (root, last) = (path.split('.').next().unwrap_or(""), path.rsplit('.').next().unwrap_or(""));
        let told = |word: &str| {
            let lower = word.to_ascii_lowercase();
            TELLING.iter().any(|t| lower.contains(t))
        };
        if let Some(called) = last.strip_suffix("()") {
            return told(called) && !called.starts_with("get") && !called.starts_with("new");
        }
        if path.contains('$') || ["Options", "Specification", "Request", "Props", "Properties", "Args"].iter().any(|end| last.ends_with(end)) {
            return false;
        }
        let upper = last.len() > 1 && last.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        let capital = last.starts_with(|c: char| c.is_ascii_uppercase()) && !matches!(last, "None" | "Some" | "Ok" | "Null" | "True" | "False");
        let imported = || word_in(imports, &root.to_ascii_lowercase()) || word_in(imports, &last.to_ascii_lowercase());
        upper || capital && (root != last || told(last)) || imported() || root != last && told(root)
    })
}

/// Whether a name of Go can only be a constant of its package: nothing of the file binds it, and it says that it is a channel.
fn is_of_package(reading: &Reading<'_>, name: &Name) -> bool {
    let [Part::Constant(path)] = &*name.0 else { return false };
    let lower = path.to_ascii_lowercase();
    let is_asked = |i: usize| matches!(reading.word(i + 1), ")" | "," | "}" | "+" | "]") && !(i > 0 && matches!(reading.word(i - 1), "var" | "const" | "func"));
    let in_list = |i: usize| {
        // `for _, topicName := range ..`, `topicName, err := f()`
        (i + 1..reading.tokens.len().min(i + 8)).take_while(|&j| reading.line(j) == reading.line(i)).any(|j| reading.is(j, ":=") || reading.is(j, "="))
    };
    reading.language.name() == "go"
        && !path.contains(['.', '(', '@'])
        && CHANNELS.iter().any(|t| lower.contains(t))
        && (0..reading.tokens.len()).filter(|&i| reading.kind(i) == Some(Token::Word) && reading.is(i, path)).all(|i| is_asked(i) && !in_list(i))
}

/// A bit for the first letter of a name.
fn letter(name: &str) -> u32 {
    let first = name.bytes().find(|b| !matches!(b, b'_' | b'-' | b'.')).unwrap_or(b'_');
    1 << (first.to_ascii_lowercase() & 31)
}

fn some(names: Vec<Name>) -> Option<Vec<Name>> {
    (!names.is_empty()).then_some(names)
}

/// Variables that a call's result is bound to: `q, err := ..`, `this.sender = ..`, `Destination d = ..`, `with .. as s`.
fn variables<'a>(reading: &Reading<'a>, call: usize) -> Vec<&'a str> {
    let call = &reading.calls[call];
    let mut out = Vec::new();
    let after = call.close + 1;
    if reading.is(after, "as") && reading.kind(after + 1) == Some(Token::Word) {
        out.push(reading.word(after + 1));
    }
    let mut at = call.begins;
    while at > 0
        && (matches!(reading.word(at - 1), "await" | "(" | "new" | "yield" | "try" | "!" | "{" | "&" | "Some" | "Ok" | "not" | "list")
            || reading.is(at - 1, "?"))
    {
        at -= 1;
    }
    if at == 0 || !matches!(reading.word(at - 1), "=" | ":=" | "<-" | ":") {
        return out;
    }
    let sign = at - 1;
    let mut name = sign;
    // `name: Type = ..`, and `a, b := ..`
    while name > 0 && !reading.tokens[name].first {
        name -= 1;
        if matches!(reading.word(name), ";" | "{" | "}" | "(") {
            name += 1;
            break;
        }
    }
    let mut i = name;
    while i < sign {
        if reading.kind(i) == Some(Token::Word) && (matches!(reading.word(i + 1), "," | ":" | "}" | "]") || i + 1 == sign || reading.is(i + 1, "?")) {
            out.push(reading.word(i));
            if reading.is(i + 1, ":") {
                break;
            }
        }
        i += 1;
    }
    out
}
