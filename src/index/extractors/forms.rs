//! Forms that one rule has to hold for in several languages and libraries, with their look-alikes.

mod scripts;

use super::testing::uses;
use crate::index::model::Kind;

/// Fails with every file that says something else.
#[track_caller]
fn say(kinds: &[Kind], cases: &[(&str, &str, &[&str])]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(path, text, expected)| {
            let found = uses(path, text, kinds);
            (found != *expected).then(|| format!("{path}:\n{text}\n  says {found:#?}\n  not {expected:#?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_router_never_calls_and_a_client_never_serves() {
    say(
        &[Kind::Route],
        &[
            (
                "a.go",
                "import \"net/http\"\nimport \"github.com/go-chi/chi/v5\"\nfunc f(client *http.Client) {\n\tr := chi.NewRouter()\n\tr.Post(\"/orders\", h.create)\n\tclient.Post(base+path, \"application/json\", body)\n\tclient.Get(\"http://stock/items\")\n}",
                &["sure route serves POST /orders @5", "sure route calls GET http://stock/items @7"],
            ),
            (
                "b.go",
                "import \"github.com/gofiber/fiber/v2\"\nfunc f(app *fiber.App) {\n\tapp.Get(\"/orders/:id\", show)\n\tapi.http.Post(\"/orders\", \"application/json\", body)\n}",
                &["sure route serves GET /orders/{} @3", "sure route calls POST /orders @4"],
            ),
            (
                "a.ts",
                "import express from 'express';\nimport axios from 'axios';\nconst api = express.Router();\napi.get('/orders', list);\naxios.post('http://pay/charges', order);\naxios.post('/charges', order);",
                &["sure route serves GET <a@mount>/orders @4", "sure route calls POST http://pay/charges @5", "sure route calls POST /charges @6"],
            ),
            (
                "a.go",
                "import \"github.com/go-resty/resty/v2\"\nfunc f() {\n\tclient := resty.New()\n\tclient.R().Get(\"http://stock/items\")\n}",
                &["sure route calls GET http://stock/items @4"],
            ),
        ],
    );
}

#[test]
fn a_router_is_mounted_as_a_variable_or_as_what_a_function_gives() {
    say(
        &[Kind::Route],
        &[
            (
                "a.rs",
                "use axum::Router;\nfn app() -> Router {\n    let stock = Router::new().route(\"/:id\", get(show));\n    Router::new().route(\"/up\", get(up)).nest(\"/stock\", stock).nest(\"/pay\", pay())\n}\nfn pay() -> Router { Router::new().route(\"/charge\", post(charge)) }",
                &["sure route serves GET /stock/{} @3", "sure route serves GET /up @4", "sure route serves POST /pay/charge @6"],
            ),
            (
                "a.go",
                "import \"github.com/go-chi/chi/v5\"\nfunc f() {\n\tr := chi.NewRouter()\n\tr.Mount(\"/admin\", admin())\n}\nfunc admin() http.Handler {\n\tr := chi.NewRouter()\n\tr.Get(\"/stats\", stats)\n\treturn r\n}",
                &["sure route serves GET /admin/stats @8"],
            ),
            (
                "a.ts",
                "import { Hono } from 'hono';\nconst orders = new Hono().get('/:id', (c) => c.json({}));\nconst app = new Hono();\napp.route('/orders', orders);",
                &["sure route serves GET /orders/{} @2"],
            ),
            // A variable of that name in another function is another router.
            (
                "a.rs",
                "use axum::Router;\nfn a() -> Router {\n    let stock = Router::new().route(\"/x\", get(x));\n    stock\n}\nfn b(stock: Router) -> Router { Router::new().nest(\"/b\", stock) }",
                &["sure route serves GET /x @3"],
            ),
        ],
    );
}

#[test]
fn tests_beside_the_code_say_nothing() {
    const SQL: &str = "sqlx::query(\"UPDATE jobs SET state = 'done'\");";
    let case = |head: &str| format!("{head} fn f() {{ {SQL} }} }}\nfn after() {{ {SQL} }}");
    for (head, counts) in [
        ("#[cfg(test)]\nmod tests {", false),
        ("#[cfg(all(test, feature = \"db\"))]\nmod tests {", false),
        ("#[cfg(not(test))]\nmod real {", true),
        ("#[cfg_attr(test, allow(dead_code))]\nmod real {", true),
        ("#[cfg(any(test, feature = \"x\"))]\nmod both {", true),
    ] {
        let found = uses("a.rs", &case(head), &[Kind::Column]);
        assert_eq!(found.iter().filter(|u| u.contains("jobs.state")).count(), 1 + usize::from(counts), "{head}: {found:?}");
    }
    let text = format!("#[tokio::test]\nasync fn f() {{ {SQL} }}\nfn after() {{ {SQL} }}");
    assert!(uses("a.rs", &text, &[Kind::Column]).iter().all(|u| u.ends_with("@3")), "{text}");
    let vitest = "export const x = () => fetch('http://a/x');\nif (import.meta.vitest) {\n  fetch('http://a/y');\n}\nfetch('http://a/z');";
    assert_eq!(uses("a.ts", vitest, &[Kind::Route]), ["sure route calls GET http://a/x @1", "sure route calls GET http://a/z @5"]);
}

#[test]
fn a_locks_timeout_is_no_calls_and_a_fallback_of_this_machine_is_no_target() {
    say(
        &[Kind::Setting],
        &[
            ("a.py", "import redis\nr = redis.Redis()\nwith r.lock(\"reports\", timeout=60):\n    pass", &[]),
            ("a.py", "import redis\nr = redis.Redis(socket_timeout=3)", &["sure setting retries redis = timeout=3s @2"]),
            (
                "a.rb",
                "R = Redis.new(url: ENV.fetch(\"REDIS_URL\", \"redis://localhost:6379\"), timeout: 1)",
                &["sure setting retries ${REDIS_URL:redis} = timeout=1s @1"],
            ),
            (
                "a.rb",
                "P = Faraday.new(url: ENV.fetch(\"PAYMENTS_URL\", \"http://localhost:3000\"), request: { timeout: 5 })",
                &["sure setting retries ${PAYMENTS_URL:payments} = timeout=5s @1"],
            ),
            ("a.py", "import httpx\nc = httpx.Client(base_url=\"http://stock:80\", timeout=2)", &["sure setting retries stock = timeout=2s @2"]),
        ],
    );
}

#[test]
fn an_element_of_something_is_no_literal() {
    say(
        &[Kind::Column],
        &[
            (
                "a.rb",
                "Invoice.find_by!(number: params[:number])",
                &["likely column reads ${table.of.Invoice:invoices} @1", "likely column reads ${table.of.Invoice:invoices}.number @1"],
            ),
            (
                "a.rb",
                "Invoice.where(state: %w[open sent])",
                &[
                    "likely column reads ${table.of.Invoice:invoices} @1",
                    "likely column reads ${table.of.Invoice:invoices}.state = open @1",
                    "likely column reads ${table.of.Invoice:invoices}.state = sent @1",
                ],
            ),
        ],
    );
}

#[test]
fn a_constant_names_no_job_but_stands_for_it() {
    say(
        &[Kind::Job],
        &[
            (
                "p.ts",
                "import { Processor } from '@nestjs/bullmq';\nimport { MAIL, Jobs } from './names';\n@Processor(MAIL)\nexport class P {\n  async process(job: Job) {\n    switch (job.name) {\n      case Jobs.WELCOME:\n        break;\n      case 'bye':\n        switch (job.data.kind) { case 'x': break; }\n    }\n  }\n}",
                &["sure job consumes <MAIL> @3", "sure job consumes <Jobs.WELCOME> @7", "sure job consumes bye @9"],
            ),
            (
                "s.ts",
                "import { InjectQueue } from '@nestjs/bullmq';\nimport { Queue } from 'bullmq';\nimport { MAIL, WELCOME_MAIL } from './names';\nclass S {\n  constructor(@InjectQueue(MAIL) private readonly mail: Queue) {}\n  async go(name: string) { await this.mail.add(WELCOME_MAIL, {}); await this.mail.add('process', {}); await this.mail.add(name, {}); }\n}",
                &["sure job writes <MAIL> @6", "sure job writes <WELCOME_MAIL> @6", "sure job writes <MAIL> = job=process @6"],
            ),
            ("m.ts", "import { BullModule } from '@nestjs/bull';\nBullModule.registerQueue({ name: 'mail' });", &["sure job declares mail @2"]),
            (
                "t.go",
                "import \"github.com/hibiken/asynq\"\nfunc f() {\n\tasynq.NewTask(tasks.TypeEmail, payload)\n\tmux.HandleFunc(\"email:send\", handle)\n}",
                &["sure job writes <tasks.TypeEmail> @3", "sure job consumes email:send @4"],
            ),
            ("q.py", "from rq import Queue\nqueue.enqueue(jobs.send_mail, to)", &["sure job writes send_mail @2"]),
        ],
    );
}

#[test]
fn jobs_by_their_functions_and_classes() {
    say(
        &[Kind::Job],
        &[
            (
                "worker.py",
                "from arq import cron\n\nasync def render(ctx, id):\n    pass\n\nclass WorkerSettings:\n    functions = [render, 'shop.jobs.archive', func(sweep, name='sweep-all')]\n    cron_jobs = [cron(purge, hour={3}, minute=15)]\n",
                &[
                    "sure job consumes render @3",
                    "sure job consumes render @7",
                    "sure job consumes archive @7",
                    "sure job consumes sweep-all @7",
                    "sure job declares purge = hour={3} minute=15 @8",
                ],
            ),
            ("routes.py", "async def f(request):\n    await request.app.state.pool.enqueue_job('render', 1)\n", &["sure job writes render @2"]),
            ("other.py", "class Settings:\n    functions = [render]\n", &[]),
            (
                "retry_job.rb",
                "class RetryJob\n  include Sidekiq::Job\n  def perform(id)\n    self.class.perform_in(60, id)\n  end\nend\n",
                &["sure job consumes RetryJob @1", "sure job writes RetryJob @4"],
            ),
            (
                "A.java",
                "import org.springframework.scheduling.annotation.Scheduled;\nclass A {\n  @Scheduled(cron = \"0 */10 * * * *\")\n  @SchedulerLock(name = \"x\")\n  public void purge() { }\n}",
                &["sure job declares purge = 0 */10 * * * * @3"],
            ),
        ],
    );
}

#[test]
fn http_calls_of_neighbouring_forms() {
    say(
        &[Kind::Route],
        &[
            (
                "a.rs",
                "pub struct Rates { http: reqwest::Client, base: String }\nimpl Rates { async fn f(&self, l: &str) { self.http.get(format!(\"{}/quotes/{l}\", self.base)).send().await } }",
                &["sure route calls GET /quotes/{} @2"],
            ),
            ("a.rs", "pub struct Rates { http: Pool }\nimpl Rates { fn f(&self) { self.http.get(\"/quotes\") } }", &[]),
            (
                "a.py",
                "import httpx\nasync def f(base, id):\n    async with httpx.AsyncClient(timeout=2) as http:\n        await http.get(f\"{base}/scans/{id}\")\n    async with httpx.AsyncClient(base_url=\"http://stock\") as client:\n        await client.get(\"/items\")\n",
                &["sure route calls GET /scans/{} @4", "sure route calls GET http://stock/items @6"],
            ),
            ("a.py", "import httpx\nredis_client = Redis()\ndef f(p, id):\n    redis_client.get(f\"{p}/scans/{id}\")\n", &[]),
            (
                "a.ts",
                "const s = new EventSource(`/live/${id}`);\nconst t = new EventSource('http://feed/all');",
                &["sure route calls GET /live/{} @1", "sure route calls GET http://feed/all @2"],
            ),
            (
                "b.ts",
                "import { Controller, Sse } from '@nestjs/common';\n@Controller('feed')\nexport class F {\n  @Sse(':id/live')\n  live() { return x; }\n}",
                &["sure route serves GET /feed/{}/live @4"],
            ),
        ],
    );
}

#[test]
fn labels_of_one_case_are_all_read() {
    say(
        &[Kind::State],
        &[
            (
                "A.java",
                "class A { String f(OrderStatus s) { return switch (s) { case OrderStatus.NEW, OrderStatus.PAID -> \"a\"; default -> \"b\"; }; } }",
                &["likely state reads OrderStatus = NEW @1", "likely state reads OrderStatus = PAID @1"],
            ),
            (
                "OrderState.java",
                "enum OrderState {\n  NEW, PAID, SENT;\n  boolean open() {\n    return switch (this) {\n      case NEW,\n           PAID -> true;\n      case SENT -> false;\n    };\n  }\n}",
                &[
                    "sure state declares OrderState = NEW @2",
                    "sure state declares OrderState = PAID @2",
                    "sure state declares OrderState = SENT @2",
                    "sure state reads OrderState = NEW @5",
                    "sure state reads OrderState = PAID @6",
                    "sure state reads OrderState = SENT @7",
                ],
            ),
            (
                "a.rs",
                "fn f(s: OrderState) -> u8 {\n    match s {\n        OrderState::New | OrderState::Paid => 1,\n        model::OrderState::Sent\n        | model::OrderState::Gone => 2,\n        _ => 3,\n    }\n}",
                &[
                    "likely state reads OrderState = New @3",
                    "likely state reads OrderState = Paid @3",
                    "likely state reads OrderState = Sent @4",
                    "likely state reads OrderState = Gone @5",
                ],
            ),
            (
                "A.kt",
                "fun f(s: OrderState) = when (s) {\n  OrderState.NEW, OrderState.PAID -> 1\n  else -> 2\n}",
                &["likely state reads OrderState = NEW @2", "likely state reads OrderState = PAID @2"],
            ),
            ("b.rs", "fn f() { g(OrderState::New, OrderState::Paid); }", &[]),
        ],
    );
}

#[test]
fn values_of_states_in_lists_and_defaults() {
    say(
        &[Kind::Column],
        &[
            (
                "app/models/payment.rb",
                "class Payment < ApplicationRecord\n  enum :status, %i[pending captured]\n  enum kind: %w[card cash]\nend",
                &[
                    "sure column declares payments @1",
                    "sure column declares payments.status = pending @2",
                    "sure column declares payments.status = captured @2",
                    "sure column declares payments.kind = card @3",
                    "sure column declares payments.kind = cash @3",
                ],
            ),
            (
                "db/migrate/1_x.rb",
                "class X < ActiveRecord::Migration[7.1]\n  def change\n    create_table :payments do |t|\n      t.string :status, default: :open\n      t.string :kind, default: \"card\"\n    end\n  end\nend",
                &["sure column declares payments @3", "sure column declares payments.status = open @4", "sure column declares payments.kind = card @5"],
            ),
            (
                "versions/1.py",
                "from alembic import op\nimport sqlalchemy as sa\n\ndef upgrade():\n    op.create_table(\"labels\", sa.Column(\"state\", sa.String, server_default=\"queued\"))\n",
                &["sure column declares labels @5", "sure column declares labels.state = queued @5"],
            ),
            (
                "a.sql",
                "UPDATE payments SET status = 2 WHERE tries = 3;",
                &["sure column writes payments @1", "sure column writes payments.status @1", "sure column reads payments.tries @1"],
            ),
        ],
    );
}

#[test]
fn channels_and_flags_of_neighbouring_forms() {
    say(
        &[Kind::Channel, Kind::Flag],
        &[
            (
                "karafka.rb",
                "class KarafkaApp < Karafka::App\n  routes.draw do\n    topic :\"shop.orders\" do\n      consumer OrdersConsumer\n    end\n  end\nend\n",
                &["sure channel consumes shop.orders @3"],
            ),
            (
                "a.rs",
                "use rdkafka::consumer::StreamConsumer;\nasync fn f(consumer: StreamConsumer) {\n    consumer.subscribe(&[\"orders\"]);\n    consumer.commit_message(&m, CommitMode::Async);\n}",
                &["sure channel consumes orders @3", "likely channel acknowledges orders @4"],
            ),
            ("a.go", "func f() {\n\tif flags.Enabled(ctx, \"new-quotes\") {\n\t}\n\tfeature.Enabled(name)\n}", &["likely flag reads new-quotes @2"]),
            (
                "a.ts",
                "if (this.featureFlags.isEnabled('new-quotes', user)) {}\nbutton.isEnabled('flag-x');\nflags.isEnabled(user.id);",
                &["likely flag reads new-quotes @1"],
            ),
        ],
    );
}

#[test]
fn placeholders_and_injected_settings_are_bases() {
    say(
        &[Kind::Route, Kind::Address],
        &[
            (
                "A.java",
                "class A {\n  private final String uri;\n  A(@Value(\"http://${LEDGER_ADDR}/entries\") String uri) {\n    this.uri = uri;\n  }\n  void f() { restTemplate.getForObject(uri + \"/\" + id, X.class); }\n}",
                &["sure address reads LEDGER_ADDR @3", "sure route calls GET http://${LEDGER_ADDR}/entries/{} @6"],
            ),
            (
                "B.java",
                "class B {\n  @Value(\"${stock.url:http://${STOCK_HOST:stock}:80}\") String stock;\n  void f() { restTemplate.getForObject(this.stock + \"/items\", X.class); }\n}",
                &[
                    "sure address reads stock.url = http://${STOCK_HOST:stock}:80 @2",
                    "sure route calls GET ${stock.url:http://${STOCK_HOST:stock}:80}/items @3",
                ],
            ),
            (
                "K.kt",
                "class K(@Value(\"http://\\${ORDERS_ADDR}/orders\") private val orders: String) {\n  fun f(id: Long) = restTemplate.getForObject(\"$orders/$id\", X::class.java)\n}",
                &["sure address reads ORDERS_ADDR @1", "sure route calls GET http://${ORDERS_ADDR}/orders/{} @2"],
            ),
            (
                "F.java",
                "@FeignClient(name = \"pay\", url = \"http://${PAY_ADDR}/v1\")\ninterface F {\n  @PostMapping(\"/charges\") X add();\n}",
                &["sure address reads PAY_ADDR @1", "sure route calls POST http://${PAY_ADDR}/v1/charges @3"],
            ),
            (
                "Q.java",
                "class Q {\n  @ConfigProperty(name = \"rates.url\", defaultValue = \"http://rates\") String base;\n  void f() { HttpRequest.newBuilder().uri(URI.create(base + \"/rates\")).GET().build(); }\n}",
                &["sure address reads rates.url = http://rates @2", "sure route calls GET ${rates.url:http://rates}/rates @3"],
            ),
            (
                "N.cs",
                "public class N {\n  public N(IConfiguration configuration) {\n    _base = configuration.GetValue<string>(\"STOCK_URL\");\n  }\n  async Task F() { await _client.GetStringAsync(_base + \"/items\"); }\n}",
                &["sure address reads STOCK_URL @3", "sure route calls GET ${STOCK_URL}/items @5"],
            ),
            (
                "n.ts",
                "import { HttpService } from '@nestjs/axios';\nclass N {\n  constructor(private http: HttpService, private configService: ConfigService) {\n    this.base = this.configService.get<string>('STOCK_URL');\n  }\n  f() { this.http.get(`${this.base}/items`); }\n  g() { this.http.get(`${this.configService.getOrThrow('PAY_URL')}/charges`); }\n}",
                &["sure address reads STOCK_URL @4", "sure route calls GET ${STOCK_URL}/items @6", "sure route calls GET ${PAY_URL}/charges @7"],
            ),
            (
                "application.yml",
                "stock:\n  url: http://${STOCK_ADDR}/v2\n",
                &["sure address reads STOCK_ADDR @2", "sure address declares stock.url = http://${STOCK_ADDR}/v2 @2"],
            ),
            // A template of another kind, and a cache that is asked like a configuration.
            ("T.java", "class T { String t = \"Dear ${name}, your ${thing}\"; }", &[]),
            ("t.ts", "const x = `${this.cache.get('STOCK_URL')}/items`;\nfetch(`${this.cache.get('a')}/items`);", &["sure route calls GET /items @2"]),
        ],
    );
}

#[test]
fn documents_declare_routes_and_states() {
    say(
        &[Kind::Route, Kind::State],
        &[
            (
                "contracts/pay.yaml",
                "openapi: 3.0.3\nservers:\n  - url: http://pay:8080/v2\n  - url: https://pay.example.com/v2/\npaths:\n  /charges:\n    parameters: []\n    get: {}\n    post: {}\n  /charges/{id}/void:\n    post: {}\ncomponents:\n  schemas:\n    ChargeState:\n      enum: [open, paid]\n    Currency:\n      enum: [eur, usd]\n",
                &[
                    "sure route declares GET /v2/charges @8",
                    "sure route declares POST /v2/charges @9",
                    "sure route declares POST /v2/charges/{}/void @11",
                    "sure state declares ChargeState = open @15",
                    "sure state declares ChargeState = paid @15",
                ],
            ),
            ("a.json", "{\"swagger\": \"2.0\", \"basePath\": \"/api\",\n \"paths\": {\"/pets\": {\"get\": {}}}}", &["sure route declares GET /api/pets @2"]),
            ("b.yaml", "openapi: 3.1.0\nservers:\n  - url: /a\n  - url: /b\npaths:\n  /x:\n    get: {}\n", &["sure route declares GET /x @7"]),
            ("kong.yaml", "services:\n  paths:\n    /x:\n      get: {}\n", &[]),
        ],
    );
}

#[test]
fn a_rust_router_is_mounted_by_another_file() {
    let facts = |path: &str, text: &str| {
        let facts = super::facts(&crate::index::file::File::new(path, text));
        facts.constants.iter().map(|c| format!("{}={}", c.name, c.value.pattern())).filter(|c| c.contains("@mount")).collect::<Vec<_>>()
    };
    let main = "use axum::Router;\nuse super::pay::router as pay_router;\nfn main() { let app = Router::new().nest(\"/orders\", orders::routes()).nest(\"/pay\", pay_router()).nest(\"/x\", a::b::routes::all()); }";
    assert_eq!(facts("src/main.rs", main), ["orders@mount=/orders", "pay@mount=/pay"]);
    say(
        &[Kind::Route],
        &[
            (
                "src/orders.rs",
                "use axum::Router;\npub fn routes() -> Router<S> { Router::new().route(\"/:id\", get(show)) }",
                &["sure route serves GET <orders@mount>/{} @2"],
            ),
            ("src/a/routes.rs", "use axum::Router;\npub fn all() -> Router { Router::new().route(\"/x\", get(show)) }", &["sure route serves GET /x @2"]),
        ],
    );
}
