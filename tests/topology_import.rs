//! Importers: nothing panics, whatever is read; what is written is read again as the same system; and on real systems, which are not
//! part of this repository, precision and recall against lists made by hand.
//!
//! ```sh
//! FUZZ_SECONDS=600 cargo test --release --test topology_import -- --nocapture
//! DISTARCH_TEST_DATA=~/data DISTARCH_TEST_EDGES=~/edges cargo test --test topology_import -- --nocapture
//! ```
//!
//! The data holds `topology/{otel-demo,deathstarbench,online-boutique,sock-shop}` and `faults/nezha-onlineboutique`; a list holds
//! `from to` in each line.

use distributed_architect::topology::drift::{self, Difference};
use distributed_architect::topology::importers::part::{About, Surroundings};
use distributed_architect::topology::importers::{self, Evidence, Text, compose};
use distributed_architect::topology::merge::Import;
use distributed_architect::topology::model::Topology;
use distributed_architect::topology::{init, read};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A small source of each format; mutations start here.
const SEEDS: [(&str, &str); 11] = [
    (
        "compose.yaml",
        "x-env: &env {A_URL: 'http://a:1', B: \"${B:-b}\"}\nservices:\n  a: {image: 'redis:7', hostname: h, healthcheck: {interval: 5s, retries: 3}}\n  b:\n    build: {context: ., dockerfile: src/b/Dockerfile}\n    environment: {<<: *env, DSN: 'u:p@tcp(db:3306)/x', L: 'Host=a;Port=1'}\n    command: [--to-addr=a:1, sh, -c, 'nc -z h 6379']\n    depends_on: {a: {condition: service_healthy}}\n    deploy: {replicas: 3}\n    ports: ['80:80']\n    extends: {service: c}\n  c: {image: c, env_file: x.env, links: ['a:z'], networks: {n: {aliases: [q]}}}\n",
    ),
    (
        "k8s.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: n}\nspec:\n  replicas: 2\n  template:\n    metadata: {labels: {app: a}}\n    spec:\n      volumes: [{configMap: {name: f}}]\n      containers:\n      - image: x/a\n        env: [{name: B_ADDR, value: 'b.n.svc.cluster.local:80'}, {name: C_URL, value: 'http://$(B_ADDR)/c'}]\n        envFrom: [{configMapRef: {name: f}}]\n        args: ['--db=$(B_ADDR)']\n        livenessProbe: {periodSeconds: 5}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: f, namespace: n}\ndata: {x.conf: \"server b:80;\\nurl=http://b\"}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: b, namespace: n}\nspec: {type: LoadBalancer, selector: {app: b}, ports: [{name: grpc, port: 80}]}\n---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a, namespace: n}\nspec: {scaleTargetRef: {kind: Deployment, name: a}, minReplicas: 1, maxReplicas: 4}\n",
    ),
    (
        "mesh.yaml",
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v, namespace: n}\nspec: {hosts: [b], http: [{timeout: 3s, retries: {attempts: 2, perTryTimeout: 1s}, route: [{destination: {host: b}}]}]}\n---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: d}\nspec: {host: b, trafficPolicy: {outlierDetection: {}}}\n",
    ),
    (
        "envoy.yaml",
        "static_resources:\n  listeners: [{filter_chains: [{filters: [{typed_config: {route_config: {virtual_hosts: [{routes: [{route: {cluster: c, retry_policy: {retry_on: 5xx, num_retries: 2}}}]}]}}}]}]}]\n  clusters: [{name: c, load_assignment: {endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: cart, port_value: 80}}}}]}]}}]\n",
    ),
    (
        "catalog-info.yaml",
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: a}\nspec: {type: service, owner: t, system: s, dependsOn: ['resource:db'], consumesApis: [p]}\n---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: b}\nspec: {type: service, providesApis: [p]}\n",
    ),
    (
        "asyncapi.yaml",
        "asyncapi: 3.0.0\ninfo: {title: Orders}\nservers: {k: {host: 'kafka:9092', protocol: kafka}}\nchannels: {c: {address: o.p, messages: {m: {name: M}}}}\noperations: {s: {action: send, channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/m'}], bindings: {kafka: {groupId: {enum: [g]}}}}}\n",
    ),
    ("deps.json", "[{\"parent\":\"a\",\"child\":\"b\",\"callCount\":3},{\"parent\":\"b\",\"child\":\"c\",\"callCount\":1,\"errorCount\":1}]"),
    (
        "zipkin.json",
        "[[{\"traceId\":\"1\",\"id\":\"a\",\"kind\":\"CLIENT\",\"localEndpoint\":{\"serviceName\":\"a\"},\"remoteEndpoint\":{\"serviceName\":\"r\"}},{\"traceId\":\"1\",\"id\":\"a\",\"shared\":true,\"localEndpoint\":{\"serviceName\":\"b\"}}]]",
    ),
    (
        "otlp.json",
        "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"a\"}}]},\"scopeSpans\":[{\"spans\":[{\"traceId\":\"1\",\"spanId\":\"a\",\"kind\":3,\"attributes\":[{\"key\":\"peer.service\",\"value\":{\"stringValue\":\"r\"}}]}]}]}]}",
    ),
    (
        "trace.json",
        "{\"data\":[{\"processes\":{\"p\":{\"serviceName\":\"a\"},\"q\":{\"serviceName\":\"b\"}},\"spans\":[{\"spanID\":\"1\",\"processID\":\"p\"},{\"spanID\":\"2\",\"processID\":\"q\",\"references\":[{\"spanID\":\"1\"}]}]}]}",
    ),
    ("spans.csv", "TraceID,SpanID,ParentID,PodName\nt,1,root,a-579b9bff58-t2dbm\nt,2,1,\"b-0\"\n"),
];

