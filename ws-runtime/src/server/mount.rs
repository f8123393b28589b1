//! A route as the server sees it: its types forgotten, from a request to a running connection.

use std::{
    future::{Future, poll_fn},
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
};

use bytes::Bytes;
use http::{Response, StatusCode, request};

use super::tasks::Tasks;
use crate::{
    connection::{Entry, panic_text, run, turn_away},
    contract::Contract,
    handshake::{Handshake, Opening, PartPlans, RawRequest, Refusal, Reject, accepted, opening, problem, read_parts},
    route::Route,
    socket::{Directory, Line, Opening as Opened, Socket, Transport, split},
    wire::Close,
};

/// A route of whatever types.
pub(super) trait Mount: Send + Sync {
    /// Judges an opening handshake.
    fn admit(self: Arc<Self>, request: Arriving) -> Pin<Box<dyn Future<Output = Verdict> + Send>>;

    /// Everybody who is connected: closed, or cut off.
    fn each_socket(&self, each: &mut dyn FnMut(&Line));
}

/// A request for the route's path.
pub(super) struct Arriving {
    pub(super) parts: request::Parts,
    /// As they are in the path, not decoded yet.
    pub(super) captures: Vec<(String, String)>,
    pub(super) remote_addr: SocketAddr,
    pub(super) shard: usize,
}

/// What became of an opening handshake.
pub(super) enum Verdict {
    Refused(Response<Bytes>),
    /// The 101, and what begins once it is sent.
    Accepted(Response<()>, Start),
}

/// Begins the connection: over the stream, with what the client sent right behind its handshake.
pub(super) type Start = Box<dyn FnOnce(Transport, Vec<u8>, &Tasks, &Directory) + Send>;

/// A route with the plans of its request's parts.
pub(super) struct Mounted<R: Route> {
    pub(super) entry: Arc<Entry<R>>,
    pub(super) plans: PartPlans,
}

impl<R: Route> Mount for Mounted<R> {
    fn admit(self: Arc<Self>, request: Arriving) -> Pin<Box<dyn Future<Output = Verdict> + Send>> {
        Box::pin(async move {
            let opening = match opening(&request.parts) {
                Ok(opening) => opening,
                Err(reject) => return refuse(reject, None),
            };
            let accept = opening.accept.clone();
            let shaken = {
                let mut shaking = pin!(self.shake_hands(request, opening));
                poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| shaking.as_mut().poll(cx))) {
                    Ok(polled) => polled,
                    Err(panic) => {
                        let (route, panic) = (self.entry.hub.path, panic_text(&*panic));
                        tracing::error!(route, %panic, "a handler of the handshake panicked");
                        Poll::Ready(Err(problem(StatusCode::INTERNAL_SERVER_ERROR, "internal error")))
                    }
                })
                .await
            };
            match shaken {
                Ok((response, socket)) => {
                    let entry = Arc::clone(&self.entry);
                    let start: Start = Box::new(move |transport, rest, tasks, directory| {
                        let (reader, writer) = split(transport);
                        socket.line().start(writer);
                        tasks.spawn(run(entry, socket.clone(), reader, rest));
                        // The sweep of the shutdown has seen this socket, or has set this before it looked.
                        if directory.is_stopped() {
                            socket.line().close(Some(&Close::GOING_AWAY));
                        }
                    });
                    Verdict::Accepted(response, start)
                }
                Err(reject) => refuse(reject, Some(&accept)),
            }
        })
    }

    fn each_socket(&self, each: &mut dyn FnMut(&Line)) {
        for member in self.entry.hub.members() {
            each(member.line());
        }
    }
}

impl<R: Route> Mounted<R> {
    /// The route's own part of the handshake, its handlers in their order.
    async fn shake_hands(
        &self,
        request: Arriving,
        opening: Opening,
    ) -> Result<(Response<()>, Socket<R>), Reject> {
        let route = &self.entry.route;
        R::OPTIONS.origins.admit(&request.parts.headers)?;
        let served = <R::Contract as Contract>::PROTOCOLS;
        let protocol = opening.protocols.choose(served, R::OPTIONS.require_protocol)?;
        let mut raw = RawRequest::new(request.parts, request.captures, request.remote_addr)?;
        route.parse(&mut raw).await?;
        route.transform(&mut raw).await?;
        let parts = read_parts::<R::Contract>(&raw, &self.plans)?;
        let handshake = Handshake::<R>::new(raw, parts, opening.protocols, protocol);
        let data = route.before_handle(&handshake).await?;
        let extra = route.upgrade(&handshake, &data).await?;
        let response = accepted(&opening.accept, protocol, extra)?;
        let (parts, remote_addr, protocol) = handshake.into_parts();
        let opened = Opened { remote_addr, protocol, parts, data };
        Ok((response, Socket::new(Arc::clone(&self.entry.hub), request.shard, opened)))
    }
}

/// Refuses, with a status or, if the handshake is well-formed, by a close frame right after the 101.
fn refuse(reject: Reject, accept: Option<&str>) -> Verdict {
    let close = match reject.into_refusal() {
        Refusal::Response(response) => return Verdict::Refused(response),
        Refusal::Close(close) => close,
    };
    let accepted = accept.and_then(|accept| accepted(accept, None, http::HeaderMap::new()).ok());
    match accepted {
        Some(response) => Verdict::Accepted(response, close_at_once(close)),
        None => {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = StatusCode::FORBIDDEN;
            Verdict::Refused(response)
        }
    }
}

/// A connection whose first and last frame is a close frame.
fn close_at_once(close: Close) -> Start {
    Box::new(move |transport, rest, tasks, _| tasks.spawn(turn_away(transport, rest, close)))
}
