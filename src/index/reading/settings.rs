//! Settings that expressions ask for: variables of the environment, keys of a configuration, and what a framework puts into fields.

use super::Reading;
use super::names::name;
use super::templates::literal;
use super::tokens::Kind;
use crate::index::model::{Name, Part};

/// Calls that read the environment or a configuration.
const SETTINGS: [&str; 26] = [
    "getenv",
    "Getenv",
    "LookupEnv",
    "GetEnvironmentVariable",
    "env",
    "getEnv",
    "get_env",
    "getProperty",
    "GetString",
    "getString",
    "getRequiredProperty",
    "GetValue",
    "GetConnectionString",
    "fetch_env",
    "fetch_env!",
    "var",
    "getOrThrow",
    "config",
    "envOr",
    "getEnvOr",
    "GetEnv",
    "MustGetenv",
    "mustMapEnv",
    "required_env",
    "requireEnv",
    "get_setting",
];

pub(super) fn is_environment(path: &[&str]) -> bool {
    matches!(
        path.last(),
        Some(&("environ" | "env" | "ENV" | "environment" | "_ENV" | "configuration" | "Configuration" | "_configuration" | "config" | "_config" | "Env"))
    )
}

/// The key of the setting that an interpolated expression asks for: `${this.configService.get('X')}`, `{os.environ['X']}`.
pub(super) fn setting_in(expression: &str) -> Option<&str> {
    let quote = expression.find(['"', '\''])?;
    let sign = expression[quote..].chars().next()?;
    let (head, bracket) = expression[..quote].split_at_checked(quote.checked_sub(1)?)?;
    let key = expression[quote + 1..].split(sign).next()?;
    let head = head.split('<').next().unwrap_or(head);
    let path: Vec<&str> = head.split(['.', ':', '?', ' ']).filter(|w| !w.is_empty()).collect();
    let asks = match bracket {
        "[" => is_environment(&path),
        "(" => is_setting_call(&path),
        _ => false,
    };
    (asks && is_setting_key(key)).then_some(key)
}

/// Whether a call of this path gives a setting.
pub(super) fn is_setting_call(path: &[&str]) -> bool {
    let Some((last, before)) = path.split_last() else { return false };
    SETTINGS.contains(last) || matches!(*last, "get" | "fetch") && !before.is_empty() && (is_environment(before) || before.iter().any(|w| is_configuration(w)))
}

/// A configuration by its name: `configService`, `_config`, `appConfig`.
fn is_configuration(name: &str) -> bool {
    let lower = name.trim_start_matches('_').to_ascii_lowercase();
    lower.starts_with("config") || lower.ends_with("config") || lower.ends_with("configservice") || lower.ends_with("configuration")
}

pub(super) fn is_setting_key(key: &str) -> bool {
    key.len() >= 3 && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b':'))
}

/// The literal that stands behind `or`, `||`, `??`, `.unwrap_or(..)` after a setting.
pub(super) fn default_after(reading: &Reading<'_>, close: usize, end: usize, depth: u8) -> Option<String> {
    let at = (close + 1..end.min(close + 8)).find(|&i| reading.kind(i) == Some(Kind::Text))?;
    literal(reading, at, depth).as_literal().map(str::to_owned)
}

/// What a framework puts into a field or parameter: Spring's and Micronaut's `@Value("${app.topics.orders}") String topic`, MicroProfile's
/// `@ConfigProperty(name = "app.topics.orders")`, Micronaut's `@Property(name = "..")`.
pub(super) fn injected(reading: &Reading<'_>, variable: &str, depth: u8) -> Option<Name> {
    let mut all = reading.annotations.iter().filter(|a| matches!(a.name, "Value" | "ConfigProperty" | "Property"));
    let found = all.find(|a| a.target.is_some_and(|t| reading.is(t, variable)))?;
    if found.name == "Value" {
        return found.arguments.first().map(|a| name(reading, &a.span, depth + 1));
    }
    let key = name(reading, &found.keyword(&["name"])?.span, depth + 1).as_literal()?.to_owned();
    let default = found.keyword(&["defaultValue"]).and_then(|d| name(reading, &d.span, depth + 1).as_literal().map(str::to_owned));
    is_setting_key(&key).then(|| Name(vec![Part::Setting(key, default)]))
}
