//! A call that waits for another process has no limit of time.
//!
//! A peer that is slow, or gone without a reset, then holds the caller's thread, connection and lock; the waiting spreads upwards until
//! nothing answers. Sources: Amazon Builders' Library, "Timeouts, retries, and backoff with jitter"; TScope / "Understanding
//! real-world timeout problems in cloud server systems" (IC2E 2018).
//!
//! Shapes: the limit that a function had (a deadline of a context or a socket, a `timeout` argument, a wrapper) is gone while the call
//! stays; a client that waits for ever by default is called or built without one (`requests`, `http.Client{}`, `new RestTemplate()`).

use super::taken::{self, Pair};
use super::{Detector, High, Medium, Sighting, View};
use crate::engine::syntax::words::{self, Remote, says};
use crate::engine::syntax::{Call, Id, Kind, Outline, Role};

pub(super) const DETECTOR: Detector = Detector { id: "missing-timeout", languages: &[], find };

const LIMITED: &[&str] = &["timeout*", "timedout", "deadline*", "socktimeout", "sotimeout", "max_run_time", "maxwait*", "time_limit"];

fn find(view: &View<'_>) -> Vec<Sighting> {
    let mut out = Vec::new();
    for pair in taken::pairs(view) {
        out.extend(limit_gone(view, &pair));
    }
    out.extend(unlimited_by_default(view));
    out.extend(turned_off(view));
    out
}

/// A setting of a time limit that was on is off: `requestTimeout = 0`, `enforceTimeout: false`.
fn turned_off(view: &View<'_>) -> Option<Sighting> {
    let (o, before) = (view.outline, view.before?);
    let off = |value: &str| {
        matches!(
            value,
            "false"
                | "False"
                | "None"
                | "nil"
                | "null"
                | "undefined"
                | "0"
                | "0L"
                | "-1"
                | "Infinity"
                | "infinity"
                | ":infinity"
                | "Duration.ZERO"
                | "TimeSpan.Zero"
                | "Timeout.InfiniteTimeSpan"
        )
    };
    fn setting(line: &str) -> Option<(&str, &str)> {
        let line = line.trim().trim_end_matches([',', ';', ')']);
        let at = line.find(['=', ':'])?;
        let name = line[..at].trim_end().trim_matches(['"', '\'']);
        let name = name.rsplit([' ', '.', '(']).next().unwrap_or(name);
        let value = line[at + 1..].trim_start_matches(['=', '>', ' ']).trim();
        (name.len() > 3 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && value.len() < 40).then_some((name, value))
    }
    for (number, line) in (1_u32..).zip(o.text.lines()) {
        let Some((name, value)) = setting(line).filter(|(n, v)| says(n, LIMITED) && off(v)) else { continue };
        if !view.touches_line(number) {
            continue;
        }
        let was = before.text.lines().filter_map(setting).filter(|(n, _)| *n == name).map(|(_, v)| v).collect::<Vec<_>>();
        let now = o.text.lines().filter_map(setting).filter(|(n, _)| *n == name).count();
        if was.len() != now || was.iter().any(|v| off(v)) {
            continue;
        }
        let at = o.ids().skip(1).rfind(|i| o.lines(*i).0 <= number && number <= o.lines(*i).1)?;
        let seen = format!("`{name}` was `{}` and is `{value}` now: who relies on it waits for as long as the other side is silent", was[0]);
        return Some(view.sighting(at, format!("off {name}"), Medium, seen));
    }
    None
}

