//! The client's end of an in-memory connection, shared by the client and a task that answers pings between its calls.

use std::{
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Wake, Waker},
};

use super::{Event, pipe_end::PipeEnd};
use crate::{message::Kind, wire::Close};

/// The client's handle of its end. Dropping it breaks the connection.
pub(super) struct Pipe(Arc<SharedEnd>);

struct SharedEnd {
    end: Mutex<PipeEnd>,
    wakers: Arc<PipeWakers>,
}

/// The stream remembers one waker, so it wakes both users of the end.
#[derive(Default)]
struct PipeWakers {
    client: Mutex<Option<Waker>>,
    task: Mutex<Option<Waker>>,
}

impl Wake for PipeWakers {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        wake(&self.client);
        wake(&self.task);
    }
}

fn wake(slot: &Mutex<Option<Waker>>) {
    let waker = locked(slot).take();
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// A panic of the test under the lock leaves a usable value.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pipe {
    /// The end of a connection. With `ahead`, a task reads between the calls of the client, as long as at most that many
    /// bytes wait for it. The task ends with the connection.
    pub(super) fn new(end: PipeEnd, ahead: Option<usize>) -> Self {
        let shared = Arc::new(SharedEnd { end: Mutex::new(end), wakers: Arc::default() });
        if let Some(ahead) = ahead {
            let shared = Arc::clone(&shared);
            tokio::spawn(poll_fn(move |cx| shared.poll_ahead(cx, ahead)));
        }
        Self(shared)
    }

    pub(super) fn message(&mut self, kind: Kind, payload: &[u8]) {
        self.0.end().message(kind, payload);
    }

    pub(super) fn ping(&mut self, payload: &[u8]) {
        self.0.end().ping(payload);
    }

    pub(super) fn pong(&mut self, payload: &[u8]) {
        self.0.end().pong(payload);
    }

    pub(super) fn close(&mut self, close: Option<&Close>) {
        self.0.end().close(close);
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.0.end().raw(bytes);
    }

    /// Waits until the stream has accepted everything.
    pub(super) async fn flush(&mut self) {
        poll_fn(|cx| self.0.by_client(cx, PipeEnd::poll_flush)).await;
    }

    /// Waits for the next event, and writes the queue meanwhile. An error if the server violated the protocol.
    ///
    /// # Cancel safety
    /// Safe: nothing is lost.
    pub(super) async fn next(&mut self) -> Result<Event, String> {
        let next = poll_fn(|cx| self.0.by_client(cx, PipeEnd::poll_next)).await;
        // The task may read on.
        wake(&self.0.wakers.task);
        next
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        self.0.end().break_off();
        wake(&self.0.wakers.task);
    }
}

impl SharedEnd {
    fn end(&self) -> MutexGuard<'_, PipeEnd> {
        locked(&self.end)
    }

    fn by_client<T>(
        &self,
        cx: &Context<'_>,
        poll: impl FnOnce(&mut PipeEnd, &mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        *locked(&self.wakers.client) = Some(cx.waker().clone());
        poll(&mut self.end(), &mut Context::from_waker(&Waker::from(Arc::clone(&self.wakers))))
    }

    fn poll_ahead(&self, cx: &Context<'_>, ahead: usize) -> Poll<()> {
        *locked(&self.wakers.task) = Some(cx.waker().clone());
        let waker = Waker::from(Arc::clone(&self.wakers));
        let (is_new, polled) = self.end().poll_ahead(&mut Context::from_waker(&waker), ahead);
        if is_new {
            wake(&self.wakers.client);
        }
        polled
    }
}
