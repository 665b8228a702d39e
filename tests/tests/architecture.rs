//! The walls of the house, read from the manifests and the sources: what may use what, how large a file may be, and what never stands in one.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test gives up where something is missing, and tells its figures")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;
use swath_tests::repo::{Source, lines_with, root, sources};

/// Files longer than 400 lines without their tests, each with its reason.
const LONG_FILES: &[(&str, &str)] = &[("ui/src/ipc/bindings.ts", "generated")];

/// Crates that only some packages may depend on.
const OWNERS: &[(&str, &[&str])] = &[
    ("tauri", &["swath"]),
    ("tauri-build", &["swath"]),
    ("tauri-specta", &["swath"]),
    ("specta", &["swath"]),
    ("reqwest", &["swath-remote"]),
    ("gdal", &["swath-raster"]),
    ("gdal-sys", &["swath-raster"]),
    ("tract-onnx", &["swath-model"]),
    ("rusqlite", &["swath-library"]),
    ("rusqlite_migration", &["swath-library"]),
    ("clap", &["swath-cli"]),
    ("indicatif", &["swath-cli"]),
    ("keyring", &["swath-remote"]),
    ("anyhow", &["swath", "swath-cli"]),
];

/// Which packages of the workspace a package may see.
const SEES: &[(&str, &[&str])] = &[
    ("swath-domain", &[]),
    ("swath-remote", &["swath-domain"]),
    ("swath-raster", &["swath-domain"]),
    ("swath-library", &["swath-domain"]),
    ("swath-package", &["swath-domain"]),
    ("swath-model", &["swath-domain"]),
    ("swath-demo", &["swath-domain", "swath-raster"]),
    ("swath-pipeline", &["swath-domain", "swath-remote", "swath-raster", "swath-package", "swath-model", "swath-library"]),
    ("swath-cli", &["swath-domain", "swath-remote", "swath-raster", "swath-model", "swath-library", "swath-pipeline", "swath-demo"]),
    ("swath", &["swath-domain", "swath-remote", "swath-raster", "swath-model", "swath-library", "swath-pipeline", "swath-demo"]),
    ("xtask", &[]),
    ("swath-tests", &["swath-domain", "swath-remote", "swath-raster", "swath-package", "swath-library", "swath-pipeline", "swath-demo"]),
];

/// Words that stand in the code of some files only.
struct Wall {
    words: &'static [&'static str],
    /// Where the words are looked for: beginnings of paths.
    within: &'static [&'static str],
    /// Where they may stand: beginnings of paths.
    allowed: &'static [&'static str],
    why: &'static str,
}

const WALLS: &[Wall] = &[
    Wall {
        words: &["tauri::", "tauri_specta::"],
        within: &["src-tauri/"],
        allowed: &["src-tauri/src/", "src-tauri/build.rs"],
        why: "only the window knows Tauri",
    },
    Wall { words: &["reqwest::"], within: &["src-tauri/"], allowed: &["src-tauri/crates/remote/"], why: "only remote knows HTTP" },
    Wall {
        words: &["gdal::", "gdal_sys::"],
        within: &["src-tauri/"],
        allowed: &["src-tauri/crates/raster/"],
        why: "only raster knows GDAL",
    },
    Wall { words: &["rusqlite::"], within: &["src-tauri/"], allowed: &["src-tauri/crates/library/"], why: "only library knows SQL" },
    Wall {
        words: &[
            "tokio::spawn",
            "thread::spawn",
            "thread::scope",
            "thread::Builder",
            "spawn_blocking",
            "rayon::spawn",
            "task::spawn",
            "JoinSet",
        ],
        within: &["src-tauri/"],
        allowed: SPAWNERS,
        why: "only pipeline spawns",
    },
    Wall {
        words: &[
            "tokio",
            "futures",
            "std::fs",
            "std::net",
            "std::env",
            "std::process",
            "std::thread",
            "SystemTime",
            "Instant",
            "Timestamp::now",
            "Zoned::now",
        ],
        within: &["src-tauri/crates/domain/"],
        allowed: &[],
        why: "domain has no input, output, clock or async",
    },
    Wall {
        words: &["tokio", "async fn", "std::net"],
        within: &["src-tauri/crates/raster/", "src-tauri/crates/library/", "src-tauri/crates/demo/", "src-tauri/crates/model/"],
        allowed: &[],
        why: "these crates are synchronous",
    },
    Wall {
        words: &["unsafe", "unsafe_code"],
        within: &["src-tauri/", "tests/"],
        allowed: &["src-tauri/crates/raster/src/ffi"],
        why: "unsafe lives in raster's ffi files",
    },
    Wall {
        words: &["println!", "eprintln!", "print!", "eprint!", "dbg!"],
        within: &["src-tauri/"],
        allowed: &[
            "src-tauri/cli/",
            "src-tauri/xtask/",
            "src-tauri/build.rs",
            "src-tauri/crates/raster/benches/",
            "src-tauri/crates/library/benches/",
            "src-tauri/crates/demo/examples/",
        ],
        why: "only the command line knows a terminal",
    },
    Wall { words: &["dbg!"], within: &["src-tauri/", "tests/"], allowed: &[], why: "dbg is for the moment" },
    Wall { words: &["todo!", "unimplemented!"], within: &["src-tauri/", "tests/"], allowed: &[], why: "what is committed is finished" },
    Wall { words: &["static mut", "lazy_static!"], within: &["src-tauri/"], allowed: &[], why: "no global state" },
];

