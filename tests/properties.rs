//! What holds for every input.

#![allow(clippy::print_stdout, reason = "a test tells what it skipped and what it counted")]

use aho_corasick::AhoCorasick;
use distributed_architect::config::Budget;
use distributed_architect::engine::edit::{Change, Edit, Language};
use distributed_architect::engine::surroundings::Surroundings;
use distributed_architect::engine::verdict::{ChangeKind, Verdict};
use distributed_architect::engine::{self, Context};
use distributed_architect::journal::ToldRecord;
use distributed_architect::knowledge::baked::BUILT_IN;
use distributed_architect::knowledge::filter::{FilterTables, commonness_of_bytes};
use distributed_architect::knowledge::literal::{Literal, ends_subword, starts_subword};
use distributed_architect::knowledge::schema::{LANGUAGES, MODULES};
use distributed_architect::session::{Claim, Level, claim_line, forget_line, level};
use distributed_architect::telling::{self, Telling};
use distributed_architect::text;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::borrow::Cow;
use std::collections::BTreeSet;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

// The literal filter.

/// Few letters, so that literals overlap and share windows; with what makes and breaks a boundary.
const ALPHABET: [&str; 14] = ["a", "b", "c", "A", "B", "C", "1", "_", ".", "(", " ", "é", "ß", "\n"];

fn piece(most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&ALPHABET[..]), 0..most).prop_map(|p| p.concat())
}

fn literal() -> impl Strategy<Value = String> {
    (any::<bool>(), prop::collection::vec(prop::sample::select(&ALPHABET[..13]), 3..9), any::<bool>())
        .prop_map(|(open_start, core, open_end)| format!("{}{}{}", if open_start { "*" } else { "" }, core.concat(), if open_end { "*" } else { "" }))
}

/// Which literal matches where, by aho-corasick and the boundary rule.
fn oracle(literals: &[Literal], text: &[u8]) -> BTreeSet<(usize, usize, usize)> {
    let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(literals.iter().map(|l| &l.bytes)).expect("an automaton");
    automaton
        .find_overlapping_iter(text)
        .map(|m| (m.pattern().as_usize(), m.start(), m.end()))
        .filter(|&(l, start, end)| (!literals[l].bounded_start || starts_subword(text, start)) && (!literals[l].bounded_end || ends_subword(text, end)))
        .collect()
}

fn found_by_filter(literals: &[Literal], text: &[u8]) -> Vec<(usize, usize, usize)> {
    let tables = FilterTables::build(literals, &commonness_of_bytes);
    let mut found = Vec::new();
    tables.filter().scan(text, |literal, start, end| found.push((literal as usize, start, end)));
    found
}

proptest! {
    #![proptest_config(config(256))]

    /// Texts are built from the literals themselves, whole, cut and in other cases, with other things between and at both ends.
    #[test]
    fn the_filter_finds_what_aho_corasick_finds(
        written in prop::collection::vec(literal(), 1..12),
        parts in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>(), 0usize..3, piece(4)), 0..12),
        head in piece(4),
    ) {
        let mut literals: Vec<Literal> = Vec::new();
        for literal in written.iter().filter_map(|l| Literal::parse(l).ok()) {
            if !literals.contains(&literal) {
                literals.push(literal);
            }
        }
        let mut text = head.into_bytes();
        for (which, upper, cut, between) in parts {
            let bytes = &which.get(&literals).bytes;
            let bytes = &bytes[..bytes.len() - cut];
            text.extend(if upper { bytes.to_ascii_uppercase() } else { bytes.to_vec() });
            text.extend(between.bytes());
        }
        let found = found_by_filter(&literals, &text);
        let as_set: BTreeSet<_> = found.iter().copied().collect();
        prop_assert_eq!(found.len(), as_set.len(), "nothing twice in {:?}", String::from_utf8_lossy(&text));
        prop_assert_eq!(as_set, oracle(&literals, &text), "{:?} in {:?}", literals, String::from_utf8_lossy(&text));
    }

    #[test]
    fn the_filter_takes_any_bytes(written in prop::collection::vec(literal(), 1..6), text in prop::collection::vec(any::<u8>(), 0..64)) {
        let mut literals: Vec<Literal> = written.iter().filter_map(|l| Literal::parse(l).ok()).collect();
        literals.dedup();
        let found: BTreeSet<_> = found_by_filter(&literals, &text).into_iter().collect();
        prop_assert_eq!(found, oracle(&literals, &text));
    }
}

// The engine.

