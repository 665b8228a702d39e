//! What can be wanted of a scene.

use serde::{Deserialize, Serialize};

use crate::{Aoi, Band, Content, PackageForm};

/// What is wanted of a scene.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Wanted {
    /// The whole product, in a form in which its provider gives it away.
    Product {
        /// Which form.
        form: PackageForm,
        /// Whether a zip or tar is unpacked once it is there. Unpacked, it takes the place of the zip.
        #[serde(default)]
        unpack: bool,
    },
    /// A SAFE folder with its manifest, its metadata and the files of some bands only: programs that read SAFE open it.
    PartialSafe {
        /// Which bands.
        bands: Vec<Band>,
    },
    /// The files of some bands as they are.
    Bands {
        /// Which bands.
        bands: Vec<Band>,
    },
    /// The part of some bands under an area, each as a cloud-optimised GeoTIFF on the grid of its source.
    Window {
        /// Which bands.
        bands: Vec<Band>,
        /// Which area.
        area: Box<Aoi>,
    },
}

impl Wanted {
    /// What the library holds once it is there, in the order in which it is made.
    pub fn contents(&self) -> Vec<Content> {
        match self {
            Wanted::Product { form: PackageForm::SafeZip, unpack: false } => vec![Content::SafeZip],
            Wanted::Product { form: PackageForm::SafeZip | PackageForm::SafeNodes | PackageForm::SafeS3, .. } => vec![Content::Safe],
            Wanted::Product { form: PackageForm::LandsatTar, unpack: false } => vec![Content::LandsatTar],
            Wanted::Product { form: PackageForm::LandsatTar, unpack: true } => vec![Content::LandsatFolder],
            Wanted::PartialSafe { bands } => vec![Content::PartialSafe { bands: sorted(bands) }],
            Wanted::Bands { bands } => sorted(bands).into_iter().map(|band| Content::Band { band }).collect(),
            Wanted::Window { bands, area } => {
                let area = area.fingerprint();
                sorted(bands).into_iter().map(|band| Content::Window { band, area: area.clone() }).collect()
            }
        }
    }

    /// The bands that it names; none for a whole product.
    pub fn bands(&self) -> &[Band] {
        match self {
            Wanted::Product { .. } => &[],
            Wanted::PartialSafe { bands } | Wanted::Bands { bands } | Wanted::Window { bands, .. } => bands,
        }
    }
}

fn sorted(bands: &[Band]) -> Vec<Band> {
    let mut bands = bands.to_vec();
    bands.sort();
    bands.dedup();
    bands
}
