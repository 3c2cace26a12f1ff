//! State that several threads or tasks use is touched without what guards it.
//!
//! A map that grows while another thread reads it throws, loses entries or shows half a change, and only under load. Sources: Lu et al.,
//! "Learning from Mistakes" (ASPLOS 2008); Savage et al., "Eraser" (TOCS 1997); the Go memory model; Go's `copylocks` analyzer.
//!
//! Shapes: a lock is taken away from around a field; a field that the file touches only under a lock is touched without it; a
//! concurrent or thread-local type becomes a plain one; the copy goes from around a collection that is walked across an await; a Go
//! method on a value copies the mutex that it locks.

use super::lost_lock::{deviant, deviant_by_text, lost, name_of};
use super::taken::{self, Pair};
use super::{Detector, High, Low, Medium, Sighting, View};
use crate::engine::syntax::reading::locks::go_receiver;
use crate::engine::syntax::words::{self, Remote, says};
use crate::engine::syntax::{Call, Id, Kind, Outline};

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
    for pair in taken::pairs(view) {
        changed_in_place(view, &pair, &mut out);
        read_behind_the_lock(view, &pair, &mut out);
        around_the_guard(view, &pair, &mut out);
    }
    out
}

/// Readers had a whole copy, old or new; now the one that they walk over is changed.
fn changed_in_place(view: &View<'_>, pair: &Pair<'_>, out: &mut Vec<Sighting>) {
    const CHANGES: &[&str] =
        &["add*", "append", "push*", "put", "insert*", "remove*", "delete", "clear", "set", "pop", "discard", "update", "extend", "addfirst", "addlast"];
    let (b, a) = (pair.before, pair.after);
    let squeeze = |t: &str| t.split_whitespace().collect::<String>();
    for id in b.within(pair.old) {
        // `copy = new List(field)`, and further down `field = copy`.
        let Kind::Assign { target, value } = b.node(id).kind else { continue };
        let copy = words::tail(target.rsplit([' ', ':']).next().unwrap_or(target));
        let put = b.within(pair.old).filter(|i| *i > id).find_map(|i| match b.node(i).kind {
            Kind::Assign { target: field, value: v } if v.trim().trim_end_matches(';') == copy && !field.contains(' ') => Some(field),
            _ => None,
        });
        let Some(field) = put else { continue };
        if !taken::mentions(value, words::tail(field)) || copy.is_empty() || copy == field {
            continue;
        }
        let changed =
            a.calls(pair.new).find(|(i, c)| says(c.name, CHANGES) && squeeze(c.receiver) == squeeze(field) && view.touches(*i) && a.lock_of(*i).is_none());
        let still = a.within(pair.new).any(|i| matches!(a.node(i).kind, Kind::Assign { target: t, .. } if t == field));
        if let (Some((at, _)), false, true) = (changed, still, a.held(pair.new).is_empty()) {
            let seen = format!("`{field}` was replaced by a changed copy and is changed in place now: who walks over it meanwhile breaks or sees half of it");
            push(out, view.sighting(at, format!("in place {field}"), Medium, seen));
        }
    }
}

/// A record is looked up under a lock, and its fields are read behind the lock now.
fn read_behind_the_lock(view: &View<'_>, pair: &Pair<'_>, out: &mut Vec<Sighting>) {
    let (b, a) = (pair.before, pair.after);
    let (held, was) = (a.held(pair.new), b.held(pair.old));
    if held.is_empty() || was.len() != held.len() {
        return;
    }
    for id in a.within(pair.new) {
        let Kind::Assign { target, value } = a.node(id).kind else { continue };
        // Out of a table, by its key.
        let record = target.split([',', ' ', ':']).next().unwrap_or("");
        if !(value.trim_end().ends_with(']') && value.contains('[') && value.contains('.')) || record.len() < 2 || !Outline::is_held(&held, a.node(id).span.0) {
            continue;
        }
        let reads = |o: &Outline<'_>, f: Id| -> Vec<usize> {
            let (start, end) = o.node(f).span;
            o.text
                .get(start..end)
                .unwrap_or("")
                .match_indices(&format!("{record}."))
                .filter(|(i, _)| *i == 0 || !o.text.as_bytes()[start + i - 1].is_ascii_alphanumeric())
                .map(|(i, _)| start + i)
                .collect()
        };
        let (then, now) = (reads(b, pair.old), reads(a, pair.new));
        let free = now.iter().find(|at| **at > a.node(id).span.0 && !Outline::is_held(&held, **at));
        let all_held = !then.is_empty() && then.iter().all(|at| Outline::is_held(&was, *at));
        if let (Some(at), true) = (free, all_held) {
            let node = a.node_at(pair.new, *at);
            let seen = format!("fields of `{record}` were read under the lock and are read behind it now, while others may change them");
            push(out, view.sighting(node, format!("record {record}"), Medium, seen));
            return;
        }
    }
}

