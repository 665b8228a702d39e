//! Small pictures (thumbnails, base map tiles): fetched once, kept in the cache.

use swath_domain::Never;
use swath_library::PictureKind;

use crate::{
    engine::Resources,
    error::{Outcome, fail, lift},
};

/// No thumbnail or map tile is larger; more is somebody's mistake.
const MOST: usize = 8 << 20;

pub(crate) async fn picture(res: &Resources, kind: PictureKind, key: &str, href: &str) -> Outcome<Vec<u8>> {
    if let Some(bytes) = fail(res.library.cache().picture(kind, key))? {
        return Ok(bytes);
    }
    let (bytes, _) = lift(res.client.get_bytes(href, MOST, &Never).await)?;
    if !href.starts_with("file:") {
        fail(res.library.cache().keep_picture(kind, key, &bytes))?;
    }
    Ok(bytes.to_vec())
}
