//! AsyncAPI 2 and 3: who sends to which channel, who receives from it, and over which server. A channel is a queue between them.

use super::hosts;
use super::part::{Mention, Part, Piece, Surroundings, source};
use crate::topology::model::{Component, Interaction, Kind, Relationship, Source};
use crate::topology::yaml::Yaml;

/// Whether it is a document of AsyncAPI.
#[must_use]
pub fn is(piece: &Piece<'_>) -> bool {
    piece.yaml.and_then(|y| y.get("asyncapi")).and_then(Yaml::text).is_some()
}

/// Reads documents: each is one component with its channels.
#[must_use]
pub fn read(pieces: &[Piece<'_>], _: &Surroundings<'_>) -> Part {
    let mut part = Part::default();
    for piece in pieces {
        let Some(yaml) = piece.yaml else { continue };
        let title = yaml.at(&["info", "title"]);
        let app = name(title.and_then(Yaml::text).unwrap_or("")).unwrap_or_else(|| stem(piece.file));
        let line = title.unwrap_or(yaml).place.line;
        let describe = yaml.at(&["info", "description"]).and_then(Yaml::text).unwrap_or("").lines().next().unwrap_or("").trim().to_owned();
        part.components.push(Component {
            name: app.clone(),
            kind: super::guess::kind("", &app),
            declared: true,
            role: describe,
            sources: vec![source(piece.file, line, &[])],
            ..Component::default()
        });
        let mut room = Room { file: piece.file, yaml, app, protocol: String::new(), part: &mut part };
        room.servers();
        if yaml.get("asyncapi").and_then(Yaml::text).is_some_and(|v| v.starts_with("3")) { room.third() } else { room.second() }
    }
    part
}

struct Room<'a> {
    file: &'a str,
    yaml: &'a Yaml,
    app: String,
    /// How servers are spoken to.
    protocol: String,
    part: &'a mut Part,
}

/// Which way messages go, as seen from the application.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Sends,
    Receives,
}

impl<'a> Room<'a> {
    fn place(&self, node: &Yaml, fact: String) -> Source {
        Source { facts: vec![fact], ..source(self.file, node.place.line, &[]) }
    }

    /// A reference within the document, followed.
    fn follow(&self, node: &'a Yaml) -> &'a Yaml {
        let Some(path) = node.get("$ref").and_then(Yaml::text).and_then(|r| r.strip_prefix("#/")) else { return node };
        let keys: Vec<String> = path.split('/').map(|k| k.replace("~1", "/").replace("~0", "~")).collect();
        self.yaml.at(&keys.iter().map(String::as_str).collect::<Vec<_>>()).unwrap_or(node)
    }

    fn servers(&mut self) {
        // Servers are often one for each stage: only one of them is meant at a time.
        let servers = self.yaml.get("servers").map_or(&[][..], Yaml::entries);
        let main = servers.iter().position(|(k, _)| k.text().is_some_and(|k| k.to_ascii_lowercase().starts_with("prod"))).unwrap_or(0);
        for (i, (_, server)) in servers.iter().enumerate() {
            let server = self.follow(server);
            let protocol = server.get("protocol").and_then(Yaml::text).unwrap_or("").to_owned();
            let Some(node) = server.get("host").or_else(|| server.get("url")) else { continue };
            for found in hosts::in_setting("url", node.text().unwrap_or("")) {
                // A server of a website's example is nobody's.
                if found.host.contains('{') {
                    continue;
                }
                let source = self.place(node, format!("server {}", found.host));
                self.part.mentions.push(Mention {
                    from: self.app.clone(),
                    host: found.host,
                    port: found.port,
                    via: protocol.trim_end_matches("-secure").to_owned(),
                    sure: i == main,
                    source,
                    ..Mention::default()
                });
            }
            if self.protocol.is_empty() {
                self.protocol = protocol.trim_end_matches("-secure").to_owned();
            }
        }
    }

    /// Version 2 is told from the other side: what others publish, the application receives.
    fn second(&mut self) {
        for (key, channel) in self.yaml.get("channels").map_or(&[][..], Yaml::entries) {
            let Some(address) = key.text() else { continue };
            let channel = self.follow(channel);
            self.channel(address, key, channel);
            for (verb, way) in [("publish", Way::Receives), ("subscribe", Way::Sends)] {
                if let Some(operation) = channel.get(verb) {
                    self.operation(address, way, operation, verb);
                }
            }
        }
    }

    fn third(&mut self) {
        for (key, channel) in self.yaml.get("channels").map_or(&[][..], Yaml::entries) {
            let channel = self.follow(channel);
            if let Some(address) = channel.get("address").and_then(Yaml::text).or(key.text()) {
                self.channel(address, key, channel);
            }
        }
        for (key, operation) in self.yaml.get("operations").map_or(&[][..], Yaml::entries) {
            let operation = self.follow(operation);
            let way = match operation.get("action").and_then(Yaml::text) {
                Some("send") => Way::Sends,
                Some("receive") => Way::Receives,
                _ => continue,
            };
            let Some(reference) = operation.get("channel") else { continue };
            let channel = self.follow(reference);
            let id = reference.get("$ref").and_then(Yaml::text).and_then(|r| r.rsplit('/').next()).unwrap_or("");
            let address = channel.get("address").and_then(Yaml::text).unwrap_or(id);
            if !address.is_empty() {
                self.operation(address, way, operation, key.text().unwrap_or("operation"));
            }
        }
    }

    fn channel(&mut self, address: &str, key: &Yaml, channel: &Yaml) {
        let partitions = channel.at(&["bindings", "kafka", "partitions"]).and_then(Yaml::text);
        let mut sources = vec![source(self.file, key.place.line, &[])];
        if let Some(n) = partitions {
            sources.push(self.place(channel.at(&["bindings", "kafka"]).unwrap_or(channel), format!("notes: {n} partitions")));
        }
        let notes = partitions.map_or_else(String::new, |n| format!("{n} partitions"));
        // Documents of several applications name the same channel.
        if !self.part.components.iter().any(|c| c.name == address) {
            self.part.components.push(Component { name: address.to_owned(), kind: Kind::Queue, declared: true, notes, sources, ..Component::default() });
        }
    }

    fn operation(&mut self, address: &str, way: Way, operation: &Yaml, fact: &str) {
        let group = operation.at(&["bindings", "kafka", "groupId"]);
        let group = group.and_then(|g| {
            let schema = || ["const", "default"].iter().find_map(|k| g.get(k)?.text());
            g.text().or_else(schema).or_else(|| g.get("enum")?.items().first()?.text())
        });
        let message = operation.get("message").or_else(|| operation.get("messages").and_then(|m| m.items().first()));
        let data = message.map(|m| (m, self.follow_any(m))).and_then(|(m, followed)| {
            followed.get("name").and_then(Yaml::text).map(str::to_owned).or_else(|| Some(m.get("$ref")?.text()?.rsplit('/').next()?.to_owned()))
        });
        let (from, to) = if way == Way::Sends { (self.app.clone(), address.to_owned()) } else { (address.to_owned(), self.app.clone()) };
        let via = if self.protocol.is_empty() { "event".to_owned() } else { self.protocol.clone() };
        let mut facts = vec![fact.to_owned()];
        facts.extend(group.map(|g| format!("groupId {g}")));
        let place = source(self.file, operation.place.line, &[]);
        self.part.relationships.push(Relationship {
            from,
            to,
            via,
            pattern: Some(Interaction::PubSub),
            sync: Some(false),
            data: data.unwrap_or_default(),
            notes: group.map_or_else(String::new, |g| format!("consumer group {g}")),
            sources: vec![Source { facts, ..place }],
            ..Relationship::default()
        });
    }

    /// As [`Self::follow`], for nodes of any life; references are followed by a few steps.
    fn follow_any<'n>(&self, node: &'n Yaml) -> &'n Yaml
    where
        'a: 'n,
    {
        let mut at = node;
        for _ in 0..4 {
            let Some(path) = at.get("$ref").and_then(Yaml::text).and_then(|r| r.strip_prefix("#/")) else { break };
            let keys: Vec<String> = path.split('/').map(|k| k.replace("~1", "/").replace("~0", "~")).collect();
            match self.yaml.at(&keys.iter().map(String::as_str).collect::<Vec<_>>()) {
                Some(next) => at = next,
                None => break,
            }
        }
        at
    }
}

