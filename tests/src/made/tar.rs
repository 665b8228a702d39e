//! Tars, byte by byte.

/// What an entry of a tar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A symbolic link to its content.
    Link,
}

/// The tar of some files, in the format of POSIX.
pub fn tar(entries: &[(Kind, &str, &[u8])]) -> Vec<u8> {
    let mut all = Vec::new();
    for (kind, name, bytes) in entries {
        let (content, target): (&[u8], &[u8]) = if *kind == Kind::Link { (&[], bytes) } else { (bytes, &[]) };
        all.extend(header(*kind, name, content.len(), target));
        all.extend(content);
        all.resize(all.len().next_multiple_of(512), 0);
    }
    all.extend([0; 1024]);
    all
}

fn header(kind: Kind, name: &str, length: usize, target: &[u8]) -> [u8; 512] {
    let mut block = [0; 512];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, name.as_bytes());
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{length:011o}\0").as_bytes());
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, if kind == Kind::Link { b"2" } else { b"0" });
    put(157, target);
    put(257, b"ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}
