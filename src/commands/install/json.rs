//! Hooks put into a JSON file and taken out of it again, with every other byte left as it is.
//!
//! serde_json reads the file, as strictly as the clients do, and tells where each value stands; what is written is a splice of the text.
//! Taking out undoes putting in byte for byte, and the text alone has to tell how the place looked before. So:
//! - An entry of ours comes behind the last one, on a line of its own where that one has a line of its own.
//! - A list or object that we make is laid out as the clients do it. One that stood there empty gets a blank and the entry right before
//!   its closing bracket: `[ {...}]`. When the entry goes, the first goes with it and the second stays.
//! - A file that was not there ends with a line end; one that was empty does not.

use super::Registered;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::ops::Range;

/// Why a text cannot be edited, and where: 1-based line and column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slip {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) what: String,
    pub(super) kind: SlipKind,
}

/// What kind of slip it is: the way out differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SlipKind {
    /// No JSON.
    Syntax,
    /// Something else than hooks where hooks should be.
    Form,
    /// A key stands twice.
    Twice,
}

/// What some editors put before a text. Claude Code passes over it.
pub(super) const MARK: char = '\u{feff}';

/// A value, and where it stands.
struct Node<'t> {
    raw: &'t RawValue,
    at: Range<usize>,
}

/// What an object or list holds: the places of its entries, keys included, and the entries' values.
struct Inside<'t> {
    /// Behind the opening bracket and before the closing one.
    at: Range<usize>,
    entries: Vec<Entry<'t>>,
}

struct Entry<'t> {
    key: String,
    at: Range<usize>,
    value: Node<'t>,
}

/// An object in the order of its text.
struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'de: 't, 't> Deserialize<'de> for Members<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut out = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    out.push(entry);
                }
                Ok(Members(out))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// A text as it is edited.
struct Text<'t>(&'t str);

impl<'t> Text<'t> {
    fn slip(&self, at: usize, kind: SlipKind, what: impl Into<String>) -> Slip {
        let before = &self.0[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Slip { line, column, what: what.into(), kind }
    }

    /// What is wrong where serde_json stopped.
    fn syntax(&self, e: &serde_json::Error) -> Slip {
        let column = e.column().max(1);
        let line = self.0.split('\n').nth(e.line().saturating_sub(1)).unwrap_or_default();
        let (before, from) = line.split_at_checked(column - 1).unwrap_or((line, ""));
        let before = before.trim_end();
        let what = if from.starts_with("//") || from.starts_with("/*") {
            "a comment, for which JSON has no place".to_owned()
        } else if from.starts_with(['}', ']']) && (before.ends_with(',') || before.is_empty() && e.to_string().starts_with("key must be")) {
            "a comma with nothing behind it".to_owned()
        } else {
            e.to_string().split(" at line ").next().unwrap_or_default().to_owned()
        };
        Slip { line: e.line(), column, what, kind: SlipKind::Syntax }
    }

    fn root(&self) -> Result<Node<'t>, Slip> {
        let raw: &RawValue = serde_json::from_str(self.0).map_err(|e| self.syntax(&e))?;
        Ok(self.node(raw))
    }

