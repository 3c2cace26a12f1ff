//! Build script: content folders -> tables in the binary, and a check of every link between them.
//!
//! The hook has a millisecond: it reads no YAML and builds no automaton. What can be computed from `signals/`, `modules/`
//! and `catalog/` is computed here, once.
#![allow(missing_docs, dead_code, unreachable_pub, clippy::unwrap_used, clippy::print_stdout)] // a build script speaks to cargo on standard output

#[path = "knowledge/catalog.rs"]
mod catalog;
#[path = "knowledge/features.rs"]
mod features;
#[path = "knowledge/filter.rs"]
mod filter;
#[path = "hash.rs"]
mod hash;
#[path = "knowledge/key.rs"]
mod key;
#[path = "knowledge/literal.rs"]
mod literal;
#[path = "knowledge/schema.rs"]
mod schema;
#[path = "knowledge/words.rs"]
mod words;

use features::COLUMNS;
use schema::{CATEGORIES, LANGUAGES, LibraryFile, MODULES, ModuleFile, SignalFile, Strength, WeightsFile};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// All text of the content in one blob, so that a table row holds two numbers and no pointer to relocate at start.
#[derive(Default)]
struct Blob(String);

impl Blob {
    fn add(&mut self, text: &str) -> String {
        let start = self.0.len();
        self.0.push_str(text);
        format!("Text{{start:{start},len:{}}}", text.len())
    }
}

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").unwrap());
    for folder in ["signals", "modules", "catalog", "src/bake.rs", "src/knowledge"].into_iter().chain(READS_FACTS) {
        println!("cargo::rerun-if-changed={folder}");
    }
    println!("cargo::rustc-env=DISTARCH_FACTS={:016x}", facts_build(&root));
    if let Err(problems) = bake(&root, &PathBuf::from(env::var("OUT_DIR").unwrap())) {
        for problem in &problems {
            println!("cargo::error={problem}");
        }
        std::process::exit(1);
    }
    link_binary();
}

/// What facts are read with. Facts that another state of it has read are read again, also where the version is the same.
const READS_FACTS: [&str; 7] =
    ["src/index", "src/engine/edit.rs", "src/engine/lexer.rs", "src/engine/lines.rs", "src/engine/path.rs", "src/topology/yaml.rs", "Cargo.lock"];

fn facts_build(root: &Path) -> u64 {
    let read = |path: &str| {
        let path = root.join(path);
        if path.is_dir() { files(&path, "rs") } else { vec![(path.clone(), fs::read_to_string(&path).unwrap_or_default())] }
    };
    READS_FACTS.iter().flat_map(|path| read(path)).fold(hash::fnv(b"facts"), |hash, (_, text)| hash::words(hash, text.as_bytes()))
}

/// Static linking needs a named target (see .cargo/config.toml), which puts the binary into `target/<target>/<profile>/`. People and
/// scripts look in `target/<profile>/`: a link there leads to it. Where it cannot be made, nothing is lost but the short path.
#[cfg(unix)]
fn link_binary() {
    let out = PathBuf::from(env::var("OUT_DIR").unwrap());
    // <target dir>/<target>/<profile>/build/<package>/out
    let Some(profile_dir) = out.ancestors().nth(3) else { return };
    let (Some(profile), Some(target)) = (profile_dir.file_name(), profile_dir.parent().and_then(Path::file_name)) else { return };
    if env::var("HOST") != env::var("TARGET") || *target != *env::var("TARGET").unwrap() {
        return;
    }
    let Some(root) = profile_dir.ancestors().nth(2) else { return };
    let link = root.join(profile).join("distarch");
    if fs::symlink_metadata(&link).is_ok_and(|m| !m.is_symlink()) {
        return;
    }
    let _ = fs::create_dir_all(root.join(profile));
    let _ = fs::remove_file(&link);
    let _ = std::os::unix::fs::symlink(Path::new("..").join(target).join(profile).join("distarch"), &link);
}

