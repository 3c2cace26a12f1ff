//! A call that blocks its thread stands in code that an event loop runs.
//!
//! For as long as it blocks nothing else on the loop runs: heartbeats are late, other requests wait, a peer takes this one for dead.
//! Sources: Python documentation, "Developing with asyncio: Running Blocking Code"; Node.js, "Don't Block the Event Loop"; Tokio,
//! `spawn_blocking`; Cleary, "Async/Await - Best Practices" (MSDN, 2013).
//!
//! Shape: in an `async` function, and in no closure that is handed to a thread: a sleep of the thread, a synchronous HTTP call, a
//! subprocess that is waited for, a synchronous file call of Node, `.Result` and `.block()`.

use super::{Detector, High, Medium, Sighting, View};
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Call, Id, Kind, Outline};
use crate::engine::verdict::Confidence;

pub(super) const DETECTOR: Detector =
    Detector { id: "blocking-call-in-event-loop", languages: &["python", "javascript", "typescript", "rust", "csharp", "kotlin"], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out: Vec<Sighting> = Vec::new();
    for (id, c) in o.calls(0) {
        if !runs_on_loop(o, id) {
            continue;
        }
        let Some(confidence) = blocks(o, id, c) else { continue };
        let callee = o.callee(id);
        if !out.iter().any(|s| s.subject == callee && o.function_of(s.at) == o.function_of(id)) {
            let seen = format!("`{callee}` blocks the thread of the event loop: until it returns no other request, timer or heartbeat of this process runs");
            out.push(view.sighting(id, callee, confidence, seen));
        }
    }
    out
}

/// The innermost function around it is asynchronous, and it is in nothing that another thread runs.
fn runs_on_loop(o: &Outline<'_>, id: Id) -> bool {
    #[rustfmt::skip]
    const ELSEWHERE: &[&str] = &[
        "to_thread", "run_in_executor", "spawn_blocking", "block_in_place", "run_sync", "run_in_threadpool", "sync_to_async", "thread", "submit", "worker",
        "spawn_thread", "startnew", "withcontext", "asyncify", "unblock", "blocking",
    ];
    let Some(closure) = o.closure_of(id) else { return false };
    let is_async = matches!(o.node(closure).kind, Kind::Function { is_async: true, .. });
    let handed_over = |i: &Id| match &o.node(*i).kind {
        Kind::Call(c) => says(c.name, ELSEWHERE) || says(words::tail(c.receiver), &["thread", "executor"]) || c.name == "Run" && c.receiver == "Task",
        _ => false,
    };
    is_async && !o.ancestors(id).take_while(|i| *i != closure).any(|i| handed_over(&i)) && !o.ancestors(closure).take(3).any(|i| handed_over(&i))
}

