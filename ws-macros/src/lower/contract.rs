//! What both ends of a route know.

use syn::{Generics, LitStr, Type};

use super::{
    attributes,
    borrow::{self, BORROWED},
    demands, inline,
    mentions::{is_whole, mentions, names},
    path, places, strings,
    target::{self, Site},
};
use crate::{
    diagnostics::Diagnostics,
    model::{Contract, DocPart, Params, Stated},
    shown, span,
    syntax::{Arguments, Item, Keys, Slot, Subject},
};

/// `#[ws_contract]`.
pub(crate) fn contract(arguments: Arguments, item: Item, errors: &mut Diagnostics) -> Option<Stated> {
    places::in_contract(&arguments.given, errors);
    if let Some(Subject::Contract(other)) = &arguments.subject {
        errors.on(other, "expected a path, found a type\nhelp: write `#[ws_contract(\"/chat\")]`");
    } else if arguments.subject.is_none() {
        errors.at(arguments.span, "a contract begins with its path\nhelp: write `#[ws_contract(\"/chat\")]`");
    }
    let root = arguments.keys.root.value().cloned();
    let Site { target, generics, item, .. } = target::structure(item, root, errors);
    let docs = item.map(|structure| attributes::docs(&structure.attributes)).unwrap_or_default();
    let literal = match &arguments.subject {
        Some(Subject::Path(literal)) => Some(literal),
        _ => None,
    };
    let mut contract = read(literal, &arguments.keys, docs, &generics, errors);
    let mut target = target?;
    target.demands = demands::read(&contract, &generics);
    let tokens = arguments.tokens;
    name_params(&mut contract, |name| mentions(&tokens, name) || names(&target.self_type, name));
    Some(Stated { target, contract })
}

/// The contract that the keys state. Without a path it is the root's, so that what depends on it is still there.
pub(super) fn read(
    literal: Option<&LitStr>,
    keys: &Keys,
    docs: Vec<DocPart>,
    generics: &Generics,
    errors: &mut Diagnostics,
) -> Contract {
    let root = LitStr::new("/", span::here());
    let mut template = match literal {
        Some(literal) => path::read(literal, errors),
        None => path::Template { path: root, captures: Vec::new() },
    };
    let place = template.path.span();
    inline::check(&mut template.captures, place, generics, errors);
    let mut given = |slot: &Slot<Type>| owned(slot.value(), errors);
    let (query, header, cookie) = (given(&keys.query), given(&keys.header), given(&keys.cookie));
    let (body, response, params) = (given(&keys.body), given(&keys.response), given(&keys.params));
    let response = response.filter(|kind| is_sent(kind, errors));
    let params = if let Some(given) = keys.params.span() {
        if let Some(capture) = template.captures.iter().find(|capture| capture.kind.is_some()) {
            errors.at(
                given,
                format!(
                    "`params` says the types of the captures, and so does `{{{}: …}}` in the path\n\
                     help: keep one of them",
                    capture.name
                ),
            );
        } else if template.captures.is_empty() && literal.is_some() {
            errors.at(
                given,
                "`params` is given, but the path has no captures\nhelp: a capture is written `{name}`",
            );
        }
        params.map_or(Params::None, |given| Params::Given(Box::new(given)))
    } else if template.captures.is_empty() {
        Params::None
    } else {
        Params::Inline(inline::structure(template.captures, place))
    };
    Contract {
        path: template.path,
        docs,
        reserved_tag: keys.reserved_tag.value().cloned(),
        summary: keys.summary.value().cloned(),
        tags: keys.tags.value().map(|tags| strings::tags(tags, errors)).unwrap_or_default(),
        deprecated: keys.deprecated.value().copied().unwrap_or_default(),
        protocols: keys.protocols.value().map(|list| strings::protocols(list, errors)).unwrap_or_default(),
        params,
        query,
        header,
        cookie,
        body,
        response,
    }
}

/// Names the generated struct as nothing else is that the user names where it stands.
pub(super) fn name_params(contract: &mut Contract, named: impl Fn(&str) -> bool) {
    if let Params::Inline(structure) = &mut contract.params {
        let kinds = || structure.captures.iter().filter_map(|capture| capture.kind.as_ref());
        structure.name =
            inline::name(structure.span, |name| named(name) || kinds().any(|kind| names(kind, name)));
    }
}

/// A handler that returns `()` says nothing, so that it cannot be what a route sends.
fn is_sent(kind: &Type, errors: &mut Diagnostics) -> bool {
    let unit = matches!(kind, Type::Tuple(tuple) if tuple.elems.is_empty());
    if unit {
        errors.on(kind, "`response` is a type that is sent, found `()`\nhelp: leave it out where nothing is");
    }
    !unit
}

/// A type that may be one of the contract's as far as its tokens say.
fn owned(kind: Option<&Type>, errors: &mut Diagnostics) -> Option<Type> {
    let kind = kind?;
    if !is_whole(kind) {
        let found = shown::code(kind);
        errors.on(kind, format!("a type of the contract is known by its name, found `{found}`\nhelp: derive what it needs for a struct or an enum"));
        return None;
    }
    if let Some(found) = borrow::find(kind) {
        errors.at(found.place, BORROWED);
        return None;
    }
    Some(kind.clone())
}
