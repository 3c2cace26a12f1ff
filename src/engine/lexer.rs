//! A light lexer: what each byte of a text is. It knows enough of every language to tell code from comments, strings,
//! imports and log calls, and begins anywhere, since an edit does.

use super::edit::Language;
use super::lines::{each_position, find, position};

/// What a byte is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Kind {
    /// Executed program text; keys and values of structured files.
    #[default]
    Code,
    /// A comment or documentation.
    Comment,
    /// The inside of a string literal.
    String,
    /// An import, include, use or package line.
    Import,
    /// A log, print or metric call with its arguments.
    Log,
}

/// Comment and string syntax of a language.
struct Syntax {
    line: &'static [&'static str],
    block: &'static [(&'static str, &'static str)],
    quotes: &'static [u8],
    /// Quotes whose strings run over lines.
    long_quotes: &'static [&'static str],
    /// Strings are values, not text apart (YAML and the like).
    strings_are_code: bool,
}

impl Syntax {
    /// The bytes with which a comment or a string can begin, and the line end; most bytes of a text are none.
    fn stops(&self) -> [bool; 256] {
        let mut out = [false; 256];
        out[b'\n' as usize] = true;
        let words = self.line.iter().chain(self.block.iter().map(|(open, _)| open)).chain(self.long_quotes);
        for byte in words.map(|w| w.as_bytes()[0]).chain(self.quotes.iter().copied()) {
            out[byte as usize] = true;
        }
        out
    }
}

const C_BLOCK: &[(&str, &str)] = &[("/*", "*/")];

fn syntax(language: Language) -> Syntax {
    let s = |line, block, quotes, long_quotes, strings_are_code| Syntax { line, block, quotes, long_quotes, strings_are_code };
    match language.name() {
        "go" => s(&["//"], C_BLOCK, b"\"'", &["`"], false),
        "rust" => s(&["//"], C_BLOCK, b"\"'", &[], false),
        "typescript" | "javascript" => s(&["//"], C_BLOCK, b"\"'", &["`"], false),
        "java" | "kotlin" | "scala" | "swift" | "groovy" | "csharp" | "dart" => s(&["//"], C_BLOCK, b"\"'", &["\"\"\""], false),
        "php" => s(&["//", "#"], C_BLOCK, b"\"'", &[], false),
        "python" => s(&["#"], &[], b"\"'", &["\"\"\"", "'''"], false),
        "ruby" => s(&["#"], &[("=begin", "=end")], b"\"'", &[], false),
        "elixir" => s(&["#"], &[], b"\"'", &["\"\"\""], false),
        "erlang" => s(&["%"], &[], b"\"", &[], false),
        "lua" => s(&["--"], &[("--[[", "]]")], b"\"'", &["[["], false),
        "sql" => s(&["--"], C_BLOCK, b"'", &[], false),
        "yaml" | "toml" | "properties" | "shell" | "dockerfile" | "graphql" => s(&["#"], &[], b"", &[], true),
        "hcl" => s(&["#", "//"], C_BLOCK, b"", &[], true),
        "html" | "xml" | "markdown" => s(&[], &[("<!--", "-->")], b"", &[], true),
        "json" => s(&[], &[], b"", &[], true),
        _ => s(&["//"], C_BLOCK, b"\"'", &[], false),
    }
}

/// Whether text between triple quotes runs over lines in this language.
pub(super) fn has_triple_quotes(language: Language) -> bool {
    syntax(language).long_quotes.contains(&"\"\"\"")
}

