//! The forms of a name: as it is shown, as it is compared, and the shorter forms that may mean it.

use super::{Said, pattern};
use crate::index::link::tables::{Tables, plain};
use crate::index::model::Kind;

/// Forms of one name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Forms {
    pub(super) shown: String,
    /// Names of the same form are the same.
    pub(super) exact: String,
    /// Forms by which others may mean it.
    pub(super) registers: Vec<String>,
    /// Forms by which it may mean others.
    pub(super) asks: Vec<String>,
    /// A qualified name counts more than a bare one.
    pub(super) weight: u8,
    /// A part of it is missing, so that what it means is a conclusion.
    pub(super) is_vague: bool,
}

/// Schemas that everybody's tables are in.
const SCHEMAS: [&str; 3] = ["public", "dbo", "main"];

/// The forms of a name; none where nothing of it is known.
pub(super) fn of(said: &Said<'_>, tables: &Tables) -> Option<Forms> {
    let (kind, name) = (said.used.kind, &said.found.name);
    if !name.says_something() {
        // What is called by an address that nobody gives here: the component that the variable is named after.
        let [open] = &*said.found.open else { return None };
        let target = tables.components().of_word(crate::index::link::tables::last(open)).filter(|_| kind == Kind::Setting)?;
        return Some(Forms { is_vague: true, ..simple(target.to_owned(), target.to_ascii_lowercase()) });
    }
    let text = pattern(name);
    Some(match kind {
        Kind::Column => column(&text)?,
        Kind::Rpc => rpc(&text),
        // Of a channel or type that nobody knows.
        Kind::Field if text.starts_with([':', '.']) || text.starts_with("{}:") || text.starts_with("{}.") => return None,
        Kind::Field => field(&text),
        Kind::Key | Kind::Lease | Kind::Bucket => {
            let shown = text.replace('*', "{}").replace("{}{}", "{}");
            Forms { exact: shown.clone(), shown, ..Forms::default() }
        }
        Kind::Channel => {
            let shown = channel(&text).to_owned();
            Forms { exact: shown.to_ascii_lowercase(), shown, ..Forms::default() }
        }
        Kind::Job | Kind::State | Kind::Message => qualified(kind, &text),
        Kind::Address => {
            // `spring.datasource.url: ${DATABASE_URL}` is the variable by another name.
            let text = tables.alias(&text, said.component).unwrap_or(text);
            let exact = plain(&text);
            simple(text, exact)
        }
        Kind::Flag => {
            let exact = text.to_ascii_lowercase().replace(['-', ' '], "_");
            simple(text, exact)
        }
        Kind::Setting => {
            let host = text.split_once("://").map_or(&*text, |(_, rest)| rest).split('/').next().unwrap_or("");
            // A port; a job may be called `photo:resize`.
            let host = host.split_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()) || port.contains('{')).map_or(host, |(host, _)| host);
            let components = tables.components();
            let target = components.of_host(&text).or_else(|| components.of_word(host)).unwrap_or(if host.is_empty() { &text } else { host });
            simple(target.to_owned(), target.to_ascii_lowercase())
        }
        Kind::Operation | Kind::Route => simple(text.clone(), text),
    })
}

fn simple(shown: String, exact: String) -> Forms {
    Forms { shown, exact, ..Forms::default() }
}

/// `table.column`, `table`; `.column` where the table is not known.
fn column(text: &str) -> Option<Forms> {
    let text: String = text.chars().filter(|c| !matches!(c, '"' | '`' | '[' | ']')).collect();
    let mut segments: Vec<&str> = text.split('.').collect();
    if segments.len() > 1 && SCHEMAS.contains(&segments[0].to_ascii_lowercase().as_str()) || segments.len() > 2 {
        segments.remove(0);
    }
    let shown = segments.join(".");
    let (table, column) = match *segments {
        [table] => (table, None),
        [.., table, column] => (table, Some(plain(column))),
        [] => return None,
    };
    if let (Some(column), true) = (&column, plain(table).is_empty()) {
        let shown = format!("{{}}.{}", segments.last()?);
        return Some(Forms { exact: format!("*.{column}"), shown, asks: vec![format!("*.{column}")], is_vague: true, ..Forms::default() });
    }
    let with = |table: &str| column.as_ref().map_or_else(|| table.to_owned(), |c| format!("{table}.{c}"));
    let own = plain(table);
    let singular = with(&singular(&own));
    let mut registers = vec![singular.clone()];
    registers.extend(column.as_ref().map(|c| format!("*.{c}")));
    Some(Forms { shown, exact: with(&own), registers, asks: vec![singular], weight: 1, ..Forms::default() })
}

