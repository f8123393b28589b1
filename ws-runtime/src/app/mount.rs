//! A route with its types erased, from a request to a running connection.

use std::{
    any::TypeId,
    future::{Future, poll_fn},
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{Arc, Weak},
    task::Poll,
};

use bytes::Bytes;
use http::{Response, StatusCode, request};

use super::{
    assembly::Building,
    close_only::{Farewell, close_only},
};
use crate::{
    codec::{Decode, Encode, Telling},
    connection::{ConnectionTask, Light, NewConnection, RouteState},
    contract::Contract,
    events::{Escaped, EventLimiter, event},
    handshake::{
        AllowedOrigins, Handshake, Offers, PartPlans, RawRequest, Reject, RejectOutcome, SetupError,
        accepted, agree, check_protocols, forwarded, no_protocol, opening, problem, read_parts,
    },
    message::Message,
    panics::catch,
    pubsub::Topics,
    route::{OnInvalid, Route, RouteOptions, WrongValue},
    socket::{AnySocket, Directory, Opening as Opened, RouteShared, Socket},
    wire::Close,
};

/// A route without its type.
pub(crate) trait Mount: Send + Sync {
    /// Decides on a handshake. The response is a 101 if and only if there is a connection. `open` runs before the 101 is
    /// sent.
    fn run_handshake(self: Arc<Self>, request: Arriving) -> Pin<Box<dyn Future<Output = Answered> + Send>>;

    /// Returns the type of the route.
    #[cfg_attr(
        not(any(feature = "testing", fuzzing, test)),
        expect(dead_code, reason = "only `testing` calls this")
    )]
    fn route(&self) -> TypeId;

    /// Returns the limiter of the route's log events.
    fn events(&self) -> Arc<EventLimiter>;

    /// Returns the connected sockets.
    fn members(&self) -> Vec<Arc<dyn AnySocket>>;
}

/// A request for the path of the route.
pub(crate) struct Arriving {
    pub(crate) parts: request::Parts,
    /// The captures of the path, still percent-encoded.
    pub(crate) captures: Vec<(String, String)>,
    /// The address of the TCP peer, which is later replaced by the address of the client.
    pub(crate) remote_addr: Option<SocketAddr>,
    /// True if the peer is a trusted proxy, so that `X-Forwarded-Host` names the host.
    pub(crate) via_proxy: bool,
    pub(crate) shard: usize,
}

/// The response to a handshake, and the connection that follows a 101.
pub(crate) type Answered = (Response<Bytes>, Option<NewConnection>);

/// A route with the decoders of its request parts.
pub(crate) struct Mounted<R: Route> {
    state: Arc<RouteState<R>>,
    plans: PartPlans,
    origins: AllowedOrigins,
    require_protocol: bool,
    /// True if a rejection includes the permitted values, patterns and limits.
    refusal_details: bool,
    directory: Weak<Directory>,
}

