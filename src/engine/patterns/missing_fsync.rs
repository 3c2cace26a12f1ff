//! Something is called durable that has not been synced to the disk.
//!
//! A write and a rename are in the page cache until somebody syncs: after a loss of power the new name can point to an empty file, or the file be
//! gone, although success was reported and the other copies were deleted. Sources: Pillai et al., "All File Systems Are Not Created
//! Equal" (OSDI 2014: rename without fsync, directories that are not synced); Rebello et al., "Can Applications Recover from fsync
//! Failures?" (ATC 2020); "Redundancy does not imply fault tolerance" (FAST 2017).
//!
//! Shapes: the sync of a file or of its directory that the edit takes away; in a log, journal or snapshot, a temporary file that is renamed
//! into place with no sync in the function; an option that turns syncing off.

use super::names::place;
use super::{Detector, High, Low, Medium, Sighting, View};
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Call, Id, Kind, Outline};

pub(super) const DETECTOR: Detector = Detector { id: "missing-fsync", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let mut out = taken_away(view);
    if out.is_empty() {
        out = renamed(view);
    }
    out.extend(turned_off(view));
    out
}

/// What a call syncs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Synced {
    File,
    Directory,
}

fn synced(c: &Call<'_>) -> Option<Synced> {
    #[rustfmt::skip]
    const SYNCS: &[&str] = &[
        "fsync*", "fdatasync*", "sync_all", "sync_data", "syncall", "syncdata", "syncdir*", "sync_dir*", "fsyncdir", "syncdirectory", "sync_directory", "syncfile", "sync_file",
        "flushfilebuffers", "msync", "datasync", "syncparentdir", "sync_parent*", "flushtodisk", "forcesync",
    ];
    #[rustfmt::skip]
    const FILES: &[&str] = &["file", "fd", "f", "wal", "log", "dir", "journal", "segment", "fh", "fp", "out", "tmp*", "temp*", "writer", "curlf", "lf", "handle", "fs", "os", "disk", "db", "dets"];
    // A closure that is called where it stands has its own calls.
    if words::is_log(c) || c.name.contains(['(', '{', ' ']) {
        return None;
    }
    let on = words::tail(c.receiver);
    let is_sync = says(c.name, SYNCS)
        || (matches!(c.name, "sync" | "Sync") && says(on, FILES) && c.args.len() <= 1)
        || (c.name == "force"
            && c.args.len() == 1
            && matches!(c.args[0].text, "true" | "false")
            && says(c.receiver, &["channel*", "file*", "fc", "getchannel", "raf", "buffer", "mmap"]))
        || (matches!(c.name, "Flush" | "flush") && c.args.len() == 1 && matches!(c.args[0].text, "true" | "flushToDisk: true"));
    if !is_sync {
        return None;
    }
    let about_dir = says(c.name, &["dir*", "directory", "parent"])
        || says(on, &["dir*", "directory", "parent"])
        || c.args.iter().any(|a| says(a.text, &["dir*", "directory", "parent", "dirname"]));
    Some(if about_dir { Synced::Directory } else { Synced::File })
}

