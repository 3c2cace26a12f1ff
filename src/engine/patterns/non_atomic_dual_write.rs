//! A database and a broker (or two stores) are changed one after the other, and nothing makes it both or none.
//!
//! A message that leaves inside the transaction is worked on before the row can be seen, and stays when the transaction is rolled back. One that
//! leaves after the commit is lost when the process ends in between. Sources: Kleppmann, "Using logs to build a solid data infrastructure
//! (or: why dual writes are a bad idea)" (2015); Debezium, "Reliable Microservices Data Exchange With the Outbox Pattern"; Sidekiq wiki,
//! "Problems and Troubleshooting" (a job runs before the transaction commits).
//!
//! Shapes: a publish or enqueue inside a database transaction, not into an outbox and not deferred to the commit; one that the edit takes out
//! of the commit's callback. A write with a publish below it and no transaction at all is only a hint (low).

use super::{Detector, Low, Medium, Sighting, View};
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Call, Id, Kind, Outline};

pub(super) const DETECTOR: Detector = Detector { id: "non-atomic-dual-write", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for (publish, call) in o.calls(0) {
        if !leaves(view, call) || is_outbox(o, publish, call) || is_deferred(o, publish) || o.handler_of(publish).is_some() {
            continue;
        }
        let callee = o.callee(publish);
        let Some(function) = o.function_of(publish) else { continue };
        let writes = |i: &Id, c: &Call<'_>| *i != publish && stores(c) && !o.within(publish).contains(i);
        if let Some(transaction) = o.transaction_of(publish) {
            let own = o
                .call(transaction)
                .is_some_and(|t| says(t.receiver, &["producer", "kafka*", "channel", "redis", "rdb", "multi", "broker", "pipeline", "publisher"]));
            // A transaction that writes nothing here may still be one: what it is made of says so.
            let written = o.calls(function).find(|(i, c)| writes(i, c) && o.transaction_of(*i) == Some(transaction)).map(|(i, _)| i);
            if let (false, Some(write)) = (own, written) {
                let seen =
                    format!("`{callee}` leaves inside the transaction of `{}`: it is worked on before the commit, and stays after a rollback", o.callee(write));
                // Frameworks with a queue in the same database, or which wait for the commit themselves, are right to do so.
                let waits = says(call.name, &["perform_later", "deliver_later", "performlater"])
                    || says(view.imports, &["oban", "good_job", "que", "pgboss", "riverqueue", "river"]);
                out.push(view.sighting(publish, format!("inside {callee}"), if waits { Low } else { Medium }, seen));
                continue;
            }
        }
        if let Some(write) = o.calls(function).find(|(i, c)| writes(i, c) && o.precedes(*i, publish)).map(|(i, _)| i) {
            let taken_out = view.function_before(publish).is_some_and(|(b, f)| {
                b.calls(f)
                    .any(|(i, c)| c.name == call.name && words::tail(c.receiver) == words::tail(call.receiver) && (is_deferred(b, i) || is_outbox(b, i, c)))
            });
            let seen = if taken_out {
                format!(
                    "`{callee}` no longer waits for the commit of `{}`: it is worked on before the row is there, or for a row that never comes",
                    o.callee(write)
                )
            } else {
                format!(
                    "`{callee}` follows `{}` with nothing that ties them: when the process ends in between, one has happened and the other has not",
                    o.callee(write)
                )
            };
            out.push(view.sighting(publish, format!("after {callee}"), if taken_out { Medium } else { Low }, seen));
        }
    }
    out.extend(callbacks(view));
    out
}

/// Hands something over to another process: a broker's client, a job queue.
fn leaves(view: &View<'_>, c: &Call<'_>) -> bool {
    #[rustfmt::skip]
    const SURE: &[&str] = &[
        "perform_async", "performasync", "perform_in", "perform_later", "performlater", "deliver_later", "apply_async", "send_task", "convertandsend", "sendtoqueue", "send_to_queue",
        "basic_publish", "basicpublish", "produceasync", "sendmessage", "send_message", "put_events", "publishasync", "writemessages", "bulk_enqueue", "enqueue", "enqueuetask",
    ];
    const VERBS: &[&str] = &["publish", "send", "produce", "push", "add", "enqueue*", "dispatch"];
    const ON: &[&str] = &[
        "producer",
        "queue",
        "kafka*",
        "sqs",
        "sns",
        "rabbit*",
        "amqp",
        "broker",
        "publisher",
        "pubsub",
        "nats",
        "bus",
        "messagebus",
        "eventbus",
        "jobs",
        "servicebus",
        "sender",
    ];
    let on = words::tail(c.receiver);
    if words::is_log(c) || says(c.name, &["event", "publishevent"]) {
        return false;
    }
    // Celery: `task.delay(id)`.
    let celery = c.name == "delay" && !c.args.is_empty() && !c.receiver.is_empty() && !says(on, &["time", "timer", "scheduler"]);
    let talks = view.imports_any(&["broker", "jobs", "workflow", "cloud"]);
    celery || (says(c.name, SURE) && !c.receiver.is_empty()) || (talks && says(on, ON) && says(c.name, VERBS))
}

