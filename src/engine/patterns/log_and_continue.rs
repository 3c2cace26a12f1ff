//! A handler logs the failure, and the code behind it goes on as if there had been none.
//!
//! It marks the thing as done, publishes that it happened or answers "ok"; the log line is the only place where the truth stands.
//! Sources: Simple Testing Can Prevent Most Critical Failures, OSDI 2014 (handlers that only log are the most frequent trivial mistake).
//!
//! Shape: a handler of a remote call or a write that only logs and runs on, to a step that says "it worked": a state that is set, an event
//! that is published, a success that is returned.

use super::swallowed_error::{LEAVES, acts};
use super::{Detector, Medium, Sighting, View};
use crate::engine::syntax::reading::Leaves;
use crate::engine::syntax::words::{self, Remote, Towards, says};
use crate::engine::syntax::{Id, Jump, Kind, Outline};

pub(super) const DETECTOR: Detector = Detector { id: "log-and-continue", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for handler in o.handlers() {
        let logs = o.calls(handler).any(|(_, c)| words::is_log(c));
        if !logs
            || acts(o, handler)
            || !o.only_logs(handler)
            || o.leaves(handler) != Leaves::Falls
            || o.loop_of(handler).is_some()
            || o.handler_of(handler).is_some()
        {
            continue;
        }
        let failed = o.guarded(handler).into_iter().find(|i| {
            o.call(*i).is_some_and(|c| !says(c.name, LEAVES) && (words::is_publish(c) || words::is_store_write(c) || words::remote(c) == Remote::Sure))
        });
        let Some(failed) = failed else { continue };
        let function = o.function_of(handler).unwrap_or(0);
        let step = o
            .within(function)
            .find(|i| o.closure_of(*i) == o.closure_of(handler) && o.precedes(handler, *i) && !o.within(handler).contains(i) && says_it_worked(o, *i));
        let Some(step) = step else { continue };
        let callee = o.callee(failed);
        let seen = format!("a failure of `{callee}` is only logged here and the code runs on to `{}`, which says that it worked", o.brief(step));
        out.push(view.sighting(handler, callee, Medium, seen));
    }
    out
}

