//! Spring's cache annotations.

use crate::index::model::{Facts, Kind, Name, Role, Use};
use crate::index::reading::{Annotation, Reading, Span};

pub(super) fn read(reading: &Reading<'_>, facts: &mut Facts) {
    for annotation in &reading.annotations {
        let role = match annotation.name {
            "Cacheable" => Role::Reads,
            "CachePut" => Role::Writes,
            "CacheEvict" => Role::Deletes,
            _ => continue,
        };
        let Some(span) = annotation.keyword(&["value", "cacheNames"]).or_else(|| annotation.positional(0)).map(|a| a.span.clone()) else { continue };
        for name in caches(reading, &span) {
            let used = Use::new(Kind::Key, role, pattern(reading, annotation, name), annotation.line);
            let all = annotation.keyword(&["allEntries"]).is_some_and(|a| reading.source(&a.span) == "true");
            facts.push(if all { used.clone().note("all entries") } else { used.clone() });
            if role == Role::Reads {
                facts.push(Use { role: Role::Writes, note: Some("kept when it was not there".to_owned()), ..used });
            }
        }
    }
}

/// Names of caches: one, or a list in brackets.
fn caches(reading: &Reading<'_>, span: &Span) -> Vec<Name> {
    let list = if matches!(reading.word(span.start), "{" | "[") { reading.elements(span) } else { vec![span.clone()] };
    list.iter().map(|s| reading.name(s)).collect()
}

/// `orders::{}`: Spring's cache in Redis joins the cache's name and the key.
fn pattern(reading: &Reading<'_>, annotation: &Annotation<'_>, cache: Name) -> Name {
    let mut out = cache.between("", "::");
    let literal = annotation
        .keyword(&["key"])
        .and_then(|a| reading.literal(&a.span))
        .filter(|k| k.starts_with('\'') && k.ends_with('\'') && k.len() > 2 && !k[1..k.len() - 1].contains('\''));
    out.append(literal.map_or_else(Name::unknown, |k| Name::literal(&k[1..k.len() - 1])));
    out
}
