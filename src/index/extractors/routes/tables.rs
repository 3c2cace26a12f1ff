//! Frameworks whose routes are registered by calls: one row each.

use crate::index::model::Certainty;

/// A way to register a route by a call.
pub(super) struct Framework {
    pub(super) languages: &'static [&'static str],
    /// Words of import lines (lower case) that prove it; empty: the call itself does.
    pub(super) imports: &'static [&'static str],
    /// What it is called on: words in the name before the call (lower case); `""` allows a bare call.
    pub(super) receivers: &'static [&'static str],
    /// Names of calls with the method each stands for; `?`: the argument before the path says it; `+`: what follows or the path itself says it.
    pub(super) verbs: &'static [(&'static str, &'static str)],
    /// Place of the path among the arguments.
    pub(super) path: usize,
    /// How many arguments there have to be; a trailing block counts as one.
    pub(super) arguments: usize,
    pub(super) certainty: Certainty,
}

const LOWER: &[(&str, &str)] = &[
    ("get", "GET"),
    ("post", "POST"),
    ("put", "PUT"),
    ("patch", "PATCH"),
    ("delete", "DELETE"),
    ("del", "DELETE"),
    ("head", "HEAD"),
    ("options", "OPTIONS"),
    ("all", "ANY"),
];
const UPPER: &[(&str, &str)] =
    &[("GET", "GET"), ("POST", "POST"), ("PUT", "PUT"), ("PATCH", "PATCH"), ("DELETE", "DELETE"), ("HEAD", "HEAD"), ("OPTIONS", "OPTIONS"), ("Any", "ANY")];
const TITLE: &[(&str, &str)] =
    &[("Get", "GET"), ("Post", "POST"), ("Put", "PUT"), ("Patch", "PATCH"), ("Delete", "DELETE"), ("Head", "HEAD"), ("Options", "OPTIONS"), ("All", "ANY")];
const SCRIPT: &[&str] = &["typescript", "javascript"];
const ANY: &[&str] = &["*"];

