//! Trees of LightGBM, walked as LightGBM walks them.
//!
//! The rules are those of LightGBM's own `Tree::NumericalDecision` and `CategoricalDecision`: a value goes left when it is at most the
//! threshold or its category is in the set; a node may declare zeros or NaN to be missing and then says which way they go.

mod quick;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use text::parse;

/// Values this close to zero are zero, for LightGBM.
const ZERO: f64 = 1e-35_f32 as f64;
/// Rows that go through a tree together: their features stay in the nearest cache while the tree is walked for each.
const TOGETHER: usize = 256;

/// A model of trees: sums of leaves, made into probabilities.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Forest {
    pub(crate) features: usize,
    /// Names that the file gives its features.
    pub(crate) names: Vec<String>,
    /// Sums that each row has: one, or one for each class.
    pub(crate) sums: usize,
    /// The trees of the first iteration, one for each sum, then those of the next.
    pub(crate) roots: Vec<i32>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) leaves: Vec<f64>,
    /// Sets of categories, 32 in each word.
    pub(crate) sets: Vec<u32>,
    /// Whether sums are averaged over the iterations, as random forests do.
    pub(crate) averaged: bool,
    pub(crate) objective: Objective,
    /// For rows without NaN, when no split needs a closer look.
    quick: Option<quick::Quick>,
}

/// A split. Children from 0 on are nodes, the others the complements of leaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Node {
    pub(crate) feature: u32,
    pub(crate) split: Split,
    pub(crate) left: i32,
    pub(crate) right: i32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Split {
    At {
        threshold: f64,
        missing: Missing,
        left: bool,
    },
    /// Words of [`Forest::sets`] that hold the categories that go left.
    Among {
        first: u32,
        words: u32,
    },
}

/// What a split takes for missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    None,
    Zero,
    Nan,
}

/// How sums become probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Objective {
    /// The logistic function of the sum, which is multiplied by this first.
    Sigmoid(f64),
    Softmax,
}

impl Forest {
    /// Channels of an answer: one for a binary model, else one for each class.
    pub(crate) fn channels(&self) -> usize {
        self.sums
    }

    /// Probabilities of rows of features, `channels` a row.
    pub(crate) fn predict(&self, rows: &[f64], probabilities: &mut Vec<f64>) {
        probabilities.clear();
        probabilities.resize(rows.len() / self.features * self.sums, 0.0);
        for (rows, sums) in rows.chunks(TOGETHER * self.features).zip(probabilities.chunks_mut(TOGETHER * self.sums)) {
            match &self.quick {
                Some(quick) if !rows.iter().any(|number| number.is_nan()) => quick.add(rows, self.features, sums, self.sums),
                _ => self.add(rows, sums),
            }
        }
        if self.averaged {
            let iterations = (self.roots.len() / self.sums) as f64;
            probabilities.iter_mut().for_each(|sum| *sum /= iterations);
        }
        match self.objective {
            Objective::Sigmoid(factor) => probabilities.iter_mut().for_each(|sum| *sum = 1.0 / (1.0 + (-factor * *sum).exp())),
            Objective::Softmax => probabilities.chunks_exact_mut(self.sums).for_each(softmax),
        }
    }

    fn add(&self, rows: &[f64], sums: &mut [f64]) {
        for (tree, &root) in self.roots.iter().enumerate() {
            let sums = sums.iter_mut().skip(tree % self.sums).step_by(self.sums);
            for (row, sum) in rows.chunks_exact(self.features).zip(sums) {
                *sum += self.leaf(root, row);
            }
        }
    }

    fn leaf(&self, root: i32, row: &[f64]) -> f64 {
        let mut at = root;
        while let Some(node) = usize::try_from(at).ok().and_then(|at| self.nodes.get(at)) {
            at = if self.goes_left(node, row[node.feature as usize]) { node.left } else { node.right };
        }
        self.leaves[!at as usize]
    }

    fn goes_left(&self, node: &Node, value: f64) -> bool {
        match node.split {
            Split::At { threshold, missing: Missing::None, .. } => (if value.is_nan() { 0.0 } else { value }) <= threshold,
            Split::At { threshold, missing: Missing::Nan, left } => {
                if value.is_nan() {
                    left
                } else {
                    value <= threshold
                }
            }
            Split::At { threshold, missing: Missing::Zero, left } => {
                if value.is_nan() || value.abs() <= ZERO {
                    left
                } else {
                    value <= threshold
                }
            }
            Split::Among { first, words } => {
                // Categories are whole numbers: what stands behind the point is cut off, and NaN is in no set.
                if value.is_nan() || value <= -1.0 || value >= f64::from(words) * 32.0 {
                    return false;
                }
                let category = value as u32;
                self.sets[(first + category / 32) as usize] >> (category % 32) & 1 == 1
            }
        }
    }
}

fn softmax(sums: &mut [f64]) {
    let most = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    sums.iter_mut().for_each(|sum| *sum = (*sum - most).exp());
    let total: f64 = sums.iter().sum();
    sums.iter_mut().for_each(|sum| *sum /= total);
}
