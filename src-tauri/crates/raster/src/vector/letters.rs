//! From bytes to text, whatever wrote them.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8, WINDOWS_1252};

/// The text of a file: by its byte order mark, as UTF-8, by what `declared` says, and else by what it looks like.
pub(crate) fn decode<'a>(bytes: &'a [u8], declared: Option<&str>) -> Cow<'a, str> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[length..]).0;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let encoding = declared.and_then(|label| Encoding::for_label(label.as_bytes())).filter(|e| *e != UTF_8);
    encoding.unwrap_or_else(|| guess(bytes)).decode_without_bom_handling(bytes).0
}

/// What text without a declaration is most likely to be.
///
/// Most text that is not UTF-8 and decodes as GBK without error is GBK only if its high bytes come in pairs that are common characters;
/// Latin-1 text has single accented letters between plain ones.
pub(crate) fn guess(bytes: &[u8]) -> &'static Encoding {
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    let (mut pairs, mut odd, mut at) = (0usize, 0usize, 0);
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (0..=0x7F, _) => at += 1,
            // The first two levels of GB 2312, which hold all characters in daily use.
            (0xB0..=0xF7, Some(0xA1..=0xFE)) => (pairs, at) = (pairs + 1, at + 2),
            (0xA1..=0xA9, Some(0xA1..=0xFE)) => at += 2,
            (0x81..=0xFE, Some(0x40..=0x7E | 0x80..=0xFE)) => (odd, at) = (odd + 1, at + 2),
            _ => (odd, at) = (odd + 1, at + 1),
        }
    }
    if pairs > 0 && odd * 4 <= pairs { GB18030 } else { WINDOWS_1252 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_as_it_was_meant() {
        let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
        for (bytes, declared, expected) in [
            (b"plain".to_vec(), None, "plain"),
            ("北京市".as_bytes().to_vec(), None, "北京市"),
            (gbk("北京市朝阳区"), None, "北京市朝阳区"),
            (gbk("名称,经度,纬度\n黑龙江省,116.3,39.9"), None, "名称,经度,纬度\n黑龙江省,116.3,39.9"),
            (b"\xef\xbb\xbfwith a mark".to_vec(), None, "with a mark"),
            (b"\xff\xfea\0b\0".to_vec(), None, "ab"),
            (b"Tapp\xe9 d\xe9j\xe0".to_vec(), None, "Tappé déjà"),
            (b"\xc4pfel".to_vec(), Some("latin1"), "Äpfel"),
            (b"\x83\x89".to_vec(), Some("shift_jis"), "ラ"),
        ] {
            assert_eq!(decode(&bytes, declared), expected, "{bytes:x?}");
        }
    }
}
