//! Filling pits: morphological reconstruction by erosion, as a flood from the rim (Barnes et al. 2014, doi 10.1016/j.cageo.2013.04.024).

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::morphology::neighbours;

/// The surface after every pit is filled to the height over which it would run out; outside the grid and where nothing was seen lies `outside`.
pub(super) fn filled(surface: &[u16], seen: &[bool], width: usize, outside: u16) -> Vec<u16> {
    let (len, height) = (surface.len(), surface.len() / width);
    let mut level = vec![u16::MAX; len];
    let mut reached = vec![false; len];
    let mut rim = BinaryHeap::new();
    for i in 0..len {
        let (x, y) = (i % width, i / width);
        let edge = x == 0 || y == 0 || x + 1 == width || y + 1 == height;
        if edge || !seen[i] {
            level[i] = if seen[i] { surface[i].max(outside) } else { outside };
            reached[i] = true;
            rim.push(Reverse((level[i], i as u32)));
        }
    }
    let mut pit = VecDeque::new();
    loop {
        let Some(from) = pit.pop_front().or_else(|| rim.pop().map(|Reverse((_, i))| i as usize)) else { break };
        for i in neighbours(from, width, len) {
            if std::mem::replace(&mut reached[i], true) {
                continue;
            }
            level[i] = surface[i].max(level[from]);
            if level[i] == level[from] {
                pit.push_back(i);
            } else {
                rim.push(Reverse((level[i], i as u32)));
            }
        }
    }
    level
}
