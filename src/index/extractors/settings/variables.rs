//! Attempts and timeouts that variables of the environment carry: `STOCK_TIMEOUT_MS` beside `STOCK_URL`. Without that address nobody knows whose a
//! timeout is: `IDLE_TIMEOUT_MS` is no call's.

use super::tables::{MS, S};
use super::{durations, push};
use crate::index::model::{Certainty, Facts, Name, Part};
use crate::index::reading::Reading;
use crate::index::reading::tokens::Kind;

/// Ends of names with the milliseconds of their unit; none: attempts.
const ENDS: [(&str, Option<f64>); 8] = [
    ("_TIMEOUT_MS", Some(MS)),
    ("_TIMEOUT_MILLIS", Some(MS)),
    ("_TIMEOUT_SECONDS", Some(S)),
    ("_TIMEOUT_SECS", Some(S)),
    ("_TIMEOUT_S", Some(S)),
    ("_MAX_RETRIES", None),
    ("_MAX_ATTEMPTS", None),
    ("_RETRIES", None),
];

const ADDRESSES: [&str; 6] = ["_URL", "_URI", "_BASE_URL", "_ADDR", "_HOST", "_ENDPOINT"];

/// What a variable of this name with this value sets, and what the variables of its address may be called.
fn set(key: &str, value: &str) -> Option<(String, Vec<String>)> {
    let (end, unit) = ENDS.iter().find(|(end, _)| key.len() > end.len() && key.ends_with(end))?;
    let number: u32 = value.replace('_', "").parse().ok()?;
    let shown = match unit {
        Some(unit) => format!("timeout={}", durations::shown(f64::from(number) * unit)?),
        None => format!("attempts={number}"),
    };
    let prefix = &key[..key.len() - end.len()];
    Some((shown, ADDRESSES.iter().map(|address| format!("{prefix}{address}")).collect()))
}

fn tell(address: &str, shown: String, line: u32, out: &mut Facts) {
    push(out, Name(vec![Part::Setting(address.to_owned(), None)]), shown, line, Some("by a variable"), Certainty::Sure);
}

/// Given by a deployment, with the address to the same part.
pub(super) fn given(out: &mut Facts) {
    let mut found = Vec::new();
    for given in &out.given {
        let Some((shown, addresses)) = set(&given.key, given.value.trim_matches(['"', '\''])) else { continue };
        if let Some(address) = out.given.iter().find(|g| g.part == given.part && addresses.contains(&g.key)) {
            found.push((address.key.clone(), shown, given.line));
        }
    }
    found.into_iter().for_each(|(address, shown, line)| tell(&address, shown, line, out));
}

/// Read by a program with a fallback: `Number(process.env.STOCK_TIMEOUT_MS ?? 1500)`, `os.getenv("STOCK_TIMEOUT_MS", "1500")`.
pub(super) fn read(reading: &Reading<'_>, out: &mut Facts) {
    let named = |at: usize| reading.string(at).unwrap_or_else(|| reading.word(at));
    let is_variable = |at: usize| {
        matches!(reading.kind(at), Some(Kind::Text)) && matches!(reading.word(at.wrapping_sub(1)), "(" | "[")
            || reading.kind(at) == Some(Kind::Word) && reading.is(at.wrapping_sub(1), ".") && reading.word(at.wrapping_sub(2)).eq_ignore_ascii_case("env")
    };
    for at in (2..reading.tokens.len()).filter(|&at| is_variable(at)) {
        // A bracket that ends the reading, and the sign of a fallback.
        let sign = at + 1 + usize::from(matches!(reading.word(at + 1), ")" | "]") && matches!(reading.word(at + 2), "??" | "||" | "or"));
        if !matches!(reading.word(sign), "??" | "||" | "or" | ",") {
            continue;
        }
        let Some((shown, addresses)) = set(named(at), named(sign + 1)) else { continue };
        let address = (2..reading.tokens.len()).filter(|&i| is_variable(i)).map(named).find(|name| addresses.iter().any(|a| a == name));
        if let Some(address) = address {
            tell(address, shown, reading.line(at), out);
        }
    }
}
