//! The project's files as the commands see them.

use std::io::Read;
use std::path::Path;

/// Bytes of a file that are read at most.
const FILE_LIMIT: u64 = 4 << 20;

/// A file's text; `None` where it cannot be read. Bytes that are no UTF-8 are replaced.
#[must_use]
pub fn read_file(path: &str) -> Option<String> {
    let file = std::fs::File::open(path).ok()?;
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    file.take(FILE_LIMIT).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}

/// A path as the project knows it: relative to the first of the folders that it lies in, with `/` between; else as it is.
#[must_use]
pub fn relative(path: &str, root: Option<&Path>, project_dir: Option<&Path>) -> String {
    let file = Path::new(path);
    let inside = [project_dir, root].into_iter().flatten().find_map(|folder| file.strip_prefix(folder).ok());
    let path = inside.map_or_else(|| path.into(), Path::to_string_lossy);
    if std::path::MAIN_SEPARATOR == '\\' { path.replace('\\', "/") } else { path.into_owned() }
}
