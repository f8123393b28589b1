//! A started route: its handlers, and the state that is prepared before the first connection.

use std::sync::Arc;

use super::Light;
use crate::{
    admission::HeavyWork,
    codec::Plan,
    memory::Inbound,
    route::{OnInvalid, Route},
    socket::RouteShared,
};

/// A started route.
pub(crate) struct RouteState<R: Route> {
    pub(crate) route: R,
    pub(crate) shared: Arc<RouteShared>,
    /// The plan for decoding and validating messages.
    pub(crate) body: Plan,
    /// True if an error frame could be mistaken for a message of the route. No error frames are then sent.
    pub(crate) opaque: bool,
    pub(crate) on_invalid: OnInvalid,
    /// The limits up to which messages are decoded within a turn.
    pub(crate) light: Light,
    /// Decodes all other messages, on other threads.
    pub(crate) heavy: Arc<HeavyWork>,
    /// The total that counts inbound memory.
    pub(crate) inbound: Arc<Inbound>,
}
