//! Attempts follow each other with no pause between them.
//!
//! All of them fall into the moment in which the peer is away, so they are spent before it can come back, and a crowd of callers
//! multiplies its load by the number of attempts. Sources: SOSP 2024 "If At First You Don't Succeed" (WASABI, missing delay: 79 % of
//! the reports were right); Amazon Builders' Library, "Timeouts, retries, and backoff with jitter".
//!
//! Shapes: a counted loop around a remote call whose handler leads to the next round without a pause (an endless one is a
//! tight-retry-loop); a retry decorator or policy whose wait is zero; the pause that stood before the next try is gone.

use super::attempts::{self, Attempts};
use super::taken::{self, Pair};
use super::{Detector, High, Medium, Sighting, View};
use crate::engine::syntax::reading::Leaves;
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Call, Id, Kind, Outline};

pub(super) const DETECTOR: Detector = Detector { id: "retry-without-backoff", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for Attempts { loop_, handler, call, counted } in attempts::loops(view) {
        if counted && !attempts::pauses(o, loop_) {
            let callee = o.callee(call);
            let seen = format!("`{callee}` is tried again at once after a failure, so all attempts are spent in the moment in which the peer is away");
            out.push(view.sighting(handler, callee, if asks_again(o, loop_) { High } else { Medium }, seen));
        }
    }
    for (id, call) in o.calls(0) {
        let about = words::is_retry(call.name) || says(call.name, &["retrying", "retry"]);
        if about && let Some(wait) = o.option(id, &["wait", "delay", "interval", "backoff", "sleep", "mintimeout", "initialdelay", "fixeddelay"]) {
            let zero = matches!(wait.text.trim(), "0" | "0.0" | "0L" | "wait_none()" | "Duration.ZERO" | "Duration::ZERO");
            if zero {
                let seen = format!("`{}` waits `{}` between attempts, so all of them fall into the same outage", call.name, wait.text.trim());
                out.push(view.sighting(id, format!("zero wait {}", call.name), Medium, seen));
            }
        }
    }
    for pair in taken::pairs(view) {
        out.extend(pause_gone(view, &pair));
    }
    out
}

fn asks_again(o: &Outline<'_>, loop_: Id) -> bool {
    matches!(o.node(loop_).kind, Kind::Loop { condition, over, .. } if says(condition, &["attempt*", "retry*", "retries", "tries"]) || says(over, &["attempt*", "retry*", "retries", "tries"]))
}