/// A title as a name: `Orders Service` is `orders-service`.
fn name(title: &str) -> Option<String> {
    let words: Vec<String> =
        title.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty() && !w.eq_ignore_ascii_case("api")).map(str::to_lowercase).collect();
    (!words.is_empty()).then(|| words.join("-"))
}

/// The name of a file without what follows the first stop.
fn stem(file: &str) -> String {
    file.rsplit(['/', '\\']).next().and_then(|f| f.split('.').next()).unwrap_or("application").to_owned()
}

#[cfg(test)]
mod tests {
    use crate::topology::importers::tests::{edges, import};
    use crate::topology::model::Kind;

    #[test]
    fn version_2_is_told_from_the_other_side() {
        let text = "
asyncapi: '2.6.0'
info: {title: Billing Service, version: '1'}
servers: {dev: {url: 'localdev:9092', protocol: kafka}, prod: {url: 'kafka:9092', protocol: kafka}}
channels:
  order/placed:
    publish: {operationId: onPlaced, bindings: {kafka: {groupId: {type: string, enum: [billing]}}}, message: {name: OrderPlaced}}
  bill/sent:
    subscribe: {message: {$ref: '#/components/messages/BillSent'}}
components: {messages: {BillSent: {payload: {type: object}}}}
";
        let import = import(&[("billing.yaml", text)]);
        assert_eq!(edges(&import), ["billing-service>bill/sent kafka", "billing-service>kafka kafka", "order/placed>billing-service kafka"]);
        let r = &import.topology.relationships;
        assert_eq!((r[2].data.as_str(), r[2].notes.as_str(), r[2].sync), ("OrderPlaced", "consumer group billing", Some(false)));
        assert_eq!(r[0].data, "BillSent");
        assert!(import.topology.component("order/placed").is_some_and(|c| c.kind == Kind::Queue && c.declared));
        assert!(import.topology.component("kafka").is_some_and(|c| !c.declared));
    }

    #[test]
    fn version_3_says_send_and_receive() {
        let text = "
asyncapi: 3.0.0
info: {title: Orders API}
channels:
  placed: {address: order.placed, bindings: {kafka: {partitions: 12}}, messages: {m: {name: OrderPlaced}}}
operations:
  sendPlaced: {action: send, channel: {$ref: '#/channels/placed'}, messages: [{$ref: '#/channels/placed/messages/m'}]}
  loop: {action: receive, channel: {$ref: '#/channels/loop'}}
";
        let import = import(&[("o.yaml", text)]);
        assert_eq!(edges(&import), ["orders>order.placed event", "loop>orders event"]);
        assert_eq!(import.topology.relationships[0].data, "OrderPlaced");
        assert_eq!(import.topology.component("order.placed").map(|c| c.notes.as_str()), Some("12 partitions"));
    }
}
