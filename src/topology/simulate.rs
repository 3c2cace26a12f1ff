//! Tick by tick over declared states: an event comes, whoever listens changes and sends out events of its own, and those are the
//! events of the next tick. Asked of it: who reacts, when, and does a later tick recreate an earlier one.

use super::graph::{Graph, Node};
use super::model::Transition;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Ticks that are ever walked.
pub const MOST_TICKS: usize = 1_000;

/// What came of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// The state in which each component with states begins, and whether it was told to.
    pub begin: Vec<(Node, String)>,
    /// What happened, the first tick first. A tick in which nothing reacts is the last.
    pub ticks: Vec<Tick>,
    /// The loop that it ends in.
    pub repeats: Option<Repeat>,
    /// The first later tick in which the event from outside is sent again, by a component.
    pub again: Option<usize>,
    /// Whether events were still on their way when the ticks were used up.
    pub cut: bool,
}

/// One tick.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tick {
    /// From 1.
    pub number: usize,
    /// What is heard, in the order of names, with who sent it; `None`: it came from outside.
    pub events: Vec<(String, Option<Node>)>,
    /// Who reacts, in the order of the file.
    pub steps: Vec<Step>,
}

/// A component that reacts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Who.
    pub node: Node,
    /// To what.
    pub on: String,
    /// State before.
    pub from: String,
    /// State after.
    pub to: String,
    /// What it sends out, besides that it is in the new state.
    pub emits: Vec<String>,
    /// Other events of this tick that would have led elsewhere from the same state: which of them comes first decides.
    pub races: Vec<String>,
    /// Senders of the event that no relationship connects with the component: by what way does it hear of it?
    pub unconnected: Vec<Node>,
}

/// A tick that is as an earlier one: same states, same events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repeat {
    /// The earlier tick.
    pub first: usize,
    /// The tick that recreates it.
    pub again: usize,
    /// Who reacts in between, in the order in which they first do.
    pub components: Vec<Node>,
}

/// Every event that some component listens to, in the order of names.
#[must_use]
pub fn events(graph: &Graph<'_>) -> BTreeSet<String> {
    graph.topology.components.iter().flat_map(|c| &c.states).map(|t| t.on.clone()).filter(|on| !on.is_empty()).collect()
}

/// Lets an event come from outside. A component begins in the state that `told` names for it, else in the first one in which it
/// reacts to the event, else in the first of its list.
#[must_use]
pub fn run(graph: &Graph<'_>, event: &str, told: &BTreeMap<Node, String>, ticks: usize) -> Run {
    let rules = |n: Node| graph.component(n).states.as_slice();
    let with_states: Vec<Node> = (0..graph.len()).filter(|n| !rules(*n).is_empty()).collect();
    let begins = |n: &Node| {
        let first = |t: &&Transition| t.on == event && t.from != ANY;
        let known = rules(*n).iter().find(first).or_else(|| rules(*n).iter().find(|t| t.from != ANY));
        told.get(n).cloned().or_else(|| known.map(|t| t.from.clone())).unwrap_or_default()
    };
    let mut state: Vec<String> = with_states.iter().map(begins).collect();
    let mut out = Run { begin: with_states.iter().copied().zip(state.iter().cloned()).collect(), ..Run::default() };
    let mut heard: BTreeSet<(String, Option<Node>)> = BTreeSet::from([(event.to_owned(), None)]);
    let mut before: HashMap<(Vec<String>, BTreeSet<String>), usize> = HashMap::new();
    for number in 1..=ticks.min(MOST_TICKS) {
        // Neither who sent an event nor what nobody listens to makes a tick another one: the first event came from outside.
        let words: BTreeSet<String> = heard.iter().filter(|(e, by)| is_listened_to(graph, e, *by)).map(|(e, _)| e.clone()).collect();
        if number > 1 && out.again.is_none() && words.contains(event) {
            out.again = Some(number);
        }
        if let Some(first) = before.insert((state.clone(), words), number) {
            out.repeats = Some(Repeat { first, again: number, components: reacting(&out.ticks[first - 1..]) });
            return out;
        }
        let mut next = BTreeSet::new();
        let mut steps = Vec::new();
        for (at, node) in with_states.iter().enumerate() {
            let Some((step, rule)) = react(graph, *node, &state[at], &heard) else { continue };
            state[at].clone_from(&rule.to);
            next.extend(rule.emits.iter().map(|e| (e.clone(), Some(*node))));
            if step.from != step.to {
                next.insert((format!("{}:{}", graph.name(*node), rule.to), Some(*node)));
            }
            steps.push(step);
        }
        let quiet = steps.is_empty();
        out.ticks.push(Tick { number, events: heard.iter().cloned().collect(), steps });
        heard = next;
        if quiet || heard.is_empty() {
            return out;
        }
    }
    out.cut = true;
    out
}

/// A state that stands for all.
const ANY: &str = "*";

/// What a component does in a tick: the first of its transitions that fits. What else would have fitted races with it.
fn react<'a>(graph: &Graph<'a>, node: Node, state: &str, heard: &BTreeSet<(String, Option<Node>)>) -> Option<(Step, &'a Transition)> {
    let is_heard = |on: &str| heard.iter().any(|(event, by)| is(graph, event, *by, on));
    let rules = &graph.component(node).states;
    let fits = |t: &&Transition| (t.from == state || t.from == ANY) && is_heard(&t.on);
    let rule = rules.iter().find(fits)?;
    let races: BTreeSet<String> = rules.iter().filter(fits).filter(|t| t.on != rule.on && t.to != rule.to).map(|t| t.on.clone()).collect();
    let connected = |other: Node| graph.called_by(node).any(|(_, n)| n == other) || graph.callers_of(node).any(|(_, n)| n == other);
    let senders: BTreeSet<Node> = heard.iter().filter(|(event, by)| is(graph, event, *by, &rule.on)).filter_map(|(_, by)| *by).collect();
    let unconnected = senders.into_iter().filter(|s| *s != node && !connected(*s)).collect();
    let step = Step {
        node,
        on: rule.on.clone(),
        from: state.to_owned(),
        to: rule.to.clone(),
        emits: rule.emits.clone(),
        races: races.into_iter().collect(),
        unconnected,
    };
    Some((step, rule))
}

