//! What kind of change it is, token against token: which words of a changed line really changed, and whether the whole is a
//! rename, another layout, another text, another order, or another thing to do.

use super::lexer::Kind;
use super::lines::Lines;
use crate::knowledge::features::CHANGE_FEATURES;
use imara_diff::{Algorithm, Diff, InternedInput};

/// Beyond this many tokens on one side the words are not compared: all of a changed line counts as changed.
const MOST_TOKENS: usize = 600;
/// Calls of one side that are compared.
const MOST_CALLS: usize = 64;
/// `synchronized`.
const LONGEST_KEYWORD: usize = 12;

/// What an edit does to the code, each a bit of [`Nature`]. The names are those of features, behind `change.`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Trait {
    /// Names were replaced by names, each by the same one, in several places or where it is declared.
    Renames,
    /// One name was replaced by another, once.
    OneName,
    /// Numbers, truth values and nothings were replaced.
    Values,
    /// Texts for people changed: strings with blanks.
    Texts,
    /// Strings without blanks changed: keys, paths, codes.
    Keys,
    /// Only operators changed.
    Operators,
    /// The same words in another order.
    Moves,
    /// Only heads of functions, types and fields changed.
    Declarations,
    /// A call that was not there.
    NewCall,
    /// A call that is gone.
    LostCall,
    /// A condition that was not there.
    NewCondition,
    /// A condition that is gone.
    LostCondition,
    /// A way out (return, throw, break) that was not there.
    NewExit,
    /// A way out that is gone.
    LostExit,
    /// A handler or a cleanup that was not there.
    NewHandler,
    /// A handler or a cleanup that is gone.
    LostHandler,
    /// A wait or a start of concurrent work that was not there.
    NewAwait,
    /// A wait or a start of concurrent work that is gone.
    LostAwait,
}

// The names of the features stand where the build script reads them, in the same order.
const _: () = assert!(Trait::LostAwait as usize + 1 == CHANGE_FEATURES.len());

/// A set of [`Trait`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Nature(u32);

impl Nature {
    fn with(self, t: Trait, is: bool) -> Self {
        Self(self.0 | (u32::from(is) << t as u8))
    }

    /// Whether the change has this trait, by its index.
    pub(super) fn has(self, index: usize) -> bool {
        self.0 >> index & 1 == 1
    }

    /// Of two replacements of one edit: it is a mere rename, layout or text only where both are; it does what either does.
    pub(super) fn and(self, other: Self) -> Self {
        const MERE: u32 = (1 << (Trait::Declarations as u8 + 1)) - 1;
        Self((self.0 & other.0 & MERE) | ((self.0 | other.0) & !MERE))
    }
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Class {
    Word,
    Value,
    Text,
    Mark,
}

/// A token of a changed line.
#[derive(Clone, Copy, Debug)]
struct Token<'a> {
    text: &'a str,
    class: Class,
    start: usize,
}

/// One side of a replacement: its lines, which of them changed, what its bytes are.
#[derive(Clone, Copy)]
pub(super) struct Changed<'a> {
    pub(super) lines: &'a Lines<'a>,
    pub(super) changed: &'a [bool],
    pub(super) kinds: &'a [Kind],
}

/// The difference in tokens.
#[derive(Clone, Debug, Default)]
pub(super) struct Change {
    /// What kind of change it is.
    pub(super) nature: Nature,
    /// Nothing but layout, comments, log calls and imports changed.
    pub(super) is_layout: bool,
    /// Byte spans of changed tokens, in order; new text, then old text. `None`: all of a changed line counts.
    pub(super) spans: [Option<Vec<(usize, usize)>>; 2],
}

impl Change {
    /// Whether the span touches a changed token of that side.
    pub(super) fn touches(&self, in_new: bool, span: (usize, usize)) -> bool {
        let Some(spans) = &self.spans[usize::from(!in_new)] else { return true };
        let at = spans.partition_point(|s| s.1 <= span.0);
        spans.get(at).is_some_and(|s| s.0 < span.1)
    }
}

