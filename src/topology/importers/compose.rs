//! docker-compose. Layers are merged as compose does: later files override, lists of ports and names add up, settings go by their name.
//! Most connections stand in `environment`, where nothing says that they are connections.

mod layers;
mod variables;

use super::guess;
use super::hosts::{self, Found};
use super::part::{About, Mention, Named, Note, Part, Piece, Surroundings, source};
use super::units;
use crate::topology::model::{Component, Count, Criticality, Failover, Kind, Source};
use crate::topology::yaml::Yaml;
use layers::{Item, Service};

pub use variables::dotenv;

/// Puts values for variables, as in a compose file; what is not set is empty.
#[must_use]
pub(super) fn fill(text: &str, variables: &std::collections::BTreeMap<String, (String, Source)>) -> String {
    variables::fill(text, variables, &Source::default(), &mut variables::Unset::default())
}

/// Whether it is a compose file: `services`, each a map.
#[must_use]
pub fn is(piece: &Piece<'_>) -> bool {
    let Some(yaml) = piece.yaml else { return false };
    let services = yaml.get("services").map_or(&[][..], Yaml::entries);
    let own = |v: &Yaml| {
        v.is_null()
            || ["image", "build", "command", "environment", "ports", "depends_on", "extends", "deploy", "volumes", "networks"]
                .iter()
                .any(|k| v.get(k).is_some())
    };
    yaml.get("openapi").is_none() && yaml.get("asyncapi").is_none() && yaml.get("apiVersion").is_none() && services.iter().any(|(_, v)| own(v))
        || services.is_empty() && yaml.get("include").is_some_and(|i| !i.items().is_empty())
}

