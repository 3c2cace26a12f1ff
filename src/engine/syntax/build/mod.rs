//! From a parse tree to an [`Outline`]: one walk, guided by the language's table. What the table does not name is looked through,
//! and so are the nodes that the parser makes of text that is no whole program.

mod control;
mod parts;

use super::grammar::{Grammar, Is};
use super::outline::{Call, Caught, Id, Jump, Kind, Node, Outline, Role, Scope, Use};
use super::pieces::{self, cut, last_part};
use tree_sitter::{Node as Raw, TreeCursor};

/// Deeper nesting than any person writes; the walk recurses.
const DEEPEST: u32 = 160;

pub(super) fn outline<'t>(tree: &tree_sitter::Tree, grammar: &'static Grammar, language: &'static str, text: &'t str) -> Outline<'t> {
    let file = Node { kind: Kind::File, role: Role::Body, parent: 0, end: 1, span: (0, text.len()), line: 1 };
    let mut builder = Builder { text, grammar, language, nodes: vec![file], rows: vec![0; 1024], depth: 0 };
    builder.each_child(&mut tree.walk(), &mut |b, c, _| b.visit(c, Place::body(0)));
    builder.close(0);
    let line_starts = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1).collect();
    Outline { text, language, nodes: builder.nodes, line_starts }
}

/// What a closure is to the call that it is handed to.
#[derive(Clone, Copy)]
enum Closure<'t> {
    Plain,
    /// Runs for each element.
    Each(&'t str),
    /// Runs when something failed.
    OnFailure,
}

/// Where a node stands.
#[derive(Clone, Copy)]
struct Place<'t> {
    parent: Id,
    role: Role,
    fate: Use<'t>,
    awaited: bool,
    propagated: bool,
    /// Arms that stand here are handlers.
    arms_catch: bool,
    closure: Closure<'t>,
}

impl Place<'_> {
    fn of(parent: Id, role: Role) -> Self {
        Self { parent, role, fate: Use::Read, awaited: false, propagated: false, arms_catch: false, closure: Closure::Plain }
    }

    fn body(parent: Id) -> Self {
        Self::of(parent, Role::Body)
    }

    fn statement(self) -> Self {
        Self { fate: Use::Ignored, awaited: false, propagated: false, closure: Closure::Plain, ..self }
    }

    fn read(self) -> Self {
        Self { fate: Use::Read, awaited: false, propagated: false, ..self }
    }
}

struct Builder<'t> {
    text: &'t str,
    grammar: &'static Grammar,
    language: &'static str,
    nodes: Vec<Node<'t>>,
    /// Row of each kind of node that was met: 0 not looked up yet, 1 none, else index + 2.
    rows: Vec<u8>,
    depth: u32,
}

type Each<'a, 't> = &'a mut dyn FnMut(&mut Builder<'t>, &mut TreeCursor<'_>, Option<&str>);

impl<'t> Builder<'t> {
    fn row(&mut self, node: Raw<'_>) -> Option<Is> {
        let id = node.kind_id() as usize;
        if id >= self.rows.len() {
            return None;
        }
        if self.rows[id] == 0 {
            let kind = node.kind();
            self.rows[id] = self.grammar.rows.iter().position(|(k, _)| *k == kind).map_or(1, |i| u8::try_from(i + 2).unwrap_or(1));
        }
        (self.rows[id] >= 2).then(|| self.grammar.rows[self.rows[id] as usize - 2].1)
    }

