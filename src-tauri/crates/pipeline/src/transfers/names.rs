//! Names of files that a server gives: none of them may lead out of the folder that it is meant for, on any system.

/// Most UTF-8 bytes of one part of a path; file systems take no more.
const LONGEST: usize = 255;
/// Deeper than any product.
const DEEPEST: usize = 16;

/// Why a path inside a folder cannot be used, if it cannot. `/` stands between its parts.
pub(super) fn wrong(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    if parts.len() > DEEPEST {
        return Some(format!("it lies {} folders deep", parts.len()));
    }
    parts.into_iter().find_map(wrong_part)
}

fn wrong_part(part: &str) -> Option<String> {
    let why = match part {
        "" => "a part of it is empty, or it begins at the root",
        "." | ".." => "it leads elsewhere",
        _ if part.len() > LONGEST => "a part of it is too long",
        _ if part.chars().any(|c| c.is_control() || matches!(c, '<' | '>' | ':' | '"' | '\\' | '|' | '?' | '*')) => {
            "it has a character that not every system can store"
        }
        _ if part.ends_with(['.', ' ']) => "it ends with a dot or a space, which some systems drop",
        _ if is_device(part) => "it is the name of a device on Windows",
        _ => return None,
    };
    Some(why.to_owned())
}

/// `CON`, `com1.txt` and so on.
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")) && stem.as_bytes()[3].is_ascii_digit())
}

/// The first of these paths that cannot lie beside the others: it differs from one of them only by case, or is the folder of one.
pub(super) fn clash<'a>(paths: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // `/` sorts before every character that may stand in a name of a product, so a file comes right before what lies below it.
    let mut all: Vec<(String, &str)> = paths.into_iter().map(|path| (path.to_lowercase().replace('/', "\u{1}"), path)).collect();
    all.sort();
    let below = |folder: &str, path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('\u{1}'));
    all.windows(2).find(|pair| below(&pair[0].0, &pair[1].0)).map(|pair| pair[1].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_or_cannot_be_stored_are_refused() {
        for path in ["manifest.safe", "GRANULE/L2A_T33TWL/IMG_DATA/R10m/T33TWL_B04_10m.jp2", "a b/ü.xml", "auxiliary.xml", "comet1.xml"] {
            assert_eq!(wrong(path), None, "{path}");
        }
        for path in [
            "",
            "/etc/passwd",
            "..",
            "a/../b",
            "a/./b",
            "a//b",
            "a/",
            "a\\b",
            "C:/x",
            "C:x",
            "x\0y",
            "a\nb",
            "AUX",
            "aux.xml",
            "a/Com1.txt",
            "lpt9",
            "nul .txt",
            "a.",
            "a ",
            "what?",
            "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q",
        ] {
            assert!(wrong(path).is_some(), "{path:?}");
        }
        assert!(wrong(&"x".repeat(256)).is_some());
    }

    #[test]
    fn paths_that_cannot_lie_beside_each_other_are_found() {
        for (paths, expected) in [
            (vec!["a/b", "a/c", "ab"], None),
            (vec!["a/b", "A/B"], Some("a/b")),
            (vec!["a", "a.xml", "a/b"], Some("a/b")),
            (vec!["x", "x"], Some("x")),
        ] {
            assert_eq!(clash(paths.iter().copied()), expected, "{paths:?}");
        }
    }
}
