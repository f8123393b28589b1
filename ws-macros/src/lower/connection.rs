//! Finds connections without a route, or with another route than the block's, as in `&Socket` and `&Socket<ChatApi>`.
//!
//! The compiler would report each such argument and each of its uses. Therefore the mistake is reported once, and code
//! is generated with `Self`.

use syn::{
    AngleBracketedGenericArguments, FnArg, GenericArgument, PathArguments, PathSegment, Type, ext::IdentExt,
    parse_quote_spanned,
};

use crate::{
    diagnostics::Diagnostics,
    render,
    syntax::{Block, Method},
    types::last,
    vocabulary::{CONNECTIONS, HANDLERS},
};

/// Result of [`read`].
#[derive(Default)]
pub(super) struct Connections {
    /// Methods whose connection is rewritten to the route `Self`.
    pub(super) methods: Vec<String>,
    /// Types that handlers name as the route of their connection. The compiler checks that each is the route.
    pub(super) routes: Vec<Type>,
}

/// Reads the arguments of the block's methods and sets their route to `Self`.
pub(super) fn read(block: &mut Block, errors: &mut Diagnostics) -> Connections {
    let mut found = Connections::default();
    let own = last(&block.self_type).map(|last| last.ident.clone());
    // In a generic block, the types may use its parameters, so an assertion outside of the block cannot name them.
    let is_generic = !block.generics.params.is_empty();
    let mut is_reported = false;
    for method in &mut block.methods {
        let is_handler = is_handler(method);
        let name = method.signature.ident.to_string();
        for argument in &mut method.signature.inputs {
            let FnArg::Typed(argument) = argument else { continue };
            let Some(connection) = connection(&mut argument.ty) else { continue };
            let place = connection.ident.span();
            let is_wrong = match route(&connection.arguments) {
                RouteArgument::None => {
                    if !std::mem::replace(&mut is_reported, true) {
                        let ty = &connection.ident;
                        errors.at(
                            place,
                            format!("`{ty}` needs the type of its route\nhelp: write `&{ty}<Self>`"),
                        );
                    }
                    true
                }
                RouteArgument::Other(route) if is_handler && !is_generic => {
                    let is_other = last(route).is_some_and(|last| {
                        last.ident != "Self" && own.as_ref().is_none_or(|own| *own != last.ident)
                    });
                    if is_other
                        && !found.routes.iter().any(|known| render::code(known) == render::code(route))
                    {
                        found.routes.push(route.clone());
                    }
                    is_other
                }
                RouteArgument::Other(_) | RouteArgument::Unclear => false,
            };
            if is_wrong {
                let own: AngleBracketedGenericArguments = parse_quote_spanned!(place=> <Self>);
                connection.arguments = PathArguments::AngleBracketed(own);
                found.methods.push(name.clone());
            }
        }
    }
    found
}

fn is_handler(method: &Method) -> bool {
    let name = method.signature.ident.unraw().to_string();
    name.starts_with("message_") || HANDLERS.iter().any(|word| word.kind.name() == name)
}

/// Returns the last path segment of `&Socket<…>`, with or without a path before it; `None` for other types. Types of
/// these names in other modules are not distinguished.
fn connection(ty: &mut Type) -> Option<&mut PathSegment> {
    match ty {
        Type::Reference(reference) => connection(&mut reference.elem),
        Type::Group(group) => connection(&mut group.elem),
        Type::Paren(paren) => connection(&mut paren.elem),
        Type::Path(named) if named.qself.is_none() => {
            let segments = &mut named.path.segments;
            let is_ours = segments.len() == 1 || segments.first()?.ident == "ws_runtime";
            segments.last_mut().filter(|last| is_ours && CONNECTIONS.iter().any(|name| last.ident == name))
        }
        _ => None,
    }
}

/// The type argument of a connection.
enum RouteArgument<'a> {
    None,
    Other(&'a Type),
    Unclear,
}

fn route(arguments: &PathArguments) -> RouteArgument<'_> {
    match arguments {
        PathArguments::None => RouteArgument::None,
        PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
            Some(GenericArgument::Type(ty)) if arguments.args.len() == 1 => {
                RouteArgument::Other(ungrouped(ty))
            }
            _ => RouteArgument::Unclear,
        },
        PathArguments::Parenthesized(_) => RouteArgument::Unclear,
    }
}

/// Unwraps the invisible group in which a macro passes a type.
fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        other => other,
    }
}
