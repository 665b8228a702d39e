//! Documents: metadata in XML.

use std::io::BufReader;
use std::path::Path;

use quick_xml::Reader;
use quick_xml::events::Event;
use swath_domain::{Monitor, Stop};

use crate::PackageError;
use crate::walk::{length, on, open};

/// The largest document of a product has some 15 MB.
const MOST_BYTES: u64 = 256 << 20;
/// Elements in each other.
const DEEPEST: usize = 256;

/// Whether a file is well-formed XML, and not a page or a message that a server sent in its place.
pub(crate) fn check(path: &Path, monitor: &dyn Monitor) -> Result<(), Stop<PackageError>> {
    if length(path)? > MOST_BYTES {
        return Err(PackageError::harmful(path, format!("a document of more than {} MiB is none", MOST_BYTES >> 20)).into());
    }
    let damaged = |what: String| Stop::from(PackageError::damaged(path, what));
    let mut reader = Reader::from_reader(BufReader::with_capacity(1 << 16, open(path)?));
    let mut buffer = Vec::new();
    let (mut depth, mut roots, mut told) = (0usize, 0u32, 0);
    loop {
        buffer.clear();
        let at = reader.buffer_position();
        if at - told >= 1 << 20 {
            on(monitor, (at - told) as usize)?;
            told = at;
        }
        match reader.read_event_into(&mut buffer).map_err(|e| damaged(format!("it is not XML: {e}, at byte {at}")))? {
            Event::Start(start) => {
                if depth == 0 {
                    roots += 1;
                    first(start.local_name().into_inner()).map_err(|what| damaged(what.into()))?;
                }
                depth += 1;
                if depth > DEEPEST {
                    return Err(damaged(format!("elements lie more than {DEEPEST} deep in each other")));
                }
            }
            Event::Empty(start) if depth == 0 => {
                roots += 1;
                first(start.local_name().into_inner()).map_err(|what| damaged(what.into()))?;
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::DocType(kind) if kind.to_ascii_uppercase().contains("<!ENTITY") => {
                return Err(PackageError::harmful(path, "it defines entities of its own, which may unfold without end").into());
            }
            Event::Text(text) if depth == 0 && !text.trim_matches(|c: char| c.is_whitespace() || c == '\0').is_empty() => {
                return Err(damaged("something else stands before or after its document".into()));
            }
            Event::Eof if depth > 0 => return Err(damaged("it ends before its first element does".into())),
            Event::Eof if roots != 1 => {
                return Err(damaged(if roots == 0 { "there is nothing in it" } else { "there are several documents in it" }.into()));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    on(monitor, (reader.buffer_position() - told) as usize)
}

/// Refuses what servers answer in place of a document.
fn first(name: &str) -> Result<(), &'static str> {
    match name {
        "html" | "HTML" => Err("it is a web page instead of a document"),
        "Error" | "error" => Err("it is an error message of the server instead of a document"),
        _ => Ok(()),
    }
}
