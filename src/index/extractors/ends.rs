//! Which end of HTTP a variable is: routers and clients have methods of the same names. What the file says of the variable decides, then its
//! name; a router never calls, and a client never serves.

use super::clients::is_told;
use crate::index::reading::{Call, Reading};

/// Words of the types and constructors of routers.
const ROUTERS: &[&str] = &["router", "engine", "servemux", "fiber", "echo", "express", "fastify", "koa", "hono", "restify", "polka", "routergroup", "javalin"];

/// Words of the types and constructors of clients.
const CLIENTS: &[&str] = &["client", "axios", "resty", "superagent", "httpservice", "requests", "httpx", "guzzle", "faraday", "supertest"];

/// Names that clients go by.
const NAMES: [&str; 11] = ["http", "https", "axios", "got", "ky", "superagent", "needle", "$http", "httpservice", "requests", "httpx"];

/// Whether a call is made on a router.
pub(super) fn is_router(reading: &Reading<'_>, call: &Call<'_>) -> bool {
    variable(call).is_some_and(|name| is_told(reading, name, ROUTERS) && !is_told(reading, name, CLIENTS))
}

/// Whether a call is made on a client.
pub(super) fn is_client(reading: &Reading<'_>, call: &Call<'_>) -> bool {
    variable(call).is_some_and(|name| {
        let lower = name.trim_start_matches('_').to_ascii_lowercase();
        let named = NAMES.contains(&lower.as_str()) || lower.ends_with("client");
        !is_told(reading, name, ROUTERS) && (named || is_told(reading, name, CLIENTS))
    })
}

/// Whether a call is made on what this file makes of an HTTP library: `async with httpx.AsyncClient() as http`.
pub(super) fn is_made_client(reading: &Reading<'_>, call: &Call<'_>) -> bool {
    const MADE: &[&str] = &["httpx", "aiohttp", "asyncclient", "clientsession", "requests", "niquests", "axios", "httpclient", "httpservice", "superagent"];
    variable(call).is_some_and(|name| {
        let opened = opened_as(reading, name, call.at);
        opened.map_or_else(|| is_told(reading, name, MADE), |c| c.path.iter().any(|w| MADE.contains(&w.to_ascii_lowercase().as_str())))
    })
}

/// The call whose result a `with` gives a name, as seen from a token: the nearest before it.
pub(super) fn opened_as<'r, 'a>(reading: &'r Reading<'a>, name: &str, at: usize) -> Option<&'r Call<'a>> {
    reading.calls.iter().rev().find(|c| c.close < at && reading.is(c.close + 1, "as") && reading.is(c.close + 2, name))
}

/// What a call is made on.
fn variable<'a>(call: &Call<'a>) -> Option<&'a str> {
    call.receiver().filter(|name| !matches!(*name, "this" | "self"))
}
