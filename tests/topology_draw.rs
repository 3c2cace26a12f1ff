//! The page in a real browser: it opens from disk without an error, what lights up at a click is what the analysis says, and names that
//! are markup do nothing. `DISTARCH_BROWSER` names a Chromium; else the usual names are looked for, and without one this is skipped.

use distributed_architect::topology::analyses::{Study, blast_radius};
use distributed_architect::topology::draw::{Format, Picture, draw};
use distributed_architect::topology::model::Topology;
use distributed_architect::topology::read;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const SHOP: &str = "\
version: 1
components:
  - {name: web, kind: client, count: N, entry: true}
  - {name: orders, kind: service, count: {min: 2, max: 10}}
  - {name: orders-db, kind: db, count: 1}
  - {name: events, kind: queue, count: 3}
  - {name: mailer, kind: job, count: 1}
  - {name: prices, kind: service, count: N}
relationships:
  - {from: web, to: orders, via: https, timeout: 1s, attempts: 3}
  - {from: orders, to: orders-db, via: sql, timeout: 2s}
  - {from: orders, to: events, via: kafka, pattern: push}
  - {from: events, to: mailer, via: kafka, pattern: push}
  - {from: mailer, to: orders, via: grpc}
  - {from: orders, to: prices, via: grpc, required: false}
";

const HOSTILE: &str = r#"
version: 1
components:
  - {name: "</script><img src=x onerror=\"top.pwned=1\">", owner: "<img src=x onerror=top.pwned=1>", count: 1}
  - {name: "]]><script>top.pwned=1</script>", kind: db, count: 1}
relationships:
  - {from: "</script><img src=x onerror=\"top.pwned=1\">", to: "]]><script>top.pwned=1</script>", via: "<!--<script>top.pwned=1</script>"}
"#;

/// What a person sees: every component is clicked where it is drawn, and what lit up is written down; then search, neighbours, keys.
const PERSON: &str = r##"{
const report = { errors: window.faults, pwned: window.pwned === 1, lost: {}, less: {}, texts: [], covered: [] };
const ids = (cls) => [...document.querySelectorAll("#map .n." + cls)].map((n) => n.id).sort();
const key = (target, key) => target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const panel = document.getElementById("panel");
for (const n of [...document.querySelectorAll("#map .n[id]")].slice(0, 40)) {
  const r = n.querySelector(".outline").getBoundingClientRect();
  const at = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
  if (!at || at.closest(".n") !== n) report.covered.push(n.id);
  else at.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  report.lost[n.id] = ids("lost");
  report.less[n.id] = ids("less");
  report.texts.push(panel.querySelector("h2").textContent);
}
key(document, "Escape");
report.dimmed = document.getElementById("map").classList.contains("dim");
const query = document.getElementById("query");
query.value = "db"; query.dispatchEvent(new Event("input"));
report.hits = document.querySelectorAll("#hits button").length;
key(query, "Enter");
report.found = ids("picked");
key(document, "f");
report.near = [...document.querySelectorAll("#map .n[id]:not(.gone)")].map((n) => n.id).sort();
key(document, "Escape"); key(document, "Escape");
report.all = document.querySelectorAll("#map .n[id]:not(.gone)").length;
report.images = document.images.length;
const out = document.createElement("pre");
out.id = "report"; out.textContent = "REPORT" + JSON.stringify(report) + "END";
document.body.append(out);
}"##;

