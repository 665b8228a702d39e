//! Ctrl-C, a kill, and going on afterwards. Signals are sent with the system's `kill`.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command};

use serde_json::{Value, json};

use crate::program::{Program, lines};

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

/// A catalogue that takes the question and never answers, and a recipe that asks it.
struct Silent {
    program: Program,
    listener: TcpListener,
    recipe: String,
}

impl Silent {
    fn new() -> Self {
        let program = Program::with_demo();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut provider = program.demo_provider("test");
        provider["kind"] = json!({"stac": {"url": format!("http://{}/v1", listener.local_addr().unwrap())}});
        program.provide(&provider);
        let mut recipe: Value = serde_json::from_str(&program.ok(&["demo", "recipe"])).unwrap();
        recipe["steps"][0]["providers"] = json!(["test"]);
        let path = program.data().join("recipe.json");
        std::fs::write(&path, recipe.to_string()).unwrap();
        Self { recipe: path.to_str().unwrap().to_owned(), program, listener }
    }

    /// Runs the recipe and returns when it waits for the catalogue. The connection must be kept.
    fn run(&self) -> (Child, TcpStream) {
        let child = self.program.command(&["run", &self.recipe, "--json"]).spawn().unwrap();
        let (connection, _) = self.listener.accept().unwrap();
        (child, connection)
    }

    /// From now on the catalogue answers: it is the demo under another name.
    fn answer(&self) {
        self.program.provide(&self.program.demo_provider("test"));
    }

    fn state(&self) -> String {
        self.program.json(&["jobs", "show", "1"])[0]["job"]["state"].as_str().unwrap().to_owned()
    }
}

#[test]
fn ctrl_c_cancels_a_job_which_can_be_run_again() {
    let silent = Silent::new();
    let (child, _connection) = silent.run();
    assert_eq!(silent.state(), "running");
    let elsewhere = silent.program.call(&["jobs", "cancel", "1"]);
    assert!(elsewhere.code == 1 && elsewhere.err.contains("another program"), "{elsewhere:?}");
    signal(&child, "-INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let error = lines(&String::from_utf8(output.stdout).unwrap()).pop().unwrap();
    assert!(error["code"] == "cancelled" && error["message"].as_str().unwrap().contains("swath jobs retry 1"), "{error}");
    assert_eq!(silent.state(), "cancelled");
    silent.answer();
    let folder = silent.program.ok(&["jobs", "retry", "1"]);
    assert!(std::path::Path::new(folder.trim_end()).join("composite.tif").exists());
    assert_eq!(silent.state(), "succeeded");
}

#[test]
fn a_killed_job_is_interrupted_and_goes_on_or_is_cancelled() {
    let silent = Silent::new();
    let (mut child, _connection) = silent.run();
    assert_eq!(silent.state(), "running");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(silent.state(), "interrupted");
    silent.answer();
    silent.program.ok(&["jobs", "resume", "1"]);
    assert_eq!(silent.state(), "succeeded");
    let ended = silent.program.call(&["jobs", "cancel", "1"]);
    assert!(ended.code == 1 && ended.err.contains("succeeded"), "{ended:?}");
}

#[test]
fn ctrl_c_ends_the_maker_which_leaves_nothing() {
    let program = Program::new();
    // Large enough to be at work for longer than a signal takes.
    let mut child = program.command(&["demo", "make", "--size", "1500", "--dates", "60"]).spawn().unwrap();
    let mut first = String::new();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    err.read_line(&mut first).unwrap();
    assert!(first.contains("making the demo"), "{first}");
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let left = std::fs::read_dir(program.data()).map_or(0, Iterator::count);
    assert_eq!(left, 0, "nothing is left behind");
}