    fn source(&self, node: Raw<'_>) -> &'t str {
        self.text.get(node.start_byte()..node.end_byte()).unwrap_or("")
    }

    fn field(&self, node: Raw<'_>, names: &[&str]) -> &'t str {
        names.iter().find_map(|n| node.child_by_field_name(n)).map_or("", |n| self.source(n))
    }

    fn open(&mut self, kind: Kind<'t>, place: Place<'t>, node: Raw<'_>) -> Id {
        let id = self.nodes.len();
        let line = u32::try_from(node.start_position().row + 1).unwrap_or(u32::MAX);
        self.nodes.push(Node { kind, role: place.role, parent: place.parent, end: id + 1, span: (node.start_byte(), node.end_byte()), line });
        id
    }

    fn close(&mut self, id: Id) {
        self.nodes[id].end = self.nodes.len();
    }

    /// Calls `f` at each child that has a name, and at `else`, which has none and still parts a branch in two.
    fn each_child(&mut self, cursor: &mut TreeCursor<'_>, f: Each<'_, 't>) {
        if self.depth >= DEEPEST || !cursor.goto_first_child() {
            return;
        }
        self.depth += 1;
        loop {
            let node = cursor.node();
            if node.is_named() || node.kind() == "else" {
                let field = cursor.field_name().map(str::to_owned);
                f(self, cursor, field.as_deref());
            }
            if !cursor.goto_next_sibling() {
                break;
            }
        }
        cursor.goto_parent();
        self.depth -= 1;
    }

    fn all(&mut self, cursor: &mut TreeCursor<'_>, place: Place<'t>) {
        self.each_child(cursor, &mut |b, c, _| b.visit(c, place));
    }

    fn visit(&mut self, cursor: &mut TreeCursor<'_>, place: Place<'t>) {
        let node = cursor.node();
        if !node.is_named() {
            return;
        }
        let mut is = self.row(node);
        if matches!(is, Some(Is::Call)) {
            is = self.word(node).or(is);
        }
        match is {
            None => self.all(cursor, place.read()),
            Some(Is::Skip) => {}
            Some(Is::Type) => self.type_(cursor, place),
            Some(Is::Function) => self.function(cursor, place),
            Some(Is::Closure) => self.closure(cursor, place),
            Some(Is::Loop) => self.loop_(cursor, place),
            Some(Is::If) => self.branch(cursor, place, false),
            Some(Is::Unless) => self.branch(cursor, place, true),
            Some(Is::Else) => self.all(cursor, Place { role: if place.role == Role::Condition { Role::Body } else { Role::Else }, ..place.statement() }),
            Some(Is::Switch) => self.switch(cursor, place),
            Some(Is::Arm) => self.arm(cursor, place),
            Some(Is::Try) => self.try_(cursor, place),
            Some(Is::TryIfHandled) => self.try_if_handled(cursor, place),
            Some(Is::Catch) => self.catch(cursor, place),
            Some(Is::CatchArms) => self.all(cursor, Place { arms_catch: true, ..place }),
            Some(Is::Finally) => self.within(cursor, Kind::Finally, place, Place::statement),
            Some(Is::Scope(what)) => self.scope(cursor, what, place),
            Some(Is::Call) => self.call(cursor, place, false),
            Some(Is::New) => self.call(cursor, place, true),
            Some(Is::Decorator) => self.decorator(cursor, place),
            Some(Is::Assign) => self.assign(cursor, place),
            Some(Is::Jump(what)) => self.jump(cursor, what, place),
            Some(Is::Object) => self.object(cursor, place),
            Some(Is::Await) => self.all(cursor, Place { awaited: true, ..place }),
            Some(Is::Propagate) => self.all(cursor, Place { propagated: true, ..place }),
            Some(Is::Wrap) => self.wrap(cursor, place),
            Some(Is::Statement) => self.all(cursor, place.statement()),
            Some(Is::Block) => self.all(cursor, place.statement()),
            Some(Is::BlockWithValue) => {
                let place = Place { fate: Use::Returned, ..place.statement() };
                self.all(cursor, place);
            }
        }
    }

    /// What a call is when its name is a word of the language.
    fn word(&self, node: Raw<'_>) -> Option<Is> {
        if self.grammar.words.is_empty() {
            return None;
        }
        let (receiver, name, _) = self.callee(node);
        let (_, is) = self.grammar.words.iter().find(|(w, _)| *w == name)?;
        (receiver.is_empty() || matches!(is, Is::Scope(_))).then_some(*is)
    }

    /// `i++` and `x!` share a kind in C#; Elixir's `try` is looked through like a bracket.
    fn wrap(&mut self, cursor: &mut TreeCursor<'_>, place: Place<'t>) {
        let source = self.source(cursor.node());
        if source.len() < 120 && (source.ends_with("++") || source.ends_with("--") || source.starts_with("++") || source.starts_with("--")) {
            return self.assign(cursor, place);
        }
        self.all(cursor, place);
    }

    fn within(&mut self, cursor: &mut TreeCursor<'_>, kind: Kind<'t>, place: Place<'t>, inner: fn(Place<'t>) -> Place<'t>) {
        let id = self.open(kind, place, cursor.node());
        self.all(cursor, inner(Place::body(id)));
        self.close(id);
    }

    fn type_(&mut self, cursor: &mut TreeCursor<'_>, place: Place<'t>) {
        let node = cursor.node();
        let mut name = self.field(node, &["name", "type"]);
        if self.language == "elixir" {
            name = pieces::first_line(self.arguments(node).map_or("", |a| self.source(a)));
        }
        let id = self.open(Kind::Type { name: cut(name, &['<', ' ', ',']) }, place, node);
        self.all(cursor, Place::body(id).statement());
        self.close(id);
    }

    fn function(&mut self, cursor: &mut TreeCursor<'_>, place: Place<'t>) {
        let node = cursor.node();
        let mut name = self.field(node, &["name"]);
        let mut list = node.child_by_field_name("parameters");
        if let Some(mut declarator) = node.child_by_field_name("declarator") {
            // C: `int *name(params)`, pointers outside of the name.
            while let Some(inner) = declarator.child_by_field_name("declarator") {
                list = list.or_else(|| declarator.child_by_field_name("parameters"));
                declarator = inner;
            }
            name = last_part(self.source(declarator)).1;
        }
        if self.language == "elixir" {
            let head = self.arguments(node);
            name = head.map_or("", |a| cut(self.source(a), &['(', ' ', ',']));
            list = head.and_then(|a| self.arguments(a.named_child(0)?));
        }
        if list.is_none() {
            list = self.child_of_kind(node, &["function_value_parameters", "method_parameters"]);
        }
        let params = list.map_or_else(Vec::new, |l| self.named_children(l));
        let head = self.text.get(node.start_byte()..self.body_start(node)).unwrap_or("");
        let is_async = pieces::has_word(head, "async") || pieces::has_word(head, "suspend");
        let id = self.open(Kind::Function { name, params, is_async }, place, node);
        self.function_body(cursor, id);
        self.close(id);
    }

    fn function_body(&mut self, cursor: &mut TreeCursor<'_>, id: Id) {
        let elixir = self.language == "elixir";
        self.each_child(cursor, &mut |b, c, field| {
            let kind = c.node().kind();
            if matches!(field, Some("parameters" | "parameter" | "return_type" | "result" | "type" | "name" | "declarator" | "receiver"))
                || matches!(kind, "function_value_parameters" | "lambda_parameters")
                || (elixir && kind == "arguments" && !b.source(c.node()).contains("do:"))
            {
                return;
            }
            b.visit(c, Place::body(id).statement());
        });
    }

    fn closure(&mut self, cursor: &mut TreeCursor<'_>, place: Place<'t>) {
        let node = cursor.node();
        let outer = match place.closure {
            Closure::Plain => None,
            Closure::Each(over) => Some(self.open(Kind::Loop { endless: false, condition: "", over }, place, node)),
            Closure::OnFailure => {
                let binding = self.closure_params(node).first().map_or("", |p| cut(p.trim_start_matches(['(', '|', '$', '&']), &[':', ' ', ')', ',', '|']));
                Some(self.open(Kind::Handler { how: Caught::Closure, caught: Vec::new(), binding }, place, node))
            }
        };
        // `const save = async () => ..` is a function with a name to everybody.
        let name = match place.fate {
            Use::Assigned(target) if outer.is_none() => last_part(target).1,
            _ => "",
        };
        let inside = outer.map_or(place, Place::body);
        let is_async = self.source(node).starts_with("async");
        let params = self.closure_params(node);
        let id = self.open(Kind::Function { name, params, is_async }, inside, node);
        self.function_body(cursor, id);
        self.close(id);
        if let Some(outer) = outer {
            self.close(outer);
        }
    }

    fn scope(&mut self, cursor: &mut TreeCursor<'_>, what: Scope, place: Place<'t>) {
        let node = cursor.node();
        let mut head = self.text.get(node.start_byte()..self.body_start(node)).unwrap_or("");
        if head.is_empty() {
            head = pieces::before_block(self.source(node));
        }
        let id = self.open(Kind::Scope { what, head }, place, node);
        self.all(cursor, Place::body(id).statement());
        self.close(id);
    }

    fn call(&mut self, cursor: &mut TreeCursor<'_>, place: Place<'t>, is_new: bool) {
        let node = cursor.node();
        let (receiver, name, at) = self.callee(node);
        let list = self.arguments(node);
        let args = list.map_or_else(Vec::new, |l| self.args(l));
        let closure = if self.grammar.each.contains(&name) {
            let over = if self.language == "elixir" { args.first().map_or("", |a| a.text) } else { receiver };
            Closure::Each(if over.is_empty() { name } else { over })
        } else if self.grammar.on_failure.contains(&name) && !receiver.is_empty() {
            Closure::OnFailure
        } else {
            Closure::Plain
        };
        let Place { awaited, propagated, fate, .. } = place;
        let id = self.open(Kind::Call(Call { receiver, name, args, awaited, propagated, result: fate, is_new }), place, node);
        // A chain over several lines is cited where the name stands.
        let lines = self.text.get(node.start_byte()..at).map_or(0, |t| t.bytes().filter(|b| *b == b'\n').count());
        self.nodes[id].line += u32::try_from(lines).unwrap_or(0);
        let list = list.map(|l| l.id());
        self.each_child(cursor, &mut |b, c, field| {
            let child = c.node();
            let is_list = Some(child.id()) == list || field == Some("block") || matches!(child.kind(), "do_block" | "annotated_lambda" | "token_tree");
            if is_list || !matches!(field, None | Some("function" | "object" | "receiver" | "scope" | "target" | "initializer" | "body")) {
                b.visit(c, Place { closure, ..Place::of(id, Role::Value) });
            } else {
                b.visit(c, Place::of(id, Role::Receiver));
            }
        });
        self.close(id);
    }

    fn decorator(&mut self, cursor: &mut TreeCursor<'_>, place: Place<'t>) {
        let node = cursor.node();
        let place = Place { role: Role::Decorator, ..place.read() };
        if node.child_by_field_name("name").is_some() {
            return self.call(cursor, place, false);
        }
        // Python's and TypeScript's decorators hold a call or a name.
        if let Some(inner) = node.named_child(0)
            && matches!(self.row(inner), Some(Is::Call))
        {
            return self.all(cursor, place);
        }
        let source = self.source(node).trim_matches(['@', '#', '[', ']', ' ', '\n']);
        let (receiver, name) = last_part(cut(source, &['(']));
        let args = source.split_once('(').map_or_else(Vec::new, |(_, rest)| pieces::named_args(rest.trim_end().trim_end_matches(')')));
        let call = Call { receiver, name, args, awaited: false, propagated: false, result: Use::Ignored, is_new: false };
        let id = self.open(Kind::Call(call), place, node);
        self.close(id);
    }

    fn assign(&mut self, cursor: &mut TreeCursor<'_>, place: Place<'t>) {
        let node = cursor.node();
        let source = self.source(node);
        let mut target = self.field(node, &["left", "pattern", "name", "declarator", "target"]);
        let mut value = self.field(node, &["right", "value"]);
        if source.ends_with("++") || source.ends_with("--") || source.starts_with("++") || source.starts_with("--") {
            target = source.trim_matches(['+', '-', ';']);
            value = if source.contains("++") { "++" } else { "--" };
        } else if value.is_empty() {
            // Kotlin and C# name no field: the value is what follows the sign.
            if let Some((left, right)) = pieces::split_assignment(source) {
                target = if target.is_empty() { left } else { target };
                value = right;
            }
        }
        if value.is_empty() {
            return self.all(cursor, place.read());
        }
        if self.language == "kotlin" && node.kind() == "property_declaration" {
            target = cut(target.trim_start_matches("val ").trim_start_matches("var "), &[':', '=']);
            target = target.rsplit(' ').next().unwrap_or(target);
        }
        let target = target.trim();
        let id = self.open(Kind::Assign { target, value }, place, node);
        self.each_child(cursor, &mut |b, c, field| match field {
            Some("left" | "pattern" | "name" | "declarator" | "target") => b.visit(c, Place::of(id, Role::Receiver)),
            Some("type") => {}
            // Rust's `let Ok(x) = y else { .. }`.
            Some("alternative") => b.handled(c, Place::of(id, Role::Else), Caught::Branch, target, ""),
            _ => b.visit(c, Place { fate: Use::Assigned(target), ..Place::of(id, Role::Value) }),
        });
        self.close(id);
    }

    fn jump(&mut self, cursor: &mut TreeCursor<'_>, what: Jump, place: Place<'t>) {
        let node = cursor.node();
        let source = self.source(node);
        let value = source.find([' ', '(', '!', '\n']).map_or("", |i| source[i..].trim().trim_end_matches(';').trim_end());
        let id = self.open(Kind::Jump { what, value }, place, node);
        let fate = if what == Jump::Return { Use::Returned } else { Use::Read };
        self.all(cursor, Place { fate, ..Place::of(id, Role::Value) });
        self.close(id);
    }

    fn object(&mut self, cursor: &mut TreeCursor<'_>, place: Place<'t>) {
        let node = cursor.node();
        let mut fields = Vec::new();
        self.fields(node, &mut fields, 0);
        if fields.iter().all(|f| f.name.is_empty()) {
            return self.all(cursor, place.read());
        }
        let name = self.field(node, &["type", "name"]);
        let id = self.open(Kind::Object { name, fields }, place, node);
        self.all(cursor, Place::of(id, Role::Value));
        self.close(id);
    }
}