fn browser() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("DISTARCH_BROWSER") {
        return Some(named.into());
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome-headless-shell"];
    let paths = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&paths).flat_map(|dir| names.map(|n| dir.join(n))).find(|p| p.is_file());
    found.or_else(|| Some(PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")).filter(|p| p.is_file()))
}

fn system(text: &str) -> Topology {
    read::topology(text, "topology.yaml").expect("a topology").topology
}

/// Opens the page of a system as a person would; the report, or `None` where there is no browser.
fn visit(page: &str) -> Option<serde_json::Value> {
    let Some(browser) = browser() else {
        // Not through the macros: the harness would swallow it.
        let _ = writeln!(std::io::stderr(), "SKIPPED: no Chromium on this machine; DISTARCH_BROWSER names one");
        return None;
    };
    let nonce = page.split("script-src 'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce").to_owned();
    let watch = "window.faults = []; addEventListener('error', (e) => faults.push(String(e.message))); \
                 addEventListener('securitypolicyviolation', (e) => faults.push(e.violatedDirective + ' ' + e.blockedURI));";
    let page = page.replacen("<title>", &format!("<script nonce=\"{nonce}\">{watch}</script><title>"), 1);
    let end = page.rfind("</body>").expect("a body");
    let page = format!("{}<script nonce=\"{nonce}\">{PERSON}</script>{}", &page[..end], &page[end..]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("topology.html");
    std::fs::write(&file, page).expect("written");
    let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
    let mut child = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--enable-logging=stderr",
            "--window-size=1400,900",
            "--virtual-time-budget=4000",
        ])
        .arg(profile)
        .arg("--dump-dom")
        .arg(format!("file://{}", file.display()))
        .stdout(Stdio::from(std::fs::File::create(folder.path().join("dom")).expect("a file")))
        .stderr(Stdio::from(std::fs::File::create(folder.path().join("log")).expect("a file")))
        .spawn()
        .expect("the browser starts");
    let begun = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if begun.elapsed() > Duration::from_secs(120) {
            let _ = child.kill();
            panic!("the browser hangs");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let read = |name: &str| String::from_utf8_lossy(&std::fs::read(folder.path().join(name)).expect("a file")).into_owned();
    let (dom, log) = (read("dom"), read("log"));
    let logged: Vec<&str> = log.lines().filter(|l| l.contains(":CONSOLE")).collect();
    assert_eq!(logged, Vec::<&str>::new(), "the page logs nothing");
    let report = dom.rsplit("REPORT").next().and_then(|rest| rest.split("END").next()).expect("a report");
    let report = report.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    Some(serde_json::from_str(&report).unwrap_or_else(|e| panic!("{e}: {report}")))
}

#[test]
fn a_click_lights_what_the_analysis_says() {
    let system = system(SHOP);
    let study = Study::of(&system);
    let Some(report) = visit(&draw(&Picture::of(&study).analysed(), Format::Html)) else { return };
    assert_eq!(report["errors"], serde_json::json!([]));
    assert_eq!(report["covered"], serde_json::json!([]), "a component is covered by something else");
    for node in 0..study.graph.len() {
        let blast = blast_radius::blast(&study, &[node]);
        let ids = |nodes: &[usize]| {
            let mut ids: Vec<String> = nodes.iter().map(|n| format!("n{n}")).collect();
            ids.sort();
            serde_json::json!(ids)
        };
        let name = study.graph.name(node);
        assert_eq!(report["lost"][format!("n{node}")], ids(&blast.lost), "what fails with {name}");
        assert_eq!(report["less"][format!("n{node}")], ids(&blast.degraded), "what goes on with less without {name}");
        assert_eq!(report["texts"][node], name);
    }
    assert_eq!(report["dimmed"], false);
    assert_eq!((&report["hits"], &report["found"]), (&serde_json::json!(1), &serde_json::json!(["n2"])));
    assert_eq!((&report["near"], &report["all"]), (&serde_json::json!(["n1", "n2"]), &serde_json::json!(6)));
}

#[test]
fn names_that_are_markup_do_nothing() {
    let system = system(HOSTILE);
    let study = Study::of(&system);
    let Some(report) = visit(&draw(&Picture::of(&study).analysed(), Format::Html)) else { return };
    assert_eq!(report["errors"], serde_json::json!([]));
    assert_eq!((&report["pwned"], &report["images"]), (&serde_json::json!(false), &serde_json::json!(0)));
    assert_eq!(report["texts"], serde_json::json!(system.components.iter().map(|c| c.name.as_str()).collect::<Vec<_>>()));
}

#[test]
fn a_large_system_opens_without_an_error() {
    let mut text = String::from("version: 1\nrelationships:\n");
    for i in 0..900_u32 {
        let to = i.wrapping_mul(2_654_435_761) % (i / 3 + 7);
        text.push_str(&format!("  - {{from: s{i}, to: s{to}}}\n  - {{from: s{}, to: s{i}, sync: false}}\n", i * 7 % 900));
    }
    let system = system(&text);
    assert_eq!(system.components.len(), 900);
    let study = Study::of(&system);
    let Some(report) = visit(&draw(&Picture::of(&study), Format::Html)) else { return };
    assert_eq!(report["errors"], serde_json::json!([]));
    assert_eq!(report["all"], 900);
    let node = study.graph.node("s0").expect("a component");
    assert_eq!(report["lost"][format!("n{node}")].as_array().map(Vec::len), Some(blast_radius::blast(&study, &[node]).lost.len()));
}
