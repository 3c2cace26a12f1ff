//! Who held a lock with a time limit acts, or gives it back, without proof that it still holds it.
//!
//! A pause longer than the lease (a collection, a slow disk, a lost packet) and there are two holders: the late one overwrites the work
//! of the next, or deletes the next one's lock. Sources: Kleppmann, "How to do distributed locking" (2016); Redis, "Distributed Locks with
//! Redis"; Burrows, "The Chubby Lock Service" (OSDI 2006, sequencers).
//!
//! Shapes: a lock key is deleted with nothing that compares its value with the holder's; the edit takes the fencing token, the term or the
//! lease out of a write that stays.

use super::lost_lock::same_function;
use super::{Detector, Medium, Sighting, View};
use crate::engine::lines::shorten;
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Call, Id, Outline};

pub(super) const DETECTOR: Detector = Detector { id: "missing-fencing", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for function in o.functions().filter(|f| view.touches(*f)) {
        plain_release(view, function, &mut out);
        token_gone(view, function, &mut out);
    }
    out
}

/// A lock's key is deleted, whoever holds it by now.
fn plain_release(view: &View<'_>, function: Id, out: &mut Vec<Sighting>) {
    let o = view.outline;
    for (id, c) in o.calls(function) {
        let deletes = matches!(c.name.to_ascii_lowercase().as_str(), "del" | "delete" | "unlink" | "remove" | "keydelete" | "keydeleteasync");
        let store = says(words::tail(c.receiver), &["redis*", "rdb", "valkey", "memcache*", "jedis", "redistemplate", "kv"]) || says(c.receiver, &["redis"]);
        let Some(key) = c.args.iter().map(|a| a.text).find(|t| says(t, &["lock", "lockkey", "lock_key", "mutex", "lease"])) else { continue };
        if !deletes || !store || proves(o, function) {
            continue;
        }
        let seen = format!(
            "`{}` deletes `{}` whoever holds it by now: a holder that was late frees the next one's lock and two work at once",
            o.callee(id),
            shorten(key, 40)
        );
        out.push(view.sighting(id, format!("release {}", shorten(key, 40)), Medium, seen));
        return;
    }
}

/// The function compares who holds the lock, or leaves it to a script that does.
fn proves(o: &Outline<'_>, function: Id) -> bool {
    o.calls(function).any(|(_, c)| says(c.name, &["eval*", "script*", "evalsha", "watch", "compare*", "getdel", "releaselock", "register_script"]))
        || o.calls(function)
            .any(|(_, c)| matches!(c.name.to_ascii_lowercase().as_str(), "get" | "stringget" | "stringgetasync") && words::tail(c.receiver).len() > 1)
        || says(o.source(function), &["token", "owner", "holder", "fencing", "identifier", "nonce", "force*", "stale*"])
}

/// Words of a proof of holding.
const PROOFS: &[&str] =
    &["fencing*", "fence", "fencetoken", "token", "epoch", "term", "leaseid", "lease_id", "sequencer", "generation", "generationid", "zxid"];
/// Writes that are fenced.
const WRITES: &[&str] = &[
    "put*",
    "write*",
    "append*",
    "update*",
    "save*",
    "set*",
    "commit*",
    "delete*",
    "store*",
    "replicate*",
    "send*",
    "insert*",
    "release*",
    "unlock*",
    "renew*",
];

