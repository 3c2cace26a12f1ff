//! A map: the layout of systems too large to follow every line. Who calls stands left, who is called stands right; components that
//! reach each other share a frame; what is not tied to the rest lies below.

use super::parts::parts;
use super::{Group, Line, Placed, Plan, Point, Route, Size, acyclic, columns, layered};
use crate::topology::walk::strong;

/// Between boxes.
const GAP: Size = Size { w: 34.0, h: 10.0 };
/// Between the columns of a frame.
const WITHIN: f64 = 48.0;
/// Between columns.
const BETWEEN: f64 = 90.0;
/// Around the boxes of a frame, and its title above them.
const FRAME: (f64, f64) = (18.0, 44.0);
/// Frames of more boxes than this have columns of their own.
const STACK: usize = 12;
/// Width over height that is aimed at.
const ASPECT: f64 = 1.6;
/// Tries to come near it.
const FITS: usize = 5;
/// Rounds of moving boxes to the height of what they are tied to.
const ROUNDS: usize = 12;
/// Around the whole.
const MARGIN: f64 = 24.0;

/// Boxes that are placed as one.
struct Item {
    /// In rows from above, each from the left; a frame has one column or, above [`STACK`], several.
    grid: Vec<Vec<usize>>,
    /// Whether a frame is drawn around it.
    framed: bool,
}

/// Lays out a plan as a map. Labels of lines get no place.
#[must_use]
pub fn map(plan: &Plan) -> Placed {
    let ends: Vec<_> = plan.lines.iter().map(|l| (l.from, l.to)).collect();
    let part = parts(plan.boxes.len(), &ends);
    let mut sizes = vec![0_usize; part.iter().max().map_or(0, |p| p + 1)];
    part.iter().for_each(|p| sizes[*p] += 1);
    let main = (0..sizes.len()).rev().max_by_key(|p| sizes[*p]);
    let (inside, outside): (Vec<usize>, Vec<usize>) = (0..plan.boxes.len()).partition(|b| Some(part[*b]) == main);

    let mut placed = Placed { boxes: vec![Point::default(); plan.boxes.len()], ..Placed::default() };
    let area: f64 = inside.iter().map(|b| (plan.boxes[*b].w + GAP.w) * (plan.boxes[*b].h + GAP.h)).sum();
    let mut height = (area / ASPECT).sqrt().max(400.0);
    let mut width = 0.0;
    for _ in 0..FITS {
        width = main_part(plan, &ends, &inside, height, &mut placed);
        if width <= height * ASPECT {
            break;
        }
        height = (width * height / ASPECT).sqrt();
    }
    height = inside.iter().map(|b| placed.boxes[*b].y + plan.boxes[*b].h / 2.0).fold(0.0, f64::max) + 2.0 * FRAME.0;
    if !outside.is_empty() {
        height = others(plan, &outside, (width, height + 40.0), &mut placed);
    }
    placed.size = Size { w: placed.boxes.iter().zip(&plan.boxes).map(|(p, s)| p.x + s.w / 2.0).fold(width, f64::max) + MARGIN, h: height + MARGIN };
    placed.routes = plan.lines.iter().map(|l| route(plan, &placed.boxes, l)).collect();
    placed
}

/// Places the largest part in columns of about a height; its width.
fn main_part(plan: &Plan, ends: &[(usize, usize)], inside: &[usize], height: f64, placed: &mut Placed) -> f64 {
    let count = plan.boxes.len();
    let mut next = vec![Vec::new(); count];
    ends.iter().for_each(|(a, b)| next[*a].push(*b));
    let group = strong::parts(&next);
    let mut near = vec![Vec::new(); count];
    for &(a, b) in ends.iter().filter(|(a, b)| a != b) {
        near[a].push(b);
        near[b].push(a);
    }
    let groups = group.iter().max().map_or(0, |g| g + 1);
    let between: Vec<_> = ends.iter().map(|(a, b)| (group[*a], group[*b])).filter(|(a, b)| a != b).collect();
    let column = columns::columns(groups, &between, 1);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); groups];
    inside.iter().for_each(|b| members[group[*b]].push(*b));
    let mut items: Vec<Vec<Item>> = Vec::new();
    items.resize_with(column.iter().max().map_or(0, |c| c + 1), Vec::new);
    for (g, members) in members.into_iter().enumerate().filter(|(_, m)| !m.is_empty()) {
        let framed = members.len() > 1;
        let grid = if members.len() > STACK { core(plan, ends, members, height * 0.8) } else { members.into_iter().map(|b| vec![b]).collect() };
        items[column[g]].push(Item { grid, framed });
    }
    items.retain(|column| !column.is_empty());

    let mut width = 0.0;
    for round in 0..=ROUNDS {
        let mut x = MARGIN;
        placed.groups.clear();
        for column in &mut items {
            if round > 0 {
                let wanted = |b: usize| mean(near[b].iter().map(|n| placed.boxes[*n].y)).unwrap_or(placed.boxes[b].y);
                column.iter_mut().for_each(|item| item.sort(&wanted));
                column.sort_by(|a, b| {
                    let of = |item: &Item| mean(item.grid.iter().flatten().map(|b| wanted(*b))).unwrap_or(0.0);
                    of(a).total_cmp(&of(b))
                });
            }
            x = place_column(plan, column, (x, height), placed) + BETWEEN;
        }
        width = x - BETWEEN;
    }
    let top = inside.iter().map(|b| placed.boxes[*b].y - plan.boxes[*b].h / 2.0).fold(f64::INFINITY, f64::min);
    let by = MARGIN + FRAME.1 + FRAME.0 - if top.is_finite() { top } else { 0.0 };
    inside.iter().for_each(|b| placed.boxes[*b].y += by);
    placed.groups.iter_mut().for_each(|g| g.at.y += by);
    width
}

