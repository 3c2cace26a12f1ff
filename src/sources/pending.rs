//! Edits that wait for their result: the record of a call holds the change, that of its result the file before and what came of it.

use super::{Before, Item, Outcome, Thread, What};
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// Items that wait at most. An edit whose result is not in the file is let go when so many have come after it.
const MOST_WAITING: usize = 512;

/// Names that many items share.
#[derive(Default)]
pub(super) struct Names(HashSet<Arc<str>>);

impl Names {
    pub(super) fn get(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return known.clone();
        }
        let new: Arc<str> = name.into();
        self.0.insert(new.clone());
        new
    }
}

/// A queue that keeps file order.
pub(super) struct Pending<'s> {
    sink: &'s mut dyn FnMut(Item),
    waiting: VecDeque<(Item, bool)>,
    /// Number of the first that waits.
    first: usize,
    /// Calls seen in this file, and the number of their item.
    calls: HashMap<Arc<str>, usize>,
    told: HashSet<u64>,
    open: usize,
}

impl<'s> Pending<'s> {
    pub(super) fn new(sink: &'s mut dyn FnMut(Item)) -> Self {
        Self { sink, waiting: VecDeque::new(), first: 0, calls: HashMap::new(), told: HashSet::new(), open: 0 }
    }

    /// Whether any call waits for its result.
    pub(super) fn any_open(&self) -> bool {
        self.open > 0
    }

    /// Whether this call waits for its result.
    pub(super) fn is_open(&self, call: &str) -> bool {
        self.open > 0 && self.calls.get(call).is_some_and(|n| *n >= self.first && self.waiting[*n - self.first].1)
    }

    /// Whether the call has been seen.
    pub(super) fn knows(&self, call: &str) -> bool {
        self.calls.contains_key(call)
    }

    /// A call, unless it was seen before. `open`: its result is worth waiting for.
    pub(super) fn call(&mut self, call: &Arc<str>, item: Item, open: bool) {
        if self.knows(call) {
            return;
        }
        self.calls.insert(call.clone(), self.first + self.waiting.len());
        self.push(item, open);
    }

    /// Anything else.
    pub(super) fn push(&mut self, item: Item, open: bool) {
        self.open += usize::from(open);
        self.waiting.push_back((item, open));
        self.drain(MOST_WAITING);
    }

    /// Words of ours, unless the file has them already: some are recorded once as what the hook printed and once as what the model got.
    pub(super) fn told(&mut self, item: Item) {
        if let What::Told { call, text } = &item.what {
            let mut hasher = DefaultHasher::new();
            (call, text, &item.thread).hash(&mut hasher);
            if self.told.insert(hasher.finish()) {
                self.push(item, false);
            }
        }
    }

    /// A call's result.
    pub(super) fn result(&mut self, call: &str, came: Outcome, file: Option<String>) {
        let Some(n) = self.calls.get(call).copied().filter(|n| *n >= self.first) else { return };
        let (item, open) = &mut self.waiting[n - self.first];
        if let What::Edit { edit, file: known, outcome, .. } = &mut item.what {
            *outcome = came;
            if let (true, Some(file), Some(change)) = (edit.whole_file, &file, edit.changes.first_mut()) {
                change.old = file.clone().into();
                crate::clients::limit(edit);
            }
            if let Some(file) = file {
                *known = Before::Text(file);
            }
        }
        self.open -= usize::from(std::mem::replace(open, false));
        self.drain(MOST_WAITING);
    }

    /// The file has ended.
    pub(super) fn end(&mut self) {
        self.drain(0);
    }

    fn drain(&mut self, most: usize) {
        while self.waiting.front().is_some_and(|(_, open)| !open || self.waiting.len() > most) {
            if let Some((item, open)) = self.waiting.pop_front() {
                self.open -= usize::from(open);
                self.first += 1;
                (self.sink)(item);
            }
        }
    }
}

/// What all items of a line share.
#[derive(Clone)]
pub(super) struct Stamp {
    pub(super) thread: Thread,
    pub(super) at: u64,
    pub(super) project: Arc<str>,
    /// See [`Item::ours`].
    pub(super) ours: bool,
}

impl Stamp {
    pub(super) fn item(&self, what: What) -> Item {
        Item { thread: self.thread.clone(), at: self.at, project: self.project.clone(), ours: self.ours, what }
    }
}
