//! The literal that what was read is compared with: `get(key) == "idle"`, or by way of a variable of the same function.

use super::values;
use crate::index::reading::{Call, DeclarationKind, Reading, tokens::Kind};

/// The one literal that the call's result is compared with; `None` where there is none or several.
pub(super) fn with(reading: &Reading<'_>, call: &Call<'_>) -> Option<String> {
    beside(reading, call.begins, call.close).or_else(|| {
        let assigned = reading.assignments.iter().find(|a| a.value.contains(&call.at) && call.begins <= a.value.start + 1)?;
        let body = &reading.enclosing(call.at, &[DeclarationKind::Function])?.body;
        let mut found = body
            .clone()
            .filter(|&at| at > call.close && reading.is(at, assigned.name) && (at == 0 || !matches!(reading.word(at - 1), "." | "->")))
            .filter_map(|at| beside(reading, at, at))
            .collect::<Vec<_>>();
        found.sort();
        found.dedup();
        (found.len() == 1).then(|| found.swap_remove(0))
    })
}

/// The literal that stands in a comparison before or after the tokens.
fn beside(reading: &Reading<'_>, first: usize, last: usize) -> Option<String> {
    let is_sign = |at: usize| matches!(reading.word(at), "==" | "===" | "!=" | "!==");
    let literal = |at: usize| {
        let end = if reading.kind(at) == Some(Kind::Text) { at + 1 } else { chain_end(reading, at)? };
        values::value(reading, &(at..end))
    };
    let literal_before = |at: usize| {
        let mut from = at;
        while from >= 2 && reading.kind(from) == Some(Kind::Word) && matches!(reading.word(from - 1), "." | "::") {
            from -= 2;
        }
        let is_constant = from < at && reading.word(from).starts_with(char::is_uppercase);
        (is_constant || reading.kind(at) == Some(Kind::Text)).then(|| values::value(reading, &(from..at + 1))).flatten()
    };
    let mut after = last + 1;
    // `(await get(key)) == "idle"`
    while reading.is(after, ")") && reading.partner(after) < first {
        after += 1;
    }
    if is_sign(after) {
        return literal(after + 1);
    }
    if reading.is(after, ".") && matches!(reading.word(after + 1), "equals" | "equalsIgnoreCase" | "Equals") {
        return literal(after + 3);
    }
    let before = first.checked_sub(1 + usize::from(first > 0 && matches!(reading.word(first - 1), "await")))?;
    if is_sign(before) {
        return before.checked_sub(1).and_then(literal_before);
    }
    // `"idle".equals(get(key))`
    let is_equals = reading.is(before, "(") && before >= 3 && matches!(reading.word(before - 1), "equals" | "equalsIgnoreCase" | "Equals");
    is_equals.then(|| literal_before(before - 3)).flatten()
}

/// One behind the constant that begins at a token: `Status.IDLE`, `Status.IDLE.value`, `Status::Idle.to_s()`.
fn chain_end(reading: &Reading<'_>, from: usize) -> Option<usize> {
    let mut at = from;
    if reading.kind(at) != Some(Kind::Word) {
        return None;
    }
    while matches!(reading.word(at + 1), "." | "::" | "->") && reading.kind(at + 2) == Some(Kind::Word) {
        at += 2;
    }
    let is_call = reading.is(at + 1, "(") && reading.partner(at + 1) == at + 2;
    let has_type = at > from || reading.word(at).bytes().all(|b| !b.is_ascii_lowercase());
    has_type.then_some(if is_call { at + 3 } else { at + 1 })
}

#[cfg(test)]
mod tests {
    use crate::index::extractors::testing::says;
    use crate::index::model::Kind::Key;

    #[test]
    fn what_is_read_is_compared() {
        for (path, text) in [
            ("a.py", "import redis\nr = redis.Redis()\nif r.get(\"w:s\") == \"idle\":\n    go()\n"),
            ("a.py", "import redis\nr = redis.Redis()\ndef f():\n    s = r.get(\"w:s\")\n    if s != \"idle\":\n        go()\n"),
            (
                "a.ts",
                "import Redis from 'ioredis';\nconst redis = new Redis();\nasync function f() {\n  const s = await redis.get('w:s');\n  if (s === 'idle') go();\n}\n",
            ),
            ("A.java", "import redis.clients.jedis.Jedis;\nclass A { Jedis jedis; void f() { if (\"idle\".equals(jedis.get(\"w:s\"))) go(); } }\n"),
        ] {
            let line = 1 + text.lines().position(|l| l.contains("get(")).unwrap_or(0);
            says(path, text, &[Key], &[&format!("sure key reads w:s = idle @{line}")]);
        }
        let several =
            "import redis\nr = redis.Redis()\ndef f():\n    s = r.get(\"w:s\")\n    if s == \"idle\":\n        go()\n    if s == \"busy\":\n        stay()\n";
        says("a.py", several, &[Key], &["sure key reads w:s @4"]);
    }
}
