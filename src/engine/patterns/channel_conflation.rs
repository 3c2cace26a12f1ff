//! A failure of the channel through which something is watched or reported is recorded as a failure of the thing itself.
//!
//! A status request times out and the job is marked failed; a stream breaks and the worker is declared dead. The thing goes on working, and
//! two parts of the system believe different things about it. Sources: AWS, DynamoDB service disruption of September 2015; OSDI 2018, "An
//! Analysis of Network-Partitioning Failures in Cloud Systems"; OSDI 2018, "Capturing and Enhancing In Situ System Observability".
//!
//! Shapes: in the handler of a call that asks, watches or reports, a state that others act on goes down, or the process itself stops; a
//! connection's own ending marks what it led to as dead; a question about the kind of the failure, or about which connection ended, is gone
//! before such a conclusion; whoever did not answer is removed; a failed lookup leaves as "nothing there".

use super::guards;
use super::taken::{self, Pair};
use super::{Detector, High, Medium, Sighting, View};
use crate::engine::lines::shorten;
use crate::engine::syntax::words::{self, Towards, says};
use crate::engine::syntax::{Call, Caught, Id, Jump, Kind, Outline};

pub(super) const DETECTOR: Detector = Detector { id: "channel-conflation", languages: &[], find };

/// Calls that ask about something, watch it, or report of it.
#[rustfmt::skip]
const OBSERVES: &[&str] = &[
    "heartbeat*", "ping*", "probe*", "status", "getstatus", "get_status", "getstate", "watch*", "recv*", "healthcheck", "health_check", "checkhealth", "health", "describe*", "lookup*",
    "poll*", "keepalive*", "keep_alive", "is_alive", "isalive", "report*", "send_event", "sendevent", "send_step*", "notify*", "check*", "inspect*", "try_send*", "fetchstatus", "fetch_offset*",
];

/// What a process does to itself when it gives up.
#[rustfmt::skip]
const GIVES_UP: &[&str] = &["close", "shutdown*", "shut_down", "stop", "terminate*", "exit", "kill*", "abort*", "die"];

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for handler in o.handlers() {
        let Some(asked) = o.guarded(handler).into_iter().find(|i| o.call(*i).is_some_and(|c| observes(c))) else { continue };
        let Kind::Handler { caught, .. } = &o.node(handler).kind else { continue };
        let of_channel = caught.iter().any(|c| words::is_channel_failure(c));
        // `catch (JobFailedException e)`: the answer came, and it says so.
        if !of_channel && caught.iter().any(|c| says(c, &["failed", "gone", "rejected", "notfound", "dead", "terminated"])) {
            continue;
        }
        for i in o.within(handler) {
            let Some(what) = gives_up(o, handler, i) else { continue };
            if weighed(o, handler, i) {
                continue;
            }
            let (callee, line) = (o.callee(asked), o.brief(i));
            let seen = format!("`{callee}` could not be answered, and `{line}` takes that for {what}: the thing may be well and go on");
            let confidence = if of_channel || says(&callee, &["heartbeat*", "ping*", "probe*"]) { High } else { Medium };
            out.push(view.sighting(i, format!("{callee} {}", subject(o, i)), confidence, seen));
            break;
        }
    }
    out.extend(ends_of_connections(view));
    out.extend(condemned(view));
    out.extend(nothing_there(view));
    out.extend(made_anew(view));
    for pair in taken::pairs(view) {
        out.extend(kind_unasked(view, &pair));
        out.extend(answer_condemns(view, &pair));
    }
    out
}

/// What ends a thing for others.
#[rustfmt::skip]
const CONDEMNS: &[&str] = &[
    "remove*", "delete*", "evict*", "expire*", "reset", "offset_reset", "kill*", "close*", "fail*", "markdead", "mark_dead", "markfailed", "mark_failed", "marklost", "mark_lost", "deregister*", "unregister*", "notifyerror", "ban",
    "drop*", "terminate*", "stop*", "disconnect*", "abort*", "shutdown*", "retire*", "declare*",
];

