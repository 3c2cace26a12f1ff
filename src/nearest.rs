//! "Did you mean": the known word that a mistyped one is closest to.

/// The closest of `known`, when it is close enough to be a slip: one change in four letters, a part of it, or it a part.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    let allowed = (word.chars().count() / 4).clamp(1, 4);
    known
        .into_iter()
        .filter_map(|k| {
            let lower = k.to_ascii_lowercase();
            let distance = distance(&word, &lower);
            let part = word.len() >= 4 && (lower.starts_with(&word) || lower.split('-').any(|p| p == word) || word.starts_with(&lower));
            (distance <= allowed || part).then_some((if part { distance.min(allowed) } else { distance }, distance, k))
        })
        .min_by_key(|(rank, distance, _)| (*rank, *distance))
        .map(|(.., k)| k)
}

/// Edit distance in which a swap of neighbours is one change (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            rows[i][j] = change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                rows[i][j] = rows[i][j].min(rows[i - 2][j - 2] + 1);
            }
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_and_parts_and_nothing_far() {
        let known = ["failure-mode", "interaction", "concurrency", "message-ack"];
        assert_eq!(nearest("failure-mdoe", known), Some("failure-mode"));
        assert_eq!(nearest("failure", known), Some("failure-mode"));
        assert_eq!(nearest("Concurency", known), Some("concurrency"));
        assert_eq!(nearest("message", known), Some("message-ack"));
        assert_eq!(nearest("banana", known), None);
    }
}