/// Every framework, the more telling first.
pub(super) const FRAMEWORKS: &[Framework] = &[
    // Express, Koa, Fastify, Hono, Restify, Polka
    Framework {
        languages: SCRIPT,
        imports: &["express", "koa", "fastify", "hono", "restify", "polka", "itty-router", "find-my-way"],
        receivers: ANY,
        verbs: LOWER,
        path: 0,
        arguments: 2,
        certainty: Certainty::Sure,
    },
    Framework {
        languages: SCRIPT,
        imports: &[],
        receivers: &["app", "router", "server", "fastify", "routes"],
        verbs: LOWER,
        path: 0,
        arguments: 2,
        certainty: Certainty::Likely,
    },
    // gin, echo, httprouter
    Framework {
        languages: &["go"],
        imports: &["gin-gonic", "labstack/echo", "httprouter", "cloudwego/hertz"],
        receivers: ANY,
        verbs: UPPER,
        path: 0,
        arguments: 2,
        certainty: Certainty::Sure,
    },
    // chi, fiber
    Framework {
        languages: &["go"],
        imports: &["go-chi", "gofiber", "kataras/iris", "web.framework", "/router"],
        receivers: ANY,
        verbs: TITLE,
        path: 0,
        arguments: 2,
        certainty: Certainty::Sure,
    },
    Framework {
        languages: &["go"],
        imports: &[],
        receivers: &["r", "router", "group", "g", "api", "v1", "v2", "e", "app", "engine", "mux"],
        verbs: UPPER,
        path: 0,
        arguments: 2,
        certainty: Certainty::Likely,
    },
    // net/http, gorilla/mux
    Framework {
        languages: &["go"],
        imports: &["net/http", "gorilla/mux", "otelhttp", "go-chi"],
        receivers: ANY,
        verbs: &[("HandleFunc", "+"), ("Handle", "+"), ("HandlerFunc", "+")],
        path: 0,
        arguments: 2,
        certainty: Certainty::Sure,
    },
    // chi's Method("GET", "/x", h), fiber's Add
    Framework {
        languages: &["go"],
        imports: &["go-chi", "gofiber", "gin-gonic", "labstack/echo", "httprouter"],
        receivers: ANY,
        verbs: &[("Method", "?"), ("MethodFunc", "?"), ("Add", "?"), ("Handle", "?"), ("Handler", "?"), ("HandlerFunc", "?")],
        path: 1,
        arguments: 3,
        certainty: Certainty::Sure,
    },
    // ASP.NET minimal APIs
    Framework {
        languages: &["csharp"],
        imports: &[],
        receivers: ANY,
        verbs: &[("MapGet", "GET"), ("MapPost", "POST"), ("MapPut", "PUT"), ("MapPatch", "PATCH"), ("MapDelete", "DELETE"), ("MapMethods", "+")],
        path: 0,
        arguments: 2,
        certainty: Certainty::Sure,
    },
    // SignalR
    Framework { languages: &["csharp"], imports: &[], receivers: ANY, verbs: &[("MapHub", "ANY")], path: 0, arguments: 1, certainty: Certainty::Sure },
    // Ktor
    Framework {
        languages: &["kotlin"],
        imports: &["io.ktor.server", "io.ktor.routing", "io.ktor"],
        receivers: &[""],
        verbs: LOWER,
        path: 0,
        arguments: 1,
        certainty: Certainty::Sure,
    },
    // Javalin, Spark, Vert.x, http4k
    Framework {
        languages: &["java", "kotlin", "scala", "groovy"],
        imports: &["javalin", "spark.", "io.vertx", "io.helidon", "ratpack", "io.jooby"],
        receivers: &["", "app", "router", "server", "spark", "routing", "rules"],
        verbs: LOWER,
        path: 0,
        arguments: 1,
        certainty: Certainty::Sure,
    },
    // Spring's functional routes
    Framework {
        languages: &["java", "kotlin"],
        imports: &["reactive.function.server", "servlet.function"],
        receivers: ANY,
        verbs: UPPER,
        path: 0,
        arguments: 1,
        certainty: Certainty::Sure,
    },
    // axum, poem; the methods stand in the second argument
    Framework {
        languages: &["rust"],
        imports: &["axum", "poem", "salvo", "actix_web"],
        receivers: ANY,
        verbs: &[("route", "+"), ("at", "+")],
        path: 0,
        arguments: 2,
        certainty: Certainty::Sure,
    },
    // actix: web::resource("/x").route(web::get().to(h))
    Framework { languages: &["rust"], imports: &["actix_web"], receivers: ANY, verbs: &[("resource", "+")], path: 0, arguments: 1, certainty: Certainty::Sure },
    // Laravel, Lumen, Slim
    Framework { languages: &["php"], imports: &[], receivers: &["Route"], verbs: LOWER, path: 0, arguments: 2, certainty: Certainty::Sure },
    Framework {
        languages: &["php"],
        imports: &[],
        receivers: &["Route"],
        verbs: &[("any", "ANY"), ("match", "?")],
        path: 0,
        arguments: 2,
        certainty: Certainty::Sure,
    },
    Framework {
        languages: &["php"],
        imports: &["slim", "lumen", "laravel", "fastroute", "illuminate"],
        receivers: &["app", "router", "group"],
        verbs: LOWER,
        path: 0,
        arguments: 2,
        certainty: Certainty::Sure,
    },
    // aiohttp
    Framework {
        languages: &["python"],
        imports: &["aiohttp"],
        receivers: &["router"],
        verbs: &[("add_get", "GET"), ("add_post", "POST"), ("add_put", "PUT"), ("add_patch", "PATCH"), ("add_delete", "DELETE"), ("add_head", "HEAD")],
        path: 0,
        arguments: 2,
        certainty: Certainty::Sure,
    },
    Framework { languages: &["python"], imports: &["aiohttp"], receivers: &["web"], verbs: LOWER, path: 0, arguments: 2, certainty: Certainty::Sure },
    Framework {
        languages: &["python"],
        imports: &["aiohttp"],
        receivers: &["router"],
        verbs: &[("add_route", "?")],
        path: 1,
        arguments: 3,
        certainty: Certainty::Sure,
    },
    // Starlette, Flask, FastAPI, Falcon
    Framework {
        languages: &["python"],
        imports: &["starlette", "flask", "fastapi", "falcon", "sanic"],
        receivers: ANY,
        verbs: &[("Route", "+"), ("add_url_rule", "+"), ("add_api_route", "+"), ("add_route", "+")],
        path: 0,
        arguments: 2,
        certainty: Certainty::Sure,
    },
    // Flask-RESTful
    Framework {
        languages: &["python"],
        imports: &["flask"],
        receivers: ANY,
        verbs: &[("add_resource", "+")],
        path: 1,
        arguments: 2,
        certainty: Certainty::Sure,
    },
    // shelf_router
    Framework { languages: &["dart"], imports: &["shelf"], receivers: &["router", "app"], verbs: LOWER, path: 0, arguments: 2, certainty: Certainty::Sure },
    // cpp-httplib, Crow
    Framework {
        languages: &["cpp"],
        imports: &["httplib"],
        receivers: &["svr", "server", "srv"],
        verbs: TITLE,
        path: 0,
        arguments: 2,
        certainty: Certainty::Sure,
    },
    Framework { languages: &["cpp"], imports: &["crow"], receivers: &[""], verbs: &[("CROW_ROUTE", "+")], path: 1, arguments: 2, certainty: Certainty::Sure },
];

/// Calls that put a prefix before the routes made through their result, or inside their arguments or block.
pub(super) const GROUPS: [&str; 17] = [
    "Group",
    "MapGroup",
    "Route",
    "PathPrefix",
    "route",
    "group",
    "scope",
    "basePath",
    "prefix",
    "path",
    "RouteGroup",
    "Subrouter",
    "nest",
    "Party",
    "context",
    "pathPrefix",
    "basepath",
];

/// Calls that make a router, with the keyword of its prefix.
pub(super) const ROUTERS: [(&str, &str); 6] = [
    ("APIRouter", "prefix"),
    ("Blueprint", "url_prefix"),
    ("Router", "prefix"),
    ("Namespace", "path"),
    ("SimpleRouter", "prefix"),
    ("DefaultRouter", "prefix"),
];

/// Calls that mount a router under a prefix: name, and the keyword of the prefix where it is none of the positional ones.
pub(super) const MOUNTS: [(&str, &str); 9] = [
    ("use", ""),
    ("route", ""),
    ("Mount", ""),
    ("mount", ""),
    ("nest", ""),
    ("include_router", "prefix"),
    ("register_blueprint", "url_prefix"),
    ("add_namespace", "path"),
    ("register", "prefix"),
];
