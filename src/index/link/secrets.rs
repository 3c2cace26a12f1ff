//! Addresses without what must not be told: users, passwords, keys.

use std::borrow::Cow;

/// Names of settings whose value is nobody's business.
const SECRET: [&str; 8] = ["password", "passwd", "pwd", "secret", "token", "apikey", "accesskey", "privatekey"];

/// Whether the value of a setting of this name is left out.
pub(super) fn is_secret(key: &str) -> bool {
    let plain = super::tables::plain(key);
    SECRET.iter().any(|w| plain.ends_with(w)) || plain.contains("secretkey")
}

/// A text without the user in its URLs and without values of keys that say that they are secret.
pub(crate) fn masked(text: &str) -> Cow<'_, str> {
    let mut out = Cow::Borrowed(text);
    let mut from = 0;
    while let Some(at) = out[from..].find("://").map(|i| from + i + 3) {
        let end = out[at..].find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '`' | '<' | '>')).map_or(out.len(), |i| at + i);
        if let Some(sign) = out[at..end].rfind('@') {
            out = Cow::Owned(format!("{}{}", &out[..at], &out[at + sign + 1..]));
        }
        from = at;
    }
    // `root:secret@tcp(db:3306)/shop`
    if let Some(sign) = out.find("@tcp(") {
        let from = out[..sign].rfind(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=')).map_or(0, |i| i + 1);
        out = Cow::Owned(format!("{}{}", &out[..from], &out[sign + 1..]));
    }
    let mut from = 0;
    while let Some(sign) = out[from..].find('=').map(|i| from + i) {
        let key = out[..sign].rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))).map_or(0, |i| i + 1);
        let end = out[sign + 1..].find(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '"' | '\'')).map_or(out.len(), |i| sign + 1 + i);
        if key <= sign && is_secret(&out[key..sign]) {
            out = Cow::Owned(format!("{}{}", &out[..=sign], &out[end..]));
        }
        from = sign + 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_passwords_are_left_out() {
        for (text, want) in [
            ("postgres://u:p@db:5432/shop?x=1", "postgres://db:5432/shop?x=1"),
            ("- A=amqp://u:p@mq:5672,amqp://u:p@mq2:5672", "- A=amqp://mq:5672,amqp://mq2:5672"),
            ("amqp://u:p@ss@mq", "amqp://mq"),
            ("root:p@tcp(db:3306)/shop", "tcp(db:3306)/shop"),
            ("Host=db;Password=x;Username=u", "Host=db;Password=;Username=u"),
            ("jdbc:mysql://db/x?user=u&password=p&ssl=1", "jdbc:mysql://db/x?user=u&password=&ssl=1"),
            ("http://orders:8080/a@b", "http://orders:8080/a@b"),
            ("orders@shop", "orders@shop"),
            ("", ""),
        ] {
            assert_eq!(masked(text), want, "{text}");
        }
        for (key, want) in [("DB_PASSWORD", true), ("SECRET_KEY_BASE", true), ("api.token", true), ("TOKEN_URL", false), ("DATABASE_URL", false)] {
            assert_eq!(is_secret(key), want, "{key}");
        }
    }
}
