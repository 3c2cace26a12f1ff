//! `distarch topology path`: the ways from one component to another, with what waits and tries along each.

use super::{asked, load};
use crate::commands::Answer;
use crate::render::{Format, Page, Section, Table};
use crate::topology::analyses::timeout_budget::need;
use crate::topology::analyses::wording::{duration, millis, number, of};
use crate::topology::analyses::{Figure, Study};
use crate::topology::graph::{Edge, Node};
use crate::topology::model::Calls;
use crate::topology::walk::ways::{Ways, between};
use serde_json::{Value, json};
use std::path::Path;

/// `distarch topology path`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Where it begins.
    pub from: String,
    /// Where it ends.
    pub to: String,
    /// Ways that are told, the shortest first.
    #[arg(long, default_value_t = 10, value_name = "N")]
    pub most: u16,
    /// Steps of the longest way that is looked for.
    #[arg(long, default_value_t = 16, value_name = "N")]
    pub longest: u16,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Tells the ways. None is an answer, not an error.
///
/// # Errors
/// When there is no file, it cannot be read, or no component has a name.
pub fn run(args: &Args, file: Option<&Path>) -> anyhow::Result<Answer> {
    let loaded = load(file)?;
    let study = Study::of(&loaded.topology);
    let (from, to) = (asked::component(&study, &args.from)?, asked::component(&study, &args.to)?);
    let ways = between(&study.graph, from, to, args.most.into(), args.longest.into());
    asked::answer(args.format, || page(&study, (from, to), &ways), || report(&study, (from, to), &ways), false)
}

/// Figures of one way.
struct Along {
    /// Product of the attempts, and steps whose attempts nobody declared: they count once.
    attempts: f64,
    attempts_unknown: usize,
    /// Product of the calls for each request; `None`: one of them depends on the data.
    calls: Option<f64>,
    calls_unknown: usize,
    /// Steps at which a caller gives up no later than the call below it.
    inverted: Vec<(Edge, Edge)>,
    /// Steps without a timeout at which somebody waits.
    timeless: usize,
    hard: bool,
}

fn along(study: &Study<'_>, way: &[Edge]) -> Along {
    let r = |e: &Edge| study.graph.relationship(*e);
    let attempts: Vec<Option<f64>> = way.iter().map(|e| study.attempts(*e)).collect();
    let waits: Vec<Edge> = way.iter().copied().filter(|e| r(e).is_sync()).collect();
    let inverted = way.windows(2).filter(|w| w.iter().all(|e| r(e).is_sync())).filter_map(|w| Some((w[0], w[1], study.timeout(w[0])?, study.timeout(w[1])?)));
    Along {
        attempts: attempts.iter().flatten().product(),
        attempts_unknown: attempts.iter().filter(|a| a.is_none()).count(),
        calls: (!way.iter().any(|e| r(e).calls == Some(Calls::PerItem))).then(|| way.iter().filter_map(|e| study.calls(*e)).product()),
        calls_unknown: way.iter().filter(|e| r(e).calls.is_none()).count(),
        inverted: inverted.filter(|(_, _, outer, inner)| outer <= inner).map(|(a, b, ..)| (a, b)).collect(),
        timeless: waits.iter().filter(|e| study.timeout(**e).is_none()).count(),
        hard: way.iter().all(|e| r(e).is_hard()),
    }
}

fn names_of(study: &Study<'_>, way: &[Edge]) -> Vec<String> {
    let from = way.first().map(|e| study.graph.relationship(*e).from.clone());
    from.into_iter().chain(way.iter().map(|e| study.graph.relationship(*e).to.clone())).collect()
}

fn page(study: &Study<'_>, (from, to): (Node, Node), ways: &Ways) -> Page {
    let (from, to) = (study.graph.name(from), study.graph.name(to));
    let more = if ways.more { ", and there are more: --most and --longest widen the search" } else { "" };
    let title = match ways.found.len() {
        0 if ways.more => format!("No way from {from} to {to} within this length; --longest widens the search"),
        0 => format!("No way leads from {from} to {to}"),
        n => format!("{} from {from} to {to}{more}", of(n, "way", "ways")),
    };
    let mut page = Page { title, sections: Vec::new() };
    for (i, way) in ways.found.iter().enumerate() {
        let mut section = Section::new(format!("{}. {}", i + 1, names_of(study, way).join(" -> ")));
        let figures = along(study, way);
        let least = |unknown: usize| if unknown > 0 { format!("at least {{}} ({unknown} of {} unknown)", way.len()) } else { "{}".to_owned() };
        section.fact(format!("tries multiply to {}", least(figures.attempts_unknown).replace("{}", &number(figures.attempts))));
        section.fact(match figures.calls {
            Some(calls) => format!("calls for each request: {}", least(figures.calls_unknown).replace("{}", &number(calls))),
            None => "calls for each request: unknown, one of them is made for each item".to_owned(),
        });
        for (outer, inner) in &figures.inverted {
            let name = |e: &Edge| format!("{} -> {}", study.graph.relationship(*e).from, study.graph.relationship(*e).to);
            section.fact(format!("{} gives up no later than {}", name(outer), name(inner)));
        }
        if figures.timeless > 0 {
            section.fact(format!("{} without a declared timeout", of(figures.timeless, "wait", "waits")));
        }
        let rows = way.iter().map(|e| {
            let r = study.graph.relationship(*e);
            let kind = match (r.is_sync(), r.is_hard()) {
                (false, _) => "does not wait",
                (true, true) => "waits",
                (true, false) => "waits, can do without",
            };
            let waits = |text: Option<String>| if r.is_sync() { text.unwrap_or_else(|| "unknown".to_owned()) } else { String::new() };
            vec![
                r.from.clone(),
                r.to.clone(),
                r.via.clone(),
                kind.to_owned(),
                waits(study.timeout(*e).map(duration)),
                study.attempts(*e).map_or("unknown".to_owned(), number),
                waits(need(study, *e).map(|n| millis(n.whole().ceil() as i64))),
            ]
        });
        section.table(Table::new(&["from", "to", "by", "how", "timeout", "tries", "at most"], rows, usize::MAX));
        page.sections.push(section);
    }
    page
}

fn report(study: &Study<'_>, (from, to): (Node, Node), ways: &Ways) -> Value {
    let ms = |d: Option<std::time::Duration>| d.map_or(Figure::Unknown, |d| Figure::Millis(i64::try_from(d.as_millis()).unwrap_or(i64::MAX)));
    let one = |way: &Vec<Edge>| {
        let figures = along(study, way);
        let steps: Vec<Value> = way
            .iter()
            .map(|e| {
                let r = study.graph.relationship(*e);
                json!({
                    "from": r.from, "to": r.to, "via": r.via, "sync": r.is_sync(), "hard": r.is_hard(),
                    "timeout_ms": ms(study.timeout(*e)),
                    "attempts": Figure::from(study.attempts(*e)),
                    "needed_ms": need(study, *e).map_or(Figure::Unknown, |n| Figure::Millis(n.whole().ceil() as i64)),
                })
            })
            .collect();
        json!({
            "components": names_of(study, way),
            "hard": figures.hard,
            "attempts": figures.attempts,
            "attempts_unknown": figures.attempts_unknown,
            "calls": Figure::from(figures.calls),
            "calls_unknown": figures.calls_unknown,
            "inverted": figures.inverted.len(),
            "without_timeout": figures.timeless,
            "steps": steps,
        })
    };
    json!({
        "from": study.graph.name(from),
        "to": study.graph.name(to),
        "more": ways.more,
        "paths": ways.found.iter().map(one).collect::<Vec<_>>(),
    })
}
