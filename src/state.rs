//! The state folder: sessions, the journal, compiled project settings. Files are 0600, and no link is followed into or out of it.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};

/// Where state is kept: the client's folder for the plugin, else `distarch` in the user's state folder.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    if let Some(data) = std::env::var_os("CLAUDE_PLUGIN_DATA").filter(|d| !d.is_empty()) {
        return Some(PathBuf::from(data));
    }
    user_folder()
}

/// `distarch` in the user's own state folder.
#[must_use]
pub fn user_folder() -> Option<PathBuf> {
    if let Some(state) = std::env::var_os("XDG_STATE_HOME").filter(|d| !d.is_empty()) {
        return Some(PathBuf::from(state).join("distarch"));
    }
    use etcetera::BaseStrategy;
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.state_dir().unwrap_or_else(|| base.data_dir()).join("distarch"))
}

/// Opens a file for reading and appending, and makes it (0600) and its folder (0700) where they are not there.
///
/// # Errors
/// When the file or its folder is a symbolic link, or cannot be made.
pub fn open_append(path: &Path) -> Result<File> {
    let folder = path.parent().ok_or_else(|| Error::from(ErrorKind::InvalidInput))?;
    // Before the file is opened: through a link, opening would make a file where somebody else points.
    match std::fs::symlink_metadata(folder) {
        Ok(found) if found.is_symlink() => return Err(Error::other("the state folder is a symbolic link")),
        Ok(_) => {}
        Err(e) if e.kind() == ErrorKind::NotFound => make_folder(folder)?,
        Err(e) => return Err(e),
    }
    options().open(path)
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC);
    }
    options
}

/// Makes a folder that only the user can enter.
///
/// # Errors
/// When it cannot be made.
pub fn make_folder(folder: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}
