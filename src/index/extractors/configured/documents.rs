//! YAML and JSON documents: applications' settings, Kubernetes objects, CloudFormation, Serverless, broker definitions, flag files.

use super::{binding_role, channel, name};
use crate::index::file::File;
use crate::index::model::{Facts, Kind, Name, Role, Use};
use crate::topology::yaml::Yaml;

/// What a document must mention to be read as one: parsing costs more than all the rest.
const MARKS: [&str; 18] = [
    "bindings:",
    "messaging:",
    "KafkaTopic",
    "rabbitmq.com",
    "dapr.io",
    "KafkaSource",
    "CronJob",
    "CronWorkflow",
    "AWS::",
    "functions:",
    "\"queues\"",
    "\"flags\"",
    "flags:",
    "FeatureManagement",
    "jetstream.nats.io",
    "ScaledObject",
    "cron:",
    "class:",
];

pub(super) fn read(file: &File<'_>, facts: &mut Facts) {
    if file.text.len() > 1_000_000 || !MARKS.iter().any(|m| file.text.contains(m)) {
        return;
    }
    for document in file.documents() {
        streams(document, facts);
        kubernetes(document, facts);
        cloud_formation(document, facts);
        serverless(document, facts);
        broker(document, facts);
        schedules(document, facts);
        flags(document, facts);
    }
}

fn text<'a>(node: &'a Yaml, path: &[&str]) -> Option<(&'a str, u32)> {
    node.at(path).and_then(|n| n.text().map(|t| (t, n.place.line)))
}

/// Entries of the map at a path, whose upper keys may be written as one: `spring.cloud.stream.bindings:`.
fn entries<'a>(document: &'a Yaml, path: &[&str]) -> &'a [(Yaml, Yaml)] {
    document.at(path).or_else(|| document.get(&path.join("."))).map_or(&[], Yaml::entries)
}

fn streams(document: &Yaml, facts: &mut Facts) {
    for (key, binding) in entries(document, &["spring", "cloud", "stream", "bindings"]) {
        let (Some(key), Some((destination, line))) = (key.text(), text(binding, &["destination"])) else { continue };
        let role = binding_role(key);
        let mut used = channel(role, destination, line);
        if let Some((group, _)) = text(binding, &["group"]).filter(|_| role == Role::Consumes) {
            used = used.value(format!("group={group}"));
        }
        facts.push(used);
    }
    for (direction, role) in [("incoming", Role::Consumes), ("outgoing", Role::Publishes)] {
        for (_, settings) in entries(document, &["mp", "messaging", direction]) {
            if let Some((topic, line)) = text(settings, &["topic"]).or_else(|| text(settings, &["address"])) {
                facts.push(channel(role, topic, line));
            }
        }
    }
}

fn kubernetes(document: &Yaml, facts: &mut Facts) {
    let (Some((kind, _)), Some((version, _))) = (text(document, &["kind"]), text(document, &["apiVersion"])) else { return };
    let own = || text(document, &["metadata", "name"]);
    let declared = match kind {
        "KafkaTopic" => text(document, &["spec", "topicName"]).or_else(own),
        "Queue" | "Exchange" if version.starts_with("rabbitmq.com") => text(document, &["spec", "name"]),
        "Topic" | "PubSubTopic" if version.contains("cnrm.cloud.google.com") || version.contains("sns") => own(),
        _ => None,
    };
    if let Some((topic, line)) = declared {
        facts.push(channel(Role::Declares, topic, line));
    }
    match kind {
        "Subscription" if version.starts_with("dapr.io") => {
            if let Some((topic, line)) = text(document, &["spec", "topic"]) {
                facts.push(channel(Role::Consumes, topic, line));
            }
        }
        "KafkaSource" => {
            for topic in document.at(&["spec", "topics"]).map_or(&[][..], Yaml::items) {
                if let Some(text) = topic.text() {
                    facts.push(channel(Role::Consumes, text, topic.place.line));
                }
            }
        }
        "Stream" if version.starts_with("jetstream.nats.io") => {
            for subject in document.at(&["spec", "subjects"]).map_or(&[][..], Yaml::items) {
                if let Some(text) = subject.text() {
                    facts.push(channel(Role::Declares, text, subject.place.line));
                }
            }
        }
        "CronJob" | "CronWorkflow" | "ScheduledSparkApplication" => {
            if let (Some((job, line)), Some((schedule, _))) = (own(), text(document, &["spec", "schedule"])) {
                facts.push(Use::new(Kind::Job, Role::Declares, name(job), line).value(schedule.chars().take(60).collect::<String>()));
            }
        }
        _ => {}
    }
}

/// Types of CloudFormation resources and the property that names the channel.
const RESOURCES: [(&str, &str); 6] = [
    ("AWS::SQS::Queue", "QueueName"),
    ("AWS::SNS::Topic", "TopicName"),
    ("AWS::Events::EventBus", "Name"),
    ("AWS::Kinesis::Stream", "Name"),
    ("AWS::Serverless::SimpleQueue", "QueueName"),
    ("AWS::AmazonMQ::Queue", "Name"),
];

