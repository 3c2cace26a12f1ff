use crate::index::extractors::testing::says;
use crate::index::model::Kind;

const KINDS: &[Kind] = &[Kind::Key, Kind::Channel];

#[test]
fn clients_say_keys_roles_and_values() {
    for (path, text, expected) in [
        (
            "a.py",
            "import redis\nr = redis.Redis()\n\ndef f(wid):\n    r.set(f\"worker:{wid}:status\", \"idle\", ex=30)\n    return r.get(f\"worker:{wid}:status\")",
            &["sure key writes worker:{}:status = idle @5", "sure key reads worker:{}:status @6"][..],
        ),
        (
            "a.py",
            "import redis\n\ndef f(r: redis.Redis):\n    r.hset(f\"worker:{w}\", mapping={\"status\": \"busy\", \"at\": now()})",
            &["sure key writes worker:{} = busy @4", "sure key writes worker:{} @4"],
        ),
        ("Button.tsx", "function Button({ id }) { cache.set(`ride:${id}:last`, 1); return cache.get(`ride:${id}:last`); }", &[]),
        ("a.ts", "function f(id: string) { cache.set(`ride:${id}:last`, 1); }", &["likely key writes ride:{}:last @1"]),
        ("a.py", "def f(self):\n    self.client.hset(f\"worker:{w}\", \"status\", \"idle\")", &["likely key writes worker:{} = idle @2"]),
        (
            "a.go",
            "import \"github.com/redis/go-redis/v9\"\n\nfunc f(rdb *redis.Client) {\n\trdb.Set(ctx, \"stock:\"+sku, n, 5*time.Minute)\n\trdb.Del(ctx, \"stock:\"+sku)\n}",
            &["sure key writes stock:{} = ttl=5m @4", "sure key deletes stock:{} @5"],
        ),
        (
            "a.go",
            "import \"github.com/redis/go-redis/v9\"\n\nfunc (s *S) f() {\n\ts.rdb.XAdd(ctx, &redis.XAddArgs{Stream: \"orders\", Values: v})\n\ts.rdb.XReadGroup(ctx, &redis.XReadGroupArgs{Group: \"billing\", Streams: []string{\"orders\", \">\"}})\n\ts.rdb.XAck(ctx, \"orders\", \"billing\", id)\n}",
            &["sure channel publishes orders @4", "sure channel consumes orders = billing @5", "sure channel acknowledges orders = billing @6"],
        ),
        (
            "a.ts",
            "import Redis from 'ioredis';\nconst redis = new Redis();\nawait redis.set(`cart:${id}`, json, 'EX', 3600);\nawait redis.publish('cart-events', m);\nconst sub = redis.duplicate();\nsub.subscribe('cart-events');",
            &["sure key writes cart:{} = ttl=1h @3", "sure channel publishes cart-events @4", "sure channel consumes cart-events @6"],
        ),
        (
            "a.js",
            "const { createClient } = require('redis');\nconst client = createClient();\nclient.get('user:' + id, cb);\nclient.lPush('jobs', j);\nclient.brPop('jobs', 0);",
            &["sure key reads user:{} @3", "sure channel publishes jobs @4", "sure channel consumes jobs @5"],
        ),
        (
            "A.java",
            "class A { private final StringRedisTemplate template; void f() { template.opsForValue().set(\"o:\" + id, v, 30, TimeUnit.SECONDS); template.delete(\"o:\" + id); template.opsForHash().put(\"h\", \"status\", \"open\"); } }",
            &["sure key writes o:{} = ttl=30s @1", "sure key deletes o:{} @1", "sure key writes h = open @1"],
        ),
        (
            "A.java",
            "class A { @Cacheable(\"orders\") public Order one(Long id) { } @CacheEvict(value = \"orders\", allEntries = true) public void all() { } }",
            &["sure key reads orders::{} @1", "sure key writes orders::{} @1", "sure key deletes orders::{} @1"],
        ),
        (
            "A.cs",
            "using StackExchange.Redis;\nclass A(IConnectionMultiplexer redis) {\n  private readonly IDatabase _db = redis.GetDatabase();\n  private static RedisKey Aboard(string id) => $\"trip:{id}:aboard\";\n  Task<long> Count(string id) => _db.SetLengthAsync(Aboard(id));\n  void On() => redis.GetSubscriber().Subscribe(RedisChannel.Literal(\"scans\"), (_, m) => Run(m));\n}",
            &["sure key reads trip:{}:aboard @5", "sure channel consumes scans @6"],
        ),
        (
            "A.cs",
            "class A { private readonly IDatabase _db; async Task F() { await _db.StringSetAsync($\"basket:{id}\", json, TimeSpan.FromDays(1)); await _db.KeyDeleteAsync($\"basket:{id}\"); } }",
            &["sure key writes basket:{} = ttl=1d @1", "sure key deletes basket:{} @1"],
        ),
        (
            "a.rb",
            "class A\n  def f\n    $redis.setex(\"otp:#{id}\", 300, code)\n    Rails.cache.fetch(\"rates/#{day}\", expires_in: 10.minutes) { x }\n  end\nend",
            &["sure key writes otp:{} = ttl=5m @3", "sure key writes rates/{} = ttl=10m @4", "sure key reads rates/{} @4"],
        ),
        (
            "a.ex",
            "defmodule A do\n  def f(id) do\n    Redix.command(:redix, [\"SET\", \"seen:\" <> id, \"1\", \"EX\", \"60\"])\n  end\nend",
            &["sure key writes seen:{} = 1 @3"],
        ),
        (
            "a.rs",
            "use redis::AsyncCommands;\nasync fn f(con: &mut redis::aio::Connection) {\n    con.set_ex(format!(\"w:{}\", id), \"up\", 30).await;\n}",
            &["sure key writes w:{} = up @3"],
        ),
        (
            "a.php",
            "<?php\nuse Illuminate\\Support\\Facades\\Cache;\nCache::put('rates', $x, 60);\nRedis::get(\"user:$id\");",
            &["sure key writes rates = ttl=1m @3", "sure key reads user:{} @4"],
        ),
        (
            "a.py",
            "from django.core.cache import cache\ncache.set('menu', m, timeout=60)\ncache.delete('menu')",
            &["sure key writes menu = ttl=1m @2", "sure key deletes menu @3"],
        ),
        (
            "a.go",
            "import \"github.com/gomodule/redigo/redis\"\n\nfunc f(conn redis.Conn) {\n\tconn.Do(\"SETEX\", \"k:\"+id, 60, v)\n}",
            &["sure key writes k:{} = ttl=1m @4"],
        ),
        (
            "a.py",
            "import redis\nr = redis.Redis()\nr.xreadgroup('billing', c, {'orders': '>'}, count=10)\nwith r.pipeline() as p:\n    p.delete('a:b')",
            &["sure channel consumes orders = billing @3", "sure key deletes a:b @5"],
        ),
        (
            "a.go",
            "import clientv3 \"go.etcd.io/etcd/client/v3\"\n\nfunc f(cli *clientv3.Client) {\n\tcli.Put(ctx, \"/config/\"+n, v)\n}",
            &["sure key writes /config/{} @4"],
        ),
    ] {
        says(path, text, KINDS, expected);
    }
}

