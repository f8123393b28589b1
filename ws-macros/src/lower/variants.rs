//! Handlers of single variants: `message_join` is called with what `Say::Join` holds.

use proc_macro2::Ident;
use syn::{Path, PathArguments, Token, Type};

use super::{
    mentions::{names, parameter},
    signature,
};
use crate::{
    diagnostics::Diagnostics,
    kind::is_called,
    model::{Arm, Target},
    shown, span,
    syntax::Method,
    vocabulary::{HANDLERS, Kind},
};

/// Reads `message_<variant>`.
pub(super) fn arm(method: Method, variant: &str, errors: &mut Diagnostics) -> Option<Arm> {
    let name = method.signature.ident.clone();
    let Ok(mut ident) = syn::parse_str::<Ident>(&camel(variant)) else {
        errors.at(
            name.span(),
            format!(
                "expected the name of a variant after `message_` in `{name}`\n\
                 help: `message_join` handles `Join`; other names go to an impl block without an attribute"
            ),
        );
        return None;
    };
    ident.set_span(span::at(name.span()));
    let word = HANDLERS.iter().find(|word| word.kind == Kind::Message)?;
    let expected = format!("async fn {name}(&self, ws: &Socket<Self>, field: Field)");
    let handler = signature::read(method, word, &expected, None, errors);
    Some(Arm { variant: ident, handler })
}

/// The message type as a path that a variant's name can follow: `Say<u8>` becomes `Say::<u8>`.
pub(super) fn path(body: &Type, errors: &mut Diagnostics) -> Option<Path> {
    match body {
        Type::Group(group) => path(&group.elem, errors),
        Type::Paren(paren) => path(&paren.elem, errors),
        Type::Path(named) if named.qself.is_none() && !is_no_enum(body) => {
            let mut path = named.path.clone();
            for segment in &mut path.segments {
                if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
                    arguments.colon2_token.get_or_insert_with(<Token![::]>::default);
                }
            }
            Some(path)
        }
        other => {
            let found = shown::code(other);
            errors.on(
                other,
                format!("expected the path of an enum, for its variants have handlers, found `{found}`\nhelp: name it by a `type` alias, or handle `message` whole"),
            );
            None
        }
    }
}

/// Types of the standard library, by their names.
fn is_no_enum(kind: &Type) -> bool {
    is_called(kind, &["String", "Vec", "Box"])
}

/// The name by which patterns can call the enum: its own, unless a parameter decides what the enum is, or the route's type has it.
pub(super) fn alias(path: &Path, body: &Type, target: &Target) -> Option<Ident> {
    let name = &path.segments.last()?.ident;
    let bound = parameter(body, &target.generics).is_some();
    (!bound && !names(&target.self_type, &name.to_string())).then(|| name.clone())
}

/// `join_room` names `JoinRoom`.
fn camel(name: &str) -> String {
    name.split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().map(char::to_uppercase).into_iter().flatten().chain(letters)
        })
        .collect()
}