/// Compares the changed lines of both sides.
pub(super) fn compare(new: Changed<'_>, old: Changed<'_>) -> Change {
    let (head, tail) = shared_ends(new.changed, old.changed);
    let (after, before) = (tokens(new, head, tail), tokens(old, head, tail));
    let mut out = Change { is_layout: same(&after, &before), ..Change::default() };
    if after.is_empty() || before.is_empty() || after.len() > MOST_TOKENS || before.len() > MOST_TOKENS {
        out.nature = does(&after, &before, declarations(new, old));
        return out;
    }
    let mut input: InternedInput<&str> = InternedInput::default();
    input.update_before(before.iter().map(|t| t.text));
    input.update_after(after.iter().map(|t| t.text));
    let diff = Diff::compute(Algorithm::Myers, &input);
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    let mut swaps: Vec<(Token<'_>, Token<'_>)> = Vec::new();
    let mut only_swaps = true;
    for hunk in diff.hunks() {
        let b = &before[hunk.before.start as usize..hunk.before.end as usize];
        let a = &after[hunk.after.start as usize..hunk.after.end as usize];
        only_swaps &= a.len() == b.len();
        swaps.extend(b.iter().copied().zip(a.iter().copied()));
        gone.extend_from_slice(b);
        come.extend_from_slice(a);
    }
    let span = |t: &Token<'_>| (t.start, t.start + t.text.len());
    let moves = is_permutation(&gone, &come);
    // What moved has changed as a whole, whichever of its words the comparison has paired.
    if !moves {
        out.spans = [Some(come.iter().map(span).collect()), Some(gone.iter().map(span).collect())];
    }
    let all = |is: fn(&Token<'_>) -> bool| gone.iter().chain(&come).all(is);
    let (renames, one_name) = if only_swaps { names(&swaps, &before, &after) } else { (false, false) };
    out.nature = does(&come, &gone, declarations(new, old))
        .with(Trait::Renames, renames)
        .with(Trait::OneName, one_name)
        .with(Trait::Values, all(|t| t.class == Class::Value))
        .with(Trait::Texts, all(|t| t.class == Class::Text && t.text.contains(' ')))
        .with(Trait::Keys, all(|t| t.class == Class::Text && !t.text.contains(' ')))
        .with(Trait::Operators, all(|t| t.class == Class::Mark))
        .with(Trait::Moves, moves);
    out
}

/// Lines that both sides share before the first and after the last changed line.
fn shared_ends(new: &[bool], old: &[bool]) -> (usize, usize) {
    let first = |c: &[bool]| c.iter().position(|c| *c).unwrap_or(c.len());
    let last = |c: &[bool]| c.iter().rev().position(|c| *c).unwrap_or(c.len());
    (first(new).min(first(old)), last(new).min(last(old)))
}

fn same(a: &[Token<'_>], b: &[Token<'_>]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.text == b.text)
}

fn sorted<'a>(tokens: &[Token<'a>]) -> Vec<&'a [u8]> {
    let mut words: Vec<&[u8]> = tokens.iter().map(|t| t.text.as_bytes()).collect();
    words.sort_unstable();
    words
}

fn is_permutation(a: &[Token<'_>], b: &[Token<'_>]) -> bool {
    a.len() == b.len() && sorted(a) == sorted(b)
}

/// Whether the swaps are a rename, or the replacement of one name by another.
fn names(swaps: &[(Token<'_>, Token<'_>)], before: &[Token<'_>], after: &[Token<'_>]) -> (bool, bool) {
    if swaps.is_empty() || swaps.iter().any(|(b, a)| b.class != Class::Word || a.class != Class::Word || is_keyword(b.text) || is_keyword(a.text)) {
        return (false, false);
    }
    let mut pairs: Vec<(&str, &str)> = swaps.iter().map(|(b, a)| (b.text, a.text)).collect();
    pairs.sort_unstable();
    let count = pairs.len();
    pairs.dedup();
    let is_function = pairs.windows(2).all(|w| w[0].0 != w[1].0);
    if count == 1 {
        let declared = is_declared(before, swaps[0].0.start) || is_declared(after, swaps[0].1.start);
        return (declared, !declared);
    }
    let repeated = count > pairs.len();
    let declared = swaps.iter().any(|(b, _)| is_declared(before, b.start));
    (is_function && (repeated || declared), false)
}

/// Words after which a name is declared, not used.
const DECLARES: [&str; 26] = [
    "def",
    "defp",
    "defmodule",
    "func",
    "fn",
    "fun",
    "function",
    "class",
    "interface",
    "struct",
    "enum",
    "trait",
    "type",
    "let",
    "const",
    "var",
    "val",
    "mut",
    "mod",
    "module",
    "final",
    "as",
    "static",
    "private",
    "public",
    "protected",
];

