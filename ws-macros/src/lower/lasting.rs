//! Parameters that may stand for types that borrow.

use proc_macro2::Ident;
use syn::{Generics, TypeParamBound, WherePredicate, parse_quote};

use super::{handlers::Found, mentions::names};
use crate::{diagnostics::Diagnostics, shown, vocabulary::Kind};

/// Traits that a type may have whether it borrows or not. They go by their names: of another trait of such a name, `'static` is
/// demanded even where that is implied.
const OF_ANY: &[&str] = &[
    "Send",
    "Sync",
    "Sized",
    "Unpin",
    "Copy",
    "Clone",
    "Debug",
    "ToString",
    "Display",
    "Default",
    "PartialEq",
    "Eq",
    "PartialOrd",
    "Ord",
    "Hash",
    "Into",
    "AsRef",
    "Fn",
    "FnMut",
    "FnOnce",
    "Serialize",
    "DeserializeOwned",
    "JsonSchema",
];

/// Reports the parameters that may borrow, where a handler takes the connection: the compiler would say it of each that does.
/// Where there are any, the generics are given back as they should be.
pub(super) fn check(generics: &Generics, found: &Found, errors: &mut Diagnostics) -> Option<Generics> {
    if !takes_connection(found) {
        return None;
    }
    let mut mended = generics.clone();
    let mut all_last = true;
    for parameter in mended.type_params_mut() {
        let name = &parameter.ident;
        if bounds(generics, name).any(rules_borrowing_out) {
            continue;
        }
        all_last = false;
        let mut asked: Vec<String> = parameter.bounds.iter().map(shown::code).collect();
        for usual in ["Send", "Sync", "'static"] {
            if !asked.iter().any(|bound| bound == usual) {
                asked.push(usual.to_owned());
            }
        }
        let asked = asked.join(" + ");
        errors.at(
            name.span(),
            format!("a route cannot borrow, and `{name}` may\nhelp: write `{name}: {asked}`"),
        );
        parameter.bounds.extend::<[TypeParamBound; 3]>([
            parse_quote!(::core::marker::Send),
            parse_quote!(::core::marker::Sync),
            parse_quote!('static),
        ]);
    }
    (!all_last).then_some(mended)
}

/// Whether a handler that is there in any case takes the handshake or the socket, which name the route.
fn takes_connection(found: &Found) -> bool {
    let handlers = found.handlers.iter().chain(found.arms.iter().map(|arm| &arm.handler));
    handlers
        .filter(|handler| !matches!(handler.kind, Kind::Parse | Kind::Transform))
        .any(|handler| handler.first.is_some() && handler.conditions.is_empty())
}

/// All that is asked of a parameter, and of types that it is part of.
fn bounds<'a>(generics: &'a Generics, name: &Ident) -> impl Iterator<Item = &'a TypeParamBound> {
    let text = name.to_string();
    let own = generics.type_params().filter(move |parameter| parameter.ident == text);
    let text = name.to_string();
    let predicates = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let others = predicates.filter_map(move |predicate| match predicate {
        WherePredicate::Type(asked) if names(&asked.bounded_ty, &text) => Some(&asked.bounds),
        _ => None,
    });
    own.map(|parameter| &parameter.bounds).chain(others).flatten()
}

fn rules_borrowing_out(bound: &TypeParamBound) -> bool {
    match bound {
        TypeParamBound::Trait(bound) => {
            let name = bound.path.segments.last().map(|segment| segment.ident.to_string());
            name.is_none_or(|name| !OF_ANY.contains(&&*name))
        }
        TypeParamBound::Lifetime(lifetime) => lifetime.ident == "static",
        _ => true,
    }
}
