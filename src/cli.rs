//! The command line: every verb, its help with examples, and what becomes of its answer. The hook does not come here: it is run
//! before the parser is built.

use crate::commands::{self, Answer};
use crate::error;
use clap::{CommandFactory, Parser, Subcommand};
use std::io::Write;
use std::process::ExitCode;

/// Notices when a coding agent's edit crosses a distributed boundary, and puts the few questions that matter in front of the model.
///
/// Silent otherwise. As a plugin of the agent's client it runs at every edit (`distarch hook`); everything else here is for people.
#[derive(Parser, Debug)]
#[command(
    name = "distarch",
    version,
    max_term_width = 110,
    after_help = "Start with:
  distarch init              settings for this project
  distarch doctor            is the hook installed, and does it fire?
  distarch explain failure-mode"
)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Judge one event of the client: the agent's client runs this at every edit
    ///
    /// Reads one JSON event from standard input. Says nothing and exits 0 whatever happens, unless the edit crosses a distributed
    /// boundary that this conversation has not been told of.
    #[command(after_help = "Examples:
  In hooks.json: { \"type\": \"command\", \"command\": \"distarch\", \"args\": [\"hook\"] }
  distarch hook < event.json
  distarch hook --client codex < event.json

Environment:
  DISTARCH_DISABLE=1    turns it off
  CLAUDE_PLUGIN_DATA    where sessions and the journal are kept; else the user's state folder")]
    Hook(commands::hook::Args),
    /// Print the verdict on one edit, as JSON unless told otherwise; keeps no state
    #[command(after_help = "Examples:
  distarch scan < event.json
  distarch scan --explain --format text < event.json
  echo '{\"hook_event_name\":\"PreToolUse\",\"tool_name\":\"Edit\",\"tool_input\":{\"file_path\":\"a.py\",
    \"old_string\":\"\",\"new_string\":\"channel.basic_ack(tag)\"}}' | distarch scan --explain")]
    Scan(commands::scan::Args),
    /// Judge a change in a repository, as `git` tells it: findings with their lines, then the questions in two passes
    ///
    /// Without arguments, what is not committed. Exit code 1 when there is a finding of which a detector is sure.
    #[command(after_help = "Examples:
  distarch check
  distarch check --staged                      before a commit
  distarch check --diff main...HEAD --format markdown
  distarch check --since v1.2 services/orders --fail-on medium
  distarch check --diff origin/main...HEAD --format sarif > distarch.sarif
  distarch check --diff origin/main...HEAD --format github")]
    Check(commands::check::Args),
    /// Read the repository for what its parts share, and keep that for the hook and the other verbs; again, only what changed is read
    ///
    /// It lies in the state folder, never in the project.
    #[command(after_help = "Examples:
  distarch index
  distarch index ~/src/shop --force
  distarch index --format json | jq .lines_per_second_and_core")]
    Index(commands::index::Args),
    /// Tell who touches a shared resource, or what a line touches: readers, writers, callers
    #[command(after_help = "Examples:
  distarch observers orders.status
  distarch observers 'worker:{id}:status'
  distarch observers src/worker.py:61
  distarch observers 'GET /orders/{id}' --format json | jq '.resources[].places[].file'")]
    Observers(commands::index::observers::Args),
    /// List what the parts of a repository share: tables, keys, channels, routes, locks
    #[command(after_help = "Examples:
  distarch resources
  distarch resources --kind channel --kind route
  distarch resources --shared --format json | jq -r '.resources[].name'")]
    Resources(commands::index::resources::Args),
    /// Tell which components meet at which shared resources, with the lines that prove it
    #[command(after_help = "Examples:
  distarch flows
  distarch flows --component orders
  distarch flows --format mermaid >> README.md")]
    Flows(commands::index::flows::Args),
    /// Tell who in other components observes what a change touches
    ///
    /// Without arguments, of what is not committed.
    #[command(after_help = "Examples:
  distarch impact
  distarch impact --diff main...HEAD --format markdown
  distarch impact --since v1.2 --format json | jq '.touched[].observers[].component'")]
    Impact(commands::index::impact::Args),
    /// Explain a module, a section, a signal, a pattern or a library, from the same bytes that fire
    #[command(after_help = "Examples:
  distarch explain failure-mode
  distarch explain failure-mode#deadline
  distarch explain message-ack
  distarch explain tight-retry-loop --format json")]
    Explain(commands::explain::Args),
    /// List modules, signals, patterns and libraries
    #[command(after_help = "Examples:
  distarch list
  distarch list --signals
  distarch list --patterns --format json")]
    List(commands::list::Args),
    /// The named anti-patterns, ours and this project's: list, show, search, judge, and learn new ones
    ///
    /// `draft` keeps what was met once. Met a second time, or with `promote`, it becomes an entry of the project, and the code under its
    /// `literals` is noticed from then on.
    #[command(after_help = "Examples:
  distarch catalog list
  distarch catalog search ack crash
  distarch catalog show lost-data-at-ack
  distarch scan < event.json | distarch catalog draft --at src/worker.py
  distarch catalog draft --id stale-tariff --module data-lifecycle --shape 'Rates are read from the copy.' --literal tariffCopy
  distarch catalog promote stale-tariff")]
    Catalog(commands::catalog::Args),
    /// The file that says what the system is made of: how many there are of each part, who calls whom, and what breaks without it
    ///
    /// It lies in .dist-architect/topology.yaml; docs/topology.md has the form.
    #[command(after_help = "Examples:
  distarch topology init
  distarch topology check
  distarch topology analyze
  distarch topology blast-radius orders-db")]
    Topology(commands::topology::Args),
    /// Architecture specifications: write one to begin with, judge them, fill in what the topology can answer
    #[command(after_help = "Examples:
  distarch spec new orders
  distarch spec check docs/orders.md
  distarch spec deletion-test docs/orders.md")]
    Spec(commands::spec::Args),
    /// Score the system: eight rows, 0 to 3, each with the line that carries it; kept as YAML, compared over time
    ///
    /// What the topology, specifications, the code and the repository can tell is measured; the rest is asked. Exit code 1 when a row is
    /// lower than in the file of --compare.
    #[command(after_help = "Examples:
  distarch rubric
  distarch rubric --spec docs/orders.md --save rubric.yaml
  distarch rubric --answer 'load=3: 2026-10-02 twice the peak in staging, docs/load.md' --save rubric.yaml
  distarch rubric --answers rubric.yaml --compare rubric.yaml
  distarch rubric --format json | jq '.rows[] | select(.score == null) | .asks'")]
    Rubric(commands::rubric::Args),
    /// Judge content: every problem with file, line and fix; exit code 1 when there is one
    #[command(after_help = "Examples:
  distarch lint                              this project's .dist-architect
  distarch lint signals/failure-mode         part of a content folder
  distarch lint .dist-architect/signals/our-outbox.yaml
  distarch lint --format json | jq '.problems[].file'")]
    Lint(commands::lint::Args),
    /// Tell what the hook says, or would have said, in recorded conversations
    #[command(after_help = "Examples:
  distarch replay ~/.claude/projects
  distarch replay session.jsonl --all
  distarch replay ~/.claude/projects --diff --format markdown
  distarch replay ~/.local/state/distarch/journal.jsonl --format json | jq .told")]
    Replay(commands::replay::Args),
    /// Tell what the hook did, by its journal: fired, silenced, characters, by module and project
    #[command(after_help = "Examples:
  distarch stats
  distarch stats --format json | jq .by_module")]
    Stats(commands::stats::Args),
    /// Score the decision on labelled edits: recall, precision and false alarms, with the project's own signals
    ///
    /// Exit code 1 when the decision failed at an edit.
    #[command(after_help = "Examples:
  distarch eval labels.jsonl
  distarch eval labels.jsonl --show fp --module failure-mode
  distarch eval labels.jsonl --project ~/src/shop --format json | jq .precision")]
    Eval(commands::eval::Args),
    /// Ask of each thing the hook said in recorded conversations whether it was useful, and keep the answers for eval
    ///
    /// Each answer is kept at once, so a second run goes on where the first ended.
    #[command(after_help = "Examples:
  distarch label ~/.claude/projects --write labels.jsonl
  distarch label session.jsonl --write labels.jsonl --answers answers.txt
  distarch eval labels.jsonl