#[test]
fn other_gets_and_sets_are_no_keys() {
    for (path, text) in [
        ("a.py", "d = {}\nd.get('worker:1')\nsettings.set('x', 'y')"),
        ("a.ts", "const m = new Map();\nm.set('a:b', 1);\nlocalStorage.get('token');\napp.get('/orders', h);"),
        ("A.java", "class A { void f() { map.put(\"a\", 1); list.remove(\"a\"); request.get(\"x\"); } }"),
        ("a.go", "func f() { http.Get(\"x\"); q.Set(\"a\", \"b\"); viper.Get(\"redis.addr\") }"),
        ("a.py", "from redis import Redis\nargs.get('name')\nos.environ.get('HOME')"),
        ("a.js", "const redis = require('redis');\nreq.get('Host');\nres.set('ETag', x);\nheaders.delete('a');"),
    ] {
        says(path, text, KINDS, &[]);
    }
}

#[test]
fn scans_and_what_a_loop_takes_from_them() {
    for (path, text, expected) in [
        (
            "a.py",
            "import redis\nr = redis.Redis()\ndef f():\n    for k in r.scan_iter(match=\"box:*:seen\"):\n        r.delete(k)\n    for k in names:\n        r.delete(k)\n",
            &["sure key reads box:*:seen @4", "sure key deletes box:*:seen @5"][..],
        ),
        ("a.go", "import \"x/redis\"\n\nfunc f() {\n\trdb.Scan(ctx, 0, \"box:*\", 100)\n}", &["sure key reads box:* @4"]),
        (
            "a.ts",
            "import { createClient } from 'redis';\nconst redis = createClient();\nfor (const k of await redis.keys('box:*')) { await redis.del(k); }",
            &["sure key reads box:* @3", "sure key deletes box:* @3"],
        ),
    ] {
        crate::index::extractors::testing::says(path, text, &[crate::index::model::Kind::Key], expected);
    }
}
