//! Zips, byte by byte, so that they can also be what no tool would make.

use std::io::Write;

use flate2::{Compression, Crc, write::DeflateEncoder};

/// An entry of a zip.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Name as it is written, whatever it is.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
    /// Whether it is compressed.
    pub deflate: bool,
    /// Whether it says that it is a symbolic link to its content.
    pub link: bool,
}

impl Entry {
    /// A file that is stored as it is.
    pub fn stored(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into(), deflate: false, link: false }
    }

    /// A file that is compressed.
    pub fn deflated(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { deflate: true, ..Self::stored(name, bytes) }
    }

    /// A symbolic link.
    pub fn link(name: impl Into<String>, to: &str) -> Self {
        Self { link: true, ..Self::stored(name, to) }
    }
}

/// The zip of some entries.
pub fn zip(entries: &[Entry]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        let mut crc = Crc::new();
        crc.update(&entry.bytes);
        let packed = if entry.deflate { deflated(&entry.bytes) } else { entry.bytes.clone() };
        let offset = file.len() as u32;
        let mut common = Vec::new();
        // Version 2.0, names in UTF-8, method, no time.
        common.extend([20, 0, 0, 8, if entry.deflate { 8 } else { 0 }, 0, 0, 0, 0x21, 0]);
        common.extend(crc.sum().to_le_bytes());
        common.extend((packed.len() as u32).to_le_bytes());
        common.extend((entry.bytes.len() as u32).to_le_bytes());
        common.extend((entry.name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        file.extend(b"PK\x03\x04");
        file.extend(&common);
        file.extend(entry.name.as_bytes());
        file.extend(&packed);
        let mode: u32 = if entry.link { 0o120_777 } else { 0o100_644 };
        // Made on Unix, whose modes stand in the upper half of the attributes.
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(&common);
        directory.extend([0; 6]);
        directory.extend((mode << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(entry.name.as_bytes());
    }
    let (start, length, count) = (file.len() as u32, directory.len() as u32, entries.len() as u16);
    file.append(&mut directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend(count.to_le_bytes());
    file.extend(count.to_le_bytes());
    file.extend(length.to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0, 0]);
    file
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).expect("memory");
    packer.finish().expect("memory")
}
