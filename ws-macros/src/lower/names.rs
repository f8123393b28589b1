//! Which methods of a block are handlers, and which were meant to be.

use proc_macro2::Ident;
use syn::{Type, ext::IdentExt};

use super::meant;
use crate::{
    diagnostics::Diagnostics,
    syntax::Method,
    vocabulary::{self, HANDLERS, HandlerWord},
};

/// What a method's name makes it.
pub(super) enum Name {
    Handler(&'static HandlerWord),
    /// `message_<variant>`, by what follows the underscore.
    Variant(String),
    /// Meant to be a handler, and reported.
    Missed(&'static HandlerWord),
    /// A method like any other.
    Other,
}

/// Sorts a method of a block that has methods of these names. One that was meant to be a handler which the block lacks is
/// reported: by its name, which just misses the handler's or is another library's, and by what it takes and returns.
pub(super) fn sort(method: &Method, names: &[Ident], body: Option<&Type>, errors: &mut Diagnostics) -> Name {
    let ident = &method.signature.ident;
    let name = ident.unraw().to_string();
    if let Some(word) = HANDLERS.iter().find(|word| word.kind.name() == name) {
        return Name::Handler(word);
    }
    if let Some(variant) = name.strip_prefix("message_") {
        return Name::Variant(variant.to_owned());
    }
    let near = vocabulary::near_handler(&name, HANDLERS.iter().map(|word| word.kind.name()));
    let word = near.and_then(|(_, meant)| HANDLERS.iter().find(|word| word.kind.name() == meant));
    if let Some(((nearness, handler), word)) = near.zip(word)
        && !names.iter().any(|other| stands_for(&other.unraw().to_string(), handler))
        && meant::fits(&method.signature, word, nearness, body)
    {
        errors.at(
            ident.span(),
            format!(
                "unknown handler `{name}`\n\
                 help: the handler is called `{handler}`; move helper methods to an impl block without the attribute"
            ),
        );
        return Name::Missed(word);
    }
    Name::Other
}

/// Whether a method of this name is the handler, or one of those that stand for it.
fn stands_for(name: &str, handler: &str) -> bool {
    name == handler || (handler == "message" && name.starts_with("message_"))
}
