//! `signals/weights.yaml`: every feature it names exists.

use super::Problem;
use super::content::Content;
use crate::knowledge::features::{GENERAL_FEATURES, LOCI, WORD, general_name};
use crate::nearest::nearest;

pub(super) fn check(content: &Content, problems: &mut Vec<Problem>) {
    let Some(read) = &content.weights else { return };
    let general: Vec<String> = (0..GENERAL_FEATURES).map(general_name).collect();
    let line = |name: &str| read.text.lines().position(|l| l.trim_start().trim_start_matches(['"', '\'']).starts_with(name)).map(|i| i + 1);
    for (name, row) in &read.file.features {
        if row.iter().any(|w| !w.is_finite()) {
            problems.push(Problem::new(&read.path, line(name), format!("feature {name:?} has a weight that is no finite number"), "fit again"));
        }
        if general.contains(name) || name.starts_with(WORD) {
            continue;
        }
        match name.rsplit_once('.').filter(|(_, locus)| LOCI.iter().any(|(_, l)| l == locus)) {
            Some((signal, _)) if content.signals.iter().any(|s| s.file.id == signal) => {}
            // Harmless: no edit can have it. The next fit drops it.
            Some((signal, _)) => {
                problems.push(Problem::new(&read.path, line(name), format!("feature {name:?} is stale: there is no signal {signal:?}"), "fit again").note())
            }
            None => {
                let fix = nearest(name, general.iter().map(String::as_str))
                    .map_or_else(|| "features are `<signal>.<locus>` and the general ones".to_owned(), |n| format!("did you mean {n:?}?"));
                problems.push(Problem::new(&read.path, line(name), format!("unknown feature {name:?}"), fix));
            }
        }
    }
    for (name, list) in [("intercept", &read.file.intercept), ("threshold", &read.file.threshold)] {
        if list.iter().any(|w| !w.is_finite()) {
            problems.push(Problem::new(&read.path, read.lines().key(name), format!("{name} has a value that is no finite number"), "fit again"));
        }
    }
    if let Some(bad) = read.file.threshold.iter().find(|t| !(0.0..=1.0).contains(*t)) {
        problems.push(Problem::new(&read.path, read.lines().key("threshold"), format!("threshold {bad} is not between 0 and 1"), "scores are between 0 and 1"));
    }
}
