//! The handlers of a block.

use super::{
    names::{self, Name},
    signature, variants,
};
use crate::{
    diagnostics::Diagnostics,
    model::{Arm, Handler},
    syntax::Block,
    vocabulary::Kind,
};

/// What was found in a block.
#[derive(Default)]
pub(super) struct Found {
    pub(super) handlers: Vec<Handler>,
    pub(super) arms: Vec<Arm>,
    /// The kinds of all handlers, also of those with mistakes.
    pub(super) kinds: Vec<Kind>,
    /// Whether any handler stands for a variant, also one with mistakes.
    pub(super) any_arm: bool,
    /// Whether there may be more: the compiler says what could not be read.
    pub(super) unreadable: bool,
}

/// Reads the handlers of a block.
pub(super) fn read(block: Block, errors: &mut Diagnostics) -> Found {
    let mut found = Found { unreadable: block.unreadable, ..Found::default() };
    let (mut whole, mut single) = (None, None);
    for method in block.methods {
        let name = method.signature.ident.clone();
        match names::sort(&method, errors) {
            Name::Handler(word) => {
                if word.kind == Kind::Message {
                    whole.get_or_insert_with(|| name.clone());
                }
                found.kinds.push(word.kind);
                found.add(signature::read(method, word, word.signature, errors));
            }
            Name::Variant(variant) => {
                single.get_or_insert(name);
                found.any_arm = true;
                found.arms.extend(variants::arm(method, &variant, errors));
            }
            // The block has what it was meant to have, as far as other rules go.
            Name::Missed(word) => found.kinds.push(word.kind),
            Name::Plain => {}
        }
    }
    if let (Some(_), Some(single)) = (whole, single) {
        errors.at(
            single.span(),
            format!("`message` takes every message, so `{single}` would never be called\nhelp: keep `message`, or one handler for each variant"),
        );
    }
    if found.kinds.is_empty() && !found.any_arm && !found.unreadable {
        let unseen = if block.calls_macros { "; what a macro in the block writes is not seen" } else { "" };
        errors.at(
            block.span,
            format!(
                "no handler in this block: the route would let connections in and leave their messages unanswered\n\
                 help: write at least `fn open(&self) {{}}`{unseen}"
            ),
        );
    }
    found
}

impl Found {
    /// Keeps a handler. A second of its kind is the compiler's to report, unless it is there under conditions.
    fn add(&mut self, handler: Handler) {
        let unconditional = |other: &Handler| other.conditions.is_empty();
        let twice = self.handlers.iter().any(|other| other.kind == handler.kind && unconditional(other));
        if !(twice && unconditional(&handler)) {
            self.handlers.push(handler);
        }
    }
}
