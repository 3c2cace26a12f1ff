//! Where in a YAML file something stands. The reader tells values, not places; people want places.

/// A file's text, asked for 1-based lines.
#[derive(Clone, Copy)]
pub(super) struct Lines<'a>(pub(super) &'a str);

impl<'a> Lines<'a> {
    /// The line of a top-level key.
    pub(super) fn key(self, key: &str) -> Option<usize> {
        self.0.lines().position(|l| l.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':'))).map(|i| i + 1)
    }

    /// A top-level key's block: its own line, then what is indented, listed, blank or a comment.
    fn block(self, key: &str) -> Vec<(usize, &'a str)> {
        let Some(start) = self.key(key) else { return Vec::new() };
        let lines = self.0.lines().enumerate().map(|(i, l)| (i + 1, l)).skip(start - 1);
        let mut out: Vec<(usize, &str)> = Vec::new();
        for (number, line) in lines {
            if !out.is_empty() && !line.is_empty() && !line.starts_with([' ', '\t', '-', '#']) {
                break;
            }
            out.push((number, line));
        }
        out
    }

    /// The line of a list item under a top-level key, else the key's own. `nth` tells equal items apart.
    pub(super) fn item(self, key: &str, item: &str, nth: usize) -> Option<usize> {
        let block = self.block(key);
        let plain = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
        let is_item = |line: &str| line.trim_start().strip_prefix("- ").is_some_and(|rest| rest.trim() == item || plain(rest) == plain(item));
        let found = block.iter().filter(|(_, l)| is_item(l)).nth(nth).or_else(|| block.iter().find(|(_, l)| l.contains(item)));
        found.map(|(n, _)| *n).or_else(|| self.key(key))
    }

    /// The line where list entry number `index` under a top-level key begins.
    pub(super) fn entry(self, key: &str, index: usize) -> Option<usize> {
        let block = self.block(key);
        let indent = |l: &str| l.len() - l.trim_start().len();
        let dashes: Vec<&(usize, &str)> = block.iter().skip(1).filter(|(_, l)| l.trim_start().starts_with("- ")).collect();
        let outer = dashes.iter().map(|(_, l)| indent(l)).min()?;
        dashes.iter().filter(|(_, l)| indent(l) == outer).nth(index).map(|(n, _)| *n).or_else(|| self.key(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str =
        "id: x\nliterals:\n  - abc\n  - 'd: e'\n  - abc\nfires:\n  - language: go\n    after: |\n      - item\n\n  - language: go\n    after: x\nsilent: []\n";

    #[test]
    fn finds_keys_items_and_entries() {
        let lines = Lines(FILE);
        assert_eq!(lines.key("literals"), Some(2));
        assert_eq!(lines.item("literals", "abc", 1), Some(5));
        assert_eq!(lines.item("literals", "d: e", 0), Some(4));
        assert_eq!(lines.entry("fires", 1), Some(11));
        assert_eq!(lines.entry("absent", 0), None);
    }
}
