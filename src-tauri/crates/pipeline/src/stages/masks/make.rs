//! From a planned scene to the file of its mask.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use futures::future::try_join_all;
use serde_json::json;
use sha2::{Digest, Sha256};
use swath_domain::{ByHand, MaskStep, Monitor, PlannedBand, PlannedScene, SceneId, Stop, Target};
use swath_model::Model;
use swath_raster::mask::{self, BuildError, Classify, Layer, Source};

use super::{
    Looked, Made,
    frame::{by, frame, layers},
};
use crate::{
    PipelineError,
    engine::Resources,
    error::Outcome,
    layers::{Layers, read},
    progress::JobMonitor,
    sources::{Served, fetched, mend, opened},
    stages::on_disk,
};

/// What the masks of a run have in common.
pub(super) struct Making<'a> {
    pub(super) res: &'a Arc<Resources>,
    /// Where masks are kept.
    pub(super) folder: PathBuf,
    pub(super) step: Arc<MaskStep>,
    pub(super) target: Arc<Target>,
    pub(super) reach_m: f64,
    pub(super) model: Option<Arc<Model>>,
    pub(super) layers: &'a Layers,
    pub(super) monitor: &'a Arc<JobMonitor>,
}

/// The mask of a scene; `None` when it does not reach the image.
pub(super) async fn make(making: &Making<'_>, scene: &PlannedScene) -> Outcome<Option<Made>> {
    let key = key(making, scene);
    // By the key, since images of several parts of a period may need other masks of the same scene.
    let path = making.folder.join(format!("{}.mask", &key[..24]));
    let done = {
        let (path, key) = (path.clone(), key.clone());
        on_disk(making.res, move || Ok(mask::finished(&path, &key))).await?
    };
    if let Some(facts) = done {
        return Ok(Some(Made { path, facts }));
    }
    let looked = {
        let (scene, step, target, model) = (scene.clone(), making.step.clone(), making.target.clone(), making.model.clone());
        let reach = making.reach_m;
        making.res.view.run(move || frame(&scene, &step, &target.grid, reach, model.as_deref())).await?
    };
    let Some(looked) = looked else { return Ok(None) };
    let mut mended = Vec::new();
    loop {
        match attempt(making, scene, &looked, &path, &key).await {
            Err(Stop::Failed(error)) => again(making, scene, &looked, error, &mut mended).await?,
            other => return other.map(Some),
        }
    }
}

/// Fetches the layers and makes the mask of them.
async fn attempt(making: &Making<'_>, scene: &PlannedScene, looked: &Looked, path: &Path, key: &str) -> Outcome<Made> {
    let planned = layers(scene);
    let fetching = planned.iter().zip(&looked.windows).map(|(planned, window)| fetch(making, scene, planned, *window));
    let served = try_join_all(fetching).await?;
    let reads: Vec<_> = planned.iter().zip(&served).map(|(planned, served)| read(&scene.scene, planned, &served.asset.href)).collect();
    let new = path.with_extension("new");
    let made = {
        let work = Work { scene: scene.clone(), frame: looked.frame.clone(), served, drawn: drawn(making, scene), key: key.to_owned() };
        let (step, target, model) = (making.step.clone(), making.target.clone(), making.model.clone());
        let (reach, monitor, new) = (making.reach_m, making.monitor.clone(), new.clone());
        making.res.cpu.run(move || work.run(&step, &target, model.as_deref(), reach, &new, &*monitor)).await?
    };
    let (journal, path) = (making.layers.reads.clone(), path.to_owned());
    on_disk(making.res, move || {
        // Before the mask has its name, so that a crash between the two leaves no mask of unknown origin.
        journal.note(reads)?;
        std::fs::rename(&new, &path).map_err(|error| Stop::Failed(PipelineError::Io { path: path.display().to_string(), error }))?;
        Ok(Made { path, facts: made })
    })
    .await
}

async fn fetch(making: &Making<'_>, scene: &PlannedScene, planned: &PlannedBand, window: Option<swath_domain::Window>) -> Outcome<Served> {
    let layer = making.layers.of(&scene.scene, planned);
    let (sources, monitor) = (&making.layers.sources, &**making.monitor);
    match window {
        Some(window) => fetched(making.res, sources, layer, window, monitor).await,
        None => opened(making.res, sources, layer, monitor).await,
    }
}