/// What sets a limit of time, as a key that stays the same when other lines change.
fn limit(o: &Outline<'_>, id: Id) -> Option<String> {
    match &o.node(id).kind {
        Kind::Call(c) => {
            if sets_limit(c) {
                return Some(o.callee(id));
            }
            let arg = c.args.iter().find(|a| {
                says(a.name, LIMITED)
                    || (a.name.is_empty() && a.text.len() < 50 && !a.text.contains(['(', '{', '"', '\'']) && says(words::tail(a.text), LIMITED))
            })?;
            (waits(o, id)
                && !matches!(c.name, "setTimeout" | "clearTimeout" | "setInterval")
                && !words::is_log(c)
                && !is_none(arg.text)
                && !says(c.name, &["error", "new*", "append", "len", "string", "format", "max", "min", "parse*", "isinstance"]))
            .then(|| format!("{}(timeout)", o.callee(id)))
        }
        Kind::Object { fields, .. } => fields.iter().find(|f| says(f.name, LIMITED) && !is_none(f.text)).map(|f| format!("{{{}}}", f.name)),
        Kind::Assign { target, value } if target.contains('.') && says(words::tail(target), LIMITED) && !is_none(value) => {
            Some(format!("{}=", words::tail(target)))
        }
        Kind::Branch { condition }
            if condition.contains(['<', '>'])
                && says(condition, &["timeout*", "deadline*", "elapsed"])
                && taken::leaving_branch(o, id, &["timeout*", "deadline*", "elapsed"]) =>
        {
            Some("if timeout".to_owned())
        }
        // What is waited for, or else the end of the time.
        Kind::Arm { pattern } => {
            (says(pattern, &["after", "timer", "ticker", "timeout*", "deadline*"]) && pattern.contains("<-") && !other_arms(o, id).is_empty())
                .then(|| "or after".to_owned())
        }
        _ => None,
    }
}

/// Channels that the other arms of a wait send to or receive from, those that only tell of the end left away.
fn other_arms<'t>(o: &Outline<'t>, arm: Id) -> Vec<&'t str> {
    let select = o.node(arm).parent;
    let patterns = o.children(select).filter(|i| *i != arm).filter_map(|i| if let Kind::Arm { pattern } = o.node(i).kind { Some(pattern) } else { None });
    patterns
        .filter(|p| p.contains("<-") && !says(p, &["done", "stop*", "quit", "shutdown*", "clos*", "cancel*", "exit*", "ticker", "after", "hasbeenclosed"]))
        .filter_map(|p| p.split_once("<-").map(|(left, right)| if left.trim().is_empty() || left.contains('=') { right } else { left }))
        .map(|c| c.trim().trim_end_matches(':'))
        .filter(|c| !c.is_empty())
        .collect()
}

fn is_none(value: &str) -> bool {
    matches!(value.trim(), "None" | "nil" | "null" | "undefined" | "0" | "infinity" | ":infinity" | "-1" | "")
}

fn sets_limit(c: &Call<'_>) -> bool {
    const CALLS: &[&str] = &[
        "withtimeout",
        "with_timeout",
        "withdeadline",
        "setdeadline",
        "setreaddeadline",
        "setwritedeadline",
        "wait_for",
        "timeout",
        "timeout_at",
        "ortimeout",
        "completeontimeout",
        "connecttimeout",
        "readtimeout",
        "sockettimeout",
        "connectiontimeout",
        "apicallattempttimeout",
        "apicalltimeout",
        "calltimeout",
        "setconnecttimeout",
        "setreadtimeout",
        "setresponsetimeout",
        "setsotimeout",
        "responsetimeout",
        "withtimeoutornull",
        "settimeout",
        "connect_timeout",
        "read_timeout",
        "request_timeout",
        "requesttimeout",
        "cancelafter",
    ];
    // A timer of a script is no limit, and settings of something else are none of this call.
    let timer = says(c.name, &["settimeout"]) && c.receiver.is_empty();
    let settings = says(words::tail(c.receiver), &["config*", "properties", "settings", "poolconfiguration"]);
    let asks = says(c.name, &["clear*", "get*", "is", "on", "default*"]);
    let sets = says(c.name, CALLS);
    (sets && !timer && !settings && !asks) || (c.name == "race" && c.receiver == "Promise")
}

/// Limits that the function had are gone, none came in their place, and what they limited is still there.
fn limit_gone(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let gone = pair.gone(limit);
    let timer = |o: &Outline<'_>, i: Id| o.call(i).filter(|c| says(c.name, &["newtimer", "newticker", "afterfunc"])).map(|_| "timer".to_owned());
    if gone.is_empty() || !pair.came(limit).is_empty() || !pair.came(timer).is_empty() {
        return None;
    }
    let (limit_id, at) = gone.iter().find_map(|g| what_waits(pair, *g).map(|at| (*g, at)))?;
    // A limit that stands somewhere else in the new text under another name.
    let added = |text: &str| LIMITED.iter().map(|w| occurrences(text, w.trim_end_matches('*'))).sum::<usize>();
    if added(a.source(pair.new)) > added(b.source(pair.old)) {
        return None;
    }
    let what = b.brief(limit_id);
    let callee = if at == pair.new { taken::name(a, at).to_owned() } else { a.callee(at) };
    let seen = format!("the time limit `{what}` is gone, so `{callee}` waits for as long as the other side is silent");
    Some(view.sighting(at, "limit gone", High, seen))
}

