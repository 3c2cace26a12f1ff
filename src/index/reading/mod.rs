//! A file as extractors see it: tokens, and over them calls, assignments, annotations and declarations, the same for all program
//! languages. It guesses where a grammar would know, costs a tenth of a parse, and works on a piece of a file as on the whole.

mod assignments;
mod bodies;
mod calls;
mod declarations;
mod names;
mod settings;
mod templates;
mod tests_aside;
pub(crate) mod tokens;

pub(crate) use assignments::Assignment;
pub(crate) use calls::{Argument, Call};
pub(crate) use declarations::{Annotation, Declaration, DeclarationKind};
pub(crate) use names::{TEMPLATE, is_import};
pub(crate) use templates::holes;
pub(crate) use templates::placeholder;

use super::model::{Constant, Name};
use crate::engine::edit::Language;
use std::cell::OnceCell;
use std::ops::Range;
use tokens::{Kind, Token};

/// A span of tokens.
pub(crate) type Span = Range<usize>;

/// A program file, or a piece of one.
pub(crate) struct Reading<'a> {
    /// Path from the root, with `/`.
    pub(crate) path: &'a str,
    pub(crate) language: Language,
    pub(crate) text: &'a str,
    pub(crate) tokens: Vec<Token>,
    /// In order of their opening bracket.
    pub(crate) calls: Vec<Call<'a>>,
    /// In order.
    pub(crate) assignments: Vec<Assignment<'a>>,
    /// In order.
    pub(crate) annotations: Vec<Annotation<'a>>,
    /// In order of their names; a nested one comes after the one that holds it.
    pub(crate) declarations: Vec<Declaration<'a>>,
    import_lines: OnceCell<String>,
    expression_bodied: OnceCell<Vec<(usize, Span)>>,
}

impl<'a> Reading<'a> {
    /// Reads a program text.
    pub(crate) fn of(path: &'a str, language: Language, text: &'a str) -> Self {
        let tokens = tests_aside::without(tokens::tokens(text, language), text, language.name());
        let mut reading = Self {
            path,
            language,
            text,
            tokens,
            calls: Vec::new(),
            assignments: Vec::new(),
            annotations: Vec::new(),
            declarations: Vec::new(),
            import_lines: OnceCell::new(),
            expression_bodied: OnceCell::new(),
        };
        reading.declarations = declarations::declarations(&reading);
        reading.annotations = declarations::annotations(&reading);
        reading.calls = calls::calls(&reading);
        reading.assignments = assignments::assignments(&reading);
        reading
    }

