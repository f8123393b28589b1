//! Computes the expected outcome of a session: RFC 6455 §5, implemented for all bytes of a session at once.
//!
//! This model shares no code with the server and is not optimised.

use std::collections::BTreeSet;

use flate2::{Decompress, FlushDecompress, Status};

use crate::peer::Frame;

/// Limits of the server: bytes and fragments of a message.
pub(crate) const MAX_PAYLOAD: usize = 4096;
pub(crate) const MAX_FRAGMENTS: usize = 50;

/// Represents a close frame without a code; the code itself is never sent (RFC 6455 §7.1.5).
const NO_CODE: u16 = 1005;

/// The bytes that a sender removes (RFC 7692 §7.2.2), followed by an empty last block, which marks the end of complete
/// data.
const TAIL: [u8; 6] = [0x00, 0x00, 0xff, 0xff, 0x03, 0x00];

/// The outcome of a session.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome<End> {
    /// Received messages. The flag is true for text.
    pub(crate) messages: Vec<(bool, Vec<u8>)>,
    /// Payloads of the pongs.
    pub(crate) pongs: Vec<Vec<u8>>,
    pub(crate) end: End,
}

/// Permitted ends of a session.
#[derive(Debug)]
pub(crate) enum Due {
    /// No close frame, because the peer sent none.
    Nothing,
    /// A close frame that repeats the code of the peer.
    Answer(u16),
    /// A close frame with one of these codes.
    Fault(BTreeSet<u16>),
    /// A close frame or none: the session is truncated inside a frame or a compressed message, which the server may
    /// reject before it is complete.
    Unsure,
}

impl Due {
    /// Returns true if a session may end with this close code, or without a close frame for `None`.
    pub(crate) fn allows(&self, close: Option<u16>) -> bool {
        match self {
            Self::Nothing => close.is_none(),
            Self::Answer(code) => close == Some(*code),
            Self::Fault(codes) => close.is_some_and(|code| codes.contains(&code)),
            Self::Unsure => close.is_none_or(|code| matches!(code, 1002 | 1007 | 1008 | 1009)),
        }
    }
}

/// Computes the outcome of the bytes that follow a handshake.
pub(crate) fn due(bytes: &[u8], compresses: bool) -> Outcome<Due> {
    let mut reading =
        Reading { compresses, messages: Vec::new(), pongs: Vec::new(), begun: None, past: Vec::new() };
    let mut rest = bytes;
    let end = loop {
        if rest.is_empty() {
            break Due::Nothing;
        }
        let Some(sent) = Sent::read(&mut rest) else { break Due::Unsure };
        if let Some(end) = reading.take(&sent) {
            break end;
        }
    };
    Outcome { messages: reading.messages, pongs: reading.pongs, end }
}

/// Parses the output of a server: complete frames of known opcodes, with at most one close frame, which is the last.
pub(crate) fn parse_output(frames: Vec<Frame>, compresses: bool) -> Result<Outcome<Option<u16>>, String> {
    let mut said = Outcome { messages: Vec::new(), pongs: Vec::new(), end: None };
    let mut past = Vec::new();
    for frame in frames {
        let Frame { first, payload } = frame;
        if said.end.is_some() {
            return Err(format!("{first:02x} {payload:02x?} behind the close frame"));
        }
        match first {
            0x81 | 0x82 => said.messages.push((first == 0x81, payload)),
            0xc1 | 0xc2 if compresses => {
                let inflated = inflate(&past, &[&payload[..], &TAIL].concat())
                    .map_err(|code| format!("{payload:02x?} cannot be inflated: {code}"))?;
                past.extend(&inflated);
                said.messages.push((first == 0xc1, inflated));
            }
            0x8a => said.pongs.push(payload),
            0x88 => match closed(&payload) {
                Due::Answer(code) if payload.len() <= 125 => said.end = Some(code),
                _ => return Err(format!("closed with {payload:02x?}")),
            },
            _ => return Err(format!("a frame that begins with {first:02x}")),
        }
    }
    match said.messages.iter().find(|(text, payload)| *text && std::str::from_utf8(payload).is_err()) {
        Some((_, payload)) => Err(format!("a text of {payload:02x?}")),
        None => Ok(said),
    }
}

