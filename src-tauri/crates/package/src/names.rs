//! Names inside archives, before they may become paths.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

/// Bytes of a name; longer ones cannot be written on any system that Swath runs on.
pub(crate) const LONGEST: usize = 1024;
/// Folders in each other.
const DEEPEST: usize = 32;
/// Characters that Windows refuses in names; `:` would also lead into a hidden stream of a file, or to another drive.
const REFUSED: &str = "<>:\"|?*\\";
/// Names of devices on Windows, with any extension.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
}

/// The relative path that a name stands for, with `/` between the parts and without `./` before it; empty for the folder itself. The error
/// says what the name would do.
///
/// The rules are those of all systems together, so that what can be unpacked on one can be copied to any other.
pub(crate) fn relative(name: &str) -> Result<String, String> {
    let shown = || shown(name);
    if name.len() > LONGEST {
        return Err(format!("a name in it is {} bytes long ({} …)", name.len(), shown()));
    }
    if name.contains('\\') {
        return Err(format!("{} has backslashes, which are folders on Windows", shown()));
    }
    if name.starts_with('/') {
        return Err(format!("{} begins at the root of the disk", shown()));
    }
    if name.as_bytes().get(1) == Some(&b':') {
        return Err(format!("{} begins with a drive letter", shown()));
    }
    let mut rest = name;
    while let Some(shorter) = rest.strip_prefix("./") {
        rest = shorter;
    }
    let path = rest.strip_suffix('/').unwrap_or(rest);
    if path.is_empty() || path == "." {
        return Ok(String::new());
    }
    let parts: Vec<&str> = path.split('/').collect();
    if parts.len() > DEEPEST {
        return Err(format!("{} lies {} folders deep", shown(), parts.len()));
    }
    for part in parts {
        if part == ".." {
            return Err(format!("{} leads out of the folder", shown()));
        }
        if part.is_empty() || part == "." {
            return Err(format!("{} has an empty part", shown()));
        }
        if part.len() > 255 || part.chars().any(|c| c.is_control() || REFUSED.contains(c)) || part.ends_with(['.', ' ']) || is_device(part)
        {
            return Err(format!("{} cannot be the name of a file on every system", shown()));
        }
    }
    Ok(path.to_owned())
}

fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let numbered = |base: &str| stem.strip_prefix(base).is_some_and(|n| n.len() == 1 && matches!(n.as_bytes()[0], b'1'..=b'9'));
    DEVICES.contains(&stem.as_str()) || numbered("com") || numbered("lpt")
}

/// A name for a message: short, on one line, in backticks.
pub(crate) fn shown(name: &str) -> String {
    let clean: String = name.chars().take(120).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    format!("`{clean}`")
}

/// The paths of an archive so far: none twice, none that differ only in how they are written.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// By a key that is equal for paths that some system takes for one.
    paths: HashMap<String, (String, Kind)>,
}

impl Taken {
    /// Takes note of a path and the folders that it lies in. The error says what it clashes with.
    pub(crate) fn add(&mut self, path: &str, kind: Kind) -> Result<(), String> {
        for (at, _) in path.match_indices('/') {
            self.one(&path[..at], Kind::Folder)?;
        }
        let before = self.paths.len();
        self.one(path, kind)?;
        if kind == Kind::File && self.paths.len() == before {
            return Err(format!("it holds {} twice", shown(path)));
        }
        Ok(())
    }

    fn one(&mut self, path: &str, kind: Kind) -> Result<(), String> {
        let key = path.nfc().flat_map(char::to_lowercase).collect::<String>();
        let (known, was) = self.paths.entry(key).or_insert_with(|| (path.to_owned(), kind));
        if known != path {
            return Err(format!("{} and {} are one file where case does not count", shown(known), shown(path)));
        }
        if *was != kind {
            return Err(format!("{} is a file and a folder in it", shown(path)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_relative_paths_pass() {
        for (name, path) in [
            ("a", "a"),
            ("./a/b.xml", "a/b.xml"),
            ("././a", "a"),
            ("A.SAFE/", "A.SAFE"),
            ("./", ""),
            (".", ""),
            ("a..b/...c", "a..b/...c"),
            ("晴幅/ü.tif", "晴幅/ü.tif"),
            ("console/com10/nullable.x", "console/com10/nullable.x"),
        ] {
            assert_eq!(relative(name).as_deref(), Ok(path), "{name}");
        }
        for (name, why) in [
            ("../a", "leads out"),
            ("a/../../b", "leads out"),
            ("a/..", "leads out"),
            ("/etc/passwd", "root of the disk"),
            ("//server/share", "root of the disk"),
            ("a\\..\\b", "backslashes"),
            ("C:/x", "drive letter"),
            ("c:x", "drive letter"),
            ("a//b", "empty part"),
            ("a/./b", "empty part"),
            ("a/b:stream", "every system"),
            ("a/nul.txt", "every system"),
            ("COM1", "every system"),
            ("a./b", "every system"),
            ("a /b", "every system"),
            ("a\nb", "every system"),
            ("a\0b", "every system"),
            (&"x".repeat(256), "every system"),
            (&"x/".repeat(40), "40 folders deep"),
            (&"x".repeat(1025), "1025 bytes"),
        ] {
            let error = relative(name).unwrap_err();
            assert!(error.contains(why) && error.len() < 200, "{name}: {error}");
        }
    }

    #[test]
    fn no_two_paths_are_one_on_any_system() {
        let check = |paths: &[&str], clash: Option<&str>| {
            let mut taken = Taken::default();
            let kind = |p: &str| if p.ends_with('/') { Kind::Folder } else { Kind::File };
            let done = paths.iter().try_for_each(|p| taken.add(p.trim_end_matches('/'), kind(p)));
            match clash {
                None => assert_eq!(done, Ok(()), "{paths:?}"),
                Some(word) => assert!(done.as_ref().is_err_and(|e| e.contains(word)), "{paths:?}: {done:?}"),
            }
        };
        check(&["a/b", "a/c", "b", "a/"], None);
        check(&["a/", "a/", "a/b"], None);
        check(&["a/b", "a/b"], Some("twice"));
        check(&["a/b.tif", "a/B.TIF"], Some("case does not count"));
        check(&["a/b", "A/c"], Some("case does not count"));
        check(&["u\u{308}", "ü"], Some("case does not count"));
        check(&["a", "a/b"], Some("a file and a folder"));
        check(&["a/b", "a"], Some("a file and a folder"));
    }
}
