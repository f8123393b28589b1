//! Loads the cases of `tests/ui` and the recorded output of the compiler.

use std::{fs, path::Path};

/// A program that does not compile, and the output of the compiler for it.
pub(crate) struct Case {
    /// Its kind of mistake and its name, as in `path/colon_style`.
    pub(crate) name: String,
    /// The complete output.
    pub(crate) answer: String,
}

/// One error of the output.
#[derive(Debug, PartialEq)]
pub(crate) struct Mistake<'a> {
    /// The first line of its message.
    pub(crate) message: &'a str,
    /// The source text above its carets.
    pub(crate) caret: &'a str,
}

impl Case {
    /// Returns the errors in the order of the output.
    pub(crate) fn mistakes(&self) -> Vec<Mistake<'_>> {
        let lines: Vec<&str> = self.answer.lines().collect();
        let starts = (0..lines.len()).filter(|&at| lines[at].starts_with("error"));
        starts
            .map(|at| Mistake {
                message: lines[at].split_once(": ").map_or("", |(_, message)| message),
                caret: caret(&lines[at + 1..]).unwrap_or_default(),
            })
            .collect()
    }
}

/// Returns the source text above the first row of carets.
fn caret<'a>(lines: &[&'a str]) -> Option<&'a str> {
    let is_row = |line: &&str| line.trim_start().starts_with('|') && line.contains('^');
    let row = lines.iter().position(is_row)?;
    let (from, width) = (lines[row].find('^')?, lines[row].matches('^').count());
    // A caret's position counts characters. The line of source code starts with its number.
    let source = lines[..row]
        .iter()
        .rfind(|line| line.trim_start().starts_with(|first: char| first.is_ascii_digit()))?;
    let from = source.char_indices().nth(from)?.0;
    let to = source[from..].char_indices().nth(width).map_or(source.len(), |(at, _)| from + at);
    source.get(from..to)
}

/// Returns all cases that must not compile, sorted by name.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for kind in folders(Path::new("ui")) {
        for entry in fs::read_dir(Path::new("ui").join(&kind)).expect("a readable folder") {
            let path = entry.expect("a readable folder").path();
            let stem = path.file_stem().expect("a file").to_string_lossy().into_owned();
            if kind != "pass" && path.extension().is_some_and(|extension| extension == "rs") {
                let answer = fs::read_to_string(path.with_extension("stderr")).unwrap_or_default();
                cases.push(Case { name: format!("{kind}/{stem}"), answer });
            }
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

/// Returns the kinds of mistakes.
fn folders(root: &Path) -> Vec<String> {
    let entries = fs::read_dir(root).expect("a readable folder");
    entries
        .map(|entry| entry.expect("a readable folder").file_name().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn caret_text_comes_from_the_source_line() {
    let answer = "error[E0425]: cannot find `é`\n  --> ui/a.rs:14:28\n   |\n 8 | struct Say {\n   | ---------- \
                  here\n...\n14 | #[é(\"/chat\", body = Sya)]\n   |                     ^^^ not found\n\nerror: b\n \
                  --> ui/a.rs:1:2\n  |\n1 | abc\n  |  ^\n";
    let case = Case { name: String::new(), answer: answer.to_owned() };
    assert_eq!(
        case.mistakes(),
        [Mistake { message: "cannot find `é`", caret: "Sya" }, Mistake { message: "b", caret: "b" }]
    );
}
