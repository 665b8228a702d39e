//! The attributes of a shapefile: a dBase table whose text may be in any encoding.

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GB18030, IBM866, SHIFT_JIS, UTF_8, WINDOWS_874, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253,
    WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257,
};
use swath_domain::Stop;

use super::VectorError;
use super::budget::{Budget, FIELDS};
use super::letters;
use super::raw::Layer;

/// Bytes of the table from which the encoding is guessed when nothing names it.
const SAMPLE: usize = 1 << 20;

/// Gives the features of `layer` their attributes. A broken table is left out, since outlines matter more than names.
pub(super) fn read(bytes: &[u8], cpg: Option<&[u8]>, layer: &mut Layer, budget: &Budget) -> Result<(), Stop<VectorError>> {
    let Some(table) = Table::open(bytes) else { return Ok(()) };
    let encoding = encoding(bytes, cpg, &table);
    let text = |bytes: &[u8]| encoding.decode_without_bom_handling(bytes).0.trim_matches(['\0', ' ']).to_owned();
    for (name, _) in table.columns.iter().take(FIELDS) {
        layer.fields.push(budget.text(&text(name))?);
    }
    for (row, feature) in table.rows().zip(&mut layer.features) {
        let mut at = 1;
        for (_, width) in table.columns.iter().take(FIELDS) {
            feature.values.push(budget.text(&text(row.get(at..at + width).unwrap_or_default()))?);
            at += width;
        }
    }
    Ok(())
}

struct Table<'a> {
    columns: Vec<(&'a [u8], usize)>,
    rows: &'a [u8],
    width: usize,
}

impl<'a> Table<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let number = |at: usize| Some(usize::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
        let (head, width) = (number(8)?, number(10)?);
        let mut columns = Vec::new();
        let mut at = 32;
        while bytes.get(at).is_some_and(|first| *first != 0x0d) && at + 32 <= head {
            let name = bytes.get(at..at + 11)?;
            let name = &name[..name.iter().position(|b| *b == 0).unwrap_or(11)];
            columns.push((name, usize::from(*bytes.get(at + 16)?)));
            at += 32;
        }
        (width > 0 && !columns.is_empty()).then_some(Self { columns, rows: bytes.get(head..)?, width })
    }

    fn rows(&self) -> impl Iterator<Item = &'a [u8]> {
        self.rows.chunks_exact(self.width)
    }
}

/// Named by the .cpg, else by the language byte of the table, else what the text looks like.
fn encoding(bytes: &[u8], cpg: Option<&[u8]>, table: &Table) -> &'static Encoding {
    let mut sample: Vec<u8> = table.columns.iter().flat_map(|(name, _)| name.iter().copied().chain([b' '])).collect();
    sample.extend_from_slice(&table.rows[..table.rows.len().min(SAMPLE)]);
    // A file is UTF-8 when all of it is and not all of it is plain; a wrong declaration does not make it anything else.
    let utf8 = !sample.is_ascii() && is_utf8(&sample);
    let named = cpg.and_then(|cpg| from_cpg(&String::from_utf8_lossy(cpg)));
    if utf8 {
        return UTF_8;
    }
    named
        .filter(|e| *e != UTF_8)
        .or_else(|| from_language(bytes.get(29).copied().unwrap_or(0), &sample))
        .unwrap_or_else(|| letters::guess(&sample))
}

/// UTF-8 but for characters that a column's width or the sample's end cut in two.
fn is_utf8(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let broken = text.chars().filter(|c| *c == '\u{fffd}').count();
    let good = text.chars().filter(|c| !c.is_ascii() && *c != '\u{fffd}').count();
    broken * 20 <= good && good > 0
}

fn from_cpg(text: &str) -> Option<&'static Encoding> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0').to_ascii_lowercase();
    let number = text.trim_start_matches("ansi").trim_start_matches("oem").trim_start_matches("cp").trim_matches([' ', '-', '_']);
    match number.parse::<u32>() {
        Ok(936) => Some(GB18030),
        Ok(950) => Some(BIG5),
        Ok(932) => Some(SHIFT_JIS),
        Ok(949) => Some(EUC_KR),
        Ok(866) => Some(IBM866),
        Ok(65001) => Some(UTF_8),
        Ok(page @ 1250..=1258) => Encoding::for_label(format!("windows-{page}").as_bytes()),
        Ok(88591) => Some(WINDOWS_1252),
        Ok(part @ 885_910..=885_916) => Encoding::for_label(format!("iso-8859-{}", part - 885_900).as_bytes()),
        Ok(part @ 88592..=88599) => Encoding::for_label(format!("iso-8859-{}", part - 88590).as_bytes()),
        _ => Encoding::for_label(text.as_bytes()),
    }
}

/// The language byte. 0x57 means "the ANSI page of the machine that wrote it", which is worth nothing elsewhere, and 0x4d is written by
/// Chinese systems.
fn from_language(byte: u8, sample: &[u8]) -> Option<&'static Encoding> {
    match byte {
        0x4d | 0x7a => Some(GB18030),
        0x4f | 0x78 => Some(BIG5),
        0x13 | 0x7b => Some(SHIFT_JIS),
        0x4e | 0x79 => Some(EUC_KR),
        0x26 | 0x65 => Some(IBM866),
        0x50 | 0x7c => Some(WINDOWS_874),
        0x03 | 0x58 | 0x59 => (letters::guess(sample) != GB18030).then_some(WINDOWS_1252),
        0xc8 => Some(WINDOWS_1250),
        0xc9 => Some(WINDOWS_1251),
        0xcb => Some(WINDOWS_1253),
        0xca => Some(WINDOWS_1254),
        0x7d => Some(WINDOWS_1255),
        0x7e => Some(WINDOWS_1256),
        0xcc => Some(WINDOWS_1257),
        _ => None,
    }
}
