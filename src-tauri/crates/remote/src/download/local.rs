//! A file of this computer, copied with the same care: piece by piece, resumable, with its digests.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use swath_domain::{Report, Stop};

use super::fetch::Fetch;
use super::journal::Version;
use super::magic;
use super::part::Part;
use crate::RemoteError;
use crate::at::read_at;
use crate::ranges::on_disk;

const PIECE: u64 = 1 << 20;

impl Fetch<'_> {
    pub(super) async fn copy(&self, part: &mut Part, path: &Path) -> Result<u64, Stop<RemoteError>> {
        let wrong = |error: std::io::Error| self.not_that(format!("it cannot be read ({error})"));
        let path = path.to_owned();
        let (from, version) = on_disk(move || Ok(open(&path))).await?.map_err(wrong)?;
        let from = Arc::new(from);
        let length = version.length.unwrap_or_default();
        if self.said().is_some_and(|said| said != length) {
            return Err(self.not_that(format!("it has {length} bytes and not those that were counted before")).into());
        }
        if part.version().is_some_and(|known| !known.is_same(&version)) {
            self.begin_anew(part).await;
        }
        part.begin(version.clone()).await?;
        for gap in part.missing(0..length).iter() {
            let mut at = gap.start;
            while at < gap.end {
                if self.monitor.is_cancelled() {
                    return Err(Stop::Cancelled);
                }
                let (file, count) = (from.clone(), (gap.end - at).min(PIECE));
                let read = on_disk(move || {
                    let mut bytes = vec![0; count as usize];
                    Ok(read_at(&file, at, &mut bytes).map(|()| bytes))
                });
                let bytes = read.await?.map_err(wrong)?;
                if at == 0 {
                    magic::check(self.kind, &bytes).map_err(|why| self.not_that(why))?;
                }
                part.keep(at, vec![Bytes::from(bytes)]).await?;
                // Over no network, so not fetched.
                self.monitor.report(Report::Kept(count));
                at += count;
            }
        }
        let after = on_disk(move || Ok(version_of(&from))).await?.map_err(wrong)?;
        if !after.is_same(&version) {
            self.begin_anew(part).await;
            return Err(self.changed().into());
        }
        Ok(length)
    }
}

fn open(path: &Path) -> std::io::Result<(File, Version)> {
    let file = File::open(path)?;
    let version = version_of(&file)?;
    Ok((file, version))
}

fn version_of(file: &File) -> std::io::Result<Version> {
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(std::io::Error::other("it is no file"));
    }
    let modified = about.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    Ok(Version { length: Some(about.len()), etag: None, modified: modified.map(|at| format!("{}.{:09}", at.as_secs(), at.subsec_nanos())) })
}
