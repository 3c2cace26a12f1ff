//! Kafka: clients of every language, Spring, Karafka, Streams, Flink, Spark.

use crate::index::extractors::clients::At::{After, All, Handle, Key, Nth};
use crate::index::extractors::clients::{Library, Row};
use crate::index::model::Role::{Consumes, Declares, Publishes};

const PRODUCER: &[&str] = &["producer", "kafka"];
const CONSUMER: &[&str] = &["consumer", "kafka", "reader"];

pub(crate) const KAFKA: Library = Library {
    words: &["*kafka*", "sarama", "franz-go", "kgo", "faust", "brod"],
    rows: &[
        // Spring
        Row::annotation(Consumes, &["kafkalistener"], &[Key("topics"), Key("topic"), Key("topicpattern"), Nth(0)]).with(&[Key("groupid"), Key("id")]).alone(),
        Row::annotation(Publishes, &["sendto"], &[Key("value"), Nth(0)]),
        Row::call(Publishes, &["send"], &[Nth(0)]).on(&["kafkatemplate", "kafka"]).hinted(),
        Row::call(Declares, &["name"], &[Nth(0)]).on(&["topicbuilder"]).alone(),
        // Java, Kotlin, Scala
        Row::call(Publishes, &["producerrecord"], &[Nth(0)]).alone(),
        Row::call(Declares, &["newtopic"], &[Key("name"), Key("topic"), Nth(0)]),
        // Messages and readers by their options (Go, C#, JavaScript, Ruby)
        Row::literal(Publishes, &["producermessage"], &[Key("topic")]),
        Row::literal(Consumes, &["readerconfig"], &[Key("topic"), Key("grouptopics")]).with(&[Key("groupid")]),
        Row::literal(Publishes, &["writer", "writerconfig"], &[Key("topic")]).on(&["kafka"]),
        Row::literal(Publishes, &["message"], &[Key("topic")]).on(&["kafka"]),
        Row::literal(Publishes, &["record"], &[Key("topic")]).on(&["kgo"]),
        Row::literal(Declares, &["topicconfig", "topicspecification", "newtopic"], &[Key("topic"), Key("name")]),
        Row::call(Consumes, &["consumetopics"], &[All]).on(&["kgo"]),
        Row::call(Publishes, &["defaultproducetopic"], &[Nth(0)]).on(&["kgo"]),
        // Producers
        Row::call(Publishes, &["send", "sendandwait", "sendmessage", "sendbatch"], &[Key("topic"), Nth(0)]).on(PRODUCER).hinted(),
        Row::call(Publishes, &["produce", "producesync", "producemanysync", "producemany", "beginproduce"], &[Key("topic"), Nth(0)]).on(PRODUCER).hinted(),
        Row::call(Publishes, &["delivermessage", "deliverlater"], &[Key("topic")]).hinted(),
        Row::call(Publishes, &["delivermessage"], &[Nth(0)]).on(&["kafka"]),
        Row::call(Publishes, &["produce", "producesync", "producecb"], &[Nth(1)]).on(&["brod"]),
        Row::call(Publishes, &["to"], &[Nth(0)]).on(&["futurerecord", "baserecord"]).alone(),
        Row::call(Publishes, &["rdkafkavtopic"], &[Nth(0)]),
        Row::call(Publishes, &["rdkafkaproduce"], &[Nth(0)]),
        Row::handle(&["rdkafkatopicnew"], &[Nth(1)]),
        // Consumers
        Row::call(Consumes, &["subscribe", "subscribetopics"], &[Key("topics"), Key("topic"), Nth(0)]).on(CONSUMER).hinted(),
        // `KafkaConsumer(props).apply { subscribe(listOf(topic)) }`
        Row::call(Consumes, &["subscribe"], &[Nth(0)]).rooted().only(&["kotlin", "scala"]),
        Row::call(Consumes, &["kafkaconsumer", "aiokafkaconsumer"], &[All]).with(&[Key("groupid")]),
        Row::call(Consumes, &["eachmessage"], &[Key("topic")]),
        Row::call(Consumes, &["consumepartition"], &[Nth(0)]).on(CONSUMER),
        Row::call(Consumes, &["consume"], &[Nth(1)]).on(&["group", "consumer"]),
        Row::call(Consumes, &["rdkafkatopicpartitionlistadd"], &[Nth(1)]),
        Row::call(Consumes, &["topic"], &[Nth(0)]).on(&["consumergroup", "routes"]),
        // Topics made
        Row::call(Declares, &["createtopics", "createtopic"], &[Key("topic"), Key("name"), Nth(0)]).on(&["admin", "kafka"]),
        // Faust
        Row::call(Declares, &["topic"], &[Nth(0)]).on(&["app", "faust"]).idle(),
        Row::annotation(Consumes, &["agent"], &[Nth(0)]),
        Row::call(Publishes, &["send", "sendsoon"], &[Handle]).on(&["topic"]),
    ],
};

pub(crate) const KARAFKA: Library = Library {
    words: &["karafka", "racecar"],
    rows: &[
        Row::call(Consumes, &["topic"], &[Nth(0)]),
        Row::call(Consumes, &["subscribesto"], &[Nth(0)]),
        Row::call(Publishes, &["produceasync", "producesync", "produce"], &[Key("topic")]),
    ],
};

pub(crate) const STREAMS: Library = Library {
    words: &["*kafka.streams*", "*kafka-streams*", "*kstream*", "*streamsbuilder*"],
    rows: &[
        Row::call(Consumes, &["stream", "table", "globaltable"], &[Nth(0)]).on(&["builder", "topology"]),
        Row::call(Consumes, &["addsource"], &[Nth(1)]).on(&["topology", "builder"]),
        Row::call(Publishes, &["to", "through"], &[Nth(0)]),
    ],
};

pub(crate) const FLINK: Library = Library {
    words: &["*flink*"],
    rows: &[
        Row::call(Consumes, &["settopics"], &[Nth(0)]).on(&["kafka", "source"]),
        Row::call(Publishes, &["settopic"], &[Nth(0)]).on(&["kafka", "sink"]),
        Row::call(Consumes, &["flinkkafkaconsumer"], &[Nth(0)]),
        Row::call(Publishes, &["flinkkafkaproducer"], &[Nth(0)]),
    ],
};

pub(crate) const SPARK: Library = Library {
    words: &["*spark*"],
    rows: &[Row::call(Consumes, &["option"], &[After("subscribe")]), Row::call(Publishes, &["option"], &[After("topic")]).on(&["write", "kafka"])],
};

/// SmallRye and Quarkus: the annotation names a channel; its topic is the channel's name unless the configuration gives another.
pub(crate) const REACTIVE: Library = Library {
    words: &["*reactive.messaging*"],
    rows: &[
        Row::annotation(Consumes, &["incoming"], &[Nth(0)]),
        Row::annotation(Publishes, &["outgoing"], &[Nth(0)]),
        Row::annotation(Publishes, &["channel"], &[Nth(0)]),
    ],
};
