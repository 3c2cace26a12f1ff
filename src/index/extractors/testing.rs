//! Tables of small files and what they say.

use super::facts;
use crate::index::file::File;
use crate::index::model::{Kind, Part, Use};

/// A use in one line: `sure column writes orders.status = idle @3`; open parts as `<Topics.ORDERS>` and `${KEY}`.
pub(crate) fn shown(used: &Use) -> String {
    let word = |value: &dyn erased::Json| value.word();
    let mut name = String::new();
    for part in &used.name.0 {
        match part {
            Part::Text(text) => name.push_str(text),
            Part::Hole => name.push_str("{}"),
            Part::Constant(path) => name.push_str(&format!("<{path}>")),
            Part::Setting(key, Some(default)) => name.push_str(&format!("${{{key}:{default}}}")),
            Part::Setting(key, None) => name.push_str(&format!("${{{key}}}")),
        }
    }
    let value = used.value.as_ref().map_or(String::new(), |v| format!(" = {v}"));
    format!("{} {} {} {name}{value} @{}", word(&used.certainty), word(&used.kind), word(&used.role), used.line)
}

mod erased {
    /// The word that a value is written as in JSON.
    pub(crate) trait Json {
        fn word(&self) -> String;
    }

    impl<T: serde::Serialize> Json for T {
        fn word(&self) -> String {
            serde_json::to_string(self).map(|w| w.trim_matches('"').to_owned()).unwrap_or_default()
        }
    }
}

/// Uses of these kinds in a file, one a line, as [`shown`].
pub(crate) fn uses(path: &str, text: &str, kinds: &[Kind]) -> Vec<String> {
    facts(&File::new(path, text)).uses.iter().filter(|u| kinds.contains(&u.kind)).map(shown).collect()
}

/// Fails unless the file says exactly this, in this order.
#[track_caller]
pub(crate) fn says(path: &str, text: &str, kinds: &[Kind], expected: &[&str]) {
    assert_eq!(uses(path, text, kinds), expected, "{path}:\n{text}");
}
