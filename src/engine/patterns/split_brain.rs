//! What only the owner may do is done without asking who owns it.
//!
//! After a partition or a move of ownership two members take themselves for the owner: both fire the timer, renew the lock, write the
//! shard. Sources: Brewer, "CAP Twelve Years Later"; GitHub, "October 21 post-incident analysis" (2018); Burrows, "The Chubby Lock Service".
//!
//! Whether a cluster can have two leaders is a question of its topology and settings, not of one edit. What an edit shows is a guard that
//! goes: a call stood behind a question for leadership, ownership or a lock that is held, and stands there without it now.

use super::lost_lock::same_function;
use super::{Detector, Medium, Sighting, View};
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Id, Jump, Kind, Outline, Role};

pub(super) const DETECTOR: Detector = Detector { id: "split-brain", languages: &[], find };

/// Words of a question for ownership.
#[rustfmt::skip]
const OWNS: &[&str] = &[
    "leader", "isleader", "leading", "is_leader", "isowner", "is_owner", "owns", "owned", "inrange", "in_range", "ismaster", "is_master", "isprimary",
    "is_primary", "hasleadership", "has_leadership", "holds_lock", "holdslock", "acquired*", "elected", "islocal", "haslease", "has_lease", "ishandoff", "iscoordinator", "isheld", "is_held",
    "holds_lease", "holdslease",
];

fn find(view: &View<'_>) -> Vec<Sighting> {
    let (o, Some(before)) = (view.outline, view.before) else { return Vec::new() };
    let mut out = Vec::new();
    for function in o.functions().filter(|f| view.touches(*f)) {
        let Some(earlier) = same_function(o, function, before) else { continue };
        let asked = questions(before, earlier);
        let asks = questions(o, function);
        if asked.len() <= asks.len() {
            continue;
        }
        for (id, c) in o.calls(function) {
            if words::is_log(c) || c.name.len() < 3 || !acts(c.name) || is_guarded(o, function, id, &asks) {
                continue;
            }
            let twin = before.calls(earlier).find(|(_, b)| b.name == c.name && words::tail(b.receiver) == words::tail(c.receiver));
            if twin.is_some_and(|(b, _)| is_guarded(before, earlier, b, &asked)) {
                let callee = o.callee(id);
                let seen =
                    format!("`{callee}` was done by the owner alone and is done by everybody who comes here now: two members that both act are the result");
                out.push(view.sighting(id, format!("owner {callee}"), Medium, seen));
                break;
            }
        }
    }
    out
}

/// Calls that do something to others.
fn acts(name: &str) -> bool {
    !says(
        name,
        &[
            "get*",
            "is*",
            "has*",
            "len",
            "size",
            "error*",
            "new*",
            "format*",
            "string*",
            "to*",
            "debug*",
            "contains*",
            "append",
            "equals",
            "value",
            "now",
            "lock",
            "unlock",
        ],
    )
}

/// Branches that ask for ownership.
fn questions(o: &Outline<'_>, function: Id) -> Vec<Id> {
    o.within(function)
        .filter(|i| matches!(o.node(*i).kind, Kind::Branch { condition } if says(condition, OWNS) && !says(condition, &["err", "lock", "trylock"])))
        .collect()
}

