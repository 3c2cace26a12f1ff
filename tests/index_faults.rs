//! Whatever becomes of the index's files, an answer is true or there is none: cut off, scribbled over, foreign, of a killed process, of a
//! repository that was moved, with many processes at once.

use distributed_architect::index::model::Kind;
use distributed_architect::index::store::{self, Store, StoredPlace, Wanted, line_hash};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// Files of the small repository that the tests read.
const FILES: usize = 60;

/// A repository with an index, and all that the index says of it.
struct Shop {
    folder: TempDir,
    truth: Truth,
}

/// What may be said: for each resource its places, and for each file its uses.
#[derive(Debug, Default, PartialEq)]
struct Truth {
    places: BTreeMap<(Kind, String), BTreeSet<String>>,
    uses: BTreeMap<String, BTreeSet<String>>,
}

fn source(number: usize, state: &str) -> String {
    let (next, group, table) = ((number + 1) % FILES, number % 7, number % 30);
    let mut out = format!("import redis\nimport psycopg2\n\nr = redis.Redis()\n\n\ndef work_{number}(cursor, worker):\n");
    let _ = writeln!(out, "    r.set(f\"worker:{{worker}}:part{group}\", \"{state}\")");
    let _ = writeln!(out, "    r.get(f\"worker:{{worker}}:file{next}\")");
    let _ = writeln!(out, "    cursor.execute(\"UPDATE orders{group} SET status = '{state}' WHERE id = %s\", (worker,))");
    let _ = writeln!(out, "    cursor.execute(\"SELECT id FROM orders{group} WHERE status = 'idle' AND part = {number}\")");
    for column in 0..12 {
        let _ = writeln!(out, "    cursor.execute(\"SELECT column_{number}_{column} FROM items{table} WHERE id = 1\")");
    }
    out
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut shop = Self { folder, truth: Truth::default() };
        for number in 0..FILES {
            let path = shop.root().join(path(number));
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, source(number, "busy")).expect("written");
        }
        shop.index();
        shop.truth = shop.says();
        let places: usize = shop.truth.places.values().map(BTreeSet::len).sum();
        assert!(places > FILES * 4, "the repository says too little to judge by: {places} places");
        shop
    }

    fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().expect("a folder").join("shop")
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    fn index(&self) -> store::Report {
        let (root, state) = (self.root(), self.state());
        store::index(&Wanted { root: &root, state: Some(&state), force: true, declared: &|_| None, topology: 0 }).expect("an index")
    }

    fn open(&self) -> Option<Store> {
        Store::open(&self.state(), &self.root())
    }

    /// The file with this ending.
    fn file(&self, ending: &str) -> PathBuf {
        self.files(ending).pop().unwrap_or_else(|| panic!("no {ending} file"))
    }

    fn files(&self, ending: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.state().join("index")).expect("a folder").flatten().map(|e| e.path());
        entries.filter(|p| p.extension().is_some_and(|e| e == ending)).collect()
    }

    /// All that the index answers, to everything that can be asked.
    fn says(&self) -> Truth {
        let root = self.root();
        let linked = store::load(&Wanted { root: &root, state: None, force: true, declared: &|_| None, topology: 0 }).expect("read");
        let names = linked.index.resources.iter().map(|r| (r.kind, r.name.clone()));
        self.answers(&self.open().expect("an index"), names.collect::<BTreeSet<_>>().iter())
    }

    fn answers<'a>(&self, store: &Store, names: impl Iterator<Item = &'a (Kind, String)>) -> Truth {
        let mut out = Truth::default();
        for (kind, name) in names {
            if let Some(found) = store.observers(*kind, name) {
                assert_eq!((found.kind, &found.name), (*kind, name));
                out.places.insert((*kind, name.clone()), found.places.iter().map(shown).collect());
            }
        }
        for number in 0..FILES {
            let uses: BTreeSet<String> = store.uses_in(&path(number)).iter().map(|u| format!("{u:?}")).collect();
            if !uses.is_empty() {
                out.uses.insert(path(number), uses);
            }
        }
        out
    }

    /// Fails unless everything that the index answers now is true.
    fn says_nothing_wrong(&self, case: &str) -> bool {
        let Some(store) = self.open() else { return false };
        self.is_true(&self.answers(&store, self.truth.places.keys()), case);
        true
    }

    fn is_true(&self, answers: &Truth, case: &str) {
        for (resource, places) in &answers.places {
            assert!(places.is_subset(&self.truth.places[resource]), "{case}: of {resource:?}: {:?}", places.difference(&self.truth.places[resource]));
        }
        for (file, uses) in &answers.uses {
            assert!(uses.is_subset(&self.truth.uses[file]), "{case}: in {file}: {:?}", uses.difference(&self.truth.uses[file]));
        }
    }
}

