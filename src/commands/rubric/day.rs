//! Days: today's, those in what people write, and how far they lie apart.

use std::time::{SystemTime, UNIX_EPOCH};

/// Days since 1970-01-01 of a date of the civil calendar.
pub(super) fn number(text: &str) -> Option<i64> {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, rest @ ..] = parts.as_slice() else { return None };
    let all_digits = |t: &str, n: usize| t.len() == n && t.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(year, 4) || !all_digits(month, 2) || rest.len() > 1 || rest.iter().any(|d| !all_digits(d, 2)) {
        return None;
    }
    let (year, month): (i64, i64) = (year.parse().ok()?, month.parse().ok()?);
    // A month stands for its last day.
    let day: i64 = rest.first().map_or(Ok(31), |d| d.parse()).ok()?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Counted from a March, so that the leap day is the year's last.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    Some(y * 365 + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (m * 153 + 2) / 5 + day - 1 - 719_468)
}

/// A day as `2026-11-21`.
pub(super) fn written(days: i64) -> String {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let m = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * m + 2) / 5 + 1, if m < 10 { m + 3 } else { m - 9 });
    format!("{:04}-{month:02}-{day:02}", year_of_era + era * 400 + i64::from(month <= 2))
}

/// Today, by the machine's clock, in UTC.
pub(super) fn today() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_secs() / 86_400).unwrap_or(0))
}

/// The latest day that a text names, `2026-10-02` or `2026-10`.
pub(super) fn named(text: &str) -> Option<i64> {
    text.split(|c: char| !c.is_ascii_digit() && c != '-').filter_map(|word| number(word.trim_matches('-'))).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_both_ways() {
        for (text, days) in [("1970-01-01", 0), ("2000-02-29", 11_016), ("2026-11-21", 20_778)] {
            assert_eq!((number(text), written(days).as_str()), (Some(days), text));
        }
        assert_eq!(named("load test of 2026-10-02, again in 2026-09, 14-03"), number("2026-10-02"));
        assert_eq!([number("2026-13-01"), number("2026"), number("x-01-01"), named("last spring")], [None; 4]);
    }
}