/// A function that took the lock to look something up is left out, and its table is used directly.
fn around_the_guard(view: &View<'_>, pair: &Pair<'_>, out: &mut Vec<Sighting>) {
    let (b, a) = (pair.before, pair.after);
    // A few are looked up in the file, which may be long: getters and takers, in the touched lines.
    let is_accessor = |c: &Call<'_>| {
        c.args.len() < 3
            && says(
                c.name,
                &[
                    "get*", "pop*", "take*", "find*", "lookup*", "list*", "load*", "next*", "read*", "drain*", "swap*", "add*", "set*", "put*", "remove*",
                    "send*",
                ],
            )
            && !words::is_log(c)
    };
    for gone in pair.gone_calls(|_, _, c| is_accessor(c)).into_iter().take(3) {
        let Some(c) = b.call(gone) else { continue };
        // Its body, in the whole file: a few lines that lock and name a field.
        let file = if view.file.is_empty() { b.text } else { view.file };
        let declared = |i: usize| {
            let line = &file[file[..i].rfind('\n').map_or(0, |n| n + 1)..];
            let line = line.lines().next().unwrap_or("");
            line.trim_end().ends_with(['{', ':']) && (says(line, &["func", "def", "fn", "fun"]) || !line.contains(['=', '.']))
        };
        let Some(at) = file.match_indices(&format!("{}(", c.name)).map(|(i, _)| i).find(|i| declared(*i)) else { continue };
        let mut body = String::new();
        for line in file[at..].lines().skip(1).take(8) {
            if line.starts_with('}') || line.trim_start().starts_with("def ") {
                break;
            }
            body.push_str(line);
            body.push('\n');
        }
        if !(body.contains("Lock()") || body.contains("synchronized") || (body.contains("with ") && says(&body, &["lock", "mutex"]))) {
            continue;
        }
        let (start, end) = a.node(pair.new).span;
        let text = a.text.get(start..end).unwrap_or("");
        for field in body.split('.').skip(1).map(|t| t.split(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_').next().unwrap_or("")) {
            let dotted = format!(".{field}");
            let free = |t: &str| {
                t.match_indices(&dotted)
                    .map(|(i, _)| i)
                    .find(|i| !t[i + dotted.len()..].starts_with(|ch: char| ch.is_ascii_alphanumeric() || matches!(ch, '_' | '(')))
            };
            let Some(at) = free(text).filter(|_| field.len() > 2 && !says(field, &["mu", "lock", "mutex", "mtx", "l"]) && free(b.source(pair.old)).is_none())
            else {
                continue;
            };
            let node = a.node_at(pair.new, start + at);
            if view.touches(node) && !Outline::is_held(&a.held(pair.new), start + at) {
                let seen = format!("`{}` held the lock around `{field}`, which is used directly now while other threads change it", c.name);
                push(out, view.sighting(node, format!("around {field}"), Medium, seen));
                return;
            }
        }
    }
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
            "csharp",
            "class Providers {\n  static void Add(Provider p) {\n    Known.AddFirst(p);\n  }\n}\n",
            "class Providers {\n  static void Add(Provider p) {\n    var list = new LinkedList<Provider>(Known);\n    list.AddFirst(p);\n    Known = list;\n  }\n}\n",
        ),
        mends(
            "go",
            "package s\n\nfunc (k *Ring) Remove(key string) {\n\tfor i := range k.keys {\n\t\tif k.keys[i] == key {\n\t\t\tk.install(i)\n\t\t}\n\t}\n}\n\nfunc (k *Ring) install(i int) {\n\tk.mu.Lock()\n\tdefer k.mu.Unlock()\n\tk.keys = append(k.keys[:i], k.keys[i+1:]...)\n}\n",
            "package s\n\nfunc (k *Ring) Remove(key string) {\n\tk.mu.Lock()\n\tdefer k.mu.Unlock()\n\tfor i := range k.keys {\n\t\tif k.keys[i] == key {\n\t\t\tk.installLocked(i)\n\t\t}\n\t}\n}\n\nfunc (k *Ring) installLocked(i int) {\n\tk.keys = append(k.keys[:i], k.keys[i+1:]...)\n}\n",
        ),
        mends(
            "go",
            "package s\n\nfunc (m *M) leave() {\n\tm.mu.Lock()\n\tstate := m.nodes[m.name]\n\tm.mu.Unlock()\n\tm.tell(state.Round)\n}\n",
            "package s\n\nfunc (m *M) leave() {\n\tm.mu.Lock()\n\tstate := m.nodes[m.name]\n\tround := state.Round\n\tm.mu.Unlock()\n\tm.tell(round)\n}\n",
        ),
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