/// Pieces that mean something to one of the readers.
const PIECES: [&str; 48] = [
    "{",
    "}",
    "[",
    "]",
    ": ",
    ":",
    "- ",
    ", ",
    "#",
    "*env",
    "<<: ",
    "|\n",
    "\"",
    "'",
    "\\",
    "---\n",
    "\t",
    "\n",
    "  ",
    "\u{feff}",
    "é",
    "漢字",
    "µs",
    "null",
    "~",
    "1e309",
    "-1",
    "99999999999999999999",
    "${",
    "${A:-",
    "$(",
    "$$",
    "://",
    "http://",
    "@",
    "a:1,b:2",
    "//",
    "/",
    "=",
    "9999999h",
    "kind: List\n",
    "items: []\n",
    "spec: {}\n",
    "metadata: {name: a}\n",
    "services:\n",
    "0",
    "true",
    ",",
];

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

fn mutated(random: &mut Random) -> Text {
    let (file, seed) = SEEDS[random.below(SEEDS.len())];
    let mut text = seed.as_bytes().to_vec();
    for _ in 0..random.below(4) {
        let at = random.below(text.len() + 1);
        let to = (at + random.below(12)).min(text.len());
        match random.below(6) {
            0 => text.truncate(at),
            1 if at < text.len() => text[at] = random.below(256) as u8,
            2 => drop(text.splice(at..to, [])),
            3 => {
                let again: Vec<u8> = text[at..(at + random.below(60)).min(text.len())].to_vec();
                let place = random.below(text.len() + 1);
                drop(text.splice(place..place, again));
            }
            _ => drop(text.splice(at..to, PIECES[random.below(PIECES.len())].bytes())),
        }
    }
    Text { file: file.to_owned(), text: String::from_utf8_lossy(&text).into_owned() }
}

fn import(texts: &[Text], env: &str) -> Option<Import> {
    let reader = |path: &str| (path == "x.env").then(|| "A=1\nB_URL=http://b\n".to_owned());
    let around = Surroundings { variables: compose::dotenv(env, ".env"), read: &reader };
    importers::read(texts, &around, None).ok()
}

/// The system without where its facts come from.
fn bare(topology: &Topology) -> Topology {
    let mut t = topology.clone();
    t.forget_sources();
    t
}

