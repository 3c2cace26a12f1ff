//! Loops, branches, `try` and their handlers.

use super::{Builder, Place};
use crate::engine::syntax::failure;
use crate::engine::syntax::grammar::Is;
use crate::engine::syntax::outline::{Caught, Kind, Role};
use crate::engine::syntax::pieces;
use tree_sitter::{Node as Raw, TreeCursor};

impl<'t> Builder<'t> {
    pub(super) fn loop_(&mut self, cursor: &mut TreeCursor<'_>, place: Place<'t>) {
        let node = cursor.node();
        let head = pieces::before_block(self.source(node));
        let mut condition = self.field(node, &["condition"]);
        let mut over = "";
        let keyword = node.child(0).map_or("", |c| c.kind());
        match node.kind() {
            "for_expression" | "for_in_statement" | "enhanced_for_statement" | "foreach_statement" | "for_range_loop" | "for" => {
                over = self.field(node, &["right", "value"]);
                if over.is_empty() {
                    over = head;
                }
            }
            "for_statement" if self.language == "go" => {
                if let Some(clause) = self.child_of_kind(node, &["for_clause"]) {
                    condition = self.field(clause, &["condition"]);
                } else if let Some(clause) = self.child_of_kind(node, &["range_clause"]) {
                    over = self.field(clause, &["right"]);
                } else if let Some(first) = node.named_child(0).filter(|c| c.kind() != "block") {
                    condition = self.source(first);
                }
            }
            "for_statement" if self.language == "python" => over = self.field(node, &["right"]),
            "for_statement" if self.language == "kotlin" => over = head,
            "call" => over = if self.language == "elixir" { head } else { "" },
            _ => {}
        }
        condition = condition.trim().trim_end_matches(';').trim();
        condition = pieces::bare(condition);
        let is_until = keyword == "until" || node.kind() == "until_modifier";
        let endless =
            over.is_empty() && (condition.is_empty() || if is_until { matches!(condition, "false") } else { matches!(condition, "true" | "True" | "1" | ":") });
        let id = self.open(Kind::Loop { endless, condition, over }, place, node);
        self.each_child(cursor, &mut |b, c, field| {
            let role = match field {
                Some("condition" | "right" | "value" | "initializer" | "init" | "update" | "increment") => Role::Condition,
                _ if matches!(c.node().kind(), "for_clause" | "range_clause") => Role::Condition,
                _ => Role::Body,
            };
            if matches!(field, Some("left" | "pattern" | "name" | "type" | "method")) {
                return;
            }
            let inner = Place::of(id, role);
            b.visit(c, if role == Role::Body { inner.statement() } else { inner });
        });
        self.close(id);
    }

    pub(super) fn branch(&mut self, cursor: &mut TreeCursor<'_>, place: Place<'t>, inverted: bool) {
        let node = cursor.node();
        let mut condition = self.field(node, &["condition"]);
        if self.language == "elixir" {
            condition = self.arguments(node).map_or("", |a| self.source(a));
        }
        let failed = failure::presence(condition, self.language).map(|(failed, binding)| (failed != inverted, binding));
        let id = self.open(Kind::Branch { condition: pieces::bare(condition) }, place, node);
        let mut role = Role::Condition;
        self.each_child(cursor, &mut |b, c, field| {
            let child = c.node();
            let kind = child.kind();
            if kind == "else" && !child.is_named() {
                role = Role::Else;
                return;
            }
            let role = match field {
                Some("condition" | "initializer") => Role::Condition,
                Some("alternative") => Role::Else,
                Some("consequence" | "body") => Role::Body,
                _ if kind == "arguments" => Role::Condition,
                _ if role == Role::Else || matches!(kind, "else" | "else_clause") => Role::Else,
                _ => Role::Body,
            };
            let inner = Place { fate: place.fate, ..Place::of(id, role) };
            match failed {
                Some((true, binding)) if role == Role::Body => b.handled(c, inner, Caught::Branch, condition, binding),
                // `else if` of a test for success is no handler: it asks something else.
                Some((false, binding)) if role == Role::Else && !b.is_else_if(child) => b.handled(c, inner, Caught::Branch, condition, binding),
                _ if role == Role::Condition => b.visit(c, Place::of(id, role)),
                _ => b.visit(c, inner),
            }
        });
        self.close(id);
    }

    pub(super) fn is_else_if(&mut self, node: Raw<'_>) -> bool {
        let inner = if matches!(self.row(node), Some(Is::Else)) { node.named_child(0) } else { Some(node) };
        inner.is_some_and(|n| matches!(self.row(n), Some(Is::If | Is::Unless)))
    }

