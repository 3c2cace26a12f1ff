//! What clients of key-value stores call their commands, one row each. A client is added by its names in the row that does the same.

use crate::index::model::{Kind, Role};

/// A command.
#[derive(Clone, Copy, Debug)]
pub(super) struct Command {
    /// Names, lower case without `_`, an `Async` behind them left out.
    pub(super) names: &'static [&'static str],
    pub(super) kind: Kind,
    pub(super) role: Role,
    /// Which argument is the key.
    pub(super) key: usize,
    /// Every argument from the key on is one.
    pub(super) many: bool,
    pub(super) value: Option<usize>,
    pub(super) field: Option<usize>,
    pub(super) ttl: Option<usize>,
    /// Other things have methods of this name: it counts on a client that is known as one only.
    pub(super) common: bool,
}

const fn row(kind: Kind, role: Role, names: &'static [&'static str]) -> Command {
    Command { names, kind, role, key: 0, many: false, value: None, field: None, ttl: None, common: false }
}

const fn key(role: Role, names: &'static [&'static str]) -> Command {
    row(Kind::Key, role, names)
}

const fn channel(role: Role, names: &'static [&'static str]) -> Command {
    row(Kind::Channel, role, names)
}

impl Command {
    const fn many(mut self) -> Self {
        self.many = true;
        self
    }
    const fn value(mut self, argument: usize) -> Self {
        self.value = Some(argument);
        self
    }
    const fn field(mut self, argument: usize) -> Self {
        self.field = Some(argument);
        self
    }
    const fn ttl(mut self, argument: usize) -> Self {
        self.ttl = Some(argument);
        self
    }
    const fn common(mut self) -> Self {
        self.common = true;
        self
    }
}

/// Commands of Redis and its relatives.
pub(super) const COMMANDS: &[Command] = &[
    key(
        Role::Reads,
        &["get", "exists", "ttl", "pttl", "strlen", "keys", "scan", "type", "dump", "scaniter", "haskey", "getexpire", "read", "getbytes", "getstring"],
    )
    .common(),
    key(
        Role::Reads,
        &["mget", "getrange", "getbit", "bitcount", "getdel", "getex", "hasekey", "stringget", "keyexists", "keytimetolive", "stringlength", "getstr"],
    )
    .many(),
    key(Role::Writes, &["set", "put", "write", "add", "replace", "append", "store"]).value(1).ttl(2).common(),
    key(Role::Writes, &["setnx", "setifabsent", "setxx", "stringset", "getset", "pset", "setkeepttl", "setifpresent", "getandset", "stringgetset"])
        .value(1)
        .ttl(2),
    key(Role::Writes, &["setex", "psetex", "setexat"]).value(2).ttl(1),
    key(Role::Writes, &["incr", "decr", "increment", "decrement", "touch", "persist"]).common(),
    key(Role::Writes, &["incrby", "decrby", "incrbyfloat", "stringincrement", "stringdecrement", "setbit", "setrange", "pfadd", "geoadd", "mset"]),
    key(Role::Writes, &["expire", "pexpire", "expireat", "pexpireat"]).ttl(1).common(),
    key(Role::Writes, &["keyexpire"]).ttl(1),
    key(Role::Deletes, &["delete", "del", "remove", "forget", "invalidate", "evict"]).many().common(),
    key(Role::Deletes, &["unlink", "keydelete", "deletepattern"]).many(),
    // Hashes
    key(Role::Reads, &["hget", "hexists", "hmget", "hashget", "hstrlen", "hashexists"]).field(1),
    key(Role::Reads, &["hgetall", "hkeys", "hvals", "hlen", "hscan", "hashgetall", "hashkeys", "hashvalues", "hashlength", "hscaniter"]),
    key(Role::Writes, &["hset", "hsetnx", "hmset", "hashset", "hmsetdict"]).field(1).value(2),
    key(Role::Writes, &["hincrby", "hincrbyfloat", "hashincrement", "hashdecrement"]).field(1),
    key(Role::Deletes, &["hdel", "hashdelete"]).field(1),
    // Sets
    key(
        Role::Reads,
        &["smembers", "sismember", "scard", "setlength", "srandmember", "sscan", "setmembers", "setcontains", "sscaniter", "sinter", "sunion", "smismember"],
    ),
    key(Role::Writes, &["sadd", "setadd"]).value(1),
    key(Role::Writes, &["spop", "smove"]),
    key(Role::Deletes, &["srem", "setremove"]).value(1),
    key(
        Role::Reads,
        &[
            "zrange",
            "zrangebyscore",
            "zrevrange",
            "zrevrangebyscore",
            "zscore",
            "zcard",
            "zrank",
            "zrevrank",
            "zcount",
            "zscan",
            "zrangewithscores",
            "zrevrangewithscores",
            "zrangebylex",
            "zrangebyscorewithscores",
            "sortedsetrangebyscore",
            "sortedsetrangebyrank",
            "sortedsetscore",
            "sortedsetlength",
        ],
    ),
    key(Role::Writes, &["zadd", "zincrby", "sortedsetadd", "sortedsetincrement"]),
    key(Role::Deletes, &["zrem", "zremrangebyscore", "zremrangebyrank", "sortedsetremove", "zpopmin", "zpopmax"]),
    // Lists
    key(Role::Reads, &["lrange", "lindex", "llen", "lpos", "listrange", "listlength"]),
    key(Role::Writes, &["ltrim", "lset", "linsert", "listtrim"]),
    key(Role::Deletes, &["lrem", "listremove"]),
    channel(Role::Publishes, &["lpush", "rpush", "lpushx", "rpushx", "listleftpush", "listrightpush"]),
    channel(
        Role::Consumes,
        &["blpop", "brpop", "bzpopmin", "bzpopmax", "lpop", "rpop", "listleftpop", "listrightpop", "brpoplpush", "rpoplpush", "blmove", "lmove"],
    ),
    // Streams
    channel(Role::Publishes, &["xadd", "streamadd"]),
    channel(Role::Acknowledges, &["xack", "streamacknowledge"]).field(1),
    channel(Role::Reads, &["xlen", "xrange", "xrevrange", "xpending", "xpendingrange", "streamlength", "streamrange"]),
    channel(Role::Consumes, &["xautoclaim", "xclaim"]).field(1),
    channel(Role::Declares, &["xgroupcreate", "xgroupcreatemkstream", "streamcreateconsumergroup"]).field(1),
    channel(Role::Deletes, &["xtrim", "xdel"]),
    // Publish and subscribe
    channel(Role::Publishes, &["publish", "spublish"]).common(),
    channel(Role::Publishes, &["convertandsend"]).common(),
    channel(Role::Consumes, &["subscribe", "psubscribe", "ssubscribe", "pubsubsubscribe"]).many().common(),
];