/// The rows of a large frame: its columns follow the order that turns the fewest lines.
fn core(plan: &Plan, ends: &[(usize, usize)], members: Vec<usize>, height: f64) -> Vec<Vec<usize>> {
    let number: std::collections::HashMap<usize, usize> = members.iter().enumerate().map(|(i, b)| (*b, i)).collect();
    let lines: Vec<_> = ends.iter().filter_map(|(a, b)| Some((*number.get(a)?, *number.get(b)?))).collect();
    let turned = acyclic::against(members.len(), &lines);
    let straight: Vec<_> = lines.iter().zip(turned).filter(|((a, b), _)| a != b).map(|(&(a, b), t)| if t { (b, a) } else { (a, b) }).collect();
    let column = columns::columns(members.len(), &straight, 1);
    let mut sorted: Vec<usize> = (0..members.len()).collect();
    sorted.sort_by_key(|m| column[*m]);
    let total: f64 = members.iter().map(|b| plan.boxes[*b].h + GAP.h).sum();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of columns")]
    let across = (total / height).ceil().max(1.0) as usize;
    let down = sorted.len().div_ceil(across);
    (0..down).map(|row| (0..across).filter_map(|c| sorted.get(c * down + row)).map(|m| members[*m]).collect()).collect()
}

impl Item {
    /// Sorts the boxes of each of its columns by where they want to be.
    fn sort(&mut self, wanted: &impl Fn(usize) -> f64) {
        for c in 0..self.across() {
            let mut boxes: Vec<usize> = self.column(c).collect();
            boxes.sort_by(|a, b| wanted(*a).total_cmp(&wanted(*b)));
            for (row, b) in self.grid.iter_mut().filter(|row| row.len() > c).zip(boxes) {
                row[c] = b;
            }
        }
    }

    /// The boxes of one of its columns.
    fn column(&self, c: usize) -> impl Iterator<Item = usize> + '_ {
        self.grid.iter().filter_map(move |row| row.get(c).copied())
    }

    fn across(&self) -> usize {
        self.grid.first().map_or(0, Vec::len)
    }

    fn pad(&self) -> (f64, f64) {
        if self.framed { FRAME } else { (0.0, 0.0) }
    }

    /// Its extent, with its frame.
    fn extent(&self, plan: &Plan) -> Size {
        let pad = self.pad();
        let (mut w, mut h) = (2.0 * pad.0 - WITHIN, 0.0_f64);
        for c in 0..self.across() {
            w += self.column(c).map(|b| plan.boxes[b].w).fold(0.0, f64::max) + WITHIN;
            h = h.max(self.column(c).map(|b| plan.boxes[b].h + GAP.h).sum::<f64>() - GAP.h);
        }
        Size { w, h: h + pad.0 + pad.1 }
    }

    /// Places its boxes with its upper left at a point.
    fn place(&self, plan: &Plan, at: Point, placed: &mut Placed) {
        let pad = self.pad();
        let mut x = at.x + pad.0;
        for c in 0..self.across() {
            let width = self.column(c).map(|b| plan.boxes[b].w).fold(0.0, f64::max);
            let mut y = at.y + pad.1;
            for b in self.column(c) {
                placed.boxes[b] = Point { x: x + width / 2.0, y: y + plan.boxes[b].h / 2.0 };
                y += plan.boxes[b].h + GAP.h;
            }
            x += width + WITHIN;
        }
        if self.framed {
            let members = self.grid.iter().map(Vec::len).sum::<usize>();
            placed.groups.push(Group { title: format!("{members} that reach each other"), at, size: self.extent(plan) });
        }
    }
}

