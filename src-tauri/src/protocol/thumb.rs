//! Small pictures: `scene/<id>` as the catalogue offers it, `product/<id>` as it was written with the product.

use swath_domain::{ProductId, SceneId};
use swath_library::PictureKind;

use super::{Answer, Asked, Keep, Picture, Refusal, number, stopped};
use crate::state::AppState;

pub(super) async fn thumb(state: &AppState, asked: &Asked) -> Answer {
    match asked.parts()[..] {
        // The id has slashes; written with encodeURIComponent it is one part, but proxies of some platforms decode it.
        ["scene", ..] => scene(state, SceneId(asked.parts[1..].join("/"))).await,
        ["product", id] => product(state, ProductId(number(id)?)),
        _ => Err(Refusal::not_found("a picture is called scene/<id> or product/<id>")),
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
