//! A failure that no repeat can mend is tried again.
//!
//! Bad credentials, a rejected request, a missing topic: every attempt ends the same way, and the one who could mend it hears of it
//! late or never. Sources: SOSP 2024 "If At First You Don't Succeed" (WASABI: wrong retry policies, errors that are retried although
//! they cannot heal); Google AIP-194, automatic retries.
//!
//! Shapes: a retry policy that names a permanent type; a handler of such a type that leads to the next attempt; the check that let
//! permanent failures out of a retry is gone.

use super::attempts;
use super::taken::{self, Pair};
use super::{Detector, High, Medium, Sighting, View};
use crate::engine::syntax::reading::Leaves;
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Caught, Id, Jump, Kind, Outline};

pub(super) const DETECTOR: Detector = Detector { id: "retry-on-permanent-error", languages: &[], find };

/// Failures that stay.
const PERMANENT: &[&str] = &[
    "illegalargument*",
    "invalidargument*",
    "valueerror",
    "typeerror",
    "authentication*",
    "authorization*",
    "authfailed*",
    "unauthorized*",
    "unauthenticated",
    "permissiondenied*",
    "accessdenied*",
    "forbidden*",
    "badrequest*",
    "invalidrequest*",
    "validation*",
    "unsupported*",
    "notimplemented*",
    "jsondecodeerror",
    "deserialization*",
    "serializationexception",
    "parseexception",
    "malformed*",
    "groupauthorization*",
    "topicauthorization*",
    "invalidkey*",
    "unprocessable*",
    "syntaxerror",
    "programmingerror",
    "integrityerror",
    "invalidcredentials",
];
/// Words of asking whether a repeat can help.
const ASKS: &[&str] = &[
    "retriable",
    "retryable",
    "isretriable",
    "isretryable",
    "is_retryable",
    "is_retriable",
    "retry_able",
    "permanent*",
    "ispermanent",
    "is_permanent",
    "unrecoverable",
    "recoverable",
    "isfatal",
    "fatal",
    "is_fatal",
    "istemporary",
    "temporary",
    "transient",
    "istransient",
    "is_transient",
    "client_error",
    "is_client_error",
    "is_http_client_error",
    "isclienterror",
    "nonretryable",
    "non_retryable",
    "shouldretry",
    "should_retry",
    "bad_request",
    "unauthorized",
    "forbidden",
    "permissiondenied",
    "invalidargument",
];

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for (id, c) in o.calls(0) {
        let policy = matches!(
            c.name.to_ascii_lowercase().replace('_', "").as_str(),
            "retry"
                | "retryable"
                | "retrying"
                | "onexception"
                | "retryifexceptiontype"
                | "retryon"
                | "retryonexception"
                | "retryexceptions"
                | "retryfor"
                | "handle"
                | "task"
                | "sharedtask"
        ) && (!matches!(c.name, "task" | "shared_task") || c.args.iter().any(|a| a.name == "autoretry_for"));
        if !policy || (c.name == "handle" && !c.receiver.contains("Policy")) || words::is_log(c) {
            continue;
        }
        const NOT: &[&str] = &["dont*", "ignore*", "exclude*", "not*", "norollback*", "noretry*", "giveup", "abort*", "discard*", "non*", "message", "msg"];
        let named = c.args.iter().find(|a| {
            !says(a.name, NOT)
                && a.text.len() < 200
                && !a.text.contains("not_exception")
                && (says(a.text, PERMANENT))
                && !a.text.starts_with(['"', '\''])
                && !a.text.contains('{')
                && (!a.text.contains('(') || a.text.starts_with(['(', '[']) || a.text.contains("typeof(") || a.text.contains("exception_type("))
        });
        if let Some(arg) = named
            && !says(c.name, &["dont*", "no", "not", "ignore*"])
        {
            let seen =
                format!("`{}` tries again after `{}`, which no repeat can mend", c.name, arg.text.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
            out.push(view.sighting(id, format!("policy {}", arg.text), Medium, seen));
            break;
        }
    }
    for a in attempts::loops(view) {
        let Kind::Handler { how: Caught::Catch, caught, .. } = &o.node(a.handler).kind else { continue };
        // Together with passing failures it is the handler's one way for all.
        let Some(permanent) = caught.iter().find(|c| says(c, PERMANENT)) else { continue };
        let callee = o.callee(a.call);
        let remote = o.call(a.call).is_some_and(|c| words::remote(c) == words::Remote::Sure);
        if remote {
            let seen = format!("`{callee}` is tried again after `{permanent}`, which no repeat can mend");
            out.push(view.sighting(a.handler, format!("{callee} {permanent}"), Medium, seen));
        }
    }
    out.extend(asked_and_tried_again(view));
    for pair in taken::pairs(view) {
        out.extend(way_out_gone(view, &pair));
    }
    out
}

