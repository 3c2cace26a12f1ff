//! The shelf of extractors: one kind of resource a file, one row each. An extractor says what a file does to resources of its kind, as far
//! as this file alone tells; names that lean on other files stay open (`model::Part`) and are resolved when the repository is put together.

mod addresses;
mod buckets;
mod channels;
mod clients;
mod compared;
mod configured;
pub(crate) mod constants;
mod durations;
mod ends;
mod flags;
mod graphql;
mod http_calls;
mod jobs;
mod keys;
mod leases;
mod messages;
mod needles;
mod orm;
pub(crate) mod paths;
mod realtime;
mod routes;
mod rpc;
mod settings;
mod sql;
mod states;
mod values;

use super::file::File;
use super::model::Facts;
use needles::Needles;
use std::sync::OnceLock;
pub(crate) use values::TABLE_OF;

/// Languages that an extractor reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reads {
    /// Every program language.
    Programs,
    /// These, by their names.
    Only(&'static [&'static str]),
}

/// What finds uses of one kind of resource.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extractor {
    pub(crate) reads: Reads,
    /// A file without any of these (as written, any letter case) holds nothing for it. Empty: it looks at every file.
    pub(crate) words: &'static [&'static str],
    pub(crate) read: fn(&File<'_>, &mut Facts),
}

const KEYS: &[&str] = &[
    "redis",
    "cache",
    "rdb",
    "hset",
    "hget",
    "setnx",
    "zadd",
    "sadd",
    "xadd",
    "xread",
    "lpush",
    "rpush",
    "dalli",
    "etcd",
    "consul",
    "zookeeper",
    "kazoo",
    "curator",
    "idatabase",
    "stringset",
    "stringget",
    "keydelete",
    "valkey",
    "redix",
    "opsfor",
    "store.",
];
const LEASES: &[&str] = &["lock", "lease", "leader", "mutex", "setnx", "election"];
const ORM: &[&str] = &[
    "model",
    "entity",
    "repository",
    "query",
    "where",
    "objects",
    "schema",
    "collection",
    "gorm",
    "prisma",
    "knex",
    "context",
    "create_table",
    "findby",
    "find_by",
    "table",
    "record",
    "document",
    "mongo",
    "ecto",
    "diesel",
    "sea_orm",
    ".find(",
    "update!",
    ".save",
    "session.",
    ".create",
];
const SQL: &[&str] = &["select", "insert into", "update", "delete from", "create t", "alter t", "drop t", "merge into"];

const _: () = assert!(EXTRACTORS.len() <= needles::MOST, "a bit for each extractor");

