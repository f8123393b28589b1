//! A running route: its handlers, and everything prepared before the first connection.

use std::sync::Arc;

use super::Light;
use crate::{
    admission::HeavyWork,
    codec::Plan,
    memory::Inbound,
    route::{OnInvalid, Route},
    socket::RouteShared,
};

/// A running route.
pub(crate) struct RouteState<R: Route> {
    pub(crate) route: R,
    pub(crate) shared: Arc<RouteShared>,
    /// How messages are decoded and validated.
    pub(crate) body: Plan,
    /// True if an error frame could be a message of the route, so that none may be sent.
    pub(crate) opaque: bool,
    pub(crate) on_invalid: OnInvalid,
    /// The messages that are decoded within a turn.
    pub(crate) light: Light,
    /// Where the other messages are decoded.
    pub(crate) heavy: Arc<HeavyWork>,
    /// The total that counts inbound memory.
    pub(crate) inbound: Arc<Inbound>,
}