/// `if errors.Is(err, ErrUnauthorized) { continue }` in a loop of attempts: a failure that is a value is asked for, and tried again.
fn asked_and_tried_again(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for id in o.ids() {
        let Kind::Branch { condition } = o.node(id).kind else { continue };
        let asks = says(condition, &["err", "error", "code", "status*"]) && says(condition, PERMANENT) && !condition.contains('!');
        let again = o.children(id).any(|i| matches!(o.node(i).kind, Kind::Jump { what: Jump::Continue, .. }));
        let Some(loop_) = o.loop_of(id).filter(|_| asks && again) else { continue };
        let tries = matches!(o.node(loop_).kind, Kind::Loop { over: "", endless, condition, .. } if endless || says(condition, &["attempt*", "retry", "retries", "tries"]));
        let tried = o.before(id).filter(|(i, c)| o.loop_of(*i) == Some(loop_) && words::remote(c) == words::Remote::Sure).last();
        if let Some((call, _)) = tried.filter(|_| tries) {
            let callee = o.callee(call);
            let brief: String = condition.split_ascii_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect();
            let seen = format!("`{callee}` is tried again where `{brief}`, which no repeat can mend");
            out.push(view.sighting(id, format!("{callee} {brief}"), Medium, seen));
        }
    }
    out
}

/// The way out for permanent failures has gone from a function that still tries again.
fn way_out_gone(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let again = |o: &Outline<'_>, f: Id| {
        says(taken::name(o, f), &["retry*", "reconnect*"])
            || o.calls(f).any(|(_, c)| says(c.name, &["retry*", "next_backoff", "nextbackoff", "reschedule*", "requeue*"]))
            || o.within(f).any(|i| matches!(o.node(i).kind, Kind::Loop { over: "", .. }) && o.within(i).any(|j| matches!(o.node(j).kind, Kind::Handler { .. })))
    };
    if !again(b, pair.old) || !again(a, pair.new) {
        return None;
    }
    let asks = |o: &Outline<'_>, i: Id| {
        let Kind::Branch { condition } = o.node(i).kind else { return None };
        (says(condition, ASKS) && leaves_somewhere(o, i)).then(|| "asks".to_owned())
    };
    let lets_out = |o: &Outline<'_>, i: Id| match &o.node(i).kind {
        Kind::Handler { how: Caught::Catch, caught, .. } => (caught.iter().any(|c| says(c, PERMANENT))
            && matches!(o.leaves(i), Leaves::Throws | Leaves::Returns | Leaves::Breaks))
        .then(|| "lets out".to_owned()),
        _ => None,
    };
    let gone: Vec<Id> = pair.gone(lets_out).into_iter().chain(pair.gone(asks)).collect();
    let first = *gone.first()?;
    if !pair.came(asks).is_empty() || !pair.came(lets_out).is_empty() || a.within(pair.new).any(|i| asks(a, i).is_some()) {
        return None;
    }
    // What stood around it is there still: the handler of the same call leads on to the next attempt.
    let handler = b.handler_of(first).or_else(|| matches!(b.node(first).kind, Kind::Handler { .. }).then_some(first))?;
    let at = pair.kept_guarded(handler).and_then(|kept| pair.handler_over(kept)).or_else(|| same_handler(pair, handler))?;
    if !matches!(a.leaves(at), Leaves::Falls | Leaves::Continues) {
        return None;
    }
    let what = match &b.node(first).kind {
        Kind::Branch { condition } => condition.split_ascii_whitespace().collect::<Vec<_>>().join(" "),
        Kind::Handler { caught, .. } => caught.join(", "),
        _ => return None,
    };
    let brief: String = what.chars().take(60).collect();
    let seen = format!("`{brief}` let out what no repeat can mend; without it such a failure is tried again like an outage");
    Some(view.sighting(at, "way out gone", High, seen))
}

fn leaves_somewhere(o: &Outline<'_>, id: Id) -> bool {
    o.within(id).any(|i| match &o.node(i).kind {
        Kind::Jump { what, .. } => *what != Jump::Continue,
        Kind::Call(c) => says(c.name, &["fatal*", "abort*", "raise*", "fail*", "panic*", "bail"]) && !words::is_log(c),
        _ => false,
    })
}

