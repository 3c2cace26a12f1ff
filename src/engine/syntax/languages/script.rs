//! TypeScript, TSX and JavaScript: the same kinds of nodes in three grammars.

use super::super::grammar::{Grammar, Is};
use super::super::outline::Jump;

const ROWS: &[(&str, Is)] = &[
    ("class_declaration", Is::Type),
    ("abstract_class_declaration", Is::Type),
    ("class", Is::Type),
    ("function_declaration", Is::Function),
    ("generator_function_declaration", Is::Function),
    ("method_definition", Is::Function),
    ("function_expression", Is::Closure),
    ("arrow_function", Is::Closure),
    ("for_statement", Is::Loop),
    ("for_in_statement", Is::Loop),
    ("while_statement", Is::Loop),
    ("do_statement", Is::Loop),
    ("if_statement", Is::If),
    ("else_clause", Is::Else),
    ("ternary_expression", Is::If),
    ("switch_statement", Is::Switch),
    ("switch_case", Is::Arm),
    ("switch_default", Is::Arm),
    ("try_statement", Is::Try),
    ("catch_clause", Is::Catch),
    ("finally_clause", Is::Finally),
    ("call_expression", Is::Call),
    ("new_expression", Is::New),
    ("decorator", Is::Decorator),
    ("variable_declarator", Is::Assign),
    ("assignment_expression", Is::Assign),
    ("augmented_assignment_expression", Is::Assign),
    ("update_expression", Is::Assign),
    ("public_field_definition", Is::Assign),
    ("field_definition", Is::Assign),
    ("return_statement", Is::Jump(Jump::Return)),
    ("break_statement", Is::Jump(Jump::Break)),
    ("continue_statement", Is::Jump(Jump::Continue)),
    ("throw_statement", Is::Jump(Jump::Throw)),
    ("object", Is::Object),
    ("await_expression", Is::Await),
    ("parenthesized_expression", Is::Wrap),
    ("as_expression", Is::Wrap),
    ("non_null_expression", Is::Wrap),
    ("expression_statement", Is::Statement),
    ("import_statement", Is::Skip),
    ("interface_declaration", Is::Skip),
    ("type_alias_declaration", Is::Skip),
    ("type_annotation", Is::Skip),
    ("comment", Is::Skip),
];
const EACH: &[&str] = &["forEach", "map", "flatMap", "mapSeries", "eachSeries", "eachLimit"];
const ON_FAILURE: &[&str] = &["catch", "onError", "catchError", "onFailure", "orElse"];

pub(in super::super) static TYPESCRIPT: Grammar =
    Grammar { language: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(), rows: ROWS, words: &[], each: EACH, on_failure: ON_FAILURE };

pub(in super::super) static TSX: Grammar =
    Grammar { language: || tree_sitter_typescript::LANGUAGE_TSX.into(), rows: ROWS, words: &[], each: EACH, on_failure: ON_FAILURE };

pub(in super::super) static JAVASCRIPT: Grammar =
    Grammar { language: || tree_sitter_javascript::LANGUAGE.into(), rows: ROWS, words: &[], each: EACH, on_failure: ON_FAILURE };
