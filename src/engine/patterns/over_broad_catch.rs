//! A handler catches far more than the failure that it is written for.
//!
//! It ends the whole process for the trouble of one request, or takes a bug, an outage and a cancellation for the one case that was in
//! mind. Sources: Simple Testing Can Prevent Most Critical Failures, OSDI 2014 (Aspirator's rule: over-catching and aborting).
//!
//! Shapes: a handler of everything that ends the process, outside of the program's entry; a handler of everything around a remote call
//! that answers "not found"; a bare `except` or `BaseException` that is not thrown on; a caught type that became wider in this edit.

use super::taken::{self, Pair};
use super::{Detector, High, Medium, Sighting, View};
use crate::engine::syntax::words::{self, Remote, says};
use crate::engine::syntax::{Caught, Id, Jump, Kind, Outline};

pub(super) const DETECTOR: Detector = Detector { id: "over-broad-catch", languages: &[], find };

/// Types that hold every failure.
fn is_broad(caught: &[&str], language: &str) -> bool {
    let broad = |c: &&str| {
        matches!(c.rsplit(['.', '\\']).next().unwrap_or(c), "Exception" | "Throwable" | "BaseException" | "object" | "StandardError" | "Error" | "any")
    };
    match language {
        "typescript" | "javascript" => true,
        _ => caught.iter().all(|c| c.is_empty()) || caught.iter().any(broad),
    }
}

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for handler in o.handlers() {
        let Kind::Handler { how, caught, .. } = &o.node(handler).kind else { continue };
        let remote = o
            .guarded(handler)
            .into_iter()
            .find(|i| o.call(*i).is_some_and(|c| words::remote(c) == Remote::Sure || words::is_store_write(c) || words::is_publish(c)));
        let named = remote.map_or_else(|| "the work".to_owned(), |r| format!("`{}`", o.callee(r)));
        let all = match how {
            Caught::Catch => is_broad(caught, o.language),
            // Go and Rust have one type for all failures; only a look at it narrows.
            Caught::Branch | Caught::Arm => remote.is_some() && !asks(o, handler),
            Caught::Closure => false,
        };
        if !all {
            continue;
        }
        if let Some(exit) = o.calls(handler).find(|(_, c)| ends_process(c)).map(|(i, _)| i)
            && !is_entry(view, handler)
            && !asks_inside(o, handler)
        {
            let seen = format!("any failure of {named} ends the whole process here, with everything else that it was doing");
            out.push(view.sighting(exit, format!("ends {}", caught.join("|")), Medium, seen));
            continue;
        }
        if *how == Caught::Catch
            && bare(caught, o.language)
            && !o.rethrows(handler)
            && remote.is_some()
            && o.language == "python"
            && !matches!(o.leaves(handler), crate::engine::syntax::reading::Leaves::Throws)
        {
            let seen = format!("this handler of {named} catches cancellation and the end of the process too, and does not let them out");
            out.push(view.sighting(handler, format!("bare {}", caught.join("|")), Medium, seen));
            continue;
        }
        if *how == Caught::Catch
            && (remote.is_some()
                || o.guarded(handler)
                    .iter()
                    .any(|i| o.call(*i).is_some_and(|c| says(c.name, &["find*", "first*", "get*", "load*", "fetch*", "lookup*"]) && !c.receiver.is_empty())))
            && let Some(answer) = says_not_found(o, handler)
        {
            let seen = format!("every failure of {named}, an outage too, is answered as `{}`", o.brief(answer));
            out.push(view.sighting(handler, "not found".to_owned(), Medium, seen));
        }
    }
    for pair in taken::pairs(view) {
        out.extend(widened(view, &pair));
    }
    out
}

fn bare(caught: &[&str], language: &str) -> bool {
    language == "python" && (caught.iter().all(|c| c.is_empty()) || caught.contains(&"BaseException"))
}

/// The handler's own condition or pattern asks which failure it is.
fn asks(o: &Outline<'_>, handler: Id) -> bool {
    let Kind::Handler { caught, .. } = &o.node(handler).kind else { return false };
    caught.iter().any(|c| says(c, &["is", "as", "code", "isnotfound", "kind"]))
}

fn asks_inside(o: &Outline<'_>, handler: Id) -> bool {
    o.within(handler).any(|i| matches!(o.node(i).kind, Kind::Branch { .. }))
}

