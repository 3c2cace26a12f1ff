use crate::index::extractors::testing::says;
use crate::index::model::Kind;

#[track_caller]
fn serves(path: &str, text: &str, expected: &[&str]) {
    let shown: Vec<String> = expected.iter().map(|e| format!("sure route serves {e}")).collect();
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    let found: Vec<String> = crate::index::extractors::testing::uses(path, text, &[Kind::Route]).into_iter().filter(|u| u.contains(" serves ")).collect();
    assert_eq!(found, shown, "{path}:\n{text}");
}

#[test]
fn registered_by_calls() {
    let express = "const app = require('express')();\n";
    for (path, text, expected) in [
        ("a.js", format!("{express}app.get('/orders/:id', (req, res) => {{}});"), &["GET /orders/{} @2"][..]),
        ("a.js", format!("{express}const r = express.Router();\nr.post('/', create);\napp.use('/orders', r);"), &["POST /orders @3"]),
        ("a.js", format!("{express}app.get('port');\naxios.get('/orders', {{ params }});"), &[]),
        ("a.js", format!("{express}app.route('/orders').get(list).post(create);"), &["GET /orders @2", "POST /orders @2"]),
        ("routes/orders.js", "const router = require('express').Router();\nrouter.get('/:id', show);".to_owned(), &["GET <orders@mount>/{} @2"]),
        ("a.ts", "import Router from 'koa-router';\nconst r = new Router({ prefix: '/api' });\nr.get('/orders', list);".to_owned(), &["GET <a@mount>/api/orders @3"]),
        ("a.ts", "import Fastify from 'fastify';\nfastify.route({ method: 'GET', url: '/orders', handler });".to_owned(), &["GET /orders @2"]),
        ("a.ts", "import { Hono } from 'hono';\nconst app = new Hono().basePath('/api');\napp.get('/orders/:id', c => c.text('x'));".to_owned(), &["GET /api/orders/{} @3"]),
        ("a.go", "import \"github.com/gin-gonic/gin\"\nfunc f() {\n\tr := gin.Default()\n\tv1 := r.Group(\"/v1\")\n\tv1.GET(\"/orders/:id\", show)\n}".to_owned(), &["GET /v1/orders/{} @5"]),
        ("a.go", "import \"net/http\"\nfunc f() {\n\tmux.HandleFunc(\"GET /orders/{id}\", show)\n\thttp.Handle(\"/health\", h)\n\thttp.Get(\"/x\")\n}".to_owned(), &["GET /orders/{} @3", "ANY /health @4"]),
        ("a.go", "import \"github.com/gorilla/mux\"\nfunc f() {\n\tr := mux.NewRouter()\n\tapi := r.PathPrefix(\"/api\").Subrouter()\n\tapi.HandleFunc(\"/orders\", list).Methods(\"GET\", \"POST\")\n}".to_owned(), &["GET /api/orders @5", "POST /api/orders @5"]),
        ("a.go", "import \"github.com/go-chi/chi/v5\"\nfunc f() {\n\tr.Route(\"/orders\", func(r chi.Router) {\n\t\tr.Get(\"/{id}\", show)\n\t})\n}".to_owned(), &["GET /orders/{} @4"]),
        ("a.cs", "var g = app.MapGroup(\"/orders\");\ng.MapGet(\"/{id}\", (int id) => id);\napp.MapPost(\"/carts\", Create);".to_owned(), &["GET /orders/{} @2", "POST /carts @3"]),
        ("a.kt", "import io.ktor.server.routing.*\nfun f() {\n  routing {\n    route(\"/orders\") {\n      get(\"/{id}\") { call.respond(x) }\n    }\n  }\n}".to_owned(), &["GET /orders/{} @5"]),
        ("a.rs", "use axum::Router;\nfn f() { Router::new().route(\"/orders/{id}\", get(show).delete(remove)); }".to_owned(), &["GET /orders/{} @2", "DELETE /orders/{} @2"]),
        ("a.rs", "use actix_web::web;\nfn f() { App::new().service(web::scope(\"/api\").route(\"/orders\", web::post().to(create))); }".to_owned(), &["POST /api/orders @2"]),
        ("a.rs", "use actix_web::web;\nfn f() { App::new().route(\"/a\", web::get().to(a)).service(web::scope(\"/ai\").service(web::resource(\"/b\").route(web::get().to(b)))); }".to_owned(), &["GET /a @2", "GET /ai/b @2"]),
        ("a.php", "<?php\nRoute::prefix('v1')->group(function () {\n  Route::get('orders/{id}', [C::class, 'show']);\n});".to_owned(), &["GET /v1/orders/{} @3"]),
        ("a.py", "from aiohttp import web\napp.router.add_get('/orders/{id}', show)\nweb.post('/orders', create)".to_owned(), &["GET /orders/{} @2", "POST /orders @3"]),
        ("a.py", "import tornado.web\napp = Application([\n  (r\"/orders/(.*)\", H),\n])".to_owned(), &["ANY /orders/{} @3"]),
        ("shop/urls.py", "urlpatterns = [\n  path('orders/<int:id>/', show),\n  path('api/', include('api.urls')),\n]".to_owned(), &["ANY <shop@mount>/orders/{} @2"]),
    ] {
        serves(path, &text, expected);
    }
}

