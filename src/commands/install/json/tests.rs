//! Any settings come back byte for byte, and what is put in between is what the client reads.

use super::*;
use crate::clients::CLIENTS;
use proptest::prelude::*;

fn wanted() -> Vec<Vec<(String, String)>> {
    CLIENTS.iter().map(|c| groups(c.registration().hooks).expect("our own hooks")).collect()
}

/// Puts in, puts in again, takes out; gives the text between.
fn there_and_back(text: Option<&str>, groups: &[(String, String)]) -> String {
    let with = put_in(text, groups).unwrap_or_else(|e| panic!("{e:?}: {text:?}"));
    assert_eq!(put_in(Some(&with), groups).as_ref(), Ok(&with), "twice is once");
    assert_eq!(take_out(&with), Ok(text.map(str::to_owned)), "{with}");
    with
}

/// The groups of a text, by event.
fn read(text: &str) -> Value {
    serde_json::from_str::<Value>(text).unwrap_or_else(|e| panic!("{e}: {text}"))["hooks"].clone()
}

/// Held to what must be there: all groups of ours, and what was there before at the beginning of each list.
fn holds(before: &Value, after: &Value, groups: &[(String, String)]) {
    for (event, group) in groups {
        let group: Value = serde_json::from_str(group).expect("JSON");
        assert!(after[event].as_array().expect("a list").contains(&group), "{event}: {after:#}");
    }
    for (event, list) in before.as_object().into_iter().flatten() {
        let list = list.as_array().expect("a list");
        assert_eq!(after[event].as_array().expect("a list")[..list.len()], list[..], "{event}");
    }
}

const FOREIGN: &str = r#"{ "matcher": "Bash", "hooks": [{ "type": "command", "command": "~/bin/audit \"$1\" hook" }] }"#;

#[test]
fn texts_of_every_layout_come_back() {
    let texts = [
        "",
        "\n",
        "{}",
        "{}\n",
        "{ }\n",
        "{\n}\n",
        "{\"model\":\"opus\"}",
        "{\n  \"model\": \"opus\"\n}",
        "{\n\t\"model\": \"opus\",\n\t\"hooks\": {}\n}\n",
        "{\r\n    \"hooks\": {\r\n        \"PreToolUse\": []\r\n    },\r\n    \"model\": \"opus\"\r\n}\r\n",
        "{\"hooks\":{\"PreToolUse\":[],\"Stop\":[ ]}}\n",
        "{\n \"hooks\" : { \"Stop\" : [\n ] , \"PreToolUse\":[ FOREIGN ] } , \"x\" : [ 1 , 2 ]\n }  ",
        "{\n  \"hooks\": {\n    \"PreToolUse\": [\n      FOREIGN,\n      FOREIGN\n    ],\n    \"UserPromptSubmit\": [FOREIGN]\n  },\n  \"env\": {\"A\": \"ü \\\"} ] \\u0022\"}\n}\n",
    ];
    for groups in wanted() {
        for text in texts {
            let text = text.replace("FOREIGN", FOREIGN);
            let with = there_and_back(Some(&text), &groups);
            let before = if text.trim().is_empty() { Value::Null } else { read(&text) };
            holds(&before, &read(&with), &groups);
        }
        holds(&Value::Null, &read(&there_and_back(None, &groups)), &groups);
    }
}

