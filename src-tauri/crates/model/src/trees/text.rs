//! LightGBM's text, as `save_model` writes it: a head, then a block for each tree, `key=value` line by line.

use std::collections::HashMap;
use std::str::{FromStr, SplitAsciiWhitespace};

use super::quick::Quick;
use super::{Forest, Missing, Node, Objective, Split};

/// The forest in a text.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn parse(text: &str) -> Result<Forest, String> {
    let mut blocks = text.split("\nTree=");
    let head = Pairs::of(blocks.next().unwrap_or_default());
    version(&head)?;
    let classes: usize = head.one("num_class")?;
    let sums: usize = head.one("num_tree_per_iteration")?;
    let features: usize = head.one::<usize>("max_feature_idx")?.saturating_add(1);
    if features > 1 << 16 || !(1..=64).contains(&sums) {
        return Err(format!("it wants {features} features and gives {sums} numbers, more than is read here"));
    }
    let mut forest = Forest {
        features,
        names: head.get("feature_names").unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect(),
        sums,
        roots: Vec::new(),
        nodes: Vec::new(),
        leaves: Vec::new(),
        sets: Vec::new(),
        averaged: head.flag("average_output"),
        objective: objective(head.get("objective"), sums, classes)?,
        quick: None,
    };
    let mut ended = false;
    for block in blocks {
        if ended {
            return Err("trees stand behind its end".into());
        }
        // The last block ends with the trees; what follows are importances and parameters.
        let body = block.split("\nend of trees").next().unwrap_or_default();
        ended = body.len() < block.len();
        let (number, body) = body.split_once('\n').unwrap_or((body, ""));
        tree(&mut forest, &Pairs::of(body)).map_err(|what| format!("tree {}: {what}", number.trim()))?;
    }
    if !ended {
        return Err("its end is missing: it was cut off, fetch or save it again".into());
    }
    if forest.roots.is_empty() || !forest.roots.len().is_multiple_of(sums) {
        return Err(format!("it holds {} trees for {sums} numbers: it is not whole", forest.roots.len()));
    }
    forest.quick = Quick::of(&forest);
    Ok(forest)
}

fn version(head: &Pairs) -> Result<(), String> {
    match head.get("version") {
        // Before version 2 the text does not say its version, and reads the same.
        None | Some("v2" | "v3" | "v4") => Ok(()),
        Some(other) => Err(format!("it is LightGBM's text in version {other}, known here are v2 to v4: save it with an older LightGBM")),
    }
}

fn objective(text: Option<&str>, sums: usize, classes: usize) -> Result<Objective, String> {
    let words: Vec<_> = text.unwrap_or_default().split_ascii_whitespace().collect();
    let factor = words.iter().find_map(|word| word.strip_prefix("sigmoid:")).map_or(Ok(1.0), str::parse);
    let factor =
        factor.ok().filter(|factor: &f64| factor.is_finite() && *factor > 0.0).ok_or("the `sigmoid` of its objective is no number")?;
    let fits = |of: usize, objective| match of == sums && sums == classes {
        true => Ok(objective),
        false => Err(format!("it has {classes} classes and {sums} trees an iteration, which do not fit together")),
    };
    match words.first().copied() {
        Some("binary" | "cross_entropy") => fits(1, Objective::Sigmoid(factor)),
        Some("multiclass") => fits(classes.max(2), Objective::Softmax),
        Some("multiclassova") => fits(classes.max(2), Objective::Sigmoid(factor)),
        Some(other) => Err(format!("its objective is {other}, which gives no probabilities: train with `binary` or `multiclass`")),
        None => Err("it does not say its objective, so that its sums mean nothing: train with `binary` or `multiclass`".into()),
    }
}

