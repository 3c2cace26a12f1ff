//! Which lines run against the rest: taking them the other way round leaves no cycle.

/// One flag a line: whether it is taken the other way round. Few are: the heuristic of Eades, Lin and Smyth.
pub(super) fn against(boxes: usize, lines: &[(usize, usize)]) -> Vec<bool> {
    let mut out = vec![Vec::new(); boxes];
    let mut into = vec![Vec::new(); boxes];
    for &(from, to) in lines.iter().filter(|(from, to)| from != to) {
        out[from].push(to);
        into[to].push(from);
    }
    let mut left = vec![true; boxes];
    let mut outs: Vec<usize> = out.iter().map(Vec::len).collect();
    let mut ins: Vec<usize> = into.iter().map(Vec::len).collect();
    let (mut first, mut last) = (Vec::new(), Vec::new());
    for _ in 0..boxes {
        let rest = || (0..boxes).filter(|b| left[*b]);
        let (next, is_last) = if let Some(sink) = rest().find(|b| outs[*b] == 0) {
            (sink, true)
        } else if let Some(source) = rest().find(|b| ins[*b] == 0) {
            (source, false)
        } else if let Some(most) = rest().rev().max_by_key(|b| outs[*b].cast_signed() - ins[*b].cast_signed()) {
            (most, false)
        } else {
            break;
        };
        left[next] = false;
        if is_last {
            last.push(next)
        } else {
            first.push(next)
        }
        out[next].iter().for_each(|to| ins[*to] = ins[*to].saturating_sub(1));
        into[next].iter().for_each(|from| outs[*from] = outs[*from].saturating_sub(1));
    }
    let mut place = vec![0; boxes];
    for (i, b) in first.into_iter().chain(last.into_iter().rev()).enumerate() {
        place[b] = i;
    }
    lines.iter().map(|&(from, to)| place[from] > place[to]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_turned_where_there_is_no_cycle() {
        assert_eq!(against(4, &[(3, 0), (0, 1), (3, 1), (1, 2)]), [false; 4]);
    }

    #[test]
    fn one_line_of_a_ring_is_turned() {
        let turned = against(3, &[(0, 1), (1, 2), (2, 0)]);
        assert_eq!(turned.iter().filter(|t| **t).count(), 1);
    }
}
