//! A message as frames: uncompressed, compressed for the server's window, and compressed for the smallest window.

use std::sync::Arc;

use bytes::Bytes;

use super::{Settings, latest};
use crate::{
    memory::{Chunk, Outbound, SHARE},
    message::Kind,
    pubsub::{FrameRef, Frames},
    wire::{Deflate, Encoder, Format, deflate},
};

/// The payload of an encoded message.
pub(super) enum Payload<'a> {
    Copied(&'a [u8]),
    Shared(Bytes),
}

/// A message as frames. Each is encoded on first use and then shared.
pub(super) struct EncodedMessage<'a> {
    kind: Kind,
    payload: Payload<'a>,
    settings: Option<Deflate>,
    /// The key under which a full queue keeps the message, with `latest_by_key`.
    key: Option<Arc<str>>,
    /// The total that counts shared chunks.
    outbound: &'a Arc<Outbound>,
    plain: Option<PreparedFrame>,
    /// The frame that is compressed for the smallest window.
    narrow: CompressedFrame,
    /// The frame that is compressed for the server's window.
    wide: CompressedFrame,
}

/// The result of compressing the message for one window.
enum CompressedFrame {
    Untried,
    /// The uncompressed frame is sent: the compressed one would not be smaller, or would take too long now.
    Uncompressed,
    Smaller(PreparedFrame),
}

struct PreparedFrame {
    head: Vec<u8>,
    rest: Option<Chunk>,
}

impl Payload<'_> {
    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Copied(bytes) => bytes,
            Self::Shared(bytes) => bytes,
        }
    }
}

impl<'a> EncodedMessage<'a> {
    pub(super) fn new(
        kind: Kind,
        payload: Payload<'a>,
        settings: &Settings,
        outbound: &'a Arc<Outbound>,
        compress: bool,
    ) -> Self {
        let pointer = settings.latest_by_key.filter(|_| kind == Kind::Text);
        let key = pointer.and_then(|pointer| latest::key(pointer, payload.as_bytes()));
        let (narrow, wide) = (CompressedFrame::Untried, CompressedFrame::Untried);
        let settings = settings.deflate.filter(|_| compress);
        Self { kind, payload, settings, key, outbound, plain: None, narrow, wide }
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the number of bytes that each queue copies. Shared memory is not copied and is already counted.
    pub(super) fn copied(&self) -> usize {
        let length = self.payload().len();
        if matches!(self.payload, Payload::Shared(_)) && length >= SHARE { 0 } else { length }
    }

    /// Returns the uncompressed payload.
    pub(super) fn payload(&self) -> &[u8] {
        self.payload.as_bytes()
    }

    /// Returns true if a full queue keeps the message as the latest of its key.
    pub(super) fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// Encodes the frame for a format, unless it is already encoded.
    pub(super) fn prepare(&mut self, format: Format) {
        self.compress(format);
        if !matches!(self.deflated(format), CompressedFrame::Smaller(_)) && self.plain.is_none() {
            self.plain = Some(PreparedFrame::plain(self.kind, &self.payload, self.outbound));
        }
    }

    /// Returns the frame for a format. [`prepare`](Self::prepare) must have been called for that format.
    pub(super) fn frame(&self, format: Format) -> FrameRef<'_> {
        let frame = match self.deflated(format) {
            CompressedFrame::Smaller(frame) => Some(frame),
            _ => self.plain.as_ref(),
        };
        let (head, rest) = frame.map_or((&[][..], None), |frame| (&frame.head[..], frame.rest.as_ref()));
        FrameRef { head, rest, key: self.key.as_ref() }
    }

    fn deflated(&self, format: Format) -> &CompressedFrame {
        match format {
            Format::PLAIN => &CompressedFrame::Untried,
            Format::NARROW => &self.narrow,
            _ => &self.wide,
        }
    }

    /// Compresses the message for a format, unless that was done before or compression does not apply.
    fn compress(&mut self, format: Format) {
        let Some(settings) = self.settings.filter(|_| format != Format::PLAIN) else { return };
        let made = if format == Format::NARROW { &mut self.narrow } else { &mut self.wide };
        let payload = self.payload.as_bytes();
        if matches!(made, CompressedFrame::Untried) && payload.len() >= settings.threshold {
            let mut bytes = Vec::new();
            let Some(_permit) = self.outbound.permit_compressing(payload.len()) else {
                *made = CompressedFrame::Uncompressed;
                return;
            };
            *made = if deflate(settings.deflating(format), payload, &mut bytes) {
                CompressedFrame::Smaller(PreparedFrame::deflated(self.kind, bytes, self.outbound))
            } else {
                CompressedFrame::Uncompressed
            };
        }
    }
}

impl PreparedFrame {
    fn plain(kind: Kind, payload: &Payload<'_>, outbound: &Arc<Outbound>) -> Self {
        let (mut head, mut rest) = (Vec::new(), None);
        match payload {
            Payload::Shared(bytes) if bytes.len() >= SHARE => {
                Encoder::message_header(kind, bytes.len(), &mut head);
                rest = Some(Chunk::shared(bytes.clone(), outbound));
            }
            payload => Encoder::message(kind, payload.as_bytes(), &mut head),
        }
        Self { head, rest }
    }

    fn deflated(kind: Kind, payload: Vec<u8>, outbound: &Arc<Outbound>) -> Self {
        let mut head = Vec::new();
        if payload.len() < SHARE {
            Encoder::deflated(kind, &payload, &mut head);
            return Self { head, rest: None };
        }
        Encoder::deflated_header(kind, payload.len(), &mut head);
        Self { head, rest: Some(Chunk::shared(payload.into(), outbound)) }
    }
}

impl Frames for EncodedMessage<'_> {
    fn parcel(&mut self, format: Format) -> FrameRef<'_> {
        self.prepare(format);
        self.frame(format)
    }
}
