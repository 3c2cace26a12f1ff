//! What comes in is put into a queue that has no limit.
//!
//! While the consumer is slower than the producer the queue grows, every element in it waits longer than its caller does, and the process
//! ends by running out of memory, with all of them. Sources: AWS Builders' Library, "Avoiding insurmountable queue backlogs"; Google SRE
//! book, chapter 22 (queue management); `java.util.concurrent.Executors` (the pools of fixed size "operate off a shared unbounded queue").
//!
//! Shapes: a limit that the edit takes away; a queue without one that a handler of messages or requests fills.

use super::names::has_word;
use super::{Detector, High, Low, Medium, Sighting, View};
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Call, Id, Kind, Outline, Use};

pub(super) const DETECTOR: Detector = Detector { id: "unbounded-queue", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for (id, call) in o.calls(0) {
        if !is_unbounded(o, call) {
            continue;
        }
        let made = o.callee(id);
        let target = target(o, id);
        let subject = format!("{made} {target}");
        if let Some(limit) = limit_taken_away(view, id, target) {
            let seen = format!("`{made}` has no limit where `{limit}` had one: what waits grows while the consumer is slower, until memory ends");
            out.push(view.sighting(id, subject, High, seen));
        } else if let Some(feeder) = fed_from_outside(o, target) {
            let seen = format!("`{feeder}` puts what comes in into `{made}`, which has no limit: a slow consumer is met by memory, not by the sender");
            out.push(view.sighting(id, subject, if view.imports_remote() { Medium } else { Low }, seen));
        } else {
            let seen = format!("`{made}` has no limit: what waits grows as long as the consumer is slower");
            out.push(view.sighting(id, subject, Low, seen));
        }
    }
    out
}

/// Makes a queue, or a pool with one, that takes whatever comes.
fn is_unbounded(o: &Outline<'_>, c: &Call<'_>) -> bool {
    let on = words::tail(c.receiver);
    let name = c.name.split('<').next().unwrap_or(c.name);
    let free = |n: &str| matches!(n.trim(), "" | "0" | "-1" | "None" | "Integer.MAX_VALUE" | "int.MaxValue" | "Int.MAX_VALUE");
    match o.language {
        "java" | "kotlin" | "scala" => {
            (matches!(name, "LinkedBlockingQueue" | "LinkedBlockingDeque") && c.args.iter().all(|a| free(a.text)))
                || (on == "Executors" && matches!(name, "newFixedThreadPool" | "newSingleThreadExecutor" | "newCachedThreadPool"))
                || (name == "Channel" && c.args.len() == 1 && has_word(c.args[0].text, "UNLIMITED"))
        }
        "python" => {
            matches!(name, "Queue" | "LifoQueue" | "PriorityQueue")
                && matches!(on, "" | "queue" | "asyncio" | "multiprocessing" | "mp")
                && c.args.iter().all(|a| matches!(a.name, "" | "maxsize") && free(a.text))
        }
        "rust" => matches!(name, "unbounded_channel" | "unbounded") || (on == "mpsc" && name == "channel" && c.args.is_empty()),
        "csharp" => (on == "Channel" && name.starts_with("CreateUnbounded")) || (c.is_new && name == "BlockingCollection" && c.args.is_empty()),
        "ruby" => name == "new" && matches!(c.receiver, "Queue" | "Thread::Queue" | "::Queue"),
        _ => false,
    }
}

/// The name that the queue gets; empty where it has none.
fn target<'t>(o: &Outline<'t>, id: Id) -> &'t str {
    let own = match o.call(id).map(|c| c.result) {
        Some(Use::Assigned(t)) => Some(t),
        _ => o.ancestors(id).take_while(|i| !matches!(o.node(*i).kind, Kind::Function { .. })).find_map(|i| match &o.node(i).kind {
            Kind::Assign { target, .. } => Some(*target),
            Kind::Call(c) => match c.result {
                Use::Assigned(t) => Some(t),
                _ => None,
            },
            _ => None,
        }),
    };
    // `let (tx, rx)`, `private final Queue<X> q`: the first lower-case name that a value is put under.
    let target = own.unwrap_or("").trim();
    let left = target.trim_start_matches(['(', '[']).split([',', ')', ':']).next().unwrap_or(target).trim();
    left.rsplit([' ', '.', '@']).next().unwrap_or(left)
}

