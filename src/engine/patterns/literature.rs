//! The rules of two published checkers of failure handling, each on ten snippets of ours or more for a language: what the detectors reach.
//!
//! Aspirator (Simple Testing Can Prevent Most Critical Failures, OSDI 2014): a handler that is empty or only logs; one that catches too
//! much and ends the process; one with a TODO. WASABI (SOSP 2024): attempts without a cap, attempts without a delay.

use super::cases::found;
use super::{Around, Detector, log_and_continue, look, over_broad_catch, retry_without_backoff, swallowed_error, tight_retry_loop, unbounded_retry};
use crate::engine::edit::Edit;
use crate::engine::surroundings::Surroundings;
use crate::knowledge::schema::LANGUAGES;

/// Calls that leave the process, as the handlers of a rule guard them: (python, java, typescript, go).
const CALLS: [(&str, &str, &str, &str); 10] = [
    ("client.put(row)", "client.put(row);", "await client.put(row);", "c.client.Put(ctx, row)"),
    ("producer.send(row)", "producer.send(row);", "await producer.send(row);", "c.producer.Send(ctx, row)"),
    ("requests.post(url, json=row, timeout=2)", "restClient.postForObject(url, row);", "await axios.post(url, row);", "c.api.Post(ctx, url, row)"),
    ("repo.insert(row)", "repository.save(row);", "await repo.save(row);", "c.store.Save(ctx, row)"),
    ("redis.set(key, row)", "redis.set(key, row);", "await redis.set(key, row);", "c.rdb.Set(ctx, key, row)"),
    ("s3.put_object(Bucket=b, Key=k, Body=row)", "s3.putObject(bucket, key, row);", "await s3.putObject({ Body: row });", "c.s3.PutObject(ctx, row)"),
    ("stub.Execute(row, timeout=3)", "stub.execute(row);", "await stub.execute(row);", "c.stub.Execute(ctx, row)"),
    ("sqs.send_message(QueueUrl=q, MessageBody=row)", "sqs.sendMessage(queue, row);", "await sqs.sendMessage({ Body: row });", "c.sqs.SendMessage(ctx, row)"),
    ("session.commit()\n        broker.publish('t', row)", "broker.publish(topic, row);", "await broker.publish('t', row);", "c.broker.Publish(ctx, row)"),
    ("etcd.put(key, row)", "zookeeper.setData(path, row);", "await etcd.put(key, row);", "c.etcd.Put(ctx, key, row)"),
];

/// The body of a handler in each language.
struct Rule {
    name: &'static str,
    detectors: &'static [&'static Detector],
    snippet: fn(language: &str, call: &str) -> String,
}

static SWALLOWS: &[&Detector] = &[&swallowed_error::DETECTOR, &log_and_continue::DETECTOR];

fn handler(language: &str, call: &str, body: &str) -> String {
    match language {
        "python" => format!("def keep(row):\n    try:\n        {call}\n    except Exception as e:\n        {body}\n"),
        "java" => {
            format!("class Keeper {{\n  void keep(Row row) {{\n    try {{\n      {call}\n    }} catch (Exception e) {{\n      {body}\n    }}\n  }}\n}}\n")
        }
        "typescript" => format!("export async function keep(row: Row) {{\n  try {{\n    {call}\n  }} catch (e) {{\n    {body}\n  }}\n}}\n"),
        _ => format!("package c\n\nfunc (c *C) keep(ctx context.Context, row Row) {{\n\tif err := {call}; err != nil {{\n\t\t{body}\n\t}}\n}}\n"),
    }
}

fn empty(language: &str, call: &str) -> String {
    handler(language, call, if language == "python" { "pass" } else { "" })
}

fn only_logs(language: &str, call: &str) -> String {
    let body = match language {
        "python" => "log.error('not kept: %s', e)",
        "java" => "log.error(\"not kept\", e);",
        "typescript" => "console.error('not kept', e);",
        _ => "log.Printf(\"not kept: %v\", err)",
    };
    handler(language, call, body)
}

fn unfinished(language: &str, call: &str) -> String {
    let body = match language {
        "python" => "pass  # TODO: what to do here?",
        "go" => "// TODO: what to do here?",
        "java" => "// FIXME: what to do here?",
        _ => "// TODO: what to do here?",
    };
    handler(language, call, body)
}

fn aborts(language: &str, call: &str) -> String {
    let body = match language {
        "python" => "sys.exit(1)",
        "java" => "System.exit(1);",
        "typescript" => "process.exit(1);",
        _ => "os.Exit(1)",
    };
    handler(language, call, body)
}

