//! Queues that are named as addresses: MassTransit's `GetSendEndpoint(new Uri("queue:orders-late"))`, NServiceBus's and Wolverine's alike.

use crate::index::model::{Facts, Kind, Name, Part, Role, Use};
use crate::index::reading::Reading;

/// Schemes that say what the rest names.
const SCHEMES: [&str; 3] = ["queue:", "exchange:", "topic:"];

pub(super) fn read(reading: &Reading<'_>, facts: &mut Facts) {
    if reading.language.name() != "csharp" {
        return;
    }
    for call in reading.calls.iter().filter(|c| !c.in_log) {
        let sends = call.name == "GetSendEndpoint" || call.name == "Map" && call.receiver() == Some("EndpointConvention");
        let Some(address) = call.positional(0).filter(|_| sends) else { continue };
        let inner = reading.calls.iter().find(|c| address.span.contains(&c.at) && c.name == "Uri");
        let span = inner.and_then(|c| c.positional(0)).map_or(&address.span, |a| &a.span);
        let mut name = reading.name(span);
        let Some(Part::Text(first)) = name.0.first_mut() else { continue };
        let Some(rest) = SCHEMES.iter().find_map(|s| first.strip_prefix(s)) else { continue };
        *first = rest.to_owned();
        let name = Name(name.0.into_iter().filter(|p| !matches!(p, Part::Text(t) if t.is_empty())).collect());
        facts.push(Use::new(Kind::Channel, Role::Publishes, name, call.line));
    }
}
