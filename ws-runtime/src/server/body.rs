//! Bodies of HTTP requests and responses.

use std::{
    fmt,
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::{
    sync::oneshot,
    time::{Sleep, sleep},
};

use crate::route::BoxError;

/// The body of an HTTP request, as passed to a fallback service.
pub struct Body(BodySource);

enum BodySource {
    Full(Option<Bytes>),
    Incoming(Box<Timed>),
    Boxed(Pin<Box<dyn HttpBody<Data = Bytes, Error = BoxError> + Send>>),
}

impl Body {
    pub(crate) fn full(bytes: Bytes) -> Self {
        Self(BodySource::Full(Some(bytes).filter(|bytes| !bytes.is_empty())))
    }

    /// Wraps a request body. If a read waits longer than `patience` for the next byte, the body ends with an error and
    /// `late` is signalled. `None` means that reads may wait without a limit.
    pub(super) fn incoming(
        body: hyper::body::Incoming,
        patience: Option<Duration>,
        late: oneshot::Sender<()>,
    ) -> Self {
        Self(BodySource::Incoming(Box::new(Timed { body, patience, timer: None, late: Some(late) })))
    }

    pub(super) fn boxed<B>(body: B) -> Self
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self(BodySource::Boxed(Box::pin(Erased(Box::pin(body)))))
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match &mut self.0 {
            BodySource::Full(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            BodySource::Incoming(body) => body.poll_frame(cx),
            BodySource::Boxed(body) => body.as_mut().poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            BodySource::Full(bytes) => bytes.is_none(),
            BodySource::Incoming(body) => body.late.is_none() || body.body.is_end_stream(),
            BodySource::Boxed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            BodySource::Full(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            BodySource::Incoming(body) => body.body.size_hint(),
            BodySource::Boxed(body) => body.size_hint(),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}

/// A request body with a timeout.
struct Timed {
    body: hyper::body::Incoming,
    patience: Option<Duration>,
    /// The timer, which runs while a read waits.
    timer: Option<Pin<Box<Sleep>>>,
    /// Signals the timeout. `None` after it was signalled.
    late: Option<oneshot::Sender<()>>,
}

impl Timed {
    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
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
        let late = io::Error::new(io::ErrorKind::TimedOut, "timed out waiting for the request body");
        Poll::Ready(Some(Err(late.into())))
    }
}

/// A body with a boxed error.
struct Erased<B>(Pin<Box<B>>);

impl<B> HttpBody for Erased<B>
where
    B: HttpBody<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.as_mut().poll_frame(cx).map(|frame| frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}
