//! The struct that is generated for the captures of a path: its name and its types.

use proc_macro2::{Ident, Span};
use syn::Generics;

use super::{
    borrow::{self, BORROWED},
    mentions::parameter,
};
use crate::{
    diagnostics::Diagnostics,
    model::{Capture, Inline},
    span,
};

/// Creates the struct for these captures.
pub(super) fn structure(captures: Vec<Capture>, place: Span) -> Inline {
    Inline { name: name(place, |_| false), span: place, captures }
}

/// Returns a name for which `named` returns false, so that the struct does not shadow a type of the user in the
/// generated scope.
pub(super) fn name(place: Span, named: impl Fn(&str) -> bool) -> Ident {
    let mut name = "Params".to_owned();
    while named(&name) {
        name.insert_str(0, "Path");
    }
    Ident::new(&name, span::at(place))
}

/// Reports and removes types that use parameters of the block, which the struct does not have. Returns true if there
/// are none.
pub(super) fn check(captures: &mut [Capture], generics: &Generics, errors: &mut Diagnostics) -> bool {
    let mut are_known = true;
    for capture in captures {
        let Some(ty) = &capture.ty else { continue };
        if let Some(parameter) = parameter(ty, generics) {
            errors.at(
                capture.place,
                format!(
                    "the type of `{{{}}}` cannot use the parameter `{parameter}` of the impl block\n\
                     help: use a type without parameters, or declare a struct for the captures, as in `params = Seat`",
                    capture.name
                ),
            );
            capture.ty = None;
            are_known = false;
        } else if borrow::find(ty).is_some() {
            errors.at(capture.place, BORROWED);
            capture.ty = None;
            are_known = false;
        }
    }
    are_known
}
