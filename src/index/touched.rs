//! What an edit does to shared resources: the uses on the lines that it brings, and those on the lines that it takes away.

use super::extractors;
use super::file::File;
use super::link::ResolvedUse;
use super::model::{Certainty, Facts, Kind, Role};
use super::store::{StoredUse, line_hash};
use crate::engine::edit::Edit;
use std::collections::HashMap;

/// Bytes of the file after an edit that are read around what changed: enough for the function and its imports.
const WINDOW: usize = 4 << 10;
/// Bytes of import lines that are read with them.
const IMPORTS: usize = 1 << 10;
/// Bytes of a changed region beyond which nothing is looked for: a generated or moved file.
const REGION: usize = 64 << 10;

/// Whether the edit brings a use, or takes it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// It stands on a line that is new or changed.
    Brought,
    /// It stood on a line that is gone, and the resource is not used that way any more in what replaces it.
    TakenAway,
}

/// A use that an edit touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// Brought or taken away.
    pub change: Change,
    /// The resource's kind.
    pub kind: Kind,
    /// The resource's name, resolved.
    pub name: String,
    /// What is done.
    pub role: Role,
    /// The literal written, compared or set.
    pub value: Option<String>,
    /// Line: of the file after the edit, or before it for what is taken away.
    pub line: u32,
    /// How sure it is.
    pub certainty: Certainty,
    /// Whether it stands in an error handler.
    pub in_handler: bool,
}

/// The words of a text by which a resource can be known, of three bytes or more.
pub fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|w| w.len() >= 3)
}

/// Lines, each with its number and hash, that have no equal among the others; equal lines count as often as they stand there.
fn left_over(lines: &[(u32, u64)], others: &[(u32, u64)]) -> Vec<(u32, u64)> {
    let mut count: HashMap<u64, i32> = HashMap::new();
    for (_, hash) in others {
        *count.entry(*hash).or_default() += 1;
    }
    let is_left = |(_, hash): &&(u32, u64)| {
        let left = count.entry(*hash).or_default();
        *left -= 1;
        *left < 0
    };
    lines.iter().filter(is_left).copied().collect()
}

/// The lines that an edit changes.
#[derive(Debug, Default)]
pub struct Region {
    after: String,
    /// Lines that come, counted from 1 in the file after the edit.
    brought: Vec<u32>,
    /// Lines that go: number in the file before, and hash.
    gone: Vec<(u32, u64)>,
}

impl Region {
    /// Compares the file before with the file after. `file`: the text before the edit, where it is known.
    /// `None` where nothing changed or too much did.
    #[must_use]
    pub fn of(edit: &Edit<'_>, file: Option<&str>) -> Option<Self> {
        let (before, after) = match file.and_then(|f| edit.applied(f).map(|after| (f.to_owned(), after))) {
            Some(both) => both,
            None if edit.whole_file => (edit.changes[0].old.clone().into_owned(), edit.changes[0].new.clone().into_owned()),
            None => (edit.changes.iter().map(|c| &*c.old).collect::<Vec<_>>().join("\n"), edit.changes.iter().map(|c| &*c.new).collect::<Vec<_>>().join("\n")),
        };
        let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
        let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
        let (old, new) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
        if old.iter().chain(new).map(|l| l.len()).sum::<usize>() > REGION {
            return None;
        }
        let numbered = |lines: &[&str]| -> Vec<(u32, u64)> {
            (head + 1..).zip(lines).filter(|(_, l)| !l.trim().is_empty()).map(|(n, l)| (u32::try_from(n).unwrap_or(u32::MAX), line_hash(l))).collect()
        };
        let (old, new) = (numbered(old), numbered(new));
        let gone = left_over(&old, &new);
        let brought: Vec<u32> = left_over(&new, &old).into_iter().map(|(line, _)| line).collect();
        (!brought.is_empty() || !gone.is_empty()).then_some(Self { after, brought, gone })
    }

