//! Online base maps: `<id>/{z}/{x}/{y}`, fetched once and kept in the cache. The page never learns the address.

use swath_library::PictureKind;

use super::{Answer, Asked, Keep, Picture, Refusal, place, stopped};
use crate::{basemaps, state::AppState};

pub(super) async fn base(state: &AppState, asked: &Asked) -> Answer {
    let [id, z, x, y] = asked.parts()[..] else { return Err(Refusal::not_found("a tile is called <base map>/z/x/y")) };
    let maps = basemaps::load(&state.config);
    let map = maps.iter().find(|map| map.id == id).ok_or_else(|| Refusal::not_found(format!("there is no base map `{id}`")))?;
    let (z, x, y) = place([z, x, y], map.max_zoom)?;
    let href = map.tile(z, x, y);
    let bytes = state.engine.picture(PictureKind::BaseMap, &href, &href).await.map_err(stopped)?;
    Ok(Picture { bytes, keep: Keep::Always })
}
