//! The Autobahn test suite against the example `echo`.
//!
//! The suite ends well whatever it finds, and also when it finds nothing; what counts is its report, read against the list
//! of cases that should have run. `tests/run` installs it.

mod cases;
mod report;
mod suite;

use ws_tests::Example;

#[tokio::test]
#[ignore = "needs autobahn"]
async fn autobahn_is_content_without_compression() {
    let server = Example::start("echo").await;
    let url = format!("ws://{}/echo", server.address());
    let expected = cases::without_compression();
    let report = suite::run("without-compression", &url, &["*"], &["12.*", "13.*"]).await;
    let complaints = report::complaints(&report.index, &expected, cases::NON_STRICT);
    let all = expected.len();
    assert!(
        complaints.is_empty(),
        "of {all} cases:\n{}\nsee {}",
        complaints.join("\n"),
        report.page.display()
    );
    println!("{all} cases, {} of them allowed to be non-strict", cases::NON_STRICT.len());
}
