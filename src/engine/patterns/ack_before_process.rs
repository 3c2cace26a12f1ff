//! The message is acknowledged, and then handed to what processes it.
//!
//! The broker forgets the message while the work has not begun: a crash, a deploy or an exception in between, and nobody does it. This is
//! at-most-once, whether or not somebody chose it. Sources: RabbitMQ, "Consumer Acknowledgements and Publisher Confirms" (automatic
//! acknowledgement "unsafe"); Celery, `acks_late`; Taskiq, `AcknowledgeType`.
//!
//! Shapes: an ack above the call of the handler, with no work before it; a consumer that is registered with automatic acknowledgement.
//! `lost-data-at-ack` is the neighbour: there the data itself moves (a row, a republish) or a failed message is acknowledged.

use super::names::{has_word, words};
use super::{Detector, High, Low, Medium, Sighting, View};
use crate::engine::syntax::words::{self as vocabulary, says};
use crate::engine::syntax::{Call, Id, Kind, Outline};

pub(super) const DETECTOR: Detector = Detector { id: "ack-before-process", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for (ack, call) in o.calls(0) {
        let callee = o.callee(ack);
        if acknowledges_by_itself(o, ack, call) {
            let seen =
                format!("`{callee}` asks for automatic acknowledgement: each message counts as done when it is sent, and is gone when its handler fails");
            out.push(view.sighting(ack, format!("automatic {callee}"), Medium, seen));
            continue;
        }
        let Some(work) = handed_on_after(o, ack) else { continue };
        let Some(handler) = o.call(work) else { continue };
        let same = shares(call, handler);
        let confidence = if is_by_choice(o, ack) {
            Low
        } else if same {
            High
        } else {
            Medium
        };
        let seen =
            format!("`{callee}` stands above `{}`: when the process ends or the work fails in between, the broker has forgotten the message", o.callee(work));
        out.push(view.sighting(ack, format!("above {callee}"), confidence, seen));
    }
    out
}

/// The call that hands the message to what works on it, where it follows the ack and no work comes before the ack.
pub(super) fn handed_on_after(o: &Outline<'_>, ack: Id) -> Option<Id> {
    let call = o.call(ack)?;
    let is_plain = vocabulary::is_ack(call) && acts(o.language, call) && !o.in_finally(ack) && o.handler_of(ack).is_none();
    let around = o.closure_of(ack).filter(|_| is_plain)?;
    let works = |id: Id, c: &Call<'_>| hands_on(o, id, c) || vocabulary::is_store_write(c) || vocabulary::is_publish(c);
    if o.calls(o.function_of(ack).unwrap_or(0)).any(|(i, c)| !o.within(ack).contains(&i) && works(i, c) && o.precedes(i, ack)) {
        return None;
    }
    let named = |c: &Call<'_>| says(c.name, HANDLES) || shares(call, c);
    o.calls(around).find(|(i, c)| !o.within(ack).contains(i) && hands_on(o, *i, c) && named(c) && o.precedes(ack, *i)).map(|(i, _)| i)
}

/// It acknowledges, rather than asking how far the acknowledgements are or making an object that is named after them.
fn acts(language: &str, call: &Call<'_>) -> bool {
    #[rustfmt::skip]
    const ASKS: &[&str] = &[
        "get", "is", "has", "last", "next", "level", "interval*", "time", "lsn", "args", "event", "mode", "type", "update*", "set", "config*", "acknowledgements", "acks", "pending",
        "count", "handler", "manager", "need*", "should*", "can", "wait*", "timeout", "deadline*", "with*", "new", "make", "create*", "build*", "register*", "enable*",
    ];
    let makes = language != "go" && language != "csharp" && call.name.starts_with(|c: char| c.is_ascii_uppercase());
    !call.is_new && !makes && !says(call.name, ASKS)
}

/// Both calls speak of the same message: `message.ack()` and `run(message)`.
fn shares(ack: &Call<'_>, handler: &Call<'_>) -> bool {
    #[rustfmt::skip]
    const NOBODY: &[&str] = &["self", "this", "await", "channel", "ch", "broker", "consumer", "c", "ctx", "context", "false", "true", "null", "nil", "None"];
    let own = words(ack.receiver).chain(ack.args.iter().flat_map(|a| words(a.text)));
    own.filter(|w| !NOBODY.contains(w)).any(|w| handler.args.iter().any(|a| has_word(a.text, w)))
}

