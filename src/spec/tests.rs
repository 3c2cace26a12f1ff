use super::deletion::{Refusal, fill};
use super::*;
use crate::topology::read;

const SYSTEM: &str = "components:
  - {name: web, kind: gateway, count: 2, entry: true}
  - {name: orders, count: 3, noticed_after: 30s}
  - {name: spare, kind: queue, count: 1, capacity: 10/s}
  - {name: db, kind: db, count: 1}
relationships:
  - {from: web, to: orders, rate: 6/s, fallback: spare}
  - {from: orders, to: db}
";

fn system() -> Topology {
    read::topology(SYSTEM, "t.yaml").unwrap_or_else(|p| panic!("{p:?}")).topology
}

/// Rule and text of each problem.
fn told(text: &str) -> Vec<(&'static str, String)> {
    let problems = check(text, Some(&system())).problems.into_iter().filter(|p| p.rule != "missing-section");
    problems.map(|p| (p.rule, text.get(p.range).unwrap_or("?").to_owned())).collect()
}

#[test]
fn lists_and_headings_say_the_same_as_tables() {
    let list = "# X\n\n## Failure modes\n\n- db is gone: an alert tells, it is restored by hand\n- db is slow\n  - a probe notices\n  - nothing else\n- orders is gone, nobody sees it, restart\n";
    assert_eq!(told(list), [("no-detection", "db is slow".to_owned()), ("no-detection", "orders is gone, nobody sees it, restart".to_owned())]);
    let headings = "# X\n\n## Failure modes\n\n### db is gone\n\nA health check detects it, the failover mends it.\n\n### db is full\n\nWrites are refused.\n";
    let lacks = [("no-detection", "### db is full".to_owned()), ("no-detection", "### db is full".to_owned())];
    assert_eq!(told(headings), lacks);
    let states = "# X\n\n## State\n\n1. orders, owned by db\n2. sessions\n";
    assert_eq!(told(states), [("no-owner", "sessions".to_owned())]);
    assert_eq!(told("# X\n\n## State\n\nNone: it is stateless.\n"), []);
    assert_eq!(told("# X\n\n## State\n\nOrders lie somewhere.\n"), [("no-owner", "Orders lie somewhere.\n".to_owned())]);
}

#[test]
fn a_table_without_the_column_says_it_of_no_row() {
    let text = "# X\n\n## Failure modes\n\n| what | effect | recovered by |\n| --- | --- | --- |\n| db is gone | all stops | failover |\n";
    let found = check(text, None).problems.into_iter().find(|p| p.rule == "no-detection").expect("found");
    assert!(text[found.range].starts_with(" what") || found.what.contains("no column"), "{}", found.what);
}

#[test]
fn code_and_comments_and_open_questions_are_no_guesses() {
    let text = "# X\n\n## Purpose\n\nReads `TBD` and todos; open: the name is TBD, the product owner tells.\n\n<!-- TODO -->\n\n```sh\n# TODO 5\n```\n\n## Constraints\n\n- open: how long it is kept, TBD by legal\n- Todo\n";
    assert_eq!(told(text), [("guess", "TBD".to_owned()), ("guess", "Todo".to_owned())]);
    assert_eq!(check(text, None).open.len(), 1);
}

#[test]
fn the_form_itself_is_all_questions() {
    let report = check(TEMPLATE, None);
    assert!(report.problems.iter().all(|p| p.rule == "template-text"), "{:?}", report.problems.iter().find(|p| p.rule != "template-text"));
    let document = read_document();
    let asked = |role: Role| {
        let tree = document.of(role);
        let section = tree.first().and_then(|t| t.first()).expect("a section");
        let end = document.sections.iter().map(|s| s.heading.start).find(|s| *s > section.heading.start).unwrap_or(TEMPLATE.len());
        report.problems.iter().any(|p| section.heading.start < p.range.start && p.range.start < end)
    };
    for (role, title, _) in Role::ALL {
        assert!(asked(role), "{title} is asked");
        assert_eq!(Role::of(title), Some(role));
    }
}

fn read_document() -> super::read::Document {
    super::read::document(TEMPLATE)
}

#[test]
fn every_rule_is_named() {
    let rules: Vec<&str> = RULES.iter().map(|(r, _)| *r).collect();
    let page = include_str!("../../docs/spec.md");
    for rule in rules {
        assert!(page.contains(&format!("| `{rule}` |")), "docs/spec.md does not tell of {rule}");
    }
}

const SPEC: &str = "# X\n\nComponents: orders, db\n\n## What breaks if I delete this?\n\nWe were surprised once.  \n\n## More\n";

#[test]
fn answers_are_filled_in_once_and_the_rest_stays() {
    let once = fill(SPEC, &system()).expect("filled");
    assert!(once.contains("| orders | nobody | web | spare for web, then at 120 % of its capacity | no entry stops | 30 s |\n"), "{once}");
    assert!(once.contains("| db | orders | web | nothing is declared to | no entry stops | unknown: the topology does not say |\n"), "{once}");
    assert_eq!(fill(&once, &system()).as_deref(), Ok(once.as_str()));
    // Without what was put in, it is what it was.
    let (before, rest) = once.split_once("\n\n<!-- distarch").expect("begins");
    let (_, after) = rest.split_once("end -->").expect("ends");
    assert_eq!(format!("{before}{after}"), SPEC);
    assert_eq!(told(&once).iter().filter(|(r, _)| *r != "empty-section").count(), 0, "{:?}", told(&once));
}

#[test]
fn line_ends_stay_what_they_are() {
    let dos = SPEC.replace('\n', "\r\n");
    let once = fill(&dos, &system()).expect("filled");
    assert!(!once.replace("\r\n", "").contains('\n'));
    assert_eq!(fill(&once, &system()).as_deref(), Ok(once.as_str()));
    assert_eq!(fill("# X\n\n## What breaks", &system()).map(|t| fill(&t, &system()) == Ok(t)), Ok(true));
}

#[test]
fn answers_of_another_day_are_told() {
    let once = fill(SPEC, &system()).expect("filled");
    let old = once.replace("| 30 s |", "| 5 min |");
    let stale = check(&old, Some(&system())).problems.into_iter().find(|p| p.rule == "stale-answers").expect("told");
    assert!(old[stale.range].starts_with("| orders |"));
    assert_eq!(fill(&old, &system()), Ok(once));
}

#[test]
fn without_a_place_nothing_is_written() {
    assert_eq!(fill("# X\n\n## Purpose\n", &system()), Err(Refusal::NoHeading));
    assert_eq!(fill("# X\n\nComponents: a, b\n\n## What breaks\n", &system()), Err(Refusal::NoComponent));
    assert_eq!(fill("# X\n\n## What breaks\n\n<!-- distarch deletion-test: begin -->\n", &system()), Err(Refusal::NoEnd));
}

#[test]
fn a_draft_holds_the_facts_and_leaves_the_questions() {
    let text = super::draft::draft("orders", Some(&system()));
    for line in
        ["# orders: architecture specification", "Components: orders", "| web | open: what it sends here | open: by what it comes, waits | 6/s (t.yaml:7) |"]
    {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
    let rules: std::collections::BTreeSet<&str> = told(&text).into_iter().map(|(r, _)| r).collect();
    assert_eq!(rules, ["template-text"].into(), "{:?}", told(&text));
    assert_eq!(super::draft::draft("Shop", None), TEMPLATE.replacen("NAME", "Shop", 1));
    let whole = super::draft::draft("The shop", Some(&system()));
    assert!(whole.contains("Components: web, orders, spare, db\n") && whole.contains("| users |"), "{whole}");
}
