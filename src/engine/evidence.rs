//! From scores to a verdict: which modules speak, and the lines that each can cite.

use super::edit::Edit;
use super::lines::shorten;
use super::sightings::{Hit, WordHit};
use super::verdict::{ChangeKind, Evidence, Raised, Silence, Verdict};
use super::{Context, Seen};
use crate::knowledge::Knowledge;
use crate::knowledge::features::{COLUMNS, LOCI, Locus};
use crate::knowledge::schema::MODULES;

/// What stands in the place of a signal where words alone speak; `distarch explain words` tells of them.
pub const WORDS: &str = "words";
/// Score below which words alone are no evidence.
const LEAST_BY_WORDS: f32 = 0.05;
/// Lines cited for one module.
const MOST_EVIDENCE: usize = 5;
/// Characters cited of a line.
const LINE_LENGTH: usize = 160;

/// Chooses what to raise.
pub(super) fn choose(edit: &Edit<'_>, knowledge: &[Knowledge<'_>], context: &Context<'_>, seen: &Seen, scores: [f32; COLUMNS]) -> Verdict {
    let threshold = knowledge.first().map_or([0.5; COLUMNS], |k| k.threshold);
    let mut verdict = Verdict { scores: Some(scores), ..Verdict::default() };
    let mut turned_off = false;
    for (m, id) in MODULES.iter().enumerate() {
        let score = scores[0] * scores[1 + m];
        let is_unsure = scores[0] < threshold[0] || scores[1 + m] < threshold[1 + m];
        let mut evidence = cite(edit, knowledge, seen, m);
        // Some word or other stands on every line: what says too little is not searched for.
        if evidence.is_empty() && (!is_unsure || score >= LEAST_BY_WORDS) {
            evidence.extend(cite_words(edit, knowledge, seen, m));
        }
        if evidence.is_empty() {
            continue;
        }
        let raised = Raised { id, score, evidence };
        if is_unsure {
            verdict.unsure.push(raised);
        } else if context.modules_off[m] {
            turned_off = true;
        } else {
            verdict.modules.push(raised);
        }
    }
    verdict.modules.sort_by(|a, b| b.score.total_cmp(&a.score));
    verdict.unsure.sort_by(|a, b| b.score.total_cmp(&a.score));
    if verdict.modules.is_empty() {
        verdict.silence = Some(match (turned_off, verdict.unsure.is_empty()) {
            (true, _) => Silence::TurnedOff,
            (false, true) => Silence::NoSignal,
            (false, false) => Silence::BelowThreshold,
        });
    }
    verdict
}

/// The lines that speak for module `m`: its own signals on changed lines first; where only names, path or unchanged lines speak,
/// the first changed line, with the reason of the signal that says most.
fn cite(edit: &Edit<'_>, knowledge: &[Knowledge<'_>], seen: &Seen, m: usize) -> Vec<Evidence> {
    let weight = |set: usize, signal: usize, locus: Locus| knowledge[set].weights[knowledge[set].feature(signal, locus)][1 + m];
    // In quarters: a difference in the second decimal says less than which line comes first.
    let strongest = |set: usize, signal: usize| (LOCI[..3].iter().map(|(l, _)| weight(set, signal, *l)).fold(f32::MIN, f32::max) * 4.0).round();
    let mut own: Vec<&Hit> = seen.sightings.hits.iter().filter(|h| knowledge[h.set].signals[h.signal].module as usize == m).collect();
    own.sort_by(|a, b| strongest(b.set, b.signal).total_cmp(&strongest(a.set, a.signal)).then(b.in_new.cmp(&a.in_new)).then(a.line.cmp(&b.line)));
    // A whole file can have a hundred thousand hits of a few signals: what is asked of each must not walk over all.
    let mut sides: Vec<(usize, usize, bool)> = own.iter().map(|h| (h.set, h.signal, h.in_new)).collect();
    sides.sort_unstable();
    sides.dedup();
    let mut out: Vec<Evidence> = Vec::new();
    for hit in own {
        let kept = sides.binary_search(&(hit.set, hit.signal, !hit.in_new)).is_ok();
        // What stands before and after is told once, by its new line.
        if kept && !hit.in_new {
            continue;
        }
        let change = if kept {
            ChangeKind::Kept
        } else if hit.in_new {
            ChangeKind::Added
        } else {
            ChangeKind::Removed
        };
        let (signal, line) = (knowledge[hit.set].str(knowledge[hit.set].signals[hit.signal].id), line_in_file(seen, hit.change, hit.line));
        if !out.iter().any(|e| e.signal == signal && (e.line == line || out.len() >= 2)) {
            out.push(evidence(edit, knowledge, seen, (hit.set, hit.signal), change, (hit.change, hit.in_new, hit.line), hit.span));
        }
        if out.len() == MOST_EVIDENCE {
            break;
        }
    }
    if out.is_empty()
        && let Some(place) = seen.sightings.first_changed
    {
        let best = seen
            .sightings
            .context
            .iter()
            .filter(|(set, signal, _)| knowledge[*set].signals[*signal].module as usize == m)
            .max_by(|a, b| weight(a.0, a.1, a.2).total_cmp(&weight(b.0, b.1, b.2)));
        if let Some((set, signal, _)) = best {
            let (change, in_new, line) = place;
            let text = if in_new { &edit.changes[change].new } else { &edit.changes[change].old };
            let start = text.split_inclusive('\n').take(line).map(str::len).sum();
            let length = text[start..].lines().next().map_or(0, str::len);
            out.push(evidence(edit, knowledge, seen, (*set, *signal), ChangeKind::Kept, place, (start, start + length)));
        }
    }
    out
}