Answers, to each module that spoke:
  y    it had to be asked
  n    it was of no use
  m    it may be asked, and need not be
  s    not now: the edit is asked about again at the next run
  q    enough; what was answered is kept
Then modules that should have spoken besides: their ids, or nothing.")]
    Label(commands::label::Args),
    /// Look whether the hook is installed, fires and reaches the model, and whether all it reads is in order
    ///
    /// Exit code 1 when something is broken.
    #[command(after_help = "Examples:
  distarch doctor
  distarch doctor ~/src/shop
  distarch doctor --format json | jq '.checks[] | select(.level == \"broken\")'")]
    Doctor(commands::doctor::Args),
    /// Write .dist-architect/ with commented settings and a folder for the project's own signals
    #[command(after_help = "Examples:
  distarch init
  distarch init services/billing
  distarch init --force              back to the defaults")]
    Init(commands::init::Args),
    /// Write the hooks into the settings of an agent's client, and show what changes there
    ///
    /// Entries of others, their order and the layout stay. Done twice it is done once. For Claude Code the plugin does the same, and
    /// brings the skills.
    #[command(after_help = "Examples:
  distarch install --client codex --dry-run
  distarch install --client codex
  distarch install --client claude-code --scope project")]
    Install(commands::install::Args),
    /// Take the hooks out of the settings of an agent's client again, byte for byte
    #[command(after_help = "Examples:
  distarch uninstall --client codex
  distarch uninstall --client claude-code --scope project --dry-run")]
    Uninstall(commands::install::Args),
    /// Print or install the questions as a page of instructions, for agents whose client has no hooks
    ///
    /// It stands between two marks in a file that the agent reads, such as AGENTS.md; what stands around it stays.
    #[command(after_help = "Examples:
  distarch detector --print
  distarch detector --install AGENTS.md
  distarch detector --uninstall AGENTS.md")]
    Detector(commands::detector::Args),
    /// Remove old sessions and journals beyond those that are kept
    #[command(after_help = "Examples:
  distarch prune
  distarch prune --days 7 --dry-run")]
    Prune(commands::prune::Args),
    /// Print the completion script of a shell
    #[command(after_help = "Examples:
  distarch completions bash > ~/.local/share/bash-completion/completions/distarch
  distarch completions zsh > ~/.zfunc/_distarch
  distarch completions fish > ~/.config/fish/completions/distarch.fish")]
    Completions(commands::completions::Args),
    /// Print the manual page, or write a page for each verb
    #[command(after_help = "Examples:
  distarch man | man -l -
  distarch man --out ~/.local/share/man/man1")]
    Man(commands::man::Args),
    /// Learn the weights of signals from labelled edits
    #[command(hide = true)]
    Fit(commands::fit::Args),
}

