//! Generated sessions: mostly valid input of a peer, and the sizes of the reads in which it arrives.
//!
//! A session is a value that proptest can shrink. This file does not depend on a server.

use std::fmt;

use flate2::{Compress, Compression, FlushCompress};
use proptest::{collection::vec, option, prelude::*, sample::Index};

use crate::{
    outcome::MAX_PAYLOAD,
    peer::{BINARY, CLOSE, PING, PONG, TEXT, frame},
};

/// Bits of the first byte of a frame: FIN, and RSV1 for a compressed message.
const FIN: u8 = 0x80;
const COMPRESSED: u8 = 0x40;

/// The input of one peer after its handshake.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// True if the peer offers compression.
    pub(crate) compresses: bool,
    parts: Vec<Part>,
    changes: Vec<Change>,
    /// Number of bytes in each read of the server, handshake included. The list is repeated for a while, then the rest
    /// arrives at once.
    pub(crate) pieces: Vec<usize>,
    /// True if the peer resets the connection at the end instead of reading up to the end of the stream.
    pub(crate) resets: bool,
}

/// A part of a session.
#[derive(Clone, Debug)]
enum Part {
    Message(Message),
    Control(Control),
    Close(Option<(u16, Bytes)>),
    /// A frame with any first byte and any payload, which may be invalid.
    Frame(u8, Bytes),
    Bytes(Bytes),
}

#[derive(Clone, Debug)]
struct Message {
    text: bool,
    payload: Bytes,
    compressed: bool,
    /// Length of the fragments; 0 for a single frame.
    fragment: usize,
    /// Frames to send after each fragment.
    between: Option<Control>,
}

#[derive(Clone, Debug)]
struct Control {
    pong: bool,
    payload: Bytes,
}

/// A fault in the bytes of a session.
#[derive(Clone, Debug)]
enum Change {
    Other(Index, u8),
    More(Index, u8),
    Less(Index),
}

/// Bytes whose `Debug` output is text where possible.
#[derive(Clone)]
struct Bytes(Vec<u8>);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match std::str::from_utf8(&self.0) {
            Ok(text) if text.len() > 200 => write!(f, "{} bytes of {:?}…", text.len(), text.split_at(1).0),
            Ok(text) => fmt::Debug::fmt(text, f),
            Err(_) => write!(f, "{:02x?}", self.0),
        }
    }
}

/// Generates a session of at most eight parts, each hardly longer than the message limit. Their total stays below the
/// queue length at which the server stops answering pings.
pub(crate) fn session() -> impl Strategy<Value = Session> {
    let changes = prop_oneof![3 => Just(Vec::new()), 1 => vec(change(), 1..4)];
    let pieces = prop_oneof![1 => Just(Vec::new()), 3 => vec(prop_oneof![1..10_usize, 1..2000_usize], 1..6)];
    let resets = prop_oneof![7 => Just(false), 1 => Just(true)];
    (any::<bool>(), vec(part(), 0..9), changes, pieces, resets).prop_map(
        |(compresses, parts, changes, pieces, resets)| Session { compresses, parts, changes, pieces, resets },
    )
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        40 => message().prop_map(Part::Message),
        16 => control().prop_map(Part::Control),
        4 => option::of((code(), bytes(123))).prop_map(Part::Close),
        2 => (any::<u8>(), bytes(300)).prop_map(|(first, payload)| Part::Frame(first, payload)),
        1 => bytes(300).prop_map(Part::Bytes),
    ]
}

fn message() -> impl Strategy<Value = Message> {
    let fragment = prop_oneof![2 => Just(0), 1 => 1..20_usize, 1 => 20..1500_usize];
    let any = (any::<bool>(), bytes(MAX_PAYLOAD), any::<bool>(), fragment, option::of(control()));
    any.prop_map(|(text, payload, compressed, fragment, between)| Message {
        text,
        payload,
        compressed,
        fragment,
        between,
    })
}

fn control() -> impl Strategy<Value = Control> {
    (any::<bool>(), bytes(125)).prop_map(|(pong, payload)| Control { pong, payload })
}

