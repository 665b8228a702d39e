//! Which pixels may be used, as the page chooses it.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use swath_domain::{Band, ByHand, Dropped, HandClass, MaskSource, MaskStep, ModelFile, PixelClass};

use super::{BandName, Coordinates, ErrorCode, IpcError};

/// The mask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MaskChoice {
    /// Who tells cloud from ground.
    pub from: MaskFrom,
    /// The file of the user's own model, when that does.
    pub model: Option<String>,
    /// What is dropped: names of classes, or numbers of the Sentinel-2 scene classification as text.
    pub drop: Vec<String>,
    /// Metres around cloud that are dropped too.
    #[specta(type = Number)]
    pub cloud_buffer_m: f64,
    /// Metres around shadow that are dropped too.
    #[specta(type = Number)]
    pub shadow_buffer_m: f64,
    /// Metres along the edge of what was measured that are dropped.
    #[specta(type = Number)]
    pub edge_m: f64,
    /// What somebody saw and drew.
    pub by_hand: Vec<HandChoice>,
}

/// A cloud model of the user, as its card describes it.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ModelView {
    /// The file.
    pub path: String,
    /// What it is called.
    pub name: String,
    /// Bands that it looks at.
    #[specta(type = Vec<BandName>)]
    pub bands: Vec<Band>,
    /// Classes that it tells.
    pub classes: Vec<String>,
    /// Side of its pixels, metres.
    #[specta(type = Number)]
    pub pixel_m: f64,
}

/// Who tells cloud from ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum MaskFrom {
    /// The product's own mask, else the detector.
    Auto,
    /// The product's own mask.
    Provider,
    /// Swath's detector.
    Detector,
    /// The user's own model.
    Model,
    /// Nobody: every pixel that was measured counts.
    Nobody,
}

/// A polygon that somebody drew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HandChoice {
    /// What is inside.
    pub shows: HandShows,
    /// Where.
    pub area: Coordinates,
    /// In which scenes; in all when absent.
    pub scenes: Option<Vec<String>>,
}

/// What somebody saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum HandShows {
    /// Cloud that the mask missed.
    Cloud,
    /// Clear ground that the mask took for cloud.
    Clear,
}

impl MaskChoice {
    /// The step of the recipe; `None` when nobody masks.
    pub(super) fn to_step(&self) -> Result<Option<MaskStep>, IpcError> {
        let from = match self.from {
            MaskFrom::Auto => MaskSource::Auto,
            MaskFrom::Provider => MaskSource::Provider,
            MaskFrom::Detector => MaskSource::Detector,
            MaskFrom::Model => MaskSource::Model(ModelFile { path: self.model.clone().unwrap_or_default(), sha256: None }),
            MaskFrom::Nobody => return Ok(None),
        };
        Ok(Some(MaskStep {
            from,
            drop: self.drop.iter().map(|name| dropped(name)).collect::<Result<_, _>>()?,
            cloud_buffer_m: self.cloud_buffer_m,
            shadow_buffer_m: self.shadow_buffer_m,
            edge_m: self.edge_m,
            by_hand: self.by_hand.iter().map(HandChoice::to_hand).collect::<Result<_, _>>()?,
            ..MaskStep::default()
        }))
    }

    /// Of a recipe.
    pub(super) fn of(step: Option<&MaskStep>) -> Self {
        let default = MaskStep::default();
        let shown = step.unwrap_or(&default);
        let (from, model) = match (step, &shown.from) {
            (None, _) => (MaskFrom::Nobody, None),
            (_, MaskSource::Auto) => (MaskFrom::Auto, None),
            (_, MaskSource::Provider) => (MaskFrom::Provider, None),
            (_, MaskSource::Detector) => (MaskFrom::Detector, None),
            (_, MaskSource::Model(file)) => (MaskFrom::Model, Some(file.path.clone())),
        };
        let name = |dropped: &Dropped| match dropped {
            Dropped::Class(class) => class.name().to_owned(),
            Dropped::Scl(number) => number.to_string(),
        };
        Self {
            from,
            model,
            drop: shown.drop.iter().map(name).collect(),
            cloud_buffer_m: shown.cloud_buffer_m,
            shadow_buffer_m: shown.shadow_buffer_m,
            edge_m: shown.edge_m,
            by_hand: shown.by_hand.iter().map(HandChoice::of).collect(),
        }
    }
}

impl HandChoice {
    fn to_hand(&self) -> Result<ByHand, IpcError> {
        let shows = match self.shows {
            HandShows::Cloud => HandClass::Cloud,
            HandShows::Clear => HandClass::Clear,
        };
        Ok(ByHand { shows, area: self.area.to_area()?.0, scenes: self.scenes.clone() })
    }

    fn of(drawn: &ByHand) -> Self {
        let shows = match drawn.shows {
            HandClass::Cloud => HandShows::Cloud,
            HandClass::Clear => HandShows::Clear,
        };
        Self { shows, area: Coordinates::of(drawn.area.shape()), scenes: drawn.scenes.clone() }
    }
}

fn dropped(name: &str) -> Result<Dropped, IpcError> {
    if let Ok(number) = name.parse() {
        return Ok(Dropped::Scl(number));
    }
    let class = PixelClass::ALL.into_iter().find(|class| class.name() == name);
    class.map(Dropped::Class).ok_or_else(|| IpcError::new(ErrorCode::InvalidRecipe, format!("`{name}` is no class of pixels")))
}