    /// serde_json lends the value out of the text, so its address tells its place.
    fn node(&self, raw: &'t RawValue) -> Node<'t> {
        let start = raw.get().as_ptr() as usize - self.0.as_ptr() as usize;
        Node { raw, at: start..start + raw.get().len() }
    }

    fn object(&self, node: &Node<'t>, name: &str) -> Result<Inside<'t>, Slip> {
        let wrong = || self.slip(node.at.start, SlipKind::Form, format!("{name} is no object"));
        if !node.raw.get().starts_with('{') {
            return Err(wrong());
        }
        let Members(members) = serde_json::from_str(node.raw.get()).map_err(|_| wrong())?;
        let mut entries = Vec::new();
        let mut from = node.at.start + 1;
        for (key, raw) in members {
            let value = self.node(raw);
            // Between two values there is white space, a comma, and the key's quotes.
            let start = from + self.0[from..].find('"').unwrap_or(0);
            from = value.at.end;
            entries.push(Entry { key, at: start..value.at.end, value });
        }
        Ok(Inside { at: node.at.start + 1..node.at.end - 1, entries })
    }

    fn list(&self, node: &Node<'t>, name: &str) -> Result<Inside<'t>, Slip> {
        let wrong = || self.slip(node.at.start, SlipKind::Form, format!("{name} is no list"));
        if !node.raw.get().starts_with('[') {
            return Err(wrong());
        }
        let items: Vec<&RawValue> = serde_json::from_str(node.raw.get()).map_err(|_| wrong())?;
        let entries = items.into_iter().map(|raw| self.node(raw)).map(|value| Entry { key: String::new(), at: value.at.clone(), value }).collect();
        Ok(Inside { at: node.at.start + 1..node.at.end - 1, entries })
    }

    /// The entry of a key. One that stands twice is nothing to guess about.
    fn entry<'i>(&self, inside: &'i Inside<'t>, key: &str) -> Result<Option<(usize, &'i Entry<'t>)>, Slip> {
        let mut found = inside.entries.iter().enumerate().filter(|(_, e)| e.key == key);
        let first = found.next();
        match found.next() {
            Some((_, again)) => Err(self.slip(again.at.start, SlipKind::Twice, format!("`{key}` stands here a second time"))),
            None => Ok(first),
        }
    }

    /// The blanks at the beginning of the line of a place, and whether nothing else stands before the place.
    fn indent(&self, at: usize) -> (&'t str, bool) {
        let line = self.0[..at].rfind('\n').map_or(0, |i| i + 1);
        let before = &self.0[line..at];
        let blanks = before.len() - before.trim_start_matches([' ', '\t']).len();
        (&before[..blanks], blanks == before.len() && line > 0)
    }

    fn layout(&self, root: &Inside<'_>) -> Layout<'t> {
        let end = if self.0.contains("\r\n") { "\r\n" } else { "\n" };
        let unit = root.entries.first().map(|e| self.indent(e.at.start)).filter(|(blanks, own)| *own && !blanks.is_empty()).map_or("  ", |(blanks, _)| blanks);
        let is_flat = !root.entries.is_empty() && !self.0.trim().contains('\n');
        Layout { end, unit, is_flat }
    }

    /// The text with an entry (a value, or a key with one) behind the last of `inside`.
    fn with(&self, inside: &Inside<'_>, entry: &str, layout: &Layout<'_>) -> String {
        let (at, piece) = match inside.entries.last() {
            None => (inside.at.end, format!(" {}", layout.write(entry, self.indent(inside.at.start).0))),
            Some(last) if layout.is_flat => (last.at.end, format!(",{}", layout.write(entry, ""))),
            Some(last) => {
                let (blanks, has_own_line) = self.indent(last.at.start);
                let gap = if has_own_line { format!("{}{blanks}", layout.end) } else { " ".to_owned() };
                (last.at.end, format!(",{gap}{}", layout.write(entry, blanks)))
            }
        };
        format!("{}{piece}{}", &self.0[..at], &self.0[at..])
    }

    /// The text without an entry; `None` where its container was made for it and has to go instead.
    fn without(&self, inside: &Inside<'_>, index: usize) -> Option<String> {
        let entries = &inside.entries;
        let gone = match (index, entries.len()) {
            (0, 1) => {
                let before = &self.0[inside.at.start..entries[0].at.start];
                let stood_there = entries[0].at.end == inside.at.end && before.ends_with(' ');
                if !stood_there {
                    return None;
                }
                entries[0].at.start - 1..entries[0].at.end
            }
            (0, _) => entries[0].at.start..entries[1].at.start,
            (i, _) => entries[i - 1].at.end..entries[i].at.end,
        };
        Some(format!("{}{}", &self.0[..gone.start], &self.0[gone.end..]))
    }
}

/// How a file is laid out.
struct Layout<'t> {
    end: &'t str,
    unit: &'t str,
    /// All on one line.
    is_flat: bool,
}

impl Layout<'_> {
    /// JSON in this layout, its further lines from `base` on.
    fn write(&self, json: &str, base: &str) -> String {
        let mut out = String::new();
        let mut depth = 0;
        let line = |out: &mut String, depth: usize| {
            if !self.is_flat {
                out.push_str(self.end);
                out.push_str(base);
                (0..depth).for_each(|_| out.push_str(self.unit));
            }
        };
        let mut chars = json.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' => {
                    out.push('"');
                    while let Some(c) = chars.next() {
                        out.push(c);
                        match c {
                            '\\' => out.extend(chars.next()),
                            '"' => break,
                            _ => {}
                        }
                    }
                }
                '{' | '[' => {
                    out.push(c);
                    while chars.next_if(|c| c.is_whitespace()).is_some() {}
                    if let Some(close) = chars.next_if(|c| matches!(c, '}' | ']')) {
                        out.push(close);
                    } else {
                        depth += 1;
                        line(&mut out, depth);
                    }
                }
                '}' | ']' => {
                    depth -= 1;
                    line(&mut out, depth);
                    out.push(c);
                }
                ',' => {
                    out.push(c);
                    line(&mut out, depth);
                }
                ':' => out.push_str(if self.is_flat { ":" } else { ": " }),
                c if c.is_whitespace() => {}
                c => out.push(c),
            }
        }
        out
    }
}

