//! Layers: the steps of the layout, and the slots that they pass on.

use super::parts::parts;
use super::{Line, Placed, Plan, Point, Size, acyclic, columns, heights, order, routes};

/// Between two boxes of a column.
const BETWEEN_BOXES: f64 = 22.0;
/// Between a passing line or a label and its neighbour.
const BETWEEN_LINES: f64 = 12.0;
/// Around the whole.
const MARGIN: f64 = 16.0;

/// What takes room in a column: a box, a label, or a line that passes.
#[derive(Clone, Debug, Default)]
pub(super) struct Slots {
    /// Extent of each slot.
    pub(super) size: Vec<Size>,
    /// Column of each slot.
    pub(super) column: Vec<usize>,
    /// Slots that it is tied to in the column before.
    pub(super) left: Vec<Vec<usize>>,
    /// Slots that it is tied to in the column after.
    pub(super) right: Vec<Vec<usize>>,
    /// Slots of each column, from above.
    pub(super) columns: Vec<Vec<usize>>,
    /// The first so many slots are the boxes.
    pub(super) boxes: usize,
    /// For each line its slots from left to right, its ends included; empty: it leads from a box to itself.
    pub(super) chains: Vec<Vec<usize>>,
    /// The slot of each line's label.
    pub(super) labels: Vec<Option<usize>>,
    /// Whether a line runs from right to left.
    pub(super) turned: Vec<bool>,
}

impl Slots {
    /// Whether a slot belongs to a line.
    pub(super) fn is_bend(&self, slot: usize) -> bool {
        slot >= self.boxes
    }

    fn of(plan: &Plan) -> Self {
        let count = plan.boxes.len();
        let ends: Vec<_> = plan.lines.iter().map(|l| (l.from, l.to)).collect();
        let turned = acyclic::against(count, &ends);
        let right: Vec<_> = ends.iter().zip(&turned).map(|(&(from, to), turned)| if *turned { (to, from) } else { (from, to) }).collect();
        let step = if plan.lines.iter().any(|l| l.label.w > 0.0) { 2 } else { 1 };
        let straight: Vec<_> = right.iter().copied().filter(|(a, b)| a != b).collect();
        let column = columns::columns(count, &straight, step);
        let mut slots =
            Self { size: plan.boxes.clone(), left: vec![Vec::new(); count], right: vec![Vec::new(); count], boxes: count, turned, column, ..Self::default() };
        let (mut outs, mut ins) = (vec![0_usize; count], vec![0_usize; count]);
        for &(a, b) in &straight {
            outs[a] += 1;
            ins[b] += 1;
        }
        for (line, &(a, b)) in plan.lines.iter().zip(&right) {
            slots.thread(line, (a, b), outs[a] <= ins[b]);
        }
        slots.columns = vec![Vec::new(); slots.column.iter().max().map_or(0, |c| c + 1)];
        for (slot, column) in slots.column.iter().enumerate() {
            slots.columns[*column].push(slot);
        }
        slots
    }

    /// Leads a line through the columns between its ends; its label stands beside the end with fewer lines.
    fn thread(&mut self, line: &Line, (from, to): (usize, usize), label_first: bool) {
        let (first, last) = (self.column[from], self.column[to]);
        if from == to || first >= last {
            self.chains.push(Vec::new());
            self.labels.push(None);
            return;
        }
        let labelled = if line.label.w <= 0.0 || last - first < 2 { None } else { Some(if label_first { first + 1 } else { last - 1 }) };
        let (mut chain, mut label) = (vec![from], None);
        for column in first + 1..last {
            let slot = self.column.len();
            let is_label = labelled == Some(column);
            self.column.push(column);
            self.size.push(if is_label { line.label } else { Size::default() });
            self.left.push(Vec::new());
            self.right.push(Vec::new());
            chain.push(slot);
            label = if is_label { Some(slot) } else { label };
        }
        chain.push(to);
        for pair in chain.windows(2) {
            self.right[pair[0]].push(pair[1]);
            self.left[pair[1]].push(pair[0]);
        }
        self.chains.push(chain);
        self.labels.push(label);
    }
}

/// Lays out a plan in columns from left to right. Parts that nothing ties together stand below each other.
#[must_use]
pub fn layered(plan: &Plan) -> Placed {
    let ends: Vec<_> = plan.lines.iter().map(|l| (l.from, l.to)).collect();
    let part = parts(plan.boxes.len(), &ends);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); part.iter().max().map_or(0, |p| p + 1)];
    part.iter().enumerate().for_each(|(b, p)| members[*p].push(b));
    let mut lines: Vec<Vec<usize>> = vec![Vec::new(); members.len()];
    ends.iter().enumerate().for_each(|(l, (from, _))| lines[part[*from]].push(l));
    let mut places: Vec<usize> = (0..members.len()).collect();
    places.sort_by_key(|p| std::cmp::Reverse(members[*p].len()));

    let mut all = Placed { boxes: vec![Point::default(); plan.boxes.len()], routes: vec![None; plan.lines.len()], ..Placed::default() };
    let (mut top, mut row, mut widest, mut is_row) = (MARGIN, (MARGIN, 0.0_f64), 0.0_f64, false);
    for p in places {
        let alone = members[p].len() == 1;
        let placed = one(plan, &members[p], &lines[p]);
        // Boxes that nothing is tied to stand in rows, as wide as what stands above them.
        if !alone || !is_row || row.0 + placed.size.w > widest.max(900.0) {
            top += if row.1 > 0.0 { row.1 + BETWEEN_BOXES } else { 0.0 };
            row = (MARGIN, 0.0);
            is_row = alone;
        }
        let by = Point { x: row.0, y: top };
        for (b, at) in members[p].iter().zip(&placed.boxes) {
            all.boxes[*b] = Point { x: at.x + by.x, y: at.y + by.y };
        }
        for (l, route) in lines[p].iter().zip(placed.routes) {
            all.routes[*l] = route.map(|r| r.moved(by));
        }
        row = (row.0 + placed.size.w + BETWEEN_BOXES, row.1.max(placed.size.h));
        widest = widest.max(row.0 - BETWEEN_BOXES);
    }
    all.size = Size { w: widest + MARGIN, h: top + row.1 + MARGIN };
    all
}

/// Lays out one part, with its upper left at the origin.
fn one(plan: &Plan, members: &[usize], lines: &[usize]) -> Placed {
    let number: std::collections::HashMap<usize, usize> = members.iter().enumerate().map(|(i, b)| (*b, i)).collect();
    let within = |b: usize| number.get(&b).copied().unwrap_or(0);
    let part = Plan {
        boxes: members.iter().map(|b| plan.boxes[*b]).collect(),
        lines: lines.iter().map(|l| Line { from: within(plan.lines[*l].from), to: within(plan.lines[*l].to), ..plan.lines[*l] }).collect(),
    };
    let mut slots = Slots::of(&part);
    order::order(&mut slots);
    let y = heights::heights(&slots, |a, b| if slots.is_bend(a) || slots.is_bend(b) { BETWEEN_LINES } else { BETWEEN_BOXES });
    routes::routes(&slots, &y)
}
