//! State that was touched under a lock before an edit and is touched without it afterwards, and state that a file touches under a lock
//! everywhere but in one place. Shared by the detectors of unsafe shared state and of check-then-act.
//!
//! The second is a lockset in the small: what code believes is told by what it does most of the time (Engler et al., "Bugs as
//! Deviant Behavior", SOSP 2001; Savage et al., "Eraser", TOCS 1997).

use super::View;
use crate::engine::syntax::reading::locks::{Held, Touch};
use crate::engine::syntax::words::says;
use crate::engine::syntax::{Id, Kind, Outline};

/// State whose lock is gone.
pub(super) struct Lost<'t> {
    /// The node to cite.
    pub(super) at: Id,
    /// Name of the field.
    pub(super) field: &'t str,
    /// It is changed there.
    pub(super) write: bool,
    /// The function now takes no lock at all.
    pub(super) all: bool,
    /// Under the lock it was looked at and then changed.
    pub(super) checked: bool,
}

/// What the edit takes out of a lock: one for each field, writes first.
pub(super) fn lost<'v>(view: &View<'v>) -> Vec<Lost<'v>> {
    let (o, Some(before)) = (view.outline, view.before) else { return Vec::new() };
    // What became safe by itself, or is locked by somebody else now.
    if mentions(o.text) > mentions(before.text) {
        return Vec::new();
    }
    let mut out: Vec<Lost<'v>> = Vec::new();
    for function in o.functions().filter(|f| view.touches(*f)) {
        let Some(earlier) = same_function(o, function, before) else { continue };
        let held_before = before.held(earlier);
        if held_before.is_empty() || is_for_holders(o, function) || is_maker(o, function) {
            continue;
        }
        let held = o.held(function);
        let locks = |o: &Outline<'_>, but: Id| o.functions().filter(|f| *f != but).map(|f| o.held(f).len()).sum::<usize>();
        // Another function locks more now: the caller of this one, perhaps. What this one calls does not guard what it touches itself.
        let callee_locks =
            || o.functions().filter(|f| *f != function && o.calls(function).any(|(_, c)| c.name == name_of(o, *f))).map(|f| o.held(f).len()).sum::<usize>();
        if held.len() > held_before.len() || locks(o, function) > locks(before, earlier) + callee_locks() {
            continue;
        }
        let with_lock = |f: Id| (f, o.held(f), Vec::new());
        if called_by_holder(o, function, &o.functions().map(with_lock).collect::<Vec<_>>()) {
            continue;
        }
        let was = before.touches_of(earlier);
        let is_free = |t: &Touch<'_>, held: &[Held<'_>]| !Outline::is_held(held, t.at);
        let mut free: Vec<Touch<'v>> = o
            .touches_of(function)
            .into_iter()
            .filter(|t| is_free(t, &held))
            .filter(|t| was.iter().any(|w| w.field == t.field && !is_free(w, &held_before)))
            .filter(|t| !was.iter().any(|w| w.field == t.field && is_free(w, &held_before)))
            .collect();
        free.sort_by_key(|t| !t.write);
        for touch in free {
            if !out.iter().any(|l| l.field == touch.field && o.function_of(l.at) == Some(function)) {
                out.push(Lost {
                    at: o.node_at(function, touch.at),
                    field: touch.field,
                    write: touch.write,
                    all: held.is_empty(),
                    checked: is_checked(before, earlier, touch.field, &held_before),
                });
            }
        }
    }
    out
}

/// State that the other functions of the text touch only under a lock.
pub(super) fn deviant<'v>(view: &View<'v>) -> Vec<Lost<'v>> {
    let o = view.outline;
    let functions: Vec<(Id, Vec<Held<'v>>, Vec<Touch<'v>>)> = o.functions().map(|f| (f, o.held(f), o.touches_of(f))).collect();
    if functions.iter().all(|(_, held, _)| held.is_empty()) {
        return Vec::new();
    }
    let mut out: Vec<Lost<'v>> = Vec::new();
    for (function, held, touches) in &functions {
        if !view.touches(*function)
            || is_maker(o, *function)
            || is_for_holders(o, *function)
            || speaks_of_locks(o, *function)
            || called_by_holder(o, *function, &functions)
        {
            continue;
        }
        for touch in touches.iter().filter(|t| !Outline::is_held(held, t.at)) {
            if is_its_own_guard(o.text, touch.field) || out.iter().any(|l| l.field == touch.field && o.function_of(l.at) == Some(*function)) {
                continue;
            }
            let elsewhere: Vec<(bool, bool)> = functions
                .iter()
                .filter(|(f, _, _)| f != function && !is_maker(o, *f))
                .flat_map(|(_, held, touches)| touches.iter().filter(|t| t.field == touch.field).map(|t| (Outline::is_held(held, t.at), t.write)))
                .collect();
            let always = elsewhere.iter().all(|(held, _)| *held);
            let written = elsewhere.iter().any(|(_, write)| *write);
            let own = touches.iter().any(|t| t.field == touch.field && Outline::is_held(held, t.at));
            if always && written && elsewhere.len() >= 2 && !own {
                let write = touches.iter().any(|t| t.field == touch.field && t.write);
                out.push(Lost { at: o.node_at(*function, touch.at), field: touch.field, write, all: true, checked: false });
            }
        }
    }
    out
}