/// What is written is read as the same system. Kinds and places of components that nobody declares are not written.
fn comes_back(import: &Import) {
    let text = init::file(&import.topology);
    let reading = read::topology(&text, "t.yaml").unwrap_or_else(|p| panic!("{p:?}\n{text}"));
    let (ours, theirs) = (bare(&import.topology), bare(&reading.topology));
    let declared = |t: &Topology| t.components.iter().filter(|c| c.declared).cloned().collect::<Vec<_>>();
    // Where nothing is declared, every end counts as declared.
    if declared(&ours).is_empty() {
        return;
    }
    assert_eq!(declared(&ours), declared(&theirs), "{text}");
    assert_eq!(ours.relationships, theirs.relationships, "{text}");
    assert_eq!(ours.aliases, theirs.aliases, "{text}");
}

#[test]
fn every_seed_is_imported_and_comes_back() {
    for (file, text) in SEEDS {
        let import = import(&[Text { file: file.to_owned(), text: text.to_owned() }], "").unwrap_or_else(|| panic!("{file}"));
        assert!(import.topology.components.len() > 1 || file == "mesh.yaml", "{file}");
        comes_back(&import);
    }
}

#[test]
fn nothing_panics_and_all_that_is_read_comes_back() {
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|n| n.parse().ok());
    let end = Instant::now() + Duration::from_secs(seconds.unwrap_or(2));
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut tried, mut read) = (0u64, 0u64);
    while Instant::now() < end {
        let texts: Vec<Text> = (0..1 + random.below(2)).map(|_| mutated(&mut random)).collect();
        tried += 1;
        if let Some(import) = import(&texts, "A=x\nB=${A}:1\n") {
            read += 1;
            comes_back(&import);
            let other = import.topology.clone();
            let drift = drift::compare(&import.topology, &other, Evidence::Configured);
            assert!(drift.items.iter().all(|i| i.difference != Difference::NotDeclared), "{texts:?}");
        }
    }
    assert!(read * 5 > tried, "only {read} of {tried} were read: the mutations are too rough to test anything");
    say(&format!("imported {read} of {tried} mutated sources without a panic"));
}

/// Past the test harness, which keeps what a passing test prints to itself: a test that did nothing must not look like one that did.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn folder(variable: &str, what: &str) -> Option<PathBuf> {
    let found = std::env::var_os(variable).map(PathBuf::from).filter(|p| p.is_dir());
    if found.is_none() {
        say(&format!("SKIPPED: {what}. {variable} names no folder, so nothing was tested here."));
    }
    found
}

fn text(path: &Path) -> Text {
    let file = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    Text { file, text: std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display())) }
}

fn edges(topology: &Topology) -> BTreeSet<(String, String)> {
    topology.relationships.iter().map(|r| (r.from.clone(), r.to.clone())).collect()
}

#[test]
fn precision_and_recall_against_lists_made_by_hand() {
    let Some(data) = folder("DISTARCH_TEST_DATA", "precision and recall of imports") else { return };
    let Some(lists) = folder("DISTARCH_TEST_EDGES", "precision and recall of imports") else { return };
    let data = data.join("topology");
    for (list, files, env) in [
        ("edges-otel-demo.txt", &["otel-demo/compose.yaml", "otel-demo/compose.full.yaml"][..], Some("otel-demo/env.txt")),
        ("edges-dsb-hotel.txt", &["deathstarbench/hotelReservation-docker-compose.yml"], None),
        ("edges-dsb-social.txt", &["deathstarbench/socialNetwork-docker-compose.yml"], None),
    ] {
        let want: BTreeSet<(String, String)> = text(&lists.join(list))
            .text
            .lines()
            .filter(|l| !l.starts_with('#'))
            .filter_map(|l| l.split_once(' ').map(|(a, b)| (a.to_owned(), b.split(' ').next().unwrap_or("").to_owned())))
            .collect();
        let texts: Vec<Text> = files.iter().map(|f| text(&data.join(f))).collect();
        let import = import(&texts, &env.map_or_else(String::new, |e| text(&data.join(e)).text)).expect("imports");
        let got = edges(&import.topology);
        let hit = want.intersection(&got).count() as f64;
        let (precision, recall) = (hit / got.len() as f64, hit / want.len() as f64);
        say(&format!("{list}: {} by hand, {} imported, precision {precision:.3}, recall {recall:.3}", want.len(), got.len()));
        assert!(precision >= 0.95 && recall >= 0.90, "{list}: {:?}", want.symmetric_difference(&got).collect::<Vec<_>>());
        comes_back(&import);
    }
}

