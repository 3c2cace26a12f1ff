//! Which column each box stands in.

/// Columns from 0. Every line leads at least `step` columns to the right; boxes stand as near to what they are tied to as that allows.
/// The lines must be free of cycles; where they are not, the boxes of the cycle stay in column 0.
pub(super) fn columns(boxes: usize, lines: &[(usize, usize)], step: usize) -> Vec<usize> {
    let mut out = vec![Vec::new(); boxes];
    let mut into = vec![Vec::new(); boxes];
    for &(from, to) in lines {
        out[from].push(to);
        into[to].push(from);
    }
    let mut column = vec![0; boxes];
    let mut waiting: Vec<usize> = into.iter().map(Vec::len).collect();
    let mut ready: Vec<usize> = (0..boxes).filter(|b| waiting[*b] == 0).collect();
    let mut at = 0;
    while let Some(&from) = ready.get(at) {
        at += 1;
        for &to in &out[from] {
            column[to] = column[to].max(column[from] + step);
            waiting[to] -= 1;
            if waiting[to] == 0 {
                ready.push(to);
            }
        }
    }
    // Each box goes where most of its lines become shorter, until nothing moves.
    for _ in 0..boxes.min(64) {
        let mut moved = false;
        for &b in ready.iter().rev() {
            let most = out[b].iter().map(|to| column[*to]).min().map(|c| c.saturating_sub(step));
            let least = into[b].iter().map(|from| column[*from] + step).max();
            let better = match (least, most) {
                (None, Some(most)) => most,
                (Some(least), Some(most)) if out[b].len() > into[b].len() && most > least => most,
                (Some(least), _) => least,
                (None, None) => continue,
            };
            moved |= column[b] != better;
            column[b] = better;
        }
        if !moved {
            break;
        }
    }
    let first = column.iter().copied().min().unwrap_or(0);
    column.iter().map(|c| c - first).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_leads_to_the_right() {
        assert_eq!(columns(4, &[(0, 1), (1, 2), (0, 2), (3, 2)], 2), [0, 2, 4, 2]);
    }
}