    /// The words of the lines that come, of three bytes or more: what an index is asked about first.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let mut wanted = self.brought.iter().copied().peekable();
        (1_u32..).zip(self.after.lines()).filter(move |(number, _)| wanted.next_if_eq(number).is_some()).flat_map(|(_, line)| words(line))
    }

    /// Whether a line of the file before that has this hash is gone.
    #[must_use]
    pub fn takes_away(&self, line_hash: u64) -> bool {
        self.gone.iter().any(|(_, h)| *h == line_hash)
    }

    /// What the lines that come say, with the constants around them. `path`: from the root; `may_touch`: whether a line is worth reading.
    /// Lines that lie far behind the first such line are left to the reading of the whole file after the edit.
    #[must_use]
    pub fn brings(&self, path: &str, may_touch: impl Fn(&str) -> bool) -> Facts {
        let lines: Vec<&str> = self.after.lines().collect();
        let worth: Vec<usize> = self.brought.iter().map(|l| *l as usize).filter(|l| lines.get(l - 1).is_some_and(|text| may_touch(text))).collect();
        let Some(&first) = worth.first() else { return Facts::default() };
        let size = |last: usize| lines[first - 1..last].iter().map(|l| l.len() + 1).sum::<usize>();
        let last = worth.iter().copied().take_while(|l| size(*l) <= WINDOW).last().unwrap_or(first);
        let (window, numbers) = window(&lines, first - 1, last);
        let mut facts = extractors::facts(&File::new(path, &window));
        facts.uses.retain_mut(|used| {
            used.line = numbers.get(used.line as usize - 1).copied().unwrap_or(0);
            self.brought.binary_search(&used.line).is_ok()
        });
        facts
    }

    /// Whether a line of the file after the edit stands in an error handler, by the indentation of what is above it.
    fn is_in_handler(&self, line: u32) -> bool {
        let lines: Vec<&str> = self.after.lines().take(line as usize).collect();
        let Some((own, above)) = lines.split_last() else { return false };
        let indent = |l: &str| l.len() - l.trim_start().len();
        let mut least = indent(own);
        for l in above.iter().rev().filter(|l| !l.trim().is_empty()).take(40) {
            if indent(l) < least {
                least = indent(l);
                let words = l.trim_start().trim_start_matches(['}', ' ']);
                if ["except", "catch", "rescue", "if err != nil", "on error", "Err("].iter().any(|w| words.starts_with(w)) {
                    return true;
                }
                if ["def ", "func ", "fn ", "function ", "class ", "public ", "private ", "async "].iter().any(|w| words.starts_with(w)) {
                    return false;
                }
            }
        }
        false
    }
}

/// The lines around what changed, its imports before them, and the number of each.
fn window(lines: &[&str], first: usize, last: usize) -> (String, Vec<u32>) {
    let (mut from, mut to) = (first, last.min(lines.len()));
    let mut size: usize = lines[from..to].iter().map(|l| l.len() + 1).sum();
    // More of what comes before than of what comes behind: names are bound above.
    loop {
        let mut grown = false;
        for up in [true, true, false] {
            if up && from > 0 && size + lines[from - 1].len() < WINDOW {
                from -= 1;
                size += lines[from].len() + 1;
                grown = true;
            } else if !up && to < lines.len() && size + lines[to].len() < WINDOW {
                size += lines[to].len() + 1;
                to += 1;
                grown = true;
            }
        }
        if !grown {
            break;
        }
    }
    let mut taken: Vec<usize> = Vec::new();
    let mut imports = 0;
    for (number, line) in lines[..from].iter().enumerate() {
        if super::reading::is_import(line) {
            imports += line.len() + 1;
            if imports > IMPORTS {
                break;
            }
            taken.push(number);
        }
    }
    taken.extend(from..to);
    let mut text = String::with_capacity(size + imports);
    for number in &taken {
        text.push_str(lines[*number]);
        text.push('\n');
    }
    (text, taken.into_iter().map(|n| u32::try_from(n + 1).unwrap_or(u32::MAX)).collect())
}

