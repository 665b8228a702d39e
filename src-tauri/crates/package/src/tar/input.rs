//! The bytes of a tar, from a file or out of a gzip.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::walk::{self, PIECE, fill};
use crate::{PackageError, limits};

/// Where the bytes come from.
pub(crate) enum Input {
    Plain { reader: BufReader<File>, left: u64 },
    Gzip { reader: Box<MultiGzDecoder<BufReader<File>>>, packed: u64, unpacked: u64 },
}

impl Input {
    pub(crate) fn plain(path: &Path) -> Result<Self, PackageError> {
        Ok(Self::Plain { reader: BufReader::with_capacity(PIECE, walk::open(path)?), left: walk::length(path)? })
    }

    pub(crate) fn gzip(path: &Path) -> Result<Self, PackageError> {
        let reader = Box::new(MultiGzDecoder::new(BufReader::with_capacity(PIECE, walk::open(path)?)));
        Ok(Self::Gzip { reader, packed: walk::length(path)?, unpacked: 0 })
    }

    /// Some bytes; 0 at the end.
    pub(crate) fn some(&mut self, path: &Path, piece: &mut [u8]) -> Result<usize, PackageError> {
        match self {
            Self::Plain { reader, left } => {
                let count = fill(reader, piece).map_err(|e| PackageError::read(path, &e))?;
                *left = left.saturating_sub(count as u64);
                Ok(count)
            }
            Self::Gzip { reader, packed, unpacked } => {
                let count = fill(reader, piece).map_err(|e| PackageError::damaged(path, format!("it cannot be unpacked ({e})")))?;
                *unpacked += count as u64;
                limits::size(path, *packed, *unpacked)?;
                Ok(count)
            }
        }
    }

    /// Exactly as many bytes; `false` when there are fewer.
    pub(crate) fn whole(&mut self, path: &Path, piece: &mut [u8]) -> Result<bool, PackageError> {
        let mut done = 0;
        while done < piece.len() {
            match self.some(path, &mut piece[done..])? {
                0 => return Ok(false),
                count => done += count,
            }
        }
        Ok(true)
    }

    /// As [`Input::whole`].
    pub(crate) fn block(&mut self, path: &Path, block: &mut [u8; 512]) -> Result<bool, PackageError> {
        self.whole(path, block)
    }

    /// Steps over bytes.
    pub(crate) fn skip(&mut self, path: &Path, bytes: u64) -> Result<(), PackageError> {
        let short = || PackageError::damaged(path, "it is cut off");
        if let Self::Plain { reader, left } = self {
            *left = left.checked_sub(bytes).ok_or_else(short)?;
            return reader.seek_relative(bytes as i64).map_err(|e| PackageError::read(path, &e));
        }
        let mut piece = vec![0; PIECE.min(bytes as usize)];
        let mut done = 0;
        while done < bytes {
            let most = (bytes - done).min(piece.len() as u64) as usize;
            match self.some(path, &mut piece[..most])? {
                0 => return Err(short()),
                count => done += count as u64,
            }
        }
        Ok(())
    }
}