/// Commands by their place in Spring's `template.opsForValue()` and its relatives.
pub(super) const OPERATIONS: &[(&str, &[Command])] = &[
    (
        "opsforvalue",
        &[
            key(Role::Reads, &["get", "multiget", "size"]),
            key(Role::Writes, &["set", "setifabsent", "setifpresent", "getandset", "append"]).value(1).ttl(2),
            key(Role::Writes, &["increment", "decrement"]),
            key(Role::Deletes, &["getanddelete"]),
        ],
    ),
    (
        "opsforhash",
        &[
            key(Role::Reads, &["get", "haskey", "multiget"]).field(1),
            key(Role::Reads, &["entries", "keys", "values", "size", "scan"]),
            key(Role::Writes, &["put", "putifabsent", "increment"]).field(1).value(2),
            key(Role::Writes, &["putall"]),
            key(Role::Deletes, &["delete"]).field(1),
        ],
    ),
    (
        "opsforlist",
        &[
            channel(Role::Publishes, &["leftpush", "rightpush", "leftpushall", "rightpushall"]),
            channel(Role::Consumes, &["leftpop", "rightpop", "rightpopandleftpush", "move"]),
            key(Role::Reads, &["range", "size", "index"]),
            key(Role::Deletes, &["remove", "trim"]),
        ],
    ),
    (
        "opsforset",
        &[
            key(Role::Writes, &["add", "move"]).value(1),
            key(Role::Reads, &["members", "ismember", "size", "randommember"]),
            key(Role::Deletes, &["remove", "pop"]),
        ],
    ),
    (
        "opsforzset",
        &[
            key(Role::Writes, &["add", "incrementscore"]),
            key(
                Role::Reads,
                &["range", "rangebyscore", "reverserange", "score", "rank", "size", "zcard", "rangewithscores", "reverserangewithscores", "count"],
            ),
            key(Role::Deletes, &["remove", "removerange", "removerangebyscore", "popmin"]),
        ],
    ),
    ("opsforstream", &[channel(Role::Publishes, &["add"]), channel(Role::Acknowledges, &["acknowledge"]).field(1), channel(Role::Declares, &["creategroup"])]),
];

/// Words of the types and modules of clients, lower case.
pub(super) const CLIENTS: &[&str] = &[
    "redis",
    "jedis",
    "lettuce",
    "valkey",
    "memcache",
    "dalli",
    "rueidis",
    "redix",
    "idatabase",
    "predis",
    "statefulredisconnection",
    "keydb",
    "idistributedcache",
];

/// Shared caches by what they are called on, and what has to be imported for it to be that one; empty: nothing.
pub(super) const CACHES: &[(&str, &[&str])] = &[
    (
        "cache",
        &[
            "django.core.cache",
            "flask_caching",
            "aiocache",
            "memcache",
            "illuminate\\support\\facades\\cache",
            "cachex",
            "nebulex",
            "cache-manager",
            "illuminate\\contracts\\cache",
        ],
    ),
    ("caches", &["django.core.cache"]),
    ("Rails.cache", &[]),
    ("mc", &["memcache"]),
];

/// Commands of those caches.
pub(super) const CACHE_COMMANDS: &[Command] = &[
    key(Role::Reads, &["get", "getmany", "has", "exist?", "exist", "read", "gets", "haskey", "readmulti", "many", "pull"]),
    key(Role::Writes, &["set", "put", "write", "add", "setmany", "setex", "forever", "increment", "decrement", "incr", "decr", "touch"]).value(1).ttl(2),
    key(Role::Writes, &["fetch", "remember", "getorset", "rememberforever", "wrap", "getorstore"]).ttl(1),
    key(Role::Deletes, &["delete", "forget", "del", "deletemany", "deletematched", "invalidate", "deletemulti"]),
];
