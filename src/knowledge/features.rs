//! The features that the weighing knows. Shared with the build script, which lays their weights out by these indices.

use super::schema::{CATEGORIES, MODULES, Strength};

/// Where a signal was met. Each pair (signal, locus) is one feature, named `<signal>.<locus>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Locus {
    /// More often on lines that the edit adds than on lines that it takes away.
    Added,
    /// More often on lines that the edit takes away.
    Removed,
    /// In the changed words of changed lines, as often before as after.
    Kept,
    /// On changed lines, in words that did not change.
    Beside,
    /// On lines that the edit puts elsewhere.
    Moved,
    /// On unchanged lines that the edit shows.
    Context,
    /// In the names of the enclosing function and type.
    Name,
    /// In the file's path.
    Path,
}

/// All loci, in the order of their discriminants.
pub const LOCI: [(Locus, &str); 8] = [
    (Locus::Added, "added"),
    (Locus::Removed, "removed"),
    (Locus::Kept, "kept"),
    (Locus::Beside, "beside"),
    (Locus::Moved, "moved"),
    (Locus::Context, "context"),
    (Locus::Name, "name"),
    (Locus::Path, "path"),
];

/// Columns of a weight row: the gate ("does this touch a distributed boundary at all"), then the modules.
pub const COLUMNS: usize = 1 + MODULES.len();

/// Features of the edit as a whole; those of imports, `imports.<category>`, stand behind them.
pub const EDIT_FEATURES: [&str; 18] = [
    "edit.creates-file",
    "edit.only-removes",
    "edit.only-adds",
    "edit.changes-literals-only",
    "lines.1-2",
    "lines.3-10",
    "lines.11-30",
    "lines.31+",
    "signals.none",
    "signals.1",
    "signals.2-3",
    "signals.4+",
    "file.structured",
    "file.front-end",
    "file.script",
    "shape.loop",
    "shape.handler",
    "shape.async",
];

/// What an edit does to the code, token against token; they stand behind the imports.
pub const CHANGE_FEATURES: [&str; 18] = [
    "change.renames",
    "change.one-name",
    "change.values",
    "change.texts",
    "change.keys",
    "change.operators",
    "change.moves",
    "change.declarations",
    "change.new-call",
    "change.lost-call",
    "change.new-condition",
    "change.lost-condition",
    "change.new-exit",
    "change.lost-exit",
    "change.new-handler",
    "change.lost-handler",
    "change.new-await",
    "change.lost-await",
];

/// Index of the first of [`CHANGE_FEATURES`] among the general features.
pub const CHANGES_AT: usize = EDIT_FEATURES.len() + CATEGORIES.len() + 1;

/// Number of features that belong to no signal.
pub const GENERAL_FEATURES: usize = CHANGES_AT + CHANGE_FEATURES.len();

/// Index of `imports.none` among the general features.
pub const IMPORTS_NONE: usize = CHANGES_AT - 1;

/// Name of a general feature.
#[must_use]
pub fn general_name(index: usize) -> String {
    if let Some(name) = EDIT_FEATURES.get(index) {
        return (*name).to_owned();
    }
    if let Some(name) = index.checked_sub(CHANGES_AT).and_then(|i| CHANGE_FEATURES.get(i)) {
        return (*name).to_owned();
    }
    CATEGORIES.get(index - EDIT_FEATURES.len()).map_or_else(|| "imports.none".to_owned(), |c| format!("imports.{c}"))
}

/// All rows: the general features, then each signal in each locus, then `words`. `signals` are told by id, strength and module, in their order;
/// `fitted` is what `signals/weights.yaml` says by feature name.
#[must_use]
pub fn rows<'a>(
    fitted: &std::collections::BTreeMap<String, [f32; COLUMNS]>,
    signals: impl Iterator<Item = (&'a str, Strength, usize)>,
    words: &[&str],
) -> Vec<[f32; COLUMNS]> {
    let mut out: Vec<[f32; COLUMNS]> = (0..GENERAL_FEATURES).map(|i| fitted.get(&general_name(i)).copied().unwrap_or_default()).collect();
    for (id, strength, module) in signals {
        for (locus, name) in &LOCI {
            // What the fit has not moved speaks by its signal's declared strength.
            out.push(fitted.get(&format!("{id}.{name}")).copied().unwrap_or_else(|| default_weights(strength, module, *locus)));
        }
    }
    out.extend(words.iter().map(|w| fitted.get(&format!("{WORD}{w}")).copied().unwrap_or_default()));
    out
}

/// What stands before a word in the name of its feature.
pub const WORD: &str = "word.";

/// The words among fitted features.
pub fn words(fitted: &std::collections::BTreeMap<String, [f32; COLUMNS]>) -> impl Iterator<Item = &str> {
    fitted.keys().filter_map(|f| f.strip_prefix(WORD))
}

/// What a signal that no fit has seen adds: enough to speak alone in product code when strong, half of that when weak.
#[must_use]
pub fn default_weights(strength: Strength, module: usize, locus: Locus) -> [f32; COLUMNS] {
    let full: f32 = match strength {
        Strength::Strong => 3.0,
        Strength::Weak => 1.2,
    };
    let share = match locus {
        Locus::Added | Locus::Removed => 1.0,
        Locus::Kept => 0.6,
        Locus::Beside => 0.5,
        Locus::Moved => 0.8,
        Locus::Context | Locus::Name => 0.3,
        Locus::Path => 0.2,
    };
    let mut row = [0.0; COLUMNS];
    row[0] = full * share;
    row[1 + module] = full * share;
    row
}
