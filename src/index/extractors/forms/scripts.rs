//! Forms of TypeScript, JavaScript and Python.

use super::say;
use crate::index::extractors::facts;
use crate::index::file::File;
use crate::index::model::Kind;

#[test]
fn tables_of_sqlalchemys_core() {
    say(
        &[Kind::Column],
        &[
            (
                "tables.py",
                "import sqlalchemy as sa\nmeta = sa.MetaData()\nparcels = sa.Table(\n    \"parcels\",\n    meta,\n    sa.Column(\"id\", sa.Integer, primary_key=True),\n    sa.Column(\"phase\", sa.Enum(\"packed\", \"gone\", name=\"phase\"), server_default=\"packed\"),\n    sa.Index(\"by_phase\", \"phase\"),\n)\n",
                &[
                    "sure column declares parcels @3",
                    "sure column declares parcels.id @6",
                    "sure column declares parcels.phase = packed @7",
                    "sure column declares parcels.phase = gone @7",
                ],
            ),
            (
                "store.py",
                "from sqlalchemy import select, update\nfrom sqlalchemy.dialects.postgresql import insert as upsert\nfrom .tables import (\n    parcels,\n    carriers as c2,\n)\n\ndef f(db):\n    db.execute(update(parcels).where(parcels.c.phase != \"gone\").values(phase=\"gone\"))\n    db.execute(select(c2.c.name).where(c2.c[\"kind\"].in_([\"van\", \"bike\"])))\n    db.execute(upsert(parcels).values([{\"phase\": \"packed\"}]).on_conflict_do_update(index_elements=[\"id\"], set_={\"phase\": \"gone\"}))\n    db.execute(parcels.delete().where(parcels.c.phase == \"gone\"))\n",
                &[
                    "sure column writes ${table.of.parcels:parcels} @9",
                    "sure column writes ${table.of.parcels:parcels}.phase = gone @9",
                    "sure column reads ${table.of.parcels:parcels}.phase = gone @9",
                    "sure column reads ${table.of.carriers:carriers} @10",
                    "sure column reads ${table.of.carriers:carriers}.name @10",
                    "sure column reads ${table.of.carriers:carriers}.kind = van @10",
                    "sure column reads ${table.of.carriers:carriers}.kind = bike @10",
                    "sure column writes ${table.of.parcels:parcels} @11",
                    "sure column writes ${table.of.parcels:parcels}.phase = packed @11",
                    "sure column writes ${table.of.parcels:parcels}.phase = gone @11",
                    "sure column deletes ${table.of.parcels:parcels} @12",
                    "sure column reads ${table.of.parcels:parcels}.phase = gone @12",
                ],
            ),
            (
                "q.py",
                "import sqlalchemy as sa\nfrom app import tables\n\ndef f(db):\n    late = tables.parcels.alias()\n    db.execute(sa.update(tables.parcels).values({tables.parcels.c.phase: \"gone\"}))\n",
                &["sure column writes ${table.of.parcels:parcels} @6", "sure column writes ${table.of.parcels:parcels}.phase = gone @6"],
            ),
            (
                "repo.py",
                "from sqlalchemy import Column, MetaData, String, Table\nclass Repo:\n    def __init__(self):\n        self.rows = Table(\"parcels\", MetaData(), Column(\"phase\", String))\n\n    def f(self, db):\n        db.execute(self.rows.select().where(self.rows.c.phase == \"gone\"))\n        db.execute(self.other.select())\n",
                &[
                    "sure column declares parcels @4",
                    "sure column declares parcels.phase @4",
                    "sure column reads parcels @7",
                    "sure column reads parcels.phase = gone @7",
                ],
            ),
            // A subquery, a parameter, a dictionary, a hash, a class: no table is known by any of them.
            (
                "x.py",
                "from sqlalchemy import select, update\nfrom .tables import cache, Parcel\n\ndef f(db, rows):\n    sub = select(1).subquery()\n    db.execute(select(sub.c.total))\n    db.execute(select(rows.c.total))\n    cache.update(other)\n    cache.delete(key)\n    digest.update(data)\n    other.update({\"phase\": \"gone\"})\n",
                &[],
            ),
            (
                "y.py",
                "from rich.table import Table\nt = Table(\"orders\", box=None)\nt.columns.x\nfrom numpy import insert, delete, select\ninsert(rows)\ndelete(rows)\n",
                &[],
            ),
        ],
    );
}