/// Tells for each byte of `text` what it is part of. `in_long_string`: what comes before the text has opened triple quotes.
#[must_use]
pub fn lex(text: &str, language: Language, in_long_string: bool) -> Vec<Kind> {
    let bytes = text.as_bytes();
    let mut kinds = vec![Kind::Code; bytes.len()];
    let syntax = syntax(language);
    let stops = syntax.stops();
    let mut at = if in_long_string && syntax.long_quotes.contains(&"\"\"\"") {
        find(bytes, 0, b"\"\"\"").map_or(text.len(), |i| i + 3)
    } else {
        begins_inside_comment(bytes, &syntax)
    };
    kinds[..at].fill(Kind::Comment);
    let mut line_start = true;
    let mut line_at = at;
    while at < bytes.len() {
        if line_start {
            line_start = false;
            at += bytes[at..].iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
            if matches!(bytes.get(at), None | Some(b'\n')) {
                // Nothing on it.
            } else if let Some(end) = doc_continuation(bytes, at, &syntax) {
                kinds[at..end].fill(Kind::Comment);
                at = end;
            } else if let Some(end) = import(text, at, language) {
                kinds[line_at..end].fill(Kind::Import);
                at = end;
            }
        }
        let Some(plain) = bytes[at..].iter().position(|b| stops[*b as usize]) else { break };
        at += plain;
        let byte = bytes[at];
        if byte == b'\n' {
            line_start = true;
            at += 1;
            line_at = at;
            continue;
        }
        if let Some((_, close)) = syntax.block.iter().find(|(open, _)| bytes[at..].starts_with(open.as_bytes())) {
            let end = find(bytes, at + 2, close.as_bytes()).map_or(bytes.len(), |i| i + close.len());
            kinds[at..end].fill(Kind::Comment);
            at = end;
            continue;
        }
        if syntax.line.iter().any(|l| bytes[at..].starts_with(l.as_bytes())) && !is_inside_word(bytes, at, language) {
            let end = line_end(bytes, at);
            kinds[at..end].fill(Kind::Comment);
            at = end;
            continue;
        }
        if let Some(quote) = syntax.long_quotes.iter().find(|q| bytes[at..].starts_with(q.as_bytes())) {
            let close = if *quote == "[[" { "]]" } else { quote };
            let inside = at + quote.len();
            let end = find(bytes, inside, close.as_bytes()).unwrap_or(bytes.len());
            // A long string that is a statement of its own is documentation (Python, Elixir's @doc).
            let documentation = quote.len() == 3 && text[line_at..at].trim_start_matches("@moduledoc").trim_start_matches("@doc").trim().is_empty();
            kinds[inside.min(end)..end].fill(if documentation { Kind::Comment } else { Kind::String });
            at = (end + close.len()).min(bytes.len());
            continue;
        }
        if syntax.quotes.contains(&byte) {
            let end = short_string(bytes, at, language);
            if end > at + 1 {
                if !syntax.strings_are_code {
                    kinds[at + 1..end - 1].fill(Kind::String);
                }
                at = end;
                continue;
            }
        }
        at += 1;
    }
    if !syntax.strings_are_code {
        mark_log_calls(bytes, &mut kinds);
    }
    kinds
}

/// Bytes at the start that belong to a comment whose opening lies before the text.
fn begins_inside_comment(bytes: &[u8], syntax: &Syntax) -> usize {
    for (open, close) in syntax.block {
        if *close != "]]"
            && *close != "=end"
            && let Some(end) = closing(bytes, close.as_bytes())
            && find(&bytes[..end], 0, open.as_bytes()).is_none()
        {
            return end + close.len();
        }
    }
    0
}

/// The first mark that closes a comment and does not stand between quotes: `"0 */10 * * * *"` is a schedule.
fn closing(bytes: &[u8], close: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = find(bytes, from, close)?;
        let line = bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        let (before, after) = (&bytes[line..at], &bytes[at..line_end(bytes, at)]);
        let quoted = |quote: &u8| before.iter().filter(|b| *b == quote).count() % 2 == 1 && after.contains(quote);
        if !b"\"'`".iter().any(quoted) {
            return Some(at);
        }
        from = at + close.len();
    }
}