#[cfg(not(unix))]
fn link_binary() {}

fn files(folder: &Path, extension: &str) -> Vec<(PathBuf, String)> {
    let mut out = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return out };
    for path in entries.filter_map(|e| e.ok().map(|e| e.path())) {
        if path.is_dir() && !path.file_name().unwrap().to_string_lossy().starts_with('_') {
            out.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            let text = fs::read_to_string(&path).unwrap_or_default();
            out.push((path, text));
        }
    }
    out.sort();
    out
}

fn bake(root: &Path, out: &Path) -> Result<(), Vec<String>> {
    let mut problems = Vec::new();
    let mut blob = Blob::default();
    let modules = read_modules(root, &mut problems);
    let libraries = read_libraries(root, &mut problems);
    let signals = read_signals(root, &modules, &libraries, &mut problems);
    let weights = read_weights(root, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }

    let mut code = String::new();
    write_modules(&mut code, &mut blob, &modules);
    write_libraries(&mut code, &mut blob, &libraries);
    write_signals(&mut code, &mut blob, &modules, &libraries, &signals);
    write_keys(&mut code, &mut blob, &signals, &mut problems);
    write_patterns(&mut code, &mut blob, root, &mut problems);
    write_filter(&mut code, &libraries, &signals, &mut problems);
    write_weights(&mut code, &mut blob, &weights, &signals);
    if !problems.is_empty() {
        return Err(problems);
    }
    fs::write(out.join("content.txt"), &blob.0).unwrap();
    code.push_str("pub(super) static TEXT: &str = include_str!(concat!(env!(\"OUT_DIR\"), \"/content.txt\"));\n");
    fs::write(out.join("baked.rs"), code).unwrap();
    Ok(())
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

fn read_modules(root: &Path, problems: &mut Vec<String>) -> Vec<(String, ModuleFile)> {
    let mut out = Vec::new();
    for id in MODULES {
        let path = root.join("modules").join(format!("{id}.md"));
        let text = fs::read_to_string(&path).unwrap_or_default();
        match schema::module(&text) {
            Ok(module) if module.front.id == id => out.push((text, module)),
            Ok(module) => problems.push(format!("{}: id is {:?}", path.display(), module.front.id)),
            Err(e) => problems.push(format!("{}: {e}", path.display())),
        }
    }
    out
}

fn read_libraries(root: &Path, problems: &mut Vec<String>) -> Vec<(String, LibraryFile)> {
    let mut out = Vec::new();
    for (path, text) in files(&root.join("signals/libraries"), "yaml") {
        match serde_yaml::from_str::<LibraryFile>(&text) {
            Ok(file) if file.id != stem(&path) => problems.push(format!("{}: id is {:?}", path.display(), file.id)),
            Ok(file) if !CATEGORIES.contains(&file.category.as_str()) => problems.push(format!("{}: unknown category {:?}", path.display(), file.category)),
            Ok(file) => out.push((text, file)),
            Err(e) => problems.push(format!("{}: {e}", path.display())),
        }
    }
    out
}

fn read_signals(root: &Path, modules: &[(String, ModuleFile)], libraries: &[(String, LibraryFile)], problems: &mut Vec<String>) -> Vec<(String, SignalFile)> {
    let mut out: Vec<(String, SignalFile)> = Vec::new();
    for (m, id) in MODULES.iter().enumerate() {
        for (path, text) in files(&root.join("signals").join(id), "yaml") {
            let place = path.display();
            let file = match serde_yaml::from_str::<SignalFile>(&text) {
                Ok(file) => file,
                Err(e) => {
                    problems.push(format!("{place}: {e}"));
                    continue;
                }
            };
            if file.id != stem(&path) || file.module != *id {
                problems.push(format!("{place}: says it is {}/{}", file.module, file.id));
            }
            if let Some((_, twin)) = out.iter().find(|(_, s)| s.id == file.id) {
                problems.push(format!("{place}: id is taken by {}/{}", twin.module, twin.id));
            }
            for section in &file.sections {
                if modules.get(m).is_none_or(|(_, module)| !module.sections.iter().any(|(s, _)| s == section)) {
                    problems.push(format!("{place}: module {id} has no section {section:?}"));
                }
            }
            for need in &file.needs {
                if !CATEGORIES.contains(&need.as_str()) && !libraries.iter().any(|(_, l)| l.id == *need) {
                    problems.push(format!("{place}: needs {need:?}, which is no library or category"));
                }
            }
            for language in &file.languages {
                if !LANGUAGES.iter().any(|(l, _)| l == language) {
                    problems.push(format!("{place}: unknown language {language:?}"));
                }
            }
            out.push((text, file));
        }
    }
    out
}

fn read_weights(root: &Path, problems: &mut Vec<String>) -> WeightsFile {
    let path = root.join("signals/weights.yaml");
    let Ok(text) = fs::read_to_string(&path) else {
        return WeightsFile { intercept: [-2.0; COLUMNS], threshold: [0.5; COLUMNS], ..WeightsFile::default() };
    };
    serde_yaml::from_str(&text).unwrap_or_else(|e| {
        problems.push(format!("{}: {e}", path.display()));
        WeightsFile::default()
    })
}

fn write_modules(code: &mut String, blob: &mut Blob, modules: &[(String, ModuleFile)]) {
    let mut rows = String::new();
    let mut sections = String::new();
    let mut items = String::new();
    let (mut section_count, mut item_count) = (0, 0);
    for (text, module) in modules {
        let first = section_count;
        for (id, list) in &module.sections {
            let from = item_count;
            for item in list {
                let _ = write!(items, "{},", blob.add(item));
                item_count += 1;
            }
            let _ = write!(sections, "Section{{id:{},items:({from},{item_count})}},", blob.add(id));
            section_count += 1;
        }
        let front = &module.front;
        let _ = writeln!(
            rows,
            "Module{{id:{},title:{},asks:{},sections:({first},{section_count}),source:{}}},",
            blob.add(&front.id),
            blob.add(&front.title),
            blob.add(&front.asks),
            blob.add(text)
        );
    }
    let _ = writeln!(code, "pub(super) static MODULES: &[Module] = &[{rows}];");
    let _ = writeln!(code, "pub(super) static SECTIONS: &[Section] = &[{sections}];");
    let _ = writeln!(code, "pub(super) static ITEMS: &[Text] = &[{items}];");
}

fn write_libraries(code: &mut String, blob: &mut Blob, libraries: &[(String, LibraryFile)]) {
    let mut rows = String::new();
    for (text, library) in libraries {
        let category = CATEGORIES.iter().position(|c| *c == library.category).unwrap();
        let _ = writeln!(rows, "Library{{id:{},name:{},category:{category},source:{}}},", blob.add(&library.id), blob.add(&library.name), blob.add(text));
    }
    let _ = writeln!(code, "pub(super) static LIBRARIES: &[Library] = &[{rows}];");
}

fn write_signals(code: &mut String, blob: &mut Blob, modules: &[(String, ModuleFile)], libraries: &[(String, LibraryFile)], signals: &[(String, SignalFile)]) {
    let mut rows = String::new();
    let mut needs = String::new();
    let mut need_count = 0;
    for (text, s) in signals {
        let module = MODULES.iter().position(|m| *m == s.module).unwrap();
        let mut sections = [u8::MAX; 3];
        for (slot, id) in sections.iter_mut().zip(&s.sections) {
            *slot = u8::try_from(modules[module].1.sections.iter().position(|(x, _)| x == id).unwrap()).unwrap();
        }
        let first_need = need_count;
        for need in s.needed_libraries() {
            let _ = write!(needs, "{},", libraries.iter().position(|(_, l)| l.id == need).unwrap());
            need_count += 1;
        }
        let (places, languages, categories) = (s.place_bits(), s.language_bits(), s.category_bits());
        let _ = writeln!(
            rows,
            "Signal{{id:{},module:{module},sections:{sections:?},why:{},why_removed:{},strong:{},places:{places},languages:{languages},need_categories:{categories},need_libraries:({first_need},{need_count}),near:{},keyed:{},source:{}}},",
            blob.add(&s.id),
            blob.add(&s.why),
            blob.add(s.why_removed.as_deref().unwrap_or("")),
            s.strength == Strength::Strong,
            !s.near.is_empty(),
            !s.keys.is_empty(),
            blob.add(text)
        );
    }
    let _ = writeln!(code, "pub(super) static SIGNALS: &[Signal] = &[{rows}];");
    let _ = writeln!(code, "pub(super) static NEEDS: &[u16] = &[{needs}];");
}

fn write_keys(code: &mut String, blob: &mut Blob, signals: &[(String, SignalFile)], problems: &mut Vec<String>) {
    let mut keys: Vec<(key::KeyPattern, usize)> = Vec::new();
    for (i, (_, s)) in signals.iter().enumerate() {
        for text in &s.keys {
            match key::KeyPattern::parse(text) {
                Ok(parsed) => keys.push((parsed, i)),
                Err(e) => problems.push(format!("{}: {e}", s.id)),
            }
        }
    }
    keys.sort_by_key(|(k, _)| k.hash());
    let mut rows = String::new();
    for (k, signal) in &keys {
        let _ = writeln!(rows, "Key{{hash:{},signal:{signal},open:{},path:{},value:{}}},", k.hash(), k.open, blob.add(&k.path), blob.add(&k.value));
    }
    let _ = writeln!(code, "pub(super) static KEYS: &[Key] = &[{rows}];");
}

fn write_patterns(code: &mut String, blob: &mut Blob, root: &Path, problems: &mut Vec<String>) {
    let mut rows = String::new();
    for (path, text) in files(&root.join("catalog"), "md") {
        let front = match catalog::pattern(&text) {
            Ok(entry) => entry.front,
            Err(e) => {
                problems.push(format!("{}: {e}", path.display()));
                continue;
            }
        };
        let (id, ticks, asks) = (blob.add(&front.id), blob.add(&front.ticks.join("\n")), blob.add(&front.asks));
        let _ = writeln!(rows, "Pattern{{id:{id},ticks:{ticks},asks:{asks},source:{}}},", blob.add(&text));
    }
    let _ = writeln!(code, "pub(super) static PATTERNS: &[Pattern] = &[{rows}];");
}

fn write_filter(code: &mut String, libraries: &[(String, LibraryFile)], signals: &[(String, SignalFile)], problems: &mut Vec<String>) {
    let mut owned = filter::OwnedLiterals::default();
    let mut add = |owner: usize, id: &str, texts: &[String]| {
        for text in texts {
            match literal::Literal::parse(text) {
                Ok(parsed) => owned.add(parsed, owner),
                Err(e) => problems.push(format!("{id}: {e}")),
            }
        }
    };
    // Owners: signals, then the same signals' `near`, then libraries.
    for (i, (_, s)) in signals.iter().enumerate() {
        add(i, &s.id, &s.literals);
    }
    for (i, (_, s)) in signals.iter().enumerate() {
        add(signals.len() + i, &s.id, &s.near);
    }
    for (i, (_, l)) in libraries.iter().enumerate() {
        add(2 * signals.len() + i, &l.id, &l.imports);
    }
    // The examples are the best sample of source text at hand: how often a window stands in them tells which is rare.
    let mut windows: BTreeMap<[u8; 4], u64> = BTreeMap::new();
    for example in signals.iter().flat_map(|(_, s)| s.fires.iter().chain(&s.silent)) {
        for w in example.after.to_ascii_lowercase().as_bytes().windows(4) {
            *windows.entry([w[0], w[1], w[2], w[3]]).or_default() += 1;
        }
    }
    let commonness = |window: [u8; 4]| windows.get(&window).copied().unwrap_or(0) << 32 | filter::commonness_of_bytes(window);
    let tables = filter::FilterTables::build(owned.literals(), &commonness);
    hold_equal_to_aho_corasick(owned.literals(), &tables, signals, problems);
    let (owner_starts, owners) = owned.owners();
    let _ = writeln!(code, "pub(super) static OWNERS: &[u16] = &{owners:?};");
    let _ = writeln!(code, "pub(super) static OWNER_STARTS: &[u16] = &{owner_starts:?};");
    let _ = writeln!(code, "pub(super) static FILTER_MAP: [u64; {}] = {:?};", tables.map.len(), tables.map);
    let _ = writeln!(code, "pub(super) static FILTER_HEADS: &[u16] = &{:?};", tables.heads);
    let _ = writeln!(code, "pub(super) static FILTER_ENTRIES: &[Entry] = &{:?};", tables.entries);
    let _ = writeln!(code, "pub(super) static FILTER_BYTES: &[u8] = &{:?};", tables.bytes);
    let _ = writeln!(code, "pub(super) static FILTER_STARTS: &[u32] = &{:?};", tables.starts);
}

/// The baked filter has to find in the content's own examples exactly what aho-corasick finds.
fn hold_equal_to_aho_corasick(literals: &[literal::Literal], tables: &filter::FilterTables, signals: &[(String, SignalFile)], problems: &mut Vec<String>) {
    let automaton = aho_corasick::AhoCorasick::builder().ascii_case_insensitive(true).build(literals.iter().map(|l| &l.bytes)).unwrap();
    for (text, signal) in signals {
        let text = text.as_bytes();
        let mut expected: Vec<(u16, usize, usize)> = automaton
            .find_overlapping_iter(text)
            .filter(|m| {
                let l = &literals[m.pattern().as_usize()];
                (!l.bounded_start || literal::starts_subword(text, m.start())) && (!l.bounded_end || literal::ends_subword(text, m.end()))
            })
            .map(|m| (u16::try_from(m.pattern().as_usize()).unwrap(), m.start(), m.end()))
            .collect();
        let mut got = Vec::new();
        tables.filter().scan(text, |l, start, end| got.push((l, start, end)));
        expected.sort_unstable();
        got.sort_unstable();
        if expected != got {
            problems.push(format!("{}: the literal filter finds {} matches where aho-corasick finds {}", signal.id, got.len(), expected.len()));
        }
    }
}

fn write_weights(code: &mut String, blob: &mut Blob, weights: &WeightsFile, signals: &[(String, SignalFile)]) {
    let module = |s: &SignalFile| MODULES.iter().position(|m| *m == s.module).unwrap();
    let (names, hashes, starts) = words::tables(features::words(&weights.features));
    let rows = features::rows(&weights.features, signals.iter().map(|(_, s)| (s.id.as_str(), s.strength, module(s))), &names);
    let names: String = names.iter().map(|n| blob.add(n) + ",").collect();
    let _ = writeln!(code, "pub(super) static WORD_NAMES: &[Text] = &[{names}];");
    let _ = writeln!(code, "pub(super) static WORD_HASHES: &[u32] = &{hashes:?};");
    let _ = writeln!(code, "pub(super) static WORD_STARTS: &[u16] = &{starts:?};");
    let _ = writeln!(code, "pub(super) static INTERCEPT: [f32; {COLUMNS}] = {:?};", weights.intercept);
    let _ = writeln!(code, "pub(super) static THRESHOLD: [f32; {COLUMNS}] = {:?};", weights.threshold);
    let _ = writeln!(code, "pub(super) static WEIGHTS: &[[f32; {COLUMNS}]] = &{rows:?};");
}
