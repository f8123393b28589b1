//! The handlers of a block.

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, Path, Type};

use super::DocPart;
use crate::vocabulary::Kind;

/// A handler, well-formed as far as that can be seen without knowing types.
pub(crate) struct Handler {
    pub(crate) kind: Kind,
    pub(crate) name: Ident,
    pub(crate) is_async: bool,
    /// The first argument's type, a reference, if the handler takes it.
    pub(crate) first: Option<Type>,
    /// The second argument's type, if the handler takes it.
    pub(crate) second: Option<Type>,
    /// `None` if no return type is written.
    pub(crate) output: Option<Type>,
    /// What the connection's data was meant to be, where what `before_handle` returns is no `Result`.
    pub(crate) data: Option<Type>,
    pub(crate) conditions: Vec<TokenStream>,
    /// The lints that it allows: what stands for it mentions its types once more.
    pub(crate) allowed: Vec<Attribute>,
    /// Whether it is `#[deprecated]`, which is no concern of whoever calls it for the server.
    pub(crate) deprecated: bool,
    pub(crate) docs: Vec<DocPart>,
}

impl Handler {
    /// Whether the generated method makes no future.
    pub(crate) fn is_plain(&self) -> bool {
        self.kind.may_be_plain() && !self.is_async
    }
}

/// The handlers that stand for `message`, one a variant.
pub(crate) struct Variants {
    /// The message type, as it was written.
    pub(crate) body: Type,
    /// The same, as a path that a variant's name can follow.
    pub(crate) path: Path,
    /// Another name for it in the patterns, which the compiler shows: the enum's own. With it, an unknown enum is reported where
    /// it is given and nowhere else. There is none where a parameter decides what the enum is, or the route has the same name.
    pub(crate) alias: Option<Ident>,
    pub(crate) arms: Vec<Arm>,
}

impl Variants {
    /// Whether the generated method makes no future.
    pub(crate) fn is_plain(&self) -> bool {
        self.arms.iter().all(|arm| arm.handler.is_plain())
    }
}

/// The handler of one variant.
pub(crate) struct Arm {
    pub(crate) variant: Ident,
    pub(crate) handler: Handler,
    /// What the handler takes of the variant; its `second` is not used.
    pub(crate) content: Content,
}

/// What a handler takes of its variant.
pub(crate) enum Content {
    /// Nothing: it handles a variant of any kind.
    Nothing,
    /// The content of a newtype variant.
    Newtype(Box<Type>),
    /// All fields of a variant with named fields.
    Fields(Vec<Field>),
}

/// A field of a variant, and the argument that takes it.
pub(crate) struct Field {
    /// The field's name, at the argument.
    pub(crate) name: Ident,
    pub(crate) kind: Type,
}

impl Content {
    /// The types of the arguments.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = &Type> {
        let (newtype, fields) = match self {
            Self::Nothing => (None, &[][..]),
            Self::Newtype(kind) => (Some(&**kind), &[][..]),
            Self::Fields(fields) => (None, &fields[..]),
        };
        newtype.into_iter().chain(fields.iter().map(|field| &field.kind))
    }
}
