//! Where things stand in a picture: components in columns from left to right, relationships as smooth paths between them.
//!
//! Up to a size that a person reads at once, a plan is laid out in layers after Sugiyama: cycles are cut (`acyclic`), columns chosen
//! (`columns`), the order within a column freed of crossings (`order`), heights assigned after Brandes and Köpf (`heights`), and lines
//! drawn (`routes`). Boxes, labels and passing lines each have a slot of their own in a column, a line runs level through columns and
//! bends only between them: so no line crosses a box or a label, and no two labels meet. Larger plans become a map (`map`).

mod acyclic;
mod columns;
mod heights;
mod layered;
mod map;
mod order;
mod parts;
mod routes;
#[cfg(test)]
mod tests;

pub use layered::layered;
pub use map::map;

/// Width and height, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

/// A place in the picture, in pixels from its upper left.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

/// A line to be drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Line {
    /// Index of a box.
    pub from: usize,
    /// Index of a box.
    pub to: usize,
    /// Of its label; empty: it has none.
    pub label: Size,
}

/// What is to be laid out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Sizes of the boxes.
    pub boxes: Vec<Size>,
    /// Lines between them. A line from a box to itself gets no route.
    pub lines: Vec<Line>,
}

/// The way of a line, from its origin to its target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Route {
    /// Ends of its pieces: level from an even one to the next, bent from an odd one to the next.
    pub stations: Vec<Point>,
    /// Middle of its label.
    pub label: Option<Point>,
}

/// Boxes that belong together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// What they are.
    pub title: String,
    /// Upper left.
    pub at: Point,
    /// Extent.
    pub size: Size,
}

/// A plan with its places.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Placed {
    /// Middle of each box.
    pub boxes: Vec<Point>,
    /// Way of each line; `None`: it leads from a box to itself.
    pub routes: Vec<Option<Route>>,
    /// Frames behind the boxes.
    pub groups: Vec<Group>,
    /// Of the whole.
    pub size: Size,
}

impl Route {
    /// The path of an SVG `d` attribute.
    #[must_use]
    pub fn path(&self) -> String {
        use std::fmt::Write;
        let mut d = String::new();
        let mut before = Point::default();
        for (i, p) in self.stations.iter().enumerate() {
            let level = (before.y - p.y).abs() < 0.05;
            let _ = match i {
                0 => write!(d, "M{} {}", figure(p.x), figure(p.y)),
                _ if level => write!(d, "H{}", figure(p.x)),
                _ => {
                    let middle = f64::midpoint(before.x, p.x);
                    write!(d, "C{} {} {} {} {} {}", figure(middle), figure(before.y), figure(middle), figure(p.y), figure(p.x), figure(p.y))
                }
            };
            before = *p;
        }
        d
    }

    /// The same way with its ends moved to the right by so much: to the outlines of what they touch.
    #[must_use]
    pub fn reaching(mut self, first: f64, last: f64) -> Self {
        if let Some(p) = self.stations.first_mut() {
            p.x += first;
        }
        if let Some(p) = self.stations.last_mut() {
            p.x += last;
        }
        self
    }
}

/// A figure as short as a tenth of a pixel allows.
#[must_use]
pub fn figure(x: f64) -> String {
    let tenths = (x * 10.0).round();
    #[expect(clippy::cast_possible_truncation, reason = "pixels of a picture")]
    let tenths = tenths as i64;
    let (sign, whole, rest) = (if tenths < 0 { "-" } else { "" }, tenths.abs() / 10, tenths.abs() % 10);
    if rest == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}
