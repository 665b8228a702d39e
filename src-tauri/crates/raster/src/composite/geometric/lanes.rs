//! Some pixels on their way to the geometric median, abreast.
#![allow(clippy::needless_range_loop, reason = "loops over lanes read many arrays at one place")]

use super::alone;
use crate::composite::Look;

/// Pixels in work at a time.
pub(super) const LANES: usize = 32;
/// Pixels that are brought near together.
const CHUNK: usize = 64;
/// Squared distance up to which a point counts as the same.
const SAME: f32 = 1e-6;
/// Squared length of a step after which a pixel is done.
const SHORT: f32 = 0.05 * 0.05;
/// Share of the summed weights that is added to the matrix, so that looks that lie nearly on a line have a step too.
const FIRM: f32 = 1e-6;
/// Share of the summed weights below which a direction is too flat for 32 bits.
const FLAT: f32 = 2e-3;
/// Most rounds abreast; who needs more is finished alone.
const ROUNDS: u32 = 32;

type Lanes = [f32; LANES];

/// What is summed up over the looks.
struct Sums<const B: usize, const H: usize> {
    /// Distances.
    far: Lanes,
    /// Their reciprocals, w.
    weight: Lanes,
    /// Looks that are at the point itself.
    same: Lanes,
    /// w times the vector to the look.
    pull: [Lanes; B],
    /// w³ times the product of that vector with itself, row by row up to the diagonal.
    bent: [Lanes; H],
    /// The nearest look: the bits of its squared distance, of which the last make way for its number.
    near: [u32; LANES],
}

/// Bits for the number of a look. Of more looks than they tell, some are never tried themselves.
const NUMBER: u32 = 0xfff;

/// How far the pixels have come. Points are counted from where the pixel starts.
struct State<const B: usize> {
    /// Where the pixel is now.
    y: [Lanes; B],
    /// Where to go on when the point that is looked at is no better.
    instead: [Lanes; B],
    /// Where to go on when that is no better either.
    safe: [Lanes; B],
    /// The least sum of distances so far.
    least: Lanes,
    /// What is known of the point `y`.
    mode: [u32; LANES],
    /// The look that was tried last.
    tried: [u32; LANES],
    /// The flattest direction so far, as a share of the summed weights.
    flat: Lanes,
    rounds: [u32; LANES],
}

/// The point comes of a step of Newton's.
const NEWTON: u32 = 0;
/// It is a look.
const TRIAL: u32 = 1;
/// It is taken in any case.
const SAFE: u32 = 2;
/// Nothing is left to do.
const DONE: u32 = 3;

pub(super) struct Group<const B: usize, const H: usize> {
    /// Per look its bands, counted from the start. The looks of each pixel are packed to the front.
    points: Vec<[Lanes; B]>,
    /// How many they are.
    count: [u32; LANES],
    bands: usize,
    /// The next pixels of all bands of all looks.
    near: Vec<[u16; CHUNK]>,
    chunk: usize,
    start: [[u16; LANES]; B],
    sums: Sums<B, H>,
    state: State<B>,
    /// Room for the state after a round.
    next: State<B>,
}

impl<const B: usize, const H: usize> Group<B, H> {
    pub(super) fn new(looks: usize, bands: usize) -> Self {
        let none = [0.0; LANES];
        let state = || State {
            y: [none; B],
            instead: [none; B],
            safe: [none; B],
            least: none,
            mode: [DONE; LANES],
            tried: [0; LANES],
            flat: none,
            rounds: [0; LANES],
        };
        Self {
            points: vec![[none; B]; looks],
            count: [0; LANES],
            bands,
            near: vec![[0; CHUNK]; looks * bands],
            chunk: usize::MAX,
            start: [[0; LANES]; B],
            sums: Sums { far: none, weight: none, same: none, pull: [none; B], bent: [none; H], near: [0; LANES] },
            state: state(),
            next: state(),
        }
    }

    pub(super) fn is_done(&self, lane: usize) -> bool {
        self.state.mode[lane] == DONE
    }

    /// Brings the pixels of a chunk of all looks side by side, so that they can be taken one by one.
    #[inline(always)]
    fn bring(&mut self, looks: &[Look], chunk: usize) {
        self.chunk = chunk;
        let rows = looks.iter().flat_map(|look| look.bands);
        for (near, band) in self.near.iter_mut().zip(rows) {
            let rest = &band[chunk * CHUNK..];
            let n = rest.len().min(CHUNK);
            near[..n].copy_from_slice(&rest[..n]);
        }
    }

