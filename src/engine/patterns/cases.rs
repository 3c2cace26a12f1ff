//! Table tests of detectors.

use super::{Around, Detector, look};
use crate::engine::edit::{Edit, Language};
use crate::engine::surroundings::Surroundings;
use crate::engine::verdict::{Confidence, Finding};
use crate::knowledge::schema::LANGUAGES;

/// What a snippet has to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    /// The flaw is found with at least medium confidence.
    Fires,
    /// It is found, and nothing is said where the edit is undone.
    Mends,
    /// It is not found.
    Silent,
}

/// (language, what, text before, text after).
pub(crate) type Case = (&'static str, Expect, &'static str, &'static str);

/// A new file with this text.
pub(crate) const fn fires(language: &'static str, after: &'static str) -> Case {
    (language, Expect::Fires, "", after)
}

/// A new file with this text has no such flaw.
pub(crate) const fn silent(language: &'static str, after: &'static str) -> Case {
    (language, Expect::Silent, "", after)
}

/// An edit that brings the flaw; the other way round it mends it, which has to be silent.
pub(crate) const fn mends(language: &'static str, flawed: &'static str, mended: &'static str) -> Case {
    (language, Expect::Mends, mended, flawed)
}

/// An edit that breaks what waits for the other side. The way back breaks it too, so it mends nothing.
pub(crate) const fn breaks(language: &'static str, before: &'static str, after: &'static str) -> Case {
    (language, Expect::Fires, before, after)
}

/// An edit that brings no such flaw.
pub(crate) const fn keeps(language: &'static str, before: &'static str, after: &'static str) -> Case {
    (language, Expect::Silent, before, after)
}

/// The cases of the module's detector: all are run, and `counted` counts them.
macro_rules! table {
    [$($case:expr),* $(,)?] => {
        pub(in crate::engine::patterns) const CASES: &[crate::engine::patterns::cases::Case] = &[$($case),*];

        #[test]
        fn cases() {
            crate::engine::patterns::cases::check(&super::DETECTOR, CASES);
        }
    };
}
pub(crate) use table;

/// What the detector finds in an edit of a file from `before` to `after`.
pub(crate) fn found(detector: &Detector, language: &str, before: &str, after: &str) -> Vec<Finding> {
    let extension = LANGUAGES.iter().find(|(l, _)| *l == language).map_or("", |(_, e)| e[0]);
    let mut edit = Edit::new(format!("src/service.{extension}"), before, after);
    assert_ne!(edit.language, Language::UNKNOWN, "unknown language {language}");
    edit.whole_file = true;
    let surroundings = Surroundings::of(Some(before), &edit);
    let mut out = look(&edit, &Around { surroundings: &surroundings, file: None, categories: u32::MAX }, &[*detector]);
    out.retain(|f| f.confidence >= Confidence::Medium);
    out
}

/// Runs the cases.
pub(crate) fn check(detector: &Detector, cases: &[Case]) {
    let mut wrong = String::new();
    for (language, expect, before, after) in cases {
        let now = found(detector, language, before, after);
        if now.is_empty() != (*expect == Expect::Silent) {
            wrong += &format!("\n{} {language} is not {expect:?}: {now:?}\n{after}\n", detector.id);
        }
        if *expect == Expect::Mends {
            let back = found(detector, language, after, before);
            if !back.is_empty() {
                wrong += &format!("\n{} {language}: the fix is not silent: {back:?}\n{before}\n", detector.id);
            }
        }
        // An edit's text can begin and end anywhere: nothing may break on it.
        for at in (0..after.len()).step_by(23).filter(|at| after.is_char_boundary(*at)) {
            let _ = found(detector, language, before, &after[..at]);
            let _ = found(detector, language, &after[..at], &after[at..]);
        }
        let unchanged = found(detector, language, after, after);
        if !unchanged.is_empty() {
            wrong += &format!("\n{} {language}: an unchanged file is not silent: {unchanged:?}\n", detector.id);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
