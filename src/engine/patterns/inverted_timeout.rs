//! The inner wait is longer than the outer one that holds it.
//!
//! The outer side gives up first: the answer comes to nobody, the work was done for nothing, and a retry above starts it again while the
//! first is still running. Sources: Google SRE Book, "Addressing Cascading Failures" (deadlines); Kafka consumer configuration
//! (`heartbeat.interval.ms` must be lower than `session.timeout.ms`).
//!
//! Shape: two literal durations in one function or one object, of which the outer (the wrapper, the context, the session, the lease) is
//! not longer than the inner (the call's own limit, the heartbeat, the renewal).

use super::{Detector, High, Sighting, View};
use crate::engine::syntax::words::says;
use crate::engine::syntax::{Arg, Id, Kind, Outline};

pub(super) const DETECTOR: Detector = Detector { id: "inverted-timeout", languages: &[], find };

/// (inner, outer): names of settings of one client of which the first has to be well below the second.
const PAIRS: &[(&[&str], &[&str])] = &[
    (&["heartbeat_interval*", "heartbeat.interval*", "heartbeatinterval*"], &["session_timeout*", "session.timeout*", "sessiontimeout*"]),
    (
        &["renew_interval*", "renewinterval*", "renew_every", "renewdeadline", "retryperiod", "renew_period"],
        &["lease_duration*", "leaseduration*", "lease_ttl", "leasettl", "lock_ttl"],
    ),
    (&["lock_renew*", "lockrenew*", "extend_interval", "extendinterval"], &["lock_duration*", "lockduration*"]),
    (&["request_timeout*", "request.timeout*", "requesttimeout*"], &["delivery_timeout*", "delivery.timeout*", "deliverytimeout*"]),
    (
        &["connect_timeout*", "connecttimeout*", "read_timeout*", "readtimeout*"],
        &["total_timeout*", "totaltimeout*", "overall_timeout*", "calltimeout", "call_timeout"],
    ),
    (&["ping_interval*", "pinginterval*"], &["idle_timeout*", "idletimeout*"]),
];

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for id in o.ids() {
        let settings: Vec<Arg<'_>> = match &o.node(id).kind {
            Kind::Object { fields, .. } => fields.clone(),
            Kind::Call(c) => c.args.clone(),
            _ => continue,
        };
        for (inner, outer) in PAIRS {
            let get = |names: &[&str]| settings.iter().find(|s| says(s.name, names)).and_then(|s| millis(s.text, s.name).map(|m| (s, m)));
            if let (Some((i, short)), Some((e, long))) = (get(inner), get(outer))
                && short >= long
                && long > 0
            {
                let seen = format!(
                    "`{}` ({}) is not below `{}` ({}), so the outer side gives up while the inner one still waits",
                    i.name,
                    i.text.trim(),
                    e.name,
                    e.text.trim()
                );
                out.push(view.sighting(id, format!("{} {}", i.name, e.name), High, seen));
            }
        }
        out.extend(wrapped(view, o, id));
    }
    out
}

/// A wrapper or context with a limit, and a call under it that may wait longer.
fn wrapped(view: &View<'_>, o: &Outline<'_>, id: Id) -> Option<Sighting> {
    let c = o.call(id)?;
    let outer = match c.name {
        "wait_for" | "timeout" | "withTimeout" | "with_timeout" | "fail_after" | "move_on_after" => {
            c.args.iter().find(|a| a.name == "timeout").or(if c.name == "wait_for" { c.args.get(1) } else { c.args.first() })?
        }
        "WithTimeout" => c.args.get(1)?,
        "orTimeout" => c.args.first()?,
        _ => return None,
    };
    let limit = millis(outer.text, "seconds")?;
    let scope = if c.name == "WithTimeout" || c.name == "with_timeout" && o.node(o.node(id).parent).end > o.node(id).end {
        o.closure_of(id)?
    } else if o.within(o.node(id).parent).len() > o.within(id).len() && matches!(o.node(o.node(id).parent).kind, Kind::Scope { .. }) {
        o.node(id).parent
    } else {
        id
    };
    let inner = o.within(scope).filter(|i| *i > id).find_map(|i| {
        let settings: Vec<Arg<'_>> = match &o.node(i).kind {
            Kind::Object { fields, .. } => fields.clone(),
            Kind::Call(n) => n.args.clone(),
            _ => return None,
        };
        let own = settings
            .into_iter()
            .find(|s| says(s.name, &["timeout*", "read_timeout", "request_timeout"]) && !says(s.name, &["idle*", "keepalive*", "session*"]))?;
        let waits = millis(own.text, own.name)?;
        (waits > limit).then_some((i, own))
    })?;
    let seen = format!(
        "the outer limit is `{}` and `{}` inside may wait `{}`, so the outer side gives up first and the work goes on for nobody",
        outer.text.trim(),
        inner.1.name,
        inner.1.text.trim()
    );
    Some(view.sighting(inner.0, format!("wrapped {}", c.name), High, seen))
}

