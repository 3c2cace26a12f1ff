//! Small cuts of source text. Brackets and quotes are respected as far as one line of code needs it.

/// Receiver and last name of what is called: `a.b().c` gives `a.b()` and `c`. Type arguments are left away.
pub(super) fn last_part(text: &str) -> (&str, &str) {
    let text = text.trim();
    let text = without_type_arguments(text);
    let bytes = text.as_bytes();
    let mut depth = 0i32;
    let mut at = bytes.len();
    while at > 0 {
        at -= 1;
        match bytes[at] {
            b')' | b']' | b'}' => depth += 1,
            b'(' | b'[' | b'{' => depth -= 1,
            b'.' if depth == 0 => {
                let receiver = text[..at].trim_end().trim_end_matches(['?', '!']);
                return (receiver.trim_end(), text[at + 1..].trim());
            }
            b':' | b'>' if depth == 0 && at > 0 && matches!((bytes[at - 1], bytes[at]), (b':', b':') | (b'-', b'>')) => {
                return (text[..at - 1].trim_end(), text[at + 1..].trim());
            }
            _ => {}
        }
    }
    ("", text)
}

fn without_type_arguments(text: &str) -> &str {
    if !text.ends_with('>') || text.ends_with("->") {
        return text;
    }
    let mut depth = 0i32;
    for (i, b) in text.bytes().enumerate().rev() {
        depth += i32::from(b == b'>') - i32::from(b == b'<');
        if depth == 0 {
            return text[..i].trim_end_matches(':').trim_end();
        }
    }
    text
}

/// Up to the first of the characters.
pub(super) fn cut<'t>(text: &'t str, ends: &[char]) -> &'t str {
    text.split(ends).next().unwrap_or(text).trim()
}

/// Without the brackets that stand round all of it.
pub(super) fn bare(text: &str) -> &str {
    let text = text.trim();
    let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) else { return text };
    let mut depth = 0i32;
    for b in inner.bytes() {
        depth += i32::from(b == b'(') - i32::from(b == b')');
        if depth < 0 {
            return text;
        }
    }
    inner.trim()
}

/// The first line.
pub(super) fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or("").trim()
}

/// What stands before the block that a statement opens.
pub(super) fn before_block(text: &str) -> &str {
    let line = first_line(text);
    let end = line.find(" {").or_else(|| line.find(" do")).or_else(|| line.strip_suffix(':').map(str::len)).unwrap_or(line.len());
    line[..end].trim()
}

/// Whether a word stands in the text by itself.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    text.match_indices(word).any(|(i, _)| {
        let (before, after) = (i.checked_sub(1).and_then(|i| text.as_bytes().get(i)), text.as_bytes().get(i + word.len()));
        [before, after].into_iter().flatten().all(|b| !is_name(*b))
    })
}

/// The pieces between commas that stand in no brackets or quotes.
pub(super) fn split_commas(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut depth, mut from, mut quote) = (0i32, 0, 0u8);
    for (i, b) in text.bytes().enumerate() {
        match b {
            _ if quote != 0 => quote = if b == quote && text.as_bytes()[i - 1] != b'\\' { 0 } else { quote },
            b'"' => quote = b,
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b',' if depth == 0 => {
                out.push(text[from..i].trim());
                from = i + 1;
            }
            _ => {}
        }
    }
    out.push(text[from..].trim());
    out.retain(|p| !p.is_empty());
    out
}

/// Arguments as written, with their names.
pub(super) fn named_args(text: &str) -> Vec<super::outline::Arg<'_>> {
    split_commas(text)
        .into_iter()
        .map(|piece| match split_assignment(piece) {
            Some((name, text)) if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => super::outline::Arg { name, text },
            _ => super::outline::Arg { name: "", text: piece },
        })
        .collect()
}

/// Left and right of the first `=` that assigns.
pub(super) fn split_assignment(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let mut depth = 0i32;
    for (i, b) in bytes.iter().enumerate() {
        match b {
            b'(' | b'[' | b'{' | b'"' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b'=' if depth == 0 && !matches!(bytes.get(i + 1), Some(b'=' | b'>' | b'~')) && (i == 0 || !matches!(bytes[i - 1], b'=' | b'!' | b'<' | b'>')) => {
                return Some((text[..i].trim(), text[i + 1..].trim()));
            }
            _ => {}
        }
    }
    None
}