fn says_it_worked(o: &Outline<'_>, id: Id) -> bool {
    match &o.node(id).kind {
        // `reserved ? "completed" : "waiting"` asks first.
        Kind::Assign { value, .. } => o.sets_state(id) == Some(Towards::Up) && !value.contains(" ? ") && !value.contains(" if "),
        Kind::Call(c) => {
            (o.sets_state(id) == Some(Towards::Up)
                || words::is_publish(c)
                || says(c.name, &["marksent", "mark_sent", "markprocessed", "mark_processed", "markdone", "mark_done", "marksuccess"]))
                && !words::is_log(c)
        }
        Kind::Jump { what: Jump::Return, value } => {
            matches!(value.trim(), "true" | "True" | "Ok(())" | "Ok(true)" | ":ok")
                || says(value, &["success", "succeeded", "saved", "delivered"]) && !says(value, &["false", "not", "failed", "error"])
        }
        _ => false,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        fires(
            "python",
            "def place(order):\n    try:\n        client.post('/stock', order)\n    except Exception as e:\n        log.error('stock: %s', e)\n    order.status = 'done'\n",
        ),
        mends(
            "python",
            "def save(order):\n    try:\n        repo.insert(order)\n    except DatabaseError as e:\n        log.error('not saved: %s', e)\n    bus.publish('order-saved', order)\n",
            "def save(order):\n    try:\n        repo.insert(order)\n    except DatabaseError as e:\n        log.error('not saved: %s', e)\n        raise\n    bus.publish('order-saved', order)\n",
        ),
        fires(
            "java",
            "class C {\n  boolean deliver(Mail mail) {\n    try {\n      client.send(mail);\n    } catch (IOException e) {\n      log.warn(\"mail\", e);\n    }\n    return true;\n  }\n}\n",
        ),
        fires(
            "java",
            "class C {\n  void run(Job job) {\n    try {\n      client.execute(job);\n    } catch (IOException e) {\n      log.warn(\"job\", e);\n    }\n    store.setStatus(job.id, \"completed\");\n  }\n}\n",
        ),
        fires(
            "go",
            "package c\n\nfunc (c *C) place(ctx context.Context, o Order) {\n\tif err := c.client.Reserve(ctx, o); err != nil {\n\t\tlog.Printf(\"reserve: %v\", err)\n\t}\n\tc.bus.Publish(ctx, \"placed\", o)\n}\n",
        ),
        fires(
            "go",
            "package c\n\nfunc (c *C) deliver(ctx context.Context, m Mail) bool {\n\tif err := c.client.Send(ctx, m); err != nil {\n\t\tlog.Printf(\"send: %v\", err)\n\t}\n\treturn true\n}\n",
        ),
        fires(
            "typescript",
            "export async function place(order: Order) {\n  try {\n    await axios.post('/stock', order);\n  } catch (e) {\n    console.error(e);\n  }\n  order.status = 'completed';\n}\n",
        ),
        silent(
            "python",
            "def save(order):\n    try:\n        repo.insert(order)\n    except DatabaseError as e:\n        log.error('not saved: %s', e)\n        return False\n    return True\n",
        ),
        silent(
            "java",
            "class C {\n  boolean parse(String text) {\n    try {\n      read(text);\n    } catch (ParseException e) {\n      log.warn(\"text\", e);\n    }\n    return true;\n  }\n}\n",
        ),
        silent(
            "go",
            "package c\n\nfunc (c *C) place(ctx context.Context, o Order) error {\n\tif err := c.client.Reserve(ctx, o); err != nil {\n\t\tlog.Printf(\"reserve: %v\", err)\n\t\treturn err\n\t}\n\treturn c.bus.Publish(ctx, \"placed\", o)\n}\n",
        ),
        silent(
            "go",
            "package c\n\nfunc (c *C) place(ctx context.Context, o Order) {\n\tif err := c.client.Reserve(ctx, o); err != nil {\n\t\tlog.Printf(\"reserve: %v\", err)\n\t\tc.parked <- o\n\t\treturn\n\t}\n\tc.bus.Publish(ctx, \"placed\", o)\n}\n"
        ),
        silent(
            "go",
            "package c\n\nfunc (c *C) deliver(ctx context.Context, m Mail) bool {\n\tok := true\n\tif err := c.client.Send(ctx, m); err != nil {\n\t\tlog.Printf(\"send: %v\", err)\n\t\tok = false\n\t}\n\treturn ok\n}\n"
        ),
        silent(
            "java",
            "class C {\n  void run(Job job) {\n    try {\n      client.execute(job);\n      store.setStatus(job.id, \"completed\");\n    } catch (IOException e) {\n      log.warn(\"job\", e);\n      store.setStatus(job.id, \"failed\");\n    }\n  }\n}\n"
        ),
        silent(
            "java",
            "class C {\n  boolean deliver(Mail mail) {\n    try {\n      metrics.count(mail.kind());\n    } catch (RuntimeException e) {\n      log.debug(\"not counted\", e);\n    }\n    return client.send(mail).isAccepted();\n  }\n}\n"
        ),
        silent(
            "python",
            "def place(order):\n    try:\n        client.post('/stock', order)\n    except Exception as e:\n        log.error('stock: %s', e)\n        order.status = 'waiting'\n    else:\n        order.status = 'done'\n"
        ),
        fires(
            "typescript",
            "export async function save(cart: Cart, bus: Bus) {\n  await repository.save(cart).catch((e) => logger.error('not saved', e));\n  await bus.publish('cart-saved', { id: cart.id });\n}\n"
        ),
        mends(
            "typescript",
            "export async function register(user: User) {\n  try {\n    await client.post('/users', user);\n  } catch (err) {\n    logger.warn('register failed', err);\n  }\n  return { success: true };\n}\n",
            "export async function register(user: User) {\n  try {\n    await client.post('/users', user);\n  } catch (err) {\n    logger.warn('register failed', err);\n    return { success: false, reason: 'unavailable' };\n  }\n  return { success: true };\n}\n"
        ),
        silent(
            "typescript",
            "export async function place(order: Order) {\n  try {\n    await axios.post('/stock', order);\n  } catch (e) {\n    console.error(e);\n    throw e;\n  } finally {\n    timer.stop();\n  }\n  order.status = 'completed';\n}\n"
        ),
        silent(
            "typescript",
            "export async function place(order: Order) {\n  let reserved = false;\n  try {\n    await axios.post('/stock', order);\n    reserved = true;\n  } catch (e) {\n    console.error(e);\n  }\n  order.status = reserved ? 'completed' : 'waiting';\n}\n"
        ),
        silent(
            "typescript",
            "export function read(text: string) {\n  try {\n    settings = JSON.parse(text);\n  } catch (e) {\n    console.warn('settings are not JSON, defaults are used', e);\n  }\n  return true;\n}\n"
        ),
    ];
}
