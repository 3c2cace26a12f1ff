use super::*;

#[test]
fn a_route_in_its_parts() {
    for (name, host, is_open, path) in [
        ("GET /orders/{}", None, false, "orders/{}"),
        ("GET http://orders:8080/orders/{}?x=1", Some("orders"), false, "orders/{}"),
        ("POST {}/orders/", None, true, "orders"),
        ("GET {}://{}/x", None, true, "x"),
        ("GET http://localhost:3000/x", None, false, "x"),
        ("GET orders:8080/x", Some("orders"), false, "x"),
        ("GET orders/x", None, false, "orders/x"),
        ("GET //orders/x", Some("orders"), false, "x"),
        ("GET {}:8080/x", None, true, "x"),
        ("GET {}", None, true, ""),
    ] {
        let found = parse(name).expect("a route");
        assert_eq!((found.host.as_deref(), found.is_open, found.segments.join("/").as_str()), (host, is_open, path), "{name}");
    }
}

#[test]
fn a_call_fits_what_is_served() {
    let fits = |call: &str, served: &str| fit(&parse(call).expect("a call"), &parse(served).expect("a route").segments, false);
    for (call, served, want) in [
        ("GET /orders/7", "GET /orders/{}", Some((1, 0))),
        ("GET /orders/{}", "GET /orders/{}", Some((1, 0))),
        ("GET /orders/recent", "GET /orders/recent", Some((2, 0))),
        // A value may be any, but not this very word.
        ("GET /orders/{}", "GET /orders/recent", None),
        ("GET /api/shop/orders/7", "GET /orders/{}", Some((1, 2))),
        ("GET {}/{}", "GET /orders/{}", None),
        ("GET {}/lines", "GET /orders/{}/lines", Some((1, 2))),
        ("GET /lines", "GET /orders/{}/lines", None),
        ("GET /files/a/b", "GET /files/**", Some((1, 2))),
        ("GET /a/b/c/d/orders", "GET /orders", None),
    ] {
        assert_eq!(fits(call, served), want, "{call} {served}");
    }
}