fn occurrences(text: &str, word: &str) -> usize {
    text.to_ascii_lowercase().matches(word).count()
}

/// The call that the limit was for, as it stands after the edit.
fn what_waits(pair: &Pair<'_>, limit_id: Id) -> Option<Id> {
    let (b, a) = (pair.before, pair.after);
    if let Kind::Call(c) = &b.node(limit_id).kind
        && !sets_limit(c)
    {
        // The limit was an argument: the call goes on without.
        return pair.kept(limit_id).filter(|k| waits(a, *k) || a.call(*k).is_some_and(|c| !c.args.is_empty()));
    }
    if matches!(b.node(limit_id).kind, Kind::Arm { .. }) {
        let source = a.source(pair.new);
        let waits = other_arms(b, limit_id)
            .iter()
            .any(|c| source.contains(&format!("{c} <-")) || source.contains(&format!("<-{c}")) || source.contains(&format!("<- {c}")));
        return waits.then_some(pair.new);
    }
    // A wrapper: what it held.
    let held = b.calls(limit_id).filter(|(i, _)| b.node(*i).role != Role::Receiver).find_map(|(i, _)| pair.kept(i).filter(|k| waits(a, *k)));
    held.or_else(|| {
        let stays = a.calls(pair.new).filter(|(i, _)| waits(a, *i) && limit(a, *i).is_none() && b.calls(pair.old).any(|(j, _)| b.callee(j) == a.callee(*i)));
        // The surest of them, the first of these.
        stays.map(|(i, c)| (i, (words::remote(c), c.awaited))).reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(i, _)| i)
    })
}

/// Whether a call may wait for somebody else.
fn waits(o: &Outline<'_>, id: Id) -> bool {
    let Some(c) = o.call(id) else { return false };
    if c.name.contains(|ch: char| ch.is_whitespace() || ch == '(')
        || words::is_lock(c)
        || words::is_unlock(c)
        || words::is_log(c)
        || says(c.name, &["*exception", "add", "append", "float", "int", "str", "info", "duration*", "timedelta", "of*"])
    {
        return false;
    }
    words::remote(c) >= Remote::Maybe
        || c.name.to_ascii_lowercase().ends_with("client")
        || c.awaited
        || says(
            c.name,
            &[
                "read*",
                "write*",
                "encode",
                "decode*",
                "recv*",
                "send*",
                "connect*",
                "wait*",
                "poll",
                "join",
                "execute*",
                "call*",
                "invoke*",
                "dial*",
                "open*",
                "accept",
                "select",
                "do",
                "exchange*",
                "perform*",
                "query*",
                "update*",
                "request*",
                "multicall",
            ],
        )
        || c.name.eq_ignore_ascii_case("get")
        || c.args.first().is_some_and(|a| says(a.text, &["ctx", "context", "conn"]))
        || (c.is_new && says(c.name, &["client*", "requestfactory", "connection*"]))
}

