//! The built-in knowledge, laid out by the build script. Nothing is constructed: it lies in the binary.

use super::filter::{Entry, Filter};
use super::words::Words;
use super::{Key, Knowledge, Library, Module, Pattern, Section, Signal, Text};

mod tables {
    #![allow(clippy::all, clippy::pedantic)]
    use super::{Entry, Key, Library, Module, Pattern, Section, Signal, Text};
    include!(concat!(env!("OUT_DIR"), "/baked.rs"));
}

/// Signals, modules, catalog and weights as shipped.
pub static BUILT_IN: Knowledge<'static> = Knowledge {
    text: tables::TEXT,
    signals: tables::SIGNALS,
    needs: tables::NEEDS,
    keys: tables::KEYS,
    libraries: tables::LIBRARIES,
    modules: tables::MODULES,
    sections: tables::SECTIONS,
    items: tables::ITEMS,
    patterns: tables::PATTERNS,
    filter: Filter {
        map: &tables::FILTER_MAP,
        heads: tables::FILTER_HEADS,
        entries: tables::FILTER_ENTRIES,
        bytes: tables::FILTER_BYTES,
        starts: tables::FILTER_STARTS,
    },
    owners: tables::OWNERS,
    owner_starts: tables::OWNER_STARTS,
    words: Words { hashes: tables::WORD_HASHES, starts: tables::WORD_STARTS },
    word_names: tables::WORD_NAMES,
    weights: tables::WEIGHTS,
    intercept: tables::INTERCEPT,
    threshold: tables::THRESHOLD,
};
