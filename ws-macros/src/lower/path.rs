//! Reads a path: segments, captures in braces, and `{*rest}` at the end.

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{LitStr, Type, ext::IdentExt, parse::Parser};

use super::{mentions::is_complete, percent};
use crate::{diagnostics::Diagnostics, model::Capture};

/// A parsed path.
pub(super) struct Template {
    /// The path without the types of its captures.
    pub(super) path: LitStr,
    pub(super) captures: Vec<Capture>,
    /// True if the path has no mistakes, so that all of its captures are known.
    pub(super) is_whole: bool,
}

/// Parses a path. Wrong segments are reported and omitted.
pub(super) fn read(literal: &LitStr, errors: &mut Diagnostics) -> Template {
    let text = literal.value();
    let mut reader = PathReader { span: literal.span(), captures: Vec::new(), is_whole: true, errors };
    let path = reader.path(&text);
    let PathReader { captures, is_whole, .. } = reader;
    Template { path: LitStr::new(&path, literal.span()), captures, is_whole }
}

struct PathReader<'a> {
    span: Span,
    captures: Vec<Capture>,
    is_whole: bool,
    errors: &'a mut Diagnostics,
}

impl PathReader<'_> {
    fn error(&mut self, message: impl std::fmt::Display) {
        self.is_whole = false;
        self.errors.at(self.span, message);
    }

    fn path(&mut self, text: &str) -> String {
        let Some(rest) = text.strip_prefix('/') else {
            let found = found(text);
            let help = match text.split_once("://").map(|(_, after)| after.find('/').map(|at| &after[at..])) {
                Some(path) => format!("remove the scheme and host: write `\"{}\"`", path.unwrap_or("/")),
                None => format!("write `\"/{}\"`", text.trim_start_matches(['.', '/', '\\'])),
            };
            self.error(format!("a path must start with `/`, found {found}\nhelp: {help}"));
            return "/".to_owned();
        };
        let segments: Vec<&str> = rest.split('/').collect();
        let last = segments.len() - 1;
        let mut path = String::new();
        for (index, segment) in segments.into_iter().enumerate() {
            path.push('/');
            path.push_str(&self.segment(segment, index == last));
        }
        path
    }

    /// Parses a segment and returns it without the type of its capture.
    fn segment(&mut self, segment: &str, last: bool) -> String {
        if segment.is_empty() && !last {
            self.error("empty path segment\nhelp: remove the second of the two slashes");
        } else if let Some(inner) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'))
            && !inner.contains(['{', '}'])
        {
            return self.capture(inner, last);
        } else if segment.contains(['{', '}']) {
            self.braces(segment);
        } else {
            self.literal(segment);
        }
        segment.to_owned()
    }

    fn braces(&mut self, segment: &str) {
        let inner = segment.replace(['{', '}'], "");
        let name = if syn::parse_str::<Ident>(&inner).is_ok() { &*inner } else { "name" };
        match (segment.matches('{').count(), segment.matches('}').count()) {
            (opened, closed) if opened > closed => {
                self.error(format!("missing `}}` in `{segment}`\nhelp: write `{{{name}}}`"));
            }
            (opened, closed) if opened < closed => {
                self.error(format!("missing `{{` in `{segment}`\nhelp: write `{{{name}}}`"));
            }
            _ => self.error(format!(
                "a capture must be a whole path segment, found `{segment}`\nhelp: capture the whole segment, and parse its parts in the type of the capture"
            )),
        }
    }

    fn literal(&mut self, segment: &str) {
        if let Some(optional) = segment.strip_prefix(':').and_then(|capture| capture.strip_suffix('?')) {
            self.optional(segment, optional);
        } else if let Some(capture) = segment.strip_prefix(':') {
            self.capture_without_braces(segment, capture);
        } else if let Some(tail) = segment.strip_prefix('*') {
            self.tail_without_braces(segment, tail);
        } else if let Some(capture) = segment.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) {
            match capture.strip_suffix("..") {
                Some(tail) => self.tail_without_braces(segment, tail),
                None => self.capture_without_braces(segment, capture),
            }
        } else if let Some(inner) = segment.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            self.brackets(segment, inner);
        } else if matches!(&*segment.to_ascii_lowercase().replace("%2e", "."), "." | "..") {
            self.error(format!(
                "`{segment}` can never match, because clients resolve it before they send the path\nhelp: write the resolved path"
            ));
        } else if segment.contains('?') {
            self.error(
                "a path cannot contain a query string\nhelp: declare the type of the query: `query = Join`",
            );
        } else if segment.contains('#') {
            self.error("a path cannot contain a fragment, because clients do not send it\nhelp: remove the `#` and everything after it");
        } else if segment.contains('\\') {
            let slashed = segment.replace('\\', "/");
            self.error(format!(
                "a path cannot contain a backslash, because browsers send `/` instead, found `{segment}`\nhelp: write `{slashed}`"
            ));
        } else if let Some(odd) = percent::odd(segment) {
            let found = if odd == ' ' { "a space".to_owned() } else { format!("`{}`", odd.escape_debug()) };
            let encoded = percent::encoded(segment);
            self.error(format!("expected a percent-encoded path, found {found}\nhelp: write `{encoded}`"));
        }
    }

    /// Reports captures in brackets, as in file-based routes.
    fn brackets(&mut self, segment: &str, inner: &str) {
        if let Some(optional) = inner.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            self.optional(segment, optional);
        } else if let Some(tail) = inner.strip_prefix("...") {
            self.tail_without_braces(segment, tail);
        } else {
            self.capture_without_braces(segment, inner);
        }
    }

    fn capture_without_braces(&mut self, found: &str, name: &str) {
        // Some frameworks write a type before the name.
        if let Some(("path", tail)) = name.split_once(':') {
            return self.tail_without_braces(found, tail);
        }
        let name = name.rsplit(':').find_map(word).unwrap_or("name");
        self.error(format!("captures are written `{{{name}}}`, not `{found}`"));
    }

    fn tail_without_braces(&mut self, found: &str, name: &str) {
        let name = word(name).unwrap_or("rest");
        self.error(format!("captures of the rest of the path are written `{{*{name}}}`, not `{found}`"));
    }

    /// Reports an optional segment, which other frameworks support.
    fn optional(&mut self, found: &str, name: &str) {
        let name = word(name).unwrap_or("name");
        self.error(format!(
            "a capture cannot be optional, found `{found}`\n\
             help: write a list of two paths, with and without `{name}`, or read `{name}` from the query"
        ));
    }

    /// Parses the text between braces.
    fn capture(&mut self, inner: &str, last: bool) -> String {
        if is_tail(inner) {
            self.tail_without_braces(&format!("{{{inner}}}"), inner);
            return format!("{{*{}}}", word(inner).unwrap_or("rest"));
        }
        let (star, inner) = match inner.strip_prefix('*') {
            Some(rest) => ("*", rest),
            None => ("", inner),
        };
        let (name, ty) = match inner.split_once(':') {
            Some((name, ty)) => (name.trim(), Some(ty.trim())),
            None => (inner.trim(), None),
        };
        if name.is_empty() {
            let help = match ty {
                _ if !star.is_empty() => "*rest",
                Some(name) if word(name) == Some(name) => name,
                _ => "name",
            };
            self.error(format!("missing name of a capture\nhelp: write `{{{help}}}`"));
            return format!("{{{star}name}}");
        }
        if !star.is_empty() && !last {
            self.error(format!("`{{*{name}}}` must be the last segment, because it matches the rest of the path\nhelp: move it to the end, or capture one segment with `{{{name}}}`"));
        }
        let field = self.field(name);
        let ty = ty.and_then(|ty| self.ty(name, ty));
        if let Some(field) = field {
            if self.captures.iter().any(|capture| capture.name == name) {
                self.error(format!(
                    "duplicate capture `{name}`\nhelp: rename one of them: both would be fields of the same struct"
                ));
            } else {
                self.captures.push(Capture {
                    field,
                    name: name.to_owned(),
                    ty,
                    place: self.span,
                    is_optional: false,
                });
            }
        }
        format!("{{{star}{name}}}")
    }

    /// Returns the name of a capture as a field name; `None` if it is invalid, which is reported.
    fn field(&mut self, name: &str) -> Option<Ident> {
        let word = |text| (|input: syn::parse::ParseStream<'_>| input.call(Ident::parse_any)).parse_str(text);
        match word(name) {
            Ok(_) if ["self", "Self", "super", "crate", "_"].contains(&name) => {
                self.error(format!(
                    "a capture cannot be named `{name}`, which is not a valid field name\nhelp: rename it"
                ));
                None
            }
            Ok(word) if word == name && !name.starts_with("r#") => {
                // `gen` is a keyword of the 2024 edition, but the parser accepts it as an identifier.
                let plain = name != "gen" && syn::parse_str::<Ident>(name).is_ok();
                Some(if plain { Ident::new(name, self.span) } else { Ident::new_raw(name, self.span) })
            }
            _ if name.len() > 1 && name.ends_with('?') => {
                self.optional(&format!("{{{name}}}"), name.trim_end_matches('?'));
                None
            }
            _ => {
                // In the path, a keyword is written without `r#`.
                let bare = name.strip_prefix("r#").unwrap_or(name);
                let guess = bare.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
                let help = match word(&guess) {
                    Ok(_) if guess.contains(|letter: char| letter != '_') => format!("write `{{{guess}}}`"),
                    _ => "write `{name}`".to_owned(),
                };
                self.error(format!(
                    "expected a valid field name for the capture, found `{name}`\nhelp: {help}"
                ));
                None
            }
        }
    }

    fn ty(&mut self, name: &str, text: &str) -> Option<Type> {
        match LitStr::new(text, self.span).parse::<Type>() {
            Ok(ty) if !is_complete(&ty) => {
                self.error(format!(
                    "a path segment cannot be parsed as `{text}`, the type of `{name}`\nhelp: use a type that can be parsed, as in `{{{name}: u32}}`"
                ));
                None
            }
            Ok(ty) if !ty.to_token_stream().is_empty() => Some(ty),
            _ => {
                let found = found(text);
                self.error(format!(
                    "expected a type after `{name}:`, found {found}\nhelp: write `{{{name}: u32}}`"
                ));
                None
            }
        }
    }
}

/// Returns true for captures of the rest of a path in other notations: `...rest`, `rest..`, `rest*`, `**rest`,
/// `rest:.*`.
fn is_tail(inner: &str) -> bool {
    let (name, ty) = inner.split_once(':').unwrap_or((inner, ""));
    let name = name.trim();
    name.starts_with("..")
        || name.starts_with("**")
        || name.ends_with("..")
        || (name.len() > 1 && name.ends_with('*'))
        || matches!(ty.trim(), ".*" | ".+")
}

/// Returns the first word of a text that is a valid field name; `None` if there is none.
fn word(text: &str) -> Option<&str> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let text = text.trim_start_matches(|letter: char| !(letter.is_ascii_alphabetic() || letter == '_'));
    let end = text.find(|letter| !is_letter(letter)).unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}

fn found(text: &str) -> String {
    if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") }
}