/// What is to be put in: event, and a group of handlers as JSON.
pub(super) fn groups(hooks: &str) -> Result<Vec<(String, String)>, Slip> {
    let text = Text(hooks);
    let root = text.object(&text.root()?, "the top")?;
    let mut out = Vec::new();
    if let Some((_, hooks)) = text.entry(&root, "hooks")? {
        for event in text.object(&hooks.value, "`hooks`")?.entries {
            let groups = text.list(&event.value, &event.key)?;
            out.extend(groups.entries.iter().map(|g| (event.key.clone(), g.value.raw.get().to_owned())));
        }
    }
    Ok(out)
}

/// The text with the groups that it lacks, and without handlers of ours that are none of them. `None`: there is no file yet.
pub(super) fn put_in(text: Option<&str>, groups: &[(String, String)]) -> Result<String, Slip> {
    match text.and_then(|t| t.strip_prefix(MARK)) {
        Some(rest) => Ok(format!("{MARK}{}", put_behind_mark(Some(rest), groups)?)),
        None => put_behind_mark(text, groups),
    }
}

fn put_behind_mark(text: Option<&str>, groups: &[(String, String)]) -> Result<String, Slip> {
    let mut out = text.unwrap_or_default().to_owned();
    let mut is_new = text.is_none();
    // What an older version has put in would run beside it.
    let is_stale = |event: &str, list: &Inside<'_>, index: usize| {
        let first = |wanted: &str| list.entries.iter().position(|g| Registered::covers(g.value.raw.get(), wanted));
        !groups.iter().any(|(e, wanted)| e == event && first(wanted) == Some(index))
    };
    while !out.trim().is_empty() {
        match step(&Text(&out), &is_stale)? {
            Step::Done => break,
            Step::Next(next) => out = next,
            Step::Nothing => {
                out.clear();
                is_new = true;
            }
        }
    }
    if out.trim().is_empty() {
        let hooks = fresh(groups);
        let layout = Layout { end: if out.contains("\r\n") { "\r\n" } else { "\n" }, unit: "  ", is_flat: false };
        let end = if is_new { "\n" } else { "" };
        return Ok(format!("{out}{}{end}", layout.write(&format!("{{{hooks}}}"), "")));
    }
    for (event, group) in groups {
        let next = {
            let text = Text(&out);
            let root = text.object(&text.root()?, "the top")?;
            let layout = text.layout(&root);
            match text.entry(&root, "hooks")? {
                None => Some(text.with(&root, &fresh(&[(event.clone(), group.clone())]), &layout)),
                Some((_, hooks)) => {
                    let hooks = text.object(&hooks.value, "`hooks`")?;
                    match text.entry(&hooks, event)? {
                        None => Some(text.with(&hooks, &format!("{}:[{group}]", quoted(event)), &layout)),
                        Some((_, list)) => {
                            let list = text.list(&list.value, &format!("`hooks.{event}`"))?;
                            let is_there = list.entries.iter().any(|g| Registered::covers(g.value.raw.get(), group));
                            (!is_there).then(|| text.with(&list, group, &layout))
                        }
                    }
                }
            }
        };
        out = next.unwrap_or(out);
    }
    Ok(out)
}

