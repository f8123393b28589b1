//! Finds the Rust sources of the workspace and reads them as flat lists of tokens.

use std::{
    fs,
    path::{Path, PathBuf},
    str::FromStr,
};

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A file: its path from the root of the workspace, with `/` separators, and its text.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// One token as written, delimiters included. The word of a string or number is empty.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) line: usize,
    pub(crate) word: String,
}

impl Source {
    /// Creates a file for the tests of the rules.
    pub(crate) fn synthetic(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// Returns all tokens, with `::` as one token, and with groups flattened between their delimiters.
    pub(crate) fn tokens(&self) -> Vec<Token> {
        let stream =
            TokenStream::from_str(&self.text).unwrap_or_else(|error| panic!("{}: {error}", self.path));
        let mut tokens = Vec::new();
        flatten(stream, &mut tokens);
        tokens
    }

    /// Returns the tokens that are compiled into the library: none of a file of tests, and no items under
    /// `#[cfg(test)]`.
    pub(crate) fn shipped_tokens(&self) -> Vec<Token> {
        if self.path.ends_with("/tests.rs") || self.path.contains("/tests/") {
            return Vec::new();
        }
        without_tests(self.tokens())
    }
}

/// Returns the Rust files of a directory of the workspace, sorted by path; `""` is the whole workspace.
pub(crate) fn under(folder: &str) -> Vec<Source> {
    // Tests run in the directory of their package. A path stored at compile time might belong to another checkout.
    let root = Path::new("..");
    let mut paths = Vec::new();
    collect(&root.join(folder), &mut paths);
    paths.sort();
    paths
        .iter()
        .map(|path| Source {
            path: path.strip_prefix(root).expect("found below the root").to_string_lossy().replace('\\', "/"),
            text: fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
        })
        .collect()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("a readable folder").path();
        let name = path.file_name().expect("an entry has a name").to_string_lossy();
        // UI cases are programs of users, some with mistakes, and follow none of these rules.
        let foreign = name.starts_with('.') || ["target", "node_modules", "ui"].contains(&&*name);
        if path.is_dir() && !foreign {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    let mut half_of_path_separator = false;
    for tree in stream {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                tokens.push(Token { line, word: open.to_owned() });
                flatten(group.stream(), tokens);
                tokens.push(Token { line: group.span_close().start().line, word: close.to_owned() });
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' && half_of_path_separator => {
                half_of_path_separator = false;
                tokens.push(Token { line, word: "::".to_owned() });
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' && punct.spacing() == Spacing::Joint => {
                half_of_path_separator = true;
            }
            TokenTree::Punct(punct) => tokens.push(Token { line, word: punct.to_string() }),
            TokenTree::Ident(ident) => tokens.push(Token { line, word: ident.to_string() }),
            TokenTree::Literal(_) => tokens.push(Token { line, word: String::new() }),
        }
    }
}

/// Removes each `#[cfg(test)]` and the item after it, which ends at its first `;` or closing brace.
fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        kept.push(token);
        if kept.len() >= MARK.len() && kept.iter().rev().zip(MARK.iter().rev()).all(|(a, b)| a.word == *b) {
            kept.truncate(kept.len() - MARK.len());
            let mut depth = 0_usize;
            for token in rest.by_ref() {
                match token.word.as_str() {
                    "{" | "(" | "[" => depth += 1,
                    "}" | ")" | "]" => depth -= 1,
                    _ => {}
                }
                if depth == 0 && (token.word == "}" || token.word == ";") {
                    break;
                }
            }
        }
    }
    kept
}

#[test]
fn test_code_is_not_shipped() {
    let source = Source::synthetic(
        "ws-runtime/src/a.rs",
        "fn a() {}\n#[cfg(test)]\n#[derive(A)]\nmod tests { fn b() { c(); } }\n#[cfg(test)]\nuse d;\nfn e() {}",
    );
    let words: Vec<_> = source.shipped_tokens().into_iter().map(|token| token.word).collect();
    assert_eq!(words.concat(), "fna(){}fne(){}");
    assert!(Source::synthetic("ws-runtime/src/a/tests.rs", "fn a() {}").shipped_tokens().is_empty());
}
