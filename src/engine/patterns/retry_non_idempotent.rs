//! A call that takes effect each time is tried again, with nothing by which the other side could know the repeat.
//!
//! A lost answer looks like a lost request: the first try may have worked, and the second books, sends or creates once more. Sources:
//! Stripe, "Designing robust and predictable APIs with idempotency"; RFC 9110, 9.2.2 (POST is not idempotent).
//!
//! Shapes: a retry loop, decorator or wrapper around a POST, a create, a charge or a send that carries no key; an existing effect that
//! is put under a retry in this edit.

use super::attempts;
use super::taken::{self, Pair};
use super::{Detector, High, Low, Medium, Sighting, View};
use crate::engine::syntax::words::{self, Remote, says};
use crate::engine::syntax::{Call, Id, Outline};

pub(super) const DETECTOR: Detector = Detector { id: "retry-non-idempotent", languages: &[], find };

/// Verbs that take effect once more with each call.
const EFFECTS: &[&str] = &[
    "post",
    "charge*",
    "pay",
    "payout",
    "transfer*",
    "refund*",
    "withdraw*",
    "deposit*",
    "debit*",
    "credit",
    "sendmail",
    "send_mail",
    "sendemail",
    "send_email",
    "sendsms",
    "send_sms",
    "placeorder",
    "place_order",
    "purchase*",
    "incr",
    "incrby",
    "increment",
    "hincrby",
    "lpush",
    "rpush",
    "createorder",
    "create_order",
    "createpayment",
    "create_payment",
    "postforobject",
    "postforentity",
    "postasync",
    "book",
    "capture*",
    "createinvoice",
    "create_invoice",
];
/// What makes a repeat harmless.
const KEYS: &[&str] = &[
    "idempoten*",
    "dedup*",
    "request_id",
    "requestid",
    "client_token",
    "clienttoken",
    "if_none_match",
    "transaction_id",
    "transactionid",
    "operation_id",
    "operationid",
    "exactly_once",
    "unique*",
    "on_conflict",
    "upsert",
    "token",
    "nonce",
];

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for a in attempts::loops(view) {
        let effect = o.guarded(a.handler).into_iter().find(|i| o.call(*i).is_some_and(takes_effect));
        if let Some(effect) = effect {
            out.extend(say(view, effect, a.loop_));
        }
    }
    for function in o.functions() {
        if o.decorators(function).any(|(_, c)| words::is_retry(c.name)) {
            let effect = o.calls(function).find(|(i, c)| takes_effect(c) && o.node(*i).role != crate::engine::syntax::Role::Decorator);
            if let Some((effect, _)) = effect {
                out.extend(say(view, effect, function));
            }
        }
    }
    for (id, _) in o.calls(0).filter(|(_, c)| wraps(c)) {
        let effect = o.calls(id).find(|(i, n)| takes_effect(n) && o.closure_of(*i).is_some_and(|f| o.within(id).contains(&f)));
        if let Some((effect, _)) = effect {
            out.extend(say(view, effect, id));
        }
    }
    for pair in taken::pairs(view) {
        out.extend(put_under_retry(view, &pair));
    }
    out.dedup_by(|a, b| a.at == b.at);
    out
}

fn takes_effect(c: &Call<'_>) -> bool {
    says(c.name, EFFECTS)
        && !c.receiver.is_empty()
        && !says(c.name, &["get*", "is", "has", "find*", "on", "with*", "set*"])
        && !words::is_log(c)
        && !c.is_new
        && (words::remote(c) >= Remote::Maybe || says(words::tail(c.receiver), &["gateway", "payments", "mailer", "billing", "ledger", "wallet", "bank"]))
}

/// A call that runs its closure several times.
fn wraps(c: &Call<'_>) -> bool {
    says(
        c.name,
        &[
            "retry",
            "with_retry",
            "withretry",
            "callwithretry",
            "call_with_retry",
            "retryiffailed",
            "execute_with_retry",
            "executewithretry",
            "retrying",
            "pretry",
            "retryasync",
            "retry_async",
            "do_with_retry",
            "dowithretry",
        ],
    ) || (says(c.name, &["execute*", "run", "call", "do"]) && says(words::tail(c.receiver), &["retry*", "retrier", "backoff"]))
}

fn say(view: &View<'_>, effect: Id, around: Id) -> Option<Sighting> {
    let o = view.outline;
    let function = o.function_of(effect).unwrap_or(0);
    if says(o.source(function), KEYS) || says(o.source(around), KEYS) {
        return None;
    }
    let callee = o.callee(effect);
    let name = o.call(effect).map_or("", |c| c.name);
    // Many a POST is a question; what says itself that it pays or sends is none.
    let asks = says(o.source(effect), &["search*", "query", "graphql", "token", "login", "auth*", "oauth", "health", "find*", "_bulk", "list", "lookup"]);
    let seen = format!("`{callee}` is tried again with no key that tells a repeat: if only the answer was lost, it takes effect twice");
    Some(view.sighting(effect, callee, if asks || says(name, &["lpush", "rpush", "incr"]) { Low } else { Medium }, seen))
}