fn attempts(language: &str, call: &str, head: [&str; 4], wait: [&str; 4]) -> String {
    let call = call.trim_start_matches("await ").trim_end_matches(';').replace("session.commit()\n        ", "");
    match language {
        "python" => {
            format!("def keep(row):\n    {}\n        try:\n            return {call}\n        except ConnectionError:\n            {}\n", head[0], wait[0])
        }
        "java" => format!(
            "class Keeper {{\n  Row keep(Row row) throws Exception {{\n    {} {{\n      try {{\n        return {call};\n      }} catch (IOException e) {{\n        {}\n      }}\n    }}\n  }}\n}}\n",
            head[1], wait[1]
        ),
        "typescript" => {
            format!(
                "export async function keep(row: Row) {{\n  {} {{\n    try {{\n      return await {call};\n    }} catch (e) {{\n      {}\n    }}\n  }}\n}}\n",
                head[2], wait[2]
            )
        }
        _ => format!(
            "package c\n\nfunc (c *C) keep(row Row) error {{\n\t{} {{\n\t\terr := {}\n\t\tif err != nil {{\n\t\t\t{}\n\t\t\tcontinue\n\t\t}}\n\t\treturn nil\n\t}}\n\treturn errGone\n}}\n",
            head[3],
            call.replace("ctx, ", ""),
            wait[3]
        ),
    }
}

fn no_cap(language: &str, call: &str) -> String {
    let head = ["while True:", "while (true)", "while (true)", "for"];
    let wait = ["time.sleep(1)", "Thread.sleep(1000);", "await sleep(1000);", "time.Sleep(time.Second)"];
    attempts(language, call, head, wait)
}

fn no_delay(language: &str, call: &str) -> String {
    let head = [
        "for attempt in range(5):",
        "for (int attempt = 0; attempt < 5; attempt++)",
        "for (let attempt = 0; attempt < 5; attempt++)",
        "for attempt := 0; attempt < 5; attempt++",
    ];
    let log = ["log.warning('again')", "log.warn(\"again\", e);", "console.warn('again', e);", "log.Printf(\"again: %v\", err)"];
    attempts(language, call, head, log)
}

static RULES: &[Rule] = &[
    Rule { name: "Aspirator: empty handler", detectors: SWALLOWS, snippet: empty },
    Rule { name: "Aspirator: handler that only logs", detectors: SWALLOWS, snippet: only_logs },
    Rule { name: "Aspirator: TODO in a handler", detectors: SWALLOWS, snippet: unfinished },
    Rule { name: "Aspirator: over-catch that aborts", detectors: &[&over_broad_catch::DETECTOR], snippet: aborts },
    Rule { name: "WASABI: no cap", detectors: &[&unbounded_retry::DETECTOR], snippet: no_cap },
    Rule { name: "WASABI: no delay", detectors: &[&retry_without_backoff::DETECTOR, &tight_retry_loop::DETECTOR], snippet: no_delay },
];

/// Whether a detector sees anything, however unsure.
fn sees(detector: &Detector, language: &str, text: &str) -> bool {
    let extension = LANGUAGES.iter().find(|(l, _)| *l == language).map_or("", |(_, e)| e[0]);
    let mut edit = Edit::new(format!("src/service.{extension}"), "", text);
    edit.whole_file = true;
    let surroundings = Surroundings::of(Some(""), &edit);
    !look(&edit, &Around { surroundings: &surroundings, file: None, categories: u32::MAX }, &[*detector]).is_empty()
}

/// Each rule tells nine of ten in each language; the table says how many are seen with low confidence counted.
#[test]
fn published_rules_are_reached() {
    let mut table = String::new();
    let mut short = Vec::new();
    for rule in RULES {
        for language in ["java", "python", "go", "typescript"] {
            let (mut seen, mut told, mut missed) = (0, 0, Vec::new());
            for (python, java, typescript, go) in CALLS {
                let call = match language {
                    "java" => java,
                    "python" => python,
                    "go" => go,
                    _ => typescript,
                };
                let text = (rule.snippet)(language, call);
                let tells = rule.detectors.iter().any(|d| !found(d, language, "", &text).is_empty());
                let sees = tells || rule.detectors.iter().any(|d| sees(d, language, &text));
                told += usize::from(tells);
                seen += usize::from(sees);
                if !tells {
                    missed.push(text);
                }
            }
            table += &format!("{:36} {language:11} {seen:2} of {} seen, {told:2} told\n", rule.name, CALLS.len());
            if told * 10 < CALLS.len() * 9 {
                short.push(format!("{} in {language}: {told}\n{}", rule.name, missed.join("\n")));
            }
        }
    }
    assert!(short.is_empty(), "{table}\n{}", short.join("\n"));
    assert_eq!(table.lines().count(), RULES.len() * 4);
    let mut out = std::io::stderr().lock();
    std::io::Write::write_all(&mut out, table.as_bytes()).expect("a table");
}

/// The same code with the failure handled is quiet under every rule.
#[test]
fn handled_failures_are_quiet() {
    for (language, call, body) in [
        ("python", CALLS[0].0, "raise Unkept(row) from e"),
        ("java", CALLS[0].1, "throw new Unkept(row, e);"),
        ("typescript", CALLS[0].2, "throw new Unkept(row, e);"),
        ("go", CALLS[0].3, "c.failed <- row"),
    ] {
        let text = handler(language, call, body);
        for rule in RULES {
            for detector in rule.detectors {
                let out = found(detector, language, "", &text);
                assert!(out.is_empty(), "{} {language}: {out:?}\n{text}", detector.id);
            }
        }
    }
}
