//! Patterns in files of deployment, which have no functions: what they no longer wait for.
//!
//! Kubernetes sends requests to a container without a readiness probe as soon as its process exists, and Compose starts what depends on
//! a container as soon as that one exists. Sources: Kubernetes, "Configure Liveness, Readiness and Startup Probes"; Docker, "Control startup
//! and shutdown order in Compose".

use super::Detector;
use super::texts::Texts;
use super::view::Sighting;
use crate::engine::verdict::Confidence;

/// What the edit brings: with each sighting, the pattern and the line (1-based) of the text after.
pub(super) fn look(texts: &Texts<'_>, detectors: &[Detector]) -> Vec<(&'static str, u32, Sighting)> {
    let mut out = Vec::new();
    let Some(pattern) = detectors.iter().find(|d| d.id == "premature-state-transition") else { return out };
    let (before, after) = (&*texts.before, &*texts.after);
    // The thing itself is still there.
    let things = |t: &str| count(t, "image:") + count(t, "build:") + count(t, "build");
    let Some(line) = texts.touched_after.iter().copied().find(|l| *l > 0).filter(|_| things(after) >= things(before)) else { return out };
    let lost = |key: &str| count(after, key) < count(before, key);
    let seen = if lost("readinessProbe:") {
        "the readiness probe is gone: the container gets requests as soon as its process exists, also while it cannot answer yet"
    } else if lost("condition: service_healthy") && count(after, "depends_on:") >= count(before, "depends_on:") {
        "what it depends on only has to exist now, and no longer to be healthy: it starts against something that cannot answer yet"
    } else if lost("healthcheck:") && count(after, "condition: service_healthy") > 0 {
        "the health check is gone that others wait for: it counts as there as soon as its process exists"
    } else {
        return out;
    };
    out.push((pattern.id, line, Sighting { at: 0, subject: "probe".to_owned(), confidence: Confidence::Medium, seen: seen.to_owned() }));
    out
}

/// Lines that begin with a key, in a list or not.
fn count(text: &str, key: &str) -> usize {
    text.lines().filter(|l| l.trim_start().trim_start_matches("- ").starts_with(key)).count()
}
