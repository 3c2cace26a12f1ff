//! The acknowledgement that lets the other side delete its copy comes before the work is safe here, or also where the work failed.
//!
//! From then on the only copy is in this process's memory, and a crash, a deploy or an exception ends it. Sources: RabbitMQ,
//! "Consumer Acknowledgements and Publisher Confirms"; KafkaConsumer, "Manual Offset Control"; Celery, `acks_late`.
//!
//! Shapes: an ack above the handler's work; an ack in a `finally` or a `defer`; a handler that only logs and runs into the ack behind it;
//! an ack that is the default, or lost the condition it stood under; a destructive read before the work; what kept the failed message is gone, or fewer failures are handled.

use super::guards;
use super::taken::{self, Pair};
use super::{Detector, High, Medium, Sighting, View};
use crate::engine::lines::shorten;
use crate::engine::syntax::reading::Leaves;
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Call, Id, Jump, Kind, Outline, Role, Use};

pub(super) const DETECTOR: Detector = Detector { id: "lost-data-at-ack", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    // Rust's `Event::ConfirmAction(..)` makes a value.
    let is_variant = |c: &Call<'_>| o.language == "rust" && c.name.starts_with(|c: char| c.is_ascii_uppercase());
    for (ack, call) in o.calls(0).filter(|(_, c)| words::is_ack(c) && !is_variant(c)) {
        // `def basic_ack(..): self.impl.basic_ack(..)`: the acknowledgement handed on, not its place.
        if squeezed(o.function_name(ack)) == squeezed(call.name) {
            continue;
        }
        let callee = o.callee(ack);
        if o.in_finally(ack) && !is_conditional(o, ack) && work(o, ack).next().is_some() {
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
            // `alarm.ack(user); repo.save(alarm)`: what is acknowledged is the record itself, and this stores it.
            && !o.call(after).is_some_and(|c| words::is_store_write(c) && c.args.iter().any(|a| a.text == call.receiver))
            // Work that is handed on and may never begin is `ack-before-process`; here the data itself is on its way.
            && super::ack_before_process::handed_on_after(o, ack).is_none()
        {
            let seen = format!("`{callee}` stands above `{}`: a crash or an error between the two loses the message", o.callee(after));
            out.push(view.sighting(ack, format!("above {callee}"), if is_plain_ack(call) { High } else { Medium }, seen));
            continue;
        }
        if let Some(handler) = swallowed(o, ack).filter(|_| !is_conditional(o, ack)) {
            let seen = format!("this handler only notes the failure and runs on to `{callee}`: the failed message is given up as done");
            out.push(view.sighting(handler, format!("after failure {callee}"), Medium, seen));
        }
    }
    out.extend(acked_by_default(view));
    out.extend(popped_first(view));
    out.extend(kept_no_longer(view));
    out.extend(narrowed(view));
    out.extend(answered_done(view));
    for pair in taken::pairs(view) {
        out.extend(freely(view, &pair));
    }
    out
}

/// A condition on which an acknowledgement depended is gone.
fn freely(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let acks = |c: &Call<'_>| {
        !words::is_log(c)
            && !words::is_nack(c)
            && (words::is_ack(c)
                || says(c.name, &["checkpointcomplete", "commitcheckpoint", "commit_checkpoint"])
                || (c.name == "accept" && says(c.receiver, &["context", "ctx", "delivery", "message"])))
    };
    let o = view.outline;
    let lost = guards::freed(pair, |_, _, c| acks(c));
    lost.into_iter().flat_map(|f| f.asked.into_iter().map(move |c| (f.call, c))).find_map(|(call, condition)| {
        // Whether there is something to acknowledge, or a switch, decides nothing about the work.
        if says(
            condition,
            &["null", "nil", "none", "undefined", "enable*", "debug*", "auto*", "present", "ispresent", "len", "empty", "isempty", "ackwait*", "timeout*"],
        ) {
            return None;
        }
        let callee = o.callee(call);
        let seen = format!("`{callee}` no longer depends on `{}`: what was not done on that way is given up as done", shorten(condition, 60));
        Some(view.sighting(call, format!("freely {callee}"), Medium, seen))
    })
}

fn squeezed(name: &str) -> String {
    name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect()
}

/// Under a condition inside of its `finally`: somebody decides.
fn is_conditional(o: &Outline<'_>, id: Id) -> bool {
    o.ancestors(id)
        .take_while(|a| {
            !matches!(o.node(*a).kind, Kind::Finally | Kind::Scope { .. }) && !matches!(o.node(*a).kind, Kind::Function { name, .. } if !name.is_empty())
        })
        .any(|a| matches!(o.node(a).kind, Kind::Branch { .. }))
}

