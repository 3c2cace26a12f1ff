//! Libraries that send HTTP requests: one row each.

use crate::index::model::Certainty;

/// A way to send a request by a call.
pub(super) struct Client {
    pub(super) languages: &'static [&'static str],
    /// Words of import lines (lower case) that prove it; empty: what it is called on does.
    pub(super) imports: &'static [&'static str],
    /// What it is called on: the root of the chain or the name before the call; `~part` of that name; `""` a bare call; `*` anything.
    pub(super) receivers: &'static [&'static str],
    /// Names of calls with the method each stands for; `?`: the argument before the address says it; `+`: one behind it; `=`: its options.
    pub(super) verbs: &'static [(&'static str, &'static str)],
    /// Place of the address (or of the method that stands before it).
    pub(super) url: usize,
    /// Addresses may begin without a slash: the client has a base.
    pub(super) relative: bool,
    /// Such addresses count only where that base is known.
    pub(super) needs_base: bool,
    pub(super) certainty: Certainty,
}

const LOWER: &[(&str, &str)] =
    &[("get", "GET"), ("post", "POST"), ("put", "PUT"), ("patch", "PATCH"), ("delete", "DELETE"), ("del", "DELETE"), ("head", "HEAD"), ("options", "OPTIONS")];
const TITLE: &[(&str, &str)] =
    &[("Get", "GET"), ("Post", "POST"), ("Put", "PUT"), ("Patch", "PATCH"), ("Delete", "DELETE"), ("Head", "HEAD"), ("PostForm", "POST"), ("PostJSON", "POST")];
const SCRIPT: &[&str] = &["typescript", "javascript"];
const JVM: &[&str] = &["java", "kotlin", "groovy", "scala"];

const fn row(
    languages: &'static [&'static str],
    imports: &'static [&'static str],
    receivers: &'static [&'static str],
    verbs: &'static [(&'static str, &'static str)],
    url: usize,
) -> Client {
    Client { languages, imports, receivers, verbs, url, relative: false, needs_base: false, certainty: Certainty::Sure }
}

const fn likely(client: Client) -> Client {
    Client { certainty: Certainty::Likely, ..client }
}

const fn relative(client: Client) -> Client {
    Client { relative: true, ..client }
}

const fn based(client: Client) -> Client {
    Client { relative: true, needs_base: true, ..client }
}

/// An instance of a client that the file makes with a base: `axios.create({ baseURL })`.
pub(super) const INSTANCE: Client = based(row(SCRIPT, &[], &[], LOWER, 0));

