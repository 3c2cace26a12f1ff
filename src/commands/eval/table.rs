//! The figures of an evaluation for people.

use super::{Report, Show};
use crate::config;
use crate::knowledge::baked::BUILT_IN;
use crate::knowledge::schema::MODULES;
use crate::render::numbers::of;
use crate::text::plain;
use std::fmt::Write as _;

/// What differs, then the table.
pub(super) fn text(report: &Report, show: Option<Show>) -> String {
    let f = &report.figures;
    let mut out = String::new();
    for slip in report.slips.iter().flatten() {
        let what = match slip.kind {
            "error" => "ERROR  ".to_owned(),
            "false" => format!("FALSE   {}  ", slip.what.join(", ")),
            "missed" => format!("MISSED  {}  ", slip.what.join(", ")),
            _ => format!("PATTERN want {}, got {}  ", list(&slip.what), list(&slip.named)),
        };
        let why = if slip.why.is_empty() { String::new() } else { format!(" | {}", slip.why) };
        let _ = writeln!(out, "{}", plain(&format!("{what}{} {}{why}", slip.id, slip.place)));
        for because in &slip.because {
            let _ = writeln!(out, "        {}", plain(because));
        }
    }
    let _ =
        writeln!(out, "{} edits ({} with a needed module, {} negatives of which {} hard), {} errors", f.records, f.positives, f.negatives, f.hard, f.errors);
    let _ = writeln!(out, "{:16} {:>6} {:>7} {:>6} {:>9}", "module", "needed", "recall", "fired", "precision");
    for id in MODULES {
        if let Some(m) = f.modules.get(id) {
            let _ = writeln!(out, "{id:16} {:6} {:>7} {:6} {:>9}", m.must, share(m.recall), m.fired, share(m.precision));
        }
    }
    let _ = writeln!(out, "recall {}  precision {}  f1 {}  positives touched {}", share(f.recall), share(f.precision), share(f.f1), share(f.touched));
    let _ =
        writeln!(out, "false alarms: plain {}  hard {}  all {}", share(f.plain_false_alarm_rate), share(f.hard_false_alarm_rate), share(f.false_alarm_rate));
    let _ = writeln!(
        out,
        "patterns: wanted {} hit {} (recall {}); any on flawed edits {}; false on clean edits {}/{} ({}); silent on the fix of the same hunk {} of {}",
        f.pattern_wanted,
        f.pattern_hit,
        share(f.pattern_recall),
        share(f.pattern_any_on_flawed),
        f.pattern_false,
        f.pattern_clean,
        share(f.pattern_false_rate),
        share(f.fix_twins_silent),
        f.fix_twins
    );
    let nothing = if f.not_an_edit > 0 { format!(", {} that change no file", f.not_an_edit) } else { String::new() };
    let _ = writeln!(out, "could not tell: {}{nothing}", f.could_not_tell.words());
    if let Some(own) = &report.project {
        let unread = own.signal_files.saturating_sub(own.signals);
        let unread = if unread > 0 { format!(" ({unread} cannot be read: `distarch lint` tells why)") } else { String::new() };
        let _ = writeln!(out, "with the settings and {}{unread} of {}", of(own.signals as u64, "signal", "signals"), plain(&own.folder.display().to_string()));
    } else {
        let _ = writeln!(out, "with the built-in signals alone: there is no {} here or above", config::FOLDER);
    }
    if show.is_some_and(|s| s.wants(Show::Patterns)) && !f.patterns.is_empty() {
        patterns(&mut out, report);
    }
    out
}

fn patterns(out: &mut String, report: &Report) {
    let known: Vec<&str> = BUILT_IN.patterns.iter().map(|p| BUILT_IN.str(p.id)).collect();
    let width = report.figures.patterns.keys().map(String::len).max().unwrap_or(0).max(7);
    let _ = writeln!(out, "{:width$} {:>6} {:>4} {:>6}", "pattern", "wanted", "hit", "extra");
    for (id, p) in &report.figures.patterns {
        let note = if known.contains(&id.as_str()) { "" } else { "  not in the catalog" };
        let _ = writeln!(out, "{:width$} {:6} {:4} {:6}{note}", plain(id), p.want, p.hit, p.extra);
    }
}

fn list(ids: &[String]) -> String {
    if ids.is_empty() { "none".to_owned() } else { ids.join(", ") }
}

/// Three decimals, as every figure of a detector is told; a share of nothing is none.
fn share(share: f64) -> String {
    if share.is_nan() { "nan".to_owned() } else { format!("{share:.3}") }
}
