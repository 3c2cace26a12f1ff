//! What became of a finding that was told: is the flaw still there, did somebody say that it is meant so, or is it gone?
//!
//! The detector looks again, at the text as it stands, around the line that was cited and around the function of that name. A flaw
//! that a detector only sees as something taken away (a lock, a wait) cannot be seen in a text by itself: such a one is gone when its
//! line is, or when the edit, read backwards, would bring it.

use super::texts::{Texts, is_waived};
use super::{Around, View, detector, look};
use crate::engine::edit::{Change, Edit};
use crate::engine::lines::shorten;
use crate::engine::surroundings::Surroundings;
use crate::engine::syntax;
use crate::engine::verdict::Finding;
use crate::hash;

/// Lines with the name of the function that are looked at.
const NAMED: usize = 8;

/// A finding as it is known again later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Pattern id.
    pub id: String,
    /// The function that it stands in; empty outside of functions.
    pub function: String,
    /// Hash of what it is about.
    pub subject: u64,
    /// Hash of the cited line.
    pub text: u64,
    /// 1-based line where it stood last.
    pub line: u32,
    /// Its detector sees it in the text by itself, without the text before the edit.
    pub stands: bool,
    /// See [`Around::categories`].
    pub categories: u32,
}

/// What became of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The flaw is still there, at this line.
    Open(u32),
    /// A `dist: ok reason` comment speaks for it now.
    Dismissed,
    /// The flaw is gone.
    Resolved,
}

impl Known {
    /// A finding, with the categories of client library that its file imports.
    #[must_use]
    pub fn of(finding: &Finding, categories: u32) -> Self {
        let cited = finding.evidence.first().map_or("", |e| &e.text);
        Self {
            id: finding.id.clone(),
            function: finding.function.clone(),
            subject: hash::fnv(finding.subject.as_bytes()),
            text: hash::fnv(cited.as_bytes()),
            line: finding.line,
            stands: finding.stands,
            categories,
        }
    }

    /// What became of it, in the file as it stands now.
    #[must_use]
    pub fn fate(&self, path: &str, text: &str) -> Fate {
        let (cited, around) = self.places(text);
        if around.is_empty() {
            return Fate::Resolved;
        }
        let edit = Edit::new(path, "", "");
        let nearest = |lines: &mut dyn Iterator<Item = u32>| lines.min_by_key(|l| l.abs_diff(self.line));
        let by_line = |waived: bool| match nearest(&mut cited.iter().copied()) {
            Some(_) if waived => Fate::Dismissed,
            Some(line) => Fate::Open(line),
            None => Fate::Resolved,
        };
        let texts = Texts::standing(text, &around);
        let Some(detector) = detector(&self.id) else { return by_line(false) };
        let Some(outline) = syntax::outline(&texts.after, edit.language, path, &texts.touched_after) else {
            return by_line(cited.iter().any(|l| is_waived(text, *l)));
        };
        let surroundings = Surroundings::of(Some(text), &edit);
        let known = Around { surroundings: &surroundings, file: Some(text), categories: self.categories };
        let all: Vec<u32> = (1..=u32::try_from(texts.after.lines().count()).unwrap_or(u32::MAX)).collect();
        let view = View::new(&outline, None, true, &edit, &known, &all);
        let mut seen: Vec<u32> = (detector.find)(&view)
            .iter()
            .filter(|s| hash::fnv(s.subject.as_bytes()) == self.subject && outline.function_name(s.at) == self.function)
            .map(|s| outline.node(s.at).line)
            .collect();
        if seen.is_empty() {
            // Not seen: gone, unless it never could be seen in a text by itself.
            let waived = cited.iter().any(|l| is_waived(text, *l));
            return if self.stands { Fate::Resolved } else { by_line(waived) };
        }
        seen.sort_by_key(|l| texts.in_file(*l).abs_diff(self.line));
        match seen.iter().find(|l| !is_waived(&texts.after, **l)) {
            Some(line) => Fate::Open(texts.in_file(*line)),
            None => Fate::Dismissed,
        }
    }

    /// What became of it behind an edit; `after` is the file as it stands then. A flaw that cannot be seen in a text by itself is judged by
    /// the edit too.
    #[must_use]
    pub fn fate_behind(&self, edit: &Edit<'_>, after: &str) -> Fate {
        match self.fate(&edit.path, after) {
            Fate::Open(_) if !self.stands && self.is_taken_away(edit, after) => Fate::Resolved,
            fate => fate,
        }
    }

