//! Encodes the input of clients: the handshake and frames (RFC 6455 §4.1, §5.2).

/// Opcode of a text frame.
const TEXT: u8 = 0x1;
/// Opcode of a binary frame.
const BINARY: u8 = 0x2;
/// The mask bit, which is in the byte of the length.
const MASKED: u8 = 0x80;
/// Values of the 7-bit length if the length follows in two or eight bytes.
const TWO: u8 = 0x7e;
const EIGHT: u8 = 0x7f;
/// The mask. Its value does not matter, because the server always unmasks.
const MASK: [u8; 4] = [0x5a, 0x0f, 0xc3, 0x96];

/// Returns the handshake for a path that may have a query.
pub fn handshake(target: &str) -> String {
    format!(
        "GET {target} HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n"
    )
}

/// Returns a message in one client frame, text or binary.
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

/// Returns the length in bytes of a server frame with a payload of this length. Servers do not mask.
pub fn answer_length(payload: usize) -> usize {
    let header = match payload {
        ..126 => 2,
        126..=0xffff => 4,
        _ => 10,
    };
    header + payload
}
