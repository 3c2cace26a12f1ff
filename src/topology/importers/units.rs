//! Times and small readings that manifests share.

use crate::topology::yaml::Yaml;
use std::time::Duration;

/// `1m30s`, `800ms`, `2.5s`, `15` (seconds).
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    if text.is_empty() {
        return None;
    }
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        total += number
            * match &rest[..letters] {
                "ns" => 1e-9,
                "us" | "µs" => 1e-6,
                "ms" => 1e-3,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                "d" => 86400.0,
                _ => return None,
            };
        rest = &rest[letters..];
    }
    // A thousandth of a millisecond is as exact as anybody writes; what a float adds to it is not shown.
    Duration::try_from_secs_f64((total * 1e6).round() / 1e6).ok()
}

/// A whole number.
#[must_use]
pub fn whole(yaml: &Yaml) -> Option<u32> {
    let n = yaml.number()?;
    (n.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&n)).then_some(n as u32)
}

/// A time of a node.
#[must_use]
pub fn time(yaml: Option<&Yaml>) -> Option<Duration> {
    duration(yaml?.text()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_all_sorts() {
        for (text, millis) in [("1m30s", 90_000), ("800ms", 800), ("2.5s", 2500), ("15", 15_000), ("1h", 3_600_000)] {
            assert_eq!(duration(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "x", "5 parsecs", "-3s", "s", "99999999999999999999999h"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
