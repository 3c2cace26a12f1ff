use crate::index::extractors::facts;
use crate::index::extractors::testing::says;
use crate::index::file::File;
use crate::index::model::Kind;

#[test]
fn programs_read_them() {
    for (path, text, expected) in [
        (
            "a.py",
            "S = os.environ['STOCK_ADDR']\nT = os.getenv('CART_URL', 'http://cart:80')\nU = os.getenv('LEVEL')",
            &["sure address reads STOCK_ADDR @1", "sure address reads CART_URL = http://cart:80 @2"][..],
        ),
        (
            "a.go",
            "func f() { a := os.Getenv(\"STOCK_ADDR\"); mustMap(&b, \"CART_ADDR\") }",
            &["sure address reads STOCK_ADDR @1", "likely address reads CART_ADDR @1"],
        ),
        (
            "a.ts",
            "const u = process.env.STOCK_URL || 'http://stock';\nconst { CART_URL } = process.env;",
            &["sure address reads STOCK_URL = http://stock @1", "sure address reads CART_URL @2"],
        ),
        (
            "A.java",
            "class A { @Value(\"${stock.base-url:http://stock}\") String u; String v = System.getenv(\"CART_HOST\"); }",
            &["sure address reads stock.base-url = http://stock @1", "sure address reads CART_HOST @1"],
        ),
        ("a.cs", "var u = builder.Configuration[\"Stock:BaseUrl\"];", &["sure address reads Stock:BaseUrl @1"]),
        ("a.rs", "let u = std::env::var(\"STOCK_URL\").unwrap();", &["sure address reads STOCK_URL @1"]),
        (
            "a.rb",
            "u = ENV['STOCK_URL']\nv = ENV.fetch('CART_URL', 'http://cart')",
            &["sure address reads STOCK_URL @1", "sure address reads CART_URL = http://cart @2"],
        ),
        (
            "a.py",
            "class Settings(BaseSettings):\n    stock_url: str\n    level: str = 'x'\n    cart: str = Field('http://cart', env='CART_URL')",
            &["sure address reads STOCK_URL @2", "sure address reads CART_URL @4"],
        ),
        ("a.py", "class Settings(BaseSettings):\n    model_config = {'env_prefix': 'SHOP_'}\n    stock_url: str", &["sure address reads SHOP_STOCK_URL @3"]),
        ("a.go", "type C struct {\n\tStock string `env:\"STOCK_URL,required\"`\n}", &["sure address reads STOCK_URL @2"]),
        ("a.py", "raise ValueError('STOCK_ADDR')\nx = {'IMAGE_URL': 1}\nprint('HOST')", &[]),
    ] {
        says(path, text, &[Kind::Address], expected);
    }
}

#[test]
fn files_give_them() {
    for (path, text, expected) in [
        ("application.yml", "stock:\n  url: ${STOCK_URL:http://stock}", &["sure address reads STOCK_URL = http://stock @2"][..]),
        (
            "compose.yml",
            "x-env: &env\n  CART_URL: http://cart\nservices:\n  web:\n    image: w\n    environment:\n      <<: *env",
            &["sure address declares CART_URL = http://cart @2"],
        ),
        (
            "compose.yml",
            "services:\n  web:\n    image: web:1.0\n    environment:\n      STOCK_ADDR: stock:8080\n      LEVEL: info\n  api:\n    image: api\n    environment:\n      - CART_URL=http://cart:80",
            &["sure address declares STOCK_ADDR = stock:8080 @5", "sure address declares CART_URL = http://cart:80 @10"][..],
        ),
        (
            "k/d.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n      - name: web\n        image: web:80\n        env:\n        - name: STOCK_ADDR\n          value: \"stock:8080\"",
            &["sure address declares STOCK_ADDR = stock:8080 @13"],
        ),
        ("k/c.yaml", "apiVersion: v1\nkind: ConfigMap\ndata:\n  CART_HOST: cart", &["sure address declares CART_HOST = cart @4"]),
        (
            "src/main/resources/application.yml",
            "spring:\n  kafka:\n    bootstrap-servers: kafka:9092\nstock:\n  url: http://stock",
            &["sure address declares spring.kafka.bootstrap-servers = kafka:9092 @3", "sure address declares stock.url = http://stock @5"],
        ),
        (
            "appsettings.json",
            "{\n  \"Stock\": { \"BaseUrl\": \"http://stock\" },\n  \"Level\": \"x\"\n}",
            &["sure address declares Stock:BaseUrl = http://stock @2"],
        ),
        (
            ".env",
            "# x\nSTOCK_URL=http://stock # y\nexport CART_ADDR=\"cart:80\"\nA=b",
            &["sure address declares STOCK_URL = http://stock @2", "sure address declares CART_ADDR = cart:80 @3"],
        ),
        (
            "Dockerfile",
            "FROM x:80\nENV STOCK_URL=http://stock LEVEL=1\nENV CART_HOST cart",
            &["sure address declares STOCK_URL = http://stock @2", "sure address declares CART_HOST = cart @3"],
        ),
        (
            "m.tf",
            "env {\n  name  = \"STOCK_URL\"\n  value = \"http://stock\"\n}\nvariables = { CART_URL = \"http://cart\" }",
            &["sure address declares STOCK_URL = http://stock @2", "sure address declares CART_URL = http://cart @5"],
        ),
        (
            "templates/d.yaml",
            "{{- if .Values.x }}\nenv:\n- name: STOCK_ADDR\n  value: stock:8080\n- name: OTHER\n  value: {{ .x }}\n{{- end }}",
            &["sure address declares STOCK_ADDR = stock:8080 @4"],
        ),
        (".github/workflows/x.yml", "on: push\njobs:\n  a:\n    env:\n      STOCK_URL: http://x", &[]),
    ] {
        says(path, text, &[Kind::Address], expected);
    }
}