/// Places the items of a column in rows around the middle; where the next column may begin.
fn place_column(plan: &Plan, column: &[Item], (left, height): (f64, f64), placed: &mut Placed) -> f64 {
    let (large, small): (Vec<&Item>, Vec<&Item>) = column.iter().partition(|item| item.grid.first().is_some_and(|row| row.len() > 1));
    let mut x = left;
    if !small.is_empty() {
        let sizes: Vec<Size> = small.iter().map(|item| item.extent(plan)).collect();
        let total: f64 = sizes.iter().map(|s| s.h + GAP.h).sum();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of columns")]
        let across = (total / height).ceil().max(1.0) as usize;
        let rows: Vec<f64> = sizes.chunks(across).map(|row| row.iter().map(|s| s.h).fold(0.0, f64::max) + GAP.h).collect();
        let top = -rows.iter().sum::<f64>() / 2.0;
        for c in 0..across {
            let width = sizes.iter().skip(c).step_by(across).map(|s| s.w).fold(0.0, f64::max);
            let mut y = top;
            for ((item, size), row) in small.iter().zip(&sizes).skip(c).step_by(across).zip(&rows) {
                item.place(plan, Point { x: x + (width - size.w) / 2.0, y: y + (row - GAP.h - size.h) / 2.0 }, placed);
                y += row;
            }
            x += width + GAP.w;
        }
        x -= GAP.w;
    }
    for item in large {
        x += if x > left { BETWEEN / 2.0 } else { 0.0 };
        let size = item.extent(plan);
        item.place(plan, Point { x, y: -size.h / 2.0 }, placed);
        x += size.w;
    }
    x
}

/// Places what is not tied to the largest part, in rows below it; the height of all.
fn others(plan: &Plan, outside: &[usize], (width, top): (f64, f64), placed: &mut Placed) -> f64 {
    let number: std::collections::HashMap<usize, usize> = outside.iter().enumerate().map(|(i, b)| (*b, i)).collect();
    let lines: Vec<(usize, usize)> = plan.lines.iter().filter_map(|l| Some((*number.get(&l.from)?, *number.get(&l.to)?))).collect();
    let part = parts(outside.len(), &lines);
    let count = part.iter().max().map_or(0, |p| p + 1);
    let (mut small, mut within) = (vec![Plan::default(); count], vec![0; outside.len()]);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (i, p) in part.iter().enumerate() {
        within[i] = members[*p].len();
        members[*p].push(outside[i]);
        small[*p].boxes.push(plan.boxes[outside[i]]);
    }
    for (from, to) in lines {
        small[part[from]].lines.push(Line { from: within[from], to: within[to], label: Size::default() });
    }
    let mut parts: Vec<(Vec<usize>, Plan)> = members.into_iter().zip(small).collect();
    parts.sort_by_key(|(members, _)| std::cmp::Reverse(members.len()));
    let (mut x, mut y, mut row) = (MARGIN, top + FRAME.1, 0.0_f64);
    let mut right = width;
    for (members, small) in &parts {
        let one = if members.len() <= 60 { layered(small) } else { stacked(small) };
        if x > MARGIN && x + one.size.w > width.max(1200.0) {
            (x, y, row) = (MARGIN, y + row, 0.0);
        }
        for (b, at) in members.iter().zip(&one.boxes) {
            placed.boxes[*b] = Point { x: x + at.x, y: y + at.y };
        }
        x += one.size.w;
        row = row.max(one.size.h);
        right = right.max(x);
    }
    let title = format!("{} not tied to the rest", outside.len());
    placed.groups.push(Group { title, at: Point { x: MARGIN, y: top }, size: Size { w: right - MARGIN, h: y + row - top } });
    y + row
}

/// Boxes in rows, where a second large part is too large for layers.
fn stacked(plan: &Plan) -> Placed {
    let mut placed = Placed { boxes: Vec::new(), ..Placed::default() };
    let (mut x, mut y, mut row) = (MARGIN, MARGIN, 0.0_f64);
    for b in &plan.boxes {
        if x + b.w > 1200.0 {
            (x, y, row) = (MARGIN, y + row + GAP.h, 0.0);
        }
        placed.boxes.push(Point { x: x + b.w / 2.0, y: y + b.h / 2.0 });
        x += b.w + GAP.w;
        row = row.max(b.h);
    }
    placed.size = Size { w: 1200.0 + MARGIN, h: y + row + MARGIN };
    placed
}

/// A line from side to side: right to left where it can.
fn route(plan: &Plan, boxes: &[Point], line: &Line) -> Option<Route> {
    if line.from == line.to {
        return None;
    }
    let (from, to) = (boxes[line.from], boxes[line.to]);
    let (half_from, half_to) = (plan.boxes[line.from].w / 2.0, plan.boxes[line.to].w / 2.0);
    let (a, b) = if to.x - half_to >= from.x + half_from {
        (from.x + half_from, to.x - half_to)
    } else if to.x + half_to <= from.x - half_from {
        (from.x - half_from, to.x + half_to)
    } else {
        (from.x + half_from, to.x + half_to)
    };
    Some(Route { stations: vec![Point { x: a, y: from.y }, Point { x: b, y: to.y }], label: None })
}

/// The mean of some figures, where there are any.
fn mean(figures: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = figures.fold((0.0, 0.0), |(s, n), y| (s + y, n + 1.0));
    (count > 0.0).then(|| sum / count)
}
