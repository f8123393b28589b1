//! What the attributes stand for.

use proc_macro2::{Span, TokenStream};
use syn::{Attribute, Generics, Path, Type, TypePath};

use super::{Contract, Handler, Options, Variants};

/// What `#[ws_route]` comes down to.
pub(crate) enum Lowered {
    Right(Box<Route>),
    /// With anything wrong, be it ours to say or the compiler's.
    Wrong(Box<Stub>),
    /// A block of a type that cannot have handlers, with its parameters.
    Foreign(Box<Generics>),
}

/// `#[ws_route]` on an impl block.
pub(crate) struct Route {
    pub(crate) target: Target,
    pub(crate) served: Served,
    pub(crate) options: Options,
    /// In the order of the block; more than one of a kind only under conditions.
    pub(crate) handlers: Vec<Handler>,
    pub(crate) variants: Option<Variants>,
}

/// What other code needs to see of a route with mistakes, or of one that is being written, so that it does not complain as well.
pub(crate) struct Stub {
    pub(crate) target: Target,
    /// The lifetimes of a block that borrows, by name, if it does; its target has `'static` instead.
    pub(crate) borrowed: Option<Vec<String>>,
    pub(crate) served: Served,
    /// Where something in the block could not be read: what the compiler then leaves out of it must not be called.
    pub(crate) unread: Option<Span>,
    /// Their return type says what a connection's data is; the rest of them may be wrong.
    pub(crate) before_handle: Vec<Handler>,
    /// Whether a mistake hides what a connection's data is.
    pub(crate) unknown_data: bool,
}

impl Stub {
    /// Whether a mistake hides what a type is that handlers use.
    pub(crate) fn has_unknown(&self) -> bool {
        let in_contract = matches!(&self.served, Served::Own(contract) if contract.has_unknown());
        in_contract || self.unknown_data
    }
}

/// `#[ws_contract]` on a struct.
pub(crate) struct Stated {
    pub(crate) target: Target,
    pub(crate) contract: Contract,
}

/// The type that gets the implementations.
pub(crate) struct Target {
    /// Where the runtime is, if the user says so.
    pub(crate) root: Option<Path>,
    /// The place of the item's `impl` or `struct`.
    pub(crate) keyword: Span,
    /// Where the block ends; of a struct, its keyword again.
    pub(crate) end: Span,
    pub(crate) generics: Generics,
    pub(crate) self_type: Type,
    /// Under which conditions the item is there.
    pub(crate) conditions: Vec<TokenStream>,
    /// Its `#[allow(…)]`.
    pub(crate) allowed: Vec<Attribute>,
    /// What is asked of types that the parameters decide.
    pub(crate) demands: Vec<Demand>,
    /// The methods whose connection is written with `Self`, whatever stands there.
    pub(crate) with_self: Vec<String>,
    /// What stands there as a route: types that have to be the route's own.
    pub(crate) routes: Vec<Type>,
}

impl Target {
    /// Whether type parameters decide what the type is.
    pub(crate) fn is_generic(&self) -> bool {
        self.generics.type_params().next().is_some()
    }
}

/// A type of the contract that names a parameter of the block.
pub(crate) struct Demand {
    pub(crate) kind: Type,
    pub(crate) role: Role,
}

/// What a type of the contract is for.
#[derive(Clone, Copy)]
pub(crate) enum Role {
    Part,
    Body,
    Response,
}

/// The contract that a route serves.
pub(crate) enum Served {
    /// Its own.
    Own(Box<Contract>),
    /// One that `#[ws_contract]` states.
    Named(TypePath),
}
