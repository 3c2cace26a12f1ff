//! Slots with heights to boxes and lines with places.

use super::layered::Slots;
use super::{Placed, Point, Route, Size};

/// Least room between two columns.
const GAP: (f64, f64) = (16.0, 60.0);
/// A line runs level for so long beside a box: its head needs it.
const LEVEL: f64 = 12.0;
/// Lines leave a box this far from its corners, and this far apart where there is room.
const PORTS: (f64, f64) = (9.0, 9.0);

impl Route {
    /// The same way elsewhere.
    pub(super) fn moved(mut self, by: Point) -> Self {
        for p in self.stations.iter_mut().chain(self.label.as_mut()) {
            *p = Point { x: p.x + by.x, y: p.y + by.y };
        }
        self
    }
}

/// Places everything; the upper left is the origin.
pub(super) fn routes(slots: &Slots, y: &[f64]) -> Placed {
    let top = (0..y.len()).map(|s| y[s] - slots.size[s].h / 2.0).fold(f64::INFINITY, f64::min);
    let y: Vec<f64> = y.iter().map(|y| y - top).collect();
    let ports = [ports(slots, &y, true), ports(slots, &y, false)];
    let edges = edges(slots, &y);
    let middle = |slot: usize| Point { x: f64::midpoint(edges[slots.column[slot]].0, edges[slots.column[slot]].1), y: y[slot] };
    let routes = slots.chains.iter().enumerate().map(|(line, chain)| {
        let (Some(&first), Some(&last)) = (chain.first(), chain.last()) else { return None };
        let mut stations = Vec::with_capacity(chain.len() * 2);
        for &slot in chain {
            let (left, right) = edges[slots.column[slot]];
            let half = slots.size[slot].w / 2.0;
            if slot == first {
                let port = ports[0].get(&line).copied().unwrap_or(y[slot]);
                stations.extend([Point { x: middle(slot).x + half, y: port }, Point { x: right, y: port }]);
            } else if slot == last {
                let port = ports[1].get(&line).copied().unwrap_or(y[slot]);
                stations.extend([Point { x: left, y: port }, Point { x: middle(slot).x - half, y: port }]);
            } else {
                stations.extend([Point { x: left, y: y[slot] }, Point { x: right, y: y[slot] }]);
            }
        }
        if slots.turned[line] {
            stations.reverse();
        }
        Some(Route { stations, label: slots.labels[line].map(middle) })
    });
    Placed {
        boxes: (0..slots.boxes).map(middle).collect(),
        routes: routes.collect(),
        groups: Vec::new(),
        size: Size { w: edges.last().map_or(0.0, |e| e.1 - LEVEL), h: (0..y.len()).map(|s| y[s] + slots.size[s].h / 2.0).fold(0.0, f64::max) },
    }
}

/// Left and right edge of each column. Columns stand further apart where lines climb further between them.
fn edges(slots: &Slots, y: &[f64]) -> Vec<(f64, f64)> {
    let mut at = -LEVEL;
    let mut edges = Vec::new();
    for column in &slots.columns {
        let width = column.iter().map(|s| slots.size[*s].w + if slots.is_bend(*s) { 0.0 } else { 2.0 * LEVEL }).fold(0.0, f64::max);
        let climb = column.iter().flat_map(|s| slots.right[*s].iter().map(|r| (y[*r] - y[*s]).abs())).fold(0.0, f64::max);
        edges.push((at, at + width));
        at += width + (climb * 0.15).clamp(GAP.0, GAP.1);
    }
    edges
}

/// The height at which each line leaves its first box (`right`) or comes to its last: as near to where it goes as the box allows, in an
/// order that crosses nothing.
fn ports(slots: &Slots, y: &[f64], right: bool) -> std::collections::HashMap<usize, f64> {
    let mut at: Vec<Vec<(f64, usize)>> = vec![Vec::new(); slots.boxes];
    for (line, chain) in slots.chains.iter().enumerate() {
        let ([first, second, ..], [.., before, last]) = (chain.as_slice(), chain.as_slice()) else { continue };
        let (own, other) = if right { (first, second) } else { (last, before) };
        at[*own].push((y[*other], line));
    }
    let mut ports = std::collections::HashMap::new();
    for (b, lines) in at.iter_mut().enumerate() {
        lines.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let reach = (slots.size[b].h / 2.0 - PORTS.0).max(0.0);
        #[expect(clippy::cast_precision_loss, reason = "lines of a box")]
        let apart = (2.0 * reach / (lines.len().max(2) - 1) as f64).min(PORTS.1);
        let mut port: Vec<f64> = lines.iter().map(|(y_other, _)| y_other.clamp(y[b] - reach, y[b] + reach)).collect();
        for i in 1..port.len() {
            port[i] = port[i].max(port[i - 1] + apart);
        }
        let mut limit = y[b] + reach;
        for p in port.iter_mut().rev() {
            *p = p.min(limit);
            limit = *p - apart;
        }
        ports.extend(lines.iter().zip(port).map(|((_, line), port)| (*line, port)));
    }
    ports
}