#[test]
fn the_layout_is_the_file_s_own() {
    let groups = [("Stop".to_owned(), r#"{"hooks":[{"command":"distarch hook"}]}"#.to_owned())];
    for (text, expected) in [
        (
            None,
            "{\n  \"hooks\": {\n    \"Stop\": [\n      {\n        \"hooks\": [\n          {\n            \"command\": \"distarch hook\"\n          }\n        ]\n      }\n    ]\n  }\n}\n",
        ),
        (Some("{\"a\":1}"), "{\"a\":1,\"hooks\":{\"Stop\":[{\"hooks\":[{\"command\":\"distarch hook\"}]}]}}"),
        (
            Some("{\r\n\t\"hooks\": {\r\n\t\t\"Stop\": [\r\n\t\t\t1\r\n\t\t]\r\n\t}\r\n}"),
            "{\r\n\t\"hooks\": {\r\n\t\t\"Stop\": [\r\n\t\t\t1,\r\n\t\t\t{\r\n\t\t\t\t\"hooks\": [\r\n\t\t\t\t\t{\r\n\t\t\t\t\t\t\"command\": \"distarch hook\"\r\n\t\t\t\t\t}\r\n\t\t\t\t]\r\n\t\t\t}\r\n\t\t]\r\n\t}\r\n}",
        ),
        (
            Some("{\n  \"hooks\": {\n    \"Stop\": []\n  }\n}\n"),
            "{\n  \"hooks\": {\n    \"Stop\": [ {\n      \"hooks\": [\n        {\n          \"command\": \"distarch hook\"\n        }\n      ]\n    }]\n  }\n}\n",
        ),
    ] {
        assert_eq!(put_in(text, &groups).as_deref(), Ok(expected));
    }
}

#[test]
fn what_a_person_or_the_client_made_of_it_goes_too_and_no_more() {
    for (text, expected) in [
        // Reformatted by the client; another program path; something of the user's beside it.
        (
            "{\n  \"hooks\": {\n    \"Stop\": [\n      {\n        \"hooks\": [\n          {\n            \"command\": \"/opt/bin/distarch hook\"\n          }\n        ]\n      }\n    ]\n  },\n  \"a\": 1\n}\n",
            Some("{\n  \"a\": 1\n}\n"),
        ),
        (
            "{\"hooks\":{\"Stop\":[{\"hooks\":[{\"command\":\"say done\"},{\"command\":\"distarch\",\"args\":[\"hook\"]}]}]}}",
            Some("{\"hooks\":{\"Stop\":[{\"hooks\":[{\"command\":\"say done\"}]}]}}"),
        ),
        ("{\"hooks\":{\"Stop\":[{\"hooks\":[{\"command\":\"'C:/x y/distarch.exe' hook\"}]}, 7]}}", Some("{\"hooks\":{\"Stop\":[7]}}")),
        (
            "{\"hooks\":{\"Stop\":[{\"hooks\":[{\"command\":\"distarch doctor\"},{\"command\":\"echo distarch hook\"}]}]}}",
            Some("{\"hooks\":{\"Stop\":[{\"hooks\":[{\"command\":\"distarch doctor\"},{\"command\":\"echo distarch hook\"}]}]}}"),
        ),
        ("{\n  \"hooks\": {\n    \"Stop\": [\n      {\"hooks\": [{\"command\": \"distarch hook\"}]}\n    ]\n  }\n}\n", None),
    ] {
        assert_eq!(take_out(text).as_ref().map(Option::as_deref), Ok(expected), "{text}");
    }
}

#[test]
fn a_slip_has_its_place() {
    let cases = [
        ("{\n  \"a\": 1,\n}", (3, 1)),
        ("{\n  // mine\n}", (2, 3)),
        ("[]", (1, 1)),
        ("{\n  \"hooks\": []\n}", (2, 12)),
        ("{\"hooks\": {\"Stop\": {}}}", (1, 20)),
        ("{\"hooks\": {},\n \"hooks\": {}}", (2, 2)),
        ("{\"a\": \"\u{fc}\", \"hooks\": 1}", (1, 21)),
        ("{} x", (1, 4)),
    ];
    let groups = [("Stop".to_owned(), r#"{"hooks":[]}"#.to_owned())];
    for (text, place) in cases {
        let slip = put_in(Some(text), &groups).expect_err(text);
        assert_eq!((slip.line, slip.column), place, "{text}: {}", slip.what);
        assert!(!slip.what.contains('\n') && !slip.what.contains("column"), "{}", slip.what);
    }
}

/// White space between tokens.
fn gap() -> impl Strategy<Value = &'static str> {
    prop_oneof![6 => Just(""), 3 => Just(" "), 2 => Just("\n  "), 1 => Just("\r\n\t"), 1 => Just("\n")]
}

/// A value, laid out at random.
fn value() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        Just("1".to_owned()),
        Just("null".to_owned()),
        Just(r#""} , \" [""#.to_owned()),
        Just(r#"{"command": "distarch", "args": ["doctor"]}"#.to_owned()),
        Just(FOREIGN.to_owned()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| prop_oneof![list(inner.clone()), object(inner.clone().boxed(), Vec::new())]).boxed()
}

fn list(inner: impl Strategy<Value = String> + 'static) -> BoxedStrategy<String> {
    (prop::collection::vec((gap(), inner, gap()), 0..4), gap())
        .prop_map(|(items, end)| {
            let items: Vec<String> = items.into_iter().map(|(a, item, b)| format!("{a}{item}{b}")).collect();
            format!("[{}{}]", items.join(","), if items.is_empty() { end } else { "" })
        })
        .boxed()
}

/// An object whose first members, in a random number, have the given keys.
fn object(inner: BoxedStrategy<String>, keys: Vec<&'static str>) -> BoxedStrategy<String> {
    (prop::collection::vec((gap(), gap(), inner, gap()), 0..4), gap())
        .prop_map(move |(members, end)| {
            let members: Vec<String> = members
                .into_iter()
                .enumerate()
                .map(|(i, (a, b, value, c))| {
                    let key = keys.get(i).map_or_else(|| format!("k{i}"), |k| (*k).to_owned());
                    format!("{a}\"{key}\"{b}:{value}{c}")
                })
                .collect();
            format!("{{{}{}}}", members.join(","), if members.is_empty() { end } else { "" })
        })
        .boxed()
}

fn settings() -> impl Strategy<Value = String> {
    let hooks = object(list(value()), vec!["PreToolUse", "Stop", "Other"]);
    let root = prop_oneof![object(hooks, vec!["hooks"]).boxed(), object(value(), Vec::new()).boxed()];
    (gap(), root, gap()).prop_map(|(a, root, b)| format!("{a}{root}{b}"))
}

proptest! {
    #[test]
    fn random_settings_come_back(text in settings()) {
        for groups in wanted() {
            let with = there_and_back(Some(&text), &groups);
            holds(&read(&text), &read(&with), &groups);
        }
    }
}
