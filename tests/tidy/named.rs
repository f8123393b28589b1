//! The table of attacks in `tests/README.md`: each row names existing tests, or the reason for having none.

use crate::sources;

const README: &str = "README.md";
const TITLE: &str = "## Attacks on servers";

/// A row of the table: an attack, and its tests or the reason for having none.
struct Row<'a> {
    attack: &'a str,
    tried: &'a str,
}

fn rows(text: &str) -> Vec<Row<'_>> {
    let section = text.split_once(TITLE).map_or("", |(_, rest)| rest);
    let section = section.split("\n## ").next().unwrap_or_default();
    let cells =
        section.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "));
    cells.filter(|(attack, _)| *attack != "attack").map(|(attack, tried)| Row { attack, tried }).collect()
}

impl Row<'_> {
    /// Returns the tests that the row names.
    fn tests(&self) -> impl Iterator<Item = &str> {
        self.tried.split('`').skip(1).step_by(2).filter(|word| word.contains("::"))
    }
}

/// Returns true if this test exists. `hostile::many::name` is in `tests/hostile/many.rs`, `runtime::a::name` in
/// `ws-runtime/src/a.rs`.
fn is_there(name: &str, file: impl Fn(&str) -> Option<String>) -> bool {
    let Some((module, test)) = name.rsplit_once("::") else { return false };
    let path = match module.strip_prefix("runtime::") {
        Some(module) => format!("ws-runtime/src/{}.rs", module.replace("::", "/")),
        None => format!("tests/{}.rs", module.replace("::", "/")),
    };
    let Some(text) = file(&path) else { return false };
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let Some(at) = lines.iter().position(|line| {
        line.strip_prefix("async ")
            .unwrap_or(line)
            .strip_prefix("fn ")
            .is_some_and(|rest| rest.strip_prefix(test).is_some_and(|rest| rest.starts_with('(')))
    }) else {
        return false;
    };
    let attributes = lines[..at].iter().rev().take_while(|line| line.starts_with("#["));
    attributes.into_iter().any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"))
}

#[test]
fn every_attack_has_a_test_or_a_reason() {
    let text = std::fs::read_to_string(README).expect("the tests have a README");
    let sources = sources::under("");
    let file =
        |path: &str| sources.iter().find(|source| source.path == path).map(|source| source.text.clone());
    let rows = rows(&text);
    assert!(rows.len() > 30, "{} rows", rows.len());
    for row in rows {
        let missing: Vec<_> = row.tests().filter(|name| !is_there(name, file)).collect();
        assert_eq!(missing, Vec::<&str>::new(), "{}", row.attack);
        let reason = !row.tried.starts_with('`') && row.tried.len() > 30;
        assert!(row.tests().next().is_some() || reason, "{}: neither a test nor a reason", row.attack);
    }
}

#[test]
fn missing_test_is_reported() {
    let file = |path: &str| {
        (path == "tests/a/b.rs")
            .then(|| "#[tokio::test]\nasync fn c() {}\n#[test]\nfn d() {}\nfn e() {}".to_owned())
    };
    for (name, there) in
        [("a::b::c", true), ("a::b::d", true), ("a::b::e", false), ("a::b::f", false), ("a::c::c", false)]
    {
        assert_eq!(is_there(name, file), there, "{name}");
    }
    let text = format!(
        "| x | `no::row` |\n{TITLE}\n\n| attack | tests |\n|---|---|\n| y | `a::b::c`, `d::e` |\n\n## z\n"
    );
    let rows = rows(&text);
    assert_eq!(rows.iter().map(|row| row.attack).collect::<Vec<_>>(), ["y"]);
    assert_eq!(rows[0].tests().collect::<Vec<_>>(), ["a::b::c", "d::e"]);
}
