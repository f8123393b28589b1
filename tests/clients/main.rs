//! Tests the examples with clients in other languages: Node's `ws` and Python's `websockets`.
//!
//! Each script in this directory gets a separate server, runs its scenarios in sequence, and prints their names.
//! `tests/run` installs the clients.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::Command;
use ws_tests::Example;

/// Generates a test for each script, which must pass against its example.
macro_rules! scripts {
    ($($test:ident: $needs:literal, $interpreter:expr, $script:literal, $example:literal;)*) => {
        $(
            #[tokio::test]
            #[ignore = $needs]
            async fn $test() {
                passes($interpreter, $script, &Example::start($example).await).await;
            }
        )*
    };
}

scripts! {
    node_ws_receives_echoes_of_its_messages: "needs node", "node", "echo.mjs", "echo";
    node_ws_receives_replies_and_validation_errors: "needs node", "node", "validated.mjs", "validated";
    node_ws_emits_and_receives_events: "needs node", "node", "events.mjs", "events";
    node_ws_receives_the_expected_benchmark_replies: "needs node", "node", "bench.mjs", "bench";
    python_websockets_receives_echoes_of_its_messages: "needs python", python(), "echo.py", "echo";
    python_websockets_receives_replies_and_validation_errors: "needs python", python(), "validated.py", "validated";
    python_websockets_emits_and_receives_events: "needs python", python(), "events.py", "events";
    python_websockets_receives_the_expected_benchmark_replies: "needs python", python(), "bench.py", "bench";
}

#[tokio::test]
#[ignore = "needs node"]
async fn node_ws_passes_the_subprotocol_scenarios() {
    let mut server = Example::start("subprotocol").await;
    passes("node", "subprotocol.mjs", &server).await;
    server.prints("/ws over HTTP/1.1, subprotocol machbase.rpc").await;
    server.prints("/ws over HTTP/1.1, subprotocol none").await;
}

#[tokio::test]
#[ignore = "needs python"]
async fn python_websockets_passes_the_subprotocol_scenarios() {
    let mut server = Example::start("subprotocol").await;
    passes(python(), "subprotocol.py", &server).await;
    server.prints("/ws over HTTP/1.1, subprotocol machbase.rpc").await;
    server.prints("/ws over HTTP/1.1, subprotocol none").await;
}

/// The server reads the address of a client only from the header of a trusted proxy.
#[tokio::test]
#[ignore = "needs node"]
async fn trusted_proxy_names_the_address_of_node_ws() {
    let mut server =
        Example::start_with("ticker", &[("TICK_MS", "50"), ("TRUSTED_PROXY", "127.0.0.1")]).await;
    passes("node", "ticker.mjs", &server).await;
    server.prints("open 192.0.2.1").await;
    server.prints(r#"message 192.0.2.1 "from 192.0.2.1, they say""#).await;
    server.prints("close 192.0.2.1").await;
}

#[tokio::test]
#[ignore = "needs python"]
async fn python_websockets_cannot_forge_its_address() {
    let mut server = Example::start("ticker").await;
    passes(python(), "ticker.py", &server).await;
    server.prints("open 127.0.0.1").await;
    server.prints(r#"message 127.0.0.1 "from 192.0.2.1, they say""#).await;
    server.prints("close 127.0.0.1").await;
}

/// Returns the interpreter in the virtual environment that `tests/run` creates.
fn python() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tools").join("python/bin/python")
}

async fn passes(interpreter: impl AsRef<OsStr>, script: &str, server: &Example) {
    let interpreter = interpreter.as_ref();
    let output = Command::new(interpreter)
        .arg(Path::new("clients").join(script))
        .arg(server.address().to_string())
        // This variable keeps Python's cache files out of the source tree.
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

/// Returns true if the last line is of the form `7 of 7 passed`. A script that ends early does not print it.
fn all_passed(said: &str) -> bool {
    let counts = said.lines().last().and_then(|line| line.strip_suffix(" passed")?.split_once(" of "));
    counts.is_some_and(|(passed, all)| passed == all && passed != "0")
}

#[test]
fn script_passes_by_its_last_line() {
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
