//! Parts of a plan that no line ties to each other.

/// The part of each box, numbered by their first boxes.
pub(super) fn parts(boxes: usize, lines: &[(usize, usize)]) -> Vec<usize> {
    let mut near = vec![Vec::new(); boxes];
    for &(a, b) in lines {
        near[a].push(b);
        near[b].push(a);
    }
    let mut part = vec![usize::MAX; boxes];
    let mut next = 0;
    for start in 0..boxes {
        if part[start] != usize::MAX {
            continue;
        }
        let mut stack = vec![start];
        part[start] = next;
        while let Some(b) = stack.pop() {
            for &other in &near[b] {
                if part[other] == usize::MAX {
                    part[other] = next;
                    stack.push(other);
                }
            }
        }
        next += 1;
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn untied_boxes_are_parts() {
        assert_eq!(parts(5, &[(0, 2), (3, 1)]), [0, 1, 0, 1, 2]);
    }
}
