//! Collects the routes and the options of a server, and checks them together.

use std::{
    any::TypeId,
    collections::HashMap,
    fmt,
    sync::{Arc, atomic::AtomicUsize},
    time::Duration,
};

use matchit::{InsertError, Router};

use super::{
    StartError,
    mount::{Mount, Mounted},
    pressure::Queues,
    served::{Routed, Served},
    start_error::StartErrorKind,
    start_errors::StartErrors,
};
use crate::{
    admission::{ConnectionLimits, HeavyWork, Limiter, Tasks},
    contract::Contract,
    events::{EventLimiter, Reporter},
    handshake::{AllowedHosts, AllowedOrigins, ForwardedField, HeadLimits, Proxies, normal, normal_route},
    memory::{Inbound, Outbound},
    pubsub::Shard,
    route::{Options, Route, RouteOptions, WrongValue, ZERO},
    socket::{Directory, RouteShared},
};

/// The minimum of `max_header_bytes`, because hyper needs that much for its buffer.
const LEAST_HEADER_BYTES: usize = 8192;

/// The routes of a server and the options for all of them: a [`Server`](crate::Server) without its listener, as tests
/// use it.
#[must_use = "an assembly does nothing until it is served"]
pub(crate) struct Assembly {
    routes: Vec<Adding>,
    pub(crate) defaults: Options,
    pub(crate) handshake_timeout: Duration,
    pub(crate) body_timeout: Option<Duration>,
    pub(crate) head: HeadLimits,
    pub(crate) shutdown_timeout: Duration,
    pub(crate) shutdown_spread: Duration,
    pub(crate) shards: usize,
    /// The limit in bytes. `None` means unlimited.
    pub(crate) outbound_total: Option<usize>,
    /// The limit in bytes. `None` means unlimited.
    pub(crate) inbound_total: Option<usize>,
    pub(crate) connections: ConnectionLimits,
    /// The proxies as the application wrote them.
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) forwarded_field: ForwardedField,
    /// For routes without `origins`.
    pub(crate) origins: AllowedOrigins,
    /// `None` depends on the address that the server listens on.
    pub(crate) hosts: Option<AllowedHosts>,
    pub(crate) prefix: String,
    pub(crate) directory: Arc<Directory>,
}

/// A route whose options are resolved when those of the server are known.
struct Adding {
    path: &'static str,
    /// All paths, beginning with `path`.
    paths: &'static [&'static str],
    id: TypeId,
    mount: Box<dyn FnOnce(&Building<'_>) -> Mounting + Send>,
}

type Mounting = Result<(Arc<dyn Mount>, Arc<RouteShared>), StartError>;

/// The server-wide state that a route needs.
pub(super) struct Building<'a> {
    pub(super) defaults: &'a Options,
    pub(super) origins: &'a AllowedOrigins,
    pub(super) shards: &'a [Arc<Shard>],
    pub(super) outbound: &'a Arc<Outbound>,
    pub(super) inbound: &'a Arc<Inbound>,
    pub(super) directory: &'a Arc<Directory>,
    pub(super) heavy: Arc<HeavyWork>,
}

impl Assembly {
    pub(crate) fn new() -> Self {
        Self {
            routes: Vec::new(),
            defaults: Options::UNSET,
            handshake_timeout: Duration::from_secs(10),
            body_timeout: Some(Duration::from_secs(30)),
            head: HeadLimits::DEFAULT,
            shutdown_timeout: Duration::from_secs(30),
            shutdown_spread: Duration::ZERO,
            shards: std::thread::available_parallelism().map_or(1, usize::from),
            outbound_total: Some(1 << 30),
            inbound_total: Some(1 << 30),
            connections: ConnectionLimits::default(),
            trusted_proxies: Vec::new(),
            forwarded_field: ForwardedField::default(),
            origins: AllowedOrigins::default(),
            hosts: None,
            prefix: String::new(),
            directory: Arc::default(),
        }
    }