/// The function synced before the edit, does no more, and still writes or still says that it syncs.
fn taken_away(view: &View<'_>) -> Vec<Sighting> {
    let (o, mut out) = (view.outline, Vec::new());
    let Some(before) = view.before else { return out };
    for function in o.functions().filter(|f| view.touches(*f)) {
        let Kind::Function { name, .. } = o.node(function).kind else { continue };
        let Some(was) = before.functions().find(|f| matches!(before.node(*f).kind, Kind::Function { name: n, .. } if n == name)) else { continue };
        let here = |o: &Outline<'_>, f: Id, what: Synced| o.calls(f).filter(|(_, c)| synced(c) == Some(what)).count();
        for what in [Synced::File, Synced::Directory] {
            if here(before, was, what) == 0 || here(o, function, what) > 0 {
                continue;
            }
            // It may stand elsewhere now: as many syncs in the whole text, or a new helper that says so.
            let all = |o: &Outline<'_>| o.calls(0).filter(|(_, c)| synced(c) == Some(what)).count();
            let helper = o.calls(function).any(|(_, c)| {
                says(c.name, &["sync*", "flush*", "persist*", "durable*", "atomic*", "fsync*", "commit*", "force"])
                    && synced(c).is_none()
                    && !before.calls(was).any(|(_, b)| b.name == c.name)
            });
            if all(o) >= all(before) || helper {
                continue;
            }
            let gone = before.calls(was).find(|(_, c)| synced(c) == Some(what)).map_or_else(String::new, |(i, _)| before.callee(i));
            let rest = o
                .calls(function)
                .filter(|(_, c)| writes(c) || renames(c) || synced(c).is_some() || says(c.name, &["write*", "append*", "flush*"]))
                .map(|(i, _)| i)
                .last();
            let Some(rest) = rest else { continue };
            let left = match what {
                Synced::File => format!("`{gone}` is gone: what `{}` leaves is in the page cache only, and a loss of power takes it back", o.callee(rest)),
                Synced::Directory => {
                    format!("`{gone}` is gone: the file's name is not on the disk after `{}`, and a loss of power takes it away", o.callee(rest))
                }
            };
            out.push(view.sighting(
                rest,
                format!("gone {gone}"),
                if writes(o.call(rest).unwrap_or(&NO_CALL)) || renames(o.call(rest).unwrap_or(&NO_CALL)) { High } else { Medium },
                left,
            ));
        }
    }
    out
}

const NO_CALL: Call<'static> =
    Call { receiver: "", name: "", args: Vec::new(), awaited: false, propagated: false, result: crate::engine::syntax::Use::Ignored, is_new: false };

/// Puts a file under another name.
fn renames(c: &Call<'_>) -> bool {
    let on = words::tail(c.receiver);
    (says(c.name, &["rename", "renamesync", "renameto", "rename_file"]) && !words::is_log(c))
        || (c.name == "replace" && on == "os")
        || (matches!(c.name, "move" | "Move" | "mv") && matches!(on, "Files" | "File" | "shutil" | "FileUtils"))
}

/// Puts bytes into a file.
fn writes(c: &Call<'_>) -> bool {
    says(
        c.name,
        &[
            "write",
            "writestring",
            "writefile",
            "write_all",
            "writeall",
            "writefilesync",
            "write_text",
            "write_bytes",
            "copy",
            "encode",
            "dump",
            "fprintf",
            "writeto",
            "append",
        ],
    ) && !says(
        words::tail(c.receiver),
        &["response", "resp", "res", "w", "rw", "conn", "socket", "console", "stdout", "stderr", "buf", "buffer", "builder", "sb"],
    )
}

/// Words of what is meant to outlive the process's host.
const DURABLE: &[&str] = &[
    "wal",
    "journal",
    "journals",
    "raft",
    "snapshot*",
    "segment*",
    "checkpoint*",
    "manifest",
    "sstable",
    "ledger",
    "commitlog",
    "vlog",
    "durable*",
    "hardstate",
    "votes",
    "lsm",
    "metastore",
    "replication",
    "oplog",
    "binlog",
    "outbox",
    "offsets",
];

/// A temporary file is written and renamed into place, and nothing in the function syncs.
fn renamed(view: &View<'_>) -> Vec<Sighting> {
    let (o, mut out) = (view.outline, Vec::new());
    for (id, call) in o.calls(0).filter(|(_, c)| renames(c)) {
        let Some(function) = o.function_of(id) else { continue };
        let from = if call.name == "renameTo" { call.receiver } else { call.args.first().map_or("", |a| a.text) };
        if !says(from, &["tmp*", "temp*", "partial", "part", "new", "staging", "tempfile"]) || says(from, &["template*"]) {
            continue;
        }
        let written = o.calls(function).any(|(i, c)| i != id && writes(c) && o.precedes(i, id));
        let text = o.source(function);
        let syncs =
            o.calls(function).any(|(_, c)| synced(c).is_some() || says(c.name, &["sync*", "fsync*", "atomic*", "durable*", "force", "fdatasync", "persist"]))
                || ["O_SYNC", "O_DSYNC", "StandardOpenOption.SYNC", "StandardOpenOption.DSYNC", "WriteThrough", "flush: true"].iter().any(|w| text.contains(w));
        if !written || syncs {
            continue;
        }
        let durable = says(&place(view, id), DURABLE);
        let seen =
            format!("`{}` puts the new file in place before its bytes are synced: after a loss of power the name can point to an empty file", o.callee(id));
        out.push(view.sighting(id, format!("rename {from}"), if durable { Medium } else { Low }, seen));
    }
    out
}