/// A word of one thing: `orders` to `order`, `companies` to `company`.
pub(super) fn singular(word: &str) -> String {
    if let Some(stem) = word.strip_suffix("ies").filter(|s| s.len() > 2) {
        return format!("{stem}y");
    }
    for ending in ["sses", "xes", "ches", "shes", "uses"] {
        if let Some(stem) = word.strip_suffix(ending) {
            return format!("{stem}{}", &ending[..ending.len() - 2]);
        }
    }
    word.strip_suffix('s').filter(|s| s.len() > 2 && !s.ends_with('s')).unwrap_or(word).to_owned()
}

/// `pkg.Service/Method`, `Service/Method`, `pkg.Service`. Languages write a method their own way.
fn rpc(text: &str) -> Forms {
    let (service, method) = text.split_once('/').map_or((text, None), |(s, m)| (s, Some(plain(m))));
    let of = |service: &str| method.as_ref().map_or_else(|| service.to_owned(), |m| format!("{service}/{m}"));
    let bare = service.rsplit('.').next().unwrap_or(service);
    let short = of(&plain(bare));
    Forms {
        shown: text.to_owned(),
        exact: of(&service.to_ascii_lowercase().replace('_', "")),
        registers: vec![short.clone()],
        asks: if bare == service { vec![short] } else { Vec::new() },
        weight: if bare == service { 0 } else { 2 },
        ..Forms::default()
    }
}

/// `pkg.Type.field`: languages write both their own way. `orders.created:customer_id` is a field of what goes through a channel: of the
/// type that is called alike, `OrderCreated`, where there is one.
fn field(text: &str) -> Forms {
    if let Some((channel, field)) = text.rsplit_once(':').filter(|(c, _)| !c.is_empty() && !c.ends_with(':')) {
        let words: String = channel.split(|c: char| !c.is_alphanumeric()).map(|w| singular(&w.to_ascii_lowercase())).collect();
        let exact = format!("{}:{}", channel.to_ascii_lowercase(), plain(field));
        return Forms { shown: text.to_owned(), exact, asks: vec![format!("{words}.{}", plain(field))], is_vague: true, ..Forms::default() };
    }
    let (holder, field) = text.rsplit_once('.').unwrap_or(("", text));
    let bare = holder.rsplit(['.', ':', '/']).next().unwrap_or(holder);
    let short = format!("{}.{}", plain(bare), plain(field));
    Forms {
        shown: text.to_owned(),
        exact: format!("{}.{}", holder.to_ascii_lowercase().replace('_', ""), plain(field)),
        registers: vec![short.clone()],
        asks: if bare == holder { vec![short] } else { Vec::new() },
        weight: if bare == holder { 0 } else { 2 },
        ..Forms::default()
    }
}

/// Names with or without their module: `shop.tasks.charge`, `Billing::ReceiptJob`, `Acme.Contracts.OrderCreated`.
fn qualified(kind: Kind, text: &str) -> Forms {
    let cut = text.rfind(['.', ':', '/', '#', '\\']).filter(|i| i + 1 < text.len());
    let bare = cut.map_or(text, |i| &text[i + 1..]);
    // `order.created` is a name of two words, no module.
    let is_qualified = cut.is_some() && (kind != Kind::Message || bare.starts_with(char::is_uppercase));
    let short = if is_qualified { bare } else { text };
    Forms {
        shown: text.to_owned(),
        exact: text.replace("::", "."),
        registers: vec![short.to_owned()],
        asks: if is_qualified { Vec::new() } else { vec![short.to_owned()] },
        weight: if is_qualified { 2 } else { 0 },
        ..Forms::default()
    }
}

/// A channel's own name: of an ARN, of a queue's URL, of `projects/x/topics/y` the last segment.
fn channel(text: &str) -> &str {
    if text.starts_with("arn:") {
        return text.rsplit([':', '/']).next().unwrap_or(text);
    }
    let in_path = ["/topics/", "/subscriptions/", "/queues/"].iter().any(|w| text.contains(w)) || text.starts_with("http") && text.contains("sqs");
    if in_path { text.rsplit('/').next().unwrap_or(text) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_many() {
        for (many, one) in [
            ("orders", "order"),
            ("companies", "company"),
            ("addresses", "address"),
            ("boxes", "box"),
            ("status", "statu"),
            ("series", "sery"),
            ("news", "new"),
            ("bus", "bus"),
            ("class", "class"),
        ] {
            assert_eq!(singular(many), one, "{many}");
        }
    }

    #[test]
    fn the_last_segment_names_a_channel_of_a_cloud() {
        for (text, want) in [
            ("arn:aws:sns:eu-west-1:1:orders", "orders"),
            ("https://sqs.eu-west-1.amazonaws.com/1/orders", "orders"),
            ("projects/{}/topics/orders", "orders"),
            ("orders/created", "orders/created"),
            ("orders.created", "orders.created"),
        ] {
            assert_eq!(channel(text), want, "{text}");
        }
    }
}
