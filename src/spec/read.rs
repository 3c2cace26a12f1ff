//! Markdown, as far as a specification needs it: sections, blocks of text and tables, each with its place. Comments are no content.

use super::Role;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// A specification.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// In the order of the text; what stands before the first heading is a section without title.
    pub sections: Vec<Section>,
}

/// A heading and what stands below it, up to the next heading of any level.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// Its words.
    pub title: String,
    /// 1 to 6; 0 before the first heading.
    pub level: u8,
    /// The heading.
    pub heading: Range<usize>,
    /// What it is about.
    pub role: Option<Role>,
    /// What stands below it.
    pub parts: Vec<Part>,
}

/// A part of a section.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// A paragraph, or an item of a list.
    Block(Block),
    /// A table.
    Table(Table),
    /// Code, a picture, or HTML that is no comment: content that is not read.
    Other,
}

/// Text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// Where.
    pub range: Range<usize>,
    /// The words, in one line.
    pub text: String,
    /// Where the words come from.
    pub spans: Vec<Span>,
    /// How deep in lists; 0: a paragraph.
    pub depth: usize,
}

/// A run of a block's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it begins in the text of the block.
    pub at: usize,
    /// Where it is in the source.
    pub source: Range<usize>,
    /// Whether it is code.
    pub code: bool,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Its head, in small letters.
    pub head: Vec<Block>,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Where.
    pub range: Range<usize>,
    /// As many as the head has.
    pub cells: Vec<Block>,
}

impl Block {
    /// The place in the source of a part of the text.
    #[must_use]
    pub fn source(&self, part: Range<usize>) -> Range<usize> {
        let at = |offset: usize, is_end: bool| {
            let span = self.spans.iter().rev().find(|s| if is_end { s.at < offset } else { s.at <= offset });
            span.map(|s| {
                let within = offset - s.at;
                // A code span has its ticks around it, an entity another length: then the whole run is the place.
                if s.code || within > s.source.len() { if is_end { s.source.end } else { s.source.start } } else { s.source.start + within }
            })
        };
        match (at(part.start, false), at(part.end, true)) {
            (Some(start), Some(end)) if start <= end => start..end,
            _ => self.range.clone(),
        }
    }

    /// Whether a byte of the text is code.
    #[must_use]
    pub fn is_code(&self, at: usize) -> bool {
        self.spans.iter().rev().find(|s| s.at <= at).is_some_and(|s| s.code)
    }

    /// Code spans: what they hold, and where.
    pub fn code(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        let ends = self.spans.iter().skip(1).map(|s| s.at).chain([self.text.len()]);
        self.spans.iter().zip(ends).filter(|(s, _)| s.code).filter_map(|(s, end)| Some((self.text.get(s.at..end)?.trim(), s.source.clone())))
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        let text = self.text.trim().trim_end_matches('.').to_lowercase();
        matches!(text.as_str(), "" | "-" | "–" | "—" | "?" | "..." | "…")
    }
}

impl Section {
    /// Whether nothing stands below the heading itself.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.parts.iter().any(|p| match p {
            Part::Block(block) => !block.is_blank(),
            Part::Table(table) => table.rows.iter().flat_map(|r| &r.cells).any(|c| !c.is_blank()),
            Part::Other => true,
        })
    }

    /// The text blocks: paragraphs, items, and cells of rows.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.parts.iter().flat_map(|p| match p {
            Part::Block(block) => vec![block],
            Part::Table(table) => table.rows.iter().flat_map(|r| &r.cells).collect(),
            Part::Other => Vec::new(),
        })
    }

    /// The tables.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.parts.iter().filter_map(|p| match p {
            Part::Table(table) => Some(table),
            _ => None,
        })
    }
}

impl Table {
    /// The first column whose head has one of these words in it.
    #[must_use]
    pub fn column(&self, words: &[&str]) -> Option<usize> {
        self.head.iter().position(|h| words.iter().any(|w| h.text.to_lowercase().contains(w)))
    }
}

impl Document {
    /// The sections of a role, each with the sections below it.
    #[must_use]
    pub fn of(&self, role: Role) -> Vec<&[Section]> {
        let all = self.sections.iter().enumerate().filter(|(_, s)| s.role == Some(role));
        all.map(|(at, _)| self.tree(at)).collect()
    }

    /// A section and those below it.
    #[must_use]
    pub fn tree(&self, at: usize) -> &[Section] {
        let level = self.sections[at].level;
        let below = self.sections[at + 1..].iter().take_while(|s| s.level > level).count();
        &self.sections[at..=at + below]
    }

    /// Names after `Components:`, each with its place; `None` when there is no such line.
    #[must_use]
    pub fn components(&self) -> Option<Vec<(String, Range<usize>)>> {
        const KEY: &str = "components:";
        let blocks = self.sections.iter().take_while(|s| s.role.is_none()).flat_map(Section::blocks);
        let block = blocks.into_iter().find(|b| b.text.to_lowercase().starts_with(KEY))?;
        let mut out = Vec::new();
        let mut at = KEY.len();
        for name in block.text.get(KEY.len()..)?.split(',') {
            let trimmed = name.trim().trim_end_matches('.');
            let start = at + (name.len() - name.trim_start().len());
            if !trimmed.is_empty() {
                out.push((trimmed.to_owned(), block.source(start..start + trimmed.len())));
            }
            at += name.len() + 1;
        }
        Some(out)
    }
}

