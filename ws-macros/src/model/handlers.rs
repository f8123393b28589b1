//! The handlers of a block.

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, Path, Type};

use super::DocPart;
use crate::vocabulary::HandlerKind;

/// A handler that is well-formed as far as its tokens show.
pub(crate) struct Handler {
    pub(crate) kind: HandlerKind,
    pub(crate) name: Ident,
    pub(crate) is_async: bool,
    /// The first argument's type, a reference, if the handler takes it.
    pub(crate) first: Option<Type>,
    /// The second argument's type, if the handler takes it.
    pub(crate) second: Option<Type>,
    /// `None` if no return type is written.
    pub(crate) output: Option<Type>,
    /// Type of the connection's data, if `before_handle` does not return a `Result`.
    pub(crate) data: Option<Type>,
    pub(crate) conditions: Vec<TokenStream>,
    /// Allowed lints, which apply to the generated method too: it repeats the handler's types.
    pub(crate) allowed: Vec<Attribute>,
    /// True for `#[deprecated]`; the generated call must not warn.
    pub(crate) deprecated: bool,
    pub(crate) docs: Vec<DocPart>,
}

impl Handler {
    /// True if the generated method is not async.
    pub(crate) fn is_plain(&self) -> bool {
        self.kind.may_be_plain() && !self.is_async
    }
}

/// Handlers of variants, which replace `message`.
pub(crate) struct Variants {
    /// The message type as written.
    pub(crate) body: Type,
    /// The message type as a path that a variant's name can follow.
    pub(crate) path: Path,
    /// Alias of the enum in the patterns, with the enum's own name, because the compiler prints it. With the alias, an unknown enum
    /// is reported once, where it is written. `None` if a parameter decides the type, or if the route has the same name.
    pub(crate) alias: Option<Ident>,
    pub(crate) arms: Vec<Arm>,
}

impl Variants {
    /// True if the generated method is not async.
    pub(crate) fn is_plain(&self) -> bool {
        self.arms.iter().all(|arm| arm.handler.is_plain())
    }
}

/// The handler of one variant.
pub(crate) struct Arm {
    pub(crate) variant: Ident,
    pub(crate) handler: Handler,
    /// Arguments that the handler takes from the variant. The handler's `second` is not used.
    pub(crate) content: Content,
}

/// Content of a variant that its handler takes.
pub(crate) enum Content {
    /// Nothing, which fits a variant of any kind.
    Nothing,
    /// The content of a newtype variant.
    Newtype(Box<Type>),
    /// All fields of a variant with named fields.
    Fields(Vec<Field>),
}

/// A field of a variant, and the argument that takes it.
pub(crate) struct Field {
    /// Name of the field, with the span of the argument.
    pub(crate) name: Ident,
    pub(crate) ty: Type,
}

impl Content {
    /// The types of the arguments.
    pub(crate) fn types(&self) -> impl Iterator<Item = &Type> {
        let (newtype, fields) = match self {
            Self::Nothing => (None, &[][..]),
            Self::Newtype(ty) => (Some(&**ty), &[][..]),
            Self::Fields(fields) => (None, &fields[..]),
        };
        newtype.into_iter().chain(fields.iter().map(|field| &field.ty))
    }
}
