//! `distarch topology simulate`: an event, and what it sets going.

use super::{asked, load};
use crate::commands::Answer;
use crate::error::{Error, Kind};
use crate::render::{Format, Page, Section, Table};
use crate::topology::analyses::Study;
use crate::topology::analyses::wording::owned;
use crate::topology::graph::Node;
use crate::topology::simulate::{self, MOST_TICKS, Run, Step};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// `distarch topology simulate`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// What happens: an event that some component declares under `states`.
    #[arg(long, value_name = "EVENT")]
    pub event: String,
    /// Ticks to walk.
    #[arg(long, default_value_t = 24, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MOST_TICKS as i64))]
    pub ticks: u16,
    /// The state in which a component begins; else the first in which it reacts to the event, else the first that it declares.
    #[arg(long = "state", value_name = "COMPONENT=STATE")]
    pub states: Vec<String>,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Walks. Something is found when it ends in a loop.
///
/// # Errors
/// When there is no file, it cannot be read, or nothing has a name: component, state or event.
pub fn run(args: &Args, file: Option<&Path>) -> anyhow::Result<Answer> {
    let loaded = load(file)?;
    let study = Study::of(&loaded.topology);
    let events = simulate::events(&study.graph);
    if !events.contains(&args.event) {
        let known = events.iter().map(String::as_str);
        return Err(asked::unknown(&args.event, "no component listens to this event", known, "no component declares `states`").into());
    }
    let told = args.states.iter().map(|s| state(&study, s)).collect::<Result<BTreeMap<_, _>, _>>()?;
    let run = simulate::run(&study.graph, &args.event, &told, args.ticks.into());
    asked::answer(args.format, || page(&study, &args.event, &run), || report(&study, &args.event, &run), run.repeats.is_some())
}

fn state(study: &Study<'_>, word: &str) -> anyhow::Result<(Node, String)> {
    let Some((name, state)) = word.split_once('=') else {
        return Err(Error::new(Kind::Usage, format!("--state {word}"), "not COMPONENT=STATE").into());
    };
    let node = asked::component(study, name)?;
    let known = || study.graph.component(node).states.iter().flat_map(|t| [t.from.as_str(), t.to.as_str()]);
    if !known().any(|k| k == state) {
        return Err(asked::unknown(state, &format!("{} has no such state", study.graph.name(node)), known(), "it declares no states").into());
    }
    Ok((node, state.to_owned()))
}

fn verdict(study: &Study<'_>, event: &str, run: &Run) -> String {
    let last = run.ticks.len();
    match (&run.repeats, run.again) {
        (Some(r), _) => format!("tick {} recreates tick {}: {} go round for ever", r.again, r.first, owned(study, &r.components).join(" -> ")),
        (None, Some(again)) => format!("in tick {again} {event} is sent again, in other states"),
        (None, None) if run.cut => format!("events were still on their way after tick {last}"),
        (None, None) => format!("after tick {last} nothing is heard any more"),
    }
}

fn page(study: &Study<'_>, event: &str, run: &Run) -> Page {
    let graph = &study.graph;
    let mut page = Page { title: format!("{event}: {}", verdict(study, event, run)), sections: Vec::new() };
    let mut section = Section::new("Ticks");
    let mut notes: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for tick in &run.ticks {
        for step in &tick.steps {
            let name = graph.name(step.node);
            rows.push(vec![tick.number.to_string(), step.on.clone(), name.to_owned(), format!("{} -> {}", step.from, step.to), step.emits.join(", ")]);
            notes.extend(remarks(study, tick.number, step));
        }
        if tick.steps.is_empty() {
            let heard: Vec<&str> = tick.events.iter().map(|(e, _)| e.as_str()).collect();
            rows.push(vec![tick.number.to_string(), heard.join(", "), "nobody".to_owned(), String::new(), String::new()]);
        }
    }
    section.table(Table::new(&["tick", "event", "reacts", "state", "sends out"], rows, 200));
    page.sections.push(section);
    notes.dedup();
    if !notes.is_empty() {
        let mut section = Section::new("To look at");
        notes.into_iter().take(40).for_each(|n| section.fact(n));
        page.sections.push(section);
    }
    let mut begin = Section::new("Began with");
    begin.table(Table::new(&["component", "state"], run.begin.iter().map(|(n, s)| vec![graph.name(*n).to_owned(), s.clone()]), 60));
    page.sections.push(begin);
    page
}

fn remarks(study: &Study<'_>, tick: usize, step: &Step) -> Vec<String> {
    let name = study.graph.name(step.node);
    let mut out = Vec::new();
    if !step.races.is_empty() {
        out.push(format!("tick {tick}: {name} hears {} and {} at the same time, and which comes first decides where it ends", step.on, step.races.join(", ")));
    }
    if !step.unconnected.is_empty() {
        let who = owned(study, &step.unconnected).join(", ");
        out.push(format!("tick {tick}: {name} hears {} of {who}, and no relationship connects them", step.on));
    }
    out
}

fn report(study: &Study<'_>, event: &str, run: &Run) -> Value {
    let graph = &study.graph;
    let step = |s: &Step| {
        json!({
            "component": graph.name(s.node), "on": s.on, "from": s.from, "to": s.to, "emits": s.emits, "races": s.races,
            "unconnected": owned(study, &s.unconnected),
        })
    };
    let ticks: Vec<Value> = run
        .ticks
        .iter()
        .map(|t| {
            let events: Vec<Value> = t.events.iter().map(|(e, by)| json!({ "event": e, "by": by.map(|n| graph.name(n)) })).collect();
            json!({ "tick": t.number, "events": events, "steps": t.steps.iter().map(step).collect::<Vec<_>>() })
        })
        .collect();
    json!({
        "event": event,
        "verdict": verdict(study, event, run),
        "begin": run.begin.iter().map(|(n, s)| json!({ "component": graph.name(*n), "state": s })).collect::<Vec<_>>(),
        "ticks": ticks,
        "repeats": run.repeats.as_ref().map(|r| json!({ "first": r.first, "again": r.again, "components": owned(study, &r.components) })),
        "event_again": run.again,
        "cut": run.cut,
    })
}
