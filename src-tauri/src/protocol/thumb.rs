//! Small pictures: `scene/<id>` as the catalogue offers it, `product/<id>` as it was written with the product, `holding/<id>` as it is
//! drawn from what the library has.

use std::path::Path;

use swath_domain::{HoldingId, ProductId, SceneId, Sensor};
use swath_library::PictureKind;
use swath_raster::thumbnail;

use super::{Answer, Asked, Keep, Picture, Refusal, number, stopped};
use crate::state::AppState;

pub(super) async fn thumb(state: &AppState, asked: &Asked) -> Answer {
    match asked.parts()[..] {
        // The id has slashes; written with encodeURIComponent it is one part, but proxies of some platforms decode it.
        ["scene", ..] => scene(state, SceneId(asked.parts[1..].join("/"))).await,
        ["product", id] => product(state, ProductId(number(id)?)),
        ["holding", id] => holding(state, HoldingId(number(id)?)).await,
        _ => Err(Refusal::not_found("a picture is called scene/<id>, product/<id> or holding/<id>")),
    }
}

async fn scene(state: &AppState, id: SceneId) -> Answer {
    let scene = state.scene(&id)?;
    let href = scene.thumbnail.ok_or_else(|| Refusal::not_found("the catalogue has no picture of this scene"))?;
    let bytes = state.engine.picture(PictureKind::Thumbnail, &id.0, &href).await.map_err(stopped)?;
    Ok(Picture { bytes, keep: Keep::Always })
}

fn product(state: &AppState, id: ProductId) -> Answer {
    let products = state.library().products();
    let path = products.folder(&products.get(id)?).join("thumbnail.webp");
    match std::fs::read(path) {
        Ok(bytes) => Ok(Picture { bytes, keep: Keep::Always }),
        Err(error) => Err(Refusal::not_found(format!("the thumbnail of product {id} cannot be read ({error})"))),
    }
}

/// Drawn once and kept in the cache: whole products are large, and in a zip or tar nothing is near.
async fn holding(state: &AppState, id: HoldingId) -> Answer {
    let library = state.library();
    let holding = library.holdings().get(id)?;
    // One that was fetched anew is another one.
    let key = format!("holding/{id}/{}", holding.created);
    if let Some(bytes) = library.cache().picture(PictureKind::Thumbnail, &key)? {
        return Ok(Picture { bytes, keep: Keep::Never });
    }
    let (path, sensor) = (library.holdings().path(&holding), holding.scene.sensor);
    let drawn = state.engine.on_pixel_threads(move || Ok(draw(&path, sensor))).await.map_err(stopped)?;
    let bytes = drawn.map_err(|why| {
        tracing::debug!(%id, why, "no picture of a holding");
        Refusal::not_found("there is nothing in these files that could be drawn")
    })?;
    library.cache().keep_picture(PictureKind::Thumbnail, &key, &bytes)?;
    Ok(Picture { bytes, keep: Keep::Never })
}

/// As WebP. The words say why not, with paths that are not for the page.
fn draw(path: &Path, sensor: Sensor) -> Result<Vec<u8>, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let picture = folder.path().join("thumbnail.webp");
    thumbnail::of_holding(path, sensor, &picture).map_err(|error| error.to_string())?;
    std::fs::read(&picture).map_err(|error| error.to_string())
}
