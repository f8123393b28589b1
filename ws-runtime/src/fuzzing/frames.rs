//! Frames: the decoder yields the same frames however the input is split, and agrees with a direct implementation of
//! RFC 6455.

use super::input::Input;
use crate::{
    message::Kind,
    wire::{Decoder, Fault, Frame, Limits, Role},
};

/// A decoded message or control frame.
#[derive(Debug, PartialEq)]
enum Event {
    Message(Kind, Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<u16>, String),
}

/// Fuzzes the decoder. The first bytes choose the role, the limits and the read sizes; the rest is the input from the
/// peer.
pub fn frames(data: &[u8]) {
    let mut input = Input(data);
    let role = input.choose(&[Role::Server, Role::Client]);
    let limits = Limits {
        max_message: input.choose(&[None, Some(0), Some(125), Some(300), Some(70_000)]),
        max_fragments: input.choose(&[None, Some(1), Some(3)]),
        fragment_timeout: None,
    };
    let capacity = input.choose(&[131, 140, 200, 4096]);
    let pieces: Vec<usize> = input.take(4).iter().map(|&byte| usize::from(byte) + 1).collect();
    let sent = input.0;

    let (whole, fault) = decode(sent, &[sent.len().max(1)], sent.len().max(131), false, role, &limits);
    for plain in [false, true] {
        let (cut, cut_fault) = decode(sent, &pieces, capacity, plain, role, &limits);
        assert_eq!(whole, cut, "splitting the input changed the frames");
        assert_eq!(
            fault.is_some(),
            cut_fault.is_some(),
            "{fault:?} for the whole input, {cut_fault:?} for its pieces"
        );
    }
    for event in &whole {
        if let (Event::Message(_, payload), Some(most)) = (event, limits.max_message) {
            assert!(payload.len() <= most, "a message of {} bytes", payload.len());
        }
    }
    let (expected, outcome) = read(sent, role, &limits);
    assert_eq!(whole, expected, "the frames differ from those of the model");
    // The decoder may reject an incomplete frame, but does not have to.
    if let Some(is_wrong) = outcome {
        assert_eq!(fault.is_some(), is_wrong, "{fault:?}");
    }
}

/// Feeds a decoder as a connection does: through a read buffer, and through a separate buffer for a large frame. If
/// `plain` is set, the fast path is tried first.
fn decode(
    sent: &[u8],
    pieces: &[usize],
    capacity: usize,
    plain: bool,
    role: Role,
    limits: &Limits,
) -> (Vec<Event>, Option<Fault>) {
    let mut decoder = Decoder::new(role, false);
    let (mut buffer, mut events, mut rest) = (Vec::new(), Vec::new(), sent);
    let mut pieces = pieces.iter().copied().cycle();
    while !rest.is_empty() {
        let piece = pieces.next().unwrap_or(1);
        if let Some((buffer, missing)) = decoder.large() {
            let (now, later) = rest.split_at(piece.min(missing).min(rest.len()));
            buffer.extend_from_slice(now);
            rest = later;
            match decoder.finish_large() {
                Ok(Some(frame)) => events.push(Event::from(frame)),
                Ok(None) => {}
                Err(fault) => return (events, Some(fault)),
            }
            continue;
        }
        assert!(buffer.len() < capacity, "the buffer is full, but no frame was decoded");
        let (now, later) = rest.split_at(piece.min(capacity - buffer.len()).min(rest.len()));
        buffer.extend_from_slice(now);
        rest = later;
        let mut input = &mut buffer[..];
        loop {
            if let Some(usual) = decoder.plain(input, limits).filter(|_| plain) {
                let (frame, behind) = input.split_at_mut(usual.size());
                input = behind;
                match usual.open(frame) {
                    Ok(message) => events.push(Event::from(Frame::Message(message))),
                    Err(fault) => return (events, Some(fault)),
                }
                continue;
            }
            match decoder.next(&mut input, capacity, limits) {
                Ok(Some(frame)) => events.push(Event::from(frame)),
                Ok(None) => break,
                Err(fault) => return (events, Some(fault)),
            }
        }
        let left = input.len();
        buffer.drain(..buffer.len() - left);
    }
    (events, None)
}

impl From<Frame<'_>> for Event {
    fn from(frame: Frame<'_>) -> Self {
        match frame {
            Frame::Message(message) => Self::Message(message.kind(), message.as_bytes().to_vec()),
            Frame::Deflated(_) => unreachable!("compression was not negotiated"),
            Frame::Ping(payload) => Self::Ping(payload.to_vec()),
            Frame::Pong(payload) => Self::Pong(payload.to_vec()),
            Frame::Close(code, reason) => Self::Close(code, reason.to_owned()),
        }
    }
}

