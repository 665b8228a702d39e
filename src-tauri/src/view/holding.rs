//! Holdings: what the library has of scenes, and the folder that it lies in.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use swath_domain::{Band, Content, Holding, HoldingState, Sensor};
use swath_library::{HoldingCondition, HoldingFilter, Relinked};
use swath_pipeline::Verified;

use super::{Coordinates, HoldingId, IpcError, LayerName, SensorName, search::dates};

/// Long before the first scene, and long after the last.
const FIRST: &str = "1900-01-01";
const LAST: &str = "9999-12-31";

/// What the library has of a scene: one file or folder.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HoldingView {
    /// Number.
    pub id: HoldingId,
    /// Of which scene.
    pub scene_id: String,
    /// Name of the product.
    pub name: String,
    /// What kind of product it is.
    #[specta(type = SensorName)]
    pub sensor: Sensor,
    /// When it was acquired.
    pub datetime: String,
    /// MGRS tile or WRS-2 path and row.
    pub tile: Option<String>,
    /// What of it is there.
    pub content: ContentView,
    /// Place inside the library; to be shown only.
    pub path: String,
    /// Bytes of all its files.
    #[specta(type = Number)]
    pub bytes: u64,
    /// Id of the catalogue that it came from.
    pub provider: String,
    /// What is known of its files.
    pub state: HoldingStateName,
    /// What is wrong with them.
    pub why: Option<String>,
    /// When they were last found whole and right.
    pub checked_at: Option<String>,
    /// When it came.
    pub created_at: String,
    /// Outline of the scene.
    pub footprint: Coordinates,
    /// Whether `thumb:holding/…` can be asked for a picture.
    pub thumbnail: bool,
}

/// Which part of a scene, in which form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ContentView {
    /// In which form.
    pub kind: ContentKind,
    /// Which bands; empty for all.
    #[specta(type = Vec<LayerName>)]
    pub bands: Vec<Band>,
}

/// The form of what the library has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum ContentKind {
    /// The SAFE folder, zipped.
    SafeZip,
    /// The SAFE folder.
    Safe,
    /// A SAFE folder with the files of some bands only.
    PartialSafe,
    /// Landsat's files in a tar.
    LandsatTar,
    /// Landsat's files in a folder.
    LandsatFolder,
    /// The file of a band.
    Band,
    /// The part of a band under an area.
    Window,
}

/// What is known of the files of a holding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename = "HoldingState", rename_all = "kebab-case")]
pub enum HoldingStateName {
    /// They were whole and right when they were last looked at.
    Verified,
    /// They are not where they should be.
    Missing,
    /// They are not what they were.
    Damaged,
}

/// Which holdings to list. What is empty or null limits nothing.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HoldingFilterView {
    /// Kinds of product.
    #[specta(type = Vec<SensorName>)]
    pub sensors: Vec<Sensor>,
    /// First day.
    pub from: Option<String>,
    /// Last day, included.
    pub to: Option<String>,
    /// Part of a name, tile or path.
    pub text: Option<String>,
    /// What is known of the files.
    pub states: Vec<HoldingStateName>,
    /// Where.
    pub area: Option<Coordinates>,
}

/// How far a look at all holdings is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum VerifyEvent {
    /// One was looked at.
    Checked {
        /// Which.
        id: HoldingId,
        /// What is known of it now.
        state: HoldingStateName,
        /// What is wrong with it.
        why: Option<String>,
    },
    /// All were, or it was stopped.
    Done {
        /// How many are whole and right.
        #[specta(type = Number)]
        verified: usize,
        /// How many are not there.
        #[specta(type = Number)]
        missing: usize,
        /// How many are not what they were.
        #[specta(type = Number)]
        damaged: usize,
        /// Whether somebody stopped it before the end.
        cancelled: bool,
    },
}

/// The folder that holds everything finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct RootView {
    /// Where; to be shown only.
    pub folder: String,
    /// Whether it is there.
    pub there: bool,
    /// Bytes that are free on its disk.
    #[specta(type = Option<Number>)]
    pub free: Option<u64>,
}

