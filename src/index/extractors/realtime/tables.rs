//! Socket.IO, SignalR, Phoenix, Action Cable and STOMP.

use super::FIRST;
use crate::index::extractors::clients::At::{Nth, Target};
use crate::index::extractors::clients::{Library, Row};
use crate::index::model::Kind::Message;
use crate::index::model::Role::{Consumes, Publishes};

const SOCKETS: &[&str] = &["socket", "io", "sio", "server", "namespace", "nsp", "room", "client", "ws", "gateway", "wss"];

pub(crate) const SOCKET_IO: Library = Library {
    words: &["*socket.io*", "*socketio*", "*socket_io*", "*nestjs/websockets*", "pusher*", "*laravel-echo*"],
    rows: &[
        Row::call(Publishes, &["emit", "emitwithack"], FIRST).on(SOCKETS).kind(Message),
        Row::call(Publishes, &["emit"], FIRST).rooted().only(&["python"]).kind(Message),
        Row::call(Consumes, &["on", "once"], FIRST).on(SOCKETS).kind(Message),
        // Handlers often lie in files that are given the connection.
        Row::call(Publishes, &["emit"], FIRST).on(&["socket"]).only(&["javascript", "typescript"]).kind(Message).hinted(),
        Row::call(Consumes, &["on"], FIRST).on(&["socket"]).only(&["javascript", "typescript"]).kind(Message).hinted(),
        Row::annotation(Consumes, &["on"], FIRST).on(&["socket", "sio"]).kind(Message),
        Row::annotation(Consumes, &["event"], &[Nth(0), Target]).on(&["socket", "sio"]).kind(Message),
        Row::annotation(Consumes, &["subscribemessage"], FIRST).kind(Message),
        Row::call(Publishes, &["trigger"], &[Nth(1)]).on(&["pusher"]).kind(Message),
        Row::call(Consumes, &["bind"], FIRST).on(&["channel", "pusher"]).kind(Message),
    ],
};

pub(crate) const SIGNALR: Library = Library {
    words: &["*signalr*"],
    rows: &[
        Row::call(Publishes, &["sendasync", "send", "sendcoreasync"], FIRST)
            .on(&["clients", "all", "group", "caller", "others", "user"])
            .only(&["csharp"])
            .kind(Message),
        Row::call(Consumes, &["on"], FIRST).on(&["connection", "hub"]).kind(Message),
        Row::call(Publishes, &["invoke", "send", "invokeasync"], FIRST).on(&["connection", "hub"]).kind(Message),
    ],
};

pub(crate) const PHOENIX: Library = Library {
    words: &["phoenix", "*endpoint.broadcast*", ":channel"],
    rows: &[
        Row::call(Publishes, &["broadcast", "broadcast!", "broadcastfrom", "broadcastfrom!", "push"], &[Nth(1)])
            .rooted()
            .count(3)
            .only(&["elixir"])
            .kind(Message),
        Row::call(Consumes, &["on"], FIRST).on(&["channel"]).only(&["javascript", "typescript"]).kind(Message),
        Row::call(Publishes, &["push"], FIRST).on(&["channel"]).only(&["javascript", "typescript"]).kind(Message),
        Row::call(Publishes, &["broadcast", "broadcastfrom"], &[Nth(1)]).on(&["endpoint"]).only(&["elixir"]).kind(Message),
    ],
};

pub(crate) const CABLE: Library = Library {
    words: &["actioncable", "*rails/actioncable*"],
    rows: &[
        Row::call(Publishes, &["broadcast"], FIRST).on(&["actioncable", "server"]).only(&["ruby"]).kind(Message),
        Row::call(Consumes, &["streamfrom"], FIRST).only(&["ruby"]).kind(Message).alone(),
    ],
};

pub(crate) const STOMP: Library = Library {
    words: &["*stomp*", "*messaging.simp*", "*springframework.messaging*"],
    rows: &[
        Row::call(Publishes, &["convertandsend", "convertandsendtouser"], FIRST).on(&["messagingtemplate", "simp", "messaging"]).kind(Message),
        Row::annotation(Publishes, &["sendto", "sendtouser"], FIRST).kind(Message),
        Row::call(Consumes, &["subscribe"], FIRST).on(&["stomp"]).kind(Message),
    ],
};
