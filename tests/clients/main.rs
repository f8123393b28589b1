//! Clients that are not ours, against the examples: Node's `ws` and Python's `websockets`.
//!
//! Each script beside this file is given a server of its own and runs its scenarios one after another; its output names them.
//! `tests/run` installs what they need.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::Command;
use ws_tests::Example;

#[tokio::test]
#[ignore = "needs node"]
async fn node_ws_gets_its_messages_back() {
    passes("node", "echo.mjs", "echo").await;
}

#[tokio::test]
#[ignore = "needs node"]
async fn node_ws_is_answered_or_told_why_not() {
    passes("node", "validated.mjs", "validated").await;
}

#[tokio::test]
#[ignore = "needs python"]
async fn python_websockets_gets_its_messages_back() {
    passes(python(), "echo.py", "echo").await;
}

#[tokio::test]
#[ignore = "needs python"]
async fn python_websockets_is_answered_or_told_why_not() {
    passes(python(), "validated.py", "validated").await;
}

/// The interpreter of the virtual environment that `tests/run` makes.
fn python() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tools").join("python/bin/python")
}

async fn passes(interpreter: impl AsRef<OsStr>, script: &str, example: &str) {
    let interpreter = interpreter.as_ref();
    let server = Example::start(example).await;
    let output = Command::new(interpreter)
        .arg(Path::new("clients").join(script))
        .arg(server.address().to_string())
        // Python's caches have no place beside the sources.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap_or_else(|error| panic!("{}: {error}; `tests/run` installs it", interpreter.display()));
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    assert!(output.status.success(), "{script}: {}", output.status);
    assert!(all_passed(&said), "{script} ended before its last line");
}

/// Whether the last line is `7 of 7 passed`: a script that ends early, quietly, has not passed.
fn all_passed(said: &str) -> bool {
    let counts = said.lines().last().and_then(|line| line.strip_suffix(" passed")?.split_once(" of "));
    counts.is_some_and(|(passed, all)| passed == all && passed != "0")
}

#[test]
fn a_script_passes_by_its_last_line() {
    for (said, passed) in [
        ("ok: a\nok: b\n2 of 2 passed\n", true),
        ("ok: a\nFAILED: b\n1 of 2 passed\n", false),
        ("0 of 0 passed\n", false),
        ("ok: a\nok: b\n", false),
        ("", false),
    ] {
        assert_eq!(all_passed(said), passed, "{said}");
    }
}
