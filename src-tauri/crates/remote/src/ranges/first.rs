//! The first request for a file: how long it is, which version, whether the server sends parts of it, and the beginning of its header.

use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use reqwest::header;
use swath_domain::{Asset, Monitor, Stop};
use url::Url;

use super::disk::{Disk, FORMAT, Version};
use super::spans::Spans;
use super::store::on_disk;
use super::tiff::check_magic;
use crate::client::Answer;
use crate::head::{ContentRange, check_kind, content_range, not_that_file, range_ask};
use crate::retry::{Budget, Failure};
use crate::{Client, RemoteError, address};

/// Enough for the header of most cloud-optimised files.
const HEADER: u64 = 32 << 10;
const PIECE: usize = 1 << 20;

/// Asks for the first bytes and makes the local file; of a server that knows no ranges, all of it.
pub(super) async fn fetch(
    client: &Client,
    url: &Url,
    id: &str,
    asset: &Asset,
    disk: &Arc<Disk>,
    monitor: &dyn Monitor,
) -> Result<(Version, Spans), Stop<RemoteError>> {
    let mut budget = Budget::new(client.options(), client.options().tries);
    loop {
        match attempt(client, url, id, asset, disk, monitor).await {
            Ok(done) => return Ok(done),
            Err(failure) => budget.spend(failure, monitor).await?,
        }
    }
}

async fn attempt(
    client: &Client,
    url: &Url,
    id: &str,
    asset: &Asset,
    disk: &Arc<Disk>,
    monitor: &dyn Monitor,
) -> Result<(Version, Spans), Stop<Failure>> {
    let wrong = |why: String| Failure::last(not_that_file(url, why));
    let passing = |why: &str| Failure::passing(not_that_file(url, why.to_owned()));
    let mut answer = match client.send_as(range_ask(url, 0, Some(HEADER)), asset.access, monitor).await {
        Err(Stop::Failed(Failure { error: RemoteError::Status { status: 416, .. }, .. })) => return Err(wrong("it is empty".into()).into()),
        other => other?,
    };
    check_kind(&answer, url)?;
    // An answer can be sent to another thread but not shared, so nothing may borrow it while its body is awaited.
    let etag = answer.text(header::ETAG).map(str::to_owned);
    let modified = answer.text(header::LAST_MODIFIED).map(str::to_owned);
    let (status, range) = (answer.status, content_range(&answer));
    let version = |length| Version { swath_ranges: FORMAT, length, etag, modified, id: id.to_owned() };
    let check_size = |length: u64| match asset.size {
        Some(said) if said != length => Err(wrong(format!("the catalogue says that it has {said} bytes, the server that it has {length}"))),
        _ => Ok(()),
    };
    match (status, range) {
        (206, Some(ContentRange { range: Range { start: 0, .. }, total: Some(length) })) => {
            check_size(length)?;
            let bytes = answer.whole(HEADER as usize, monitor).await?;
            if bytes.len() as u64 != HEADER.min(length) {
                return Err(passing("the server sent another length than it announced").into());
            }
            check_magic(&bytes).map_err(wrong)?;
            let (version, disk) = (version(length), disk.clone());
            let (kept, count) = (version.clone(), bytes.len() as u64);
            let made = on_disk(move || disk.create(&version).and_then(|()| disk.keep(0, &[bytes])));
            made.await.map_err(Failure::last)?;
            Ok((kept, std::iter::once(0..count).collect()))
        }
        (206, Some(ContentRange { range: Range { start: 0, .. }, total: None })) => {
            Err(wrong("the server does not say how long it is".into()).into())
        }
        (206, Some(ContentRange { range, .. })) => Err(passing(&format!("bytes from {} came instead of from 0", range.start)).into()),
        (200, _) => {
            if let Some(length) = answer.number(header::CONTENT_LENGTH) {
                check_size(length)?;
            }
            let length = stream(&mut answer, url, disk, monitor).await?;
            check_size(length)?;
            let (version, disk) = (version(length), disk.clone());
            let kept = version.clone();
            on_disk(move || disk.adopt(&disk.part()?, &version)).await.map_err(Failure::last)?;
            Ok((kept, std::iter::once(0..length).collect()))
        }
        (status, _) => Err(passing(&format!("the server answered {status} to a request for a part of it")).into()),
    }
}

/// Collects the whole body beside the cached file, which it becomes when it is complete.
async fn stream(answer: &mut Answer, url: &Url, disk: &Arc<Disk>, monitor: &dyn Monitor) -> Result<u64, Stop<Failure>> {
    tracing::debug!(host = address::host(url), name = address::name(url), "the server sends no parts; fetching all of it");
    let announced = answer.number(header::CONTENT_LENGTH);
    let place = disk.clone();
    let mut file = on_disk(move || std::fs::File::create(place.part()?)).await.map_err(Failure::last)?;
    let (mut piece, mut length, mut ended) = (Vec::new(), 0, false);
    while !ended {
        match answer.chunk(monitor).await? {
            Some(bytes) => piece.extend_from_slice(&bytes),
            None => ended = true,
        }
        if piece.len() < PIECE && !ended {
            continue;
        }
        if length == 0 {
            check_magic(&piece).map_err(|why| Failure::last(not_that_file(url, why)))?;
        }
        length += piece.len() as u64;
        let bytes = std::mem::take(&mut piece);
        file = on_disk(move || file.write_all(&bytes).map(|()| file)).await.map_err(Failure::last)?;
    }
    if announced.is_some_and(|announced| announced != length) {
        return Err(Failure::passing(not_that_file(url, format!("it ended after {length} bytes"))).into());
    }
    on_disk(move || file.sync_data()).await.map_err(Failure::last)?;
    Ok(length)
}
