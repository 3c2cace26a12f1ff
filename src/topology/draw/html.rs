//! A page to explore.

use super::picture::Picture;

/// Draws it.
pub(super) fn draw(_picture: &Picture<'_>) -> String {
    String::new()
}
