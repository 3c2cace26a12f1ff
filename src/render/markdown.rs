//! Pages for an issue or a pull request.

use super::{Block, Page, Table};
use crate::text::plain;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Writes a page.
#[must_use]
pub fn render(page: &Page) -> String {
    let mut out = format!("# {}\n", escape(&page.title));
    for section in &page.sections {
        let _ = writeln!(out, "\n## {}\n", escape(&section.title));
        for block in &section.blocks {
            match block {
                Block::Fact(line) => {
                    let _ = writeln!(out, "- {}", escape(line));
                }
                Block::Table(table) => write_table(&mut out, table),
                Block::Quote(text) => {
                    // The fence is longer than any in the text.
                    let fence = "`".repeat(longest_run(text).max(2) + 1);
                    let lines: Vec<String> = text.lines().map(plain).collect();
                    let _ = writeln!(out, "\n{fence}text\n{}\n{fence}", lines.join("\n"));
                }
            }
        }
    }
    out
}

fn write_table(out: &mut String, table: &Table) {
    let _ = writeln!(
        out,
        "\n| {} |",
        table.head.iter().map(|h| if matches!(h, Cow::Borrowed(_)) { h.to_string() } else { escape(h) }).collect::<Vec<_>>().join(" | ")
    );
    let rule: Vec<&str> = (0..table.head.len()).map(|i| if table.is_numeric(i) { "---:" } else { "---" }).collect();
    let _ = writeln!(out, "| {} |", rule.join(" | "));
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(|c| escape(c)).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    if table.more > 0 {
        let _ = writeln!(out, "\nand {} more\n", table.more);
    } else {
        out.push('\n');
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        if matches!(c, '|' | '*' | '_' | '`' | '<' | '>' | '[' | ']' | '\\' | '#' | '~') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::render::{Block, Page, Section, Table};

    #[test]
    fn foreign_text_stays_text() {
        let table = Table::new(&["file", "n"], [vec!["a|b_c".to_owned(), "7".to_owned()]], 9);
        let page = Page {
            title: "t".to_owned(),
            sections: vec![Section { title: "s".to_owned(), blocks: vec![Block::Fact("<b>".to_owned()), Block::Table(table), Block::Quote("```".to_owned())] }],
        };
        assert_eq!(render(&page), "# t\n\n## s\n\n- \\<b\\>\n\n| file | n |\n| --- | ---: |\n| a\\|b\\_c | 7 |\n\n\n````text\n```\n````\n");
    }
}