/// Every client, the more telling first.
pub(super) const CLIENTS: &[Client] = &[
    // requests, httpx, aiohttp
    row(&["python"], &[], &["requests", "httpx"], LOWER, 0),
    row(&["python"], &[], &["requests", "httpx"], &[("request", "?")], 0),
    based(row(
        &["python"],
        &["requests", "httpx", "aiohttp", "niquests", "locust"],
        &["~session", "~client", "~http", "~requests", "ClientSession", "AsyncClient"],
        LOWER,
        0,
    )),
    based(row(&["python"], &["requests", "httpx", "aiohttp", "urllib3"], &["~session", "~client", "~http", "~pool"], &[("request", "?")], 0)),
    row(&["python"], &["urllib"], &["", "request", "urllib"], &[("urlopen", "GET"), ("Request", "+")], 0),
    // fetch
    row(SCRIPT, &[], &["", "window", "globalThis", "self"], &[("fetch", "="), ("$fetch", "="), ("ofetch", "="), ("useFetch", "="), ("nodeFetch", "=")], 0),
    // streams of events, and connections that stay open
    row(
        SCRIPT,
        &[],
        &["", "window", "globalThis", "self"],
        &[
            ("WebSocket", "GET"),
            ("ReconnectingWebSocket", "GET"),
            ("EventSource", "GET"),
            ("ReconnectingEventSource", "GET"),
            ("EventSourcePolyfill", "GET"),
            ("fetchEventSource", "="),
        ],
        0,
    ),
    row(&["python"], &["sse"], &["", "sseclient", "sse_client"], &[("SSEClient", "GET"), ("EventSource", "GET")], 0),
    // axios, got, ky, superagent, needle
    row(SCRIPT, &[], &["axios", "superagent", "needle", "$axios", "$http", "axiosInstance", "ky", "got"], LOWER, 0),
    row(SCRIPT, &["got", "ky", "axios", "undici"], &["", "undici"], &[("got", "="), ("ky", "="), ("axios", "="), ("request", "=")], 0),
    row(SCRIPT, &["request"], &["request", "rp"], LOWER, 0),
    based(row(
        SCRIPT,
        &["axios", "got", "ky", "superagent", "@angular/common/http", "@nestjs/axios", "wretch"],
        &["~http", "~client", "~api", "~axios", "~request", "instance", "httpService"],
        LOWER,
        0,
    )),
    likely(row(SCRIPT, &[], &["api", "http", "httpClient", "apiClient", "client"], LOWER, 0)),
    row(SCRIPT, &["http"], &["http", "https"], &[("request", "="), ("get", "GET")], 0),
    // Spring's RestTemplate
    row(
        JVM,
        &[],
        &["*"],
        &[
            ("getForObject", "GET"),
            ("getForEntity", "GET"),
            ("postForObject", "POST"),
            ("postForEntity", "POST"),
            ("postForLocation", "POST"),
            ("patchForObject", "PATCH"),
            ("headForHeaders", "HEAD"),
        ],
        0,
    ),
    row(JVM, &[], &["~rest", "~template", "~http", "~client"], &[("exchange", "+")], 0),
    row(JVM, &[], &["~resttemplate"], &[("put", "PUT"), ("delete", "DELETE"), ("execute", "+")], 0),
    row(JVM, &["web.client"], &["~rest", "~template", "~http"], &[("put", "PUT"), ("delete", "DELETE")], 0),
    row(JVM, &["unirest"], &["Unirest"], LOWER, 0),
    // Apache HttpClient
    row(
        JVM,
        &["apache.http", "apache.hc"],
        &["", "*"],
        &[("HttpGet", "GET"), ("HttpPost", "POST"), ("HttpPut", "PUT"), ("HttpDelete", "DELETE"), ("HttpPatch", "PATCH")],
        0,
    ),
    // Ktor's client
    row(&["kotlin"], &["io.ktor.client"], &["~client", "~http"], LOWER, 0),
    // HttpClient of .NET
    relative(row(
        &["csharp"],
        &[],
        &["~client", "~http"],
        &[
            ("GetFromJsonAsync", "GET"),
            ("PostAsJsonAsync", "POST"),
            ("PutAsJsonAsync", "PUT"),
            ("PatchAsJsonAsync", "PATCH"),
            ("DeleteFromJsonAsync", "DELETE"),
            ("GetJsonAsync", "GET"),
            ("PostJsonAsync", "POST"),
            ("GetStringAsync", "GET"),
            ("GetStreamAsync", "GET"),
            ("GetByteArrayAsync", "GET"),
        ],
        0,
    )),
    relative(row(
        &["csharp"],
        &["system.net.http", "httpclient"],
        &["~client", "~http", "~api"],
        &[("GetAsync", "GET"), ("PostAsync", "POST"), ("PutAsync", "PUT"), ("DeleteAsync", "DELETE"), ("PatchAsync", "PATCH")],
        0,
    )),
    likely(row(
        &["csharp"],
        &[],
        &["~httpclient", "_client", "client", "http", "_http"],
        &[("GetAsync", "GET"), ("PostAsync", "POST"), ("PutAsync", "PUT"), ("DeleteAsync", "DELETE"), ("PatchAsync", "PATCH")],
        0,
    )),
    relative(row(&["csharp"], &[], &["", "*"], &[("HttpRequestMessage", "?")], 0)),
    relative(row(&["csharp"], &["restsharp"], &["", "*"], &[("RestRequest", "+")], 0)),
    // net/http, resty, otelhttp
    row(&["go"], &[], &["http"], &[("Get", "GET"), ("Post", "POST"), ("PostForm", "POST"), ("Head", "HEAD")], 0),
    row(&["go"], &[], &["http", "retryablehttp", "*"], &[("NewRequest", "?")], 0),
    row(&["go"], &[], &["http", "retryablehttp", "*"], &[("NewRequestWithContext", "?")], 1),
    row(&["go"], &["otelhttp"], &["otelhttp"], TITLE, 1),
    row(&["go"], &["ctxhttp"], &["ctxhttp"], TITLE, 2),
    row(&["go"], &["net/http", "resty", "sling", "fasthttp", "heimdall", "retryablehttp"], &["~client", "~http", "~rest", "R", "~request", "~resp"], TITLE, 0),
    // reqwest, ureq, surf
    row(&["rust"], &[], &["reqwest", "ureq", "surf", "blocking"], LOWER, 0),
    row(&["rust"], &["reqwest", "surf", "awc", "isahc"], &["~client", "~http", "Client"], LOWER, 0),
    row(&["rust"], &["reqwest"], &["~client", "~http"], &[("request", "?")], 0),
    // HTTParty, Faraday, RestClient, HTTP.rb, Excon, Typhoeus, Net::HTTP
    row(&["ruby"], &[], &["HTTParty", "Faraday", "RestClient", "HTTP", "Typhoeus", "Excon", "HTTPClient"], LOWER, 0),
    based(row(&["ruby"], &["faraday", "httparty", "http"], &["~conn", "~client", "~faraday", "~http"], LOWER, 0)),
    likely(row(&["ruby"], &[], &["~faraday", "~connection", "conn", "http_client", "api_client"], LOWER, 0)),
    row(&["ruby"], &[], &["HTTP"], &[("get_response", "GET"), ("post_form", "POST")], 0),
    row(&["ruby"], &[], &["RestClient::Request", "Request"], &[("execute", "+")], 0),
    // Guzzle, Laravel's Http, Symfony's client
    row(&["php"], &[], &["Http"], LOWER, 0),
    relative(row(&["php"], &["guzzle", "httpclient", "symfony"], &["~client", "~http", "~guzzle"], LOWER, 0)),
    relative(row(&["php"], &["guzzle", "httpclient"], &["~client", "~http", "~guzzle"], &[("request", "?"), ("requestAsync", "?")], 0)),
    row(&["php"], &[], &["", "*"], &[("curl_init", "ANY"), ("file_get_contents", "GET")], 0),
    // HTTPoison, Req, Tesla, Finch
    row(&["elixir"], &[], &["HTTPoison", "Req"], LOWER, 0),
    row(&["elixir"], &[], &["Tesla"], LOWER, 1),
    row(&["elixir"], &[], &["Finch"], &[("build", "?")], 0),
    // package:http, dio
    row(&["dart"], &["http"], &["http", "client", "~http"], LOWER, 0),
    row(&["dart"], &["dio"], &["dio", "~dio", "~client"], LOWER, 0),
    // cpr
    row(&["cpp"], &["cpr"], &["cpr"], TITLE, 0),
];

/// Keywords, options and calls that give a client its base.
pub(super) const BASES: [&str; 14] = [
    "baseURL",
    "base_url",
    "baseUrl",
    "prefixUrl",
    "prefixURL",
    "base_uri",
    "BaseAddress",
    "SetBaseURL",
    "SetHostURL",
    "SetBaseUrl",
    "rootUri",
    "rootUrl",
    "rootURL",
    "api_base_url",
];