fn is_declared(tokens: &[Token<'_>], start: usize) -> bool {
    let at = tokens.partition_point(|t| t.start < start);
    let before = at.checked_sub(1).map(|i| tokens[i].text);
    let after = tokens.get(at + 1).map(|t| t.text);
    let after_next = tokens.get(at + 2).map(|t| t.text);
    before.is_some_and(|w| DECLARES.contains(&w)) || (after == Some(":") && after_next == Some("=")) || (after == Some("=") && before.is_none_or(|w| w != "."))
}

fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "if" | "else"
            | "elif"
            | "unless"
            | "for"
            | "while"
            | "return"
            | "break"
            | "continue"
            | "throw"
            | "raise"
            | "try"
            | "catch"
            | "except"
            | "finally"
            | "await"
            | "async"
            | "synchronized"
            | "volatile"
            | "defer"
            | "go"
            | "yield"
            | "not"
            | "and"
            | "or"
            | "in"
            | "is"
            | "case"
            | "when"
            | "rescue"
            | "ensure"
    )
}

/// Whether only heads of functions, types and fields changed: [new, old].
fn declarations(new: Changed<'_>, old: Changed<'_>) -> bool {
    let mut any = false;
    for side in [new, old] {
        for (line, _) in side.changed.iter().enumerate().filter(|(_, c)| **c) {
            let whole = side.lines.line(line);
            let text = whole.trim();
            let first = side.lines.start(line) + whole.len() - whole.trim_start().len();
            if text.is_empty() || side.kinds.get(first).is_some_and(|k| matches!(k, Kind::Comment | Kind::Import | Kind::Log)) {
                continue;
            }
            any = true;
            if !is_head(text) {
                return false;
            }
        }
    }
    any
}

fn is_head(line: &str) -> bool {
    if line.bytes().all(|b| !b.is_ascii_alphanumeric()) {
        return true;
    }
    if line.starts_with('@') {
        return !line.contains('=') || line.starts_with("@spec") || line.starts_with("@type");
    }
    let first = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').find(|w| !w.is_empty()).unwrap_or("");
    let opens = line.ends_with(['{', ':', ';', ',', '(']) || line.ends_with("do");
    match first {
        "def" | "defp" | "func" | "fn" | "fun" | "function" | "class" | "interface" | "struct" | "enum" | "trait" | "impl" | "typedef" | "module"
        | "defmodule" | "object" | "record" | "mod" => true,
        "public" | "private" | "protected" | "internal" | "override" | "abstract" | "export" | "pub" | "suspend" | "declare" | "sealed" | "readonly"
        | "final" | "static" => !line.contains("= ") && (opens || !line.contains('(')),
        // A field or parameter with its type: `name: Type,`
        _ => {
            let rest = line.strip_prefix(first).unwrap_or("").trim_start_matches('?').trim_start();
            !first.is_empty() && rest.starts_with(": ") && !line.contains('(') && !line.contains('=') && !line.contains('"') && line.ends_with([',', ';'])
        }
    }
}

fn does(come: &[Token<'_>], gone: &[Token<'_>], declarations: bool) -> Nature {
    let (new, old) = (Doings::of(come), Doings::of(gone));
    let calls_only_in = |a: &Doings<'_>, b: &Doings<'_>| a.calls.iter().any(|c| b.calls.binary_search(c).is_err());
    Nature::default()
        .with(Trait::Declarations, declarations)
        .with(Trait::NewCall, calls_only_in(&new, &old))
        .with(Trait::LostCall, calls_only_in(&old, &new))
        .with(Trait::NewCondition, new.conditions > old.conditions)
        .with(Trait::LostCondition, new.conditions < old.conditions)
        .with(Trait::NewExit, new.exits > old.exits)
        .with(Trait::LostExit, new.exits < old.exits)
        .with(Trait::NewHandler, new.handlers > old.handlers)
        .with(Trait::LostHandler, new.handlers < old.handlers)
        .with(Trait::NewAwait, new.awaits > old.awaits)
        .with(Trait::LostAwait, new.awaits < old.awaits)
}

/// What tokens do.
#[derive(Default)]
struct Doings<'a> {
    calls: Vec<&'a str>,
    conditions: u32,
    exits: u32,
    handlers: u32,
    awaits: u32,
}