#[test]
fn tables_of_drizzle() {
    say(
        &[Kind::Column],
        &[
            (
                "a.ts",
                "import { eq, gt } from 'drizzle-orm';\nimport { parcels, carriers } from './tables';\nconst rows = await db.select({ at: parcels.sentAt }).from(parcels)\n  .leftJoin(carriers, eq(parcels.carrierId, carriers.id))\n  .where(gt(parcels.weight, 3));\nawait tx.delete(carriers);\nawait db.insert(parcels).values({ phase: 'packed' });\nconst one = await db.query.carriers.findFirst();",
                &[
                    "sure column reads ${table.of.parcels:parcels} @3",
                    "sure column reads ${table.of.parcels:parcels}.sent_at @3",
                    "sure column reads ${table.of.carriers:carriers} @4",
                    "sure column reads ${table.of.parcels:parcels}.carrier_id @4",
                    "sure column reads ${table.of.carriers:carriers}.id @4",
                    "sure column reads ${table.of.parcels:parcels}.weight @5",
                    "sure column reads ${table.of.parcels:parcels} @5",
                    "sure column deletes ${table.of.carriers:carriers} @6",
                    "sure column writes ${table.of.parcels:parcels} @7",
                    "sure column writes ${table.of.parcels:parcels}.phase = packed @7",
                    "sure column reads ${table.of.carriers:carriers} @8",
                ],
            ),
            (
                "b.ts",
                "import { sql } from 'drizzle-orm';\nsockets.delete(socket);\nhash.update(body);\nconst all = Array.from(rows);\nsource.from(rows);\nlist.insert(row);",
                &[],
            ),
        ],
    );
}

#[test]
fn keys_by_functions_of_an_object() {
    say(
        &[Kind::Key],
        &[
            (
                "a.ts",
                "import Redis from 'ioredis';\nconst redis = new Redis();\nconst at = { cart: (id: string) => `cart:${id}:lines`, plain: 'x' };\nredis.get(at.cart(id));\nredis.del(at.other(id));",
                &["sure key reads cart:{}:lines @4"],
            ),
            (
                "b.ts",
                "import Redis from 'ioredis';\nimport { cacheKeys } from './names';\nconst redis = new Redis();\nredis.get(cacheKeys.cart(id));",
                &["sure key reads <cacheKeys.cart()> @4"],
            ),
        ],
    );
    let facts = facts(&File::new("names.ts", "export const cacheKeys = {\n  cart: (id: string) => `cart:${id}`,\n  all: () => load(),\n} as const;"));
    let told: Vec<String> = facts.constants.iter().map(|c| format!("{}={}", c.name, c.value.pattern())).collect();
    assert_eq!(told, ["cacheKeys.cart()=cart:{}"]);
}

#[test]
fn typed_routes_of_plugins() {
    say(
        &[Kind::Route],
        &[
            (
                "routes/parcels.ts",
                "import type { FastifyPluginAsync } from 'fastify';\nconst routes: FastifyPluginAsync = async (app) => {\n  app.get<{ Params: { id: string }; Querystring: { all: boolean } }>('/:id', async (req) => show(req));\n  app.post<{ Body: New | { id: string } }>('/', create);\n};\nexport default routes;",
                &["sure route serves GET <parcels@mount>/{} @3", "sure route serves POST <parcels@mount> @4"],
            ),
            (
                "one.ts",
                "import Fastify, { FastifyInstance } from 'fastify';\nasync function parcels(app: FastifyInstance) {\n  app.get('/up', up);\n}\nconst server = Fastify();\nserver.register(parcels, { prefix: '/parcels' });\nserver.get('/', home);",
                &["sure route serves GET /parcels/up @3", "sure route serves GET / @7"],
            ),
            // A page's attribute in braces is no type.
            ("p.tsx", "import express from 'express';\nconst a = app.get<Body a={x}>('/x', y);", &[]),
        ],
    );
    let facts = facts(&File::new(
        "app.ts",
        "import Fastify from 'fastify';\nimport parcels from './routes/parcels';\nconst app = Fastify();\napp.register(parcels, { prefix: '/api/parcels' });",
    ));
    let mounts = facts.constants.iter().filter(|c| c.name.contains("@mount"));
    let told: Vec<String> = mounts.map(|c| format!("{}={}", c.name, c.value.pattern())).collect();
    assert_eq!(told, ["parcels@mount=/api/parcels"]);
}

