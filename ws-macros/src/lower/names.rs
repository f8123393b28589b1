//! Which methods of a block are handlers, and which were meant to be.

use proc_macro2::Ident;
use syn::ext::IdentExt;

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

/// Sorts a method of a block that has methods of these names. One that just misses a handler's is reported, and so is one that has
/// another library's name for a handler which the block lacks.
pub(super) fn sort(method: &Method, names: &[Ident], errors: &mut Diagnostics) -> Name {
    let ident = &method.signature.ident;
    let name = ident.unraw().to_string();
    if let Some(word) = HANDLERS.iter().find(|word| word.kind.name() == name) {
        return Name::Handler(word);
    }
    if let Some(variant) = name.strip_prefix("message_") {
        return Name::Variant(variant.to_owned());
    }
    let near = vocabulary::near_miss(&name, HANDLERS.iter().map(|word| word.kind.name()));
    let lacks = |handler: &&str| !names.iter().any(|other| other.unraw() == *handler);
    let meant = near.or_else(|| vocabulary::elsewhere(&name).filter(lacks));
    if let Some(word) = HANDLERS.iter().find(|word| Some(word.kind.name()) == meant) {
        let handler = word.kind.name();
        let link = if near.is_some() { ", and nearly" } else { ": here it is called" };
        errors.at(
            ident.span(),
            format!(
                "`{name}` is no handler{link} `{handler}`\n\
                 help: rename it to `{handler}`, or move it to an impl block without an attribute"
            ),
        );
        return Name::Missed(word);
    }
    Name::Other
}