/// A call that the function made once runs under a retry wrapper now.
fn put_under_retry(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let under = |o: &Outline<'_>, i: Id| o.ancestors(i).find(|x| o.call(*x).is_some_and(wraps));
    // What takes effect again: work that is handed over, written or sent.
    let works = |c: &Call<'_>| {
        !says(c.name, &["query", "get*", "find*", "read*", "list*", "select*", "count"])
            && (words::is_publish(c)
                || says(
                    c.name,
                    &["process*", "execute_pipeline", "executepipeline", "write*", "send*", "pipeline", "run_job", "perform*", "create*", "insert*"],
                ))
    };
    a.calls(pair.new).find_map(|(id, c)| {
        let wrapper = under(a, id)?;
        let count = |o: &Outline<'_>, f: Id, wrapped: bool| {
            o.calls(f).filter(|(j, n)| n.name == c.name && n.receiver == c.receiver && under(o, *j).is_some() == wrapped).count()
        };
        let moved_in = count(a, pair.new, true) > count(b, pair.old, true) && count(a, pair.new, false) < count(b, pair.old, false);
        (works(c) && moved_in && !says(a.source(wrapper), KEYS)).then(|| {
            let callee = a.callee(id);
            let seen = format!("`{callee}` ran once and runs under `{}` now: what a failed try had done already is done again", a.callee(wrapper));
            view.sighting(wrapper, format!("under {callee}"), High, seen)
        })
    })
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        fires("python", "@retry(stop=stop_after_attempt(3), wait=wait_exponential())\ndef charge(order):\n    return client.post('/charges', json=order)\n",),
        fires(
            "python",
            "def charge(order):\n    for attempt in range(3):\n        try:\n            return gateway.charge(order)\n        except ConnectionError:\n            time.sleep(2 ** attempt)\n    raise Unreachable()\n",
        ),
        mends(
            "java",
            "class C {\n  Receipt pay(Order order) throws Exception {\n    for (int attempt = 0; attempt < 3; attempt++) {\n      try {\n        return client.post(\"/charges\", order);\n      } catch (IOException e) {\n        Thread.sleep(100L << attempt);\n      }\n    }\n    return null;\n  }\n}\n",
            "class C {\n  Receipt pay(Order order) throws Exception {\n    for (int attempt = 0; attempt < 3; attempt++) {\n      try {\n        return client.post(\"/charges\", order, idempotencyKey(order));\n      } catch (IOException e) {\n        Thread.sleep(100L << attempt);\n      }\n    }\n    return null;\n  }\n}\n",
        ),
        fires("java", "class C {\n  @Retryable(maxAttempts = 3)\n  void tell(Order order) {\n    mailer.sendMail(order.address(), text(order));\n  }\n}\n",),
        fires(
            "go",
            "package c\n\nfunc (c *C) pay(ctx context.Context, o Order) error {\n\tfor attempt := 0; attempt < 3; attempt++ {\n\t\terr := c.gateway.Charge(ctx, o)\n\t\tif err != nil {\n\t\t\ttime.Sleep(pause << attempt)\n\t\t\tcontinue\n\t\t}\n\t\treturn nil\n\t}\n\treturn errGone\n}\n",
        ),
        fires("typescript", "export async function pay(order: Order) {\n  return retry(() => axios.post('/charges', order), { retries: 3 });\n}\n"),
        mends(
            "typescript",
            "export class W {\n  async next(job: Job) {\n    await this.retryIfFailed(() => this.processJob(job), 100);\n  }\n}\n",
            "export class W {\n  async next(job: Job) {\n    await this.processJob(job);\n  }\n}\n",
        ),
        silent("python", "@retry(stop=stop_after_attempt(3), wait=wait_exponential())\ndef load(key):\n    return client.get(key)\n"),
        silent("java", "class C {\n  Receipt pay(Order order) throws Exception {\n    return client.post(\"/charges\", order);\n  }\n}\n"),
        silent(
            "typescript",
            "export async function pay(order: Order, idempotencyKey: string) {\n  return retry(() => axios.post('/charges', order, { headers: { 'Idempotency-Key': idempotencyKey } }));\n}\n",
        ),
        silent(
            "java",
            "class C {\n  Receipt pay(Order order) throws Exception {\n    for (int attempt = 0; attempt < 3; attempt++) {\n      try {\n        return gateway.charge(order.amount(), RequestOptions.withIdempotencyKey(order.id()));\n      } catch (IOException e) {\n        Thread.sleep(100L << attempt);\n      }\n    }\n    throw new Unreachable();\n  }\n}\n"
        ),
        silent(
            "java",
            "class C {\n  @Retryable(maxAttempts = 3)\n  Profile profile(String id) {\n    return client.getForObject(\"/profiles/\" + id, Profile.class);\n  }\n}\n"
        ),
        silent("typescript", "export async function price(sku: string) {\n  return retry(() => axios.get(`/prices/${sku}`), { retries: 3 });\n}\n"),
        silent(
            "typescript",
            "export async function place(orders: Order[]) {\n  for (const order of orders) {\n    await axios.post('/orders', order);\n  }\n}\n"
        ),
        silent(
            "python",
            "def charge(order):\n    for attempt in range(3):\n        try:\n            return gateway.charge(order, idempotency_key=order.id)\n        except ConnectionError:\n            time.sleep(2 ** attempt)\n    raise Unreachable()\n"
        ),
        silent(
            "python",
            "def charge(order):\n    try:\n        return gateway.charge(order)\n    except ConnectionError:\n        if gateway.find(order.id):\n            return None\n        raise\n"
        ),
        silent("go", "package c\n\nfunc (c *C) pay(ctx context.Context, o Order) error {\n\treturn c.gateway.Charge(ctx, o)\n}\n"),
        fires(
            "go",
            "package c\n\nfunc (c *C) invite(ctx context.Context, to string) error {\n\treturn retry.Do(func() error {\n\t\treturn c.mailer.SendMail(ctx, to, inviteText)\n\t}, retry.Attempts(3))\n}\n"
        ),
    ];
}
