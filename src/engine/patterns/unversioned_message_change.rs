//! The shape of a message, job or workflow input changes, and what was sent in the old shape is still on its way.
//!
//! A queue holds what was written by the version before, and during a deploy both versions run: the new reader misses what it asks for, or the old one
//! does, and the message is dead or read wrongly. Sources: Sidekiq wiki, "Best Practices" and "Gotchas" (arguments of jobs in flight);
//! Protocol Buffers, "Updating A Message Type"; Zhang et al., "Understanding and Detecting Software Upgrade Failures in Distributed Systems"
//! (SOSP 2021: two thirds come from incompatible data between versions).
//!
//! Shapes: in a function that a queue or a workflow engine calls, an argument that is taken away or renamed, or a new one without a default; a
//! field of a published message that stays under another name. A schema file (proto, Avro) is no code and is not read here.

use super::names::words;
use super::{Detector, Low, Medium, Sighting, View};
use crate::engine::syntax::words::{self as vocabulary, says};
use crate::engine::syntax::{Arg, Id, Kind, Outline};

pub(super) const DETECTOR: Detector = Detector { id: "unversioned-message-change", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let mut out = Vec::new();
    if let Some(before) = view.before {
        out = arguments(view, before);
        out.extend(renamed_fields(view, before));
    }
    out
}

/// An argument as declared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Param<'t> {
    name: &'t str,
    optional: bool,
}

/// Functions that are called with what a queue or a history holds.
fn arguments(view: &View<'_>, before: &Outline<'_>) -> Vec<Sighting> {
    let (o, mut out) = (view.outline, Vec::new());
    for function in o.functions() {
        let Kind::Function { name, params: now, .. } = &o.node(function).kind else { continue };
        let same: Vec<Id> = before.functions().filter(|f| matches!(before.node(*f).kind, Kind::Function { name: n, .. } if n == *name)).collect();
        let [was] = same[..] else { continue };
        if o.functions().filter(|f| matches!(o.node(*f).kind, Kind::Function { name: n, .. } if n == *name)).count() != 1 {
            continue;
        }
        let Kind::Function { params: then, .. } = &before.node(was).kind else { continue };
        let Some(sure) = is_called_with_messages(view, function, name) else { continue };
        if now == then {
            continue;
        }
        let (now, then) = (params(o.language, now), params(o.language, then));
        let Some(what) = breaks(o.language, &then, &now) else { continue };
        let seen = format!("`{name}` {what}: what waits in the queue was written for the arguments before, and both versions run during a deploy");
        out.push(view.sighting(function, format!("arguments {name}"), if sure { Medium } else { Low }, seen));
    }
    out
}

/// Whether a queue or an engine calls the function with arguments from a message; whether that is certain.
fn is_called_with_messages(view: &View<'_>, function: Id, name: &str) -> Option<bool> {
    let o = view.outline;
    const MARKS: &[&str] = &[
        "task",
        "shared_task",
        "actor",
        "job",
        "periodic_task",
        "rabbitlistener",
        "kafkalistener",
        "jmslistener",
        "sqslistener",
        "streamlistener",
        "activitymethod",
        "workflowmethod",
        "signalmethod",
        "workflowrun",
        "workflowsignal",
        "activity",
        "messagepattern",
        "eventpattern",
        "subscribe_task",
        "queuetrigger",
        "servicebustrigger",
    ];
    let marked = o.decorators(function).any(|(_, c)| {
        let by_client = ["workflow", "activity", "DBOS", "dramatiq", "huey", "celery", "app", "broker"].contains(&vocabulary::tail(c.receiver));
        (says(c.name, MARKS) && !says(c.name, &["test"])) || (by_client && matches!(c.name, "run" | "signal" | "defn" | "workflow" | "step" | "update"))
    });
    if marked {
        return Some(true);
    }
    let Kind::Function { params, .. } = &o.node(function).kind else { return None };
    match o.language {
        "go" if params.iter().any(|p| p.contains("workflow.Context")) => Some(true),
        "ruby" if matches!(name, "perform") => {
            let job = o.ancestors(function).any(|a| {
                says(
                    o.source(a).lines().take(4).collect::<Vec<_>>().join(" ").as_str(),
                    &["sidekiq", "applicationjob", "activejob", "worker", "job", "resque", "goodjob"],
                )
            });
            (job || says(view.path, &["jobs", "workers", "sidekiq"])).then_some(true)
        }
        // By convention: Celery, RQ, django-q and Huey find their tasks in these files, at the top level.
        "python"
            if matches!(view.path.rsplit('/').next(), Some("tasks.py"))
                && matches!(o.node(o.node(function).parent).kind, Kind::File)
                && !name.starts_with('_') =>
        {
            Some(true)
        }
        _ => None,
    }
}