/// Names of what works on a message.
#[rustfmt::skip]
const HANDLES: &[&str] = &[
    "handle", "handler", "handlemessage", "handlemsg", "process*", "run", "runtask", "execute", "executetask", "executejob", "perform", "consume",
    "dispatch", "invoke", "onmessage", "callback", "func", "fn", "work", "handletask", "handlejob", "handleevent", "invokehandler", "runjob",
    "run_task", "run_job", "execute_task", "execute_job", "on_message", "handle_message", "handle_task", "handle_event", "handle_job",
];

/// Gives the message to what works on it: a handler by its name, or a function that was handed in.
fn hands_on(o: &Outline<'_>, id: Id, call: &Call<'_>) -> bool {
    #[rustfmt::skip]
    const OTHER: &[&str] = &[
        "error*", "cleanup", "ack*", "result*", "response*", "reply", "failure*", "exception*", "failed", "shutdown", "close*", "metric*", "loop",
        "until", "log*", "stats", "timeout*", "rejected", "processed", "processing", "processor", "processid", "time", "next", "offset*", "commit*", "pre", "post", "before", "after",
        "hook*", "bail", "reject", "resolve", "done", "fail*", "throw*", "err", "abort", "cancel*", "should*", "is", "has", "can",
    ];
    if vocabulary::is_log(call) || call.is_new || call.name.contains(['(', '{', ' ']) || says(call.name, OTHER) {
        return false;
    }
    if says(call.name, HANDLES) && !says(vocabulary::tail(call.receiver), &["cursor", "db", "conn", "session", "tx", "subprocess", "cmd", "command"]) {
        return true;
    }
    // `h(message)`, where `h` is a parameter of a function around.
    call.receiver.is_empty()
        && !call.args.is_empty()
        && o.ancestors(id).any(|i| matches!(&o.node(i).kind, Kind::Function { params, .. } if params.iter().any(|p| words(p).next() == Some(call.name))))
}

/// The ack stands under a setting that says when to acknowledge.
fn is_by_choice(o: &Outline<'_>, ack: Id) -> bool {
    const CHOICE: &[&str] = &[
        "autoack",
        "auto_ack",
        "ackslate",
        "acks_late",
        "early*",
        "ackmode",
        "ack_mode",
        "ack_policy",
        "ack_time",
        "acktype",
        "ack_type",
        "instant*",
        "noack",
        "no_ack",
    ];
    o.ancestors(ack).any(|i| matches!(o.node(i).kind, Kind::Branch { condition } if says(condition, CHOICE)))
}

