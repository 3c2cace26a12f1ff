//! Names with places that anything may stand in: keys, locks, buckets, channels.

use super::forms::Forms;
use super::{Group, Meant, Said, pattern};
use crate::index::model::{Kind, Role};

/// A wildcard that means more names than this means none in particular.
const MOST: usize = 12;

/// Whether a name stands for several: `worker:*:status` of a scan, `orders.>` of a subscription.
pub(super) fn is_wild(said: &Said<'_>) -> bool {
    let text = || pattern(&said.found.name);
    match said.used.kind {
        Kind::Key | Kind::Bucket => text().contains('*'),
        Kind::Channel => said.used.role == Role::Consumes && text().split(['.', '/', ':']).any(|s| matches!(s, "*" | "#" | ">" | "+")),
        _ => false,
    }
}

/// What a name with such places means; none where the common rule decides.
pub(super) fn find(said: &Said<'_>, forms: &Forms, group: &Group) -> Option<Vec<Meant>> {
    if !matches!(said.used.kind, Kind::Key | Kind::Lease | Kind::Bucket | Kind::Channel) {
        return None;
    }
    if is_wild(said) {
        // The same pattern with a value of its own in that place is what is meant, if somebody builds it.
        if let Some(name) = group.exact.get(&forms.exact) {
            return Some(vec![Meant::sure(name)]);
        }
        let glob = pattern(&said.found.name);
        // One with a number in it is not called by its own name either.
        let is_general = |name: &str| general(name).is_none_or(|g| !group.exact.contains_key(&g));
        let matched: Vec<&String> = group.exact.values().filter(|name| covers(&glob, name, said.used.kind) && is_general(name)).take(MOST + 1).collect();
        return (1..=MOST).contains(&matched.len()).then(|| matched.into_iter().map(Meant::loose).collect());
    }
    // `worker:7:status` is one of `worker:{}:status`.
    if let Some(general) = general(&forms.exact)
        && let Some(name) = group.exact.get(&general)
    {
        return Some(vec![Meant::sure(name)]);
    }
    // A prefix that is not known, before the whole of a name that is.
    if let Some(rest) = forms.exact.strip_prefix("{}").map(|r| r.trim_start_matches(['.', ':', '-', '_', '/']))
        && rest.len() > 3
        && let Some(name) = group.exact.get(rest)
    {
        return Some(vec![Meant::loose(name)]);
    }
    if said.used.kind == Kind::Channel
        && let Some(rest) = forms.exact.strip_suffix("{}").map(|r| r.trim_end_matches(['.', ':', '-', '_', '/']))
        && rest.len() > 3
        && let Some(name) = group.exact.get(rest)
    {
        return Some(vec![Meant::loose(name)]);
    }
    None
}

/// The pattern of a name with numbers and ids in it; none where there is none.
fn general(name: &str) -> Option<String> {
    let mut out = String::new();
    let mut has = false;
    for piece in name.split_inclusive([':', '/', '.', '|', '#', '-']) {
        let word = piece.trim_end_matches([':', '/', '.', '|', '#', '-']);
        let is_id = word.bytes().all(|b| b.is_ascii_digit()) || word.len() >= 16 && word.bytes().all(|b| b.is_ascii_hexdigit());
        if is_id && !word.is_empty() {
            has = true;
            out.push_str("{}");
            out.push_str(&piece[word.len()..]);
        } else {
            out.push_str(piece);
        }
    }
    has.then_some(out)
}

/// Whether a wildcard covers a name. In keys `*` is any text; in channels `*` and `+` are one segment, `#` and `>` the rest.
fn covers(glob: &str, name: &str, kind: Kind) -> bool {
    if kind != Kind::Channel {
        let mut parts = glob.split('*').flat_map(|p| p.split("{}"));
        let first = parts.next().unwrap_or("");
        let Some(mut rest) = name.strip_prefix(first).filter(|_| first.len() > 2) else { return false };
        let parts: Vec<&str> = parts.collect();
        for (i, part) in parts.iter().enumerate() {
            if i + 1 == parts.len() {
                return rest.ends_with(part) && rest.len() >= part.len();
            }
            let Some(at) = rest.find(part) else { return false };
            rest = &rest[at + part.len()..];
        }
        return rest.is_empty();
    }
    let (mut glob, mut name) = (glob.split(['.', '/', ':']), name.split(['.', '/', ':']));
    loop {
        match (glob.next(), name.next()) {
            (Some("#" | ">"), _) | (None, None) => return true,
            (Some("*" | "+"), Some(_)) => {}
            (Some(a), Some(b)) if a.eq_ignore_ascii_case(b) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        for (kind, glob, name, want) in [
            (Kind::Key, "worker:*", "worker:{}:status", true),
            (Kind::Key, "worker:*:status", "worker:{}:beat", false),
            (Kind::Key, "*", "worker:{}", false),
            (Kind::Channel, "orders.*", "orders.created", true),
            (Kind::Channel, "orders.*", "orders.created.eu", false),
            (Kind::Channel, "orders.>", "orders.created.eu", true),
            (Kind::Channel, "orders.#", "stock.low", false),
            (Kind::Channel, "orders/+/done", "orders/7/done", true),
        ] {
            assert_eq!(covers(glob, name, kind), want, "{glob} {name}");
        }
    }

    #[test]
    fn numbers_and_ids_stand_for_any() {
        for (name, want) in [
            ("worker:7:status", Some("worker:{}:status")),
            ("worker:{}:status", None),
            ("cart:3f2504e04f8911d39a0c0305e82c3301", Some("cart:{}")),
            ("v1:cache", None),
            ("face", None),
        ] {
            assert_eq!(general(name).as_deref(), want, "{name}");
        }
    }
}