#[test]
fn online_boutique_and_what_its_traces_saw() {
    let Some(data) = folder("DISTARCH_TEST_DATA", "Online Boutique") else { return };
    let expected: serde_json::Value = serde_json::from_str(&text(&data.join("topology/online-boutique/expected_edges.json")).text).expect("JSON");
    let pairs = |key: &str| -> BTreeSet<(String, String)> {
        let pair = |v: &serde_json::Value| (v[0].as_str().unwrap_or("").to_owned(), v[1].as_str().unwrap_or("").to_owned());
        expected[key].as_array().expect(key).iter().map(pair).collect()
    };
    let declared = import(&[text(&data.join("topology/online-boutique/kubernetes-manifests.yaml"))], "").expect("imports");
    assert_eq!(edges(&declared.topology), pairs("declared_edges"));
    let dangling: Vec<&str> = declared.topology.components.iter().filter(|c| !c.declared).map(|c| c.name.as_str()).collect();
    assert_eq!(serde_json::json!(dangling), expected["dangling_targets"]);
    comes_back(&declared);
    let file = read::topology(&init::file(&declared.topology), "topology.yaml").expect("reads").topology;

    // The spans themselves, and the same as dependencies of Jaeger.
    let packed = data.join("faults/nezha-onlineboutique/2022-08-22_03_53_trace.csv.gz");
    let spans = std::process::Command::new("gzip").arg("-dc").arg(&packed).output().expect("gzip").stdout;
    let rows: Vec<_> =
        pairs("observed_edges").into_iter().map(|(parent, child)| serde_json::json!({"parent": parent, "child": child, "callCount": 1})).collect();
    for (file_name, seen) in [("trace.csv", String::from_utf8(spans).expect("text")), ("dependencies.json", serde_json::json!({ "data": rows }).to_string())] {
        let observed = import(&[Text { file: file_name.to_owned(), text: seen }], "").expect("imports");
        assert_eq!(edges(&observed.topology), pairs("observed_edges"), "{file_name}");
        let found = drift::compare(&file, &observed.topology, Evidence::Observed);
        let of = |d: Difference| -> BTreeSet<(String, String)> {
            found.items.iter().filter(|i| i.difference == d).map(|i| (i.component.clone(), i.to.clone().unwrap_or_default())).collect()
        };
        assert_eq!(of(Difference::NotSeen), pairs("declared_not_observed"));
        assert_eq!(of(Difference::NotDeclared), pairs("observed_not_declared"));
        let dangling = drift::dangling(&file, &[(Evidence::Observed, &observed.topology)]);
        assert_eq!(dangling.iter().map(|i| i.component.as_str()).collect::<Vec<_>>(), ["shoppingassistantservice"]);
        say(&format!("{file_name}: {} in the file, {} seen, {} in both", found.declared, found.found, found.both));
    }
}

#[test]
fn where_nothing_can_be_read_it_is_said_and_nothing_is_made_up() {
    let Some(data) = folder("DISTARCH_TEST_DATA", "Sock Shop") else { return };
    let compose = import(&[text(&data.join("topology/sock-shop/docker-compose.yml"))], "").expect("imports");
    let want = [("user", "user-db"), ("user-sim", "edge-router")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(edges(&compose.topology), BTreeSet::from(want));
    let told: BTreeMap<&str, usize> = compose.notes.iter().filter(|n| n.about == About::NoConnection).map(|n| (n.text.as_str(), n.sources.len())).collect();
    assert!(told.contains_key("no connection of orders could be read from these files"), "{told:?}");
    assert!(told.values().all(|n| *n == 1), "each with its place");
    say(&format!("sock-shop: {} of {} components are told to have no readable connection", told.len(), compose.topology.components.len()));
}
