//! RabbitMQ and AMQP. The name is the exchange, the routing key goes with it; on the default exchange the routing key is the queue.

use crate::index::extractors::clients::At::{Handle, Key, Nth};
use crate::index::extractors::clients::{Library, Row};
use crate::index::model::Role::{Consumes, Declares, Publishes};

const CHANNEL: &[&str] = &["channel", "chan", "ch", "amqp", "rabbit", "session"];
const TEMPLATE: &[&str] = &["rabbit", "amqp"];

pub(crate) const AMQP: Library = Library {
    words: &["pika", "aiopika", "aio_pika", "*amqp*", "*rabbit*", "bunny", "lapin", "kombu", "sneakers", "hutch", "*easynetq*"],
    rows: &[
        // Spring
        Row::annotation(Consumes, &["rabbitlistener"], &[Key("queues"), Key("queuestodeclare"), Nth(0)]).alone(),
        Row::annotation(Declares, &["exchange"], &[Key("value"), Key("name"), Nth(0)]),
        Row::call(Publishes, &["convertandsend", "convertsendandreceive", "send"], &[Nth(0)]).on(TEMPLATE).with(&[Nth(1)]).count(3).hinted(),
        Row::call(Publishes, &["convertandsend", "convertsendandreceive", "send"], &[Nth(0)]).on(TEMPLATE).with(&[Nth(1)]).count(4).hinted(),
        Row::call(Publishes, &["convertandsend", "send"], &[Nth(0)]).on(TEMPLATE).count(2).hinted(),
        Row::call(Consumes, &["receiveandconvert"], &[Nth(0)]).on(TEMPLATE).hinted(),
        Row::call(Consumes, &["setqueuenames", "addqueuenames", "setqueues"], &[Nth(0)]).on(&["container"]),
        Row::call(Declares, &["queue"], &[Nth(0)]).rooted().only(&["java", "kotlin", "scala", "python"]),
        Row::call(Declares, &["topicexchange", "directexchange", "fanoutexchange", "headersexchange"], &[Nth(0)]),
        Row::call(Declares, &["durable", "nondurable"], &[Nth(0)]).on(&["queuebuilder"]),
        Row::call(Declares, &["topicexchange", "directexchange", "fanoutexchange"], &[Nth(0)]).on(&["exchangebuilder"]),
        // The protocol's own words
        Row::call(Publishes, &["basicpublish"], &[Key("exchange"), Nth(0)]).with(&[Key("routingkey"), Nth(1)]).alone(),
        Row::call(Publishes, &["basicpublish"], &[Nth(1)]).with(&[Nth(2)]).on(&["phpamqp"]),
        Row::call(Consumes, &["basicconsume", "basicget"], &[Key("queue"), Nth(0)]).alone(),
        Row::call(Declares, &["queuedeclare", "queuedeclarepassive"], &[Key("queue"), Key("name"), Nth(0)]).makes_handle().alone(),
        Row::call(Declares, &["exchangedeclare"], &[Key("exchange"), Key("name"), Nth(0)]).makes_handle().alone(),
        Row::call(Declares, &["queuebind"], &[Key("exchange"), Nth(2)]).with(&[Key("routingkey"), Nth(1)]).on(&["channel", "ch"]).only(&["go"]),
        Row::call(Declares, &["queuebind"], &[Key("exchange"), Nth(1)]).with(&[Key("routingkey"), Nth(2)]).alone(),
        // Go
        Row::call(Publishes, &["publish", "publishwithcontext"], &[Nth(0)]).with(&[Nth(1)]).on(CHANNEL).count(5),
        Row::call(Publishes, &["publish", "publishwithcontext"], &[Nth(1)]).with(&[Nth(2)]).on(CHANNEL).count(6),
        Row::call(Consumes, &["consume"], &[Nth(0)]).on(CHANNEL),
        Row::call(Consumes, &["consumewithcontext"], &[Nth(1)]).on(CHANNEL),
        // Node
        Row::call(Publishes, &["sendtoqueue"], &[Nth(0)]).alone(),
        Row::call(Publishes, &["publish"], &[Nth(0)]).with(&[Nth(1)]).on(CHANNEL),
        Row::call(Declares, &["assertqueue", "checkqueue"], &[Nth(0)]).makes_handle().alone(),
        Row::call(Declares, &["assertexchange"], &[Nth(0)]).makes_handle().alone(),
        Row::call(Declares, &["bindqueue"], &[Nth(1)]).with(&[Nth(2)]).on(CHANNEL),
        // aio-pika, kombu
        Row::call(Declares, &["declarequeue"], &[Key("name"), Nth(0)]).makes_handle().alone(),
        Row::call(Declares, &["declareexchange"], &[Key("name"), Nth(0)]).makes_handle().alone(),
        Row::handle(&["getqueue", "getexchange"], &[Nth(0)]).on(CHANNEL),
        Row::call(Publishes, &["publish"], &[Key("routingkey")]).on(&["defaultexchange", "default_exchange"]).alone(),
        Row::call(Publishes, &["publish"], &[Handle, Key("exchange")]).with(&[Key("routingkey"), Nth(1)]).on(&["exchange", "producer", "x"]),
        Row::call(Consumes, &["consume", "iterator"], &[Handle]).on(&["queue", "q"]),
        Row::call(Declares, &["bind"], &[Nth(0)]).with(&[Key("routingkey"), Nth(1)]).on(&["queue"]),
        Row::call(Declares, &["exchange"], &[Nth(0)]).rooted().makes_handle(),
        // Bunny, Sneakers, Hutch
        Row::call(Declares, &["queue"], &[Nth(0)]).on(CHANNEL).makes_handle(),
        Row::call(Declares, &["topic", "direct", "fanout"], &[Nth(0)]).on(CHANNEL).makes_handle(),
        Row::call(Publishes, &["publish"], &[Handle]).with(&[Key("routingkey")]),
        Row::call(Consumes, &["subscribe"], &[Handle]).on(&["queue", "q", "channel"]),
        Row::call(Consumes, &["fromqueue"], &[Nth(0)]),
        Row::call(Publishes, &["publish"], &[Nth(0)]).on(&["hutch"]),
        Row::call(Consumes, &["consume"], &[Nth(0)]).rooted(),
        // Elixir
        Row::call(Publishes, &["publish"], &[Nth(1)]).with(&[Nth(2)]).on(&["basic"]),
        Row::call(Consumes, &["consume"], &[Nth(1)]).on(&["basic"]),
        Row::call(Declares, &["declare"], &[Nth(1)]).on(&["queue", "exchange"]),
        Row::call(Declares, &["bind"], &[Nth(2)]).with(&[Key("routingkey")]).on(&["queue"]),
    ],
};