/// Runs the verb that the arguments name.
#[must_use]
pub fn run() -> ExitCode {
    let verb = Cli::parse().verb;
    match answer(verb).and_then(|answer| print(&answer.text).map(|()| answer.found)) {
        Ok(found) => ExitCode::from(u8::from(found)),
        Err(e) if error::is_broken_pipe(&e) => ExitCode::SUCCESS,
        Err(e) => {
            let _ = anstream::stderr().write_all(error::lines(&e).as_bytes());
            ExitCode::from(2)
        }
    }
}

/// The parser as a value, for completions and manual pages.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

fn answer(verb: Verb) -> anyhow::Result<Answer> {
    Ok(match verb {
        Verb::Hook(args) => {
            commands::hook::run(["--client".into(), args.client.into()].into_iter());
            Answer::default()
        }
        Verb::Scan(args) => commands::scan::run(&args)?.into(),
        Verb::Check(args) => commands::check::run(&args)?,
        Verb::Index(args) => commands::index::run(&args)?,
        Verb::Observers(args) => commands::index::observers::run(&args)?,
        Verb::Resources(args) => commands::index::resources::run(&args)?,
        Verb::Flows(args) => commands::index::flows::run(&args)?,
        Verb::Impact(args) => commands::index::impact::run(&args)?,
        Verb::Explain(args) => commands::explain::run(&args)?.into(),
        Verb::List(args) => commands::list::run(&args)?.into(),
        Verb::Catalog(args) => commands::catalog::run(&args)?,
        Verb::Topology(args) => commands::topology::run(&args)?,
        Verb::Rubric(args) => commands::rubric::run(&args)?,
        Verb::Spec(args) => commands::spec::run(&args)?,
        Verb::Lint(args) => commands::lint::run(&args)?,
        Verb::Replay(args) => commands::replay::run(&args)?.into(),
        Verb::Stats(args) => commands::stats::run(&args)?.into(),
        Verb::Doctor(args) => commands::doctor::run(&args)?,
        Verb::Init(args) => commands::init::run(&args)?.into(),
        Verb::Detector(args) => commands::detector::run(&args)?.into(),
        Verb::Install(args) => commands::install::run(&args)?,
        Verb::Uninstall(args) => commands::uninstall::run(&args)?,
        Verb::Prune(args) => commands::prune::run(&args)?.into(),
        Verb::Completions(args) => commands::completions::run(&args, command()).into(),
        Verb::Man(args) => commands::man::run(&args, command())?.into(),
        Verb::Eval(args) => commands::eval::run(&args)?,
        Verb::Label(args) => commands::label::run(&args)?.into(),
        Verb::Fit(args) => commands::fit::run(&args)?.into(),
    })
}

/// One write, and a flush whose failure is seen.
fn print(text: &str) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}
