//! Words by which source text touches a shared resource, and a filter that says at once that a word is none of them.

use super::format::FILTER;
use crate::index::model::{Kind, Name, Part};

/// Bits set for an entry.
const PROBES: u64 = 4;
/// Bits for each entry of a filter: with four probes one question in a hundred is answered yes for nothing.
const BITS: usize = 10;

/// A word as the filter knows it: letter case and underscores make no difference, `customer_id` and `customerId` are one.
#[must_use]
pub fn anchor(word: &str) -> u64 {
    let hash =
        word.bytes().filter(|b| *b != b'_').fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3));
    // FNV's low bits hang on the last letters alone.
    hash ^ (hash >> 32)
}

fn positions(hash: u64, bytes: usize) -> impl Iterator<Item = (usize, u8)> {
    let step = (hash >> 40) | 1;
    let bits = (bytes * 8) as u64;
    (0..PROBES).map(move |i| {
        let bit = hash.wrapping_add(i.wrapping_mul(step)) & (bits - 1);
        (usize::try_from(bit / 8).unwrap_or(0), 1 << (bit % 8))
    })
}

/// Whether the filter may hold a hash. `bytes` has a length that is a power of two.
pub(super) fn may_hold(bytes: &[u8], hash: u64) -> bool {
    positions(hash, bytes.len()).all(|(byte, bit)| bytes[byte] & bit != 0)
}

pub(super) fn insert(bytes: &mut [u8], hash: u64) {
    positions(hash, bytes.len()).for_each(|(byte, bit)| bytes[byte] |= bit);
}

/// A filter of these hashes.
pub(super) fn filter(hashes: &[u64]) -> Vec<u8> {
    let mut out = vec![0; (hashes.len() * BITS / 8).next_power_of_two().clamp(64, FILTER)];
    hashes.iter().for_each(|h| insert(&mut out, *h));
    out
}

/// Runs of letters, digits and underscores.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|w| w.len() >= 3)
}

/// The anchors of a name as a file writes it: the longest word of each literal part, the last word of each constant, the key of each
/// setting, and the words on both sides of a member's dot (`orders.status`, `shop.Inventory/Reserve`).
pub(super) fn anchors(kind: Kind, name: &Name, out: &mut Vec<u64>) {
    for part in &name.0 {
        match part {
            Part::Text(text) => {
                let text = match kind {
                    Kind::Route | Kind::Operation => text.split_once(' ').map_or(&**text, |(_, path)| path),
                    _ => text,
                };
                let longest = runs(text).fold("", |best, w| if w.len() > best.len() { w } else { best });
                out.extend((!longest.is_empty()).then(|| anchor(longest)));
                if matches!(kind, Kind::Column | Kind::Field | Kind::Rpc | Kind::State) {
                    out.extend(runs(text).last().filter(|w| *w != longest).map(anchor));
                }
            }
            Part::Constant(path) => out.extend(runs(path).last().map(anchor)),
            Part::Setting(key, _) => out.extend(runs(key).last().map(anchor)),
            Part::Hole => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_name_are_one_anchor() {
        assert_eq!(anchor("customer_id"), anchor("customerId"));
        assert_eq!(anchor("CUSTOMER_ID"), anchor("customerId"));
        assert_ne!(anchor("customer_id"), anchor("customer_ids"));
    }

    #[test]
    fn names_have_the_words_that_text_touches_them_by() {
        for (kind, parts, expected) in [
            (Kind::Key, vec![Part::Text("worker:".into()), Part::Hole, Part::Text(":status".into())], vec!["worker", "status"]),
            (Kind::Route, vec![Part::Text("DELETE /api/carts/".into()), Part::Hole], vec!["carts"]),
            (Kind::Column, vec![Part::Text("orders.status".into())], vec!["status", "orders"]),
            (Kind::Column, vec![Part::Text("customers.tier".into())], vec!["customers", "tier"]),
            (Kind::Rpc, vec![Part::Text("shop.Inventory/Reserve".into())], vec!["inventory", "reserve"]),
            (Kind::Channel, vec![Part::Constant("Topics.ORDERS".into())], vec!["orders"]),
            (Kind::Channel, vec![Part::Setting("ORDER_TOPIC".into(), None)], vec!["ordertopic"]),
            (Kind::Key, vec![Part::Text("a:".into()), Part::Hole], vec![]),
        ] {
            let mut found = Vec::new();
            anchors(kind, &Name(parts.clone()), &mut found);
            found.sort_unstable();
            let mut expected: Vec<u64> = expected.into_iter().map(anchor).collect();
            expected.sort_unstable();
            assert_eq!(found, expected, "{parts:?}");
        }
    }

    #[test]
    fn a_filter_holds_what_was_put_in_and_little_else() {
        let inside: Vec<u64> = (0..5000).map(|i| anchor(&format!("word{i}"))).collect();
        let filter = filter(&inside);
        assert!(inside.iter().all(|h| may_hold(&filter, *h)));
        let wrong = (0..10_000).filter(|i| may_hold(&filter, anchor(&format!("other{i}")))).count();
        assert!(wrong < 300, "{wrong} of 10,000");
    }
}
