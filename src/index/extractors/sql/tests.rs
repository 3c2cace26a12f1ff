use crate::index::extractors::testing::says;
use crate::index::model::Kind;

const KINDS: &[Kind] = &[Kind::Column];

#[test]
fn statements_say_tables_columns_and_values() {
    for (path, text, expected) in [
        (
            "a.py",
            "cur.execute(\"UPDATE workers SET status = 'idle' WHERE id = %s\", (wid,))",
            &["sure column writes workers @1", "sure column writes workers.status = idle @1", "sure column reads workers.id @1"][..],
        ),
        (
            "a.py",
            "cur.execute(\n    \"\"\"\n    SELECT id FROM orders o\n    WHERE o.status IN ('new', 'paid')\n    \"\"\",\n)",
            &[
                "sure column reads orders @3",
                "sure column reads orders.id @3",
                "sure column reads orders.status = new @4",
                "sure column reads orders.status = paid @4",
            ],
        ),
        (
            "a.go",
            "func f() {\n\tdb.ExecContext(ctx, `INSERT INTO jobs (id, state) VALUES ($1, $2)`, id, \"queued\")\n}",
            &["sure column writes jobs @2", "sure column writes jobs.id @2", "sure column writes jobs.state = queued @2"],
        ),
        (
            "A.java",
            "class A { void f() { jdbc.query(\"SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id \" +\n  \"WHERE o.status = 'open'\"); } }",
            &[
                "sure column reads orders @1",
                "sure column reads customers @1",
                "sure column reads orders.id @1",
                "sure column reads customers.name @1",
                "sure column reads customers.id @1",
                "sure column reads orders.customer_id @1",
                "sure column reads orders.status = open @2",
            ],
        ),
        (
            "a.ts",
            "await pool.query('SELECT * FROM jobs WHERE state = $1 ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED', ['queued'])",
            &["sure column reads jobs @1", "sure column reads jobs.state = queued @1", "sure column reads jobs.run_at @1"],
        ),
        (
            "a.rs",
            "async fn f() { sqlx::query(\"DELETE FROM carts WHERE owner = $1 AND kind = $2\").bind(id).bind(\"guest\").execute(&p).await; }",
            &["sure column deletes carts @1", "sure column reads carts.owner @1", "sure column reads carts.kind = guest @1"],
        ),
        (
            "a.rb",
            "class A\n  def f\n    conn.execute(<<~SQL)\n      UPDATE payments\n      SET state = 'failed'\n      WHERE tries > 3\n    SQL\n  end\nend",
            &["sure column writes payments @4", "sure column writes payments.state = failed @5", "sure column reads payments.tries @6"],
        ),
        (
            "A.cs",
            "class A { void F() { db.Execute(@\"UPDATE Orders\n SET Status = @status\n WHERE Id = @id\", new { status = \"shipped\", id }); } }",
            &["sure column writes Orders @1", "sure column writes Orders.Status = shipped @2", "sure column reads Orders.Id @3"],
        ),
        (
            "a.php",
            "<?php $db->query(\"SELECT name FROM users WHERE role = 'admin'\");",
            &["sure column reads users @1", "sure column reads users.name @1", "sure column reads users.role = admin @1"],
        ),
        (
            "a.py",
            "db.execute(\"INSERT INTO k (a, b) VALUES ('x', 1) ON CONFLICT (a) DO UPDATE SET b = excluded.b, c = 'y'\")",
            &["sure column writes k @1", "sure column writes k.a = x @1", "sure column writes k.b @1", "sure column writes k.c = y @1"],
        ),
        (
            "a.py",
            "db.execute(\"WITH picked AS (SELECT id FROM jobs WHERE state = 'queued' LIMIT 1) UPDATE jobs SET state = 'running' FROM picked WHERE jobs.id = picked.id\")",
            &[
                "sure column reads jobs @1",
                "sure column reads jobs.id @1",
                "sure column reads jobs.state = queued @1",
                "sure column writes jobs @1",
                "sure column writes jobs.state = running @1",
            ],
        ),
        (
            "A.java",
            "interface R { @Query(\"SELECT o FROM Order o WHERE o.orderStatus = 'NEW'\") List<Order> open(); }",
            &["sure column reads ${table.of.Order:order} @1", "sure column reads ${table.of.Order:order}.order_status = NEW @1"],
        ),
        (
            "m.sql",
            "CREATE TABLE IF NOT EXISTS shop.orders (\n  id uuid PRIMARY KEY,\n  status text NOT NULL DEFAULT 'new',\n  CHECK (status IN ('new', 'paid'))\n);\nALTER TABLE orders DROP COLUMN note;",
            &[
                "sure column declares orders @1",
                "sure column declares orders.id @2",
                "sure column declares orders.status = new @3",
                "sure column declares orders.status = new @4",
                "sure column declares orders.status = paid @4",
                "sure column deletes orders.note @6",
            ],
        ),
        (
            "p.sql",
            "CREATE OR ALTER PROCEDURE [dbo].[Close]\nAS\nBEGIN\n    UPDATE [dbo].[Order]\n    SET [Status] = 'closed'\n    WHERE [Id] = @Id\n    DELETE FROM [dbo].[Cart]\n    WHERE [Kind] = 'guest'\nEND\nGO\nSELECT * INTO #T FROM [dbo].[Cart]",
            &[
                "sure column writes Order @4",
                "sure column writes Order.Status = closed @5",
                "sure column reads Order.Id @6",
                "sure column deletes Cart @7",
                "sure column reads Cart.Kind = guest @8",
                "sure column reads Cart @11",
            ],
        ),
        (
            "a.py",
            "cur.execute(\"UPDATE jobs SET state = 'queued' WHERE seen < now() - make_interval(secs => %s)\", (n,))",
            &["sure column writes jobs @1", "sure column writes jobs.state = queued @1", "sure column reads jobs.seen @1"],
        ),
        (
            "a.py",
            "q = f\"SELECT id FROM {table} WHERE status = 'x'\"\nr = f\"SELECT id FROM {schema}.orders WHERE status = '{s}'\"",
            &["sure column reads orders @2", "sure column reads orders.id @2", "sure column reads orders.status @2"],
        ),
    ] {
        says(path, text, KINDS, expected);
    }
}

