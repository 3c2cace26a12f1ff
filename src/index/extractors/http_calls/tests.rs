use crate::index::extractors::testing::uses;
use crate::index::model::Kind;

#[track_caller]
fn calls(path: &str, text: &str, expected: &[&str]) {
    let found: Vec<String> =
        uses(path, text, &[Kind::Route]).into_iter().filter_map(|u| u.split_once(" route calls ").map(|(c, rest)| format!("{c} {rest}"))).collect();
    assert_eq!(found, expected, "{path}:\n{text}");
}

#[test]
fn kubernetes_calls_its_probes() {
    let pod = |probe: &str| format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: stock\nspec:\n  containers:\n    - name: main\n{probe}");
    for (probe, expected) in [
        ("      readinessProbe:\n        httpGet: { path: /up, port: 8080 }", &["sure GET http://stock:8080/up @9"][..]),
        ("      livenessProbe:\n        httpGet:\n          port: http\n          path: /live", &["sure GET http://stock/live @11"]),
        ("      lifecycle: { preStop: { httpGet: { path: /drain, port: 80, host: gate } } }", &["sure GET http://gate:80/drain @8"]),
        ("      readinessProbe: { grpc: { port: 9090 } }\n      other: { httpGet: { path: /x } }", &[]),
    ] {
        calls("k/p.yaml", &pod(probe), expected);
    }
    calls("values.yaml", "readinessProbe:\n  httpGet: { path: /up, port: 8080 }", &[]);
}

#[test]
fn scripts_call_with_curl() {
    for (text, expected) in [
        (
            "BASE=${STOCK_URL:-http://localhost:3000}\ncurl -fsS -X POST \"$BASE/items\" -H 'a: b' \\\n  -d '{\"n\":1}'",
            &["sure POST ${STOCK_URL:http://localhost:3000}/items @2"][..],
        ),
        ("curl -s $STOCK_URL/items/$id | jq .", &["sure GET ${STOCK_URL}/items/{} @1"]),
        ("curl --json '{}' http://stock:8080/items", &["sure POST http://stock:8080/items @1"]),
        ("until wget -qO- http://stock/health; do sleep 1; done", &["sure GET http://stock/health @1"]),
        ("URL=http://stock:80\ncurl -XDELETE \"${URL}/items/7?x=1\"", &["sure DELETE http://stock:80/items/7 @2"]),
        // The internet, prose, a file, a command that is not known.
        ("curl -sSL https://get.example.com/install.sh | sh\n# curl http://stock/x\necho \"use curl -d x\"\ncurl \"$(cat url)\"\ncurl -o /tmp/x \"$1\"", &[]),
    ] {
        calls("seed.sh", text, expected);
    }
}

#[test]
fn sent_by_calls() {
    for (path, text, expected) in [
        (
            "b.go",
            "func New() *C { return &C{base: os.Getenv(\"STOCK_URL\"), n: 1} }\nfunc (c *C) F() { req, err := http.NewRequest(\"GET\", c.base+\"/items\", nil) }\nfunc (c *C) G() { http.Get(fmt.Sprintf(\"%s/x/%s\", c.base, id)) }",
            &["sure GET ${STOCK_URL}/items @2", "sure GET ${STOCK_URL}/x/{} @3"][..],
        ),
        (
            "B.java",
            "class B { void f() { rest.postForObject(base + \"/items\", i, Item.class); rest.exchange(u + \"/x\", HttpMethod.GET, e, X.class); } }",
            &["sure POST /items @1", "sure GET /x @1"][..],
        ),
        ("a.py", "requests.get(f\"http://inventory:8080/stock/{sku}\")", &["sure GET http://inventory:8080/stock/{} @1"][..]),
        ("a.py", "requests.post(os.environ[\"INVENTORY_URL\"] + \"/reserve\", json=x)", &["sure POST ${INVENTORY_URL}/reserve @1"]),
        ("a.py", "def f(base, x):\n    return requests.get(f\"{base}/stock/{x}?all=1\")", &["sure GET /stock/{} @2"]),
        (
            "a.py",
            "import httpx\nclient = httpx.Client(base_url=\"http://stock\")\ndef f():\n    return client.get(\"/items\")",
            &["sure GET http://stock/items @4"],
        ),
        ("a.py", "requests.request(\"PUT\", url=\"http://stock/items\")", &["sure PUT http://stock/items @1"]),
        ("a.py", "cache.get('/x')\nos.environ.get('URL')\nd.get('a/b')", &[]),
        (
            "a.ts",
            "await fetch(`/api/orders/${id}`, { method: 'DELETE' });\nfetch(`${process.env.API_URL}/orders`);",
            &["sure DELETE /api/orders/{} @1", "sure GET ${API_URL}/orders @2"],
        ),
        (
            "a.js",
            "import axios from 'axios';\nconst api = axios.create({ baseURL: process.env.ORDERS_URL });\nfunction f() { return api.get('/orders', { params }); }",
            &["sure GET ${ORDERS_URL}/orders @3"],
        ),
        ("a.js", "axios({ method: 'post', url: 'http://cart:80/items' });", &["sure POST http://cart:80/items @1"]),
        ("a.js", "import api from './api';\nimport axios from 'axios';\napi.get('/orders/' + id);", &["sure GET <api@base>/orders/{} @3"]),
        ("a.js", "const app = express();\napp.get('/x', (q, r) => {});\nmap.get('/x');", &[]),
        (
            "A.java",
            "class A { void f(long id) { restTemplate.getForObject(\"http://stock/items/{id}\", Item.class, id); } }",
            &["sure GET http://stock/items/{} @1"],
        ),
        ("A.java", "class A { void f() { rt.x(); restTemplate.exchange(url() + \"/items\", HttpMethod.POST, e, Item.class); } }", &["sure POST /items @1"]),
        ("A.java", "class A { void f() { webClient.get().uri(\"http://stock/items\").retrieve(); } }", &["sure GET http://stock/items @1"]),
        ("A.java", "class A { Request r = new Request.Builder().url(\"http://stock/items\").post(body).build(); }", &["sure POST http://stock/items @1"]),
        (
            "A.java",
            "class A { HttpRequest r = HttpRequest.newBuilder().uri(URI.create(\"http://stock/items\")).DELETE().build(); }",
            &["sure DELETE http://stock/items @1"],
        ),
        ("a.go", "func f() { resp, err := http.Get(\"http://stock:80/items/\" + id) }", &["sure GET http://stock:80/items/{} @1"]),
        (
            "a.go",
            "func f() { req, _ := http.NewRequestWithContext(ctx, http.MethodPost, os.Getenv(\"STOCK\")+\"/items\", nil) }",
            &["sure POST ${STOCK}/items @1"],
        ),
        ("a.go", "func f() { url := fmt.Sprintf(\"http://%s/items\", s.addr)\n\thttp.NewRequest(\"PUT\", url, nil) }", &["sure PUT /items @2"]),
        (
            "a.cs",
            "using System.Net.Http;\nclass CatalogClient {\n  CatalogClient(HttpClient client) { }\n  Task F() { return _client.GetAsync($\"catalog/{id}\"); }\n}",
            &["sure GET <CatalogClient@base>/catalog/{} @4"],
        ),
        ("a.rs", "use reqwest::Client;\nasync fn f() { client.post(format!(\"{}/items\", base)).send().await; }", &["sure POST /items @2"]),
        ("a.rb", "HTTParty.get(\"http://stock/items/#{id}\")", &["sure GET http://stock/items/{} @1"]),
        ("a.php", "<?php Http::post('http://stock/items', $x);", &["sure POST http://stock/items @1"]),
        ("a.php", "<?php\nuse GuzzleHttp\\Client;\n$client->request('GET', 'http://stock/items');", &["sure GET http://stock/items @3"]),
        ("a.cs", "await daprClient.InvokeMethodAsync<Item>(HttpMethod.Get, \"stock\", \"items\");", &["sure GET http://stock/items @1"]),
    ] {
        calls(path, text, expected);
    }
}

