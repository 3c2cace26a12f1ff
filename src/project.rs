//! The project's files as the commands see them.

use std::io::Read;
use std::path::Path;

/// Bytes of a file that are read at most.
const FILE_LIMIT: u64 = 4 << 20;

/// A file's text; `None` where it cannot be read. Bytes that are no UTF-8 are replaced.
#[must_use]
pub fn read_file(path: &str) -> Option<String> {
    let bytes = read_bytes(Path::new(path))?;
    Some(String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}

/// The first bytes of a file; `None` where it cannot be read. To open a pipe would wait for its writer, so it is looked at first.
#[must_use]
pub fn read_bytes(path: &Path) -> Option<Vec<u8>> {
    let length = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?.len();
    let mut bytes = Vec::with_capacity(usize::try_from(length.min(FILE_LIMIT)).unwrap_or(0));
    std::fs::File::open(path).ok()?.take(FILE_LIMIT).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// A path as the project knows it: relative to the first of the folders that it lies in, with `/` between; else as it is.
#[must_use]
pub fn relative(path: &str, root: Option<&Path>, project_dir: Option<&Path>) -> String {
    let file = Path::new(path);
    let inside = [project_dir, root].into_iter().flatten().find_map(|folder| file.strip_prefix(folder).ok());
    let path = inside.map_or_else(|| path.into(), Path::to_string_lossy);
    if std::path::MAIN_SEPARATOR == '\\' { path.replace('\\', "/") } else { path.into_owned() }
}