/// The last pause on the way of a failure has gone, and the way is still there.
fn pause_gone(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let waits = |c: &Call<'_>| (words::is_pause(c) && !says(c.name, &["take*", "await"])) || says(c.name, &["updatebackoff", "update_backoff", "sleepwhen"]);
    let gone = pair.gone_calls(|_, _, c| waits(c));
    let came = pair.came(|o, i| o.call(i).filter(|c| waits(c)).map(|_| o.callee(i)));
    if gone.is_empty() || !came.is_empty() {
        return None;
    }
    let again = |o: &Outline<'_>, f: Id| says(taken::name(o, f), &["retry*", "reconnect*", "reopen*", "respawn*", "rejoin*"]);
    let at = gone.iter().find_map(|pause| {
        if let Some(handler) = b.handler_of(*pause) {
            let over = pair.kept_guarded(handler).and_then(|kept| pair.handler_over(kept));
            return over.filter(|at| !a.calls(*at).any(|(_, c)| waits(c))).map(|at| (*pause, at));
        }
        if a.calls(pair.new).any(|(_, c)| waits(c)) {
            return None;
        }
        // What ran when the pause had passed runs at once.
        let delayed = b.calls(*pause).find_map(|(i, c)| (says(c.name, &["create*", "connect*", "start*", "retry*", "reconnect*", "respawn*", "spawn*", "run*", "enqueue*", "init*", "subscribe*", "open*"]) && b.closure_of(i).is_some_and(|f| b.within(*pause).contains(&f))).then(|| pair.kept(i)).flatten());
        if let Some(now) = delayed {
            return says(b.source(pair.old), &["reconnect*", "retry*", "crash*", "respawn*", "backoff"]).then_some((*pause, now));
        }
        if again(b, pair.old) {
            return again(a, pair.new).then_some((*pause, pair.new));
        }
        // A branch that asks for a failure, and leads to the next try.
        let failing = |o: &Outline<'_>, i: Id| matches!(o.node(i).kind, Kind::Branch { condition } if says(condition, &["err", "error*", "failed", "failure", "none", "exception", "eof"]));
        let branch = b.ancestors(*pause).find(|i| failing(b, *i))?;
        let leads = says(b.source(branch), &["retry*", "reconnect*", "reopen*", "respawn*", "resubscribe*", "rejoin*", "again"]);
        let Kind::Branch { condition } = b.node(branch).kind else { return None };
        let same = a.within(pair.new).find(|i| matches!(a.node(*i).kind, Kind::Branch { condition: c } if c == condition))?;
        leads.then_some((*pause, same))
    });
    let (pause, at) = at?;
    let loops_back = |h: Id| {
        a.loop_of(h).is_some_and(|l| matches!(a.node(l).kind, Kind::Loop { over: "", .. }))
            && !matches!(a.leaves(h), Leaves::Throws | Leaves::Returns | Leaves::Breaks)
    };
    let sure = a.call(at).is_some() || again(a, pair.new) || matches!(a.node(at).kind, Kind::Branch { .. }) || loops_back(at);
    let seen = format!("the pause `{}` before the next try is gone, so a failure is followed by the next attempt at once", b.brief(pause));
    Some(view.sighting(at, "pause gone", if sure { High } else { Medium }, seen))
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        fires(
            "java",
            "class C {\n  String read() throws IOException {\n    IOException last = null;\n    for (int attempt = 0; attempt < 5; attempt++) {\n      try {\n        return client.get(path);\n      } catch (IOException e) {\n        last = e;\n      }\n    }\n    throw last;\n  }\n}\n",
        ),
        mends(
            "java",
            "class C {\n  String read() throws Exception {\n    for (int i = 0; i < maxRetries; i++) {\n      try {\n        return client.get(path);\n      } catch (IOException e) {\n        log.warn(\"again\", e);\n      }\n    }\n    return null;\n  }\n}\n",
            "class C {\n  String read() throws Exception {\n    for (int i = 0; i < maxRetries; i++) {\n      try {\n        return client.get(path);\n      } catch (IOException e) {\n        log.warn(\"again\", e);\n        Thread.sleep(backoff.next(i));\n      }\n    }\n    return null;\n  }\n}\n",
        ),
        fires(
            "python",
            "def read(url):\n    for attempt in range(5):\n        try:\n            return requests.get(url, timeout=2)\n        except requests.ConnectionError:\n            log.warning('again')\n    raise Unreachable(url)\n",
        ),
        fires("python", "@retry(stop=stop_after_attempt(5), wait=wait_none())\ndef read(url):\n    return requests.get(url, timeout=2)\n"),
        fires(
            "go",
            "package c\n\nfunc (c *C) read(ctx context.Context) (*Row, error) {\n\tvar last error\n\tfor attempt := 0; attempt < 5; attempt++ {\n\t\trow, err := c.client.Get(ctx, c.key)\n\t\tif err != nil {\n\t\t\tlast = err\n\t\t\tcontinue\n\t\t}\n\t\treturn row, nil\n\t}\n\treturn nil, last\n}\n",
        ),
        mends(
            "go",
            "package c\n\nfunc (c *C) retry(err error) error {\n\tc.tries++\n\tif c.tries > limit {\n\t\treturn err\n\t}\n\treturn nil\n}\n",
            "package c\n\nfunc (c *C) retry(err error) error {\n\tc.tries++\n\tif c.tries > limit {\n\t\treturn err\n\t}\n\ttime.Sleep(step << c.tries)\n\treturn nil\n}\n",
        ),
        fires(
            "typescript",
            "export async function read(url: string) {\n  for (let attempt = 0; attempt < 5; attempt++) {\n    try {\n      return await axios.get(url);\n    } catch (e) {\n      console.warn(e);\n    }\n  }\n  throw new Error('gone');\n}\n",
        ),
        fires(
            "rust",
            "async fn read(client: &Client) -> Result<Row> {\n    for _attempt in 0..5 {\n        match client.get().await {\n            Ok(row) => return Ok(row),\n            Err(e) => {\n                warn!(\"again: {e}\");\n                continue;\n            }\n        }\n    }\n    bail!(\"gone\")\n}\n",
        ),
        silent(
            "python",
            "def read(url):\n    for attempt in range(5):\n        try:\n            return requests.get(url, timeout=2)\n        except requests.ConnectionError:\n            time.sleep(2 ** attempt)\n    raise Unreachable(url)\n",
        ),
        silent(
            "go",
            "package c\n\nfunc (c *C) all(ctx context.Context) {\n\tfor i := 0; i < len(c.keys); i++ {\n\t\trow, err := c.client.Get(ctx, c.keys[i])\n\t\tif err != nil {\n\t\t\tcontinue\n\t\t}\n\t\tc.rows = append(c.rows, row)\n\t}\n}\n",
        ),
        silent(
            "java",
            "class C {\n  int width() {\n    for (int i = 0; i < forms.length; i++) {\n      try {\n        return parse(text, forms[i]);\n      } catch (NumberFormatException e) {\n        last = e;\n      }\n    }\n    return 0;\n  }\n}\n",
        ),
        silent(
            "typescript",
            "export async function read(servers: string[]) {\n  for (const server of servers) {\n    try {\n      return await axios.get(server);\n    } catch (e) {\n      console.warn(e);\n    }\n  }\n  throw new Error('gone');\n}\n",
        ),
        silent(
            "java",
            "class C {\n  String read() throws Exception {\n    for (int attempt = 0; attempt < 5; attempt++) {\n      try {\n        return client.get(path);\n      } catch (IOException e) {\n        TimeUnit.MILLISECONDS.sleep(backoff.next(attempt));\n      }\n    }\n    throw new Unreachable(path);\n  }\n}\n"
        ),
        silent("python", "@retry(stop=stop_after_attempt(5), wait=wait_random_exponential(max=20))\ndef read(url):\n    return requests.get(url, timeout=2)\n"),
        silent(
            "python",
            "def read(urls):\n    for url in urls:\n        try:\n            return requests.get(url, timeout=2)\n        except requests.ConnectionError:\n            log.warning('no answer from %s', url)\n    raise Unreachable(urls)\n"
        ),
        fires(
            "typescript",
            "export async function publish(event: Event) {\n  let tries = 0;\n  while (tries < 4) {\n    try {\n      return await producer.send(event);\n    } catch (err) {\n      tries += 1;\n    }\n  }\n  throw new Unreachable();\n}\n"
        ),
        silent(
            "typescript",
            "export async function read(url: string) {\n  for (let attempt = 0; attempt < 5; attempt++) {\n    try {\n      return await axios.get(url);\n    } catch (e) {\n      await delay(100 * 2 ** attempt);\n    }\n  }\n  throw new Error('gone');\n}\n"
        ),
        silent(
            "typescript",
            "export function freePort(first: number) {\n  for (let attempt = 0; attempt < 20; attempt++) {\n    try {\n      return bind(first + attempt);\n    } catch (e) {\n      taken.add(first + attempt);\n    }\n  }\n  return 0;\n}\n"
        ),
    ];
}
