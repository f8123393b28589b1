//! The body of a request, with a timeout.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::{
    sync::oneshot,
    time::{Sleep, sleep},
};

use crate::route::BoxError;

/// A request body with a timeout.
pub(super) struct TimedBody {
    body: Incoming,
    patience: Option<Duration>,
    /// Runs while a reader waits.
    timer: Option<Pin<Box<Sleep>>>,
    /// `None` after the timeout.
    late: Option<oneshot::Sender<()>>,
}

impl TimedBody {
    /// Wraps the body of a request. If no byte arrives for `patience` while it is read, it ends with an error, and
    /// `late` is set.
    pub(super) fn new(body: Incoming, patience: Option<Duration>, late: oneshot::Sender<()>) -> Self {
        Self { body, patience, timer: None, late: Some(late) }
    }
}

impl HttpBody for TimedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.late.is_none() {
            return Poll::Ready(None);
        }
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            self.timer = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let Some(patience) = self.patience else { return Poll::Pending };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(patience)));
        if timer.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        if let Some(late) = self.late.take() {
            let _ = late.send(());
        }
        let late = io::Error::new(io::ErrorKind::TimedOut, "the client sends nothing of the request's body");
        Poll::Ready(Some(Err(late.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.late.is_none() || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
