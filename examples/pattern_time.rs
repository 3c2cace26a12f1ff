//! How long the pattern stage takes: `cargo run --release --example pattern_time -- labelled.jsonl`. Over the labelled edits that give
//! cause, with detectors for the outlines alone, and for each detector
//! with the outlines.

use distributed_architect::engine::patterns::{Around, DETECTORS, look};
use distributed_architect::engine::{self, Context};
use distributed_architect::knowledge::baked::BUILT_IN;
use distributed_architect::sources::labelled;
use std::io::Write;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("name a file of labelled edits")?;
    let edits = labelled::read(&std::fs::read_to_string(path)?)?;
    let mut out = std::io::stdout().lock();
    let alone = DETECTORS.iter().map(|d| (d.id, std::slice::from_ref(d)));
    for (name, detectors) in [("with detectors", DETECTORS), ("outlines alone", &[])].into_iter().chain(alone) {
        let mut times: Vec<(f64, String)> = Vec::new();
        for e in &edits {
            let surroundings = e.subject.surroundings();
            let verdict = engine::review(&e.subject.edit, &[BUILT_IN], &Context::new(&|| surroundings.clone()));
            if verdict.modules.is_empty() && verdict.unsure.is_empty() {
                continue;
            }
            let around = Around { surroundings: &surroundings, file: e.subject.before.as_deref(), categories: 0 };
            let mut best = f64::MAX;
            for _ in 0..3 {
                let started = Instant::now();
                let _ = look(&e.subject.edit, &around, detectors);
                best = best.min(started.elapsed().as_secs_f64() * 1000.0);
            }
            times.push((best, e.id.clone()));
        }
        times.sort_by(|a, b| a.0.total_cmp(&b.0));
        let at = |q: f64| times.get(((times.len() as f64 - 1.0) * q) as usize).map_or(0.0, |t| t.0);
        writeln!(out, "{name}: {} edits, median {:.2} ms, p90 {:.2}, p99 {:.2}, most {:.2} ms", times.len(), at(0.5), at(0.9), at(0.99), at(1.0))?;
        if detectors.len() == 1 {
            continue;
        }
        let slowest: Vec<String> = times.iter().rev().take(6).map(|(t, id)| format!("{id} {t:.1}")).collect();
        writeln!(out, "  slowest: {}", slowest.join(", "))?;
    }
    Ok(())
}
