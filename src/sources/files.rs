//! Files as the conversation knows them. From client 2.1.100 on, most results of an edit do not hold the file before; where an
//! earlier write or result did, it is followed through the edits that came after.

use crate::engine::edit::Edit;
use std::collections::HashMap;

/// Bytes of text that are kept at most.
const MOST: usize = 32 << 20;

/// Texts of files, by path.
#[derive(Debug, Default)]
pub struct Files {
    texts: HashMap<String, String>,
    bytes: usize,
}

impl Files {
    /// The file's text before this edit, if it is known and the edit fits it. A file that was changed behind our back is forgotten.
    pub fn before(&mut self, edit: &Edit<'_>) -> Option<String> {
        let text = self.texts.get(&*edit.path)?;
        if edit.whole_file || edit.changes.first().is_some_and(|c| text.contains(&*c.old)) {
            return Some(text.clone());
        }
        self.forget(&edit.path);
        None
    }

    /// The edit was made. `before` is the file's text before it, where it is known.
    pub fn apply(&mut self, edit: &Edit<'_>, before: Option<String>) {
        let text = if edit.whole_file {
            edit.changes.first().map(|c| c.new.clone().into_owned())
        } else {
            before.map(|mut text| {
                for change in &edit.changes {
                    text = text.replacen(&*change.old, &change.new, 1);
                }
                text
            })
        };
        self.forget(&edit.path);
        let Some(text) = text.filter(|_| !edit.cut_off) else { return };
        if self.bytes + text.len() > MOST {
            *self = Self::default();
        }
        self.bytes += text.len();
        self.texts.insert(edit.path.clone().into_owned(), text);
    }

    fn forget(&mut self, path: &str) {
        if let Some(old) = self.texts.remove(path) {
            self.bytes -= old.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Files;
    use crate::engine::edit::Edit;

    #[test]
    fn a_file_is_followed_through_its_edits() {
        let mut files = Files::default();
        let write = Edit { whole_file: true, ..Edit::new("a.go", "", "one\ntwo\n") };
        files.apply(&write, None);
        let edit = Edit::new("a.go", "two", "three");
        let before = files.before(&edit);
        assert_eq!(before.as_deref(), Some("one\ntwo\n"));
        files.apply(&edit, before);
        assert_eq!(files.before(&Edit::new("a.go", "three", "x")).as_deref(), Some("one\nthree\n"));
    }

    #[test]
    fn what_does_not_fit_is_not_believed() {
        let mut files = Files::default();
        files.apply(&Edit { whole_file: true, ..Edit::new("a.go", "", "one\n") }, None);
        assert_eq!(files.before(&Edit::new("a.go", "four", "five")), None);
        assert_eq!(files.before(&Edit::new("a.go", "one", "two")), None);
        assert_eq!(files.before(&Edit::new("b.go", "", "two")), None);
    }
}