fn same_handler(pair: &Pair<'_>, handler: Id) -> Option<Id> {
    let Kind::Handler { how, caught, .. } = &pair.before.node(handler).kind else { return None };
    pair.after.handlers().find(|h| {
        pair.after.within(pair.new).contains(h) && matches!(&pair.after.node(*h).kind, Kind::Handler { how: x, caught: c, .. } if x == how && c == caught)
    })
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        fires("python", "@retry(retry=retry_if_exception_type(PermissionDenied), stop=stop_after_attempt(5))\ndef load(key):\n    return client.get(key)\n",),
        mends(
            "python",
            "def load(key):\n    while True:\n        try:\n            return client.get(key)\n        except KafkaError as e:\n            log.error('again: %s', e)\n            time.sleep(1)\n            continue\n",
            "def load(key):\n    while True:\n        try:\n            return client.get(key)\n        except KafkaError as e:\n            log.error('again: %s', e)\n            if not e.retriable:\n                raise\n            time.sleep(1)\n            continue\n",
        ),
        fires(
            "java",
            "class C {\n  @Retryable(retryFor = IllegalArgumentException.class, maxAttempts = 5)\n  Row load(String key) {\n    return client.get(key);\n  }\n}\n",
        ),
        fires(
            "java",
            "class C {\n  Row load(String key) throws Exception {\n    for (int attempt = 0; attempt < 5; attempt++) {\n      try {\n        return client.get(key);\n      } catch (AuthenticationException e) {\n        Thread.sleep(100);\n      }\n    }\n    return null;\n  }\n}\n",
        ),
        mends(
            "go",
            "package c\n\nfunc (c *C) load(ctx context.Context) (*Row, error) {\n\tfor {\n\t\trow, err := c.client.Get(ctx, c.key)\n\t\tif err != nil {\n\t\t\ttime.Sleep(c.pause)\n\t\t\tcontinue\n\t\t}\n\t\treturn row, nil\n\t}\n}\n",
            "package c\n\nfunc (c *C) load(ctx context.Context) (*Row, error) {\n\tfor {\n\t\trow, err := c.client.Get(ctx, c.key)\n\t\tif err != nil {\n\t\t\tif isPermanent(err) {\n\t\t\t\treturn nil, err\n\t\t\t}\n\t\t\ttime.Sleep(c.pause)\n\t\t\tcontinue\n\t\t}\n\t\treturn row, nil\n\t}\n}\n",
        ),
        mends(
            "rust",
            "async fn follow(client: &Client, pause: &mut Backoff) {\n    loop {\n        if let Err(e) = client.follow().await {\n            warn!(\"lost: {e}\");\n            sleep(pause.next_backoff()).await;\n        }\n    }\n}\n",
            "async fn follow(client: &Client, pause: &mut Backoff) {\n    loop {\n        if let Err(e) = client.follow().await {\n            warn!(\"lost: {e}\");\n            if e.is_client_error() {\n                return;\n            }\n            sleep(pause.next_backoff()).await;\n        }\n    }\n}\n",
        ),
        fires("csharp", "class C {\n  Task Load() {\n    return Policy.Handle(typeof(UnauthorizedException)).RetryAsync(3);\n  }\n}\n"),
        silent("python", "@retry(retry=retry_if_exception_type(ConnectionError), stop=stop_after_attempt(5))\ndef load(key):\n    return client.get(key)\n",),
        silent(
            "java",
            "class C {\n  @Retryable(retryFor = IOException.class, noRetryFor = IllegalArgumentException.class)\n  Row load(String key) {\n    return client.get(key);\n  }\n}\n",
        ),
        silent(
            "go",
            "package c\n\nfunc (c *C) load(ctx context.Context) (*Row, error) {\n\trow, err := c.client.Get(ctx, c.key)\n\tif isPermanent(err) {\n\t\treturn nil, err\n\t}\n\treturn row, nil\n}\n",
        ),
        silent(
            "java",
            "class C {\n  Row load(String key) throws Exception {\n    for (int attempt = 0; attempt < 5; attempt++) {\n      try {\n        return client.get(key);\n      } catch (AuthenticationException e) {\n        throw new NotAllowed(key, e);\n      } catch (IOException e) {\n        Thread.sleep(100L << attempt);\n      }\n    }\n    throw new Unreachable(key);\n  }\n}\n"
        ),
        silent(
            "java",
            "class C {\n  Row load(String key) throws Exception {\n    try {\n      return client.get(key);\n    } catch (AuthenticationException e) {\n      tokens.renew();\n      return client.get(key);\n    }\n  }\n}\n"
        ),
        fires(
            "go",
            "package c\n\nfunc (c *C) load(ctx context.Context) error {\n\tfor attempt := 0; attempt < 5; attempt++ {\n\t\terr := c.client.Get(ctx, c.key)\n\t\tif errors.Is(err, ErrUnauthorized) {\n\t\t\ttime.Sleep(c.pause)\n\t\t\tcontinue\n\t\t}\n\t\treturn err\n\t}\n\treturn errGone\n}\n"
        ),
        silent(
            "go",
            "package c\n\nfunc (c *C) load(ctx context.Context) error {\n\treturn backoff.Retry(func() error {\n\t\terr := c.client.Get(ctx, c.key)\n\t\tif errors.Is(err, errUnauthorized) {\n\t\t\treturn backoff.Permanent(err)\n\t\t}\n\t\treturn err\n\t}, c.policy)\n}\n"
        ),
        silent(
            "python",
            "def load(key):\n    for attempt in range(5):\n        try:\n            return client.get(key)\n        except PermissionDenied:\n            raise\n        except ConnectionError:\n            time.sleep(2 ** attempt)\n    raise Unreachable(key)\n"
        ),
        fires(
            "csharp",
            "class C {\n  async Task<Row> Load(string key) {\n    for (var attempt = 0; attempt < 5; attempt++) {\n      try {\n        return await client.GetAsync(key);\n      } catch (UnauthorizedAccessException) {\n        await Task.Delay(500);\n      }\n    }\n    return null;\n  }\n}\n"
        ),
        silent(
            "csharp",
            "class C {\n  Task Load() {\n    return Policy.Handle<HttpRequestException>().WaitAndRetryAsync(3, n => TimeSpan.FromSeconds(n)).ExecuteAsync(Get);\n  }\n}\n"
        ),
    ];
}
