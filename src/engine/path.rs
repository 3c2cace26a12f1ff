//! What a path says about an edit before its text is looked at: product code, a structured file, or nothing for us.

use super::edit::{Language, file_name};

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathKind {
    /// Program text that runs in production.
    Product,
    /// Kubernetes, compose, Terraform, SQL and the like: only signals that name the language speak.
    Structured,
    /// Tests, docs, styles, generated, vendored and lock files. On 512 labelled positives in Go, Rust and JVM code, none
    /// lay here.
    Vetoed,
    /// A format that is not read.
    Unknown,
}

const VETOED_FOLDERS: [&str; 34] = [
    "test",
    "tests",
    "testing",
    "spec",
    "specs",
    "__tests__",
    "__mocks__",
    "mocks",
    "testdata",
    "test_data",
    "fixtures",
    "e2e",
    "it",
    "testfixtures",
    "test-utils",
    "testutil",
    "testutils",
    "docs",
    "doc",
    "documentation",
    "node_modules",
    "vendor",
    "third_party",
    "generated",
    "dist",
    "snapshots",
    "__snapshots__",
    "bench",
    "benches",
    "benchmarks",
    "storybook",
    "stories",
    "locales",
    "i18n",
];

/// Words that end like a folder of tests and are none.
const NO_TESTS: [&str; 6] = ["latest", "contest", "contests", "fastest", "attest", "protest"];

const VETOED_NAMES: [&str; 10] =
    ["go.sum", "go.mod", "package.json", "package-lock.json", "conftest.py", "setup.py", "build.gradle", "build.sbt", "mix.exs", "gemfile"];

const VETOED_LANGUAGES: [&str; 4] = ["markdown", "css", "html", "xml"];

/// Structured files that steer tools, name packages, describe shapes or hold texts: nothing that runs in production reads them.
const VETOED_STRUCTURED: [&str; 51] = [
    "chart.yaml",
    "chart.lock",
    "pnpm-lock",
    "package",
    "composer",
    "tsconfig",
    "jsconfig",
    "cargo.toml",
    "pyproject",
    "poetry.",
    "pdm.",
    "uv.toml",
    "renovate",
    "dependabot",
    "mkdocs",
    "antora",
    "codecov",
    "netlify",
    "vercel",
    "hugo.",
    "book.toml",
    "rustfmt",
    "clippy",
    "deny.toml",
    "cliff.toml",
    "release-please",
    "lerna",
    "turbo.",
    "nx.json",
    "babel",
    "biome",
    "jest",
    "karma",
    "cypress",
    "setup.cfg",
    "tox.",
    "pytest",
    "mypy",
    "pylint",
    "flake8",
    "ruff",
    "buf.",
    "swagger",
    "openapi",
    "asyncapi",
    "manifest.json",
    "pubspec",
    "conda",
    "environment.y",
    "angular",
    "workspace",
];

/// Folders of the same kind.
const VETOED_STRUCTURED_FOLDERS: [&str; 20] = [
    "crds",
    "crd",
    "ci",
    "themes",
    "theme",
    "dashboards",
    "schemas",
    "schema",
    "openapi",
    ".vscode",
    ".idea",
    "translations",
    "lang",
    "i18n",
    "grammars",
    "changelog",
    "changelogs",
    "examples",
    "example",
    "samples",
];

/// Judges a path.
#[must_use]
pub fn kind(path: &str, language: Language) -> PathKind {
    if language == Language::UNKNOWN {
        return PathKind::Unknown;
    }
    if VETOED_LANGUAGES.contains(&language.name()) {
        return PathKind::Vetoed;
    }
    let name = file_name(path);
    let folders = &path[..path.len() - name.len()];
    if folders.split(['/', '\\']).any(is_vetoed_folder) || is_vetoed_name(name) {
        return PathKind::Vetoed;
    }
    if language.is_program() {
        return PathKind::Product;
    }
    if language.name() != "sql" && is_vetoed_structured(name, folders) { PathKind::Vetoed } else { PathKind::Structured }
}

fn is_vetoed_structured(name: &str, folders: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // `.golangci.yml`, `.eslintrc.json`: a hidden file steers a tool; an `.env` and a pipeline at the top are none.
    let is_hidden = name.starts_with('.') && ![".env", ".gitlab-ci", ".travis", ".drone"].iter().any(|n| name.starts_with(n));
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(s, _)| s);
    is_hidden
        || VETOED_STRUCTURED.iter().any(|n| name.starts_with(n))
        || ["schema", "-lock", ".lock"].iter().any(|e| stem.ends_with(e))
        || folders.split(['/', '\\']).any(|f| VETOED_STRUCTURED_FOLDERS.iter().any(|v| v.eq_ignore_ascii_case(f)))
}

fn is_vetoed_folder(folder: &str) -> bool {
    // `src/test/java`, `MyApp.Tests`, `foo-tests`, `test_utils`: the last or first part of the name decides.
    VETOED_FOLDERS.iter().any(|v| v.eq_ignore_ascii_case(folder))
        || folder
            .rsplit(['.', '-', '_'])
            .next()
            .is_some_and(|last| last.len() < folder.len() && (last.eq_ignore_ascii_case("tests") || last.eq_ignore_ascii_case("test")))
        || ((folder.ends_with("test") || folder.ends_with("tests")) && !NO_TESTS.iter().any(|w| folder.ends_with(w)))
}

fn is_vetoed_name(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(s, _)| s);
    let ends = |suffix: &str| stem.len() >= suffix.len() && stem.is_char_boundary(stem.len() - suffix.len()) && &stem[stem.len() - suffix.len()..] == suffix;
    let starts = |prefix: &str| stem.starts_with(prefix);
    VETOED_NAMES.iter().any(|v| v.eq_ignore_ascii_case(name))
        || starts("test_")
        || [
            "_test",
            ".test",
            "_tests",
            ".spec",
            "_spec",
            "-test",
            "-spec",
            "Test",
            "Tests",
            "Spec",
            "IT",
            "TestCase",
            ".stories",
            ".min",
            ".d",
            ".pb",
            "_pb2",
            "_pb2_grpc",
            "_grpc.pb",
            ".g",
            ".generated",
            "_generated",
            ".gen",
            "_mock",
            ".designer",
        ]
        .iter()
        .any(|s| ends(s))
        || starts("zz_generated")
        || starts("mock_")
}

/// Whether a path is of a user interface: realtime hooks live there, and so do most words that only sound distributed.
#[must_use]
pub fn is_front_end(path: &str) -> bool {
    let name = file_name(path);
    name.ends_with(".tsx")
        || name.ends_with(".jsx")
        || name.ends_with(".vue")
        || name.ends_with(".svelte")
        || path.contains("/components/")
        || path.contains("/ui/")
}