/// `ack = true` above the work: whatever leaves it unforeseen acknowledges.
fn acked_by_default(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for id in o.ids() {
        let Kind::Assign { target, value } = o.node(id).kind else { continue };
        if says(target, &["ack", "acked", "acknowledge", "should_ack", "shouldack"]) && matches!(value, "true" | "True") && o.handler_of(id).is_none() {
            let acks = |i: Id| o.call(i).is_some_and(words::is_ack) && !o.precedes(i, id);
            let function = o.function_of(id).unwrap_or(0);
            let works_before = o.calls(function).any(|(i, c)| o.precedes(i, id) && (words::is_store_write(c) || says(c.name, HANDLES)));
            if !works_before && o.within(function).any(acks) && o.after(id).any(|(_, c)| says(c.name, HANDLES)) {
                let seen = format!("`{target}` is true before the work has begun, so an end that no branch foresees acknowledges the message");
                out.push(view.sighting(id, format!("default {target}"), High, seen));
            }
        }
    }
    out
}

/// A destructive read: from here on the only copy is in memory.
fn popped_first(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    // By the beginning of the name: `_register_brpop` only speaks of one.
    let begins = |c: &Call<'_>, names: &[&str]| names.iter().any(|n| c.name.replace('_', "").to_ascii_lowercase().starts_with(n));
    // The lines of an interface, read without their head: `ctx context.Context` declares.
    let declares = |id: Id| o.source(id).contains("ctx context.Context") && o.function_of(id).is_none();
    let pops = |c: &Call<'_>| {
        let popping = |names: &[&str]| says(c.name, names) && begins(c, names);
        popping(&["zpopmin", "zpopmax", "bzpopmin", "blpop", "brpop", "getdel"])
            || (popping(&["lpop", "rpop", "spop"]) && (view.imports_any(&["cache"]) || says(c.receiver, &["redis", "rdb", "conn"])))
    };
    let mut out = Vec::new();
    for (id, _) in o.calls(0).filter(|(i, c)| pops(c) && !declares(*i)) {
        let callee = o.callee(id);
        let next = o.after(id).find(|(_, c)| words::is_publish(c) || words::is_store_write(c) || says(c.name, HANDLES)).map(|(i, _)| i);
        let yields = o.source(o.function_of(id).unwrap_or(id)).contains("yield");
        let follows = next.map_or("what the caller does with it".to_owned(), |n| format!("`{}`", o.callee(n)));
        if next.is_some() || yields {
            let seen = format!("`{callee}` takes the item out before {follows}: a crash between the two loses it");
            out.push(view.sighting(id, format!("pop {callee}"), Medium, seen));
        }
    }
    out
}

/// What kept a failed message (a dead letter, a way back) is gone from its handler, or its own failure is no longer looked at.
fn kept_no_longer(view: &View<'_>) -> Vec<Sighting> {
    const KEEPS: &[&str] = &[
        "deadletter*",
        "dead_letter*",
        "sendtodeadletter*",
        "dlq",
        "kill",
        "requeue*",
        "nack",
        "reject",
        "park",
        "seek",
        "tombstone",
        "quarantine",
        "dispatch_to_dlq",
        "assign",
    ];
    let o = view.outline;
    let Some(before) = view.before else { return Vec::new() };
    let mut out = Vec::new();
    for (then, call) in before.calls(0).filter(|(_, c)| says(c.name, KEEPS) && !words::is_log(c)) {
        let name = before.function_name(then);
        let same = |c: &Call<'_>| c.name == call.name;
        let now = o.calls(0).find(|(i, c)| same(c) && o.function_name(*i) == name);
        match now {
            Some((id, c)) if c.result == Use::Ignored && call.result != Use::Ignored && o.handler_of(id).is_some() && !c.awaited => {
                let seen =
                    format!("nobody looks whether `{}` has kept the failed message any more: where it could not, the message is given up as done", c.name);
                out.push(view.sighting(id, format!("unchecked {}", c.name), High, seen));
            }
            None => {
                let rejects = says(name, &["reject", "nack", "requeue"]);
                let function = o.functions().find(|f| matches!(o.node(*f).kind, Kind::Function { name: n, .. } if n == name));
                let Some(function) = function.filter(|f| view.touches(*f)) else { continue };
                let others = o.calls(function).any(|(_, c)| says(c.name, KEEPS) || words::is_nack(c) || words::is_publish(c));
                // The failure's way is still there, with nothing on it but words.
                let left =
                    o.within(function).find(|i| matches!(o.node(*i).kind, Kind::Handler { .. } | Kind::Branch { .. }) && view.touches(*i) && only_words(o, *i));
                if let Some(at) = if rejects && o.calls(function).next().is_none() { Some(function) } else { left }
                    && !others
                    && (rejects || before.handler_of(then).is_some())
                {
                    let seen = format!("`{}` is gone, which kept the failed message: it was taken already, so no copy remains", call.name);
                    out.push(view.sighting(at, format!("gone {}", call.name), Medium, seen));
                }
            }
            Some(_) => {}
        }
    }
    out
}

