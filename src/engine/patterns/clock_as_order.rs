//! The time on a wall clock decides which of two things came first.
//!
//! Clocks of two machines differ by milliseconds to minutes and one clock jumps when it is set, so the older write wins, a lease ends
//! early, or what is alive is taken for dead. Sources: Lamport, "Time, Clocks, and the Ordering of Events" (1978); Kingsbury, "The trouble
//! with timestamps" (2013); Cloudflare, "How and why the leap second affected Cloudflare DNS" (2017).
//!
//! Shapes: times of two records are compared and one record is skipped or written over for it; a monotonic clock gives way to a wall
//! clock in what measures or compares.

use super::lost_lock::same_function;
use super::{Detector, Low, Medium, Sighting, View};
use crate::engine::lines::shorten;
use crate::engine::syntax::words::says;
use crate::engine::syntax::{Id, Jump, Kind};

pub(super) const DETECTOR: Detector = Detector { id: "clock-as-order", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for function in o.functions().filter(|f| view.touches(*f)) {
        two_records(view, function, &mut out);
        wall_for_monotonic(view, function, &mut out);
    }
    out
}

/// Names of times that a record carries from where it was made.
#[rustfmt::skip]
const STAMPS: &[&str] = &[
    "timestamp", "storetimestamp", "updatedat", "updated_at", "updatetime", "update_time", "modifiedat", "modified_at", "lastmodified", "last_modified",
    "createdat", "created_at", "poptime", "eventtime", "event_time", "lastupdated", "last_updated", "mtime", "borntimestamp", "lastmodifiedtime",
];

/// Times of two records decide which of them counts.
fn two_records(view: &View<'_>, function: Id, out: &mut Vec<Sighting>) {
    let o = view.outline;
    for id in o.within(function) {
        let Kind::Branch { condition } = o.node(id).kind else { continue };
        let Some((left, right)) = compared(condition) else { continue };
        let (Some(a), Some(b)) = (owner(left), owner(right)) else { continue };
        let fixed =
            |t: &str| says(t, &["now", "start*", "end*", "deadline", "expir*", "timeout", "since", "until", "cutoff", "threshold", "max", "min", "limit"]);
        if a == b
            || !says(left, STAMPS)
            || !says(right, STAMPS)
            || fixed(left)
            || fixed(right)
            || says(o.function_name(id), &["compare*", "sort*", "less", "cmp", "before", "after", "equals"])
        {
            continue;
        }
        let skips = o.within(id).any(|i| matches!(o.node(i).kind, Kind::Jump { what: Jump::Return | Jump::Continue, .. }));
        let overwrites = o.calls(id).any(|(_, c)| says(c.name, &["put", "set*", "update*", "save*", "replace*", "merge", "delete*", "remove*"]))
            || o.within(id).any(|i| matches!(o.node(i).kind, Kind::Assign { target, .. } if target.contains(['.', '['])));
        if skips || overwrites {
            let seen = format!(
                "`{}` and `{}` were stamped by two clocks, and the comparison decides which record counts: a clock that is behind loses the newer one",
                shorten(left, 40),
                shorten(right, 40)
            );
            out.push(view.sighting(id, format!("stamps {} {}", shorten(left, 40), shorten(right, 40)), Medium, seen));
        }
    }
}

fn compared(condition: &str) -> Option<(&str, &str)> {
    for part in condition.split("&&").flat_map(|p| p.split("||")).flat_map(|p| p.split(" and ")).flat_map(|p| p.split(" or ")) {
        let part = part.trim().trim_start_matches('(').trim();
        for way in [".isBefore(", ".isAfter(", ".Before(", ".After(", " <= ", " >= ", " < ", " > "] {
            if let Some((a, b)) = part.split_once(way) {
                return Some((a.trim(), b.trim().trim_end_matches(')')));
            }
        }
    }
    None
}

/// What a time belongs to: `order` of `order.updated_at`.
fn owner(side: &str) -> Option<&str> {
    let side = side.trim_start_matches(['!', '*', '&']);
    let root = side.split(['.', '[', '(']).next()?.trim();
    let dotted = side.contains('.') || side.contains("->") || side.contains('[');
    (dotted && !root.is_empty()).then(|| side.rsplit_once('.').map_or(root, |(o, _)| o))
}

/// Clocks that only go forward, and clocks that somebody sets.
#[rustfmt::skip]
const MONOTONIC: &[&str] = &[
    "time.monotonic", "perf_counter", "loop.time()", "System.nanoTime", "Instant::now", "performance.now", "Stopwatch", "steady_clock", "process.hrtime",
    "CLOCK_MONOTONIC", "TickCount64", "monotonic_time", "elapsedRealtime", "nanotime()",
];
#[rustfmt::skip]
const WALL: &[&str] = &[
    "time.time()", "System.currentTimeMillis", "SystemTime::now", "Date.now()", "DateTime.Now", "DateTime.UtcNow", "system_clock", "Time.now", "datetime.now",
    "datetime.utcnow", "new Date()", "Instant.now()", "System.system_time", "UnixNano()", "UnixMilli()", "os_time",
];

