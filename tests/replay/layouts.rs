//! The ways in which subagents have been recorded.

use distributed_architect::sources::{Item, Tally, What, read};

fn items(text: &str) -> Vec<Item> {
    let (mut items, mut tally) = (Vec::new(), Tally::default());
    read::from(text.as_bytes(), &mut |item| items.push(item), &mut tally).expect("memory can be read");
    assert_eq!(tally.skipped(), 0, "{tally:?}");
    items
}

fn agents(items: &[Item]) -> Vec<(String, Option<String>)> {
    items
        .iter()
        .filter_map(|i| match &i.what {
            What::Edit { call, .. } => Some((call.to_string(), i.thread.agent.as_ref().map(ToString::to_string))),
            _ => None,
        })
        .collect()
}

fn call(id: &str, extra: &str) -> String {
    format!(
        r#"{{"type":"assistant","sessionId":"s",{extra}"message":{{"role":"assistant","content":[{{"type":"tool_use","id":"{id}","name":"Edit","input":{{"file_path":"/p/a.go","old_string":"a","new_string":"b"}}}}]}}}}"#
    )
}

#[test]
fn side_chains_without_a_name_are_told_apart_by_where_they_begin() {
    let text = [
        r#"{"type":"user","sessionId":"s","isSidechain":true,"uuid":"r1","parentUuid":null,"message":{"role":"user","content":"one"}}"#.to_owned(),
        r#"{"type":"user","sessionId":"s","isSidechain":true,"uuid":"r2","parentUuid":null,"message":{"role":"user","content":"two"}}"#.to_owned(),
        call("t1", r#""isSidechain":true,"uuid":"c1","parentUuid":"r1","#),
        call("t2", r#""isSidechain":true,"uuid":"c2","parentUuid":"r2","#),
        call("t3", r#""isSidechain":true,"uuid":"c3","parentUuid":"c1","#),
        call("t4", r#""isSidechain":false,"uuid":"c4","parentUuid":null,"#),
    ]
    .join("\n");
    let own = |s: &str| Some(s.to_owned());
    assert_eq!(agents(&items(&text)), [("t1".to_owned(), own("r1")), ("t2".to_owned(), own("r2")), ("t3".to_owned(), own("r1")), ("t4".to_owned(), None)]);
}

#[test]
fn progress_records_are_the_agents() {
    let inner = call("t1", "");
    let text = format!(r#"{{"type":"progress","sessionId":"s","data":{{"type":"agent_progress","agentId":"a7","message":{inner}}},"parentToolUseID":"p"}}"#);
    assert_eq!(agents(&items(&text)), [("t1".to_owned(), Some("a7".to_owned()))]);
}

#[test]
fn agent_files_name_their_agent() {
    assert_eq!(agents(&items(&call("t1", r#""isSidechain":true,"agentId":"a9","#))), [("t1".to_owned(), Some("a9".to_owned()))]);
}

#[test]
fn payloads_without_ids_are_matched_by_what_they_do() {
    let payload = |event: &str, response: &str| {
        format!(
            r#"{{"session_id":"s","hook_event_name":"{event}","tool_name":"Edit","tool_input":{{"file_path":"/p/a.go","old_string":"a","new_string":"b"}}{response}}}"#
        )
    };
    let pre = payload("PreToolUse", "");
    let post = payload("PostToolUse", r#","tool_response":{"originalFile":"a\n"}"#);
    let all = items(&[pre.as_str(), &post, &pre, &post, &post].join("\n"));
    let before: Vec<_> = all
        .iter()
        .filter_map(|i| match &i.what {
            What::Edit { file, .. } => Some(format!("{file:?}")),
            _ => None,
        })
        .collect();
    assert_eq!(before.len(), 3, "twice proposed and three times reported is three edits");
}

#[test]
fn words_inside_strings_are_no_records() {
    let text = r#"{"type":"user","sessionId":"s","message":{"role":"user","content":"{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"Edit\",\"input\":{\"file_path\":\"/p/a.go\",\"old_string\":\"a\",\"new_string\":\"b\"}}"}}"#;
    assert!(agents(&items(text)).is_empty());
}

#[test]
fn plans_shell_writes_and_compaction() {
    let block = |name: &str, input: &str| {
        format!(r#"{{"type":"assistant","sessionId":"s","message":{{"content":[{{"type":"tool_use","id":"{name}","name":"{name}","input":{input}}}]}}}}"#)
    };
    let text = [
        block("ExitPlanMode", r#"{"plan":"retry"}"#),
        block("Bash", r#"{"command":"cat > a.go <<'EOF'\nx\nEOF"}"#),
        r#"{"type":"system","subtype":"compact_boundary","sessionId":"s"}"#.to_owned(),
        r#"{"type":"system","subtype":"microcompact_boundary","sessionId":"s"}"#.to_owned(),
        block("Read", r#"{"file_path":"/p/a.go"}"#),
    ]
    .join("\n");
    let kinds: Vec<_> = items(&text)
        .iter()
        .map(|i| match &i.what {
            What::Plan { text, .. } => format!("plan {text}"),
            What::UnseenWrite { means, .. } => format!("unseen {}", means.name()),
            What::Forgot => "forgot".to_owned(),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, ["plan retry", "unseen redirection", "forgot"]);
}
