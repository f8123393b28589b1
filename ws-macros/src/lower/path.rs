//! The grammar of a path: segments after slashes, captures in braces, the rest of the path last.

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{LitStr, Type, ext::IdentExt, parse::Parser};

use crate::{diagnostics::Diagnostics, model::Capture};

/// A path that was read.
pub(super) struct Template {
    /// The path without types.
    pub(super) path: LitStr,
    pub(super) captures: Vec<Capture>,
}

/// Reads a path. What is wrong with it is reported and left out.
pub(super) fn read(literal: &LitStr, errors: &mut Diagnostics) -> Template {
    let text = literal.value();
    let mut reader = Reader { span: literal.span(), captures: Vec::new(), errors };
    let path = reader.path(&text);
    Template { path: LitStr::new(&path, literal.span()), captures: reader.captures }
}

struct Reader<'a> {
    span: Span,
    captures: Vec<Capture>,
    errors: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn error(&mut self, message: impl std::fmt::Display) {
        self.errors.at(self.span, message);
    }

    fn path(&mut self, text: &str) -> String {
        let Some(rest) = text.strip_prefix('/') else {
            let found = found(text);
            let help = match text.split_once("://").map(|(_, after)| after.find('/').map(|at| &after[at..])) {
                Some(path) => format!(
                    "the server has the address, a route the path alone: `\"{}\"`",
                    path.unwrap_or("/")
                ),
                None => format!("write `\"/{text}\"`"),
            };
            self.error(format!("a path begins with `/`, found {found}\nhelp: {help}"));
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

    /// Reads a segment and gives it back without a type.
    fn segment(&mut self, segment: &str, last: bool) -> String {
        if segment.is_empty() && !last {
            self.error("a segment of the path is empty\nhelp: write one `/` where there are two");
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
                self.error(format!("a capture is not closed in `{segment}`\nhelp: write `{{{name}}}`"));
            }
            (opened, closed) if opened < closed => {
                self.error(format!("a capture is not opened in `{segment}`\nhelp: write `{{{name}}}`"));
            }
            _ => self.error(format!(
                "a capture is a whole segment, found `{segment}`\nhelp: capture the segment, and take it apart in the type of its field"
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
            self.capture_without_braces(segment, capture);
        } else if let Some(inner) = segment.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            self.brackets(segment, inner);
        } else if matches!(segment, "." | "..") {
            self.error(format!(
                "`{segment}` is never sent in a path, for clients resolve it\nhelp: write the path that it leads to"
            ));
        } else if segment.contains('?') {
            self.error("a path ends before `?`\nhelp: the query is a type of its own: `query = Join`");
        } else if segment.contains('#') {
            self.error("a path ends before `#`: a fragment is never sent\nhelp: leave it out");
        } else if let Some(odd) = segment.chars().find(|letter| is_encoded(*letter)) {
            let found = if odd == ' ' { "a space".to_owned() } else { format!("`{}`", odd.escape_debug()) };
            let encoded = encoded(segment);
            self.error(format!("a path is sent percent-encoded, found {found}\nhelp: write `{encoded}`"));
        }
    }

    /// As frameworks have them whose routes are files.
    fn brackets(&mut self, segment: &str, inner: &str) {
        if let Some(optional) = inner.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            self.optional(segment, optional.trim_start_matches('.'));
        } else if let Some(tail) = inner.strip_prefix("...") {
            self.tail_without_braces(segment, tail);
        } else {
            self.capture_without_braces(segment, inner);
        }
    }

    fn capture_without_braces(&mut self, found: &str, name: &str) {
        let name = if name.is_empty() { "name" } else { name };
        self.error(format!("a capture stands in braces, found `{found}`\nhelp: write `{{{name}}}`"));
    }

    fn tail_without_braces(&mut self, found: &str, name: &str) {
        let name = if name.is_empty() { "rest" } else { name };
        self.error(format!(
            "the rest of a path stands in braces, found `{found}`\nhelp: write `{{*{name}}}`"
        ));
    }

    /// As other frameworks have them: a segment that may be missing.
    fn optional(&mut self, found: &str, name: &str) {
        self.error(format!(
            "a capture cannot be optional, found `{found}`\n\
             help: a path without `{name}` is a route of its own, or `{name}` is read from the query"
        ));
    }

    /// Reads what stands between braces.
    fn capture(&mut self, inner: &str, last: bool) -> String {
        let (star, inner) = match inner.strip_prefix('*') {
            Some(rest) => ("*", rest),
            None => ("", inner),
        };
        let (name, kind) = match inner.split_once(':') {
            Some((name, kind)) => (name.trim(), Some(kind.trim())),
            None => (inner.trim(), None),
        };
        if !star.is_empty() && !last {
            self.error(format!("`{{*{name}}}` is the rest of the path, so nothing can follow it\nhelp: put it last, or capture one segment: `{{{name}}}`"));
        }
        let field = self.field(name);
        let kind = kind.and_then(|kind| self.kind(name, kind));
        if let Some(field) = field {
            if self.captures.iter().any(|capture| capture.name == name) {
                self.error(format!(
                    "two captures are named `{name}`\nhelp: each is a field, so each needs a name of its own"
                ));
            } else {
                self.captures.push(Capture { field, name: name.to_owned(), kind });
            }
        }
        format!("{{{star}{name}}}")
    }

    /// A capture's name as the name of a field.
    fn field(&mut self, name: &str) -> Option<Ident> {
        let word = |text| (|input: syn::parse::ParseStream<'_>| input.call(Ident::parse_any)).parse_str(text);
        match word(name) {
            Ok(_) if ["self", "Self", "super", "crate", "_"].contains(&name) => {
                self.error(format!(
                    "a capture cannot be named `{name}`, for a field cannot be\nhelp: give it another name"
                ));
                None
            }
            Ok(word) if word == name && !name.starts_with("r#") => {
                Some(match syn::parse_str::<Ident>(name) {
                    Ok(_) => Ident::new(name, self.span),
                    Err(_) => Ident::new_raw(name, self.span),
                })
            }
            _ if name.len() > 1 && name.ends_with('?') => {
                self.optional(&format!("{{{name}}}"), name.trim_end_matches('?'));
                None
            }
            _ if name.is_empty() => {
                self.error("a capture has no name\nhelp: write `{name}`");
                None
            }
            _ => {
                // A keyword's field is raw, but not its name in the path.
                let bare = name.strip_prefix("r#").unwrap_or(name);
                let guess = bare.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
                let help = match word(&guess) {
                    Ok(_) if guess.contains(|letter: char| letter != '_') => format!("write `{{{guess}}}`"),
                    _ => "write `{name}`".to_owned(),
                };
                self.error(format!("a capture is named like a field, found `{name}`\nhelp: {help}"));
                None
            }
        }
    }

    fn kind(&mut self, name: &str, text: &str) -> Option<Type> {
        match LitStr::new(text, self.span).parse::<Type>() {
            Ok(Type::ImplTrait(_) | Type::TraitObject(_)) => {
                self.error(format!(
                    "the type of `{{{name}}}` is made of a segment, found `{text}`\nhelp: write `{{{name}: u32}}`, or another type with a name"
                ));
                None
            }
            Ok(kind) if !kind.to_token_stream().is_empty() => Some(kind),
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

/// Whether a letter of a path is encoded by whoever sends it (WHATWG URL §1.3, the path percent-encode set).
fn is_encoded(letter: char) -> bool {
    !letter.is_ascii_graphic() || ['"', '<', '>', '`', '^'].contains(&letter)
}

fn encoded(segment: &str) -> String {
    let letters = segment.bytes().map(|byte| match char::from(byte) {
        letter if is_encoded(letter) => format!("%{byte:02X}"),
        letter => letter.to_string(),
    });
    letters.collect::<Vec<_>>().concat()
}

fn found(text: &str) -> String {
    if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") }
}