fn cloud_formation(document: &Yaml, facts: &mut Facts) {
    for (logical, resource) in document.get("Resources").map_or(&[][..], Yaml::entries) {
        let Some((kind, line)) = text(resource, &["Type"]) else { continue };
        if let Some((_, property)) = RESOURCES.iter().find(|(k, _)| *k == kind) {
            // Without a name of its own it goes by its logical one within the template.
            let told = text(resource, &["Properties", property]).or_else(|| logical.text().map(|t| (t, line)));
            if let Some((channel_name, line)) = told {
                facts.push(channel(Role::Declares, channel_name, line));
            }
        }
        let function = || logical.text().unwrap_or("");
        if kind == "AWS::Events::Rule"
            && let Some((schedule, line)) = text(resource, &["Properties", "ScheduleExpression"])
        {
            facts.push(Use::new(Kind::Job, Role::Declares, Name::literal(function()), line).value(schedule));
        }
        for (_, event) in resource.at(&["Properties", "Events"]).map_or(&[][..], Yaml::entries) {
            match text(event, &["Type"]).map(|(t, _)| t) {
                Some("Schedule" | "ScheduleV2") => {
                    if let Some((schedule, line)) = text(event, &["Properties", "Schedule"]).or_else(|| text(event, &["Properties", "ScheduleExpression"])) {
                        facts.push(Use::new(Kind::Job, Role::Declares, Name::literal(function()), line).value(schedule));
                    }
                }
                Some("SQS") => {
                    if let Some((queue, line)) = text(event, &["Properties", "Queue"]).filter(|(q, _)| q.starts_with("arn:")) {
                        facts.push(channel(Role::Consumes, queue, line));
                    }
                }
                _ => {}
            }
        }
    }
}

/// `functions: { bill: { events: [{ sqs: arn }, { sns: topic }, { schedule: rate(1 hour) }] } }`
fn serverless(document: &Yaml, facts: &mut Facts) {
    if document.get("provider").is_none() {
        return;
    }
    for (function, settings) in document.get("functions").map_or(&[][..], Yaml::entries) {
        for event in settings.get("events").map_or(&[][..], Yaml::items) {
            for key in ["sqs", "sns"] {
                let told = text(event, &[key]).or_else(|| text(event, &[key, "arn"])).or_else(|| text(event, &[key, "topicName"]));
                if let Some((channel_name, line)) = told {
                    facts.push(channel(Role::Consumes, channel_name, line));
                }
            }
            if let (Some((schedule, line)), Some(function)) = (text(event, &["schedule"]).or_else(|| text(event, &["schedule", "rate"])), function.text()) {
                facts.push(Use::new(Kind::Job, Role::Declares, Name::literal(function), line).value(schedule));
            }
        }
    }
}

/// RabbitMQ's exported definitions.
fn broker(document: &Yaml, facts: &mut Facts) {
    if document.get("vhosts").is_none() && document.get("rabbit_version").is_none() && document.get("rabbitmq_version").is_none() {
        return;
    }
    for key in ["queues", "exchanges"] {
        for item in document.get(key).map_or(&[][..], Yaml::items) {
            if let Some((channel_name, line)) = text(item, &["name"]).filter(|(n, _)| !n.is_empty() && !n.starts_with("amq.")) {
                facts.push(channel(Role::Declares, channel_name, line));
            }
        }
    }
    for item in document.get("bindings").map_or(&[][..], Yaml::items) {
        if let (Some((source, line)), Some((key, _))) = (text(item, &["source"]), text(item, &["routing_key"])) {
            facts.push(channel(Role::Declares, source, line).value(format!("key={key}")));
        }
    }
}

/// Schedules of job classes, as sidekiq-cron and its kin read them: `name: { cron: .., class: .. }`.
fn schedules(document: &Yaml, facts: &mut Facts) {
    let inner = [":schedule", "schedule", ":scheduler"].iter().find_map(|k| document.get(k));
    for (key, entry) in document.entries().iter().chain(inner.map_or(&[][..], Yaml::entries)) {
        let times = ["cron", "every", "interval"].iter().find_map(|k| text(entry, &[k]));
        let class = text(entry, &["class"]).or_else(|| text(entry, &["job_class"]));
        if let (Some((times, _)), Some((class, _))) = (times, class) {
            facts.push(Use::new(Kind::Job, Role::Declares, Name::literal(class), key.place.line).value(times));
        }
    }
}

/// flagd's flags, .NET's feature management.
fn flags(document: &Yaml, facts: &mut Facts) {
    let declares = |key: &Yaml| key.text().map(|t| Use::new(Kind::Flag, Role::Declares, Name::literal(t), key.place.line));
    for (key, flag) in document.get("flags").map_or(&[][..], Yaml::entries) {
        if flag.get("variants").is_some() || flag.get("defaultVariant").is_some() {
            facts.uses.extend(declares(key));
        }
    }
    for (key, value) in document.get("FeatureManagement").map_or(&[][..], Yaml::entries) {
        if value.bool().is_some() || value.get("EnabledFor").is_some() {
            facts.uses.extend(declares(key));
        }
    }
}
