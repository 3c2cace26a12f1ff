//! A table changed in a place that leaves the cached copy of it as it was.

use super::{Finding, Severity, cited, of_kind, places};
use crate::index::linked::{Index, Place, Resource};
use crate::index::model::{Kind, Role};

pub(super) fn find(index: &Index, out: &mut Vec<Finding>) {
    for key in of_kind(index, Kind::Key) {
        let Some(table) = of_kind(index, Kind::Column).find(|t| !t.name.contains('.') && is_copy(&key.name, &t.name)) else { continue };
        let kept: Vec<&Place> = places(key, &[Role::Writes, Role::Deletes]).collect();
        let filled = places(key, &[Role::Writes]).any(|p| p.value.as_deref().is_none_or(|v| v.starts_with("ttl=")));
        let dropped = places(key, &[Role::Deletes]).next();
        // Where nobody ever drops the key, a time to live may be the design; where one writer does, the others forgot.
        let Some(dropped) = dropped.filter(|_| filled) else { continue };
        let forgetting: Vec<&Place> = writers(index, table).into_iter().filter(|w| !kept.iter().any(|k| k.file == w.file)).collect();
        let Some(first) = forgetting.first() else { continue };
        let mut cites: Vec<_> = forgetting.iter().map(|p| cited(index, p, format!("changes {}", table.name))).collect();
        cites.push(cited(index, dropped, format!("drops {}", key.name)));
        out.push(Finding {
            id: "cache-not-invalidated",
            severity: Severity::Medium,
            resource: key.name.clone(),
            kind: Kind::Key,
            text: format!("{} changes {} and leaves {} as it was", index.file(first).path, table.name, key.name),
            asks: "How long may a reader of the copy see the old value?",
            places: cites,
        });
    }
}

/// Writers of a table or of any of its columns.
fn writers<'a>(index: &'a Index, table: &Resource) -> Vec<&'a Place> {
    let column = format!("{}.", table.name);
    let mut out: Vec<&Place> = of_kind(index, Kind::Column)
        .filter(|r| r.name == table.name || r.name.starts_with(&column))
        .flat_map(|r| places(r, &[Role::Writes, Role::Deletes]))
        .collect();
    out.sort_by_key(|p| (p.file, p.line));
    out.dedup_by_key(|p| p.file);
    out
}

/// `order:{}` and `orders:{}` are copies of rows of `orders`.
fn is_copy(key: &str, table: &str) -> bool {
    let Some((first, rest)) = key.split_once(':') else { return false };
    let singular = table.strip_suffix('s').unwrap_or(table);
    rest == "{}" && (first == table || first == singular)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, of_rule};
    use super::Kind;
    use crate::index::model::Role::{Deletes, Reads, Writes};

    #[test]
    fn one_writer_drops_the_copy_and_another_does_not() {
        let found =
            |table: &'static [Row], key: &'static [Row]| of_rule("cache-not-invalidated", &[(Kind::Column, "orders", table), (Kind::Key, "order:{}", key)]);
        let key: &[Row] = &[("a", Writes, None), ("a", Deletes, None), ("c", Reads, None)];
        assert_eq!(found(&[("a", Writes, None), ("b", Writes, None)], key)[0].text, "b/main.py changes orders and leaves order:{} as it was");
        assert!(found(&[("a", Writes, None)], key).is_empty());
        assert!(found(&[("a", Writes, None), ("b", Writes, None)], &[("a", Writes, None)]).is_empty(), "nobody drops it: a time to live");
    }
}
