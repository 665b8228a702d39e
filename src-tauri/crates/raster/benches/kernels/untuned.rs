//! A masked median by a whole sorting network, nothing pruned: what plain code gives.

const LANES: usize = 64;

/// Batcher's odd-even merge sort for so many wires.
pub(crate) fn network(n: usize) -> Vec<(usize, usize)> {
    let (mut net, mut p) = (Vec::new(), 1);
    while p < n {
        let mut k = p;
        while k >= 1 {
            for j in (k % p..n - k).step_by(2 * k) {
                for i in 0..k.min(n - j - k) {
                    if (i + j) / (2 * p) == (i + j + k) / (2 * p) {
                        net.push((i + j, i + j + k));
                    }
                }
            }
            k /= 2;
        }
        p *= 2;
    }
    net
}

/// Medians over the looks that are neither 0 nor dropped.
pub(crate) fn median(looks: &[&[u16]], drop: &[Vec<u8>], out: &mut [u16], net: &[(usize, usize)]) {
    let n = looks.len();
    let mut s = vec![[0u16; LANES]; n];
    for at in (0..out.len()).step_by(LANES) {
        let mut count = [0u16; LANES];
        for t in 0..n {
            let (v, d, w) = (&looks[t][at..at + LANES], &drop[t][at..at + LANES], &mut s[t]);
            for i in 0..LANES {
                let bad = 0u16.wrapping_sub(((d[i] != 0) | (v[i] == 0)) as u16);
                w[i] = v[i] | bad;
                count[i] += 1u16.wrapping_add(bad);
            }
        }
        for &(a, b) in net {
            let (lo, hi) = s.split_at_mut(b);
            let (x, y) = (&mut lo[a], &mut hi[0]);
            for i in 0..LANES {
                (x[i], y[i]) = (x[i].min(y[i]), x[i].max(y[i]));
            }
        }
        let (mut low, mut high) = ([0u16; LANES], [0u16; LANES]);
        for (k, w) in s.iter().enumerate() {
            for i in 0..LANES {
                let (l, h) = (count[i].saturating_sub(1) / 2 == k as u16, count[i] / 2 == k as u16);
                low[i] |= w[i] & 0u16.wrapping_sub(l as u16);
                high[i] |= w[i] & 0u16.wrapping_sub(h as u16);
            }
        }
        for i in 0..LANES {
            let half = (low[i] & high[i]) + ((low[i] ^ high[i]) >> 1);
            let odd = (low[i] ^ high[i]) & 1;
            out[at + i] = (half + (odd & half)) & 0u16.wrapping_sub((count[i] > 0) as u16);
        }
    }
}
