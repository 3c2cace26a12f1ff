//! Commands of pages that are not run here, each with the reason and with what runs it instead. A line that no page has fails, and so
//! does a test or a script that is not there.

/// What runs a command that is not run here.
pub(crate) enum By {
    /// A test: its file and its name.
    Test(&'static str, &'static str),
    /// A line of a script.
    Line(&'static str, &'static str),
    /// Nothing: it is a program of others, and what it does is not ours to hold.
    Nobody,
}
use By::{Line, Nobody, Test};

const MARKETPLACE: By = Test("tests/client/marketplace.rs", "the_checkout_installs_offline_and_its_hook_fires");
const LABELLED: &str = "it asks at a terminal";

pub(crate) const EXCUSED: [(&str, &str, By); 25] = [
    ("cargo run -- replay --all examples/recorded-session.jsonl", "it builds the program", Test("tests/readme.rs", "the_first_command_shows_the_main_job")),
    ("cargo test", "it is what runs this", Test("tests/readme.rs", "the_second_command_builds_and_starts_every_test_program")),
    (".ci/run", "it is what runs this", Test("tests/readme.rs", "ci_runs_the_second_command")),
    ("cargo run -- lint", "it builds the program", Line(".ci/run", "lint .")),
    ("cargo install --path .", "it builds a release", Line(".ci/run", "cargo build --locked --release --quiet")),
    ("rustup target add x86_64-unknown-linux-musl", "it takes a target from the network", Line(".ci/run", "rustup target add")),
    ("cargo install --path . --target x86_64-unknown-linux-musl", "it builds a release", Line(".ci/run", "cargo build --locked --release --quiet --target")),
    ("cargo build --release --target x86_64-unknown-linux-musl", "it builds a release", Line(".ci/run", "cargo build --locked --release --quiet --target")),
    ("cargo build --release", "it builds a release", Line(".ci/run", "cargo build --locked --release --quiet")),
    ("cargo uninstall distributed-architect", "it is cargo's", Nobody),
    ("python3 benches/instructions.py", "it measures releases", Line(".ci/run", "python3 benches/instructions.py")),
    ("python3 benches/startup.py --gate", "it measures releases", Line(".ci/run", "python3 benches/startup.py")),
    ("python3 benches/index.py REPOSITORY", "it measures a release on a large repository", Nobody),
    ("claude --plugin-dir .", "it is a conversation", Test("tests/client/telling.rs", "one_distributed_edit_tells_one_checklist_once")),
    (
        "claude --allowedTools 'Bash(distarch *)'",
        "it is a conversation",
        Test("tests/client/skills.rs", "the_model_starts_each_skill_and_runs_its_first_command"),
    ),
    ("claude --debug", "it is a conversation", Nobody),
    ("claude plugin marketplace add distributed-architect/distributed-architect", "it needs the client", MARKETPLACE),
    ("claude plugin marketplace add ~/.local/share/distributed-architect", "it needs the client", MARKETPLACE),
    ("claude plugin install distributed-architect@distributed-architect", "it needs the client", MARKETPLACE),
    ("claude plugin list", "it needs the client", MARKETPLACE),
    ("claude plugin disable distributed-architect", "it is the client's", Nobody),
    ("claude plugin uninstall", "it is the client's", Nobody),
    ("claude plugin uninstall distributed-architect", "it is the client's", Nobody),
    ("npx @google/design.md lint DESIGN.md", "it is a program of others, from npm", Nobody),
    ("distarch label ~/.claude/projects --write labels.jsonl", LABELLED, Test("tests/replay/label.rs", "a_terminal_is_asked")),
];
