//! `distarch fit`: learns the numbers of the weighing from labelled edits, and says what they would reach on repositories that they
//! have not seen.
//!
//! Logistic regression, one for the gate and one for each module, drawn towards the weights that a signal's declared strength gives it:
//! what the edits say little about stays near what its author said. Words of names are learned beside the signals, drawn towards
//! nothing; only such as stand in several repositories, and none that is part of a repository's own name.

use crate::engine::surroundings::Surroundings;
use crate::engine::{self, Context};
use crate::knowledge::features::{COLUMNS, GENERAL_FEATURES, LOCI, WORD, default_weights, general_name};
use crate::knowledge::schema::{MODULES, Strength};
use crate::knowledge::{Knowledge, baked::BUILT_IN, words};
use crate::sources::labelled::{self, Labelled};
use anyhow::Context as _;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

/// `distarch fit`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Files of labelled edits, one JSON object a line.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Where to write the weights; without it they are only reported.
    #[arg(long)]
    pub write: Option<PathBuf>,
    /// How strongly weights are drawn to the declared strengths.
    #[arg(long, default_value_t = 6.0)]
    pub pull: f32,
    /// In how many repositories a word has to stand on changed lines to be learned; 0 learns no words.
    #[arg(long, default_value_t = 8)]
    pub spread: usize,
    /// Parts into which the repositories are divided to report on unseen ones.
    #[arg(long, default_value_t = 10)]
    pub folds: usize,
}

/// What is learned from: the features of an edit as column indices, and what it should raise.
struct Sample {
    features: Vec<usize>,
    fold: usize,
    /// For the gate and each module: should be raised, should not, or does not matter.
    target: [Option<bool>; COLUMNS],
    hard: bool,
}

struct Model {
    intercept: [f32; COLUMNS],
    /// One row a feature.
    weights: Vec<[f32; COLUMNS]>,
}

/// How a set of decisions did.
#[derive(Clone, Copy, Debug, Default)]
struct Score {
    recall: f32,
    precision: f32,
    plain: f32,
    hard: f32,
    /// Mean over the modules of the harmonic mean of recall and precision.
    even: f32,
}

/// Fits and reports.
///
/// # Errors
/// When a file cannot be read or holds something else than labelled edits.
pub fn run(args: &Args) -> anyhow::Result<String> {
    let mut edits = Vec::new();
    let mut ends = Vec::new();
    for file in &args.files {
        let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        edits.extend(labelled::read(&text).map_err(|e| anyhow::anyhow!("{}: {e}", file.display()))?);
        ends.push(edits.len());
    }
    let knowledge = BUILT_IN;
    let around: Vec<Surroundings> = edits.par_iter().map(|e| e.subject.surroundings()).collect();
    let words: Vec<Vec<String>> = edits.par_iter().zip(&around).map(|(e, around)| engine::changed_words(&e.subject.edit, around)).collect();
    let names = feature_list(&knowledge, &vocabulary(&edits, &words, args.spread));
    let mut prior = prior(&knowledge);
    let pull = Pull { signals: args.pull, others: args.pull / 3.0, words: args.pull, first_word: prior.len() };
    prior.resize(names.len(), [0.0; COLUMNS]);
    let samples = samples(&edits, &around, &words, &names, args.folds);

    // Scores of every edit by a model that has seen nothing of its repository.
    let folds: Vec<Model> = (0..args.folds).into_par_iter().map(|fold| train(&samples, &prior, pull, Some(fold))).collect();
    let unseen: Vec<[f32; COLUMNS]> = samples.iter().map(|s| scores(&folds[s.fold], &s.features)).collect();
    let threshold = choose_thresholds(&samples, &unseen);
    let on_unseen = judge(&samples, &unseen, &threshold);
    let model = train(&samples, &prior, pull, None);
    let seen: Vec<[f32; COLUMNS]> = samples.iter().map(|s| scores(&model, &s.features)).collect();
    let on_seen = judge(&samples, &seen, &threshold);

    let mut out = String::new();
    let _ = writeln!(out, "{} edits of {} repositories, {} features", samples.len(), repositories(&edits).len(), names.len());
    let mut tell = |what: &str, s: Score| {
        let _ = writeln!(out, "on {what}: recall {:.3}  precision {:.3}  false alarms plain {:.3} hard {:.3}", s.recall, s.precision, s.plain, s.hard);
    };
    for (what, whole, scores) in [("unseen repositories", on_unseen, &unseen), ("the edits learned from", on_seen, &seen)] {
        tell(what, whole);
        for (i, file) in args.files.iter().enumerate().filter(|_| args.files.len() > 1) {
            let range = i.checked_sub(1).map_or(0, |i| ends[i])..ends[i];
            tell(&format!("  those of {}", file.display()), judge(&samples[range.clone()], &scores[range], &threshold));
        }
    }
    if let Some(path) = &args.write {
        std::fs::write(path, yaml(&model, &threshold, &names, &prior, on_unseen, on_seen, samples.len())).with_context(|| path.display().to_string())?;
        let _ = writeln!(out, "wrote {}", path.display());
    }
    Ok(out)
}

