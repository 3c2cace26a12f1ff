//! One remote read for each element of a list, one after the other.
//!
//! The time of the request is the list's length times a round trip, and the load on the other side grows with the data and not with the
//! requests. It passes every test, where lists are short. Sources: Chen et al., "Detecting Performance Anti-patterns for Applications
//! Developed using Object-Relational Mapping" (ICSE 2014); AWS Prescriptive Guidance, chatty I/O; Azure Architecture Center,
//! "Chatty I/O antipattern".
//!
//! Shape: in a loop over things (or the closure of a `map`, `each`), a call on a client or repository that reads one thing by the element.
//! Not where the element is a batch, a page, a shard or a peer, nor where the loop ends with the first answer.

use super::names::{has_word, words};
use super::{Detector, Low, Medium, Sighting, View};
use crate::engine::lines::shorten;
use crate::engine::syntax::words::{self as vocabulary, Remote, says};
use crate::engine::syntax::{Call, Id, Jump, Kind, Outline, Scope};

pub(super) const DETECTOR: Detector = Detector { id: "n-plus-one-remote-call", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for (id, call) in o.calls(0) {
        let Some(loop_) = o.loop_of(id) else { continue };
        let Kind::Loop { over, condition, .. } = o.node(loop_).kind else { continue };
        if over.is_empty() || !reads_one(call) || !is_walk_over_data(over) || !is_walk_over_data(condition) {
            continue;
        }
        let element = element_of(o, loop_, over);
        let by_element = element.iter().any(|e| call.args.iter().any(|a| has_word(a.text, e)));
        if !by_element || is_in_head(o, loop_, id) || ends_with_the_first(o, loop_) || runs_beside(o, id, loop_) || o.handler_of(id).is_some_and(|h| h > loop_)
        {
            continue;
        }
        let remote = vocabulary::remote(call);
        let sure = remote == Remote::Sure && view.imports_remote();
        let callee = o.callee(id);
        let seen = format!("`{callee}` is called once for each of `{}`, one after the other: the time is the list's length times a round trip", brief(over));
        out.push(view.sighting(id, callee, if sure { Medium } else { Low }, seen));
    }
    out.dedup_by(|a, b| a.subject == b.subject);
    out
}

/// Reads one thing from somewhere else.
fn reads_one(c: &Call<'_>) -> bool {
    #[rustfmt::skip]
    const READS: &[&str] = &["get", "find", "fetch", "load", "lookup", "query", "read", "select", "retrieve", "describe", "show", "findone", "findbyid", "findunique", "hget", "hgetall", "queryrow", "query_row", "first"];
    #[rustfmt::skip]
    const NOT: &[&str] = &[
        "all", "many", "batch*", "bulk", "multi*", "list", "mget", "by_ids", "ids", "header*", "property", "option*", "config", "name", "type", "field",
        "attribute", "metadata", "instance", "logger", "result", "future", "now", "size", "builder", "message", "stream", "client", "conn", "connection", "session", "string", "int", "bool",
        "is", "has", "valid*", "priority", "request", "requests", "class", "response", "proc", "parse*", "handler",
    ];
    let called_on_itself = matches!(c.receiver, "" | "self" | "this");
    !called_on_itself && vocabulary::remote(c) != Remote::No && says(c.name, READS) && !says(c.name, NOT) && !c.args.is_empty()
}

/// The loop goes over data, not over peers, pages, shards or attempts, which need a call each.
fn is_walk_over_data(over: &str) -> bool {
    #[rustfmt::skip]
    const EACH_NEEDS_ONE: &[&str] = &[
        "batch*", "chunk*", "page*", "shard*", "partition*", "slice*", "groups", "peer*", "node*", "host*", "server*", "broker*", "replica*", "address*", "endpoint*", "url*",
        "region*", "cluster*", "client*", "range", "retries", "attempt*", "backend*", "brokers", "member*", "each_slice", "in_groups_of", "find_in_batches", "window*", "pools", "topics",
        "queues", "namespaces", "databases", "schemas", "tables", "providers", "accounts",
    ];
    !says(over, EACH_NEEDS_ONE)
}

/// Names of what the loop holds in one round: its variables.
fn element_of<'t>(o: &Outline<'t>, loop_: Id, over: &'t str) -> Vec<&'t str> {
    let source = o.source(loop_);
    let head = source.split(['{', '\n']).next().unwrap_or(source);
    let mut out: Vec<&str> = match head.find(over) {
        Some(at) => words(&head[..at]).collect(),
        None => Vec::new(),
    };
    out.retain(|w| {
        !matches!(*w, "for" | "foreach" | "const" | "let" | "var" | "await" | "async" | "in" | "of" | "final" | "auto" | "range" | "mut" | "_" | "val")
            && !has_word(over, w)
    });
    // `ids.map(id => ..)`, `ids.each do |id|`
    for i in o.children(loop_).chain(std::iter::once(loop_)) {
        if let Kind::Function { name: "", params, .. } = &o.node(i).kind {
            out.extend(params.iter().flat_map(|p| words(p).take(1)));
        }
    }
    // What is made of the element in the body is the element too.
    for i in o.within(loop_) {
        if let Kind::Assign { target, value } = o.node(i).kind
            && out.iter().any(|w| has_word(value, w))
            && value.len() < 60
        {
            out.extend(words(target).filter(|w| !matches!(*w, "const" | "let" | "var" | "_" | "err")));
        }
    }
    out
}

