//! A connection or subscription that breaks is not opened again.
//!
//! The process stays alive and healthy by every check, and hears nothing any more; it is found by what did not happen. Sources: Redis
//! client handling guide (a demoted primary answers READONLY until the client reconnects); Kubernetes API concepts (watches end and have
//! to be started again).
//!
//! Shapes: the handler of a connection failure in a serving loop is gone, or leaves the loop now; a call that reconnects, subscribes
//! again or checks the connection is gone; a live connection whose `close` handler only logs; a loop over a stream that it opened
//! itself and that ends, logged, with the stream. And what is taken away: the answer to a connection lost or back, a kind of broken
//! connection from the handler that opens again, the end of a mark that connecting is under way.

mod unheard;

use super::taken::{self, Pair};
use super::{Detector, High, Medium, Sighting, View};
use crate::engine::syntax::reading::Leaves;
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Caught, Id, Jump, Kind, Outline};

pub(super) const DETECTOR: Detector = Detector { id: "missing-reconnect", languages: &[], find };

/// Opening again, and the look whether that is needed.
const AGAIN: &[&str] = &[
    "reconnect*",
    "resubscribe*",
    "re_subscribe",
    "reopen*",
    "reestablish*",
    "re_establish",
    "rejoin*",
    "redial*",
    "check_conn",
    "checkconn",
    "check_connection",
    "checkconnection",
    "ensure_connection",
    "ensureconnection",
    "ensure_connected",
    "ensureconnected",
    "verify_connection",
    "recoverconnection",
    "recreate*",
    "refreshconnection",
    "rewatch",
    "recover_*",
    "schedulereconnect",
    "reset_connection",
    "resetconnection",
    "connectwithretry",
    "connect_with_retry",
    "disconnect_if_needed",
    "reconnect_if_needed",
    "connect_if_needed",
    "connectifneeded",
    "reconnectifneeded",
];
/// What opens a lasting channel.
const OPENS: &[&str] =
    &["connect*", "dial*", "subscribe*", "watch*", "stream*", "listen*", "pubsub", "cancelationpubsub", "psubscribe", "streaming_pull", "open*"];
/// What reads from it.
const READS: &[&str] = &["recv*", "receive*", "next", "read*", "poll", "consume*", "dequeue*", "get_message", "getmessage", "fetch*"];
/// Types of a broken connection, as they are named in code.
const BROKEN: &[&str] = &[
    "connection*",
    "connect",
    "disconnect*",
    "socket*",
    "eof",
    "closed*",
    "unavailable",
    "io",
    "ioexception",
    "econn*",
    "transport*",
    "network*",
    "operationalerror",
    "amqp*",
    "broker*",
    "baseerror",
    "statusruntimeexception",
    "rpcerror",
    "interfaceerror",
    "readonly*",
];

fn find(view: &View<'_>) -> Vec<Sighting> {
    let mut out = only_logs_the_end(view);
    out.extend(ends_with_the_stream(view));
    for pair in taken::pairs(view) {
        out.extend(again_gone(view, &pair));
        out.extend(handler_gone(view, &pair));
        out.extend(leaves_now(view, &pair));
        out.extend(opened_once(view, &pair));
        out.extend(unheard::fewer_caught(view, &pair));
        out.extend(unheard::kind_lost(view, &pair));
        out.extend(unheard::latched(view, &pair));
    }
    out.extend(unheard::reaction_gone(view));
    out
}

