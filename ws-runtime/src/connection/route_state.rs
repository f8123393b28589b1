//! A route as it is served: its handlers, and what is worked out once before the first connection.

use std::sync::Arc;

use super::Light;
use crate::{
    admission::HeavyWork,
    codec::Plan,
    memory::Inbound,
    route::{OnInvalid, Route},
    socket::RouteShared,
};

/// A route as it is served.
pub(crate) struct RouteState<R: Route> {
    pub(crate) route: R,
    pub(crate) shared: Arc<RouteShared>,
    /// How messages are decoded and checked.
    pub(crate) body: Plan,
    /// Whether a client cannot tell our error frames from the route's own messages, so that none may be sent.
    pub(crate) opaque: bool,
    pub(crate) on_invalid: OnInvalid,
    /// Which messages are decoded in a connection's turn.
    pub(crate) light: Light,
    /// Where the others are decoded.
    pub(crate) heavy: Arc<HeavyWork>,
    /// Where it counts what connections hold of what they were sent.
    pub(crate) inbound: Arc<Inbound>,
}
