//! The gazetteer in memory: its text, and every beginning of a name in order.
//!
//! A name is a key at its first letter and at the start of every word (of every character in Chinese), so that one binary search finds all names that
//! begin with a text, in full or inside.

use std::io::Read;
use std::sync::OnceLock;

use super::fold::fold;
use super::{Place, PlaceKind};

static DATA: &[u8] = include_bytes!("../../data/places.tsv.gz");

pub(super) fn get() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| Table::new(unpacked()))
}

/// The file is part of the program and is tested; were it broken all the same, there would be no places, and the program would go on.
fn unpacked() -> String {
    let mut text = String::new();
    match flate2::read::GzDecoder::new(DATA).read_to_string(&mut text) {
        Ok(_) => text,
        Err(_) => String::new(),
    }
}

pub(super) struct Table {
    /// Lines as `data/make.py` describes them.
    text: String,
    rows: Vec<Row>,
    /// Folded names, one after another.
    names: String,
    /// In order of what they point at.
    keys: Vec<Key>,
}

struct Row {
    start: u32,
    parent: Option<u32>,
    population: u64,
    /// What it is ranked by: inhabitants, and of regions those of their largest city (see `lift`).
    weight: u64,
}

/// A beginning inside `names`, up to the end of its name.
pub(super) struct Key {
    at: u32,
    end: u32,
    pub(super) row: u32,
    /// Not one of the two names that are shown.
    pub(super) other: bool,
    /// Not the beginning of the whole name.
    pub(super) inner: bool,
}

impl Key {
    /// Bytes of the folded name from here on.
    pub(super) fn len(&self) -> usize {
        (self.end - self.at) as usize
    }
}

impl Table {
    fn new(text: String) -> Table {
        let mut table = Table { rows: Vec::new(), names: String::with_capacity(text.len()), keys: Vec::new(), text: String::new() };
        let mut start = 0;
        for line in text.lines() {
            let fields = Fields::of(line);
            let row = table.rows.len() as u32;
            let population = fields.number(7).unwrap_or(0);
            let weight = if fields.text(0) == "r" { 0 } else { population };
            table.rows.push(Row { start, parent: fields.number(4).map(|n| n as u32), population, weight });
            if fields.text(0) == "t" {
                table.lift(row, population);
            }
            table.add(row, fields.text(1), false);
            table.add(row, fields.text(2), false);
            for other in fields.text(3).split('|') {
                table.add(row, other, true);
            }
            start += line.len() as u32 + 1;
        }
        table.text = text;
        let Table { keys, names, .. } = &mut table;
        keys.sort_unstable_by(|a, b| names[a.at as usize..a.end as usize].cmp(&names[b.at as usize..b.end as usize]));
        table
    }

    /// Lifts what a city lies in to its own weight: a country stands before its city of the same name, a region after it.
    fn lift(&mut self, city: u32, population: u64) {
        let mut at = city;
        while let Some(parent) = self.parent(at) {
            let row = &mut self.rows[parent as usize];
            let least = if row.parent.is_some() { population.saturating_sub(1) } else { population };
            row.weight = row.weight.max(least);
            at = parent;
        }
    }

    fn add(&mut self, row: u32, name: &str, other: bool) {
        self.add_folded(row, &fold(name), other);
        if name.contains(['ä', 'ö', 'ü', 'Ä', 'Ö', 'Ü']) {
            let spelled: String = name.chars().map(|c| spelled_german(c).map_or_else(|| c.to_string(), str::to_owned)).collect();
            self.add_folded(row, &fold(&spelled), true);
        }
    }

    fn add_folded(&mut self, row: u32, name: &str, other: bool) {
        let start = self.names.len() as u32;
        self.names.push_str(name);
        let end = self.names.len() as u32;
        let mut before = ' ';
        for (at, c) in name.char_indices() {
            if c != ' ' && (before == ' ' || is_han(c)) {
                self.keys.push(Key { at: start + at as u32, end, row, other, inner: at > 0 });
            }
            before = c;
        }
    }