fn ends_process(c: &crate::engine::syntax::Call<'_>) -> bool {
    match c.name {
        "exit" => {
            matches!(c.receiver, "System" | "process" | "sys" | "std::process" | "" | "Environment" | "Runtime.getRuntime()" | "Process" | "Kernel" | "Deno")
        }
        "Exit" => matches!(c.receiver, "os" | "Environment"),
        "halt" => c.receiver.contains("Runtime"),
        "_exit" => c.receiver == "os",
        "exitProcess" | "exit!" | "abort!" => true,
        "FailFast" => true,
        "Fatal" | "Fatalf" | "Fatalln" => says(words::tail(c.receiver), &["log", "logger", "klog", "glog", "logrus", "zap", "sugar", "slog"]),
        "abort" => matches!(c.receiver, "os" | "std::process" | "process" | "std"),
        _ => false,
    }
}

/// The program's own entry: there the end of the process is the answer.
fn is_entry(view: &View<'_>, id: Id) -> bool {
    let o = view.outline;
    let name = o.function_name(id);
    let by_name = says(
        name,
        &[
            "main",
            "cli",
            "run_cli",
            "setup*",
            "init*",
            "bootstrap",
            "start*",
            "load_config",
            "loadconfig",
            "usage",
            "parse_args",
            "entrypoint",
            "must*",
            "command",
            "cmd",
            "run*",
            "execute",
        ],
    ) || name.is_empty();
    let by_path = says(view.path, &["cmd", "cli", "main", "bin", "scripts", "script", "tools", "manage", "commands", "command", "entrypoint"]);
    by_name || by_path
}

fn says_not_found(o: &Outline<'_>, handler: Id) -> Option<Id> {
    o.children(handler).find(|i| match &o.node(*i).kind {
        Kind::Jump { what: Jump::Return | Jump::Throw, value } => {
            (says(value, &["notfound*", "not_found", "http404", "nosuch*"]) || value.contains("404"))
                && !o.within(handler).any(|j| matches!(o.node(j).kind, Kind::Branch { .. }))
        }
        // `res.status(404).json(..)`: an answer by a call.
        Kind::Call(c) => {
            let by_receiver = ["status(404", "code(404"].iter().any(|s| c.receiver.contains(s));
            let by_name = c.name == "sendStatus" && c.args.iter().any(|a| a.text == "404") || (c.receiver == "http" && c.name == "NotFound");
            (by_receiver || by_name) && !o.within(handler).any(|j| matches!(o.node(j).kind, Kind::Branch { .. }))
        }
        _ => false,
    })
}

