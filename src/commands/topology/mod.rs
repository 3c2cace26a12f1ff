//! `distarch topology`: the file that says what the system is made of, and what follows from it.

pub mod analyze;
mod asked;
pub mod blast_radius;
pub mod check;
mod code;
pub mod compare;
pub mod delete;
pub mod draw;
pub mod drift;
pub mod fmt;
pub(super) mod history;
pub mod import;
pub mod init;
pub mod path;
pub mod schema;
pub mod simulate;
pub mod upstream;

use super::Answer;
use crate::config::{self, Config};
use crate::error::{Error, Kind};
use crate::text::plain;
use crate::topology::model::Topology;
use crate::topology::read::{self, Problem};
use std::path::{Path, PathBuf};

pub use crate::config::topology::FILE;

/// `distarch topology VERB`.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
    /// The topology file; else .dist-architect/topology.yaml of this folder or the nearest above.
    #[arg(long, global = true, value_name = "FILE")]
    topology: Option<PathBuf>,
}

#[derive(clap::Subcommand, Debug)]
enum Verb {
    /// Judge the file: unknown keys, wrong values, dangling names, contradictions; exit code 1 when something has to be mended
    #[command(after_help = "Examples:
  distarch topology check
  distarch topology check --topology docs/topology.yaml
  distarch topology check --format json | jq '.problems[].line'")]
    Check(check::Args),
    /// Bring the file into its normal form: two spaces a level, counts by their names; comments and order stay
    #[command(after_help = "Examples:
  distarch topology fmt
  distarch topology fmt --check        for CI: exit code 1 when something would change")]
    Fmt(fmt::Args),
    /// Write a file to begin with: a commented template, what manifests declare, or what the code does
    #[command(after_help = "Examples:
  distarch topology init
  distarch topology init --from code            components, calls and channels of this folder, with the lines that prove them
  distarch topology init --from compose.yaml deploy/
  distarch topology init --topology docs/topology.yaml")]
    Init(init::Args),
    /// Write a topology from what is deployed, described or traced; each fact with its file and line
    ///
    /// Reads docker-compose (layers, .env), Kubernetes and rendered Helm, Istio, Envoy, Backstage, AsyncAPI, dependencies and traces of
    /// Jaeger and Zipkin, traces of OpenTelemetry, and spans as CSV. Several sources become one topology. What they do not say is told, and nothing is made up.
    #[command(after_help = "Examples:
  distarch topology import compose.yaml compose.prod.yaml --env-file .env
  distarch topology import k8s/ --output .dist-architect/topology.yaml
  helm template chart | distarch topology import -
  distarch topology import k8s/ dependencies.json --format json | jq '.notes[].text'")]
    Import(import::Args),
    /// Compare the file with what is deployed, was traced, or stands in the code; exit code 1 when something differs
    ///
    /// A target without any record in traces is told as not instrumented or dead, never as dead. Names are matched by aliases, addresses
    /// in a cluster and common endings; names under `ignore` are left out. What the file lacks is suggested as YAML.
    #[command(after_help = "Examples:
  distarch topology drift --against k8s/
  distarch topology drift --against code
  distarch topology drift --against dependencies.json --format markdown
  gzip -dc spans.csv.gz | distarch topology drift --against -
  distarch topology drift --against k8s/ dependencies.json --format json | jq -r .suggestion")]
    Drift(drift::Args),
    /// Print the JSON Schema of the file, for editors
    #[command(after_help = "Examples:
  distarch topology schema > topology.schema.json

In the file's first line, for editors that complete YAML by a schema:
  # yaml-language-server: $schema=topology.schema.json")]
    Schema(schema::Args),
    /// Draw the system: as Mermaid for a README, for Graphviz, as a still picture, or as a page to explore
    #[command(after_help = "Examples:
  distarch topology draw >> README.md
  distarch topology draw --output topology.html
  distarch topology draw --format svg --focus checkout > checkout.svg")]
    Draw(draw::Args),
    /// Tell what follows from the file: single points of failure, tries that multiply, budgets that do not hold, and more
    ///
    /// Exit code 1 when what is declared cannot hold. What the file does not say is told as unknown.
    #[command(after_help = "Examples:
  distarch topology analyze
  distarch topology analyze --only retry-amplification --only timeout-budget
  distarch topology analyze --format markdown > review.md
  distarch topology analyze --format json | jq '.analyses[] | select(.insights != []) | .id'")]
    Analyze(analyze::Args),
    /// Compare options with what holds today: what each changes, what gets worse and better, in computed figures
    ///
    /// Exit code 1 when an option declares what cannot hold, and the base does not.
    #[command(after_help = "Examples:
  distarch topology compare .dist-architect/topology.yaml with-cache.yaml with-queue.yaml
  distarch topology compare today.yaml option.yaml --format markdown
  distarch topology compare today.yaml option.yaml --format json | jq '.options[].delta.worse[].says'")]
    Compare(compare::Args),
    /// Tell what is lost with a component, and what goes on with less
    #[command(after_help = "Examples:
  distarch topology blast-radius orders-db
  distarch topology blast-radius orders-db cache --format json | jq .share")]
    BlastRadius(blast_radius::Args),
    /// Take a component away, in thought: who calls it, what becomes of them, what takes over, how many users, who notices
    #[command(after_help = "Examples:
  distarch topology delete payment
  distarch topology delete payment --format markdown")]
    Delete(delete::Args),
    /// Tell who reaches a component, the nearest first
    #[command(after_help = "Examples:
  distarch topology upstream orders-db
  distarch topology upstream orders-db --format json | jq '.upstream[] | select(.entry) | .component'")]
    Upstream(upstream::Args),
    /// Tell the ways from one component to another, the shortest first, with what waits and tries along each
    #[command(after_help = "Examples:
  distarch topology path web orders-db
  distarch topology path web orders-db --most 3 --format json | jq '.paths[0].attempts'")]
    Path(path::Args),
    /// Let an event happen and walk tick by tick over the declared states: who reacts, and does it go round
    ///
    /// Exit code 1 when a later tick recreates an earlier one.
    #[command(after_help = "Examples:
  distarch topology simulate --event job-done
  distarch topology simulate --event load-high --state pool=cold --ticks 40")]
    Simulate(simulate::Args),
}

