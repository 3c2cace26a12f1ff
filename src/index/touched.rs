//! What an edit does to shared resources: the uses on the lines that it brings, and those on the lines that it takes away.

use super::extractors;
use super::file::File;
use super::link::ResolvedUse;
use super::model::{Certainty, Facts, Kind, Role};
use super::store::{StoredUse, line_hash};
use crate::engine::edit::Edit;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

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

/// A line of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    /// Counted from 1.
    number: u32,
    /// Its [`line_hash`].
    hash: u64,
    /// Where its text lies.
    start: usize,
    end: usize,
}

/// The lines of a part of a text that are not empty. `from`: the part's first byte; `above`: lines before it.
fn numbered(text: &str, from: usize, to: usize, above: usize) -> Vec<Line> {
    let mut out = Vec::new();
    let mut start = from;
    for (number, line) in (above + 1..).zip(text[from..to].split_inclusive('\n')) {
        if !line.trim().is_empty() {
            out.push(Line { number: u32::try_from(number).unwrap_or(u32::MAX), hash: line_hash(line), start, end: start + line.len() });
        }
        start += line.len();
    }
    out
}

/// Lines that have no equal among the others; equal lines count as often as they stand there.
fn left_over(lines: &[Line], others: &[Line]) -> Vec<Line> {
    let mut count: HashMap<u64, i32> = HashMap::new();
    for line in others {
        *count.entry(line.hash).or_default() += 1;
    }
    let is_left = |line: &&Line| {
        let left = count.entry(line.hash).or_default();
        *left -= 1;
        *left < 0
    };
    lines.iter().filter(is_left).copied().collect()
}

/// Bytes that both texts begin with. Eight at a time: the C library of releases compares byte by byte.
fn common_head(a: &[u8], b: &[u8]) -> usize {
    let words = a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0).take_while(|(a, b)| a == b).count() * 8;
    words + a[words..].iter().zip(&b[words..]).take_while(|(a, b)| a == b).count()
}

/// Bytes that both texts end with.
fn common_tail(a: &[u8], b: &[u8]) -> usize {
    let words = a.as_rchunks::<8>().1.iter().rev().zip(b.as_rchunks::<8>().1.iter().rev()).take_while(|(a, b)| a == b).count() * 8;
    words + a[..a.len() - words].iter().rev().zip(b[..b.len() - words].iter().rev()).take_while(|(a, b)| a == b).count()
}

/// Whether two texts are one.
fn is_same(a: &str, b: &str) -> bool {
    a.len() == b.len() && common_head(a.as_bytes(), b.as_bytes()) == a.len()
}

/// Bytes of whole lines that both texts begin with, and of whole lines that both end with.
fn common(before: &str, after: &str) -> (usize, usize) {
    let (a, b) = (before.as_bytes(), after.as_bytes());
    let head = common_head(a, b);
    let head = a[..head].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    let tail = common_tail(&a[head..], &b[head..]);
    let tail = a[a.len() - tail..].iter().position(|b| *b == b'\n').map_or(0, |at| tail - at - 1);
    (head, tail)
}

/// The lines that an edit changes.
#[derive(Debug, Default)]
pub struct Region {
    /// The file after the edit.
    after: String,
    /// Lines that come, of `after`.
    brought: Vec<Line>,
    /// The file before it.
    before: String,
    /// Lines that go, of `before`.
    gone: Vec<Line>,
}

