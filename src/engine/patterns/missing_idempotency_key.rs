//! A request that changes something can be sent twice, and nothing in it says that it is the same one.
//!
//! An answer that is lost looks like a request that is lost, so somebody sends it again: a client, a proxy, a broker. Without a key that is the
//! same in both, the other side does the work twice. Sources: Stripe, "Idempotent requests"; AWS Builders' Library, "Making retries safe
//! with idempotent APIs"; IETF draft "The Idempotency-Key HTTP Header Field".
//!
//! Shapes: a key (or its default) that the edit takes out of a call or message that stays; a key that each attempt of a retry loop makes anew.

use super::names::words;
use super::{Detector, High, Medium, Sighting, View};
use crate::engine::syntax::words::{self as vocabulary, Remote, says};
use crate::engine::syntax::{Arg, Id, Kind, Outline};

pub(super) const DETECTOR: Detector = Detector { id: "missing-idempotency-key", languages: &[], find };

/// Names of what makes two sendings one request.
#[rustfmt::skip]
const KEYS: &[&str] = &[
    "idempotency*", "idempotent*", "idempotence*", "dedup", "dedupe*", "deduplication*", "dedupid", "dedup_id", "clienttoken", "client_token",
    "clientrequesttoken", "client_request_token", "singletonkey", "singleton_key", "singletonid", "transactionid", "transaction_id", "requestid", "request_id",
    "uniquekey", "unique_key", "messageid", "message_id", "msgid", "msg_id", "eventid", "event_id", "x-request-id",
];

fn find(view: &View<'_>) -> Vec<Sighting> {
    let mut out = taken_away(view);
    out.extend(default_taken_away(view));
    out.extend(made_anew(view));
    out
}

/// A key that stood in a call or literal of the function before, whose other fields still stand there.
fn taken_away(view: &View<'_>) -> Vec<Sighting> {
    let (o, mut out) = (view.outline, Vec::new());
    let Some(before) = view.before else { return out };
    for id in o.ids() {
        let (fields, called) = fields_of(o, id);
        let named: Vec<&str> = fields.iter().map(|f| f.name).filter(|n| !n.is_empty()).collect();
        if named.len() + usize::from(!called.is_empty()) < 2 || !view.touches(id) {
            continue;
        }
        let Some((_, function)) = view.function_before(id) else { continue };
        // The same literal before: it has all the names that are left, and the key.
        let key = before.within(function).find_map(|b| {
            let (old, old_called) = fields_of(before, b);
            if old_called != called || old.len() <= fields.len() || !named.iter().all(|n| old.iter().any(|f| f.name == *n)) {
                return None;
            }
            let gone: Vec<&Arg<'_>> = old.iter().filter(|f| !f.name.is_empty() && !named.contains(&f.name)).collect();
            // One field that goes is a decision about that field; many are another message.
            (gone.len() == 1).then(|| *gone[0]).filter(|f| is_key(f))
        });
        let Some(key) = key else { continue };
        if !is_sent(view, id) || is_elsewhere(o, id, key.name) {
            continue;
        }
        let seen = format!("`{}` is no longer sent with it: a repeat after a lost answer cannot be told from a second request", key.name);
        out.push(view.sighting(id, format!("without {}", key.name), Medium, seen));
    }
    out
}

/// The function puts the key into something else now.
fn is_elsewhere(o: &Outline<'_>, id: Id, key: &str) -> bool {
    let function = o.function_of(id).unwrap_or(0);
    o.within(function).any(|i| {
        i != id && fields_of(o, i).0.iter().any(|f| f.name == key)
            || matches!(o.node(i).kind, Kind::Assign { target, .. } if vocabulary::tail(target) == key || target.ends_with(key))
    })
}

/// `options.key = given || name`, and the part behind the `||` is gone: without the caller's own key there is none.
fn default_taken_away(view: &View<'_>) -> Vec<Sighting> {
    let (o, mut out) = (view.outline, Vec::new());
    for id in o.ids().filter(|i| view.touches(*i)) {
        let Kind::Assign { target, value } = o.node(id).kind else { continue };
        if !says(target, KEYS) || value.is_empty() {
            continue;
        }
        let Some((before, function)) = view.function_before(id) else { continue };
        let had = before.within(function).find_map(|b| match before.node(b).kind {
            Kind::Assign { target: t, value: v } if t == target && v != value => [" || ", " ?? ", " or ", " ?: "]
                .iter()
                .find_map(|or| v.split_once(or))
                .filter(|(given, _)| given.trim() == value.trim())
                .map(|(_, default)| default.trim()),
            _ => None,
        });
        if let Some(default) = had {
            let name = vocabulary::tail(target);
            let seen = format!("`{name}` is no longer `{default}` where the caller gives none: what is sent without a key can be done twice");
            out.push(view.sighting(id, format!("default of {name}"), Medium, seen));
        }
    }
    out
}

