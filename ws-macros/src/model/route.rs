//! Routes and contracts.

use proc_macro2::{Span, TokenStream};
use syn::{Attribute, Generics, Path, Type, TypePath};

use super::{Contract, Handler, Options, Variants};

/// Result of lowering `#[ws_route]`.
pub(crate) enum Lowered {
    Right(Box<Route>),
    /// A block with a mistake, which the attribute or the compiler reports.
    Wrong(Box<Stub>),
    /// The generics of a block whose type cannot have handlers.
    Foreign(Box<Generics>),
}

/// `#[ws_route]` on an impl block.
pub(crate) struct Route {
    pub(crate) target: Target,
    pub(crate) served: Served,
    pub(crate) keeps_request: bool,
    pub(crate) options: Options,
    /// Handlers in source order. There are several of one kind only if they are conditional.
    pub(crate) handlers: Vec<Handler>,
    pub(crate) variants: Option<Variants>,
}

/// The parts of a wrong route to which other code refers, so that the compiler reports no follow-up errors.
pub(crate) struct Stub {
    pub(crate) target: Target,
    /// Names of the lifetimes of a block that borrows, which are `'static` in the target; `None` if the block does not
    /// borrow.
    pub(crate) borrowed: Option<Vec<String>>,
    pub(crate) served: Served,
    /// True if the request is kept, or might be.
    pub(crate) keeps_request: bool,
    /// Span of a member that could not be parsed; `None` if there is none. The compiler drops the member, so serving
    /// the route must be an error.
    pub(crate) unread: Option<Span>,
    /// `before_handle`, whose return type determines the type of the connection's data.
    pub(crate) before_handle: Vec<Handler>,
    /// True if a mistake hides the type of the connection's data.
    pub(crate) unknown_data: bool,
}

impl Stub {
    /// True if a mistake hides a type that handlers use.
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
    /// Path of the runtime; `None` for the default `::ws_runtime`.
    pub(crate) root: Option<Path>,
    /// Span of the item's `impl` or `struct` keyword.
    pub(crate) keyword: Span,
    /// Span of the end of the block, or of the keyword of a struct.
    pub(crate) end: Span,
    pub(crate) generics: Generics,
    pub(crate) self_type: Type,
    /// Conditions of the item.
    pub(crate) conditions: Vec<TokenStream>,
    /// `#[allow(…)]` attributes of the item.
    pub(crate) allowed: Vec<Attribute>,
    /// Bounds on contract types that depend on type parameters.
    pub(crate) contract_bounds: Vec<ContractBound>,
    /// Methods whose connection argument is rewritten to `Self`.
    pub(crate) with_self: Vec<String>,
    /// Types that connections name as their route, which must equal the route.
    pub(crate) routes: Vec<Type>,
}

impl Target {
    /// Returns true if the type has generic parameters.
    pub(crate) fn is_generic(&self) -> bool {
        self.generics.type_params().next().is_some()
    }
}

/// A contract type that names a parameter of the block.
pub(crate) struct ContractBound {
    pub(crate) ty: Type,
    pub(crate) role: Role,
}

/// Role of a type in the contract.
#[derive(Clone, Copy)]
pub(crate) enum Role {
    Part,
    Body,
    Response,
}

/// Contract of a route.
pub(crate) enum Served {
    /// The route declares the contract itself.
    Own(Box<Contract>),
    /// `#[ws_contract]` declares the contract elsewhere.
    Named(TypePath),
}