/// The call of the same place before the edit, if it had a limit.
fn limit_taken_away<'v>(view: &View<'v>, id: Id, target_now: &str) -> Option<&'v str> {
    #[rustfmt::skip]
    const LIMITS: &[&str] = &[
        "max_queue*", "maxqueue*", "queuesize", "queue_size", "capacity", "bounded", "limited*", "maxsize", "queuelimit", "queue_limit", "maxpending",
        "max_pending", "sized*", "buffer_size", "buffersize", "arrayblockingqueue", "createbounded", "queuecapacity", "queue_capacity", "maxbuffer*",
    ];
    let before = view.before?;
    let around = view.function_before(id).map_or(0, |(_, f)| f);
    let here = view.outline.function_name(id);
    // The innermost call that says so is the one with the limit.
    before
        .calls(around)
        .filter(|(i, _)| around != 0 || before.function_name(*i) == here)
        .filter(|(i, c)| {
            let sized_channel = (words::tail(c.receiver) == "mpsc" && c.name == "channel" || matches!(c.name, "bounded" | "SizedQueue")) && !c.args.is_empty();
            let sized_queue = says(c.name, &["queue", "blockingqueue", "linkedblockingqueue", "deque"]) && c.args.iter().any(|a| !a.text.is_empty());
            let says_so = says(before.source(*i), LIMITS) || says(c.receiver, &["sizedqueue"]);
            !is_unbounded(before, c)
                && (sized_channel || sized_queue || says_so)
                && target(before, *i) == target_now
                // It is gone, not kept beside the new one.
                && !view.outline.calls(0).any(|(_, n)| n.name == c.name && n.args == c.args)
        })
        .last()
        .map(|(i, _)| before.brief(i))
}