/// In the body of such a branch, or behind one that leaves.
fn is_guarded(o: &Outline<'_>, function: Id, id: Id, questions: &[Id]) -> bool {
    questions.iter().any(|q| {
        let inside = o.within(*q).contains(&id) && o.ancestors(id).take_while(|a| a != q).chain(std::iter::once(id)).all(|a| o.node(a).role != Role::Condition);
        let leaves = o.within(*q).any(|i| matches!(o.node(i).kind, Kind::Jump { what: Jump::Return | Jump::Throw | Jump::Continue, .. }));
        inside || leaves && id > *q && !o.within(*q).contains(&id) && o.closure_of(*q).is_some_and(|c| c == function || o.within(c).contains(&id))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{keeps, mends, silent, table};

    table![
        mends(
            "csharp",
            "class R {\n  async Task Register(Entry entry) {\n    await table.Upsert(entry);\n    StartTimer(entry);\n  }\n}\n",
            "class R {\n  async Task Register(Entry entry) {\n    await table.Upsert(entry);\n    if (ring.InRange(entry.Id)) {\n      StartTimer(entry);\n    }\n  }\n}\n",
        ),
        mends(
            "go",
            "package s\n\nfunc (s *S) tick() {\n\ts.compactor.Run()\n}\n",
            "package s\n\nfunc (s *S) tick() {\n\tif !s.raft.IsLeader() {\n\t\treturn\n\t}\n\ts.compactor.Run()\n}\n",
        ),
        mends(
            "go",
            "package s\n\nfunc (s *S) flush(shard int) error {\n\treturn s.store.Write(shard)\n}\n",
            "package s\n\nfunc (s *S) flush(shard int) error {\n\tif !s.owns(shard) {\n\t\treturn errMoved\n\t}\n\treturn s.store.Write(shard)\n}\n",
        ),
        mends(
            "python",
            "def beat(self):\n    for name in self.names:\n        self.redis.expire(name, 60)\n",
            "def beat(self):\n    for name in self.names:\n        if name in self.acquired_locks:\n            self.redis.expire(name, 60)\n",
        ),
        mends(
            "python",
            "def run(self):\n    self.scheduler.enqueue_due()\n",
            "def run(self):\n    if not self.is_leader:\n        return\n    self.scheduler.enqueue_due()\n",
        ),
        silent("go", "package s\n\nfunc (s *S) tick() {\n\tif !s.raft.IsLeader() {\n\t\treturn\n\t}\n\ts.compactor.Run()\n}\n"),
        silent("python", "def run(self):\n    self.scheduler.enqueue_due()\n"),
        silent("csharp", "class R {\n  void Show(Entry entry) {\n    if (entry.IsLeader) {\n      Paint(entry);\n    }\n  }\n}\n"),
        mends(
            "csharp",
            "class Scheduler {\n  async Task Tick() {\n    await outbox.Dispatch();\n  }\n}\n",
            "class Scheduler {\n  async Task Tick() {\n    if (!lease.IsHeld) {\n      return;\n    }\n    await outbox.Dispatch();\n  }\n}\n"
        ),
        mends(
            "java",
            "class Compaction {\n  void tick() {\n    store.compact(shard);\n  }\n}\n",
            "class Compaction {\n  void tick() {\n    if (election.isLeader()) {\n      store.compact(shard);\n    }\n  }\n}\n"
        ),
        silent(
            "csharp",
            "class Scheduler {\n  async Task Tick() {\n    if (!lease.IsHeld) {\n      return;\n    }\n    log.LogInformation(\"tick\");\n    await outbox.Dispatch();\n  }\n}\n"
        ),
        keeps(
            "python",
            "def run(self):\n    if not self.is_leader:\n        return\n    self.scheduler.enqueue_due()\n",
            "def run(self):\n    if not self.election.holds_lease():\n        return\n    self.scheduler.enqueue_due()\n"
        ),
        keeps(
            "go",
            "package s\n\nfunc (s *S) tick() {\n\tif s.debug {\n\t\ts.dump()\n\t}\n\ts.compactor.Run()\n}\n",
            "package s\n\nfunc (s *S) tick() {\n\ts.compactor.Run()\n}\n"
        ),
        keeps(
            "go",
            "package s\n\nfunc (s *S) tick() {\n\tif !s.raft.IsLeader() {\n\t\treturn\n\t}\n\ts.compactor.Run()\n}\n",
            "package s\n\nfunc (s *S) tick() {\n\tif s.raft.IsLeader() {\n\t\ts.compactor.Run()\n\t}\n}\n"
        ),
    ];
}