/// Decodes all bytes at once, as RFC 6455 §5.2 describes. Also returns whether the peer is at fault; `None` if that
/// depends on an incomplete frame.
fn read(sent: &[u8], role: Role, limits: &Limits) -> (Vec<Event>, Option<bool>) {
    let (mut events, mut rest) = (Vec::new(), sent);
    let mut message: Option<(Kind, Vec<u8>, usize)> = None;
    while !rest.is_empty() {
        let Some((first, masked, payload, behind)) = frame(rest) else { return (events, None) };
        rest = behind;
        let (opcode, last) = (first & 15, first & 128 != 0);
        let Some(payload) = payload else { return (events, Some(true)) };
        if first & 0x70 != 0 || masked != (role == Role::Server) {
            return (events, Some(true));
        }
        let good = match opcode {
            0..=2 => data(opcode, last, &payload, &mut message, limits, &mut events),
            8..=10 if !last || payload.len() > 125 => false,
            8 => close(&payload).map(|event| events.push(event)).is_some(),
            9 => {
                events.push(Event::Ping(payload));
                true
            }
            10 => {
                events.push(Event::Pong(payload));
                true
            }
            _ => false,
        };
        if !good {
            return (events, Some(true));
        }
    }
    (events, Some(false))
}

/// Returns the first byte of a frame, its mask bit, its unmasked payload (`None` if the length is malformed), and the
/// rest of the input. Returns `None` if the frame is incomplete.
#[expect(clippy::type_complexity, reason = "the caller destructures it at once")]
fn frame(input: &[u8]) -> Option<(u8, bool, Option<Vec<u8>>, &[u8])> {
    let (&[first, second], mut rest) = input.split_first_chunk()?;
    let short = u64::from(second & 127);
    let (length, least) = match short {
        126 => {
            let (bytes, behind) = rest.split_first_chunk()?;
            rest = behind;
            (u64::from(u16::from_be_bytes(*bytes)), 126)
        }
        127 => {
            let (bytes, behind) = rest.split_first_chunk()?;
            rest = behind;
            (u64::from_be_bytes(*bytes), 1 << 16)
        }
        _ => (short, 0),
    };
    if length < least || length >> 63 != 0 {
        return Some((first, second & 128 != 0, None, rest));
    }
    let mut mask = [0; 4];
    if second & 128 != 0 {
        let (bytes, behind) = rest.split_first_chunk()?;
        (mask, rest) = (*bytes, behind);
    }
    let (payload, behind) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    let payload = payload.iter().enumerate().map(|(at, byte)| byte ^ mask[at % 4]).collect();
    Some((first, second & 128 != 0, Some(payload), behind))
}

/// Handles a data frame. Returns false if the frame is not permitted at this point or exceeds a limit.
fn data(
    opcode: u8,
    last: bool,
    payload: &[u8],
    message: &mut Option<(Kind, Vec<u8>, usize)>,
    limits: &Limits,
    events: &mut Vec<Event>,
) -> bool {
    let (kind, mut whole, frames) = match (opcode, message.take()) {
        (0, Some(begun)) => begun,
        (1, None) => (Kind::Text, Vec::new(), 0),
        (2, None) => (Kind::Binary, Vec::new(), 0),
        _ => return false,
    };
    whole.extend_from_slice(payload);
    // The first frame of a message never exceeds the limit of fragments.
    if limits.max_message.is_some_and(|most| whole.len() > most)
        || limits.max_fragments.is_some_and(|most| frames > 0 && frames >= most)
    {
        return false;
    }
    if kind == Kind::Text
        && let Err(error) = std::str::from_utf8(&whole)
        && (last || error.error_len().is_some())
    {
        return false;
    }
    if last {
        events.push(Event::Message(kind, whole));
    } else {
        *message = Some((kind, whole, frames + 1));
    }
    true
}

/// Decodes the payload of a close frame (RFC 6455 §5.5.1 and §7.4, and the codes that IANA has registered since).
/// Returns `None` if it is invalid.
fn close(payload: &[u8]) -> Option<Event> {
    let Some((code, reason)) = payload.split_first_chunk() else {
        return payload.is_empty().then(|| Event::Close(None, String::new()));
    };
    let code = u16::from_be_bytes(*code);
    let reason = std::str::from_utf8(reason).ok()?.to_owned();
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999).then_some(Event::Close(Some(code), reason))
}
