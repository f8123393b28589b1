//! Generates the output from a model. This phase cannot fail and reports no mistakes.
//!
//! ```text
//! #[allow(…)]
//! impl Chat { … }                                  // the user's block, as it was written (but for its head: `block`)
//! const _: () = {
//!     pub struct Params { pub room: String }       // with inline captures
//!     impl Part for Params { … }
//!     impl Contract for Chat { … }                 // without a contract of another type
//!     impl Endpoint for Chat { … }
//!     impl Plain for Chat { … }                    // one method a handler that is not `async`, one call each
//!     impl Route for Chat { … }                    // one method a handler that is, likewise
//!     // (the one with `message`, where variants have handlers, through a derive: `derived`)
//! };
//! ```

mod block;
mod contract;
mod derived;
mod docs;
mod endpoint;
mod handlers;
mod impl_scope;
mod method;
mod options;
mod params;
mod paths;
mod presence;
mod route;
mod variants;

pub(crate) use self::{
    block::{allow, block, foreign, without_lifetimes},
    contract::contract,
    derived::derive_output,
    route::{route, stub},
};
