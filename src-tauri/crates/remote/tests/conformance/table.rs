//! What was checked of each catalogue.

use std::collections::BTreeMap;
use std::fmt::{Debug, Display, Formatter, Result as Written};

use swath_remote::provider::built_in;

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// Answers become scenes with all that they say.
    Parse,
    /// All pages are asked for, and no more.
    Page,
    /// Scenes are known again in other catalogues.
    Merge,
    /// Requests for files carry what they need, and nothing else.
    Sign,
    /// What goes wrong is told clearly.
    Error,
}

const COLUMNS: [Column; 5] = [Column::Parse, Column::Page, Column::Merge, Column::Sign, Column::Error];

#[derive(Default)]
pub struct Table {
    cells: BTreeMap<(String, Column), Cell>,
}

#[derive(Default)]
struct Cell {
    passed: usize,
    failures: Vec<String>,
    nothing: Option<&'static str>,
}

impl Table {
    /// Counts a check; `Err` says what is wrong.
    pub fn check(&mut self, provider: &str, column: Column, what: &str, result: Result<(), String>) {
        let cell = self.cell(provider, column);
        match result {
            Ok(()) => cell.passed += 1,
            Err(why) => cell.failures.push(format!("{provider} {column:?}: {what}: {why}")),
        }
    }

    /// Counts a comparison.
    pub fn same<T: PartialEq + Debug>(&mut self, provider: &str, column: Column, what: &str, got: T, expected: T) {
        let result = if got == expected { Ok(()) } else { Err(format!("{got:?} instead of {expected:?}")) };
        self.check(provider, column, what, result);
    }

    /// Says why there is nothing to check.
    pub fn nothing(&mut self, provider: &str, column: Column, why: &'static str) {
        self.cell(provider, column).nothing = Some(why);
    }

    pub fn failures(&self) -> Vec<&str> {
        self.cells.values().flat_map(|cell| &cell.failures).map(String::as_str).collect()
    }

    fn cell(&mut self, provider: &str, column: Column) -> &mut Cell {
        self.cells.entry((provider.to_owned(), column)).or_default()
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        write!(f, "{:20}", "checks passed/made")?;
        COLUMNS.iter().try_for_each(|column| write!(f, "{:>10}", format!("{column:?}").to_lowercase()))?;
        writeln!(f)?;
        let mut reasons = Vec::new();
        let mut rows: Vec<String> = built_in(None).into_iter().map(|provider| provider.id).collect();
        for (other, _) in self.cells.keys() {
            if !rows.contains(other) {
                rows.push(other.clone());
            }
        }
        for provider in rows {
            write!(f, "{provider:20}")?;
            for column in COLUMNS {
                let text = match self.cells.get(&(provider.clone(), column)) {
                    Some(cell) if cell.passed + cell.failures.len() > 0 => format!("{}/{}", cell.passed, cell.passed + cell.failures.len()),
                    Some(Cell { nothing: Some(why), .. }) => {
                        reasons.push(format!("– {} {}: {why}", provider, format!("{column:?}").to_lowercase()));
                        "–".to_owned()
                    }
                    _ => "none".to_owned(),
                };
                write!(f, "{text:>10}")?;
            }
            writeln!(f)?;
        }
        reasons.iter().try_for_each(|reason| writeln!(f, "{reason}"))
    }
}
