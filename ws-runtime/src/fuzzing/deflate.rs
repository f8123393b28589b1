//! Compression: both ends can use the negotiated parameters, and inflating stays within the limit.

use crate::wire::{Agreed, Decoder, Deflate, Frame, Inflater, Limits, Role, answer, confirm};

/// Fuzzes the offers of a client. The first two bytes are the settings of the route; the rest is lines of
/// `Sec-WebSocket-Extensions`.
///
/// # Panics
/// Panics if the negotiated parameters exceed the settings, or the response violates the grammar.
pub fn deflate_negotiation(data: &[u8]) {
    let [first, second, lines @ ..] = data else { return };
    let settings = Deflate::new()
        .server_max_window_bits(9 + first % 7)
        .client_max_window_bits(9 + second % 7)
        .server_no_context_takeover(first & 0x80 > 0)
        .client_no_context_takeover(second & 0x80 > 0);
    let Ok(Some((agreed, text))) = answer(lines.split(|byte| *byte == b'\n'), &settings) else { return };
    let window = |agreed: &Agreed| agreed.inbound_window(Role::Server);
    let most = if second & 0x80 > 0 { 0 } else { 1 << (9 + second % 7) };
    assert!(window(&agreed) <= most, "{text}: the client's window is larger than the settings allow");
    let willing = Deflate::new().server_no_context_takeover(false).client_no_context_takeover(false);
    let confirmed = confirm([text.as_bytes()], &willing).ok().flatten();
    assert!(confirmed.is_some(), "{text}: a client rejects the response");
}

/// Fuzzes compressed input of a client. The first byte chooses the read sizes and context takeover; the rest is frames.
///
/// # Panics
/// Panics if a message exceeds the limit.
pub fn inflate(data: &[u8]) {
    const MOST: usize = 4096;
    let [first, frames @ ..] = data else { return };
    let limits = Limits { max_message: Some(MOST), max_fragments: Some(100), fragment_timeout: None };
    let window = if first & 0x80 > 0 { 1 << 15 } else { 0 };
    let mut decoder = Decoder::new(Role::Server, true);
    let mut inflater = Inflater::new(window);
    let mut kept = Vec::new();
    for chunk in frames.chunks(1 + usize::from(first & 0x7f)) {
        kept.extend_from_slice(chunk);
        let mut input = &mut kept[..];
        loop {
            match decoder.next(&mut input, usize::MAX, &limits) {
                Ok(Some(Frame::Message(message))) => assert!(message.as_bytes().len() <= MOST),
                Ok(Some(Frame::Deflated(deflated))) => {
                    match inflater.message(&deflated, limits.max_message) {
                        Ok(message) => assert!(message.len() <= MOST),
                        Err(_) => return,
                    }
                }
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => return,
            }
        }
        let rest = input.len();
        kept.drain(..kept.len() - rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs both targets on input that often passes their first checks.
    #[test]
    fn deflate_targets_accept_protocol_like_input() {
        let mut state = 1_u64;
        let mut roll = |sides: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).expect("31 bits are a size") % sides
        };
        let words = [
            "permessage-deflate",
            "; ",
            ", ",
            "=",
            "\"",
            "\n",
            "server_max_window_bits=",
            "client_max_window_bits",
            "server_no_context_takeover",
            "client_no_context_takeover",
            "8",
            "10",
            "15",
            "16",
            "x",
        ];
        let frames: [&[u8]; 7] = [
            b"\xc1\x87\0\0\0\0\xf2\x48\xcd\xc9\xc9\x07\x00",
            b"\xc1\x85\0\0\0\0\xf2\x00\x11\x00\x00",
            b"\x41\x83\0\0\0\0\xf2\x48\xcd",
            b"\x80\x84\0\0\0\0\xc9\xc9\x07\x00",
            b"\x89\x80\0\0\0\0",
            b"\xc2\x88\0\0\0\0\xf3\x48\xcd\xc9\xc9\x07\x00\x00",
            b"\xc1\x81\0\0\0\0\x00",
        ];
        for _ in 0..20_000 {
            let mut offers =
                vec![u8::try_from(roll(256)).expect("a byte"), u8::try_from(roll(256)).expect("a byte")];
            (0..roll(12)).for_each(|_| offers.extend_from_slice(words[roll(words.len())].as_bytes()));
            deflate_negotiation(&offers);
            let mut sent = vec![u8::try_from(roll(256)).expect("a byte")];
            (0..roll(6)).for_each(|_| sent.extend_from_slice(frames[roll(frames.len())]));
            let (at, flip) = (roll(sent.len()), roll(256));
            sent[at] ^= u8::try_from(flip).expect("a byte");
            inflate(&sent);
        }
    }
}
