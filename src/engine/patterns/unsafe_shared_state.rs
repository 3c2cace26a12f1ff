//! State that several threads or tasks use is touched without what guards it.
//!
//! A map that grows while another thread reads it throws, loses entries or shows half a change, and only under load. Sources: Lu et al.,
//! "Learning from Mistakes" (ASPLOS 2008); Savage et al., "Eraser" (TOCS 1997); the Go memory model; Go's `copylocks` analyzer.
//!
//! Shapes: a lock is taken away from around a field; a field that the file touches only under a lock is touched without it; a
//! concurrent or thread-local type becomes a plain one; the copy goes from around a collection that is walked across an await; a Go
//! method on a value copies the mutex that it locks.

use super::lost_lock::{deviant, deviant_by_text, lost, name_of};
use super::{Detector, High, Low, Medium, Sighting, View};
use crate::engine::syntax::reading::locks::go_receiver;
use crate::engine::syntax::words::{Remote, says};
use crate::engine::syntax::{Id, Kind, Outline};

pub(super) const DETECTOR: Detector = Detector { id: "unsafe-shared-state", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let mut out = Vec::new();
    let mut functions = Vec::new();
    for l in lost(view) {
        // One for each function: the first is the surest, a change before a look.
        let function = view.outline.function_of(l.at);
        if functions.contains(&function) {
            continue;
        }
        functions.push(function);
        if l.checked {
            continue;
        }
        let confidence = match (l.write, l.all) {
            (true, true) => High,
            (true, false) | (false, true) => Medium,
            (false, false) => Low,
        };
        let seen = format!("`{}` was touched under a lock before and is {} without it now, while other threads still use it", l.field, done(l.write));
        push(&mut out, view.sighting(l.at, format!("field {}", l.field), confidence, seen));
    }
    for l in deviant(view).into_iter().chain(deviant_by_text(view)).filter(|l| !functions.contains(&view.outline.function_of(l.at))) {
        let seen = format!("`{}` is {} here without the lock that the other functions hold for it, so this meets a change half done", l.field, done(l.write));
        let walked = matches!(view.outline.node(l.at).kind, Kind::Loop { .. });
        push(&mut out, view.sighting(l.at, format!("field {}", l.field), if l.write || walked { Medium } else { Low }, seen));
    }
    plain_type(view, &mut out);
    uncopied_walk(view, &mut out);
    copied_mutex(view, &mut out);
    out
}

fn push(out: &mut Vec<Sighting>, sighting: Sighting) {
    if !out.iter().any(|s| s.subject == sighting.subject && s.at == sighting.at) {
        out.push(sighting);
    }
}

fn done(write: bool) -> &'static str {
    if write { "changed" } else { "read" }
}

/// Types and modifiers under which a field may be used by several threads.
#[rustfmt::skip]
const GUARDED: &[&str] = &[
    "ConcurrentHashMap", "ConcurrentMap", "ConcurrentSkipListMap", "ConcurrentSkipListSet", "ConcurrentLinkedQueue", "ConcurrentLinkedDeque",
    "CopyOnWriteArrayList", "CopyOnWriteArraySet", "synchronizedMap", "synchronizedSet", "synchronizedList", "synchronizedCollection", "AtomicInteger",
    "AtomicLong", "AtomicBoolean", "AtomicReference", "LongAdder", "ThreadLocal", "AsyncLocal", "ConcurrentDictionary", "ConcurrentQueue", "ConcurrentBag",
    "LinkedBlockingQueue", "LinkedBlockingDeque", "volatile", "sync.Map", "Concurrent::Map", "Concurrent::Hash", "Concurrent::Array", "std::atomic<",
    "atomic<", "atomic.Int64", "atomic.Int32", "atomic.Bool", "atomic.Value", "atomic.Pointer", "newKeySet",
];

/// A declaration that was of a guarded type and is of a plain one.
fn plain_type(view: &View<'_>, out: &mut Vec<Sighting>) {
    let (o, Some(before)) = (view.outline, view.before) else { return };
    let guards = |text: &str| GUARDED.iter().filter(|w| text.contains(**w)).count();
    let locks = |o: &Outline<'_>| o.functions().map(|f| o.held(f).len()).sum::<usize>();
    if locks(o) > locks(before) {
        return;
    }
    let earlier: Vec<&str> = before.text.lines().map(str::trim).collect();
    let now: std::collections::HashSet<&str> = o.text.lines().map(str::trim).collect();
    for gone in earlier.iter().filter(|l| guards(l) > 0 && !now.contains(**l) && !l.starts_with("import") && !l.starts_with("using")) {
        let Some(name) = declared(gone) else { continue };
        for id in o.ids().skip(1).filter(|i| view.touches(*i)) {
            let line = o.text.lines().nth(o.node(id).line as usize - 1).unwrap_or("").trim();
            let first_of_type = matches!(o.node(id).kind, Kind::Type { .. });
            let found = if first_of_type {
                let lines = o.source(id).lines().map(str::trim);
                lines.filter(|l| !earlier.contains(l)).any(|l| declared(l) == Some(name) && is_plain(l))
            } else {
                !earlier.contains(&line) && declared(line) == Some(name) && is_plain(line)
            };
            if found && o.function_of(id).is_none() {
                let seen =
                    format!("`{name}` was of a type that threads may share and is a plain one now: two threads that change it at once lose or break entries");
                push(out, view.sighting(id, format!("type {name}"), Medium, seen));
                break;
            }
        }
    }
}