/// A complete, unmasked frame of the peer.
struct Sent {
    first: u8,
    masked: bool,
    /// True if the length is encoded in its shortest form.
    shortest: bool,
    payload: Vec<u8>,
}

impl Sent {
    /// Parses a frame. Returns `None` if it is incomplete.
    fn read(rest: &mut &[u8]) -> Option<Self> {
        let [first, second] = *rest.split_off(..2)?.first_chunk()?;
        let (length, least) = match second & 0x7f {
            126 => (u64::from(u16::from_be_bytes(*rest.split_off(..2)?.first_chunk()?)), 126),
            127 => (u64::from_be_bytes(*rest.split_off(..8)?.first_chunk()?), 1 << 16),
            short => (u64::from(short), 0),
        };
        let masked = second & 0x80 != 0;
        let mask: [u8; 4] = if masked { *rest.split_off(..4)?.first_chunk()? } else { [0; 4] };
        let length = usize::try_from(length).ok().filter(|length| *length <= rest.len())?;
        let payload = rest.split_off(..length)?.iter().zip(mask.iter().cycle());
        let payload = payload.map(|(byte, key)| byte ^ key).collect();
        Some(Self { first, masked, shortest: length as u64 >= least, payload })
    }
}

/// The state after the frames read so far.
struct Reading {
    compresses: bool,
    messages: Vec<(bool, Vec<u8>)>,
    pongs: Vec<Vec<u8>>,
    begun: Option<Begun>,
    /// Inflated bytes that the next message may refer to (RFC 7692 §7.2.3.2).
    past: Vec<u8>,
}

/// An unfinished message.
struct Begun {
    text: bool,
    compressed: bool,
    frames: usize,
    /// The payload as it was sent.
    payload: Vec<u8>,
}

impl Reading {
    /// Processes one frame. Returns the end of the session if the frame ends it.
    fn take(&mut self, sent: &Sent) -> Option<Due> {
        let codes = self.broken(sent);
        if !codes.is_empty() {
            return Some(Due::Fault(codes));
        }
        match sent.first & 0x0f {
            8 => return Some(closed(&sent.payload)),
            9 => self.pongs.push(sent.payload.clone()),
            10 => {}
            _ => return self.data(sent),
        }
        None
    }

    /// Returns the close codes for all rules that a frame violates, whatever its payload is.
    fn broken(&self, sent: &Sent) -> BTreeSet<u16> {
        let (opcode, fin, length) = (sent.first & 0x0f, sent.first & 0x80 != 0, sent.payload.len());
        let begins = matches!(opcode, 1 | 2);
        // The first frame of a message may set the first reserved bit (RFC 7692 §6).
        let compressed = sent.first & 0x70 == 0x40 && self.compresses && begins;
        let begun = self.begun.as_ref();
        let shrinks = compressed || begun.is_some_and(|begun| begun.compressed);
        let so_far = begun.map_or(0, |begun| begun.payload.len());
        let rules = [
            // Reserved bits and opcodes are invalid, and a length must be in its shortest form (RFC 6455 §5.2).
            (sent.first & 0x70 != 0 && !compressed, 1002),
            (matches!(opcode, 3..=7 | 11..), 1002),
            (!sent.shortest, 1002),
            // Clients must mask their frames (RFC 6455 §5.1).
            (!sent.masked, 1002),
            // Control frames must be short and unfragmented (RFC 6455 §5.5).
            (opcode >= 8 && (length > 125 || !fin), 1002),
            // A message must not start inside another, and a continuation needs a message (RFC 6455 §5.4).
            (begins && begun.is_some(), 1002),
            (opcode == 0 && begun.is_none(), 1002),
            // The server limits the fragments and the length of a message.
            (opcode == 0 && begun.is_some_and(|begun| begun.frames == MAX_FRAGMENTS), 1008),
            (opcode <= 2 && !shrinks && so_far + length > MAX_PAYLOAD, 1009),
        ];
        rules.into_iter().filter_map(|(broken, code)| broken.then_some(code)).collect()
    }

