//! What a client sends: the opening handshake, and frames (RFC 6455 §4.1, §5.2). It knows bytes alone.

/// A text frame's opcode.
const TEXT: u8 = 0x1;
/// A binary frame's opcode.
const BINARY: u8 = 0x2;
/// That the payload is masked, beside its length.
const MASKED: u8 = 0x80;
/// The payload's length follows, in two bytes or in eight.
const TWO: u8 = 0x7e;
const EIGHT: u8 = 0x7f;
/// Any mask does: the server has to take it off all the same.
const MASK: [u8; 4] = [0x5a, 0x0f, 0xc3, 0x96];

/// Returns the opening handshake for a path, with its query.
pub fn handshake(target: &str) -> String {
    format!(
        "GET {target} HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n"
    )
}

/// Returns one message as a client frames it: text if `text` says so, else binary.
pub fn masked(payload: &[u8], text: bool) -> Vec<u8> {
    let mut frame = vec![0x80 | if text { TEXT } else { BINARY }];
    if let Ok(length @ ..TWO) = u8::try_from(payload.len()) {
        frame.push(MASKED | length);
    } else if let Ok(length) = u16::try_from(payload.len()) {
        frame.push(MASKED | TWO);
        frame.extend(length.to_be_bytes());
    } else {
        frame.push(MASKED | EIGHT);
        frame.extend((payload.len() as u64).to_be_bytes());
    }
    frame.extend(MASK);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// Returns how long a server's frame of so many bytes of payload is, in bytes: a server does not mask.
pub fn answer_length(payload: usize) -> usize {
    let header = match payload {
        ..126 => 2,
        126..=0xffff => 4,
        _ => 10,
    };
    header + payload
}
