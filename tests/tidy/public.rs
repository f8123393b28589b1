//! The public API names only types of few other crates. rustdoc lists these types.

use std::{collections::BTreeSet, path::PathBuf, process::Command};

use serde_json::Value;

/// Crates whose types may be in the public API. To upgrade any of them is a breaking change of ws-runtime.
const PUBLIC: &[&str] = &[
    "core",
    "alloc",
    "std",
    "bytes",
    "futures_core",
    "http",
    "http_body",
    "schemars",
    "serde_core",
    "serde_json",
    "tokio",
    "tower_service",
];

/// Types and traits of tokio that may be in the public API: those for IO and addresses.
const TOKIO: &[&str] = &["tokio::io::", "tokio::net::"];

/// Returns rustdoc's description of ws-runtime with all features, without hidden and private items.
fn described() -> Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("public");
    let output = Command::new(cargo)
        .args(["rustdoc", "--package", "ws-runtime", "--lib", "--all-features", "--target-dir"])
        .arg(&target)
        .args(["--", "-Zunstable-options", "--output-format", "json"])
        // The JSON format is unstable. It cannot change here, because the toolchain is pinned.
        .env("RUSTC_BOOTSTRAP", "1")
        .output()
        .expect("cargo runs these tests");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json = std::fs::read(target.join("doc/ws_runtime.json")).expect("rustdoc wrote it");
    serde_json::from_slice(&json).expect("rustdoc writes JSON")
}

/// Returns the types and traits of other crates that the public items of this crate name. Skips blanket and auto trait
/// impls, which come from the crate of the trait.
fn named(description: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let items = description["index"].as_object().into_iter().flatten();
    for (_, item) in items.filter(|(_, item)| item["crate_id"] == 0) {
        let implementation = &item["inner"]["impl"];
        if implementation["blanket_impl"].is_null() && implementation["is_synthetic"] != true {
            collect(&item["inner"], &description["paths"], &mut found);
        }
    }
    found
}

fn collect(value: &Value, paths: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for key in ["resolved_path", "trait"] {
                let path = members.get(key).map(|path| &paths[path["id"].to_string()]);
                if let Some(path) = path.filter(|path| path["crate_id"].as_u64().is_some_and(|at| at > 0)) {
                    let segments = path["path"].as_array().into_iter().flatten().filter_map(Value::as_str);
                    found.insert(segments.collect::<Vec<_>>().join("::"));
                }
            }
            members.values().for_each(|member| collect(member, paths, found));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, paths, found)),
        _ => {}
    }
}

/// Returns those of the names that must not be public.
fn leaked(names: &BTreeSet<String>) -> Vec<&str> {
    let is_public = |name: &str| {
        let of = name.split("::").next().unwrap_or_default();
        PUBLIC.contains(&of) && (of != "tokio" || TOKIO.iter().any(|module| name.starts_with(module)))
    };
    names.iter().map(String::as_str).filter(|name| !is_public(name)).collect()
}

#[test]
#[ignore = "needs a build of its own, for rustdoc's JSON"]
fn public_api_names_types_of_few_crates() {
    let names = named(&described());
    assert_eq!(leaked(&names), Vec::<&str>::new());
    // If one of these is missing, the search or rustdoc's format has changed, and the assertion above proves nothing.
    for name in ["http::header::map::HeaderMap", "tokio::net::addr::ToSocketAddrs", "tower_service::Service"]
    {
        assert!(names.contains(name), "{name} is not found: {names:?}");
    }
}

#[test]
fn leaked_type_is_reported() {
    let description = serde_json::json!({
        "paths": {
            "1": { "crate_id": 1, "path": ["hyper", "Request"] },
            "2": { "crate_id": 2, "path": ["tokio", "sync", "Notify"] },
            "3": { "crate_id": 0, "path": ["ws_runtime", "Socket"] },
            "4": { "crate_id": 3, "path": ["bytes", "Bytes"] },
            "5": { "crate_id": 4, "path": ["tracing", "Instrument"] },
        },
        "index": {
            "6": { "crate_id": 0, "inner": { "function": { "inputs": [["a", { "resolved_path": { "id": 1 } }]] } } },
            "7": { "crate_id": 0, "inner": { "impl": { "trait": { "id": 2 }, "items": [{ "resolved_path": { "id": 3 } }] } } },
            "8": { "crate_id": 0, "inner": { "struct_field": { "resolved_path": { "id": 4 } } } },
            "9": { "crate_id": 0, "inner": { "impl": { "trait": { "id": 5 }, "blanket_impl": { "generic": "T" } } } },
            "10": { "crate_id": 2, "inner": { "struct_field": { "resolved_path": { "id": 1 } } } },
        },
    });
    assert_eq!(leaked(&named(&description)), ["hyper::Request", "tokio::sync::Notify"]);
}
