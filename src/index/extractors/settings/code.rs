//! Attempts and timeouts in programs.

use super::tables::{BY_LANGUAGE, CLIENTS, KEYS, Key, MS, POSITIONAL, S};
use super::{What, by_hand, durations, push, target};
use crate::index::model::{Certainty, Facts, Name, Role, Use};
use crate::index::reading::tokens::Kind;
use crate::index::reading::{Call, DeclarationKind, Reading, Span};

pub(super) fn read(reading: &Reading<'_>, out: &mut Facts) {
    let language = reading.language.name();
    for at in 0..reading.tokens.len() {
        match reading.kind(at) {
            Some(Kind::Word) => key(reading, at, reading.word(at), out),
            Some(Kind::Text) => {
                let Some(text) = reading.string(at) else { continue };
                if text.len() <= 32 {
                    key(reading, at, text, out);
                } else if text.contains("maxAttempts") && text.contains("methodConfig") {
                    service_config(text, reading.line(at), out);
                }
            }
            _ => {}
        }
    }
    for call in &reading.calls {
        for row in POSITIONAL.iter().filter(|r| r.call == call.name && r.languages.contains(&language)) {
            let near = row.needs.is_empty()
                || row.needs.iter().any(|w| call.path.iter().any(|p| p.to_ascii_lowercase().contains(w)))
                || needs_import(reading, row.needs);
            let Some(argument) = call.positional(row.place).filter(|_| near) else { continue };
            let value = match row.what {
                What::Attempts => attempts(reading, &argument.span),
                What::Timeout => {
                    // `connectTimeout(5, TimeUnit.SECONDS)`
                    let whole =
                        call.positional(row.place + 1).filter(|n| n.span.clone().any(|i| matches!(reading.word(i), "TimeUnit" | "SECONDS" | "MILLISECONDS")));
                    let span = whole.map_or(argument.span.clone(), |unit| argument.span.start..unit.span.end);
                    timeout(reading, &span, row.unit)
                }
            };
            let Some(value) = value else { continue };
            let of = || target::of(reading, call.at, out);
            let Some((name, sure)) = row.target.map_or_else(of, |t| Some((Name::literal(t), Certainty::Sure))) else { continue };
            push(out, name, value, call.line, row.note, sure);
            break;
        }
    }
    jobs(reading, out);
    named(reading, out);
    aborts(reading, out);
    given_whole(reading, out);
    annotated(reading, out);
    deadlines(reading, out);
    by_hand::read(reading, out);
}

/// Resilience4j names its policies; their numbers stand in the configuration.
fn named(reading: &Reading<'_>, out: &mut Facts) {
    for annotation in reading.annotations.iter().filter(|a| matches!(a.name, "Retry" | "TimeLimiter")) {
        let Some(name) = annotation.keyword(&["name"]).and_then(|a| reading.literal(&a.span)) else { continue };
        let used = Use::new(crate::index::model::Kind::Setting, Role::Retries, Name::literal(name), annotation.line);
        out.push(used.note(if annotation.name == "Retry" { "retried as configured" } else { "timed out as configured" }));
    }
}

/// aiohttp's `ClientTimeout(total=3)`, Go's `context.WithDeadline(ctx, time.Now().Add(2 * time.Second))`.
fn given_whole(reading: &Reading<'_>, out: &mut Facts) {
    for call in &reading.calls {
        let (span, unit) = match (reading.language.name(), call.name) {
            ("python", "ClientTimeout") => (call.keyword(&["total"]).or_else(|| call.positional(0)).map(|a| a.span.clone()), S),
            ("go", "WithDeadline") => {
                let later = reading.calls.iter().find(|c| call.open < c.at && c.at < call.close && c.name == "Add");
                (later.and_then(|c| c.positional(0)).map(|a| a.span.clone()), MS)
            }
            _ => continue,
        };
        if let Some(value) = span.and_then(|s| timeout(reading, &s, unit))
            && let Some((name, certainty)) = target::of(reading, call.at, out)
        {
            push(out, name, value, call.line, None, certainty);
        }
    }
    // .NET's tokens stop anything: they count where the function calls one target with them.
    for call in reading.calls.iter().filter(|c| c.name == "CancellationTokenSource" && c.arguments.len() == 1 && reading.language.name() == "csharp") {
        if let Some(value) = timeout(reading, &call.arguments[0].span, MS)
            && let Some(name) = target::only_called_after(reading, call.at, out)
        {
            push(out, name, value, call.line, None, Certainty::Sure);
        }
    }
}

