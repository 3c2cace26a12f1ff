//! Who depends on what an edit touches, and whether that alone is worth saying.

use super::model::{Certainty, Kind, Role};
use super::touched::{Change, Touch};
use crate::engine::edit::Language;

/// Somebody else's place at a touched resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observer {
    /// Path from the root.
    pub path: String,
    /// Line, counted from 1.
    pub line: u32,
    /// The component it belongs to.
    pub component: Option<String>,
    /// What it does.
    pub role: Role,
    /// The literal written, compared or set.
    pub value: Option<String>,
    /// What a reader should know of it.
    pub note: Option<String>,
    /// How sure it is.
    pub certainty: Certainty,
}

/// A touched resource with those who depend on it, the most concerned first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What the edit does.
    pub touch: Touch,
    /// Who else is concerned.
    pub observers: Vec<Observer>,
    /// Why it is told without any module raised; `None` where it only goes with one.
    pub alone: Option<Reason>,
}

/// What makes a fact worth telling by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Somebody compares with the very value that is written.
    Compared,
    /// Nobody compares with the value that is written, though others of the same resource are compared.
    Unhandled,
    /// What is taken away is still used elsewhere.
    StillUsed,
    /// Another layer tries the same call again.
    RetriedTwice,
    /// The same lock is taken elsewhere with another time to live.
    OtherTerms,
}

/// What somebody else must do to a resource to be concerned by what the edit does to it; the most concerned first.
fn concerned(touch: &Touch) -> &'static [Role] {
    match (touch.role, touch.change) {
        // Two parts that are given the same address have nothing to tell each other.
        (Role::Declares, _) if touch.kind == Kind::Address => &[Role::Reads],
        // A second migration of a table is no second opinion on it; a second copy of a message's schema is.
        (Role::Declares, _) if touch.kind != Kind::Field => &[Role::Reads, Role::Consumes, Role::Calls, Role::Writes, Role::Publishes],
        (Role::Writes, _) => &[Role::Reads, Role::Consumes, Role::Writes, Role::Deletes],
        (Role::Deletes, _) => &[Role::Reads, Role::Writes],
        (Role::Publishes, _) => &[Role::Consumes],
        (Role::Consumes, Change::TakenAway) => &[Role::Publishes, Role::Writes],
        (Role::Consumes, Change::Brought) => &[Role::Publishes, Role::Consumes, Role::Writes],
        (Role::Serves, _) => &[Role::Calls],
        (Role::Calls, Change::Brought) => &[Role::Serves],
        (Role::Declares, _) => &[Role::Reads, Role::Consumes, Role::Calls, Role::Writes, Role::Publishes, Role::Declares],
        (Role::Locks, _) => &[Role::Locks],
        // Attempts multiply; how long each waits is its own affair.
        (Role::Retries, Change::Brought) if touch.value.as_deref().is_some_and(|v| v.starts_with("attempts=")) => &[Role::Retries],
        // Who only looks is concerned by who writes what they look for.
        (Role::Reads, Change::Brought) if touch.value.is_some() => &[Role::Writes, Role::Deletes],
        _ => &[],
    }
}

