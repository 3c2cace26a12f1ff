//! Some of many fail, and the answer for all of them says "ok".
//!
//! Bulk interfaces answer 200 and put the failures of single items into the body; what nobody looks at there is lost without an error.
//! Sources: Amazon DynamoDB, BatchWriteItem ("UnprocessedItems"); Elasticsearch, Bulk API ("errors": true).
//!
//! Shapes: the result of a bulk call, of `Promise.allSettled` or of `gather(return_exceptions=True)` is not looked at for failures; a loop
//! collects what remote reads give, and its handler leaves out what failed; an error that ended a loop over items is skipped now.

use super::taken::{self, Pair};
use super::{Detector, High, Low, Medium, Sighting, View};
use crate::engine::syntax::reading::Leaves;
use crate::engine::syntax::words::{self, Remote, says};
use crate::engine::syntax::{Call, Id, Jump, Kind, Outline, Use};

pub(super) const DETECTOR: Detector = Detector { id: "partial-failure-ignored", languages: &[], find };

/// Calls whose answer holds the failures of single items.
const BULK: &[&str] = &[
    "batch_write_item",
    "batchwriteitem",
    "put_records",
    "putrecords",
    "put_record_batch",
    "putrecordbatch",
    "send_message_batch",
    "sendmessagebatch",
    "put_events",
    "putevents",
    "delete_objects",
    "deleteobjects",
    "delete_message_batch",
    "deletemessagebatch",
    "publish_batch",
    "publishbatch",
    "batchwrite",
    "bulkindex",
    "bulk_index",
    "change_message_visibility_batch",
    "send_each_for_multicast",
    "sendeachformulticast",
    "sendmulticast",
    "insert_rows_json",
    "insertrowsjson",
];
/// Words of looking for them.
const LOOKS: &[&str] = &[
    "fail*",
    "error*",
    "unprocessed*",
    "reject*",
    "haserrors",
    "exception",
    "baseexception",
    "isinstance",
    "unsuccessful",
    "reason",
    "status",
    "successful",
    "fulfilled",
    "success*",
    "err",
    "instanceof",
    "isfailed",
];

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for (id, call) in o.calls(0) {
        let many = is_bulk(o, id, call);
        let settled = call.name == "allSettled" && call.receiver == "Promise";
        let gathered = call.name == "gather" && call.args.iter().any(|a| a.name == "return_exceptions" && a.text == "True");
        if !many && !settled && !gathered {
            continue;
        }
        let function = o.function_of(id).unwrap_or(0);
        let rest = o.text.get(o.node(id).span.1..o.node(function).span.1).unwrap_or("");
        let looked = match call.result {
            Use::Ignored => false,
            // An error beside the result tells about the whole, not about the items.
            Use::Assigned(t) => {
                let names: Vec<&str> = t.split(',').map(str::trim).filter(|n| !matches!(*n, "_" | "err" | "error")).collect();
                names.iter().any(|n| !n.is_empty() && rest.contains(n)) && (many && names.iter().any(|n| hands_on(o, function, n)) || says(rest, LOOKS))
                    || t.contains(['{', '['])
            }
            Use::Returned | Use::Read => true,
        };
        // Waiting for the end of what was cancelled needs no look.
        let leaving = says(
            o.function_name(id),
            &["close*", "stop*", "shutdown*", "cleanup*", "cancel*", "teardown", "disconnect*", "dispose*", "aclose", "destroy*", "drain", "abort*"],
        ) || o.in_finally(id)
            || says(o.source(id), &["cancel*", "close*", "stop*", "disconnect*"]);
        if looked || (leaving && !many) {
            continue;
        }
        let callee = o.callee(id);
        let seen = format!("nobody looks which items of `{callee}` failed, so those are lost while the answer says that all went well");
        out.push(view.sighting(id, callee, if many { High } else { Medium }, seen));
    }
    out.extend(left_out(view));
    for pair in taken::pairs(view) {
        out.extend(skipped_now(view, &pair));
        out.extend(ends_quietly(view, &pair));
    }
    out
}

fn is_bulk(o: &Outline<'_>, id: Id, c: &Call<'_>) -> bool {
    let helper = c.name == "bulk"
        && (says(c.receiver, &["client", "es", "elastic*", "opensearch", "helpers"]))
        && o.option(id, &["raise_on_error"]).is_none()
        && c.receiver != "helpers";
    (says(c.name, BULK) || helper) && !c.receiver.is_empty() && !says(c.name, &["with*", "build*", "request", "new*", "on", "input", "mock*"]) && !c.is_new
}

/// The result leaves the function, or goes to somebody who may look.
fn hands_on(o: &Outline<'_>, function: Id, name: &str) -> bool {
    o.within(function).any(|i| match &o.node(i).kind {
        Kind::Jump { what: Jump::Return, value } => taken::mentions(value, name),
        Kind::Call(c) => !words::is_log(c) && c.args.iter().any(|a| a.text.trim() == name),
        _ => false,
    })
}

