//! The client's end of an in-memory connection: frames in, events out. Knows no route and no type.

use std::{
    collections::VecDeque,
    future::Future,
    pin::{Pin, pin},
    task::{Context, Poll},
};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWrite, DuplexStream};

use super::{Event, boundary::FrameBoundary};
use crate::{
    message::Kind,
    wire::{Agreed, Close, Decoder, Deflater, Encoder, Fault, Frame, Inflater, Limits, Role},
};

/// A client accepts everything that the server sends.
const LIMITS: Limits = Limits { max_message: None, max_fragments: None, fragment_timeout: None };

#[expect(clippy::struct_excessive_bools, reason = "independent facts about one connection")]
pub(super) struct PipeEnd {
    /// `None` once the client is dropped.
    stream: Option<DuplexStream>,
    decoder: Decoder,
    inflater: Option<Inflater>,
    /// The negotiated compression, if any.
    agreed: Option<Agreed>,
    /// Compresses its messages with context takeover.
    deflater: Option<Deflater>,
    inbound: BytesMut,
    /// Events that the client has not taken yet.
    events: VecDeque<Event>,
    /// The length of their messages in bytes.
    unread: usize,
    /// Frames that the stream has not accepted yet.
    outbound: BytesMut,
    /// Whether everything sent so far ends with a whole frame.
    boundary: FrameBoundary,
    /// Answers to pings that came in the middle of a frame of ours.
    pongs: Vec<Bytes>,
    /// True if pings and close frames are answered when they are read.
    answering: bool,
    /// True once our close frame was sent.
    closed: bool,
    /// True when the server accepts no more bytes.
    is_broken: bool,
    ended: bool,
    /// Why the input could not be decoded, a fault of the server.
    fault: Option<String>,
    /// Masks protect proxies between mutually unknown ends (RFC 6455 §10.3). There is no proxy here, so predictable
    /// masks do no harm, and each run of a test sends the same bytes.
    mask: u32,
}

impl PipeEnd {
    pub(super) fn new(stream: DuplexStream, answering: bool, agreed: Option<Agreed>) -> Self {
        let window = agreed.map(|agreed| agreed.inbound_window(Role::Client));
        let inflater = window.map(Inflater::new);
        Self {
            stream: Some(stream),
            decoder: Decoder::new(Role::Client, inflater.is_some()),
            inflater,
            agreed,
            deflater: None,
            inbound: BytesMut::new(),
            events: VecDeque::new(),
            unread: 0,
            outbound: BytesMut::new(),
            boundary: FrameBoundary::default(),
            pongs: Vec::new(),
            answering,
            closed: false,
            is_broken: false,
            ended: false,
            fault: None,
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
        self.boundary.pass(bytes);
        self.outbound.extend_from_slice(bytes);
        if self.boundary.is_reached() {
            for payload in std::mem::take(&mut self.pongs) {
                self.pong(&payload);
            }
        }
    }

    fn frame(&mut self, encode: impl FnOnce(&mut Vec<u8>)) {
        let mut frame = Vec::new();
        encode(&mut frame);
        self.mask = self.mask.wrapping_add(0x9e37_79b9);
        Encoder::mask(&mut frame, self.mask.to_be_bytes());
        self.raw(&frame);
    }

    /// Breaks the connection.
    pub(super) fn break_off(&mut self) {
        self.stream = None;
        self.ended = true;
    }

    /// Writes until the stream has accepted everything.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while !self.outbound.is_empty()
            && !self.is_broken
            && let Some(stream) = &mut self.stream
        {
            match Pin::new(stream).poll_write(cx, &self.outbound) {
                Poll::Ready(Ok(written)) if written > 0 => self.outbound.advance(written),
                // As on a network, bytes that the other end no longer accepts are lost.
                Poll::Ready(_) => self.is_broken = true,
                Poll::Pending => return Poll::Pending,
            }
        }
        self.outbound.clear();
        Poll::Ready(())
    }

    /// Takes the next event, reading as long as there is none, and writes the queue meanwhile. An error if the server
    /// violated the protocol.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Event, String>> {
        loop {
            self.decode(true);
            let event = self.take();
            // The answer to the last frame is sent even if nothing more is awaited.
            let _ = self.poll_flush(cx);
            if let Some(event) = event {
                return Poll::Ready(Ok(event));
            }
            if let Some(fault) = &self.fault {
                return Poll::Ready(Err(fault.clone()));
            }
            if self.ended {
                return Poll::Ready(Ok(Event::End));
            }
            if self.poll_read(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// Reads while at most `ahead` bytes wait for the client, answers pings, and writes the queue. Ready once the
    /// connection has ended. Returns whether there are new events in any case.
    pub(super) fn poll_ahead(&mut self, cx: &mut Context<'_>, ahead: usize) -> (bool, Poll<()>) {
        let before = self.events.len();
        loop {
            self.decode(false);
            let _ = self.poll_flush(cx);
            let is_new = self.events.len() > before || self.fault.is_some() || self.ended;
            if self.fault.is_some() || self.ended {
                return (is_new, Poll::Ready(()));
            }
            if self.unread + self.inbound.len() >= ahead || self.poll_read(cx).is_pending() {
                return (is_new, Poll::Pending);
            }
        }
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(stream) = &mut self.stream else {
            self.ended = true;
            return Poll::Ready(());
        };
        let read = pin!(stream.read_buf(&mut self.inbound)).poll(cx);
        read.map(|read| self.ended = !matches!(read, Ok(1..)))
    }

    /// Takes the oldest event. A close frame is answered when it is taken.
    fn take(&mut self) -> Option<Event> {
        let event = self.events.pop_front()?;
        match &event {
            Event::Message(message) => self.unread -= message.len(),
            Event::Close(code, _) if self.answering && !self.closed => {
                let echo = code.and_then(|code| Close::try_new(code, "").ok());
                self.close(echo.as_ref());
            }
            _ => {}
        }
        Some(event)
    }

    /// Decodes the frames of the input into events, and answers pings; only until there is an event if `first`.
    fn decode(&mut self, first: bool) {
        while self.fault.is_none() && (!first || self.events.is_empty()) {
            let event = match self.decode_one() {
                Ok(Some(event)) => event,
                Ok(None) => return,
                Err(fault) => {
                    self.fault = Some(format!("the server violated the protocol: {fault:?}"));
                    return;
                }
            };
            match &event {
                Event::Message(message) => self.unread += message.len(),
                Event::Ping(payload) if self.answering && !self.closed => {
                    if self.boundary.is_reached() {
                        self.pong(&payload.clone());
                    } else {
                        self.pongs.push(payload.clone());
                    }
                }
                _ => {}
            }
            self.events.push_back(event);
        }
    }

    fn decode_one(&mut self) -> Result<Option<Event>, Fault> {
        let mut input = &mut self.inbound[..];
        let before = input.len();
        let event = self.decoder.next(&mut input, usize::MAX, &LIMITS)?.map(|frame| match frame {
            Frame::Message(message) => Ok(Event::Message(message.into_message())),
            Frame::Deflated(deflated) => {
                let inflater =
                    self.inflater.as_mut().expect("nothing is compressed unless that was agreed on");
                inflater.message(&deflated, None).map(Event::Message)
            }
            Frame::Ping(payload) => Ok(Event::Ping(Bytes::copy_from_slice(payload))),
            Frame::Pong(payload) => Ok(Event::Pong(Bytes::copy_from_slice(payload))),
            Frame::Close(code, reason) => Ok(Event::Close(code, reason.into())),
        });
        let used = before - input.len();
        self.inbound.advance(used);
        event.transpose()
    }
}
