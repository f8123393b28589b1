//! What both ends of a route know.

use proc_macro2::{Ident, Span};
use syn::{LitStr, Type};

use super::DocPart;

/// A contract.
pub(crate) struct Contract {
    /// The path with the types of its captures taken out.
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
    /// Whether a mistake hides what a type is. Code that uses the type is then not to be complained of as well.
    pub(crate) fn has_unknown(&self) -> bool {
        let types = [&self.query, &self.header, &self.cookie, &self.body, &self.response];
        matches!(self.params, Params::Unknown)
            || types.into_iter().any(|kind| matches!(kind, Declared::Unknown))
    }
}

/// What the attribute says about a type of the contract.
pub(crate) enum Declared {
    /// Nothing: the type is the default.
    Unset,
    /// It was meant to say something, and a mistake hides what.
    Unknown,
    Type(Box<Type>),
}

impl Declared {
    /// The type, if one is given.
    pub(crate) fn given(&self) -> Option<&Type> {
        match self {
            Self::Type(kind) => Some(kind),
            Self::Unset | Self::Unknown => None,
        }
    }
}

/// The captures of a path, as a type.
pub(crate) enum Params {
    /// The path has none.
    None,
    /// A mistake hides which captures there are, or what their types are.
    Unknown,
    /// `params = P`.
    Given(Box<Type>),
    /// A struct is generated.
    Inline(Inline),
}

/// The struct that is generated for the captures of a path.
pub(crate) struct Inline {
    /// No type that the user names in the attribute or in a handler has this name.
    pub(crate) name: Ident,
    /// The path's place.
    pub(crate) span: Span,
    pub(crate) captures: Vec<Capture>,
}

/// A capture of a path.
pub(crate) struct Capture {
    /// The field; a keyword is written raw.
    pub(crate) field: Ident,
    /// The name in the path.
    pub(crate) name: String,
    /// `String` if none is given.
    pub(crate) kind: Option<Type>,
}