    /// Takes a pixel, which starts at what `out` has there; `false` when it has fewer than three looks, which need no work.
    #[inline(always)]
    pub(super) fn load(&mut self, lane: usize, looks: &[Look], place: usize, out: &[Vec<u16>]) -> bool {
        if self.chunk != place / CHUNK {
            self.bring(looks, place / CHUNK);
        }
        let (from, lane) = (place % CHUNK, lane % LANES);
        let mut start = [0.0; B];
        for (b, out) in out.iter().enumerate() {
            self.start[b][lane] = out[place];
            start[b] = f32::from(out[place]);
        }
        let mut count = 0;
        for near in self.near.chunks_exact(self.bands) {
            if near[0][from] == 0 {
                continue;
            }
            for ((at, start), near) in self.points[count].iter_mut().zip(start).zip(near) {
                at[lane] = f32::from(near[from]) - start;
            }
            count += 1;
        }
        if count < 3 {
            return false;
        }
        self.count[lane] = count as u32;
        let state = &mut self.state;
        (state.mode[lane], state.rounds[lane]) = (SAFE, 0);
        (state.least[lane], state.tried[lane], state.flat[lane]) = (f32::INFINITY, NUMBER, 1.0);
        state.y.iter_mut().for_each(|y| y[lane] = 0.0);
        true
    }

    /// Takes all pixels one step on.
    #[inline(always)]
    pub(super) fn round(&mut self) {
        let none = [0.0; LANES];
        let sums = &mut self.sums;
        (sums.far, sums.weight, sums.same) = (none, none, none);
        (sums.pull, sums.bent, sums.near) = ([none; B], [none; H], [f32::MAX.to_bits(); LANES]);
        let most = self.count.iter().copied().fold(0, u32::max);
        for (k, point) in self.points[..most as usize].iter().enumerate() {
            add(point, k as u32, &self.count, &self.state.y, sums);
        }
        step(&self.sums, &self.state, &mut self.next);
        std::mem::swap(&mut self.state, &mut self.next);
        for i in 0..LANES {
            if self.state.mode[i] == TRIAL {
                let point = &self.points[self.state.tried[i] as usize];
                for b in 0..B {
                    self.state.y[b][i] = point[b][i];
                }
            }
        }
    }

    /// Writes a pixel that is done.
    #[inline(always)]
    pub(super) fn store(&mut self, lane: usize, place: usize, out: &mut [Vec<u16>]) {
        let state = &self.state;
        let mut y: [f64; B] = std::array::from_fn(|b| f64::from(state.y[b][lane]));
        if state.flat[lane] < FLAT || state.rounds[lane] >= ROUNDS {
            let looks = &self.points[..self.count[lane] as usize];
            let points = looks.iter().map(|point| std::array::from_fn(|b| f64::from(point[b][lane])));
            y = alone::finish::<B>(&points.collect::<Vec<_>>(), y);
        }
        for ((out, start), y) in out.iter_mut().zip(&self.start).zip(y) {
            out[place] = (f64::from(start[lane]) + y).round_ties_even().clamp(1.0, 65_535.0) as u16;
        }
        self.count[lane] = 0;
    }
}

/// Adds a look to the sums at the points `y`. Without branches, so that all lanes can go the same way.
#[inline(always)]
fn add<const B: usize, const H: usize>(point: &[Lanes; B], number: u32, count: &[u32; LANES], y: &[Lanes; B], sums: &mut Sums<B, H>) {
    for i in 0..LANES {
        let mut to = [0.0; B];
        let mut square = 0.0;
        for b in 0..B {
            to[b] = point[b][i] - y[b][i];
            square += to[b] * to[b];
        }
        let valid = 0u32.wrapping_sub(u32::from(number < count[i]));
        let apart = valid & 0u32.wrapping_sub(u32::from(square > SAME));
        let far = (if square > SAME { square } else { SAME }).sqrt();
        let w = f32::from_bits((1.0 / far).to_bits() & apart);
        sums.far[i] += f32::from_bits(far.to_bits() & apart);
        sums.weight[i] += w;
        sums.same[i] += f32::from_bits(1f32.to_bits() & valid & !apart);
        let near = (square.to_bits() & !NUMBER) | number.min(NUMBER) | !valid;
        sums.near[i] = sums.near[i].min(near);
        let w3 = w * w * w;
        let mut e = 0;
        for b in 0..B {
            sums.pull[b][i] += w * to[b];
            let bent = w3 * to[b];
            for c in 0..b + 1 {
                sums.bent[e][i] += bent * to[c];
                e += 1;
            }
        }
    }
}

