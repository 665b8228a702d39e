//! One pixel on its way to the geometric median, in 64 bits.

/// Most rounds.
const ROUNDS: usize = 300;
/// Length of a step after which the pixel is done.
const SHORT: f64 = 1e-3;

/// What is summed up over the looks at a point.
struct Sums<const B: usize> {
    far: f64,
    weight: f64,
    same: f64,
    pull: [f64; B],
    bent: [[f64; B]; B],
    near: f64,
    nearest: usize,
}

/// The geometric median of at least three points, from a point that is near it.
pub(super) fn finish<const B: usize>(points: &[[f64; B]], start: [f64; B]) -> [f64; B] {
    let mut y = start;
    let mut tried = usize::MAX;
    for _ in 0..ROUNDS {
        let at = sums(points, &y);
        let length = at.pull.iter().map(|p| p * p).sum::<f64>().sqrt();
        if length <= at.same || at.weight == 0.0 {
            break;
        }
        let free = 1.0 - at.same / length;
        let weiszfeld = at.pull.map(|p| p * free / at.weight);
        let newton = newton(&at, free).unwrap_or(weiszfeld);
        let long = newton.iter().map(|v| v * v).sum::<f64>().sqrt();
        if at.same == 0.0 && at.near < 2.0 * long && at.nearest != tried {
            tried = at.nearest;
            let there = sums(points, &points[tried]);
            if there.pull.iter().map(|p| p * p).sum::<f64>().sqrt() <= there.same {
                return points[tried];
            }
        }
        // Newton's step or a half, a quarter, ... of it; else the one that is always good.
        let halves = (0..8).map(|half| 0.5f64.powi(half));
        let next = halves.map(|share| moved(&y, &newton, share)).find(|next| sums(points, next).far < at.far);
        if long < SHORT {
            return next.unwrap_or(y);
        }
        y = next.unwrap_or_else(|| moved(&y, &weiszfeld, 1.0));
    }
    y
}

fn moved<const B: usize>(y: &[f64; B], step: &[f64; B], share: f64) -> [f64; B] {
    std::array::from_fn(|b| y[b] + step[b] * share)
}

fn sums<const B: usize>(points: &[[f64; B]], y: &[f64; B]) -> Sums<B> {
    let mut s = Sums { far: 0.0, weight: 0.0, same: 0.0, pull: [0.0; B], bent: [[0.0; B]; B], near: f64::INFINITY, nearest: 0 };
    for (number, point) in points.iter().enumerate() {
        let to: [f64; B] = std::array::from_fn(|b| point[b] - y[b]);
        let far = to.iter().map(|v| v * v).sum::<f64>().sqrt();
        if far < s.near {
            (s.near, s.nearest) = (far, number);
        }
        if far < 1e-9 {
            s.same += 1.0;
            continue;
        }
        let w = 1.0 / far;
        s.far += far;
        s.weight += w;
        for b in 0..B {
            s.pull[b] += w * to[b];
            for c in 0..B {
                s.bent[b][c] += w * w * w * to[b] * to[c];
            }
        }
    }
    s
}

/// Newton's step by elimination; `None` where the sum is too flat for one.
fn newton<const B: usize>(at: &Sums<B>, free: f64) -> Option<[f64; B]> {
    let mut matrix: [[f64; B]; B] = std::array::from_fn(|b| std::array::from_fn(|c| if b == c { at.weight } else { 0.0 } - at.bent[b][c]));
    let mut v = at.pull.map(|p| p * free);
    for b in 0..B {
        let pivot = matrix[b][b];
        if pivot <= 1e-12 * at.weight {
            return None;
        }
        for c in b + 1..B {
            let share = matrix[c][b] / pivot;
            let row = matrix[b];
            matrix[c].iter_mut().zip(row).for_each(|(m, r)| *m -= share * r);
            v[c] -= share * v[b];
        }
    }
    for b in (0..B).rev() {
        let known: f64 = (b + 1..B).map(|c| matrix[b][c] * v[c]).sum();
        v[b] = (v[b] - known) / matrix[b][b];
    }
    Some(v)
}
