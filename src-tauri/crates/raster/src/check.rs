//! Whether an image is whole.

use std::path::Path;

use crate::RasterError;
use crate::open::open;

/// Whether a TIFF or JPEG 2000 is whole: opens it, and reads the first and the last block of every band and level. A file that was cut off
/// or that grew a hole at its end does not pass; a wrong byte in the middle of a block may.
///
/// # Errors
/// [`RasterError::Open`] when it is no such image or its directory is cut off; [`RasterError::Read`] when a block cannot be read.
pub fn intact(path: &Path) -> Result<(), RasterError> {
    open(path).map(|_| ())
}
