//! The form in which names are compared.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case, without accents, in normal width; apostrophes gone, everything else that is no letter or digit one space.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    if text.is_ascii() {
        text.bytes().for_each(|byte| push(&mut out, byte.to_ascii_lowercase().into()));
    } else {
        text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).for_each(|c| push(&mut out, c));
    }
    out.truncate(out.trim_end().len());
    out
}

fn push(out: &mut String, c: char) {
    match spelled(c) {
        None if c.is_alphanumeric() => out.push(c),
        None if is_apostrophe(c) || is_combining_mark(c) => {}
        None if out.is_empty() || out.ends_with(' ') => {}
        None => out.push(' '),
        Some(letters) => out.push_str(letters),
    }
}

/// Letters that Unicode does not take apart.
fn spelled(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'ħ' => "h",
        'ı' => "i",
        'ə' => "e",
        'þ' => "th",
        'ŋ' => "ng",
        _ => return None,
    })
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '`' | '´' | '‘' | '’' | 'ʻ' | 'ʼ' | 'ʽ' | 'ʹ' | 'ʾ' | 'ʿ' | '·' | '.')
}
