//! What must hold of any plan: nothing meets that should not.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Area {
    fn around(at: Point, size: Size) -> Self {
        Self { left: at.x - size.w / 2.0, top: at.y - size.h / 2.0, right: at.x + size.w / 2.0, bottom: at.y + size.h / 2.0 }
    }

    fn meets(&self, other: &Self) -> bool {
        self.left < other.right - 0.01 && other.left < self.right - 0.01 && self.top < other.bottom - 0.01 && other.top < self.bottom - 0.01
    }

    fn holds(&self, p: Point) -> bool {
        p.x > self.left + 0.01 && p.x < self.right - 0.01 && p.y > self.top + 0.01 && p.y < self.bottom - 0.01
    }
}

/// Points along a line as it is drawn.
fn along(route: &Route) -> Vec<Point> {
    let mut points = Vec::new();
    for pair in route.stations.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        for i in 0..=32 {
            let t = f64::from(i) / 32.0;
            let u = 1.0 - t;
            let middle = f64::midpoint(a.x, b.x);
            let x = u.powi(3) * a.x + 3.0 * u * t * (u + t) * middle + t.powi(3) * b.x;
            let y = (u.powi(3) + 3.0 * u * u * t) * a.y + (3.0 * u * t * t + t.powi(3)) * b.y;
            points.push(Point { x, y });
        }
    }
    points
}

fn plan(sizes: &[(f64, f64)], lines: &[(usize, usize, f64)]) -> Plan {
    Plan {
        boxes: sizes.iter().map(|(w, h)| Size { w: *w, h: *h }).collect(),
        lines: lines
            .iter()
            .map(|(from, to, w)| Line { from: *from, to: *to, label: if *w > 0.0 { Size { w: *w, h: 17.0 } } else { Size::default() } })
            .collect(),
    }
}

fn areas(plan: &Plan, placed: &Placed) -> Vec<Area> {
    placed.boxes.iter().zip(&plan.boxes).map(|(at, size)| Area::around(*at, *size)).collect()
}

fn apart(areas: &[Area]) -> Result<(), TestCaseError> {
    for (i, a) in areas.iter().enumerate() {
        for b in &areas[..i] {
            prop_assert!(!a.meets(b), "{a:?} and {b:?}");
        }
    }
    Ok(())
}

/// A plan of up to so many boxes and lines; a third of the lines has no label.
fn plans(boxes: usize, lines: usize) -> impl Strategy<Value = Plan> {
    (1..=boxes).prop_flat_map(move |n| {
        let sizes = proptest::collection::vec((60.0..220.0_f64, prop_oneof![Just(46.0), Just(54.0)]), n);
        let lines = proptest::collection::vec((0..n, 0..n, prop_oneof![Just(0.0), 30.0..160.0_f64, 30.0..160.0_f64]), 0..lines);
        (sizes, lines).prop_map(|(sizes, lines)| plan(&sizes, &lines))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn in_layers_nothing_meets(plan in plans(24, 40)) {
        let placed = layered(&plan);
        prop_assert_eq!(&placed, &layered(&plan));
        let boxes = areas(&plan, &placed);
        let mut all = boxes.clone();
        let mut labels = Vec::new();
        for (line, route) in plan.lines.iter().zip(&placed.routes) {
            prop_assert_eq!(route.is_none(), line.from == line.to);
            if let Some(at) = route.as_ref().and_then(|r| r.label) {
                labels.push((*line, Area::around(at, line.label)));
                all.push(Area::around(at, line.label));
            }
            prop_assert_eq!(route.as_ref().is_some_and(|r| r.label.is_some()), line.from != line.to && line.label.w > 0.0);
        }
        apart(&all)?;
        for a in &all {
            prop_assert!(a.left >= 0.0 && a.top >= 0.0 && a.right <= placed.size.w && a.bottom <= placed.size.h, "{a:?} outside of {:?}", placed.size);
        }
        for (i, (line, route)) in plan.lines.iter().zip(&placed.routes).enumerate() {
            let Some(route) = route else { continue };
            let (from, to) = (boxes[line.from], boxes[line.to]);
            let (first, last) = (route.stations[0], route.stations[route.stations.len() - 1]);
            prop_assert!(first.y > from.top && first.y < from.bottom && last.y > to.top && last.y < to.bottom);
            for p in along(route) {
                prop_assert!(boxes.iter().all(|b| !b.holds(p)), "line {i} crosses a box");
                let own = placed.routes[i].as_ref().and_then(|r| r.label);
                let crossed = labels.iter().any(|(_, a)| a.holds(p) && own.is_none_or(|o| !a.holds(o)));
                prop_assert!(!crossed, "line {i} crosses the label of another");
            }
        }
    }

    #[test]
    fn on_a_map_no_boxes_meet(plan in plans(160, 400)) {
        let placed = map(&plan);
        prop_assert_eq!(&placed, &map(&plan));
        let boxes = areas(&plan, &placed);
        apart(&boxes)?;
        for b in &boxes {
            prop_assert!(b.left >= 0.0 && b.top >= 0.0 && b.right <= placed.size.w && b.bottom <= placed.size.h, "{b:?} outside of {:?}", placed.size);
        }
    }
}

#[test]
fn what_calls_stands_left_of_what_is_called() {
    let placed = layered(&plan(&[(100.0, 46.0); 4], &[(3, 1, 60.0), (1, 0, 60.0), (0, 2, 0.0), (3, 2, 60.0)]));
    let x: Vec<f64> = placed.boxes.iter().map(|p| p.x).collect();
    assert!(x[3] < x[1] && x[1] < x[0] && x[0] < x[2], "{x:?}");
}

#[test]
fn a_line_of_a_chain_is_straight() {
    let placed = layered(&plan(&[(100.0, 46.0); 3], &[(0, 1, 60.0), (1, 2, 60.0)]));
    let path = placed.routes[0].as_ref().expect("a route").path();
    assert!(!path.contains('C'), "{path}");
}

#[test]
fn extremes_are_laid_out() {
    assert_eq!(layered(&Plan::default()).boxes, []);
    assert_eq!(map(&Plan::default()).boxes, []);
    let n = 3_000;
    let sizes = vec![(100.0, 46.0); n];
    let chain: Vec<_> = (1..n).map(|i| (i - 1, i, 0.0)).collect();
    let ring: Vec<_> = (0..n).map(|i| (i, (i + 1) % n, 0.0)).collect();
    let star: Vec<_> = (1..n).map(|i| (i, 0, 0.0)).collect();
    for lines in [chain, ring, star, Vec::new()] {
        let placed = map(&plan(&sizes, &lines));
        assert!(placed.boxes.iter().all(|p| p.x.is_finite() && p.y.is_finite()));
    }
}
