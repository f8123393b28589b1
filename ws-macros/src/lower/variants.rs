//! Reads handlers of single variants: `message_join` takes the content of `Say::Join`.

use proc_macro2::Ident;
use syn::{Attribute, Pat, Path, PathArguments, Token, Type, ext::IdentExt};

use super::{
    markers::Markers,
    mentions::{names, parameter},
    signature::{self, ValueArgument},
};
use crate::{
    diagnostics::Diagnostics,
    model::{Arm, Content, Field, Target},
    render, span,
    syntax::Method,
    types::is_called,
    vocabulary::{HANDLERS, HandlerKind},
};

/// Reads the handler `message_<variant>`; `None` after a mistake.
pub(super) fn arm(method: Method, variant: &str, errors: &mut Diagnostics) -> Option<Arm> {
    let name = method.signature.ident.clone();
    let Markers { fields, variant: named } = Markers::read(&method, errors);
    let ident = if let Some(named) = named {
        hygienic(named)
    } else if let Ok(mut derived) = syn::parse_str::<Ident>(&camel(variant)) {
        derived.set_span(name.span());
        hygienic(derived)
    } else {
        errors.at(
            name.span(),
            format!(
                "expected the name of a variant after `message_` in `{name}`\n\
                 help: `message_join` handles `Join`; move other methods to an impl block without the attribute"
            ),
        );
        return None;
    };
    let word = HANDLERS.iter().find(|word| word.kind == HandlerKind::Message)?;
    let expected = format!("async fn {name}(&self, ws: &Socket<Self>, field: Field)");
    let (handler, values) = signature::of_variant(method, word, &expected, errors);
    let content = content(&name, fields.as_ref(), values, errors);
    Some(Arm { variant: ident, handler, content })
}

/// Returns the name with a hygienic span at the same position.
fn hygienic(mut name: Ident) -> Ident {
    name.set_span(span::at(name.span()));
    name
}

/// Reads the arguments as the content of the variant. A single argument takes the content of a newtype variant, or with
/// the marker the only field of a struct variant.
fn content(
    handler: &Ident,
    marker: Option<&Attribute>,
    mut values: Vec<ValueArgument>,
    errors: &mut Diagnostics,
) -> Content {
    if let Some(marker) = marker.filter(|_| values.is_empty()) {
        errors.on(
            marker.path(),
            format!("`#[ws_fields]` needs an argument for each field, and `{handler}` has none\nhelp: remove `#[ws_fields]`"),
        );
    }
    if marker.is_none() && values.len() < 2 {
        return values.pop().map_or(Content::Nothing, |value| Content::Newtype(Box::new(value.ty)));
    }
    let (mut fields, mut written): (Vec<Field>, Vec<String>) = (Vec::new(), Vec::new());
    for ValueArgument { pattern, ty } in values {
        let Some(name) = field(&pattern) else {
            let found = render::code(&pattern);
            errors.on(
                &pattern,
                format!(
                    "expected the name of a field of the variant, found `{found}`\n\
                     help: write `amount: u64`, or `_amount: u64` if it is unused"
                ),
            );
            continue;
        };
        let argument = render::code(&pattern);
        match fields.iter().position(|earlier| earlier.name == name) {
            None => {
                fields.push(Field { name, ty });
                written.push(argument);
            }
            // Two arguments have the same name.
            Some(earlier) if written[earlier] == argument => errors.by_the_compiler(),
            Some(_) => errors.on(
                &pattern,
                format!("duplicate argument for the field `{name}`\nhelp: remove one of the arguments"),
            ),
        }
    }
    Content::Fields(fields)
}

/// Returns the name of the field that an argument takes. A leading underscore, which marks an unused argument, is
/// removed. Returns `None` for a pattern.
fn field(pattern: &Pat) -> Option<Ident> {
    let Pat::Ident(argument) = pattern else { return None };
    if argument.subpat.is_some() {
        return None;
    }
    let name = argument.ident.unraw().to_string();
    let name = name.trim_start_matches('_');
    // A keyword becomes a raw identifier.
    let mut ident = syn::parse_str::<Ident>(name).or_else(|_| syn::parse_str(&format!("r#{name}"))).ok()?;
    ident.set_span(argument.ident.span());
    Some(ident)
}

/// Returns the message type as a path to which a variant's name can be appended: `Say::<u8>` for `Say<u8>`. Returns
/// `None` if the type cannot be an enum, which is reported.
pub(super) fn path(body: &Type, errors: &mut Diagnostics) -> Option<Path> {
    match body {
        Type::Group(group) => path(&group.elem, errors),
        Type::Paren(paren) => path(&paren.elem, errors),
        Type::Path(named) if named.qself.is_none() && !is_not_an_enum(body) => {
            let mut path = named.path.clone();
            for segment in &mut path.segments {
                if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
                    arguments.colon2_token.get_or_insert_with(<Token![::]>::default);
                }
            }
            Some(path)
        }
        other => {
            let found = render::code(other);
            errors.on(
                other,
                format!("expected an enum, because its variants have handlers, found `{found}`\nhelp: write the enum or a `type` alias of it, or replace the handlers by `message`"),
            );
            None
        }
    }
}

/// Returns true for types of the standard library that are not enums.
fn is_not_an_enum(ty: &Type) -> bool {
    is_called(ty, &["String", "Vec", "Box"])
}

/// Returns the name of the enum as its alias; `None` if its type contains a type parameter, or if the route has the
/// same name.
pub(super) fn alias(path: &Path, body: &Type, target: &Target) -> Option<Ident> {
    let name = &path.segments.last()?.ident;
    let bound = parameter(body, &target.generics).is_some();
    (!bound && !names(&target.self_type, &name.to_string())).then(|| name.clone())
}

/// Converts `join_room` to `JoinRoom`.
fn camel(name: &str) -> String {
    name.split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().map(char::to_uppercase).into_iter().flatten().chain(letters)
        })
        .collect()
}
