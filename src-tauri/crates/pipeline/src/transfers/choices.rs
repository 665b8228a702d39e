//! In which forms scenes can be had, and what each costs.

use swath_domain::{Aoi, Band, Monitor, Scene, Stop};

use super::Choice;
use crate::{PipelineError, engine::Resources, error::Outcome};

/// Sizes from the catalogue, else from headers; a window counts the exact blocks under the area.
pub(crate) async fn choices(
    _res: &Resources,
    _scenes: &[Scene],
    _bands: &[Band],
    _area: Option<&Aoi>,
    _monitor: &dyn Monitor,
) -> Outcome<Vec<Choice>> {
    Err(Stop::Failed(PipelineError::Unfinished))
}
