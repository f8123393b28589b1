//! The rules for imports. The two tables below define which module may import which; a violation is reported with its
//! file and line.

use std::collections::BTreeMap;

use crate::sources::{self, Source, Token};

/// The layers of ws-runtime, lowest first. A module imports only from lower layers, not from its own.
const LAYERS: &[&[&str]] = &[
    &["events"],
    &["turn"],
    &["admission", "memory", "panics", "sync", "tickets"],
    &["message"],
    &["wire"],
    &["schema", "session", "pubsub"],
    &["codec"],
    &["contract"],
    &["handshake"],
    &["socket"],
    &["route"],
    &["connection"],
    &["app"],
    &["server"],
    &["testing"],
];

/// Modules that may import less than their layer allows: the client depends only on modules that both ends share.
const NARROWER: &[(&str, &[&str])] =
    &[("client", &["contract", "codec", "schema", "session", "wire", "message"])];

/// The phases of ws-macros and their shared modules. `model` cannot represent a wrong route and must not import
/// `syntax`, which can; `expand` imports neither `syntax` nor `lower`.
const PHASES: &[(&str, &[&str])] = &[
    ("diagnostics", &[]),
    ("types", &[]),
    ("lifetimes", &[]),
    ("render", &[]),
    ("span", &["types"]),
    ("vocabulary", &[]),
    ("syntax", &["diagnostics", "render", "span", "vocabulary"]),
    ("model", &["vocabulary"]),
    ("lower", &["diagnostics", "types", "lifetimes", "model", "render", "span", "syntax", "vocabulary"]),
    ("expand", &["lifetimes", "model", "span", "vocabulary"]),
];

/// A crate with its table of imports.
struct House {
    sources: &'static str,
    /// The modules that each module may import.
    table: BTreeMap<&'static str, Vec<&'static str>>,
    /// Modules above every layer. They may import every module, and no module may import them.
    roof: &'static [&'static str],
}

impl House {
    fn runtime() -> Self {
        let mut table = BTreeMap::new();
        let mut beneath = Vec::new();
        for layer in LAYERS {
            for module in *layer {
                table.insert(*module, beneath.clone());
            }
            beneath.extend_from_slice(layer);
        }
        for (module, allowed) in NARROWER {
            table.insert(module, allowed.to_vec());
        }
        Self { sources: "ws-runtime/src/", table, roof: &["fuzzing", "guide", "lib", "private"] }
    }

    fn macros() -> Self {
        let table = PHASES.iter().map(|(phase, allowed)| (*phase, allowed.to_vec())).collect();
        Self { sources: "ws-macros/src/", table, roof: &["lib", "attribute", "tests"] }
    }

    /// Returns one line for each forbidden import.
    fn violations(&self, files: &[Source]) -> Vec<String> {
        let mut violations = Vec::new();
        for file in files {
            let path = module_path(file, self.sources);
            let module = path.first().map_or("lib", String::as_str);
            if self.roof.contains(&module) {
                continue;
            }
            let Some(allowed) = self.table.get(module) else {
                violations.push(format!("{}: `{module}` stands on no layer of the import table", file.path));
                continue;
            };
            for (line, target) in imports(&file.tokens(), path.len()) {
                if target != module && !allowed.contains(&target.as_str()) {
                    violations.push(format!("{}:{line}: `{module}` imports `{target}`", file.path));
                }
            }
        }
        violations
    }
}

/// Returns the module path of a file: `["route", "reply"]` for `src/route/reply.rs`, nothing for `src/lib.rs`.
fn module_path(file: &Source, sources: &str) -> Vec<String> {
    let path = file.path.strip_prefix(sources).unwrap_or(&file.path).trim_end_matches(".rs");
    path.split('/').filter(|part| !["mod", "lib"].contains(part)).map(str::to_owned).collect()
}