/// MicroProfile's `@Timeout(500)` on a client's method.
fn annotated(reading: &Reading<'_>, out: &mut Facts) {
    if !reading.mentions(&["RegisterRestClient", "faulttolerance"]) {
        return;
    }
    for annotation in reading.annotations.iter().filter(|a| a.name == "Timeout") {
        let number = annotation.positional(0).or_else(|| annotation.keyword(&["value"]));
        let unit = annotation.keyword(&["unit"]).map_or("", |a| reading.source(&a.span));
        let unit = if unit.ends_with("SECONDS") && !unit.ends_with("MILLISECONDS") { S } else { MS };
        if let Some(value) = number.and_then(|a| timeout(reading, &a.span, unit))
            && let Some((name, certainty)) = target::of(reading, annotation.at + 2, out)
        {
            push(out, name, value, annotation.line, None, certainty);
        }
    }
}

/// `deadline: DateTime.UtcNow.AddSeconds(2)` of a gRPC call.
fn deadlines(reading: &Reading<'_>, out: &mut Facts) {
    if reading.language.name() != "csharp" {
        return;
    }
    for call in reading.calls.iter().filter(|c| matches!(c.name, "AddSeconds" | "AddMilliseconds") && c.path.iter().any(|p| matches!(*p, "UtcNow" | "Now"))) {
        let is_deadline = reading.is(call.begins.wrapping_sub(1), ":") && reading.word(call.begins.wrapping_sub(2)).eq_ignore_ascii_case("deadline");
        let unit = if call.name == "AddSeconds" { S } else { MS };
        if let Some(value) = call.positional(0).and_then(|a| timeout(reading, &a.span, unit)).filter(|_| is_deadline)
            && let Some((name, certainty)) = target::of(reading, call.begins, out)
        {
            push(out, name, value, call.line, None, certainty);
        }
    }
}

/// `setTimeout(() => controller.abort(), 2000)`, `deadline: Date.now() + 1500`.
fn aborts(reading: &Reading<'_>, out: &mut Facts) {
    if !matches!(reading.language.name(), "typescript" | "javascript") {
        return;
    }
    for call in reading.calls.iter().filter(|c| c.name == "setTimeout" && c.arguments.len() == 2) {
        let aborts = call.arguments[0].span.clone().any(|i| reading.is(i, "abort"));
        if let (true, Some(value)) = (aborts, timeout(reading, &call.arguments[1].span, MS))
            && let Some((name, certainty)) = target::of(reading, call.at, out)
        {
            push(out, name, value, call.line, None, certainty);
        }
    }
    for at in 0..reading.tokens.len() {
        if !reading.is(at, "deadline") || !matches!(reading.word(at + 1), ":" | "=") {
            continue;
        }
        // Now and so many milliseconds.
        let Some(plus) = (at + 2..at + 14).take_while(|&i| !matches!(reading.word(i), "," | ";" | "}")).find(|&i| reading.is(i, "+")) else { continue };
        let number = value_of(reading, plus + 1);
        if let Some(value) = timeout(reading, &number, MS)
            && let Some((name, certainty)) = target::of(reading, at, out)
        {
            push(out, name, value, reading.line(at), None, certainty);
        }
    }
}

/// Whether an import line names one of the libraries that a row needs; receivers' words are not asked there.
fn needs_import(reading: &Reading<'_>, needs: &[&str]) -> bool {
    let libraries: Vec<&str> =
        needs.iter().copied().filter(|n| !matches!(*n, "client" | "builder" | "http" | "uri" | "pipe" | "Timeout" | "context")).collect();
    !libraries.is_empty() && reading.imports(&libraries)
}

fn attempts(reading: &Reading<'_>, span: &Span) -> Option<String> {
    let number = durations::number(reading, span)?;
    ((0.0..=1_000.0).contains(&number) && number.fract() == 0.0).then(|| format!("attempts={number}"))
}

fn timeout(reading: &Reading<'_>, span: &Span, unit: f64) -> Option<String> {
    let unit = if unit == BY_LANGUAGE { habit(reading.language.name()) } else { unit };
    durations::shown(durations::of(reading, span, unit)?).map(|d| format!("timeout={d}"))
}

/// What bare numbers count in by the habit of a language.
fn habit(language: &str) -> f64 {
    if matches!(language, "python" | "ruby" | "php" | "rust") { S } else { MS }
}

