//! Signals from a folder, in the shape of the built-in ones: a project's own, or a whole content folder that is being judged.

use super::catalog::PatternFront;
use super::features::{self, COLUMNS};
use super::filter::{FilterTables, OwnedLiterals, commonness_of_bytes};
use super::key::KeyPattern;
use super::literal::Literal;
use super::schema::{CATEGORIES, LibraryFile, MODULES, Place, SignalFile, Strength, WeightsFile};
use super::words::{self, Words};
use super::{Key, Knowledge, Library, Signal, Text};

/// The signal of a project's own catalog entry: its literals, with the red flags of its first module. `None` where it has no literals.
#[must_use]
pub fn signal_of(entry: &PatternFront) -> Option<SignalFile> {
    let module = entry.modules.first().filter(|_| !entry.literals.is_empty())?;
    let name: String = entry.name.chars().take(80).collect();
    Some(SignalFile {
        id: entry.id.clone(),
        module: module.clone(),
        sections: vec!["red-flags".to_owned()],
        why: format!("{name}, as met in this project before"),
        why_removed: None,
        strength: Strength::Strong,
        places: vec![Place::Code],
        languages: Vec::new(),
        needs: Vec::new(),
        near: Vec::new(),
        literals: entry.literals.clone(),
        keys: Vec::new(),
        examples_path: None,
        fires: Vec::new(),
        silent: Vec::new(),
    })
}

/// How much more a project's own signal weighs than one of ours by its declared strength alone.
pub const ASKED_FOR: f32 = 2.0;

/// Signals of a project, owned.
#[derive(Clone, Debug, Default)]
pub struct Project {
    text: String,
    signals: Vec<Signal>,
    needs: Vec<u16>,
    keys: Vec<Key>,
    libraries: Vec<Library>,
    tables: FilterTables,
    owners: Vec<u16>,
    owner_starts: Vec<u16>,
    word_hashes: Vec<u32>,
    word_starts: Vec<u16>,
    word_names: Vec<Text>,
    weights: Vec<[f32; COLUMNS]>,
    intercept: [f32; COLUMNS],
    threshold: [f32; COLUMNS],
}

impl Project {
    /// Lays out signals. `built_in` tells which libraries can be needed and which sections the modules have; what it does not know
    /// is left out here and told by `lint`.
    #[must_use]
    pub fn new(signals: &[(String, SignalFile)], built_in: &Knowledge<'_>) -> Self {
        let weights = WeightsFile { intercept: [0.0; COLUMNS], threshold: [0.5; COLUMNS], ..WeightsFile::default() };
        let mut out = Self::lay_out(signals, &[], &weights, built_in);
        // Nobody has fitted the project's signals, and somebody has asked for them: a strong one speaks alone, whatever its words.
        out.weights.iter_mut().flatten().for_each(|w| *w *= ASKED_FOR);
        out
    }

    /// Lays out a content folder that stands alone, with libraries and weights of its own. It is the first set of what the engine
    /// gets, not the second. Modules are not laid out: a verdict does not need them.
    #[must_use]
    pub fn whole(signals: &[(String, SignalFile)], libraries: &[(String, LibraryFile)], weights: &WeightsFile, built_in: &Knowledge<'_>) -> Self {
        Self::lay_out(signals, libraries, weights, built_in)
    }

