//! In which forms scenes can be had, and what each costs.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::{StreamExt, stream};
use swath_domain::{Aoi, Band, Monitor, PackageForm, Scene, SceneId, Sensor, Stop, Wanted};

use super::{
    Choice, clip,
    offers::{self, Offer},
    sizes::{self, Size},
};
use crate::{
    engine::Resources,
    error::{Outcome, fail},
    sources::{Layer, opened},
    stages::on_disk,
};

/// Headers read at a time; the governor of each host limits them further.
const AT_ONCE: usize = 16;
/// Headers read for one choice. What is beyond is taken to be like these.
const MOST_HEADERS: usize = 64;
/// Somebody looks at the screen: what has not answered by then is estimated.
const PATIENCE: Duration = Duration::from_secs(5);

/// Sizes from the catalogue, else from headers; a window counts the exact blocks under the area.
pub(crate) async fn choices(
    res: &Resources,
    scenes: &[Scene],
    bands: &[Band],
    area: Option<&Aoi>,
    monitor: &dyn Monitor,
) -> Outcome<Vec<Choice>> {
    let mut choices = Vec::new();
    for wanted in ways(bands, area) {
        let offered: Vec<Offer> = scenes.iter().map(|scene| offers::offer(scene, &wanted, res.client.accounts())).collect();
        let can = |offer: &Offer| matches!(offer, Offer::Open | Offer::Account { .. });
        if !offered.iter().any(can) {
            continue;
        }
        let held = held(res, scenes, &wanted).await?;
        let open: Vec<&Scene> =
            scenes.iter().zip(&offered).zip(&held).filter(|((_, o), held)| can(o) && !**held).map(|((s, _), _)| s).collect();
        let size = sized(res, &open, &wanted, monitor).await?;
        let accounts =
            || offered.iter().filter_map(|offer| if let Offer::Account { kind, set } = offer { Some((*kind, *set)) } else { None });
        let lacking: Vec<SceneId> =
            scenes.iter().zip(&offered).filter(|(_, offer)| !can(offer)).map(|(scene, _)| scene.id.clone()).collect();
        choices.push(Choice {
            scenes: scenes.len() - lacking.len(),
            bytes: Some(size.bytes),
            exact: size.exact,
            account: accounts().find(|(_, set)| !set).or_else(|| accounts().next()).map(|(kind, _)| kind),
            lacking,
            held: held.iter().filter(|held| **held).count(),
            wanted,
        });
    }
    Ok(choices)
}

/// All ways, from the whole to the least.
fn ways(bands: &[Band], area: Option<&Aoi>) -> Vec<Wanted> {
    let product = |form| Wanted::Product { form, unpack: false };
    let mut ways: Vec<Wanted> =
        [PackageForm::SafeZip, PackageForm::SafeNodes, PackageForm::SafeS3, PackageForm::LandsatTar].map(product).into();
    if !bands.is_empty() {
        ways.push(Wanted::PartialSafe { bands: bands.to_vec() });
        ways.push(Wanted::Bands { bands: bands.to_vec() });
        ways.extend(area.map(|area| Wanted::Window { bands: bands.to_vec(), area: Box::new(area.clone()) }));
    }
    ways
}

/// Which of the scenes the library has so already.
async fn held(res: &Resources, scenes: &[Scene], wanted: &Wanted) -> Outcome<Vec<bool>> {
    let (library, scenes, wanted) = (res.library.clone(), scenes.to_vec(), wanted.clone());
    on_disk(res, move || {
        let contents = wanted.contents();
        let all = |scene| Ok(fail(library.holdings().held(scene, &wanted))?).map(|there| contents.iter().all(|one| there.contains(one)));
        scenes.iter().map(all).collect()
    })
    .await
}

/// Bytes for all of the scenes.
async fn sized(res: &Resources, scenes: &[&Scene], wanted: &Wanted, monitor: &dyn Monitor) -> Outcome<Size> {
    match wanted {
        Wanted::Bands { bands } | Wanted::Window { bands, .. } => by_headers(res, scenes, bands, wanted, monitor).await,
        _ => Ok(scenes.iter().map(|scene| sizes::of(scene, wanted)).fold(Size::NOTHING, Size::plus)),
    }
}