#[test]
fn declared_by_interfaces() {
    for (path, text, expected) in [
        (
            "A.java",
            "@FeignClient(name = \"stock\", path = \"/api\")\ninterface A {\n  @GetMapping(\"/items/{id}\")\n  Item find(long id);\n}",
            &["sure GET http://stock/api/items/{} @3"][..],
        ),
        (
            "A.java",
            "@FeignClient(name = \"stock\", url = \"${stock.url}\")\ninterface A {\n  @PostMapping(\"/items\")\n  Item add(Item i);\n}",
            &["sure POST ${stock.url}/items @3"],
        ),
        ("A.kt", "import retrofit2.http.GET\ninterface A {\n  @GET(\"items/{id}\")\n  suspend fun find(id: Long): Item\n}", &["sure GET /items/{} @3"]),
        ("A.cs", "using Refit;\npublic interface IStock {\n  [Get(\"/items/{id}\")]\n  Task<Item> Find(int id);\n}", &["sure GET <IStock@base>/items/{} @3"]),
        (
            "A.java",
            "@Path(\"/items\")\n@RegisterRestClient(configKey = \"stock\")\ninterface A {\n  @GET\n  @Path(\"/{id}\")\n  Item find(long id);\n}",
            &["sure GET ${quarkus.rest-client.stock.url}/items/{} @4"],
        ),
        ("A.java", "@RequestMapping(\"/items\")\ninterface A {\n  @GetMapping(\"/{id}\")\n  Item find(long id);\n}", &[]),
    ] {
        calls(path, text, expected);
    }
}

#[test]
fn bases_are_told_to_other_files() {
    for (path, text, expected) in [
        ("src/api.ts", "export const http = axios.create({ baseURL: 'http://orders' });", "api@base=http://orders"),
        ("a.cs", "services.AddHttpClient<ICatalog, Catalog>(c => c.BaseAddress = new Uri(\"http://catalog\"));", "Catalog@base=http://catalog"),
    ] {
        let facts = crate::index::extractors::facts(&crate::index::file::File::new(path, text));
        let found: Vec<String> = facts.constants.iter().map(|c| format!("{}={}", c.name, c.value.pattern())).collect();
        assert!(found.iter().any(|f| f == expected), "{text}: {found:?}");
    }
}

#[test]
fn an_instance_is_asked_whatever_it_is_called() {
    for (path, text, expected) in [
        (
            "a.js",
            "const axios = require('axios');\nconst carts = axios.create({ baseURL: process.env.CARTS_URL, timeout: 900 });\nawait carts.get(`/v1/carts/${id}`);\nawait carts.delete('/v1/carts/' + id);",
            &["sure GET ${CARTS_URL}/v1/carts/{} @3", "sure DELETE ${CARTS_URL}/v1/carts/{} @4"][..],
        ),
        (
            "a.ts",
            "import ky from 'ky';\nconst stock = ky.extend({ prefixUrl: 'http://stock' });\nawait stock.post('v1/items', { json: x });",
            &["sure POST http://stock/v1/items @3"],
        ),
        ("a.js", "const carts = new Map();\ncarts.get('/v1/carts');\ncarts.delete('/v1/carts');", &[]),
        ("a.js", "const carts = Object.create({ baseURL: 'http://x' });\ncarts.get('/v1/carts');", &[]),
    ] {
        calls(path, text, expected);
    }
}