    /// Adds a route. It is checked when all routes are known.
    pub(crate) fn add<R: Route>(&mut self, route: R, options: RouteOptions) {
        let path = <R::Contract as Contract>::PATH;
        let mount = Box::new(move |building: &Building<'_>| building.mount(route, options));
        let paths = <R::Contract as Contract>::PATHS;
        self.routes.push(Adding { path, paths, id: TypeId::of::<R>(), mount });
    }

    /// Checks all routes and options, and adds their mistakes to `errors`.
    pub(crate) fn build(self, mut errors: Vec<StartError>) -> Result<Served, StartErrors> {
        errors.append(&mut self.check_values());
        let outbound = Outbound::new(self.outbound_total.unwrap_or(usize::MAX));
        let events = Arc::new(EventLimiter::new(None));
        let inbound = Inbound::new(self.inbound_total.unwrap_or(usize::MAX), Arc::clone(&events));
        let shards: Vec<_> =
            (0..self.shards.max(1)).map(|_| Arc::new(Shard::new(Arc::clone(&outbound)))).collect();
        let building = Building {
            defaults: &self.defaults,
            origins: &self.origins,
            shards: &shards,
            outbound: &outbound,
            inbound: &inbound,
            directory: &self.directory,
            heavy: Arc::default(),
        };
        let (mut by_path, mut all, mut hubs) = (Router::new(), Vec::new(), HashMap::new());
        let mut added = Vec::new();
        for Adding { path, paths, id, mount } in self.routes {
            match mount(&building) {
                Ok((mount, shared)) => {
                    if hubs.insert(id, shared).is_some() {
                        errors.push(StartError::new(StartErrorKind::Twice { path }));
                        continue;
                    }
                    for &path in paths {
                        let routed = Routed { mount: Arc::clone(&mount), path };
                        if let Err(error) = by_path.insert(normal_route(path), routed) {
                            let error = as_written(error, &added);
                            errors.push(StartError::new(StartErrorKind::Path { path, error }));
                        }
                        added.push(path);
                    }
                    all.push(mount);
                }
                Err(error) => errors.push(error),
            }
        }
        let proxies = Proxies::read(&self.trusted_proxies, self.forwarded_field).unwrap_or_else(|wrong| {
            errors.push(StartError::new(StartErrorKind::Proxy(wrong.into())));
            Proxies::default()
        });
        if let Some(host) = self.hosts.as_ref().and_then(AllowedHosts::malformed) {
            errors.push(StartError::new(StartErrorKind::Host(host.into())));
        }
        if let Err(source) = self.origins.check() {
            errors.push(StartError::new(StartErrorKind::Origin(source)));
        }
        let prefix = normal(&self.prefix).into_owned();
        if !is_prefix(&self.prefix) || !is_prefix(&prefix) {
            errors.push(StartError::new(StartErrorKind::Prefix(self.prefix.as_str().into())));
        }
        if !errors.is_empty() {
            return Err(StartErrors::new(errors));
        }
        outbound.relieve_by(Box::new(Queues::new(&all, &shards, Arc::clone(&events))));
        self.directory.fill(hubs, self.shutdown_spread);
        let limiters = all.iter().map(|route: &Arc<dyn Mount>| route.events()).chain([Arc::clone(&events)]);
        let reporter = Arc::new(Reporter::new(limiters.collect()));
        Ok(Served {
            by_path,
            shards,
            outbound,
            inbound,
            tasks: Tasks::default(),
            refusals: Tasks::default(),
            connections: Limiter::new(self.connections),
            proxies,
            hosts: self.hosts,
            prefix,
            directory: self.directory,
            head: self.head,
            handshake_timeout: self.handshake_timeout,
            body_timeout: self.body_timeout,
            events,
            reporter,
            shard: AtomicUsize::new(0),
            shutdown_timeout: self.shutdown_timeout,
        })
    }

    fn check_values(&self) -> Vec<StartError> {
        let mut errors = Vec::new();
        let mut refuse = |option, value: String, why| {
            errors.push(StartError::new(StartErrorKind::Value { option, value, why }));
        };
        if let Some(bytes) = self.head.max_bytes.filter(|bytes| *bytes < LEAST_HEADER_BYTES) {
            refuse("max_header_bytes", bytes.to_string(), "the minimum is 8192");
        }
        if self.head.max_headers == Some(0) {
            refuse("max_headers", "0".to_owned(), "every request has header fields");
        }
        if self.handshake_timeout.is_zero() {
            refuse("handshake_timeout", "0".to_owned(), "every handshake would time out");
        }
        for WrongValue { option, value, why } in self.defaults.wrong() {
            refuse(option, value, why);
        }
        for (option, limit) in [
            ("outbound_total", self.outbound_total),
            ("inbound_total", self.inbound_total),
            ("max_connections", self.connections.all),
            ("max_connections_per_address", self.connections.per_address),
        ] {
            if limit == Some(0) {
                refuse(option, ZERO.0.to_owned(), ZERO.1);
            }
        }
        if self.body_timeout.is_some_and(|timeout| timeout.is_zero()) {
            refuse("body_timeout", ZERO.0.to_owned(), ZERO.1);
        }
        if !self.shutdown_spread.is_zero() && self.shutdown_spread >= self.shutdown_timeout {
            let why = "it must be shorter than `shutdown_timeout`, which begins at the same time";
            refuse("shutdown_spread", format!("{:?}", self.shutdown_spread), why);
        }
        if self.shards == 0 {
            refuse("shards", "0".to_owned(), "a server needs at least one shard");
        }
        errors
    }
}

/// Returns true if paths may follow a prefix.
fn is_prefix(prefix: &str) -> bool {
    prefix.is_empty()
        || (prefix.starts_with('/') && !prefix.ends_with('/') && !prefix.contains(['?', '#', '{', '}']))
}

/// Names the conflicting path as it was written.
fn as_written(error: InsertError, paths: &[&'static str]) -> InsertError {
    let InsertError::Conflict { with } = error else { return error };
    let written = paths.iter().find(|path| normal_route(path) == with);
    InsertError::Conflict { with: written.map_or(with, |&path| path.to_owned()) }
}

impl Building<'_> {
    fn mount<R: Route>(&self, route: R, options: RouteOptions) -> Mounting {
        let path = <R::Contract as Contract>::PATH;
        let mounted = Mounted::new(route, options, self)
            .map_err(|source| StartError::new(StartErrorKind::Setup { path, source }))?;
        let shared = mounted.shared();
        Ok((Arc::new(mounted), shared))
    }
}

impl fmt::Debug for Assembly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let routes: Vec<_> = self.routes.iter().map(|route| route.path).collect();
        f.debug_struct("Assembly").field("routes", &routes).finish_non_exhaustive()
    }
}