/// Reads Markdown. Any text is Markdown.
#[must_use]
pub fn document(text: &str) -> Document {
    let mut reader = Reader { document: Document { sections: vec![Section::default()] }, ..Reader::default() };
    let options = Options::ENABLE_TABLES | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        let is_comment = text.get(range.clone()).is_some_and(|t| t.trim_start().starts_with("<!--"));
        reader.take(event, range, is_comment);
    }
    reader.document
}

#[derive(Default)]
struct Reader {
    document: Document,
    /// Blocks that are open, as places in the parts of the last section.
    open: Vec<usize>,
    depth: usize,
    heading: Option<Block>,
    table: Option<Table>,
    row: Row,
    cell: Option<Block>,
    in_head: bool,
    skipped: usize,
}

impl Reader {
    fn section(&mut self) -> &mut Section {
        if self.document.sections.is_empty() {
            self.document.sections.push(Section::default());
        }
        let last = self.document.sections.len() - 1;
        &mut self.document.sections[last]
    }

    fn take(&mut self, event: Event<'_>, range: Range<usize>, is_comment: bool) {
        match event {
            Event::Start(Tag::MetadataBlock(_)) => self.skipped += 1,
            Event::End(TagEnd::MetadataBlock(_) | TagEnd::CodeBlock | TagEnd::HtmlBlock) => self.skipped = self.skipped.saturating_sub(1),
            _ if self.skipped > 0 => {}
            Event::Start(Tag::CodeBlock(_)) => {
                self.section().parts.push(Part::Other);
                self.skipped += 1;
            }
            Event::Start(Tag::HtmlBlock) => {
                if !is_comment {
                    self.section().parts.push(Part::Other);
                }
                self.skipped += 1;
            }
            Event::Start(tag) => self.start(&tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(words) => self.words(&words, range, false),
            Event::Code(words) => self.words(&words, range, true),
            Event::SoftBreak | Event::HardBreak => self.words(" ", range, false),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.open.clear();
                let level = match level {
                    HeadingLevel::H1 => 1,
                    HeadingLevel::H2 => 2,
                    HeadingLevel::H3 => 3,
                    HeadingLevel::H4 => 4,
                    HeadingLevel::H5 => 5,
                    HeadingLevel::H6 => 6,
                };
                self.document.sections.push(Section { level, heading: range.clone(), ..Section::default() });
                self.heading = Some(Block { range, ..Block::default() });
            }
            Tag::List(_) => self.depth += 1,
            Tag::Item => self.block(range, true),
            // The paragraph of an item is the item.
            Tag::Paragraph if self.open.is_empty() => self.block(range, false),
            Tag::Paragraph => self.words(" ", range.start..range.start, false),
            Tag::Table(_) => self.table = Some(Table::default()),
            Tag::TableHead => self.in_head = true,
            Tag::TableRow => self.row = Row { range, cells: Vec::new() },
            Tag::TableCell => self.cell = Some(Block { range, ..Block::default() }),
            Tag::Image { .. } => self.section().parts.push(Part::Other),
            _ => {}
        }
    }

    fn block(&mut self, range: Range<usize>, is_item: bool) {
        let depth = if is_item { self.depth } else { 0 };
        let parts = &mut self.section().parts;
        parts.push(Part::Block(Block { range, depth, ..Block::default() }));
        let at = parts.len() - 1;
        self.open.push(at);
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                let title = self.heading.take().map(|b| b.text).unwrap_or_default();
                let section = self.section();
                section.role = Role::of(&title);
                section.title = title;
            }
            TagEnd::List(_) => self.depth = self.depth.saturating_sub(1),
            TagEnd::Item => {
                self.open.pop();
            }
            TagEnd::Paragraph if self.depth == 0 => {
                self.open.pop();
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    self.section().parts.push(Part::Table(table));
                }
            }
            TagEnd::TableHead => self.in_head = false,
            TagEnd::TableRow => {
                let row = std::mem::take(&mut self.row);
                if let Some(table) = &mut self.table {
                    table.rows.push(row);
                }
            }
            TagEnd::TableCell => {
                let Some(cell) = self.cell.take() else { return };
                match &mut self.table {
                    Some(table) if self.in_head => table.head.push(cell),
                    _ => self.row.cells.push(cell),
                }
            }
            _ => {}
        }
    }

    fn words(&mut self, words: &str, range: Range<usize>, code: bool) {
        let open = self.open.last().copied();
        let target = if let Some(heading) = &mut self.heading {
            Some(heading)
        } else if let Some(cell) = &mut self.cell {
            Some(cell)
        } else {
            open.and_then(|at| match self.section().parts.get_mut(at) {
                Some(Part::Block(block)) => Some(block),
                _ => None,
            })
        };
        if let Some(block) = target {
            block.spans.push(Span { at: block.text.len(), source: range, code });
            block.text += words;
        }
    }
}
