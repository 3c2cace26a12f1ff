//! Clients that are interfaces: Feign, Retrofit, Refit, Micronaut, MicroProfile, Spring's HTTP interfaces.

use super::push;
use crate::index::extractors::paths;
use crate::index::extractors::routes::{mapping, type_prefix};
use crate::index::model::{Certainty, Facts, Name, Part};
use crate::index::reading::{Annotation, Declaration, DeclarationKind, Reading};

pub(super) fn read(reading: &Reading<'_>, out: &mut Facts) {
    if !matches!(reading.language.name(), "java" | "kotlin" | "csharp" | "scala" | "groovy") {
        return;
    }
    let mut retrofit = None;
    for annotation in &reading.annotations {
        let Some(holder) = reading.enclosing(annotation.at, &[DeclarationKind::Type]) else { continue };
        if holder.name_at == 0 || !reading.is(holder.name_at - 1, "interface") {
            continue;
        }
        let Some(found) = mapping(reading, annotation) else { continue };
        let Some(base) = base(reading, holder, annotation, &mut retrofit) else { continue };
        let mut given = found.paths;
        if given.is_empty() {
            let beside = reading.annotations.iter().find(|a| a.target == annotation.target && a.target.is_some() && a.name == "Path");
            given = beside.and_then(|a| a.positional(0)).map(|a| vec![reading.name(&a.span)]).unwrap_or_default();
        }
        if given.is_empty() {
            given.push(Name::default());
        }
        for path in given {
            let path = paths::called(&path);
            let whole = if matches!(path.0.first(), Some(Part::Text(t)) if t.contains("://")) { path } else { paths::join(base.clone(), path) };
            for method in &found.methods {
                push(out, method, Some(whole.clone()), annotation.line, Certainty::Sure);
            }
        }
    }
}

/// Base and prefix of a client interface; none where it is no client.
fn base(reading: &Reading<'_>, holder: &Declaration<'_>, method: &Annotation<'_>, retrofit: &mut Option<bool>) -> Option<Name> {
    let prefix = |base: Name| paths::join(base, type_prefix(reading, holder).unwrap_or_default());
    for annotation in reading.annotations_of(holder) {
        let text = |keys: &[&str]| annotation.keyword(keys).map(|a| reading.name(&a.span)).filter(|n| n.says_something() || n.is_open());
        match annotation.name {
            "FeignClient" | "ReactiveFeignClient" => {
                let named = || text(&["name", "value", "serviceId"]).or_else(|| annotation.positional(0).map(|a| reading.name(&a.span)));
                let base = text(&["url"]).or_else(|| named().map(|n| if n.pattern().contains("://") { n } else { n.between("http://", "") }))?;
                let base = if matches!(base.0.first(), Some(Part::Text(t)) if !t.contains("://")) { base.between("http://", "") } else { base };
                return Some(prefix(base));
            }
            "Client" => {
                let id = annotation.positional(0).or_else(|| annotation.keyword(&["value", "id"])).map(|a| reading.name(&a.span))?;
                let literal = id.as_literal().unwrap_or("");
                let base = if literal.starts_with('/') || literal.contains("://") || id.is_open() { id } else { id.between("http://", "") };
                return Some(match text(&["path"]) {
                    Some(path) => paths::join(base, path),
                    None => base,
                });
            }
            "RegisterRestClient" => {
                let base = text(&["baseUri"]).or_else(|| {
                    let key = text(&["configKey"])?;
                    Some(Name(vec![Part::Setting(format!("quarkus.rest-client.{}.url", key.as_literal()?), None)]))
                });
                return Some(prefix(base.unwrap_or_default()));
            }
            "HttpExchange" => {
                let url = text(&["url", "value"]).or_else(|| annotation.positional(0).map(|a| reading.name(&a.span)));
                return Some(url.unwrap_or_default());
            }
            _ => {}
        }
    }
    if method.name.ends_with("Exchange") {
        return Some(Name::default());
    }
    // Retrofit and Refit carry no annotation on the interface.
    // Refit is often imported for the whole project; no other attribute has these names.
    let refit = reading.language.name() == "csharp" && !method.name.starts_with("Http") && method.name != "Route" && method.positional(0).is_some();
    let proven = refit || *retrofit.get_or_insert_with(|| reading.imports(&["retrofit2", "refit", "feign."]));
    if !proven {
        return None;
    }
    if reading.language.name() == "csharp" { Some(Name(vec![Part::Constant(format!("{}@base", holder.name))])) } else { Some(Name::default()) }
}