/// `max_retries=3`, `timeout: 5000`, `RetryMax = 3`, `'retries' => 3`.
fn key(reading: &Reading<'_>, at: usize, word: &str, out: &mut Facts) {
    let sign = reading.word(at + 1);
    // `f.options[:timeout] = 20`
    let element = (sign == "]" && reading.is(at + 2, "=")).then(|| reading.partner(at + 1)).filter(|open| *open < at);
    if !(matches!(sign, ":" | "=" | "=>" | ",") || element.is_some()) {
        return;
    }
    let Some(row) = KEYS.iter().find(|k| k.word == word) else { return };
    // `props.put(ProducerConfig.RETRIES_CONFIG, 3)`, `.set("message.timeout.ms", "5000")`
    let put = (row.word.ends_with("_CONFIG") || row.word.contains('.')) && sign == ",";
    if !(matches!(sign, ":" | "=" | "=>") || put || element.is_some()) {
        return;
    }
    let mut value = value_of(reading, at + if element.is_some() { 3 } else { 2 });
    // Python's `timeout=(1, 5)`: to connect, and to read.
    if reading.language.name() == "python" && row.what == What::Timeout && reading.is(value.start, "(") && reading.partner(value.start) + 1 == value.end {
        value = reading.elements(&value).into_iter().nth(1).unwrap_or(value);
    }
    let Some(shown) = (match row.what {
        What::Attempts => attempts(reading, &value),
        What::Timeout => timeout(reading, &value, row.unit),
    }) else {
        return;
    };
    // A counter begins at nothing.
    if shown == "attempts=0" && matches!(row.word, "retryCount" | "RetryCount" | "attempts" | "tries") {
        return;
    }
    // A lock's timeout is how long it is held or waited for, not how long a call may take.
    if row.what == What::Timeout && innermost(reading, at).is_some_and(|c| is_lock(c.name)) {
        return;
    }
    // A parameter's default (`def f(timeout=5)`) sets nothing yet.
    if reading.declarations.iter().any(|d| d.kind == DeclarationKind::Function && d.head.contains(&at))
        || !(row.strong || element.map_or_else(|| in_client(reading, at, row) || asks(reading, at, row, out), |open| of_client(reading, open)))
    {
        return;
    }
    let found = if row.word.contains("_MS_CONFIG") || row.word == "RETRIES_CONFIG" || row.word.ends_with(".ms") || row.word.contains("send.max") {
        Some((Name::literal("kafka"), Certainty::Sure))
    } else {
        target::of(reading, at, out)
    };
    let Some((name, sure)) = found else { return };
    push(out, name, shown, reading.line(at), None, sure);
}

/// The value that begins at a token: to the comma, bracket or line that ends it.
fn value_of(reading: &Reading<'_>, from: usize) -> Span {
    let mut to = from;
    while to < reading.tokens.len() && to < from + 16 {
        if matches!(reading.word(to), "," | ";" | ")" | "}" | "]") || to > from && reading.tokens[to].first {
            break;
        }
        to = if reading.kind(to) == Some(Kind::Open) { reading.partner(to).max(to) + 1 } else { to + 1 };
    }
    from..to
}

/// Whether a name is that of a client, or of what makes one.
fn holds(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    CLIENTS.iter().any(|w| if w.len() <= 4 { name == *w } else { name.contains(w) })
}

/// Whether the brackets at `open` are those of a client's options: `conn.options[..]`, `client.opts[..]`.
fn of_client(reading: &Reading<'_>, open: usize) -> bool {
    let Some(last) = open.checked_sub(1).filter(|&i| i >= 2 && reading.is(i - 1, ".")) else { return false };
    matches!(reading.word(last), "options" | "opts" | "defaults") || holds(reading.word(last))
}

