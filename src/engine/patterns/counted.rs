//! How many cases each detector has: in three languages, two that fire and three that are silent, or more. A mending is one of each,
//! and the code of the detector's catalog entry counts too: lint runs it.

use super::cases::{Case, Expect};
use super::{CASES, DETECTORS};
use crate::knowledge::baked::BUILT_IN;
use crate::knowledge::catalog;
use std::collections::{BTreeMap, BTreeSet};

const LANGUAGES: usize = 3;
const FIRES: usize = 2;
const SILENT: usize = 3;

/// The texts of one language.
#[derive(Default)]
struct Texts {
    fires: BTreeSet<String>,
    silent: BTreeSet<String>,
}

fn texts(cases: &[Case], entry: &str) -> BTreeMap<String, Texts> {
    let mut out: BTreeMap<String, Texts> = BTreeMap::new();
    for (language, expect, before, after) in cases {
        let of = out.entry((*language).to_owned()).or_default();
        let whole = format!("{before}\0{after}");
        match expect {
            Expect::Fires => of.fires.extend([whole]),
            Expect::Mends => {
                of.fires.insert(whole.clone());
                of.silent.insert(whole);
            }
            Expect::Silent => of.silent.extend([whole]),
        }
    }
    let entry = catalog::pattern(entry).expect("an entry that can be read");
    for fence in entry.fences {
        let of = out.entry(fence.language).or_default();
        match fence.role.as_str() {
            "fires" => of.fires.extend([fence.code]),
            "silent" | "fix" => of.silent.extend([fence.code]),
            _ => {}
        }
    }
    out
}

#[test]
fn each_detector_has_cases_in_three_languages() {
    let mut lacking = Vec::new();
    for (detector, cases) in CASES {
        let entry = BUILT_IN.patterns.iter().find(|p| BUILT_IN.str(p.id) == detector.id).expect("an entry for each detector");
        let of = texts(cases, BUILT_IN.str(entry.source));
        let is_enough = |t: &Texts| t.fires.len() >= FIRES && t.silent.len() >= SILENT;
        if of.values().filter(|t| is_enough(t)).count() < LANGUAGES {
            let short: Vec<String> = of
                .iter()
                .filter(|(_, t)| !is_enough(t))
                .map(|(l, t)| format!("{l} {} of {FIRES} that fire, {} of {SILENT} that are silent", t.fires.len(), t.silent.len()))
                .collect();
            lacking.push(format!("{}: {}", detector.id, short.join("; ")));
        }
    }
    assert_eq!(CASES.len(), DETECTORS.len());
    assert!(lacking.is_empty(), "fewer than {LANGUAGES} languages with enough cases\n{}", lacking.join("\n"));
}
