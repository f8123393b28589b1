//! Compression and decompression of messages, under every set of negotiated parameters.

use bytes::Bytes;

use super::*;
use crate::{
    message::{Kind, Message},
    wire::{Decoder, Encoder, Fault, Frame, Limits, Role},
};

const UNLIMITED: Limits = Limits { max_message: None, max_fragments: None, fragment_timeout: None };
const WINDOW: usize = 1 << 15;

fn at_most(bytes: usize) -> Limits {
    Limits { max_message: Some(bytes), ..UNLIMITED }
}

/// A client's inbound half. It reads unmasked frames.
fn client(window: usize) -> Receiver {
    Receiver::new(Role::Client, window)
}

/// The inbound half of a connection.
struct Receiver {
    decoder: Decoder,
    inflater: Inflater,
}

impl Receiver {
    fn new(role: Role, window: usize) -> Self {
        Self { decoder: Decoder::new(role, true), inflater: Inflater::new(window) }
    }
}

/// Decodes all messages in the bytes.
fn read(receiver: &mut Receiver, bytes: &[u8], limits: &Limits) -> Result<Vec<Message>, Fault> {
    let mut bytes = bytes.to_vec();
    let (mut input, mut messages) = (&mut bytes[..], Vec::new());
    while let Some(frame) = receiver.decoder.next(&mut input, usize::MAX, limits)? {
        match frame {
            Frame::Message(message) => messages.push(message.into_message()),
            Frame::Deflated(deflated) => {
                messages.push(receiver.inflater.message(&deflated, limits.max_message)?);
            }
            _ => {}
        }
    }
    assert!(input.is_empty(), "all bytes are parsed");
    Ok(messages)
}

/// Returns an unmasked frame with this first byte.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    Encoder::message(Kind::Binary, payload, &mut frame);
    frame[0] = first;
    frame
}

fn deflating(settings: &Deflate, takeover: bool) -> Deflating {
    Deflating { takeover, ..settings.deflating(Format::deflated(15)) }
}

fn compressed(payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    assert!(Deflater::new(deflating(&Deflate::new(), false)).deflate(payload, &mut out));
    out
}

/// Returns pseudorandom bytes. They are reproducible and cannot be compressed.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

