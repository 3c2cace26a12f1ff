//! Django's `path`, `re_path`, `url`, and routers of the REST framework. A list of patterns that is included has the prefixes of who
//! includes it, in this file (`include(patterns)`, `include([..])`) or in another (`include("orders.urls")`).

use super::serve;
use crate::index::extractors::paths;
use crate::index::model::{Certainty, Constant, Facts, Name, Part};
use crate::index::reading::{Call, Reading};

/// How deep lists of patterns lie in each other.
const DEPTH: u8 = 4;

pub(super) fn read(reading: &Reading<'_>, out: &mut Facts) {
    let urls = reading.path.ends_with("urls.py") || reading.text.contains("urlpatterns");
    if !urls {
        return;
    }
    for call in &reading.calls {
        let Some(path) = path_of(reading, call) else { continue };
        match call.name {
            "path" | "re_path" | "url" if is_pattern(call) => match included(reading, call) {
                Some(include) => {
                    let Some(module) = include.positional(0).and_then(|a| reading.literal(&a.span)) else { continue };
                    let labels: Vec<&str> = module.split('.').collect();
                    let stem = if labels.len() > 1 && labels.last() == Some(&"urls") { labels[labels.len() - 2] } else { labels[labels.len() - 1] };
                    if stem == paths::stem(reading.path) {
                        continue;
                    }
                    for before in prefixes(reading, call, 0) {
                        let value = paths::join(before, paths::served(&Name::literal(path.trim_end_matches('/'))));
                        out.constants.push(Constant { name: format!("{stem}@mount"), value });
                    }
                }
                None => {
                    for before in prefixes(reading, call, 0) {
                        serve(out, &["ANY"], &paths::join(before, segment(&path)), call.line, Certainty::Sure);
                    }
                }
            },
            "register" if call.arguments.len() >= 2 && call.receiver().is_some_and(|r| r.to_ascii_lowercase().contains("router")) => {
                let list = paths::join(mount(reading), paths::served(&Name::literal(format!("/{}", path.trim_matches(['^', '/'])))));
                let item = paths::join(list.clone(), Name::literal("/{}"));
                serve(out, &["GET", "POST"], &list, call.line, Certainty::Likely);
                serve(out, &["GET", "PUT", "PATCH", "DELETE"], &item, call.line, Certainty::Likely);
            }
            _ => {}
        }
    }
}

fn mount(reading: &Reading<'_>) -> Name {
    Name(vec![Part::Constant(format!("{}@mount", paths::stem(reading.path)))])
}

fn segment(path: &str) -> Name {
    paths::served(&Name::literal(format!("/{}", path.trim_start_matches(['^', '/']))))
}

fn is_pattern(call: &Call<'_>) -> bool {
    matches!(call.name, "path" | "re_path" | "url") && call.arguments.len() >= 2 && call.path.len() == 1
}

fn path_of(reading: &Reading<'_>, call: &Call<'_>) -> Option<String> {
    let first = call.positional(0)?;
    (first.span.len() <= 2).then(|| reading.literal(&first.span)).flatten()
}

/// What a pattern includes.
fn included<'r, 'a>(reading: &'r Reading<'a>, call: &Call<'a>) -> Option<&'r Call<'a>> {
    let view = call.arguments[1].span.clone();
    reading.calls.iter().find(|c| c.name == "include" && c.begins == view.start && c.close < view.end)
}

/// What stands before a pattern: the way that leads to the list it belongs to, each way if there are several.
fn prefixes(reading: &Reading<'_>, call: &Call<'_>, depth: u8) -> Vec<Name> {
    let outer = |of: &Call<'_>| -> Vec<Name> {
        let own = path_of(reading, of).map_or_else(|| Name::literal("/{}"), |p| segment(p.trim_end_matches('/')));
        prefixes(reading, of, depth + 1).into_iter().map(|before| paths::join(before, own.clone())).collect()
    };
    if depth > DEPTH {
        return vec![mount(reading)];
    }
    // In place: `path("orders/", include([path("new", ..)]))`.
    if let Some(around) = reading.calls.iter().rfind(|c| is_pattern(c) && c.open < call.at && call.at < c.close && included(reading, c).is_some()) {
        return outer(around);
    }
    // By the name of a list of this file, alone or with its application's name: `include(patterns)`, `include((patterns, "orders"))`.
    let Some(list) = reading.assignments.iter().find(|a| a.value.contains(&call.at) && a.name != "urlpatterns").map(|a| a.name) else {
        return vec![mount(reading)];
    };
    let includes_it = |of: &&Call<'_>| {
        let first = |include: &Call<'_>| include.positional(0).map(|a| a.span.start + usize::from(reading.is(a.span.start, "(")));
        is_pattern(of) && included(reading, of).and_then(first).is_some_and(|at| reading.is(at, list))
    };
    let found: Vec<Name> = reading.calls.iter().filter(includes_it).flat_map(outer).collect();
    if found.is_empty() { vec![mount(reading)] } else { found }
}
