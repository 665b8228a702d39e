//! Places by name: an offline gazetteer.
//!
//! ```
//! let found = swath_library::places("苏黎世", 5);
//! assert_eq!(found[0].name, "Zürich");
//! assert!((found[0].longitude - 8.55).abs() < 0.01);
//! ```
//!
//! 249 countries and territories, 4,500 regions, 34,000 cities, in one compressed text that is part of the program (`data/README.md` tells where it comes from, and
//! under which licences). It is unpacked and sorted when the first place is searched, and stays in memory from then on, about 10 MB.
//!
//! Names, boxes and what counts as a country are those of the sources. They are indicative, and state no position on any border.

mod fold;
mod table;

use std::cmp::Reverse;
use std::collections::HashSet;

use fold::fold;
use table::{Key, Table};

/// Longer texts are no place's name; the rest is not looked at.
const LONGEST_TEXT: usize = 100;
/// A place with more words than this around its name is not written by a person.
const MOST_WORDS: usize = 6;
/// What is written after the name of a Chinese place and often left out: city, province, county, state, district.
const SUFFIXES: [char; 7] = ['市', '省', '县', '州', '区', '縣', '區'];

/// A place that people know by a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// English, or local in Latin letters.
    pub name: String,
    /// Simplified Chinese, where the sources have it: all countries, a third of the cities.
    pub chinese: Option<String>,
    /// What it is.
    pub kind: PlaceKind,
    /// What it lies in, the smallest first: "Illinois, United States". None for countries.
    pub region: Option<String>,
    /// The same in Chinese and in Chinese order, where possible: "美国 伊利诺伊州".
    pub region_chinese: Option<String>,
    /// Degrees east, -180 to 180, of a point inside.
    pub longitude: f64,
    /// Degrees north, -90 to 90.
    pub latitude: f64,
    /// West, south, east, north in degrees; none for cities. West is larger than east where the box crosses longitude 180. Of a country that
    /// lies far apart, the main part.
    pub bbox: Option<[f64; 4]>,
    /// Inhabitants; 0 is unknown. Of a region, those of its cities listed here, which is less than all.
    pub population: u64,
}

/// What a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlaceKind {
    /// A country or territory: an entry of ISO 3166-1.
    Country,
    /// A part of a country: a state, province, county.
    Region,
    /// A city or town.
    City,
}

/// Places whose name, or a word of it, begins with `text`, at most `limit`: exact names first, then the more populous ones.
///
/// Case, accents, full width and punctuation make no difference. English, Chinese, local and former names are found. What follows a comma, or a space
/// when nothing has the whole name, narrows: "Springfield, Illinois", "paris texas". A text without a letter or digit finds nothing.
pub fn places(text: &str, limit: usize) -> Vec<Place> {
    let text: String = text.chars().take(LONGEST_TEXT).collect();
    let table = table::get();
    let rows = match text.split_once([',', '，', '、']) {
        Some((name, within)) => narrowed(table, &fold(name), &fold(within), limit),
        None => anywhere(table, &fold(&text), limit),
    };
    rows.into_iter().filter_map(|row| table.place(row)).collect()
}

fn anywhere(table: &Table, text: &str, limit: usize) -> Vec<u32> {
    let found = named(table, text, limit, |_| true);
    if !found.is_empty() {
        return found;
    }
    if text.split(' ').count() > MOST_WORDS {
        return found;
    }
    let spaces = text.rmatch_indices(' ').map(|(at, _)| at);
    spaces.map(|at| narrowed(table, &text[..at], &text[at + 1..], limit)).find(|found| !found.is_empty()).unwrap_or_default()
}

/// Places of a name inside countries and regions of another, of which every word has to fit one of them: "Springfield, Illinois, USA".
fn narrowed(table: &Table, name: &str, within: &str, limit: usize) -> Vec<u32> {
    let around =
        |word: &str| -> HashSet<u32> { table.starting(word).iter().map(|key| key.row).filter(|row| !table.is_city(*row)).collect() };
    let words: Vec<_> = within.split_whitespace().take(MOST_WORDS).map(around).collect();
    named(table, name, limit, |row| words.iter().all(|word| table.parents(row).any(|parent| word.contains(&parent))))
}

fn named(table: &Table, text: &str, limit: usize, wanted: impl Fn(u32) -> bool) -> Vec<u32> {
    if text.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<_> = table.starting(text).iter().map(|key| ranked(table, key, text.len())).filter(|found| wanted(found.2)).collect();
    if let Some(short) = text.strip_suffix(SUFFIXES).filter(|short| short.chars().count() > 1) {
        found.extend(
            table
                .starting(short)
                .iter()
                .filter(|key| key.len() == short.len())
                .map(|key| ranked(table, key, short.len()))
                .filter(|f| wanted(f.2)),
        );
    }
    found.sort_unstable();
    let mut seen = HashSet::new();
    found.into_iter().map(|(_, _, row)| row).filter(|row| seen.insert(*row)).take(limit).collect()
}

/// Sorts by how well the text fits, then by inhabitants, the city before the region named after it, and then by place in the file, so that the order is always the same.
fn ranked(table: &Table, key: &Key, length: usize) -> (u8, Reverse<u64>, u32) {
    let begun = if key.len() == length { 0 } else { 2 };
    let inside = if key.inner { 4 } else { 0 };
    (inside + begun + u8::from(key.other), Reverse(table.weight(key.row)), key.row)
}

#[cfg(test)]
mod tests;
