//! The shape of files: their first line, their length, and the names that they may use.

use crate::sources::{self, Source};

/// A file with more lines than this needs a reason.
const LONG: usize = 400;

/// Files longer than [`LONG`], each with the reason.
const LONG_FOR_A_REASON: &[(&str, &str)] =
    &[("ws-runtime/src/schema/explain.rs", "half of it are the tables that it is tried on")];

/// Restricted names: the folder where the rule applies, the names, the folders where they are allowed, and the reason.
/// Test code is exempt.
const WORDS: &[(&str, &[&str], &[&str], &str)] = &[
    (
        "ws-runtime/src/",
        &["unwrap", "todo !", "unimplemented !"],
        &[],
        "nothing that a peer sends may panic; `expect` states an invariant proved in sight",
    ),
    (
        "ws-runtime/src/",
        &["print !", "println !", "eprint !", "eprintln !", "dbg !"],
        &[],
        "a library speaks through `tracing`",
    ),
    (
        "ws-runtime/src/",
        &["tungstenite", "tokio_tungstenite"],
        &["ws-runtime/src/wire/"],
        "`wire` alone names tungstenite, so that its next version is not our breaking change",
    ),
    (
        "ws-runtime/src/",
        &["hyper", "hyper_util"],
        &["ws-runtime/src/server/", "ws-runtime/src/app/host_upgrade.rs"],
        "`server`, and the file that takes a stream from a host, alone name hyper, so that the floors beneath know no HTTP \
         library",
    ),
    (
        "ws-macros/src/",
        &["unwrap", "todo !", "unimplemented !", "panic !"],
        &["ws-macros/src/tests/"],
        "a macro that panics says nothing of what is wrong, and where",
    ),
    (
        "ws-runtime/src/",
        &["unbounded", "unbounded_channel", "UnboundedSender", "UnboundedReceiver"],
        &[],
        "every queue has a bound, in bytes",
    ),
    (
        "ws-macros/src/",
        &["ws_runtime"],
        &["ws-macros/src/expand/paths.rs"],
        "absolute paths come from one file, so that `crate = ::path` reaches all of them",
    ),
];

fn misplaced_words(files: &[Source]) -> Vec<String> {
    let mut misplaced = Vec::new();
    for file in files {
        let tokens = file.shipped_tokens();
        for (folder, words, homes, why) in WORDS {
            if !file.path.starts_with(folder) || homes.iter().any(|home| file.path.starts_with(home)) {
                continue;
            }
            for word in *words {
                let parts: Vec<_> = word.split(' ').collect();
                let hits = tokens
                    .windows(parts.len())
                    .filter(|window| window.iter().zip(&parts).all(|(token, part)| token.word == *part));
                misplaced.extend(hits.map(|hit| format!("{}:{}: `{word}`: {why}", file.path, hit[0].line)));
            }
        }
    }
    misplaced
}

fn unannounced(files: &[Source]) -> Vec<&str> {
    // The front page of a crate may be included from its README.
    let opens =
        |file: &&Source| file.text.starts_with("//! ") || file.text.starts_with("#![doc = include_str!(");
    files.iter().filter(|file| !opens(file)).map(|file| file.path.as_str()).collect()
}

fn long_without_reason<'a>(files: &'a [Source], reasons: &[(&str, &str)]) -> Vec<&'a str> {
    files
        .iter()
        .filter(|file| {
            (file.text.lines().count() > LONG) != reasons.iter().any(|(path, _)| *path == file.path)
        })
        .map(|file| file.path.as_str())
        .collect()
}

#[test]
fn files_open_with_module_docs() {
    assert_eq!(unannounced(&sources::under("")), Vec::<&str>::new());
    let bare = [Source::synthetic("a.rs", "use b;"), Source::synthetic("b.rs", "//! Does it.\n")];
    assert_eq!(unannounced(&bare), ["a.rs"]);
}

/// Conversely, a listed file that has become short, or was removed, must be removed from the list.
#[test]
fn long_files_state_a_reason() {
    let files = sources::under("");
    assert_eq!(long_without_reason(&files, LONG_FOR_A_REASON), Vec::<&str>::new());
    for (path, _) in LONG_FOR_A_REASON {
        assert!(files.iter().any(|file| file.path == *path), "{path} is gone");
    }
    let long = [Source::synthetic("a.rs", &"\n".repeat(401)), Source::synthetic("b.rs", &"\n".repeat(400))];
    assert_eq!(long_without_reason(&long, &[]), ["a.rs"]);
    assert_eq!(long_without_reason(&long, &[("a.rs", "a table")]), Vec::<&str>::new());
    assert_eq!(long_without_reason(&long, &[("a.rs", "a table"), ("b.rs", "once")]), ["b.rs"]);
}

#[test]
fn names_are_used_only_where_allowed() {
    assert_eq!(misplaced_words(&sources::under("")), Vec::<String>::new());
}

#[test]
fn misplaced_name_is_reported() {
    for (path, text, count) in [
        ("ws-runtime/src/a.rs", "fn a() { b.unwrap(); }", 1),
        ("ws-runtime/src/a.rs", "fn a() { b.unwrap_or(c); todo(); \"todo!()\"; } // println!()", 0),
        ("ws-runtime/src/a.rs", "fn a() { todo!(); dbg!(b); }", 2),
        ("ws-runtime/src/a.rs", "#[cfg(test)] mod tests { fn a() { b.unwrap(); } }", 0),
        ("ws-runtime/src/a.rs", "#[cfg(test)] mod tests {} fn a() { b.unwrap(); }", 1),
        ("ws-runtime/src/a.rs", "use tokio_tungstenite::tungstenite::Message;", 2),
        ("ws-runtime/src/wire/a.rs", "use tokio_tungstenite::tungstenite::Message;", 0),
        ("ws-runtime/src/a.rs", "use tokio::sync::mpsc::unbounded_channel;", 1),
        ("ws-runtime/src/connection/a.rs", "use hyper::Request;", 1),
        ("ws-runtime/src/app/a.rs", "use hyper::Request;", 1),
        ("ws-runtime/src/server/a.rs", "use hyper::Request;", 0),
        ("ws-macros/src/lower/a.rs", "fn a() { b.unwrap(); panic!(); }", 2),
        ("ws-macros/src/tests/a.rs", "fn a() { b.unwrap(); panic!(); }", 0),
        ("ws-macros/src/lower/a.rs", "fn a() { quote!(::ws_runtime::A); }", 1),
        ("ws-macros/src/expand/paths.rs", "fn a() { quote!(::ws_runtime::A); }", 0),
        ("examples/a.rs", "fn a() { println!(); b.unwrap(); }", 0),
    ] {
        let found = misplaced_words(&[Source::synthetic(path, text)]);
        assert_eq!(found.len(), count, "{text}: {found:?}");
    }
}