/// Everything that an edit touches: what it brings, resolved, and of what the index knew of the file before, what it takes away.
#[must_use]
pub fn touches(region: &Region, brought: Vec<ResolvedUse>, known: &[StoredUse]) -> Vec<Touch> {
    let mut out: Vec<Touch> = Vec::new();
    for used in brought {
        // A use that only moved, or whose line changed otherwise, is no news, except that it is handled differently now.
        let stood =
            known.iter().any(|k| region.takes_away(k.line_hash) && (k.kind, &k.name, k.role, &k.value) == (used.kind, &used.name, used.role, &used.value));
        let touch = Touch {
            change: Change::Brought,
            kind: used.kind,
            name: used.name,
            role: used.role,
            value: used.value,
            line: used.line,
            certainty: used.certainty,
            in_handler: region.is_in_handler(used.line),
        };
        if !stood && !out.iter().any(|t| (t.kind, &t.name, t.role, &t.value) == (touch.kind, &touch.name, touch.role, &touch.value)) {
            out.push(touch);
        }
    }
    for known in known.iter().filter(|k| region.takes_away(k.line_hash)) {
        // Another member of the same enumeration is not this one.
        let is_member = known.kind == Kind::State && known.role == Role::Declares;
        let still = |t: &Touch| (t.kind, &*t.name, t.role) == (known.kind, &*known.name, known.role) && (!is_member || t.value == known.value);
        if out.iter().any(still) || !is_member && region.still_brings(known) {
            continue;
        }
        out.push(Touch {
            change: Change::TakenAway,
            kind: known.kind,
            name: known.name.clone(),
            role: known.role,
            value: known.value.clone(),
            line: known.line,
            certainty: known.certainty,
            in_handler: false,
        });
    }
    out
}

impl Region {
    /// Whether the resource's own words still stand on lines that come: then it is not taken away, only written otherwise.
    fn still_brings(&self, known: &StoredUse) -> bool {
        words(&known.name).next_back().is_none_or(|last| self.words().any(|w| w == last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "import redis\n\ndef work(r, w):\n    try:\n        run()\n    except ConnectionError:\n        log(w)\n    finally:\n        r.set(f\"worker:{w}:seen\", 1)\n";

    #[test]
    fn lines_that_come_and_go_are_told_apart_from_those_that_stay() {
        let edit = Edit::new(
            "worker/a.py",
            "        log(w)\n    finally:\n        r.set(f\"worker:{w}:seen\", 1)",
            "        r.set(f\"worker:{w}:status\", \"idle\")\n    finally:\n        log(w)",
        );
        let region = Region::of(&edit, Some(FILE)).expect("a change");
        assert_eq!(region.brought, [7]);
        assert_eq!(region.gone, [(9, line_hash("r.set(f\"worker:{w}:seen\", 1)"))]);
        assert_eq!(region.words().collect::<Vec<_>>(), ["set", "worker", "status", "idle"]);
        assert!(region.is_in_handler(7) && !region.is_in_handler(9));
    }

    #[test]
    fn a_line_that_only_moved_or_changed_its_spaces_is_no_change() {
        for (old, new) in [("        run()", "            run()"), ("        run()\n    except ConnectionError:", "        run()\n    except ConnectionError:")]
        {
            assert!(Region::of(&Edit::new("worker/a.py", old, new), Some(FILE)).is_none(), "{new}");
        }
    }

    #[test]
    fn a_use_is_taken_away_only_when_its_words_are_gone() {
        let known = |name: &str, line: &str| StoredUse {
            kind: Kind::Key,
            name: name.to_owned(),
            role: Role::Writes,
            value: None,
            line: 9,
            line_hash: line_hash(line),
            certainty: Certainty::Sure,
        };
        let seen = known("worker:{}:seen", "r.set(f\"worker:{w}:seen\", 1)");
        for (new, taken_away) in [("        pass", true), ("        r.set(f\"worker:{w}:seen\", 2)", false), ("        r.set(f\"worker:{w}:last\", 1)", true)] {
            let edit = Edit::new("worker/a.py", "        r.set(f\"worker:{w}:seen\", 1)", new);
            let region = Region::of(&edit, Some(FILE)).expect("a change");
            let touches = touches(&region, Vec::new(), std::slice::from_ref(&seen));
            assert_eq!(touches.iter().any(|t| t.change == Change::TakenAway), taken_away, "{new}");
        }
    }

    #[test]
    fn a_window_holds_imports_and_what_is_around_and_knows_its_lines() {
        let long = format!("import redis\n{}def f(r):\n    r.get(\"a\")\n{}", "x = 1\n".repeat(2000), "y = 2\n".repeat(2000));
        let lines: Vec<&str> = long.lines().collect();
        let (text, numbers) = window(&lines, 2002, 2003);
        assert!(text.starts_with("import redis\n") && text.len() < WINDOW + IMPORTS);
        let at = text.lines().position(|l| l.contains("r.get")).expect("the line");
        assert_eq!(numbers[at], 2003);
    }
}
