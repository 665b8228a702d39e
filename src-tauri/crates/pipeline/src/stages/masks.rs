//! Plan the run, and make the masks of all scenes: they are small, and they decide what else is fetched.
//!
//! Each scene gets one file in the job's folder, see [`swath_raster::mask`]. Blocks read nothing else to tell clear from cloud, so whatever
//! makes a mask, and however long it takes, happens once for each scene; a run that is taken up again finds the masks that are done.

mod frame;
mod make;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use futures::{StreamExt, TryStreamExt, stream};
use swath_domain::{CompositeStep, JobId, Monitor, Plan, PlannedScene, Recipe, Report, Scene, SceneId, Stage, Window};
use swath_library::JobRequest;
use swath_raster::mask::MaskFacts;

use crate::{
    engine::Resources,
    error::{Outcome, fail},
    layers::Layers,
    parts, prepare,
    progress::JobMonitor,
};

use frame::{Looked, frame, reach_m, wanted};
use make::{Making, make};

/// Masks in work at a time; the governor of each host limits what is fetched, and the slots of the CPU what is computed.
const MASKS_AT_ONCE: usize = 32;

/// The masks of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Masks(Arc<HashMap<SceneId, Option<Made>>>);

/// A finished mask.
#[derive(Debug, Clone)]
struct Made {
    path: PathBuf,
    facts: MaskFacts,
}

impl Masks {
    /// The file, for [`swath_raster::mask::read`]. `None` where the scene needs no mask (then every pixel that is there counts), and where it
    /// does not reach the image.
    pub(crate) fn path(&self, scene: &SceneId) -> Option<&Path> {
        self.made(scene).map(|made| made.path.as_path())
    }

    /// What its mask tells about a scene as a whole.
    pub(crate) fn facts(&self, scene: &SceneId) -> Option<&MaskFacts> {
        self.made(scene).map(|made| &made.facts)
    }

    /// Whether the scene may have a usable pixel in the image.
    pub(crate) fn reaches(&self, scene: &SceneId) -> bool {
        self.0.get(scene).is_none_or(Option::is_some)
    }

    fn made(&self, scene: &SceneId) -> Option<&Made> {
        self.0.get(scene)?.as_ref()
    }
}

/// Plans, unless an earlier run has; keeps the scenes with all that was learned of them.
///
/// `part`: the request is that of a part of the job, whose row keeps the scenes of all parts.
pub(crate) async fn plan(
    res: &Resources,
    id: JobId,
    request: &mut JobRequest,
    part: bool,
    layers: &mut Layers,
    monitor: &JobMonitor,
) -> Outcome<Plan> {
    let jobs = res.library.jobs();
    monitor.begin(Stage::Masks, 0, request.scenes.len() as u64);
    // A stored plan is kept: the canvas of an earlier run has its blocks.
    let plan = match fail(jobs.plan(id))? {
        Some(plan) if !part || parts::belongs(&plan, request.recipe.dates) => plan,
        _ => {
            let (plan, scenes) = prepare::prepare(res, &layers.sources, &request.recipe, request.scenes.clone(), monitor).await?;
            let all = if part { replaced(fail(jobs.request(id))?.scenes, &scenes) } else { scenes.clone() };
            fail(jobs.set_scenes(id, &all))?;
            fail(jobs.set_plan(id, &plan))?;
            request.scenes = scenes;
            plan
        }
    };
    layers.know(&request.scenes);
    for (scene, why) in &plan.left_out {
        tracing::info!(%scene, why, "left out");
    }
    Ok(plan)
}

/// Scenes with what was learned of some of them.
fn replaced(mut all: Vec<Scene>, learned: &[Scene]) -> Vec<Scene> {
    for scene in learned {
        match all.iter_mut().find(|known| known.id == scene.id) {
            Some(known) => *known = scene.clone(),
            None => all.push(scene.clone()),
        }
    }
    all
}

/// Makes the masks of a plan, but for those that an earlier run has made.
pub(crate) async fn masks(
    res: &Arc<Resources>,
    id: JobId,
    request: &JobRequest,
    plan: &Plan,
    layers: &Layers,
    monitor: &Arc<JobMonitor>,
) -> Outcome<Masks> {
    let Some(step) = request.recipe.mask() else { return Ok(Masks::default()) };
    let scenes = plan.looks.iter().flat_map(|look| &look.scenes);
    let scenes: Vec<PlannedScene> = scenes.filter(|scene| wanted(scene)).cloned().collect();
    monitor.begin(Stage::Masks, 0, scenes.len() as u64);
    let making = Making {
        res,
        folder: res.library.folders().staging_of(id).join("masks"),
        step: Arc::new(step.clone()),
        target: Arc::new(plan.target.clone()),
        reach_m: reach_m(request.recipe.composite()),
        model: prepare::model(res, step).await?,
        layers,
        monitor,
    };
    let made: Vec<(SceneId, Option<Made>)> = stream::iter(scenes)
        .map(|scene| {
            let making = &making;
            async move {
                let made = make(making, &scene).await?;
                monitor.report(Report::Advanced(1));
                Ok::<_, swath_domain::Stop<_>>((scene.scene, made))
            }
        })
        .buffer_unordered(MASKS_AT_ONCE)
        .try_collect()
        .await?;
    Ok(Masks(Arc::new(made.into_iter().collect())))
}

/// What is read of the layers that the masks of a plan are made of, scene by scene.
pub(crate) async fn mask_windows(res: &Resources, recipe: &Recipe, plan: &Plan) -> Outcome<Vec<Option<Window>>> {
    let Some(step) = recipe.mask() else { return Ok(Vec::new()) };
    let model = prepare::model(res, step).await?;
    let (step, plan, reach) = (step.clone(), plan.clone(), reach_m(recipe.composite()));
    let windows = move || {
        let mut windows = Vec::new();
        for scene in plan.looks.iter().flat_map(|look| &look.scenes) {
            let count = frame::layers(scene).len();
            let looked = if wanted(scene) { frame(scene, &step, &plan.target.grid, reach, model.as_deref())? } else { None };
            windows.extend(looked.map_or_else(|| vec![None; count], |looked| looked.windows));
        }
        Ok(windows)
    };
    res.view.run(windows).await
}

/// Whether any part of an image depends on distances beyond what masks drop by themselves.
fn needs_distances(step: &CompositeStep) -> bool {
    use swath_domain::{CompositeMethod::Fill, Gaps};
    let cautious = step.graded_buffers_m.iter().any(|metres| *metres > 0.0);
    cautious || step.balance || step.screening || step.evening.is_some() || step.gaps != Gaps::Empty || matches!(step.method, Fill(_))
}
