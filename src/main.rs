//! `distarch`: the argument parser is built only when the first argument is not `hook`.

use distributed_architect::{cli, commands};
use std::process::ExitCode;

/// In a static musl build: a hook lives for a fraction of a millisecond, and musl's allocator spends a third of that on mapping,
/// clearing and unmapping pages. (docs/benches.md has the figures.)
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1).peekable();
    // Whatever else stands behind `hook`, the parser is kept out: its exit code 2 would deny the edit.
    if args.next().is_some_and(|verb| verb == "hook") && !args.peek().is_some_and(|arg| arg == "--help" || arg == "-h") {
        commands::hook::run(args);
        return ExitCode::SUCCESS;
    }
    cli::run()
}
