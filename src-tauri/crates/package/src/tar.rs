//! Tar, plain or gzipped: headers of 512 bytes, each followed by its file, and blocks of zeros at the end.

mod header;
mod input;

use std::path::Path;

use swath_domain::{Monitor, Stop};

use crate::names::{Kind, Taken, relative, shown};
use crate::walk::{Along, Met, PIECE};
use crate::{Member, PackageError, limits};
pub(crate) use header::is_header;
use header::{Extension, Header, Type};
pub(crate) use input::Input;

const BLOCK: u64 = 512;
/// Bytes of an extended header, which holds a long name or a few words.
const MOST_EXTENSION: u64 = 64 << 10;

/// Whether the bytes of the files are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contents {
    Read,
    /// Stepped over where that is possible.
    Skip,
}

/// The files in it, by their headers.
pub(crate) fn members(path: &Path, input: Input) -> Result<Vec<Member>, Stop<PackageError>> {
    let mut members = Vec::new();
    walk(path, input, Contents::Skip, &swath_domain::Never, &mut |met| {
        if let Met::File(name, bytes) = met {
            members.push(Member { name: name.to_owned(), bytes });
        }
        Ok(())
    })?;
    Ok(members)
}

/// Goes through all files to the end of the archive, and on to the end of what it lies in.
pub(crate) fn walk(
    path: &Path,
    mut input: Input,
    contents: Contents,
    monitor: &dyn Monitor,
    along: &mut Along,
) -> Result<(), Stop<PackageError>> {
    let mut taken = Taken::default();
    let mut extension = Extension::default();
    let mut piece = vec![0; PIECE];
    let mut count = 0;
    loop {
        if monitor.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        let mut block = [0; BLOCK as usize];
        match input.block(path, &mut block)? {
            true if block == [0; BLOCK as usize] => break,
            true => {}
            false => return Err(PackageError::damaged(path, "it ends without the blocks of zeros that a whole tar ends with").into()),
        }
        let header = Header::read(path, &block)?;
        count += 1;
        limits::count(path, count)?;
        let padded = |bytes: u64| bytes.div_ceil(BLOCK) * BLOCK;
        if let Type::Extension(kind) = header.kind {
            if header.bytes > MOST_EXTENSION {
                return Err(PackageError::harmful(path, format!("a name in it is {} bytes long", header.bytes)).into());
            }
            let mut words = vec![0; padded(header.bytes) as usize];
            if !input.whole(path, &mut words)? {
                return Err(cut(path, "a long name").into());
            }
            words.truncate(header.bytes as usize);
            extension.add(path, kind, &words)?;
            continue;
        }
        let extension = std::mem::take(&mut extension);
        let name = extension.name.unwrap_or(header.name);
        let bytes = extension.bytes.unwrap_or(header.bytes);
        let refuse = |what: &str| PackageError::harmful(path, format!("{} is {what}", shown(&name)));
        let kind = match header.kind {
            Type::Folder => Kind::Folder,
            // As tars of before 1988 write folders.
            Type::File if name.ends_with('/') => Kind::Folder,
            Type::File => Kind::File,
            Type::Link => return Err(refuse("a link to another place").into()),
            Type::Device => return Err(refuse("neither a file nor a folder").into()),
            Type::Extension(_) => continue,
        };
        let place = relative(&name).map_err(|why| PackageError::harmful(path, why))?;
        if kind == Kind::File && place.is_empty() {
            return Err(PackageError::damaged(path, "a file in it has no name").into());
        }
        taken.add(&place, kind).map_err(|why| PackageError::harmful(path, why))?;
        if kind == Kind::Folder {
            if !place.is_empty() {
                along(Met::Folder(&place))?;
            }
            // The size of a folder means nothing, and nothing follows.
            continue;
        }
        if bytes > limits::MOST_BYTES {
            return Err(refuse(&format!("said to be {} MiB long", bytes >> 20)).into());
        }
        along(Met::File(&place, bytes))?;
        match contents {
            Contents::Skip => input.skip(path, padded(bytes)).map_err(|e| within(path, e, &place))?,
            Contents::Read => {
                let mut left = bytes;
                while left > 0 {
                    let most = left.min(PIECE as u64) as usize;
                    if !input.whole(path, &mut piece[..most])? {
                        return Err(cut(path, &shown(&place)).into());
                    }
                    along(Met::Bytes(&piece[..most]))?;
                    crate::walk::on(monitor, most)?;
                    left -= most as u64;
                }
                let padding = (padded(bytes) - bytes) as usize;
                if !input.whole(path, &mut piece[..padding])? {
                    return Err(cut(path, &shown(&place)).into());
                }
            }
        }
        along(Met::End)?;
    }
    rest(path, &mut input, contents, &mut piece, monitor)
}

/// After the first block of zeros there is nothing but zeros, to the end of the file: what a server has put behind it is found here, and the
/// digest of a gzip is compared when it has been read to its end.
fn rest(path: &Path, input: &mut Input, contents: Contents, piece: &mut [u8], monitor: &dyn Monitor) -> Result<(), Stop<PackageError>> {
    if contents == Contents::Skip {
        return Ok(());
    }
    loop {
        let count = input.some(path, piece)?;
        if count == 0 {
            return Ok(());
        }
        if piece[..count].iter().any(|byte| *byte != 0) {
            return Err(PackageError::damaged(path, "something else follows after its end").into());
        }
        crate::walk::on(monitor, 0)?;
    }
}

fn cut(path: &Path, what: &str) -> PackageError {
    PackageError::damaged(path, format!("it is cut off inside {what}"))
}

fn within(path: &Path, error: PackageError, place: &str) -> PackageError {
    match error {
        PackageError::Damaged { .. } => cut(path, &shown(place)),
        other => other,
    }
}
