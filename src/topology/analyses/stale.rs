//! Commits that touched what the topology speaks of, later than the topology itself. The facts come from outside: nothing here asks a
//! repository.

use super::wording::of;
use super::{Analysis, Figure, Found, Insight, Severity, Study};
use crate::topology::model::Source;

pub(super) const ANALYSIS: Analysis = Analysis { id: "stale", title: "What changed since the file did", find };

/// Commits from which on somebody should look.
const MANY: usize = 10;
/// Commits that are named.
const NAMED: usize = 10;

/// Whether a file says what runs, how many, or who talks to whom.
#[must_use]
pub fn is_relevant(path: &str) -> bool {
    const NAMES: [&str; 11] =
        ["compose", "docker-compose", "dockerfile", "procfile", "chart", "values", "kustomization", "catalog-info", "asyncapi", "skaffold", "istio"];
    const FOLDERS: [&str; 10] =
        ["k8s", "kubernetes", "kubernetes-manifests", "manifests", "deploy", "deployment", "deployments", "helm", "charts", "terraform"];
    let lower = path.to_ascii_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let (stem, extension) = name.split_once('.').map_or((name, ""), |(s, _)| (s, name.rsplit('.').next().unwrap_or("")));
    let is_manifest = matches!(extension, "yaml" | "yml" | "json" | "tpl" | "hcl");
    match extension {
        "proto" | "tf" | "graphql" | "avsc" | "thrift" => true,
        "env" => true,
        _ if NAMES.iter().any(|n| stem == *n || stem.strip_prefix(n).is_some_and(|rest| rest.starts_with('-'))) => extension.is_empty() || is_manifest,
        _ => is_manifest && folders.split('/').any(|f| FOLDERS.contains(&f)),
    }
}

fn find(study: &Study<'_>) -> Found {
    let Some(history) = study.history else {
        return Found { insights: Vec::new(), unknown: vec!["which commits came after the last change of the file".to_owned()] };
    };
    let contracts: Vec<&str> = study.graph.topology.relationships.iter().filter_map(|r| r.contract.as_deref()).collect();
    let speaks = |path: &String| is_relevant(path) || contracts.contains(&path.as_str());
    let commits: Vec<(&super::Commit, Vec<&String>)> =
        history.since.iter().map(|c| (c, c.files.iter().filter(|f| speaks(f)).collect::<Vec<_>>())).filter(|(_, files)| !files.is_empty()).collect();
    let mut found = Found::default();
    if commits.is_empty() {
        return found;
    }
    let mut files: Vec<&str> = commits.iter().flat_map(|(_, f)| f.iter().map(|p| p.as_str())).collect();
    files.sort_unstable();
    files.dedup();
    let last = commits.last().map_or(String::new(), |(c, _)| format!("; the last is {} {:?}", c.id, c.subject));
    let says = format!(
        "{} since {} changed touched {}{last}",
        of(commits.len(), "commit", "commits"),
        history.file,
        super::wording::list(files.iter().copied(), files.len())
    );
    let severity = if commits.len() >= MANY { Severity::Warn } else { Severity::Info };
    let mut insight = Insight::new(severity, Vec::new(), says)
        .figure("commits", commits.len())
        .figure("files", files.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>())
        .figure("latest", Figure::List(commits.iter().rev().take(NAMED).map(|(c, _)| format!("{} {}", c.id, c.subject)).collect()));
    insight.sources = vec![Source { file: history.file.clone(), ..Source::default() }];
    found.insights.push(insight);
    found
}

#[cfg(test)]
mod tests {
    use super::is_relevant;

    #[test]
    fn manifests_and_contracts_say_what_runs() {
        for path in [
            "compose.yaml",
            "docker-compose.override.yml",
            "k8s/orders.yaml",
            "deploy/helm/values-prod.yaml",
            "Dockerfile",
            "api/orders.proto",
            "infra/main.tf",
            ".env",
        ] {
            assert!(is_relevant(path), "{path}");
        }
        for path in ["src/compose.rs", "values.rs", "README.md", "k8s/notes.md", "package.json", "src/chart.ts"] {
            assert!(!is_relevant(path), "{path}");
        }
    }
}
