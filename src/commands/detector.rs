//! `distarch detector`: the questions as a page of instructions, for agents whose client runs no hooks.
//!
//! In a file it is a block between two marks. The text around the block tells how the place looked before, so that taking the block out
//! gives the same bytes: a file that ends with a line end keeps ending with one, and one that does not, does not.

use super::file::Place;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// `distarch detector --print | --install FILE | --uninstall FILE`.
#[derive(clap::Args, Debug)]
#[group(required = true, multiple = false)]
pub struct Args {
    /// Print it.
    #[arg(long)]
    pub print: bool,
    /// Put it into a file that the agent reads, or bring it up to date there.
    #[arg(long, value_name = "FILE")]
    pub install: Option<PathBuf>,
    /// Take it out of a file.
    #[arg(long, value_name = "FILE")]
    pub uninstall: Option<PathBuf>,
}

/// The page.
pub const PAGE: &str = include_str!("../../detector.md");

const BEGIN: &str = "<!-- distarch detector: begin -->";
const END: &str = "<!-- distarch detector: end -->";

/// Prints, installs or removes the page.
///
/// # Errors
/// When the file cannot be read or written, or one of its marks stands alone.
pub fn run(args: &Args) -> anyhow::Result<String> {
    let (path, edit): (&Path, Edit) = match (&args.install, &args.uninstall) {
        (Some(path), _) => (path, put_in),
        (_, Some(path)) => (path, take_out),
        _ => return Ok(PAGE.to_owned()),
    };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let place = Place::within(folder, path.to_path_buf(), "name the file itself")?;
    let before = place.read()?;
    let after = edit(before.as_deref()).map_err(|(line, what)| place.slip(line, 1, what).hint("nothing is written; mend the marks first"))?;
    if after == before {
        return Ok(format!("{}: nothing to do\n", place.shown()));
    }
    Ok(place.change(before.as_deref(), after.as_deref())?)
}

/// 1-based line, and what is wrong there.
type Slip = (usize, &'static str);
/// A text to what it becomes; `None` is a file that is not there.
type Edit = fn(Option<&str>) -> Result<Option<String>, Slip>;

/// Where the block stands: from its first mark to the end of its second, with what follows on that line.
fn block(text: &str) -> Result<Option<Range<usize>>, Slip> {
    let marks = |mark: &str| text.match_indices(mark).map(|(at, _)| at).collect::<Vec<_>>();
    let line = |at: usize| text[..at].matches('\n').count() + 1;
    match (marks(BEGIN).as_slice(), marks(END).as_slice()) {
        ([], []) => Ok(None),
        ([begin], [end]) if begin < end => Ok(Some(*begin..end + END.len())),
        ([begin], []) => Err((line(*begin), "the block begins here and does not end")),
        ([], [end]) => Err((line(*end), "a block ends here that did not begin")),
        ([_, again, ..], _) => Err((line(*again), "the block begins here a second time")),
        (_, [end, ..]) => Err((line(*end), "the block ends here out of order")),
    }
}

fn put_in(text: Option<&str>) -> Result<Option<String>, Slip> {
    let content = text.unwrap_or_default();
    let end = if content.contains("\r\n") { "\r\n" } else { "\n" };
    let block_text = format!("{BEGIN}\n{PAGE}{END}").replace('\n', end);
    if let Some(at) = block(content)? {
        return Ok(Some(format!("{}{block_text}{}", &content[..at.start], &content[at.end..])));
    }
    Ok(Some(match text {
        None => format!("{block_text}{end}"),
        Some("") => block_text,
        Some(text) if text.ends_with('\n') => format!("{text}{end}{block_text}{end}"),
        Some(text) => format!("{text}{end}{end}{block_text}"),
    }))
}

fn take_out(text: Option<&str>) -> Result<Option<String>, Slip> {
    let Some(text) = text else { return Ok(None) };
    let Some(at) = block(text)? else { return Ok(Some(text.to_owned())) };
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let (mut before, mut behind) = (&text[..at.start], &text[at.end..]);
    let ends_its_line = behind.starts_with(end);
    behind = behind.strip_prefix(end).unwrap_or(behind);
    for _ in 0..if ends_its_line { 1 } else { 2 } {
        before = before.strip_suffix(end).unwrap_or(before);
    }
    let rest = format!("{before}{behind}");
    Ok(if rest.is_empty() && ends_its_line { None } else { Some(rest) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_short_and_names_what_is_there() {
        assert!(PAGE.lines().count() <= 30 && PAGE.lines().all(|l| l.chars().count() <= 150), "{} lines", PAGE.lines().count());
        for module in crate::knowledge::schema::MODULES {
            assert!(PAGE.contains(&format!("`{module}`")) || PAGE.contains(&format!("explain {module}")), "{module}");
        }
        assert!(!PAGE.contains(BEGIN) && !PAGE.contains(END));
    }

    #[test]
    fn what_was_put_in_goes_byte_for_byte() {
        for text in [None, Some(""), Some("\n"), Some("# Rules\n"), Some("# Rules"), Some("a\n\n\n"), Some("a\r\nb\r\n"), Some("a\r\nb"), Some("\u{fc}")] {
            let with = put_in(text).expect("no slip").expect("a text");
            assert!(with.starts_with(text.unwrap_or_default()), "{with:?}");
            assert_eq!(put_in(Some(&with)), Ok(Some(with.clone())), "twice is once");
            assert_eq!(take_out(Some(&with)), Ok(text.map(str::to_owned)), "{text:?}");
            assert_eq!(with.contains("\r\n"), text.is_some_and(|t| t.contains("\r\n")));
        }
    }

    #[test]
    fn what_stands_around_stays_and_an_older_page_is_brought_up_to_date() {
        let old = format!("# Rules\n\n{BEGIN}\nan older page\n{END}\n\n## More\n");
        let new = put_in(Some(&old)).expect("no slip").expect("a text");
        assert_eq!(new, format!("# Rules\n\n{BEGIN}\n{PAGE}{END}\n\n## More\n"));
        assert_eq!(take_out(Some(&new)), Ok(Some("# Rules\n\n## More\n".to_owned())));
        assert_eq!(take_out(Some("# Rules\n")), Ok(Some("# Rules\n".to_owned())));
        assert_eq!(take_out(None), Ok(None));
    }

    #[test]
    fn a_mark_that_stands_alone_is_told_with_its_line() {
        for (text, line) in
            [(format!("a\n{BEGIN}\n"), 2), (format!("a\nb\n{END}\n"), 3), (format!("{BEGIN}\n{END}\n{BEGIN}\n"), 3), (format!("{END}\n{BEGIN}\n"), 1)]
        {
            for edit in [put_in, take_out] {
                assert_eq!(edit(Some(&text)).expect_err(&text).0, line, "{text}");
            }
        }
    }
}