/// A line ` * text` of a block comment that began before the text.
fn doc_continuation(bytes: &[u8], at: usize, syntax: &Syntax) -> Option<usize> {
    if bytes[at] != b'*' || syntax.block != C_BLOCK {
        return None;
    }
    matches!(bytes.get(at + 1), None | Some(b' ' | b'\n' | b'/')).then(|| line_end(bytes, at))
}

/// A comment mark that is part of something else: `http://`, `#{`, `#[`, `$#`, and `#` inside a structured value.
fn is_inside_word(bytes: &[u8], at: usize, language: Language) -> bool {
    let before = at.checked_sub(1).map(|i| bytes[i]);
    match bytes[at] {
        b'/' => before == Some(b':'),
        b'#' => {
            let spaced = before.is_none_or(|b| b.is_ascii_whitespace());
            match language.name() {
                "yaml" | "toml" | "properties" | "shell" | "dockerfile" => !spaced,
                "php" => bytes.get(at + 1) == Some(&b'['),
                _ => false,
            }
        }
        _ => false,
    }
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    position(&bytes[at..], b'\n').map_or(bytes.len(), |i| at + i)
}

/// End of a string that stays on its line; `at + 1` when the quote opens none (a lifetime, an apostrophe).
fn short_string(bytes: &[u8], at: usize, language: Language) -> usize {
    let quote = bytes[at];
    let is_rust = language.name() == "rust";
    if quote == b'\'' && is_rust {
        // 'a' and '\n' are characters, 'a is a lifetime.
        return match bytes.get(at + 1..) {
            Some([b'\\', ..]) => (at + 2..bytes.len().min(at + 12)).find(|&i| bytes[i] == b'\'' && i > at + 2).map_or(at + 1, |i| i + 1),
            Some([_, b'\'', ..]) => at + 3,
            _ => at + 1,
        };
    }
    let mut i = at + 1;
    while i < bytes.len() {
        match bytes[i] {
            b'\\' => i += 1,
            // Rust strings run over lines.
            b'\n' if !is_rust => return at + 1,
            b if b == quote => return i + 1,
            _ => {}
        }
        i += 1;
    }
    at + 1
}

/// End of an import statement that begins at `at` (first byte of a line that is not blank).
pub(super) fn import(text: &str, at: usize, language: Language) -> Option<usize> {
    let bytes = text.as_bytes();
    // No import of any language begins with another byte; most lines end here.
    if !matches!(
        bytes[at],
        b'a' | b'c' | b'e' | b'f' | b'g' | b'i' | b'l' | b'm' | b'n' | b'o' | b'p' | b'r' | b'u' | b'v' | b'}' | b'#' | b'-' | b'"' | b'_' | b'.'
    ) && language.name() != "go"
    {
        return None;
    }
    let end = line_end(bytes, at);
    let line = &text[at..end];
    let starts = |words: &[&str]| words.iter().any(|w| line.starts_with(w));
    let is_import = match language.name() {
        "go" => starts(&["import ", "package "]) || is_go_import_line(line),
        "rust" => starts(&["use ", "pub use ", "pub(crate) use ", "extern crate ", "mod "]) && !line.contains('{') || starts(&["use ", "pub use "]),
        "java" | "kotlin" | "scala" | "groovy" => starts(&["import ", "package "]),
        "csharp" => {
            (starts(&["using ", "global using "]) && line.ends_with(';') && !line.contains('=') && !line.contains('(') && !line.starts_with("using var"))
                || starts(&["namespace "])
        }
        "python" => starts(&["import "]) || (starts(&["from "]) && line.contains(" import")),
        "typescript" | "javascript" => {
            starts(&["import ", "import{", "import type"]) && !line.starts_with("import (")
                || (starts(&["export "]) && line.contains(" from "))
                || starts(&["} from "])
                || (starts(&["const ", "let ", "var "]) && line.contains("= require("))
        }
        "ruby" => starts(&["require ", "require_relative ", "require(", "gem ", "autoload "]),
        "php" => starts(&["use ", "namespace ", "require", "include"]),
        "elixir" => starts(&["alias ", "import ", "use ", "require "]),
        "erlang" => starts(&["-include", "-module", "-export", "-import"]),
        "cpp" | "c" => starts(&["#include", "#import"]) || (starts(&["using namespace", "using std"]) && line.ends_with(';')),
        "lua" => line.contains("require") && starts(&["local ", "require"]),
        "swift" | "dart" => starts(&["import ", "export ", "part "]),
        "proto" => starts(&["import ", "package ", "option "]),
        _ => false,
    };
    if !is_import {
        return None;
    }
    // A bracket left open runs to its end: `import (`, `from x import (`, `import {`, `use a::{`.
    let open = line.bytes().filter(|b| matches!(b, b'(' | b'{')).count();
    let closed = line.bytes().filter(|b| matches!(b, b')' | b'}')).count();
    if open > closed {
        let close = if line.rfind('(') > line.rfind('{') { b')' } else { b'}' };
        // An import list is short; where no end is near, the text is cut or this is no import.
        let stop = bytes.len().min(end + 4096);
        if let Some(i) = bytes[end..stop].iter().position(|b| *b == close) {
            return Some(line_end(bytes, end + i));
        }
    }
    Some(end)
}