fn path(number: usize) -> String {
    format!("service{}/work_{number}.py", number % 5)
}

/// A place without what only the store itself knows of it.
fn shown(place: &StoredPlace) -> String {
    format!("{}:{} {:?} {:?} {:?} {:?} {:?}", place.path, place.line, place.role, place.value, place.note, place.certainty, place.component)
}

/// One repository for all tests that leave its sources alone.
fn shop() -> &'static Shop {
    static SHOP: OnceLock<Shop> = OnceLock::new();
    SHOP.get_or_init(Shop::new)
}

/// The lookup file in a state folder of its own, with these bytes.
struct Copy {
    folder: TempDir,
}

impl Copy {
    fn of(bytes: &[u8]) -> Self {
        let copy = Self { folder: tempfile::tempdir().expect("a folder") };
        fs::create_dir_all(copy.folder.path().join("index")).expect("made");
        fs::write(copy.folder.path().join("index").join(shop().file("lookup").file_name().expect("a name")), bytes).expect("written");
        copy
    }

    fn says_nothing_wrong(&self, case: &str) -> bool {
        let Some(store) = Store::open(self.folder.path(), &shop().root()) else { return false };
        shop().is_true(&shop().answers(&store, shop().truth.places.keys()), case);
        true
    }
}

fn whole() -> &'static [u8] {
    static WHOLE: OnceLock<Vec<u8>> = OnceLock::new();
    WHOLE.get_or_init(|| fs::read(shop().file("lookup")).expect("the lookup file"))
}

#[test]
fn a_whole_file_answers_and_a_cut_one_does_not() {
    assert!(Copy::of(whole()).says_nothing_wrong("whole"));
    for cut in (0..whole().len()).step_by(4096).chain((1..whole().len()).step_by(3001)).chain([whole().len() - 1]) {
        assert!(!Copy::of(&whole()[..cut]).says_nothing_wrong("cut"), "cut at {cut}");
    }
    assert!(!Copy::of(&[whole(), b"x"].concat()).says_nothing_wrong("longer"));
}

#[test]
fn a_file_that_is_something_else_is_no_index() {
    for bytes in [&b""[..], b"{}", &[0; 8192], &fs::read(shop().file("facts")).expect("facts"), &[whole(), whole()].concat()] {
        assert!(!Copy::of(bytes).says_nothing_wrong("foreign"), "{} bytes", bytes.len());
    }
    // The index of another repository under this one's name.
    let other = Shop::new();
    let copy = Copy::of(&fs::read(other.file("lookup")).expect("the lookup file"));
    assert!(!copy.says_nothing_wrong("of another repository"));
    // A folder, and where the system has them a link and a pipe.
    let path = |copy: &Copy| fs::read_dir(copy.folder.path().join("index")).expect("a folder").flatten().next().expect("a file").path();
    let copy = Copy::of(b"");
    let place = path(&copy);
    fs::remove_file(&place).expect("removed");
    fs::create_dir(&place).expect("made");
    assert!(!copy.says_nothing_wrong("a folder"));
    #[cfg(unix)]
    {
        fs::remove_dir(&place).expect("removed");
        std::os::unix::fs::symlink(shop().file("lookup"), &place).expect("linked");
        assert!(!copy.says_nothing_wrong("a link"));
        fs::remove_file(&place).expect("removed");
        assert!(Command::new("mkfifo").arg(&place).status().is_ok_and(|s| s.success()));
        assert!(!copy.says_nothing_wrong("a pipe"));
    }
}

