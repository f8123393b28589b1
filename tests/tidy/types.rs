//! Each type name is defined once in a crate, so that the name alone identifies the type.

use std::collections::BTreeMap;

use crate::sources::{self, Source};

/// Sources outside of the library, and sources that replace others if the feature `server` is off.
const OTHER_PROGRAMS: &[&str] = &[
    "ws-runtime/src/fuzzing/",
    "ws-runtime/src/socket/models/",
    "ws-runtime/src/codec/part/alone.rs",
    "ws-runtime/src/schema/alone.rs",
];

/// Returns each type name that several files of a crate define, with the positions. Types inside functions, traits and
/// inline modules are not compared.
fn defined_twice(files: &[Source]) -> Vec<String> {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files.iter().filter(|file| !OTHER_PROGRAMS.iter().any(|path| file.path.starts_with(path))) {
        let mut depth = 0_usize;
        let tokens = file.shipped_tokens();
        for pair in tokens.windows(2) {
            match pair[0].word.as_str() {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth -= 1,
                "struct" | "enum" | "trait" | "type" | "union" if depth == 0 => {
                    let place = format!("{}:{}", file.path, pair[1].line);
                    places.entry(pair[1].word.clone()).or_default().push(place);
                }
                _ => {}
            }
        }
    }
    let twice = places.into_iter().filter(|(_, places)| places.len() > 1);
    twice.map(|(name, places)| format!("`{name}`: {}", places.join(", "))).collect()
}

#[test]
fn type_names_are_unique_in_a_crate() {
    for sources in ["ws-runtime/src", "ws-macros/src"] {
        assert_eq!(defined_twice(&sources::under(sources)), Vec::<String>::new());
    }
}

#[test]
fn type_defined_twice_is_reported() {
    let first = "pub struct A;\nenum B {}\ntrait C { type E; }\ntype D<T> = Vec<T>;\nfn f() { struct E; }";
    for (second, expected) in [
        ("struct A { a: u8 }", vec!["`A`: a.rs:1, b/c.rs:1"]),
        ("\npub(crate) type B = u8;", vec!["`B`: a.rs:2, b/c.rs:2"]),
        ("trait D {}\nenum C { A }", vec!["`C`: a.rs:3, b/c.rs:2", "`D`: a.rs:4, b/c.rs:1"]),
        ("struct E; mod m { struct A; }\nimpl X for E { type B = u8; }", vec![]),
        ("#[cfg(test)] mod tests { use super::*; }\n#[cfg(test)]\nstruct A;", vec![]),
        ("fn a() -> A { let r#type = B; }", vec![]),
    ] {
        let files = [Source::synthetic("a.rs", first), Source::synthetic("b/c.rs", second)];
        assert_eq!(defined_twice(&files), expected, "{second}");
    }
    let fuzzing = [Source::synthetic("a.rs", first), Source::synthetic("ws-runtime/src/fuzzing/a.rs", first)];
    assert_eq!(defined_twice(&fuzzing), Vec::<String>::new());
}