/// Pieces of programs, of other texts, and of nothing.
const SOURCE: [&str; 34] = [
    "import requests\n",
    "import time\n",
    "for attempt in range(5):\n",
    "    try:\n",
    "        requests.get(url, timeout=2)\n",
    "    except ConnectionError:\n",
    "        time.sleep(1)\n",
    "ok, err := rdb.SetNX(ctx, key, me, ttl).Result()\n",
    "ch.basic_ack(delivery_tag=tag)\n",
    "// dist: ok known to be safe\n",
    "# dist: ok",
    "\"\"\"",
    "'''",
    "/*",
    "*/",
    "\"",
    "'",
    "`",
    "\\",
    "\n",
    "\r\n",
    "\t",
    " ",
    "{",
    "}",
    "UPDATE jobs SET state = 'done' WHERE id = 1 FOR UPDATE;\n",
    "r#\"",
    "\u{202e}",
    "é",
    "\u{1f600}",
    "\0",
    "status = \"idle\"\n",
    "go func() {\n",
    "retry",
];

fn source() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => prop::collection::vec(prop::sample::select(&SOURCE[..]), 0..24).prop_map(|p| p.concat()),
        1 => any::<String>(),
    ]
}

fn path() -> impl Strategy<Value = String> {
    let extension = prop::sample::select(LANGUAGES.iter().flat_map(|(_, e)| e.iter().copied()).collect::<Vec<_>>());
    prop_oneof![
        8 => extension.prop_map(|e| format!("src/service.{e}")),
        1 => any::<String>(),
        1 => prop::sample::select(vec!["", ".", "/", "a/", "Dockerfile", "src/\u{1b}[31mx\n.py", "C:\\a\\b.go", "scheduler/worker/retry.go"]).prop_map(str::to_owned),
    ]
}

fn changes() -> impl Strategy<Value = Vec<(String, String)>> {
    // Old and new share lines, as they do in an edit; or nothing at all.
    let related = || (source(), source(), source()).prop_map(|(head, middle, tail)| (format!("{head}{tail}"), format!("{head}{middle}{tail}")));
    prop::collection::vec(prop_oneof![(source(), source()), related(), related().prop_map(|(a, b)| (b, a))], 1..3)
}

