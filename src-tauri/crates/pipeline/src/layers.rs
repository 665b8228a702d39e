//! What the stages of one run share about the layers that they read.

use std::{collections::HashMap, path::Path};

use swath_domain::{Asset, PlannedBand, Scene, SceneId};

use crate::sources::{Layer, Read, Reads, Sources};

/// The scenes of a job, what failed of them, and what was read.
pub(crate) struct Layers {
    pub(crate) sources: Sources,
    pub(crate) reads: Reads,
    scenes: HashMap<SceneId, Scene>,
}

impl Layers {
    /// For a run whose unfinished files lie in `folder`.
    pub(crate) fn new(folder: &Path) -> Self {
        Self { sources: Sources::default(), reads: Reads::open(folder), scenes: HashMap::new() }
    }

    /// Takes the scenes of the job, once they are known.
    pub(crate) fn know(&mut self, scenes: &[Scene]) {
        self.scenes = scenes.iter().map(|scene| (scene.id.clone(), scene.clone())).collect();
    }

    /// A scene as catalogues describe it.
    pub(crate) fn scene(&self, scene: &SceneId) -> Option<&Scene> {
        self.scenes.get(scene)
    }

    /// A layer of the plan with all places where it lies.
    pub(crate) fn of<'a>(&'a self, scene: &'a SceneId, planned: &'a PlannedBand) -> Layer<'a> {
        Layer { scene, band: planned.band, planned: Some(planned), described: self.scenes.get(scene) }
    }

    /// The places from which a layer was read, best first; where it will be read when it was not yet.
    pub(crate) fn read<'a>(&'a self, scene: &'a SceneId, planned: &'a PlannedBand) -> Vec<&'a Asset> {
        let places = self.of(scene, planned).places();
        let read: Vec<_> = places.into_iter().filter(|asset| self.reads.has(scene, planned.band, &asset.href)).collect();
        if read.is_empty() { vec![&planned.asset] } else { read }
    }
}

/// A read of a layer, to be noted.
pub(crate) fn read(scene: &SceneId, planned: &PlannedBand, href: &str) -> Read {
    Read { scene: scene.clone(), band: planned.band, href: href.to_owned() }
}