/// Moves all pixels that are not done.
#[inline(always)]
fn step<const B: usize, const H: usize>(sums: &Sums<B, H>, state: &State<B>, new: &mut State<B>) {
    for i in 0..LANES {
        // The matrix of Newton's step, taken apart into a triangle and its transpose.
        let mut l = [0.0f32; H];
        let mut inverse = [0.0f32; B];
        let weight = sums.weight[i];
        let diagonal = weight * (1.0 + FIRM);
        let least = if weight * FIRM > f32::MIN_POSITIVE { weight * FIRM } else { f32::MIN_POSITIVE };
        let mut flat = weight;
        for b in 0..B {
            let row = b * (b + 1) / 2;
            for c in 0..b {
                let row_c = c * (c + 1) / 2;
                let mut v = -sums.bent[row + c][i];
                for d in 0..c {
                    v -= l[row + d] * l[row_c + d];
                }
                l[row + c] = v * inverse[c];
            }
            let mut v = diagonal - sums.bent[row + b][i];
            for d in 0..b {
                v -= l[row + d] * l[row + d];
            }
            flat = if v < flat { v } else { flat };
            inverse[b] = 1.0 / (if v > least { v } else { least }).sqrt();
        }
        let mut length = 0.0f32;
        for b in 0..B {
            length += sums.pull[b][i] * sums.pull[b][i];
        }
        let length = length.sqrt();
        // At a look (or several that coincide) they hold on to the pixel.
        let same = sums.same[i];
        let held = length <= same;
        let free = if held { 0.0 } else { 1.0 - same / length };
        let mut go = [0.0f32; B];
        for b in 0..B {
            let row = b * (b + 1) / 2;
            let mut v = sums.pull[b][i] * free;
            for c in 0..b {
                v -= l[row + c] * go[c];
            }
            go[b] = v * inverse[b];
        }
        for back in 0..B {
            let b = B - 1 - back;
            let mut v = go[b];
            for c in b + 1..B {
                v -= l[c * (c + 1) / 2 + b] * go[c];
            }
            go[b] = v * inverse[b];
        }
        let mut short = 0.0f32;
        for b in 0..B {
            short += go[b] * go[b];
        }
        let mode = state.mode[i];
        let (far, near, nearest) = (sums.far[i], f32::from_bits(sums.near[i] & !NUMBER), sums.near[i] & NUMBER);
        let take = (mode == SAFE) | (far <= state.least[i] * (1.0 + 1e-6));
        let rounds = state.rounds[i] + 1;
        let end = held | (take & (short < SHORT)) | (rounds >= ROUNDS);
        let try_nearest = take & !end & (near < 4.0 * short) & (same == 0.0) & (nearest != state.tried[i]);
        let by_weight = free / if weight > 0.0 { weight } else { 1.0 };
        let over = mode == DONE;
        let (trial, on_way) = (mode == TRIAL, take | held);
        for b in 0..B {
            let (y, instead, safe) = (state.y[b][i], state.instead[b][i], state.safe[b][i]);
            let on = if held { y } else { y + go[b] };
            let back = if trial { instead } else { safe };
            let next = if on_way { on } else { back };
            new.y[b][i] = if over { y } else { next };
            new.instead[b][i] = if take { on } else { instead };
            new.safe[b][i] = if take { y + sums.pull[b][i] * by_weight } else { safe };
        }
        new.least[i] = if take { far } else { state.least[i] };
        let refused = if trial { NEWTON } else { SAFE };
        let next = if take { NEWTON } else { refused };
        let next = if try_nearest { TRIAL } else { next };
        new.mode[i] = if over | end { DONE } else { next };
        new.tried[i] = if try_nearest { nearest } else { state.tried[i] };
        // A pixel that a look holds is where it belongs, however flat it is around.
        let flat = flat / if weight > 0.0 { weight } else { 1.0 };
        new.flat[i] = if held { 1.0 } else { flat };
        new.rounds[i] = if held { 0 } else { rounds };
    }
}