#[test]
fn a_repository_that_was_moved_has_no_index_until_it_is_read_again() {
    let shop = Shop::new();
    let place = {
        let store = shop.open().expect("an index");
        let (kind, name) = shop.truth.places.keys().next().expect("a resource");
        let place = store.observers(*kind, name).expect("a resource").places.remove(0);
        assert_eq!(store.still_there(&place, &shop.root()), Some(place.line));
        (store, place)
    };
    let moved = shop.root().with_file_name("moved");
    fs::rename(shop.root(), &moved).expect("moved");
    assert!(Store::open(&shop.state(), &moved).is_none());
    assert_eq!(place.0.still_there(&place.1, &shop.root()), None, "its file is gone");
    store::index(&Wanted { root: &moved, state: Some(&shop.state()), force: false, declared: &|_| None, topology: 0 }).expect("an index");
    assert!(Store::open(&shop.state(), &moved).is_some());
}

#[test]
fn a_place_counts_only_while_its_line_stands() {
    let shop = Shop::new();
    let store = shop.open().expect("an index");
    let (root, file) = (shop.root(), shop.root().join(path(3)));
    let text = fs::read_to_string(&file).expect("a file");
    let places: Vec<StoredPlace> =
        shop.truth.places.keys().filter_map(|(k, n)| store.observers(*k, n)).flat_map(|r| r.places).filter(|p| p.path == path(3)).collect();
    assert!(places.len() > 5);
    let line = |p: &StoredPlace| text.lines().nth(p.line as usize - 1).expect("a line").to_owned();
    for (case, edited, expected) in [
        ("as it was", text.clone(), Some(0)),
        ("moved down", format!("# one\n# two\n{text}"), Some(2)),
        ("indented", text.replace("\n    ", "\n        "), Some(0)),
        ("line ends of another system", text.replace('\n', "\r\n"), Some(0)),
        ("another text of the same length", text.replace("worker", "keeper").replace("SELECT", "select").replace("UPDATE", "update"), None),
        ("gone", String::new(), None),
    ] {
        fs::write(&file, edited).expect("written");
        for place in &places {
            assert_eq!(store.still_there(place, &root), expected.map(|by| place.line + by), "{case}: {}", line(place));
        }
    }
    fs::remove_file(&file).expect("removed");
    assert!(places.iter().all(|p| store.still_there(p, &root).is_none()), "without its file");
}

#[test]
fn an_edited_file_says_what_it_says_now() {
    let shop = Shop::new();
    let (root, state) = (shop.root(), shop.state());
    let text = source(3, "asleep");
    fs::write(root.join(path(3)), &text).expect("written");
    assert!(store::refresh(&state, &root, &path(3), Some(&text)));
    assert!(!store::refresh(&state, &root, &path(3), Some(&text)), "nothing new");
    let edited = shop.says();
    assert_ne!(edited, shop.truth);
    assert!(edited.uses[&path(3)].iter().any(|u| u.contains("asleep")) && edited.places.values().flatten().any(|p| p.contains("asleep")));
    assert_eq!(edited.uses[&path(4)], shop.truth.uses[&path(4)]);
    let store = shop.open().expect("an index");
    let hash = text.lines().find(|l| l.contains("asleep")).map(line_hash).expect("a line");
    assert!(store.may_hold(hash));
    // Deleted, then read again as a whole: the same answers, and no overlay.
    fs::remove_file(root.join(path(3))).expect("removed");
    assert!(store::refresh(&state, &root, &path(3), None));
    let without = shop.says();
    assert!(!without.uses.contains_key(&path(3)) && !without.places.values().flatten().any(|p| p.starts_with(&path(3))));
    shop.index();
    assert_eq!(shop.says(), without);
    assert_eq!(shop.files("edited"), Vec::<PathBuf>::new());
}