#[test]
fn constants_of_the_file_are_put_in() {
    for (path, text, expected) in [
        (
            "A.java",
            "class A {\n  static final String FIELDS = \"id, state\";\n  void f() { jdbc.query(\"SELECT \" + FIELDS + \" FROM parcels WHERE state = 'LOST'\", m); }\n}",
            &["sure column reads parcels @3", "sure column reads parcels.id @3", "sure column reads parcels.state = LOST @3"][..],
        ),
        (
            "a.kt",
            "const val TABLE = \"parcels\"\nfun f() { jdbc.update(\"DELETE FROM $TABLE WHERE state = 'LOST'\") }",
            &["sure column deletes parcels @2", "sure column reads parcels.state = LOST @2"],
        ),
        (
            "A.cs",
            "class A {\n  void F() { db.Execute($\"INSERT INTO {Names.Parcels} (state) VALUES ('lost')\"); }\n  static class Names { public const string Parcels = \"parcels\"; }\n}",
            &["sure column writes parcels @2", "sure column writes parcels.state = lost @2"],
        ),
        ("a.py", "TABLE = 'parcels'\nQ = f\"SELECT id FROM {TABLE}\\n\"", &["sure column reads parcels @2", "sure column reads parcels.id @2"]),
        ("a.ts", "const T = 'parcels';\ndb.query(`SELECT id FROM ${T} LIMIT 1`);", &["sure column reads parcels @2", "sure column reads parcels.id @2"]),
        (
            "a.go",
            "const table = \"parcels\"\nfunc f() { db.Exec(\"DELETE FROM \" + table + \" WHERE id = $1\", id) }",
            &["sure column deletes parcels @2", "sure column reads parcels.id @2"],
        ),
        // What is given at run time, or is more than a name, stays a hole.
        ("a.py", "def f(table):\n    return db.execute(f\"SELECT id FROM {table} WHERE id = 1\")", &[]),
        ("A.java", "class A { void f(String t) { jdbc.update(\"DELETE FROM \" + t + \" WHERE id = 1\"); } }", &[]),
        ("a.ts", "const label = 'x';\nconst t = 'SELECT ' + label + ' from the list';\nconst u = `update ${label} now`;", &[]),
    ] {
        says(path, text, KINDS, expected);
    }
}

