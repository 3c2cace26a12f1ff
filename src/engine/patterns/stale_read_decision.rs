//! A decision is taken on what was read earlier, from a copy or from a cache, and nothing asks whether it still holds.
//!
//! A view that lags says "gone" of what was just made and "free" of what was just taken. Sources: Terry et al., "Session Guarantees for
//! Weakly Consistent Replicated Data" (1994); Kubernetes API concepts, resource versions; etcd, linearizable reads.
//!
//! Shape: the edit takes away the question whether what was read is still current: a guard on a version, an epoch, a run or a change
//! of leader that left the function, a part of a condition that asked the same, an arm of a `select` that ended it.

use super::lost_lock::same_function;
use super::{Detector, Medium, Sighting, View};
use crate::engine::lines::shorten;
use crate::engine::syntax::words::says;
use crate::engine::syntax::{Id, Jump, Kind, Outline, Role};

pub(super) const DETECTOR: Detector = Detector { id: "stale-read-decision", languages: &[], find };

/// Words that ask for currency wherever they stand.
#[rustfmt::skip]
const CURRENT: &[&str] = &[
    "stale*", "outdated", "obsolete", "superseded", "leaderchanged*", "leader_changed*", "errleaderchanged", "lagging", "replica_lag", "recently*",
    "grace_period", "graceperiod", "isfresh", "is_fresh", "uptodate", "up_to_date", "is_current", "iscurrent", "is_latest", "islatest",
];
/// Words that do so where two of them are compared.
#[rustfmt::skip]
const COMPARED: &[&str] = &["version", "revision", "epoch", "generation", "term", "run_id", "runid", "etag", "resourceversion", "nexteventid", "lsn", "incarnation", "attempt_number", "sequence"];

fn find(view: &View<'_>) -> Vec<Sighting> {
    let (o, Some(before)) = (view.outline, view.before) else { return Vec::new() };
    let mut out = Vec::new();
    for function in o.functions().filter(|f| view.touches(*f)) {
        let Some(earlier) = same_function(o, function, before) else { continue };
        let asked = questions(before, earlier);
        let asks = questions(o, function);
        // What is asked in other words now is still asked.
        if asks.len() >= asked.len() {
            continue;
        }
        let Some(gone) = asked.iter().find(|q| asked.iter().filter(|o| o.text == q.text).count() > asks.iter().filter(|o| o.text == q.text).count()) else {
            continue;
        };
        let Some(at) = place(view, function) else { continue };
        let seen =
            format!("what asked whether this is still current (`{}`) is gone: an older answer now decides as if it were the newest", shorten(&gone.text, 60));
        out.push(view.sighting(at, format!("currency {}", shorten(&gone.text, 60)), Medium, seen));
    }
    out
}

struct Question {
    text: String,
}

/// Places in a function that ask whether something read is still current, and go another way if not.
fn questions(o: &Outline<'_>, function: Id) -> Vec<Question> {
    let mut out = Vec::new();
    for id in o.within(function) {
        match o.node(id).kind {
            Kind::Branch { condition } if !condition.is_empty() => {
                for part in condition.split("&&").flat_map(|p| p.split("||")).flat_map(|p| p.split(" and ")).flat_map(|p| p.split(" or ")) {
                    let whole = part.trim().trim_matches(['(', ')', '{', ' ']);
                    let leaves_stale = leaves(o, id) && o.within(id).any(|i| matches!(o.node(i).kind, Kind::Jump { value, .. } if says(value, CURRENT)));
                    if is_currency(whole) || leaves_stale && says(whole, COMPARED) {
                        out.push(Question { text: flat(whole) });
                    }
                }
            }
            Kind::Arm { pattern } if says(pattern, CURRENT) && leaves(o, id) => out.push(Question { text: flat(pattern) }),
            _ => {}
        }
    }
    out
}