fn params<'t>(language: &str, declared: &[&'t str]) -> Vec<Param<'t>> {
    declared
        .iter()
        .filter(|p| !matches!(p.trim(), "self" | "cls" | "/") && !p.trim_start().starts_with('*') && !p.trim_start().starts_with('&'))
        .filter(|p| !says(p, &["context", "ctx"]))
        .map(|p| {
            let (head, default) = p.split_once('=').map_or((*p, false), |(h, _)| (h, true));
            // Ruby's `key: value` is a keyword with a default, Python's `key: type` is not.
            let keyword = language == "ruby" && p.contains(':');
            let optional = default || (keyword && p.split_once(':').is_some_and(|(_, d)| !d.trim().is_empty()));
            let name = match language {
                "java" | "csharp" | "cpp" => words(head).last(),
                _ => words(head).find(|w| !matches!(*w, "final" | "val" | "var")),
            };
            Param { name: name.unwrap_or(""), optional }
        })
        .filter(|p| !p.name.is_empty())
        .collect()
}

/// What makes the old arguments unfit for the new ones.
fn breaks(language: &str, then: &[Param<'_>], now: &[Param<'_>]) -> Option<String> {
    // Names travel where arguments are passed by name; else their number and order do.
    let by_name = matches!(language, "python");
    let required = |p: &[Param<'_>]| p.iter().filter(|p| !p.optional).count();
    if by_name && let Some(gone) = then.iter().find(|t| t.optional && !now.iter().any(|n| n.name == t.name)) {
        return Some(format!("no longer takes `{}`", gone.name));
    }
    if now.len() < then.len() {
        let gone = then.iter().find(|t| !now.iter().any(|n| n.name == t.name)).or(then.last())?;
        return Some(format!("no longer takes `{}`", gone.name));
    }
    if required(now) > required(then) {
        let new = now.iter().find(|n| !n.optional && !then.iter().any(|t| t.name == n.name)).or(now.last())?;
        return Some(format!("asks for `{}` and has no default for it", new.name));
    }
    let both =
        |a: &[Param<'_>], b: &[Param<'_>]| -> Vec<String> { a.iter().filter(|p| b.iter().any(|q| q.name == p.name)).map(|p| p.name.to_owned()).collect() };
    (both(then, now) != both(now, then)).then(|| "takes its arguments in another order".to_owned())
}

/// A field of a message that leaves: the same value under another name.
fn renamed_fields(view: &View<'_>, before: &Outline<'_>) -> Vec<Sighting> {
    let (o, mut out) = (view.outline, Vec::new());
    let sent = |o: &Outline<'_>, id: Id| {
        o.ancestors(id).take_while(|a| !matches!(o.node(*a).kind, Kind::Function { .. })).any(|a| o.call(a).is_some_and(vocabulary::is_publish))
    };
    for id in o.ids() {
        let Kind::Object { name, fields } = &o.node(id).kind else { continue };
        if !view.touches(id) || !sent(o, id) {
            continue;
        }
        let Some((_, function)) = view.function_before(id) else { continue };
        let key = |f: &Arg<'_>| f.name.trim_matches(['"', '\'', ':', '`']).to_owned();
        let found = before.within(function).find_map(|b| {
            let Kind::Object { name: old_name, fields: old } = &before.node(b).kind else { return None };
            if old_name != name || old.len() < 2 || !sent(before, b) {
                return None;
            }
            let same = old.iter().filter(|f| fields.iter().any(|n| key(n) == key(f))).count();
            let gone: Vec<&Arg<'_>> = old.iter().filter(|f| !f.name.is_empty() && !fields.iter().any(|n| key(n) == key(f))).collect();
            let [gone] = gone[..] else { return None };
            let new = fields.iter().find(|n| !n.name.is_empty() && !old.iter().any(|f| key(f) == key(n)) && n.text == gone.text)?;
            (same > 0).then(|| (key(gone), key(new)))
        });
        if let Some((gone, new)) = found {
            let seen = format!("`{gone}` is sent as `{new}` now: a reader of the version before finds nothing under the name that it asks for");
            out.push(view.sighting(id, format!("field {gone}"), Medium, seen));
        }
    }
    out
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{breaks, keeps, silent, table};

    table![
        breaks(
            "python",
            "@shared_task\ndef resize(image_id, width=None):\n    Image.get(image_id).resize(width)\n",
            "@shared_task\ndef resize(image_id, target_width=None):\n    Image.get(image_id).resize(target_width)\n",
        ),
        breaks(
            "python",
            "@app.task(bind=True)\ndef invoice(self, order_id):\n    send(order_id)\n",
            "@app.task(bind=True)\ndef invoice(self, order_id, currency):\n    send(order_id, currency)\n",
        ),
        breaks(
            "ruby",
            "class InvoiceWorker\n  include Sidekiq::Worker\n\n  def perform(order_id)\n    send_invoice(order_id)\n  end\nend\n",
            "class InvoiceWorker\n  include Sidekiq::Worker\n\n  def perform(order_id, currency)\n    send_invoice(order_id, currency)\n  end\nend\n",
        ),
        breaks(
            "ruby",
            "class InvoiceJob < ApplicationJob\n  def perform(order_id, currency)\n    send_invoice(order_id, currency)\n  end\nend\n",
            "class InvoiceJob < ApplicationJob\n  def perform(currency, order_id)\n    send_invoice(order_id, currency)\n  end\nend\n",
        ),
        breaks(
            "go",
            "package p\n\nfunc Renewal(ctx workflow.Context, sub string) error {\n\treturn step(ctx, sub)\n}\n",
            "package p\n\nfunc Renewal(ctx workflow.Context, sub string, plan Plan) error {\n\treturn step(ctx, sub, plan)\n}\n",
        ),
        breaks(
            "go",
            "package p\n\nfunc Renewal(ctx workflow.Context, sub string, plan Plan) error {\n\treturn step(ctx, sub, plan)\n}\n",
            "package p\n\nfunc Renewal(ctx workflow.Context, sub string) error {\n\treturn step(ctx, sub)\n}\n",
        ),
        breaks(
            "typescript",
            "export async function placed(order: Order) {\n  await queue.add({ type: 'placed', userId: order.user, total: order.total });\n}\n",
            "export async function placed(order: Order) {\n  await queue.add({ type: 'placed', customerId: order.user, total: order.total });\n}\n",
        ),
        breaks(
            "typescript",
            "export async function moved(bus: Bus, p: Parcel) {\n  await bus.publish({ kind: 'moved', at: p.place, by: p.carrier });\n}\n",
            "export async function moved(bus: Bus, p: Parcel) {\n  await bus.publish({ kind: 'moved', location: p.place, by: p.carrier });\n}\n",
        ),
        keeps("python", "@shared_task\ndef resize(image_id):\n    pass\n", "@shared_task\ndef resize(image_id, width=None):\n    pass\n"),
        keeps("python", "def resize(image_id, width=None):\n    pass\n", "def resize(image_id, target_width=None):\n    pass\n"),
        silent("python", "@shared_task\ndef resize(image_id, width=None):\n    Image.get(image_id).resize(width)\n"),
        keeps(
            "ruby",
            "class InvoiceJob < ApplicationJob\n  def perform(order_id)\n    send_invoice(order_id)\n  end\nend\n",
            "class InvoiceJob < ApplicationJob\n  def perform(order_id, currency = nil)\n    send_invoice(order_id, currency)\n  end\nend\n",
        ),
        keeps(
            "ruby",
            "class InvoiceJob < ApplicationJob\n  def perform(id)\n    send_invoice(id)\n  end\nend\n",
            "class InvoiceJob < ApplicationJob\n  def perform(order_id)\n    send_invoice(order_id)\n  end\nend\n",
        ),
        keeps("ruby", "class Report\n  def build(rows)\n    rows\n  end\nend\n", "class Report\n  def build(rows, title)\n    rows + [title]\n  end\nend\n",),
        keeps(
            "go",
            "package p\n\nfunc plan(sub string) error {\n\treturn nil\n}\n",
            "package p\n\nfunc plan(sub string, plan Plan) error {\n\treturn nil\n}\n",
        ),
        keeps(
            "typescript",
            "export async function placed(order: Order) {\n  await queue.add({ type: 'placed', total: order.total });\n}\n",
            "export async function placed(order: Order) {\n  await queue.add({ type: 'placed', total: order.total, userId: order.user });\n}\n",
        ),
        keeps(
            "typescript",
            "export function row(order: Order) {\n  return draw({ type: 'row', userId: order.user, total: order.total });\n}\n",
            "export function row(order: Order) {\n  return draw({ type: 'row', customerId: order.user, total: order.total });\n}\n",
        ),
        keeps(
            "go",
            "package p\n\nfunc Renewal(ctx workflow.Context, sub string) error {\n\treturn step(ctx, sub)\n}\n",
            "package p\n\nfunc Renewal(ctx workflow.Context, subscription string) error {\n\treturn step(ctx, subscription)\n}\n"
        ),
        keeps(
            "go",
            "package p\n\nfunc Renewal(ctx workflow.Context, in RenewalInput) error {\n\treturn step(ctx, in.Sub)\n}\n",
            "package p\n\nfunc Renewal(ctx workflow.Context, in RenewalInput) error {\n\tif workflow.GetVersion(ctx, \"plans\", workflow.DefaultVersion, 1) == 1 {\n\t\treturn stepWithPlan(ctx, in.Sub, in.Plan)\n\t}\n\treturn step(ctx, in.Sub)\n}\n"
        ),
        keeps(
            "typescript",
            "export async function placed(order: Order) {\n  const userId = order.user;\n  await queue.add({ type: 'placed', userId, total: order.total });\n}\n",
            "export async function placed(order: Order) {\n  await queue.add({ type: 'placed', total: order.total, userId: order.user });\n}\n"
        ),
        keeps(
            "python",
            "class Resize:\n    def run(self, image_id, width):\n        return Image.get(image_id).resize(width)\n",
            "class Resize:\n    def run(self, image_id, size):\n        return Image.get(image_id).resize(size)\n"
        ),
    ];
}
