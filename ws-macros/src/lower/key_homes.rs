//! Checks that each key is used on an attribute that accepts it.

use proc_macro2::Ident;
use syn::{TypePath, ext::IdentExt};

use crate::{
    diagnostics::Diagnostics,
    render,
    vocabulary::{self, Home},
};

/// Reports server options on `#[ws_contract]`.
pub(super) fn in_contract(given: &[Ident], errors: &mut Diagnostics) {
    for key in misplaced(given, Home::Route) {
        errors.at(
            key.span(),
            format!(
                "`{key}` is an option of the server and cannot be part of a contract\n\
                 help: move it to the `#[ws_route]` that serves this contract"
            ),
        );
    }
}

/// Reports keys of the contract on `#[ws_route(ChatApi)]`. `body` is permitted if variants have handlers.
pub(super) fn serving(contract: &TypePath, given: &[Ident], variants: bool, errors: &mut Diagnostics) {
    let contract = render::code(contract);
    for key in misplaced(given, Home::Contract) {
        if key == "body" && variants {
            continue;
        }
        let also = if key == "body" { "; repeat it here only for `message_<variant>` handlers" } else { "" };
        errors.at(
            key.span(),
            format!(
                "`{key}` belongs to the contract\nhelp: move it to the `#[ws_contract]` of `{contract}`{also}"
            ),
        );
    }
}

fn misplaced(given: &[Ident], home: Home) -> impl Iterator<Item = &Ident> {
    given
        .iter()
        .filter(move |key| vocabulary::key(&key.unraw().to_string()).is_some_and(|key| key.home == home))
}