    /// The text of a token; empty beyond the end.
    pub(crate) fn word(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |t| &self.text[t.start as usize..t.end as usize])
    }

    /// Whether the token at `at` is this very text.
    pub(crate) fn is(&self, at: usize, text: &str) -> bool {
        self.word(at) == text
    }

    pub(crate) fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|t| t.kind)
    }

    /// Line of a token, counted from 1.
    pub(crate) fn line(&self, at: usize) -> u32 {
        self.tokens.get(at).or(self.tokens.last()).map_or(1, |t| t.line)
    }

    /// The bracket that belongs to the one at `at`; `at` itself when there is none.
    pub(crate) fn partner(&self, at: usize) -> usize {
        self.tokens.get(at).map_or(at, |t| t.partner as usize)
    }

    /// Source text of a span, spaces as written.
    pub(crate) fn source(&self, span: &Span) -> &'a str {
        match (self.tokens.get(span.start), span.end.checked_sub(1).and_then(|l| self.tokens.get(l))) {
            (Some(first), Some(last)) if first.start <= last.end => &self.text[first.start as usize..last.end as usize],
            _ => "",
        }
    }

    /// The inside of the string literal at `at`, without prefix and quotes, as written.
    pub(crate) fn string(&self, at: usize) -> Option<&'a str> {
        templates::inside(self, at)
    }

    /// What an expression names: literals, joined and formatted strings, constants, settings; a hole for all else.
    /// Constants of this file are resolved, once this file's assignments are known.
    pub(crate) fn name(&self, span: &Span) -> Name {
        names::name(self, span, 0)
    }

    /// The literal text of an expression, if it is one as written or through a constant of this file.
    pub(crate) fn literal(&self, span: &Span) -> Option<String> {
        self.name(span).as_literal().map(str::to_owned)
    }

    /// Entries of a list in brackets, `span` being the brackets with all between them: its elements, split at commas.
    pub(crate) fn elements(&self, span: &Span) -> Vec<Span> {
        calls::split(self, span.start + 1..span.end.saturating_sub(1).max(span.start + 1))
    }

    /// Entries `key: value`, `key => value`, `key = value` of the span between brackets (an object, map, dict, struct literal, keyword arguments).
    pub(crate) fn entries(&self, inside: &Span) -> Vec<(&'a str, Span)> {
        calls::split(self, inside.clone()).into_iter().filter_map(|element| calls::entry(self, &element)).collect()
    }

    /// The value of `key` in an object or among keyword arguments, in the expression `span` or in the brackets that it consists of.
    pub(crate) fn entry(&self, span: &Span, key: &str) -> Option<Span> {
        let open = span.clone().find(|&i| self.is(i, "{") || self.is(i, "["))?;
        self.entries(&(open + 1..self.partner(open).max(open + 1))).into_iter().find(|(k, _)| *k == key).map(|(_, v)| v)
    }

    /// The innermost declaration of one of these kinds whose body holds the token.
    pub(crate) fn enclosing(&self, at: usize, kinds: &[DeclarationKind]) -> Option<&Declaration<'a>> {
        self.declarations.iter().rev().find(|d| kinds.contains(&d.kind) && d.body.contains(&at))
    }

    /// Annotations, decorators or attributes of a declaration.
    pub(crate) fn annotations_of(&self, declaration: &Declaration<'a>) -> impl Iterator<Item = &Annotation<'a>> {
        let name = declaration.name_at;
        self.annotations.iter().filter(move |a| a.target == Some(name))
    }

    /// Whether an import line of the text holds one of these words (any letter case).
    pub(crate) fn imports(&self, words: &[&str]) -> bool {
        words.iter().any(|w| self.import_lines().contains(w))
    }

    /// What a path of names stands for, seen from a token.
    pub(crate) fn path_name(&self, path: &[&str], at: usize) -> Name {
        names::of_path(self, path, at, 0)
    }

    /// Methods of C# that are one expression, by the token of their name.
    fn expression_bodied(&self) -> &[(usize, Span)] {
        self.expression_bodied.get_or_init(|| bodies::expression_bodied(self))
    }

    /// The import lines of the text, in lower case.
    pub(crate) fn import_text(&self) -> String {
        self.import_lines().to_owned()
    }

    /// The same, made once: every extractor asks.
    fn import_lines(&self) -> &str {
        self.import_lines.get_or_init(|| {
            let mut out = String::new();
            for line in self.text.lines().filter(|l| names::is_import(l)) {
                out.push_str(&line.to_ascii_lowercase());
                out.push('\n');
            }
            self.add_roots(&mut out);
            out
        })
    }

    /// Rust names a crate by its path as often as by a `use`: `http: reqwest::Client`.
    fn add_roots(&self, out: &mut String) {
        if self.language.name() != "rust" {
            return;
        }
        let mut known: Vec<&str> = vec!["std", "core", "alloc", "crate", "self", "super"];
        for at in 0..self.tokens.len() {
            let is_root = self.is(at + 1, "::") && self.kind(at) == Some(Kind::Word) && (at == 0 || !self.is(at - 1, "::"));
            let word = self.word(at);
            if is_root && word.starts_with(|c: char| c.is_ascii_lowercase()) && !known.contains(&word) {
                known.push(word);
                out.push_str("use ");
                out.push_str(word);
                out.push_str(";\n");
            }
        }
    }

    /// Whether the word stands anywhere in the text: a cheap first question.
    pub(crate) fn mentions(&self, words: &[&str]) -> bool {
        words.iter().any(|w| self.text.contains(w))
    }

    /// Constants that this text defines, for names in other files.
    pub(crate) fn constants(&self) -> Vec<Constant> {
        assignments::constants(self)
    }
}

#[cfg(test)]
mod tests;
