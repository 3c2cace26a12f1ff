//! GraphQL documents: fields of the root types, and the first fields of operations.

/// A field of a root type, or one that an operation asks for.
pub(super) struct Found<'a> {
    /// `query`, `mutation` or `subscription`.
    pub(super) operation: &'static str,
    pub(super) field: &'a str,
    pub(super) declares: bool,
    /// Lines before it.
    pub(super) line: u32,
}

/// Words, strings and single signs with their lines; comments and commas left out.
fn tokens(text: &str) -> Vec<(&str, u32)> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let (mut at, mut line) = (0, 0);
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b'\n' => {
                line += 1;
                at += 1;
                continue;
            }
            b'#' => {
                while at < bytes.len() && bytes[at] != b'\n' {
                    at += 1;
                }
                continue;
            }
            b'"' => {
                let quotes: &[u8] = if bytes[at..].starts_with(b"\"\"\"") { b"\"\"\"" } else { b"\"" };
                at += quotes.len();
                let began = line;
                while at < bytes.len() && !bytes[at..].starts_with(quotes) {
                    if bytes[at] == b'\n' {
                        line += 1;
                    }
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at = (at + quotes.len()).min(bytes.len());
                out.push(("\"", began));
                continue;
            }
            b if b.is_ascii_alphanumeric() || b == b'_' => {
                while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_') {
                    at += 1;
                }
            }
            // `${fragment}` of a template.
            b'$' if bytes.get(at + 1) == Some(&b'{') => {
                while at < bytes.len() && bytes[at] != b'}' {
                    at += 1;
                }
                at += 1;
                continue;
            }
            b if b.is_ascii_whitespace() || b == b',' => {
                at += 1;
                continue;
            }
            b if b < 0x80 => at += 1,
            _ => {
                at += 1;
                while at < bytes.len() && !text.is_char_boundary(at) {
                    at += 1;
                }
                continue;
            }
        }
        out.push((&text[start..at], line));
    }
    out
}

fn operation(word: &str) -> Option<&'static str> {
    Some(match word {
        "query" => "query",
        "mutation" => "mutation",
        "subscription" => "subscription",
        _ => return None,
    })
}

/// Everything that a document declares or asks for.
pub(super) fn read(text: &str) -> Vec<Found<'_>> {
    let tokens = tokens(text);
    let word = |at: usize| tokens.get(at).map_or("", |t| t.0);
    let mut out = Vec::new();
    let mut roots: Vec<(&str, &'static str)> = vec![("Query", "query"), ("Mutation", "mutation"), ("Subscription", "subscription")];
    // `schema { query: RootQuery }`
    if let Some(at) = tokens.iter().position(|t| t.0 == "schema") {
        for i in at..(at + 14).min(tokens.len()) {
            if let Some(kind) = operation(word(i)).filter(|_| word(i + 1) == ":") {
                roots.push((word(i + 2), kind));
            }
        }
    }
    let mut at = 0;
    while at < tokens.len() {
        let root = (word(at) == "type").then(|| roots.iter().find(|(name, _)| *name == word(at + 1))).flatten();
        let asked = operation(word(at)).filter(|_| word(at + 1) != ":");
        if root.is_none() && asked.is_none() {
            // Whatever else stands at the top is passed as a whole.
            at = if word(at) == "{" { closing(&tokens, at) + 1 } else { at + 1 };
            continue;
        }
        // The field's brackets: the first that no parentheses hold.
        let mut open = at + 1;
        while open < tokens.len() && word(open) != "{" {
            open = if word(open) == "(" { closing(&tokens, open) + 1 } else { open + 1 };
        }
        let close = closing(&tokens, open);
        let mut field = open + 1;
        while field < close {
            let (name, line) = tokens[field];
            let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            if !is_name {
                // A directive's name and a spread's are no fields.
                if name == "@" || name == "." && word(field + 1) != "." {
                    field += if word(field + 1) == "on" { 2 } else { 1 };
                }
                field = if matches!(name, "(" | "{" | "[") { closing(&tokens, field) + 1 } else { field + 1 };
                continue;
            }
            if let Some((_, operation)) = root {
                let after = if word(field + 1) == "(" { closing(&tokens, field + 1) + 1 } else { field + 1 };
                if word(after) == ":" {
                    if !name.starts_with('_') {
                        out.push(Found { operation, field: name, declares: true, line });
                    }
                    // Its type.
                    field = after + 1;
                    while matches!(word(field), "[" | "!" | "]") {
                        field += 1;
                    }
                }
            } else if let Some(operation) = asked {
                let real = if word(field + 1) == ":" { field + 2 } else { field };
                if !word(real).starts_with("__") {
                    out.push(Found { operation, field: word(real), declares: false, line });
                }
                field = real;
            }
            field += 1;
        }
        at = close.max(at) + 1;
    }
    out
}

fn closing(tokens: &[(&str, u32)], open: usize) -> usize {
    let mut depth = 0_u32;
    for (i, (word, _)) in tokens.iter().enumerate().skip(open) {
        match *word {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return i;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}
