//! How many there are, in the words that people write: `1 (fixed)`, `N (dynamic)`, `3 nodes, 2 replicas (fixed)`.

use super::model::Count;
use super::yaml::Yaml;

/// A count as it was read, and the component that each instance is bound to where the words say so (`per-runner`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// How many.
    pub count: Count,
    /// One for each of these.
    pub per: Option<String>,
}

/// Reads a count: a number, words, or `{min: 2, max: 10}`. `None`: not in words that are read.
#[must_use]
pub fn read(node: &Yaml) -> Option<Counted> {
    if let Some(text) = node.text() {
        return words(text);
    }
    if node.entries().is_empty() {
        return None;
    }
    let whole = |key: &str| match node.get(key) {
        Some(node) if !node.is_null() => node.text()?.trim().parse::<u32>().ok().map(Some),
        _ => Some(None),
    };
    Some(Counted { count: range(whole("min")?, whole("max")?), per: None })
}

/// Reads a count in words. `None`: not in words that are read.
#[must_use]
pub fn words(text: &str) -> Option<Counted> {
    let (said, note) = match text.trim().split_once('(') {
        Some((said, rest)) => (said.trim(), rest.strip_suffix(')')?.trim()),
        None => (text.trim(), ""),
    };
    let said = said.to_lowercase();
    let mut is_dynamic = None;
    let mut per = None;
    let mut limits = None;
    for word in note.split(',').map(str::trim).filter(|w| !w.is_empty()) {
        match word.to_lowercase().as_str() {
            "fixed" | "static" => is_dynamic = Some(false),
            "dynamic" | "elastic" | "autoscaled" | "variable" => is_dynamic = Some(true),
            // The name as it is written: components may be told apart by it.
            lower => match word.get(..4).filter(|p| p.eq_ignore_ascii_case("per-") || p.eq_ignore_ascii_case("per ")) {
                Some(_) if !word[4..].trim().is_empty() => per = Some(word[4..].trim().to_owned()),
                _ => limits = Some(span(lower)?),
            },
        }
    }
    let mut replicas = None;
    let mut count = None;
    for part in said.split([',', ';']).map(str::trim).filter(|p| !p.is_empty()) {
        let (number, unit) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
        match (unit.trim(), count) {
            ("replica" | "replicas" | "copies", Some(_)) if replicas.is_none() => replicas = Some(number.parse().ok()?),
            ("" | "node" | "nodes" | "instance" | "instances" | "pods" | "pod" | "replica" | "replicas" | "shards" | "members", None) => {
                count = Some(span(number)?)
            }
            _ => return None,
        }
    }
    let count = match (count?, is_dynamic, limits) {
        (Count::Fixed { n, .. }, None | Some(false), None) => Count::Fixed { n, replicas },
        // `5 (dynamic)`: five today. `N (fixed)`: settled at start, and nobody says at what.
        (Count::Fixed { .. }, Some(true), None) => Count::Dynamic { min: None, max: None },
        (dynamic @ Count::Dynamic { .. }, _, None) => dynamic,
        (_, _, Some(limits)) => limits,
        (Count::Unknown, ..) => return None,
    };
    Some(Counted { count, per })
}

/// `3`, `N`, `2-10`, `2..10`, `1-N`, `2+`.
fn span(text: &str) -> Option<Count> {
    if is_any(text) {
        return Some(Count::Dynamic { min: None, max: None });
    }
    if let Ok(n) = text.parse() {
        return Some(Count::Fixed { n, replicas: None });
    }
    if let Some(least) = text.strip_suffix('+').or_else(|| text.strip_prefix(">=")) {
        return Some(range(Some(least.trim().parse().ok()?), None));
    }
    if let Some(most) = text.strip_prefix("<=") {
        return Some(range(None, Some(most.trim().parse().ok()?)));
    }
    let (least, most) = text.split_once("..").or_else(|| text.split_once(['-', '\u{2013}']))?;
    let (least, most) = (least.trim(), most.trim_start_matches('.').trim());
    Some(range(Some(least.parse().ok()?), if is_any(most) { None } else { Some(most.parse().ok()?) }))
}

fn is_any(text: &str) -> bool {
    matches!(text, "n" | "m" | "*" | "many" | "dynamic")
}

fn range(min: Option<u32>, max: Option<u32>) -> Count {
    match (min, max) {
        (Some(a), Some(b)) if a == b => Count::Fixed { n: a, replicas: None },
        _ => Count::Dynamic { min, max },
    }
}

