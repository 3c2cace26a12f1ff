//! A system as a picture: text that other tools draw (Mermaid, Graphviz), a still picture (SVG) and a page to explore (HTML).
//!
//! All of them draw one [`Picture`]: what is shown of a system and what the analyses found there. `layout` says where things stand,
//! `scene` how they look, `svg` and `html` what is around them.

mod colours;
mod dot;
mod facts;
mod html;
pub mod layout;
mod mermaid;
mod picture;
mod scene;
mod shapes;
mod svg;
#[cfg(test)]
mod tests;
mod wording;

pub use picture::{Mark, Picture};

/// A way to draw a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A flowchart that code hosts render inside Markdown.
    #[default]
    Mermaid,
    /// For Graphviz.
    Dot,
    /// A still picture, light and dark.
    Svg,
    /// One page to explore, which needs no network.
    Html,
}

/// Draws a picture.
#[must_use]
pub fn draw(picture: &Picture<'_>, format: Format) -> String {
    match format {
        Format::Mermaid => mermaid::draw(picture),
        Format::Dot => dot::draw(picture),
        Format::Svg => svg::draw(picture),
        Format::Html => html::draw(picture),
    }
}