/// A plain declaration: no other guard takes over, nothing that cannot change.
fn is_plain(line: &str) -> bool {
    const FIXED: [&str; 8] = ["Immutable", "immutable", "unmodifiable", "Map.of", "List.of", "Set.of", "Cache", "Frozen"];
    !GUARDED.iter().any(|w| line.contains(w)) && !FIXED.iter().any(|w| line.contains(w)) && !says(line, &["lock", "mutex"])
}

/// The name that a declaring line gives: the word before `=`, `;`, `{` or the end.
fn declared(line: &str) -> Option<&str> {
    let head = line.split(['=', ';', '{']).next()?.trim_end();
    let head = if line.contains("val ") || line.contains("var ") { head.split(':').next()?.trim_end() } else { head };
    if head.contains(['(', '"']) || line.starts_with(['/', '*', '#']) {
        return None;
    }
    // Go's fields: name first, type behind.
    let name = match head.rsplit_once([' ', '\t', '.']) {
        Some((_, last)) if !last.is_empty() && last.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => last,
        _ => return None,
    };
    (name.len() > 2 && (line.contains('=') || line.ends_with(';') || line.contains('{'))).then_some(name)
}

/// A walk over the object's own collection that awaits or calls out on the way, and no longer over a copy.
fn uncopied_walk(view: &View<'_>, out: &mut Vec<Sighting>) {
    let (o, Some(before)) = (view.outline, view.before) else { return };
    for id in o.ids().filter(|i| view.touches(*i)) {
        let Kind::Loop { over, .. } = o.node(id).kind else { continue };
        let own = ["self.", "this.", "@", "$this->"].iter().any(|p| over.starts_with(p));
        let yields = o.calls(id).any(|(_, c)| c.awaited) || o.remote_calls(id, Remote::Sure).next().is_some();
        if !own || !yields || over.contains('(') && !over.ends_with("()") {
            continue;
        }
        let bare = over.trim_end_matches("()").trim_end_matches(".values").trim_end_matches(".keys").trim_end_matches(".items");
        let copied = before.ids().any(|b| matches!(before.node(b).kind, Kind::Loop { over: was, .. } if is_copy(was, bare)));
        if copied {
            let seen =
                format!("`{bare}` is walked itself and no longer a copy, and the loop waits on its way: what is added or removed meanwhile breaks the walk");
            push(out, view.sighting(id, format!("walk {bare}"), Medium, seen));
        }
    }
}

fn is_copy(over: &str, of: &str) -> bool {
    const COPIES: [&str; 12] = ["tuple(", "list(", "set(", "[...", "Array.from(", ".copy()", ".slice()", ".dup", ".to_a", ".clone()", "copyOf(", ".ToArray()"];
    over.contains(of) && over.len() > of.len() && COPIES.iter().any(|c| over.contains(c))
}