/// A loop over items collects what remote reads give; its handler logs and leaves out what failed.
fn left_out(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for handler in o.handlers() {
        let Some(loop_) = o.loop_of(handler) else { continue };
        let Kind::Loop { over, .. } = o.node(loop_).kind else { continue };
        if over.is_empty()
            || says(over, &["range", "attempt*", "retr*"])
            || !(o.only_logs(handler) || o.is_empty_handler(handler))
            || !matches!(o.leaves(handler), Leaves::Falls | Leaves::Continues)
        {
            continue;
        }
        let read = o
            .guarded(handler)
            .into_iter()
            .find(|i| o.call(*i).is_some_and(|c| words::remote(c) == Remote::Sure && !words::is_publish(c) && !says(c.name, super::swallowed_error::LEAVES)));
        let Some(read) = read else { continue };
        // What is collected is handed out as the whole answer.
        let collects =
            o.calls(loop_).any(|(_, c)| says(c.name, &["append", "add", "push", "push_back", "extend", "put"]) && !c.receiver.is_empty() || c.name == "append");
        let function = o.function_of(handler).unwrap_or(0);
        let answers = o
            .within(function)
            .any(|i| o.node(i).span.0 > o.node(loop_).span.1 && matches!(o.node(i).kind, Kind::Jump { what: Jump::Return, value } if !value.is_empty()));
        if collects && answers {
            let callee = o.callee(read);
            let seen = format!("what `{callee}` fails for is left out of the answer, which looks complete to its reader");
            out.push(view.sighting(handler, callee, Low, seen));
        }
    }
    out
}

/// In a loop over items a branch that left with an error goes on to the next item now.
fn skipped_now(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let exits = |o: &Outline<'_>, i: Id| {
        o.children(i).any(|c| matches!(o.node(c).kind, Kind::Jump { what: Jump::Return | Jump::Throw, .. })) || o.leaves(i) == Leaves::Throws
    };
    let skips = |o: &Outline<'_>, i: Id| {
        o.children(i)
            .filter(|c| o.node(*c).role != crate::engine::syntax::Role::Condition)
            .last()
            .is_some_and(|c| matches!(o.node(c).kind, Kind::Jump { what: Jump::Continue, .. }))
            && o.children(i).filter(|c| o.node(*c).role != crate::engine::syntax::Role::Condition).all(|c| match &o.node(c).kind {
                Kind::Jump { .. } => true,
                Kind::Call(c) => words::is_log(c) || says(c.receiver, &["logger", "log"]) || says(c.name, &["warn*", "error*", "info*", "debug*"]),
                _ => false,
            })
    };
    for old in b.within(pair.old) {
        let Kind::Branch { condition } = b.node(old).kind else { continue };
        let asked: String = condition.split_ascii_whitespace().collect();
        let in_loop = |o: &Outline<'_>, i: Id| {
            o.loop_of(i).is_some_and(|l| matches!(o.node(l).kind, Kind::Loop { over, condition, .. } if !over.is_empty() || condition.contains('<')))
        };
        if asked.len() < 6 || !in_loop(b, old) || !body(b, old).is_some_and(|i| exits(b, i)) {
            continue;
        }
        let twin = a.within(pair.new).find(|i| {
            matches!(a.node(*i).kind, Kind::Branch { condition } if condition.split_ascii_whitespace().collect::<String>() == asked)
                && in_loop(a, *i)
                && body(a, *i).is_some_and(|x| skips(a, x))
        });
        let counts = b.within(pair.old).filter(|i| matches!(b.node(*i).kind, Kind::Branch { condition: c } if c == condition)).count();
        let still = a
            .within(pair.new)
            .filter(|i| matches!(a.node(*i).kind, Kind::Branch { condition: c } if c == condition) && body(a, *i).is_some_and(|x| exits(a, x)))
            .count();
        if let Some(twin) = twin
            && still < counts
        {
            let seen = "an item that fails ended the whole with an error and is skipped now, so the answer looks complete and is not";
            return Some(view.sighting(twin, "skipped", High, seen));
        }
    }
    None
}

/// A handler in a loop over items went on to the next and ends the function with no word now: all later items are lost.
fn ends_quietly(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let over_items = |o: &Outline<'_>, h: Id| o.loop_of(h).is_some_and(|l| matches!(o.node(l).kind, Kind::Loop { over, .. } if !over.is_empty()));
    b.handlers().filter(|h| b.within(pair.old).contains(h) && over_items(b, *h) && matches!(b.leaves(*h), Leaves::Falls | Leaves::Continues)).find_map(
        |handler| {
            let twin = pair.handler_over(pair.kept_guarded(handler)?)?;
            let quiet = a
                .children(twin)
                .last()
                .is_some_and(|i| matches!(a.node(i).kind, Kind::Jump { what: Jump::Return, value: "" } | Kind::Jump { what: Jump::Break, .. }));
            (over_items(a, twin) && quiet).then(|| {
                view.sighting(twin, "ends", Medium, "one item that fails ends the loop with no word, so all later ones are left out and nobody hears of it")
            })
        },
    )
}

