//! From the composite step of a recipe to what is computed, pixel by pixel.

use jiff::civil::Date;
use swath_domain::{Band, BestPixel, CompositeMethod, CompositeStep, DateRange, Gaps, how};
use swath_raster::composite::{
    self, Method, Weights,
    clean::{Clean, Roles},
};

/// How the image of a recipe is computed.
#[derive(Debug, Clone)]
pub(crate) struct Image {
    pub(crate) step: CompositeStep,
    /// How looks become one.
    pub(crate) method: Method,
    /// Which bands are which.
    pub(crate) roles: Roles,
    /// What may enter at all.
    pub(crate) clean: Clean,
    /// The middle of the period, days since 1970-01-01.
    pub(crate) middle: i32,
    /// The day that is kept, when one is.
    pub(crate) keep: Option<i32>,
}

/// A layer that tells about the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quality {
    /// Number of clear looks.
    Looks,
    /// Number of the look that the pixel is, or is nearest to.
    Source,
    /// Its day, since 1970-01-01.
    Date,
    /// How the pixel came to be: [`how`].
    How,
    /// Looks that were dropped by screening.
    Rejected,
    /// Score times 10 000.
    Score,
}

impl Quality {
    /// Name of the layer in the file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Quality::Looks => "looks",
            Quality::Source => "source",
            Quality::Date => "date",
            Quality::How => "how",
            Quality::Rejected => "rejected",
            Quality::Score => "score",
        }
    }
}

impl Image {
    /// `period` is that of the recipe.
    pub(crate) fn of(step: &CompositeStep, period: DateRange) -> Self {
        let at = |wanted: &[Band]| wanted.iter().find_map(|band| step.bands.iter().position(|b| b == band));
        let roles = Roles {
            blue: at(&[Band::Blue]),
            green: at(&[Band::Green]),
            red: at(&[Band::Red]),
            nir: at(&[Band::Nir, Band::Nir08]),
            swir: at(&[Band::Swir16, Band::Swir22]),
        };
        let middle = middle(period);
        let method = match &step.method {
            CompositeMethod::Median | CompositeMethod::Fill(_) => Method::Median,
            CompositeMethod::Percentile(q) => Method::Percentile(*q as f32),
            CompositeMethod::Mean => Method::Mean,
            CompositeMethod::FirstClear => Method::FirstClear,
            CompositeMethod::MaxIndex(index) => match index.bands(&step.bands) {
                Some((a, b)) => Method::MaxIndex { a, b, least: false },
                // A recipe whose index lacks a band is refused when it is read.
                None => Method::FirstClear,
            },
            CompositeMethod::Medoid => Method::Medoid,
            CompositeMethod::GeometricMedian => Method::GeometricMedian,
            CompositeMethod::BestPixel(best) => Method::BestPixel(best_pixel(best, period, &roles)),
        };
        let keep = if let CompositeMethod::Fill(fill) = &step.method { Some(number(fill.date)) } else { None };
        let radar = step.bands.iter().all(|band| band.is_radar());
        // Radar has no clouds to be cautious of.
        let step = if radar {
            CompositeStep { graded_buffers_m: Vec::new(), balance: false, screening: false, evening: None, ..step.clone() }
        } else {
            step.clone()
        };
        let clean = Clean::new(&step.graded_buffers_m, step.screening);
        Self { method, roles, clean, middle, keep, step }
    }

    /// Whether every pixel that a mask calls clear is as good as any other.
    pub(crate) fn is_plain(&self) -> bool {
        self.clean.grades.is_empty() && !self.clean.screen
    }

    /// Whether distances from unusable pixels matter.
    pub(crate) fn needs_distance(&self) -> bool {
        !self.is_plain()
            || self.step.balance
            || self.keep.is_some()
            || matches!(self.method, Method::BestPixel(_) | Method::WeightedMean(_))
    }

    /// Whether looks are fed in the order that the recipe asks for, so that it matters which come first.
    pub(crate) fn is_ordered(&self) -> bool {
        self.step.at_most.is_some() || self.method == Method::FirstClear
    }

    /// The layers beside the image, in the order of the file.
    pub(crate) fn layers(&self) -> Vec<Quality> {
        let mut layers = vec![Quality::Looks, Quality::Source, Quality::Date, Quality::How];
        if self.step.screening {
            layers.push(Quality::Rejected);
        }
        if matches!(self.method, Method::BestPixel(_)) {
            layers.push(Quality::Score);
        }
        layers
    }

    /// Scale and offset of the numbers of the image.
    pub(crate) fn numbers(&self) -> (f64, f64) {
        if self.is_radar() { (0.001, -50.0) } else { (0.0001, 0.0) }
    }

    /// Whether it is made of decibels.
    pub(crate) fn is_radar(&self) -> bool {
        self.step.bands.iter().all(|band| band.is_radar())
    }

    /// The word of how a pixel came to be, for its grade.
    pub(crate) fn how(&self, grade: u8) -> u16 {
        if usize::from(grade) == self.clean.grades.len().max(1) + 1 { how::SUSPECT } else { u16::from(grade) }
    }

    /// Whether empty pixels are filled from other looks.
    pub(crate) fn fills_gaps(&self) -> bool {
        self.step.gaps != Gaps::Empty
    }
}

fn best_pixel(best: &BestPixel, period: DateRange, roles: &Roles) -> composite::BestPixel {
    let middle = period.from().saturating_add(jiff::Span::new().days(i64::from(number(period.to()) - number(period.from())) / 2));
    let year = best.year.unwrap_or_else(|| period.to().year());
    let on = |month: i8, day: i8| Date::new(year, month, day).or_else(|_| Date::new(year, month, day - 1)).unwrap_or(middle);
    let day = match best.day {
        Some(day) => {
            let named = Date::constant(2024, 1, 1).saturating_add(jiff::Span::new().days(i64::from(day.of_year()) - 1));
            on(named.month(), named.day())
        }
        None if best.year.is_some() => on(middle.month(), middle.day()),
        None => middle,
    };
    let day = number(day);
    // As far as the period reaches, but no farther than half a year: days of the year are compared.
    let window = (number(period.to()) - day).abs().max((day - number(period.from())).abs()).clamp(16, 183);
    let weight = |weight: f64| weight as f32;
    composite::BestPixel {
        day,
        window_days: window as f32,
        blue_red: roles.blue.zip(roles.red),
        sensor: best.sensor,
        weights: Weights {
            day: weight(best.weight_day),
            year: weight(best.weight_year),
            cloud: weight(best.weight_cloud),
            haze: weight(best.weight_haze),
            opacity: weight(best.weight_opacity),
            view: weight(best.weight_view),
            sensor: weight(best.weight_sensor),
        },
    }
}

fn middle(period: DateRange) -> i32 {
    (number(period.from()) + number(period.to())).div_euclid(2)
}

/// Days since 1970-01-01.
pub(crate) fn number(day: Date) -> i32 {
    day.since(Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days())
}

/// The day of a moment, days since 1970-01-01 (UTC).
pub(crate) fn day(at: jiff::Timestamp) -> i32 {
    at.as_second().div_euclid(86_400) as i32
}