/// Band by band: what the catalogue says, else what the header says, else what the other scenes have.
async fn by_headers(res: &Resources, scenes: &[&Scene], bands: &[Band], wanted: &Wanted, monitor: &dyn Monitor) -> Outcome<Size> {
    let mut total = Size::NOTHING;
    let mut unknown: Vec<(&Scene, Band)> = Vec::new();
    for (scene, band) in scenes.iter().flat_map(|scene| bands.iter().map(move |band| (*scene, *band))) {
        let told = sizes::band_file(scene, band);
        match wanted {
            Wanted::Bands { .. } if told.exact => total = total.plus(told),
            _ => unknown.push((scene, band)),
        }
    }
    let answers: Arc<Mutex<HashMap<usize, u64>>> = Arc::default();
    // Made before they are a stream, since the compiler cannot tell of a closure inside one that it may go to another thread.
    let asks: Vec<_> = unknown
        .iter()
        .take(MOST_HEADERS)
        .enumerate()
        .map(|(index, (scene, band))| {
            let answers = answers.clone();
            async move {
                match header(res, scene, *band, wanted, monitor).await {
                    Ok(bytes) => drop(answers.lock().unwrap_or_else(PoisonError::into_inner).insert(index, bytes)),
                    Err(Stop::Failed(error)) => tracing::debug!(scene = %scene.id, %band, %error, "its size is estimated"),
                    Err(Stop::Cancelled) => {}
                }
            }
        })
        .collect();
    let asking = stream::iter(asks).buffer_unordered(AT_ONCE);
    // What takes longer is dropped; what has arrived stays in the cache.
    asking.take_until(tokio::time::sleep(PATIENCE)).for_each(|()| async {}).await;
    if monitor.is_cancelled() {
        return Err(Stop::Cancelled);
    }
    let answers = std::mem::take(&mut *answers.lock().unwrap_or_else(PoisonError::into_inner));
    // By how much the answers differ from what was expected, kind by kind, so do those that were not asked.
    let mut told: HashMap<(Sensor, Band), (f64, f64)> = HashMap::new();
    let expected = |scene: &Scene, band: Band| sizes::of(scene, &only(wanted, band)).bytes;
    for (index, (scene, band)) in unknown.iter().enumerate() {
        if let Some(bytes) = answers.get(&index) {
            let sums = told.entry((scene.sensor, *band)).or_default();
            sums.0 += *bytes as f64;
            sums.1 += expected(scene, *band) as f64;
        }
    }
    for (index, (scene, band)) in unknown.iter().enumerate() {
        let size = match answers.get(&index) {
            Some(bytes) => Size { bytes: *bytes, exact: true },
            None => {
                let factor = told
                    .get(&(scene.sensor, *band))
                    .filter(|(_, expected)| *expected > 0.0)
                    .map_or(1.0, |(told, expected)| told / expected);
                Size { bytes: (expected(scene, *band) as f64 * factor) as u64, exact: false }
            }
        };
        total = total.plus(size);
    }
    Ok(total)
}

/// The same wish for one band.
fn only(wanted: &Wanted, band: Band) -> Wanted {
    match wanted {
        Wanted::Window { area, .. } => Wanted::Window { bands: vec![band], area: area.clone() },
        _ => Wanted::Bands { bands: vec![band] },
    }
}

/// Bytes by the header of a file.
async fn header(res: &Resources, scene: &Scene, band: Band, wanted: &Wanted, monitor: &dyn Monitor) -> Outcome<u64> {
    match wanted {
        Wanted::Window { area, .. } => clip::bytes_under(res, &res.looks, scene, band, area, monitor).await.map(|(bytes, _)| bytes),
        _ => Ok(opened(res, &res.looks, Layer::of_scene(scene, band), monitor).await?.file.len()),
    }
}