#[test]
fn declared_by_annotations() {
    for (path, text, expected) in [
        (
            "A.java",
            "@RestController\n@RequestMapping(\"/orders\")\nclass A {\n  @GetMapping(\"/{id}\")\n  public Order find(long id) { return x; }\n  @PostMapping\n  public void add() { }\n}",
            &["GET /orders/{} @4", "POST /orders @6"][..],
        ),
        ("A.java", "class A {\n  @RequestMapping(value = \"/a\", method = RequestMethod.PUT)\n  public void f() { }\n}", &["PUT /a @2"]),
        ("A.java", "@Path(\"/orders\")\nclass A {\n  @GET\n  @Path(\"{id}\")\n  public Order find() { return x; }\n}", &["GET /orders/{} @3"]),
        ("A.java", "@FeignClient(\"orders\")\ninterface A {\n  @GetMapping(\"/{id}\")\n  Order find(long id);\n}", &[]),
        (
            "a.cs",
            "[Route(\"api/[controller]\")]\npublic class OrdersController {\n  [HttpGet(\"{id:int}\")]\n  public Order Get(int id) { return x; }\n  [HttpPost]\n  public Order Add() { return x; }\n}",
            &["GET /api/Orders/{} @3", "POST /api/Orders @5"],
        ),
        (
            "a.ts",
            "import { Controller, Get } from '@nestjs/common';\n@Controller('orders')\nexport class A {\n  @Get(':id')\n  find(id: string) { return 1; }\n}",
            &["GET /orders/{} @4"],
        ),
        (
            "a.py",
            "app = Flask(__name__)\n@app.route('/orders/<int:id>', methods=['GET', 'PUT'])\ndef f(id):\n    pass",
            &["GET /orders/{} @2", "PUT /orders/{} @2"],
        ),
        ("orders.py", "router = APIRouter(prefix='/orders')\n@router.get('/{id}')\nasync def f(id):\n    pass", &["GET <orders@mount>/orders/{} @2"]),
        ("a.py", "@mock.patch('/x')\ndef f():\n    pass\n@cache.get('orders')\ndef g():\n    pass", &[]),
        ("a.rs", "#[get(\"/orders/{id}\")]\nasync fn f() {}", &["GET /orders/{} @1"]),
        ("a.php", "<?php\n#[Route('/orders')]\nclass A {\n  #[Route('/{id}', methods: ['GET'])]\n  public function show() { }\n}", &["GET /orders/{} @4"]),
        ("A.kt", "@RequestMapping(\"/orders\")\nclass A {\n  @DeleteMapping(\"/{id}\")\n  fun f(id: Long) { }\n}", &["DELETE /orders/{} @3"]),
    ] {
        serves(path, text, expected);
    }
}

#[test]
fn in_nested_blocks() {
    for (path, text, expected) in [
        (
            "config/routes.rb",
            "Rails.application.routes.draw do\n  namespace :api do\n    resources :orders, only: [:index, :show] do\n      get 'items', on: :member\n    end\n  end\n  get '/health', to: 'h#i'\nend",
            &["GET /api/orders @3", "GET /api/orders/{} @3", "GET /api/orders/{}/items @4", "GET /health @7"][..],
        ),
        ("a.rb", "require 'sinatra'\nget '/orders/:id' do\n  x\nend\n", &["GET /orders/{} @2"]),
        ("a.rb", "class A < Grape::API\n  resource :orders do\n    get ':id' do\n      x\n    end\n  end\nend", &["GET /orders/{} @3"]),
        (
            "router.ex",
            "scope \"/api\", Web do\n  pipe_through :api\n  get \"/orders/:id\", C, :show\n  resources \"/carts\", D, only: [:create]\nend",
            &["GET /api/orders/{} @3", "POST /api/carts @4"],
        ),
    ] {
        serves(path, text, expected);
    }
}