/// Whether an event is the one that is listened to: by its name, or as `sender:event`.
fn is(graph: &Graph<'_>, event: &str, by: Option<Node>, on: &str) -> bool {
    event == on || by.is_some_and(|n| on.strip_prefix(graph.name(n)).and_then(|rest| rest.strip_prefix(':')) == Some(event))
}

fn is_listened_to(graph: &Graph<'_>, event: &str, by: Option<Node>) -> bool {
    graph.topology.components.iter().flat_map(|c| &c.states).any(|t| is(graph, event, by, &t.on))
}

fn reacting(ticks: &[Tick]) -> Vec<Node> {
    let mut out = Vec::new();
    for step in ticks.iter().flat_map(|t| &t.steps) {
        if !out.contains(&step.node) {
            out.push(step.node);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::model::{Component, Relationship, Topology};

    /// `from to on emits` a line; emits with commas.
    fn component(name: &str, rules: &[&str]) -> Component {
        let transition = |line: &&str| {
            let w: Vec<&str> = line.split(' ').collect();
            let emits = w.get(3).map(|e| e.split(',').map(str::to_owned).collect()).unwrap_or_default();
            Transition { from: w[0].to_owned(), to: w[1].to_owned(), on: w[2].to_owned(), emits }
        };
        Component { name: name.to_owned(), states: rules.iter().map(transition).collect(), ..Component::default() }
    }

    fn system(components: Vec<Component>, edges: &[(&str, &str)]) -> Topology {
        let relationships = edges.iter().map(|(a, b)| Relationship { from: (*a).to_owned(), to: (*b).to_owned(), ..Relationship::default() }).collect();
        Topology { components, relationships, ..Topology::default() }
    }

    /// The scaler sees load and adds workers; that lowers the load, so it takes them away; that raises it again.
    #[test]
    fn two_loops_that_chase_each_other() {
        let t = system(
            vec![
                component("scaler", &["few many load-high workers-added", "many few load-low workers-removed"]),
                component("pool", &["hot cold workers-added load-low", "cold hot workers-removed load-high"]),
            ],
            &[("scaler", "pool")],
        );
        let g = Graph::of(&t);
        let run = run(&g, "load-high", &BTreeMap::new(), 20);
        // 1: load-high; 2: workers-added; 3: load-low; 4: workers-removed; 5: load-high, with both in the states of tick 1.
        assert_eq!(run.again, Some(5));
        let repeat = run.repeats.expect("a loop");
        assert_eq!((repeat.first, repeat.again), (1, 5));
        assert_eq!(repeat.components.iter().map(|n| g.name(*n)).collect::<BTreeSet<_>>(), BTreeSet::from(["pool", "scaler"]));
        assert!(!run.cut);
    }

    #[test]
    fn what_ends_ends_and_states_of_others_are_events() {
        let t = system(
            vec![
                component("job", &["busy idle job-done"]),
                component("gateway", &["waiting free job:idle slot-free"]),
                component("far", &["a b gateway:slot-free"]),
            ],
            &[("gateway", "job")],
        );
        let g = Graph::of(&t);
        let out = run(&g, "job-done", &BTreeMap::new(), 20);
        let who: Vec<Vec<&str>> = out.ticks.iter().map(|t| t.steps.iter().map(|s| g.name(s.node)).collect()).collect();
        assert_eq!(who, [vec!["job"], vec!["gateway"], vec!["far"], vec![]]);
        assert_eq!((out.repeats, out.cut, out.again), (None, false, None));
        // No relationship leads from gateway to far.
        assert_eq!(out.ticks[2].steps[0].unconnected, [1]);
        assert!(out.ticks[1].steps[0].unconnected.is_empty());
    }

    #[test]
    fn two_events_in_one_tick_race() {
        let t = system(
            vec![component("user", &["in out leave cancel,ship"]), component("order", &["open cancelled cancel", "open shipped ship"])],
            &[("user", "order")],
        );
        let g = Graph::of(&t);
        let out = run(&g, "leave", &BTreeMap::new(), 9);
        let step = &out.ticks[1].steps[0];
        assert_eq!((step.to.as_str(), step.races.as_slice()), ("cancelled", ["ship".to_owned()].as_slice()));
        // Told to begin elsewhere, it does not react.
        let told = BTreeMap::from([(1, "shipped".to_owned())]);
        assert!(run(&g, "leave", &told, 9).ticks[1].steps.is_empty());
    }

    #[test]
    fn a_state_that_stays_is_a_loop_too_and_ticks_end() {
        let t = system(vec![component("retrier", &["on on fail fail"])], &[]);
        let g = Graph::of(&t);
        let out = run(&g, "fail", &BTreeMap::new(), 9);
        assert_eq!(out.repeats, Some(Repeat { first: 1, again: 2, components: vec![0] }));
        let short = run(&g, "fail", &BTreeMap::new(), 1);
        assert!(short.cut && short.repeats.is_none());
    }
}
