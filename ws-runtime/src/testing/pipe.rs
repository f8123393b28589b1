//! The client's end of an in-memory connection, for frames and events of any route.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll},
};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWrite, DuplexStream};

use super::Event;
use crate::{
    message::Kind,
    wire::{Agreed, Close, Decoder, Deflater, Encoder, Frame, Inflater, Limits, Role},
};

/// A client has no limits.
const LIMITS: Limits = Limits { max_message: None, max_fragments: None, fragment_timeout: None };

#[expect(clippy::struct_excessive_bools, reason = "independent facts about one connection")]
pub(super) struct Pipe {
    stream: DuplexStream,
    decoder: Decoder,
    inflater: Option<Inflater>,
    /// The negotiated compression. `None` if messages are not compressed.
    agreed: Option<Agreed>,
    /// The zlib stream for outbound messages, with context takeover only.
    deflater: Option<Deflater>,
    inbound: BytesMut,
    /// Frames that the stream has not accepted yet.
    outbound: BytesMut,
    /// True if pings and close frames are answered when they are read.
    answering: bool,
    /// True after this end has sent its close frame.
    closed: bool,
    /// True when the server accepts no more bytes.
    is_broken: bool,
    ended: bool,
    /// The last mask. Masks protect proxies from clients (RFC 6455 §10.3). There is no proxy here, so predictable masks
    /// are harmless, and each run of a test sends the same bytes.
    mask: u32,
}

impl Pipe {
    pub(super) fn new(stream: DuplexStream, answering: bool, agreed: Option<Agreed>) -> Self {
        let window = agreed.map(|agreed| agreed.inbound_window(Role::Client));
        let inflater = window.map(Inflater::new);
        Self {
            stream,
            decoder: Decoder::new(Role::Client, inflater.is_some()),
            inflater,
            agreed,
            deflater: None,
            inbound: BytesMut::new(),
            outbound: BytesMut::new(),
            answering,
            closed: false,
            is_broken: false,
            ended: false,
            mask: 0,
        }
    }

    pub(super) fn message(&mut self, kind: Kind, payload: &[u8]) {
        let Some(agreed) = self.agreed.filter(|agreed| payload.len() >= agreed.threshold()) else {
            return self.frame(|out| Encoder::message(kind, payload, out));
        };
        let deflating = agreed.outbound(Role::Client);
        let mut deflater = self.deflater.take().unwrap_or_else(|| Deflater::new(deflating));
        let mut deflated = Vec::new();
        assert!(deflater.deflate(payload, &mut deflated), "compressing does not fail");
        self.deflater = Some(deflater).filter(|_| deflating.takeover);
        self.frame(|out| Encoder::deflated(kind, &deflated, out));
    }

    pub(super) fn ping(&mut self, payload: &[u8]) {
        self.frame(|out| Encoder::ping(payload, out));
    }

    pub(super) fn pong(&mut self, payload: &[u8]) {
        self.frame(|out| Encoder::pong(payload, out));
    }

    pub(super) fn close(&mut self, close: Option<&Close>) {
        self.closed = true;
        self.frame(|out| Encoder::close(close, out));
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.outbound.extend_from_slice(bytes);
    }

    fn frame(&mut self, encode: impl FnOnce(&mut Vec<u8>)) {
        let mut frame = Vec::new();
        encode(&mut frame);
        self.mask = self.mask.wrapping_add(0x9e37_79b9);
        Encoder::mask(&mut frame, self.mask.to_be_bytes());
        self.outbound.extend_from_slice(&frame);
    }

    /// Waits until the stream has accepted all queued bytes.
    pub(super) async fn flush(&mut self) {
        poll_fn(|cx| self.poll_flush(cx)).await;
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while !self.outbound.is_empty() && !self.is_broken {
            match Pin::new(&mut self.stream).poll_write(cx, &self.outbound) {
                Poll::Ready(Ok(written)) if written > 0 => self.outbound.advance(written),
                // As on a network, bytes are lost if the other end no longer accepts them.
                Poll::Ready(_) => self.is_broken = true,
                Poll::Pending => return Poll::Pending,
            }
        }
        self.outbound.clear();
        Poll::Ready(())
    }

    /// Waits for the next event. Writes the queue meanwhile.
    ///
    /// # Cancel safety
    /// This method is cancel safe.
    pub(super) async fn next(&mut self) -> Event {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        loop {
            let decoded = self.decode();
            // The answer to the last frame is sent even if the caller awaits no more events.
            let _ = self.poll_flush(cx);
            if let Some(event) = decoded {
                return Poll::Ready(event);
            }
            if self.ended {
                return Poll::Ready(Event::End);
            }
            match pin!(self.stream.read_buf(&mut self.inbound)).poll(cx) {
                Poll::Ready(Ok(1..)) => {}
                Poll::Ready(_) => self.ended = true,
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Decodes the next frame of the input and queues the answer to it.
    fn decode(&mut self) -> Option<Event> {
        let mut input = &mut self.inbound[..];
        let before = input.len();
        let event = match self.decoder.next(&mut input, usize::MAX, &LIMITS) {
            Ok(frame) => frame.map(|frame| match frame {
                Frame::Message(message) => Event::Message(message.into_message()),
                Frame::Deflated(deflated) => {
                    let inflater =
                        self.inflater.as_mut().expect("RSV1 is rejected unless compression was negotiated");
                    match inflater.message(&deflated, None) {
                        Ok(message) => Event::Message(message),
                        Err(fault) => panic!("the server violated the protocol: {fault:?}"),
                    }
                }
                Frame::Ping(payload) => Event::Ping(Bytes::copy_from_slice(payload)),
                Frame::Pong(payload) => Event::Pong(Bytes::copy_from_slice(payload)),
                Frame::Close(code, reason) => Event::Close(code, reason.into()),
            }),
            Err(fault) => panic!("the server violated the protocol: {fault:?}"),
        };
        let used = before - input.len();
        self.inbound.advance(used);
        if self.answering && !self.closed {
            match &event {
                Some(Event::Ping(payload)) => self.pong(&payload.clone()),
                Some(Event::Close(code, _)) => {
                    let echo = code.and_then(|code| Close::try_new(code, "").ok());
                    self.close(echo.as_ref());
                }
                _ => {}
            }
        }
        event
    }
}
