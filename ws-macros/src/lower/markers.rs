//! Reads the markers on a method: `#[ws_fields]` and `#[ws_variant(HTTPPing)]`.

use proc_macro2::Ident;
use syn::{Attribute, Meta};

use crate::{
    diagnostics::Diagnostics,
    syntax::{Marker, Method},
};

/// The markers of a variant's handler.
pub(super) struct Markers {
    /// The attribute `#[ws_fields]`; `None` if it is missing.
    pub(super) fields: Option<Attribute>,
    /// The name in `#[ws_variant(HTTPPing)]`; `None` if the marker is missing.
    pub(super) variant: Option<Ident>,
}

impl Markers {
    /// Reads the markers of a method that handles a variant.
    pub(super) fn read(method: &Method, errors: &mut Diagnostics) -> Self {
        let mut markers = Self { fields: None, variant: None };
        let mut seen = Vec::new();
        for attribute in &method.attributes {
            if let Some(marker) = Marker::conditional(attribute) {
                let name = marker.name();
                errors.on(
                    attribute,
                    format!("`#[{name}]` cannot be conditional\nhelp: put `#[cfg(…)]` on two handlers, one with `#[{name}]`"),
                );
                continue;
            }
            let Some(marker) = Marker::of(attribute.path()) else { continue };
            let name = marker.name();
            if seen.contains(&marker) {
                errors.on(attribute.path(), format!("duplicate `#[{name}]`\nhelp: remove one of them"));
                continue;
            }
            seen.push(marker);
            match marker {
                Marker::Fields => {
                    if !matches!(attribute.meta, Meta::Path(_)) {
                        errors.on(
                            attribute.path(),
                            "`#[ws_fields]` takes no arguments\nhelp: write `#[ws_fields]`; each argument of the handler names a field",
                        );
                    }
                    markers.fields = Some(attribute.clone());
                }
                Marker::Variant => match attribute.parse_args::<Ident>() {
                    Ok(variant) => markers.variant = Some(variant),
                    Err(_) => errors.on(
                        attribute.path(),
                        "expected the name of a variant\nhelp: write `#[ws_variant(HTTPPing)]`",
                    ),
                },
            }
        }
        markers
    }

    /// Reports the markers of a method that does not handle a variant.
    pub(super) fn reject(method: &Method, errors: &mut Diagnostics) {
        let marked = method.attributes.iter().find_map(|attribute| {
            let marker = Marker::of(attribute.path()).or_else(|| Marker::conditional(attribute))?;
            Some((attribute, marker.name()))
        });
        let Some((attribute, marker)) = marked else { return };
        let name = &method.signature.ident;
        errors.on(
            attribute.path(),
            format!(
                "`#[{marker}]` is only for handlers of variants, and `{name}` is not one\n\
                 help: remove it, or handle the variant `Bid` in `fn message_bid`"
            ),
        );
    }
}