fn evidence(
    edit: &Edit<'_>,
    knowledge: &[Knowledge<'_>],
    seen: &Seen,
    (set, signal): (usize, usize),
    change: ChangeKind,
    (index, in_new, line): (usize, bool, usize),
    span: (usize, usize),
) -> Evidence {
    let k = &knowledge[set];
    let s = &k.signals[signal];
    let text = if in_new { &edit.changes[index].new } else { &edit.changes[index].old };
    let start = text[..span.0].rfind('\n').map_or(0, |i| i + 1);
    let line_text = text[start..].lines().next().unwrap_or("").trim();
    let removed = k.str(s.why_removed);
    let why = if change == ChangeKind::Removed && !removed.is_empty() { removed } else { k.str(s.why) };
    Evidence {
        line: line_in_file(seen, index, line),
        text: shorten(line_text, LINE_LENGTH).to_owned(),
        signal: k.str(s.id).to_owned(),
        change,
        why: why.to_owned(),
        sections: s.sections.iter().copied().filter(|s| *s != u8::MAX).collect(),
        span: (index, span.0, span.1),
    }
}

/// The changed line whose words say most for module `m`, where words do say something.
fn cite_words(edit: &Edit<'_>, knowledge: &[Knowledge<'_>], seen: &Seen, m: usize) -> Option<Evidence> {
    let k = knowledge.first()?;
    let weight = |w: &WordHit| k.weights[k.word_feature(w.word)][1 + m] + k.weights[k.word_feature(w.word)][0] / 2.0;
    let place = |w: &WordHit| (w.change, w.in_new, w.line);
    let saying: Vec<&WordHit> = seen.sightings.words.iter().filter(|w| weight(w) > 0.0).collect();
    // Words come line by line, so a line is a run of them.
    let lines = saying.chunk_by(|a, b| place(a) == place(b)).map(|line| (line, line.iter().map(|w| weight(w)).sum::<f32>()));
    let (line, _) = lines.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0[0].line.cmp(&a.0[0].line)))?;
    let (change, in_new, number) = place(line[0]);
    let mut words = line.to_vec();
    words.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then(a.span.cmp(&b.span)));
    words.dedup_by_key(|w| w.word);
    let text = if in_new { &edit.changes[change].new } else { &edit.changes[change].old };
    // A long word says more to a reader than `err` or `new`.
    let any_long = words.iter().any(|w| w.span.1 - w.span.0 > 4);
    let telling = words.iter().filter(|w| !any_long || w.span.1 - w.span.0 > 4);
    let named: Vec<String> = telling.take(3).map(|w| format!("`{}`", &text[w.span.0..w.span.1])).collect();
    let start = text[..words[0].span.0].rfind('\n').map_or(0, |i| i + 1);
    Some(Evidence {
        line: line_in_file(seen, change, number),
        text: shorten(text[start..].lines().next().unwrap_or("").trim(), LINE_LENGTH).to_owned(),
        signal: WORDS.to_owned(),
        change: if in_new { ChangeKind::Added } else { ChangeKind::Removed },
        why: format!("lines that name {} have often needed these questions", named.join(", ")),
        // The modules begin with what is asked most.
        sections: vec![0, 1, 2],
        span: (change, words[0].span.0, words[0].span.1),
    })
}

/// 1-based line of the file for a 0-based line of a replacement.
fn line_in_file(seen: &Seen, change: usize, line: usize) -> u32 {
    let first = seen.surroundings.first_line.get(change).copied().unwrap_or(0).max(1);
    first + u32::try_from(line).unwrap_or(0)
}
