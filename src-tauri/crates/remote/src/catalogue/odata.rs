//! Searching OData of the Copernicus Data Space Ecosystem.

use swath_domain::{Monitor, Stop};

use super::Found;
use crate::provider::Collection;
use crate::{Client, RemoteError};

pub(super) async fn search(
    _client: &Client,
    url: &str,
    _collections: &[&Collection],
    _found: &mut Found<'_>,
    _monitor: &dyn Monitor,
) -> Result<(), Stop<RemoteError>> {
    Err(RemoteError::Unsupported { what: format!("the catalogue at {}", crate::address::short(url)) }.into())
}