/// A literal duration in milliseconds: `5`, `2.5` (seconds unless the name says otherwise), `10 * time.Second`, `Duration.ofMillis(300)`.
fn millis(text: &str, name: &str) -> Option<u64> {
    let t = text.trim().trim_matches(['"', '\'']);
    let lower = t.to_ascii_lowercase();
    let digits: String =
        lower.chars().skip_while(|c| !c.is_ascii_digit()).take_while(|c| c.is_ascii_digit() || matches!(c, '_' | '.')).filter(|c| *c != '_').collect();
    let number: f64 = digits.trim_end_matches('.').parse().ok()?;
    let plain = lower.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '_'));
    let unit = |w: &str| lower.contains(w);
    let factor = if plain {
        let in_millis = says(name, &["ms", "millis", "milliseconds"]) || name.contains('.') || (!says(name, &["seconds", "secs", "s"]) && number >= 1000.0);
        if in_millis { 1.0 } else { 1000.0 }
    } else if lower.chars().filter(char::is_ascii_digit).count() != digits.chars().filter(char::is_ascii_digit).count() {
        // Two numbers are a computation.
        return None;
    } else if unit("millis") || lower.ends_with("ms") {
        1.0
    } else if unit("second") || unit("from_secs") || lower.ends_with('s') && lower.trim_end_matches('s').chars().all(|c| c.is_ascii_digit()) {
        1000.0
    } else if unit("minute") || unit("from_mins") {
        60_000.0
    } else if unit("hour") {
        3_600_000.0
    } else {
        return None;
    };
    let value = number * factor;
    // Above a year it is no wait.
    (value.is_finite() && (0.0..3.2e10).contains(&value)).then(|| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to lie between nothing and a year")]
        let whole = value as u64;
        whole
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::millis;
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        fires("python", "async def rate(client):\n    return await asyncio.wait_for(client.get('/rate', timeout=30), timeout=5)\n"),
        mends(
            "python",
            "consumer = KafkaConsumer('t', heartbeat_interval_ms=30000, session_timeout_ms=10000)\n",
            "consumer = KafkaConsumer('t', heartbeat_interval_ms=3000, session_timeout_ms=10000)\n",
        ),
        fires(
            "go",
            "package c\n\nfunc (c *C) rate(ctx context.Context) error {\n\tctx, cancel := context.WithTimeout(ctx, 2*time.Second)\n\tdefer cancel()\n\tclient := &http.Client{Timeout: 30 * time.Second}\n\treturn c.load(ctx, client)\n}\n",
        ),
        fires("go", "package c\n\nfunc elector() Config {\n\treturn Config{LeaseDuration: 5 * time.Second, RenewDeadline: 10 * time.Second}\n}\n"),
        fires("typescript", "export const consumer = kafka.consumer({ groupId: 'g', sessionTimeout: 6000, heartbeatInterval: 9000 });\n"),
        mends(
            "typescript",
            "export const producer = make({ requestTimeout: 30000, deliveryTimeout: 20000 });\n",
            "export const producer = make({ requestTimeout: 30000, deliveryTimeout: 120000 });\n",
        ),
        silent("python", "async def rate(client):\n    return await asyncio.wait_for(client.get('/rate', timeout=3), timeout=5)\n"),
        silent(
            "go",
            "package c\n\nfunc (c *C) rate(ctx context.Context) error {\n\tctx, cancel := context.WithTimeout(ctx, c.limit)\n\tdefer cancel()\n\tclient := &http.Client{Timeout: 30 * time.Second}\n\treturn c.load(ctx, client)\n}\n",
        ),
        silent("typescript", "export const consumer = kafka.consumer({ groupId: 'g', sessionTimeout: 30000, heartbeatInterval: 3000 });\n"),
        silent(
            "go",
            "package c\n\nfunc elector() Config {\n\treturn Config{LeaseDuration: 15 * time.Second, RenewDeadline: 10 * time.Second, RetryPeriod: 2 * time.Second}\n}\n"
        ),
        silent(
            "go",
            "package c\n\nfunc (c *C) rate(ctx context.Context) error {\n\tctx, cancel := context.WithTimeout(ctx, 10*time.Second)\n\tdefer cancel()\n\tclient := &http.Client{Timeout: 3 * time.Second}\n\treturn c.load(ctx, client)\n}\n"
        ),
        silent(
            "go",
            "package c\n\nfunc server(h http.Handler) *http.Server {\n\treturn &http.Server{Handler: h, ReadTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}\n}\n"
        ),
        silent(
            "python",
            "async def rates(client, pairs):\n    async with asyncio.timeout(10):\n        for pair in pairs:\n            await client.get(pair, timeout=2)\n"
        ),
        silent("python", "consumer = KafkaConsumer('t', request_timeout_ms=30000, session_timeout_ms=10000, heartbeat_interval_ms=3000)\n"),
        fires("python", "async def rates(client, pair):\n    async with asyncio.timeout(3):\n        return await client.get(pair, timeout=10)\n"),
        silent("typescript", "export const limits = { connectTimeout: 5000, requestTimeout: 2000 };\n"),
        silent("typescript", "export const worker = new Worker('mail', send, { lockDuration: 30000, lockRenewTime: 15000 });\n"),
        fires("typescript", "export const worker = new Worker('mail', send, { lockDuration: 10000, lockRenewTime: 15000 });\n"),
    ];

    #[test]
    fn durations_are_read_with_their_units() {
        for (text, name, want) in [
            ("5", "timeout", Some(5000)),
            ("10 * time.Second", "Timeout", Some(10_000)),
            ("500*time.Millisecond", "", Some(500)),
            ("Duration.ofMinutes(2)", "", Some(120_000)),
            ("6000", "sessionTimeout", Some(6000)),
            ("30_000", "session_timeout_ms", Some(30_000)),
            ("limit", "timeout", None),
            ("2 * 5", "timeout", None),
        ] {
            assert_eq!(millis(text, name), want, "{text} {name}");
        }
    }
}
