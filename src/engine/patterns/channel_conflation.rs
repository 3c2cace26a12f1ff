//! A failure of the channel through which something is watched or reported is recorded as a failure of the thing itself.
//!
//! A status request times out and the job is marked failed; a stream breaks and the worker is declared dead. The thing goes on working, and
//! two parts of the system believe different things about it. Sources: AWS, DynamoDB service disruption of September 2015; OSDI 2018, "An
//! Analysis of Network-Partitioning Failures in Cloud Systems"; OSDI 2018, "Capturing and Enhancing In Situ System Observability".
//!
//! Shapes: in the handler of a call that asks, watches or reports, a state that others act on goes down, or the process itself stops; a
//! connection's own ending marks what it led to as dead.

use super::{Detector, High, Medium, Sighting, View};
use crate::engine::syntax::words::{self, Towards, says};
use crate::engine::syntax::{Call, Id, Jump, Kind, Outline};

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
    out
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
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
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
