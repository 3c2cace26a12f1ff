//! Routes that a file's own path says: Next.js, SvelteKit, Nuxt; and Play's routing file.

use super::serve;
use crate::index::file::File;
use crate::index::model::{Certainty, Facts, Name};

pub(super) fn read(file: &File<'_>, out: &mut Facts) {
    if !matches!(file.language.name(), "typescript" | "javascript") {
        return;
    }
    let Some((folder, name)) = file.path.rsplit_once('/') else { return };
    let stem = name.split('.').next().unwrap_or(name);
    let padded = format!("/{folder}/");
    // app/api/orders/[id]/route.ts, SvelteKit's src/routes/orders/+server.ts: one exported function for each method.
    let root = match stem {
        "route" => padded.find("/app/").map(|i| i + 5),
        "+server" => padded.find("/routes/").map(|i| i + 8),
        _ => None,
    };
    if let Some(root) = root {
        let path = pattern(&padded[root..]);
        for (line, text) in file.lines() {
            let Some(rest) = text.trim_start().strip_prefix("export ") else { continue };
            let words = rest.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).take(3);
            if let Some(method) = words.filter(|w| w.bytes().all(|b| b.is_ascii_uppercase())).find_map(crate::index::extractors::paths::method) {
                serve(out, &[method], &Name::literal(&*path), line, Certainty::Sure);
            }
        }
        return;
    }
    // pages/api/orders/[id].ts
    if let Some(root) = padded.find("/pages/api/").map(|i| i + 7)
        && !name.ends_with(".d.ts")
        && let Some((line, _)) = file.lines().find(|(_, l)| l.contains("export default") || l.contains("module.exports"))
    {
        let last = if stem == "index" { String::new() } else { stem.to_owned() };
        serve(out, &["ANY"], &Name::literal(pattern(&format!("{}{last}", &padded[root..]))), line, Certainty::Sure);
    }
}

fn pattern(path: &str) -> String {
    let mut out = String::new();
    for segment in path.split('/').filter(|s| !s.is_empty() && !s.starts_with(['(', '@'])) {
        out.push('/');
        out.push_str(if segment.contains('[') { "{}" } else { segment });
    }
    out
}