/// The same, where the other functions are not read: every other place of the text that names the field follows a lock closely.
pub(super) fn deviant_by_text<'v>(view: &View<'v>) -> Vec<Lost<'v>> {
    let o = view.outline;
    let lines: Vec<&str> = o.text.lines().collect();
    let takes = |l: &str| {
        let l = l.trim_start();
        !l.starts_with(['/', '#', '*'])
            && (l.contains("Lock()") && !l.contains("Unlock")
                || l.contains("synchronized")
                || says(l, &["with"]) && says(l, &["lock", "mutex"])
                || l.contains("lock ("))
    };
    let mut out: Vec<Lost<'v>> = Vec::new();
    for function in o.functions().filter(|f| view.touches(*f)) {
        if is_maker(o, function) || is_for_holders(o, function) || !o.held(function).is_empty() || speaks_of_locks(o, function) {
            continue;
        }
        let with_lock = |f: Id| (f, o.held(f), Vec::new());
        if called_by_holder(o, function, &o.functions().map(with_lock).collect::<Vec<_>>()) {
            continue;
        }
        let (start, end) = o.node(function).span;
        for touch in o.touches_of(function) {
            let at = o.node_at(function, touch.at);
            let walked = matches!(o.node(at).kind, Kind::Loop { over, .. } if says(over, &[touch.field]));
            if !(touch.write || walked) || is_its_own_guard(o.text, touch.field) || !view.touches(at) || out.iter().any(|l| l.field == touch.field) {
                continue;
            }
            let dotted = if o.language == "ruby" { format!("@{}", touch.field) } else { format!(".{}", touch.field) };
            let others: Vec<usize> = o
                .text
                .match_indices(&dotted)
                .map(|(at, _)| at)
                .filter(|at| !(start..end).contains(at) && !o.text[at + dotted.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
                .collect();
            let under_lock = |at: &usize| {
                let line = o.line_of(*at) as usize - 1;
                lines[line.saturating_sub(8)..line].iter().any(|l| takes(l))
            };
            let is_locked = |at: &usize| {
                let line = o.line_of(*at) as usize - 1;
                let head = lines[..line].iter().rev().map(|l| l.trim_start()).find(|l| l.starts_with("def "));
                if head.is_some_and(|h| says(h, &["__init__", "initialize"])) {
                    return true;
                }
                under_lock(at)
            };
            // Makers alone prove nothing: somebody has to take the lock for it.
            if others.len() >= 2 && others.iter().any(under_lock) && others.iter().all(is_locked) {
                out.push(Lost { at, field: touch.field, write: touch.write, all: true, checked: false });
            }
        }
    }
    out
}

/// The function before the edit with the same name and, where several have it, the same parameters.
pub(super) fn same_function(o: &Outline<'_>, function: Id, before: &Outline<'_>) -> Option<Id> {
    let Kind::Function { name, params, .. } = &o.node(function).kind else { return None };
    let named: Vec<Id> = before.functions().filter(|f| matches!(&before.node(*f).kind, Kind::Function { name: n, .. } if n == name)).collect();
    let head = |o: &Outline<'_>, f: Id| o.source(f).split('{').next().map(str::trim).map(str::to_owned);
    let same = |f: &&Id| matches!(&before.node(**f).kind, Kind::Function { params: p, .. } if p == params);
    let now = o.functions().filter(|f| matches!(&o.node(*f).kind, Kind::Function { name: n, .. } if n == name)).count();
    match named.as_slice() {
        [one] if now == 1 => Some(*one),
        several => several.iter().find(|f| head(before, **f) == head(o, function)).or_else(|| several.iter().find(same)).copied(),
    }
}

/// Events, queues and counters of the platform are safe to use by themselves.
fn is_its_own_guard(text: &str, field: &str) -> bool {
    text.match_indices(field).any(|(at, _)| {
        let behind = text[at + field.len()..].lines().next().unwrap_or("");
        let used = [".is_set(", ".wait(", ".isSet(", ".Load(", ".load(", ".qsize(", ".put_nowait(", ".compareAndSet("].iter().any(|m| behind.starts_with(m));
        used || behind.trim_start().starts_with(['=', ':']) && says(behind, &["event", "queue", "atomic*", "channel", "future"])
    })
}

/// Name of a function.
pub(super) fn name_of<'t>(o: &Outline<'t>, function: Id) -> &'t str {
    if let Kind::Function { name, .. } = o.node(function).kind { name } else { "" }
}

