//! Reading `manifest.safe`: an XFDU document of which the data objects count.

use std::path::Path;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use swath_domain::Checksum;

use super::{Manifest, ManifestFile};
use crate::names::{Kind, Taken, relative};
use crate::{PackageError, limits};

/// Elements in each other.
const DEEPEST: usize = 256;

/// Reads a `manifest.safe`.
///
/// # Errors
/// [`PackageError::Damaged`] when it is no such document; [`PackageError::Harmful`] when a path leads out of the product.
pub fn read(text: &[u8]) -> Result<Manifest, PackageError> {
    let at = Path::new(super::MANIFEST);
    let damaged = |what: String| PackageError::damaged(at, what);
    let text = std::str::from_utf8(text).map_err(|_| damaged("it is not text in UTF-8".into()))?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let (mut files, mut taken, mut open) = (Vec::new(), Taken::default(), Vec::new());
    // The data object that is being read, its digest's algorithm, and the text of the digest.
    let (mut file, mut algorithm, mut digest): (Option<ManifestFile>, Option<String>, String) = (None, None, String::new());
    let mut seen = false;
    loop {
        let place = reader.buffer_position();
        let event = reader.read_event().map_err(|e| damaged(format!("it is not XML: {e}, at byte {place}")))?;
        let (start, empty) = match &event {
            Event::Start(start) => (Some(start), false),
            Event::Empty(start) => (Some(start), true),
            _ => (None, false),
        };
        if let Some(start) = start {
            let name = start.local_name().into_inner().to_owned();
            if open.is_empty() && !seen {
                seen = true;
                if name != "XFDU" {
                    return Err(damaged(format!("it is a document of another kind (`{name}`)")));
                }
            }
            match name.as_str() {
                "byteStream" => {
                    let bytes = attribute(start, "size").and_then(|size| size.parse().ok());
                    let mime = attribute(start, "mimeType").unwrap_or_default();
                    file = Some(ManifestFile { path: String::new(), bytes, checksum: None, mime });
                }
                "fileLocation" => {
                    if let (Some(file), Some(href)) = (&mut file, attribute(start, "href")) {
                        file.path = relative(&href).map_err(|why| PackageError::harmful(at, why))?;
                    }
                }
                "checksum" => {
                    algorithm = attribute(start, "checksumName");
                    digest.clear();
                }
                _ => {}
            }
            if !empty {
                open.push(name);
                if open.len() > DEEPEST {
                    return Err(damaged(format!("elements lie more than {DEEPEST} deep in each other")));
                }
                continue;
            }
        }
        match event {
            Event::Text(words) if algorithm.is_some() => digest.push_str(words.trim()),
            Event::End(_) => match open.pop().as_deref() {
                Some("checksum") => {
                    if let (Some(file), Some(name)) = (&mut file, algorithm.take()) {
                        file.checksum = checksum(&name, &digest);
                    }
                }
                Some("byteStream") => {
                    if let Some(file) = file.take().filter(|file| !file.path.is_empty()) {
                        limits::count(at, files.len())?;
                        taken.add(&file.path, Kind::File).map_err(|why| PackageError::harmful(at, why))?;
                        files.push(file);
                    }
                }
                _ => {}
            },
            Event::DocType(kind) if kind.to_ascii_uppercase().contains("<!ENTITY") => {
                return Err(PackageError::harmful(at, "it defines entities of its own, which may unfold without end"));
            }
            Event::Eof if !open.is_empty() => return Err(damaged("it ends before its first element does".into())),
            Event::Eof => break,
            _ => {}
        }
    }
    if files.is_empty() {
        return Err(damaged("it lists no files".into()));
    }
    Ok(Manifest { files })
}

fn attribute(start: &BytesStart, name: &str) -> Option<String> {
    let found = start.attributes().flatten().find(|a| a.key.local_name().into_inner() == name)?;
    Some(found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok()?.trim().to_owned())
}

/// A digest by the algorithm that is named beside it; none when the two do not fit together, as in some old products.
fn checksum(algorithm: &str, digest: &str) -> Option<Checksum> {
    let digest = digest.to_ascii_lowercase();
    let name = algorithm.to_ascii_uppercase().replace(['-', '_'], "");
    let hexadecimal = digest.bytes().all(|b| b.is_ascii_hexdigit());
    match (name.as_str(), digest.len()) {
        _ if !hexadecimal => None,
        ("MD5", 32) => Some(Checksum::Md5(digest)),
        ("SHA3256", 64) => Some(Checksum::Sha3(digest)),
        ("SHA256" | "SHA2256", 64) => Some(Checksum::Sha256(digest)),
        _ => None,
    }
}