/// A line of a Go import block: an optional name and a quoted path, nothing else.
fn is_go_import_line(line: &str) -> bool {
    // Most lines end here: to look for blanks beyond ASCII and for the first quote would cost more than all else.
    if line.bytes().last().is_some_and(|b| b.is_ascii_graphic() && b != b'"') {
        return false;
    }
    let line = line.trim_end();
    if !line.ends_with('"') {
        return false;
    }
    let Some(first) = line.find('"') else { return false };
    line.len() > first + 2
        && line[..first].bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b' ' | b'\t'))
        && line[first + 1..line.len() - 1].bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'-' | b'_' | b'~'))
        && (line[first..].contains('/') || first == 0)
        && !line[..first].trim_end().ends_with("return")
}

/// Marks log, print and metric calls from the receiver to the closing bracket.
fn mark_log_calls(bytes: &[u8], kinds: &mut [Kind]) {
    let mut at = 0;
    each_position(bytes, b'(', |open| {
        if open < at || kinds[open] != Kind::Code {
            return;
        }
        let Some(start) = log_callee(bytes, open) else { return };
        let mut depth = 0i32;
        let mut end = open;
        // A call that does not close within 2 KB is cut off; its first line is enough.
        for (i, byte) in bytes[open..bytes.len().min(open + 2048)].iter().enumerate() {
            if matches!(kinds[open + i], Kind::String | Kind::Comment) {
                continue;
            }
            match byte {
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                end = open + i + 1;
                break;
            }
        }
        if end == open {
            end = line_end(bytes, open);
        }
        // `log.WithField(..).Error(..)`: what is called on the result belongs to it.
        while let Some(next) = chained_call(bytes, end) {
            end = next;
        }
        kinds[start..end].fill(Kind::Log);
        at = end;
    });
}

/// End of `.name(...)` at `at`, blanks and line ends before the dot allowed; brackets within are not counted in strings.
fn chained_call(bytes: &[u8], at: usize) -> Option<usize> {
    let dot = at + bytes[at..].iter().position(|b| !b.is_ascii_whitespace())?;
    let open = dot + 1 + bytes.get(dot + 1..)?.iter().position(|b| !b.is_ascii_alphanumeric() && *b != b'_')?;
    if bytes[dot] != b'.' || bytes[open] != b'(' {
        return None;
    }
    let mut depth = 0i32;
    for (i, byte) in bytes[open..bytes.len().min(open + 2048)].iter().enumerate() {
        depth += i32::from(*byte == b'(') - i32::from(*byte == b')');
        if depth == 0 {
            return Some(open + i + 1);
        }
    }
    None
}