#[test]
fn pools_and_open_connections_call() {
    say(
        &[Kind::Route],
        &[
            (
                "a.ts",
                "import { Pool } from 'undici';\nconst stock = new Pool('http://stock:80');\nawait stock.request({ method: 'PUT', path: `/items/${id}` });\nawait job.request({ method: 'PUT', path: '/x' });",
                &["sure route calls PUT http://stock:80/items/{} @3"],
            ),
            (
                "b.js",
                "const s = new WebSocket(`wss://${location.host}/live`);\nconst t = new WebSocket('ws://feed:9000/prices');\nconst u = new WebSocket(address);",
                &["sure route calls GET /live @1", "sure route calls GET ws://feed:9000/prices @2"],
            ),
            (
                "c.ts",
                "import { WebSocketServer } from 'ws';\nconst wss = new WebSocketServer({ port: 80, path: '/live' });\nclass A { pool = new Pool({ max: 3 }); }",
                &[],
            ),
        ],
    );
}

#[test]
fn attempts_and_timeouts_of_sessions_and_pools() {
    say(
        &[Kind::Setting],
        &[
            (
                "a.py",
                "import requests\nfrom requests.adapters import HTTPAdapter\nfrom urllib3.util.retry import Retry\ns = requests.Session()\nretry = Retry(total=4)\ns.mount(\"https://\", HTTPAdapter(max_retries=retry))\n\ndef f():\n    return s.get(\"https://stock/items\", timeout=(1, 6))\n",
                &["sure setting retries stock = attempts=4 @5", "sure setting retries stock = timeout=6s @9"],
            ),
            (
                "b.py",
                "import requests\nfrom urllib3 import Retry\ns = requests.Session()\ns.mount(\"https://\", HTTPAdapter(max_retries=Retry(total=4)))\n\ndef f():\n    s.get(\"https://stock/items\")\n    s.get(\"https://pay/charges\")\n",
                &[],
            ),
            (
                "a.ts",
                "import { Pool } from 'undici';\nimport { config } from './config';\nconst pool = new Pool(config.stock.baseUrl, { headersTimeout: 2_000 });",
                &["sure setting retries stock = timeout=2s @3"],
            ),
            (
                "b.ts",
                "import { config } from './config';\nexport async function f() {\n  await fetch(new URL('/items', config.stock.baseUrl), { signal: AbortSignal.timeout(1500) });\n}",
                &["sure setting retries stock = timeout=1500ms @3"],
            ),
        ],
    );
}

#[test]
fn queues_of_celerys_workers_and_routes() {
    say(
        &[Kind::Channel, Kind::Job],
        &[
            (
                "a.py",
                "from celery import Celery\napp.conf.task_routes = {\n    \"shop.tasks.bill\": {\"queue\": \"slow\"},\n    \"shop.tasks.mail\": \"fast\",\n    \"feeds.*\": {\"queue\": \"feeds\"},\n}\n",
                &["sure job declares bill = queue=slow @3", "sure job declares mail = queue=fast @4"],
            ),
            (
                "compose.yaml",
                "services:\n  worker:\n    command: celery -A shop worker -Q slow,fast\n  beat:\n    command: celery -A shop beat\n  other:\n    command: other -Q x\n",
                &["sure channel consumes slow @3", "sure channel consumes fast @3"],
            ),
            (
                "k8s.yaml",
                "spec:\n  containers:\n    - command:\n        - celery\n        - -A\n        - shop\n        - worker\n        - --queues=slow\n      args: [\"-Q\", \"x\"]\n",
                &["sure channel consumes slow @8"],
            ),
        ],
    );
}

