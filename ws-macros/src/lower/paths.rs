//! The paths of a route and the captures of all of them.

use syn::{LitStr, Type};

use super::path::{self, Template};
use crate::{diagnostics::Diagnostics, model::Capture, render, span, syntax::Strings};

/// The parsed paths of a route.
pub(super) struct Templates {
    /// The paths without types; the first is the name of the route.
    pub(super) paths: Vec<LitStr>,
    /// The captures of all paths, each once.
    pub(super) captures: Vec<Capture>,
    /// True if the paths have no mistakes, so that all captures are known.
    pub(super) is_whole: bool,
}

impl Templates {
    /// The path `/` in place of paths that could not be read.
    pub(super) fn unknown() -> Self {
        Self { paths: vec![LitStr::new("/", span::here())], captures: Vec::new(), is_whole: false }
    }
}

/// Parses the paths. Mistakes are reported and left out.
pub(super) fn read(list: &Strings, errors: &mut Diagnostics) -> Templates {
    if list.items.is_empty() {
        errors.at(list.span, "expected at least one path\nhelp: write `\"/chat\"`, or a list such as `[\"/chat\", \"/chat/{room}\"]`");
        return Templates::unknown();
    }
    let mut all = Templates { paths: Vec::new(), captures: Vec::new(), is_whole: true };
    let mut shapes: Vec<String> = Vec::new();
    for literal in &list.items {
        let Template { path, captures, is_whole } = path::read(literal, errors);
        all.is_whole &= is_whole;
        let text = path.value();
        let shape = shape(&text);
        if let Some(earlier) = shapes.iter().position(|earlier| *earlier == shape).filter(|_| is_whole) {
            let earlier = all.paths[earlier].value();
            errors.at(
                literal.span(),
                if earlier == text {
                    format!("duplicate path `{text}`\nhelp: remove one of them")
                } else {
                    format!(
                        "`{text}` matches the same requests as `{earlier}`\nhelp: remove one of the paths"
                    )
                },
            );
            all.is_whole = false;
        }
        let is_first = all.paths.is_empty();
        all.merge(captures, is_first, literal, errors);
        all.paths.push(path);
        shapes.push(shape);
    }
    all
}

impl Templates {
    /// Adds the captures of one path. A capture that another path lacks is optional.
    fn merge(&mut self, captures: Vec<Capture>, is_first: bool, literal: &LitStr, errors: &mut Diagnostics) {
        for known in &mut self.captures {
            known.is_optional |= captures.iter().all(|capture| capture.name != known.name);
        }
        for capture in captures {
            let Some(known) = self.captures.iter_mut().find(|known| known.name == capture.name) else {
                self.captures.push(Capture { is_optional: !is_first, ..capture });
                continue;
            };
            let [before, now] = [&known.ty, &capture.ty].map(|ty| written(ty.as_ref()));
            if before != now {
                let name = &capture.name;
                let help = if before == "String" { String::new() } else { format!(": {before}") };
                errors.at(
                    literal.span(),
                    format!(
                        "the capture `{name}` has two types: `{before}` in an earlier path, and `{now}` here\n\
                         help: write `{{{name}{help}}}` in each path, or rename one of them"
                    ),
                );
                self.is_whole = false;
            }
        }
    }
}

/// A type as written; `String` if none is.
fn written(ty: Option<&Type>) -> String {
    ty.map_or_else(|| "String".to_owned(), render::code)
}

/// A path without the names of its captures. Two paths of one shape match the same requests.
fn shape(path: &str) -> String {
    let segment = |segment: &str| match segment.strip_prefix('{') {
        Some(capture) if capture.starts_with('*') => "{*}".to_owned(),
        Some(_) => "{}".to_owned(),
        None => segment.to_owned(),
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}
