//! NATS, MQTT, JMS, Pulsar, STOMP, NSQ, and frameworks that hide the broker.

use crate::index::extractors::clients::At::{All, Key, Nth};
use crate::index::extractors::clients::{Library, Row};
use crate::index::model::Role::{Consumes, Declares, Publishes};

const NATS_ON: &[&str] = &["nats", "nc", "js", "jetstream", "conn", "client", "stan", "sc", "gnat"];

pub(crate) const NATS: Library = Library {
    words: &["*nats*", "gnat"],
    rows: &[
        // JetStream takes its context first.
        Row::call(Publishes, &["publish"], &[Nth(1)]).on(&["js", "jetstream"]).count(3).only(&["go"]),
        Row::call(Publishes, &["publish", "publishmsg", "publishrequest", "pub"], &[Key("subject"), Nth(0)]).on(NATS_ON).only(&[
            "go",
            "python",
            "javascript",
            "typescript",
            "java",
            "kotlin",
            "csharp",
            "rust",
            "ruby",
        ]),
        Row::call(Publishes, &["pub"], &[Nth(1)]).on(&["gnat"]),
        Row::call(Publishes, &["request", "requestwithcontext"], &[Nth(0)]).on(&["nats", "nc"]),
        Row::call(Consumes, &["queuesubscribe", "queuesubscribesync", "chanqueuesubscribe"], &[Nth(0)]).with(&[Nth(1)]),
        Row::call(Consumes, &["subscribe", "subscribesync", "chansubscribe", "pullsubscribe", "sub"], &[Key("subject"), Nth(0)])
            .with(&[Key("queue")])
            .on(NATS_ON)
            .only(&["go", "python", "javascript", "typescript", "java", "kotlin", "csharp", "rust", "ruby"]),
        Row::call(Consumes, &["sub"], &[Nth(2)]).on(&["gnat"]),
        Row::literal(Publishes, &["msg"], &[Key("subject")]).on(&["nats"]),
        Row::literal(Declares, &["streamconfig"], &[Key("subjects"), Key("name")]),
        Row::call(Declares, &["addstream"], &[Key("subjects"), Key("name")]),
        Row::call(Declares, &["subjects"], &[All]).on(&["streamconfiguration"]),
    ],
};

pub(crate) const PHOENIX: Library = Library {
    words: &["phoenix", "pubsub"],
    rows: &[
        Row::call(Publishes, &["broadcast", "broadcast!", "broadcastfrom", "broadcastfrom!", "localbroadcast"], &[Nth(1)]).on(&["pubsub"]).only(&["elixir"]),
        Row::call(Consumes, &["subscribe"], &[Nth(1)]).on(&["pubsub"]).only(&["elixir"]),
    ],
};

const MQTT_ON: &[&str] = &["mqtt", "client", "broker"];

pub(crate) const MQTT: Library = Library {
    words: &["*mqtt*"],
    rows: &[
        Row::call(Publishes, &["publish", "publishwithresponse"], &[Key("topic"), Nth(0)]).on(MQTT_ON),
        Row::call(Consumes, &["subscribe"], &[Key("topic"), Nth(0)]).on(MQTT_ON),
        Row::call(Publishes, &["withtopic"], &[Nth(0)]).on(&["messagebuilder"]),
        Row::call(Consumes, &["withtopic", "withtopicfilter"], &[Nth(0)]).on(&["filter"]),
        Row::call(Publishes, &["espmqttclientpublish", "mosquittopublish"], &[Nth(1)]),
    ],
};

