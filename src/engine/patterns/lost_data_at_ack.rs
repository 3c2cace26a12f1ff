//! The acknowledgement that lets the other side delete its copy comes before the work is safe here, or also where the work failed.
//!
//! From then on the only copy is in this process's memory, and a crash, a deploy or an exception ends it. Sources: RabbitMQ,
//! "Consumer Acknowledgements and Publisher Confirms"; KafkaConsumer, "Manual Offset Control"; Celery, `acks_late`.
//!
//! Shapes: an ack above the handler's work; an ack in a `finally` or a `defer`; a handler that only logs and runs into the ack behind it.

use super::{Detector, High, Medium, Sighting, View};
use crate::engine::syntax::reading::Leaves;
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Call, Id, Kind, Outline};

pub(super) const DETECTOR: Detector = Detector { id: "lost-data-at-ack", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for (ack, call) in o.calls(0).filter(|(_, c)| words::is_ack(c)) {
        let callee = o.callee(ack);
        if o.in_finally(ack) && work(o, ack).next().is_some() {
            let seen = format!("`{callee}` runs whatever happened, so a message whose work failed is given up as done");
            out.push(view.sighting(ack, format!("finally {callee}"), High, seen));
            continue;
        }
        if o.handler_of(ack).is_some() {
            continue;
        }
        let before = work(o, ack).any(|i| o.precedes(i, ack));
        if let Some(after) = work(o, ack).find(|i| o.precedes(ack, *i))
            && !before
        {
            let seen = format!("`{callee}` stands above `{}`: a crash or an error between the two loses the message", o.callee(after));
            out.push(view.sighting(ack, format!("above {callee}"), if is_plain_ack(call) { High } else { Medium }, seen));
            continue;
        }
        if let Some(handler) = swallowed(o, ack) {
            let seen = format!("this handler only notes the failure and runs on to `{callee}`: the failed message is given up as done");
            out.push(view.sighting(handler, format!("after failure {callee}"), Medium, seen));
        }
    }
    out
}

fn is_plain_ack(call: &Call<'_>) -> bool {
    says(call.name, &["ack", "basic_ack", "acknowledge", "commitsync", "commit_sync", "xack"])
}

/// Calls of the same function that do something with the message: writes, handlers, remote calls.
fn work<'a>(o: &'a Outline<'_>, ack: Id) -> impl Iterator<Item = Id> + 'a {
    const HANDLES: &[&str] = &[
        "handle*",
        "process*",
        "run",
        "execute*",
        "apply",
        "call",
        "perform*",
        "consume*",
        "dispatch*",
        "invoke",
        "on_message",
        "book",
        "import*",
        "deliver*",
        "h",
        "handler",
    ];
    let function = o.function_of(ack).unwrap_or(0);
    o.calls(function)
        .filter(move |(i, c)| {
            *i != ack
                && !words::is_ack(c)
                && !words::is_nack(c)
                && !words::is_log(c)
                && !o.within(ack).contains(i)
                && (words::is_store_write(c) || words::is_publish(c) || says(c.name, HANDLES))
        })
        .map(|(i, _)| i)
}

/// A handler of the work above the ack that only logs and runs on.
fn swallowed(o: &Outline<'_>, ack: Id) -> Option<Id> {
    o.handlers().find(|h| {
        o.precedes(*h, ack)
            && o.leaves(*h) == Leaves::Falls
            && o.only_logs(*h)
            && o.guarded(*h).iter().any(|g| work(o, ack).any(|w| w == *g))
            && matches!(o.node(*h).kind, Kind::Handler { .. })
    })
}

#[cfg(test)]
mod tests {
    use super::DETECTOR;
    use crate::engine::patterns::cases::{check, fires, mends, silent};

    #[test]
    fn cases() {
        check(
            &DETECTOR,
            &[
                mends(
                    "python",
                    "def on_message(channel, method, properties, body):\n    channel.basic_ack(delivery_tag=method.delivery_tag)\n    orders.insert(json.loads(body))\n",
                    "def on_message(channel, method, properties, body):\n    orders.insert(json.loads(body))\n    channel.basic_ack(delivery_tag=method.delivery_tag)\n",
                ),
                fires(
                    "java",
                    "class C {\n  void drain(KafkaConsumer<String, P> consumer) {\n    while (running) {\n      var records = consumer.poll(D);\n      consumer.commitSync();\n      for (var r : records) { ledger.book(r.value()); }\n    }\n  }\n}\n",
                ),
                fires("go", "package c\n\nfunc (c *C) handle(msg *Message) error {\n\tdefer msg.Ack()\n\treturn c.store.Save(msg.Body)\n}\n"),
                fires(
                    "typescript",
                    "export async function onMessage(msg: Message) {\n  try {\n    await repo.save(JSON.parse(msg.body));\n  } catch (e) {\n    logger.error(e);\n  }\n  channel.ack(msg);\n}\n",
                ),
                silent("python", "def close_group(stack, out):\n    group = stack.pop()\n    out.append(group.render())\n    return out\n"),
                silent(
                    "java",
                    "class C {\n  void drain(KafkaConsumer<String, P> consumer) {\n    var records = consumer.poll(D);\n    for (var r : records) { ledger.book(r.value()); }\n    consumer.commitSync();\n  }\n}\n",
                ),
                silent(
                    "go",
                    "package c\n\nfunc (c *C) handle(msg *Message) error {\n\tif err := c.store.Save(msg.Body); err != nil {\n\t\treturn err\n\t}\n\treturn msg.Ack()\n}\n",
                ),
                silent(
                    "typescript",
                    "export async function onMessage(msg: Message) {\n  try {\n    await repo.save(JSON.parse(msg.body));\n  } catch (e) {\n    channel.nack(msg);\n    return;\n  }\n  channel.ack(msg);\n}\n",
                ),
            ],
        );
    }
}
