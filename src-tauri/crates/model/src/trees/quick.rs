//! The same walk for eight rows at a time, without branches.
//!
//! A walk through a tree waits for one node after the other, and guesses half of its turns wrongly. Eight walks side by side wait together,
//! and a turn that is added to an index is never guessed. This wants plain splits by number and rows without NaN, which is what pixels are.

use super::{Forest, Missing, Split};

/// Rows that are walked side by side.
const LANES: usize = 8;

/// A node, its two children next to each other. A leaf is its own left child, and every value goes left there.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    threshold: f64,
    feature: u32,
    left: u32,
}

/// A tree: where it begins, and how many turns lead to its deepest leaf.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Tree {
    first: u32,
    depth: u32,
}

/// A forest laid out for that walk.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quick {
    steps: Vec<Step>,
    /// What a step that is a leaf adds.
    values: Vec<f64>,
    trees: Vec<Tree>,
}

impl Quick {
    /// `None` for a forest with splits that need a closer look.
    pub(super) fn of(forest: &Forest) -> Option<Self> {
        let mut quick = Self { steps: Vec::new(), values: Vec::new(), trees: Vec::new() };
        for &root in &forest.roots {
            let first = quick.steps.len();
            // Children are laid out level by level, so that a tree's upper nodes lie together.
            let (mut level, mut depth) = (vec![root], 0);
            quick.leave_room(1);
            let mut at = first;
            while level.iter().any(|child| *child >= 0) {
                let mut below = Vec::new();
                for child in level {
                    if let Ok(index) = usize::try_from(child) {
                        let node = &forest.nodes[index];
                        let Split::At { threshold, missing: Missing::None | Missing::Nan, .. } = node.split else { return None };
                        quick.steps[at] = Step { threshold, feature: node.feature, left: u32::try_from(quick.steps.len()).ok()? };
                        quick.leave_room(2);
                        below.extend([node.left, node.right]);
                    } else {
                        quick.end(at, forest.leaves[!child as usize]);
                    }
                    at += 1;
                }
                (level, depth) = (below, depth + 1);
            }
            for child in level {
                quick.end(at, forest.leaves[!child as usize]);
                at += 1;
            }
            quick.trees.push(Tree { first: u32::try_from(first).ok()?, depth });
        }
        Some(quick)
    }

    fn leave_room(&mut self, count: usize) {
        self.steps.extend([Step { threshold: f64::INFINITY, feature: 0, left: 0 }].repeat(count));
        self.values.extend([0.0].repeat(count));
    }

    fn end(&mut self, at: usize, value: f64) {
        self.steps[at].left = at as u32;
        self.values[at] = value;
    }

    /// Adds to `sums`, of which each row has `per_row`, what the leaves hold. The rows are of `features` numbers, none of them NaN.
    pub(super) fn add(&self, rows: &[f64], features: usize, sums: &mut [f64], per_row: usize) {
        for (number, tree) in self.trees.iter().enumerate() {
            let mut place = number % per_row;
            for rows in rows.chunks(LANES * features) {
                let mut at = [tree.first; LANES];
                let lanes = rows.len() / features;
                for _ in 0..tree.depth {
                    for (lane, at) in at.iter_mut().enumerate().take(lanes) {
                        let step = &self.steps[*at as usize];
                        *at = step.left + u32::from(rows[lane * features + step.feature as usize] > step.threshold);
                    }
                }
                for at in &at[..lanes] {
                    sums[place] += self.values[*at as usize];
                    place += per_row;
                }
            }
        }
    }
}
