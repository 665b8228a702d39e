//! Whether an image is whole.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use gdal::Metadata;
use gdal::raster::RasterBand;

use crate::RasterError;
use crate::open::open;

/// Whether a TIFF or JPEG 2000 is whole: opens it, looks that every block lies inside the file, and reads the first and the last block of
/// every band and level. A file that was cut off does not pass; a wrong byte in the middle of a block may, which is what digests are for.
///
/// # Errors
/// [`RasterError::Open`] when it is no such image or its directory is cut off; [`RasterError::Read`] when a block cannot be read.
pub fn intact(path: &Path) -> Result<(), RasterError> {
    let dataset = open(path)?;
    let cut = |words: String| RasterError::Read { path: path.into(), words };
    if dataset.driver().short_name() == "JP2OpenJPEG" {
        whole_codestream(path).map_err(|e| cut(e.to_string()))?;
    }
    let length = std::fs::metadata(path).map_err(|e| cut(e.to_string()))?.len();
    for number in 1..=dataset.raster_count() {
        let band = dataset.rasterband(number).map_err(|e| RasterError::read(path, &e))?;
        ends(path, &band, length)?;
        for level in 0..band.overview_count().unwrap_or(0).max(0) as usize {
            ends(path, &band.overview(level).map_err(|e| RasterError::read(path, &e))?, length)?;
        }
    }
    Ok(())
}

fn ends(path: &Path, band: &RasterBand, length: u64) -> Result<(), RasterError> {
    let ((width, height), (across, down)) = (band.size(), band.block_size());
    for y in 0..height.div_ceil(down.max(1)) {
        for x in 0..width.div_ceil(across.max(1)) {
            let number = |what: &str| band.metadata_item(&format!("{what}_{x}_{y}"), "TIFF").and_then(|text| text.parse::<u64>().ok());
            // Blocks of nothing but no data may be left out, and JPEG 2000 does not tell.
            let Some(at) = number("BLOCK_OFFSET") else { continue };
            if number("BLOCK_SIZE").and_then(|bytes| at.checked_add(bytes)).is_none_or(|end| end > length) {
                let words = format!("a block of {width} x {height} pixels at {x}, {y} lies beyond the end of the file");
                return Err(RasterError::Read { path: path.into(), words });
            }
        }
    }
    // One pixel makes GDAL unpack the whole block around it. Complex and wide numbers lose something here, which does not matter.
    for at in [(0, 0), (width as isize - 1, height as isize - 1)] {
        band.read_as::<f64>(at, (1, 1), (1, 1), None).map_err(|e| RasterError::read(path, &e))?;
    }
    Ok(())
}

/// JPEG 2000 decodes without a word when it is cut off in the middle of a tile: details are missing then, nothing else. But its boxes tell
/// how long they are, and the codestream ends with a marker.
fn whole_codestream(path: &Path) -> io::Result<()> {
    let cut = |what: &str| Err(io::Error::other(what.to_owned()));
    let mut file = File::open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    let mut at = 0;
    loop {
        file.seek(SeekFrom::Start(at))?;
        let mut head = [0; 16];
        let count = read_some(&mut file, &mut head)?;
        if at == 0 && head.starts_with(&[0xff, 0x4f]) {
            return end_marker(&mut file, length);
        }
        if count < 8 {
            return cut("it ends before its codestream");
        }
        let [a, b, c, d, kind @ ..] = [head[0], head[1], head[2], head[3], head[4], head[5], head[6], head[7]];
        let end = match u32::from_be_bytes([a, b, c, d]) {
            0 => Some(length),
            1 if count == 16 => {
                let [_, _, _, _, _, _, _, _, long @ ..] = head;
                at.checked_add(u64::from_be_bytes(long))
            }
            bytes => at.checked_add(bytes.into()),
        };
        match end {
            Some(end) if end <= length && end >= at + 8 => {
                if kind == *b"jp2c" {
                    return end_marker(&mut file, end);
                }
                at = end;
            }
            _ => return cut("one of its boxes reaches beyond the end of the file"),
        }
    }
}

fn end_marker(file: &mut File, end: u64) -> io::Result<()> {
    file.seek(SeekFrom::Start(end.saturating_sub(2)))?;
    let mut marker = [0; 2];
    file.read_exact(&mut marker)?;
    if marker == [0xff, 0xd9] { Ok(()) } else { Err(io::Error::other("its codestream ends without the marker of its end")) }
}

fn read_some(file: &mut File, head: &mut [u8]) -> io::Result<usize> {
    let mut count = 0;
    while count < head.len() {
        match file.read(&mut head[count..]) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

#[cfg(test)]
mod tests;