fn tree(forest: &mut Forest, pairs: &Pairs) -> Result<(), String> {
    if pairs.get("is_linear").is_some_and(|text| text != "0") {
        return Err("its leaves are linear models, which are not read here: train without `linear_tree`".into());
    }
    let count: usize = pairs.one("num_leaves")?;
    let leaves: Vec<f64> = pairs.many("leaf_value", count)?;
    if !leaves.iter().all(|leaf| leaf.is_finite()) {
        return Err("a leaf is not finite".into());
    }
    let splits = count.checked_sub(1).ok_or("it has no leaf")?;
    let (first_node, first_leaf) = (index(forest.nodes.len())?, index(forest.leaves.len())?);
    forest.leaves.extend(leaves);
    if splits == 0 {
        forest.roots.push(!first_leaf);
        return Ok(());
    }
    let sets = Sets::read(forest, pairs)?;
    let features: Vec<usize> = pairs.many("split_feature", splits)?;
    let thresholds: Vec<f64> = pairs.many("threshold", splits)?;
    let decisions: Vec<u8> = match pairs.get("decision_type") {
        Some(_) => pairs.many("decision_type", splits)?,
        None => vec![0; splits],
    };
    let (left, right): (Vec<i32>, Vec<i32>) = (pairs.many("left_child", splits)?, pairs.many("right_child", splits)?);
    for at in 0..splits {
        if features[at] >= forest.features {
            return Err(format!("it asks for feature {}, but there are {}", features[at], forest.features));
        }
        // A child comes behind its parent, so that every walk ends.
        let child = |child: i32| match usize::try_from(child) {
            Ok(node) if node > at && node < splits => Ok(first_node + child),
            Err(_) if (!child as usize) < count => Ok(!(first_leaf + !child)),
            _ => Err(format!("split {at} leads nowhere")),
        };
        let (left, right) = (child(left[at])?, child(right[at])?);
        let split = split(decisions[at], thresholds[at], &sets)?;
        forest.nodes.push(Node { feature: features[at] as u32, split, left, right });
    }
    forest.roots.push(first_node);
    Ok(())
}

fn split(decision: u8, threshold: f64, sets: &Sets) -> Result<Split, String> {
    if threshold.is_nan() {
        return Err("a threshold is not a number".into());
    }
    if decision & 1 == 1 {
        return sets.get(threshold);
    }
    let missing = match decision >> 2 & 3 {
        0 => Missing::None,
        1 => Missing::Zero,
        2 => Missing::Nan,
        _ => return Err(format!("a split is of type {decision}, which is not known")),
    };
    Ok(Split::At { threshold, missing, left: decision & 2 != 0 })
}

/// The sets of categories of one tree: where each begins in [`Forest::sets`].
struct Sets {
    first: u32,
    bounds: Vec<u32>,
}

impl Sets {
    fn read(forest: &mut Forest, pairs: &Pairs) -> Result<Self, String> {
        let count: usize = if pairs.get("num_cat").is_some() { pairs.one("num_cat")? } else { 0 };
        let first = index(forest.sets.len())? as u32;
        if count == 0 {
            return Ok(Self { first, bounds: Vec::new() });
        }
        let bounds: Vec<u32> = pairs.many("cat_boundaries", count.saturating_add(1))?;
        let words = *bounds.last().unwrap_or(&0);
        if bounds.first() != Some(&0) || !bounds.is_sorted() {
            return Err("its sets of categories overlap".into());
        }
        forest.sets.extend(pairs.many::<u32>("cat_threshold", words as usize)?);
        Ok(Self { first, bounds })
    }

    fn get(&self, number: f64) -> Result<Split, String> {
        let at = number as usize;
        match self.bounds.get(at..at.saturating_add(2)) {
            Some(&[from, to]) if number >= 0.0 => Ok(Split::Among { first: self.first + from, words: to - from }),
            _ => Err(format!("a split asks for set {number} of categories, which is not there")),
        }
    }
}

/// Children are 32-bit numbers whose sign tells nodes from leaves.
fn index(count: usize) -> Result<i32, String> {
    i32::try_from(count).map_err(|_| "it has more nodes than are read here".into())
}

/// Lines of `key=value`.
struct Pairs<'a>(HashMap<&'a str, &'a str>);

impl<'a> Pairs<'a> {
    fn of(text: &'a str) -> Self {
        Self(text.lines().map(|line| line.trim_end().split_once('=').unwrap_or((line.trim_end(), ""))).collect())
    }

    fn get(&self, key: &str) -> Option<&'a str> {
        self.0.get(key).copied()
    }

    fn flag(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    fn one<T: FromStr>(&self, key: &str) -> Result<T, String> {
        let text = self.get(key).ok_or_else(|| format!("`{key}` is missing"))?;
        text.trim().parse().map_err(|_| format!("`{key}` is `{}`, which is no such number", short(text)))
    }

    fn many<T: FromStr>(&self, key: &str, count: usize) -> Result<Vec<T>, String> {
        let words: SplitAsciiWhitespace = self.get(key).ok_or_else(|| format!("`{key}` is missing"))?.split_ascii_whitespace();
        let numbers: Vec<T> = words
            .map(|word| word.parse().map_err(|_| format!("`{key}` holds `{}`, which is no such number", short(word))))
            .collect::<Result<_, _>>()?;
        if numbers.len() != count {
            return Err(format!("`{key}` has {} numbers instead of {count}", numbers.len()));
        }
        Ok(numbers)
    }
}

/// The beginning of a text that may be of any length.
fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
