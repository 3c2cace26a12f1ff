//! Words that stand for a value of the model, beyond those that the model itself lists.

use crate::topology::model::{Criticality, Failover, RetryLayer};

/// Words of `criticality`.
pub const CRITICALITY: [(&str, Criticality); 4] =
    [("critical", Criticality::Critical), ("high", Criticality::High), ("medium", Criticality::Medium), ("low", Criticality::Low)];
/// Words of `failover`.
pub const FAILOVER: [(&str, Failover); 3] = [("none", Failover::None), ("manual", Failover::Manual), ("automatic", Failover::Automatic)];
/// Words of `retry_layer`.
pub const LAYERS: [(&str, RetryLayer); 5] =
    [("app", RetryLayer::App), ("sdk", RetryLayer::Sdk), ("mesh", RetryLayer::Mesh), ("gateway", RetryLayer::Gateway), ("queue", RetryLayer::Queue)];

/// The value of a word, whatever its case.
pub fn find<T: Copy>(words: &[(&str, T)], word: &str) -> Option<T> {
    words.iter().find(|(w, _)| w.eq_ignore_ascii_case(word.trim())).map(|(_, v)| *v)
}

/// The word of a value.
pub fn name<T: PartialEq>(words: &[(&'static str, T)], value: T) -> Option<String> {
    words.iter().find(|(_, v)| *v == value).map(|(w, _)| (*w).to_owned())
}