/// A condition that asked what kind of failure this is, or whether it is about the connection at hand, is gone before a conclusion.
fn kind_unasked(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    #[rustfmt::skip]
    const KINDS: &[&str] = &[
        "retry*", "retri*", "temporary", "transient", "timeout*", "timedout", "timed_out", "transport*", "disconnect*", "network*", "unavailable", "streamerror",
        "partition*", "reachable", "unreachable", "alive", "isalive", "is_alive", "online", "offline", "responding", "accessible", "inaccessible", "connectionloss",
    ];
    const CONNECTIONS: &[&str] = &["channel*", "conn*", "connection*", "session*", "socket*", "stream*", "epoch*", "generation*", "incarnation*"];
    let o = view.outline;
    let lost = guards::freed(pair, |o, i, c| says(c.name, CONDEMNS) && !words::is_log(c) && o.sets_state(i) != Some(Towards::Up));
    lost.into_iter().flat_map(|f| f.asked.into_iter().map(move |c| (f.call, c))).find_map(|(call, condition)| {
        // An instance compared with an instance, not with nothing.
        let compares = says(condition, &["equals", "is"]) || condition.contains("==") || condition.contains("!=");
        let nothing = says(condition, &["null", "nil", "none", "undefined"]);
        let same_one = compares && !nothing && says(condition, CONNECTIONS) && !condition.contains(['"', '\'']);
        if !same_one && !says(condition, KINDS) {
            return None;
        }
        let (callee, asked) = (o.callee(call), shorten(condition, 60));
        let seen = if same_one {
            format!("`{callee}` no longer asks `{asked}`: the end of an old connection ends what belongs to the new one")
        } else {
            format!("`{callee}` no longer asks `{asked}`: a failure on the way is taken for a failure of the thing itself")
        };
        Some(view.sighting(call, format!("kind {callee}"), Medium, seen))
    })
}

/// Whoever did not answer is removed for it.
fn condemned(view: &View<'_>) -> Vec<Sighting> {
    const SILENT: &[&str] =
        &["missing*", "unresponsive*", "unreachable*", "silent*", "timed_out*", "timedout*", "notresponding", "not_responding", "no_answer"];
    #[rustfmt::skip]
    const REMOVES: &[&str] = &[
        "remove_worker*", "removeworker*", "remove_node*", "removenode*", "remove_peer*", "removepeer*", "remove_member*", "removemember*", "remove_replica*",
        "kill*", "evict*", "deregister*", "terminate*", "mark_dead", "markdead", "markfailed", "mark_failed", "declare_dead", "declaredead", "retire_workers*",
    ];
    let o = view.outline;
    let mut out = Vec::new();
    for (id, c) in o.calls(0).filter(|(_, c)| says(c.name, REMOVES) && !words::is_log(c)) {
        let around = o.ancestors(id).take_while(|a| !o.is_named(*a)).find_map(|a| match o.node(a).kind {
            Kind::Branch { condition } if says(condition, SILENT) && !condition.contains(['<', '>']) => Some(condition),
            Kind::Loop { over, .. } if says(over, SILENT) => Some(over),
            _ => None,
        });
        if let Some(who) = around {
            let seen = format!("`{}` ends whoever is among `{}`: one that could not be asked may be well and at work", o.callee(id), shorten(who, 40));
            out.push(view.sighting(id, format!("silent {}", c.name), Medium, seen));
        }
    }
    out
}