/// Outside the pipeline, a few places may start work of their own.
const SPAWNERS: &[&str] = &[
    "src-tauri/crates/pipeline/",
    // Writes fetched bytes, since disks block and the threads of the network must not; waits for it on the spot.
    "src-tauri/crates/remote/src/ranges/store.rs",
    // Write what is downloaded, and compute digests of it while it comes; the download waits for both.
    "src-tauri/crates/remote/src/download/part",
    "src-tauri/crates/remote/src/download/write.rs",
    "src-tauri/crates/remote/examples/",
    // Packs the tiles of a product side by side when all of them are left to the end; waits for it on the spot.
    "src-tauri/crates/raster/src/cog/pack.rs",
    // One thread for the system's keychain, whose calls may hang; everybody waits for it with a limit.
    "src-tauri/crates/remote/src/accounts/keychain.rs",
    // Answers the webview's requests for pictures, which Tauri hands over on its main thread.
    "src-tauri/src/protocol",
    // Streams a search to the webview while the command has already answered.
    "src-tauri/src/commands/",
    "src-tauri/src/forward",
    // Listens for Ctrl-C beside the work.
    "src-tauri/cli/src/interrupt.rs",
    "src-tauri/xtask/",
];

#[test]
fn manifests_keep_the_walls() {
    let seen = dependencies();
    assert!(seen.contains_key("swath-raster"), "the workspace was read: {seen:?}");
    let mut breaches = Vec::new();
    for (package, needs) in &seen {
        for (owned, owners) in OWNERS {
            // The tests see everything but use the owners, too.
            if needs.contains(*owned) && !owners.contains(&package.as_str()) {
                breaches.push(format!("{package} depends on {owned}, which belongs to {}", owners.join(", ")));
            }
        }
        let Some((_, may)) = SEES.iter().find(|(name, _)| name == package) else {
            breaches.push(format!("{package} is new: say in the architecture test what it may see"));
            continue;
        };
        let ours = needs.iter().filter(|need| seen.contains_key(*need));
        breaches.extend(ours.filter(|need| !may.contains(&need.as_str())).map(|need| format!("{package} must not see {need}")));
    }
    none(&breaches);
}

#[test]
fn code_keeps_the_walls() {
    let files = sources("", &[".rs"]);
    assert!(files.len() > 50, "the sources were read");
    none(&WALLS.iter().flat_map(|wall| files.iter().flat_map(|file| over(wall, file))).collect::<Vec<_>>());
}

#[test]
fn files_are_short_enough_to_be_read() {
    let files = sources("", &[".rs", ".ts", ".svelte"]);
    let long = files.iter().filter(|f| f.lines() > 400 && !LONG_FILES.iter().any(|(path, _)| *path == f.path));
    none(&long.map(|f| format!("{} has {} lines without its tests", f.path, f.lines())).collect::<Vec<_>>());
    // Test files are read, too.
    let tests = files.iter().filter(|f| f.is_test() && f.text.lines().count() > 500);
    none(&tests.map(|f| format!("{} has {} lines", f.path, f.text.lines().count())).collect::<Vec<_>>());
}