/// The call stands in the loop's head and runs once.
fn is_in_head(o: &Outline<'_>, loop_: Id, id: Id) -> bool {
    let (Kind::Loop { over, .. }, source) = (&o.node(loop_).kind, o.source(id)) else { return false };
    over.contains(source)
}

/// A search: the loop is left with the first thing found.
fn ends_with_the_first(o: &Outline<'_>, loop_: Id) -> bool {
    o.within(loop_).any(|i| match o.node(i).kind {
        Kind::Jump { what: Jump::Break, .. } => true,
        Kind::Jump { what: Jump::Return, value } => {
            !value.is_empty() && o.closure_of(i) == o.closure_of(loop_) && o.handler_of(i).is_none() && !says(value, &["err", "nil"])
        }
        _ => false,
    })
}

/// The rounds run beside each other.
fn runs_beside(o: &Outline<'_>, id: Id, loop_: Id) -> bool {
    let beside = |c: &Call<'_>| {
        says(
            c.name,
            &[
                "all",
                "allsettled",
                "gather",
                "submit",
                "go",
                "spawn*",
                "async",
                "create_task",
                "parallel*",
                "run_in_executor",
                "supplyasync",
                "pipelined",
                "pipeline",
                "join_all",
                "execute",
            ],
        )
    };
    o.ancestors(id).any(|a| matches!(o.node(a).kind, Kind::Scope { what: Scope::Spawn, .. }) || (a > 0 && o.call(a).is_some_and(beside)))
        || matches!(o.node(loop_).kind, Kind::Loop { over, .. } if says(over, &["parallel*", "parallelstream", "par_iter", "into_par_iter"]))
        || o.ancestors(loop_).find_map(|a| o.call(a)).is_some_and(beside)
        || says(o.call(id).map_or("", |c| c.receiver), &["pipe", "pipeline", "multi", "batch"])
}

fn brief(over: &str) -> &str {
    shorten(over.lines().next().unwrap_or("").trim(), 40)
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        mends(
            "typescript",
            "export async function carts(ids: string[]) {\n  const out = [];\n  for (const id of ids) {\n    out.push(await client.getCart(id));\n  }\n  return out;\n}\n",
            "export async function carts(ids: string[]) {\n  return client.getCarts(ids);\n}\n",
        ),
        fires(
            "typescript",
            "export async function names(orders: Order[]) {\n  for (const order of orders) {\n    const user = await userApi.fetchUser(order.userId);\n    order.name = user.name;\n  }\n}\n",
        ),
        silent("typescript", "export async function carts(ids: string[]) {\n  return Promise.all(ids.map((id) => client.getCart(id)));\n}\n"),
        silent("typescript", "export async function load(batches: string[][]) {\n  for (const batch of batches) {\n    await client.getMany(batch);\n  }\n}\n",),
        silent(
            "typescript",
            "export async function first(peers: Peer[]) {\n  for (const peer of peers) {\n    const reply = await client.get(peer.url);\n    if (reply.ok) return reply;\n  }\n}\n",
        ),
        mends(
            "python",
            "def prices(client, skus):\n    out = {}\n    for sku in skus:\n        out[sku] = client.get_price(sku)\n    return out\n",
            "def prices(client, skus):\n    return client.get_prices(skus)\n",
        ),
        fires(
            "python",
            "import redis\n\ndef counts(rdb, names):\n    found = []\n    for name in names:\n        key = f'downloads:{name}'\n        found.append(rdb.get(key))\n    return found\n",
        ),
        silent("python", "def counts(rdb, names):\n    pipe = rdb.pipeline()\n    for name in names:\n        pipe.get(name)\n    return pipe.execute()\n",),
        silent(
            "python",
            "def plan(self, requests):\n    for node, request in requests.items():\n        self._proc_fetch_request(node, FetchRequest(request))\n",
        ),
        silent("python", "def read(config, names):\n    return {name: config.get(name) for name in names}\n"),
        fires(
            "go",
            "package o\n\nfunc (s *Service) Names(ctx context.Context, orders []Order) ([]string, error) {\n\tvar out []string\n\tfor _, order := range orders {\n\t\tuser, err := s.usersClient.GetUser(ctx, order.UserID)\n\t\tif err != nil {\n\t\t\treturn nil, err\n\t\t}\n\t\tout = append(out, user.Name)\n\t}\n\treturn out, nil\n}\n",
        ),
        fires(
            "go",
            "package o\n\nfunc (s *Service) Fill(ctx context.Context, ids []string) {\n\tfor _, id := range ids {\n\t\ts.seen[id] = s.repo.FindByID(ctx, id)\n\t}\n}\n",
        ),
        silent(
            "go",
            "package o\n\nfunc (s *Service) Fill(ctx context.Context, ids []string) error {\n\tg, ctx := errgroup.WithContext(ctx)\n\tfor _, id := range ids {\n\t\tg.Go(func() error { return s.one(s.repo.FindByID(ctx, id)) })\n\t}\n\treturn g.Wait()\n}\n",
        ),
        silent(
            "go",
            "package o\n\nfunc (s *Service) Fill(ctx context.Context, ids []string) map[string]Row {\n\tout := map[string]Row{}\n\tfor _, row := range s.repo.FindByIDs(ctx, ids) {\n\t\tout[row.ID] = row\n\t}\n\treturn out\n}\n",
        ),
    ];
}
