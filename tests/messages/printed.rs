//! Each message of the attributes is printed by a case.

use std::{fs, path::Path, str::FromStr};

use proc_macro2::{TokenStream, TokenTree};

use crate::cases;

/// Messages that cannot be caused by a program that is valid otherwise.
const UNPRINTED: &[(&str, &str)] =
    &[("an impl block that cannot be parsed", "the compiler parses it first, and reports the error")];

/// Returns the string literals of a source that contain a space: messages, parts of messages, and code in messages.
fn texts(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    collect(TokenStream::from_str(source).expect("a source of this workspace"), &mut found);
    found.retain(|text| text.contains(' '));
    found
}

fn collect(stream: TokenStream, found: &mut Vec<String>) {
    let mut attribute = false;
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Punct(mark) => attribute = mark.as_char() == '#' || attribute && mark.as_char() == '!',
            // The group is an attribute: documentation, or `#[cfg(test)]`, whose module is skipped too.
            TokenTree::Group(group) if attribute => {
                attribute = false;
                if group.stream().to_string() == "cfg (test)" {
                    while trees.next().is_some_and(|tree| !matches!(tree, TokenTree::Group(_))) {}
                }
            }
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Literal(literal) => found.extend(unquoted(&literal.to_string())),
            TokenTree::Ident(_) => attribute = false,
        }
    }
}

/// Returns the value of a string literal.
fn unquoted(literal: &str) -> Option<String> {
    let mut rest = literal.strip_prefix('"')?.strip_suffix('"')?.chars();
    let mut text = String::new();
    while let Some(letter) = rest.next() {
        match (letter == '\\').then(|| rest.next()).flatten() {
            None => text.push(letter),
            Some('n') => text.push('\n'),
            Some('\n') => {
                let blank = rest.clone().take_while(|letter| letter.is_whitespace()).count();
                rest.by_ref().take(blank).for_each(drop);
            }
            Some(escaped) => text.push(escaped),
        }
    }
    Some(text)
}

/// Returns the parts of a text between its placeholders.
fn fragments(text: &str) -> Vec<String> {
    let escaped = text.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let parts = escaped.split('{').enumerate().map(|(index, part)| match index {
        0 => part,
        _ => part.split_once('}').map_or(part, |(_, after)| after),
    });
    parts
        .map(|part| part.replace('\u{1}', "{").replace('\u{2}', "}"))
        .filter(|part| !part.trim().is_empty())
        .collect()
}

/// Returns true if an output contains the fragments in this order.
fn contains_in_order(answer: &str, fragments: &[String]) -> bool {
    let mut rest = answer;
    fragments.iter().all(|fragment| match rest.find(&**fragment) {
        Some(at) => {
            rest = &rest[at + fragment.len()..];
            true
        }
        None => false,
    })
}

/// Returns an output without the indentation that the compiler adds to the second and later lines of a message.
fn unindented(answer: &str) -> String {
    answer.lines().map(str::trim_start).collect::<Vec<_>>().join("\n")
}

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(fs::read_to_string(&path).expect("a source of this workspace"));
        }
    }
}

#[test]
fn every_message_has_a_case() {
    let mut written = Vec::new();
    for phase in ["syntax", "lower", "vocabulary"] {
        sources(&Path::new("../ws-macros/src").join(phase), &mut written);
    }
    let texts: Vec<String> = written.iter().flat_map(|source| texts(source)).collect();
    assert!(texts.len() > 80, "{} texts", texts.len());
    let answers: Vec<String> = cases::all().iter().map(|case| unindented(&case.answer)).collect();
    let printed = |text: &str| answers.iter().any(|answer| contains_in_order(answer, &fragments(text)));
    let unprinted: Vec<&String> = texts.iter().filter(|text| !printed(text)).collect();
    let listed: Vec<&str> = UNPRINTED.iter().map(|(text, _)| *text).collect();
    assert_eq!(unprinted, listed);
}

#[test]
fn message_texts_are_found_in_source() {
    let source = "//! a b\n/// c d\nfn e() { f(\"g \\\"h\\\"\\n i\\\n    j\", \"k\", 'l'); m!(\"n {o} {{p}} q\") }\n\
                  #[cfg(test)]\nmod tests { const R: &str = \"s t\"; }";
    assert_eq!(texts(source), ["g \"h\"\n ij", "n {o} {{p}} q"]);
    assert_eq!(fragments("n {o} {{p}} q"), ["n ", " {p} q"]);
    for (answer, found) in
        [("n 1 {p} q", true), ("n  {p} q", true), ("n {p} q", false), ("{p} q n", false), ("n 1 p q", false)]
    {
        assert_eq!(contains_in_order(answer, &fragments("n {o} {{p}} q")), found, "{answer}");
    }
}
