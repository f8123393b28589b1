//! The contract: path and types known to both ends.

use proc_macro2::{Ident, Span};
use syn::{LitStr, Type};

use super::DocPart;

/// A contract.
pub(crate) struct Contract {
    /// The path without the types of its captures.
    pub(crate) path: LitStr,
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

/// Declaration of a contract type.
pub(crate) enum Declared {
    /// Not declared: the default applies.
    Unset,
    /// Declared with a mistake that hides the type.
    Unknown,
    Type(Box<Type>),
}

impl Declared {
    /// Returns the type, if it is declared.
    pub(crate) fn given(&self) -> Option<&Type> {
        match self {
            Self::Type(ty) => Some(ty),
            Self::Unset | Self::Unknown => None,
        }
    }
}

/// Type of the captures of a path.
pub(crate) enum Params {
    /// The path has none.
    None,
    /// A mistake hides the captures or their types.
    Unknown,
    /// `params = P`.
    Given(Box<Type>),
    /// A struct is generated.
    Inline(Inline),
}

/// The struct that is generated for the captures of a path.
pub(crate) struct Inline {
    /// A name that is not used in the attribute or in a handler.
    pub(crate) name: Ident,
    /// Span of the path.
    pub(crate) span: Span,
    pub(crate) captures: Vec<Capture>,
}

/// A capture of a path.
pub(crate) struct Capture {
    /// Name of the field; keywords are raw.
    pub(crate) field: Ident,
    /// Name in the path.
    pub(crate) name: String,
    /// `None` means `String`.
    pub(crate) ty: Option<Type>,
}