/// A script: the `close` of a socket or client is only logged, and nothing of the text connects again.
fn only_logs_the_end(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    if !matches!(o.language, "typescript" | "javascript") {
        return out;
    }
    for (id, c) in o.calls(0) {
        let event = c.args.first().map_or("", |a| a.text.trim_matches(['\'', '"', '`']));
        let ends = matches!(c.name, "on" | "once" | "addEventListener") && matches!(event, "close" | "disconnect" | "end" | "disconnected");
        let live = says(words::tail(c.receiver), &["ws", "websocket", "connection", "conn", "client", "mqtt", "nats", "eventsource", "amqp"])
            && !says(c.receiver, &["req", "res", "request", "response", "server", "wss", "io"]);
        if !ends || !live {
            continue;
        }
        let Some(closure) = o.within(id).find(|i| matches!(o.node(*i).kind, Kind::Function { .. })) else { continue };
        let logs = o.children(closure).next().is_some() && o.children(closure).all(|i| o.call(i).is_some_and(words::is_log));
        let made_here = o.calls(0).any(|(_, n)| {
            (n.is_new && says(n.name, &["websocket", "eventsource"])) || (says(n.name, &["connect", "createconnection"]) && !says(n.receiver, &["server"]))
        });
        // Whoever closes it beside the handler has asked once and wants no more.
        let closed_here =
            o.calls(o.function_of(id).unwrap_or(0)).any(|(_, n)| n.receiver == c.receiver && says(n.name, &["close", "terminate", "end", "disconnect"]));
        if logs && made_here && !closed_here && !says(o.text, &["reconnect*", "retry*", "connectagain"]) {
            let callee = o.callee(id);
            let seen = format!("the end of the connection is only logged in `{callee}`, so this process stays up and hears nothing any more");
            out.push(view.sighting(id, format!("end {callee}"), Medium, seen));
        }
    }
    out
}

/// A thread or task of its own subscribes, reads in an endless loop, and returns quietly with the first broken connection.
fn ends_with_the_stream(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for handler in o.handlers() {
        let Some(loop_) = o.loop_of(handler) else { continue };
        let Kind::Handler { how, caught, .. } = &o.node(handler).kind else { continue };
        let endless = matches!(o.node(loop_).kind, Kind::Loop { endless: true, .. });
        let quiet = match o.leaves(handler) {
            Leaves::Breaks => true,
            Leaves::Returns => o.children(handler).last().is_some_and(|i| matches!(o.node(i).kind, Kind::Jump { value: "" | "nil" | "None" | "null", .. })),
            _ => false,
        };
        let broken = match how {
            Caught::Catch => caught.iter().any(|c| says(c, BROKEN)) || matches!(o.language, "typescript" | "javascript"),
            _ => true,
        };
        if !endless || !quiet || !broken || o.rethrows(handler) || o.loops(handler).count() > 1 {
            continue;
        }
        let reads = o.guarded(handler).into_iter().find(|i| {
            o.loop_of(*i) == Some(loop_)
                && o.call(*i).is_some_and(|c| {
                    says(c.name, &["recv*", "receive*", "get_message", "next_message", "readmessage", "read_message"]) && !c.receiver.is_empty()
                })
        });
        let Some(read) = reads else { continue };
        let opened = o.before(loop_).any(|(_, c)| says(c.name, &["subscribe*", "watch*", "dial*", "connect*", "streaming_pull", "pubsub"]));
        let logs = o.calls(handler).any(|(_, c)| words::is_log(c));
        if opened
            && logs
            && !says(o.source(o.function_of(handler).unwrap_or(0)), AGAIN)
            && !o.within(handler).any(|i| matches!(o.node(i).kind, Kind::Branch { .. }))
        {
            let callee = o.callee(read);
            let seen = format!("the first failure of `{callee}` ends this loop for good, and nothing opens the stream again");
            out.push(view.sighting(handler, format!("ends {callee}"), Medium, seen));
        }
    }
    out
}

/// Calls and options that opened again have gone.
fn again_gone(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let opens_again = |o: &Outline<'_>, i: Id| match &o.node(i).kind {
        Kind::Call(c) => {
            says(c.name, AGAIN)
                && !words::is_log(c)
                && !says(c.name, &["stop*", "cancel*", "is", "set*", "with*", "disable*", "should*", "on", "max*", "clear*", "get*"])
        }
        _ => false,
    };
    let gone = pair.gone(|o, i| opens_again(o, i).then(|| o.callee(i)));
    let first = *gone.first()?;
    let came = pair.came(|o, i| (opens_again(o, i) || o.call(i).is_some_and(|c| says(c.name, OPENS))).then(|| o.callee(i)));
    // Another still opens, or what used the connection is gone too.
    let left = a.within(pair.new).any(|i| opens_again(a, i));
    let same_thing = a
        .calls(pair.new)
        .find(|(_, c)| !words::is_log(c) && b.calls(pair.old).any(|(_, n)| n.name == c.name && words::tail(n.receiver) == words::tail(c.receiver)));
    if !came.is_empty() || left {
        return None;
    }
    let (at, _) = same_thing?;
    let what = b.brief(first);
    Some(view.sighting(at, "again gone", High, format!("`{what}` is gone, so a connection that broke stays broken and all that uses it fails")))
}