    pub(super) fn handled(&mut self, cursor: &mut TreeCursor<'_>, place: Place<'t>, how: Caught, caught: &'t str, binding: &'t str) {
        let id = self.open(Kind::Handler { how, caught: vec![caught], binding }, place, cursor.node());
        self.visit(cursor, Place { fate: place.fate, ..Place::body(id) });
        self.close(id);
    }

    pub(super) fn switch(&mut self, cursor: &mut TreeCursor<'_>, place: Place<'t>) {
        let node = cursor.node();
        let mut condition = self.field(node, &["condition", "value", "subject"]);
        if condition.is_empty() {
            condition = self.child_of_kind(node, &["when_subject", "arguments"]).map_or("", |n| self.source(n));
        }
        let id = self.open(Kind::Branch { condition: pieces::bare(condition) }, place, node);
        self.each_child(cursor, &mut |b, c, field| {
            let kind = c.node().kind();
            let role = if matches!(field, Some("condition" | "value" | "subject" | "initializer")) || matches!(kind, "when_subject" | "arguments") {
                Role::Condition
            } else {
                Role::Body
            };
            let inner = Place { propagated: place.propagated, ..Place::of(id, role) };
            b.visit(c, if role == Role::Body { Place { fate: place.fate, ..inner } } else { inner });
        });
        self.close(id);
    }

    pub(super) fn arm(&mut self, cursor: &mut TreeCursor<'_>, place: Place<'t>) {
        let node = cursor.node();
        let first = ["pattern", "left", "condition", "communication", "conditional_expressions", "value"];
        let field = first.into_iter().find(|f| node.child_by_field_name(f).is_some());
        let mut pattern = field.map_or("", |f| self.field(node, &[f]));
        if field.is_none() {
            pattern = self.child_of_kind(node, &["switch_label", "case_pattern"]).map_or("", |n| self.source(n));
            pattern = pattern.trim_start_matches("case ");
        }
        let caught = if place.arms_catch { Some("") } else { failure::pattern(pattern, self.language) };
        let kind = match caught {
            Some(_) if place.arms_catch => {
                let (types, binding) = failure::caught(pattern, self.language);
                Kind::Handler { how: Caught::Catch, caught: types, binding }
            }
            Some(binding) => Kind::Handler { how: Caught::Arm, caught: vec![pattern], binding },
            None => Kind::Arm { pattern },
        };
        let id = self.open(kind, place, node);
        self.each_child(cursor, &mut |b, c, f| {
            let is_pattern = f.is_some() && f == field && !(f == Some("value") && field == Some("pattern"));
            let inner = if is_pattern || matches!(c.node().kind(), "switch_label" | "case_pattern") {
                Place::of(id, Role::Condition)
            } else {
                Place { fate: place.fate, ..Place::body(id) }
            };
            b.visit(c, inner);
        });
        self.close(id);
    }

    pub(super) fn try_(&mut self, cursor: &mut TreeCursor<'_>, place: Place<'t>) {
        let id = self.open(Kind::Try, place, cursor.node());
        let inner = Place { fate: place.fate, ..Place::body(id) };
        self.each_child(cursor, &mut |b, c, field| {
            // Ruby's `x rescue y`.
            if field == Some("handler") && !matches!(b.row(c.node()), Some(Is::Catch)) {
                b.handled(c, inner, Caught::Catch, "", "");
            } else {
                b.visit(c, inner);
            }
        });
        self.close(id);
    }

    pub(super) fn try_if_handled(&mut self, cursor: &mut TreeCursor<'_>, place: Place<'t>) {
        let node = cursor.node();
        let handled = self.child_of_kind(node, &["rescue", "ensure", "rescue_block", "catch_block", "after_block"]).is_some()
            && node.parent().is_none_or(|p| !self.source(p).starts_with("receive"));
        if !handled {
            return self.all(cursor, place.statement());
        }
        self.within(cursor, Kind::Try, place, Place::statement);
    }

    pub(super) fn catch(&mut self, cursor: &mut TreeCursor<'_>, place: Place<'t>) {
        let node = cursor.node();
        let header = self.text.get(node.start_byte()..self.body_start(node)).unwrap_or("");
        let (caught, binding) = failure::caught(header, self.language);
        let id = self.open(Kind::Handler { how: Caught::Catch, caught, binding }, place, node);
        self.each_child(cursor, &mut |b, c, field| {
            if !matches!(field, Some("parameter" | "parameters" | "type" | "name" | "exceptions" | "variable" | "alias" | "value")) {
                b.visit(c, Place::body(id).statement());
            }
        });
        self.close(id);
    }
}