/// The same call was guarded against one failure, and is now against all.
fn widened(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    if matches!(a.language, "typescript" | "javascript" | "go" | "rust") {
        return None;
    }
    for handler in b.handlers().filter(|h| b.within(pair.old).contains(h)) {
        let Kind::Handler { how: Caught::Catch, caught, .. } = &b.node(handler).kind else { continue };
        if is_broad(caught, b.language) {
            continue;
        }
        let Some(kept) = pair.kept_guarded(handler) else { continue };
        // Both sides have one handler over the call, or none of the new ones is as narrow.
        let over: Vec<Id> = a.handlers().filter(|h| a.within(pair.new).contains(h) && a.guarded(*h).contains(&kept)).collect();
        let is_wide = |h: Id| matches!(&a.node(h).kind, Kind::Handler { caught, .. } if is_broad(caught, a.language));
        let was_wide = b.handlers().any(|h| {
            b.guarded(h).iter().any(|g| b.callee(*g) == a.callee(kept))
                && matches!(&b.node(h).kind, Kind::Handler { caught, .. } if is_broad(caught, b.language))
        });
        let remote = a.call(kept).is_some_and(|c| words::remote(c) >= Remote::Maybe || c.awaited);
        if let [only] = over.as_slice()
            && is_wide(*only)
            && !was_wide
            && remote
            && !a.rethrows(*only)
            && !asks_inside(a, *only)
        {
            let callee = a.callee(kept);
            let seen =
                format!("the handler of `{callee}` caught `{}` and catches everything now, so bugs and outages are handled as that case", caught.join(", "));
            return Some(view.sighting(
                *only,
                format!("wider {callee}"),
                if matches!(a.leaves(*only), crate::engine::syntax::reading::Leaves::Continues) { High } else { Medium },
                seen,
            ));
        }
    }
    None
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        fires(
            "java",
            "class Store {\n  void save(Row row) {\n    try {\n      client.put(row);\n    } catch (Throwable t) {\n      System.exit(1);\n    }\n  }\n}\n",
        ),
        fires(
            "java",
            "class Store {\n  Response load(String key) {\n    try {\n      return ok(repository.client.get(key));\n    } catch (Exception e) {\n      return Response.status(404).build();\n    }\n  }\n}\n",
        ),
        fires("python", "async def load(key):\n    try:\n        return await client.get(key)\n    except:\n        log.warning('no answer')\n"),
        mends(
            "python",
            "def load(key):\n    try:\n        return client.get(key)\n    except Exception:\n        return cached(key)\n",
            "def load(key):\n    try:\n        return client.get(key)\n    except ConnectionError:\n        return cached(key)\n",
        ),
        fires(
            "go",
            "package c\n\nfunc (c *C) save(ctx context.Context, r Row) {\n\tif err := c.client.Put(ctx, r); err != nil {\n\t\tlog.Fatalf(\"put: %v\", err)\n\t}\n}\n",
        ),
        fires(
            "go",
            "package c\n\nfunc (c *C) load(ctx context.Context, k string) Row {\n\trow, err := c.client.Get(ctx, k)\n\tif err != nil {\n\t\tlog.Println(err)\n\t\tos.Exit(1)\n\t}\n\treturn row\n}\n",
        ),
        fires("typescript", "export async function save(row: Row) {\n  try {\n    await client.put(row);\n  } catch (e) {\n    process.exit(1);\n  }\n}\n",),
        silent(
            "java",
            "class Store {\n  void save(Row row) {\n    try {\n      client.put(row);\n    } catch (IOException e) {\n      throw new Unavailable(e);\n    }\n  }\n}\n",
        ),
        silent("python", "async def load(key):\n    try:\n        return await client.get(key)\n    except ConnectionError:\n        return cached(key)\n",),
        silent("go", "package main\n\nfunc main() {\n\tif err := server.client.Listen(); err != nil {\n\t\tlog.Fatal(err)\n\t}\n}\n"),
        silent(
            "typescript",
            "export async function save(row: Row) {\n  try {\n    await client.put(row);\n  } catch (e) {\n    throw new Unavailable(e);\n  }\n}\n",
        ),
        silent(
            "go",
            "package c\n\nfunc (c *C) save(ctx context.Context, r Row) error {\n\terr := c.client.Put(ctx, r)\n\tif errors.Is(err, errConflict) {\n\t\treturn c.merge(ctx, r)\n\t}\n\tif err != nil {\n\t\treturn fmt.Errorf(\"put %s: %w\", r.Key, err)\n\t}\n\treturn nil\n}\n"
        ),
        silent(
            "go",
            "package c\n\nfunc (c *C) load(ctx context.Context, k string) (Row, error) {\n\trow, err := c.client.Get(ctx, k)\n\tswitch {\n\tcase status.Code(err) == codes.NotFound:\n\t\treturn Row{}, errNoRow\n\tcase err != nil:\n\t\treturn Row{}, err\n\t}\n\treturn row, nil\n}\n"
        ),
        silent(
            "java",
            "class Store {\n  Response load(String key) {\n    try {\n      return ok(repository.client.get(key));\n    } catch (NoSuchKeyException e) {\n      return Response.status(404).build();\n    } catch (Exception e) {\n      log.error(\"load {}\", key, e);\n      return Response.status(503).build();\n    }\n  }\n}\n"
        ),
        silent(
            "typescript",
            "async function main() {\n  try {\n    await server.listen(8080);\n  } catch (e) {\n    console.error(e);\n    process.exit(1);\n  }\n}\n\nmain();\n"
        ),
        silent(
            "typescript",
            "export async function find(key: string) {\n  try {\n    return await client.get(key);\n  } catch (e) {\n    if (e instanceof NotFound) {\n      return undefined;\n    }\n    throw e;\n  }\n}\n"
        ),
        fires(
            "typescript",
            "export async function profile(req: Request, res: Response) {\n  try {\n    res.json(await userClient.get(req.params.id));\n  } catch (err) {\n    res.status(404).json({ error: 'no such user' });\n  }\n}\n"
        ),
        silent("python", "def run_job(job):\n    try:\n        client.execute(job)\n    except Exception:\n        metrics.failed.inc()\n        raise\n"),
        fires(
            "python",
            "def balance(account):\n    try:\n        return client.get(f\"/accounts/{account}\", timeout=2).json()[\"balance\"]\n    except BaseException:\n        return None\n"
        ),
    ];
}