/// In a serving loop, or around one command, the handler of a broken connection has gone.
fn handler_gone(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let heals = |o: &Outline<'_>, h: Id| {
        let Kind::Handler { how: Caught::Catch, caught, .. } = &o.node(h).kind else { return false };
        let again = o.within(h).any(|i| match &o.node(i).kind {
            Kind::Call(c) => words::is_pause(c) || says(c.name, AGAIN) || says(c.name, &["retry"]) || says(c.name, &["disconnect*", "connect"]),
            Kind::Jump { what: Jump::Continue, .. } => true,
            _ => false,
        });
        caught.iter().any(|c| says(c, BROKEN)) && again && !matches!(o.leaves(h), Leaves::Returns | Leaves::Breaks)
    };
    let handler = b.handlers().find(|h| {
        b.within(pair.old).contains(h)
            && heals(b, *h)
            && (b.loop_of(*h).is_some_and(|l| matches!(b.node(l).kind, Kind::Loop { over: "", .. }))
                || b.calls(*h).any(|(_, c)| says(c.name, &["disconnect*", "reconnect*", "connect"])))
    })?;
    let kept = pair.kept_guarded(handler)?;
    let still = a.handlers().filter(|h| a.within(pair.new).contains(h)).any(|h| heals(a, h) || a.guarded(h).contains(&kept) && matches!(&a.node(h).kind, Kind::Handler { how: Caught::Catch, caught, .. } if caught.is_empty() || caught.iter().any(|c| says(c, BROKEN) || says(c, &["exception", "throwable", "error", "standarderror"]))));
    if still
        || !pair.came(|o, i| o.call(i).filter(|c| says(c.name, AGAIN) || says(c.name, &["retry*", "withretry", "with_retry"])).map(|_| o.callee(i))).is_empty()
    {
        return None;
    }
    let callee = a.callee(kept);
    let Kind::Handler { caught, .. } = &b.node(handler).kind else { return None };
    let seen = format!("the handler of `{}` around `{callee}` is gone, so the first broken connection ends it for good", caught.join(", "));
    Some(view.sighting(kept, format!("handler gone {callee}"), High, seen))
}

/// A failure that led to the next round of a loop leaves the loop now.
fn leaves_now(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let goes_on = |o: &Outline<'_>, h: Id| {
        o.loop_of(h).is_some_and(|l| o.within(h).any(|i| matches!(o.node(i).kind, Kind::Jump { what: Jump::Continue, .. }) && o.loop_of(i) == Some(l)))
    };
    for handler in b
        .handlers()
        .filter(|h| b.within(pair.old).contains(h) && goes_on(b, *h) && b.loop_of(*h).is_some_and(|l| matches!(b.node(l).kind, Kind::Loop { over: "", .. })))
    {
        let waits = b.calls(handler).any(|(_, c)| words::is_pause(c)) || says(b.source(handler), &["reconnect*", "resubscribe*"]);
        let Some(call) = b.guarded(handler).into_iter().find(|i| b.call(*i).is_some_and(|c| says(c.name, OPENS) || says(c.name, READS))) else { continue };
        let Some(kept) = pair.kept(call) else { continue };
        if !waits {
            continue;
        }
        let over: Vec<Id> =
            a.handlers().filter(|h| a.within(pair.new).contains(h) && (a.guarded(*h).contains(&kept) || same_caught(a, *h, b, handler))).collect();
        let all_leave = !over.is_empty() && over.iter().all(|h| matches!(a.leaves(*h), Leaves::Throws | Leaves::Returns | Leaves::Breaks) && !goes_on(a, *h));
        if all_leave && !a.loops(kept).any(|_| a.calls(pair.new).any(|(_, c)| words::is_pause(c))) {
            let callee = a.callee(kept);
            let seen = format!("a failure of `{callee}` led to the next try and leaves for good now, so one broken connection is the end");
            return Some(view.sighting(over[0], format!("leaves {callee}"), High, seen));
        }
    }
    None
}

fn same_caught(a: &Outline<'_>, x: Id, b: &Outline<'_>, y: Id) -> bool {
    match (&a.node(x).kind, &b.node(y).kind) {
        (Kind::Handler { caught: c, how: h, .. }, Kind::Handler { caught: d, how: g, .. }) => c == d && h == g && *h == Caught::Catch,
        _ => false,
    }
}