/// A broken connection leaves as "there is nothing".
fn nothing_there(view: &View<'_>) -> Vec<Sighting> {
    const NOTHING: &[&str] = &["empty", "notfound*", "not_found", "nosuch*", "doesnotexist", "queueempty", "stopiteration", "norecord*", "keyerror"];
    let o = view.outline;
    let mut out = Vec::new();
    for handler in o.handlers() {
        let Kind::Handler { caught, how: Caught::Catch, .. } = &o.node(handler).kind else { continue };
        let broken =
            caught.iter().any(|c| says(c, &["connection*", "timeout*", "socket*", "network*", "unavailable", "disconnect*", "ioexception", "transport*"]));
        if !broken || caught.iter().any(|c| says(c, NOTHING)) {
            continue;
        }
        let says_nothing = o.within(handler).find(|i| match &o.node(*i).kind {
            Kind::Jump { what: Jump::Throw, value } => says(value.split('(').next().unwrap_or(value), NOTHING),
            _ => false,
        });
        if let Some(at) = says_nothing {
            let seen = format!(
                "a failure of the way (`{}`) leaves as `{}`: the caller takes what it could not ask for what is not there",
                caught.join(", "),
                o.brief(at)
            );
            out.push(view.sighting(at, format!("nothing {}", caught.join("|")), Medium, seen));
        }
    }
    out
}

/// Any failure of a lookup counts as "not there", and the thing is made anew.
fn made_anew(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for handler in o.handlers() {
        let Kind::Handler { how: Caught::Closure, .. } = o.node(handler).kind else { continue };
        let body: String = o.source(handler).split_whitespace().collect();
        let nothing =
            ["=>undefined", "=>null", "=>false", "=>[]", "=>{}", "{returnnull}", "{returnnull;}", "{returnundefined;}"].iter().any(|e| body.ends_with(e));
        let asked = o.guarded(handler).into_iter().find(|i| {
            o.call(*i).is_some_and(|c| {
                says(c.name, &["retrieve*", "get*", "find*", "fetch*", "load*", "lookup*", "describe*", "head*", "exists*", "read*"]) && !words::is_log(c)
            })
        });
        let (true, Some(asked)) = (nothing, asked) else { continue };
        let name = o.ancestors(handler).find_map(|a| match o.node(a).kind {
            Kind::Assign { target, .. } => Some(words::tail(target).trim_start_matches("const ").trim_start_matches("let ")),
            _ => None,
        });
        let Some(name) = name else { continue };
        let function = o.function_of(handler).unwrap_or(0);
        let made = o.within(function).filter(|b| {
            *b > handler
                && matches!(o.node(*b).kind, Kind::Branch { condition } if condition.trim() == format!("!{name}") || condition.contains(&format!("{name} ==")))
        });
        let made = made
            .flat_map(|b| o.calls(b))
            .find(|(_, c)| says(c.name, &["create*", "insert*", "add*", "register*", "start*", "save*", "put*"]) && !words::is_log(c));
        if let Some((at, _)) = made {
            let seen = format!("any failure of `{}` counts as \"not there\", and `{}` makes it anew", o.callee(asked), o.callee(at));
            out.push(view.sighting(handler, format!("anew {}", o.callee(asked)), Medium, seen));
        }
    }
    out
}

/// What reads an answer stands under the handler now that condemns the peer for not answering.
fn answer_condemns(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let condemns = |o: &Outline<'_>, h: Id| {
        o.within(h).find(|i| {
            o.sets_state(*i) == Some(Towards::Down)
                || o.call(*i)
                    .is_some_and(|c| says(c.name, &["failed_request", "mark*", "coordinator_dead", "fail*", "condemn*", "evict*"]) && !words::is_log(c))
        })
    };
    a.handlers().filter(|h| a.within(pair.new).contains(h) && matches!(a.node(*h).kind, Kind::Handler { how: Caught::Catch, .. })).find_map(|h| {
        let concludes = condemns(a, h)?;
        let guarded = a.guarded(h);
        let reads = guarded
            .iter()
            .copied()
            .find(|i| a.call(*i).is_some_and(|c| says(c.name, &["handle*", "parse*", "process*", "decode*", "on_response"]) && !words::is_log(c)))?;
        // It was read outside of it, and the request inside.
        let name = a.callee(reads);
        let (was, _) = b.calls(pair.old).find(|(i, _)| b.callee(*i) == name)?;
        let outside = !b.handlers().any(|x| condemns(b, x).is_some() && b.guarded(x).contains(&was));
        let asked = b.handlers().any(|x| condemns(b, x).is_some() && b.guarded(x).iter().any(|g| guarded.iter().any(|n| a.callee(*n) == b.callee(*g))));
        (outside && asked).then(|| {
            let seen = format!(
                "`{name}` stands under the handler of the request now: an answer that names an error makes `{}` conclude that nobody answered",
                a.brief(concludes)
            );
            view.sighting(reads, format!("answer {name}"), Medium, seen)
        })
    })
}

