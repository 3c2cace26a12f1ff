//! Pictures of small systems.

use super::*;
use crate::topology::analyses::{Severity, Study};
use crate::topology::model::{Component, Count, Interaction, Kind, Relationship, Topology};

fn component(name: &str, kind: Kind, count: Count) -> Component {
    Component { name: name.to_owned(), kind, count, declared: true, ..Component::default() }
}

fn call(from: &str, to: &str, via: &str) -> Relationship {
    Relationship { from: from.to_owned(), to: to.to_owned(), via: via.to_owned(), ..Relationship::default() }
}

const N: Count = Count::Dynamic { min: None, max: None };

fn shop() -> Topology {
    Topology {
        components: vec![
            component("web", Kind::Client, N),
            component("orders", Kind::Service, Count::Dynamic { min: Some(2), max: Some(10) }),
            component("orders-db", Kind::Db, Count::ONE),
            component("events", Kind::Queue, Count::Fixed { n: 3, replicas: None }),
            component("collector", Kind::External, Count::Unknown),
        ],
        relationships: vec![
            call("web", "orders", "https"),
            call("orders", "orders-db", "sql"),
            Relationship { pattern: Some(Interaction::Push), ..call("orders", "events", "kafka") },
            call("orders", "collector", "otlp"),
            call("orders", "orders", ""),
        ],
        ignore: vec!["collector".to_owned()],
        ..Topology::default()
    }
}

/// A system whose names try to break out of whatever they are written into.
fn hostile() -> Topology {
    let names = ["</script><img src=x onerror=alert(1)>", "]]><svg onload=alert(2)>", "{{script}} \"q\" `b` \\ #quot; a|b", "\u{202e}gnp.exe\u{1b}[31m"];
    Topology {
        components: names
            .iter()
            .map(|n| Component { owner: Some((*n).to_owned()), notes: (*n).to_owned(), ..component(n, Kind::Service, Count::ONE) })
            .collect(),
        relationships: names.iter().map(|n| call(names[0], n, "<!--<script>alert(3)</script>")).collect(),
        ..Topology::default()
    }
}