    /// Whether an edit, read backwards, would bring the flaw: then it takes it away. `after` is the file behind the edit.
    fn is_taken_away(&self, edit: &Edit<'_>, after: &str) -> bool {
        let Some(detector) = detector(&self.id) else { return false };
        let changes = edit.changes.iter().rev().map(|c| Change { old: c.new.clone(), new: c.old.clone() }).collect();
        let backwards = Edit { changes, path: edit.path.clone(), ..*edit };
        let surroundings = Surroundings::of(Some(after), &backwards);
        let around = Around { surroundings: &surroundings, file: Some(after), categories: self.categories };
        look(&backwards, &around, std::slice::from_ref(detector)).iter().any(|f| hash::fnv(f.subject.as_bytes()) == self.subject && f.function == self.function)
    }

    /// Lines with the cited text; and those with what is to be looked at around them.
    fn places(&self, text: &str) -> (Vec<u32>, Vec<u32>) {
        let mut cited = Vec::new();
        let mut named = Vec::new();
        for (i, line) in text.lines().enumerate() {
            let number = u32::try_from(i + 1).unwrap_or(u32::MAX);
            let trimmed = line.trim();
            if !trimmed.is_empty() && hash::fnv(shorten(trimmed, 160).as_bytes()) == self.text {
                cited.push(number);
            } else if !self.function.is_empty() && named.len() < NAMED && line.contains(&*self.function) {
                named.push(number);
            }
        }
        let mut around = [cited.clone(), named].concat();
        around.sort_unstable();
        (cited, around)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::patterns::DETECTORS;

    const FLAW: &str = "import (\n\t\"net/http\"\n)\n\nfunc (c *Client) pull(ctx context.Context) {\n\tfor {\n\t\tif _, err := c.http.Get(c.url); err != nil {\n\t\t\tcontinue\n\t\t}\n\t\tc.done = true\n\t}\n}\n";
    const PATH: &str = "src/client.go";

    fn found(edit: &Edit<'_>, file: &str) -> Finding {
        let surroundings = Surroundings::of(Some(file), edit);
        let around = Around { surroundings: &surroundings, file: Some(file), categories: u32::MAX };
        look(edit, &around, DETECTORS).into_iter().find(|f| f.id == "tight-retry-loop").expect("the loop has no wait")
    }

    fn known() -> Known {
        let edit = Edit { whole_file: true, ..Edit::new(PATH, "", FLAW) };
        Known::of(&found(&edit, ""), u32::MAX)
    }

    #[test]
    fn a_flaw_stays_open_where_other_lines_change() {
        let known = known();
        assert!(known.stands);
        let moved = FLAW.replace("func (c", "// pull asks again and again.\n// It ends with the process.\nfunc (c");
        let Fate::Open(line) = known.fate(PATH, &moved) else { panic!("still there") };
        assert_eq!(line, known.line + 2);
    }

    #[test]
    fn a_mended_flaw_is_resolved_a_waived_one_dismissed_and_a_deleted_one_gone() {
        let known = known();
        let mended = FLAW.replace("\t\t\tcontinue\n", "\t\t\ttime.Sleep(c.backoff.Next())\n\t\t\tcontinue\n");
        assert_eq!(known.fate(PATH, &mended), Fate::Resolved);
        let cited = FLAW.lines().nth(known.line as usize - 1).expect("its line");
        let waived = FLAW.replace(cited, &format!("\t\t// dist: ok the far end paces us\n{cited}"));
        assert_eq!(known.fate(PATH, &waived), Fate::Dismissed);
        assert_eq!(known.fate(PATH, "package a\n"), Fate::Resolved);
        assert_eq!(known.fate(PATH, ""), Fate::Resolved);
    }

    #[test]
    fn an_edit_that_undoes_the_flaw_is_known_by_reading_it_backwards() {
        let known = known();
        let mend = Edit::new(PATH, "\t\t\tcontinue\n", "\t\t\ttime.Sleep(c.backoff.Next())\n\t\t\tcontinue\n");
        let after = FLAW.replace("\t\t\tcontinue\n", "\t\t\ttime.Sleep(c.backoff.Next())\n\t\t\tcontinue\n");
        assert!(known.is_taken_away(&mend, &after));
        let other = Edit::new(PATH, "c.done = true", "c.done = false");
        assert!(!known.is_taken_away(&other, &FLAW.replace("c.done = true", "c.done = false")));
    }
}
