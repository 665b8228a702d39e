//! Reflectance of grounds, times 10 000: blue, green, red, near infrared, short-wave infrared at 1.6 µm.

/// Blue, green, red, nir, swir16.
pub(crate) type Spectrum = [f32; 5];

pub(super) const DEEP_SEA: Spectrum = [330.0, 250.0, 120.0, 70.0, 40.0];
pub(super) const SHALLOW_SEA: Spectrum = [880.0, 1080.0, 480.0, 130.0, 60.0];
pub(super) const TURBID: Spectrum = [640.0, 900.0, 820.0, 260.0, 70.0];
pub(super) const REEF: Spectrum = [420.0, 520.0, 300.0, 110.0, 50.0];
pub(super) const SURF: Spectrum = [2300.0, 2450.0, 2400.0, 1900.0, 500.0];
pub(super) const RIVER: Spectrum = [420.0, 620.0, 540.0, 190.0, 70.0];
pub(super) const POND: Spectrum = [300.0, 430.0, 300.0, 120.0, 60.0];
pub(super) const SAND: Spectrum = [1650.0, 2250.0, 2750.0, 3400.0, 3900.0];
pub(super) const WET_SAND: Spectrum = [950.0, 1250.0, 1450.0, 1700.0, 1500.0];
pub(super) const DUNE_GRASS: Spectrum = [760.0, 1050.0, 1120.0, 2500.0, 2500.0];
pub(super) const BROADLEAF: Spectrum = [230.0, 430.0, 260.0, 3500.0, 1600.0];
pub(super) const CONIFER: Spectrum = [190.0, 320.0, 205.0, 2350.0, 1050.0];
pub(super) const SCRUB: Spectrum = [470.0, 720.0, 690.0, 2350.0, 2100.0];
pub(super) const ROCK: Spectrum = [900.0, 1130.0, 1300.0, 1900.0, 2300.0];
pub(super) const PASTURE: Spectrum = [430.0, 800.0, 580.0, 3250.0, 2250.0];
pub(super) const TRACK: Spectrum = [1050.0, 1400.0, 1700.0, 2250.0, 2700.0];
pub(super) const ASPHALT: Spectrum = [840.0, 910.0, 970.0, 1150.0, 1250.0];
pub(super) const CONCRETE: Spectrum = [1500.0, 1650.0, 1780.0, 2050.0, 2200.0];
pub(super) const GARDEN: Spectrum = [450.0, 730.0, 600.0, 2700.0, 1900.0];
pub(super) const ROOF_TILE: Spectrum = [800.0, 1050.0, 1800.0, 2350.0, 2500.0];
pub(super) const ROOF_GREY: Spectrum = [1350.0, 1430.0, 1500.0, 1700.0, 1800.0];
pub(super) const ROOF_DARK: Spectrum = [620.0, 670.0, 730.0, 950.0, 1100.0];
pub(super) const ROOF_WHITE: Spectrum = [3300.0, 3450.0, 3550.0, 3700.0, 3300.0];

/// A crop: its spectrum in the middle of the season and which way it goes (-100 ripening … 100 growing).
pub(super) struct Crop {
    pub(super) spectrum: Spectrum,
    pub(super) season: i8,
    /// Strength of the rows that one sees in it.
    pub(super) rows: f32,
}

const fn crop(spectrum: Spectrum, season: i8, rows: f32) -> Crop {
    Crop { spectrum, season, rows }
}

/// From humid to dry: fields on wet ground choose from the beginning of the list.
pub(super) const CROPS: [Crop; 12] = [
    crop([270.0, 480.0, 300.0, 3100.0, 1100.0], 60, 0.02),     // rice
    crop([300.0, 640.0, 340.0, 4500.0, 1900.0], 100, 0.03),    // maize
    crop([370.0, 800.0, 430.0, 4900.0, 2200.0], 80, 0.02),     // beet
    crop([430.0, 860.0, 560.0, 3700.0, 2250.0], 30, 0.01),     // meadow
    crop([480.0, 960.0, 720.0, 3900.0, 2400.0], -40, 0.03),    // green cereals
    crop([520.0, 1250.0, 1150.0, 4100.0, 2300.0], -80, 0.01),  // rape
    crop([520.0, 760.0, 740.0, 2600.0, 2250.0], 20, 0.10),     // orchard
    crop([760.0, 1180.0, 1400.0, 2950.0, 2850.0], -100, 0.03), // ripe wheat
    crop([880.0, 1320.0, 1640.0, 2850.0, 3200.0], -60, 0.03),  // stubble
    crop([640.0, 880.0, 1330.0, 2100.0, 2900.0], 0, 0.03),     // red soil
    crop([820.0, 1080.0, 1390.0, 2000.0, 2800.0], 0, 0.04),    // brown soil
    crop([1080.0, 1440.0, 1790.0, 2500.0, 3300.0], 0, 0.03),   // pale soil
];

/// Between two spectra.
pub(super) fn blend(a: &Spectrum, b: &Spectrum, t: f32) -> Spectrum {
    std::array::from_fn(|i| a[i] + (b[i] - a[i]) * t)
}

/// Brighter or darker in all bands.
pub(super) fn scale(a: &Spectrum, by: f32) -> Spectrum {
    a.map(|v| v * by)
}