/// Generates close codes: permitted, forbidden and undefined ones.
fn code() -> impl Strategy<Value = u16> {
    prop_oneof![990..1020_u16, 2990..3010_u16, 3990..5010_u16, any::<u16>()]
}

/// Generates bytes: mostly short text, sometimes the maximum length or one byte more.
fn bytes(limit: usize) -> impl Strategy<Value = Bytes> {
    let few = limit.min(30);
    // Text of characters with each encoded length.
    let text = |most| {
        (0..4_usize, 0..=most / 4)
            .prop_map(|(skip, count)| {
                "aä€\u{1d11e}".chars().cycle().skip(skip).take(count).collect::<String>()
            })
            .prop_map(String::into_bytes)
    };
    let length = prop_oneof![0..=limit, Just(limit), Just(limit + 1)];
    prop_oneof![
        6 => text(few),
        2 => length.prop_map(|length| vec![b'a'; length]),
        1 => text(limit),
        1 => vec(any::<u8>(), 0..=few),
    ]
    .prop_map(Bytes)
}

fn change() -> impl Strategy<Value = Change> {
    let other = (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Other(at, byte));
    let more = (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::More(at, byte));
    let less = any::<Index>().prop_map(Change::Less);
    prop_oneof![other, more, less]
}

impl Session {
    /// Returns the bytes that the peer sends after its handshake.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        // All messages share one compressor, so that a message may refer to earlier ones (RFC 7692 §7.2.3.2).
        let mut deflater = self.compresses.then(|| Compress::new(Compression::default(), false));
        let mut bytes = Vec::new();
        for part in &self.parts {
            match part {
                Part::Message(message) => message.write(deflater.as_mut(), &mut bytes),
                Part::Control(control) => control.write(&mut bytes),
                Part::Close(None) => bytes.extend(frame(CLOSE, b"")),
                Part::Close(Some((code, reason))) => {
                    bytes.extend(frame(CLOSE, &[&code.to_be_bytes(), &reason.0[..]].concat()));
                }
                Part::Frame(first, payload) => bytes.extend(frame(*first, &payload.0)),
                Part::Bytes(any) => bytes.extend(&any.0),
            }
        }
        for change in &self.changes {
            change.befall(&mut bytes);
        }
        bytes
    }
}

impl Message {
    fn write(&self, deflater: Option<&mut Compress>, bytes: &mut Vec<u8>) {
        let mut first = (if self.text { TEXT } else { BINARY }) & !FIN;
        let payload = match deflater {
            Some(deflater) if self.compressed => {
                first |= COMPRESSED;
                deflated(deflater, &self.payload.0)
            }
            _ => self.payload.0.clone(),
        };
        let length = if self.fragment == 0 { payload.len() } else { self.fragment };
        let mut fragments = payload.chunks(length.max(1)).peekable();
        loop {
            let fragment = fragments.next().unwrap_or_default();
            let is_last = fragments.peek().is_none();
            bytes.extend(frame(if is_last { first | FIN } else { first }, fragment));
            if is_last {
                return;
            }
            first = 0;
            if let Some(control) = &self.between {
                control.write(bytes);
            }
        }
    }
}

impl Control {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(frame(if self.pong { PONG } else { PING }, &self.payload.0));
    }
}

impl Change {
    fn befall(&self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        if length == 0 {
            return;
        }
        match self {
            Self::Other(at, byte) => bytes[at.index(length)] = *byte,
            Self::More(at, byte) => bytes.insert(at.index(length), *byte),
            Self::Less(at) => drop(bytes.remove(at.index(length))),
        }
    }
}

/// Compresses and flushes a payload, and removes the trailing empty block (RFC 7692 §7.2.1).
fn deflated(deflater: &mut Compress, payload: &[u8]) -> Vec<u8> {
    let mut made = Vec::with_capacity(payload.len() + payload.len() / 7 + 64);
    deflater.compress_vec(payload, &mut made, FlushCompress::Sync).expect("there is room for all of it");
    // A second flush without data writes nothing, so an empty message is sent as an empty block (RFC 7692 §7.2.3.6).
    made.strip_suffix(&[0x00, 0x00, 0xff, 0xff]).map_or(vec![0x00], <[u8]>::to_vec)
}
