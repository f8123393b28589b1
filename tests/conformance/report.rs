//! Reads the suite's `index.json`: every expected case must be present and must pass.

use serde_json::{Map, Value};

/// Returns one line for each case that is missing, unexpected or failed.
///
/// A case passes if its two verdicts, on the behaviour and on the close, are OK, or INFORMATIONAL, which the suite uses
/// where the RFC leaves a choice. NON-STRICT behaviour passes in the listed cases.
pub(crate) fn complaints(
    index: &Map<String, Value>,
    expected: &[String],
    non_strict: &[(&str, &str)],
) -> Vec<String> {
    let mut complaints = Vec::new();
    for case in expected {
        let Some(entry) = index.get(case) else {
            complaints.push(format!("{case} did not run"));
            continue;
        };
        let verdict = |key: &str| entry[key].as_str().unwrap_or("no verdict").to_owned();
        let (answer, close) = (verdict("behavior"), verdict("behaviorClose"));
        let lenient = non_strict.iter().any(|(listed, _)| listed == case);
        let answered = is_good(&answer) || (lenient && answer == "NON-STRICT");
        if !answered || !is_good(&close) {
            complaints.push(format!("{case}: {answer}, its close {close}"));
        }
    }
    let known = |case: &str| expected.iter().any(|expected| expected == case);
    complaints
        .extend(index.keys().filter(|case| !known(case)).map(|case| format!("{case} ran and is in no list")));
    complaints
}

/// Returns one line for each case whose replies were not shorter on the wire. `report` returns the report of one case.
pub(crate) fn uncompressed(cases: &[String], report: impl Fn(&str) -> Value) -> Vec<String> {
    let is_compressed = |case: &&String| {
        let traffic = &report(case)["trafficStats"];
        let octets = |level: &str| traffic[level].as_u64();
        match (octets("incomingOctetsWebSocketLevel"), octets("incomingOctetsAppLevel")) {
            (Some(on_the_wire), Some(inflated)) => on_the_wire < inflated,
            _ => false,
        }
    };
    cases
        .iter()
        .filter(|case| !is_compressed(case))
        .map(|case| format!("{case} was not compressed"))
        .collect()
}

fn is_good(verdict: &str) -> bool {
    ["OK", "INFORMATIONAL"].contains(&verdict)
}

#[test]
fn every_kind_of_failure_is_reported() {
    let entry = |answer: &str, close: &str| serde_json::json!({ "behavior": answer, "behaviorClose": close });
    for (entry, complaint) in [
        (entry("OK", "OK"), None),
        (entry("INFORMATIONAL", "INFORMATIONAL"), None),
        (entry("NON-STRICT", "OK"), Some("1.1: NON-STRICT, its close OK")),
        (entry("FAILED", "OK"), Some("1.1: FAILED, its close OK")),
        (entry("UNIMPLEMENTED", "OK"), Some("1.1: UNIMPLEMENTED, its close OK")),
        (entry("OK", "FAILED"), Some("1.1: OK, its close FAILED")),
        (entry("OK", "WRONG CODE"), Some("1.1: OK, its close WRONG CODE")),
        (entry("OK", "UNCLEAN"), Some("1.1: OK, its close UNCLEAN")),
        (serde_json::json!({}), Some("1.1: no verdict, its close no verdict")),
    ] {
        let index = Map::from_iter([("1.1".to_owned(), entry)]);
        assert_eq!(complaints(&index, &["1.1".to_owned()], &[]), Vec::from_iter(complaint));
    }
    let lenient = &[("1.1", "a reason")];
    for (entry, count) in
        [(entry("NON-STRICT", "OK"), 0), (entry("FAILED", "OK"), 1), (entry("NON-STRICT", "UNCLEAN"), 1)]
    {
        let index = Map::from_iter([("1.1".to_owned(), entry)]);
        assert_eq!(complaints(&index, &["1.1".to_owned()], lenient).len(), count);
    }
}

#[test]
fn case_that_did_not_run_is_reported() {
    let ok = serde_json::json!({ "behavior": "OK", "behaviorClose": "OK" });
    let index = Map::from_iter([("1.1".to_owned(), ok)]);
    assert_eq!(complaints(&index, &["1.1".to_owned(), "1.2".to_owned()], &[]), ["1.2 did not run"]);
    assert_eq!(complaints(&index, &[], &[]), ["1.1 ran and is in no list"]);
    assert_eq!(complaints(&Map::new(), &["1.1".to_owned()], &[]), ["1.1 did not run"]);
}

#[test]
fn case_that_was_not_compressed_is_reported() {
    let octets = |wire: u32, app: u32| serde_json::json!({ "trafficStats": { "incomingOctetsWebSocketLevel": wire, "incomingOctetsAppLevel": app } });
    for (report, is_well) in [
        (octets(10, 20), true),
        (octets(20, 20), false),
        (octets(30, 20), false),
        (serde_json::json!({ "trafficStats": null }), false),
        (Value::Null, false),
    ] {
        let complaints = uncompressed(&["12.1.1".to_owned()], |_| report.clone());
        assert_eq!(complaints.is_empty(), is_well, "{report}: {complaints:?}");
    }
}
