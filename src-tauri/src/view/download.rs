//! Downloads before they are ordered: what can be chosen, what it costs, and what stands in its way.

use std::path::Path;

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use swath_domain::{AccountKind, Aoi, Band, PackageForm, SceneId, Wanted};
use swath_pipeline::{Choice, Finding, Ordered, Preflight};

use super::{AccountName, BatchId, Coordinates, ErrorCode, FormName, IpcError, LayerName};

/// What is wanted of a scene. The area of a window travels beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum WantedView {
    /// The whole product.
    Product {
        /// In which form.
        #[specta(type = FormName)]
        form: PackageForm,
        /// Whether it is unpacked once it is there.
        unpack: bool,
    },
    /// A SAFE folder with the files of some bands only.
    PartialSafe {
        /// Which bands.
        #[specta(type = Vec<LayerName>)]
        bands: Vec<Band>,
    },
    /// The files of some bands.
    Bands {
        /// Which bands.
        #[specta(type = Vec<LayerName>)]
        bands: Vec<Band>,
    },
    /// The part of some bands under the area.
    Window {
        /// Which bands.
        #[specta(type = Vec<LayerName>)]
        bands: Vec<Band>,
    },
}

/// Which band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(transparent)]
pub struct BandId(#[specta(type = LayerName)] pub Band);

/// One thing that could be downloaded of some scenes.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChoiceView {
    /// What.
    pub wanted: WantedView,
    /// How many of the scenes offer it.
    #[specta(type = Number)]
    pub scenes: usize,
    /// Bytes of all of them that the library does not hold; null when nobody says.
    #[specta(type = Option<Number>)]
    pub bytes: Option<u64>,
    /// Whether the bytes are known and not estimated.
    pub exact: bool,
    /// The account that it takes.
    #[specta(type = Option<AccountName>)]
    pub account: Option<AccountKind>,
    /// Ids of the scenes that do not offer it.
    pub lacking: Vec<String>,
    /// How many of the scenes are in the library like this already.
    #[specta(type = Number)]
    pub held: usize,
}

/// What is ordered.
#[derive(Debug, Clone, PartialEq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OrderChoice {
    /// Name for people.
    pub name: String,
    /// Of which scenes.
    pub scene_ids: Vec<String>,
    /// What.
    pub wanted: WantedView,
    /// Where; a window needs it.
    pub area: Option<Coordinates>,
}

/// Whether an order can be carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PreflightView {
    /// What stands in its way, or nearly does.
    pub findings: Vec<FindingView>,
    /// Bytes that would be fetched, as far as known.
    #[specta(type = Option<Number>)]
    pub bytes: Option<u64>,
    /// Bytes that are free on the library's disk.
    #[specta(type = Number)]
    pub disk_free: u64,
    /// Transfers that it makes.
    #[specta(type = Number)]
    pub transfers: usize,
    /// Scenes that are in the library like this already and are not ordered.
    #[specta(type = Number)]
    pub held: usize,
    /// Whether it will not be taken as it is.
    pub refuses: bool,
}

/// Something that stands in the way of an order, or nearly does.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FindingView {
    /// What.
    pub kind: FindingKind,
    /// Whether the order is not taken because of it.
    pub refuses: bool,
    /// Bytes that it takes (disk, memory, quota).
    #[specta(type = Option<Number>)]
    pub needs: Option<u64>,
    /// Bytes that are free on the disk.
    #[specta(type = Option<Number>)]
    pub free: Option<u64>,
    /// Bytes that are left of the allowance.
    #[specta(type = Option<Number>)]
    pub left: Option<u64>,
    /// When there is enough of the allowance again.
    pub until: Option<String>,
    /// The folder, or the path that is too long; to be shown only.
    pub path: Option<String>,
    /// How long that path is.
    #[specta(type = Option<Number>)]
    pub length: Option<u64>,
    /// How long it may be, or how much memory may be used.
    #[specta(type = Option<Number>)]
    pub most: Option<u64>,
    /// The account that is missing, or whose allowance is used up.
    #[specta(type = Option<AccountName>)]
    pub account: Option<AccountKind>,
    /// Ids of the scenes that it is about; empty when it is about all.
    pub scenes: Vec<String>,
    /// What, why and what to do, in words.
    pub message: String,
}

