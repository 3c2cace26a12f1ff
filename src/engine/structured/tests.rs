use super::*;
use crate::engine::diff;
use crate::knowledge::baked::BUILT_IN;

/// Ids of the signals whose keys changed, with the cited text.
fn keys(path: &str, above: &str, old: &str, new: &str) -> Vec<(String, String)> {
    let edit = Edit::new(path, old, new);
    let mut diff = diff::lines(old, new);
    let format = Format::of(edit.language).expect("a structured language");
    let hits = compare(format, &edit, &edit.changes[0], above, &mut diff, &[BUILT_IN]);
    hits.iter()
        .map(|h| {
            let text = if h.in_new { new } else { old };
            (BUILT_IN.str(BUILT_IN.signals[h.signal].id).to_owned(), text[h.span.0..h.span.1].to_owned())
        })
        .collect()
}

fn has(hits: &[(String, String)], signal: &str, text: &str) -> bool {
    hits.iter().any(|(s, t)| s == signal && t == text)
}

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
      - name: web
        readinessProbe:
          httpGet:
            path: /ready
            port: 8080
";

#[test]
fn a_value_below_a_probe_that_stands_above_the_edit_is_the_probes() {
    let at = DEPLOYMENT.find("path: /ready").expect("there");
    let above = above(DEPLOYMENT, at, Language::named("yaml"));
    assert!(above.starts_with("kind: Deployment\n") && above.contains("        readinessProbe:\n") && above.ends_with("\n            "), "{above:?}");
    let hits = keys("deploy/web.yaml", &above, "path: /ready", "path: /alive");
    assert!(has(&hits, "probe-settings", "path"), "{hits:?}");
    assert!(keys("deploy/web.yaml", "", "path: /ready", "path: /alive").is_empty());
}

#[test]
fn a_list_at_the_indentation_of_its_key_belongs_to_it_and_the_next_key_does_not() {
    let old = "      containers:\n      - name: web\n        readinessProbe:\n          periodSeconds: 3\n        image: a\n      restartPolicy: Always\n";
    let hits = keys("deploy/web.yaml", "", old, &old.replace("image: a", "image: b"));
    assert!(hits.is_empty(), "{hits:?}");
    let hits = keys("deploy/web.yaml", "", old, &old.replace("Always", "Never"));
    assert!(hits.iter().all(|(s, _)| s == "stop-and-restart-manifest") && has(&hits, "stop-and-restart-manifest", "restartPolicy"), "{hits:?}");
}

#[test]
fn what_moved_was_indented_or_got_a_comment_has_not_changed() {
    let old = "a:\n  replicas: 2\n  terminationGracePeriodSeconds: 30\nb: 1\n";
    for new in [
        "a:\n    replicas: 2   # as before\n    terminationGracePeriodSeconds: \"30\"\nb: 1\n",
        "b: 1\na:\n  terminationGracePeriodSeconds: 30\n  replicas: 2\n",
        "a:\n  {{- if .Values.x }}\n  replicas: 2\n  {{- end }}\n  terminationGracePeriodSeconds: 30\nb: 1\n",
    ] {
        assert!(keys("deploy/x.yaml", "", old, new).is_empty(), "{new}");
    }
    assert_eq!(keys("deploy/x.yaml", "", old, &old.replace("30", "3")).len(), 4, "both sides of both signals");
}

#[test]
fn words_in_values_names_labels_and_scripts_are_no_keys() {
    for new in [
        "image: registry/replicas:3\n",
        "description: readinessProbe was added\n",
        "metadata:\n  labels:\n    replicas: \"3\"\n",
        "command: |\n  replicas: 3\n  run\n",
        "script: >-\n  livenessProbe: none\n",
        "- name: persistence\n  image: x\n",
    ] {
        let new = if new.starts_with("command") { new.replace("command", "text") } else { new.to_owned() };
        assert!(keys("deploy/x.yaml", "", "", &new).is_empty(), "{new}: {:?}", keys("deploy/x.yaml", "", "", &new));
    }
}

#[test]
fn flags_variables_and_embedded_files_hold_keys() {
    assert!(has(&keys("deploy/x.yaml", "args:\n", "  - --leader-elect=true\n", "  - --leader-elect=false\n"), "instance-count", "leader-elect"));
    assert!(has(&keys("compose.yaml", "", "", "environment:\n  - KAFKA_MIN_INSYNC_REPLICAS=1\n"), "write-durability", "KAFKA_MIN_INSYNC_REPLICAS"));
    let env = "env:\n  - name: WEB_CONCURRENCY\n    value: \"2\"\n";
    assert!(has(&keys("deploy/x.yaml", "", env, &env.replace('2', "8")), "instance-count", "value"));
    let map = "data:\n  application.properties: |\n    spring.kafka.consumer.enable-auto-commit=true\n";
    assert!(has(&keys("deploy/x.yaml", "", map, &map.replace("true", "false")), "ack-mode-setting", "spring.kafka.consumer.enable-auto-commit"));
}

