//! Parts of a raw node: what is called, its arguments, a literal's fields, where a body begins.

use super::Builder;
use crate::engine::syntax::outline::Arg;
use crate::engine::syntax::pieces::{self, last_part};
use tree_sitter::Node as Raw;

impl<'t> Builder<'t> {
    pub(super) fn closure_params(&self, node: Raw<'_>) -> Vec<&'t str> {
        let list = node.child_by_field_name("parameters").or_else(|| self.child_of_kind(node, &["lambda_parameters", "implicit_parameter"]));
        if let Some(list) = list {
            let many = self.named_children(list);
            return if many.is_empty() && list.kind() == "identifier" { vec![self.source(list)] } else { many };
        }
        node.child_by_field_name("parameter").map_or_else(Vec::new, |p| vec![self.source(p)])
    }

    /// Receiver, name, and the byte at which the name stands.
    pub(super) fn callee(&self, node: Raw<'_>) -> (&'t str, &'t str, usize) {
        let receiver = node.child_by_field_name("object").or_else(|| node.child_by_field_name("receiver")).or_else(|| node.child_by_field_name("scope"));
        let named = node.child_by_field_name("name").or_else(|| node.child_by_field_name("method"));
        if let (Some(name), receiver) = (named, receiver) {
            return (receiver.map_or("", |r| self.source(r)), self.source(name), name.start_byte());
        }
        let whole = ["function", "target", "macro", "constructor", "type"].into_iter().find_map(|f| node.child_by_field_name(f));
        let Some(whole) = whole.or_else(|| node.named_child(0)).filter(|w| !w.kind().ends_with("argument_list")) else {
            return ("", "", node.start_byte());
        };
        let (receiver, name) = last_part(self.source(whole));
        let at = name.as_ptr() as usize - self.text.as_ptr() as usize;
        // `func() { .. }()`: a function called where it stands has no name, whatever words are in it.
        (receiver, if name.contains('{') { "" } else { name }, at)
    }

    pub(super) fn arguments<'n>(&self, node: Raw<'n>) -> Option<Raw<'n>> {
        node.child_by_field_name("arguments")
            .or_else(|| self.child_of_kind(node, &["value_arguments", "arguments", "argument_list", "token_tree", "attribute_argument_list"]))
    }

    pub(super) fn args(&self, list: Raw<'_>) -> Vec<Arg<'t>> {
        if list.kind() == "token_tree" {
            let inner = self.source(list);
            let inner = inner.get(1..inner.len().saturating_sub(1)).unwrap_or("");
            return pieces::split_commas(inner).into_iter().map(|text| Arg { name: "", text }).collect();
        }
        let mut out = Vec::new();
        let mut cursor = list.walk();
        for child in list.named_children(&mut cursor) {
            match child.kind() {
                "comment" | "line_comment" | "block_comment" => {}
                "keywords" => {
                    let mut inner = child.walk();
                    out.extend(child.named_children(&mut inner).map(|c| self.arg(c)));
                }
                _ => out.push(self.arg(child)),
            }
        }
        out
    }

    /// A positional or named argument, or a field of a literal.
    pub(super) fn arg(&self, node: Raw<'_>) -> Arg<'t> {
        let clean = |text: &'t str| text.trim().trim_matches(['"', '\'', ':', '`']).trim();
        for (key, value) in [("key", "value"), ("field", "value"), ("name", "value"), ("left", "right"), ("designator", "value")] {
            if let (Some(k), Some(v)) = (node.child_by_field_name(key), node.child_by_field_name(value)) {
                // A comparison or an assignment as an argument is a value; in a literal it is a field.
                // Elixir's `key => value` is an operator; a sum is none of the two.
                let pairs = node.child_by_field_name("operator").is_none_or(|op| matches!(self.source(op), "=>" | "="));
                if key != "left" || (matches!(node.kind(), "assignment_expression" | "binary_operator" | "assignment") && pairs) {
                    return Arg { name: clean(self.source(k)), text: self.source(v) };
                }
            }
        }
        let named = matches!(node.kind(), "value_argument" | "argument" | "array_element_initializer" | "attribute_argument" | "keyed_element");
        if named
            && node.named_child_count() == 2
            && let (Some(k), Some(v)) = (node.named_child(0), node.named_child(1))
        {
            return Arg { name: clean(self.source(k)), text: self.source(v) };
        }
        Arg { name: if node.kind().starts_with("shorthand") { self.source(node) } else { "" }, text: self.source(node) }
    }

    pub(super) fn fields(&self, node: Raw<'_>, out: &mut Vec<Arg<'t>>, depth: u32) {
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            match child.kind() {
                "literal_value" | "field_initializer_list" | "map_content" | "keywords" if depth < 2 => self.fields(child, out, depth + 1),
                "comment" | "line_comment" | "block_comment" | "spread_element" | "dictionary_splat" => {}
                _ => {
                    let field = self.arg(child);
                    if !field.name.is_empty() {
                        out.push(field);
                    }
                }
            }
        }
    }

    pub(super) fn child_of_kind<'n>(&self, node: Raw<'n>, kinds: &[&str]) -> Option<Raw<'n>> {
        let mut cursor = node.walk();
        node.named_children(&mut cursor).find(|c| kinds.contains(&c.kind()))
    }

    pub(super) fn named_children(&self, node: Raw<'_>) -> Vec<&'t str> {
        let mut cursor = node.walk();
        node.named_children(&mut cursor).filter(|c| !c.kind().ends_with("comment")).map(|c| self.source(c)).collect()
    }

    /// Byte at which the body of a function, handler or scope begins; its end where it has none.
    pub(super) fn body_start(&self, node: Raw<'_>) -> usize {
        let body = node.child_by_field_name("body").or_else(|| self.child_of_kind(node, &["block", "function_body", "compound_statement", "then", "do_block"]));
        body.map_or_else(|| node.end_byte(), |b| b.start_byte())
    }
}