impl Region {
    /// Compares the file before with the file after. `file`: the text before the edit, where it is known; `now`: the file as it stands
    /// after the edit, where it has been made: somebody may have laid it out anew since, and then its lines count as they stand there.
    /// `None` where nothing changed or too much did.
    #[must_use]
    pub fn of(edit: &Edit<'_>, file: Option<&str>, now: Option<&str>) -> Option<Self> {
        let (before, after) = match file.and_then(|f| edit.applied(f).map(|after| (f.to_owned(), after))) {
            Some(both) => both,
            None if edit.whole_file => (edit.changes[0].old.clone().into_owned(), edit.changes[0].new.clone().into_owned()),
            None => (edit.changes.iter().map(|c| &*c.old).collect::<Vec<_>>().join("\n"), edit.changes.iter().map(|c| &*c.new).collect::<Vec<_>>().join("\n")),
        };
        let (head, tail) = common(&before, &after);
        let (old_end, new_end) = (before.len() - tail, after.len() - tail);
        if (old_end - head) + (new_end - head) > REGION {
            return None;
        }
        let above = before.as_bytes()[..head].iter().filter(|b| **b == b'\n').count();
        let (old, new) = (numbered(&before, head, old_end, above), numbered(&after, head, new_end, above));
        let gone = left_over(&old, &new);
        let mut region = Self { brought: left_over(&new, &old), after, gone, before };
        if let Some(now) = now.filter(|now| !is_same(now, &region.after)) {
            region.stand_in(now);
        }
        (!region.brought.is_empty() || !region.gone.is_empty()).then_some(region)
    }

    /// The lines that come and go as another text has them. Equal lines are told apart by their order, where there are as many of them.
    fn stand_in(&mut self, now: &str) {
        let by_text = |lines: &[Line]| {
            let mut out: HashMap<u64, Vec<Line>> = HashMap::new();
            lines.iter().for_each(|l| out.entry(l.hash).or_default().push(*l));
            out
        };
        let all = |text: &str| by_text(&numbered(text, 0, text.len(), 0));
        let (before, after, now_lines) = (all(&self.before), all(&self.after), all(now));
        let lines = |of: &HashMap<u64, Vec<Line>>, hash: u64| of.get(&hash).map_or(0, Vec::len);
        let standing = |line: &Line| {
            let (equal, here) = (after.get(&line.hash)?, now_lines.get(&line.hash)?);
            let at = equal.iter().position(|l| l.number == line.number)?;
            here.get(at).filter(|_| equal.len() == here.len()).copied()
        };
        self.brought = self.brought.iter().filter_map(standing).collect();
        self.brought.sort_unstable_by_key(|l| l.number);
        self.gone.retain(|l| lines(&now_lines, l.hash) < lines(&before, l.hash));
        now.clone_into(&mut self.after);
    }

    /// The words of the lines that come, of three bytes or more.
    fn words(&self) -> impl Iterator<Item = &str> {
        self.brought.iter().flat_map(|l| words(&self.after[l.start..l.end]))
    }

    /// Whether any line of the file before is gone.
    #[must_use]
    pub fn takes_any(&self) -> bool {
        !self.gone.is_empty()
    }

    /// Whether a line of the file before that has this hash is gone.
    #[must_use]
    pub fn takes_away(&self, line_hash: u64) -> bool {
        self.gone.iter().any(|l| l.hash == line_hash)
    }

    /// Whether this line of the file after the edit comes with it.
    #[must_use]
    pub fn brings_line(&self, number: u32) -> bool {
        self.brought.binary_search_by_key(&number, |l| l.number).is_ok()
    }

    /// What the lines that come say, with the constants around them, where the whole file is not read. `path`: from the root; `may_touch`:
    /// whether a line is worth reading. Lines that lie far behind the first such line are left to the reading of the whole file after the
    /// edit.
    #[must_use]
    pub fn brings(&self, path: &str, may_touch: impl Fn(&str) -> bool) -> Facts {
        let worth: Vec<usize> = self.brought.iter().filter(|l| may_touch(&self.after[l.start..l.end])).map(|l| l.number as usize).collect();
        let Some(&first) = worth.first() else { return Facts::default() };
        let lines: Vec<&str> = self.after.lines().collect();
        let size = |last: usize| lines[first - 1..last].iter().map(|l| l.len() + 1).sum::<usize>();
        let last = worth.iter().copied().take_while(|l| size(*l) <= WINDOW).last().unwrap_or(first);
        let (window, numbers) = window(&lines, first - 1, last);
        let mut facts = catch_unwind(AssertUnwindSafe(|| extractors::facts(&File::new(path, &window)))).unwrap_or_default();
        facts.uses.retain_mut(|used| {
            used.line = numbers.get(used.line as usize - 1).copied().unwrap_or(0);
            self.brings_line(used.line)
        });
        facts
    }