/// Returns the line and the first module of each path from the crate root, written with `crate` or with enough
/// `super`s.
fn imports(tokens: &[Token], file_depth: usize) -> Vec<(usize, String)> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.word.as_str());
    let mut found = Vec::new();
    // Brace depths at which the enclosing inline modules were opened.
    let mut inline_modules = Vec::new();
    let mut braces = 0_usize;
    let mut at = 0;
    while at < tokens.len() {
        match word(at) {
            "{" => {
                braces += 1;
                if at >= 2 && word(at - 2) == "mod" {
                    inline_modules.push(braces);
                }
            }
            "}" => {
                if inline_modules.last() == Some(&braces) {
                    inline_modules.pop();
                }
                braces -= 1;
            }
            "crate" if word(at + 1) == "::" => heads(tokens, at + 2, &mut found),
            "super" => {
                let mut climbed = 0;
                while word(at) == "super" && word(at + 1) == "::" {
                    climbed += 1;
                    at += 2;
                }
                if climbed > 0 {
                    if climbed == file_depth + inline_modules.len() {
                        heads(tokens, at, &mut found);
                    }
                    // The token after the last `super::` is examined in the next round.
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Collects the first word at `at`, or the first word of each branch of a group.
fn heads(tokens: &[Token], at: usize, found: &mut Vec<(usize, String)>) {
    let Some(first) = tokens.get(at) else { return };
    if first.word != "{" {
        found.push((first.line, first.word.clone()));
        return;
    }
    let mut depth = 0_usize;
    let mut starts_branch = true;
    for token in &tokens[at..] {
        match token.word.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," if depth == 1 => starts_branch = true,
            head if starts_branch => {
                found.push((token.line, head.to_owned()));
                starts_branch = false;
            }
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

#[test]
fn runtime_imports_only_from_lower_modules() {
    let house = House::runtime();
    let files = sources::under("ws-runtime/src");
    assert_eq!(house.violations(&files), Vec::<String>::new());
    let seen = files.iter().any(|file| {
        file.path.contains("/route/") && imports(&file.tokens(), 2).iter().any(|(_, to)| to == "wire")
    });
    assert!(seen, "routes deal in messages, so the scan must see `route` import `wire`");
}

#[test]
fn macros_import_only_from_earlier_phases() {
    let files = sources::under("ws-macros/src");
    assert_eq!(House::macros().violations(&files), Vec::<String>::new());
    let seen = files.iter().any(|file| {
        file.path.contains("/lower/") && imports(&file.tokens(), 2).iter().any(|(_, to)| to == "model")
    });
    assert!(seen, "rules make a model, so the scan must see `lower` import `model`");
}

#[test]
fn reversed_import_is_reported() {
    let house = House::runtime();
    for (path, text, expected) in [
        ("message/a.rs", "use crate::wire::Close;", Some("1: `message` imports `wire`")),
        ("wire/a.rs", "use crate::route::Route;", Some("1: `wire` imports `route`")),
        ("wire/a.rs", "\nfn a() -> crate::codec::Invalid {}", Some("2: `wire` imports `codec`")),
        ("codec/mod.rs", "use super::socket::Socket;", Some("1: `codec` imports `socket`")),
        ("codec/a.rs", "use super::super::{wire::A,\nserver::B};", Some("2: `codec` imports `server`")),
        ("codec/a.rs", "mod b { use super::super::super::route; }", Some("1: `codec` imports `route`")),
        ("codec/a.rs", "mod b {} use super::super::route;", Some("1: `codec` imports `route`")),
        (
            "route/a.rs",
            "use crate::{\n  codec::{A, B},\n  connection::{C},\n};",
            Some("3: `route` imports `connection`"),
        ),
        ("schema.rs", "use crate::pubsub::Topic;", Some("1: `schema` imports `pubsub`")),
        ("client/a.rs", "use crate::handshake::Reject;", Some("1: `client` imports `handshake`")),
        ("socket/a.rs", "use crate::Message;", Some("1: `socket` imports `Message`")),
        ("socket/a.rs", "use crate::*;", Some("1: `socket` imports `*`")),
        (
            "socket/a.rs",
            "macro_rules! a { () => { $crate::__private::B } }",
            Some("1: `socket` imports `__private`"),
        ),
        ("attic/a.rs", "", Some(" `attic` stands on no layer of the import table")),
        ("route/a.rs", "use crate::{codec::{A, B}, wire::Message, route::b};", None),
        ("route/a.rs", "use super::{server, outcome};\nuse self::client;\npub(crate) fn a() {}", None),
        (
            "route/a.rs",
            "//! `crate::server`\n/// [a](crate::server)\nconst A: &str = \"crate::server\";",
            None,
        ),
        ("lib.rs", "use crate::server::Server;", None),
    ] {
        let path = format!("ws-runtime/src/{path}");
        let expected: Vec<_> = expected.iter().map(|what| format!("{path}:{what}")).collect();
        assert_eq!(house.violations(&[Source::synthetic(&path, text)]), expected, "{text}");
    }
    let backwards = Source::synthetic("ws-macros/src/model.rs", "use crate::syntax::Options;");
    let expected = "ws-macros/src/model.rs:1: `model` imports `syntax`";
    assert_eq!(House::macros().violations(&[backwards]), [expected]);
}
