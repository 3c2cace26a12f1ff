//! A file of the user's that is changed in part: where it really lies, and how it is replaced.

use crate::error::{Error, Kind};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A file of the user's.
pub(super) struct Place {
    /// As the user knows it.
    named: PathBuf,
    /// Where it really lies: the same, unless a link leads to it.
    real: PathBuf,
}

impl Place {
    /// The file of a name, within a folder.
    ///
    /// # Errors
    /// When a link on the way to it leads out of the folder: what lies there is not ours to write. `hint` says what helps.
    pub(super) fn within(base: &Path, named: PathBuf, hint: impl Into<String>) -> Result<Self, Error> {
        let real = resolved(&named)?;
        let base = resolved(base)?;
        if !real.starts_with(&base) {
            return Err(Error::new(Kind::File, named.display(), format!("leads to {}, out of {}", real.display(), base.display())).hint(hint));
        }
        Ok(Self { named, real })
    }

    /// Its name, and where it leads.
    pub(super) fn shown(&self) -> String {
        match fs::symlink_metadata(&self.named) {
            Ok(meta) if meta.is_symlink() => format!("{} -> {}", self.named.display(), self.real.display()),
            _ => self.named.display().to_string(),
        }
    }

    /// Whether both lie in the same place.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.real == other.real
    }

    /// A file in the same folder.
    pub(super) fn beside(&self, name: &str) -> Option<PathBuf> {
        Some(self.real.parent()?.join(name))
    }

    /// Its text; `None` where there is no such file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn read(&self) -> Result<Option<String>, Error> {
        let bytes = match fs::symlink_metadata(&self.real) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Ok(meta) if !meta.is_file() => return Err(Error::new(Kind::File, self.named.display(), "is no file")),
            _ => fs::read(&self.real).map_err(|e| Error::file(&self.named, &e))?,
        };
        String::from_utf8(bytes)
            .map(Some)
            .map_err(|e| Error::new(Kind::Input, self.named.display(), format!("no UTF-8 from byte {} on", e.utf8_error().valid_up_to() + 1)))
    }

    /// A slip in its text, at a line and column.
    pub(super) fn slip(&self, line: usize, column: usize, what: &str) -> Error {
        Error::new(Kind::Input, format!("{}:{line}:{column}", self.named.display()), what)
    }

    /// Replaces its text or removes it, and says so.
    ///
    /// # Errors
    /// As [`Self::replace`].
    pub(super) fn change(&self, before: Option<&str>, after: Option<&str>) -> Result<String, Error> {
        self.replace(before, after)?;
        let did = match (before, after) {
            (None, _) => "wrote",
            (_, None) => "removed, for nothing else was in it:",
            _ => "changed",
        };
        Ok(format!("{did} {}\n", self.shown()))
    }

    /// Puts another text in its place, or removes it: all or nothing, with its permissions kept.
    ///
    /// # Errors
    /// When that fails, or somebody else has written it meanwhile.
    pub(super) fn replace(&self, before: Option<&str>, after: Option<&str>) -> Result<(), Error> {
        let wrong = |e: std::io::Error| Error::file(&self.named, &e);
        let Some(after) = after else {
            self.is_writable()?;
            self.is_still(before)?;
            return fs::remove_file(&self.real).map_err(wrong);
        };
        self.is_writable()?;
        let folder = self.real.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(wrong)?;
        let name = self.real.file_name().unwrap_or_default().to_string_lossy();
        let fresh = folder.join(format!(".{name}.{}.distarch", std::process::id()));
        let written = (|| {
            // Not into a file that somebody has put there.
            let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&fresh).map_err(wrong)?;
            file.write_all(after.as_bytes()).map_err(wrong)?;
            if let Ok(meta) = fs::metadata(&self.real) {
                file.set_permissions(meta.permissions()).map_err(wrong)?;
            }
            file.sync_all().map_err(wrong)?;
            self.is_still(before)?;
            fs::rename(&fresh, &self.real).map_err(wrong)
        })();
        if written.is_err() {
            let _ = fs::remove_file(&fresh);
        }
        written
    }

    /// The folder alone decides whether a file can be replaced; whoever has made the file read-only means the file.
    fn is_writable(&self) -> Result<(), Error> {
        let Ok(meta) = fs::metadata(&self.real) else { return Ok(()) };
        let opens = || fs::OpenOptions::new().append(true).open(&self.real).is_ok();
        if !meta.permissions().readonly() && opens() {
            return Ok(());
        }
        Err(Error::new(Kind::File, self.named.display(), "is read-only").hint("nothing is written; make it writable first"))
    }

    /// The client writes its settings too.
    fn is_still(&self, before: Option<&str>) -> Result<(), Error> {
        if self.read()?.as_deref() == before {
            return Ok(());
        }
        Err(Error::new(Kind::File, self.named.display(), "was changed meanwhile").hint("nothing is written; run it again"))
    }
}

/// A path without links: as far as it exists, and the rest by name.
fn resolved(path: &Path) -> Result<PathBuf, Error> {
    if let Ok(real) = fs::canonicalize(path) {
        return Ok(real);
    }
    if fs::symlink_metadata(path).is_ok() {
        return Err(Error::new(Kind::File, path.display(), "is a link that leads nowhere"));
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => Ok(resolved(if parent.as_os_str().is_empty() { Path::new(".") } else { parent })?.join(name)),
        _ => Ok(path.to_path_buf()),
    }
}