/// How strongly weights are drawn to where they start. The general features are in so many edits that these decide.
#[derive(Clone, Copy)]
struct Pull {
    signals: f32,
    others: f32,
    words: f32,
    /// Index of the first word among the features.
    first_word: usize,
}

impl Pull {
    fn of(self, feature: usize) -> f32 {
        match feature {
            f if f < GENERAL_FEATURES => self.others,
            f if f < self.first_word => self.signals,
            _ => self.words,
        }
    }
}

/// Words that stand on changed lines in `spread` repositories or more. What is part of a repository's name would be learned for
/// the repository's sake.
fn vocabulary(edits: &[Labelled], words: &[Vec<String>], spread: usize) -> Vec<String> {
    if spread == 0 {
        return Vec::new();
    }
    let mut repositories: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut own_names = BTreeSet::new();
    for (edit, words) in edits.iter().zip(words) {
        words::each(edit.repository.as_bytes(), |a, b| {
            own_names.insert(String::from_utf8_lossy(words::stem(&edit.repository.as_bytes()[a..b])).to_ascii_lowercase());
        });
        for word in words {
            repositories.entry(word).or_default().insert(&edit.repository);
        }
    }
    repositories
        .iter()
        .filter(|(word, in_repositories)| in_repositories.len() >= spread && !own_names.contains(**word))
        .map(|(word, _)| (*word).to_owned())
        .collect()
}

fn feature_list(knowledge: &Knowledge<'_>, words: &[String]) -> Vec<String> {
    let general = (0..GENERAL_FEATURES).map(general_name);
    let signals = knowledge.signals.iter().flat_map(|s| LOCI.map(|(_, locus)| format!("{}.{locus}", knowledge.str(s.id))));
    general.chain(signals).chain(words.iter().map(|w| format!("{WORD}{w}"))).collect()
}

fn prior(knowledge: &Knowledge<'_>) -> Vec<[f32; COLUMNS]> {
    let general = std::iter::repeat_n([0.0; COLUMNS], GENERAL_FEATURES);
    let signals = knowledge.signals.iter().flat_map(|s| {
        let strength = if s.strong { Strength::Strong } else { Strength::Weak };
        LOCI.map(|(locus, _)| default_weights(strength, s.module as usize, locus))
    });
    general.chain(signals).collect()
}

fn repositories(edits: &[Labelled]) -> Vec<&str> {
    let mut out: Vec<&str> = edits.iter().map(|e| e.repository.as_str()).collect();
    out.sort_unstable();
    out.dedup();
    out
}

