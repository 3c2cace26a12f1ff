//! Reports on their way out. A verb builds a [`Page`] from its figures; text and Markdown are two ways to write the same page, and
//! JSON is the figures themselves.

use std::borrow::Cow;

pub mod diff;
pub mod json;
pub mod markdown;
pub mod numbers;
pub mod text;

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Text,
    /// For programs; carries a version.
    Json,
    /// For an issue or a pull request.
    Markdown,
}

/// A report.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// What it is about, in one line.
    pub title: String,
    /// Its parts, the most useful first.
    pub sections: Vec<Section>,
}

/// A part of a page.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// Its title.
    pub title: String,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// Something said.
#[derive(Clone, Debug)]
pub enum Block {
    /// One line.
    Fact(String),
    /// Rows under a head.
    Table(Table),
    /// Text of somebody else, line by line.
    Quote(String),
}

/// Rows under a head. Columns of numbers stand right.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// One name a column.
    pub head: Vec<Cow<'static, str>>,
    /// Cells, as many as there are names.
    pub rows: Vec<Vec<String>>,
    /// Rows that were left out.
    pub more: usize,
}

impl Section {
    /// An empty part.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), blocks: Vec::new() }
    }

    /// Adds a line.
    pub fn fact(&mut self, line: impl Into<String>) {
        self.blocks.push(Block::Fact(line.into()));
    }

    /// Adds a table, unless it has no rows.
    pub fn table(&mut self, table: Table) {
        if !table.rows.is_empty() {
            self.blocks.push(Block::Table(table));
        }
    }
}

impl Table {
    /// The first `most` rows.
    #[must_use]
    pub fn new(head: &[&'static str], rows: impl IntoIterator<Item = Vec<String>>, most: usize) -> Self {
        let mut rows: Vec<_> = rows.into_iter().collect();
        let more = rows.len().saturating_sub(most);
        rows.truncate(most);
        Self { head: head.iter().map(|h| Cow::Borrowed(*h)).collect(), rows, more }
    }

    /// Rows under heads that are not known beforehand, such as the names of files.
    #[must_use]
    pub fn under(head: Vec<String>, rows: Vec<Vec<String>>) -> Self {
        Self { head: head.into_iter().map(Cow::Owned).collect(), rows, more: 0 }
    }

    /// Whether the cells of a column are figures, those that say something.
    fn is_numeric(&self, column: usize) -> bool {
        let is_figure = |cell: &str| {
            let cell = cell.strip_prefix(['+', '-']).unwrap_or(cell);
            cell.starts_with(|c: char| c.is_ascii_digit()) && cell.chars().all(|c| c.is_ascii_digit() || ",. %".contains(c))
        };
        let cells = || self.rows.iter().map(|r| r.get(column).map_or("", String::as_str));
        cells().any(is_figure) && cells().all(|c| c.is_empty() || is_figure(c))
    }
}