fn judged(path: &str, changes: &[(String, String)], file: Option<&str>, whole_file: bool, language: Option<usize>) -> (Edit<'static>, Verdict, Surroundings) {
    let mut edit = Edit::new(path.to_owned(), String::new(), String::new());
    edit.changes = changes.iter().map(|(old, new)| Change { old: Cow::Owned(old.clone()), new: Cow::Owned(new.clone()) }).collect();
    edit.whole_file = whole_file;
    if let Some(language) = language {
        edit.language = Language::named(LANGUAGES[language].0);
    }
    let surroundings = Surroundings::of(file, &edit);
    let of = || surroundings.clone();
    let verdict = engine::review(&edit, &[BUILT_IN], &Context { explain: true, ..Context::new(&of) });
    (edit, verdict, surroundings)
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at].iter().filter(|b| **b == b'\n').count()
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn evidence_lies_in_the_text_at_the_line_it_names(
        path in path(), changes in changes(), before in prop::option::of(source()), holds_old in any::<bool>(), whole_file in any::<bool>(),
        language in prop::option::of(0..LANGUAGES.len()),
    ) {
        let before = before.map(|b| if holds_old { format!("{b}{}", changes[0].0) } else { b });
        let (edit, verdict, around) = judged(&path, &changes, before.as_deref(), whole_file, language);
        prop_assert_eq!(verdict.silence.is_some(), verdict.modules.is_empty());
        for raised in verdict.modules.iter().chain(&verdict.unsure) {
            prop_assert!(MODULES.contains(&raised.id));
            prop_assert!(!raised.evidence.is_empty());
            prop_assert!((0.0..=1.0).contains(&raised.score));
            for evidence in &raised.evidence {
                let (index, start, end) = evidence.span;
                let change = edit.changes.get(index).expect("a replacement of the edit");
                let first = around.first_line.get(index).copied().unwrap_or(0).max(1) as usize;
                // A line that only stands for the edit may be of either side.
                let sides: &[&str] = match evidence.change {
                    ChangeKind::Added => &[&change.new],
                    ChangeKind::Removed => &[&change.old],
                    ChangeKind::Kept => &[&change.new, &change.old],
                };
                let lies_in = |text: &str| {
                    start <= end && text.get(start..end).is_some() && first + line_of(text, start) == evidence.line as usize && {
                        let line = text[text[..start].rfind('\n').map_or(0, |i| i + 1)..].lines().next().unwrap_or("").trim();
                        line.starts_with(&evidence.text)
                    }
                };
                prop_assert!(sides.iter().any(|s| lies_in(s)), "{:?} in {:?}", evidence, change);
                prop_assert!(evidence.text.len() <= 160);
            }
        }
    }

    /// The same text before and after, and blank space at the ends of lines, are no change.
    #[test]
    fn nothing_is_raised_where_nothing_changed(path in path(), text in source(), indent in 0usize..9) {
        let indented: String = text.split_inclusive('\n').map(|l| format!("{}{l}", " ".repeat(indent))).collect();
        for new in [text.clone(), indented] {
            let (_, verdict, _) = judged(&path, &[(text.clone(), new)], None, false, None);
            prop_assert!(verdict.modules.is_empty() && verdict.unsure.is_empty(), "{:?}", verdict);
        }
    }

    /// A line is cited only if the edit brings it or takes it away: it is not as often on the other side.
    #[test]
    fn only_changed_lines_are_evidence(path in path(), changes in changes()) {
        let (edit, verdict, _) = judged(&path, &changes, None, false, None);
        for evidence in verdict.modules.iter().chain(&verdict.unsure).flat_map(|r| &r.evidence) {
            let change = &edit.changes[evidence.span.0];
            let (own, other) = match evidence.change {
                ChangeKind::Added => (&change.new, &change.old),
                ChangeKind::Removed => (&change.old, &change.new),
                ChangeKind::Kept => continue,
            };
            let all = |text: &str| text.lines().map(|l| l.trim().to_owned()).collect::<Vec<_>>();
            prop_assert!(all(own) != all(other), "{:?}", evidence);
            // With the lines around it unchanged, a line that the sides share is no change: the first and the last lines are shared.
            let (own, other) = (all(own), all(other));
            let head = own.iter().zip(&other).take_while(|(a, b)| a == b).count();
            let tail = own[head..].iter().rev().zip(other[head..].iter().rev()).take_while(|(a, b)| a == b).count();
            let line = evidence.line as usize - 1;
            prop_assert!(line >= head && line < own.len() - tail, "line {} of {:?}", line, own);
        }
    }

    #[test]
    fn plans_of_any_text_are_judged(plan in prop_oneof![any::<String>(), source(), prose()]) {
        let none = Surroundings::default;
        let verdict = engine::plan::review(&plan, &[BUILT_IN], &Context::new(&none));
        let told = telling::compose_plan(&verdict, &BUILT_IN, &Budget::default());
        prop_assert_eq!(told.text.is_empty(), verdict.modules.is_empty());
        prop_assert!(told.text.chars().count() <= 900);
        is_plain(&told.text)?;
    }

    #[test]
    fn tellings_keep_within_their_budgets(
        path in path(), changes in changes(), levels in prop::collection::vec(0usize..3, 5),
        first in 0usize..1300, event in 0usize..2100, line in 0usize..170, defaults in any::<bool>(),
    ) {
        let (_, verdict, _) = judged(&path, &changes, None, false, None);
        let levels: Vec<Level> = levels.iter().map(|l| [Level::Full, Level::Line, Level::Silent][*l]).collect();
        let budget = if defaults { Budget::default() } else { Budget { first, event, line, plan: 900, finding: 700, observers: 700 } };
        let mut told = Telling::default();
        telling::compose(&verdict, &levels, &BUILT_IN, &path, &budget, &mut told);
        prop_assert!(told.text.chars().count() <= budget.event);
        for ToldRecord { level, chars, .. } in &told.parts {
            prop_assert!(*chars <= if level == "full" { budget.first } else { budget.line }, "{:?}", told);
        }
        prop_assert_eq!(told.text.chars().count(), told.parts.iter().map(|p| p.chars).sum::<usize>() + told.parts.len().saturating_sub(1));
        is_plain(&told.text)?;
    }
}