/// Clients that wait for ever unless told otherwise.
fn unlimited_by_default(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for id in o.ids() {
        let flaw = match (&o.node(id).kind, o.language) {
            (Kind::Call(c), "python") => {
                let verb = matches!(c.name, "get" | "post" | "put" | "patch" | "delete" | "head" | "request") && c.receiver == "requests";
                let open = c.name == "urlopen" && c.args.len() < 3;
                let has = c.args.iter().any(|a| says(a.name, &["timeout"]) || a.text.starts_with("**") || a.name.is_empty() && a.text.starts_with('*'));
                (verb || open) && !has
            }
            (Kind::Call(c), "go") => c.receiver == "http" && matches!(c.name, "Get" | "Post" | "Head" | "PostForm"),
            (Kind::Object { name: "http.Client", fields }, "go") => {
                !fields.iter().any(|f| f.name == "Timeout")
                    && !says(o.source(o.function_of(id).unwrap_or(id)), &["timeout", "deadline", "withtimeout", "requestwithcontext", "newrequestwithcontext"])
            }
            (Kind::Call(c), "rust") => c.name == "new" && c.receiver.ends_with("reqwest::Client") && !says(o.text, &["timeout*"]),
            (Kind::Call(c), "java" | "kotlin") => {
                let template = c.name == "RestTemplate" && c.args.is_empty() && (c.is_new || o.language == "kotlin");
                let builder = c.name == "newHttpClient" && c.receiver == "HttpClient";
                (template || builder)
                    && !says(
                        o.source(o.function_of(id).unwrap_or(id)),
                        &["timeout", "settimeout", "setconnecttimeout", "setreadtimeout", "ofseconds", "requestfactory"],
                    )
            }
            (Kind::Call(c), "typescript" | "javascript") => {
                let verb = c.receiver == "axios" && matches!(c.name, "get" | "post" | "put" | "patch" | "delete");
                let source = o.source(o.function_of(id).unwrap_or(id));
                verb && !says(source, &["timeout", "signal", "abortsignal", "abortcontroller", "race", "config", "options"])
                    && !says(o.text, &["axios.defaults", "timeout"])
                    // `from "@/services/axios"`: made here, with what it is given there.
                    && !["/axios\"", "/axios'"].iter().any(|own| o.text.contains(own) || view.imports.contains(own))
            }
            _ => false,
        };
        if flaw {
            let (subject, what) = match &o.node(id).kind {
                Kind::Call(_) => (o.callee(id), o.callee(id)),
                _ => ("http.Client".to_owned(), "http.Client".to_owned()),
            };
            let seen = format!("`{what}` has no time limit and none by default: a peer that accepts and never answers holds this thread for ever");
            out.push(view.sighting(id, format!("default {subject}"), Medium, seen));
        }
    }
    out
}