/// A consumer that is registered so that the broker needs no ack.
fn acknowledges_by_itself(o: &Outline<'_>, id: Id, call: &Call<'_>) -> bool {
    if !says(call.name, &["consume", "basicconsume", "basic_consume", "consumeasync", "basicconsumeasync", "consumewithcontext"]) {
        return false;
    }
    // Direct reply-to and one's own reply queue have no second reader: there it is right.
    const OWN: &[&str] = &["reply*", "replies", "rpc", "callback", "response*", "result*", "exclusive", "answers"];
    if says(call.receiver, OWN) || call.args.iter().take(2).any(|a| says(a.text, OWN)) {
        return false;
    }
    let yes = |text: &str| matches!(text.trim(), "true" | "True");
    if let Some(option) = o.option(id, &["autoack", "auto_ack", "noack", "no_ack"]) {
        return yes(option.text);
    }
    match (o.language, call.args.len()) {
        ("go", 6..) => call.args.get(call.args.len() - 5).is_some_and(|a| yes(a.text)),
        ("java" | "kotlin" | "scala", 3..) => call.args.get(1).is_some_and(|a| yes(a.text)),
        _ => false,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        mends(
            "python",
            "class Receiver:\n    async def callback(self, message):\n        task = self.find(message)\n        await message.ack()\n        result = await self.run_task(task, message)\n        await self.report(result)\n",
            "class Receiver:\n    async def callback(self, message):\n        task = self.find(message)\n        result = await self.run_task(task, message)\n        await message.ack()\n        await self.report(result)\n",
        ),
        fires(
            "python",
            "import pika\n\ndef start(channel):\n    channel.basic_consume(queue='orders', on_message_callback=handle_order, auto_ack=True)\n    channel.start_consuming()\n",
        ),
        silent("python", "def start(channel, answers):\n    channel.basic_consume(queue=reply_queue, on_message_callback=answers.put, auto_ack=True)\n",),
        silent("python", "def on_message(message):\n    if message.expired:\n        message.ack()\n        return\n    process(message)\n    message.ack()\n",),
        silent(
            "python",
            "def receive(message):\n    try:\n        process(message)\n    except Rejected:\n        message.ack()\n        handle_rejected(message)\n",
        ),
        fires("go", "package m\n\nfunc Early(h HandlerFunc) HandlerFunc {\n\treturn func(msg *Message) error {\n\t\tmsg.Ack()\n\t\treturn h(msg)\n\t}\n}\n",),
        fires(
            "go",
            "package m\n\nfunc (w *Worker) listen(ch *amqp.Channel) error {\n\tmsgs, err := ch.Consume(w.queue, \"\", true, false, false, false, nil)\n\tif err != nil {\n\t\treturn err\n\t}\n\tfor m := range msgs {\n\t\tw.process(m)\n\t}\n\treturn nil\n}\n",
        ),
        silent(
            "go",
            "package m\n\nfunc (w *Worker) one(msg *Message) error {\n\tif err := w.handle(msg); err != nil {\n\t\treturn err\n\t}\n\treturn msg.Ack()\n}\n",
        ),
        silent(
            "go",
            "package m\n\nfunc (w *Worker) listen(ch *amqp.Channel) error {\n\tmsgs, err := ch.Consume(w.queue, \"\", false, false, false, false, nil)\n\tif err != nil {\n\t\treturn err\n\t}\n\tfor m := range msgs {\n\t\tw.process(m)\n\t\tm.Ack(false)\n\t}\n\treturn nil\n}\n",
        ),
        silent("go", "package m\n\nfunc (t *Tree) commit(node *Node) {\n\tt.index.Commit(node)\n\tt.process(node)\n}\n"),
        mends(
            "typescript",
            "export async function onOrder(msg: ConsumeMessage) {\n  channel.ack(msg);\n  await handler.process(msg);\n}\n",
            "export async function onOrder(msg: ConsumeMessage) {\n  await handler.process(msg);\n  channel.ack(msg);\n}\n",
        ),
        fires(
            "typescript",
            "export async function start(channel: Channel) {\n  await channel.consume('orders', async (msg) => book(msg), { noAck: true });\n}\n",
        ),
        silent(
            "typescript",
            "export async function start(channel: Channel) {\n  await channel.consume('orders', async (msg) => book(msg), { noAck: false });\n}\n",
        ),
        silent("java", "class P {\n  void read(Message message) {\n    position.update(message.getCommitTime());\n    dispatcher.dispatch(message);\n  }\n}\n",),
        silent("java", "class P {\n  void start(Message message) {\n    Ack args = new BasicAckArgs(message);\n    handlers.invoke(message, args);\n  }\n}\n",),
        silent(
            "typescript",
            "export async function flush(offsets: Offsets, bail: Bail) {\n  await group.commitOffsets(offsets);\n  if (group.isGone()) bail(new Error('gone'));\n}\n",
        ),
        silent("typescript", "export function settle(batch: Batch) {\n  batch.complete();\n  view.process(batch);\n}\n"),
        silent("typescript", "export async function onOrder(msg: ConsumeMessage) {\n  channel.ack(msg);\n  metrics.processed(msg);\n}\n"),
        mends(
            "java",
            "class L {\n  void onRecord(ConsumerRecord<String, Order> record, Acknowledgment ack) {\n    ack.acknowledge();\n    service.process(record.value());\n  }\n}\n",
            "class L {\n  void onRecord(ConsumerRecord<String, Order> record, Acknowledgment ack) {\n    service.process(record.value());\n    ack.acknowledge();\n  }\n}\n",
        ),
        fires(
            "java",
            "class L {\n  void start(Channel channel) throws IOException {\n    channel.basicConsume(QUEUE, true, new OrderConsumer(channel));\n  }\n}\n",
        ),
        silent(
            "java",
            "class L {\n  void start(Channel channel) throws IOException {\n    channel.basicConsume(QUEUE, false, new OrderConsumer(channel));\n  }\n}\n",
        ),
        fires(
            "python",
            "def execute_task(name, run, args, on_acknowledge=None):\n    if on_acknowledge:\n        on_acknowledge()\n    result = run(*args)\n    log.info('%s: %r', name, result)\n    return result\n"
        ),
        fires(
            "java",
            "class Intake {\n  void onMessage(Message message) {\n    message.acknowledge();\n    executor.submit(() -> process(message));\n  }\n}\n"
        ),
    ];
}
