//! Runs the suite's fuzzing client against a server and finds its report. Has no opinion about what is in there.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde_json::{Map, Value, json};
use tokio::{process::Command, time::timeout};

/// The suite waits for ever where it has nothing to run; a whole run takes minutes. A guard, not a measure of speed.
const PATIENCE: Duration = Duration::from_hours(2);

/// The name that the server goes by in the report.
const AGENT: &str = "echo";

/// What the suite found.
pub(crate) struct Report {
    /// Its verdicts by case; empty if it could not even connect.
    pub(crate) index: Map<String, Value>,
    /// The same for people.
    pub(crate) page: PathBuf,
}

impl Report {
    /// What the suite found in one case.
    pub(crate) fn case(&self, case: &str) -> Value {
        let file = self.index.get(case).and_then(|entry| entry["reportfile"].as_str());
        let bytes = file.and_then(|file| fs::read(self.page.with_file_name(file)).ok());
        bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }
}

/// Runs these cases.
pub(crate) async fn run(name: &str, url: &str, cases: &[String]) -> Report {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = temporary.join("autobahn").join(name);
    // Verdicts of an earlier run would stand in for cases that do not run in this one.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the target folder is ours");
    let specification = folder.join("specification.json");
    let contents = json!({
        "outdir": folder,
        "servers": [{ "agent": AGENT, "url": url }],
        "cases": cases,
        "exclude-cases": [],
        "exclude-agent-cases": {},
    });
    fs::write(&specification, contents.to_string()).expect("the target folder is ours");

    let wstest = temporary.with_file_name("tools").join("autobahn/bin/wstest");
    let mut command = Command::new(&wstest);
    command.args(["--mode", "fuzzingclient", "--spec"]).arg(&specification);
    command.current_dir(&folder).stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(PATIENCE, command.output()).await.expect("the suite hangs");
    let output =
        output.unwrap_or_else(|error| panic!("{}: {error}; `tests/run` installs it", wstest.display()));
    let said = [output.stdout, output.stderr].concat();
    fs::write(folder.join("output.txt"), &said).expect("the target folder is ours");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));

    let index = fs::read(folder.join("index.json")).unwrap_or_default();
    let mut index: Value = serde_json::from_slice(&index).unwrap_or_default();
    let index = match index[AGENT].take() {
        Value::Object(index) => index,
        _ => Map::new(),
    };
    Report { index, page: folder.join("index.html") }
}