/// Whether a key that has many meanings stands in the options of a client.
fn in_client(reading: &Reading<'_>, at: usize, row: &Key) -> bool {
    // Keys of two levels: retry: { limit: 2 }, timeout: { request: 1000 }.
    let nested = match row.word {
        "limit" | "max" | "total" => "retry",
        "request" | "response" => "timeout",
        _ => "",
    };
    let brace = enclosing_brace(reading, at);
    if !nested.is_empty() {
        let above = brace
            .filter(|&b| b >= 2 && matches!(reading.word(b - 1), ":" | "=" | "=>"))
            .is_some_and(|b| reading.word(b - 2).to_ascii_lowercase().contains(nested));
        let call = innermost(reading, at)
            .is_some_and(|c| c.name.contains("Retry") || c.name.contains("retry") || c.arguments.iter().any(|a| reading.source(&a.span) == ":retry"));
        return above || call && row.word != "limit";
    }
    // `http.Client{Timeout: ..}`, `new HttpClient { Timeout = .. }`
    if brace.is_some_and(|b| {
        b >= 1 && (holds(reading.word(b - 1)) || b >= 3 && reading.is(b - 1, ")") && holds(reading.word(reading.partner(b - 1).saturating_sub(1))))
    }) {
        return true;
    }
    if let Some(call) = innermost(reading, at) {
        if call.path.iter().any(|w| holds(w)) {
            // `redis.set(.., timeout)` aside, a verb on a map is no client.
            return true;
        }
        // A stub's method: `stub.Reserve(r, timeout=3)`.
        return call.keyword(&["timeout"]).is_some() && call.name.starts_with(char::is_uppercase) && call.path.len() > 1;
    }
    if let Some(annotation) = reading.annotations.iter().find(|a| a.arguments.iter().any(|x| x.span.contains(&at) || x.span.start == at + 2)) {
        return annotation.path.iter().any(|w| holds(w));
    }
    // `client.Timeout = ..`, `conn.options.timeout = 5`
    reading.assignments.iter().any(|a| {
        (a.at == at && a.path.len() > 1 && a.path[..a.path.len() - 1].iter().any(|w| holds(w) || matches!(*w, "conn" | "options")))
            || a.value.contains(&at) && holds(a.name)
    })
}

/// Whether a timeout is given to what was found to ask another part.
fn asks(reading: &Reading<'_>, at: usize, row: &Key, out: &Facts) -> bool {
    row.word == "timeout" && innermost(reading, at).is_some_and(|c| out.uses.iter().any(|u| u.role == Role::Calls && u.line == c.line))
}

/// Whether a called name takes a lock: `lock`, `acquireLock`, `Redlock`, `Semaphore`; not `block`.
fn is_lock(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let locks = lower.match_indices("lock").any(|(at, _)| !lower[..at].ends_with(['b', 'c']));
    locks || ["mutex", "semaphore", "lease"].iter().any(|w| lower.contains(w)) && !lower.contains("release")
}

fn innermost<'r, 'a>(reading: &'r Reading<'a>, at: usize) -> Option<&'r Call<'a>> {
    reading.calls.iter().rev().find(|c| c.open <= at && at < c.close)
}

fn enclosing_brace(reading: &Reading<'_>, at: usize) -> Option<usize> {
    (at.saturating_sub(120)..at).rev().find(|&i| reading.is(i, "{") && reading.partner(i) > at)
}

/// A gRPC service configuration in a string.
fn service_config(text: &str, line: u32, out: &mut Facts) {
    for document in crate::topology::yaml::documents(text).unwrap_or_default() {
        super::config::grpc(&document, Some(line), out);
    }
}

/// Attempts of job classes: `sidekiq_options retry: 5`, `use Oban.Worker, max_attempts: 5`, `public $tries = 3`.
fn jobs(reading: &Reading<'_>, out: &mut Facts) {
    match reading.language.name() {
        "php" => {
            for a in reading.assignments.iter().filter(|a| matches!(a.name, "$tries" | "$timeout" | "$maxExceptions")) {
                let Some(holder) = reading.enclosing(a.at, &[DeclarationKind::Type]) else { continue };
                let job = holder.head.clone().any(|i| reading.is(i, "ShouldQueue"));
                let value = if a.name == "$tries" { attempts(reading, &a.value) } else { timeout(reading, &a.value, S) };
                if let Some(value) = value.filter(|_| job && a.name != "$maxExceptions") {
                    push(out, Name::literal(holder.name), value, a.line, None, Certainty::Sure);
                }
            }
        }
        "ruby" => {
            for call in reading.calls.iter().filter(|c| matches!(c.name, "sidekiq_options" | "retry_on")) {
                let Some(holder) = reading.enclosing(call.at, &[DeclarationKind::Type]) else { continue };
                let Some(argument) = call.keyword(&["retry", "attempts"]) else { continue };
                if let Some(value) = attempts(reading, &argument.span) {
                    // The keys' own reading may have named it by less.
                    out.uses.retain(|u| !(u.line == call.line && u.kind == crate::index::model::Kind::Setting));
                    push(out, Name::literal(holder.name), value, call.line, None, Certainty::Sure);
                }
            }
        }
        _ => {}
    }
}
