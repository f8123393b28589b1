//! The compiler error in the project's README equals the recorded one.

use std::fs;

use crate::cases;

const CASE: &str = "replies/another_type";

/// Returns the lines of the error in the README, which may omit lines of the recorded output.
fn error_lines(readme: &str) -> Option<Vec<&str>> {
    let (_, rest) =
        readme.split_once(&format!("<!-- From tests/ui/{CASE}.stderr; a test compares. -->\n```text\n"))?;
    Some(rest.split_once("\n```")?.0.lines().collect())
}

/// Returns the first of these lines that is missing in the recorded output, or not in order; `None` if all are there.
fn missing<'a>(shown: &[&'a str], answer: &str) -> Option<&'a str> {
    let mut lines = answer.lines();
    shown.iter().copied().find(|line| !lines.any(|recorded| recorded == *line))
}

#[test]
fn readme_shows_a_recorded_compiler_error() {
    let readme = fs::read_to_string("../README.md").expect("the project has a README");
    let shown = error_lines(&readme).expect("the README shows an error");
    let cases = cases::all();
    let case = cases.iter().find(|case| case.name == CASE).expect("the case exists");
    assert!(shown.len() > 3, "{shown:?}");
    assert_eq!(
        missing(&shown, &case.answer),
        None,
        "README.md shows another error than tests/ui/{CASE}.stderr"
    );
}

#[test]
fn line_that_was_not_recorded_is_reported() {
    for (shown, line) in
        [(&["a", "c"][..], None), (&["a", "d"], Some("d")), (&["c", "a"], Some("a")), (&["a "], Some("a "))]
    {
        assert_eq!(missing(shown, "a\nb\nc"), line, "{shown:?}");
    }
}