    fn lay_out(signals: &[(String, SignalFile)], libraries: &[(String, LibraryFile)], weights: &WeightsFile, built_in: &Knowledge<'_>) -> Self {
        let mut out = Self { intercept: weights.intercept, threshold: weights.threshold, ..Self::default() };
        let mut owned = OwnedLiterals::default();
        let known: Vec<&(String, SignalFile)> = signals.iter().filter(|(_, s)| MODULES.contains(&s.module.as_str())).collect();
        for (i, (_, s)) in known.iter().enumerate() {
            for literal in s.literals.iter().filter_map(|l| Literal::parse(l).ok()) {
                owned.add(literal, i);
            }
        }
        for (i, (_, s)) in known.iter().enumerate() {
            for literal in s.near.iter().filter_map(|l| Literal::parse(l).ok()) {
                owned.add(literal, known.len() + i);
            }
        }
        for (i, (source, library)) in libraries.iter().enumerate() {
            for literal in library.imports.iter().filter_map(|l| Literal::parse(l).ok()) {
                owned.add(literal, 2 * known.len() + i);
            }
            let category = CATEGORIES.iter().position(|c| *c == library.category).and_then(|c| u8::try_from(c).ok()).unwrap_or(0);
            let row = Library { id: out.add(&library.id), name: out.add(&library.name), category, source: out.add(source) };
            out.libraries.push(row);
        }
        out.tables = FilterTables::build(owned.literals(), &commonness_of_bytes);
        (out.owner_starts, out.owners) = owned.owners();
        let module_of = |s: &SignalFile| MODULES.iter().position(|m| *m == s.module).unwrap_or(0);
        let (names, hashes, starts) = words::tables(features::words(&weights.features));
        out.weights = features::rows(&weights.features, known.iter().map(|(_, s)| (s.id.as_str(), s.strength, module_of(s))), &names);
        out.word_names = names.iter().map(|n| out.add(n)).collect();
        (out.word_hashes, out.word_starts) = (hashes, starts);
        for (source, s) in known {
            for key in s.keys.iter().filter_map(|k| KeyPattern::parse(k).ok()) {
                let signal = u16::try_from(out.signals.len()).unwrap_or(u16::MAX);
                let row = Key { hash: key.hash(), signal, open: key.open, path: out.add(&key.path), value: out.add(&key.value) };
                out.keys.push(row);
            }
            let module = module_of(s);
            let mut sections = [u8::MAX; 3];
            for (slot, id) in sections.iter_mut().zip(&s.sections) {
                let found = built_in.module_sections(module).iter().position(|x| built_in.str(x.id) == id);
                *slot = found.and_then(|i| u8::try_from(i).ok()).unwrap_or(u8::MAX);
            }
            let first_need = out.needs.len();
            for library in s.needed_libraries().filter_map(|need| library_index(need, libraries, built_in)) {
                out.needs.push(u16::try_from(library).unwrap_or(u16::MAX));
            }
            let signal = Signal {
                id: out.add(&s.id),
                module: u8::try_from(module).unwrap_or(0),
                sections,
                why: out.add(&s.why),
                why_removed: out.add(s.why_removed.as_deref().unwrap_or("")),
                strong: s.strength == Strength::Strong,
                places: s.place_bits(),
                languages: s.language_bits(),
                need_categories: s.category_bits(),
                need_libraries: (u16::try_from(first_need).unwrap_or(0), u16::try_from(out.needs.len()).unwrap_or(0)),
                near: !s.near.is_empty(),
                keyed: !s.keys.is_empty(),
                source: out.add(source),
            };
            out.signals.push(signal);
        }
        out.keys.sort_by_key(|k| k.hash);
        out
    }

    fn add(&mut self, text: &str) -> Text {
        let start = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        self.text.push_str(text);
        Text { start, len: u32::try_from(text.len()).unwrap_or(0) }
    }

    /// The signals as the engine reads them.
    #[must_use]
    pub fn knowledge(&self) -> Knowledge<'_> {
        Knowledge {
            text: &self.text,
            signals: &self.signals,
            needs: &self.needs,
            keys: &self.keys,
            libraries: &self.libraries,
            modules: &[],
            sections: &[],
            items: &[],
            patterns: &[],
            filter: self.tables.filter(),
            owners: &self.owners,
            owner_starts: &self.owner_starts,
            words: Words { hashes: &self.word_hashes, starts: &self.word_starts },
            word_names: &self.word_names,
            weights: &self.weights,
            intercept: self.intercept,
            threshold: self.threshold,
        }
    }
}

/// A library's place in the set that the engine gets first: its own, where the folder has libraries, else the built-in one.
fn library_index(id: &str, own: &[(String, LibraryFile)], built_in: &Knowledge<'_>) -> Option<usize> {
    if own.is_empty() { built_in.libraries.iter().position(|l| built_in.str(l.id) == id) } else { own.iter().position(|(_, l)| l.id == id) }
}