fn is_key(field: &Arg<'_>) -> bool {
    let name = field.name.trim_matches(['"', '\'', '`', ':']);
    says(name, KEYS) || (matches!(name, "id" | "ID" | "Id" | "key") && generates(field.text))
}

/// Makes a value that nobody has seen before.
fn generates(text: &str) -> bool {
    says(
        text,
        &[
            "uuid*",
            "ulid",
            "nanoid",
            "randomuuid",
            "newguid",
            "newstring",
            "token_hex",
            "random_bytes",
            "ksuid",
            "cuid",
            "objectid",
            "snowflake",
            "securerandom",
        ],
    )
}

/// Named arguments of a call, or fields of a literal, and the name of what is called.
fn fields_of<'o, 't>(o: &'o Outline<'t>, id: Id) -> (&'o [Arg<'t>], &'t str) {
    match &o.node(id).kind {
        Kind::Call(c) => (&c.args, c.name),
        Kind::Object { fields, .. } => (fields, ""),
        _ => (&[], ""),
    }
}

/// It goes to another process: it stands in a call that leaves, or in a function or file that sends.
fn is_sent(view: &View<'_>, id: Id) -> bool {
    let o = view.outline;
    let leaves = |i: Id| o.call(i).is_some_and(|c| vocabulary::remote(c) == Remote::Sure || vocabulary::is_publish(c));
    if std::iter::once(id).chain(o.ancestors(id)).any(leaves) {
        return true;
    }
    let function = o.function_of(id).unwrap_or(0);
    o.calls(function).any(|(i, c)| leaves(i) || says(c.name, &["send*", "post", "publish*", "trigger", "enqueue*"]))
        || says(o.function_name(id), &["send*", "publish*", "trigger", "enqueue*", "emit"])
}

/// A key that each attempt makes for itself.
fn made_anew(view: &View<'_>) -> Vec<Sighting> {
    let (o, mut out) = (view.outline, Vec::new());
    for id in o.ids() {
        let fields = match &o.node(id).kind {
            Kind::Call(_) | Kind::Object { .. } => fields_of(o, id).0,
            Kind::Assign { target, value } if sets_header(target) && generates(value) && attempts_again(o, id) => {
                out.push(anew(view, id, target));
                continue;
            }
            _ => continue,
        };
        let key = fields.iter().find(|f| is_retry_key(f.name) && generates(f.text)).copied().or_else(|| header_pair(fields));
        if let Some(key) = key
            && attempts_again(o, id)
        {
            out.push(anew(view, id, key.name));
        }
    }
    out.dedup_by(|a, b| a.subject == b.subject);
    out
}

fn anew(view: &View<'_>, id: Id, name: &str) -> Sighting {
    let name = words(name).last().unwrap_or(name);
    let seen = format!("each attempt makes a new `{name}`: the other side sees as many requests as there are attempts, and does the work for each");
    view.sighting(id, format!("anew {name}"), High, seen)
}

fn is_retry_key(name: &str) -> bool {
    says(
        name,
        &[
            "idempotency*",
            "idempotent*",
            "idempotence*",
            "clienttoken",
            "client_token",
            "clientrequesttoken",
            "client_request_token",
            "dedup*",
            "deduplication*",
        ],
    )
}

/// `req.Header.Set("Idempotency-Key", uuid.NewString())`
fn header_pair<'t>(fields: &[Arg<'t>]) -> Option<Arg<'t>> {
    let at = fields.iter().position(|f| f.text.starts_with(['"', '\'']) && is_retry_key(f.text))?;
    fields.get(at + 1).filter(|v| generates(v.text)).map(|v| Arg { name: fields[at].text, text: v.text })
}

/// `headers["Idempotency-Key"] = ..`
fn sets_header(target: &str) -> bool {
    target.contains('[') && is_retry_key(target)
}