/// Puts those who are concerned in their order, or finds that nobody is. `all`: every other place of the resource, none of the edited
/// file's own changed lines. `here`: the edited file and its component.
#[must_use]
pub fn fact(touch: Touch, all: Vec<Observer>, here: (&str, Option<&str>)) -> Option<Fact> {
    let wanted = concerned(&touch);
    // Every service has a `/health`: a probe asks that of the service beside it.
    if touch.kind == Kind::Route && touch.role == Role::Calls && !is_own_path(&touch.name) {
        return None;
    }
    // Whoever calls it may mean the other one.
    let is_served_elsewhere = all.iter().any(|o| o.role == Role::Serves && o.path != here.0);
    // Each part that is deployed has its own; whose is gone is not known where others are still there.
    let is_declared_still = matches!(touch.kind, Kind::Address | Kind::Flag) && all.iter().any(|o| o.role == Role::Declares);
    let mut observers: Vec<Observer> = all
        .into_iter()
        .filter(|o| wanted.contains(&o.role) && o.certainty > Certainty::Guess && o.path != here.0)
        .filter(|o| touch.role != Role::Retries || is_same_call(&touch, o, here))
        .collect();
    // What one component does to its own data it can see for itself, unless a status is handed on by it.
    let own_data = matches!(touch.kind, Kind::Column | Kind::Key | Kind::State) && touch.value.is_none();
    // A component that hands itself work keeps both ends in one place, unless one of them goes.
    let own_work = matches!(touch.kind, Kind::Channel | Kind::Message | Kind::Job) && touch.change == Change::Brought;
    if own_data || own_work {
        observers.retain(|o| o.component.is_none() || o.component.as_deref() != here.1);
    }
    if observers.is_empty() {
        return None;
    }
    if touch.kind == Kind::Route && (is_served_elsewhere || !is_own_path(&touch.name)) {
        observers.retain(|o| o.certainty == Certainty::Sure);
    }
    let alone = reason(&touch, &observers, here).filter(|_| !is_declared_still);
    if touch.value.is_some() && alone != Some(Reason::Unhandled) {
        // Who compares with another value is not concerned, where somebody compares with this one.
        let same = |o: &Observer| o.value == touch.value;
        if observers.iter().any(same) {
            observers.retain(|o| same(o) || o.value.is_none());
        }
    }
    let elsewhere = |o: &Observer| o.component.is_some() && o.component.as_deref() != here.1;
    observers.sort_by_key(|o| {
        (
            o.value.is_none() || o.value != touch.value,
            wanted.iter().position(|r| *r == o.role),
            !elsewhere(o),
            std::cmp::Reverse(o.certainty),
            o.path.clone(),
            o.line,
        )
    });
    observers.dedup_by(|a, b| a.path == b.path && a.line == b.line);
    Some(Fact { touch, observers, alone })
}

/// The same fact, once some of its observers turned out to be gone: whether it still matters, and why.
#[must_use]
pub fn again(mut fact: Fact, here: (&str, Option<&str>)) -> Option<Fact> {
    if fact.alone.is_some() {
        fact.alone = reason(&fact.touch, &fact.observers, here);
    }
    (!fact.observers.is_empty()).then_some(fact)
}

/// Whether a setting is one of the same calls: of the same component's, or of what stands between components (a mesh, a proxy, a gateway),
/// and of the same sort. How often somebody else tries is their own affair.
fn is_same_call(touch: &Touch, observer: &Observer, here: (&str, Option<&str>)) -> bool {
    let sort = |value: &Option<String>| value.as_deref().and_then(|v| v.split_once('=')).map(|(sort, _)| sort.to_owned());
    let between = |path: &str, component: Option<&str>| !Language::of_path(path).is_program() && component.is_none_or(is_between);
    let either = between(&observer.path, observer.component.as_deref()) || between(here.0, here.1);
    sort(&touch.value) == sort(&observer.value) && (either || here.1.is_some() && observer.component.as_deref() == here.1)
}

/// Whether a route's path tells a service from others: every service has a `/health`.
fn is_own_path(route: &str) -> bool {
    const EVERYWHERE: [&str; 12] = ["api", "health", "healthz", "info", "live", "login", "metrics", "ping", "ready", "status", "search", "version"];
    route.split('/').skip(1).any(|part| part.len() >= 3 && !part.contains('{') && !EVERYWHERE.contains(&part))
}

/// Whether a field's type has a name of two words or more: `OrderCreated.quantity`.
fn is_own_type(field: &str) -> bool {
    let name = field.rsplit_once('.').map_or(field, |(name, _)| name);
    let mut before = ' ';
    let humps = name.chars().filter(|c| std::mem::replace(&mut before, *c).is_lowercase() && (c.is_uppercase() || *c == '_')).count();
    humps > 0
}

