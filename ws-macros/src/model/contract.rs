//! The contract: the path and the types that both ends know.

use proc_macro2::{Ident, Span};
use syn::{LitStr, Type};

use super::DocPart;

/// A contract.
pub(crate) struct Contract {
    /// The paths without the types of their captures. The first is the name of the route.
    pub(crate) paths: Vec<LitStr>,
    pub(crate) docs: Vec<DocPart>,
    pub(crate) reserved_tag: Option<LitStr>,
    pub(crate) summary: Option<LitStr>,
    pub(crate) tags: Vec<LitStr>,
    pub(crate) deprecated: bool,
    pub(crate) protocols: Vec<LitStr>,
    pub(crate) params: Params,
    pub(crate) query: Declared,
    pub(crate) header: Declared,
    pub(crate) cookie: Declared,
    pub(crate) body: Declared,
    pub(crate) response: Declared,
}

impl Contract {
    /// True if a mistake hides a type. Code that uses the type must not cause follow-up errors.
    pub(crate) fn has_unknown(&self) -> bool {
        let types = [&self.query, &self.header, &self.cookie, &self.body, &self.response];
        matches!(self.params, Params::Unknown) || types.into_iter().any(|ty| matches!(ty, Declared::Unknown))
    }
}

/// The declaration of a contract type.
pub(crate) enum Declared {
    /// The type is not declared, so the default applies.
    Unset,
    /// The type is declared, but a mistake hides it.
    Unknown,
    Type(Box<Type>),
}

impl Declared {
    /// Returns the type; `None` if it is not declared or hidden.
    pub(crate) fn given(&self) -> Option<&Type> {
        match self {
            Self::Type(ty) => Some(ty),
            Self::Unset | Self::Unknown => None,
        }
    }
}

/// The type of a path's captures.
pub(crate) enum Params {
    /// The path has no captures.
    None,
    /// A mistake hides the captures or their types.
    Unknown,
    /// The type in `params = P`.
    Given(Box<Type>),
    /// A generated struct.
    Inline(Inline),
}

/// The struct that is generated for the captures of a path.
pub(crate) struct Inline {
    /// A name that neither the attribute nor a handler uses.
    pub(crate) name: Ident,
    /// Span of the first path.
    pub(crate) span: Span,
    pub(crate) captures: Vec<Capture>,
}

/// A capture of a path.
pub(crate) struct Capture {
    /// Name of the field, which is raw for a keyword.
    pub(crate) field: Ident,
    /// Name in the path.
    pub(crate) name: String,
    /// Type of the capture; `None` means `String`.
    pub(crate) ty: Option<Type>,
    /// Span of the path in which it is written first.
    pub(crate) place: Span,
    /// True if a path of the route lacks it.
    pub(crate) is_optional: bool,
}
