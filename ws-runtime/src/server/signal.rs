//! The futures that shut a server down, and the future for signals of the operating system.

use std::{
    fmt,
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    app::Served,
    events::{Escaped, PROCESS, event},
    panics::{catch, drop_quietly},
};

/// The futures given to [`Server::shutdown_on`](crate::Server::shutdown_on).
#[derive(Default)]
pub(crate) struct Signals(Vec<Pin<Box<dyn Future<Output = ()> + Send>>>);

impl Signals {
    pub(super) fn add(&mut self, signal: impl Future<Output = ()> + Send + 'static) {
        self.0.push(Box::pin(signal));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Waits until the first future resolves, or forever if there is none. A future that panics counts as resolved,
    /// because nothing else might stop the server.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        for signal in &mut self.0 {
            match catch(|| signal.as_mut().poll(cx)) {
                Ok(Poll::Pending) => {}
                Ok(Poll::Ready(())) => return Poll::Ready(()),
                Err(panic) => {
                    let panic = Escaped(panic);
                    event!(PROCESS, ERROR, %panic, "the future of `shutdown_on` panicked");
                    return Poll::Ready(());
                }
            }
        }
        Poll::Pending
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.0.drain(..).for_each(drop_quietly);
    }
}

impl fmt::Debug for Signals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Signals").field(&self.0.len()).finish()
    }
}

/// Waits until a shutdown begins, by the handle or by a future.
pub(crate) async fn stopped(served: &Served, mut signals: Signals) {
    let mut stopped = std::pin::pin!(served.stopped());
    std::future::poll_fn(|cx| {
        if signals.poll(cx).is_ready() {
            served.directory.shutdown().stop();
        }
        stopped.as_mut().poll(cx)
    })
    .await;
}

/// Returns a future that resolves when the process is asked to end: by SIGINT (Ctrl-C) or SIGTERM (service managers and
/// containers), on Windows by Ctrl-C. It is meant for [`Server::shutdown_on`](crate::Server::shutdown_on).
///
/// The signals are caught from this call on, not from the first poll, so none is lost while the server starts. From
/// then on they do not end the process, even after the future has resolved or was dropped. A second signal has no
/// effect. [`Server::shutdown_timeout`](crate::Server::shutdown_timeout) limits the duration of the shutdown.
///
/// # Examples
/// ```no_run
/// use ws_runtime::{Server, shutdown_signal, ws_route};
///
/// struct Echo;
///
/// #[ws_route("/echo", body = String, response = String)]
/// impl Echo {
///     fn message(&self, text: String) -> String {
///         text
///     }
/// }
///
/// #[tokio::main]
/// async fn main() -> Result<(), ws_runtime::ServeError> {
///     Server::new().route(Echo).shutdown_on(shutdown_signal()).listen("127.0.0.1:3000").await
/// }
/// ```
///
/// # Panics
/// If called outside of a tokio runtime with IO enabled, or if the operating system does not permit catching the
/// signals.
#[must_use = "a future does nothing until it is polled or given to `shutdown_on`"]
pub fn shutdown_signal() -> impl Future<Output = ()> + Send + Sync + 'static {
    match caught() {
        Ok(signal) => signal,
        Err(error) => panic!("the signals that end the process cannot be caught: {error}"),
    }
}

#[cfg(unix)]
fn caught() -> io::Result<impl Future<Output = ()> + Send + Sync + 'static> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(std::future::poll_fn(move |cx| {
        // Both are polled, so that both can wake the task.
        let (interrupted, terminated) = (interrupt.poll_recv(cx), terminate.poll_recv(cx));
        if interrupted.is_ready() || terminated.is_ready() { Poll::Ready(()) } else { Poll::Pending }
    }))
}

#[cfg(windows)]
fn caught() -> io::Result<impl Future<Output = ()> + Send + Sync + 'static> {
    let mut ctrl_c = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        ctrl_c.recv().await;
    })
}