fn samples(edits: &[Labelled], around: &[Surroundings], words: &[Vec<String>], names: &[String], folds: usize) -> Vec<Sample> {
    let index: BTreeMap<&str, usize> = names.iter().enumerate().map(|(i, n)| (n.as_str(), i)).collect();
    let repositories = repositories(edits);
    edits
        .par_iter()
        .zip(around.par_iter().zip(words))
        .map(|(e, (around, words))| {
            let mut features = engine::feature_names(&e.subject.edit, &[BUILT_IN], &Context::new(&|| around.clone()));
            // The words that are learned now, not those of the last fit.
            features.retain(|f| !f.starts_with(WORD));
            if !features.is_empty() {
                features.extend(words.iter().map(|w| format!("{WORD}{w}")));
            }
            let is_must = |m: &str| e.label.must.iter().any(|x| x == m);
            let is_may = |m: &str| e.label.may.iter().any(|x| x == m);
            let mut target = [None; COLUMNS];
            target[0] = Some(!e.label.must.is_empty() || !e.label.may.is_empty());
            for (m, id) in MODULES.iter().enumerate() {
                target[1 + m] = if is_must(id) {
                    Some(true)
                } else if is_may(id) {
                    None
                } else {
                    Some(false)
                };
            }
            Sample {
                features: features.iter().filter_map(|f| index.get(f.as_str()).copied()).collect(),
                fold: repositories.binary_search(&e.repository.as_str()).unwrap_or(0) % folds.max(1),
                target,
                hard: e.label.hard,
            }
        })
        .collect()
}

fn sums(model: &Model, features: &[usize]) -> [f32; COLUMNS] {
    let mut out = model.intercept;
    for &f in features {
        for (sum, weight) in out.iter_mut().zip(&model.weights[f]) {
            *sum += weight;
        }
    }
    out
}

/// An edit without features was decided before the weighing, and is silent whatever the weights.
fn scores(model: &Model, features: &[usize]) -> [f32; COLUMNS] {
    if features.is_empty() {
        return [0.0; COLUMNS];
    }
    sums(model, features).map(|s| 1.0 / (1.0 + (-s).exp()))
}

/// Full-batch gradient descent with one step size for each weight (Adagrad): the problem is small and convex.
fn train(samples: &[Sample], prior: &[[f32; COLUMNS]], pull: Pull, without: Option<usize>) -> Model {
    const STEPS: usize = 300;
    const STEP: f32 = 0.2;
    let samples: Vec<&Sample> = samples.iter().filter(|s| Some(s.fold) != without && !s.features.is_empty()).collect();
    let mut model = Model { intercept: [-2.0; COLUMNS], weights: prior.to_vec() };
    let mut squares = vec![[1e-6f32; COLUMNS]; prior.len() + 1];
    for _ in 0..STEPS {
        let mut gradient = vec![[0f32; COLUMNS]; prior.len() + 1];
        for sample in &samples {
            let scores = scores(&model, &sample.features);
            for c in 0..COLUMNS {
                let Some(target) = sample.target[c] else { continue };
                let error = scores[c] - f32::from(u8::from(target));
                gradient[prior.len()][c] += error;
                for &f in &sample.features {
                    gradient[f][c] += error;
                }
            }
        }
        for (f, row) in gradient.iter_mut().enumerate() {
            for c in 0..COLUMNS {
                if f < prior.len() {
                    row[c] += pull.of(f) * (model.weights[f][c] - prior[f][c]);
                }
                squares[f][c] += row[c] * row[c];
                let step = STEP * row[c] / squares[f][c].sqrt();
                if f < prior.len() {
                    model.weights[f][c] -= step;
                } else {
                    model.intercept[c] -= step;
                }
            }
        }
    }
    model
}

fn raises(scores: &[f32; COLUMNS], threshold: &[f32; COLUMNS], module: usize) -> bool {
    scores[0] >= threshold[0] && scores[1 + module] >= threshold[1 + module]
}