#[test]
fn mermaid_has_shapes_counts_and_dashes() {
    let system = shop();
    let study = Study::of(&system);
    let drawn = draw(&Picture::of(&study), Format::Mermaid);
    let expected = "\
flowchart LR
  n0([\"web<br/>client · N\"]):::client
  n1(\"orders<br/>service · N: 2-10 · calls itself\"):::service
  n2[(\"orders-db<br/>db · 1\")]:::db
  n3>\"events<br/>queue · 3\"]:::queue
  n0 -->|\"N → N · https\"| n1
  n1 -->|\"N → 1 · sql\"| n2
  n1 -.->|\"N → 3 · kafka\"| n3
  n1 -->|\"N → N\"| n1
";
    assert!(drawn.starts_with(expected), "{drawn}");
}

#[test]
fn dot_has_the_same() {
    let system = shop();
    let study = Study::of(&system);
    let drawn = draw(&Picture::of(&study), Format::Dot);
    assert!(drawn.contains("n2 [label=\"orders-db\\ndb · 1\", shape=cylinder"), "{drawn}");
    assert!(drawn.contains("n1 -> n3 [label=\"N → 3 · kafka\", style=dashed];"), "{drawn}");
    assert!(!drawn.contains("collector"), "a component of no interest is drawn: {drawn}");
}

#[test]
fn findings_colour_whom_they_concern_most() {
    let system = shop();
    let study = Study::of(&system);
    let mark = |components: &[usize], edges: &[usize], severity| Mark { components: components.to_vec(), edges: edges.to_vec(), severity, ..Mark::default() };
    let marks = vec![
        mark(&[2, 1, 0], &[0, 1], Severity::Error),
        mark(&[3], &[], Severity::Warn),
        mark(&[0], &[2], Severity::Info),
        mark(&[4], &[3], Severity::Error),
        mark(&[3], &[0, 1, 2], Severity::Warn),
    ];
    let picture = Picture::of(&study).with_marks(marks);
    assert_eq!(picture.marks.len(), 4, "a finding about what is not shown is left out");
    let severities: Vec<_> = (0..5).map(|n| picture.severity(n)).collect();
    assert_eq!(severities, [None, None, Some(Severity::Error), Some(Severity::Warn), None]);
    let edges: Vec<_> = (0..5).map(|e| picture.edge_severity(e)).collect();
    assert_eq!(edges, [Some(Severity::Error), Some(Severity::Error), None, None, None]);
    let svg = draw(&picture, Format::Svg);
    assert!(
        svg.contains("id=\"n2\" class=\"n db error\"") && svg.contains("id=\"n3\" class=\"n queue warn\"") && svg.contains("id=\"e1\" class=\"e error\""),
        "{svg}"
    );
    let mermaid = draw(&picture, Format::Mermaid);
    assert!(mermaid.contains("  class n2 error\n") && mermaid.contains("  linkStyle 0,1 stroke:#d1242f"), "{mermaid}");
}

#[test]
fn a_neighbourhood_reaches_so_many_steps() {
    let system = Topology {
        components: ["a", "b", "c", "d", "e"].iter().map(|n| component(n, Kind::Service, N)).collect(),
        relationships: vec![call("a", "b", ""), call("b", "c", ""), call("c", "d", ""), call("e", "b", "")],
        ..Topology::default()
    };
    let study = Study::of(&system);
    assert_eq!(Picture::around(&study, 2, 1).nodes, [1, 2, 3]);
    let two = Picture::around(&study, 2, 2);
    assert_eq!((two.nodes.as_slice(), two.edges.as_slice(), two.focus), ([0, 1, 2, 3, 4].as_slice(), [0, 1, 2, 3].as_slice(), Some(2)));
    assert_eq!(Picture::around(&study, 2, usize::MAX).nodes.len(), 5);
}

#[test]
fn names_stay_text() {
    let system = hostile();
    let study = Study::of(&system);
    for format in [Format::Svg, Format::Html] {
        let drawn = draw(&Picture::of(&study).analysed(), format);
        for broken in ["<img", "<svg onload", "<!--", "\u{202e}", "\u{1b}"] {
            assert!(!drawn.contains(broken), "{format:?} holds {broken:?}");
        }
        assert!(drawn.contains("&lt;/script&gt;&lt;img"));
    }
    let html = draw(&Picture::of(&study), Format::Html);
    assert_eq!(html.matches("</script>").count(), 2, "the data and the script end once each");
    assert!(html.contains("\\u003c/script\\u003e\\u003cimg"));
    let mermaid = draw(&Picture::of(&study), Format::Mermaid);
    for line in mermaid.lines() {
        assert_eq!(line.matches('"').count() % 2, 0, "{line}");
        assert!(!line.contains("<img") && !line.contains('`') && !line.contains("a|b"), "{line}");
    }
    let dot = draw(&Picture::of(&study), Format::Dot);
    assert!(dot.contains(r#"{{script}} \"q\" `b` \\ #quot; a|b"#), "{dot}");
}

#[test]
fn the_page_lets_nothing_load_or_run_but_its_own() {
    let system = shop();
    let study = Study::of(&system);
    let html = draw(&Picture::of(&study).analysed(), Format::Html);
    assert!(html.contains("default-src 'none'"));
    let nonce = html.split("script-src 'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce");
    assert_eq!(html.matches(&format!("<script nonce=\"{nonce}\">")).count(), 1);
    assert_eq!(html.matches("{{").count(), 0, "a mark of the template is left");
    for loads in [" src=", " href=", "url(", "@import", "fetch(", "innerHTML", "insertAdjacentHTML", "document.write", "eval(", " style=\""] {
        assert!(!html.contains(loads), "the page holds {loads}");
    }
    let own = html.len() - html.split_once("<g id=\"view\">").zip(html.split_once("</g>\n    <g id=\"over\"")).map_or(0, |(a, b)| b.0.len() - a.0.len());
    assert!(own < 60 * 1024, "{own} bytes of page, style and script");
}

#[test]
fn a_picture_comes_out_the_same_every_time() {
    let system = shop();
    let study = Study::of(&system);
    for format in [Format::Mermaid, Format::Dot, Format::Svg, Format::Html] {
        let once = draw(&Picture::of(&study).analysed(), format);
        assert_eq!(once, draw(&Picture::of(&study).analysed(), format));
        assert!(format == Format::Html || !once.contains("NaN") && !once.contains("inf"), "{once}");
    }
}

#[test]
fn nothing_and_much_are_drawn() {
    let none = Topology::default();
    let many = Topology {
        components: (0..700).map(|i| component(&format!("s{i}"), Kind::Service, N)).collect(),
        relationships: (0..1_400).map(|i| call(&format!("s{}", i % 700), &format!("s{}", i * i % 700), "")).collect(),
        ..Topology::default()
    };
    for system in [none, many] {
        let study = Study::of(&system);
        for format in [Format::Mermaid, Format::Dot, Format::Svg, Format::Html] {
            let drawn = draw(&Picture::of(&study), format);
            assert!(system.components.iter().all(|c| drawn.contains(&c.name)), "{format:?}");
        }
    }
}