/// Whether a component stands between others by its name.
pub(super) fn is_between(component: &str) -> bool {
    let name = component.to_ascii_lowercase();
    [
        "gateway",
        "proxy",
        "mesh",
        "ingress",
        "nginx",
        "envoy",
        "istio",
        "haproxy",
        "traefik",
        "kong",
        "edge",
        "deploy",
        "router",
        "lb",
        "infra",
        "k8s",
        "kubernetes",
        "helm",
    ]
    .iter()
    .any(|w| name.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == *w))
}

fn reason(touch: &Touch, observers: &[Observer], here: (&str, Option<&str>)) -> Option<Reason> {
    // Nothing but its name tells that a type is a message; the same name and field at another end tell it too.
    let is_copied = touch.kind == Kind::Field && touch.role == Role::Declares && is_own_type(&touch.name);
    if touch.certainty < Certainty::Sure && !is_copied {
        return None;
    }
    let sure = |o: &&Observer| o.certainty == Certainty::Sure;
    let other_component = |o: &&Observer| o.component.is_some() && here.1.is_some() && o.component.as_deref() != here.1;
    match (touch.change, touch.role) {
        (Change::Brought, Role::Writes) => {
            let value = touch.value.as_ref()?;
            let readers: Vec<&Observer> = observers.iter().filter(|o| o.role == Role::Reads).filter(sure).collect();
            if readers.iter().any(|o| o.value.as_ref() == Some(value)) {
                return readers.iter().any(|o| o.value.as_ref() == Some(value) && other_component(o)).then_some(Reason::Compared);
            }
            // A reader without a literal may handle everything.
            let known_elsewhere = observers.iter().any(|o| o.value.as_ref() == Some(value));
            (readers.len() >= 2 && readers.iter().all(|o| o.value.is_some()) && !known_elsewhere && is_a_word(value)).then_some(Reason::Unhandled)
        }
        (Change::Brought, Role::Retries) => {
            let attempts = |value: &Option<String>| value.as_deref().is_some_and(|v| v.starts_with("attempts="));
            (attempts(&touch.value) && observers.iter().filter(sure).any(|o| attempts(&o.value))).then_some(Reason::RetriedTwice)
        }
        (Change::Brought, Role::Locks) => {
            let value = touch.value.as_ref()?;
            observers.iter().filter(sure).any(|o| o.value.as_ref().is_some_and(|v| v != value)).then_some(Reason::OtherTerms)
        }
        (Change::TakenAway, Role::Declares | Role::Serves | Role::Publishes | Role::Consumes) => {
            let uses = match touch.kind {
                Kind::State => member(touch, observers).as_ref().is_some_and(other_component),
                // Each end of a message has its own copy of the type; two types called `Order` may have nothing to do with each other.
                Kind::Field if is_copied && observers.iter().any(|o| o.role == Role::Declares && other_component(&o)) => true,
                Kind::Field => observers.iter().filter(sure).any(|o| o.role != Role::Declares),
                // A path that is served in one place only says enough, though the host of the call is not known.
                Kind::Route => !observers.is_empty(),
                Kind::Column | Kind::Rpc | Kind::Channel | Kind::Operation | Kind::Message | Kind::Job | Kind::Address | Kind::Flag => {
                    observers.iter().filter(sure).any(|o| o.role != Role::Declares)
                }
                _ => false,
            };
            uses.then_some(Reason::StillUsed)
        }
        _ => None,
    }
}

/// Who still uses the member of an enumeration that is taken away.
fn member<'a>(touch: &Touch, observers: &'a [Observer]) -> Option<&'a Observer> {
    observers.iter().find(|o| touch.kind == Kind::State && touch.value.is_some() && o.value == touch.value && o.certainty == Certainty::Sure)
}