#[test]
fn an_overlay_that_was_cut_or_scribbled_over_says_nothing_wrong() {
    let mut shop = Shop::new();
    let (root, state) = (shop.root(), shop.state());
    let before = std::mem::take(&mut shop.truth);
    for number in 0..6 {
        let text = source(number, "asleep");
        fs::write(root.join(path(number)), &text).expect("written");
        assert!(store::refresh(&state, &root, &path(number), Some(&text)));
    }
    let after = shop.says();
    // Either reading of a file was true when it was made.
    let both = |a: &BTreeSet<String>, b: Option<&BTreeSet<String>>| a.iter().chain(b.into_iter().flatten()).cloned().collect();
    for (key, places) in &after.places {
        shop.truth.places.insert(key.clone(), both(places, before.places.get(key)));
    }
    for (key, uses) in &after.uses {
        shop.truth.uses.insert(key.clone(), both(uses, before.uses.get(key)));
    }
    let overlay = shop.file("edited");
    let bytes = fs::read(&overlay).expect("an overlay");
    for cut in (0..bytes.len()).step_by(211) {
        fs::write(&overlay, &bytes[..cut]).expect("written");
        assert!(shop.says_nothing_wrong(&format!("cut at {cut}")));
        let mut other = bytes.clone();
        other[cut] ^= 0x55;
        fs::write(&overlay, &other).expect("written");
        assert!(shop.says_nothing_wrong(&format!("scribbled at {cut}")));
    }
    // A torn record does not swallow the next.
    fs::write(&overlay, &bytes[..bytes.len() - 11]).expect("written");
    let text = source(5, "awake");
    fs::write(root.join(path(5)), &text).expect("written");
    assert!(store::refresh(&state, &root, &path(5), Some(&text)));
    assert!(shop.open().expect("an index").uses_in(&path(5)).iter().any(|u| u.value.as_deref() == Some("awake")));
}

#[test]
fn a_file_that_is_edited_all_day_does_not_fill_the_overlay() {
    let shop = Shop::new();
    let (root, state) = (shop.root(), shop.state());
    for round in 0..200 {
        let text = source(3, &format!("round{round}"));
        assert!(store::refresh(&state, &root, &path(3), Some(&text)), "round {round}");
    }
    let size = fs::metadata(shop.file("edited")).expect("an overlay").len();
    assert!(size < 140 << 10, "{size} bytes");
    assert!(shop.open().expect("an index").uses_in(&path(3)).iter().any(|u| u.value.as_deref() == Some("round199")));
}

fn distarch(shop: &Shop) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_distarch"));
    command.args(["index", "--force", "--quiet"]).arg(shop.root()).env("CLAUDE_PLUGIN_DATA", shop.state()).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

#[test]
fn a_killed_process_leaves_the_old_index_and_its_rubbish_is_removed() {
    let shop = Shop::new();
    let started = SystemTime::now();
    assert!(distarch(&shop).status().expect("a process").success());
    let took = started.elapsed().expect("a clock");
    for step in 0..16 {
        let mut child = distarch(&shop).spawn().expect("a process");
        std::thread::sleep(took * step / 16);
        let _ = child.kill();
        let _ = child.wait();
        assert!(shop.says_nothing_wrong(&format!("killed after {step} parts of 16")), "the old index is gone");
        assert_eq!(shop.says(), shop.truth, "killed after {step} parts of 16");
    }
    // What a killed process leaves beside, made old.
    let left = shop.file("lookup");
    let name = left.file_stem().expect("a name").to_string_lossy().into_owned();
    let left = left.with_file_name(format!("{name}-123-0123456789abcdef.tmp"));
    fs::write(&left, b"half").expect("written");
    assert!(distarch(&shop).status().expect("a process").success());
    assert!(left.exists(), "it could be a living process's");
    fs::File::options().write(true).open(&left).and_then(|f| f.set_modified(SystemTime::now() - Duration::from_secs(3600))).expect("made old");
    assert!(distarch(&shop).status().expect("a process").success());
    assert!(!left.exists());
}

