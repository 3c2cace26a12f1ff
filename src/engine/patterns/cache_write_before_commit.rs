//! The cache is written or cleared before the database has the new value.
//!
//! A reader that comes in between finds the cache empty, loads the old row and puts it back; it then stays until it expires. A cache that
//! was filled with the new value shows what never came to be when the write fails or is rolled back. Sources: Nishtala et al., "Scaling
//! Memcache at Facebook" (NSDI 2013: delete after the update, leases against stale sets); AWS, "Caching patterns".
//!
//! Shapes: a write or an eviction on a cache above the store's write, and none below it; the same inside a transaction.

use super::{Detector, Low, Medium, Sighting, View};
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Call, Id, Outline, Use};

pub(super) const DETECTOR: Detector = Detector { id: "cache-write-before-commit", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for (cache, call) in o.calls(0).filter(|(_, c)| changes_cache(c)) {
        if o.handler_of(cache).is_some() || o.in_finally(cache) || later_by_itself(o, cache) {
            continue;
        }
        let Some(function) = o.function_of(cache) else { continue };
        let callee = o.callee(cache);
        let again =
            o.calls(function).any(|(i, c)| i != cache && changes_cache(c) && o.precedes(cache, i) && words::tail(c.receiver) == words::tail(call.receiver));
        let stores = o.calls(function).filter(|(i, c)| writes_store(c) && !o.within(cache).contains(i) && !o.within(*i).contains(&cache));
        let (mut earlier, mut later) = (None, None);
        for (i, _) in stores {
            if o.precedes(cache, i) {
                later = later.or(Some(i));
            } else if o.precedes(i, cache) {
                earlier = Some(i);
            }
        }
        if let (Some(write), None, false) = (later, earlier, again) {
            let seen = format!("`{callee}` stands above `{}`: a reader between the two loads the old value back into the cache, and it stays", o.callee(write));
            // In a loop the write of one round is above the cache of the next.
            let confidence = if o.loop_of(cache).is_some() { Low } else { Medium };
            out.push(view.sighting(cache, format!("above {callee}"), confidence, seen));
        } else if let (Some(write), Some(transaction)) = (earlier, o.transaction_of(cache))
            && o.transaction_of(write) == Some(transaction)
            && !says(o.brief(transaction), &["redis", "cache", "pipeline", "multi"])
        {
            let seen =
                format!("`{callee}` runs inside the transaction of `{}`: others read the cache before the commit, and after a rollback", o.callee(write));
            out.push(view.sighting(cache, format!("inside {callee}"), Medium, seen));
        }
    }
    out.dedup_by(|a, b| a.subject == b.subject);
    out
}

/// Changes an entry of a cache that others share.
fn changes_cache(c: &Call<'_>) -> bool {
    #[rustfmt::skip]
    const VERBS: &[&str] = &[
        "set", "put", "delete", "del", "remove", "evict*", "invalidate*", "clear*", "purge*", "expire", "forget", "store", "update*", "write", "unset",
        "setex", "touch", "refresh*", "hset", "hdel", "unlink", "bust*",
    ];
    let on = words::tail(c.receiver);
    let names_cache = says(on, &["cache", "caches", "memcache*", "cachemanager", "cacheservice", "caching", "invalidatecache", "cached"])
        || says(c.name, &["cache", "caches"]);
    names_cache
        && says(c.name, VERBS)
        && !c.is_new
        && !says(
            c.name,
            &[
                "on", "should", "is", "has", "get*", "read*", "config*", "setup", "dir", "path", "size", "ttl", "control", "key", "enabled", "handler",
                "capacity",
            ],
        )
        && !says(on, &["local", "mock*", "fs", "file", "disk", "dir", "page", "block"])
        && !c.args.is_empty()
}

/// Changes a row or document for good.
fn writes_store(c: &Call<'_>) -> bool {
    #[rustfmt::skip]
    const ON: &[&str] = &[
        "repo", "repository", "dao", "db", "database", "collection", "table", "em", "entitymanager", "prisma", "mapper", "jdbc*", "model", "tx", "sql",
        "session", "store", "orm", "knex", "mongo*", "objects",
    ];
    #[rustfmt::skip]
    const VERBS: &[&str] = &[
        "update", "updateone", "updatemany", "insert", "insertone", "save*", "delete", "deleteone", "upsert", "create", "merge", "persist", "execute",
        "exec", "execcontext", "commit", "update_one", "insert_one", "delete_one", "remove", "update_all", "saveandflush", "findoneandupdate",
        "bulk_create", "bulk_update",
    ];
    const ALONE: &[&str] = &["save!", "update!", "save", "commit", "savechanges", "savechangesasync"];
    let on = words::tail(c.receiver);
    !says(on, &["cache", "caches", "cached", "redis", "local"])
        && !says(c.name, &["cache", "caches"])
        && ((says(on, ON) && says(c.name, VERBS)) || (!c.receiver.is_empty() && ALONE.iter().any(|a| c.name.eq_ignore_ascii_case(a))))
}

