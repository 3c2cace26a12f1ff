//! The outline of a component: its kind at a glance.

use super::layout::{Size, figure};
use crate::topology::model::Kind;

/// The outline around the origin as the `d` of an SVG path; lines inside it are part of it.
pub(super) fn outline(kind: Kind, size: Size) -> String {
    let (w, h) = (size.w / 2.0, size.h / 2.0);
    let f = figure;
    match kind {
        Kind::Service => rounded(w, h, 7.0),
        Kind::Client => rounded(w, h, h),
        Kind::External => rounded(w, h, 2.0),
        // A process that runs by itself: bars at its sides.
        Kind::Job => format!("{}M{} {}V{}M{} {}V{}", rounded(w, h, 4.0), f(-w + 6.0), f(-h), f(h), f(w - 6.0), f(-h), f(h)),
        // Drums; a cache has a second rim.
        Kind::Db | Kind::Cache => {
            let (rim, low) = (5.0, 5.0);
            let drum =
                format!("M{0} {1}A{2} {rim} 0 0 1 {2} {1}V{3}A{2} {rim} 0 0 1 {0} {3}ZM{0} {1}A{2} {rim} 0 0 0 {2} {1}", f(-w), f(-h + rim), f(w), f(h - low));
            if kind == Kind::Cache { format!("{drum}M{} {}A{} {rim} 0 0 0 {} {}", f(-w), f(-h + rim + 4.0), f(w), f(w), f(-h + rim + 4.0)) } else { drum }
        }
        // A drum that lies.
        Kind::Queue => format!("M{0} {1}H{2}A6 {3} 0 0 1 {2} {3}H{0}A6 {3} 0 0 1 {0} {1}ZM{2} {1}A6 {3} 0 0 0 {2} {3}", f(-w + 6.0), f(-h), f(w - 6.0), f(h)),
        Kind::Gateway => format!("M{0} {1}H{2}L{3} 0L{2} {4}H{0}L{5} 0Z", f(-w + 11.0), f(-h), f(w - 11.0), f(w), f(h), f(-w)),
        // Cut corners.
        Kind::Lock => {
            let c = 8.0;
            format!("M{0} {1}H{2}L{3} {4}V{5}L{2} {6}H{0}L{7} {5}V{4}Z", f(-w + c), f(-h), f(w - c), f(w), f(-h + c), f(h - c), f(h), f(-w))
        }
        // A sheet with a folded corner.
        Kind::Config => format!("M{0} {1}H{2}L{3} {4}V{5}H{0}ZM{2} {1}V{4}H{3}", f(-w), f(-h), f(w - 10.0), f(w), f(-h + 10.0), f(h)),
    }
}

/// How far the outline lies inside the box at its side, so far from the middle: lines reach to it.
pub(super) fn inset(kind: Kind, size: Size, from_middle: f64) -> f64 {
    let h = size.h / 2.0;
    let dy = from_middle.abs().min(h);
    match kind {
        Kind::Client => h - (h * h - dy * dy).sqrt(),
        Kind::Gateway => 11.0 * dy / h,
        Kind::Queue => 6.0 * (1.0 - (1.0 - (dy / h).powi(2)).max(0.0).sqrt()),
        _ => 0.0,
    }
}

/// Room at the left and at the right of the text.
pub(super) fn padding(kind: Kind) -> f64 {
    match kind {
        Kind::Gateway | Kind::Client | Kind::Job | Kind::Queue => 20.0,
        _ => 14.0,
    }
}

fn rounded(w: f64, h: f64, r: f64) -> String {
    let f = figure;
    format!(
        "M{0} {1}H{2}A{r} {r} 0 0 1 {3} {4}V{5}A{r} {r} 0 0 1 {2} {6}H{0}A{r} {r} 0 0 1 {7} {5}V{4}A{r} {r} 0 0 1 {0} {1}Z",
        f(-w + r),
        f(-h),
        f(w - r),
        f(w),
        f(-h + r),
        f(h - r),
        f(h),
        f(-w),
        r = f(r)
    )
}
