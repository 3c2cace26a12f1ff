//! Whose a setting is, where the text around it says it in another place: the call whose block it stands in, the options' user, the address
//! that the client of a type was made with.

use crate::index::extractors::clients;
use crate::index::model::{Name, Part};
use crate::index::reading::tokens::Kind;
use crate::index::reading::{Call, Declaration, DeclarationKind, Reading, Span};

/// Where the constant that an entry belongs to is used, when that is one place: `RETRY = { max: 3 }`, then `f.request :retry, RETRY`.
pub(super) fn used_at(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let bound = reading.assignments.iter().rev().find(|a| a.value.contains(&at) && reading.is(a.value.start, "{"))?;
    if reading.enclosing(bound.at, &[DeclarationKind::Function]).is_some() {
        return None;
    }
    let mut used = (0..reading.tokens.len()).filter(|&i| {
        i != bound.at && reading.word(i) == bound.name && reading.kind(i) == Some(Kind::Word) && !bound.value.contains(&i) && !is_export(reading, i)
    });
    let first = used.next()?;
    let argument = reading.calls.iter().any(|c| c.open <= first && first < c.close);
    (used.next().is_none() && argument).then_some(first)
}

fn is_export(reading: &Reading<'_>, at: usize) -> bool {
    let line = reading.line(at);
    (0..at).rev().take_while(|&i| reading.line(i) == line).any(|i| matches!(reading.word(i), "export" | "import" | "exports"))
}

/// The call whose block's variable the setting is made on: `Faraday.new(url: ..) do |f| f.options.timeout = 5 end`.
pub(super) fn block<'r, 'a>(reading: &'r Reading<'a>, at: usize) -> Option<&'r Call<'a>> {
    if reading.language.name() != "ruby" {
        return None;
    }
    let line = reading.line(at);
    let mut first = at;
    while first > 0 && reading.line(first - 1) == line && !matches!(reading.word(first - 1), "{" | "do" | ";" | "|") {
        first -= 1;
    }
    let variable = reading.word(first);
    if !reading.is(first + 1, ".") {
        return None;
    }
    let bar = (1..first).rev().find(|&i| reading.is(i, variable) && reading.is(i - 1, "|") && reading.is(i + 1, "|"))?;
    let opens = bar.checked_sub(2).filter(|&i| matches!(reading.word(i), "do" | "{"))?;
    reading.calls.iter().rev().find(|c| c.close + 1 == opens || c.close == opens)
}

/// Lines of the calls on the session of Python's requests that an adapter with this setting is mounted on, for every address:
/// `session.mount("https://", HTTPAdapter(max_retries=Retry(total=3)))`, also with the adapter or the retry in a variable.
pub(super) fn session(reading: &Reading<'_>, at: usize) -> Option<Vec<u32>> {
    if reading.language.name() != "python" || !reading.mentions(&[".mount("]) {
        return None;
    }
    let mut here = at;
    for _ in 0..3 {
        let mount = reading.calls.iter().find(|c| c.name == "mount" && c.path.len() > 1 && c.arguments.len() == 2 && c.open < here && here < c.close);
        if let Some(mount) = mount {
            // For one address it says so itself.
            let prefix = mount.positional(0).and_then(|a| reading.literal(&a.span))?;
            let session = mount.receiver().filter(|_| matches!(&*prefix, "http://" | "https://"))?;
            let lines: Vec<u32> = reading.calls.iter().filter(|c| c.receiver() == Some(session) && c.name != "mount").map(|c| c.line).collect();
            return Some(lines);
        }
        let bound = reading.assignments.iter().rev().find(|a| a.path.len() == 1 && a.value.contains(&here))?;
        here = (bound.value.end..reading.tokens.len()).find(|&i| reading.word(i) == bound.name && reading.kind(i) == Some(Kind::Word))?;
    }
    None
}

