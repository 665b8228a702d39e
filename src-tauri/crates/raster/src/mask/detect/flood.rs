//! Filling pits: morphological reconstruction by erosion, as a flood from the rim (Barnes et al. 2014, doi 10.1016/j.cageo.2013.04.024).

use super::morphology::neighbours;

/// The surface after every pit is filled to the height over which it would run out; outside the grid and where nothing was seen lies `outside`.
pub(super) fn filled(surface: &[u16], seen: &[bool], width: usize, outside: u16) -> Vec<u16> {
    let (len, height) = (surface.len(), surface.len() / width);
    let mut level = vec![u16::MAX; len];
    let mut reached = vec![false; len];
    let mut rim = Rim::new(len);
    for i in 0..len {
        let (x, y) = (i % width, i / width);
        let edge = x == 0 || y == 0 || x + 1 == width || y + 1 == height;
        if edge || !seen[i] {
            level[i] = if seen[i] { surface[i].max(outside) } else { outside };
            reached[i] = true;
            rim.push(level[i], i);
        }
    }
    while let Some(from) = rim.lowest() {
        for i in neighbours(from, width, len) {
            if !std::mem::replace(&mut reached[i], true) {
                level[i] = surface[i].max(level[from]);
                rim.push(level[i], i);
            }
        }
    }
    level
}

/// Pixels waiting at each level. The flood only rises, so that finding the lowest is a walk upwards, once in all.
struct Rim {
    first: Vec<u32>,
    next: Vec<u32>,
    lowest: usize,
}

const NONE: u32 = u32::MAX;

impl Rim {
    fn new(pixels: usize) -> Self {
        Self { first: vec![NONE; 1 << 16], next: vec![NONE; pixels], lowest: 0 }
    }

    fn push(&mut self, level: u16, i: usize) {
        self.next[i] = std::mem::replace(&mut self.first[usize::from(level)], i as u32);
    }

    fn lowest(&mut self) -> Option<usize> {
        while self.lowest < self.first.len() {
            let i = self.first[self.lowest];
            if i != NONE {
                self.first[self.lowest] = self.next[i as usize];
                return Some(i as usize);
            }
            self.lowest += 1;
        }
        None
    }
}