    /// Whether a line that comes stands in an error handler, by the indentation of what is above it.
    fn is_in_handler(&self, line: u32) -> bool {
        let Ok(at) = self.brought.binary_search_by_key(&line, |l| l.number) else { return false };
        let Line { start, end, .. } = self.brought[at];
        let indent = |l: &str| l.len() - l.trim_start().len();
        let mut least = indent(&self.after[start..end]);
        for l in self.after[..start].rsplit('\n').filter(|l| !l.trim().is_empty()).take(40) {
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
        if stood || out.iter().any(|t| (t.kind, &t.name, t.role, &t.value) == (used.kind, &used.name, used.role, &used.value)) {
            continue;
        }
        out.push(Touch {
            change: Change::Brought,
            kind: used.kind,
            name: used.name,
            role: used.role,
            value: used.value,
            line: used.line,
            certainty: used.certainty,
            in_handler: region.is_in_handler(used.line),
        });
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
        let region = Region::of(&edit, Some(FILE), None).expect("a change");
        let told = |lines: &[Line]| lines.iter().map(|l| (l.number, l.hash)).collect::<Vec<_>>();
        assert_eq!(told(&region.brought), [(7, line_hash("r.set(f\"worker:{w}:status\", \"idle\")"))]);
        assert_eq!(told(&region.gone), [(9, line_hash("r.set(f\"worker:{w}:seen\", 1)"))]);
        assert_eq!(region.words().collect::<Vec<_>>(), ["set", "worker", "status", "idle"]);
        assert!(region.is_in_handler(7));
        let edit = Edit::new("worker/a.py", "    finally:\n", "    finally:\n        r.set(f\"worker:{w}:status\", \"idle\")\n");
        let region = Region::of(&edit, Some(FILE), None).expect("a change");
        assert_eq!((told(&region.brought)[0].0, region.is_in_handler(9)), (9, false));
    }

    #[test]
    fn lines_of_a_file_that_was_laid_out_anew_count_where_they_stand() {
        let edit = Edit::new("worker/a.py", "        log(w)", "        log(w)\n        r.set(f\"worker:{w}:status\", \"idle\")");
        // Another line above, another indentation, and the last line is back as it was and stands twice.
        let now = edit.applied(FILE).expect("it goes with the file").replace("\n    ", "\n  ").replace("import redis\n", "import os\nimport redis\n");
        let region = Region::of(&edit, Some(FILE), Some(&now)).expect("a change");
        assert_eq!(region.brought.iter().map(|l| l.number).collect::<Vec<_>>(), [9]);
        assert!(region.is_in_handler(9) && region.brings_line(9) && !region.brings_line(2));
        // Who made the edit undone in the meantime has brought nothing.
        assert!(Region::of(&edit, Some(FILE), Some(FILE)).is_none());
        // Where the file before is not known, its lines are found by what they say.
        let region = Region::of(&edit, None, Some(&now)).expect("a change");
        assert!(region.brings_line(9) && !region.brings_line(8));
    }

    #[test]
    fn what_both_texts_begin_and_end_with_is_whole_lines() {
        let long = |middle: &str| format!("{}{middle}{}", "same line\n".repeat(30), "other line\n".repeat(30));
        for (before, after, expected) in [
            ("a\nb\n", "a\nb\n", (4, 0)),
            ("a\nbc\nd\n", "a\nbx\nd\n", (2, 2)),
            ("a", "b", (0, 0)),
            ("", "a\n", (0, 0)),
            ("a\nb", "a\nb\nc", (2, 0)),
            (&long("x\n"), &long("y\n"), (300, 330)),
            (&long(""), &long("other line\n"), (630, 0)),
        ] {
            assert_eq!(common(before, after), expected, "{before:?} {after:?}");
        }
    }

    #[test]
    fn a_line_that_only_moved_or_changed_its_spaces_is_no_change() {
        for (old, new) in [("        run()", "            run()"), ("        run()\n    except ConnectionError:", "        run()\n    except ConnectionError:")]
        {
            assert!(Region::of(&Edit::new("worker/a.py", old, new), Some(FILE), None).is_none(), "{new}");
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
            let region = Region::of(&edit, Some(FILE), None).expect("a change");
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
