//! What is done to the numbers of whole looks before they are compared and mixed, and what it was found from: a few numbers for each look,
//! the same for all blocks.

use serde::{Deserialize, Serialize};
use swath_domain::Correction as Ledger;
use swath_raster::composite::{
    LookPixels,
    clean::balance::{Correction, Place},
    fill::FillCorrection,
};

use crate::evening::Even;

/// All corrections of a run, by the number of the look.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Corrections {
    /// Haze, sun, and the glow around clouds.
    #[serde(default)]
    balance: Vec<Correction>,
    /// To the centre of the period.
    #[serde(default)]
    evening: Vec<Even>,
    /// To the day that is kept.
    #[serde(default)]
    kept: Vec<ToKept>,
}

/// As [`FillCorrection`], which is no file format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct ToKept {
    number: u16,
    offset: Vec<i32>,
    noise: Vec<u16>,
}

impl Corrections {
    pub(crate) fn new(balance: Vec<Correction>, evening: Vec<Even>, kept: Vec<FillCorrection>) -> Self {
        let kept = kept.into_iter().map(|c| ToKept { number: c.number, offset: c.offset, noise: c.noise }).collect();
        Self { balance, evening, kept }
    }

    /// Corrects looks that lie at `place`.
    pub(crate) fn apply(&self, looks: &mut [LookPixels], place: Place) {
        for look in looks {
            if let Some(correction) = self.balance.iter().find(|c| c.number == look.number) {
                correction.apply(look, place);
            }
            if let Some(even) = self.evening.iter().find(|e| e.number == look.number) {
                even.apply(look);
            }
        }
    }

    /// What brings looks to the day that is kept.
    pub(crate) fn to_kept(&self) -> Vec<FillCorrection> {
        let of = |c: &ToKept| FillCorrection { number: c.number, offset: c.offset.clone(), noise: c.noise.clone() };
        self.kept.iter().map(of).collect()
    }

    /// What was done to a band (by its place among the bands) of a look, for the record.
    pub(crate) fn ledger(&self, number: u16, band: usize) -> Vec<Ledger> {
        let mut ledger = Vec::new();
        let entry = |why: &str, gain: f64, offset: f64| Ledger { why: why.into(), gain, offset, ..Ledger::default() };
        if let Some(field) = self.balance.iter().find(|c| c.number == number).and_then(|c| c.bands.get(band)) {
            let (rim, cells) = (field.rim.clone(), field.cells.clone());
            let taken = Ledger { rim, cells, columns: field.columns, ..entry("balance", 1.0, -f64::from(field.offset)) };
            ledger.push(taken);
        }
        if let Some((gain, offset)) = self.evening.iter().find(|e| e.number == number).and_then(|e| e.of(band)) {
            ledger.push(entry("evening", gain, offset));
        }
        if let Some(offset) = self.kept.iter().find(|c| c.number == number).and_then(|c| c.offset.get(band)) {
            ledger.push(entry("level of the kept day", 1.0, f64::from(*offset)));
        }
        ledger
    }
}