fn judge(samples: &[Sample], scores: &[[f32; COLUMNS]], threshold: &[f32; COLUMNS]) -> Score {
    const N: usize = MODULES.len();
    let (mut must, mut hit, mut fired, mut fair) = ([0f32; N], [0f32; N], [0f32; N], [0f32; N]);
    let (mut plain, mut plain_alarmed, mut hard, mut hard_alarmed) = (0f32, 0f32, 0f32, 0f32);
    let one = |is: bool| f32::from(u8::from(is));
    for (sample, scores) in samples.iter().zip(scores) {
        let mut any = false;
        for m in 0..N {
            let raised = raises(scores, threshold, m);
            any |= raised;
            must[m] += one(sample.target[1 + m] == Some(true));
            hit[m] += one(raised && sample.target[1 + m] == Some(true));
            fired[m] += one(raised);
            fair[m] += one(raised && sample.target[1 + m] != Some(false));
        }
        if sample.target[0] == Some(false) {
            let (count, alarmed) = if sample.hard { (&mut hard, &mut hard_alarmed) } else { (&mut plain, &mut plain_alarmed) };
            *count += 1.0;
            *alarmed += one(any);
        }
    }
    let sum = |of: &[f32; N]| of.iter().sum::<f32>();
    let f1 = |m: usize| f1(hit[m] / must[m].max(1.0), fair[m] / fired[m].max(1.0));
    Score {
        recall: sum(&hit) / sum(&must).max(1.0),
        precision: sum(&fair) / sum(&fired).max(1.0),
        plain: plain_alarmed / plain.max(1.0),
        hard: hard_alarmed / hard.max(1.0),
        even: (0..N).map(f1).sum::<f32>() / 5.0,
    }
}

fn f1(recall: f32, precision: f32) -> f32 {
    2.0 * recall * precision / (recall + precision).max(0.001)
}

/// Worth of a score: one useless remark in ten is what people put up with, and an alarm on an ordinary edit costs most. A module
/// that is seldom needed counts as much as one that often is, in half of it: else the seldom ones fall silent.
fn worth(s: Score) -> f32 {
    (f1(s.recall, s.precision) + s.even) / 2.0 - 3.0 * (s.plain - 0.005).max(0.0) - 1.0 * (s.hard - 0.04).max(0.0)
}

/// The gate's threshold by search over a grid, the modules' by search in turn.
fn choose_thresholds(samples: &[Sample], scores: &[[f32; COLUMNS]]) -> [f32; COLUMNS] {
    let grid: Vec<f32> = (1..19u8).map(|i| f32::from(i) * 0.05).collect();
    let mut best = ([0.5; COLUMNS], f32::MIN);
    for _ in 0..3 {
        for column in 0..COLUMNS {
            // Without a gate, one module's stray word on an ordinary edit is enough to speak.
            for &value in grid.iter().filter(|v| column != 0 || **v >= 0.4) {
                let mut threshold = best.0;
                threshold[column] = value;
                let worth = worth(judge(samples, scores, &threshold));
                if worth > best.1 {
                    best = (threshold, worth);
                }
            }
        }
    }
    best.0
}

fn yaml(model: &Model, threshold: &[f32; COLUMNS], names: &[String], prior: &[[f32; COLUMNS]], unseen: Score, seen: Score, edits: usize) -> String {
    let row = |row: &[f32; COLUMNS]| row.map(|w| format!("{w:.2}")).join(", ");
    let mut out = String::from(
        "# Numbers of the linear weighing, written by `distarch fit`. Each feature adds its numbers to the gate and to the modules\n\
         # (gate, state-mutation, data-lifecycle, failure-mode, interaction, concurrency). A feature that is not here adds what its\n\
         # signal's declared strength gives it. `distarch scan --explain` shows the shares in one decision.\n",
    );
    let told = |s: Score| format!("recall {:.3}, precision {:.3}, false alarms plain {:.3}, hard {:.3}", s.recall, s.precision, s.plain, s.hard);
    let _ = writeln!(out, "fitted:\n  edits: \"{edits}\"\n  unseen repositories: \"{}\"\n  edits learned from: \"{}\"", told(unseen), told(seen));
    let _ = writeln!(out, "intercept: [{}]\nthreshold: [{}]\nfeatures:", row(&model.intercept), row(threshold));
    for ((name, weights), prior) in names.iter().zip(&model.weights).zip(prior) {
        // What the edits have hardly moved is left to the declared strength, or left out.
        let least = if name.starts_with(WORD) { 0.15 } else { 0.05 };
        if weights.iter().zip(prior).any(|(w, p)| (w - p).abs() >= least) {
            let _ = writeln!(out, "  {name}: [{}]", row(weights));
        }
    }
    out
}