fn blocks(o: &Outline<'_>, id: Id, c: &Call<'_>) -> Option<Confidence> {
    if c.awaited {
        return None;
    }
    let (receiver, name) = (c.receiver, c.name);
    match o.language {
        "python" => {
            const VERBS: &[&str] = &["get", "post", "put", "delete", "patch", "head", "request"];
            const WAITS: &[&str] = &["run", "call", "check_output", "check_call", "getoutput"];
            let high = (receiver == "time" && name == "sleep")
                || (receiver == "requests" && VERBS.contains(&name))
                || (receiver.ends_with("urllib.request") && name == "urlopen");
            let medium =
                (receiver == "subprocess" && WAITS.contains(&name)) || (receiver == "httpx" && VERBS.contains(&name)) || (receiver == "os" && name == "system");
            if high { Some(High) } else { medium.then_some(Medium) }
        }
        "javascript" | "typescript" => {
            const SYNC: &[&str] = &["execSync", "execFileSync", "spawnSync", "pbkdf2Sync", "scryptSync", "gzipSync", "brotliCompressSync"];
            SYNC.contains(&name).then_some(Medium)
        }
        "rust" => {
            let sleep = name == "sleep" && matches!(receiver, "std::thread" | "thread");
            let http = receiver.contains("reqwest::blocking");
            (sleep || http).then_some(High)
        }
        "csharp" => {
            let sleep = receiver == "Thread" && name == "Sleep";
            let behind = &o.text[o.node(id).span.1..];
            let waits = name.ends_with("Async") && [".Result", ".Wait()", ".GetAwaiter().GetResult()"].iter().any(|w| behind.starts_with(w));
            (sleep || waits).then_some(if sleep { High } else { Medium })
        }
        "kotlin" => ((receiver == "Thread" && name == "sleep") || name == "runBlocking").then_some(if name == "sleep" { High } else { Medium }),
        _ => None,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        mends(
            "python",
            "import time\n\nasync def follow(url):\n    while not await ready(url):\n        time.sleep(1)\n",
            "import asyncio\n\nasync def follow(url):\n    while not await ready(url):\n        await asyncio.sleep(1)\n",
        ),
        mends(
            "python",
            "import requests\n\nasync def quote(url):\n    return requests.get(url, timeout=2).json()\n",
            "import requests\n\nasync def quote(url):\n    return await asyncio.to_thread(lambda: requests.get(url, timeout=2).json())\n",
        ),
        fires("typescript", "export async function pack(path: string) {\n  const out = execSync(`tar c ${path}`);\n  await upload(out);\n}\n"),
        fires("typescript", "export async function key(secret: string) {\n  return crypto.pbkdf2Sync(secret, salt, 600000, 32, 'sha256');\n}\n"),
        fires("rust", "async fn follow(c: Client) {\n    while !c.ready().await {\n        std::thread::sleep(Duration::from_secs(1));\n    }\n}\n"),
        mends(
            "rust",
            "async fn table(url: &str) -> Table {\n    let reply = reqwest::blocking::get(url).unwrap();\n    reply.json().unwrap()\n}\n",
            "async fn table(url: &str) -> Table {\n    let reply = reqwest::get(url).await.unwrap();\n    reply.json().await.unwrap()\n}\n",
        ),
        fires(
            "csharp",
            "class Q {\n  public async Task<Quote> Ask(Uri url) {\n    var reply = http.GetAsync(url).Result;\n    return await Parse(reply);\n  }\n}\n",
        ),
        silent("python", "import time\n\ndef follow(url):\n    while not ready(url):\n        time.sleep(1)\n"),
        silent("typescript", "export function pack(path: string) {\n  return execSync(`tar c ${path}`);\n}\n"),
        silent(
            "rust",
            "async fn follow(c: Client) {\n    tokio::task::spawn_blocking(move || {\n        std::thread::sleep(Duration::from_secs(1));\n    })\n    .await;\n}\n",
        ),
        silent(
            "csharp",
            "class Q {\n  public async Task<Quote> Ask(Uri url) {\n    var reply = await http.GetAsync(url);\n    return await Parse(reply);\n  }\n}\n",
        ),
        fires(
            "csharp",
            "class Rates {\n  public async Task Refresh() {\n    foreach (var pair in pairs) {\n      Thread.Sleep(200);\n      await store.PutAsync(pair, await source.FetchAsync(pair));\n    }\n  }\n}\n"
        ),
        silent(
            "csharp",
            "class Rates {\n  public async Task Refresh() {\n    foreach (var pair in pairs) {\n      await Task.Delay(200);\n      await store.PutAsync(pair, await source.FetchAsync(pair));\n    }\n  }\n}\n"
        ),
        silent("csharp", "class Rates {\n  public Quote Latest(string pair) {\n    return source.FetchAsync(pair).Result;\n  }\n}\n"),
        silent(
            "csharp",
            "class Packer {\n  public async Task<byte[]> Pack(string path) {\n    return await Task.Run(() => {\n      Thread.Sleep(Settle);\n      return File.ReadAllBytes(path);\n    });\n  }\n}\n"
        ),
        silent(
            "rust",
            "async fn follow(c: Client) {\n    let mut tick = tokio::time::interval(Duration::from_secs(1));\n    while !c.ready().await {\n        tick.tick().await;\n    }\n}\n"
        ),
        silent(
            "rust",
            "fn heartbeat(path: PathBuf) -> JoinHandle<()> {\n    std::thread::spawn(move || loop {\n        touch(&path);\n        std::thread::sleep(Duration::from_secs(5));\n    })\n}\n"
        ),
        silent(
            "typescript",
            "export async function pack(path: string) {\n  const { stdout } = await promisify(exec)(`tar c ${path}`);\n  await upload(stdout);\n}\n"
        ),
        silent(
            "typescript",
            "export async function settings(path: string) {\n  const text = await fs.promises.readFile(path, 'utf8');\n  return JSON.parse(text);\n}\n"
        ),
        silent(
            "typescript",
            "const banner = fs.readFileSync('banner.txt', 'utf8');\n\nexport async function greet(socket: Socket) {\n  await socket.write(banner);\n}\n"
        ),
        silent(
            "python",
            "async def probe(host):\n    process = await asyncio.create_subprocess_exec(\"ping\", \"-c1\", host)\n    return await process.wait() == 0\n"
        ),
        fires(
            "python",
            "import subprocess\n\nasync def probe(host):\n    done = subprocess.run([\"ping\", \"-c1\", host], capture_output=True)\n    return done.returncode == 0\n"
        ),
        fires(
            "typescript",
            "app.get('/report', async (req, res) => {\n  const rows = await db.query(SQL, [req.query.month]);\n  res.end(zlib.gzipSync(JSON.stringify(rows)));\n});\n"
        ),
    ];
}