/// Runs after the commit, or later: in a callback that is only registered here.
fn later_by_itself(o: &Outline<'_>, id: Id) -> bool {
    o.ancestors(id).filter_map(|a| o.call(a)).any(|c| {
        says(
            c.name,
            &[
                "on_commit",
                "oncommit",
                "after_commit",
                "aftercommit",
                "aftercompletion",
                "registersynchronization",
                "then",
                "finally",
                "settimeout",
                "afterwards",
            ],
        )
    }) || matches!(o.call(id).map(|c| c.result), Some(Use::Returned))
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        mends(
            "typescript",
            "export class Rename {\n  async run(cmd: Command) {\n    await this.cache.delete(`user:${cmd.id}`);\n    await this.userRepository.update({ id: cmd.id }, { name: cmd.name });\n  }\n}\n",
            "export class Rename {\n  async run(cmd: Command) {\n    await this.userRepository.update({ id: cmd.id }, { name: cmd.name });\n    await this.cache.delete(`user:${cmd.id}`);\n  }\n}\n",
        ),
        fires(
            "typescript",
            "export async function pay(id: string) {\n  await prisma.$transaction(async (tx) => {\n    await tx.order.update({ where: { id }, data: { paid: true } });\n    await db.update(id, true);\n    await cacheService.set(`order:${id}`, 'paid');\n  });\n}\n",
        ),
        silent(
            "typescript",
            "export async function rename(id: string, name: string) {\n  await cache.del(id);\n  await repository.update(id, { name });\n  await cache.del(id);\n}\n",
        ),
        silent(
            "typescript",
            "export async function load(id: string) {\n  const known = await cache.get(id);\n  if (known) return known;\n  const row = await repository.findOne(id);\n  await cache.set(id, row);\n  return row;\n}\n",
        ),
        silent("typescript", "export function reset(table: Table) {\n  layoutCache.clear();\n  table.update();\n}\n"),
        mends(
            "python",
            "def rename(user_id, name):\n    cache.delete(f'user:{user_id}')\n    session.execute(update(User).where(User.id == user_id).values(name=name))\n    session.commit()\n",
            "def rename(user_id, name):\n    session.execute(update(User).where(User.id == user_id).values(name=name))\n    session.commit()\n    cache.delete(f'user:{user_id}')\n",
        ),
        fires(
            "python",
            "from django.db import transaction\n\ndef pay(order):\n    with transaction.atomic():\n        order.save()\n        cache.set(f'order:{order.id}', 'paid')\n",
        ),
        silent(
            "python",
            "from django.db import transaction\n\ndef pay(order):\n    with transaction.atomic():\n        order.save()\n        transaction.on_commit(lambda: cache.set(f'order:{order.id}', 'paid'))\n",
        ),
        silent("python", "def pay(order):\n    order.save()\n    cache.set(f'order:{order.id}', 'paid')\n"),
        silent("python", "def warm(keys):\n    for key in keys:\n        cache.set(key, load(key))\n"),
        fires(
            "java",
            "class Users {\n  void rename(String id, String name) {\n    cache.evict(id);\n    userRepository.save(find(id).withName(name));\n  }\n}\n",
        ),
        fires(
            "java",
            "class Users {\n  @Transactional\n  void rename(User user, String name) {\n    userRepository.save(user.withName(name));\n    userCache.put(user.id(), user);\n  }\n}\n",
        ),
        silent(
            "java",
            "class Users {\n  void rename(User user, String name) {\n    userRepository.save(user.withName(name));\n    userCache.put(user.id(), user);\n  }\n}\n",
        ),
        fires(
            "go",
            "package u\n\nfunc (s *Users) Rename(ctx context.Context, id, name string) error {\n\tif err := s.cache.Delete(ctx, id); err != nil {\n\t\treturn err\n\t}\n\t_, err := s.db.ExecContext(ctx, rename, name, id)\n\treturn err\n}\n",
        ),
        silent(
            "go",
            "package u\n\nfunc (s *Users) Rename(ctx context.Context, id, name string) error {\n\tif _, err := s.db.ExecContext(ctx, rename, name, id); err != nil {\n\t\treturn err\n\t}\n\treturn s.cache.Delete(ctx, id)\n}\n",
        ),
        silent(
            "java",
            "class Users {\n  User load(String id) {\n    User known = userCache.get(id);\n    if (known != null) {\n      return known;\n    }\n    User user = userRepository.findById(id).orElseThrow();\n    userCache.put(id, user);\n    return user;\n  }\n}\n"
        ),
        silent(
            "java",
            "class Users {\n  @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT)\n  void renamed(UserRenamed event) {\n    userCache.evict(event.id());\n  }\n}\n"
        ),
        silent(
            "java",
            "class Plans {\n  void rebuild(Graph graph) {\n    pathCache.clear();\n    for (Node node : graph.nodes()) {\n      graph.update(node, distance(node));\n    }\n  }\n}\n"
        ),
        fires(
            "go",
            "package u\n\nfunc (s *Users) Block(ctx context.Context, u *User) error {\n\tu.Blocked = true\n\ts.userCache.Set(ctx, \"user:\"+u.ID, u.Encode(), time.Hour)\n\tif err := s.repo.Save(ctx, u); err != nil {\n\t\treturn fmt.Errorf(\"block %s: %w\", u.ID, err)\n\t}\n\treturn nil\n}\n"
        ),
        silent(
            "go",
            "package u\n\nfunc (s *Users) Block(ctx context.Context, u *User) error {\n\ttx, err := s.db.BeginTx(ctx, nil)\n\tif err != nil {\n\t\treturn err\n\t}\n\tdefer tx.Rollback()\n\tif _, err := tx.ExecContext(ctx, block, u.ID); err != nil {\n\t\treturn err\n\t}\n\tif err := tx.Commit(); err != nil {\n\t\treturn err\n\t}\n\ts.cache.Invalidate(u.ID)\n\treturn nil\n}\n"
        ),
        silent(
            "go",
            "package u\n\nfunc (s *Users) Load(ctx context.Context, id string) (*User, error) {\n\tif u, ok := s.cache.Get(id); ok {\n\t\treturn u, nil\n\t}\n\tu, err := s.repo.Find(ctx, id)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\ts.cache.Set(id, u)\n\treturn u, nil\n}\n"
        ),
    ];
}