#[test]
fn the_interface_keeps_its_walls() {
    let mut breaches = Vec::new();
    let files = sources("ui/src", &[".ts", ".svelte"]);
    assert!(files.len() > 20, "the interface was read");
    for file in &files {
        for (package, home) in [
            ("@tauri-apps/", "ui/src/ipc/"),
            ("maplibre-gl", "ui/src/map/"),
            ("terra-draw", "ui/src/map/"),
            ("terra-draw-maplibre-gl-adapter", "ui/src/map/"),
        ] {
            let imports =
                ["'", "\"", "`"].iter().any(|quote| file.text.lines().any(|l| imports(l) && l.contains(&format!("{quote}{package}"))));
            if imports && !file.path.starts_with(home) {
                breaches.push(format!("{} imports {package}, which belongs to {home}", file.path));
            }
        }
        for word in ["console.log(", "debugger;", "innerHTML", "{@html"] {
            if file.text.contains(word) {
                breaches.push(format!("{} holds {word}", file.path));
            }
        }
    }
    none(&breaches);
}

fn imports(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("import ") || line.starts_with("} from ") || line.starts_with("export ") || line.contains("import(")
}

#[test]
fn nothing_is_left_to_do_and_nothing_secret_or_local_is_told() {
    let endings = [".rs", ".ts", ".svelte", ".css", ".html", ".json", ".toml", ".md", ".sql", ".yml", ".sh", ".js"];
    // Put together, so that this file does not hold them.
    let banned: Vec<(String, &str)> = [
        (["TO", "DO"], "finish it or write it down as an issue"),
        (["FIX", "ME"], "finish it or write it down as an issue"),
        (["PRIVATE", " KEY-----"], "a private key"),
        (["AK", "IA0"], "an access key"),
        (["gh", "p_"], "an access token"),
        (["eyJ", "hbGci"], "a signed token"),
        (["/wo", "rk/"], "a path of somebody's machine"),
        (["/ro", "ot/"], "a path of somebody's machine"),
        (["/ho", "me/"], "a path of somebody's machine"),
    ]
    .into_iter()
    .map(|(halves, why)| (halves.concat(), why))
    .collect();
    let mut breaches = Vec::new();
    for file in sources("", &endings) {
        if file.path.ends_with("package-lock.json") {
            continue; // digests in base 64 hold any four letters
        }
        for (word, why) in &banned {
            breaches.extend(lines_with(&file.text, word).into_iter().map(|line| format!("{}:{line} holds {word}: {why}", file.path)));
        }
        for key in ["password", "secret", "token", "api_key"] {
            breaches.extend(given_in_full(&file, key));
        }
    }
    none(&breaches);
}

/// `password = "…"` with eight or more letters and digits and nothing else, outside tests.
fn given_in_full(file: &Source, key: &str) -> Vec<String> {
    let text = if file.path.ends_with(".rs") { file.text.split("#[cfg(test)]").next().unwrap_or_default() } else { &file.text };
    if file.is_test() || file.path.contains("/messages/") {
        return Vec::new();
    }
    let hit = |line: &str| {
        let line = line.to_lowercase();
        let Some((_, value)) = line.split_once(key).and_then(|(_, rest)| rest.split_once(['=', ':'])) else { return false };
        let Some(value) = value.trim_start().strip_prefix('"').and_then(|v| v.split('"').next()) else { return false };
        value.len() >= 16 && value.chars().all(|c| c.is_ascii_alphanumeric()) && value.chars().any(|c| c.is_ascii_digit())
    };
    text.lines().enumerate().filter(|(_, l)| hit(l)).map(|(n, _)| format!("{}:{} gives a {key} in full", file.path, n + 1)).collect()
}