#[test]
fn lists_of_patterns_have_the_prefixes_of_who_includes_them() {
    for (path, text, expected) in [
        (
            "shop/urls.py",
            "items = [\n    path('', a),\n    path('<int:pk>/', b),\n]\nurlpatterns = [path('v2/items/', include(items))]\n",
            &["ANY <shop@mount>/v2/items @2", "ANY <shop@mount>/v2/items/{} @3"][..],
        ),
        (
            "shop/urls.py",
            "inner = [path('new', a)]\nouter = [path('carts/', include((inner, 'carts')))]\nurlpatterns = [path('api/', include(outer)), path('x', b)]\n",
            &["ANY <shop@mount>/api/carts/new @1", "ANY <shop@mount>/x @3"],
        ),
        ("shop/urls.py", "urlpatterns = [\n  path('api/', include([\n    path('carts', a),\n  ])),\n]\n", &["ANY <shop@mount>/api/carts @3"]),
        (
            "shop/urls.py",
            "items = [path('x', a)]\nurlpatterns = [path('a/', include(items)), path('b/', include(items))]\n",
            &["ANY <shop@mount>/a/x @1", "ANY <shop@mount>/b/x @1"],
        ),
        // Put together, not included; and a view's own argument.
        ("shop/urls.py", "more = [path('x', a)]\nurlpatterns = [path('y', b)] + more\n", &["ANY <shop@mount>/x @1", "ANY <shop@mount>/y @2"]),
    ] {
        serves(path, text, expected);
    }
}

#[test]
fn laravel_serves_its_api_under_a_prefix() {
    for (path, text, expected) in [
        (
            "shop/routes/api.php",
            "<?php\nRoute::get('/carts/{cart}', [C::class, 'show']);\nRoute::prefix('admin')->group(function () {\n  Route::delete('{id}', 'C@d');\n});",
            &["GET ${laravel prefix of api:/api}/carts/{} @2", "DELETE ${laravel prefix of api:/api}/admin/{} @4"][..],
        ),
        ("routes/web.php", "<?php\nRoute::get('/carts', 'C@l');", &["GET /carts @2"]),
        ("src/Http/api.php", "<?php\nRoute::get('/carts', 'C@l');", &["GET /carts @2"]),
        ("routes/admin.php", "<?php\nRoute::get('/carts', 'C@l');", &["GET ${laravel prefix of admin:}/carts @2"]),
    ] {
        serves(path, text, expected);
    }
    for (text, expected) in [
        (
            "<?php\nreturn Application::configure()->withRouting(api: __DIR__.'/../routes/api.php', apiPrefix: 'v1')->create();",
            &["laravel prefix of api=/v1"][..],
        ),
        (
            "<?php\nRoute::middleware('api')->prefix('api/v2')->group(base_path('routes/api.php'));\nRoute::prefix('ops')->group(base_path('routes/admin.php'));",
            &["laravel prefix of api=/api/v2", "laravel prefix of admin=/ops"],
        ),
        ("<?php\nRoute::prefix('x')->group(function () { });", &[]),
    ] {
        let facts = crate::index::extractors::facts(&crate::index::file::File::new("a.php", text));
        let found: Vec<String> = facts.given.iter().map(|g| format!("{}={}", g.key, g.value)).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn by_the_path_of_the_file() {
    for (path, text, expected) in [
        (
            "web/app/api/orders/[id]/route.ts",
            "export async function GET(req) {}\nexport const DELETE = remove;",
            &["GET /api/orders/{} @1", "DELETE /api/orders/{} @2"][..],
        ),
        ("pages/api/orders/[id].ts", "export default function handler(req, res) {}", &["ANY /api/orders/{} @1"]),
        ("src/app/orders/page.tsx", "export default function P() {}", &[]),
    ] {
        serves(path, text, expected);
    }
}

#[test]
fn mounts_are_told_to_the_mounted_file() {
    for (path, text, expected) in [
        ("app.js", "app.use('/orders', require('./routes/orders'));", "orders@mount=/orders"),
        ("app.ts", "import orders from './routes/orders';\napp.use('/api/orders', orders);", "orders@mount=/api/orders"),
        ("main.py", "from routers import orders\napp.include_router(orders.router, prefix='/orders')", "orders@mount=/orders"),
        ("main.py", "from shop.orders import bp as orders_bp\napp.register_blueprint(orders_bp, url_prefix='/orders')", "orders@mount=/orders"),
    ] {
        let facts = crate::index::extractors::facts(&crate::index::file::File::new(path, text));
        let found: Vec<String> = facts.constants.iter().map(|c| format!("{}={}", c.name, c.value.pattern())).collect();
        assert!(found.iter().any(|f| f == expected), "{text}: {found:?}");
    }
    says("a.py", "x = 1", &[Kind::Route], &[]);
}
