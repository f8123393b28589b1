//! Decides by the signature of a method with a similar name whether it was meant to be a handler.

use syn::{FnArg, GenericParam, ReturnType, Signature, Type};

use crate::{
    render,
    types::{argument, is_called, last, reference},
    vocabulary::{HandlerKind, HandlerWord, Nearness, Returns, Second},
};

/// Returns true if the signature fits the handler: it has no other arguments, and a return type that the handler may
/// have. If the name is an ordinary word, one of its arguments must be the handler's.
pub(super) fn fits(
    signature: &Signature,
    word: &HandlerWord,
    nearness: Nearness,
    body: Option<&Type>,
) -> bool {
    let generic =
        signature.generics.params.iter().any(|parameter| !matches!(parameter, GenericParam::Lifetime(_)));
    let mut inputs = signature.inputs.iter();
    let receiver = matches!(inputs.next(), Some(FnArg::Receiver(_)));
    let (mut first, mut second) = (false, false);
    for input in inputs {
        let FnArg::Typed(argument) = input else { return false };
        let ty = &*argument.ty;
        let taken = match reference(ty) {
            Some(reference) if !first && !second && is_called(&reference.elem, &[connection(word)]) => {
                &mut first
            }
            Some(_) if !second && word.second == Second::Reference => &mut second,
            None if !second && is_payload(ty, first, word, nearness, body) => &mut second,
            _ => return false,
        };
        *taken = true;
    }
    let own = if word.second == Second::Value { second } else { first };
    receiver && !generic && returns(&signature.output, word) && (own || nearness != Nearness::Word)
}

/// Returns the name of the handler's first argument type, such as `Socket`.
fn connection(word: &HandlerWord) -> &'static str {
    let name = word.first.trim_start_matches('&').trim_start_matches("mut ");
    name.split('<').next().unwrap_or(name)
}

fn is_payload(
    ty: &Type,
    after_first: bool,
    word: &HandlerWord,
    nearness: Nearness,
    body: Option<&Type>,
) -> bool {
    let message = word.kind == HandlerKind::Message;
    let given = body.filter(|_| message);
    let usual = word.payload.filter(|_| given.is_none());
    word.second == Second::Value
        && (given.is_some_and(|body| render::code(body) == render::code(ty))
            || usual.is_some_and(|name| is_ours(ty, name))
            // The body of a shared contract is not known here, and the payload of a method named like a listener may
            // have a wrong type.
            || (after_first && (message && body.is_none() || nearness == Nearness::Listener))
            || (message && nearness == Nearness::Listener))
}

/// Returns true for `Message`, and for an `Option` or a `Result` of it.
fn is_message(ty: &Type) -> bool {
    is_called(ty, &["Message"])
        || is_called(ty, &["Option", "Result"]) && argument(ty).is_some_and(is_message)
}

/// Returns true for a type of the runtime, such as `Error`, but not for `io::Error`.
fn is_ours(ty: &Type, name: &str) -> bool {
    let Type::Path(path) = ty else { return false };
    let first = path.path.segments.first().map(|first| &first.ident);
    is_called(ty, &[name])
        && (path.path.segments.len() == 1 || first.is_some_and(|first| first == "ws_runtime"))
}

fn returns(output: &ReturnType, word: &HandlerWord) -> bool {
    let ty = match output {
        ReturnType::Type(_, ty) if !matches!(&**ty, Type::Tuple(tuple) if tuple.elems.is_empty()) => {
            Some(&**ty)
        }
        _ => None,
    };
    match (word.returns, word.kind) {
        (Returns::Nothing, _) => ty.is_none(),
        (Returns::Message, _) => ty.is_some_and(is_message),
        (Returns::Converted, HandlerKind::Transform) => {
            ty.is_none_or(|ty| last(ty).is_some_and(|last| last.ident.to_string().ends_with("Result")))
        }
        (Returns::Protocol, _) | (Returns::Converted, HandlerKind::Upgrade) => ty.is_some(),
        (Returns::Converted, _) => true,
    }
}
