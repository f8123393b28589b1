//! Decides which messages are cheap enough to be inflated and decoded within a turn. All others are heavy work.

use std::any::TypeId;

use crate::{
    codec::{Plan, WireForm},
    message::{Kind, Message},
    turn::Work,
    wire::{Deflated, Fault, Inflater},
};

/// The maximum length of a message that is decoded within a turn, in bytes, unless decoding is at most a copy. If such
/// a message is invalid, decoding and explaining it take little more than a turn.
const DECODED: usize = 16 * 1024;
/// The maximum length that is inflated within a turn, in bytes. It fits the buffer of the thread.
const INFLATED: usize = 64 * 1024 - 1;

/// The maximum lengths of messages that are decoded within a turn, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Light {
    text: usize,
    binary: usize,
}

impl Light {
    /// Returns the limits for a route with messages of type `B`.
    pub(crate) fn of<B: 'static>(plan: &Plan) -> Self {
        match plan.form() {
            WireForm::Text | WireForm::Binary => Self::ALL,
            WireForm::Raw if TypeId::of::<B>() == TypeId::of::<Message>() => Self::ALL,
            WireForm::Json(_) | WireForm::Mixed(_) => Self { text: DECODED, binary: usize::MAX },
            // The cost of a hand-written `Decode` is unknown.
            WireForm::Raw => Self { text: DECODED, binary: DECODED },
        }
    }

    /// No limits, because decoding is at most a copy.
    const ALL: Self = Self { text: usize::MAX, binary: usize::MAX };

    /// Returns true if a message of this length is decoded within a turn.
    #[inline]
    pub(super) fn takes(self, kind: Kind, length: usize) -> bool {
        length <= self.longest(kind)
    }
}

impl Light {
    #[inline]
    fn longest(self, kind: Kind) -> usize {
        match kind {
            Kind::Text => self.text,
            Kind::Binary => self.binary,
        }
    }

    /// Returns the cost of decoding a message within a turn.
    #[inline]
    pub(super) fn work(self, kind: Kind, length: usize) -> Work {
        if self.longest(kind) == usize::MAX { Work::Moved(length) } else { Work::Decoded(length) }
    }
}

/// Inflates a message if that is cheap enough. Otherwise returns `None`, and the inflater is unchanged.
pub(super) fn inflate(
    inflater: &mut Inflater,
    deflated: &Deflated<'_>,
    limit: Option<usize>,
) -> Result<Option<Message>, Fault> {
    let limit = limit.unwrap_or(usize::MAX);
    if deflated.payload.len() > INFLATED {
        return Ok(None);
    }
    match inflater.message(deflated, Some(limit.min(INFLATED))) {
        Err(Fault::TooLong) if limit > INFLATED => Ok(None),
        inflated => inflated.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::Value;

    use super::*;
    use crate::{
        codec::{Decode, Invalid, Mixed},
        message::Incoming,
        wire::{Deflate, Deflater, Format},
    };

    struct HandWritten;

    impl Decode for HandWritten {
        fn decode(_: Incoming<'_>, _: &Plan) -> Result<Self, Invalid> {
            Ok(Self)
        }
    }

    #[test]
    fn light_messages_depend_on_type_kind_and_length() {
        fn light<B: Decode>() -> Light {
            Light::of::<B>(&B::plan().unwrap())
        }
        for (light, text, binary) in [
            (light::<Message>(), usize::MAX, usize::MAX),
            (light::<String>(), usize::MAX, usize::MAX),
            (light::<Bytes>(), usize::MAX, usize::MAX),
            (light::<Vec<u8>>(), usize::MAX, usize::MAX),
            (light::<Value>(), 16_384, usize::MAX),
            (light::<Vec<u64>>(), 16_384, usize::MAX),
            (light::<Mixed<u8>>(), 16_384, usize::MAX),
            (light::<HandWritten>(), 16_384, 16_384),
        ] {
            for (kind, most) in [(Kind::Text, text), (Kind::Binary, binary)] {
                assert!(light.takes(kind, most), "{light:?}, {kind:?}");
                assert!(most == usize::MAX || !light.takes(kind, most + 1), "{light:?}, {kind:?}");
            }
        }
    }

    #[test]
    fn short_messages_are_inflated_within_a_turn() {
        let deflating = Deflate::new().deflating(Format::deflated(15));
        for (length, limit, expected) in [
            (0, None, Ok(Some(0))),
            (INFLATED, None, Ok(Some(INFLATED))),
            (INFLATED + 1, None, Ok(None)),
            (1 << 20, Some(1 << 20), Ok(None)),
            (1 << 20, Some(INFLATED + 1), Ok(None)),
            (1 << 20, Some(INFLATED), Err(Fault::TooLong)),
            (1001, Some(1000), Err(Fault::TooLong)),
        ] {
            let mut payload = Vec::new();
            assert!(Deflater::new(deflating).deflate(&vec![b'x'; length], &mut payload));
            let deflated = Deflated { kind: Kind::Text, payload: payload.into() };
            let mut inflater = Inflater::new(1 << 15);
            let inflated = inflate(&mut inflater, &deflated, limit).map(|inflated| inflated.map(|m| m.len()));
            assert_eq!(inflated, expected, "{length} bytes, limit {limit:?}");
            if expected == Ok(None) {
                let whole = inflater.message(&deflated, None).map(|message| message.len());
                assert_eq!(whole, Ok(length), "the inflater is unchanged");
            }
        }
        let long = Deflated { kind: Kind::Text, payload: vec![0; INFLATED + 1].into() };
        assert_eq!(inflate(&mut Inflater::new(0), &long, None), Ok(None), "long input is not inflated");
    }
}
