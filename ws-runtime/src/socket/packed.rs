//! One message as frames: as it is, and compressed for each window that somebody agreed on.

use bytes::Bytes;

use super::outbox::SHARE;
use crate::{
    pubsub::{Frames, Parcel},
    wire::{Deflate, Encoder, Format, Kind, deflate},
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
    plain: Option<Frame>,
    /// By format; the inner `None` is a message that leaves as it is all the same.
    deflated: [Option<Option<Frame>>; Format::COUNT],
}

struct Frame {
    head: Vec<u8>,
    rest: Option<Bytes>,
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
    pub(super) fn new(kind: Kind, payload: Payload<'a>, settings: Option<Deflate>) -> Self {
        Self { kind, payload, settings, plain: None, deflated: [const { None }; Format::COUNT] }
    }

    /// The payload's length, uncompressed.
    pub(super) fn len(&self) -> usize {
        self.payload.as_bytes().len()
    }

    /// Makes the compressed frame for a format, if the message is to be compressed.
    fn compress(&mut self, format: Format) {
        let payload = self.payload.as_bytes();
        let is_long = |settings: &Deflate| format != Format::PLAIN && payload.len() >= settings.threshold;
        if let Some(settings) = self.settings.filter(is_long) {
            self.deflated[format.index()].get_or_insert_with(|| {
                let mut bytes = Vec::new();
                let is_smaller = deflate(&settings.deflating(format), payload, &mut bytes);
                is_smaller.then(|| Frame::deflated(self.kind, bytes))
            });
        }
    }
}

impl Frame {
    fn plain(kind: Kind, payload: &Payload<'_>) -> Self {
        let (mut head, mut rest) = (Vec::new(), None);
        match payload {
            Payload::Shared(bytes) if bytes.len() >= SHARE => {
                Encoder::message_header(kind, bytes.len(), &mut head);
                rest = Some(bytes.clone());
            }
            payload => Encoder::message(kind, payload.as_bytes(), &mut head),
        }
        Self { head, rest }
    }

    fn deflated(kind: Kind, payload: Vec<u8>) -> Self {
        let mut head = Vec::new();
        if payload.len() < SHARE {
            Encoder::deflated(kind, &payload, &mut head);
            return Self { head, rest: None };
        }
        Encoder::deflated_header(kind, payload.len(), &mut head);
        Self { head, rest: Some(payload.into()) }
    }

    fn parcel(&self) -> Parcel<'_> {
        Parcel { head: &self.head, rest: self.rest.as_ref() }
    }
}

impl Frames for Packed<'_> {
    fn parcel(&mut self, format: Format) -> Parcel<'_> {
        self.compress(format);
        match self.deflated[format.index()] {
            Some(Some(ref frame)) => frame.parcel(),
            _ => self.plain.get_or_insert_with(|| Frame::plain(self.kind, &self.payload)).parcel(),
        }
    }
}