/// Functions that run with the lock held, by their names.
fn is_for_holders(o: &Outline<'_>, function: Id) -> bool {
    matches!(o.node(function).kind, Kind::Function { name, .. } if says(name, &["locked", "unlocked", "nolock", "unsafe", "unguarded", "holding"]))
}

/// A comment in the function, or right above it, says how it is with the lock: "must be called with the lock held", "append is atomic".
fn speaks_of_locks(o: &Outline<'_>, function: Id) -> bool {
    let is_comment = |l: &&str| l.starts_with("//") || l.starts_with('#') || l.starts_with('*') || l.starts_with("/*");
    let about = |l: &str| says(l, &["lock", "locked", "locks", "locking", "mutex", "atomic", "threadsafe", "holding"]) || l.contains("thread-safe");
    let above = o.text.get(..o.node(function).span.0).unwrap_or("");
    let doc = above.lines().rev().map(str::trim).skip_while(|l| l.is_empty()).take_while(is_comment);
    doc.chain(o.source(function).lines().map(str::trim).filter(is_comment)).any(about)
}

/// Functions that run before anybody else has the object.
pub(super) fn is_maker(o: &Outline<'_>, function: Id) -> bool {
    let Kind::Function { name, .. } = o.node(function).kind else { return false };
    let in_type = o.ancestors(function).any(|i| matches!(o.node(i).kind, Kind::Type { name: n } if n == name));
    in_type || says(name, &["__init__", "initialize", "init", "constructor", "new*", "create*", "setup", "__construct", "toString", "string", "__repr__"])
}

/// Whether another function calls this one with the lock held.
fn called_by_holder(o: &Outline<'_>, function: Id, functions: &[(Id, Vec<Held<'_>>, Vec<Touch<'_>>)]) -> bool {
    let Kind::Function { name, .. } = o.node(function).kind else { return false };
    functions.iter().any(|(f, held, _)| !held.is_empty() && o.calls(*f).any(|(i, c)| c.name == name && Outline::is_held(held, o.node(i).span.0)))
}

/// Whether a branch under the lock asks about the field, and what follows under the lock changes it.
fn is_checked(o: &Outline<'_>, function: Id, field: &str, held: &[Held<'_>]) -> bool {
    let touches = o.touches_of(function);
    o.within(function).any(|i| {
        let node = o.node(i);
        let Kind::Branch { condition } = node.kind else { return false };
        let asks = says(condition, &[field]) || is_own_question(condition);
        asks && Outline::is_held(held, node.span.0)
            && touches.iter().any(|t| t.field == field && t.at > node.span.0 + condition.len() && t.write && Outline::is_held(held, t.at))
            && !touches.iter().any(|t| t.field == field && t.write && says_taken(&o.text[t.at..]))
    })
}

/// `connected?`, `self.is_open()`: the object asked about itself.
fn is_own_question(condition: &str) -> bool {
    let c = condition.trim_start_matches(['!', '(', ' ']).trim_start_matches("not ").trim_end_matches([')', '(']);
    (c.ends_with('?') && !c.contains(['.', ' '])) || (c.starts_with("self.is_") || c.starts_with("this.is")) && !c.contains(' ')
}

/// Something is taken out rather than put in.
fn says_taken(text: &str) -> bool {
    let line = text.lines().next().unwrap_or("");
    let head = line.split('(').next().unwrap_or(line);
    says(head, &["pop*", "poll*", "remove*", "shift", "dequeue", "take", "clear"])
}

/// How often a text names things that are safe to share by themselves.
fn mentions(text: &str) -> usize {
    const SAFE: [&str; 14] = [
        "Concurrent",
        "Atomic",
        "atomic",
        "CopyOnWrite",
        "sync.Map",
        "volatile",
        "ThreadLocal",
        "synchronized",
        "RwLock",
        "Mutex",
        "Immutable",
        "BlockingQueue",
        "singleflight",
        "Interlocked",
    ];
    SAFE.iter().map(|w| text.matches(w).count()).sum()
}
