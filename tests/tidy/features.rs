//! What a build with a set of features depends on.

use std::{collections::BTreeSet, process::Command};

/// Crates that only a server needs.
const SERVER: &[&str] = &[
    "tokio",
    "hyper",
    "tungstenite",
    "tokio-tungstenite",
    "flate2",
    "jsonschema",
    "tracing",
    "simdutf8",
    "http",
    "matchit",
];

/// The names of the crates that a build of ws-runtime with `features` alone depends on.
fn crates(features: &str) -> BTreeSet<String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args([
            "tree",
            "--offline",
            "--package",
            "ws-runtime",
            "--no-default-features",
            "--features",
            features,
        ])
        .args(["--edges", "normal", "--prefix", "none", "--format", "{lib}"])
        .output()
        .expect("cargo runs these tests");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("names of crates are ASCII");
    text.lines().map(|line| line.trim_end_matches(" (*)").replace('_', "-")).collect()
}

#[test]
fn contracts_alone_need_no_server_crates() {
    let (alone, server) = (crates(""), crates("server"));
    for name in SERVER {
        assert!(!alone.contains(*name), "contracts alone depend on {name}");
        assert!(server.contains(*name), "{name} is not a crate of the server any more");
    }
    assert!(alone.len() < 30, "contracts alone depend on {} crates: {alone:?}", alone.len());
}