/// What was opened in a loop until it worked is opened once now.
fn opened_once(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let tries = |o: &Outline<'_>, i: Id| o.loops(i).any(|l| matches!(o.node(l).kind, Kind::Loop { over: "", .. }));
    for (id, c) in b.calls(pair.old) {
        let opens = says(c.name, &["connect*", "dial*", "subscribe*", "watch*", "pubsub", "cancelationpubsub", "streaming_pull"])
            && !says(c.name, &["un*", "disconnect*", "on", "is"])
            && !words::is_log(c);
        if !opens || !tries(b, id) {
            continue;
        }
        let Some(kept) = pair.kept(id) else { continue };
        let others = a.calls(0).filter(|(i, _)| a.callee(*i) == a.callee(kept)).any(|(i, _)| tries(a, i));
        let reads_on = a.within(pair.new).any(|i| matches!(a.node(i).kind, Kind::Loop { .. }));
        if !others && reads_on && a.loop_of(kept).is_none() {
            let callee = a.callee(kept);
            let seen = format!("`{callee}` was called until it worked and is called once now, so one failure of it is the end");
            return Some(view.sighting(kept, format!("once {callee}"), Medium, seen));
        }
    }
    None
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        mends(
            "python",
            "class Pool:\n    async def ready(self, link):\n        try:\n            await link.check()\n        except ConnectionError:\n            await link.disconnect()\n            await link.connect()\n",
            "class Pool:\n    async def ready(self, link):\n        try:\n            await link.check()\n        except (ConnectionError, OSError):\n            await link.disconnect()\n            await link.connect()\n",
        ),
        mends(
            "python",
            "def read(link):\n    if not link.connected:\n        raise ConnectionError(\"socket was lost\")\n    return link.drain()\n",
            "def read(link):\n    if not link.connected:\n        raise RecoverableConnectionError(\"socket was lost\")\n    return link.drain()\n",
        ),
        mends(
            "javascript",
            "class T {\n  leave() {\n    this.disconnecting = true;\n    return this.tx.disconnect();\n  }\n}\n",
            "class T {\n  leave() {\n    this.disconnecting = true;\n    return this.tx.disconnect().then(() => { this.disconnecting = false; });\n  }\n}\n",
        ),
        mends(
            "javascript",
            "class D {\n  beat() {\n    const lease = this.client.lease(30);\n    return lease.grant();\n  }\n}\n",
            "class D {\n  beat() {\n    const lease = this.client.lease(30);\n    lease.on(\"lost\", () => {\n      lease.release();\n      this.lease = null;\n    });\n    return lease.grant();\n  }\n}\n",
        ),
        mends(
            "java",
            "class Node {\n  void changed(State s) {\n    log.info(\"state {}\", s);\n  }\n}\n",
            "class Node {\n  void changed(State s) {\n    log.info(\"state {}\", s);\n    if (s == State.RECONNECTED) {\n      createNode();\n    }\n  }\n}\n",
        ),
        mends(
            "python",
            "def work(self):\n    while True:\n        job = self.queue.dequeue()\n        self.run(job)\n",
            "def work(self):\n    while True:\n        try:\n            job = self.queue.dequeue()\n            self.run(job)\n        except redis.ConnectionError:\n            time.sleep(1)\n",
        ),
        mends(
            "python",
            "def enqueue(self, data):\n    self.tasks.create(data=data)\n",
            "def enqueue(self, data):\n    self.check_conn()\n    self.tasks.create(data=data)\n",
        ),
        fires(
            "python",
            "def listen(client):\n    stream = client.subscribe('cancel')\n    while True:\n        try:\n            handle(stream.receive())\n        except ConnectionError as e:\n            log.error('lost: %s', e)\n            break\n",
        ),
        fires(
            "go",
            "package c\n\nfunc (c *C) listen(ctx context.Context) {\n\tstream, err := c.client.Subscribe(ctx)\n\tif err != nil {\n\t\treturn\n\t}\n\tfor {\n\t\tevent, err := stream.Recv()\n\t\tif err != nil {\n\t\t\tlog.Printf(\"lost: %v\", err)\n\t\t\treturn\n\t\t}\n\t\tc.handle(event)\n\t}\n}\n",
        ),
        mends(
            "go",
            "package c\n\nfunc (c *C) listen(ctx context.Context) error {\n\tfor {\n\t\tevent, err := c.stream.Recv()\n\t\tif err != nil {\n\t\t\treturn err\n\t\t}\n\t\tc.handle(event)\n\t}\n}\n",
            "package c\n\nfunc (c *C) listen(ctx context.Context) error {\n\tfor {\n\t\tevent, err := c.stream.Recv()\n\t\tif err != nil {\n\t\t\ttime.Sleep(time.Second)\n\t\t\tcontinue\n\t\t}\n\t\tc.handle(event)\n\t}\n}\n",
        ),
        fires(
            "typescript",
            "export function follow(url: string) {\n  const ws = new WebSocket(url);\n  ws.on('message', handle);\n  ws.on('close', () => {\n    console.log('closed');\n  });\n}\n",
        ),
        fires("javascript", "export function follow(url) {\n  const client = mqtt.connect(url);\n  client.on('close', () => console.warn('closed'));\n}\n",),
        mends(
            "java",
            "class C {\n  Row read(String key) {\n    return connection.query(key);\n  }\n}\n",
            "class C {\n  Row read(String key) {\n    if (!connection.isValid()) {\n      connection.reconnect();\n    }\n    return connection.query(key);\n  }\n}\n",
        ),
        silent(
            "python",
            "def rows(path):\n    with open(path) as f:\n        while True:\n            line = f.readline()\n            if not line:\n                break\n            yield line\n",
        ),
        silent(
            "go",
            "package c\n\nfunc (c *C) listen(ctx context.Context) error {\n\tfor {\n\t\tevent, err := c.stream.Recv()\n\t\tif err != nil {\n\t\t\treturn err\n\t\t}\n\t\tc.handle(event)\n\t}\n}\n",
        ),
        silent(
            "typescript",
            "export function follow(url: string) {\n  const ws = new WebSocket(url);\n  ws.on('close', () => {\n    setTimeout(() => follow(url), pause());\n  });\n}\n",
        ),
        silent(
            "go",
            "package c\n\nfunc (c *C) listen(ctx context.Context) {\n\tfor ctx.Err() == nil {\n\t\tstream, err := c.client.Subscribe(ctx)\n\t\tif err != nil {\n\t\t\tc.pause(ctx)\n\t\t\tcontinue\n\t\t}\n\t\tfor {\n\t\t\tevent, err := stream.Recv()\n\t\t\tif err != nil {\n\t\t\t\tlog.Printf(\"lost: %v\", err)\n\t\t\t\tbreak\n\t\t\t}\n\t\t\tc.handle(event)\n\t\t}\n\t}\n}\n"
        ),
        silent(
            "go",
            "package c\n\nfunc copyAll(r io.Reader, out *bufio.Writer) error {\n\tin := bufio.NewScanner(r)\n\tfor in.Scan() {\n\t\tif _, err := out.Write(in.Bytes()); err != nil {\n\t\t\treturn err\n\t\t}\n\t}\n\treturn in.Err()\n}\n"
        ),
        silent(
            "typescript",
            "export function follow(url: string) {\n  const ws = new ReconnectingWebSocket(url);\n  ws.addEventListener('message', handle);\n  ws.addEventListener('close', () => console.log('closed, will be opened again'));\n}\n"
        ),
        silent(
            "typescript",
            "export function serve(server: net.Server) {\n  server.on('connection', (socket) => {\n    socket.on('data', handle);\n    socket.on('close', () => console.log('client left'));\n  });\n}\n"
        ),
        silent(
            "typescript",
            "export async function once(url: string) {\n  const ws = new WebSocket(url);\n  ws.on('close', () => console.log('done'));\n  ws.on('message', (m) => {\n    show(m);\n    ws.close();\n  });\n}\n"
        ),
        silent(
            "python",
            "def listen(client):\n    while True:\n        stream = client.subscribe('cancel')\n        try:\n            for event in stream:\n                handle(event)\n        except ConnectionError as e:\n            log.error('lost: %s', e)\n            time.sleep(1)\n"
        ),
        silent(
            "python",
            "def ask(address, question):\n    conn = connect(address)\n    try:\n        conn.send(question)\n        return conn.receive()\n    except ConnectionError as e:\n        log.error('lost: %s', e)\n        raise\n"
        ),
    ];
}
