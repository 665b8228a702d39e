//! One scene again, from the catalogue that named it.

use jiff::tz::TimeZone;
use swath_domain::{Aoi, DateRange, Filters, Monitor, Query, Scene, SceneId, Stop};

use super::page::{below, open};
use super::{named, search};
use crate::client::Ask;
use crate::provider::{Collection, Kind, Provider};
use crate::{Client, RemoteError, address, stac};

/// A scene as its catalogue tells it now, for when a digest was published wrong at first. `None` when the scene is of another catalogue, is no
/// longer there, or its catalogue cannot be asked for one scene.
///
/// # Errors
/// Whatever keeps the answer from coming.
pub async fn scene_again(
    client: &Client,
    provider: &Provider,
    scene: &Scene,
    monitor: &dyn Monitor,
) -> Result<Option<Scene>, Stop<RemoteError>> {
    let mut ids = std::iter::once(&scene.id).chain(&scene.others);
    let Some(id) = ids.find(|id| id.provider() == provider.id) else { return Ok(None) };
    let named = |collection: &&Collection| *id == SceneId::new(&provider.id, &collection.id, id.item());
    let Some(collection) = provider.collections.iter().find(named) else { return Ok(None) };
    match &provider.kind {
        Kind::Stac { url } => {
            let base = address::parse(url)?;
            let ask = Ask::get(below(&base, &["collections", &collection.id, "items", id.item()]));
            let page = match open(client, &ask, monitor).await {
                Err(Stop::Failed(RemoteError::Status { status: 404 | 405 | 410, .. })) => return Ok(None),
                page => page?,
            };
            let trusted = address::is_private(&base);
            let made = stac::item::scene(&provider.id, collection, &page.value, &ask.url, trusted);
            Ok(made.and_then(named::completed).ok().filter(|again| again.id == *id))
        }
        Kind::OData { .. } | Kind::Cmr { .. } => by_name(client, provider, scene, id, monitor).await,
        Kind::M2m { .. } | Kind::SentinelHub { .. } | Kind::Static { .. } => Ok(None),
    }
}

/// Looked for by its name, on its day, where it lies.
async fn by_name(
    client: &Client,
    provider: &Provider,
    scene: &Scene,
    id: &SceneId,
    monitor: &dyn Monitor,
) -> Result<Option<Scene>, Stop<RemoteError>> {
    let day = scene.datetime.to_zoned(TimeZone::UTC).date();
    let (Ok(area), Ok(dates)) = (Aoi::new(scene.footprint.clone()), DateRange::new(day, day)) else { return Ok(None) };
    let name = scene.name.clone().unwrap_or_else(|| id.item().to_owned());
    let filters = Filters { names: vec![name], ..Filters::default() };
    let query = Query { area, dates, sensors: vec![scene.sensor], max_cloud: None, filters };
    let mut again = None;
    search(client, provider, &query, monitor, &mut |scenes| again = again.take().or(scenes.into_iter().find(|one| one.id == *id))).await?;
    Ok(again)
}
