//! Which file a part is of, by what may be written down.

use swath_domain::{Checksum, FileSource};

use crate::{RemoteError, address};

/// Which file a part is of.
#[derive(Debug, Clone)]
pub(super) struct Key {
    /// Without a query, a fragment or a user.
    pub(super) href: String,
    /// Digest of the whole address, without signatures.
    pub(super) id: String,
    pub(super) checksum: Option<Checksum>,
    pub(super) host: String,
}

impl Key {
    pub(super) fn of(source: &FileSource) -> Result<Self, RemoteError> {
        let checksum = source.checksum.clone();
        if source.href.starts_with("m2m:") {
            let href = address::short(&source.href).to_owned();
            return Ok(Self { id: address::id(&href), href, checksum, host: "USGS".into() });
        }
        let mut url = address::parse(&source.href)?;
        let (id, host) = (address::cache_id(&url), address::host(&url));
        let _ = url.set_username("");
        let _ = url.set_password(None);
        Ok(Self { href: address::short(url.as_str()).to_owned(), id, checksum, host })
    }
}