/// The examples of RFC 7692 §7.2.3.
#[test]
fn rfc_7692_examples_are_inflated() {
    let hello = || vec![Message::text("Hello")];
    let (one, again): (&[u8], &[u8]) =
        (b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00", b"\xc1\x05\xf2\x00\x11\x00\x00");
    for (label, bytes, messages) in [
        ("§7.2.3.1, one block", one, hello()),
        ("§7.2.3.1, in fragments", b"\x41\x03\xf2\x48\xcd\x80\x04\xc9\xc9\x07\x00", hello()),
        ("§7.2.3.2, second message refers to the first", &[one, again].concat(), [hello(), hello()].concat()),
        ("§7.2.3.3, uncompressed block", b"\xc1\x0b\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", hello()),
        ("§7.2.3.4, final block", b"\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00", hello()),
        ("§7.2.3.5, two blocks", b"\xc1\x0d\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", hello()),
        ("§7.2.3.6, an empty message", b"\xc1\x01\x00", vec![Message::text("")]),
        ("uncompressed message", b"\x81\x05Hello", hello()),
    ] {
        assert_eq!(read(&mut client(WINDOW), bytes, &UNLIMITED), Ok(messages), "{label}");
    }
}

/// The examples of RFC 7692 §7.2.3.1, §7.2.3.2 and §7.2.3.6.
#[test]
fn rfc_7692_examples_are_compressed() {
    let settings = Deflate::new();
    let mut out = Vec::new();
    assert!(Deflater::new(deflating(&settings, false)).deflate(b"Hello", &mut out));
    assert_eq!(out, b"\xf2\x48\xcd\xc9\xc9\x07\x00");
    let mut stream = Deflater::new(deflating(&settings.level(6), true));
    for expected in [&b"\xf2\x48\xcd\xc9\xc9\x07\x00"[..], b"\xf2\x00\x11\x00\x00"] {
        out.clear();
        assert!(stream.deflate(b"Hello", &mut out));
        assert_eq!(out, expected);
    }
    out.clear();
    assert!(stream.deflate(b"", &mut out));
    assert_eq!(out, b"\x00");
    let mut framed = Vec::new();
    Encoder::deflated(Kind::Text, b"\xf2\x48\xcd\xc9\xc9\x07\x00", &mut framed);
    assert_eq!(framed, b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00");
}

#[test]
fn message_limit_counts_inflated_bytes() {
    for limit in [0, 1, 5, 1000, 65_535, 65_536, 65_537, 300_000] {
        for (content, bytes) in [("zeros", vec![0; limit + 1]), ("noise", noise(limit + 1))] {
            for (length, fits) in [(limit.saturating_sub(1), true), (limit, true), (limit + 1, false)] {
                let deflated = compressed(&bytes[..length]);
                let whole = frame(0xc2, &deflated);
                let (first, second) = deflated.split_at(deflated.len() / 2);
                let fragments = [frame(0x42, first), frame(0x00, second), frame(0x80, b"")].concat();
                for (form, frames) in [("whole", whole), ("in fragments", fragments)] {
                    let message = Message::binary(bytes[..length].to_vec());
                    let expected = if fits { Ok(vec![message]) } else { Err(Fault::TooLong) };
                    let read = read(&mut client(0), &frames, &at_most(limit));
                    assert!(read == expected, "{length} bytes of {content}, {form}, limit {limit}");
                }
            }
        }
    }
}

#[test]
fn decompression_bomb_is_rejected_at_the_limit() {
    let bomb = compressed(&vec![0; 8 << 20]);
    assert!(bomb.len() < 1 << 14, "the input is small");
    let limits = at_most(1 << 17);
    assert_eq!(read(&mut client(0), &frame(0xc1, &bomb), &limits), Err(Fault::TooLong));
    // A fragmented message stays compressed and is inflated with its last fragment.
    let mut receiver = client(WINDOW);
    let count = bomb.chunks(64).count();
    for (at, chunk) in bomb.chunks(64).enumerate() {
        let first = (u8::from(at == 0) * 0x41) | (u8::from(at + 1 == count) * 0x80);
        let expected = if at + 1 == count { Err(Fault::TooLong) } else { Ok(Vec::new()) };
        assert_eq!(read(&mut receiver, &frame(first, chunk), &limits), expected, "fragment {at}");
        assert!(receiver.decoder.held() <= 2 * bomb.len(), "{} bytes are buffered", receiver.decoder.held());
    }
}

#[test]
fn oversized_compressed_frame_is_rejected_by_its_header() {
    let limits = at_most(1000);
    for (length, expected) in [(1206, Ok(())), (1207, Err(Fault::TooLong))] {
        let [high, low] = u16::to_be_bytes(length);
        let mut header = [0xc2, 126, high, low];
        let read = client(0)
            .decoder
            .next(&mut &mut header[..], usize::MAX, &limits)
            .map(|frame| assert!(frame.is_none()));
        assert_eq!(read, expected, "{length}");
    }
    // The bound applies to the total of all fragments, whichever exceeds it.
    let noise = noise(1206);
    for (first, second) in [(600, 606), (1206, 0), (1, 1205)] {
        let mut receiver = client(0);
        assert_eq!(read(&mut receiver, &frame(0x42, &noise[..first]), &limits), Ok(Vec::new()));
        assert_eq!(read(&mut receiver, &frame(0x00, &noise[..second]), &limits), Ok(Vec::new()));
        assert_eq!(
            read(&mut receiver, &frame(0x00, b"x"), &limits),
            Err(Fault::TooLong),
            "{first} and {second}"
        );
    }
}

#[test]
fn rsv1_is_rejected_outside_first_data_frames() {
    let deflated = compressed(b"Hello");
    let is_violation = |result: Result<Vec<Message>, Fault>| matches!(result, Err(Fault::Protocol(_)));
    for (label, frames) in [
        ("continuation of a compressed message", [frame(0x41, &deflated), frame(0xc0, b"")].concat()),
        ("continuation of an uncompressed message", [frame(0x01, b"Hel"), frame(0xc0, &deflated)].concat()),
        ("ping", frame(0xc9, b"")),
        ("pong", frame(0xca, b"")),
        ("close frame", frame(0xc8, b"")),
        ("RSV1 and RSV2", frame(0xe1, &deflated)),
        ("RSV2 alone", frame(0xa1, b"Hello")),
        ("RSV3 alone", frame(0x91, b"Hello")),
    ] {
        assert!(is_violation(read(&mut client(WINDOW), &frames, &UNLIMITED)), "{label}");
    }
    let mut without = Receiver { decoder: Decoder::new(Role::Client, false), inflater: Inflater::new(0) };
    assert!(
        is_violation(read(&mut without, &frame(0xc1, &deflated), &UNLIMITED)),
        "compression was not negotiated"
    );
}

#[test]
fn control_frames_may_interleave_compressed_fragments() {
    let (first, second) = (&compressed(b"Hello")[..3], &compressed(b"Hello")[3..]);
    let frames =
        [frame(0x41, first), frame(0x89, b"ping"), frame(0x80, second), frame(0x81, b"plain")].concat();
    let messages = vec![Message::text("Hello"), Message::text("plain")];
    assert_eq!(read(&mut client(WINDOW), &frames, &UNLIMITED), Ok(messages));
}

#[test]
fn malformed_deflate_payload_is_rejected() {
    let long = compressed(&noise(5000));
    for (label, payload) in [
        ("empty payload", &b""[..]),
        ("reserved block type", b"\x07\x00"),
        ("LEN and NLEN differ", b"\x00\x05\x00\xff\xffHello\x00"),
        ("distance beyond the window", b"\xf2\x00\x11\x00\x00"),
        ("truncated block", &long[..2000]),
        ("truncated uncompressed block", b"\x00\x64\x00\x9b\xffHello"),
        ("a thousand final blocks", &[0x03, 0x00].repeat(1000)),
    ] {
        for window in [0, WINDOW] {
            let whole = read(&mut client(window), &frame(0xc2, payload), &UNLIMITED);
            assert_eq!(whole, Err(Fault::Compression), "{label}");
            let (first, second) = payload.split_at(payload.len() / 2);
            let fragments = [frame(0x42, first), frame(0x80, second)].concat();
            let read = read(&mut client(window), &fragments, &UNLIMITED);
            assert_eq!(read, Err(Fault::Compression), "{label}, in fragments");
        }
    }
}

/// Later blocks may refer to bytes before a final block (RFC 7692 §7.2.3.4).
#[test]
fn final_block_does_not_reset_the_window() {
    let mut decoder = client(WINDOW);
    let hello = b"\xf3\x48\xcd\xc9\xc9\x07\x00";
    // One message with a final block, then a block that refers five bytes back. The next message refers back too.
    let payload = [&hello[..], b"\xf2\x00\x11\x00\x00"].concat();
    let expected = Ok(vec![Message::text("HelloHello")]);
    assert_eq!(read(&mut decoder, &frame(0xc1, &payload), &UNLIMITED), expected);
    let next = frame(0xc1, b"\xf2\x00\x11\x00\x00");
    assert_eq!(read(&mut decoder, &next, &UNLIMITED), Ok(vec![Message::text("Hello")]));
}

#[test]
fn inflated_text_must_be_utf_8() {
    let text = "grüße ".repeat(50);
    let (mut bad, at) = (text.clone().into_bytes(), 100);
    bad[at] = 0xff;
    for window in [0, WINDOW] {
        assert_eq!(read(&mut client(window), &frame(0xc1, &compressed(&bad)), &UNLIMITED), Err(Fault::Utf8));
        // A character split between two fragments is valid.
        let deflated = compressed(text.as_bytes());
        let count = deflated.len();
        let fragments = deflated.iter().enumerate().map(|(at, byte)| {
            frame((u8::from(at == 0) * 0x41) | (u8::from(at + 1 == count) * 0x80), &[*byte])
        });
        let fragments = fragments.collect::<Vec<_>>().concat();
        assert_eq!(read(&mut client(window), &fragments, &UNLIMITED), Ok(vec![Message::text(text.as_str())]));
    }
}

/// A thread's stream is reset before each use, also after a message that failed.
#[test]
fn failed_message_does_not_affect_the_next() {
    for _ in 0..3 {
        let _ = read(&mut client(WINDOW), &frame(0xc1, b"\xf2\x48\x07\x07\x07"), &UNLIMITED);
        let _ = read(&mut client(WINDOW), &frame(0x41, b"\xf2\x48\xcd"), &UNLIMITED);
        let _ = read(&mut client(0), &frame(0xc2, &compressed(&[0; 5000])), &at_most(10));
        let read = read(&mut client(0), &frame(0xc1, &compressed(b"Hello")), &UNLIMITED);
        assert_eq!(read, Ok(vec![Message::text("Hello")]));
    }
}

/// A frame for several sockets is compressed independently and moves the window of the peer. The socket's own stream
/// does not know that frame: unless it restarts, its references point to the wrong bytes.
#[test]
fn deflater_must_restart_after_a_shared_frame() {
    let settings = Deflate::new();
    let (own, shared) = ("message of the socket".repeat(3), "published message".repeat(3));
    let expected = Message::text(own.as_str());
    for restarts in [true, false] {
        let mut decoder = client(WINDOW);
        let mut stream = Deflater::new(deflating(&settings, true));
        let mut send = |stream: &mut Deflater, text: &str| {
            let mut out = Vec::new();
            assert!(stream.deflate(text.as_bytes(), &mut out));
            read(&mut decoder, &frame(0xc1, &out), &UNLIMITED)
        };
        assert_eq!(send(&mut stream, &own), Ok(vec![expected.clone()]));
        assert_eq!(
            send(&mut Deflater::new(deflating(&settings, false)), &shared),
            Ok(vec![Message::text(shared.as_str())])
        );
        if restarts {
            stream = Deflater::new(deflating(&settings, true));
        }
        let arrived = send(&mut stream, &own);
        assert_eq!(arrived == Ok(vec![expected.clone()]), restarts, "{arrived:?}");
    }
}

#[test]
fn inflater_keeps_only_its_window() {
    let mut inflater = Inflater::new(512);
    let mut all = Vec::new();
    for length in [0, 1, 100, 300, 200, 511, 512, 513, 5000, 3] {
        let message = noise(length);
        all.extend_from_slice(&message);
        assert_eq!(inflater.whole(&compressed(&message), None), Ok(Bytes::from(message)));
        assert_eq!(inflater.kept(), &all[all.len().saturating_sub(512)..]);
    }
    let mut none = Inflater::new(0);
    assert!(none.whole(&compressed(b"Hello"), None).is_ok());
    assert!(none.kept().is_empty());
}

/// Messages of several contents and lengths, in three fragments, compressed if they reach the threshold, in both
/// directions.
#[test]
fn messages_arrive_under_all_negotiated_settings() {
    let mut state = 1_u64;
    let mut roll = |sides: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((state >> 33) % sides).expect("the value is small")
    };
    let noise = noise(70_000);
    let flags = (0..4).flat_map(|flags| [9, 11, 15].map(|bits| (flags, bits)));
    for (flags, bits) in flags {
        let settings = Deflate::new()
            .threshold(8)
            .level(u8::try_from(1 + roll(9)).expect("the value is small"))
            .server_max_window_bits(bits)
            .client_max_window_bits(bits)
            .server_no_context_takeover(flags & 1 > 0)
            .client_no_context_takeover(flags & 2 > 0);
        let offer = offer(&settings);
        let (server, response) =
            answer([offer.as_bytes()], &settings).ok().flatten().expect("the offer is accepted");
        let client =
            confirm([response.as_bytes()], &settings).ok().flatten().expect("the response is accepted");
        for (from, sender, to, receiver) in
            [(Role::Server, server, Role::Client, client), (Role::Client, client, Role::Server, server)]
        {
            let deflating = sender.outbound(from);
            let mut inbound = Receiver::new(to, receiver.inbound_window(to));
            let mut own = None;
            for step in 0..40 {
                let payload = match roll(4) {
                    0 => noise[..roll(70_000)].to_vec(),
                    1 => b"repeated words ".repeat(roll(3000)),
                    2 => noise[roll(100)..][..200].repeat(1 + roll(5)),
                    _ => vec![b'x'; roll(20)],
                };
                let compressed = payload.len() >= sender.threshold();
                let mut wire = payload.clone();
                if compressed {
                    let mut stream = own.take().unwrap_or_else(|| Deflater::new(deflating));
                    wire.clear();
                    assert!(stream.deflate(&payload, &mut wire));
                    own = Some(stream).filter(|_| deflating.takeover);
                }
                let cuts = [roll(wire.len() as u64 + 1), roll(wire.len() as u64 + 1)];
                let (first, last) = (*cuts.iter().min().expect("two"), *cuts.iter().max().expect("two"));
                let mut frames = Vec::new();
                for (at, part) in [&wire[..first], &wire[first..last], &wire[last..]].into_iter().enumerate()
                {
                    let opcode = if at > 0 {
                        0
                    } else if compressed {
                        0x42
                    } else {
                        0x02
                    };
                    let mut bytes = frame(opcode | (u8::from(at == 2) * 0x80), part);
                    if from == Role::Client {
                        Encoder::mask(&mut bytes, [1, 2, 3, 4]);
                    }
                    frames.extend_from_slice(&bytes);
                }
                let arrived = read(&mut inbound, &frames, &at_most(payload.len()));
                assert!(arrived == Ok(vec![Message::binary(payload)]), "{response}, {from:?}, step {step}");
            }
        }
    }
}