/// The function that fills the queue with what comes from outside.
fn fed_from_outside<'t>(o: &Outline<'t>, target: &str) -> Option<&'t str> {
    #[rustfmt::skip]
    const RECEIVES: &[&str] = &[
        "onmessage", "on_message", "onevent", "on_event", "onrecord", "receive*", "on_receive", "handlemessage", "handle_message", "handle_request",
        "handlerequest", "handleevent", "handle_event", "onrequest", "webhook*", "ondata", "on_data", "ingest*",
        "on_delivery",
    ];
    if target.is_empty() {
        return None;
    }
    o.calls(0)
        .filter(|(_, c)| {
            says(c.name, &["put", "put_nowait", "add", "offer", "send", "push", "trywrite", "writeasync", "trysend", "execute", "submit", "enqueue", "<<"])
        })
        .filter(|(_, c)| words::tail(c.receiver.trim_end_matches(".Writer")).trim_start_matches('@') == target)
        .map(|(i, _)| o.function_name(i))
        .find(|name| says(name, RECEIVES))
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        mends(
            "java",
            "class Calls {\n  private ExecutorService pool;\n  void init() {\n    pool = Executors.newFixedThreadPool(size, named(\"calls\"));\n  }\n}\n",
            "class Calls {\n  private ExecutorService pool;\n  void init() {\n    pool = Pools.newLimitedExecutor(size, maxQueueSize, \"calls\");\n  }\n}\n",
        ),
        fires(
            "java",
            "class Inbox {\n  private final BlockingQueue<Event> waiting = new LinkedBlockingQueue<>();\n  void onMessage(Event event) {\n    waiting.add(event);\n  }\n}\n",
        ),
        silent(
            "java",
            "class Inbox {\n  private final BlockingQueue<Event> waiting = new LinkedBlockingQueue<>(1000);\n  void onMessage(Event event) {\n    waiting.add(event);\n  }\n}\n",
        ),
        silent(
            "java",
            "class Once {\n  void run() {\n    ExecutorService pool = Executors.newFixedThreadPool(4);\n    for (Job j : jobs) { pool.submit(j); }\n    pool.shutdown();\n  }\n}\n",
        ),
        mends(
            "python",
            "class Relay:\n    def __init__(self):\n        self.waiting = asyncio.Queue()\n",
            "class Relay:\n    def __init__(self):\n        self.waiting = asyncio.Queue(maxsize=500)\n",
        ),
        fires(
            "python",
            "class Relay:\n    def __init__(self):\n        self.waiting = asyncio.Queue()\n\n    async def on_message(self, message):\n        self.waiting.put_nowait(message)\n",
        ),
        silent(
            "python",
            "class Relay:\n    def __init__(self):\n        self.waiting = asyncio.Queue(maxsize=500)\n\n    async def on_message(self, message):\n        await self.waiting.put(message)\n",
        ),
        silent("python", "def walk(root):\n    todo = queue.Queue()\n    todo.put(root)\n    while not todo.empty():\n        visit(todo.get())\n"),
        mends(
            "rust",
            "fn start() -> Handle {\n    let (tx, rx) = mpsc::unbounded_channel();\n    tokio::spawn(drain(rx));\n    Handle { tx }\n}\n",
            "fn start() -> Handle {\n    let (tx, rx) = mpsc::channel(1024);\n    tokio::spawn(drain(rx));\n    Handle { tx }\n}\n",
        ),
        fires(
            "rust",
            "async fn receive_all(mut socket: Socket) {\n    let (tx, rx) = mpsc::unbounded_channel();\n    tokio::spawn(drain(rx));\n    while let Some(frame) = socket.next().await {\n        tx.send(frame);\n    }\n}\n",
        ),
        silent(
            "rust",
            "async fn receive_all(mut socket: Socket) {\n    let (tx, rx) = mpsc::channel(256);\n    tokio::spawn(drain(rx));\n    while let Some(frame) = socket.next().await {\n        tx.send(frame).await;\n    }\n}\n",
        ),
        mends(
            "csharp",
            "class Inbox {\n  void Start() {\n    _waiting = Channel.CreateUnbounded<Event>();\n  }\n}\n",
            "class Inbox {\n  void Start() {\n    _waiting = Channel.CreateBounded<Event>(1000);\n  }\n}\n",
        ),
        silent("csharp", "class Inbox {\n  void Start() {\n    _waiting = Channel.CreateBounded<Event>(1000);\n  }\n}\n"),
        silent(
            "rust",
            "fn lines(text: &str) -> Vec<String> {\n    let mut todo = VecDeque::new();\n    todo.push_back(text);\n    let mut out = Vec::new();\n    while let Some(part) = todo.pop_front() {\n        out.push(part.to_owned());\n    }\n    out\n}\n"
        ),
        fires(
            "csharp",
            "class Inbox {\n  private readonly Channel<Event> _waiting = Channel.CreateUnbounded<Event>();\n  public void OnMessage(Event e) {\n    _waiting.Writer.TryWrite(e);\n  }\n}\n"
        ),
        silent(
            "csharp",
            "class Tree {\n  int Count(Node root) {\n    var todo = new Queue<Node>();\n    todo.Enqueue(root);\n    var n = 0;\n    while (todo.Count > 0) {\n      n++;\n      foreach (var child in todo.Dequeue().Children) {\n        todo.Enqueue(child);\n      }\n    }\n    return n;\n  }\n}\n"
        ),
        silent(
            "csharp",
            "class Inbox {\n  private readonly BlockingCollection<Event> _waiting = new BlockingCollection<Event>(boundedCapacity: 500);\n  public void OnMessage(Event e) {\n    _waiting.Add(e);\n  }\n}\n"
        ),
    ];
}
