//! Dockerfiles, instruction by instruction.

use super::{Setting, normalised};

/// The instructions on changed lines, as settings: `dockerfile.stopsignal`, `dockerfile.cmd.shell form`, `dockerfile.env.NAME`.
pub(super) fn settings(text: &str, changed: &[bool]) -> Vec<Setting> {
    let mut out = Vec::new();
    let mut start = 0;
    // The instruction that is open, its first line and span, and whether one of its lines changed.
    let mut open: Option<(String, usize, (usize, usize), bool)> = None;
    for (number, raw) in text.split_inclusive('\n').enumerate() {
        let line = raw.trim();
        let is_changed = changed.get(number).copied().unwrap_or(false);
        if !line.is_empty() && !line.starts_with('#') {
            let goes_on = line.ends_with('\\');
            let body = line.trim_end_matches('\\').trim_end();
            let at = start + raw.len() - raw.trim_start().len();
            let (mut all, first, span, any) = open.take().unwrap_or_else(|| (String::new(), number, (at, at + body.len()), false));
            if !all.is_empty() {
                all.push(' ');
            }
            all.push_str(body);
            let any = any || is_changed;
            if goes_on {
                open = Some((all, first, span, any));
            } else if any {
                instruction(&all, (first, number), span, &mut out);
            }
        }
        start += raw.len();
    }
    out
}

fn instruction(text: &str, lines: (usize, usize), span: (usize, usize), out: &mut Vec<Setting>) {
    let (word, rest) = text.split_once(char::is_whitespace).map_or((text, ""), |(w, r)| (w, r.trim()));
    let word = word.to_ascii_lowercase();
    let mut path = vec!["@file".to_owned(), "dockerfile".to_owned(), word.clone()];
    let mut value = rest.to_owned();
    match word.as_str() {
        "stopsignal" | "healthcheck" | "volume" | "expose" => {}
        "cmd" | "entrypoint" => {
            // A shell in between gets the stop signal and does not hand it on, unless it is replaced.
            if rest.starts_with('[') || rest.starts_with("exec ") {
                return;
            }
            path.push("shellform".to_owned());
            value.clear();
        }
        "env" => {
            let (name, set) = rest.split_once(['=', ' ']).unwrap_or((rest, ""));
            path.push(normalised(name));
            value = set.to_owned();
        }
        _ => return,
    }
    out.push(Setting { lines, span, path, head: 2, value });
}
