//! Options of calls, remote calls, states that are set, and words for a sentence.

use crate::engine::lines::shorten;
use crate::engine::syntax::outline::{Arg, Call, Id, Kind, Outline};
use crate::engine::syntax::pieces;
use crate::engine::syntax::words::{self, Remote, Towards, says};

impl<'t> Outline<'t> {
    /// A named argument or a field of a literal that is handed over, by one of its names.
    #[must_use]
    pub fn option(&self, call: Id, names: &[&str]) -> Option<Arg<'t>> {
        let own = self.call(call)?.args.iter().find(|a| says(a.name, names)).copied();
        own.or_else(|| {
            self.within(call).find_map(|i| match &self.nodes[i].kind {
                Kind::Object { fields, .. } => fields.iter().find(|f| says(f.name, names)).copied(),
                _ => None,
            })
        })
    }

    /// Calls that leave the process, at least this sure, within a node.
    pub fn remote_calls(&self, id: Id, least: Remote) -> impl Iterator<Item = (Id, &Call<'t>)> + '_ {
        self.calls(id).filter(move |(_, c)| words::remote(c) >= least)
    }

    /// The state that a node sets, if it sets one that others watch.
    #[must_use]
    pub fn sets_state(&self, id: Id) -> Option<Towards> {
        match &self.nodes[id].kind {
            Kind::Assign { target, value } => words::assigns_state(target, value),
            Kind::Call(c) => words::sets_state(c),
            _ => None,
        }
    }

    /// The node's first line, trimmed and cut, for a sentence.
    #[must_use]
    pub fn brief(&self, id: Id) -> &'t str {
        shorten(pieces::first_line(self.source(id)), 60).trim_end_matches([';', '{', ' ', ':'])
    }

    /// Name of a call as written, receiver's last part with it: `client.Watch`.
    #[must_use]
    pub fn callee(&self, id: Id) -> String {
        let Some(c) = self.call(id) else { return String::new() };
        let receiver = words::tail(c.receiver);
        if receiver.is_empty() || receiver.len() > 40 { c.name.to_owned() } else { format!("{receiver}.{}", c.name) }
    }
}
