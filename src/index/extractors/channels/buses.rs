//! Events by type on a bus that leaves the process: the type's name is the message's. Buses within the process (MediatR, Spring's
//! application events, Node's `EventEmitter`) are no shared resource.

use crate::index::extractors::clients::At::{Nth, Parameter, TypeArgument, TypeOf};
use crate::index::extractors::clients::{Library, Row};
use crate::index::model::Kind::Message;
use crate::index::model::Role::{Consumes, Publishes};

const BUS: &[&str] = &["bus", "publish", "context", "endpoint", "session", "outbox"];

pub(crate) const DOTNET: Library = Library {
    words: &["masstransit*", "nservicebus*", "rebus*", "wolverine*", "easynetq*", "*eventbus*", "*servicebus.core*", "capsharp", "dotnetcore.cap"],
    rows: &[
        Row::supertype(Consumes, &["iconsumer", "ihandlemessages", "iamstartedbymessages", "iintegrationeventhandler", "ijobconsumer", "iconsumeasync"])
            .kind(Message)
            .alone(),
        Row::call(Publishes, &["publish", "send", "publishmessage", "enqueue", "sendlocal", "schedulesend", "schedulepublish"], &[TypeArgument, TypeOf(0)])
            .on(BUS)
            .kind(Message),
        Row::call(Consumes, &["subscribe", "subscribeasync", "receive", "addsubscription"], &[TypeArgument])
            .on(&["bus", "pubsub", "sendreceive", "subscriptions", "event"])
            .kind(Message),
        Row::call(Publishes, &["addasync", "saveeventandcontextchanges", "publishthrougheventbus"], &[TypeOf(0)])
            .on(&["eventlog", "integrationevent"])
            .kind(Message),
        Row::annotation(Consumes, &["capsubscribe"], &[Nth(0)]),
        Row::call(Publishes, &["publish"], &[Nth(0)]).on(&["cap"]),
    ],
};

pub(crate) const JVM: Library = Library {
    words: &["*axonframework*", "*eventuate*", "*springframework.modulith*"],
    rows: &[
        Row::annotation(Consumes, &["eventhandler", "commandhandler", "sagaeventhandler", "queryhandler"], &[Parameter]).kind(Message),
        Row::call(Publishes, &["apply"], &[TypeOf(0)]).on(&["aggregatelifecycle"]).kind(Message),
        Row::call(Publishes, &["apply"], &[TypeOf(0)]).rooted().kind(Message),
        Row::call(Publishes, &["send", "sendandwait", "query", "publish"], &[TypeOf(0)]).on(&["gateway", "eventbus"]).kind(Message),
        Row::call(Consumes, &["onevent", "onmessage"], &[TypeOf(0)]).kind(Message),
        Row::annotation(Publishes, &["externalized"], &[Nth(0)]),
        // Eventuate: events of an aggregate and commands go over a channel of that name
        Row::call(Consumes, &["fromchannel", "foraggregatetype", "andforaggregatetype"], &[Nth(0)]),
        Row::call(Publishes, &["withchannel"], &[Nth(0)]),
        Row::call(Publishes, &["forcommand"], &[TypeOf(0)]).kind(Message),
    ],
};

pub(crate) const PHP: Library = Library {
    words: &["*symfony\\component\\messenger*", "*illuminate\\contracts\\queue*"],
    rows: &[
        Row::annotation(Consumes, &["asmessagehandler"], &[Parameter]).kind(Message).likely(),
        Row::call(Publishes, &["dispatch"], &[TypeOf(0)]).on(&["bus"]).kind(Message).likely(),
    ],
};
