//! Names of products as names of folders: readable in every language and legal on every system.

/// Most UTF-16 units of a folder's name; Windows counts paths in these.
const LONGEST: usize = 60;
/// Shorter than this a name says nothing, even in a very deep folder.
const SHORTEST: usize = 8;
/// Windows refuses longer paths unless every program opts in.
pub(crate) const PATH_BUDGET: usize = 259;

/// A folder name of at most `room` UTF-16 units (within 8 to 60), without a counter.
pub(crate) fn slug(name: &str, room: usize) -> String {
    legal(name, room.clamp(SHORTEST, LONGEST))
}

/// A file name of at most `room` UTF-16 units.
pub(crate) fn legal(name: &str, room: usize) -> String {
    let mut out = String::new();
    let mut units = 0;
    for c in name.trim().chars() {
        let c = if c.is_whitespace() || is_reserved(c) { '-' } else { c };
        if is_invisible(c) || (c == '-' && (out.is_empty() || out.ends_with('-'))) {
            continue;
        }
        units += c.len_utf16();
        if units > room {
            break;
        }
        out.push(c);
    }
    // Windows drops dots and spaces at the end; a dot at the start hides the folder elsewhere.
    let out = out.trim_matches(|c| matches!(c, '.' | '-' | ' '));
    match out {
        "" => "product".to_owned(),
        device if is_device(device) => format!("_{device}"),
        fine => fine.to_owned(),
    }
}

fn is_reserved(c: char) -> bool {
    matches!(c, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*') || c.is_control()
}

/// Characters without a shape, among them those that turn the direction of text and make one name look like another.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// `con`, `COM1`, `nul.txt`: devices on Windows, whatever follows a dot.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|n| matches!(n, "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³"))
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_readable_and_become_legal() {
        let long = "深圳湾".repeat(40);
        for (name, expected) in [
            ("2025 summer county", "2025-summer-county"),
            ("  深圳湾 2025 夏季 ", "深圳湾-2025-夏季"),
            ("Zürich: NDVI / Juli?", "Zürich-NDVI-Juli"),
            ("../../etc/passwd", "etc-passwd"),
            ("CON", "_CON"),
            ("com7.final", "_com7.final"),
            ("lpt²", "_lpt²"),
            ("console", "console"),
            ("...", "product"),
            ("a\u{202e}fdp.exe", "afdp.exe"),
            ("ends with dots...", "ends-with-dots"),
            ("tab\tnew\nline", "tab-new-line"),
            (&long, &long[..60 * 3]),
        ] {
            assert_eq!(slug(name, 100), expected, "{name}");
        }
        assert_eq!(slug("2025 summer county", 10), "2025-summe");
        assert_eq!(slug("2025 summer county", 0), "2025-sum");
        assert_eq!(slug("1234567😀", 8), "1234567", "half a pair is not a character");
    }
}