/// A status, as against a number, a date or a sentence.
fn is_a_word(value: &str) -> bool {
    value.len() >= 2
        && value.len() <= 40
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        && value.bytes().any(|b| b.is_ascii_alphabetic())
}

/// The most attempts that layers make together, the touched one's included.
#[must_use]
pub fn attempts_together(fact: &Fact) -> Option<u64> {
    let attempts = |value: &Option<String>| value.as_deref().and_then(|v| v.strip_prefix("attempts=")).and_then(|n| n.parse::<u64>().ok());
    let own = attempts(&fact.touch.value)?;
    let others: Vec<u64> = fact.observers.iter().filter_map(|o| attempts(&o.value)).collect();
    (!others.is_empty()).then(|| others.iter().fold(own, |all, n| all.saturating_mul(*n)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(change: Change, kind: Kind, role: Role, value: Option<&str>) -> Touch {
        Touch {
            change,
            kind,
            name: "worker:{}:status".to_owned(),
            role,
            value: value.map(str::to_owned),
            line: 61,
            certainty: Certainty::Sure,
            in_handler: true,
        }
    }

    fn observer(path: &str, role: Role, value: Option<&str>) -> Observer {
        Observer {
            path: path.to_owned(),
            line: 7,
            component: path.split('/').next().map(str::to_owned),
            role,
            value: value.map(str::to_owned),
            note: None,
            certainty: Certainty::Sure,
        }
    }

    const HERE: (&str, Option<&str>) = ("worker/a.py", Some("worker"));

    #[test]
    fn who_compares_with_the_written_value_comes_first() {
        let all = vec![
            observer("ui/p.ts", Role::Reads, None),
            observer("billing/b.go", Role::Reads, Some("busy")),
            observer("dispatcher/d.py", Role::Reads, Some("idle")),
            observer("worker/a.py", Role::Reads, Some("idle")),
        ];
        let fact = fact(touch(Change::Brought, Kind::Key, Role::Writes, Some("idle")), all, HERE).expect("a fact");
        assert_eq!(fact.alone, Some(Reason::Compared));
        assert_eq!(fact.observers.iter().map(|o| &*o.path).collect::<Vec<_>>(), ["dispatcher/d.py", "ui/p.ts"]);
    }

    #[test]
    fn a_value_that_nobody_handles_is_told_only_when_all_readers_compare() {
        let readers = |last: Option<&str>| vec![observer("a/a.py", Role::Reads, Some("new")), observer("b/b.py", Role::Reads, last)];
        let written = || touch(Change::Brought, Kind::Column, Role::Writes, Some("lost"));
        assert_eq!(fact(written(), readers(Some("done")), HERE).and_then(|f| f.alone), Some(Reason::Unhandled));
        assert_eq!(fact(written(), readers(None), HERE).and_then(|f| f.alone), None);
    }

    #[test]
    fn what_is_taken_away_matters_to_who_uses_it() {
        let gone = |role| touch(Change::TakenAway, Kind::Field, role, None);
        assert_eq!(fact(gone(Role::Declares), vec![observer("b/b.py", Role::Reads, None)], HERE).and_then(|f| f.alone), Some(Reason::StillUsed));
        assert_eq!(fact(gone(Role::Reads), vec![observer("b/b.py", Role::Writes, None)], HERE), None);
    }

    #[test]
    fn a_copy_of_a_type_at_the_other_end_and_a_variable_that_is_read_are_still_used() {
        for (kind, name, other, by, told) in [
            (Kind::Field, "OrderCreated.quantity", "ui/b.ts", Role::Declares, true),
            (Kind::Field, "OrderCreated.quantity", "worker/b.py", Role::Declares, false),
            (Kind::Field, "Order.quantity", "ui/b.ts", Role::Declares, false),
            (Kind::Field, "Order.quantity", "ui/b.ts", Role::Reads, true),
            (Kind::Address, "CART_HOST", "ui/b.ts", Role::Reads, true),
            (Kind::Address, "CART_HOST", "ui/b.ts", Role::Declares, false),
            (Kind::Flag, "new-checkout", "ui/b.ts", Role::Reads, true),
        ] {
            let gone = Touch { name: name.to_owned(), ..touch(Change::TakenAway, kind, Role::Declares, None) };
            let found = fact(gone, vec![observer(other, by, None)], HERE).and_then(|f| f.alone);
            assert_eq!(found, told.then_some(Reason::StillUsed), "{name} {by:?} {other}");
        }
        let gone = Touch { name: "CART_HOST".to_owned(), ..touch(Change::TakenAway, Kind::Address, Role::Declares, None) };
        let found = fact(gone, vec![observer("ui/b.ts", Role::Reads, None), observer("compose.yml", Role::Declares, None)], HERE);
        assert_eq!(found.and_then(|f| f.alone), None, "another part's variable is there");
    }

    #[test]
    fn a_call_whose_host_is_not_known_counts_where_nobody_else_serves_such_a_path() {
        let serves = |name: &str| Touch { name: name.to_owned(), ..touch(Change::TakenAway, Kind::Route, Role::Serves, None) };
        let call = Observer { certainty: Certainty::Likely, ..observer("ui/b.ts", Role::Calls, None) };
        let told = |name: &str, others: Vec<Observer>| fact(serves(name), others, HERE).and_then(|f| f.alone);
        assert_eq!(told("GET /orders/{}", vec![call.clone()]), Some(Reason::StillUsed));
        assert_eq!(told("GET /orders/{}", vec![call.clone(), observer("shop/s.go", Role::Serves, None)]), None);
        assert_eq!(told("GET /orders/{}", vec![observer("ui/b.ts", Role::Calls, None), observer("shop/s.go", Role::Serves, None)]), Some(Reason::StillUsed));
        assert_eq!(told("GET /health", vec![call.clone()]), None);
        assert_eq!(told("GET /{}", vec![call]), None);
        let calls = |name: &str| Touch { name: name.to_owned(), ..touch(Change::Brought, Kind::Route, Role::Calls, None) };
        let served = |name: &str| fact(calls(name), vec![observer("orders/o.go", Role::Serves, None)], HERE).map(|f| f.observers.len());
        assert_eq!((served("GET /health"), served("GET /orders/{}")), (None, Some(1)));
    }

    #[test]
    fn who_hands_itself_work_is_nobody_else() {
        for (change, kind, other, want) in [
            (Change::Brought, Kind::Channel, "worker/b.py", 0),
            (Change::Brought, Kind::Channel, "ui/b.py", 1),
            (Change::Brought, Kind::Job, "worker/b.py", 0),
            (Change::TakenAway, Kind::Channel, "worker/b.py", 1),
            (Change::Brought, Kind::Rpc, "worker/b.py", 1),
        ] {
            let role = if kind == Kind::Rpc { (Role::Serves, Role::Calls) } else { (Role::Publishes, Role::Consumes) };
            let found = fact(touch(change, kind, role.0, None), vec![observer(other, role.1, None)], HERE);
            assert_eq!(found.map_or(0, |f| f.observers.len()), want, "{change:?} {kind:?} {other}");
        }
    }

    #[test]
    fn attempts_of_layers_multiply() {
        let all = vec![
            observer("gateway/envoy.yaml", Role::Retries, Some("attempts=3")),
            observer("mesh/m.yaml", Role::Retries, Some("attempts=5")),
            observer("job/j.rb", Role::Retries, Some("attempts=9")),
        ];
        let fact = fact(touch(Change::Brought, Kind::Setting, Role::Retries, Some("attempts=4")), all, HERE).expect("a fact");
        assert_eq!((fact.alone, attempts_together(&fact)), (Some(Reason::RetriedTwice), Some(60)));
    }
}