#[test]
fn both_languages_say_everything() {
    let read = |locale: &str| -> BTreeMap<String, String> {
        let path = root().join(format!("ui/src/messages/{locale}.json"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let all: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
        all.into_iter().filter(|(key, _)| !key.starts_with('$')).map(|(key, value)| (key, value.to_string())).collect()
    };
    let (en, zh) = (read("en"), read("zh"));
    assert!(!en.is_empty(), "there are messages");
    let mut breaches = Vec::new();
    for key in en.keys().chain(zh.keys()).collect::<BTreeSet<_>>() {
        match (en.get(key), zh.get(key)) {
            (Some(en), Some(zh)) if places(en) != places(zh) => {
                breaches.push(format!("{key} fills in {:?} in en and {:?} in zh", places(en), places(zh)))
            }
            (Some(en), Some(zh)) if en == "\"\"" || zh == "\"\"" => breaches.push(format!("{key} is empty")),
            (Some(_), Some(_)) => {}
            (None, _) => breaches.push(format!("{key} is missing in en")),
            (_, None) => breaches.push(format!("{key} is missing in zh")),
        }
    }
    none(&breaches);
}

/// Names between braces that a sentence fills in.
fn places(message: &str) -> BTreeSet<&str> {
    let names = message.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    names.filter(|name| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')).collect()
}

#[test]
fn the_webview_is_shut_in() {
    let read = |path: &str| -> Value {
        let text = std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
        serde_json::from_str(&text).unwrap()
    };
    let config = read("src-tauri/tauri.conf.json");
    let csp = config.pointer("/app/security/csp").map(Value::to_string).unwrap_or_default();
    assert!(csp.contains("'self'"), "there is a content security policy: {csp}");
    for open in ["unsafe-eval", "https:", " * ", "\"*\""] {
        assert!(!csp.contains(open), "the content security policy is open to {open}: {csp}");
    }
    assert_ne!(config.pointer("/app/withGlobalTauri"), Some(&Value::Bool(true)));
    for file in sources("src-tauri/capabilities", &[".json"]) {
        for plugin in ["fs:", "http:", "shell:", "remote"] {
            assert!(!file.text.contains(&format!("\"{plugin}")), "{} lets the webview use {plugin}", file.path);
        }
    }
}

/// The checks themselves can fail.
#[test]
fn a_breach_is_seen() {
    let wall = |word: &str| WALLS.iter().find(|w| w.words.contains(&word)).unwrap();
    for (word, path, code, seen) in [
        ("unsafe", "src-tauri/crates/library/src/db.rs", "unsafe { x() }", true),
        ("unsafe", "src-tauri/crates/raster/src/ffi.rs", "unsafe { x() }", false),
        ("tokio::spawn", "src-tauri/crates/remote/src/ranges.rs", "tokio::spawn(async {})", true),
        ("tokio::spawn", "src-tauri/crates/pipeline/src/queue.rs", "tokio::spawn(async {})", false),
        ("Instant", "src-tauri/crates/domain/src/job.rs", "use std::time::Instant;", true),
        ("gdal::", "src-tauri/crates/demo/src/lib.rs", "use gdal::Dataset;", true),
        ("gdal::", "src-tauri/crates/demo/src/lib.rs", "// gdal::Dataset", false),
    ] {
        let file = Source { path: path.into(), text: code.into() };
        assert_eq!(!over(wall(word), &file).is_empty(), seen, "{word} in {path}");
    }
    assert_eq!(places("a {count} of {total} {"), BTreeSet::from(["count", "total"]));
    let file = Source { path: "a.rs".into(), text: ["let pass", "word = \"abcdefgh12345678\";"].concat() };
    assert_eq!(given_in_full(&file, "password").len(), 1);
}

fn over(wall: &Wall, file: &Source) -> Vec<String> {
    let starts = |list: &[&str]| list.iter().any(|path| file.path.starts_with(path));
    if !starts(wall.within) || starts(wall.allowed) {
        return Vec::new();
    }
    let code = file.code();
    let hits = wall.words.iter().flat_map(|word| lines_with(&code, word).into_iter().map(move |line| (line, word)));
    hits.map(|(line, word)| format!("{}:{line} uses {word}: {}", file.path, wall.why)).collect()
}

/// Dependencies of every package of the workspace, those of its tests left out.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(root().join("Cargo.toml"))
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let needs = |package: &Value| {
        let all = package["dependencies"].as_array().into_iter().flatten();
        all.filter(|d| d["kind"] != "dev").map(|d| text(&d["name"])).collect()
    };
    metadata["packages"].as_array().into_iter().flatten().map(|package| (text(&package["name"]), needs(package))).collect()
}

#[track_caller]
fn none(breaches: &[String]) {
    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}
