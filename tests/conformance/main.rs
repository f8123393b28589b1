//! The Autobahn test suite against the `echo` example.
//!
//! The suite exits successfully even if a case fails, so the test compares its report with the list of expected cases.
//! `tests/run` installs the suite.

mod cases;
mod report;
mod suite;

use ws_tests::Example;

#[tokio::test]
#[ignore = "needs autobahn"]
async fn autobahn_passes_without_compression() {
    passes("without-compression", &cases::without_compression()).await;
}

#[tokio::test]
#[ignore = "needs autobahn"]
async fn autobahn_passes_with_compression() {
    passes("with-compression", &cases::some_with_compression()).await;
}

#[tokio::test]
#[ignore = "needs autobahn"]
async fn long_autobahn_passes_every_case() {
    passes("all", &[cases::without_compression(), cases::with_compression()].concat()).await;
}

/// Runs the cases, and asserts that each passes and that compressible replies were compressed.
async fn passes(name: &str, cases: &[String]) {
    let server = Example::start("echo").await;
    let url = format!("ws://{}/echo", server.address());
    let report = suite::run(name, &url, cases).await;
    let mut complaints = report::complaints(&report.index, cases, cases::NON_STRICT);
    let shrinking = cases::shrinking(cases);
    complaints.extend(report::uncompressed(&shrinking, |case| report.case(case)));
    let all = cases.len();
    let said = complaints.join("\n");
    assert!(complaints.is_empty(), "of {all} cases:\n{said}\nsee {}", report.page.display());
    let (allowed, compressed) = (cases::NON_STRICT.len(), shrinking.len());
    println!(
        "{all} cases, {allowed} of them allowed to be non-strict, {compressed} of them answered compressed"
    );
}
