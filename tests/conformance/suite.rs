//! Runs the fuzzing client of the suite against a server and reads its report.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde_json::{Map, Value, json};
use tokio::{process::Command, time::timeout};

/// Maximum time of a run, because the suite hangs if it has no cases to run. A complete run takes minutes.
const PATIENCE: Duration = Duration::from_secs(7200);

/// Name of the server in the report.
const AGENT: &str = "echo";

/// Results of the suite.
pub(crate) struct Report {
    /// Verdicts by case; empty if the suite could not connect.
    pub(crate) index: Map<String, Value>,
    /// The report as HTML.
    pub(crate) page: PathBuf,
}

impl Report {
    /// Returns the report of one case.
    pub(crate) fn case(&self, case: &str) -> Value {
        let file = self.index.get(case).and_then(|entry| entry["reportfile"].as_str());
        let bytes = file.and_then(|file| fs::read(self.page.with_file_name(file)).ok());
        bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }
}

/// Runs the given cases.
pub(crate) async fn run(name: &str, url: &str, cases: &[String]) -> Report {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = temporary.join("autobahn").join(name);
    // Results of an earlier run would hide cases that did not run this time.
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
