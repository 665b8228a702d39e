//! Reading and writing at a place of a file, which several threads may do at once.

use std::fs::File;

/// Writes all of it.
#[cfg(unix)]
pub(crate) fn write_at(file: &File, at: u64, bytes: &[u8]) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(windows)]
pub(crate) fn write_at(file: &File, mut at: u64, mut bytes: &[u8]) -> std::io::Result<()> {
    use std::os::windows::fs::FileExt;
    while !bytes.is_empty() {
        let count = file.seek_write(bytes, at)?;
        if count == 0 {
            return Err(std::io::ErrorKind::WriteZero.into());
        }
        (at, bytes) = (at + count as u64, &bytes[count..]);
    }
    Ok(())
}

/// Fills the buffer; an error of the kind `UnexpectedEof` when the file ends before.
#[cfg(unix)]
pub(crate) fn read_at(file: &File, at: u64, buffer: &mut [u8]) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, at)
}

#[cfg(windows)]
pub(crate) fn read_at(file: &File, mut at: u64, mut buffer: &mut [u8]) -> std::io::Result<()> {
    use std::os::windows::fs::FileExt;
    while !buffer.is_empty() {
        let count = file.seek_read(buffer, at)?;
        if count == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        at += count as u64;
        buffer = &mut buffer[count..];
    }
    Ok(())
}
