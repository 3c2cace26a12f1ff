use super::{DeclarationKind, Reading};
use crate::engine::edit::Language;

fn reading<'a>(path: &'a str, text: &'a str) -> Reading<'a> {
    Reading::of(path, Language::of_path(path), text)
}

/// The pattern of the first argument of the call with this name.
fn first_argument(path: &str, text: &str, call: &str) -> String {
    let reading = reading(path, text);
    let found = reading.calls.iter().find(|c| c.name == call).unwrap_or_else(|| panic!("no call of {call}: {:?}", reading.calls));
    let name = reading.name(&found.arguments[0].span);
    crate::index::extractors::testing::shown(&crate::index::model::Use::new(crate::index::model::Kind::Key, crate::index::model::Role::Reads, name, found.line))
        .replace("sure key reads ", "")
}

#[test]
fn names_are_put_together() {
    for (path, text, call, expected) in [
        ("a.py", "r.get(f\"worker:{wid}:status\")", "get", "worker:{}:status @1"),
        ("a.py", "r.get(\"worker:%s:status\" % wid)", "get", "worker:{}:status @1"),
        ("a.py", "r.get(\"worker:{}:status\".format(wid))", "get", "worker:{}:status @1"),
        ("a.py", "P = \"worker:\"\ndef f(w):\n    r.get(P + str(w))", "get", "worker:{} @3"),
        ("a.py", "def key(w):\n    return f\"worker:{w}\"\n\ndef f(w):\n    r.get(key(w))", "get", "worker:{} @5"),
        ("a.py", "r.get(keys.heartbeat(w))", "get", "<keys.heartbeat()> @1"),
        ("a.ts", "const key = (w: string) => `w:${w}`;\nr.get(key(id))", "get", "w:{} @2"),
        ("a.py", "r.get(Keys.STATUS)", "get", "<Keys.STATUS> @1"),
        ("a.py", "r.get(keys.STATUS.format(w))", "get", "<keys.STATUS@template> @1"),
        ("a.py", "S = \"w:{}:s\"\ndef f(w):\n    r.get(S.format(w))", "get", "w:{}:s @3"),
        ("a.go", "w.send(fmt.Sprintf(keys.Status, id))", "send", "<keys.Status@template> @1"),
        ("a.go", "const status = \"w:%s\"\n\nfunc f() {\n\tw.send(fmt.Sprintf(status, id))\n}", "send", "w:{} @4"),
        ("a.py", "r.get(os.environ[\"KEY\"])", "get", "${KEY} @1"),
        ("a.py", "r.get(os.getenv(\"KEY\", \"x\"))", "get", "${KEY:x} @1"),
        ("a.ts", "r.get(`worker:${id}:status`)", "get", "worker:{}:status @1"),
        ("a.ts", "const PREFIX = 'w:';\nr.get(PREFIX + id)", "get", "w:{} @2"),
        ("a.ts", "r.get(process.env.KEY || 'x')", "get", "${KEY:x} @1"),
        ("a.ts", "const TOPICS = { orders: 'orders.v1' };\nr.get(TOPICS.orders)", "get", "orders.v1 @2"),
        ("a.go", "const topic = \"orders\"\n\nfunc f() {\n\tw.send(topic)\n}", "send", "orders @4"),
        ("a.go", "w.send(fmt.Sprintf(\"worker:%s:status\", id))", "send", "worker:{}:status @1"),
        ("a.go", "w.send([]byte(\"x\"))", "send", "x @1"),
        ("a.go", "w.send(os.Getenv(\"ADDR\"))", "send", "${ADDR} @1"),
        ("a.go", "func f() {\n\taddr, ok := os.LookupEnv(\"ADDR\")\n\tw.send(addr)\n}", "send", "${ADDR} @3"),
        ("A.java", "class A { static final String T = \"orders\"; void f() { k.send(T, o); } }", "send", "orders @1"),
        ("A.java", "class A { void f() { k.send(String.format(\"w:%d\", id)); } }", "send", "w:{} @1"),
        ("A.java", "class A { void f() { k.send(Topics.ORDERS); } }", "send", "<Topics.ORDERS> @1"),
        ("A.java", "class A { @Value(\"${app.topic}\") private String topic; void f() { k.send(topic); } }", "send", "${app.topic} @1"),
        ("A.java", "class A { A(@Value(\"${app.topic:x}\") String topic) { this.topic = topic; } void f() { k.send(topic); } }", "send", "${app.topic:x} @1"),
        ("a.kt", "class A(@Value(\"\\${app.topic}\") val topic: String) { fun f() { k.send(topic) } }", "send", "${app.topic} @1"),
        ("a.go", "func f(queueName string) {\n\tw.send(queueName)\n}", "send", "{} @2"),
        ("A.cs", "class A { void F() { k.Send($\"w:{id}:s\"); } }", "Send", "w:{}:s @1"),
        ("a.rb", "class A\n  def f\n    redis.get(\"w:#{id}:s\")\n  end\nend", "get", "w:{}:s @3"),
        ("a.rb", "redis.get 'w:s'", "get", "w:s @1"),
        ("a.rs", "fn f() { c.get(format!(\"w:{}:s\", id)); }", "get", "w:{}:s @1"),
        ("a.php", "<?php $r->get('w:' . $id . ':s');", "get", "w:{}:s @1"),
        ("a.kt", "fun f() { r.get(\"w:${id}:s\") }", "get", "w:{}:s @1"),
        ("a.ex", "Redix.get(\"w:\" <> id)", "get", "w:{} @1"),
    ] {
        assert_eq!(first_argument(path, text, call), expected, "{path}: {text}");
    }
}