pub(crate) const JMS: Library = Library {
    words: &["*jms*", "*activemq*", "*artemis*"],
    rows: &[
        Row::annotation(Consumes, &["jmslistener"], &[Key("destination"), Nth(0)]).with(&[Key("subscription")]).alone(),
        Row::call(Publishes, &["convertandsend", "send", "convertsendandreceive"], &[Nth(0)]).on(&["jmstemplate", "jmsmessagingtemplate", "jms"]).hinted(),
        Row::call(Consumes, &["receive", "receiveandconvert", "receiveselected"], &[Nth(0)]).on(&["jmstemplate"]).hinted(),
        Row::handle(&["createqueue", "createtopic", "activemqqueue", "activemqtopic"], &[Nth(0)]),
        Row::call(Publishes, &["createproducer"], &[Nth(0)]),
        Row::call(Consumes, &["createconsumer", "createdurablesubscriber", "createdurableconsumer", "createsharedconsumer"], &[Nth(0)]),
    ],
};

pub(crate) const PULSAR: Library =
    Library {
        words: &["*pulsar*"],
        rows: &[
            Row::call(Publishes, &["topic"], &[Nth(0)]).on(&["newproducer", "producer"]),
            Row::call(Consumes, &["topic", "topics", "topicspattern"], &[Nth(0)]).on(&["newconsumer", "newreader", "consumer"]),
            Row::call(Publishes, &["createproducer"], &[Key("topic"), Nth(0)]),
            Row::call(Consumes, &["subscribe"], &[Key("topics"), Key("topic"), Nth(0)])
                .with(&[Key("subscriptionname"), Nth(1)])
                .on(&["client", "pulsar"])
                .only(&["python", "javascript", "typescript", "cpp"]),
            Row::call(Consumes, &["createreader"], &[Key("topic"), Nth(0)]),
            Row::literal(Publishes, &["produceroptions"], &[Key("topic")]),
            Row::literal(Consumes, &["consumeroptions", "readeroptions"], &[Key("topic"), Key("topics")]).with(&[Key("subscriptionname")]),
            Row::annotation(Consumes, &["pulsarlistener", "pulsarreader"], &[Key("topics"), Nth(0)]).with(&[Key("subscriptionname")]).alone(),
            Row::call(Publishes, &["send"], &[Nth(0)]).on(&["pulsartemplate"]).alone(),
        ],
    };

pub(crate) const NSQ: Library = Library {
    words: &["*nsq*"],
    rows: &[
        Row::call(Publishes, &["publish", "multipublish", "deferredpublish"], &[Nth(0)]).on(&["producer", "nsq", "writer"]),
        Row::call(Consumes, &["newconsumer"], &[Nth(0)]).with(&[Nth(1)]),
    ],
};

/// Frameworks: NestJS microservices, Spring Cloud Stream, Hutch, Broadway, MassTransit's endpoints, Watermill, Camel.
pub(crate) const FRAMEWORKS: Library = Library {
    words: &["*nestjs*", "*streambridge*", "*cloud.stream*", "masstransit", "*watermill*", "*broadway*", "*rebus*", "*nservicebus*", "*camel*"],
    rows: &[
        Row::annotation(Consumes, &["messagepattern", "eventpattern"], &[Key("cmd"), Nth(0)]),
        Row::call(Publishes, &["emit", "send"], &[Key("cmd"), Nth(0)]).on(&["clientproxy", "clientkafka", "clientrmq", "clientnats"]),
        Row::call(Publishes, &["send"], &[Nth(0)]).on(&["streambridge"]).alone(),
        Row::annotation(Consumes, &["streamlistener"], &[Key("target"), Key("value"), Nth(0)]),
        Row::call(Consumes, &["receiveendpoint"], &[Nth(0)]),
        Row::call(Publishes, &["getsendendpoint"], &[Nth(0)]).idle(),
        Row::call(Publishes, &["publish"], &[Nth(0)]).on(&["publisher"]).only(&["go"]),
        Row::call(Consumes, &["addhandler", "addnopublisherhandler", "addconsumerhandler"], &[Nth(1)]).on(&["router"]).only(&["go"]),
        Row::call(Consumes, &["subscribe"], &[Nth(1)]).on(&["subscriber"]).only(&["go"]),
    ],
};
