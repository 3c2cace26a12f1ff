//! Times of records.

/// Milliseconds since 1970 of `2026-02-13T15:37:56.891Z`; `None` for anything else. Offsets other than `Z` are not written by the clients.
pub(super) fn millis(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    if bytes.len() < 20
        || bytes[4] != b'-'
        || bytes[7] != b'-'
        || bytes[10] != b'T'
        || bytes[13] != b':'
        || bytes[16] != b':'
        || !text.ends_with('Z')
        || !text.is_ascii()
    {
        return None;
    }
    let number = |from: usize, to: usize| text[from..to].parse::<u64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let fraction = match bytes[19] {
        b'.' => format!("{:0<3.3}", &text[20..text.len() - 1]).parse().ok()?,
        b'Z' => 0,
        _ => return None,
    };
    // Days from the civil calendar, counted from a March so that the leap day is the year's last.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1;
    let days = days.checked_sub(719_468)?;
    Some(((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + fraction)
}

#[cfg(test)]
mod tests {
    use super::millis;

    #[test]
    fn reads_what_clients_write() {
        assert_eq!(millis("1970-01-01T00:00:00.000Z"), Some(0));
        assert_eq!(millis("2000-02-29T12:00:00Z"), Some(951_825_600_000));
        assert_eq!(millis("2026-02-13T15:37:56.891Z"), Some(1_770_997_076_891));
        assert_eq!(millis("2026-02-13T15:37:56.8Z"), Some(1_770_997_076_800));
    }

    #[test]
    fn refuses_the_rest() {
        for text in [
            "",
            "yesterday",
            "2026-13-01T00:00:00Z",
            "2026-02-13 15:37:56.891Z",
            "2026-02-13T15:37:56+02:00",
            "1969-12-31T23:59:59Z",
            "2026-02-13T15:37:56.ééZ",
        ] {
            assert_eq!(millis(text), None, "{text}");
        }
    }
}