#[test]
fn addresses_of_dotnet() {
    for (path, text, expected) in [
        (
            "a.cs",
            "var d = builder.Configuration.GetConnectionString(\"Ledger\");\nvar u = new Uri(config[\"Services:Stock\"]!);\nvar n = config[\"Services:Mode\"];\nvar v = new Uri(names[\"Stock\"]);",
            &["sure address reads ConnectionStrings:Ledger @1", "sure address reads Services:Stock @2"][..],
        ),
        (
            "compose.yml",
            "services:\n  a:\n    image: a\n    environment:\n      ConnectionStrings__Ledger: Server=tcp:sql,1433;Database=l;Password=x\n      ConnectionStrings__Own: Data Source=own.db\n      Bus__Host: bus\n      Log__Level: info",
            &["sure address declares ConnectionStrings__Ledger = sql:1433 @5", "sure address declares Bus__Host = bus @7"],
        ),
        (
            "appsettings.json",
            "{\n  \"ConnectionStrings\": {\n    \"Ledger\": \"Host=db;Port=5432;Username=u\"\n  }\n}",
            &["sure address declares ConnectionStrings:Ledger = db:5432 @3"],
        ),
    ] {
        says(path, text, &[Kind::Address], expected);
    }
}

#[test]
fn addresses_that_a_secret_gives() {
    let pod = |env: &str| format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  containers:\n  - name: web\n    env:\n{env}");
    for (env, expected) in [
        ("    - name: STOCK_URL\n      valueFrom: {secretKeyRef: {name: s, key: url}}", &["sure address declares STOCK_URL @8"][..]),
        ("    - name: CART_HOST\n      valueFrom:\n        configMapKeyRef: {name: c, key: host}", &["sure address declares CART_HOST @8"]),
        ("    - name: API_TOKEN\n      valueFrom: {secretKeyRef: {name: s, key: t}}", &[]),
        ("    - name: NODE_HOST\n      valueFrom: {fieldRef: {fieldPath: status.hostIP}}", &[]),
    ] {
        says("k/p.yaml", &pod(env), &[Kind::Address], expected);
    }
}

#[test]
fn addresses_of_scripts() {
    for (text, expected) in [
        ("#!/bin/sh\nBASE=${STOCK_URL:-http://localhost:3000}\necho \"$BASE\"", &["sure address reads STOCK_URL = http://localhost:3000 @2"][..]),
        ("psql \"$DATABASE_URL\" -c 'x'\n: \"${CART_HOST:?not set}\"", &["sure address reads DATABASE_URL @1", "sure address reads CART_HOST @2"]),
        ("STOCK_URL=http://a\ncurl $STOCK_URL/x", &[]),
        ("STOCK_URL=\"${STOCK_URL:-http://a}\"\ncurl $STOCK_URL/x", &["sure address reads STOCK_URL = http://a @1"]),
        ("# $STOCK_URL\necho '$STOCK_URL' \\$STOCK_URL $LEVEL $host", &[]),
        ("for STOCK_HOST in a b; do ping $STOCK_HOST; done", &[]),
    ] {
        says("seed.sh", text, &[Kind::Address], expected);
    }
}

#[test]
fn settings_are_kept_with_their_part() {
    for (path, text, expected) in [
        ("compose.yml", "services:\n  web:\n    image: w\n    environment:\n      LEVEL: info", "LEVEL=info for web @5"),
        (
            "k/d.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  env:\n  - name: TOPIC\n    value: orders",
            "TOPIC=orders for web @7",
        ),
        ("a/application.properties", "app.topic=orders", "app.topic=orders @1"),
        ("c.toml", "[kafka]\ntopic = \"orders\" # x", "kafka.topic=orders @2"),
        (".env", "Stock__Url=x", "Stock:Url=x @1"),
    ] {
        let given: Vec<String> = facts(&File::new(path, text))
            .given
            .iter()
            .map(|g| format!("{}={}{} @{}", g.key, g.value, g.part.as_ref().map_or(String::new(), |p| format!(" for {p}")), g.line))
            .collect();
        assert!(given.iter().any(|g| g == expected), "{path}: {given:?}");
    }
}

#[test]
fn sockets_and_bases_are_addresses() {
    for (key, expected) in
        [("STOCK_WS", true), ("VITE_STOCK_WSS", true), ("STOCK_API_BASE", true), ("KNOWLEDGE_BASE", false), ("DATABASE", false), ("NEWS", false)]
    {
        assert_eq!(super::is_address_key(key), expected, "{key}");
    }
}