/// The way of a branch that holds, with a handler around it seen through.
fn body(o: &Outline<'_>, branch: Id) -> Option<Id> {
    let inner = o.children(branch).find(|c| matches!(o.node(*c).kind, Kind::Handler { .. }));
    Some(inner.unwrap_or(branch))
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        fires("python", "def save(rows):\n    client.batch_write_item(RequestItems={'t': rows})\n"),
        fires("python", "async def tell(users):\n    await asyncio.gather(*[client.post(u) for u in users], return_exceptions=True)\n"),
        fires("typescript", "export async function tell(users: User[]) {\n  await Promise.allSettled(users.map((u) => client.post(u)));\n}\n"),
        fires("typescript", "export async function save(rows: Row[]) {\n  await kinesis.putRecords({ Records: rows });\n}\n"),
        fires("java", "class C {\n  void save(List<Entry> rows) {\n    client.putRecords(request(rows));\n  }\n}\n"),
        fires("java", "class C {\n  void tell(List<Entry> rows) {\n    sqs.sendMessageBatch(request(rows));\n    log.info(\"sent\");\n  }\n}\n"),
        fires("go", "package c\n\nfunc (c *C) save(ctx context.Context, in *Input) error {\n\t_, err := c.client.BatchWriteItem(ctx, in)\n\treturn err\n}\n",),
        mends(
            "go",
            "package c\n\nfunc (c *C) load(keys []string, found map[string][]byte) ([]Row, error) {\n\tvar rows []Row\n\tfor _, k := range keys {\n\t\tif found[k] == nil {\n\t\t\tlog.Printf(\"%s is missing\", k)\n\t\t\tcontinue\n\t\t}\n\t\trows = append(rows, decode(found[k]))\n\t}\n\treturn rows, nil\n}\n",
            "package c\n\nfunc (c *C) load(keys []string, found map[string][]byte) ([]Row, error) {\n\tvar rows []Row\n\tfor _, k := range keys {\n\t\tif found[k] == nil {\n\t\t\treturn nil, missing(k)\n\t\t}\n\t\trows = append(rows, decode(found[k]))\n\t}\n\treturn rows, nil\n}\n",
        ),
        silent(
            "python",
            "def save(rows):\n    reply = client.batch_write_item(RequestItems={'t': rows})\n    left = reply['UnprocessedItems']\n    if left:\n        raise Unsaved(left)\n",
        ),
        silent(
            "typescript",
            "export async function tell(users: User[]) {\n  const all = await Promise.allSettled(users.map((u) => client.post(u)));\n  return all.filter((r) => r.status === 'rejected');\n}\n",
        ),
        silent(
            "java",
            "class C {\n  void save(List<Entry> rows) {\n    var reply = client.putRecords(request(rows));\n    if (reply.failedRecordCount() > 0) {\n      again(reply);\n    }\n  }\n}\n",
        ),
        silent(
            "go",
            "package c\n\nfunc sum(rows []int) int {\n\tt := 0\n\tfor _, r := range rows {\n\t\tif r < 0 {\n\t\t\tcontinue\n\t\t}\n\t\tt += r\n\t}\n\treturn t\n}\n",
        ),
        silent(
            "go",
            "package c\n\nfunc (c *C) save(ctx context.Context, in *Input) error {\n\tout, err := c.client.BatchWriteItem(ctx, in)\n\tif err != nil {\n\t\treturn err\n\t}\n\tif len(out.UnprocessedItems) > 0 {\n\t\treturn c.again(ctx, out.UnprocessedItems)\n\t}\n\treturn nil\n}\n"
        ),
        silent(
            "java",
            "class C {\n  void tell(List<Entry> rows) {\n    var reply = sqs.sendMessageBatch(request(rows));\n    reply.failed().forEach(f -> parked.add(f.id()));\n  }\n}\n"
        ),
        silent("java", "class C {\n  void save(List<Entry> rows) {\n    for (Entry row : rows) {\n      client.putRecord(row);\n    }\n  }\n}\n"),
        silent("typescript", "export async function tell(users: User[]) {\n  await Promise.all(users.map((u) => client.post(u)));\n}\n"),
        silent(
            "typescript",
            "export async function save(rows: Row[]) {\n  const reply = await kinesis.putRecords({ Records: rows });\n  if (reply.FailedRecordCount) {\n    await save(rows.filter((_, i) => reply.Records[i].ErrorCode));\n  }\n}\n"
        ),
        silent(
            "python",
            "async def tell(users):\n    answers = await asyncio.gather(*[client.post(u) for u in users], return_exceptions=True)\n    lost = [u for u, a in zip(users, answers) if isinstance(a, Exception)]\n    if lost:\n        raise NotTold(lost)\n"
        ),
        silent(
            "python",
            "def index(docs):\n    done, errors = helpers.bulk(es, actions(docs), raise_on_error=False)\n    for error in errors:\n        parked.append(error)\n    return done\n"
        ),
        silent(
            "python",
            "async def _abort_running_jobs(self):\n    for task, context in self._running.items():\n        self._abort(task, context)\n    await asyncio.gather(*self._running, return_exceptions=True)\n"
        ),
    ];
}