#[test]
fn calls_have_their_chain_and_arguments() {
    let text = "client.get().uri(\"/orders/{id}\", id).header(\"a\", \"b\").retrieve()";
    let reading = reading("A.java", text);
    let uri = reading.calls.iter().find(|c| c.name == "uri").expect("a call");
    assert_eq!(uri.path, ["client", "get", "uri"]);
    assert_eq!(uri.arguments.len(), 2);
    assert_eq!(reading.calls[uri.on.expect("a chain")].name, "get");
}

#[test]
fn keywords_behind_a_dot_are_called() {
    let reading = reading("a.rs", "let r = Router::new().route(\"/orders\", get(list));");
    let route = reading.calls.iter().find(|c| c.name == "route").expect("a call");
    assert_eq!(route.path, ["Router", "new", "route"]);
}

#[test]
fn texts_over_lines_are_operands() {
    for (path, text) in [
        ("a.py", "r.get(\n    \"\"\"\n    SELECT 1\n    \"\"\",\n)"),
        ("A.cs", "class A { void F() { r.get(@\"SELECT 1\n FROM x\"); } }"),
        ("a.php", "<?php $r->get(\"SELECT 1\n FROM x\");"),
    ] {
        assert!(first_argument(path, text, "get").contains("SELECT 1"), "{text}");
    }
    assert!(reading("a.py", "def f():\n    \"\"\"\n    Text of documentation\n    \"\"\"\n").tokens.iter().all(|t| t.kind != super::tokens::Kind::Text));
}

#[test]
fn methods_without_arguments_are_called() {
    let reading = reading("a.rb", "InvoiceJob.set(wait: 1).perform_later\nqueue.subscribe do |m|\n  m.ack\nend\n");
    let names: Vec<_> = reading.calls.iter().map(|c| (c.path.join("."), c.arguments.len())).collect();
    assert_eq!(
        names,
        [("InvoiceJob.set".to_owned(), 1), ("InvoiceJob.set.perform_later".to_owned(), 0), ("queue.subscribe".to_owned(), 0), ("m.ack".to_owned(), 0)]
    );
}

#[test]
fn a_mark_is_no_part_of_the_name() {
    for (path, text, path_of_call) in [
        ("a.rb", "Flipper.enabled?(:x, user)", "Flipper.enabled"),
        ("a.ex", "Endpoint.broadcast!(topic, \"x\", %{})", "Endpoint.broadcast"),
        ("a.rs", "sqlx::query!(\"SELECT 1\")", "sqlx.query"),
    ] {
        let reading = reading(path, text);
        assert_eq!(reading.calls.first().map(|c| c.path.join(".")).as_deref(), Some(path_of_call), "{text}");
    }
}

#[test]
fn declarations_have_bodies() {
    for (path, text, name, kind, inside) in [
        ("a.py", "class A:\n    def f(self):\n        x()\n    def g(self):\n        y()\n", "f", DeclarationKind::Function, "x()"),
        ("a.go", "func (s *Server) Get(ctx context.Context) error {\n\treturn x()\n}", "Get", DeclarationKind::Function, "return x()"),
        ("A.java", "class A { public Order find(Long id) throws E { return x(); } }", "find", DeclarationKind::Function, "return x();"),
        ("a.ts", "export const send = async (o: Order) => { x(); }", "send", DeclarationKind::Function, "x();"),
        ("a.rb", "class A\n  def f\n    x\n  end\nend", "f", DeclarationKind::Function, "x"),
        ("a.go", "type Order struct {\n\tID string `json:\"id\"`\n}", "Order", DeclarationKind::Type, "ID string `json:\"id\"`"),
        ("A.java", "enum Status { NEW(\"new\"), DONE }", "Status", DeclarationKind::Enum, "NEW(\"new\"), DONE"),
    ] {
        let reading = reading(path, text);
        let found = reading.declarations.iter().find(|d| d.name == name).unwrap_or_else(|| panic!("no {name} in {text}: {:?}", reading.declarations));
        assert_eq!((found.kind, reading.source(&found.body)), (kind, inside), "{text}");
    }
}