/// `"hooks": {...}` with groups in their order.
fn fresh(groups: &[(String, String)]) -> String {
    let mut events: Vec<(&str, Vec<&str>)> = Vec::new();
    for (event, group) in groups {
        match events.iter_mut().find(|(e, _)| e == event) {
            Some((_, list)) => list.push(group),
            None => events.push((event, vec![group])),
        }
    }
    let events: Vec<String> = events.iter().map(|(event, list)| format!("{}:[{}]", quoted(event), list.join(","))).collect();
    format!("\"hooks\":{{{}}}", events.join(","))
}

fn quoted(key: &str) -> String {
    Value::from(key).to_string()
}

/// The text without any handler of ours; `None` where nothing is left, so that the file can go.
pub(super) fn take_out(text: &str) -> Result<Option<String>, Slip> {
    let (mark, rest) = text.strip_prefix(MARK).map_or(("", text), |rest| (&text[..MARK.len_utf8()], rest));
    let mut out = rest.to_owned();
    while !out.trim().is_empty() {
        match step(&Text(&out), &|_, _, _| true)? {
            Step::Done => break,
            Step::Next(next) => out = next,
            Step::Nothing if mark.is_empty() => return Ok(None),
            Step::Nothing => out.clear(),
        }
    }
    Ok(Some(format!("{mark}{out}")))
}

enum Step {
    Next(String),
    /// Only what we made was there.
    Nothing,
    Done,
}

/// Takes the last handler of ours out that goes: `goes` is asked for an event, its groups and the number of one.
fn step(text: &Text<'_>, goes: &dyn Fn(&str, &Inside<'_>, usize) -> bool) -> Result<Step, Slip> {
    let node = text.root()?;
    let root = text.object(&node, "the top")?;
    let Some((at, hooks)) = text.entry(&root, "hooks")? else { return Ok(Step::Done) };
    let hooks = text.object(&hooks.value, "`hooks`")?;
    for (e, event) in hooks.entries.iter().enumerate().rev() {
        let Ok(groups) = text.list(&event.value, &event.key) else { continue };
        for (g, group) in groups.entries.iter().enumerate().rev() {
            let Ok(group) = text.object(&group.value, "a group") else { continue };
            let Ok(Some((_, handlers))) = text.entry(&group, "hooks") else { continue };
            let Ok(handlers) = text.list(&handlers.value, "`hooks`") else { continue };
            if !goes(&event.key, &groups, g) {
                continue;
            }
            let Some(h) = handlers.entries.iter().rposition(|h| Registered::is_ours(h.value.raw.get())) else { continue };
            if handlers.entries.len() > 1 {
                return Ok(text.without(&handlers, h).map_or(Step::Done, Step::Next));
            }
            // A group without handlers is none; a list or object that was made for it goes with it.
            for (inside, index) in [(&groups, g), (&hooks, e), (&root, at)] {
                if let Some(next) = text.without(inside, index) {
                    return Ok(Step::Next(next));
                }
            }
            let (before, behind) = (&text.0[..node.at.start], &text.0[node.at.end..]);
            return Ok(if before.is_empty() && !behind.is_empty() { Step::Nothing } else { Step::Next(format!("{before}{behind}")) });
        }
    }
    Ok(Step::Done)
}

#[cfg(test)]
mod tests;