#[test]
fn terraform_blocks_count_by_their_type() {
    let queue = "resource \"aws_sqs_queue\" \"mail\" {\n  name = \"retention\"\n  visibility_timeout_seconds = 30 # seconds\n}\n";
    let hits = keys("infra/main.tf", "", queue, &queue.replace("= 30 #", "= 300 #"));
    assert!(has(&hits, "queue-delivery-setting", "visibility_timeout_seconds"), "{hits:?}");
    assert!(keys("infra/main.tf", "", queue, &queue.replace("\"mail\"", "\"deletion_protection\"")).is_empty());
    let passed_on = "  deletion_protection = var.deletion_protection\n";
    assert!(keys("infra/main.tf", "", "", passed_on).is_empty());
}

#[test]
fn sections_and_property_paths_are_parents() {
    let toml = "[services.web]\nmin_machines_running = 1\n";
    assert!(has(&keys("fly.toml", "", toml, &toml.replace('1', "2")), "instance-count", "min_machines_running"));
    let old = "spring.kafka.consumer.properties.max.poll.interval.ms=1000\n";
    let hits = keys("src/app.properties", "", old, &old.replace("1000", "9000"));
    assert!(has(&hits, "client-time-settings", "spring.kafka.consumer.properties.max.poll.interval.ms"), "{hits:?}");
}

#[test]
fn a_pipeline_is_silent_but_for_deployments_that_exclude_each_other() {
    let group = "concurrency:\n  group: production\n";
    assert!(keys(".github/workflows/test.yml", "", "", group).is_empty());
    assert!(has(&keys(".github/workflows/deploy.yml", "", "", group), "deploy-concurrency", "group"));
    assert!(keys(".github/workflows/deploy.yml", "", "", "retention-days: 5\nreplicas: 3\n").is_empty());
}

#[test]
fn sql_is_told_by_clause() {
    let old = "ALTER TABLE orders\n  ADD COLUMN a int,\n  DROP COLUMN b;\n";
    let hits = keys("db/1.sql", "", old, &old.replace("a int", "a int NOT NULL"));
    assert!(hits.iter().all(|(_, t)| t.contains("ADD COLUMN")) && hits.iter().any(|(s, _)| s == "schema-change"), "{hits:?}");
    assert!(keys("db/1.sql", "", "", "CREATE TABLE t (id int);\nCREATE INDEX i ON t (id);\n").is_empty());
    assert!(keys("db/1.sql", "", "", "CREATE FUNCTION f() RETURNS void AS $$ BEGIN UPDATE orders SET a = 1; END $$;\n").is_empty());
    assert!(keys("db/1.sql", "", "DROP TABLE t;\n", "/* all at once */\nDROP\n  TABLE t;\n").is_empty());
    let locked = keys("db/1.sql", "", "CREATE INDEX CONCURRENTLY i ON t (id);", "CREATE INDEX i ON t (id);");
    assert!(has(&locked, "migration-lock", "CREATE INDEX i ON t (id)"), "{locked:?}");
}

#[test]
fn a_shell_between_the_stop_signal_and_the_process_is_told_once() {
    let hits = keys("Dockerfile", "", "CMD [\"serve\"]\n", "CMD serve \\\n  --all\n");
    assert!(has(&hits, "stop-and-restart-manifest", "CMD serve"), "{hits:?}");
    assert!(keys("Dockerfile", "", "CMD serve\n", "CMD serve --all\n").is_empty());
}

#[test]
fn cut_and_foreign_text_is_read_without_a_fault() {
    let odd = [
        "- - a: [1,\n",
        "{\"a\":{\"b\":[{",
        "\u{e9}: \u{e9}\n- \u{e9}=\u{e9}",
        "a: 'x",
        "x = <<EOF\n  y = 1\n",
        "[",
        "$tag",
        "--",
        "'",
        "\\",
        "ALTER TABLE",
        "\t\u{a0}: |",
    ];
    for path in ["a.yaml", "a.json", "a.tf", "a.toml", "a.conf", "a.sql", "Dockerfile"] {
        for old in odd {
            for new in odd {
                let _ = keys(path, "\n  ", old, new);
                let _ = keys(path, old, old, new);
                let _ = above(new, new.len(), Language::of_path(path));
            }
        }
    }
}