/// Reads layers, in the order in which they are named.
#[must_use]
pub fn read(pieces: &[Piece<'_>], around: &Surroundings<'_>) -> Part {
    let mut unset = variables::Unset::default();
    let services = layers::services(pieces, around, &mut unset);
    let mut part = Part::default();
    for service in &services {
        one(service, &mut part);
    }
    mounted(&services, around, &mut part);
    for (name, source) in unset.into_sorted() {
        part.notes.push(Note::new(About::NotSet, format!("{name} has no value: no file of variables sets it"), vec![source]));
    }
    part
}

/// Names in mounted files, where the files are at hand. A file that several mount does not say which of them calls whom.
fn mounted(services: &[Service], around: &Surroundings<'_>, part: &mut Part) {
    const LARGEST: usize = 1 << 20;
    let all: Vec<&String> = services.iter().flat_map(|s| s.files.iter().map(|(path, _)| path)).collect();
    for service in services {
        for (path, _) in service.files.iter().filter(|(path, _)| all.iter().filter(|p| **p == path).count() == 1) {
            let Some(text) = (around.read)(path).filter(|t| t.len() <= LARGEST) else { continue };
            // Templates are filled from the environment that they are mounted with.
            for (line, found) in hosts::in_text(&fill(&text, &around.variables)) {
                let fact = address("names", &found).replacen('=', " ", 1);
                let line = u32::try_from(line + 1).unwrap_or(u32::MAX);
                part.mentions.push(Mention {
                    from: service.name.clone(),
                    host: found.host,
                    port: found.port,
                    via: found.via,
                    source: source(path, line, &[&fact]),
                    ..Mention::default()
                });
            }
        }
    }
}

fn one(service: &Service, part: &mut Part) {
    let name = &service.name;
    // The image of what is built here has a name of the project's choice.
    let product = service.image.as_ref().filter(|_| !service.built);
    let image = product.map_or("", |i| i.text.as_str());
    let mut sources = service.places.clone();
    let mut say = |item: Option<&Item>, fact: String| sources.extend(item.map(|i| Source { facts: vec![fact], ..i.source.clone() }));
    let kind = guess::kind(image, name);
    let (count, fact) = count(service);
    match &fact {
        Some(item) => say(Some(item), format!("count: {}", crate::topology::count::write(count).unwrap_or_default())),
        None => say(service.first().as_ref(), "count: 1, compose's default".to_owned()),
    }
    let noticed = service.noticed();
    if let Some((_, item)) = &noticed {
        say(Some(item), format!("noticed_after: {}", item.text));
    }
    if let Some(image) = product.filter(|_| kind != Kind::Service) {
        say(Some(image), format!("kind: by the image {}", image.text));
    }
    let never = service.restart.as_ref().is_some_and(|r| r.text == "no");
    if never {
        say(service.restart.as_ref(), "failover: restart is no".to_owned());
    }
    let criticality = service.environment.iter().find_map(|(k, v)| (k == "OTEL_RESOURCE_ATTRIBUTES").then(|| criticality(v)).flatten());
    if let Some((_, item)) = &criticality {
        say(Some(item), "criticality: service.criticality".to_owned());
    }
    part.components.push(Component {
        name: name.clone(),
        kind,
        declared: true,
        count,
        paths: service.path.iter().cloned().collect(),
        criticality: criticality.map(|(c, _)| c),
        failover: never.then_some(Failover::None),
        noticed_after: noticed.map(|(after, _)| after),
        notes: service.restart.as_ref().filter(|r| r.text != "no" && !r.text.is_empty()).map_or_else(String::new, |r| format!("restart: {}", r.text)),
        sources,
        ..Component::default()
    });
    part.images.push((name.clone(), image.to_owned()));
    let other = |n: &str| Named { component: name.clone(), name: n.to_owned(), ..Named::default() };
    part.names.push(other(name));
    part.names.extend(service.names.iter().filter(|n| *n != name).map(|n| other(n)));
    if service.published {
        part.published.push(name.clone());
    }
    // What telemetry calls it, where that is something else.
    let told = service.environment.iter().find(|(k, _)| k == "OTEL_SERVICE_NAME").map(|(_, v)| v.text.as_str());
    part.names.extend(told.filter(|t| *t != name && !t.is_empty()).map(other));

    let mention = |found: Found, item: &Item, fact: String, telemetry: bool| Mention {
        from: name.clone(),
        host: found.host,
        port: found.port,
        via: found.via,
        sure: found.sure,
        telemetry,
        source: Source { facts: vec![fact], ..item.source.clone() },
        ..Mention::default()
    };
    for (key, item) in &service.environment {
        for found in hosts::in_setting(key, &item.text) {
            let fact = address(key, &found);
            part.mentions.push(mention(found, item, fact, hosts::is_telemetry(key)));
        }
    }
    // Build arguments and labels connect nothing. Commands do.
    let words: Vec<&str> = service.command.iter().map(|i| i.text.as_str()).collect();
    if let Some(first) = service.command.first() {
        for (flag, found) in hosts::in_command(&words) {
            let fact = address(if flag.is_empty() { "command" } else { &flag }, &found);
            let telemetry = hosts::is_telemetry(&flag);
            part.mentions.push(mention(found, first, fact, telemetry));
        }
    }
    for (target, condition, item) in &service.depends_on {
        let start_only = condition == "service_completed_successfully";
        part.mentions.push(Mention {
            start_only,
            order_only: true,
            ..mention(Found { host: target.clone(), ..Found::default() }, item, "depends_on".to_owned(), false)
        });
    }
    for (target, item) in &service.links {
        part.mentions.push(mention(Found { host: target.clone(), sure: true, ..Found::default() }, item, "links".to_owned(), false));
    }
}

/// `CART_ADDR=cart:7070`: nothing else of the value, which may hold a password.
fn address(key: &str, found: &Found) -> String {
    match found.port {
        Some(port) => format!("{key}={}:{port}", found.host),
        None => format!("{key}={}", found.host),
    }
}

/// How many there are, and where that is said; `None`: nowhere, and compose runs one.
fn count(service: &Service) -> (Count, Option<Item>) {
    if service.mode.as_ref().is_some_and(|m| m.text.starts_with("global")) {
        return (Count::Dynamic { min: None, max: None }, service.mode.clone());
    }
    let replicas = service.replicas.as_ref();
    match replicas.and_then(|r| r.text.parse().ok()) {
        Some(n) => (Count::Fixed { n, replicas: None }, replicas.cloned()),
        None => (Count::ONE, None),
    }
}

fn criticality(item: &Item) -> Option<(Criticality, Item)> {
    let word = item.text.split(',').find_map(|pair| pair.trim().strip_prefix("service.criticality="))?;
    let level = match word.trim() {
        "critical" => Criticality::Critical,
        "high" => Criticality::High,
        "medium" => Criticality::Medium,
        "low" => Criticality::Low,
        _ => return None,
    };
    Some((level, item.clone()))
}

impl Service {
    /// How long until its health check says no: interval x retries, with compose's defaults of 30 s and 3.
    fn noticed(&self) -> Option<(std::time::Duration, Item)> {
        let check = self.healthcheck.as_ref()?;
        let interval = units::duration(check.interval.as_deref().unwrap_or("30s"))?;
        let retries = check.retries.as_deref().map_or(Ok(3), str::parse::<u32>).ok()?;
        let after = interval.checked_mul(retries.max(1))?;
        let text = format!("healthcheck, {} x {retries}", check.interval.as_deref().unwrap_or("30s"));
        Some((after, Item { text, source: check.source.clone() }))
    }

    /// Where it is first declared.
    fn first(&self) -> Option<Item> {
        self.places.first().map(|p| Item { text: String::new(), source: source(&p.file, p.line, &[]) })
    }
}

#[cfg(test)]
mod tests;
