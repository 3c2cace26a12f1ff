//! Attempts and timeouts of proxies that are configured by lines: nginx, HAProxy.

use super::{durations, first_label, push};
use crate::index::file::File;
use crate::index::model::{Certainty, Facts, Name};

pub(super) fn read(file: &File<'_>, out: &mut Facts) {
    if file.text.contains("proxy_pass") || file.text.contains("grpc_pass") {
        nginx(file, out);
    } else if file.text.contains("backend ") || file.text.contains("listen ") {
        haproxy(file, out);
    }
}

/// A setting that waits for its targets.
struct Set {
    value: String,
    line: u32,
    note: Option<&'static str>,
    /// How many blocks were open.
    depth: usize,
    block: usize,
}

/// A setting counts for every `proxy_pass` in the block that it stands in.
fn nginx(file: &File<'_>, out: &mut Facts) {
    let mut settings: Vec<Set> = Vec::new();
    // Passes with the blocks that they stand in, outermost first.
    let mut passes: Vec<(String, Vec<usize>)> = Vec::new();
    let mut open: Vec<usize> = vec![0];
    let mut blocks = 0;
    for (number, line) in file.lines() {
        let line = line.split('#').next().unwrap_or("").trim();
        for piece in line.split_inclusive(['{', '}', ';']) {
            let statement = piece.trim_end_matches(['{', '}', ';']).trim();
            let mut words = statement.split_whitespace();
            let (directive, value) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
            let timeout = |note| durations::text(value, 1_000.0).and_then(durations::shown).map(|d| (format!("timeout={d}"), note));
            let set = match directive {
                "proxy_pass" | "grpc_pass" | "uwsgi_pass" => {
                    passes.push((first_label(value), open.clone()));
                    None
                }
                "proxy_read_timeout" | "grpc_read_timeout" | "uwsgi_read_timeout" => timeout(None),
                "proxy_connect_timeout" | "grpc_connect_timeout" => timeout(Some("to connect")),
                "proxy_next_upstream_timeout" => timeout(Some("all tries")),
                "proxy_next_upstream_tries" | "grpc_next_upstream_tries" => value.parse::<u32>().ok().map(|n| (format!("attempts={n}"), None)),
                _ => None,
            };
            if let Some((value, note)) = set {
                settings.push(Set { value, line: number, note, depth: open.len(), block: open.last().copied().unwrap_or(0) });
            }
            if piece.ends_with('{') {
                blocks += 1;
                open.push(blocks);
            } else if piece.ends_with('}') && open.len() > 1 {
                open.pop();
            }
        }
    }
    for set in settings {
        let mut told: Vec<&str> = Vec::new();
        for (target, _) in passes.iter().filter(|(_, at)| at.get(set.depth - 1) == Some(&set.block)).take(12) {
            if !target.is_empty() && !target.starts_with('$') && !told.contains(&target.as_str()) {
                told.push(target);
                push(out, Name::literal(target.as_str()), set.value.clone(), set.line, set.note, Certainty::Sure);
            }
        }
    }
}

/// `retries` and `timeout server` of a backend; those of `defaults` count for each.
fn haproxy(file: &File<'_>, out: &mut Facts) {
    let backends: Vec<&str> = file
        .lines()
        .filter_map(|(_, l)| l.strip_prefix("backend ").or_else(|| l.strip_prefix("listen ")))
        .filter_map(|l| l.split_whitespace().next())
        .take(12)
        .collect();
    let mut targets: Vec<&str> = Vec::new();
    for (number, line) in file.lines() {
        let text = line.split('#').next().unwrap_or("").trim();
        let mut words = text.split_whitespace();
        let (Some(first), second, third) = (words.next(), words.next().unwrap_or(""), words.next().unwrap_or("")) else { continue };
        if !line.starts_with([' ', '\t']) {
            targets = match first {
                "backend" | "listen" => vec![second],
                "defaults" => backends.clone(),
                _ => Vec::new(),
            };
            continue;
        }
        let value = match (first, second) {
            ("retries", count) => count.parse::<u32>().ok().map(|n| (format!("attempts={n}"), None)),
            ("timeout", "server") => durations::text(third, 1.0).and_then(durations::shown).map(|d| (format!("timeout={d}"), None)),
            ("timeout", "connect") => durations::text(third, 1.0).and_then(durations::shown).map(|d| (format!("timeout={d}"), Some("to connect"))),
            _ => None,
        };
        if let Some((value, note)) = value {
            for target in &targets {
                push(out, Name::literal(*target), value.clone(), number, note, Certainty::Sure);
            }
        }
    }
}