    fn named(&self, key: &Key) -> &str {
        &self.names[key.at as usize..key.end as usize]
    }

    /// All keys that begin with a folded text.
    pub(super) fn starting(&self, text: &str) -> &[Key] {
        let from = self.keys.partition_point(|key| self.named(key) < text);
        let count = self.keys[from..].partition_point(|key| self.named(key).starts_with(text));
        &self.keys[from..from + count]
    }

    pub(super) fn population(&self, row: u32) -> u64 {
        self.rows[row as usize].population
    }

    pub(super) fn weight(&self, row: u32) -> u64 {
        self.rows[row as usize].weight
    }

    pub(super) fn is_city(&self, row: u32) -> bool {
        self.text.as_bytes()[self.rows[row as usize].start as usize] == b't'
    }

    /// What a place lies in, the smallest first.
    pub(super) fn parents(&self, row: u32) -> impl Iterator<Item = u32> {
        // A parent stands before its children, so that this comes to an end.
        std::iter::successors(self.parent(row), |row| self.parent(*row))
    }

    fn parent(&self, row: u32) -> Option<u32> {
        self.rows[row as usize].parent.filter(|parent| *parent < row)
    }

    fn fields(&self, row: u32) -> Fields<'_> {
        let start = self.rows[row as usize].start as usize;
        Fields::of(self.text[start..].lines().next().unwrap_or_default())
    }

    pub(super) fn place(&self, row: u32) -> Option<Place> {
        let fields = self.fields(row);
        let kind = match fields.text(0) {
            "c" => PlaceKind::Country,
            "r" => PlaceKind::Region,
            _ => PlaceKind::City,
        };
        let name = fields.text(1);
        // Beijing lies in Beijing: said once.
        let around: Vec<_> = self.parents(row).map(|parent| self.fields(parent)).filter(|parent| parent.text(1) != name).collect();
        let region = around.iter().map(|parent| parent.text(1)).collect::<Vec<_>>().join(", ");
        let chinese = around.iter().rev().map(|parent| parent.chinese().unwrap_or(parent.text(1))).collect::<Vec<_>>().join(" ");
        Some(Place {
            name: name.to_owned(),
            chinese: fields.chinese().map(str::to_owned),
            kind,
            region: Some(region).filter(|region| !region.is_empty()),
            region_chinese: Some(chinese).filter(|region| !region.is_empty()),
            longitude: fields.degrees(5)?,
            latitude: fields.degrees(6)?,
            bbox: fields
                .degrees(8)
                .zip(fields.degrees(9))
                .zip(fields.degrees(10).zip(fields.degrees(11)))
                .map(|((w, s), (e, n))| [w, s, e, n]),
            population: self.population(row),
        })
    }

    #[cfg(test)]
    pub(super) fn rows(&self) -> u32 {
        self.rows.len() as u32
    }
}

/// A line, taken apart.
struct Fields<'a> {
    all: [&'a str; 12],
}

impl<'a> Fields<'a> {
    fn of(line: &'a str) -> Fields<'a> {
        let mut all = [""; 12];
        for (field, text) in all.iter_mut().zip(line.split('\t')) {
            *field = text;
        }
        Fields { all }
    }

    fn text(&self, index: usize) -> &'a str {
        self.all[index]
    }

    fn chinese(&self) -> Option<&'a str> {
        Some(self.text(2)).filter(|name| !name.is_empty())
    }

    fn number(&self, index: usize) -> Option<u64> {
        self.text(index).parse().ok()
    }

    fn degrees(&self, index: usize) -> Option<f64> {
        self.text(index).parse().ok()
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}')
}

fn spelled_german(c: char) -> Option<&'static str> {
    Some(match c {
        'ä' | 'Ä' => "ae",
        'ö' | 'Ö' => "oe",
        'ü' | 'Ü' => "ue",
        _ => return None,
    })
}