/// A count as YAML that is read as the same count. `None` of an unknown one.
#[must_use]
pub fn write(count: Count) -> Option<String> {
    Some(match count {
        Count::Unknown => return None,
        Count::Fixed { n, replicas: None } => n.to_string(),
        Count::Fixed { n, replicas: Some(r) } => format!("{n} nodes, {r} replicas (fixed)"),
        Count::Dynamic { min: None, max: None } => "N".to_owned(),
        Count::Dynamic { min: Some(a), max: Some(b) } => format!("{{min: {a}, max: {b}}}"),
        Count::Dynamic { min: Some(a), max: None } => format!("{{min: {a}}}"),
        Count::Dynamic { min: None, max: Some(b) } => format!("{{max: {b}}}"),
    })
}

/// A count with what each instance is bound to, in words.
#[must_use]
pub fn write_bound(count: Count, per: &str) -> Option<String> {
    let said = match count {
        Count::Dynamic { min: Some(a), max: Some(b) } => format!("{a}-{b}"),
        Count::Dynamic { min: Some(a), max: None } => format!("{a}+"),
        Count::Dynamic { min: None, max: Some(b) } => format!("<={b}"),
        Count::Fixed { n, replicas: Some(r) } => format!("{n} nodes, {r} replicas"),
        _ => write(count)?,
    };
    Some(format!("{said} (per-{per})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::yaml::documents;

    fn fixed(n: u32) -> Count {
        Count::Fixed { n, replicas: None }
    }

    fn dynamic(min: Option<u32>, max: Option<u32>) -> Count {
        Count::Dynamic { min, max }
    }

    #[test]
    fn reads_the_words_that_people_write() {
        let cases = [
            ("1", fixed(1)),
            ("1 (fixed)", fixed(1)),
            ("\"3\"", fixed(3)),
            ("N", dynamic(None, None)),
            ("N (dynamic)", dynamic(None, None)),
            ("n (dynamic, 2-10)", dynamic(Some(2), Some(10))),
            ("5 (dynamic)", dynamic(None, None)),
            ("2-10", dynamic(Some(2), Some(10))),
            ("2 \u{2013} 10", Count::Unknown),
            ("2\u{2013}10", dynamic(Some(2), Some(10))),
            ("2..10", dynamic(Some(2), Some(10))),
            ("1-N", dynamic(Some(1), None)),
            ("2+", dynamic(Some(2), None)),
            ("<=4", dynamic(None, Some(4))),
            ("{min: 2, max: 10}", dynamic(Some(2), Some(10))),
            ("{min: 2}", dynamic(Some(2), None)),
            ("{min: 4, max: 4}", fixed(4)),
            ("3 nodes, 2 replicas (fixed)", Count::Fixed { n: 3, replicas: Some(2) }),
            ("3 nodes (fixed)", fixed(3)),
            ("a few", Count::Unknown),
            ("-1", Count::Unknown),
            ("1 (fixed", Count::Unknown),
            ("[1]", Count::Unknown),
            ("{}", Count::Unknown),
            ("99999999999", Count::Unknown),
            ("1 (sometimes)", Count::Unknown),
        ];
        for (text, want) in cases {
            let node = &documents(text).expect("reads")[0];
            assert_eq!(read(node).unwrap_or_default().count, want, "{text}");
        }
        assert_eq!(words("1 (fixed, per-runner)"), Some(Counted { count: Count::ONE, per: Some("runner".to_owned()) }));
        assert_eq!(words("1 (per node)"), Some(Counted { count: Count::ONE, per: Some("node".to_owned()) }));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let all = [
            fixed(0),
            fixed(7),
            Count::Fixed { n: 3, replicas: Some(2) },
            dynamic(None, None),
            dynamic(Some(1), Some(9)),
            dynamic(Some(2), None),
            dynamic(None, Some(4)),
        ];
        for count in all {
            let text = write(count).expect("a known count");
            assert_eq!(read(&documents(&text).expect("reads")[0]).expect(&text).count, count, "{text}");
            let bound = write_bound(count, "Job runner").expect("a known count");
            assert_eq!(words(&bound), Some(Counted { count, per: Some("Job runner".to_owned()) }), "{bound}");
        }
        assert_eq!(write(Count::Unknown), None);
    }
}