/// What stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// Too little room on the disk.
    Disk,
    /// Too little memory.
    Memory,
    /// An allowance that does not suffice.
    Quota,
    /// A path that Windows would not take.
    PathTooLong,
    /// A folder that cannot be written.
    NotWritable,
    /// The library's folder is not there, for instance since its disk is not.
    RootMissing,
    /// An account that is missing.
    NoAccount,
    /// Scenes that their provider has to fetch from its archive first.
    Archived,
    /// Scenes that cannot be had like this.
    NotOffered,
}

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OrderedView {
    /// The batch; null when there was nothing to order.
    pub batch: Option<BatchId>,
    /// Transfers that were queued.
    #[specta(type = Number)]
    pub ordered: usize,
    /// Scenes that are in the library already.
    #[specta(type = Number)]
    pub held: usize,
    /// Scenes that had been ordered before.
    #[specta(type = Number)]
    pub queued: usize,
}

impl WantedView {
    /// As the page names it.
    pub fn of(wanted: &Wanted) -> Self {
        match wanted {
            Wanted::Product { form, unpack } => Self::Product { form: *form, unpack: *unpack },
            Wanted::PartialSafe { bands } => Self::PartialSafe { bands: bands.clone() },
            Wanted::Bands { bands } => Self::Bands { bands: bands.clone() },
            Wanted::Window { bands, .. } => Self::Window { bands: bands.clone() },
        }
    }

    /// With the area that travels beside it.
    pub fn to_wanted(&self, area: Option<&Aoi>) -> Result<Wanted, IpcError> {
        let wanted = match self {
            Self::Product { form, unpack } => return Ok(Wanted::Product { form: *form, unpack: *unpack }),
            Self::PartialSafe { bands } => Wanted::PartialSafe { bands: bands.clone() },
            Self::Bands { bands } => Wanted::Bands { bands: bands.clone() },
            Self::Window { bands } => {
                let missing = || IpcError::new(ErrorCode::InvalidArea, "a window needs an area: draw one, or choose whole files");
                Wanted::Window { bands: bands.clone(), area: Box::new(area.ok_or_else(missing)?.clone()) }
            }
        };
        if wanted.bands().is_empty() {
            return Err(IpcError::new(ErrorCode::InvalidRecipe, "no band is chosen: choose at least one"));
        }
        Ok(wanted)
    }
}

impl OrderChoice {
    /// Of which scenes.
    pub fn scene_ids(&self) -> Vec<SceneId> {
        self.scene_ids.iter().cloned().map(SceneId).collect()
    }

    /// What, with its area.
    pub fn to_wanted(&self) -> Result<Wanted, IpcError> {
        let area = self.area.as_ref().map(Coordinates::to_area).transpose()?;
        self.wanted.to_wanted(area.as_ref().map(|(area, _)| area))
    }
}

impl ChoiceView {
    /// As the page shows it.
    pub fn of(choice: &Choice) -> Self {
        Self {
            wanted: WantedView::of(&choice.wanted),
            scenes: choice.scenes,
            bytes: choice.bytes,
            exact: choice.exact,
            account: choice.account,
            lacking: names(&choice.lacking),
            held: choice.held,
        }
    }
}

impl PreflightView {
    /// As the page shows it.
    pub fn of(preflight: &Preflight) -> Self {
        Self {
            findings: preflight.findings.iter().map(FindingView::of).collect(),
            bytes: preflight.bytes,
            disk_free: preflight.disk_free,
            transfers: preflight.transfers,
            held: preflight.held,
            refuses: preflight.refuses(),
        }
    }
}

impl FindingView {
    /// As the page shows it.
    pub fn of(finding: &Finding) -> Self {
        let only = |kind| Self {
            kind,
            refuses: finding.refuses(),
            needs: None,
            free: None,
            left: None,
            until: None,
            path: None,
            length: None,
            most: None,
            account: None,
            scenes: Vec::new(),
            message: finding.to_string(),
        };
        let of = |folder: &Path| Some(folder.display().to_string());
        match finding {
            Finding::Disk { needs, free, folder } => {
                Self { needs: Some(*needs), free: Some(*free), path: of(folder), ..only(FindingKind::Disk) }
            }
            Finding::Memory { needs, limit } => Self { needs: Some(*needs), most: Some(*limit), ..only(FindingKind::Memory) },
            Finding::Quota { account, needs, left, until } => Self {
                account: Some(*account),
                needs: Some(*needs),
                left: Some(*left),
                until: Some(until.to_string()),
                ..only(FindingKind::Quota)
            },
            Finding::PathTooLong { path, length, most } => {
                Self { path: Some(path.clone()), length: Some(*length as u64), most: Some(*most as u64), ..only(FindingKind::PathTooLong) }
            }
            Finding::NotWritable { folder, .. } => Self { path: of(folder), ..only(FindingKind::NotWritable) },
            Finding::RootMissing { folder } => Self { path: of(folder), ..only(FindingKind::RootMissing) },
            Finding::NoAccount { account } => Self { account: Some(*account), ..only(FindingKind::NoAccount) },
            Finding::Archived { scenes } => Self { scenes: names(scenes), ..only(FindingKind::Archived) },
            Finding::NotOffered { scenes } => Self { scenes: names(scenes), ..only(FindingKind::NotOffered) },
        }
    }
}