/// Makes another attempt worth while where bytes were damaged, or gives the error back.
async fn again(making: &Making<'_>, scene: &PlannedScene, looked: &Looked, error: PipelineError, mended: &mut Vec<PathBuf>) -> Outcome<()> {
    let Some((id, band, path)) = mend::damaged(&error) else { return Err(Stop::Failed(error)) };
    let of = layers(scene).into_iter().zip(&looked.windows).find(|(planned, _)| planned.band == band && scene.scene == id);
    let Some((planned, window)) = of else { return Err(Stop::Failed(error)) };
    let layer = making.layers.of(&scene.scene, planned);
    mend::mend(making.res, &making.layers.sources, layer, *window, &path, error, mended, &**making.monitor).await
}

/// What was drawn in a scene, in the order of the recipe.
fn drawn(making: &Making<'_>, scene: &PlannedScene) -> Vec<ByHand> {
    let is_it = |id: &String| *id == scene.scene.0 || making.layers.scene(&scene.scene).is_some_and(|scene| scene.is_known_as(id));
    let here = |polygon: &&ByHand| polygon.scenes.as_ref().is_none_or(|scenes| scenes.iter().any(is_it));
    making.step.by_hand.iter().filter(here).cloned().collect()
}

/// Everything that decides about a mask, in one word. Not where its layers are read from: all places hold the same.
fn key(making: &Making<'_>, scene: &PlannedScene) -> String {
    let layers: Vec<_> = layers(scene).iter().map(|l| json!([l.band, l.asset.grid, l.asset.radiometry])).collect();
    let bands: Vec<_> = scene.bands.iter().map(|planned| planned.band).collect();
    let drawn = drawn(making, scene);
    let step = MaskStep { by_hand: Vec::new(), ..(*making.step).clone() };
    let model = making.model.as_ref().map(|model| model.sha256().to_owned());
    let all = json!([1, scene.scene, by(scene), scene.sun, layers, bands, step, drawn, making.target.as_ref(), making.reach_m, model]);
    Sha256::digest(all.to_string()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is to be done on a thread for pixels.
struct Work {
    scene: PlannedScene,
    frame: mask::Frame,
    served: Vec<Served>,
    drawn: Vec<ByHand>,
    key: String,
}

impl Work {
    fn run(
        self,
        step: &MaskStep,
        target: &Target,
        model: Option<&Model>,
        reach_m: f64,
        to: &Path,
        monitor: &dyn Monitor,
    ) -> Outcome<mask::MaskFacts> {
        if let Some(folder) = to.parent() {
            let failed = |error| Stop::Failed(PipelineError::Io { path: folder.display().to_string(), error });
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let planned = layers(&self.scene);
        let layer = |(planned, served): (&&PlannedBand, &Served)| {
            let (grid, radiometry) = (served.asset.grid.clone().or_else(|| planned.asset.grid.clone())?, served.asset.radiometry.clone());
            Some(Layer { band: planned.band, path: served.path(), grid, radiometry })
        };
        let bands: Vec<_> = self.scene.bands.iter().map(|planned| planned.band).collect();
        let classify = |width: usize, height: usize, bands: &[&[u16]]| match model {
            Some(model) => model.classify(width, height, bands, monitor).map_err(|stop| stop.map(|error| error.to_string())),
            None => Err(Stop::Failed("there is no model".to_owned())),
        };
        let source = Source {
            by: by(&self.scene),
            sensor: self.scene.sensor,
            sun: self.scene.sun,
            frame: &self.frame,
            layers: &planned.iter().zip(&self.served).filter_map(layer).collect::<Vec<_>>(),
            bands: &bands,
            drawn: &self.drawn.iter().collect::<Vec<_>>(),
            model: model.is_some().then_some(&classify as &Classify),
            reach_m,
            key: &self.key,
        };
        mask::build(&source, step, &target.grid, &target.outline, to, monitor).map_err(|stop| stop.map(|e| error(&self.scene.scene, e)))
    }
}

fn error(scene: &SceneId, error: BuildError) -> PipelineError {
    match error {
        BuildError::Raster(Some(band), error) => PipelineError::Source { scene: scene.clone(), band, error: Box::new(error.into()) },
        BuildError::Raster(None, error) => error.into(),
        BuildError::NoAnswer(why) => PipelineError::NoMask { scene: scene.clone(), why },
    }
}