    /// Processes a data frame that is permitted in this state.
    fn data(&mut self, sent: &Sent) -> Option<Due> {
        let mut begun = self.begun.take().unwrap_or_else(|| Begun {
            text: sent.first & 0x0f == 1,
            compressed: sent.first & 0x40 != 0,
            frames: 0,
            payload: Vec::new(),
        });
        if begun.compressed && sent.payload.len() > MAX_PAYLOAD {
            // The server may reject a compressed frame by its length. The longest accepted length is not specified.
            return Some(Due::Unsure);
        }
        begun.payload.extend(&sent.payload);
        begun.frames += 1;
        let last = sent.first & 0x80 != 0;
        let inflated = match (begun.compressed, last) {
            (true, false) => inflate(&self.past, &begun.payload),
            (true, true) => inflate(&self.past, &[&begun.payload[..], &TAIL].concat()),
            (false, _) => Ok(begun.payload.clone()),
        };
        let message = match inflated {
            Ok(message) => message,
            Err(_) if !last => return Some(Due::Unsure),
            Err(code) => return Some(Due::Fault([code].into())),
        };
        // Text must be UTF-8 (RFC 6455 §8.1). Unfinished text may end inside a character.
        if begun.text
            && let Err(error) = std::str::from_utf8(&message)
            && (last || error.error_len().is_some())
        {
            if begun.compressed && !last {
                return Some(Due::Unsure);
            }
            return Some(Due::Fault([1007].into()));
        }
        if last {
            if begun.compressed {
                self.past.extend(&message);
            }
            self.messages.push((begun.text, message));
        } else {
            self.begun = Some(begun);
        }
        None
    }
}

/// Returns the code that answers a close frame (RFC 6455 §5.5.1 and §7.4, and the codes that IANA has registered
/// since).
fn closed(payload: &[u8]) -> Due {
    let Some((code, reason)) = payload.split_first_chunk() else {
        return if payload.is_empty() { Due::Answer(NO_CODE) } else { Due::Fault([1002].into()) };
    };
    let code = u16::from_be_bytes(*code);
    let is_defined = matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
    match (is_defined, std::str::from_utf8(reason).is_ok()) {
        (true, true) => Due::Answer(code),
        (true, false) => Due::Fault([1007].into()),
        (false, true) => Due::Fault([1002].into()),
        (false, false) => Due::Fault([1002, 1007].into()),
    }
}

/// Inflates the start of a message, or the whole message if it ends with [`TAIL`]. The error is the close code for
/// invalid data, or for data over the limit.
fn inflate(past: &[u8], payload: &[u8]) -> Result<Vec<u8>, u16> {
    let is_whole = payload.ends_with(&TAIL);
    let mut made = Vec::with_capacity(MAX_PAYLOAD + 1);
    let mut rest = payload;
    loop {
        let mut stream = Decompress::new(false);
        let window = [past, &made].concat();
        let window = &window[window.len().saturating_sub(1 << 15)..];
        if !window.is_empty() {
            stream.set_dictionary(window).map_err(|_| 1007_u16)?;
        }
        let status = stream.decompress_vec(rest, &mut made, FlushDecompress::Sync).map_err(|_| 1007_u16)?;
        if made.len() > MAX_PAYLOAD {
            return Err(1009);
        }
        let taken = usize::try_from(stream.total_in()).map_err(|_| 1007_u16)?;
        rest = rest.get(taken..).unwrap_or_default();
        match (status, rest.is_empty()) {
            // Other blocks may follow the final block (RFC 7692 §7.2.3.4).
            (Status::StreamEnd, false) => {}
            (Status::StreamEnd, true) => return Ok(made),
            (_, true) if !is_whole => return Ok(made),
            _ => return Err(1007),
        }
    }
}