fn is_currency(part: &str) -> bool {
    if says(part, CURRENT) {
        return true;
    }
    let sides: Vec<&str> = ["<=", ">=", "!=", "<", ">"].iter().find_map(|op| part.split_once(op)).map_or_else(Vec::new, |(a, b)| vec![a, b]);
    sides.len() == 2 && sides.iter().all(|s| COMPARED.iter().any(|w| says(s, &[w])))
}

fn leaves(o: &Outline<'_>, id: Id) -> bool {
    o.within(id).any(|i| matches!(o.node(i).kind, Kind::Jump { what: Jump::Return | Jump::Throw | Jump::Continue | Jump::Break, .. }))
}

/// What goes on without the question: the first statement on or behind the touched place.
fn place(view: &View<'_>, function: Id) -> Option<Id> {
    let o = view.outline;
    let statement = |i: &Id| {
        matches!(o.node(*i).kind, Kind::Branch { .. } | Kind::Assign { .. } | Kind::Call(_) | Kind::Jump { .. } | Kind::Loop { .. })
            && o.node(*i).role != Role::Value
    };
    o.within(function).filter(statement).rfind(|i| view.touches(*i)).or_else(|| o.within(function).find(statement))
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{mends, silent, table};

    table![
        mends(
            "go",
            "package s\n\nfunc (s *S) Apply(r Reply) error {\n\ts.view = r.View\n\treturn s.store.Save(r)\n}\n",
            "package s\n\nfunc (s *S) Apply(r Reply) error {\n\tif r.Epoch < s.epoch {\n\t\treturn errOld\n\t}\n\ts.view = r.View\n\treturn s.store.Save(r)\n}\n",
        ),
        mends(
            "go",
            "package s\n\nfunc (s *S) wait() error {\n\tselect {\n\tcase r := <-s.reads:\n\t\treturn s.use(r)\n\tcase <-s.done:\n\t\treturn errDone\n\t}\n}\n",
            "package s\n\nfunc (s *S) wait() error {\n\tselect {\n\tcase r := <-s.reads:\n\t\treturn s.use(r)\n\tcase <-s.leaderChanged:\n\t\treturn errAgain\n\tcase <-s.done:\n\t\treturn errDone\n\t}\n}\n",
        ),
        mends(
            "python",
            "def install(self, run):\n    self.runs[run.id] = run\n    run.start()\n",
            "def install(self, run):\n    if run.run_id <= self.stale_run_id:\n        raise Superseded(run)\n    self.runs[run.id] = run\n    run.start()\n",
        ),
        mends(
            "python",
            "def sweep(self, node):\n    if node.pending():\n        return\n    self.mark(node, 'gone')\n",
            "def sweep(self, node):\n    if node.pending() or recently_started(node):\n        return\n    self.mark(node, 'gone')\n",
        ),
        mends(
            "java",
            "class D {\n  Owner find(View view) {\n    if (view.members().isEmpty()) {\n      return null;\n    }\n    return view.owner();\n  }\n}\n",
            "class D {\n  Owner find(View view) {\n    if (view.members().isEmpty() && latest.version() <= view.version()) {\n      return null;\n    }\n    return view.owner();\n  }\n}\n",
        ),
        mends(
            "java",
            "class D {\n  void on(Reply r) {\n    apply(r);\n  }\n}\n",
            "class D {\n  void on(Reply r) {\n    if (isStale(r)) {\n      return;\n    }\n    apply(r);\n  }\n}\n",
        ),
        silent("go", "package s\n\nfunc (s *S) Apply(r Reply) error {\n\tif r.Epoch < s.epoch {\n\t\treturn errOld\n\t}\n\treturn s.store.Save(r)\n}\n",),
        silent("python", "def install(self, run):\n    self.runs[run.id] = run\n    run.start()\n"),
        silent("java", "class D {\n  void on(Reply r) {\n    if (api.version() < 2) {\n      return;\n    }\n    apply(r);\n  }\n}\n"),
    ];
}