/// Nothing but log lines and jumps.
fn only_words(o: &Outline<'_>, id: Id) -> bool {
    o.children(id).filter(|i| o.node(*i).role != Role::Condition).all(|i| match &o.node(i).kind {
        Kind::Call(c) => words::is_log(c),
        Kind::Jump { what: Jump::Throw, .. } => false,
        Kind::Jump { value, .. } => value.is_empty() || matches!(*value, "nil" | "None" | "null" | "true"),
        Kind::Handler { .. } | Kind::Branch { .. } => only_words(o, i),
        _ => false,
    })
}

/// A failure's way that says "done" to whoever holds the message or the wake-up, and did not before.
fn answered_done(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let Some(before) = view.before else { return Vec::new() };
    let first = |value: &str| value.split(',').next().unwrap_or("").trim().to_owned();
    let is_done = |value: &str| {
        says(value, &["completed", "completedtrue", "done", "ack", "acked", "success", "succeeded", "finished"])
            && !says(value, &["false", "not", "un*", "retry*"])
    };
    let answer = |o: &Outline<'_>, h: Id| {
        o.children(h).find_map(|i| if let Kind::Jump { what: Jump::Return, value } = o.node(i).kind { Some((i, first(value))) } else { None })
    };
    let mut out = Vec::new();
    for id in o.handlers() {
        let Some((at, now)) = answer(o, id).filter(|(_, v)| is_done(v) && v.len() < 60) else { continue };
        let (kind, name) = (&o.node(id).kind, o.function_name(id));
        let was = before.handlers().filter(|h| before.node(*h).kind == *kind && before.function_name(*h) == name).find_map(|h| answer(before, h));
        if let Some((_, was)) = was
            && !is_done(&was)
            && view.touches(at)
        {
            let seen = format!("the failure answers `{now}` where it answered `{was}`: whoever keeps the work for another try lets it go");
            out.push(view.sighting(at, format!("done {now}"), Medium, seen));
        }
    }
    out
}

/// A failure that was handled and is now let through to where the message is acknowledged.
fn narrowed(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let Some(before) = view.before else { return Vec::new() };
    let mut out = Vec::new();
    for id in o.handlers() {
        let Kind::Handler { caught, .. } = &o.node(id).kind else { continue };
        let Some((first, more)) = caught.first().and_then(|c| c.split_once("&&")) else { continue };
        let name = o.function_name(id);
        let was = before.handlers().any(|h| {
            before.function_name(h) == name
                && matches!(&before.node(h).kind, Kind::Handler { caught, .. } if caught.first().map(|c| c.trim()) == Some(first.trim()))
        });
        let leaves = matches!(o.leaves(id), Leaves::Returns | Leaves::Throws);
        if was && leaves && o.calls(id).any(|(_, c)| words::is_nack(c)) {
            let seen = format!("a failure without `{}` runs on now, to where the message counts as done", more.trim().chars().take(60).collect::<String>());
            out.push(view.sighting(id, format!("narrowed {}", first.trim()), High, seen));
        }
    }
    out
}

fn is_plain_ack(call: &Call<'_>) -> bool {
    says(call.name, &["ack", "basic_ack", "acknowledge", "commitsync", "commit_sync", "xack"])
}

/// What works on a message.
#[rustfmt::skip]
const HANDLES: &[&str] = &[
    "handle*", "process*", "run", "execute*", "apply", "call", "perform*", "consume*", "dispatch*", "invoke", "on_message", "book", "import*", "deliver*", "h", "handler", "mark_as*", "on_retry",
];