/// The properties above say something only if the generated edits and plans raise something, of each kind.
#[test]
fn the_generated_edits_raise_something() {
    let mut runner = TestRunner::deterministic();
    let (mut raised, mut unsure, mut kinds, mut plans) = (0, 0, BTreeSet::new(), 0);
    for _ in 0..600 {
        let changes = changes().new_tree(&mut runner).expect("a value").current();
        let path = path().new_tree(&mut runner).expect("a value").current();
        let (_, verdict, _) = judged(&path, &changes, None, false, None);
        raised += usize::from(!verdict.modules.is_empty());
        unsure += usize::from(!verdict.unsure.is_empty());
        kinds.extend(verdict.modules.iter().flat_map(|r| &r.evidence).map(|e| format!("{:?}", e.change)));
        let none = Surroundings::default;
        let plan = prose().new_tree(&mut runner).expect("a value").current();
        plans += usize::from(!engine::plan::review(&plan, &[BUILT_IN], &Context::new(&none)).modules.is_empty());
    }
    println!("of 600 generated edits {raised} raise something, {unsure} something unsure; of 600 plans {plans}");
    assert!(raised >= 30 && unsure >= 30 && plans >= 30, "{raised}, {unsure}, {plans}");
    assert_eq!(kinds.len(), 3, "{kinds:?}");
}

/// No control characters but line ends, nothing invisible.
fn is_plain(told: &str) -> Result<(), TestCaseError> {
    prop_assert!(told.chars().all(|c| c == '\n' || !text::is_hidden(c)), "{:?}", told);
    Ok(())
}

fn prose() -> impl Strategy<Value = String> {
    let words = [
        "Retry the call three times.",
        "acknowledge each message on receipt",
        "\n",
        "- ",
        "delete the queue after a timeout",
        "lock",
        "publish an event",
        "\u{7}",
        "status idle",
        "Kafka topic",
        "race",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..20).prop_map(|w| w.join(" "))
}

// The session.

#[derive(Clone, Debug)]
enum Happens {
    Claims { agent: usize, module: usize, file: u64 },
    Forgets(usize),
    Foreign(String),
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        8 => (0usize..3, 0usize..3, 0u64..3).prop_map(|(agent, module, file)| Happens::Claims { agent, module, file }),
        1 => (0usize..3).prop_map(Happens::Forgets),
        1 => prop::sample::select(vec!["told\t-\tfail", "\u{fffd}\n", "\n", "told\t\t\t\t\n", "forgot\n"]).prop_map(|s| Happens::Foreign(format!("{}\n", s.trim_end_matches('\n')))),
    ]
}

const AGENTS: [&str; 3] = ["", "a1", "b\t2"];

proptest! {
    #![proptest_config(config(256))]

    /// Each claimant reads the lines at some later moment, as hooks that run at once do. Whenever it reads, a module is told in full at
    /// most once between two forgets, by the first; and each file at most once.
    #[test]
    fn a_module_is_told_once_whatever_the_order(events in prop::collection::vec(happens(), 1..40), delays in prop::collection::vec(0usize..6, 40)) {
        let mut lines = String::new();
        let mut ends = Vec::new();
        for (i, event) in events.iter().enumerate() {
            lines.push_str(&match event {
                Happens::Claims { agent, module, file } => claim_line(AGENTS[*agent], &Claim { subject: MODULES[*module].to_owned(), file: *file }, &i.to_string()),
                Happens::Forgets(agent) => forget_line(AGENTS[*agent]),
                Happens::Foreign(text) => text.clone(),
            });
            ends.push(lines.len());
        }
        let mut full = BTreeSet::new();
        let mut spoken = BTreeSet::new();
        for (i, event) in events.iter().enumerate() {
            let Happens::Claims { agent, module, file } = event else { continue };
            let reads = ends[(i + delays[i]).min(events.len() - 1)];
            let got = level(&lines[..reads], AGENTS[*agent], &Claim { subject: MODULES[*module].to_owned(), file: *file }, &i.to_string());
            let since = events[..i].iter().filter(|e| matches!(e, Happens::Forgets(a) if a == agent)).count();
            let key = (*agent, *module, since);
            match got {
                Level::Full => {
                    prop_assert!(full.insert(key), "told twice: {:?}", key);
                    prop_assert!(spoken.insert((key, *file)));
                }
                Level::Line => prop_assert!(spoken.insert((key, *file)), "a line twice: {:?}", key),
                Level::Silent => {}
            }
            // Read at once, the first of a context is always told.
            if delays[i] == 0 && !events[..i].iter().skip(last_forget(&events[..i], *agent)).any(|e| matches!(e, Happens::Claims { agent: a, module: m, .. } if (a, m) == (agent, module))) {
                prop_assert_eq!(got, Level::Full);
            }
        }
    }
}

fn last_forget(events: &[Happens], agent: usize) -> usize {
    events.iter().rposition(|e| matches!(e, Happens::Forgets(a) if *a == agent)).map_or(0, |i| i + 1)
}
