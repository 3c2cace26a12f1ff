//! The recorded session that ships with the project, `examples/recorded-session.jsonl`: a real session of the real client, in a small shop
//! written for it. This scenario runs the session again and holds the two equal in what was said; `SNAPSHOTS=overwrite` records anew.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::api::Api;
use crate::driver::{Plugin, Room, checkout};
use crate::install::Client;
use crate::script::{Script, edit, read, say, write};

const PROJECT: &[(&str, &str)] = &[
    ("shop/orders/consumer.py", CONSUMER),
    ("shop/orders/totals.py", TOTALS),
    ("shop/payments/gateway.py", GATEWAY),
    ("docs/orders.md", "# Orders\n\nAn order is placed, paid, packed and sent.\n"),
];

const CONSUMER: &str = r#"import json

import pika

from shop.orders.store import save_order


def on_message(channel, method, properties, body):
    order = json.loads(body)
    save_order(order)
    channel.basic_ack(delivery_tag=method.delivery_tag)


def consume(url):
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    channel.basic_consume("orders", on_message)
    channel.start_consuming()
"#;

const TOTALS: &str = r#"from decimal import Decimal


def total(lines):
    return sum(line.price * line.count for line in lines)
"#;

const GATEWAY: &str = r#"import requests


class Gateway:
    def __init__(self, url, workers):
        self.url = url
        self.workers = workers

    def charge(self, order):
        return requests.post(f"{self.url}/charges", json=order).json()
"#;

/// The acknowledgement moves before the work: what was acknowledged and not saved is lost.
const ACK_OLD: &str = "    order = json.loads(body)\n    save_order(order)\n    channel.basic_ack(delivery_tag=method.delivery_tag)\n";
const ACK_NEW: &str = "    # Acknowledge at once, so that the broker does not send it to another consumer.\n    channel.basic_ack(delivery_tag=method.delivery_tag)\n    order = json.loads(body)\n    save_order(order)\n";

const TOTAL_OLD: &str = "    return sum(line.price * line.count for line in lines)\n";
const TOTAL_NEW: &str = "    net = sum((line.price * line.count for line in lines), Decimal(0))\n    return net.quantize(Decimal(\"0.01\"))\n";

/// A charge is tried again for ever, and the worker looks free in between.
const CHARGE_OLD: &str = "        return requests.post(f\"{self.url}/charges\", json=order).json()\n";
const CHARGE_NEW: &str = r#"        while True:
            try:
                return requests.post(f"{self.url}/charges", json=order).json()
            except requests.ConnectionError:
                self.workers.set_status(order["worker"], "idle")
"#;

const TEST: &str = r#"from decimal import Decimal

from shop.orders.totals import total


def test_total_of_nothing():
    assert total([]) == Decimal("0.00")
"#;

pub(crate) fn the_recorded_session_is_what_the_client_writes(client: &Client) {
    let room = Room::new(PROJECT);
    let (consumer, totals, gateway) = (room.file("shop/orders/consumer.py"), room.file("shop/orders/totals.py"), room.file("shop/payments/gateway.py"));
    let docs = room.file("docs/orders.md");
    let turns = [
        read("x1", &totals),
        edit("x2", &totals, TOTAL_OLD, TOTAL_NEW),
        write("x3", &room.file("tests/test_totals.py"), TEST),
        read("x4", &docs),
        edit("x5", &docs, "packed and sent.", "packed, sent and received."),
        read("x6", &consumer),
        edit("x7", &consumer, ACK_OLD, ACK_NEW),
        read("x8", &gateway),
        edit("x9", &gateway, CHARGE_OLD, CHARGE_NEW),
        say("Totals are rounded, duplicate deliveries are avoided, and charges are retried."),
    ];
    let api = Api::serve(&Script::default().thread("main", turns));
    room.prompt(client, &api, Plugin::Folder(checkout()), &[], "[thread:main] Round totals, stop duplicate deliveries, retry failed charges.");

    let recorded = transcript(&room);
    let example = checkout().join("examples/recorded-session.jsonl");
    if std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite") {
        fs::create_dir_all(example.parent().expect("a folder")).expect("a folder");
        fs::write(&example, &recorded).expect("the example");
    }
    let shipped = fs::read_to_string(&example).expect("examples/recorded-session.jsonl");
    assert_eq!(said(&shipped), said(&recorded), "record it anew with SNAPSHOTS=overwrite");
    assert!(said(&recorded).len() >= 2, "the session shows the main job: {:?}", said(&recorded));
}

/// The lines of the transcript that make the session: what was asked, done and answered, and what hooks said. The room's folder gives way to a
/// neutral one.
fn transcript(room: &Room) -> String {
    let file = jsonl_files(&room.home().join(".claude/projects")).into_iter().next().expect("a transcript");
    let text = fs::read_to_string(file).expect("a transcript");
    let keep = |line: &&str| {
        let Ok(line) = serde_json::from_str::<Value>(line) else { return false };
        match line["type"].as_str() {
            Some("user" | "assistant") => true,
            Some("attachment") => line["attachment"]["type"].as_str().is_some_and(|t| t.starts_with("hook_")),
            _ => false,
        }
    };
    let mut out: String = text.lines().filter(keep).flat_map(|line| [line, "\n"]).collect();
    out = out.replace(room.project().to_str().expect("a path"), "/home/user/shop");
    out.replace(room.home().to_str().expect("a path"), "/home/user")
}

fn jsonl_files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            out.extend(jsonl_files(&path));
        } else if path.extension().is_some_and(|e| e == "jsonl") {
            out.push(path);
        }
    }
    out
}

/// What the plugin said in a transcript.
fn said(transcript: &str) -> Vec<String> {
    let lines = transcript.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines
        .filter(|line| line["attachment"]["type"] == "hook_additional_context")
        .flat_map(|line| line["attachment"]["content"].as_array().cloned().unwrap_or_default())
        .filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}