impl<'a> Doings<'a> {
    fn of(tokens: &[Token<'a>]) -> Self {
        let mut out = Self::default();
        for (i, token) in tokens.iter().take(MOST_TOKENS).enumerate() {
            // No word that is asked for is longer or begins otherwise, and only a call's name does.
            let first = token.text.as_bytes()[0];
            let may_be_keyword = token.text.len() <= LONGEST_KEYWORD && (first.is_ascii_lowercase() || matches!(first, b'&' | b'|'));
            if !may_be_keyword && tokens.get(i + 1).is_none_or(|t| t.text != "(") {
                continue;
            }
            match token.text {
                "if" | "elif" | "elsif" | "unless" | "when" | "while" | "&&" | "||" | "and" | "or" | "guard" | "&" | "|" if token.class != Class::Text => {
                    out.conditions += 1;
                }
                "return" | "throw" | "raise" | "break" | "continue" | "panic" | "next" if token.class == Class::Word => out.exits += 1,
                "try" | "catch" | "except" | "rescue" | "finally" | "ensure" | "defer" | "using" | "recover" | "onerror" if token.class == Class::Word => {
                    out.handlers += 1;
                }
                "await" | "async" | "go" | "spawn" | "synchronized" | "suspend" | "select" if token.class == Class::Word => out.awaits += 1,
                text if token.class == Class::Word
                    && tokens.get(i + 1).is_some_and(|t| t.text == "(")
                    && out.calls.len() < MOST_CALLS
                    && !(i > 0 && DECLARES.contains(&tokens[i - 1].text)) =>
                {
                    out.calls.push(text);
                }
                _ => {}
            }
        }
        out.calls.sort_unstable();
        out.calls.dedup();
        out
    }
}

/// Tokens between the lines that both sides share at their ends: no blanks, comments, imports, log calls, quotes, commas and semicolons.
fn tokens(side: Changed<'_>, head: usize, tail: usize) -> Vec<Token<'_>> {
    let text = side.lines.text;
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    for line in head..side.changed.len().saturating_sub(tail) {
        if out.len() > MOST_TOKENS {
            break;
        }
        let mut at = side.lines.start(line);
        let end = at + side.lines.line(line).len();
        while at < end {
            let start = at;
            let byte = bytes[at];
            match side.kinds[at] {
                Kind::Comment | Kind::Import | Kind::Log => at += 1,
                Kind::String => {
                    while at < end && side.kinds[at] == Kind::String {
                        at += 1;
                    }
                    out.push(Token { text: &text[start..at], class: Class::Text, start });
                }
                Kind::Code => {
                    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80;
                    if is_word(byte) {
                        while at < end && is_word(bytes[at]) && side.kinds[at] == Kind::Code {
                            at += 1;
                        }
                        let word = &text[start..at];
                        let value = byte.is_ascii_digit() || matches!(word, "true" | "false" | "True" | "False" | "None" | "nil" | "null" | "undefined");
                        out.push(Token { text: word, class: if value { Class::Value } else { Class::Word }, start });
                    } else {
                        at += 1;
                        if !byte.is_ascii_whitespace() && !matches!(byte, b',' | b';' | b'"' | b'\'' | b'`') {
                            out.push(Token { text: &text[start..at], class: Class::Mark, start });
                        }
                    }
                }
            }
        }
    }
    out
}

/// Lines that are taken away in one place and added in another, by number: of the new text, of the old.
pub(super) fn moved_lines(new: &Lines<'_>, added: &[usize], old: &Lines<'_>, removed: &[usize]) -> [Vec<usize>; 2] {
    if added.is_empty() || removed.is_empty() {
        return [Vec::new(), Vec::new()];
    }
    // A bracket alone, or a word, is nobody's.
    let of = |lines: &Lines<'_>, numbers: &[usize]| -> Vec<(Vec<u8>, usize)> {
        let bare = |l: usize| -> Vec<u8> { lines.line(l).bytes().filter(|b| !b.is_ascii_whitespace()).collect() };
        let mut out: Vec<_> = numbers.iter().map(|&l| (bare(l), l)).filter(|(text, _)| text.len() > 5).collect();
        out.sort_unstable();
        out
    };
    let (in_new, in_old) = (of(new, added), of(old, removed));
    let among = |these: &[(Vec<u8>, usize)], others: &[(Vec<u8>, usize)]| {
        let mut out: Vec<usize> = these.iter().filter(|(text, _)| others.binary_search_by(|(other, _)| other.cmp(text)).is_ok()).map(|(_, l)| *l).collect();
        out.sort_unstable();
        out
    };
    [among(&in_new, &in_old), among(&in_old, &in_new)]
}

#[cfg(test)]
mod tests;
