//! A listening server: accepts connections until it shuts down.

use std::{
    future::{Future, poll_fn},
    panic::resume_unwind,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
};

use tokio::{
    net::TcpListener,
    task::{JoinSet, yield_now},
    time::{Instant, sleep},
};

use super::{
    Address, Listener, ServeError, Server,
    accepting::{Failure, Failures},
    fallback::Fallback,
    http1::speak,
    refused::refuse,
    signal::{Signals, stopped},
};
use crate::{
    app::Served,
    events::{Escaped, event},
    socket::Owner,
};

/// The state that all connections of a running server share.
pub(super) struct Running {
    pub(super) served: Arc<Served>,
    pub(super) fallback: Option<Fallback>,
}

/// The future of [`Server::listen`] and [`Server::serve`]. It is boxed so that its type does not depend on the
/// argument. A wrong argument then causes only one compiler error.
type Serving<'a> = Pin<Box<dyn Future<Output = Result<(), ServeError>> + Send + 'a>>;

impl Server {
    /// Listens on an address and serves until a shutdown is complete. [`shutdown_on`](Self::shutdown_on) or
    /// [`Handle::shutdown`](crate::Handle::shutdown) begins the shutdown. The server does not listen before the future
    /// is polled.
    ///
    /// # Errors
    /// [`ServeError::Start`] if the server cannot start as configured. It lists all mistakes, and the address is not
    /// bound. [`ServeError::Bind`] if the server cannot listen on the address.
    ///
    /// # Cancel safety
    /// Dropping the future stops accepting and closes every socket with 1001, as a shutdown does. Nothing waits for them,
    /// so shut down through the handle instead where the process or its runtime ends afterwards.
    pub fn listen<'a>(self, address: impl Address + 'a) -> Serving<'a> {
        Box::pin(async move {
            let served = self.assembly.build(Vec::new())?;
            let shown = format!("{address:?}");
            let listener = TcpListener::bind(address)
                .await
                .map_err(|source| ServeError::Bind { address: shown, source })?;
            run(listener, served, self.fallback, self.signals, self.owner).await;
            Ok(())
        })
    }

    /// Serves the connections of a listener until a shutdown is complete, like [`listen`](Self::listen).
    ///
    /// # Errors
    /// [`ServeError::Start`] as in [`listen`](Self::listen).
    ///
    /// # Cancel safety
    /// The same as for [`listen`](Self::listen).
    pub fn serve(self, listener: impl Listener) -> Serving<'static> {
        Box::pin(async move {
            let served = self.assembly.build(Vec::new())?;
            run(listener, served, self.fallback, self.signals, self.owner).await;
            Ok(())
        })
    }
}

async fn run<L: Listener>(
    mut listener: L,
    mut served: Served,
    fallback: Option<Fallback>,
    signals: Signals,
    _owner: Owner,
) {
    served.note_address(listener.local_addr());
    let served = Arc::new(served);
    // It goes on if this future is dropped: the owner then begins the shutdown.
    let supervisor = served.start();
    let running = Arc::new(Running { served, fallback });
    // Accepting runs in a separate task. The caller's thread may not be a worker of the runtime, and passing each
    // connection from it to a worker would wake another thread.
    let mut accepting = JoinSet::new();
    let by = Arc::clone(&running);
    accepting.spawn(async move {
        let mut accepting = pin!(accept(&mut listener, &by));
        let mut stopped = pin!(stopped(&by.served, signals));
        // Accepting never ends by itself. A shutdown stops it.
        poll_fn(|cx| match stopped.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(()),
            Poll::Pending => accepting.as_mut().poll(cx),
        })
        .await;
    });
    if let Some(Err(error)) = accepting.join_next().await
        && error.is_panic()
    {
        resume_unwind(error.into_panic());
    }
    // A panic in it would be a bug of this library, and is reported where it happened.
    let _ = supervisor.await;
}

/// Accepts connections and assigns them to the shards in turn.
async fn accept<L: Listener>(listener: &mut L, running: &Arc<Running>) {
    let mut failures = Failures::new();
    loop {
        match listener.accept().await {
            Ok((stream, remote_addr)) => {
                if let Some(errors) = failures.accepted(Instant::now) {
                    event!(running.served.events, WARN, errors, "failed to accept connections");
                }
                let permit = match running.served.enter(remote_addr) {
                    Ok(permit) => permit,
                    Err(reject) => {
                        refuse(running, stream, reject);
                        continue;
                    }
                };
                let shard = running.served.next_shard();
                let mut task = running.served.tasks.begin();
                task.hold_permit(permit);
                tokio::spawn(speak(Arc::clone(running), stream, remote_addr, shard, task));
            }
            Err(error) => {
                let Failure { pause, warn } = failures.failed(&error, Instant::now());
                if let Some(errors) = warn {
                    let error = Escaped(error);
                    event!(running.served.events, WARN, errors, %error, "failed to accept connections");
                }
                match pause {
                    Some(pause) => sleep(pause).await,
                    // Yields, so that a listener whose `accept` fails without waiting does not occupy the thread.
                    None => yield_now().await,
                }
            }
        }
    }
}
