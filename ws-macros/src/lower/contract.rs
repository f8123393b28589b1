//! The contract: path and types known to both ends.

use syn::{Generics, LitStr, Type};

use super::{
    attributes,
    borrow::{self, BORROWED},
    contract_bounds, inline, key_homes,
    mentions::{is_complete, mentions, names},
    paths::{self, Templates},
    strings,
    target::{self, Site},
};
use crate::{
    diagnostics::Diagnostics,
    model::{Contract, Declared, DocPart, Params, Stated},
    render, span,
    syntax::{Arguments, Item, Keys, Slot, Strings, Subject},
    types,
};

/// Lowers `#[ws_contract]`. Returns `None` if there is no struct.
pub(crate) fn contract(arguments: Arguments, item: Item, errors: &mut Diagnostics) -> Option<Stated> {
    key_homes::in_contract(&arguments.given, errors);
    if let Some(Subject::Contract(other)) = &arguments.subject {
        errors.on(other, "expected a path, found a type\nhelp: write `#[ws_contract(\"/chat\")]`");
    } else if arguments.subject.is_none() {
        errors.at(
            arguments.span,
            "expected a path as the first argument\nhelp: write `#[ws_contract(\"/chat\")]`",
        );
    }
    let root = arguments.keys.root.value().cloned();
    let Site { target, generics, item, .. } = target::structure(item, root, errors);
    let docs = item.map(|structure| attributes::docs(&structure.attributes)).unwrap_or_default();
    let paths = match &arguments.subject {
        Some(Subject::Paths(paths)) => Some(paths),
        _ => None,
    };
    let mut contract = read(paths, &arguments.keys, arguments.is_complete, docs, &generics, errors);
    let mut target = target?;
    target.contract_bounds = contract_bounds::read(&contract, &generics);
    let tokens = arguments.tokens;
    name_params(&mut contract, |name| mentions(&tokens, name) || names(&target.self_type, name));
    Some(Stated { target, contract })
}

/// Reads the contract from the keys. If the path is missing, it is `/`, so that code that depends on the contract
/// compiles. If an argument could not be parsed (`is_complete` is false), every type that is not set counts as hidden,
/// because that argument may have set it.
pub(super) fn read(
    paths: Option<&Strings>,
    keys: &Keys,
    is_complete: bool,
    docs: Vec<DocPart>,
    generics: &Generics,
    errors: &mut Diagnostics,
) -> Contract {
    let mut template = match paths {
        Some(paths) => paths::read(paths, errors),
        None => Templates::unknown(),
    };
    let place = template.paths.first().map_or_else(span::here, LitStr::span);
    let are_known = inline::check(&mut template.captures, generics, errors);
    let mut declared = |slot: &Slot<Type>| declared(slot, is_complete, errors);
    let (query, header, cookie) = (declared(&keys.query), declared(&keys.header), declared(&keys.cookie));
    let (body, response, params) = (declared(&keys.body), declared(&keys.response), declared(&keys.params));
    let response = sent(response, errors);
    let params = if let Some(given) = keys.params.span() {
        if let Some(capture) = template.captures.iter().find(|capture| capture.ty.is_some()) {
            errors.at(
                given,
                format!(
                    "the types of the captures are declared twice: by `params`, and by `{{{}: …}}` in the path\n\
                     help: remove one of them",
                    capture.name
                ),
            );
        } else if template.captures.is_empty() && paths.is_some() {
            errors.at(
                given,
                "`params` is set, but the path has no captures\nhelp: write captures as `{name}`, or remove `params`",
            );
        }
        match params {
            Declared::Type(given) => Params::Given(given),
            Declared::Unset | Declared::Unknown => Params::Unknown,
        }
    } else if !template.is_whole || !is_complete || !are_known {
        Params::Unknown
    } else if template.captures.is_empty() {
        Params::None
    } else {
        Params::Inline(inline::structure(template.captures, place))
    };
    Contract {
        paths: template.paths,
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

/// Gives the generated struct a name that the user's code does not use.
pub(super) fn name_params(contract: &mut Contract, named: impl Fn(&str) -> bool) {
    if let Params::Inline(structure) = &mut contract.params {
        let kinds = || structure.captures.iter().filter_map(|capture| capture.ty.as_ref());
        structure.name =
            inline::name(structure.span, |name| named(name) || kinds().any(|ty| names(ty, name)));
    }
}

/// Reads a type of the contract.
fn declared(slot: &Slot<Type>, is_complete: bool, errors: &mut Diagnostics) -> Declared {
    match (slot.span(), slot.value()) {
        (Some(_), Some(ty)) if may_be_declared(ty, errors) => Declared::Type(Box::new(ty.clone())),
        (None, _) if is_complete => Declared::Unset,
        _ => Declared::Unknown,
    }
}

/// Rejects `()` as the response, because a handler that returns `()` sends nothing.
fn sent(response: Declared, errors: &mut Diagnostics) -> Declared {
    match response.given() {
        Some(Type::Tuple(tuple)) if tuple.elems.is_empty() => {
            errors
                .on(tuple, "`response` cannot be `()`\nhelp: remove the key if the server sends no messages");
            Declared::Unknown
        }
        _ => response,
    }
}

/// Returns true if a type may be part of a contract, as far as its tokens show. Mistakes are reported.
fn may_be_declared(ty: &Type, errors: &mut Diagnostics) -> bool {
    if !is_complete(ty) {
        let found = render::code(ty);
        errors.on(
            ty,
            format!(
                "a type of the contract must have a name, found `{found}`\nhelp: write a struct or an enum"
            ),
        );
        return false;
    }
    if let Some(found) = borrow::find(ty) {
        errors.at(found.place, BORROWED);
        return false;
    }
    if let Some(way) = sized(ty) {
        let found = render::code(ty);
        errors.on(
            ty,
            format!("a type of the contract must have a known size, found `{found}`\nhelp: write `{way}`"),
        );
        return false;
    }
    if names(ty, "Rc") {
        let found = render::code(ty);
        errors
            .on(ty, format!("a type of the contract must be `Send`, found `{found}`\nhelp: remove the `Rc`"));
        return false;
    }
    true
}

/// Returns the owned type that replaces an unsized type; `None` if the type is sized.
fn sized(ty: &Type) -> Option<String> {
    match ty {
        Type::Group(group) => sized(&group.elem),
        Type::Paren(paren) => sized(&paren.elem),
        Type::Slice(slice) => Some(format!("Vec<{}>", render::code(&slice.elem))),
        Type::Path(_) if types::is_called(ty, &["str"]) => Some("String".to_owned()),
        _ => None,
    }
}