/// Every extractor.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor { reads: Reads::Programs, words: &[], read: constants::read },
    Extractor { reads: Reads::Programs, words: KEYS, read: keys::read },
    Extractor { reads: Reads::Programs, words: LEASES, read: leases::read },
    Extractor { reads: Reads::Programs, words: &["bucket", "s3", "blob", "minio", "storage"], read: buckets::read },
    Extractor { reads: Reads::Programs, words: &["status", "state", "phase", "stage", "enum", "switch", "match "], read: states::read },
    Extractor { reads: Reads::Only(&["graphql", "proto", "unknown"]), words: &["enum "], read: states::read_schema },
    Extractor { reads: Reads::Programs, words: ORM, read: orm::read },
    Extractor { reads: Reads::Only(&["unknown"]), words: &["model ", "enum "], read: orm::read_prisma },
    Extractor { reads: Reads::Programs, words: SQL, read: sql::read },
    Extractor { reads: Reads::Only(&["sql"]), words: SQL, read: sql::read_file },
    Extractor { reads: Reads::Only(&["xml"]), words: &["<mapper"], read: sql::read_mapper },
    Extractor { reads: Reads::Only(&["shell"]), words: SQL, read: sql::read_script },
    Extractor { reads: Reads::Only(&["yaml", "json"]), words: SQL, read: sql::read_manifest },
    Extractor { reads: Reads::Programs, words: &[], read: routes::read },
    Extractor { reads: Reads::Programs, words: channels::WORDS, read: channels::read },
    Extractor { reads: Reads::Programs, words: &[], read: http_calls::read },
    Extractor { reads: Reads::Only(&["shell"]), words: &["curl", "wget"], read: http_calls::read_script },
    Extractor { reads: Reads::Only(&["yaml"]), words: &["httpget"], read: http_calls::read_probes },
    Extractor { reads: Reads::Programs, words: jobs::WORDS, read: jobs::read },
    Extractor { reads: Reads::Programs, words: flags::WORDS, read: flags::read },
    Extractor { reads: Reads::Programs, words: realtime::WORDS, read: realtime::read },
    Extractor { reads: Reads::Only(rpc::LANGUAGES), words: &[], read: rpc::read },
    Extractor { reads: Reads::Programs, words: messages::WORDS, read: messages::read },
    Extractor { reads: Reads::Only(&["proto"]), words: &[], read: messages::read_schema },
    Extractor { reads: Reads::Only(&["yaml", "json"]), words: &["openapi", "swagger", "asyncapi", "$schema"], read: messages::read_document },
    Extractor { reads: Reads::Only(&["yaml", "json"]), words: &["openapi", "swagger"], read: routes::read_document },
    Extractor { reads: Reads::Only(&["yaml", "json"]), words: &["enum"], read: states::read_document },
    Extractor { reads: Reads::Only(graphql::LANGUAGES), words: graphql::WORDS, read: graphql::read },
    Extractor { reads: Reads::Only(addresses::LANGUAGES), words: &[], read: addresses::read },
    Extractor { reads: Reads::Only(&["yaml", "json", "properties", "hcl", "shell", "dockerfile"]), words: configured::WORDS, read: configured::read },
    Extractor { reads: Reads::Only(settings::LANGUAGES), words: settings::WORDS, read: settings::read },
];

impl Extractor {
    /// Whether it reads files of this language.
    pub(crate) fn reads(&self, file: &File<'_>) -> bool {
        match self.reads {
            Reads::Programs => file.language.is_program(),
            Reads::Only(languages) => languages.contains(&file.language.name()),
        }
    }
}

/// Everything that a file says.
pub(crate) fn facts(file: &File<'_>) -> Facts {
    static NEEDLES: OnceLock<Needles> = OnceLock::new();
    let mut out = Facts::default();
    let mine = || (0_u32..).zip(EXTRACTORS).filter(|(_, e)| e.reads(file));
    let wanted = mine().filter(|(_, e)| !e.words.is_empty()).fold(0, |bits, (i, _)| bits | 1 << i);
    let found = if wanted == 0 { 0 } else { NEEDLES.get_or_init(|| Needles::new(EXTRACTORS.iter().map(|e| e.words))).found(file.text, wanted) };
    for (_, extractor) in mine().filter(|(i, e)| e.words.is_empty() || found & 1 << i != 0) {
        (extractor.read)(file, &mut out);
    }
    out.uses.sort_by_key(|u| u.line);
    values::settle(&mut out.uses);
    quote(file.text, &mut out);
    out
}

/// Characters of a quoted line.
const QUOTE: usize = 80;

/// A use whose extractor says nothing of the circumstances quotes its line.
fn quote(text: &str, facts: &mut Facts) {
    let mut lines = (1_u32..).zip(text.lines()).peekable();
    for used in &mut facts.uses {
        while lines.peek().is_some_and(|(number, _)| *number < used.line) {
            lines.next();
        }
        if used.note.is_none()
            && let Some((_, line)) = lines.peek().filter(|(number, _)| *number == used.line)
        {
            used.note = Some(line.trim().chars().take(QUOTE).collect());
        }
    }
}

#[cfg(test)]
mod forms;
#[cfg(test)]
mod stacks;
#[cfg(test)]
pub(crate) mod testing;
