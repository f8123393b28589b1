//! One message as frames: as it is, and compressed for the server's window and for the smallest one.

use std::sync::Arc;

use bytes::Bytes;

use super::{Settings, latest};
use crate::{
    memory::{Chunk, Outbound, SHARE},
    message::Kind,
    pubsub::{Frames, Parcel},
    wire::{Deflate, Encoder, Format, deflate},
};

/// An encoded message.
pub(super) enum Payload<'a> {
    Copied(&'a [u8]),
    Shared(Bytes),
}

/// One message as frames, each made when it is first asked for and then the same for all.
pub(super) struct Packed<'a> {
    kind: Kind,
    payload: Payload<'a>,
    settings: Option<Deflate>,
    /// What it is the latest of, if the route keeps that.
    key: Option<Arc<str>>,
    /// Where the memory counts that many queues share.
    outbound: &'a Arc<Outbound>,
    plain: Option<Frame>,
    /// For the smallest window.
    narrow: Made,
    /// For the server's own.
    wide: Made,
}

/// What became of the message in one format.
enum Made {
    Nothing,
    /// It would not be smaller, so it leaves as it is.
    Plain,
    Smaller(Frame),
}

struct Frame {
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

impl<'a> Packed<'a> {
    pub(super) fn new(
        kind: Kind,
        payload: Payload<'a>,
        settings: &Settings,
        outbound: &'a Arc<Outbound>,
    ) -> Self {
        let pointer = settings.latest_by_key.filter(|_| kind == Kind::Text);
        let key = pointer.and_then(|pointer| latest::key(pointer, payload.as_bytes()));
        let (narrow, wide) = (Made::Nothing, Made::Nothing);
        Self { kind, payload, settings: settings.deflate, key, outbound, plain: None, narrow, wide }
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// How much memory each queue needs for a copy of it, in bytes; what they share is counted already.
    pub(super) fn copied(&self) -> usize {
        let length = self.payload().len();
        if matches!(self.payload, Payload::Shared(_)) && length >= SHARE { 0 } else { length }
    }

    /// The payload, uncompressed.
    pub(super) fn payload(&self) -> &[u8] {
        self.payload.as_bytes()
    }

    /// Whether a full queue keeps it as the latest of its key.
    pub(super) fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// Makes the frame of a format, unless it is made.
    pub(super) fn prepare(&mut self, format: Format) {
        self.compress(format);
        if !matches!(self.deflated(format), Made::Smaller(_)) && self.plain.is_none() {
            self.plain = Some(Frame::plain(self.kind, &self.payload, self.outbound));
        }
    }

    /// The frame of a format, once it is made.
    pub(super) fn made(&self, format: Format) -> Parcel<'_> {
        let frame = match self.deflated(format) {
            Made::Smaller(frame) => Some(frame),
            _ => self.plain.as_ref(),
        };
        let (head, rest) = frame.map_or((&[][..], None), |frame| (&frame.head[..], frame.rest.as_ref()));
        Parcel { head, rest, key: self.key.as_ref() }
    }

    fn deflated(&self, format: Format) -> &Made {
        match format {
            Format::PLAIN => &Made::Nothing,
            Format::NARROW => &self.narrow,
            _ => &self.wide,
        }
    }

    /// Makes the compressed frame for a format, if the message is to be compressed.
    fn compress(&mut self, format: Format) {
        let Some(settings) = self.settings.filter(|_| format != Format::PLAIN) else { return };
        let made = if format == Format::NARROW { &mut self.narrow } else { &mut self.wide };
        let payload = self.payload.as_bytes();
        if matches!(made, Made::Nothing) && payload.len() >= settings.threshold {
            let mut bytes = Vec::new();
            *made = if deflate(settings.deflating(format), payload, &mut bytes) {
                Made::Smaller(Frame::deflated(self.kind, bytes, self.outbound))
            } else {
                Made::Plain
            };
        }
    }
}

impl Frame {
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

impl Frames for Packed<'_> {
    fn parcel(&mut self, format: Format) -> Parcel<'_> {
        self.prepare(format);
        self.made(format)
    }
}