#[cfg(test)]
pub(super) mod tests {
    use super::DETECTOR;
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        mends(
            "javascript",
            "class Link {\n  constructor({\n    host,\n    enforceRequestTimeout = false,\n  }) {\n    this.host = host;\n  }\n}\n",
            "class Link {\n  constructor({\n    host,\n    enforceRequestTimeout = true,\n  }) {\n    this.host = host;\n  }\n}\n",
        ),
        mends(
            "python",
            "class Client:\n    def __init__(self):\n        self.request_timeout = None\n",
            "class Client:\n    def __init__(self):\n        self.request_timeout = 30\n",
        ),
        fires("python", "import requests\n\ndef table(url):\n    return requests.get(url).json()\n"),
        mends(
            "python",
            "async def first(queue):\n    return await queue.get()\n",
            "async def first(queue):\n    return await asyncio.wait_for(queue.get(), timeout=5)\n",
        ),
        mends(
            "python",
            "def link(self):\n    self.ftp.connect(self.host, self.port)\n",
            "def link(self):\n    self.ftp.connect(self.host, self.port, timeout=self.timeout)\n",
        ),
        mends(
            "go",
            "package c\n\nfunc (c *C) push(conn net.Conn, state State) error {\n\treturn c.codec.Encode(conn, state)\n}\n",
            "package c\n\nfunc (c *C) push(conn net.Conn, state State) error {\n\tconn.SetDeadline(time.Now().Add(c.timeout))\n\treturn c.codec.Encode(conn, state)\n}\n",
        ),
        mends(
            "go",
            "package c\n\nfunc (c *C) load(ctx context.Context) error {\n\treturn c.client.Load(ctx, c.key)\n}\n",
            "package c\n\nfunc (c *C) load(ctx context.Context) error {\n\tctx, cancel := context.WithTimeout(ctx, limit)\n\tdefer cancel()\n\treturn c.client.Load(ctx, c.key)\n}\n",
        ),
        fires("go", "package c\n\nfunc client(t *http.Transport) *http.Client {\n\treturn &http.Client{Transport: t}\n}\n"),
        mends(
            "java",
            "class C {\n  Row read() throws Exception {\n    return pool.submit(() -> client.get(key)).get();\n  }\n}\n",
            "class C {\n  Row read() throws Exception {\n    return pool.submit(() -> client.get(key)).orTimeout(2, TimeUnit.SECONDS).get();\n  }\n}\n",
        ),
        fires("java", "class C {\n  RestTemplate rates() {\n    return new RestTemplate();\n  }\n}\n"),
        mends(
            "typescript",
            "export async function link(client: Client) {\n  await client.connect();\n}\n",
            "export async function link(client: Client) {\n  await Promise.race([client.connect(), expires(2000)]);\n}\n",
        ),
        fires("typescript", "import axios from 'axios';\n\nexport async function rates(url: string) {\n  return (await axios.get(url)).data;\n}\n"),
        mends(
            "rust",
            "async fn login(socket: &mut Socket) -> Result<User> {\n    read_login(socket).await\n}\n",
            "async fn login(socket: &mut Socket) -> Result<User> {\n    timeout(LIMIT, read_login(socket)).await?\n}\n",
        ),
        mends(
            "ruby",
            "def deliver(host)\n  client = Net::SMTP.new(host, 25)\n  client.start\nend\n",
            "def deliver(host)\n  client = Net::SMTP.new(host, 25)\n  client.read_timeout = 5\n  client.start\nend\n",
        ),
        silent("python", "import requests\n\ndef table(url):\n    return requests.get(url, timeout=2).json()\n"),
        silent("python", "def first(options):\n    return options.get('first')\n"),
        silent("go", "package c\n\nfunc client(t *http.Transport) *http.Client {\n\treturn &http.Client{Transport: t, Timeout: limit}\n}\n"),
        silent("java", "class C {\n  Row read() throws Exception {\n    return future.get(2, TimeUnit.SECONDS);\n  }\n}\n"),
        silent(
            "typescript",
            "import axios from 'axios';\n\nexport async function rates(url: string) {\n  return (await axios.get(url, { timeout: 2000 })).data;\n}\n",
        ),
        silent(
            "java",
            "class C {\n  RestTemplate rates(RestTemplateBuilder builder) {\n    return builder.connectTimeout(Duration.ofSeconds(1)).readTimeout(Duration.ofSeconds(3)).build();\n  }\n}\n"
        ),
        silent(
            "java",
            "class C {\n  Row first(Map<String, Future<Row>> done) throws Exception {\n    return done.values().iterator().next().resultNow();\n  }\n}\n"
        ),
        silent(
            "typescript",
            "export async function rates(url: string) {\n  const reply = await fetch(url, { signal: AbortSignal.timeout(2000) });\n  return reply.json();\n}\n"
        ),
        silent(
            "typescript",
            "const client = axios.create({ baseURL: BASE, timeout: 3000 });\n\nexport async function rates(pair: string) {\n  return (await client.get(`/rates/${pair}`)).data;\n}\n"
        ),
        fires("rust", "fn client() -> reqwest::Client {\n    reqwest::Client::new()\n}\n"),
        silent("rust", "fn client() -> reqwest::Result<reqwest::Client> {\n    reqwest::Client::builder().timeout(Duration::from_secs(5)).build()\n}\n"),
        silent(
            "go",
            "package c\n\nfunc (c *C) load(ctx context.Context, url string) (*http.Response, error) {\n\treq, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\treturn c.http.Do(req)\n}\n"
        ),
        silent(
            "typescript",
            "import { axios } from '@/services/axios';\n\nexport async function disable(id: string) {\n  return axios.post(`api/users/${id}/disable`);\n}\n"
        ),
    ];

    /// The limit moves to another place of the function.
    #[test]
    fn a_limit_that_moves_is_no_flaw() {
        let inside = "package c\n\nfunc (c *C) load(ctx context.Context) error {\n\tctx, cancel := context.WithTimeout(ctx, limit)\n\tdefer cancel()\n\treturn c.client.Load(ctx, c.key)\n}\n";
        let outside = "package c\n\nfunc (c *C) load(ctx context.Context) error {\n\treturn c.client.Load(ctx, c.key)\n}\n\nfunc (c *C) run(ctx context.Context) error {\n\tctx, cancel := context.WithTimeout(ctx, limit)\n\tdefer cancel()\n\treturn c.load(ctx)\n}\n";
        assert!(crate::engine::patterns::cases::found(&DETECTOR, "go", inside, outside).is_empty());
    }
}