/// Receivers that log, by their last part. A commit log, a raft log or a catalog is no logger.
const LOGGERS: [&[u8]; 15] =
    [b"log", b"_log", b"logging", b"slog", b"klog", b"glog", b"zap", b"sugar", b"tracing", b"logrus", b"lager", b"console", b"winston", b"pino", b"l"];
/// Beginnings of what a logger is asked to do; `with` and `at` build a line that is logged further on.
const LEVELS: [&[u8]; 19] = [
    b"with",
    b"at",
    b"trace",
    b"debug",
    b"info",
    b"notice",
    b"warn",
    b"error",
    b"fatal",
    b"critical",
    b"exception",
    b"print",
    b"log",
    b"verbose",
    b"panic",
    b"write",
    b"msg",
    b"increment",
    b"observe",
];
const PRINTERS: [&[u8]; 6] = [b"print", b"println", b"printf", b"puts", b"fprintf", b"echo"];
/// Macros that log without a receiver.
const LOG_MACROS: [&[u8]; 8] = [b"debug", b"info", b"warn", b"error", b"trace", b"println", b"eprintln", b"print"];
/// Words in a receiver that measures, and beginnings of what it is asked to do.
const METERS: [&[u8]; 5] = [b"metric", b"stats", b"counter", b"gauge", b"histogram"];
const COUNTS: [&[u8]; 7] = [b"inc", b"set", b"add", b"rec", b"tim", b"observe", b"gauge"];

/// The bytes of a name, and those of a chain of calls on names.
const IN_NAME: [bool; 256] = name_bytes(b"_");
const IN_CHAIN: [bool; 256] = name_bytes(b"_.:>-$@?");

const fn name_bytes(others: &[u8]) -> [bool; 256] {
    let mut out = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        out[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let mut i = 0;
    while i < others.len() {
        out[others[i] as usize] = true;
        i += 1;
    }
    out
}

fn begins(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
}

fn ends(text: &[u8], word: &[u8]) -> bool {
    text.len() >= word.len() && text[text.len() - word.len()..].eq_ignore_ascii_case(word)
}

fn holds(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word))
}

/// Where the callee of a log call before `open` begins; `None` when it is another call.
fn log_callee(bytes: &[u8], open: usize) -> Option<usize> {
    let is_name = |b: u8| IN_NAME[b as usize];
    let mut end = open;
    let macro_call = end > 0 && bytes[end - 1] == b'!';
    if macro_call {
        end -= 1;
    }
    let name_start = bytes[..end].iter().rposition(|b| !is_name(*b)).map_or(0, |i| i + 1);
    let name = &bytes[name_start..end];
    if name.is_empty() {
        return None;
    }
    let chain_start = bytes[..name_start].iter().rposition(|b| !IN_CHAIN[*b as usize]).map_or(0, |i| i + 1);
    let receiver = &bytes[chain_start..name_start];
    if receiver.is_empty() {
        let logs = PRINTERS.iter().any(|p| name.eq_ignore_ascii_case(p)) || (macro_call && LOG_MACROS.iter().any(|m| name.eq_ignore_ascii_case(m)));
        return logs.then_some(name_start);
    }
    let last = receiver.rsplit(|b| !is_name(*b)).find(|part| !part.is_empty()).unwrap_or(&[]);
    let is_logger = LOGGERS.iter().any(|l| last.eq_ignore_ascii_case(l)) || ends(last, b"logger");
    let logs = is_logger && LEVELS.iter().any(|l| begins(name, l));
    let prints = begins(name, b"print") && (last == b"fmt" || ends(receiver, b"System.out.") || ends(receiver, b"System.err."));
    let measures = COUNTS.iter().any(|c| begins(name, c)) && METERS.iter().any(|m| holds(receiver, m));
    (logs || prints || measures).then_some(chain_start)
}