#[test]
fn messages_handed_to_the_file_that_holds_the_connections() {
    say(
        &[Kind::Message],
        &[
            (
                "a.ts",
                "import { broadcast } from '../ws/board';\nbroadcast({ type: 'parcel.sent', id });\nbroadcast(message);",
                &["likely message publishes parcel.sent @2"],
            ),
            ("b.ts", "import { broadcast } from './radio';\nbroadcast({ type: 'parcel.sent', id });", &[]),
        ],
    );
}

#[test]
fn servers_of_graphql() {
    say(
        &[Kind::Route],
        &[
            (
                "a.ts",
                "import mercurius from 'mercurius';\nimport Fastify from 'fastify';\nconst app = Fastify();\napp.register(mercurius, { schema, path: '/query' });\napp.register(mercurius, { schema, routes: false });",
                &["sure route serves GET /query @4", "sure route serves POST /query @4"],
            ),
            (
                "b.js",
                "const { expressMiddleware } = require('@apollo/server/express4');\nconst app = require('express')();\napp.use('/graphql', cors(), expressMiddleware(server));\napp.use('/x', cors());",
                &["sure route serves GET /graphql @3", "sure route serves POST /graphql @3"],
            ),
        ],
    );
}

#[test]
fn buckets_that_a_deployment_gives() {
    say(
        &[Kind::Bucket],
        &[(
            "compose.yaml",
            "services:\n  bill:\n    environment:\n      REPORTS_BUCKET: shop-reports\n      LEAK_BUCKET_SIZE: many\n      OTHER_BUCKET: ${OTHER}\n",
            &["sure bucket declares shop-reports @4"],
        )],
    );
}

#[test]
fn a_union_that_is_carried_carries_its_cases() {
    use crate::index::link::{FileFacts, link};
    let declared = "export interface ParcelSent {\n  carrier: string;\n}\nexport interface ParcelLost {\n  reason: string;\n}\nexport interface Draft {\n  note: string;\n}\nexport type ParcelEvent = ParcelSent | ParcelLost;\nexport type Other = Draft | string[];\n";
    let sender = "import { ParcelEvent } from '@shop/contracts';\nimport { Kafka } from 'kafkajs';\nconst producer = new Kafka({}).producer();\nexport async function tell(event: ParcelEvent) {\n  await producer.send({ topic: 'parcels', messages: [{ value: JSON.stringify(event) }] });\n}\n";
    let said = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(path, text)| FileFacts { path: (*path).to_owned(), component: None, facts: facts(&File::new(path, text)) });
        let index = link(files.collect());
        let fields = index.resources.into_iter().filter(|r| r.kind == Kind::Field).map(|r| r.name);
        fields.collect::<Vec<_>>()
    };
    assert_eq!(said(&[("libs/contracts/events.ts", declared), ("bill/send.ts", sender)]), ["ParcelLost.reason", "ParcelSent.carrier"]);
    assert!(said(&[("libs/contracts/events.ts", declared)]).is_empty());
}

#[test]
fn timeouts_that_variables_carry() {
    say(
        &[Kind::Setting],
        &[
            (
                "a.ts",
                "export const config = {\n  url: process.env.STOCK_URL,\n  timeoutMs: Number(process.env.STOCK_TIMEOUT_MS ?? 1500),\n  idleMs: Number(process.env.IDLE_TIMEOUT_MS ?? 9000),\n};",
                &["sure setting retries ${STOCK_URL:stock} = timeout=1500ms @3"],
            ),
            (
                "a.py",
                "import os\nSTOCK = os.environ[\"STOCK_URL\"]\nTRIES = int(os.getenv(\"STOCK_MAX_RETRIES\", \"3\"))\nLIMIT = int(os.getenv(\"LOCK_TIMEOUT_S\", \"3\"))\n",
                &["sure setting retries ${STOCK_URL:stock} = attempts=3 @3"],
            ),
            (
                "compose.yaml",
                "services:\n  bill:\n    environment:\n      STOCK_URL: http://stock\n      STOCK_TIMEOUT_MS: \"2000\"\n      IDLE_TIMEOUT_MS: \"2000\"\n  other:\n    environment:\n      PAY_TIMEOUT_MS: \"2000\"\n",
                &["sure setting retries ${STOCK_URL:stock} = timeout=2s @5"],
            ),
        ],
    );
}
