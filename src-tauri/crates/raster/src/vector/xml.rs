//! XML, read in one pass without ever following or unfolding anything: entities of a document's own are refused, links are text.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use swath_domain::Stop;

use super::VectorError;
use super::budget::{Budget, DEPTH};

/// What a reader of a format is told.
pub(super) enum Piece<'a> {
    /// An element begins: its name without prefix, and its attributes.
    Open(&'a str, &'a BytesStart<'a>),
    /// An element ends, with the text that stood in it.
    Close(&'a str, &'a str),
}

/// Text of one element that is kept.
const TEXT: usize = 256 << 20;

/// Walks through a document. The flag tells that something follows after its end and was left out.
pub(super) fn walk(
    text: &str,
    budget: &Budget,
    mut take: impl FnMut(Piece) -> Result<(), Stop<VectorError>>,
) -> Result<bool, Stop<VectorError>> {
    let document = text.trim_start_matches('\u{feff}').trim_start();
    let mut reader = Reader::from_str(document);
    let mut texts: Vec<(String, String)> = Vec::new();
    let mut count = 0u32;
    loop {
        count += 1;
        if count.is_multiple_of(4096) {
            budget.go_on()?;
        }
        let place = reader.buffer_position();
        let event = reader.read_event().map_err(|error| budget.damaged(format!("it is not XML: {error}, at byte {place}")))?;
        match event {
            Event::Start(start) => {
                if texts.len() >= DEPTH {
                    return Err(budget.damaged(format!("elements lie more than {DEPTH} deep in each other")));
                }
                let name = start.local_name().into_inner().to_owned();
                take(Piece::Open(&name, &start))?;
                texts.push((name, String::new()));
            }
            Event::Empty(start) => {
                let name = start.local_name().into_inner().to_owned();
                take(Piece::Open(&name, &start))?;
                take(Piece::Close(&name, ""))?;
            }
            Event::End(_) => {
                let (name, text) = texts.pop().ok_or_else(|| budget.damaged("it is not XML: an element ends that did not begin"))?;
                take(Piece::Close(&name, &text))?;
                if texts.is_empty() {
                    let rest = usize::try_from(reader.buffer_position()).ok().and_then(|at| document.get(at..)).unwrap_or_default();
                    return Ok(!rest.trim_matches(|c: char| c.is_whitespace() || c == '\0').is_empty());
                }
            }
            Event::Text(piece) => add(&mut texts, &piece, budget)?,
            Event::CData(piece) => add(&mut texts, &piece, budget)?,
            Event::GeneralRef(reference) => {
                let known = match &*reference {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    "nbsp" => Some(' '),
                    _ => reference.resolve_char_ref().ok().flatten(),
                };
                // An entity that nobody defined is left as a gap, as browsers do.
                add(&mut texts, known.unwrap_or('\u{fffd}').encode_utf8(&mut [0; 4]), budget)?;
            }
            Event::DocType(kind) if kind.to_ascii_uppercase().contains("<!ENTITY") => {
                return Err(budget.damaged("it defines entities of its own, which may unfold without end"));
            }
            Event::Eof => return Err(budget.damaged("it is not XML: it ends before its last element does")),
            _ => {}
        }
    }
}

fn add(texts: &mut [(String, String)], piece: &str, budget: &Budget) -> Result<(), Stop<VectorError>> {
    let Some((_, text)) = texts.last_mut() else { return Ok(()) };
    if text.len() + piece.len() > TEXT {
        return Err(VectorError::too_large(budget.name, "an element of more than 256 MiB").into());
    }
    text.push_str(piece);
    Ok(())
}

/// An attribute's value.
pub(super) fn attribute(start: &BytesStart, name: &str) -> Option<String> {
    let found = start.attributes().flatten().find(|a| a.key.local_name().into_inner() == name)?;
    Some(found.value.trim().to_owned())
}