impl OrderedView {
    /// As the page shows it.
    pub fn of(ordered: &Ordered) -> Self {
        Self {
            batch: ordered.batch.as_ref().map(|batch| batch.id.into()),
            ordered: ordered.transfers.len(),
            held: ordered.held.len(),
            queued: ordered.queued.len(),
        }
    }
}

fn names(ids: &[SceneId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_is_wanted_comes_back_as_it_went() {
        let area = Aoi::from_geojson(r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}"#).unwrap().0;
        let check = |view: Value, wanted: Wanted| {
            let read: WantedView = serde_json::from_value(view.clone()).unwrap();
            assert_eq!(read.to_wanted(Some(&area)).unwrap(), wanted);
            assert_eq!(serde_json::to_value(WantedView::of(&wanted)).unwrap(), view);
        };
        let bands = || vec![Band::Red, Band::Nir];
        let product = json!({ "kind": "product", "form": "safe-s3", "unpack": true });
        check(product, Wanted::Product { form: PackageForm::SafeS3, unpack: true });
        check(json!({ "kind": "partial-safe", "bands": ["red", "nir"] }), Wanted::PartialSafe { bands: bands() });
        check(json!({ "kind": "bands", "bands": ["red", "nir"] }), Wanted::Bands { bands: bands() });
        check(json!({ "kind": "window", "bands": ["red", "nir"] }), Wanted::Window { bands: bands(), area: Box::new(area.clone()) });
        let refused = |view: WantedView, code| assert_eq!(view.to_wanted(None).unwrap_err().code, code, "{view:?}");
        refused(WantedView::Window { bands: bands() }, ErrorCode::InvalidArea);
        refused(WantedView::Bands { bands: Vec::new() }, ErrorCode::InvalidRecipe);
    }

    #[test]
    fn findings_are_told_with_their_figures() {
        let check = |finding: Finding, figures: Value| {
            let view = serde_json::to_value(FindingView::of(&finding)).unwrap();
            assert_eq!((view["kind"].as_str(), &view["refuses"]), (Some(finding.kind()), &json!(finding.refuses())));
            assert!(view["message"].as_str().is_some_and(|words| words.len() > 20), "{view}");
            let said = |key: &&String| !["kind", "refuses", "message"].contains(&key.as_str());
            for key in view.as_object().unwrap().keys().filter(said) {
                let expected = figures.get(key).cloned().unwrap_or(if key == "scenes" { json!([]) } else { Value::Null });
                assert_eq!(view[key], expected, "{key} of {finding:?}");
            }
        };
        let scenes = || vec![SceneId::new("p", "c", "i")];
        let until = "2025-06-01T00:00:00Z".parse().unwrap();
        check(Finding::Disk { needs: 5, free: 3, folder: "here".into() }, json!({ "needs": 5, "free": 3, "path": "here" }));
        check(Finding::Memory { needs: 5, limit: 3 }, json!({ "needs": 5, "most": 3 }));
        check(
            Finding::Quota { account: AccountKind::Cdse, needs: 5, left: 3, until },
            json!({ "account": "cdse", "needs": 5, "left": 3, "until": "2025-06-01T00:00:00Z" }),
        );
        check(Finding::PathTooLong { path: "a/b".into(), length: 300, most: 259 }, json!({ "path": "a/b", "length": 300, "most": 259 }));
        check(Finding::NotWritable { folder: "here".into(), why: "it is a disk for reading".into() }, json!({ "path": "here" }));
        check(Finding::RootMissing { folder: "here".into() }, json!({ "path": "here" }));
        check(Finding::NoAccount { account: AccountKind::Usgs }, json!({ "account": "usgs" }));
        check(Finding::Archived { scenes: scenes() }, json!({ "scenes": ["p/c/i"] }));
        check(Finding::NotOffered { scenes: scenes() }, json!({ "scenes": ["p/c/i"] }));
    }
}
