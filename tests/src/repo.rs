//! The repository as text: which files there are, and what of a Rust file is code.

use std::path::{Path, PathBuf};

/// Folders that hold what was built or fetched, not what was written.
const NOT_OURS: &[&str] = &["target", "node_modules", ".git", "dist", "paraglide", "gen", "project.inlang"];

/// One text file of the repository.
#[derive(Debug, Clone)]
pub struct Source {
    /// Path from the root, with `/` between its parts.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// Whether the file holds nothing but tests.
    pub fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name == "tests.rs"
            || self.path.contains("/tests/")
            || self.path.starts_with("tests/")
            || name.contains(".test.")
            || name == "testing.ts"
    }

    /// Lines that are not tests: of a Rust file those outside `#[cfg(test)]` modules.
    pub fn lines(&self) -> usize {
        if self.is_test() {
            return 0;
        }
        if self.path.ends_with(".rs") { without_tests(&self.text).lines().count() } else { self.text.lines().count() }
    }

    /// The Rust code outside tests, without comments and without what stands between quotes; line numbers are kept.
    pub fn code(&self) -> String {
        if self.is_test() { String::new() } else { without_tests(&blank(&self.text)) }
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned()
}

/// All files below a folder of the repository whose names end in one of `endings`, in the order of their paths.
pub fn sources(folder: &str, endings: &[&str]) -> Vec<Source> {
    let root = root();
    let mut open = vec![root.join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                if !NOT_OURS.contains(&name.as_str()) {
                    open.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending))
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                let parts: Vec<_> = path.strip_prefix(&root).unwrap_or(&path).iter().map(|part| part.to_string_lossy()).collect();
                found.push(Source { path: parts.join("/"), text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Where a word occurs as a word: `gdal::` is not in `my_gdal::`. Gives line numbers from 1.
pub fn lines_with(code: &str, word: &str) -> Vec<usize> {
    let part_of_name = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let starts_as_name = part_of_name(word.chars().next());
    let ends_as_name = part_of_name(word.chars().last());
    let mut found = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let hit = line.match_indices(word).any(|(at, _)| {
            let before = starts_as_name && part_of_name(line[..at].chars().next_back());
            let after = ends_as_name && part_of_name(line[at + word.len()..].chars().next());
            !before && !after
        });
        if hit {
            found.push(number + 1);
        }
    }
    found
}

/// Replaces comments and the contents of string and character literals by spaces; line breaks stay.
fn blank(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut hide = |from: usize, to: usize| {
        for byte in &mut out[from..to.min(bytes.len())] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    };
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let end = if rest.starts_with(b"//") {
            at + rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len())
        } else if rest.starts_with(b"/*") {
            at + find(rest, b"*/").map_or(rest.len(), |n| n + 2)
        } else if let Some((open, hashes)) = raw_string(bytes, at) {
            let close = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
            let inner = at + open;
            inner + find(&bytes[inner..], &close).map_or(bytes.len() - inner, |n| n + close.len())
        } else if rest[0] == b'"' {
            let mut end = at + 1;
            while end < bytes.len() && bytes[end] != b'"' {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            end + 1
        } else if rest[0] == b'\'' && is_char(rest) {
            let skip = if rest.get(1) == Some(&b'\\') { 3 } else { 2 };
            at + skip.min(rest.len()) + rest.get(skip..).and_then(|r| r.iter().position(|b| *b == b'\'')).map_or(0, |n| n + 1)
        } else {
            at += 1;
            continue;
        };
        hide(at, end);
        at = end;
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

/// Length up to the first character of a raw string that begins here, and its number of hashes.
fn raw_string(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let named = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
    let rest = bytes[at..].strip_prefix(b"r").filter(|_| !named || bytes[at - 1] == b'b')?;
    let hashes = rest.iter().take_while(|b| **b == b'#').count();
    (rest.get(hashes) == Some(&b'"')).then_some((hashes + 2, hashes))
}

/// A character literal, not a lifetime.
fn is_char(rest: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&rest[1..rest.len().min(12)]).into_owned();
    let mut chars = text.chars();
    match chars.next() {
        Some('\\') => true,
        Some(_) => chars.next() == Some('\''),
        None => false,
    }
}

/// Cuts `#[cfg(test)] mod …` blocks out, with their closing brace.
fn without_tests(code: &str) -> String {
    let lines: Vec<&str> = code.lines().collect();
    let mut kept = Vec::with_capacity(lines.len());
    let mut at = 0;
    while at < lines.len() {
        let opens =
            lines[at].trim() == "#[cfg(test)]" && lines.get(at + 1).is_some_and(|l| l.trim_start().starts_with("mod ") && l.ends_with('{'));
        if opens {
            // rustfmt closes a block in the column where it began.
            let indent = lines[at + 1].len() - lines[at + 1].trim_start().len();
            let close = format!("{}}}", " ".repeat(indent));
            let length = lines[at + 1..].iter().position(|l| **l == close).map_or(lines.len() - at, |n| n + 2);
            at += length;
        } else {
            kept.push(lines[at]);
            at += 1;
        }
    }
    kept.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_what_is_left_without_comments_strings_and_tests() {
        let text = "/// unsafe in words\nfn a<'x>(s: &'x str) -> char { let _ = \"unsafe \\\" {\"; r#\"unsafe \"{\"#; '\"' }\nunsafe fn b() {}\n\
                    #[cfg(test)]\nmod tests {\n    unsafe fn c() {\n    }\n}\n/* unsafe\n*/ fn d() { '\\n' }\n";
        let source = Source { path: "x/src/a.rs".into(), text: text.into() };
        assert_eq!(lines_with(&source.code(), "unsafe"), [3]);
        assert_eq!(source.lines(), 5);
        assert!(source.code().contains("fn d()"), "{}", source.code());
        assert!(Source { path: "x/src/a/tests.rs".into(), text: text.into() }.code().is_empty());
    }

    #[test]
    fn words_are_whole_words() {
        for (code, word, hit) in [
            ("gdal::x", "gdal::", true),
            ("my_gdal::x", "gdal::", false),
            ("tokio::spawn(x)", "tokio::spawn", true),
            ("tokio::spawned(x)", "tokio::spawn", false),
            ("unsafely", "unsafe", false),
        ] {
            assert_eq!(!lines_with(code, word).is_empty(), hit, "{word} in {code}");
        }
    }
}