#[test]
fn thirty_two_at_once_leave_one_whole_index() {
    let shop = Shop::new();
    let (root, state) = (shop.root(), shop.state());
    let mut children: Vec<_> = (0..32).map(|_| distarch(&shop).spawn().expect("a process")).collect();
    std::thread::scope(|scope| {
        for at in 0..4 {
            let (root, state) = (&root, &state);
            // The same text again and again, marked old in between, so that every round has something to write.
            scope.spawn(move || {
                for _ in 0..20 {
                    store::refresh(state, root, &path(at), None);
                    store::refresh(state, root, &path(at), Some(&source(at, "busy")));
                }
            });
        }
        for _ in 0..4 {
            scope.spawn(|| (0..30).for_each(|_| assert!(shop.says_nothing_wrong("while others write"))));
        }
    });
    for child in &mut children {
        assert!(child.wait().expect("a process").success());
    }
    assert!(shop.says_nothing_wrong("at the end"));
    shop.index();
    assert_eq!(shop.says(), shop.truth);
    assert_eq!((shop.files("tmp").len(), shop.files("edited").len(), shop.files("lookup").len(), shop.files("facts").len()), (0, 0, 1, 1));
    assert_eq!(Path::new(&shop.file("lookup")).parent(), Some(shop.state().join("index").as_path()));
}

#[test]
fn facts_and_lookup_of_two_that_overtook_each_other_do_not_belong_together() {
    let shop = Shop::new();
    let (root, state) = (shop.root(), shop.state());
    let again = || store::index(&Wanted { root: &root, state: Some(&state), force: false, declared: &|_| None, topology: 0 }).expect("an index");
    // What was written less than two seconds before is read once more.
    for number in 0..FILES {
        let file = fs::File::options().write(true).open(root.join(path(number))).expect("a file");
        file.set_modified(SystemTime::now() - Duration::from_secs(60)).expect("made old");
    }
    again();
    assert!(again().unchanged, "an index that says all is made again");
    let older = fs::read(shop.file("lookup")).expect("a lookup file");
    fs::write(root.join(path(3)), source(3, "gone")).expect("written");
    fs::File::options().write(true).open(root.join(path(3))).and_then(|f| f.set_modified(SystemTime::now() - Duration::from_secs(30))).expect("made old");
    again();
    let newer = shop.says();
    assert_ne!(newer, shop.truth);
    fs::write(shop.file("lookup"), older).expect("written");
    assert!(!again().unchanged, "an older lookup file beside newer facts passes for the newest");
    assert_eq!(shop.says(), newer);
}

#[test]
fn an_overlay_that_nobody_owns_is_removed_and_says_nothing() {
    let shop = Shop::new();
    let (root, state) = (shop.root(), shop.state());
    assert!(store::refresh(&state, &root, &path(5), Some("r.set(\"elsewhere\", 1)\n")));
    let own = shop.file("edited");
    let left = own.with_file_name(format!("{}-0123456789abcdef.edited", shop.file("lookup").file_stem().expect("a name").to_string_lossy()));
    fs::rename(&own, &left).expect("renamed");
    fs::File::options().write(true).open(&left).and_then(|f| f.set_modified(SystemTime::now() - Duration::from_secs(5))).expect("made old");
    shop.index();
    assert_eq!(shop.files("edited").len(), 0);
    assert_eq!(shop.says(), shop.truth);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes_are_no_index_or_a_true_one(at in 0..whole().len(), with in proptest::collection::vec(any::<u8>(), 1..600), cut in any::<bool>()) {
        let mut bytes = whole().to_vec();
        let end = (at + with.len()).min(bytes.len());
        bytes[at..end].copy_from_slice(&with[..end - at]);
        if cut {
            bytes.truncate(end);
        }
        Copy::of(&bytes).says_nothing_wrong("scribbled over");
    }

    #[test]
    fn parts_of_it_in_another_order_are_none_either(from in 0..whole().len(), to in 0..whole().len(), length in 1..20_000_usize) {
        let mut bytes = whole().to_vec();
        let length = length.min(bytes.len() - from.max(to));
        let piece = bytes[from..from + length].to_vec();
        bytes[to..to + length].copy_from_slice(&piece);
        Copy::of(&bytes).says_nothing_wrong("shuffled");
    }

    #[test]
    fn noise_is_no_index(bytes in proptest::collection::vec(any::<u8>(), 0..9000)) {
        prop_assert!(!Copy::of(&bytes).says_nothing_wrong("noise"));
    }
}