#[test]
fn commands_hand_statements_to_clients() {
    let pod = |lines: &str| format!("apiVersion: batch/v1\nkind: Job\nspec:\n  containers:\n    - name: x\n{lines}");
    const GONE: &[&str] = &["sure column deletes carts @6", "sure column reads carts.state = old @6"];
    let cases: [(&str, String, &[&str]); 9] = [
        ("k.yaml", pod("      command: [psql, \"$(URL)\", -c, \"DELETE FROM carts WHERE state = 'old'\"]"), GONE),
        ("k.yaml", pod("      command: [psql]\n      args:\n        - -c\n        - DELETE FROM carts"), &["sure column deletes carts @9"]),
        ("k.yaml", pod("      command: [sh, -c, \"psql $URL -c 'DELETE FROM carts'\"]"), &["sure column deletes carts @6"]),
        (
            "k.yaml",
            pod("      command:\n        - sh\n        - -c\n        - |\n          set -e\n          psql -c \"DELETE FROM carts\""),
            &["sure column deletes carts @11"],
        ),
        // No client, and a text that is none of a command.
        ("k.yaml", pod("      command: [echo, \"DELETE FROM carts\"]"), &[]),
        ("k.yaml", pod("      command: [psql, --version]\n      note: DELETE FROM carts"), &[]),
        (
            "x.sh",
            "psql \"$URL\" -v x=1 -c \"UPDATE carts SET state = 'old'\"".to_owned(),
            &["sure column writes carts @1", "sure column writes carts.state = old @1"],
        ),
        (
            "x.sh",
            "set -e\nmysql shop <<'SQL'\nDELETE FROM carts\n  WHERE state = 'old';\nSQL\nmysql -e 'DELETE FROM carts'".to_owned(),
            &["sure column deletes carts @3", "sure column reads carts.state = old @4", "sure column deletes carts @6"],
        ),
        ("x.sh", "# psql -c \"DELETE FROM carts\"\necho \"DELETE FROM carts\"\nnot-psql \"DELETE FROM carts\"".to_owned(), &[]),
    ];
    for (path, text, expected) in cases {
        says(path, &text, KINDS, expected);
    }
}

#[test]
fn any_script_can_be_read() {
    let pieces =
        ["psql", " \"", "'", "\\", "\\\n", "<<SQL", "\nSQL", "é", "${", "}", "$", "curl ", "-X", " http://é", "DELETE FROM é", "\n", ":-", "$(", "`", "URL="];
    for a in pieces {
        for b in pieces {
            for c in pieces {
                let text = format!("psql {a}{b}{c}\ncurl {c}{a}{b}");
                let _ = crate::index::extractors::facts(&crate::index::file::File::new("x.sh", &text));
            }
        }
    }
}

#[test]
fn prose_is_no_statement() {
    for (path, text) in [
        ("a.py", "raise E(\"Select an item from the list\")"),
        ("a.py", "help = \"update the settings of this account\""),
        ("a.ts", "const t = 'Delete from cart';\nconst u = 'create a new table';\nconst v = 'with friends as guests';"),
        ("a.go", "func f() { log.Println(\"SELECT id FROM orders\") }"),
        ("a.py", "x = \"select color from palette\""),
        ("a.py", "s3.select(\"with (a) as b\")"),
    ] {
        says(path, text, KINDS, &[]);
    }
}

#[test]
fn types_of_values_are_states() {
    says(
        "m.sql",
        "CREATE TYPE order_status AS ENUM ('new', 'paid');",
        &[Kind::State],
        &["sure state declares order_status = new @1", "sure state declares order_status = paid @1"],
    );
}
