//! Generates the tables of the README from the recorded compiler output.

use std::{env, fmt::Write, fs};

use crate::{
    cases::{self, Case},
    count::{EXCEPTIONS, SEVERAL},
};

const README: &str = "README.md";
const BEGIN: &str = "<!-- Written by the test `messages`. -->\n";

/// Kinds of mistakes, in the order of the tables.
const KINDS: &[(&str, &str)] = &[
    ("path", "Paths"),
    ("keys", "Keys"),
    ("values", "Values of keys"),
    ("signatures", "Signatures of handlers"),
    ("types", "Types"),
    ("replies", "Replies"),
    ("variants", "Handlers of variants"),
    ("data", "Data of a connection"),
    ("placement", "Placement of attributes"),
];

/// Renders a table for each kind of mistake, and the list of exceptions.
fn tables(cases: &[Case]) -> String {
    let mut text = format!("{} mistakes.\n", cases.len());
    for (folder, title) in KINDS {
        let _ =
            write!(text, "\n### {title}\n\n| mistake | caret | first line of the message |\n|---|---|---|\n");
        for case in cases {
            let Some(name) = case.name.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) else {
                continue;
            };
            let mistakes = case.mistakes();
            let Some(first) = mistakes.first() else { continue };
            let more = if SEVERAL.iter().any(|(several, _)| *several == case.name) {
                format!(" (and {} more)", mistakes.len() - 1)
            } else {
                String::new()
            };
            let (name, link) = (name.replace('_', " "), &case.name);
            let (caret, message) = (quoted(first.caret), cell(first.message));
            let _ = writeln!(text, "| [{name}](ui/{link}.rs) | {caret} | {message}{more} |");
        }
    }
    text.push_str("\n### Exceptions\n\n");
    text.push_str("- A mistake in a literal is reported at the whole literal, because stable compilers have no spans inside of one.\n");
    text.push_str(
        "- The compiler reports a future that is not `Send` at the handler's name or return type.\n",
    );
    for (name, count, reason) in EXCEPTIONS {
        let _ = writeln!(
            text,
            "- [{}](ui/{name}.rs) gives {count} errors: {reason}.",
            name.replace(['/', '_'], " ")
        );
    }
    text
}

/// Renders code for a table cell.
fn quoted(code: &str) -> String {
    let fence = if code.contains('`') { "``" } else { "`" };
    format!("{fence}{}{fence}", cell(code))
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[test]
fn readme_lists_every_case_with_its_message() {
    let cases = cases::all();
    for case in &cases {
        assert!(KINDS.iter().any(|(folder, _)| case.name.starts_with(folder)), "{} is of no kind", case.name);
    }
    let text = fs::read_to_string(README).expect("the tests have a README");
    let (before, _) = text.split_once(BEGIN).expect("the README has a place for the tables");
    let expected = format!("{before}{BEGIN}\n{}", tables(&cases));
    if env::var_os("TRYBUILD").is_some_and(|value| value == "overwrite") {
        fs::write(README, &expected).expect("the README can be written");
    } else {
        assert!(text == expected, "tests/README.md is not up to date: run this test with TRYBUILD=overwrite");
    }
}

#[test]
fn table_shows_the_recorded_message() {
    let answer = "error: a `b|c`\n --> ui/path/d_e.rs:1:2\n  |\n1 | f g\n  |   ^\n";
    let table = tables(&[Case { name: "path/d_e".to_owned(), answer: answer.to_owned() }]);
    assert!(table.contains("\n| [d e](ui/path/d_e.rs) | `g` | a `b\\|c` |\n"), "{table}");
}
