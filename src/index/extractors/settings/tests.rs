use crate::index::extractors::testing::says;
use crate::index::model::Kind;

#[track_caller]
fn sets(path: &str, text: &str, expected: &[&str]) {
    let lines: Vec<String> = expected.iter().map(|e| e.split_once(' ').map(|(c, rest)| format!("{c} setting retries {rest}")).unwrap_or_default()).collect();
    says(path, text, &[Kind::Setting], &lines.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn in_programs() {
    for (path, text, expected) in [
        (
            "c.js",
            "const orders = axios.create({ baseURL: 'http://orders-api' });\naxiosRetry(orders, { retries: 3 });",
            &["sure orders-api = attempts=3 @2"][..],
        ),
        (
            "c.py",
            "import requests\ndef f():\n    s = requests.Session(timeout=2)\n    s.get(CART_URL)\n    requests.get('http://stock/x')\n    requests.get('http://pay/x')",
            &["sure <CART_URL> = timeout=2s @3"],
        ),
        (
            "S.cs",
            "class S { void F() {\n s.AddHttpClient(\"stock\", c => { c.Timeout = TimeSpan.FromSeconds(5); })\n .AddPolicyHandler(p => p.WaitAndRetryAsync(3, x => y)); } }",
            &["sure stock = timeout=5s @2", "sure stock = attempts=3 @3"][..],
        ),
        ("b.go", "func f() {\n\tw := &kafka.Writer{Topic: \"orders\", MaxAttempts: 4}\n}", &["sure orders = attempts=4 @2"][..]),
        ("A.java", "class A { @Retry(name = \"stock\")\n void reserve() { } }", &["sure stock @1"]),
        (
            "DispatchClient.java",
            "class DispatchClient { DispatchClient(@Value(\"${shop.work.url}\") String u, RestTemplateBuilder b) { rest = b.setReadTimeout(Duration.ofSeconds(2)).build(); } }",
            &["sure ${shop.work.url:shop-work} = timeout=2s @1"],
        ),
        (
            "b.py",
            "import stock_pb2_grpc\nstub = stock_pb2_grpc.StockStub(grpc.insecure_channel('stock:1'))\ndef f(orders):\n    stub.Reserve(orders.first, timeout=3)",
            &["sure stock = timeout=3s @4"],
        ),
        (
            "a.ts",
            "import got from 'got';\nconst orders = got.extend({ timeout: { request: 3000 }, retry: { limit: 2 } });",
            &["sure orders = timeout=3s @2", "sure orders = attempts=2 @2"],
        ),
        (
            "a.ts",
            "async function f() {\n  const t = setTimeout(() => ac.abort(), 2000);\n  await fetch('http://stock/x', { signal: ac.signal });\n}",
            &["sure stock = timeout=2s @2"],
        ),
        (
            "a.ts",
            "import * as grpc from '@grpc/grpc-js';\nconst s = new shop.Stock(a, grpc.credentials.createInsecure());\nfunction f() { s.reserve(r, { deadline: Date.now() + 1500 }, cb); }",
            &["sure stock = timeout=1500ms @3"],
        ),
        ("a.py", "requests.get('http://stock:80/x', timeout=5)", &["sure stock = timeout=5s @1"][..]),
        (
            "a.py",
            "import requests\nSTOCK_URL = os.environ['STOCK_URL']\ndef f():\n    return requests.get(f'{STOCK_URL}/x', timeout=0.5)",
            &["sure ${STOCK_URL:stock} = timeout=500ms @4"],
        ),
        ("a.py", "@retry(stop=stop_after_attempt(3))\ndef reserve():\n    return stock_client.reserve()", &["sure stock = attempts=3 @1"]),
        (
            "a.py",
            "@app.task(max_retries=4, soft_time_limit=30)\ndef send_mail():\n    pass",
            &["sure send_mail = attempts=4 @1", "sure send_mail = timeout=30s @1"],
        ),
        ("a.py", "@backoff.on_exception(backoff.expo, E, max_tries=5)\ndef charge():\n    requests.post('http://pay/x')", &["sure pay = attempts=5 @1"]),
        ("a.py", "def f(timeout=5):\n    show(timeout=3)\n    t = 4", &[]),
        ("a.js", "const c = axios.create({ baseURL: 'http://stock', timeout: 1500 });", &["sure stock = timeout=1500ms @1"]),
        ("a.js", "function f() { return pRetry(() => stockClient.get(), { retries: 3 }); }", &["sure stock = attempts=3 @1"]),
        ("a.js", "toast.show({ timeout: 3000 });\nsetTimeout(f, 100);", &[]),
        ("A.java", "class A { @Retryable(maxAttempts = 3)\n void reserve() { stockClient.reserve(); } }", &["sure stock = attempts=3 @1"]),
        (
            "StockClient.java",
            "class StockClient { OkHttpClient c = new OkHttpClient.Builder().readTimeout(5, TimeUnit.SECONDS).build(); }",
            &["sure stock = timeout=5s @1"],
        ),
        ("A.java", "class A { void f() { stockStub.withDeadlineAfter(250, TimeUnit.MILLISECONDS).reserve(r); } }", &["sure stock = timeout=250ms @1"]),
        ("A.cs", "class StockClient { void F() { _client.Timeout = TimeSpan.FromSeconds(30); } }", &["sure stock = timeout=30s @1"]),
        ("a.go", "func f() {\n\tctx, cancel := context.WithTimeout(ctx, 2*time.Second)\n\ts.stockClient.Reserve(ctx, r)\n}", &["sure stock = timeout=2s @2"]),
        ("a.go", "func NewStockClient() *C {\n\treturn &C{http: &http.Client{Timeout: 10 * time.Second}}\n}", &["likely stock = timeout=10s @2"]),
        (
            "a.rs",
            "use reqwest::Client;\nfn stock_client() -> Client { Client::builder().timeout(Duration::from_secs(5)).build() }",
            &["likely stock = timeout=5s @2"],
        ),
        ("a.rb", "class MailJob\n  include Sidekiq::Job\n  sidekiq_options retry: 5, queue: 'mail'\nend", &["sure MailJob = attempts=5 @3"]),
        ("a.php", "<?php\n$r = Http::timeout(3)->retry(2)->get('http://stock/x');", &["sure stock = timeout=3s @2", "sure stock = attempts=2 @2"]),
    ] {
        sets(path, text, expected);
    }
}

#[test]
fn in_configuration() {
    for (path, text, expected) in [
        (
            "vs.yaml",
            "apiVersion: x\nkind: VirtualService\nspec:\n  hosts: [stock]\n  http:\n  - route:\n    - destination:\n        host: stock.shop.svc.cluster.local\n    timeout: 2s\n    retries:\n      attempts: 3\n      perTryTimeout: 500ms",
            &["sure stock = timeout=2s @9", "sure stock = attempts=3 @11", "sure stock = timeout=500ms @12"][..],
        ),
        (
            "envoy.yaml",
            "routes:\n- match: {prefix: /}\n  route:\n    cluster: stock\n    timeout: 5s\n    retry_policy:\n      num_retries: 2",
            &["sure stock = timeout=5s @5", "sure stock = attempts=2 @7"],
        ),
        (
            "application.yml",
            "resilience4j:\n  retry:\n    instances:\n      stock:\n        maxAttempts: 3\n  timelimiter:\n    instances:\n      stock:\n        timeoutDuration: 2s",
            &["sure stock = attempts=3 @5", "sure stock = timeout=2s @9"],
        ),
        ("application.properties", "feign.client.config.stock.readTimeout=5000", &["sure stock = timeout=5s @1"]),
        (
            "nginx.conf",
            "http {\n  proxy_read_timeout 30;\n  server {\n    location /a {\n      proxy_pass http://stock:8080;\n      proxy_next_upstream_tries 2;\n    }\n    location /b { proxy_pass http://cart/; }\n  }\n}",
            &["sure stock = timeout=30s @2", "sure cart = timeout=30s @2", "sure stock = attempts=2 @6"],
        ),
        (
            "haproxy.cfg",
            "defaults\n    timeout server 30s\nbackend stock\n    retries 3\n    server a 1.2.3.4:80",
            &["sure stock = timeout=30s @2", "sure stock = attempts=3 @4"],
        ),
        (
            "i.yaml",
            "apiVersion: x\nkind: Ingress\nmetadata:\n  annotations:\n    nginx.ingress.kubernetes.io/proxy-read-timeout: \"60\"\nspec:\n  rules:\n  - http:\n      paths:\n      - backend:\n          service:\n            name: stock",
            &["sure stock = timeout=60s @5"],
        ),
        (
            "sc.json",
            "{\"methodConfig\": [{\"name\": [{\"service\": \"shop.Stock\"}], \"timeout\": \"1.5s\", \"retryPolicy\": {\"maxAttempts\": 4}}]}",
            &["sure shop.Stock = attempts=4 @1", "sure shop.Stock = timeout=1500ms @1"],
        ),
        ("compose.yml", "services:\n  a:\n    image: x\n    healthcheck:\n      retries: 3\n      timeout: 5s", &[]),
    ] {
        sets(path, text, expected);
    }
}

#[test]
fn own_keys_beside_an_address() {
    for (path, text, expected) in [
        (
            "application.yml",
            "shop:\n  stock:\n    url: http://stock:8080\n    read-timeout: 3s\n    max-attempts: 4",
            &["sure stock = timeout=3s @4", "sure stock = attempts=4 @5"][..],
        ),
        ("application.yml", "shop:\n  pay:\n    base-url: ${PAY_URL:http://localhost:3000}\n    timeout-ms: 900", &["sure ${PAY_URL:pay} = timeout=900ms @4"]),
        ("appsettings.json", "{\n  \"Pay\": { \"BaseUrl\": \"http://pay\", \"TimeoutSeconds\": 2 }\n}", &["sure pay = timeout=2s @2"]),
        // No address beside it, this machine, and a number of who knows what.
        (
            "application.yml",
            "shop:\n  session:\n    read-timeout: 3s\n  here:\n    url: http://localhost:1\n    timeout: 3s\n  pay:\n    url: http://pay\n    timeout: 3",
            &[],
        ),
    ] {
        sets(path, text, expected);
    }
}

#[test]
fn whose_they_are_stands_elsewhere() {
    for (path, text, expected) in [
        (
            "a.ts",
            "const c = axios.create({ baseURL: process.env.STOCK_URL ?? 'http://stock:80', timeout: 900 });",
            &["sure ${STOCK_URL:http://stock:80} = timeout=900ms @1"][..],
        ),
        (
            "a.ts",
            "import Redis from 'ioredis';\nexport const r = new Redis({ host: process.env.CACHE_HOST, maxRetriesPerRequest: 4 });",
            &["sure ${CACHE_HOST:cache} = attempts=4 @2"],
        ),
        (
            "a.ts",
            "import { Queue } from 'bullmq';\nclass A { constructor(private readonly mails: Queue) {}\n f() { this.mails.add('welcome', { a: 1 }, { attempts: 4 });\n this.seen.add('x', { attempts: 9 }); } }",
            &["sure welcome = attempts=4 @3"],
        ),
        (
            "a.rb",
            "class Stock\n  TRY = { max: 2, interval: 1 }.freeze\n  AGAIN_RETRY = { max: 6 }\n  def f\n    Faraday.new(url: ENV.fetch('STOCK_URL')) do |c|\n      c.request :retry, AGAIN_RETRY\n      c.options.timeout = 7\n      c.options[:open_timeout] = 3\n      c.headers[:timeout] = 9\n    end\n  end\nend",
            &["sure ${STOCK_URL:stock} = attempts=6 @3", "sure ${STOCK_URL:stock} = timeout=7s @7", "sure ${STOCK_URL:stock} = timeout=3s @8"],
        ),
        (
            "a.go",
            "import \"github.com/nats-io/nats.go\"\n\nfunc f() {\n\tnc, _ := nats.Connect(u, nats.MaxReconnects(7))\n\tnc.Request(\"stock.get\", nil, 3*time.Second)\n\thttp.Request(\"GET\", u, b)\n}",
            &["sure nats = attempts=7 @4", "sure stock.get = timeout=3s @5"],
        ),
        (
            "a.py",
            "import boto3\nq = boto3.client('sqs', config=Config(retries={'max_attempts': 5}, read_timeout=8))",
            &["sure sqs = attempts=5 @2", "sure sqs = timeout=8s @2"],
        ),
        (
            "a.py",
            "class Stock:\n    def __init__(self):\n        self.c = httpx.Client(base_url=conf.stock_url)\n\n    @retry(stop=stop_after_attempt(6))\n    def get(self, i):\n        return self.c.get(f'/items/{i}')",
            &["sure stock = attempts=6 @5"],
        ),
        (
            "A.java",
            "class A {\n  @RetryableTopic(attempts = \"5\")\n  @KafkaListener(topics = \"stock.moved\")\n  void on(String m) { } }",
            &["sure stock.moved = attempts=5 @2"],
        ),
        (
            "w.py",
            "from arq import cron\nclass WorkerSettings:\n    functions = [print_bill]\n    max_tries = 3\n    job_timeout = 90",
            &["sure print_bill = attempts=3 @4", "sure print_bill = timeout=90s @5"],
        ),
        ("a.rs", "fn f() { let p = ClientConfig::new().set(\"message.timeout.ms\", \"4000\"); }", &["sure kafka = timeout=4s @1"]),
        (
            "a.py",
            "MAX_RETRIES = 4\nLOGIN_ATTEMPTS = 5\ndef f():\n    for i in range(MAX_RETRIES):\n        try:\n            return requests.get('http://stock/x')\n        except Exception:\n            time.sleep(i)\ndef g(user):\n    if user.attempts > LOGIN_ATTEMPTS:\n        lock(user)",
            &["sure stock = attempts=4 @1"],
        ),
        (
            "a.go",
            "const maxAttempts = 6\n\nfunc f() {\n\tfor i := 0; i < maxAttempts; i++ {\n\t\thttp.Get(\"http://stock/x\")\n\t\ttime.Sleep(time.Second)\n\t}\n}",
            &["sure stock = attempts=6 @1"],
        ),
        (
            "a.go",
            "import \"github.com/twmb/franz-go/pkg/kgo\"\n\nfunc f() {\n\tc, _ := kgo.NewClient(kgo.RecordRetries(4), kgo.ProduceRequestTimeout(3*time.Second))\n\to.RecordRetries(n)\n}",
            &["sure kafka = attempts=4 @4", "sure kafka = timeout=3s @4"],
        ),
        ("a.rb", "R = Redis.new(url: ENV[\"REDIS_URL\"], reconnect_attempts: 2)", &["sure ${REDIS_URL:redis} = attempts=2 @1"]),
        ("a.go", "const maxAttempts = 6\n\nfunc f(n int) bool {\n\treturn n < maxAttempts\n}", &[]),
    ] {
        sets(path, text, expected);
    }
}