impl<R: Route> Mounted<R> {
    /// Prepares a route before the first connection. The options of the server apply where the route sets none.
    pub(crate) fn new(route: R, options: RouteOptions, building: &Building<'_>) -> Result<Self, SetupError> {
        let RouteOptions { options, origins } = options;
        let Building { defaults, origins: usual, shards, outbound, inbound, directory, heavy } = building;
        let body = <R::Contract as Contract>::Body::plan().map_err(SetupError::schema("body"))?;
        let response = <R::Contract as Contract>::Response::plan().map_err(SetupError::schema("response"))?;
        if let Some(sampler) = <R::Contract as Contract>::response_sampler() {
            response.check_written(sampler).map_err(SetupError::schema("response"))?;
        }
        let plans = PartPlans::of::<R::Contract>()?;
        check_protocols(<R::Contract as Contract>::PROTOCOLS)?;
        if options.require_protocol && <R::Contract as Contract>::PROTOCOLS.is_empty() {
            return Err(SetupError::no_protocols());
        }
        let origins = origins.unwrap_or_else(|| (*usual).clone());
        origins.check()?;
        if let Some(WrongValue { option, value, why }) = options.wrong().into_iter().next() {
            return Err(SetupError::option(option, value, why));
        }
        let tag = <R::Contract as Contract>::RESERVED_TAG;
        let opaque = response.telling(tag).map_err(SetupError::schema("response"))? == Telling::No;
        let mut settings = options.resolve(defaults).map_err(SetupError::ping_too_late)?;
        if !response.may_be_json()
            && settings.latest_by_key.take().is_some()
            && options.latest_by_key.flatten().is_some()
        {
            return Err(SetupError::no_keys());
        }
        if let Some(pointer) = options.latest_by_key.flatten()
            && response.check().is_some_and(|check| !check.leads(pointer))
        {
            return Err(SetupError::no_key(pointer));
        }
        let on_invalid = options.on_invalid.or(defaults.on_invalid).unwrap_or(OnInvalid::Reply);
        let refusal_details = options.refusal_details.or(defaults.refusal_details).unwrap_or(false);
        let path = <R::Contract as Contract>::PATH;
        if !R::HANDLERS.message && TypeId::of::<<R::Contract as Contract>::Body>() != TypeId::of::<Message>()
        {
            tracing::warn!(
                route = path,
                "the contract has a `body`, but no handler takes messages: every message is invalid"
            );
        }
        if opaque && on_invalid == OnInvalid::Reply && body.check().is_some() {
            tracing::warn!(
                route = path,
                "invalid messages close the connection instead of being answered: a value of `response` may have the form of \
                 an error frame of the library"
            );
        }
        let directory = Arc::downgrade(directory);
        let shared = Arc::new(RouteShared::new(
            path,
            settings,
            Topics::new(shards),
            response,
            Arc::clone(outbound),
            directory.clone(),
        ));
        let light = Light::of::<<R::Contract as Contract>::Body>(&body);
        let (inbound, heavy) = (Arc::clone(inbound), Arc::clone(heavy));
        let state = Arc::new(RouteState { route, shared, body, opaque, on_invalid, light, heavy, inbound });
        let require_protocol = options.require_protocol;
        Ok(Self { state, plans, origins, require_protocol, refusal_details, directory })
    }

    /// Returns the state that all sockets of the route share.
    pub(crate) fn shared(&self) -> Arc<RouteShared> {
        Arc::clone(&self.state.shared)
    }
}

impl<R: Route> Mount for Mounted<R> {
    fn run_handshake(self: Arc<Self>, request: Arriving) -> Pin<Box<dyn Future<Output = Answered> + Send>> {
        Box::pin(async move {
            let served = <R::Contract as Contract>::PROTOCOLS;
            let headers = &request.parts.headers;
            let opened = opening(&request.parts).and_then(|accept| {
                let offers = if served.is_empty() { Offers::skim(headers) } else { Offers::read(headers)? };
                Ok((accept, offers))
            });
            let (accept, offers) = match opened {
                Ok(opened) => opened,
                Err(reject) => return refuse(reject, None),
            };
            // If a browser offered subprotocols and gets none, it fails the connection and does not report the close
            // code.
            let mut protocol = offers.choose(served, false).unwrap_or_default();
            let outcome = {
                let mut handshake = pin!(self.run_handlers(request, &accept, offers, &mut protocol));
                poll_fn(|cx| match catch(|| handshake.as_mut().poll(cx)) {
                    Ok(polled) => polled,
                    Err(panic) => {
                        let (shared, panic) = (&self.state.shared, Escaped(panic));
                        event!(shared.events, ERROR, route = shared.path, %panic, "a handshake handler panicked");
                        Poll::Ready(Err(problem(StatusCode::INTERNAL_SERVER_ERROR, "internal error")))
                    }
                })
                .await
            };
            match outcome {
                Ok((response, socket)) => {
                    switch(response, NewConnection::new(Arc::clone(&self.state), socket))
                }
                Err(reject) => {
                    let farewell = Farewell {
                        patience: self.state.shared.settings.close_timeout,
                        directory: self.directory.upgrade(),
                    };
                    refuse(reject, Some((&accept, protocol, farewell)))
                }
            }
        })
    }

    fn route(&self) -> TypeId {
        TypeId::of::<R>()
    }