/// Does what was asked for.
///
/// # Errors
/// What cannot be read, with its place and a hint.
pub fn run(args: &Args) -> anyhow::Result<Answer> {
    let file = args.topology.as_deref();
    match &args.verb {
        Verb::Check(args) => check::run(args, file),
        Verb::Fmt(args) => fmt::run(args, file),
        Verb::Init(args) => init::run(args, file),
        Verb::Drift(args) => drift::run(args, file),
        Verb::Import(args) => import::run(args),
        Verb::Schema(args) => schema::run(args),
        Verb::Draw(args) => draw::run(args, file),
        Verb::Analyze(args) => analyze::run(args, file),
        Verb::Compare(args) => compare::run(args, file),
        Verb::BlastRadius(args) => blast_radius::run(args, file),
        Verb::Delete(args) => delete::run(args, file),
        Verb::Upstream(args) => upstream::run(args, file),
        Verb::Path(args) => path::run(args, file),
        Verb::Simulate(args) => simulate::run(args, file),
    }
}

/// A topology file as it was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What it says.
    pub topology: Topology,
    /// Where it lies, as short as the user would name it.
    pub file: PathBuf,
    /// Its text.
    pub text: String,
    /// What is odd about it.
    pub problems: Vec<Problem>,
}

/// Reads the project's topology: the file that is named, else the one of this folder or the nearest above.
///
/// # Errors
/// When there is none, or it cannot be read as a topology.
pub fn load(path: Option<&Path>) -> anyhow::Result<Loaded> {
    let file = place(path)?;
    let text = std::fs::read_to_string(&file).map_err(|e| Error::file(&file, &e))?;
    let reading = read::topology(&text, &file.display().to_string())
        .map_err(|p| Error::new(Kind::Input, format_args!("{}:{}:{}", file.display(), p.place.line, p.place.column), plain(&p.what)).hint(p.hint))?;
    Ok(Loaded { topology: reading.topology, file, text, problems: reading.problems })
}

/// The file that is named, else the one of this folder or the nearest above.
///
/// # Errors
/// When there is none.
pub fn place(path: Option<&Path>) -> Result<PathBuf, Error> {
    if let Some(path) = path {
        return Ok(path.to_path_buf());
    }
    let here = std::env::current_dir().map_err(|e| Error::file(Path::new("."), &e))?;
    let found = find(&here);
    let found = found.ok_or_else(|| {
        Error::new(Kind::File, here.display(), format!("there is no {FILE} here or above"))
            .hint("`distarch topology init` writes one; --topology FILE names another")
    })?;
    Ok(found.strip_prefix(&here).map(Path::to_path_buf).unwrap_or(found))
}

/// The topology file of a folder or the nearest above: where the project keeps its settings there, the one that they name.
#[must_use]
pub fn find(here: &Path) -> Option<PathBuf> {
    here.ancestors().find_map(|folder| {
        let settings = std::fs::read_to_string(folder.join(config::FOLDER).join("config.yaml")).ok().and_then(|text| Config::parse(&text).ok());
        let named = settings.map_or_else(|| FILE.to_owned(), |s| s.topology);
        Some(folder.join(named)).filter(|f| f.is_file())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_file_above_counts() {
        let dir = tempfile::tempdir().expect("a folder");
        let inner = dir.path().join("services/orders");
        std::fs::create_dir_all(&inner).expect("made");
        let put = |folder: &Path| {
            std::fs::create_dir_all(folder.join(".dist-architect")).expect("made");
            std::fs::write(folder.join(FILE), "components: [{name: a}]\n").expect("written");
        };
        put(dir.path());
        assert_eq!(find(&inner), Some(dir.path().join(FILE)));
        put(&dir.path().join("services"));
        assert_eq!(find(&inner), Some(dir.path().join("services").join(FILE)));
        std::fs::write(dir.path().join("services/.dist-architect/config.yaml"), "topology: ../docs/system.yaml\n").expect("written");
        assert_eq!(find(&inner), Some(dir.path().join(FILE)), "what is named there is not there");
        std::fs::write(dir.path().join("services/.dist-architect/config.yaml"), "topology: system.yaml\n").expect("written");
        std::fs::write(dir.path().join("services/system.yaml"), "components: [{name: a}]\n").expect("written");
        assert_eq!(find(&inner), Some(dir.path().join("services/system.yaml")));
        assert_eq!(load(Some(&dir.path().join(FILE))).expect("reads").topology.components.len(), 1);
    }
}
