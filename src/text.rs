//! Untrusted text on its way to a model or a terminal.

/// One line without control characters and without marks that change the direction of text.
#[must_use]
pub fn plain(text: &str) -> String {
    // Most text is plain already, and is seen to be at once.
    if text.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return text.to_owned();
    }
    text.chars().filter(|c| !is_hidden(*c)).collect()
}

/// Control characters, direction marks and other invisible ones: they can hide or forge what is read.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}