/// A Go method on a value that locks a mutex of that value: each call locks its own copy.
fn copied_mutex(view: &View<'_>, out: &mut Vec<Sighting>) {
    let o = view.outline;
    if o.language != "go" {
        return;
    }
    for function in o.functions() {
        let Some((name, of)) = go_receiver(o.source(function)) else { continue };
        if of.starts_with('*') || name == "_" {
            continue;
        }
        let own = format!("{name}.");
        let locks = |i: &Id| o.call(*i).is_some_and(|c| matches!(c.name, "Lock" | "RLock") && (c.receiver == name || c.receiver.starts_with(&own)));
        let Some(lock) = o.within(function).find(locks) else { continue };
        // A pointer in the value is shared by the copies: the type's declaration tells, where it is in sight.
        let field = o.call(lock).map_or("", |c| c.receiver).trim_start_matches(&own);
        let is_pointer = o.text.lines().any(|l| {
            let mut words = l.split_whitespace();
            words.next() == Some(field) && words.next().is_some_and(|t| t.starts_with('*'))
        });
        let was_pointer = view
            .before
            .is_some_and(|b| b.functions().any(|f| b.source(f).starts_with(&format!("func ({name} *{of})")) && name_of(b, f) == name_of(o, function)));
        if !is_pointer {
            let seen = format!("`{of}` comes by value, so each call locks the mutex of its own copy and two calls run side by side");
            push(out, view.sighting(function, format!("copy {of}"), if was_pointer { High } else { Medium }, seen));
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        mends(
            "python",
            "class Pool:\n    def give_back(self, conn):\n        self._used.remove(conn)\n        self._free.append(conn)\n",
            "class Pool:\n    def give_back(self, conn):\n        with self._lock:\n            self._used.remove(conn)\n            self._free.append(conn)\n",
        ),
        mends(
            "python",
            "class Link:\n    async def restore(self):\n        for channel in self.channels:\n            await channel.restore()\n",
            "class Link:\n    async def restore(self):\n        for channel in tuple(self.channels):\n            await channel.restore()\n",
        ),
        mends(
            "go",
            "package s\n\nfunc (h *Seeds) Set(id string, seed string) {\n\th.seeds[id] = seed\n}\n",
            "package s\n\nfunc (h *Seeds) Set(id string, seed string) {\n\th.mu.Lock()\n\tdefer h.mu.Unlock()\n\th.seeds[id] = seed\n}\n",
        ),
        fires("go", "package s\n\nfunc (c Counter) Add(key string) {\n\tc.mu.Lock()\n\tdefer c.mu.Unlock()\n\tc.counts[key]++\n}\n"),
        fires(
            "go",
            "package s\n\nfunc (r *Routes) Add(k string, n Node) {\n\tr.mu.Lock()\n\tdefer r.mu.Unlock()\n\tr.table[k] = n\n}\n\nfunc (r *Routes) Find(k string) Node {\n\tr.mu.RLock()\n\tdefer r.mu.RUnlock()\n\treturn r.table[k]\n}\n\nfunc (r *Routes) Drop(k string) {\n\tdelete(r.table, k)\n}\n",
        ),
        mends(
            "java",
            "class D {\n  private Map<String, Long> seen = new HashMap<>();\n  void note(String id) { seen.put(id, 1L); }\n}\n",
            "class D {\n  private Map<String, Long> seen = new ConcurrentHashMap<>();\n  void note(String id) { seen.put(id, 1L); }\n}\n",
        ),
        mends(
            "java",
            "class D {\n  void drop(String id) {\n    owners.remove(id);\n  }\n}\n",
            "class D {\n  void drop(String id) {\n    synchronized (this) {\n      owners.remove(id);\n    }\n  }\n}\n",
        ),
        mends(
            "ruby",
            "class Box\n  def add(job)\n    @jobs << job\n  end\nend\n",
            "class Box\n  def add(job)\n    @mutex.synchronize do\n      @jobs << job\n    end\n  end\nend\n",
        ),
        silent("python", "class Pool:\n    def give_back(self, conn):\n        with self._lock:\n            self._free.append(conn)\n"),
        silent("go", "package s\n\nfunc (c *Counter) Add(key string) {\n\tc.mu.Lock()\n\tdefer c.mu.Unlock()\n\tc.counts[key]++\n}\n"),
        silent(
            "go",
            "package s\n\nfunc (r *Routes) Add(k string, n Node) {\n\tr.mu.Lock()\n\tdefer r.mu.Unlock()\n\tr.addLocked(k, n)\n}\n\nfunc (r *Routes) addLocked(k string, n Node) {\n\tr.table[k] = n\n}\n",
        ),
        silent("java", "class D {\n  private final Map<String, Long> seen = new HashMap<>();\n  D() { seen.put(\"a\", 1L); }\n}\n"),
        silent("ruby", "class Box\n  def initialize\n    @jobs = []\n  end\n\n  def add(job)\n    @jobs << job\n  end\nend\n"),
        silent(
            "python",
            "class Finder(NodeVisitor):\n    def __init__(self):\n        self.filters = set()\n        self.tests = set()\n\n    def visit_filter(self, node):\n        self.filters.add(node.name)\n\n\nclass Frame:\n    def __init__(self, parent):\n        self.filters = set(parent.filters)\n"
        ),
        silent(
            "go",
            "package p\n\n// recount is an internal helper; the caller holds the lock.\nfunc (c *Commitment) recount() uint64 {\n\tmatched := make([]uint64, 0, len(c.matched))\n\tfor _, index := range c.matched {\n\t\tmatched = append(matched, index)\n\t}\n\treturn middle(matched)\n}\n\nfunc (c *Commitment) Match(id string, index uint64) {\n\tc.mu.Lock()\n\tdefer c.mu.Unlock()\n\tc.matched[id] = index\n}\n\nfunc (c *Commitment) Forget(id string) {\n\tc.mu.Lock()\n\tdefer c.mu.Unlock()\n\tdelete(c.matched, id)\n}\n"
        ),
    ];
}
