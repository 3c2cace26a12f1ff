//! `distarch init`: a project's settings, commented, and a folder for its own signals.

use crate::config;
use crate::error::{Error, Kind};
use std::fmt::Write as _;
use std::path::PathBuf;

/// `distarch init [DIR]`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The project; the current folder unless told.
    pub dir: Option<PathBuf>,
    /// Overwrite settings that are there.
    #[arg(long)]
    pub force: bool,
}

/// The settings as they are written: every key with its default and why.
pub const CONFIG: &str = include_str!("../../templates/config.yaml");
/// What stands in the folder for signals.
pub const SIGNALS: &str = include_str!("../../templates/signals.md");

/// Writes `.dist-architect/`.
///
/// # Errors
/// When settings are there already, or something cannot be written.
pub fn run(args: &Args) -> anyhow::Result<String> {
    let dir = args.dir.clone().unwrap_or_else(|| PathBuf::from("."));
    if !dir.is_dir() {
        return Err(Error::new(Kind::File, dir.display(), "no such folder").hint("name the project's folder").into());
    }
    let folder = args.dir.as_deref().map_or_else(|| PathBuf::from(config::FOLDER), |dir| dir.join(config::FOLDER));
    let file = folder.join("config.yaml");
    let is_there = file.exists();
    if is_there && !args.force {
        return Err(Error::new(Kind::File, file.display(), "is there already").hint("--force overwrites it with the defaults").into());
    }
    let signals = folder.join("signals");
    std::fs::create_dir_all(&signals).map_err(|e| Error::file(&signals, &e))?;
    let mut out = String::new();
    let mut write = |path: PathBuf, text: &str, what: &str| -> Result<(), Error> {
        std::fs::write(&path, text).map_err(|e| Error::file(&path, &e))?;
        let _ = writeln!(out, "{what} {}", path.display());
        Ok(())
    };
    write(file, CONFIG, if is_there { "overwrote" } else { "wrote" })?;
    let readme = signals.join("README.md");
    if !readme.exists() {
        write(readme, SIGNALS, "wrote")?;
    }
    out.push_str(
        "Commit the folder, so that it holds for all who work on the project. `distarch lint` judges it, `distarch doctor` tells whether the hook fires.\n",
    );
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn the_settings_as_written_are_the_defaults_and_name_every_key() {
        assert_eq!(Config::parse(CONFIG).as_ref(), Ok(&Config::default()));
        let keys = serde_json::to_value(Config::default()).expect("plain values");
        for key in keys.as_object().expect("a mapping").keys() {
            assert!(CONFIG.lines().any(|l| l.starts_with(&format!("{key}:"))), "{key} is missing from templates/config.yaml");
        }
    }

    #[test]
    fn the_signal_shown_as_an_example_is_a_good_one() {
        let yaml = SIGNALS.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a fenced example");
        let dir = tempfile::tempdir().expect("a folder");
        let signals = dir.path().join(config::FOLDER).join("signals");
        std::fs::create_dir_all(&signals).expect("made");
        std::fs::write(signals.join("our-outbox.yaml"), yaml).expect("written");
        let root = dir.path().join(config::FOLDER);
        let judgement = crate::commands::lint::judge(&root, &root);
        assert_eq!((judgement.problems, judgement.seen.as_str()), (Vec::new(), "1 signal"));
    }
}
