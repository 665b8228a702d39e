//! Runs the program in a data folder of its own.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A data folder and a configuration folder.
pub(crate) struct Program {
    folder: TempDir,
}

/// How a call ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Program {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// With a demo catalogue that is made in a moment.
    pub(crate) fn with_demo() -> Self {
        let program = Self::new();
        program.ok(&["demo", "make", "--size", "240", "--dates", "4"]);
        program
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_swath"));
        command.args(args).env("SWATH_DATA_DIR", self.data()).env("SWATH_CONFIG_DIR", self.folder.path().join("config"));
        // The keychain of whoever runs the tests is none of their business.
        command.env("SWATH_NO_KEYCHAIN", "true").env_remove("SWATH_LOG").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn call(&self, args: &[&str]) -> Ended {
        self.call_with(args, "")
    }

    /// With something on standard input.
    pub(crate) fn call_with(&self, args: &[&str], input: &str) -> Ended {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        // It may end without reading.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ended { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Succeeds and gives what was printed.
    #[track_caller]
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let ended = self.call(args);
        assert_eq!(ended.code, 0, "{args:?}: {ended:?}");
        ended.out
    }

    /// Succeeds and gives the lines as JSON.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> Vec<Value> {
        lines(&self.ok(&[args, &["--json"]].concat()))
    }

    /// Puts a provider file into the configuration folder.
    pub(crate) fn provide(&self, provider: &Value) {
        let folder = self.folder.path().join("config/providers");
        std::fs::create_dir_all(&folder).unwrap();
        let name = format!("{}.json", provider["id"].as_str().unwrap());
        std::fs::write(folder.join(name), provider.to_string()).unwrap();
    }

    /// A file beside the data folder.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The demo's provider under another id and at another place.
    pub(crate) fn demo_provider(&self, id: &str) -> Value {
        let all = self.json(&["providers"]);
        let mut provider = all.into_iter().find(|line| line["provider"]["id"] == "demo").unwrap()["provider"].take();
        provider["id"] = id.into();
        provider
    }
}

/// Every line is an object with an `event`.
#[track_caller]
pub(crate) fn lines(text: &str) -> Vec<Value> {
    let parse = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert!(value["event"].is_string(), "{line}");
        value
    };
    text.lines().map(parse).collect()
}
