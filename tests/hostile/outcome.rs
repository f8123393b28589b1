//! The expected outcome of a session: RFC 6455 §5 implemented top to bottom over all bytes at once.
//!
//! Shares no code with the server. Written for correctness alone.

use std::collections::BTreeSet;

use flate2::{Decompress, FlushDecompress, Status};

use crate::peer::Frame;

/// The limits of the server: bytes and fragments of a message.
pub(crate) const MAX_PAYLOAD: usize = 4096;
pub(crate) const MAX_FRAGMENTS: usize = 50;

/// The code that stands for a close frame without one; it is never sent (RFC 6455 §7.1.5).
const NO_CODE: u16 = 1005;

/// RFC 7692 §7.2.2: the bytes that a sender removes, and an empty last block, which proves that nothing was truncated.
const TAIL: [u8; 6] = [0x00, 0x00, 0xff, 0xff, 0x03, 0x00];

/// The outcome of a session.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome<End> {
    /// The messages; the flag is true for text.
    pub(crate) messages: Vec<(bool, Vec<u8>)>,
    /// The payloads of the pongs.
    pub(crate) pongs: Vec<Vec<u8>>,
    pub(crate) end: End,
}

/// The permitted ends of a session.
#[derive(Debug)]
pub(crate) enum Due {
    /// Without a close frame, because the peer sent none.
    Nothing,
    /// With a close frame that repeats the code of the peer.
    Answer(u16),
    /// With a close frame of one of these codes.
    Fault(BTreeSet<u16>),
    /// With or without a close code: the session is truncated inside a frame or a compressed message that the server may
    /// reject before it is complete.
    Unsure,
}

impl Due {
    /// Returns true if a session may end with a close frame of this code, or with none.
    pub(crate) fn allows(&self, close: Option<u16>) -> bool {
        match self {
            Self::Nothing => close.is_none(),
            Self::Answer(code) => close == Some(*code),
            Self::Fault(codes) => close.is_some_and(|code| codes.contains(&code)),
            Self::Unsure => close.is_none_or(|code| matches!(code, 1002 | 1007 | 1008 | 1009)),
        }
    }
}

/// Computes the outcome of the bytes after a handshake.
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

/// Parses the output of a server: complete frames of known kinds, with at most one close frame, at the end.
pub(crate) fn said(frames: Vec<Frame>, compresses: bool) -> Result<Outcome<Option<u16>>, String> {
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

/// One complete, unmasked frame of the peer.
struct Sent {
    first: u8,
    masked: bool,
    /// True if the length is in its shortest form.
    shortest: bool,
    payload: Vec<u8>,
}

impl Sent {
    /// Parses a frame; `None` if it is incomplete.
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

/// The state after the bytes read so far.
struct Reading {
    compresses: bool,
    messages: Vec<(bool, Vec<u8>)>,
    pongs: Vec<Vec<u8>>,
    begun: Option<Begun>,
    /// The inflated bytes that the next message may refer to (RFC 7692 §7.2.3.2).
    past: Vec<u8>,
}

/// An unfinished message.
struct Begun {
    text: bool,
    compressed: bool,
    frames: usize,
    /// The payload as sent.
    payload: Vec<u8>,
}

impl Reading {
    /// Reads one frame, which may end the session.
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

    /// Returns the close codes of all rules that a frame violates, regardless of its payload.
    fn broken(&self, sent: &Sent) -> BTreeSet<u16> {
        let (opcode, fin, length) = (sent.first & 0x0f, sent.first & 0x80 != 0, sent.payload.len());
        let begins = matches!(opcode, 1 | 2);
        // RFC 7692 §6: the first frame of a message may set the first reserved bit.
        let compressed = sent.first & 0x70 == 0x40 && self.compresses && begins;
        let begun = self.begun.as_ref();
        let shrinks = compressed || begun.is_some_and(|begun| begun.compressed);
        let so_far = begun.map_or(0, |begun| begun.payload.len());
        let rules = [
            // RFC 6455 §5.2.
            (sent.first & 0x70 != 0 && !compressed, 1002),
            (matches!(opcode, 3..=7 | 11..), 1002),
            (!sent.shortest, 1002),
            // RFC 6455 §5.1.
            (!sent.masked, 1002),
            // RFC 6455 §5.5.
            (opcode >= 8 && (length > 125 || !fin), 1002),
            // RFC 6455 §5.4.
            (begins && begun.is_some(), 1002),
            (opcode == 0 && begun.is_none(), 1002),
            // The limits of the server.
            (opcode == 0 && begun.is_some_and(|begun| begun.frames == MAX_FRAGMENTS), 1008),
            (opcode <= 2 && !shrinks && so_far + length > MAX_PAYLOAD, 1009),
        ];
        rules.into_iter().filter_map(|(broken, code)| broken.then_some(code)).collect()
    }

    /// Reads a data frame that is permitted at this point.
    fn data(&mut self, sent: &Sent) -> Option<Due> {
        let mut begun = self.begun.take().unwrap_or_else(|| Begun {
            text: sent.first & 0x0f == 1,
            compressed: sent.first & 0x40 != 0,
            frames: 0,
            payload: Vec::new(),
        });
        if begun.compressed && sent.payload.len() > MAX_PAYLOAD {
            // How much longer than its message a compressed frame may be is not specified.
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
        // RFC 6455 §8.1; a truncated text may end inside a character.
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

/// Returns the code that answers a close frame: RFC 6455 §5.5.1 and §7.4, and the codes registered with IANA since.
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

/// Inflates the start of a message, or the whole message with [`TAIL`]. The error is the close code for invalid or
/// oversized data.
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
            // RFC 7692 §7.2.3.4: other blocks may follow the final one.
            (Status::StreamEnd, false) => {}
            (Status::StreamEnd, true) => return Ok(made),
            (_, true) if !is_whole => return Ok(made),
            _ => return Err(1007),
        }
    }
}
