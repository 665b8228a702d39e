//! Whether a file begins as its kind does: the cheapest way to notice that a message came in its place.

use swath_domain::FileKind;

/// As many bytes as are looked at; those of a tar are far from its start.
pub(super) const ENOUGH: usize = 512;

/// What is wrong with the first bytes of a file, if anything. They may be fewer than [`ENOUGH`] when the file is so short.
pub(super) fn check(kind: FileKind, start: &[u8]) -> Result<(), String> {
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let wide = start.starts_with(b"\xff\xfe<\0") || start.starts_with(b"\xfe\xff\0<");
    let (good, what) = match kind {
        FileKind::Tiff => (matches!(start, [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..]), "a TIFF"),
        FileKind::Jp2 => (start.starts_with(b"\0\0\0\x0cjP  ") || start.starts_with(b"\xff\x4f\xff\x51"), "a JPEG 2000 file"),
        // An archive without members begins with its end.
        FileKind::Zip => (start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06"), "a zip"),
        FileKind::Tar => (start.get(257..262) == Some(b"ustar"), "a tar"),
        FileKind::Gzip => (start.starts_with(b"\x1f\x8b"), "a gzip"),
        FileKind::Xml => (wide || (text.starts_with(b"<") && !is_page(text)), "an XML document"),
        FileKind::Any => return Ok(()),
    };
    if good {
        return Ok(());
    }
    Err(match text {
        _ if is_page(text) => format!("it is a web page, not {what}"),
        [b'<', ..] => format!("it is an XML message, not {what}"),
        [b'{', ..] => format!("it is a JSON message, not {what}"),
        _ => format!("it does not begin as {what} does"),
    })
}

fn is_page(text: &[u8]) -> bool {
    let start = text[..text.len().min(256)].to_ascii_lowercase();
    [b"<!doctype html".as_slice(), b"<html"].iter().any(|mark| start.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_known_by_its_first_bytes() {
        let mut tar = vec![b'x'; ENOUGH];
        tar[257..262].copy_from_slice(b"ustar");
        let cases: [(FileKind, &[u8]); 12] = [
            (FileKind::Tiff, b"II*\0...."),
            (FileKind::Tiff, b"MM\0*...."),
            (FileKind::Tiff, b"II+\0...."),
            (FileKind::Jp2, b"\0\0\0\x0cjP  \r\n"),
            (FileKind::Jp2, b"\xff\x4f\xff\x51"),
            (FileKind::Zip, b"PK\x03\x04..."),
            (FileKind::Zip, b"PK\x05\x06..."),
            (FileKind::Tar, &tar),
            (FileKind::Gzip, b"\x1f\x8b\x08"),
            (FileKind::Xml, b"\xef\xbb\xbf<?xml version=\"1.0\"?><a/>"),
            (FileKind::Xml, b"\n <xfdu:XFDU>"),
            (FileKind::Any, b""),
        ];
        for (kind, start) in cases {
            assert_eq!(check(kind, start), Ok(()), "{kind:?}");
        }
        for kind in [FileKind::Tiff, FileKind::Jp2, FileKind::Zip, FileKind::Tar, FileKind::Gzip, FileKind::Xml] {
            for (start, said) in [(b"<!DOCTYPE html><p>".as_slice(), "web page"), (b"{\"a\":1}", "JSON"), (b"", "begin"), (b"II", "begin")]
            {
                assert!(check(kind, start).unwrap_err().contains(said), "{kind:?} {said}");
            }
        }
        assert!(check(FileKind::Zip, b"<Error><Code>").unwrap_err().contains("XML"));
    }
}
