//! A server that listens: accepts, and shuts down when it is asked to.

use std::{
    future::{Future, poll_fn},
    io,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};

use matchit::Router;
use tokio::{
    net::{TcpListener, ToSocketAddrs},
    sync::Notify,
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{Listener, ServeError, Server, builder::Routes, fallback::Fallback, http1::speak};
use crate::{
    connection::{Mount, Tasks},
    handshake::HeadLimits,
    socket::{Directory, Wish},
    wire::Close,
};

/// How long accepting rests when the environment is short of something, such as files.
const SHORTAGE: Duration = Duration::from_millis(100);

/// What every connection of a running server shares.
pub(super) struct Running {
    pub(super) by_path: Router<Arc<dyn Mount>>,
    pub(super) fallback: Option<Fallback>,
    pub(super) handshake_timeout: Duration,
    pub(super) head: HeadLimits,
    pub(super) tasks: Tasks,
    pub(super) directory: Arc<Directory>,
    abort: Abort,
}

/// Tells streams that still speak HTTP that the deadline of the shutdown has passed.
#[derive(Default)]
struct Abort {
    wake: Notify,
    passed: AtomicBool,
}

impl Running {
    /// Resolves when the deadline of the shutdown has passed.
    pub(super) async fn aborted(&self) {
        loop {
            let woken = self.abort.wake.notified();
            if self.abort.passed.load(Ordering::Acquire) {
                return;
            }
            woken.await;
        }
    }
}

impl Server {
    /// Listens on an address and serves, until [`Handle::shutdown`](crate::Handle::shutdown) is called and done.
    ///
    /// # Errors
    /// [`ServeError::Start`] if the server cannot be started as it is put together, with all that is wrong; then nothing was
    /// listened on. [`ServeError::Bind`] if the address cannot be listened on.
    ///
    /// # Cancel safety
    /// Dropping the future stops accepting and leaves the connections to themselves: shut down through the handle instead.
    pub async fn listen(mut self, address: impl ToSocketAddrs) -> Result<(), ServeError> {
        let routes = self.build()?;
        let listener = TcpListener::bind(address).await.map_err(ServeError::Bind)?;
        self.run(listener, routes).await;
        Ok(())
    }

    /// Serves what a listener accepts, until [`Handle::shutdown`](crate::Handle::shutdown) is called and done.
    ///
    /// # Errors
    /// [`ServeError::Start`] as in [`listen`](Self::listen).
    ///
    /// # Cancel safety
    /// As [`listen`](Self::listen).
    pub async fn serve(mut self, listener: impl Listener) -> Result<(), ServeError> {
        let routes = self.build()?;
        self.run(listener, routes).await;
        Ok(())
    }

    async fn run<L: Listener>(self, mut listener: L, routes: Routes) {
        let Routes { by_path, all, shards } = routes;
        let mut flushers = JoinSet::new();
        for shard in &shards {
            let shard = Arc::clone(shard);
            flushers.spawn(async move { shard.flush().await });
        }
        let running = Arc::new(Running {
            by_path,
            fallback: self.fallback,
            handshake_timeout: self.handshake_timeout,
            head: self.head,
            tasks: Tasks::default(),
            directory: self.directory,
            abort: Abort::default(),
        });
        {
            let mut accepting = pin!(accept(&mut listener, &running, shards.len()));
            let mut stopped = pin!(running.directory.stopped());
            // Accepting never ends by itself; the shutdown ends it.
            poll_fn(|cx| match stopped.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(()),
                Poll::Pending => accepting.as_mut().poll(cx),
            })
            .await;
        }
        drop(listener);
        shut_down(&running, &all, self.shutdown_timeout).await;
        for shard in &shards {
            shard.stop();
        }
        while flushers.join_next().await.is_some() {}
    }
}

/// Accepts connections, each on the next shard.
async fn accept<L: Listener>(listener: &mut L, running: &Arc<Running>, shards: usize) {
    let mut shard = 0;
    loop {
        match listener.accept().await {
            Ok((stream, remote_addr)) => {
                shard = (shard + 1) % shards;
                running.tasks.spawn(|task| speak(Arc::clone(running), stream, remote_addr, shard, task));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                if is_shortage(&error) {
                    sleep(SHORTAGE).await;
                }
            }
        }
    }
}

/// Whether accepting again at once would fail again, rather than take the next connection.
fn is_shortage(error: &io::Error) -> bool {
    !matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

/// Closes every socket with 1001, waits for the handlers and the queues, and past the deadline cuts off who is left.
async fn shut_down(running: &Running, routes: &[Arc<dyn Mount>], deadline: Duration) {
    for route in routes {
        route.each_socket(&mut |line| {
            line.close(Some(&Close::GOING_AWAY));
        });
    }
    if timeout(deadline, running.tasks.ended()).await.is_ok() {
        return;
    }
    tracing::warn!(
        left = running.tasks.running(),
        "the shutdown's deadline has passed: what is left is aborted"
    );
    running.abort.passed.store(true, Ordering::Release);
    running.abort.wake.notify_waiters();
    for route in routes {
        route.each_socket(&mut |line| line.wish(Wish::Abort));
    }
    running.tasks.ended().await;
}