/// Changes a row or document.
fn stores(c: &Call<'_>) -> bool {
    #[rustfmt::skip]
    const ON: &[&str] = &[
        "repo", "repository", "dao", "db", "database", "collection", "em", "entitymanager", "prisma", "mapper", "jdbc*", "tx", "txn", "session", "objects", "cursor", "orm", "knex",
        "manager", "model",
    ];
    const VERBS: &[&str] =
        &["update*", "insert*", "save*", "delete", "upsert", "create", "merge", "persist", "execute", "exec", "execcontext", "add", "commit", "remove"];
    const ALONE: &[&str] = &[
        "save",
        "save!",
        "create!",
        "update!",
        "update_all",
        "savechanges",
        "savechangesasync",
        "insert_one",
        "insertone",
        "update_one",
        "updateone",
        "bulk_create",
    ];
    let on = words::tail(c.receiver);
    !says(on, &["cache", "redis", "rdb"])
        && ((says(on, ON) && says(c.name, VERBS)) || (!c.receiver.is_empty() && ALONE.iter().any(|a| c.name.eq_ignore_ascii_case(a))))
}

/// It goes into a table of the same database, and from there to the broker.
fn is_outbox(o: &Outline<'_>, id: Id, c: &Call<'_>) -> bool {
    const OUTBOX: &[&str] =
        &["outbox*", "tx", "txn", "transaction*", "intransaction", "aftercommit", "after_commit", "oncommit", "multi", "deferred", "sendoffsets*"];
    says(c.name, OUTBOX)
        || says(c.receiver, OUTBOX)
        || c.args.iter().any(|a| says(a.name, OUTBOX) || says(a.text.get(..40).unwrap_or(a.text), OUTBOX))
        || says(o.function_name(id), OUTBOX)
}

/// It runs when the commit is done.
fn is_deferred(o: &Outline<'_>, id: Id) -> bool {
    const LATER: &[&str] = &[
        "on_commit",
        "oncommit",
        "after_commit",
        "aftercommit",
        "aftercompletion",
        "registersynchronization",
        "runaftercommit",
        "run_after_commit",
        "after_transaction",
        "aftertransaction",
        "defer*",
    ];
    o.ancestors(id).any(|a| o.call(a).is_some_and(|c| says(c.name, LATER)) || matches!(o.node(a).kind, Kind::Function { name, .. } if says(name, LATER)))
}

