//! The handlers of a block.

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, Path, Type};

use super::DocPart;
use crate::vocabulary::HandlerKind;

/// A handler that is correct as far as its tokens show.
pub(crate) struct Handler {
    pub(crate) kind: HandlerKind,
    pub(crate) name: Ident,
    pub(crate) is_async: bool,
    /// Type of the first argument, which is a reference; `None` if the handler omits it.
    pub(crate) first: Option<Type>,
    /// Type of the second argument; `None` if the handler omits it.
    pub(crate) second: Option<Type>,
    /// Return type; `None` if none is written.
    pub(crate) output: Option<Type>,
    /// Type of the connection's data, if `before_handle` returns another type than a `Result`; `None` otherwise.
    pub(crate) data: Option<Type>,
    pub(crate) conditions: Vec<TokenStream>,
    /// Lints that the handler allows. The generated method allows them too, because it repeats the handler's types.
    pub(crate) allowed: Vec<Attribute>,
    /// True for a `#[deprecated]` handler, whose generated call must not warn.
    pub(crate) deprecated: bool,
    pub(crate) docs: Vec<DocPart>,
}

impl Handler {
    /// Returns true if the generated method is not async.
    pub(crate) fn is_plain(&self) -> bool {
        self.kind.may_be_plain() && !self.is_async
    }
}

/// Handlers of variants, which together replace `message`.
pub(crate) struct Variants {
    /// The message type as written.
    pub(crate) body: Type,
    /// The message type as a path to which a variant's name can be appended.
    pub(crate) path: Path,
    /// Alias of the enum in the patterns. It is the enum's own name, because the compiler prints it. Because of the
    /// alias, an unknown enum is reported only where the user names it. `None` if the enum's type contains a type
    /// parameter, or if the route has the same name.
    pub(crate) alias: Option<Ident>,
    pub(crate) arms: Vec<Arm>,
}

impl Variants {
    /// Returns true if the generated method is not async.
    pub(crate) fn is_plain(&self) -> bool {
        self.arms.iter().all(|arm| arm.handler.is_plain())
    }
}

/// The handler of one variant.
pub(crate) struct Arm {
    pub(crate) variant: Ident,
    pub(crate) handler: Handler,
    /// Arguments that the handler takes from the variant. They are used instead of the handler's `second`.
    pub(crate) content: Content,
}

/// The content of a variant that its handler takes.
pub(crate) enum Content {
    /// No content, which is possible for every variant.
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
    /// Returns the types of the arguments.
    pub(crate) fn types(&self) -> impl Iterator<Item = &Type> {
        let (newtype, fields) = match self {
            Self::Nothing => (None, &[][..]),
            Self::Newtype(ty) => (Some(&**ty), &[][..]),
            Self::Fields(fields) => (None, &fields[..]),
        };
        newtype.into_iter().chain(fields.iter().map(|field| &field.ty))
    }
}
