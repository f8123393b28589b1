//! The started routes: finds the route of a request, counts connections, and shuts down.

use std::{
    future::{Future, poll_fn},
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::{HeaderMap, StatusCode, header::HOST, request};
use matchit::{Match, Router};
use tokio::{
    task::{JoinHandle, JoinSet},
    time::timeout,
};

use super::{
    mount::{Answered, Arriving, Mount, refuse},
    pressure::sweep,
};
use crate::{
    admission::{ClientOrigin, Full, Limiter, Permit, Tasks},
    events::{Escaped, EventLimiter, Reporter, event},
    handshake::{AllowedHosts, HeadLimits, Proxies, Reject, busy, normal, problem},
    memory::{Inbound, Outbound},
    pubsub::Shard,
    socket::{Directory, Shutdown, Supervision, Termination},
};

/// The running routes, independent of their host.
pub(crate) struct Served {
    pub(super) by_path: Router<Routed>,
    pub(super) shards: Vec<Arc<Shard>>,
    pub(crate) tasks: Tasks,
    /// Counts the tasks that refuse connections. They are counted separately, because they hold no permit.
    pub(crate) refusals: Tasks,
    pub(super) outbound: Arc<Outbound>,
    pub(super) inbound: Arc<Inbound>,
    pub(super) connections: Arc<Limiter>,
    pub(super) proxies: Proxies,
    /// `None` until the server listens, which then depends on the address.
    pub(super) hosts: Option<AllowedHosts>,
    /// Precedes the path of each route, in normal form.
    pub(super) prefix: String,
    pub(crate) directory: Arc<Directory>,
    pub(crate) head: HeadLimits,
    pub(crate) handshake_timeout: Duration,
    pub(crate) body_timeout: Option<Duration>,
    /// Limits the log events that belong to the server and to no route.
    pub(crate) events: Arc<EventLimiter>,
    pub(super) reporter: Arc<Reporter>,
    /// Counts connections, to assign them to the shards in turn.
    pub(super) shard: AtomicUsize,
    pub(super) shutdown_timeout: Duration,
}

/// A path of a route.
pub(super) struct Routed {
    pub(super) mount: Arc<dyn Mount>,
    /// The path as written.
    pub(super) path: &'static str,
}

/// An encoded slash in the normal form of a path.
const ENCODED_SLASH: &str = "%2F";

/// The route of a request and its captures. `None` if no route matches.
pub(crate) type RouteMatch = Option<(Arc<dyn Mount>, Vec<(String, String)>)>;

impl Served {
    /// Returns the shard of the next connection: each in turn.
    pub(crate) fn next_shard(&self) -> usize {
        self.shard.fetch_add(1, Ordering::Relaxed) % self.shards.len()
    }

    /// Finds the route of a request. Rejects the request if its head is too large.
    pub(crate) fn find(&self, parts: &request::Parts) -> Result<RouteMatch, Reject> {
        self.head.check(parts)?;
        self.check_host(parts)?;
        let path = normal(parts.uri.path());
        let below = path.strip_prefix(self.prefix.as_str()).filter(|below| below.starts_with('/'));
        let Some(path) = below else { return Ok(None) };
        let Ok(found) = self.by_path.at(path) else { return Ok(None) };
        if path.contains(ENCODED_SLASH) && self.is_bypassed(path, &found) {
            return Ok(None);
        }
        let captures = found.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(Some((Arc::clone(&found.value.mount), captures)))
    }

    /// Records the address that the server listens on: on a loopback address it answers only for this machine, unless the
    /// application says otherwise.
    pub(crate) fn note_address(&mut self, address: Option<SocketAddr>) {
        let is_local = address.is_some_and(|address| address.ip().to_canonical().is_loopback());
        if self.hosts.is_none() && is_local && self.proxies.is_empty() {
            self.hosts = Some(AllowedHosts::Loopback);
        }
        self.directory.note_listening(address);
    }

    fn check_host(&self, parts: &request::Parts) -> Result<(), Reject> {
        let Some(hosts) = &self.hosts else { return Ok(()) };
        hosts.check(&parts.uri, &parts.headers).inspect_err(|_| {
            let host = parts.headers.get(HOST).map(|host| String::from_utf8_lossy(host.as_bytes()));
            let host = Escaped(host.unwrap_or_default());
            event!(self.events, WARN, %host, "a request for a host that is not in `allowed_hosts` is refused");
        })
    }

    /// Returns true if the route's `{*rest}` would receive a decoded value that belongs to the path of another route, or
    /// to another path of the same route.
    /// For example, `/files/private%2Fx` would give `/files/{*rest}` the same value as `/files/private/x`, although
    /// that path belongs to `/files/private/{*rest}`.
    #[cold]
    fn is_bypassed(&self, path: &str, found: &Match<'_, '_, &Routed>) -> bool {
        // `{*rest}` is the last capture, at the end of the path.
        let rest = found.params.iter().last().filter(|_| found.value.path.contains("{*"));
        let Some(start) = rest.and_then(|(_, rest)| path.strip_suffix(rest)) else { return false };
        let decoded = format!("{start}{}", path[start.len()..].replace(ENCODED_SLASH, "/"));
        self.by_path.at(&decoded).is_ok_and(|other| other.value.path != found.value.path)
    }

    /// Lets a route decide on a handshake within the handshake timeout, unless a shutdown has begun.
    pub(crate) async fn run_handshake(&self, mount: Arc<dyn Mount>, mut request: Arriving) -> Answered {
        if self.directory.shutdown().is_stopped() {
            return refuse(busy("the server is shutting down"), None);
        }
        let peer = request.remote_addr;
        request.remote_addr = self.client(&request.parts.headers, peer);
        // A client that does not use a proxy was counted when its connection was accepted.
        request.via_proxy = self.is_proxy(peer);
        let claimed = if request.via_proxy {
            self.connections.claim(ClientOrigin::of(request.remote_addr))
        } else {
            Ok(None)
        };
        let claimed = match claimed {
            Ok(claimed) => claimed,
            Err(full) => return refuse(too_many(full), None),
        };
        let deciding = timeout(self.handshake_timeout, mount.run_handshake(request));
        let Some(decided) = self.directory.shutdown().unless_aborted(deciding).await else {
            return refuse(busy("the server is shutting down"), None);
        };
        let Ok((response, mut connection)) = decided else {
            return refuse(problem(StatusCode::REQUEST_TIMEOUT, "the handshake took too long"), None);
        };
        if let Some(connection) = &mut connection {
            connection.hold_permit(claimed);
        }
        (response, connection)
    }

    /// Counts an accepted connection, or refuses it. The permit must be held for the lifetime of the connection. `None`
    /// if connections are not limited. Clients behind a proxy are counted by their requests.
    pub(crate) fn enter(&self, peer: Option<SocketAddr>) -> Result<Option<Box<Permit>>, Reject> {
        let origin = (!self.is_proxy(peer)).then(|| ClientOrigin::of(peer));
        self.connections.enter(origin).map_err(too_many)
    }

    /// Returns the address of the client: that of the peer, or the one that a trusted proxy reports. `None` if it is
    /// unknown.
    pub(crate) fn client(&self, headers: &HeaderMap, peer: Option<SocketAddr>) -> Option<SocketAddr> {
        self.proxies.client(headers, peer?)
    }

    fn is_proxy(&self, peer: Option<SocketAddr>) -> bool {
        peer.is_some_and(|peer| self.proxies.trusts(peer.ip()))
    }

    /// Starts the tasks of the server. The returned one owns the others, and carries out the shutdown once it is asked
    /// for. It must not be aborted.
    pub(crate) fn start(self: &Arc<Self>) -> JoinHandle<()> {
        self.directory.shutdown().supervise();
        self.spawn_tasks()
    }

    /// Starts the tasks of a mounted service, unless they run or a shutdown has begun. They may have been dropped with
    /// the runtime of an earlier request.
    pub(crate) fn start_once(self: &Arc<Self>) {
        let shutdown = self.directory.shutdown();
        if !shutdown.is_supervised() && !shutdown.is_stopped() && shutdown.supervise() {
            drop(self.spawn_tasks());
        }
    }

    fn spawn_tasks(self: &Arc<Self>) -> JoinHandle<()> {
        let flushers = self.start_flushers();
        let (served, supervision) = (Arc::clone(self), Supervision::new(Arc::clone(&self.directory)));
        tokio::spawn(async move {
            let _supervision = supervision;
            served.stopped().await;
            served.shut_down(flushers).await;
        })
    }

    /// Starts the background tasks: the flusher of each shard, the task that drops discarded memory, and the reporter
    /// of suppressed log events.
    fn start_flushers(&self) -> JoinSet<()> {
        let mut flushers = JoinSet::new();
        for shard in &self.shards {
            let shard = Arc::clone(shard);
            flushers.spawn(async move { shard.flush().await });
        }
        flushers.spawn(sweep(Arc::clone(&self.outbound)));
        let reporter = Arc::clone(&self.reporter);
        flushers.spawn(async move { reporter.run().await });
        flushers
    }

    /// Closes every socket with 1001, and waits for handlers and queues. At the deadline, aborts the remaining
    /// connections. The flushers are stopped last, when no handler publishes any more.
    async fn shut_down(&self, mut flushers: JoinSet<()>) {
        if timeout(self.shutdown_timeout, self.close_sockets()).await.is_err() {
            tracing::warn!(
                left = self.tasks.running(),
                "the shutdown timeout has elapsed, aborting the remaining connections"
            );
            self.directory.shutdown().abort();
            self.directory.each_socket(|write_half| write_half.terminate(Termination::Abort));
            self.tasks.ended().await;
        }
        for shard in &self.shards {
            shard.stop();
        }
        self.outbound.stop();
        self.reporter.stop();
        while flushers.join_next().await.is_some() {}
        self.refusals.ended().await;
        let Shutdown { clean, forced } = self.directory.shutdown().end();
        tracing::info!(clean, forced, "the server has shut down");
    }

    /// Closes the sockets, and waits until no task is left.
    async fn close_sockets(&self) {
        let (mut closing, mut ended) = (pin!(self.directory.close_sockets()), pin!(self.tasks.ended()));
        let mut all_closed = false;
        poll_fn(|cx| {
            all_closed = all_closed || closing.as_mut().poll(cx).is_ready();
            ended.as_mut().poll(cx)
        })
        .await;
    }

    /// Returns the memory queued for all sockets, in bytes.
    #[cfg_attr(
        not(any(feature = "testing", fuzzing, test)),
        expect(dead_code, reason = "only `testing` calls this")
    )]
    pub(crate) fn queued_memory(&self) -> usize {
        self.outbound.total()
    }

    /// Returns the memory held for inbound messages of all sockets, in bytes.
    #[cfg_attr(
        not(any(feature = "testing", fuzzing, test)),
        expect(dead_code, reason = "only `testing` calls this")
    )]
    pub(crate) fn held_memory(&self) -> usize {
        self.inbound.total()
    }

    /// Resolves when a shutdown is requested.
    pub(crate) fn stopped(&self) -> impl Future<Output = ()> + Send + '_ {
        self.directory.shutdown().stopped()
    }
}

/// Rejects a client above a limit. This is a function instead of a `From` impl, because the compiler lists the
/// conversions into `Reject` in its errors.
fn too_many(full: Full) -> Reject {
    busy(match full {
        Full::Total => "there are too many connections",
        Full::Address => "there are too many connections from this address",
    })
}