fn wall_for_monotonic(view: &View<'_>, function: Id, out: &mut Vec<Sighting>) {
    let (o, Some(before)) = (view.outline, view.before) else { return };
    let Some(earlier) = same_function(o, function, before) else { return };
    let (was, is) = (before.source(earlier), o.source(function));
    let count = |text: &str, of: &[&str]| of.iter().map(|w| text.matches(w).count()).sum::<usize>();
    // Go's times carry both clocks until they are turned into a number.
    let go_was = o.language == "go" && count(was, &[".Before(", ".After(", "time.Since("]) > count(is, &[".Before(", ".After(", "time.Since("]);
    let less = count(was, MONOTONIC) > count(is, MONOTONIC) || go_was;
    if !less || count(is, WALL) <= count(was, WALL) {
        return;
    }
    let line_has = |i: &Id| {
        view.touches(*i)
            && WALL.iter().any(|w| {
                o.source(*i).lines().next().unwrap_or("").contains(w) || matches!(o.node(*i).kind, Kind::Branch { condition } if condition.contains(w))
            })
    };
    let statement = |i: &Id| matches!(o.node(*i).kind, Kind::Branch { .. } | Kind::Assign { .. } | Kind::Call(_) | Kind::Jump { .. });
    let Some(at) = o.within(function).filter(statement).find(line_has) else { return };
    let compares = is.contains(['<', '>', '-']);
    let seen = "this time comes from the wall clock and no longer from one that only goes forward: when the clock is set, waits and leases end early or never";
    out.push(view.sighting(at, "wall clock", if compares { Medium } else { Low }, seen));
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        fires(
            "python",
            "def merge(self, row):\n    mine = self.rows.get(row.id)\n    if mine is not None and mine.updated_at > row.updated_at:\n        return\n    self.rows[row.id] = row\n",
        ),
        mends(
            "python",
            "def held(self):\n    self.until = time.time() + 10\n    return time.time() < self.until\n",
            "def held(self):\n    self.until = time.monotonic() + 10\n    return time.monotonic() < self.until\n",
        ),
        fires(
            "java",
            "class M {\n  void apply(Row row) {\n    Row mine = rows.get(row.id());\n    if (row.getTimestamp() > mine.getTimestamp()) {\n      rows.put(row.id(), row);\n    }\n  }\n}\n",
        ),
        mends(
            "java",
            "class M {\n  boolean late(long began) {\n    return System.currentTimeMillis() - began > limit;\n  }\n}\n",
            "class M {\n  boolean late(long began) {\n    return System.nanoTime() - began > limit;\n  }\n}\n",
        ),
        fires(
            "typescript",
            "export function apply(store: Store, incoming: Doc) {\n  const mine = store.get(incoming.id);\n  if (incoming.updatedAt > mine.updatedAt) {\n    store.set(incoming.id, incoming);\n  }\n}\n",
        ),
        mends(
            "typescript",
            "export function late(began: number) {\n  return Date.now() - began > 500;\n}\n",
            "export function late(began: number) {\n  return performance.now() - began > 500;\n}\n",
        ),
        silent("python", "def fresh(self, row):\n    if row.updated_at < self.cutoff:\n        return None\n    return row\n"),
        silent("java", "class M {\n  boolean late(long began) {\n    return System.nanoTime() - began > limit;\n  }\n}\n"),
        silent(
            "typescript",
            "export function apply(store: Store, incoming: Doc) {\n  const mine = store.get(incoming.id);\n  if (incoming.version > mine.version) {\n    store.set(incoming.id, incoming);\n  }\n}\n",
        ),
        silent("java", "class Certificates {\n  boolean usable(Certificate c) {\n    return clock.instant().isBefore(c.notAfter());\n  }\n}\n"),
        silent("java", "class Feed {\n  void sort(List<Post> posts) {\n    posts.sort((a, b) -> Long.compare(b.getTimestamp(), a.getTimestamp()));\n  }\n}\n"),
        silent("typescript", "export function expired(session: Session) {\n  return session.expiresAt < Date.now();\n}\n"),
        silent(
            "python",
            "def merge(self, row):\n    mine = self.rows.get(row.id)\n    if mine is not None and mine.revision >= row.revision:\n        return\n    self.rows[row.id] = row\n"
        ),
        fires(
            "go",
            "package m\n\nfunc (s *Store) Apply(in Row) {\n\tmine, ok := s.rows[in.ID]\n\tif ok && mine.UpdatedAt.After(in.UpdatedAt) {\n\t\treturn\n\t}\n\ts.rows[in.ID] = in\n}\n"
        ),
        mends(
            "go",
            "package m\n\nfunc (s *Store) Apply(in Row) {\n\tmine := s.rows[in.ID]\n\tif in.Timestamp > mine.Timestamp {\n\t\ts.rows[in.ID] = in\n\t}\n}\n",
            "package m\n\nfunc (s *Store) Apply(in Row) {\n\tmine := s.rows[in.ID]\n\tif in.Sequence > mine.Sequence {\n\t\ts.rows[in.ID] = in\n\t}\n}\n"
        ),
        silent(
            "go",
            "package m\n\nfunc (s *Store) Prune(before time.Time) {\n\tfor id, row := range s.rows {\n\t\tif row.UpdatedAt.Before(before) {\n\t\t\tdelete(s.rows, id)\n\t\t}\n\t}\n}\n"
        ),
        silent("go", "package m\n\nfunc measure(work func()) time.Duration {\n\tbegan := time.Now()\n\twork()\n\treturn time.Since(began)\n}\n"),
    ];
}
