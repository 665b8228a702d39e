//! What of a TIFF's first directory reading its tiles takes, as far as it is of the plain kind.

use std::fs::File;

use swath_domain::{Crs, Grid};

use super::Directory;

/// How tiles are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Deflate,
    Zstd,
}

/// Where the tiles lie and how to read them.
pub(crate) struct Header {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Bands, each with tiles of its own.
    pub(crate) bands: usize,
    /// Columns and rows of a tile.
    pub(crate) tile: (u32, u32),
    /// 16 bit instead of 8.
    pub(super) short: bool,
    pub(super) little: bool,
    pub(super) packing: Packing,
    /// Differences along the lines are stored.
    pub(super) predicted: bool,
    pub(crate) offsets: Vec<u64>,
    pub(super) counts: Vec<u64>,
}

/// Tiles beyond this side would take more memory than a block of the output.
const LARGEST_TILE: u64 = 4096;

impl Header {
    /// `None` for everything that is not plain.
    pub(super) fn of(directory: &Directory) -> Option<Self> {
        // One number, or the same for each band.
        let one = |tag: u16, absent: Option<u64>| match directory.tags.get(&tag) {
            Some(_) => directory.whole(tag).filter(|all| all.iter().all(|value| *value == all[0]))?.first().copied(),
            None => absent,
        };
        let is = |tag: u16, absent: Option<u64>, wanted: &[u64]| one(tag, absent).filter(|value| wanted.contains(value));
        let bits = is(258, None, &[8, 16])?;
        let packing = match one(259, None)? {
            1 => Packing::None,
            8 | 32_946 => Packing::Deflate,
            50_000 => Packing::Zstd,
            _ => return None,
        };
        is(254, Some(0), &[0])?;
        is(262, None, &[1])?;
        is(266, Some(1), &[1])?;
        is(339, Some(1), &[1])?;
        let predictor = is(317, Some(1), &[1, 2])?;
        let bands = one(277, Some(1)).filter(|bands| (1..=65_535).contains(bands))?;
        if bands > 1 {
            is(284, Some(1), &[2])?;
        }
        let (width, height) = (u32::try_from(one(256, None)?).ok()?, u32::try_from(one(257, None)?).ok()?);
        let side = |tag| one(tag, None).filter(|side| (1..=LARGEST_TILE).contains(side)).map(|side| side as u32);
        let tile = (side(322)?, side(323)?);
        let (offsets, counts) = (directory.whole(324)?, directory.whole(325)?);
        let tiles = u64::from(width.div_ceil(tile.0)) * u64::from(height.div_ceil(tile.1)) * bands;
        if offsets.len() as u64 != tiles || counts.len() != offsets.len() {
            return None;
        }
        Some(Self {
            width,
            height,
            bands: bands as usize,
            tile,
            short: bits == 16,
            little: directory.little,
            packing,
            predicted: predictor == 2 && packing != Packing::None,
            offsets,
            counts,
        })
    }

    /// The tiles' columns.
    pub(crate) fn across(&self) -> u32 {
        self.width.div_ceil(self.tile.0)
    }

    /// Tiles of one band.
    pub(crate) fn plane(&self) -> usize {
        self.across() as usize * self.height.div_ceil(self.tile.1) as usize
    }

    /// Bytes of a line of a tile.
    pub(super) fn line(&self) -> usize {
        self.tile.0 as usize * if self.short { 2 } else { 1 }
    }
}

/// Where a file lies, when that leaves no room for interpretation: one tie point at the corner, pixels that are areas, a UTM zone of WGS 84.
pub(super) fn grid(directory: &Directory, width: u32, height: u32) -> Option<Grid> {
    let real = |tag: u16, count: usize| directory.real(tag).filter(|values| values.len() == count);
    let (scale, tie) = (real(33_550, 3)?, real(33_922, 6)?);
    if directory.tags.contains_key(&34_264) || tie[0] != 0.0 || tie[1] != 0.0 {
        return None;
    }
    let keys = directory.whole(34_735)?;
    let (head, keys) = keys.split_at_checked(4)?;
    let key = |id: u64| keys.chunks_exact(4).find(|key| key[0] == id).map(|key| (key[1], key[3]));
    // Projected, area, and nothing about heights.
    if head[0] != 1 || key(1024) != Some((0, 1)) || key(1025) != Some((0, 1)) || key(4096).is_some() {
        return None;
    }
    let code = key(3072).filter(|(place, code)| *place == 0 && matches!(code, 32_601..=32_660 | 32_701..=32_760))?.1;
    Grid::from_affine(Crs::epsg(code as u32), [scale[0], 0.0, tie[3], 0.0, -scale[1], tie[4]], width, height).ok()
}

/// The header of an open file.
pub(super) fn read(file: &File) -> Option<(Directory, Header)> {
    let directory = Directory::read(file)?;
    let header = Header::of(&directory)?;
    Some((directory, header))
}
