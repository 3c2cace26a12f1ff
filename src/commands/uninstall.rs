//! `distarch uninstall`: what `install` wrote is taken out of a client's settings, byte for byte.

use super::{Answer, install};

/// Takes the hooks out.
///
/// # Errors
/// As [`install::run`].
pub fn run(args: &install::Args) -> anyhow::Result<Answer> {
    install::take_out(args)
}