/// Rails: a callback that enqueues, moved from the commit to before it.
fn callbacks(view: &View<'_>) -> Vec<Sighting> {
    let (o, mut out) = (view.outline, Vec::new());
    if o.language != "ruby" {
        return out;
    }
    const EARLY: &[&str] = &["after_save", "after_create", "after_update", "after_destroy"];
    const LATE: &[&str] = &["after_commit", "after_create_commit", "after_update_commit", "after_save_commit", "after_destroy_commit"];
    for (id, call) in o.calls(0).filter(|(_, c)| EARLY.contains(&c.name)) {
        let Some(target) = call.args.first().map(|a| a.text) else {
            if let Some((_, inner)) = o.calls(id).find(|(_, c)| says(c.name, &["perform_async", "perform_in"])) {
                let seen = format!(
                    "`{}` in `{}` leaves before the commit: the job can run before the row is there, or for a row that never comes",
                    inner.name, call.name
                );
                out.push(view.sighting(id, format!("callback {}", call.name), Medium, seen));
            }
            continue;
        };
        let was_late = view.before.is_some_and(|b| b.calls(0).any(|(_, c)| LATE.contains(&c.name) && c.args.first().is_some_and(|a| a.text == target)));
        if was_late {
            let seen = format!("`{target}` runs before the commit now: what it hands over is worked on before the row is there, or for a row that never comes");
            out.push(view.sighting(id, format!("callback {target}"), Medium, seen));
        }
    }
    out
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        mends(
            "python",
            "from django.db import transaction\n\ndef place(order):\n    with transaction.atomic():\n        order.save()\n        send_invoice.delay(order.id)\n",
            "from django.db import transaction\n\ndef place(order):\n    with transaction.atomic():\n        order.save()\n        transaction.on_commit(lambda: send_invoice.delay(order.id))\n",
        ),
        fires(
            "python",
            "from django.db import transaction\n\n@transaction.atomic\ndef pay(order, producer):\n    order.save()\n    producer.send('payments', order.as_event())\n",
        ),
        silent(
            "python",
            "from django.db import transaction\n\ndef place(order):\n    with transaction.atomic():\n        order.save()\n        outbox.add(topic='orders', body=order.as_event())\n",
        ),
        silent("python", "def place(order):\n    order.save()\n    view.send(order)\n"),
        silent(
            "python",
            "from django.db import transaction\n\ndef place(order):\n    with transaction.atomic():\n        order.save()\n    items.append(order)\n",
        ),
        mends(
            "ruby",
            "class Order < ApplicationRecord\n  after_save :enqueue_invoice\n\n  def enqueue_invoice\n    InvoiceJob.perform_async(id)\n  end\nend\n",
            "class Order < ApplicationRecord\n  after_commit :enqueue_invoice\n\n  def enqueue_invoice\n    InvoiceJob.perform_async(id)\n  end\nend\n",
        ),
        fires(
            "ruby",
            "class Checkout\n  def call(order)\n    Order.transaction do\n      order.save!\n      InvoiceWorker.perform_async(order.id)\n    end\n  end\nend\n",
        ),
        silent(
            "ruby",
            "class Checkout\n  def call(order)\n    Order.transaction do\n      order.save!\n    end\n    InvoiceWorker.perform_async(order.id)\n  end\nend\n",
        ),
        silent("ruby", "class Order < ApplicationRecord\n  after_commit :enqueue_invoice\nend\n"),
        silent("ruby", "class Order < ApplicationRecord\n  after_save :sum_up\n\n  def sum_up\n    update_columns(total: lines.sum(&:price))\n  end\nend\n",),
        fires(
            "java",
            "class Orders {\n  @Transactional\n  public void place(Order order) {\n    orderRepository.save(order);\n    rabbitTemplate.convertAndSend(\"orders\", order);\n  }\n}\n",
        ),
        fires(
            "java",
            "class Orders {\n  public void place(Order order) {\n    transactionTemplate.executeInTransaction(() -> {\n      orderRepository.save(order);\n      kafkaProducer.send(new ProducerRecord<>(\"orders\", order));\n    });\n  }\n}\n",
        ),
        silent(
            "java",
            "class Orders {\n  @Transactional\n  public void place(Order order) {\n    orderRepository.save(order);\n    outboxRepository.save(Outbox.of(order));\n  }\n}\n",
        ),
        silent(
            "java",
            "class Orders {\n  @Transactional\n  public void place(Order order) {\n    orderRepository.save(order);\n    events.publishEvent(new Placed(order));\n  }\n}\n",
        ),
        fires(
            "go",
            "package o\n\nfunc (s *Orders) Place(ctx context.Context, order Order) error {\n\ttx, err := s.db.BeginTx(ctx, nil)\n\tif err != nil {\n\t\treturn err\n\t}\n\tdefer tx.Rollback()\n\tif _, err := tx.ExecContext(ctx, insertOrder, order.ID); err != nil {\n\t\treturn err\n\t}\n\tif err := s.publisher.Publish(ctx, order.Event()); err != nil {\n\t\treturn err\n\t}\n\treturn tx.Commit()\n}\n",
        ),
        silent(
            "go",
            "package o\n\nfunc (s *Orders) Place(ctx context.Context, order Order) error {\n\ttx, err := s.db.BeginTx(ctx, nil)\n\tif err != nil {\n\t\treturn err\n\t}\n\tdefer tx.Rollback()\n\tif _, err := tx.ExecContext(ctx, insertOrder, order.ID); err != nil {\n\t\treturn err\n\t}\n\tif _, err := tx.ExecContext(ctx, insertOutbox, order.Event()); err != nil {\n\t\treturn err\n\t}\n\treturn tx.Commit()\n}\n",
        ),
    ];
}
