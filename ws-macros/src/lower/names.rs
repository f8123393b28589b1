//! Finds the handlers among the methods of a block, and methods that were meant to be handlers.

use proc_macro2::Ident;
use syn::{Type, ext::IdentExt};

use super::misnamed;
use crate::{
    diagnostics::Diagnostics,
    syntax::Method,
    vocabulary::{self, HANDLERS, HandlerWord},
};

/// Role of a method by its name.
pub(super) enum MethodRole {
    Handler(&'static HandlerWord),
    /// `message_<variant>`; the value is the part after the prefix.
    Variant(String),
    /// A misnamed handler, which has been reported.
    Missed(&'static HandlerWord),
    /// Any other method.
    Other,
}

/// Classifies a method by its name. `names` are those of all methods in the block. A method whose name and signature
/// resemble those of a handler that is missing in the block is reported.
pub(super) fn sort(
    method: &Method,
    names: &[Ident],
    body: Option<&Type>,
    errors: &mut Diagnostics,
) -> MethodRole {
    let ident = &method.signature.ident;
    let name = ident.unraw().to_string();
    if let Some(word) = HANDLERS.iter().find(|word| word.kind.name() == name) {
        return MethodRole::Handler(word);
    }
    if let Some(variant) = name.strip_prefix("message_") {
        return MethodRole::Variant(variant.to_owned());
    }
    let near = vocabulary::near_handler(&name, HANDLERS.iter().map(|word| word.kind.name()));
    let word = near.and_then(|(_, meant)| HANDLERS.iter().find(|word| word.kind.name() == meant));
    if let Some(((nearness, handler), word)) = near.zip(word)
        && !names.iter().any(|other| stands_for(&other.unraw().to_string(), handler))
        && misnamed::fits(&method.signature, word, nearness, body)
    {
        errors.at(
            ident.span(),
            format!(
                "unknown handler `{name}`\n\
                 help: the handler is called `{handler}`; move helper methods to an impl block without the attribute"
            ),
        );
        return MethodRole::Missed(word);
    }
    MethodRole::Other
}

/// Returns true if a method of this name is the handler, or replaces it.
fn stands_for(name: &str, handler: &str) -> bool {
    name == handler || (handler == "message" && name.starts_with("message_"))
}
