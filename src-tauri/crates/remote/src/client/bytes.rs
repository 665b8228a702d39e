//! Small whole things: thumbnails, tiles of a base map, pages of a catalogue.

use bytes::Bytes;
use reqwest::header;
use swath_domain::{Access, AccountKind, Monitor, Stop};
use url::Url;

use super::{Ask, Client};
use crate::{RemoteError, address, retry::Budget};

impl Client {
    /// A small file as a whole, with its content type (empty when the server names none). `http:`, `https:`, `file:`
    /// and `s3:`; an address of a store that is signed by its provider is signed.
    ///
    /// # Errors
    /// More than `most` bytes, and all that can go wrong on the way; what may pass is tried again first.
    pub async fn get_bytes(&self, href: &str, most: usize, monitor: &dyn Monitor) -> Result<(Bytes, String), Stop<RemoteError>> {
        let url = address::parse(href)?;
        if let Some(path) = address::file(&url) {
            let path = path?;
            let read = async {
                let length = tokio::fs::metadata(&path).await?.len();
                if length > most as u64 { Ok(None) } else { tokio::fs::read(&path).await.map(Some) }
            };
            let bytes = read.await.map_err(RemoteError::from)?;
            let what = || format!("{} is longer than {most} bytes and", address::name(&url));
            let bytes = bytes.ok_or_else(|| RemoteError::Unsupported { what: what() })?;
            return Ok((bytes.into(), type_by_name(&address::name(&url)).to_owned()));
        }
        let access = self.access_of(&url);
        fetch_bytes_as(self, &Ask::get(url), access, most, self.options().tries, monitor).await
    }

    /// What a file takes of which only the address is known: a picture. Signatures and object stores are known by their hosts.
    fn access_of(&self, url: &Url) -> Access {
        match url.scheme() {
            "s3" if url.host_str() == Some("eodata") => Access::Account(AccountKind::CdseS3),
            "s3" => Access::RequesterPays,
            _ if self.is_signable(url) => Access::Signed,
            _ => Access::Open,
        }
    }
}

/// The body of an answer and its content type.
pub(crate) async fn fetch_bytes(
    client: &Client,
    ask: &Ask,
    most: usize,
    tries: u32,
    monitor: &dyn Monitor,
) -> Result<(Bytes, String), Stop<RemoteError>> {
    fetch_bytes_as(client, ask, Access::Open, most, tries, monitor).await
}

/// The same, of what not anyone may fetch.
pub(crate) async fn fetch_bytes_as(
    client: &Client,
    ask: &Ask,
    access: Access,
    most: usize,
    tries: u32,
    monitor: &dyn Monitor,
) -> Result<(Bytes, String), Stop<RemoteError>> {
    let mut budget = Budget::new(client.options(), tries);
    loop {
        let attempt = async {
            let mut answer = client.send_as(ask.clone(), access, monitor).await?;
            let kind = answer.text(header::CONTENT_TYPE).unwrap_or_default().to_owned();
            answer.whole(most, monitor).await.map(|bytes| (bytes, kind))
        };
        match attempt.await {
            Ok(done) => return Ok(done),
            Err(failure) => budget.spend(failure, monitor).await?,
        }
    }
}

fn type_by_name(name: &str) -> &'static str {
    match name.rsplit('.').next().map(str::to_ascii_lowercase).as_deref() {
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("json" | "geojson") => "application/json",
        _ => "",
    }
}