/// Options of stores that give durability up.
fn turned_off(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for id in o.ids() {
        let off = match &o.node(id).kind {
            Kind::Call(c) => match (c.name, c.args.first().map(|a| a.text)) {
                ("setSync" | "set_sync" | "SetSync" | "set_use_fsync", Some("false")) if view.imports_any(&["database"]) => Some(c.name),
                ("setDisableWAL" | "set_disable_wal" | "disable_wal" | "SetDisableWAL" | "DisableWAL", Some("true")) => Some(c.name),
                _ => None,
            },
            Kind::Object { fields, .. } => {
                fields.iter().find(|f| matches!((f.name, f.text), ("NoSync" | "NoFreelistSync" | "DisableWAL", "true"))).map(|f| f.name)
            }
            Kind::Assign { target, value: "true" } if words::tail(target) == "NoSync" => Some("NoSync"),
            _ => None,
        };
        if let Some(option) = off.filter(|_| view.touches(id)) {
            let seen = format!("`{option}` lets the store report a write before it is on the disk: a loss of power takes back what was confirmed");
            out.push(view.sighting(id, format!("option {option}"), Medium, seen));
        }
    }
    out
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        mends(
            "go",
            "package s\n\nfunc (s *Store) publish(tmp, final string, data []byte) error {\n\tif err := os.WriteFile(tmp, data, 0o600); err != nil {\n\t\treturn err\n\t}\n\treturn os.Rename(tmp, final)\n}\n",
            "package s\n\nfunc (s *Store) publish(tmp, final string, data []byte) error {\n\tif err := os.WriteFile(tmp, data, 0o600); err != nil {\n\t\treturn err\n\t}\n\tif err := os.Rename(tmp, final); err != nil {\n\t\treturn err\n\t}\n\treturn fsyncDir(filepath.Dir(final))\n}\n",
        ),
        fires(
            "go",
            "package s\n\nfunc (s *SnapshotStore) save(final string, data []byte) error {\n\ttmp := final + \".tmp\"\n\tif err := os.WriteFile(tmp, data, 0o600); err != nil {\n\t\treturn err\n\t}\n\treturn os.Rename(tmp, final)\n}\n",
        ),
        silent(
            "go",
            "package s\n\nfunc (s *SnapshotStore) save(tmp, final string, data []byte) error {\n\tf, err := os.Create(tmp)\n\tif err != nil {\n\t\treturn err\n\t}\n\tif _, err := f.Write(data); err != nil {\n\t\treturn err\n\t}\n\tif err := f.Sync(); err != nil {\n\t\treturn err\n\t}\n\treturn os.Rename(tmp, final)\n}\n",
        ),
        silent(
            "go",
            "package s\n\nfunc saveIcon(tmp, final string, data []byte) error {\n\tif err := os.WriteFile(tmp, data, 0o600); err != nil {\n\t\treturn err\n\t}\n\treturn os.Rename(tmp, final)\n}\n",
        ),
        silent("go", "package s\n\nfunc (s *Snapshots) rotate(name string) error {\n\treturn os.Rename(name, name+\".old\")\n}\n"),
        mends(
            "rust",
            "impl Journal {\n    fn append(&mut self, entry: &[u8]) -> io::Result<()> {\n        self.file.write_all(entry)?;\n        Ok(())\n    }\n}\n",
            "impl Journal {\n    fn append(&mut self, entry: &[u8]) -> io::Result<()> {\n        self.file.write_all(entry)?;\n        self.file.sync_data()?;\n        Ok(())\n    }\n}\n",
        ),
        fires(
            "rust",
            "fn save_checkpoint(tmp: &Path, to: &Path, data: &[u8]) -> io::Result<()> {\n    let mut file = File::create(tmp)?;\n    file.write_all(data)?;\n    fs::rename(tmp, to)\n}\n",
        ),
        silent(
            "rust",
            "fn save_checkpoint(tmp: &Path, to: &Path, data: &[u8]) -> io::Result<()> {\n    let mut file = File::create(tmp)?;\n    file.write_all(data)?;\n    file.sync_all()?;\n    fs::rename(tmp, to)\n}\n",
        ),
        mends(
            "python",
            "class Journal:\n    def append(self, line):\n        self.file.write(line)\n        self.file.flush()\n",
            "class Journal:\n    def append(self, line):\n        self.file.write(line)\n        self.file.flush()\n        os.fsync(self.file.fileno())\n",
        ),
        fires(
            "python",
            "def write_checkpoint(path, state):\n    tmp = path + '.tmp'\n    with open(tmp, 'w') as f:\n        f.write(json.dumps(state))\n    os.replace(tmp, path)\n",
        ),
        silent(
            "python",
            "def write_checkpoint(path, state):\n    tmp = path + '.tmp'\n    with open(tmp, 'w') as f:\n        f.write(json.dumps(state))\n        f.flush()\n        os.fsync(f.fileno())\n    os.replace(tmp, path)\n",
        ),
        silent("python", "def thumbnails(path, image):\n    tmp = path + '.tmp'\n    image.write(tmp)\n    os.replace(tmp, path)\n"),
        mends(
            "java",
            "class Journal {\n  void append(ByteBuffer entry) throws IOException {\n    channel.write(entry);\n    position += entry.limit();\n  }\n}\n",
            "class Journal {\n  void append(ByteBuffer entry) throws IOException {\n    channel.write(entry);\n    channel.force(false);\n    position += entry.limit();\n  }\n}\n",
        ),
        fires(
            "java",
            "import org.rocksdb.WriteOptions;\n\nclass Offsets {\n  void put(byte[] key, byte[] value) throws RocksDBException {\n    db.put(new WriteOptions().setDisableWAL(true), key, value);\n  }\n}\n",
        ),
        silent("java", "class Users {\n  void rename(User user, String name) {\n    users.sync(user.withName(name));\n    view.write(name);\n  }\n}\n"),
        silent(
            "java",
            "class Checkpoints {\n  void save(Path to, byte[] data) throws IOException {\n    Path tmp = to.resolveSibling(to.getFileName() + \".tmp\");\n    try (FileChannel file = FileChannel.open(tmp, CREATE, WRITE)) {\n      file.write(ByteBuffer.wrap(data));\n      file.force(true);\n    }\n    Files.move(tmp, to, ATOMIC_MOVE);\n  }\n}\n"
        ),
        silent(
            "java",
            "class Offsets {\n  void put(byte[] key, byte[] value) throws RocksDBException {\n    db.put(new WriteOptions().setSync(true).setDisableWAL(false), key, value);\n  }\n}\n"
        ),
        fires(
            "java",
            "class Checkpoints {\n  void saveCheckpoint(Path to, byte[] data) throws IOException {\n    Path tmp = to.resolveSibling(to.getFileName() + \".tmp\");\n    Files.write(tmp, data);\n    Files.move(tmp, to, ATOMIC_MOVE);\n  }\n}\n"
        ),
        silent(
            "rust",
            "fn save_preview(tmp: &Path, to: &Path, image: &Image) -> io::Result<()> {\n    fs::write(tmp, image.encode())?;\n    fs::rename(tmp, to)\n}\n"
        ),
        silent(
            "rust",
            "fn rotate_journal(dir: &Path, number: u64) -> io::Result<()> {\n    fs::rename(dir.join(\"journal\"), dir.join(format!(\"journal.{number}\")))?;\n    File::open(dir)?.sync_all()\n}\n"
        ),
    ];
}
