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

/// The value of a word, whatever its case and whatever stands between its parts: `pub-sub`, `PubSub`, `pub/sub`.
pub fn find<T: Copy>(words: &[(&str, T)], word: &str) -> Option<T> {
    words.iter().find(|(w, _)| is_like(w, word)).map(|(_, v)| *v)
}

/// Whether two words have the same letters.
pub fn is_like(a: &str, b: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect::<String>();
    letters(a) == letters(b)
}

/// The word of a value.
pub fn name<T: PartialEq>(words: &[(&'static str, T)], value: T) -> Option<String> {
    words.iter().find(|(_, v)| *v == value).map(|(w, _)| (*w).to_owned())
}
