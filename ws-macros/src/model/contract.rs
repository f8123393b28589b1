//! What both ends of a route know.

use proc_macro2::{Ident, Span};
use syn::{LitStr, Type};

use super::DocPart;

/// A contract. A type that is not given is `None`.
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
    pub(crate) query: Option<Type>,
    pub(crate) header: Option<Type>,
    pub(crate) cookie: Option<Type>,
    pub(crate) body: Option<Type>,
    pub(crate) response: Option<Type>,
}

/// The captures of a path, as a type.
pub(crate) enum Params {
    /// The path has none.
    None,
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