/// In a loop that tries the same thing again, or in a function that is retried as a whole.
fn attempts_again(o: &Outline<'_>, id: Id) -> bool {
    let again = o.loops(id).any(|l| {
        let Kind::Loop { over, condition, endless } = o.node(l).kind else { return false };
        let counts = says(over, &["attempt*", "retries", "retry*", "tries", "max_attempts"]) || says(condition, &["attempt*", "retries", "retry*", "tries"]);
        let handles = o.within(l).any(|i| matches!(o.node(i).kind, Kind::Handler { .. }));
        counts || (handles && (endless || over.is_empty()))
    });
    again
        || o.function_of(id).is_some_and(|f| o.decorators(f).any(|(_, c)| vocabulary::is_retry(c.name)))
        || o.ancestors(id).filter_map(|a| o.call(a)).any(|c| vocabulary::is_retry(c.name) && !says(c.name, &["max*", "attempts", "on*"]))
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        mends(
            "typescript",
            "export async function charge(order: Order) {\n  return client.post('/charges', {\n    amount: order.total,\n    currency: order.currency,\n  });\n}\n",
            "export async function charge(order: Order) {\n  return client.post('/charges', {\n    amount: order.total,\n    currency: order.currency,\n    idempotencyKey: order.id,\n  });\n}\n",
        ),
        fires(
            "typescript",
            "export async function pay(order: Order) {\n  for (let attempt = 0; attempt < 3; attempt++) {\n    try {\n      return await axios.post(url, order, { headers: { 'Idempotency-Key': randomUUID() } });\n    } catch (e) {\n      await sleep(backoff(attempt));\n    }\n  }\n}\n",
        ),
        silent(
            "typescript",
            "export async function pay(order: Order) {\n  const key = randomUUID();\n  for (let attempt = 0; attempt < 3; attempt++) {\n    try {\n      return await axios.post(url, order, { headers: { 'Idempotency-Key': key } });\n    } catch (e) {\n      await sleep(backoff(attempt));\n    }\n  }\n}\n",
        ),
        silent(
            "typescript",
            "export async function payAll(orders: Order[]) {\n  for (const order of orders) {\n    await axios.post(url, order, { headers: { 'Idempotency-Key': randomUUID() } });\n  }\n}\n",
        ),
        silent("typescript", "export function row(user: User) {\n  return { id: nanoid(), name: user.name, mail: user.mail };\n}\n"),
        mends(
            "python",
            "def publish(client, event):\n    client.publish_event(name=event.name, data=event.data)\n",
            "def publish(client, event):\n    client.publish_event(name=event.name, data=event.data, idempotency_key=event.key)\n",
        ),
        fires(
            "python",
            "@retry(stop=stop_after_attempt(3))\ndef refund(client, charge):\n    return client.refunds.create(charge=charge, idempotency_key=str(uuid.uuid4()))\n",
        ),
        silent(
            "python",
            "@retry(stop=stop_after_attempt(3))\ndef refund(client, charge, key):\n    return client.refunds.create(charge=charge, idempotency_key=key)\n",
        ),
        silent(
            "python",
            "def refund(client, charge):\n    key = f'refund-{charge.id}'\n    return client.refunds.create(charge=charge.id, idempotency_key=key)\n",
        ),
        fires(
            "go",
            "package p\n\nfunc (c *Client) Pay(ctx context.Context, order Order) error {\n\tfor attempt := 0; attempt < 3; attempt++ {\n\t\treq := c.request(ctx, order)\n\t\treq.Header.Set(\"Idempotency-Key\", uuid.NewString())\n\t\tif _, err := c.http.Do(req); err == nil {\n\t\t\treturn nil\n\t\t}\n\t\ttime.Sleep(c.backoff(attempt))\n\t}\n\treturn ErrGivenUp\n}\n",
        ),
        mends(
            "go",
            "package p\n\nfunc (c *Client) Launch(ctx context.Context, name string) error {\n\t_, err := c.client.RunInstances(ctx, &RunInput{\n\t\tName:  name,\n\t\tCount: 1,\n\t})\n\treturn err\n}\n",
            "package p\n\nfunc (c *Client) Launch(ctx context.Context, name string) error {\n\t_, err := c.client.RunInstances(ctx, &RunInput{\n\t\tName:        name,\n\t\tCount:       1,\n\t\tClientToken: name,\n\t})\n\treturn err\n}\n",
        ),
        silent(
            "go",
            "package p\n\nfunc (c *Client) Pay(ctx context.Context, order Order) error {\n\tkey := uuid.NewString()\n\tfor attempt := 0; attempt < 3; attempt++ {\n\t\treq := c.request(ctx, order)\n\t\treq.Header.Set(\"Idempotency-Key\", key)\n\t\tif _, err := c.http.Do(req); err == nil {\n\t\t\treturn nil\n\t\t}\n\t}\n\treturn ErrGivenUp\n}\n",
        ),
        silent("go", "package p\n\nfunc (r *Repo) New(name string) Row {\n\treturn Row{ID: uuid.NewString(), Name: name}\n}\n"),
    ];
}