/// How far a move of the library is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MoveEvent {
    /// Bytes copied and checked.
    #[specta(type = Number)]
    pub done_bytes: u64,
    /// Bytes in all.
    #[specta(type = Number)]
    pub total_bytes: u64,
}

/// What a search for missing files found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RelinkedView {
    /// Holdings that are there again.
    #[specta(type = Number)]
    pub found: usize,
    /// Holdings that are still missing.
    #[specta(type = Number)]
    pub still_missing: usize,
}

impl HoldingFilterView {
    /// Checked.
    pub fn to_filter(&self) -> Result<HoldingFilter, IpcError> {
        let days = match (&self.from, &self.to) {
            (None, None) => None,
            (from, to) => Some(dates(from.as_deref().unwrap_or(FIRST), to.as_deref().unwrap_or(LAST))?),
        };
        let condition = |state: &HoldingStateName| match state {
            HoldingStateName::Verified => HoldingCondition::Verified,
            HoldingStateName::Missing => HoldingCondition::Missing,
            HoldingStateName::Damaged => HoldingCondition::Damaged,
        };
        Ok(HoldingFilter {
            sensors: self.sensors.clone(),
            dates: days,
            text: self.text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned),
            states: self.states.iter().map(condition).collect(),
            area: self.area.as_ref().map(Coordinates::to_area).transpose()?.map(|(area, _)| area.bbox()),
        })
    }
}

impl RelinkedView {
    /// As the page shows it.
    pub fn of(relinked: Relinked) -> Self {
        Self { found: relinked.found, still_missing: relinked.still_missing }
    }
}

impl VerifyEvent {
    /// A holding that was looked at.
    pub fn checked(verified: &Verified) -> Self {
        let (state, why, _) = known(&verified.state);
        Self::Checked { id: verified.id.into(), state, why }
    }
}

impl HoldingView {
    /// As the page shows it.
    pub fn of(holding: &Holding) -> Self {
        let scene = &holding.scene;
        let (state, why, checked_at) = known(&holding.state);
        Self {
            id: holding.id.into(),
            scene_id: scene.id.to_string(),
            name: scene.name.clone().unwrap_or_else(|| scene.id.item().to_owned()),
            sensor: scene.sensor,
            datetime: scene.datetime.to_string(),
            tile: scene.tile.clone(),
            content: ContentView::of(&holding.content),
            path: holding.path.clone(),
            bytes: holding.bytes,
            provider: holding.provider.clone(),
            state,
            why,
            checked_at,
            created_at: holding.created.to_string(),
            footprint: Coordinates::of(&scene.footprint),
            thumbnail: state == HoldingStateName::Verified,
        }
    }
}

/// A state, what is wrong, and when nothing was.
fn known(state: &HoldingState) -> (HoldingStateName, Option<String>, Option<String>) {
    match state {
        HoldingState::Verified { at } => (HoldingStateName::Verified, None, Some(at.to_string())),
        HoldingState::Missing => (HoldingStateName::Missing, None, None),
        HoldingState::Damaged { why } => (HoldingStateName::Damaged, Some(why.clone()), None),
    }
}

impl ContentView {
    /// As the page names it.
    pub fn of(content: &Content) -> Self {
        let (kind, bands) = match content {
            Content::SafeZip => (ContentKind::SafeZip, Vec::new()),
            Content::Safe => (ContentKind::Safe, Vec::new()),
            Content::PartialSafe { bands } => (ContentKind::PartialSafe, bands.clone()),
            Content::LandsatTar => (ContentKind::LandsatTar, Vec::new()),
            Content::LandsatFolder => (ContentKind::LandsatFolder, Vec::new()),
            Content::Band { band } => (ContentKind::Band, vec![*band]),
            Content::Window { band, .. } => (ContentKind::Window, vec![*band]),
        };
        Self { kind, bands }
    }
}
