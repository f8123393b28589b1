//! One message as frames: uncompressed, and compressed for the server's window and for the smallest one.

use std::sync::Arc;

use bytes::Bytes;

use super::{Settings, latest};
use crate::{
    memory::{Chunk, Outbound, SHARE},
    message::Kind,
    pubsub::{FrameRef, Frames},
    wire::{Deflate, Encoder, Format, deflate},
};

/// An encoded message.
pub(super) enum Payload<'a> {
    Copied(&'a [u8]),
    Shared(Bytes),
}

/// One message as frames, each encoded on first use and then shared.
pub(super) struct EncodedMessage<'a> {
    kind: Kind,
    payload: Payload<'a>,
    settings: Option<Deflate>,
    /// The key of which it is the latest message, if the route keeps those.
    key: Option<Arc<str>>,
    /// The total that counts shared memory.
    outbound: &'a Arc<Outbound>,
    plain: Option<PreparedFrame>,
    /// Compressed for the smallest window.
    narrow: Made,
    /// Compressed for the server's own window.
    wide: Made,
}

/// The result of encoding the message in one format.
enum Made {
    Nothing,
    /// Compression would not make it smaller, or would take too long now, so it is sent uncompressed.
    Plain,
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
        let (narrow, wide) = (Made::Nothing, Made::Nothing);
        let settings = settings.deflate.filter(|_| compress);
        Self { kind, payload, settings, key, outbound, plain: None, narrow, wide }
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the memory that each queue needs for a copy, in bytes; shared memory is counted already.
    pub(super) fn copied(&self) -> usize {
        let length = self.payload().len();
        if matches!(self.payload, Payload::Shared(_)) && length >= SHARE { 0 } else { length }
    }

    /// Returns the payload, uncompressed.
    pub(super) fn payload(&self) -> &[u8] {
        self.payload.as_bytes()
    }

    /// Returns true if a full queue keeps it as the latest of its key.
    pub(super) fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// Encodes the frame of a format unless that is done already.
    pub(super) fn prepare(&mut self, format: Format) {
        self.compress(format);
        if !matches!(self.deflated(format), Made::Smaller(_)) && self.plain.is_none() {
            self.plain = Some(PreparedFrame::plain(self.kind, &self.payload, self.outbound));
        }
    }

    /// Returns the frame of a format, once it is encoded.
    pub(super) fn made(&self, format: Format) -> FrameRef<'_> {
        let frame = match self.deflated(format) {
            Made::Smaller(frame) => Some(frame),
            _ => self.plain.as_ref(),
        };
        let (head, rest) = frame.map_or((&[][..], None), |frame| (&frame.head[..], frame.rest.as_ref()));
        FrameRef { head, rest, key: self.key.as_ref() }
    }

    fn deflated(&self, format: Format) -> &Made {
        match format {
            Format::PLAIN => &Made::Nothing,
            Format::NARROW => &self.narrow,
            _ => &self.wide,
        }
    }

    /// Compresses the message for a format, if it must be compressed.
    fn compress(&mut self, format: Format) {
        let Some(settings) = self.settings.filter(|_| format != Format::PLAIN) else { return };
        let made = if format == Format::NARROW { &mut self.narrow } else { &mut self.wide };
        let payload = self.payload.as_bytes();
        if matches!(made, Made::Nothing) && payload.len() >= settings.threshold {
            let mut bytes = Vec::new();
            let Some(_permit) = self.outbound.permit_compressing(payload.len()) else {
                *made = Made::Plain;
                return;
            };
            *made = if deflate(settings.deflating(format), payload, &mut bytes) {
                Made::Smaller(PreparedFrame::deflated(self.kind, bytes, self.outbound))
            } else {
                Made::Plain
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
        self.made(format)
    }
}