/// Calls of the same function that do something with the message: writes, handlers, remote calls.
fn work<'a>(o: &'a Outline<'_>, ack: Id) -> impl Iterator<Item = Id> + 'a {
    let function = o.function_of(ack).unwrap_or(0);
    o.calls(function)
        .filter(move |(i, c)| {
            *i != ack
                && !words::is_ack(c)
                && !words::is_nack(c)
                && !words::is_log(c)
                && !says(c.name, &["error*", "exception*", "failure*"])
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
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, keeps, mends, silent, table};

    table![
        mends(
            "java",
            "class H {\n  void handle(Context context, Message m) {\n    context.accept();\n    future.complete(m);\n  }\n}\n",
            "class H {\n  void handle(Context context, Message m) {\n    if (taken.compareAndSet(false, true)) {\n      context.accept();\n      future.complete(m);\n    }\n  }\n}\n",
        ),
        keeps(
            "go",
            "package s\n\nfunc (s *S) done(m *Msg) {\n\tif m != nil {\n\t\tm.Ack()\n\t}\n}\n",
            "package s\n\nfunc (s *S) done(m *Msg) {\n\tm.Ack()\n}\n",
        ),
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
        mends(
            "go",
            "package r\n\nfunc (h *H) handle(msg *Message) {\n\tout, err := h.fn(msg)\n\tif err != nil && !errors.Is(err, context.Canceled) {\n\t\tmsg.Nack()\n\t\treturn\n\t}\n\th.publish(out)\n\tmsg.Ack()\n}\n",
            "package r\n\nfunc (h *H) handle(msg *Message) {\n\tout, err := h.fn(msg)\n\tif err != nil {\n\t\tmsg.Nack()\n\t\treturn\n\t}\n\th.publish(out)\n\tmsg.Ack()\n}\n",
        ),
        mends(
            "ruby",
            "def process(work)\n  ack = true\n  begin\n    dispatch(work)\n  rescue Shutdown\n    ack = false\n  ensure\n    work.acknowledge if ack\n  end\nend\n",
            "def process(work)\n  ack = false\n  begin\n    dispatch(work)\n    ack = true\n  ensure\n    work.acknowledge if ack\n  end\nend\n",
        ),
        mends(
            "csharp",
            "class C {\n  public void Reject() {\n  }\n}\n",
            "class C {\n  public void Reject() {\n    _client.Assign(_client.Assignment);\n  }\n}\n",
        ),
        fires("python", "def drain(redis):\n    while True:\n        item = redis.blpop('jobs')\n        handle(item)\n"),
        mends(
            "go",
            "package w\n\nfunc (o *O) run(ctx context.Context) (Done, error) {\n\tstate, err := o.load(ctx)\n\tif err != nil {\n\t\treturn RunCompletedTrue, fmt.Errorf(\"load: %w\", err)\n\t}\n\treturn o.apply(state)\n}\n",
            "package w\n\nfunc (o *O) run(ctx context.Context) (Done, error) {\n\tstate, err := o.load(ctx)\n\tif err != nil {\n\t\treturn RunCompletedFalse, fmt.Errorf(\"load: %w\", err)\n\t}\n\treturn o.apply(state)\n}\n",
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
        silent(
            "java",
            "class C {\n  void onMessage(Message m, Channel channel) throws IOException {\n    try {\n      ledger.book(read(m));\n      channel.basicAck(m.tag(), false);\n    } catch (DataAccessException e) {\n      channel.basicNack(m.tag(), false, true);\n    }\n  }\n}\n"
        ),
        silent(
            "java",
            "class C {\n  void onMessage(Message m, Channel channel) throws IOException {\n    Payment payment;\n    try {\n      payment = read(m);\n    } catch (JsonProcessingException e) {\n      deadLetters.store(m.body(), e);\n      channel.basicAck(m.tag(), false);\n      return;\n    }\n    ledger.book(payment);\n    channel.basicAck(m.tag(), false);\n  }\n}\n"
        ),
        fires(
            "java",
            "class C {\n  void onMessage(Message m, Channel channel) throws IOException {\n    try {\n      ledger.book(read(m));\n    } finally {\n      channel.basicAck(m.tag(), false);\n    }\n  }\n}\n"
        ),
        silent(
            "typescript",
            "export async function onMessage(msg: Message) {\n  try {\n    await repo.save(JSON.parse(msg.body));\n  } catch (e) {\n    logger.error(e);\n    await parked.put(msg.body, String(e));\n  }\n  channel.ack(msg);\n}\n"
        ),
        silent("typescript", "export async function acknowledge(alarm: Alarm, user: User) {\n  alarm.ack(user.id);\n  await repo.save(alarm);\n}\n"),
        fires(
            "typescript",
            "sub.on('message', async (message) => {\n  message.ack();\n  const order = JSON.parse(message.data.toString());\n  await repo.insert(order);\n});\n"
        ),
        silent(
            "python",
            "def drain(redis):\n    while True:\n        item = redis.blmove('jobs', 'working', 5)\n        if item is None:\n            continue\n        handle(item)\n        redis.lrem('working', 1, item)\n"
        ),
        silent(
            "python",
            "def on_message(channel, method, properties, body):\n    try:\n        orders.insert(json.loads(body))\n    except ValueError as problem:\n        parked.store(body, repr(problem))\n    channel.basic_ack(delivery_tag=method.delivery_tag)\n"
        ),
        silent(
            "go",
            "package c\n\nfunc (c *C) handle(ctx context.Context, msg *Message) {\n\tdefer c.inFlight.Done()\n\tif err := c.store.Save(ctx, msg.Body); err != nil {\n\t\tmsg.Nack()\n\t\treturn\n\t}\n\tmsg.Ack()\n}\n"
        ),
        silent("go", "package c\n\nfunc (q *Stack) Drain(visit func(Frame)) {\n\tfor q.Len() > 0 {\n\t\tframe := q.Pop()\n\t\tvisit(frame)\n\t}\n}\n"),
        silent(
            "python",
            "async def callback(self, message):\n    controller = AckController(message)\n    for middleware in self.middlewares:\n        await middleware.pre_execute(message)\n    await self.run_task(message, controller)\n"
        ),
        silent(
            "java",
            "class Drones {\n  CompletionStage<Done> complete(CompleteDelivery in) {\n    logger.info(\"Delivery {} done\", in.getDeliveryId());\n    return ask(replyTo -> new DeliveriesQueue.CompleteDelivery(in.getDeliveryId(), replyTo)).thenApply(d -> handle(d));\n  }\n}\n"
        ),
        silent(
            "ruby",
            "def commit(offsets)\n  response = coordinator.commit_offsets(group_id: @id, offsets: offsets)\n  response.topics.each do |topic, partitions|\n    partitions.each { |partition, code| Protocol.handle_error(code) }\n  end\nend\n"
        ),
        silent(
            "rust",
            "fn drop_stash(&mut self) {\n    self.queue.push(InternalEvent::ConfirmAction(Action::StashDrop(self.selected)));\n    self.queue.push(InternalEvent::Update(NeedsUpdate::ALL));\n}\n"
        ),
        silent("python", "def _poll(self, conn):\n    self._register_brpop(conn)\n    for event in self.poller.wait(1):\n        self.handle_event(event)\n"),
        silent(
            "go",
            "\tBLPop(ctx context.Context, timeout time.Duration, keys ...string) *StringSliceCmd\n\tLPop(ctx context.Context, key string) *StringCmd\n\tLPush(ctx context.Context, key string, values ...any) *IntCmd\n\tRPush(ctx context.Context, key string, values ...any) *IntCmd\n"
        ),
        silent(
            "python",
            "class BlockingChannel:\n    def basic_ack(self, delivery_tag=0, multiple=False):\n        self._impl.basic_ack(delivery_tag=delivery_tag, multiple=multiple)\n        self._flush_output()\n"
        ),
        silent(
            "rust",
            "fn on_heartbeat_response(&mut self, from: u64, context: &[u8]) {\n    let acks = self.read_only.recv_ack(from, context);\n    if self.quorum(acks) {\n        for status in self.read_only.advance(context) {\n            self.handle_ready(status);\n        }\n    }\n}\n"
        ),
        silent(
            "rust",
            "fn plan(consumer: &Consumer, jobs: &mut Jobs) {\n    if acknowledges_late(consumer) {\n        jobs.limit(1);\n    }\n    jobs.execute_all(consumer);\n}\n"
        ),
        silent("java", "class B {\n  void close(Batch batch) {\n    int open = batch.size() - batch.acknowledged();\n    report.save(open);\n  }\n}\n"),
        silent(
            "go",
            "package p\n\nfunc (c *connection) received(cmd *pb.BaseCommand) {\n\tswitch *cmd.Type {\n\tcase pb.BaseCommand_ACK_RESPONSE:\n\t\tc.handleResponse(cmd.GetAckResponse())\n\tcase pb.BaseCommand_PING:\n\t\tc.handlePing()\n\t}\n}\n"
        ),
    ];
}
