//! The handlers of a block.

use proc_macro2::{Ident, Span};
use syn::Type;

use super::{
    attributes::conditions,
    markers::Markers,
    names::{self, MethodRole},
    signature, variants,
};
use crate::{
    diagnostics::Diagnostics,
    model::{Arm, Handler},
    syntax::Block,
    vocabulary::HandlerKind,
};

/// Handlers found in a block.
#[derive(Default)]
pub(super) struct FoundHandlers {
    pub(super) handlers: Vec<Handler>,
    pub(super) arms: Vec<Arm>,
    /// Kinds of all handlers, including handlers with mistakes.
    pub(super) kinds: Vec<HandlerKind>,
    /// True if any method handles a variant, even with mistakes.
    pub(super) any_arm: bool,
    /// Span of tokens that cannot be parsed, which the compiler reports; `None` if there are none. They may contain
    /// handlers.
    pub(super) unread: Option<Span>,
}

/// Reads the handlers of a block.
pub(super) fn read(block: Block, body: Option<&Type>, errors: &mut Diagnostics) -> FoundHandlers {
    let mut found = FoundHandlers { unread: block.unread, ..FoundHandlers::default() };
    let (mut whole, mut single) = (false, None);
    let names: Vec<Ident> = block.methods.iter().map(|method| method.signature.ident.clone()).collect();
    for method in block.methods {
        let name = method.signature.ident.clone();
        let always = conditions(&method.attributes).is_empty();
        let sorted = names::sort(&method, &names, body, errors);
        if !matches!(sorted, MethodRole::Variant(_)) {
            Markers::reject(&method, errors);
        }
        match sorted {
            MethodRole::Handler(word) => {
                whole |= always && word.kind == HandlerKind::Message;
                found.kinds.push(word.kind);
                let body = body.filter(|_| word.kind == HandlerKind::Message);
                found.add(signature::read(method, word, word.signature, body, errors));
            }
            MethodRole::Variant(variant) => {
                if always {
                    single.get_or_insert(name);
                }
                found.any_arm = true;
                if let Some(arm) = variants::arm(method, &variant, errors) {
                    found.add_arm(arm, errors);
                }
            }
            // For other rules, the method counts as the handler that was meant.
            MethodRole::Missed(word) => found.kinds.push(word.kind),
            MethodRole::Other => {}
        }
    }
    if let Some(single) = single.filter(|_| whole) {
        errors.at(
            single.span(),
            format!("`{single}` would never be called, because `message` takes every message\nhelp: remove `message`, or the handlers of variants"),
        );
        // Other rules about handlers of variants are not checked.
        found.arms.clear();
    }
    if found.kinds.is_empty() && !found.any_arm && found.unread.is_none() {
        let unseen = if block.calls_macros { "; handlers that a macro writes are not found" } else { "" };
        errors.at(
            block.span,
            format!(
                "expected at least one handler in this impl block\n\
                 help: write one, as in `fn open(&self) {{}}`{unseen}"
            ),
        );
    }
    found
}

impl FoundHandlers {
    /// Adds a handler. If the block has another one of the same kind, neither of them conditional, the compiler reports
    /// it.
    fn add(&mut self, handler: Handler) {
        let twice =
            self.handlers.iter().any(|other| other.kind == handler.kind && both_always(other, &handler));
        if !twice {
            self.handlers.push(handler);
        }
    }

    /// Adds the handler of a variant. If another handler has the same variant under another name, it is reported,
    /// because it would never be called.
    fn add_arm(&mut self, arm: Arm, errors: &mut Diagnostics) {
        let same = |other: &&Arm| other.variant == arm.variant && both_always(&other.handler, &arm.handler);
        let Some(earlier) = self.arms.iter().find(same) else {
            self.arms.push(arm);
            return;
        };
        let (first, second) = (&earlier.handler.name, &arm.handler.name);
        if first != second {
            errors.at(
                second.span(),
                format!(
                    "`{}` is already handled by `{first}`\nhelp: remove one of the handlers",
                    arm.variant
                ),
            );
        }
    }
}

fn both_always(one: &Handler, other: &Handler) -> bool {
    one.conditions.is_empty() && other.conditions.is_empty()
}
