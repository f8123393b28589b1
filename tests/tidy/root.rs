//! The number of names on the front page of ws-runtime's documentation is limited.

use std::collections::BTreeSet;

/// A reader does not look through more names than this.
const MOST: usize = 30;

/// Returns the documented names that the root of a crate exports.
fn exported(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut attributes = String::new();
    for item in text.split_inclusive([';', ']']) {
        let code: String = item.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        if code.trim_end().ends_with(']') && code.trim_start().starts_with('#') {
            attributes.push_str(&code);
            continue;
        }
        let hidden = attributes.contains("doc(hidden)");
        attributes.clear();
        let code = code.trim().trim_end_matches(';');
        let Some(exports) = code.strip_prefix("pub use ").or_else(|| code.strip_prefix("pub mod ")) else {
            continue;
        };
        if !hidden {
            // The exported name is the last segment of a path. A part that ends with `::` is a path prefix.
            let words = exports.split(['{', '}', ',']).map(str::trim).filter(|word| !word.ends_with("::"));
            names.extend(words.filter_map(|word| word.rsplit("::").next()).map(str::to_owned));
        }
    }
    names.remove("");
    names
}

#[test]
fn front_page_lists_few_names() {
    let text = std::fs::read_to_string("../ws-runtime/src/lib.rs").expect("it is the root of the crate");
    let names = exported(&text);
    for name in ["Server", "Socket", "ws_route", "route", "Params"] {
        assert!(names.contains(name), "{name} is missing: {names:?}");
    }
    for name in ["Extend", "Options", "Handlers", "__private"] {
        assert!(!names.contains(name), "{name} is for generated code");
    }
    assert!(names.len() <= MOST, "{} names: {names:?}", names.len());
}

#[test]
fn exported_names_leave_out_hidden_items() {
    let text = "#![doc = \"x\"]\nmod a;\n#[cfg(b)]\npub mod c;\n#[doc(hidden)]\npub mod d;\n/// E.\npub use e::E;\n\
                #[doc(inline)]\npub use self::{f::{F, G}, h::H};\n// No.\n#[doc(hidden)]\npub use self::i::{I, J};\n";
    assert_eq!(exported(text).into_iter().collect::<Vec<_>>(), ["E", "F", "G", "H", "c"]);
}