/// The address among the arguments of the one client that a type makes: `httpx.AsyncClient(base_url=settings.stock_url)`.
pub(super) fn base(reading: &Reading<'_>, body: &Span) -> Option<Span> {
    const KEYS: [&str; 6] = ["base_url", "baseURL", "baseUrl", "base_uri", "prefixUrl", "BaseAddress"];
    let given = |c: &Call<'_>| {
        let keyword = c.keyword(&KEYS).map(|a| a.span.clone());
        keyword.or_else(|| c.arguments.iter().find_map(|a| KEYS.iter().find_map(|k| reading.entry(&a.span, k))))
    };
    let mut found = reading.calls.iter().filter(|c| body.contains(&c.at)).filter_map(given);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// What a class of settings for arq's worker runs: its one function, else its queue.
pub(super) fn worker(reading: &Reading<'_>, declared: &Declaration<'_>) -> Option<Name> {
    if reading.language.name() != "python" || !reading.imports(&["arq"]) {
        return None;
    }
    let bound = |name: &str| reading.assignments.iter().find(|a| a.name == name && declared.body.contains(&a.at));
    let functions = bound("functions").filter(|f| reading.is(f.value.start, "["))?;
    if let [one] = &*reading.elements(&functions.value)
        && one.len() == 1
    {
        return Some(Name::literal(reading.word(one.start)));
    }
    let queue = bound("queue_name").map(|q| reading.name(&q.value)).filter(|n| n.says_something() || n.is_open());
    Some(queue.unwrap_or_else(|| Name::literal("arq")))
}

/// What a call's first argument names, where that is what is called: a job of a queue, a subject that is asked, a service of AWS.
pub(super) fn first_argument(reading: &Reading<'_>, call: &Call<'_>) -> Option<Name> {
    let first = call.positional(0)?;
    let on = call.receiver().unwrap_or("");
    let queue = || call.receiver_holds(&["queue"]) || clients::is_told(reading, on, &["queue"]);
    let names = match call.name {
        "add" => matches!(reading.language.name(), "typescript" | "javascript") && reading.imports(&["bull"]) && queue(),
        "request" | "Request" | "requestMany" => reading.imports(&["nats"]) && !call.receiver_holds(&["http", "axios"]),
        "client" | "resource" => call.receiver_holds(&["boto", "session", "aws"]),
        _ => false,
    };
    let plain = |n: &Name| match &*n.0 {
        [Part::Text(text)] => !text.is_empty() && !text.contains(['/', ' ']),
        [Part::Constant(_)] => true,
        _ => n.says_something(),
    };
    names.then(|| reading.name(&first.span)).filter(plain)
}

/// The whole path that a word ends, with the fallback behind it: `process.env.STOCK_URL ?? "http://stock"`.
pub(super) fn whole(reading: &Reading<'_>, at: usize) -> Span {
    let mut from = at;
    while from >= 2 && matches!(reading.word(from - 1), "." | "::" | "->") && reading.kind(from - 2) == Some(Kind::Word) {
        from -= 2;
    }
    let falls_back = matches!(reading.word(at + 1), "??" | "||" | "or") && reading.kind(at + 2) == Some(Kind::Text);
    from..at + if falls_back { 3 } else { 1 }
}

/// The variable of an address that the text at a token names: `ENV.fetch("STOCK_URL")`, `os.Getenv("STOCK_URL")`, `ENV["STOCK_URL"]`.
pub(super) fn variable(reading: &Reading<'_>, at: usize) -> Option<Name> {
    let text = reading.string(at)?;
    let shouts = text.contains('_') && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let address = ["URL", "URI", "ADDR", "ADDRESS", "HOST", "ENDPOINT", "BASE"].iter().any(|e| text.ends_with(e));
    if !shouts || !address {
        return None;
    }
    let open = at.checked_sub(1).filter(|&o| matches!(reading.word(o), "(" | "["))?;
    let span = if reading.is(open, "(") {
        let call = reading.calls.iter().find(|c| c.open == open)?;
        call.begins..call.close + 1
    } else {
        whole(reading, open.checked_sub(1)?).start..reading.partner(open) + 1
    };
    Some(reading.name(&span)).filter(|n| matches!(&*n.0, [Part::Setting(..)]))
}
