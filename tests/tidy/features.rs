//! The dependencies of a build with a given set of features.

use std::{collections::BTreeSet, process::Command};

use serde_json::Value;

/// Crates that only servers need.
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

/// Returns the names of the crates that a build of ws-runtime with only these features depends on.
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

/// A Rust version, as in a manifest.
type Version = (u64, u64);

fn version(text: &str) -> Version {
    let mut parts = text.split('.').map(|part| part.parse().expect("a Rust version consists of numbers"));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

/// Returns two versions: the one that our manifest states, and the highest that any crate in a user's build of
/// ws-runtime may require, with any features and on any platform.
fn rust_versions(metadata: &Value) -> (Version, (Version, &str)) {
    let packages = metadata["packages"].as_array().expect("cargo lists packages");
    let nodes = metadata["resolve"]["nodes"].as_array().expect("cargo lists dependencies");
    let package =
        |id: &Value| packages.iter().find(|package| package["id"] == *id).expect("each id is listed");
    let root =
        packages.iter().find(|package| package["name"] == "ws-runtime").expect("the crate is a member");

    let (mut waiting, mut seen) = (vec![&root["id"]], Vec::new());
    let mut highest = ((0, 0), "");
    while let Some(id) = waiting.pop() {
        if seen.contains(&id) {
            continue;
        }
        seen.push(id);
        let found = package(id);
        let is_ours = found["source"].is_null();
        if let (false, Some(needed)) = (is_ours, found["rust_version"].as_str()) {
            highest = highest.max((version(needed), found["name"].as_str().unwrap_or_default()));
        }
        let node = nodes.iter().find(|node| node["id"] == *id).expect("each package is resolved");
        for dependency in node["deps"].as_array().into_iter().flatten() {
            let kinds = dependency["dep_kinds"].as_array().into_iter().flatten();
            if kinds.into_iter().any(|kind| kind["kind"] != "dev") {
                waiting.push(&dependency["pkg"]);
            }
        }
    }
    (version(root["rust_version"].as_str().expect("the manifest has a rust-version")), highest)
}

#[test]
fn rust_version_is_the_highest_of_the_dependencies() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--all-features"])
        .output()
        .expect("cargo runs these tests");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let (ours, (highest, name)) = rust_versions(&metadata);
    assert_eq!(ours, highest, "{name} needs {highest:?}; the workspace states {ours:?}");
}