#[test]
fn annotations_know_what_they_stand_before() {
    for (path, text, name, target, first) in [
        ("A.java", "class A { @KafkaListener(topics = \"orders\", groupId = \"b\") public void on(Order o) { } }", "KafkaListener", "on", "orders"),
        ("a.py", "@app.route(\"/orders/<id>\", methods=[\"GET\"])\ndef order(id):\n    pass", "route", "order", "/orders/<id>"),
        ("A.cs", "class A {\n [HttpGet(\"{id}\")]\n public Order Get(int id) { } }", "HttpGet", "Get", "{id}"),
        ("a.rs", "#[get(\"/orders\")]\nasync fn orders() {}", "get", "orders", "/orders"),
        ("A.java", "class A { @Column(name = \"state\") private String status; }", "Column", "status", "state"),
    ] {
        let reading = reading(path, text);
        let found = reading.annotations.iter().find(|a| a.name == name).expect("an annotation");
        assert_eq!(found.target.map(|t| reading.word(t)), Some(target), "{text}");
        assert_eq!(reading.literal(&found.arguments[0].span).as_deref(), Some(first), "{text}");
    }
}

#[test]
fn constants_are_for_other_files() {
    for (path, text, expected) in [
        ("t.ts", "export const TOPICS = { orders: 'orders.v1' } as const;", "TOPICS.orders=orders.v1"),
        ("t.py", "class Topics:\n    ORDERS = \"orders\"\n", "Topics.ORDERS=orders"),
        ("t.go", "const (\n\tOrders = \"orders\"\n)", "Orders=orders"),
        ("s.go", "const (\n\tIdle Status = \"idle\"\n)", "Idle=idle"),
        ("T.java", "enum Topic { ORDERS(\"orders\") }", "Topic.ORDERS=orders"),
        ("k.py", "def status_key(w):\n    return f\"w:{w}\"\n", "status_key()=w:{}"),
        ("k.ts", "export const cartKey = (s: string) => `cart:${s}:lines`;", "cartKey()=cart:{}:lines"),
        ("t.rs", "pub const ORDERS: &str = \"orders\";", "ORDERS=orders"),
    ] {
        let found: Vec<String> = reading(path, text).constants().iter().map(|c| format!("{}={}", c.name, c.value.pattern())).collect();
        assert_eq!(found, [expected], "{text}");
    }
}

#[test]
fn any_text_can_be_read() {
    for text in ["", "(((", ")))", "'", "f\"", "a.b.", "@", "[x(", "const (", "class", "\"${", "x = ", "`", "enum {", "->->", "\u{e9}t\u{e9}(\"\u{e9}\")"] {
        for path in ["a.py", "a.go", "a.ts", "A.java", "a.rb", "a.ex", "a.rs", "A.cs", "a.php", "a.kt", "a.lua", "a.erl", "a.proto", "a.sql"] {
            let reading = reading(path, text);
            let _ = reading.constants();
            for call in &reading.calls {
                for argument in &call.arguments {
                    let _ = reading.name(&argument.span);
                }
            }
        }
    }
}

#[test]
fn php_puts_values_into_texts() {
    for (text, expected) in [
        ("\"cart:{$id}:view\"", "cart:{}:view"),
        ("\"cart:{$this->id}/\"", "cart:{}/"),
        ("\"cart:{$a->b->c['x']}:v\"", "cart:{}:v"),
        ("\"cart:$id:v\"", "cart:{}:v"),
        ("\"cart:$a->id/v\"", "cart:{}/v"),
        ("\"cart:$a[0]/v\"", "cart:{}/v"),
        ("\"cart:${id}.v\"", "cart:{}.v"),
        ("\"cart:{x}\"", "cart:{x}"),
        ("\"costs \\$5\"", "costs $5"),
        ("\"5$ each\"", "5$ each"),
        ("'cart:{$id}'", "cart:{$id}"),
        ("\"{$prefix}:{$id}\"", "shop:{}"),
        ("\"{$this->space}:{$id}\"", "eu:{}"),
        ("\"{$this->given}:{$id}\"", "{}:{}"),
    ] {
        let source = format!(
            "<?php\n$prefix = 'shop';\nclass A {{ private $space = 'eu'; private $given = 'x';\n function __construct($g) {{ $this->given = $g; }}\n}}\n$key = {text};"
        );
        let reading = reading("a.php", &source);
        let found = reading.assignments.iter().find(|a| a.name == "$key").map(|a| reading.name(&a.value).pattern());
        assert_eq!(found.as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn methods_of_one_expression_name_things() {
    let reading = reading(
        "A.cs",
        "static class Keys {\n const string Root = \"cart:\";\n public static string Cart(string id) => Root + id;\n static int Sum(int a) => a + 1;\n string f() { var x = list.Select(c => c.Name); return Keys.Cart(id); }\n}",
    );
    let constants: Vec<String> = reading.constants().iter().map(|c| format!("{}={}", c.name, c.value.pattern())).collect();
    assert_eq!(constants, ["Keys.Root=cart:", "Keys.Cart()=cart:{}", "Keys.f()=cart:{}"]);
    let call = reading.calls.iter().find(|c| c.path.join(".") == "Keys.Cart").expect("the call");
    assert_eq!(reading.name(&(call.begins..call.close + 1)).pattern(), "cart:{}");
}