/// The proof left the arguments of a write.
fn token_gone(view: &View<'_>, function: Id, out: &mut Vec<Sighting>) {
    let (o, Some(before)) = (view.outline, view.before) else { return };
    let Some(earlier) = same_function(o, function, before) else { return };
    let proof = |c: &Call<'_>| c.args.iter().filter(|a| says(a.text, PROOFS) || says(a.name, PROOFS)).count();
    for (id, c) in o.calls(function) {
        if !says(c.name, WRITES) || words::is_log(c) || proof(c) > 0 || says(c.name, &["string", "error*", "header*"]) {
            continue;
        }
        let same: Vec<&Call<'_>> = before.calls(earlier).filter(|(_, b)| b.name == c.name && b.receiver == c.receiver).map(|(_, b)| b).collect();
        if let [one] = same.as_slice()
            && proof(one) > 0
            && one.args.len() > c.args.len()
        {
            let callee = o.callee(id);
            let seen =
                format!("`{callee}` no longer carries what proves that the caller still holds its lease, so a late holder's write is taken like any other");
            out.push(view.sighting(id, format!("token {callee}"), Medium, seen));
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        fires(
            "python",
            "class JobLock:\n    def take(self):\n        return self.redis.set(self.lock_key, 1, nx=True, ex=30)\n\n    def free(self):\n        self.redis.delete(self.lock_key)\n",
        ),
        mends(
            "python",
            "def flush(self, rows):\n    self.store.write(self.shard, rows)\n",
            "def flush(self, rows):\n    self.store.write(self.shard, rows, self.lease.fencing_token)\n",
        ),
        fires("go", "package s\n\nfunc (l *L) Unlock(ctx context.Context) error {\n\treturn l.rdb.Del(ctx, l.lockKey).Err()\n}\n"),
        mends(
            "go",
            "package s\n\nfunc (n *Node) flush(ctx context.Context, b Block) error {\n\treturn n.store.Put(ctx, b.Key, b.Data)\n}\n",
            "package s\n\nfunc (n *Node) flush(ctx context.Context, b Block) error {\n\treturn n.store.Put(ctx, b.Key, b.Data, n.epoch)\n}\n",
        ),
        fires(
            "typescript",
            "export async function withLock(id: string, work: () => Promise<void>) {\n  await redis.set(`lock:${id}`, '1', 'PX', 5000, 'NX');\n  await work();\n  await redis.del(`lock:${id}`);\n}\n",
        ),
        mends(
            "typescript",
            "export async function free(lockKey: string, me: string) {\n  await redis.del(lockKey);\n}\n",
            "export async function free(lockKey: string, me: string) {\n  await redis.eval(COMPARE_AND_DELETE, 1, lockKey, me);\n}\n",
        ),
        silent("python", "def free(self):\n    self.redis.eval(COMPARE_AND_DELETE, 1, self.lock_key, self.me)\n"),
        silent("go", "package s\n\nfunc (l *L) Forget(ctx context.Context) error {\n\treturn l.rdb.Del(ctx, l.sessionKey).Err()\n}\n"),
        silent("typescript", "export async function forget(id: string) {\n  await redis.del(`session:${id}`);\n}\n"),
        silent(
            "go",
            "package s\n\nfunc (l *L) Unlock(ctx context.Context) error {\n\theld, err := l.rdb.Get(ctx, l.lockKey).Result()\n\tif err != nil || held != l.token {\n\t\treturn errNotHeld\n\t}\n\treturn compareAndDelete.Run(ctx, l.rdb, []string{l.lockKey}, l.token).Err()\n}\n"
        ),
        silent("go", "package s\n\nfunc (l *L) Unlock() {\n\tl.held.Store(false)\n\tl.mu.Unlock()\n}\n"),
        silent(
            "typescript",
            "export async function withLock(id: string, work: () => Promise<void>) {\n  const lock = await redlock.acquire([`lock:${id}`], 5000);\n  try {\n    await work();\n  } finally {\n    await lock.release();\n  }\n}\n"
        ),
        silent(
            "typescript",
            "export class Door {\n  private readonly blocks = new Map<string, Block>();\n  unblock(id: string) {\n    this.blocks.delete(id);\n    this.redraw();\n  }\n}\n"
        ),
        silent(
            "python",
            "def free(self):\n    self.etcd.transaction(\n        compare=[self.etcd.transactions.value(self.lock_key) == self.me],\n        success=[self.etcd.transactions.delete(self.lock_key)],\n        failure=[],\n    )\n"
        ),
    ];
}