/// Asks, watches or reports. `setStatus` does none of it.
fn observes(c: &Call<'_>) -> bool {
    // Words of work inside of a process too: there has to be another process.
    const ANYWHERE: &[&str] = &["check*", "inspect*", "describe*", "lookup*", "notify*"];
    if says(c.name, ANYWHERE) && words::remote(c) == words::Remote::No {
        return false;
    }
    says(c.name, OBSERVES) && !says(c.name, &["set"]) && !words::is_log(c)
}

fn subject(o: &Outline<'_>, id: Id) -> String {
    match &o.node(id).kind {
        Kind::Assign { target, .. } => (*target).to_owned(),
        _ => o.callee(id),
    }
}

/// What a node in a handler concludes from the failure.
fn gives_up(o: &Outline<'_>, handler: Id, id: Id) -> Option<&'static str> {
    if o.sets_state(id) == Some(Towards::Down) {
        return Some("the end of what it asks about");
    }
    let call = o.call(id)?;
    if words::is_log(call) {
        return None;
    }
    // `report(FAILED)` in the handler of `report(COMPLETED)`.
    let names_failed =
        |t: &str| t.len() < 60 && words::towards(t) == Some(Towards::Down) && t.bytes().any(|b| b.is_ascii_uppercase()) && !t.contains([' ', '(', '"']);
    if says(call.name, &["send*", "report*", "publish*", "try_send*", "_try_send*"]) && call.args.iter().any(|a| names_failed(a.text)) {
        return Some("a failure of the work that it reports");
    }
    let own = matches!(words::tail(call.receiver), "self" | "this" | "" | "worker" | "node" | "process" | "os" | "sys") || call.receiver == "self";
    let asks = o.guarded(handler).iter().any(|g| o.call(*g).is_some_and(|c| says(c.name, &["heartbeat*", "keepalive*"])));
    (own && asks && says(call.name, GIVES_UP)).then_some("the end of this process")
}

/// The conclusion is weighed: it stands under a comparison, a count of misses, a lease that ran out, or below a branch that has sent
/// the other failures away.
fn weighed(o: &Outline<'_>, handler: Id, id: Id) -> bool {
    let sorts = |i: Id| match o.node(i).kind {
        Kind::Branch { condition } => {
            says(condition, &["code", "status*", "notfound", "not_found", "is*", "instanceof", "isinstance"])
                && o.within(i).any(|j| matches!(o.node(j).kind, Kind::Jump { what: Jump::Throw | Jump::Return | Jump::Continue, .. }))
        }
        _ => false,
    };
    let sorted = o.within(handler).any(|i| i < id && !o.within(i).contains(&id) && sorts(i));
    sorted
        || o.ancestors(id).take_while(|a| *a != handler).any(|a| match o.node(a).kind {
            Kind::Branch { condition } => {
                condition.contains(['>', '<'])
                    || says(
                        condition,
                        &[
                            "expired",
                            "miss*",
                            "count*",
                            "attempt*",
                            "lease",
                            "fails",
                            "failures",
                            "failcount",
                            "retries",
                            "deadline",
                            "isnotfound",
                            "is_not_found",
                            "notfound",
                        ],
                    )
            }
            _ => false,
        })
}

/// In what a connection does at its end, something else than the connection is declared dead.
fn ends_of_connections(view: &View<'_>) -> Vec<Sighting> {
    const CONNECTIONS: &[&str] = &["connection", "channel", "stream", "socket", "session", "link", "subscription"];
    let o = view.outline;
    let mut out = Vec::new();
    for (id, call) in o.calls(0) {
        if !says(call.name, &["mark*", "declare*"]) || words::sets_state(call) != Some(Towards::Down) || o.handler_of(id).is_some() {
            continue;
        }
        let ends = o.in_finally(id)
            || says(o.function_name(id), &["onclose*", "on_close*", "onconnectionclosed", "ondisconnect*", "on_disconnect*", "channelinactive"]);
        let of_connection =
            o.ancestors(id).any(|a| matches!(o.node(a).kind, Kind::Type { name } if says(name, CONNECTIONS))) || says(o.function_name(id), CONNECTIONS);
        let itself = call.args.first().is_some_and(|a| says(a.text, &["this", "self", "conn", "connection"]) && !a.text.contains('.'));
        if ends && of_connection && !itself && !guarded_by_condition(o, id) {
            let callee = o.callee(id);
            let seen = format!("`{callee}` runs whenever this connection ends, for whatever reason: one lost link declares dead what other links still reach");
            out.push(view.sighting(id, callee, Medium, seen));
        }
    }
    out
}

fn guarded_by_condition(o: &Outline<'_>, id: Id) -> bool {
    o.ancestors(id).take_while(|a| !matches!(o.node(*a).kind, Kind::Finally | Kind::Function { .. })).any(|a| matches!(o.node(a).kind, Kind::Branch { .. }))
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, keeps, mends, silent, table};

    table![
        mends(
            "java",
            "class Table {\n  void sweep(Info old) {\n    clients.remove(old.id());\n  }\n}\n",
            "class Table {\n  void sweep(Info old) {\n    if (clients.current(old.id()).equals(old.channel())) {\n      clients.remove(old.id());\n    }\n  }\n}\n",
        ),
        mends(
            "go",
            "package s\n\nfunc (c *C) read() {\n\tf, err := c.framer.readFrame()\n\tif err != nil {\n\t\tc.notifyError(err)\n\t\treturn\n\t}\n\tc.handle(f)\n}\n",
            "package s\n\nfunc (c *C) read() {\n\tf, err := c.framer.readFrame()\n\tif err != nil {\n\t\tif se, ok := err.(StreamError); ok {\n\t\t\tc.drop(se)\n\t\t} else {\n\t\t\tc.notifyError(err)\n\t\t}\n\t\treturn\n\t}\n\tc.handle(f)\n}\n",
        ),
        fires(
            "python",
            "class S:\n    async def gather(self, keys):\n        found, missing_workers = await self.ask(keys)\n        if missing_workers:\n            for worker in missing_workers:\n                await self.remove_worker(worker)\n        return found\n",
        ),
        mends(
            "python",
            "class Q:\n    def take(self):\n        try:\n            return self.client.brpop(self.keys)\n        except ConnectionError:\n            raise Empty()\n",
            "class Q:\n    def take(self):\n        try:\n            return self.client.brpop(self.keys)\n        except ConnectionError:\n            raise\n",
        ),
        fires(
            "typescript",
            "export async function claim(id: string) {\n  const key = await keys.retrieve(id).catch(() => undefined);\n  if (!key) {\n    await keys.create(id);\n  }\n}\n",
        ),
        silent(
            "typescript",
            "export async function claim(id: string) {\n  const key = await keys.retrieve(id);\n  if (!key) {\n    await keys.create(id);\n  }\n}\n",
        ),
        mends(
            "python",
            "class C:\n    async def beat(self):\n        try:\n            response = await self.manager.send(self.request)\n            return self._handle_response(response)\n        except KafkaError as exc:\n            self._failed_request(exc)\n            raise\n",
            "class C:\n    async def beat(self):\n        try:\n            response = await self.manager.send(self.request)\n        except KafkaError as exc:\n            self._failed_request(exc)\n            raise\n        else:\n            return self._handle_response(response)\n",
        ),
        keeps(
            "java",
            "class Table {\n  void sweep(Info old) {\n    if (clients.has(old.id()) && log.isDebug()) {\n      clients.remove(old.id());\n    }\n  }\n}\n",
            "class Table {\n  void sweep(Info old) {\n    if (clients.has(old.id())) {\n      clients.remove(old.id());\n    }\n  }\n}\n",
        ),
        mends(
            "python",
            "def refresh(stub, registry, job):\n    try:\n        reply = stub.GetStatus(job.id, timeout=1.0)\n    except grpc.RpcError:\n        registry.set_state(job.id, 'failed')\n        return\n    registry.set_state(job.id, reply.state)\n",
            "def refresh(stub, registry, job):\n    try:\n        reply = stub.GetStatus(job.id, timeout=1.0)\n    except grpc.RpcError:\n        registry.note_unknown(job.id)\n        return\n    registry.set_state(job.id, reply.state)\n",
        ),
        fires(
            "go",
            "package m\n\nfunc (m *Monitor) sweep(ctx context.Context) {\n\tfor _, w := range m.workers {\n\t\t_, err := w.client.Heartbeat(ctx, req)\n\t\tif err != nil {\n\t\t\tw.state = stateDead\n\t\t}\n\t}\n}\n",
        ),
        fires(
            "java",
            "class M {\n  void probe(Node node) {\n    try {\n      client.ping(node.address());\n    } catch (IOException e) {\n      node.setStatus(Status.DEAD);\n    }\n  }\n}\n",
        ),
        fires(
            "typescript",
            "export async function beat(worker: Worker) {\n  try {\n    await api.sendHeartbeat(worker.id);\n  } catch (e) {\n    await this.shutdown();\n  }\n}\n",
        ),
        fires(
            "csharp",
            "class GatewayConnection {\n  async Task Run() {\n    try { await Read(); }\n    finally { this.manager.MarkAsDead(this.Address); }\n  }\n}\n",
        ),
        silent(
            "go",
            "package m\n\nfunc (m *Monitor) sweep(ctx context.Context) {\n\t_, err := m.client.Heartbeat(ctx, req)\n\tif err != nil {\n\t\tm.missed++\n\t\tif m.missed > 5 {\n\t\t\tm.state = stateDead\n\t\t}\n\t}\n}\n",
        ),
        silent("python", "def load(path):\n    try:\n        return parse(path)\n    except ValueError:\n        stats.failed = True\n        return None\n",),
        silent(
            "typescript",
            "export function parseColour(text: string) {\n  try {\n    return checkHex(text);\n  } catch (e) {\n    log.warn(e);\n    return null;\n  }\n}\n",
        ),
        silent(
            "go",
            "package m\n\nfunc (m *Monitor) watch(ctx context.Context, w *Worker) {\n\tfor {\n\t\tst, err := w.client.Status(ctx, &pb.StatusRequest{})\n\t\tif err != nil {\n\t\t\tm.unreachable.Add(w.id, time.Now())\n\t\t\tm.pause(ctx)\n\t\t\tcontinue\n\t\t}\n\t\tw.state = st.State\n\t}\n}\n"
        ),
        silent(
            "go",
            "package m\n\nfunc (w *Worker) run(ctx context.Context, task Task) {\n\tif err := w.compute(ctx, task); err != nil {\n\t\ttask.State = StateFailed\n\t\tw.results <- task\n\t\treturn\n\t}\n\ttask.State = StateDone\n\tw.results <- task\n}\n"
        ),
        fires(
            "go",
            "package m\n\nfunc (p *Pool) stream(ctx context.Context, w *Worker) {\n\ts, err := w.client.WatchStatus(ctx)\n\tif err != nil {\n\t\tp.markFailed(w.id)\n\t\treturn\n\t}\n\tfor {\n\t\tev, err := s.Recv()\n\t\tif err != nil {\n\t\t\tp.markFailed(w.id)\n\t\t\treturn\n\t\t}\n\t\tp.apply(ev)\n\t}\n}\n"
        ),
        fires(
            "java",
            "class Jobs {\n  void poll(Job job) {\n    try {\n      JobStatus status = statusClient.getStatus(job.id());\n      job.update(status);\n    } catch (SocketTimeoutException e) {\n      job.setState(JobState.FAILED);\n      jobs.save(job);\n    }\n  }\n}\n"
        ),
        silent(
            "java",
            "class Jobs {\n  void poll(Job job) {\n    try {\n      job.update(statusClient.getStatus(job.id()));\n    } catch (SocketTimeoutException e) {\n      job.setLastSeen(job.lastSeen());\n      log.warn(\"status of {} unknown: {}\", job.id(), e.getMessage());\n    } catch (JobFailedException e) {\n      job.setState(JobState.FAILED);\n    }\n  }\n}\n"
        ),
        silent(
            "java",
            "class M {\n  void probe(Node node) {\n    try {\n      client.ping(node.address());\n      node.resetMisses();\n    } catch (IOException e) {\n      if (node.addMiss() >= QUORUM_MISSES && peers.agreeThatDead(node)) {\n        node.setStatus(Status.DEAD);\n      }\n    }\n  }\n}\n"
        ),
        silent(
            "java",
            "class Import {\n  void run(Batch batch) {\n    try {\n      batch.rows().forEach(this::parse);\n      batch.setStatus(Status.DONE);\n    } catch (MalformedRow e) {\n      batch.setStatus(Status.FAILED);\n    }\n  }\n}\n"
        ),
        fires(
            "typescript",
            "export async function refresh(deploys: DeployApi, d: Deploy) {\n  try {\n    d.phase = (await deploys.getStatus(d.id)).phase;\n  } catch (err) {\n    d.phase = 'failed';\n  }\n}\n"
        ),
        silent(
            "typescript",
            "export async function refresh(deploys: DeployApi, d: Deploy) {\n  try {\n    d.phase = (await deploys.getStatus(d.id)).phase;\n    d.seen = clock.now();\n  } catch (err) {\n    d.phase = 'unknown';\n  }\n}\n"
        ),
        silent(
            "typescript",
            "export async function deploy(d: Deploy) {\n  try {\n    await render(d.manifest);\n  } catch (err) {\n    d.phase = 'failed';\n    throw err;\n  }\n}\n"
        ),
        silent(
            "python",
            "def refresh(stub, job):\n    try:\n        job.state = stub.GetStatus(job.id, timeout=1.0).state\n    except grpc.RpcError as problem:\n        if problem.code() != grpc.StatusCode.NOT_FOUND:\n            raise\n        job.state = \"gone\"\n"
        ),
        silent(
            "csharp",
            "class Probe {\n  async Task Check(Node node) {\n    try { await client.PingAsync(node.Address); node.Misses = 0; }\n    catch (HttpRequestException) { node.Misses += 1; }\n  }\n}\n"
        ),
        silent(
            "ruby",
            "def perform(job)\n  job.perform\nrescue StandardError => e\n  log \"#{job.inspect} failed: #{e.inspect}\"\n  report_failed_job(job, e)\nend\n"
        ),
        silent(
            "go",
            "package h\n\nfunc (c *CheckHandler) aggregate(req *http.Request) (failed bool) {\n\tfor name, check := range c.checks {\n\t\tif err := check(req); err != nil {\n\t\t\tc.log.Info(\"check failed\", \"name\", name, \"err\", err)\n\t\t\tfailed = true\n\t\t}\n\t}\n\treturn failed\n}\n"
        ),
    ];
}
