//! A server on a separate thread and runtime, so that its CPU time can be measured.
//!
//! Every test ends with [`Served::end`], which asserts that the shutdown resolves, that no socket and no task remains,
//! and that nothing has panicked.

use std::{
    net::SocketAddr,
    panic,
    pin::pin,
    sync::{Mutex, Once, PoisonError},
    thread::{self, ThreadId},
    time::Duration,
};

use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{
    net::TcpListener,
    runtime::{self, RuntimeMetrics},
    sync::{oneshot, watch},
    task::JoinSet,
};
use ws_runtime::{Handle, Listener, Server, server::WsService};

use crate::peer::soon;

/// Panics outside of the test threads, each with the thread of its server.
static PANICS: Mutex<Vec<(ThreadId, String)>> = Mutex::new(Vec::new());

/// A running server. If the test fails, dropping it stops the server.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    pub(crate) handle: Handle,
    metrics: RuntimeMetrics,
    thread: ThreadId,
    over: oneshot::Receiver<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.handle.shutdown();
    }
}

impl Served {
    /// Serves on a free port: with our own listener or, if `HOSTILE_MOUNTED` is set, mounted into a server on hyper.
    pub(crate) async fn start(server: Server) -> Self {
        if std::env::var_os("HOSTILE_MOUNTED").is_none() {
            return Self::alone(server).await;
        }
        let handle = server.handle();
        Self::run(handle, async move |listener| {
            host(listener, server.into_service().expect("the routes of these tests can be served")).await;
        })
        .await
    }

    /// Serves on a free port with our own listener, for tests of what happens before the 101.
    pub(crate) async fn alone(server: Server) -> Self {
        Self::over(server, |listener| listener).await
    }

    /// Serves the connections of a free port through the given listener.
    pub(crate) async fn over<L: Listener>(
        server: Server,
        over: impl FnOnce(TcpListener) -> L + Send + 'static,
    ) -> Self {
        // The tests name other hosts than the loopback address.
        let server = server.any_host();
        let handle = server.handle();
        Self::run(handle, async move |listener| {
            server.serve(over(listener)).await.expect("the routes of these tests can be served");
        })
        .await
    }

    async fn run<S>(handle: Handle, serve: S) -> Self
    where
        S: AsyncFnOnce(TcpListener) + Send + 'static,
    {
        record_panics();
        let (started, starting) = oneshot::channel();
        let (ended, over_now) = oneshot::channel();
        let thread = thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
                let address = listener.local_addr().expect("it is bound");
                let _ = started.send((address, runtime.metrics()));
                serve(listener).await;
            });
            assert_eq!(runtime.metrics().num_alive_tasks(), 0, "tasks are left");
            let _ = ended.send(());
        });
        let (address, metrics) = soon(starting).await.expect("the server's thread runs");
        Self { address, handle, metrics, thread: thread.thread().id(), over: over_now }
    }

    /// Returns the busy time of the server since its start.
    pub(crate) fn busy(&self) -> Duration {
        self.metrics.worker_total_busy_duration(0)
    }

    /// Shuts the server down, which closes the remaining sockets, and asserts that no task remains.
    pub(crate) async fn end(mut self) {
        self.handle.shutdown();
        soon(&mut self.over).await.expect("the server's thread ends well");
        let panics = PANICS.lock().unwrap_or_else(PoisonError::into_inner);
        let panics: Vec<_> = panics.iter().filter(|(thread, _)| *thread == self.thread).collect();
        assert!(panics.is_empty(), "{panics:#?}");
    }
}

/// Accepts connections for a mounted service until that has shut down, as an application on hyper does.
async fn host(listener: TcpListener, service: WsService) {
    let handle = service.handle();
    let mut ended = pin!(handle.ended());
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut ended => break,
        };
        let Ok((stream, _)) = accepted else { continue };
        let service = TowerToHyperService::new(service.clone());
        connections
            .spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades());
    }
    connections.shutdown().await;
}

/// Installs a hook that records every panic outside of the tests. Otherwise these would go unnoticed, because the
/// runtime catches panics of its tasks.
fn record_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let of_a_test = panic.location().is_some_and(|place| place.file().contains("hostile"));
            if !of_a_test {
                let panic = (thread::current().id(), panic.to_string());
                PANICS.lock().unwrap_or_else(PoisonError::into_inner).push(panic);
            }
            print(panic);
        }));
    });
}

/// Counts the sockets that a route has opened and closed.
#[derive(Clone, Debug)]
pub(crate) struct Census(watch::Sender<(usize, usize)>);

impl Census {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new((0, 0)))
    }

    pub(crate) fn opened(&self) {
        self.0.send_modify(|(opened, _)| *opened += 1);
    }

    pub(crate) fn closed(&self) {
        self.0.send_modify(|(_, closed)| *closed += 1);
    }

    /// Waits until this many sockets have been opened.
    pub(crate) async fn reaches(&self, count: usize) {
        let mut watched = self.0.subscribe();
        soon(watched.wait_for(|(opened, _)| *opened >= count)).await.expect("the census is held here");
    }

    /// Waits until only this many sockets are open.
    pub(crate) async fn falls_to(&self, count: usize) {
        let mut watched = self.0.subscribe();
        let fallen = watched.wait_for(|(opened, closed)| opened - closed == count);
        soon(fallen).await.expect("the census is held here");
    }

    /// Waits until every opened socket is closed.
    pub(crate) async fn empties(&self) {
        self.falls_to(0).await;
    }
}
