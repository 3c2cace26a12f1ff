//! The built-in content, by its own judge: every example of every signal and every fence of the catalog is run through the engine.

use distributed_architect::commands::lint::{Level, judge};
use distributed_architect::knowledge::baked::BUILT_IN;
use std::path::Path;

#[test]
fn lint_finds_no_problem_in_the_built_in_content() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let judgement = judge(root, root);
    let problems: Vec<String> = judgement
        .problems
        .iter()
        .filter(|p| p.level == Level::Problem)
        .map(|p| format!("{}:{}: {}\n    fix: {}", p.file.strip_prefix(root).unwrap_or(&p.file).display(), p.line.unwrap_or(0), p.what, p.fix))
        .collect();
    assert!(problems.is_empty(), "{}\n({})", problems.join("\n"), judgement.seen);
}

/// Lint reads the folder, the hook the binary: what was judged has to be what fires.
#[test]
fn what_is_judged_is_what_is_built_in() {
    let signals = Path::new(env!("CARGO_MANIFEST_DIR")).join("signals");
    let mut baked: Vec<String> = BUILT_IN.signals.iter().map(|s| BUILT_IN.str(s.source).to_owned()).collect();
    let mut written: Vec<String> = distributed_architect::knowledge::schema::MODULES
        .iter()
        .flat_map(|m| std::fs::read_dir(signals.join(m)).into_iter().flatten().flatten())
        .map(|e| std::fs::read_to_string(e.path()).expect("a signal's text"))
        .collect();
    baked.sort();
    written.sort();
    assert!(baked == written, "the binary holds {} signals, the folder {}, and they are not the same texts", baked.len(), written.len());
    assert!(baked.len() >= 80, "{} signals", baked.len());
    for module in distributed_architect::knowledge::schema::MODULES {
        let index = distributed_architect::knowledge::schema::MODULES.iter().position(|m| *m == module).expect("a module");
        let count = BUILT_IN.signals.iter().filter(|s| s.module as usize == index).count();
        assert!(count >= 8, "{module} has {count} signals");
    }
}
