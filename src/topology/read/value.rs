//! Values with a unit: durations, rates, shares. What is not written so is `None`.

use std::time::Duration;

/// Longest duration that is read: a thousand years. Sums of a few thousand stay far from the end of [`Duration`].
const LONGEST: f64 = 86_400.0 * 365_000.0;

/// `800ms`, `2s`, `1.5s`, `1m30s`, `5m`, `2h`, `7d`, `0`.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').filter(|n| *n > 0)?;
        let (number, tail) = rest.split_at(digits);
        let tail = tail.strip_prefix(' ').unwrap_or(tail);
        let end = tail.find(|c: char| c.is_ascii_digit() || c == ' ').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let unit = match unit {
            "ns" => 1e-9,
            "us" | "\u{b5}s" | "\u{3bc}s" => 1e-6,
            "ms" => 1e-3,
            "s" | "sec" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            _ => return None,
        };
        seconds += number.parse::<f64>().ok()? * unit;
        rest = tail.trim_start();
    }
    // Whole nanoseconds, so that 0.8 s and 800 ms are equal.
    let is_fit = !text.is_empty() && (0.0..=LONGEST).contains(&seconds);
    is_fit.then(|| Duration::from_nanos((seconds * 1e9).round() as u64))
}

/// A duration as it is read again.
#[must_use]
pub fn write_duration(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    match nanos {
        0 => "0s".to_owned(),
        n if n % 86_400_000_000_000 == 0 => format!("{}d", n / 86_400_000_000_000),
        n if n % 3_600_000_000_000 == 0 => format!("{}h", n / 3_600_000_000_000),
        n if n % 60_000_000_000 == 0 => format!("{}m", n / 60_000_000_000),
        n if n % 1_000_000_000 == 0 => format!("{}s", n / 1_000_000_000),
        n if n % 1_000_000 == 0 => format!("{}ms", n / 1_000_000),
        n if n % 1000 == 0 => format!("{}us", n / 1000),
        n => format!("{n}ns"),
    }
}

/// Requests a second: `500/s`, `120/min`, `30 per hour`, `500 rps`, `500`.
#[must_use]
pub fn rate(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim();
    let (factor, unit) = match unit.strip_prefix('k') {
        Some(unit) => (1000.0, unit.trim_start()),
        None => (1.0, unit),
    };
    let unit = unit.strip_prefix("per ").map_or(unit, str::trim).trim_start_matches('/').trim_start();
    let seconds = match unit {
        "" | "s" | "sec" | "second" | "rps" | "qps" | "req/s" => 1.0,
        "m" | "min" | "minute" => 60.0,
        "h" | "hour" => 3600.0,
        "d" | "day" => 86_400.0,
        _ => return None,
    };
    number.replace('_', "").parse::<f64>().ok().map(|n| n * factor / seconds).filter(|n| n.is_finite() && *n <= 1e15)
}

/// Availability as a share, 0 to 1: `99.9` and `99.9%` are percent; up to 1 it is a share already.
#[must_use]
pub fn availability(text: &str) -> Option<f64> {
    let text = text.trim();
    let (number, is_percent) = percent(text)?;
    let share = if is_percent || number > 1.0 { hundredth(number) } else { number };
    (0.0..=1.0).contains(&share).then_some(share)
}

/// A share: `0.2`, `20%`. Beyond 1 too, so that who asks can say so.
#[must_use]
pub fn share(text: &str) -> Option<f64> {
    let (number, is_percent) = percent(text.trim())?;
    Some(if is_percent { hundredth(number) } else { number })
}

fn percent(text: &str) -> Option<(f64, bool)> {
    let (number, is_percent) = text.strip_suffix('%').map_or((text, false), |n| (n.trim_end(), true));
    let number: f64 = number.parse().ok().filter(|n: &f64| n.is_finite() && *n >= 0.0)?;
    Some((number, is_percent))
}

/// 99.9 to 0.999, and not to 0.9990000000000001.
fn hundredth(percent: f64) -> f64 {
    (percent * 1e10).round() / 1e12
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        let ms = |n| Some(Duration::from_millis(n));
        let cases = [
            ("800ms", ms(800)),
            ("0.8s", ms(800)),
            ("2s", ms(2000)),
            ("1.5 s", ms(1500)),
            ("1m30s", ms(90_000)),
            ("1m 30s", ms(90_000)),
            ("5m", ms(300_000)),
            ("2h", ms(7_200_000)),
            ("1d", ms(86_400_000)),
            ("0", ms(0)),
            ("0s", ms(0)),
            ("2", None),
            ("", None),
            ("s", None),
            ("-1s", None),
            ("1..5s", None),
            ("2 weeks", None),
            ("99999999999999999999999d", None),
        ];
        for (text, want) in cases {
            assert_eq!(duration(text), want, "{text}");
            assert!(want.is_none_or(|d| duration(&write_duration(d)) == want), "{text}");
        }
        for n in [1u64, 999, 1000, 1_500_000, 999_999_999_999] {
            let d = Duration::from_nanos(n);
            assert_eq!(duration(&write_duration(d)), Some(d));
        }
    }

    #[test]
    fn rates_are_a_second() {
        let cases =
            [("500/s", Some(500.0)), ("120/min", Some(2.0)), ("36 per hour", Some(0.01)), ("500", Some(500.0)), ("1.5k/s", Some(1500.0)), ("9 rps", Some(9.0))];
        for (text, want) in cases {
            assert_eq!(rate(text), want, "{text}");
        }
        for text in ["", "/s", "fast", "5/fortnight", "-5/s"] {
            assert_eq!(rate(text), None, "{text}");
        }
    }

    #[test]
    fn shares_and_percent() {
        assert_eq!((availability("99.9"), availability("99.99%"), availability("0.995"), availability("101")), (Some(0.999), Some(0.9999), Some(0.995), None));
        assert_eq!((share("0.2"), share("20%"), share("2"), share("-1"), share("x")), (Some(0.2), Some(0.2), Some(2.0), None, None));
    }
}
