//! Terraform: resources that are channels or schedules, read by lines.

use super::{channel, name};
use crate::index::file::File;
use crate::index::model::{Facts, Kind, Role, Use};

/// Types of resources and the attribute that names the channel.
const RESOURCES: [(&str, &str); 22] = [
    ("aws_sqs_queue", "name"),
    ("aws_sns_topic", "name"),
    ("aws_kinesis_stream", "name"),
    ("aws_cloudwatch_event_bus", "name"),
    ("google_pubsub_topic", "name"),
    ("google_pubsub_subscription", "name"),
    ("google_pubsub_lite_topic", "name"),
    ("azurerm_servicebus_queue", "name"),
    ("azurerm_servicebus_topic", "name"),
    ("azurerm_servicebus_subscription", "name"),
    ("azurerm_eventhub", "name"),
    ("azurerm_storage_queue", "name"),
    ("kafka_topic", "name"),
    ("confluent_kafka_topic", "topic_name"),
    ("aiven_kafka_topic", "topic_name"),
    ("digitalocean_database_kafka_topic", "name"),
    ("rabbitmq_queue", "name"),
    ("rabbitmq_exchange", "name"),
    ("nats_stream", "subjects"),
    ("jetstream_stream", "subjects"),
    ("pulsar_topic", "topic_name"),
    ("scaleway_mnq_sqs_queue", "name"),
];

/// Types of schedules, and the attribute with the times.
const SCHEDULES: [(&str, &str); 4] = [
    ("aws_cloudwatch_event_rule", "schedule_expression"),
    ("aws_scheduler_schedule", "schedule_expression"),
    ("google_cloud_scheduler_job", "schedule"),
    ("kubernetes_cron_job_v1", "schedule"),
];

struct Block<'a> {
    kind: &'a str,
    label: &'a str,
    depth: usize,
    name: Option<(&'a str, u32)>,
    times: Option<&'a str>,
}

pub(super) fn read(file: &File<'_>, facts: &mut Facts) {
    let mut block: Option<Block<'_>> = None;
    for (line, text) in file.lines() {
        let text = text.trim();
        if text.starts_with('#') || text.starts_with("//") {
            continue;
        }
        if let Some(rest) = text.strip_prefix("resource ") {
            let mut words = rest.split('"').filter(|w| !w.trim().is_empty() && !w.trim().starts_with('{'));
            if let (Some(kind), Some(label)) = (words.next(), words.next()) {
                block = Some(Block { kind, label, depth: 0, name: None, times: None });
            }
        }
        let Some(current) = &mut block else { continue };
        if current.depth == 1
            && let Some((key, value)) = text.split_once('=')
        {
            let (key, value) = (key.trim(), value.trim());
            let named = RESOURCES.iter().find(|(k, _)| *k == current.kind).is_some_and(|(_, a)| *a == key);
            if (named || key == "name") && (value.starts_with('"') || value.starts_with('[')) {
                current.name = Some((value, line));
            }
            if SCHEDULES.iter().any(|(k, a)| *k == current.kind && *a == key) {
                current.times = Some(value);
            }
        }
        current.depth += text.matches('{').count();
        current.depth = current.depth.saturating_sub(text.matches('}').count());
        if current.depth == 0 {
            told(current, line, facts);
            block = None;
        }
    }
}

fn told(block: &Block<'_>, end: u32, facts: &mut Facts) {
    if RESOURCES.iter().any(|(k, _)| *k == block.kind) {
        let Some((value, line)) = block.name else { return };
        for part in value.trim_matches(['[', ']']).split(',').map(|p| p.trim().trim_matches('"')).filter(|p| !p.is_empty()) {
            // What a template puts in is another resource's or a variable.
            let known = if part.contains("${") {
                part.split("${")
                    .enumerate()
                    .map(|(i, p)| if i == 0 { p.to_owned() } else { format!("{{}}{}", p.split_once('}').map_or("", |(_, rest)| rest)) })
                    .collect::<String>()
            } else {
                part.to_owned()
            };
            let mut used = channel(Role::Declares, &known, line);
            if known.contains("{}") {
                let mut pattern = crate::index::model::Name::default();
                for (i, piece) in known.split("{}").enumerate() {
                    if i > 0 {
                        pattern.push(crate::index::model::Part::Hole);
                    }
                    pattern.push(crate::index::model::Part::Text(piece.to_owned()));
                }
                used.name = pattern;
            }
            facts.push(used);
        }
    } else if let Some(times) = block.times.filter(|_| SCHEDULES.iter().any(|(k, _)| *k == block.kind)) {
        let (job, line) = block.name.map_or((block.label, end), |(n, l)| (n, l));
        facts.push(Use::new(Kind::Job, Role::Declares, name(job), line).value(times.trim_matches('"')));
    }
}
