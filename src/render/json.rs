//! Reports for programs.

use serde::Serialize;

/// The figures, with a line end.
///
/// # Errors
/// None in practice: reports are plain values.
pub fn render(report: &impl Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}
