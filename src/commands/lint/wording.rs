//! How text that is put before a model is worded: questions and facts, never commands in capitals.

/// Imperatives and alarm words that are shouted in prompts. Other words in capitals are names: SETNX, DELETE, HTTP.
const SHOUTED: [&str; 34] = [
    "ALWAYS",
    "NEVER",
    "MUST",
    "SHOULD",
    "SHALL",
    "CHECK",
    "ENSURE",
    "VERIFY",
    "STOP",
    "AVOID",
    "REMEMBER",
    "CONSIDER",
    "IMPORTANT",
    "CRITICAL",
    "WARNING",
    "CAUTION",
    "DANGER",
    "ATTENTION",
    "NOTE",
    "THINK",
    "MAKE",
    "REVIEW",
    "CONFIRM",
    "ASK",
    "DONT",
    "CANNOT",
    "REQUIRED",
    "MANDATORY",
    "FORBIDDEN",
    "FOLLOW",
    "DEFINE",
    "HANDLE",
    "BEWARE",
    "ONLY",
];

/// The first command in capitals of a text, if there is one. Text in backticks is code.
pub(super) fn shouted(text: &str) -> Option<&str> {
    text.split('`').step_by(2).flat_map(|part| part.split(|c: char| !c.is_ascii_alphabetic() && c != '\'')).find(|word| {
        let letters: String = word.chars().filter(char::is_ascii_alphabetic).collect();
        letters.len() >= 4 && SHOUTED.contains(&letters.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_capitals_are_no_commands() {
        assert_eq!(shouted("DELETE without WHERE, or SETNX; a `CHECK` constraint"), None);
        assert_eq!(shouted("you MUST look"), Some("MUST"));
    }
}
