//! Pages for a terminal. Colours are written always; whoever prints takes them away where they are not wanted.

use super::{Block, Page, Section, Table};
use crate::text::plain;
use anstyle::{Effects, Style};
use std::fmt::Write as _;

const BOLD: Style = Style::new().effects(Effects::BOLD);
const DIM: Style = Style::new().effects(Effects::DIMMED);

/// Writes a page. What came from elsewhere loses its control characters here.
#[must_use]
pub fn render(page: &Page) -> String {
    format!("{BOLD}{}{BOLD:#}\n{}", plain(&page.title), sections(&page.sections))
}

/// Writes parts of a page.
#[must_use]
pub fn sections(sections: &[Section]) -> String {
    let mut out = String::new();
    for section in sections {
        let _ = writeln!(out, "\n{BOLD}{}{BOLD:#}", plain(&section.title));
        for (i, block) in section.blocks.iter().enumerate() {
            if i > 0 && matches!(block, Block::Table(_)) {
                out.push('\n');
            }
            match block {
                Block::Fact(line) => {
                    let _ = writeln!(out, "  {}", plain(line));
                }
                Block::Table(table) => write_table(&mut out, table),
                Block::Quote(text) => {
                    for line in text.lines() {
                        let _ = writeln!(out, "  {DIM}|{DIM:#} {}", plain(line));
                    }
                    out.push('\n');
                }
            }
        }
    }
    out
}

fn write_table(out: &mut String, table: &Table) {
    let rows: Vec<Vec<String>> = table.rows.iter().map(|r| r.iter().map(|c| plain(c)).collect()).collect();
    let columns = table.head.len();
    let width: Vec<usize> = (0..columns)
        .map(|i| rows.iter().filter_map(|r| r.get(i)).map(|c| c.chars().count()).chain([table.head[i].chars().count()]).max().unwrap_or(0))
        .collect();
    let numeric: Vec<bool> = (0..columns).map(|i| table.is_numeric(i)).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut line = String::from("  ");
        for (i, cell) in cells.enumerate() {
            if i > 0 {
                line.push_str("  ");
            }
            if numeric[i] {
                let _ = write!(line, "{cell:>w$}", w = width[i]);
            } else {
                let _ = write!(line, "{cell:<w$}", w = width[i]);
            }
        }
        line.truncate(line.trim_end().len());
        line
    };
    let head: Vec<String> = table.head.iter().map(|h| plain(h)).collect();
    let _ = writeln!(out, "{DIM}{}{DIM:#}", line(&mut head.iter().map(String::as_str)));
    for row in &rows {
        let _ = writeln!(out, "{}", line(&mut row.iter().map(String::as_str)));
    }
    if table.more > 0 {
        let _ = writeln!(out, "  {DIM}and {} more{DIM:#}", table.more);
    }
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::render::{Block, Page, Section, Table};

    #[test]
    fn columns_stand_under_their_heads_and_nothing_foreign_moves_the_cursor() {
        let table = Table::new(
            &["file", "n"],
            [vec!["a\u{1b}[2Jb".to_owned(), "7".to_owned()], vec!["long".to_owned(), "12".to_owned()], vec!["x".to_owned(), "1".to_owned()]],
            2,
        );
        let page = Page {
            title: "t\r".to_owned(),
            sections: vec![Section { title: "s".to_owned(), blocks: vec![Block::Table(table), Block::Quote("q\u{202e}1\nq2".to_owned())] }],
        };
        let text = anstream::adapter::strip_str(&render(&page)).to_string();
        assert_eq!(
            text,
            "t\n\ns\n  file   n\n  a[2Jb  7\n  long  12\n  and 1 more\n  | q1\n  | q2\n\n"
                .replace("  file   n\n  a[2Jb  7\n  long  12", "  file    n\n  a[2Jb   7\n  long   12")
        );
    }
}