    fn events(&self) -> Arc<EventLimiter> {
        Arc::clone(&self.state.shared.events)
    }

    fn members(&self) -> Vec<Arc<dyn AnySocket>> {
        self.state.shared.members()
    }
}

impl<R: Route> Mounted<R> {
    /// Runs the handshake handlers of the route, in order. `protocol_slot` receives the choice of `protocol`, also for a
    /// client that is rejected afterwards.
    async fn run_handlers(
        &self,
        request: Arriving,
        accept: &str,
        offers: Offers,
        protocol_slot: &mut Option<&'static str>,
    ) -> Result<(Response<()>, Socket<R>), Reject> {
        let route = &self.state.route;
        let forwarded = request.via_proxy.then(|| forwarded(&request.parts.headers)).flatten();
        self.origins.check_request(&request.parts.headers, forwarded.as_ref())?;
        let served = <R::Contract as Contract>::PROTOCOLS;
        let protocol = offers.choose(served, self.require_protocol)?;
        let (agreed, extensions) = match &self.state.shared.settings.deflate {
            Some(deflate) => agree(&request.parts.headers, deflate)?.unzip(),
            None => (None, None),
        };
        let mut raw = RawRequest::new(request.parts, request.captures, request.remote_addr)?;
        route.transform(&mut raw).await?;
        let parts = read_parts::<R::Contract>(&raw, &self.plans).map_err(|invalid| {
            if self.refusal_details { Reject::with_details(&invalid) } else { invalid.into() }
        })?;
        let mut handshake = Handshake::<R>::new(raw, parts, offers, protocol);
        let chosen = route.protocol(&handshake).await?;
        self.check_choice(&handshake, chosen)?;
        handshake.set_protocol(chosen);
        *protocol_slot = chosen;
        let data = route.before_handle(&handshake).await?;
        let extra = route.upgrade(&handshake, &data).await?;
        let response = accepted(accept, chosen, extensions.as_deref(), extra)?;
        let (parts, raw, protocol) = handshake.into_parts();
        let opened = Opened { remote_addr: raw.remote_addr(), protocol, parts, data };
        let kept = R::KEEPS_REQUEST.then(|| raw.into_kept());
        Ok((response, Socket::new(Arc::clone(&self.state.shared), request.shard, opened, agreed, kept)))
    }
}

impl<R: Route> Mounted<R> {
    /// Checks the choice of `protocol`. A wrong one is a mistake of the application: it is logged, and the client gets 500.
    fn check_choice(&self, handshake: &Handshake<R>, chosen: Option<&'static str>) -> Result<(), Reject> {
        let Some(protocol) = chosen else {
            return if self.require_protocol { Err(no_protocol()) } else { Ok(()) };
        };
        let Some(fault) = handshake.protocol_fault(protocol) else { return Ok(()) };
        let shared = &self.state.shared;
        event!(shared.events, ERROR, route = shared.path, protocol, "{fault}");
        Err(problem(StatusCode::INTERNAL_SERVER_ERROR, "internal error"))
    }
}

/// Rejects a handshake with a status or, if the handshake is well-formed, with a close frame right after the 101.
pub(super) fn refuse(reject: Reject, outcome: Option<(&str, Option<&'static str>, Farewell)>) -> Answered {
    let close = match reject.into_refusal() {
        RejectOutcome::Response(response) => return (response, None),
        RejectOutcome::Close(close) => close,
    };
    let Some((accept, protocol, farewell)) = outcome else {
        return refuse(problem(StatusCode::FORBIDDEN, "refused"), None);
    };
    match accepted(accept, protocol, None, http::HeaderMap::new()) {
        Ok(response) => switch(response, close_at_once(close, farewell)),
        Err(reject) => refuse(reject, None),
    }
}

fn switch(response: Response<()>, connection: NewConnection) -> Answered {
    (response.map(|()| Bytes::new()), Some(connection))
}

/// Creates a connection whose only frame is a close frame.
fn close_at_once(close: Close, farewell: Farewell) -> NewConnection {
    NewConnection::with(move |guard, host| {
        ConnectionTask::new(tokio::spawn(close_only(host.arrival, close, farewell, guard)), None)
    })
}
