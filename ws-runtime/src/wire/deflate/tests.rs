//! Messages from one end to the other, with every set of negotiated parameters.

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

/// The end that receives unmasked frames.
fn client(window: usize) -> End {
    End::new(Role::Client, window)
}

/// The inbound half of one end.
struct End {
    decoder: Decoder,
    inflater: Inflater,
}

impl End {
    fn new(role: Role, window: usize) -> Self {
        Self { decoder: Decoder::new(role, true), inflater: Inflater::new(window) }
    }
}

/// Decodes all messages in the bytes.
fn read(end: &mut End, bytes: &[u8], limits: &Limits) -> Result<Vec<Message>, Fault> {
    let mut bytes = bytes.to_vec();
    let (mut input, mut messages) = (&mut bytes[..], Vec::new());
    while let Some(frame) = end.decoder.next(&mut input, usize::MAX, limits)? {
        match frame {
            Frame::Message(message) => messages.push(message.into_message()),
            Frame::Deflated(deflated) => messages.push(end.inflater.message(&deflated, limits.max_message)?),
            _ => {}
        }
    }
    assert!(input.is_empty(), "the frames are whole");
    Ok(messages)
}

/// An unmasked frame.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    Encoder::message(Kind::Binary, payload, &mut frame);
    frame[0] = first;
    frame
}

fn how(settings: &Deflate, takeover: bool) -> Deflating {
    Deflating { takeover, ..settings.deflating(Format::deflated(15)) }
}

fn packed(payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    assert!(Deflater::new(how(&Deflate::new(), false)).deflate(payload, &mut out));
    out
}

/// Reproducible pseudorandom bytes, which are incompressible.
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

/// RFC 7692 §7.2.3.
#[test]
fn the_examples_of_the_standard_are_read() {
    let hello = || vec![Message::text("Hello")];
    let (one, again): (&[u8], &[u8]) =
        (b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00", b"\xc1\x05\xf2\x00\x11\x00\x00");
    for (what, bytes, messages) in [
        ("§7.2.3.1, one block", one, hello()),
        ("§7.2.3.1, in fragments", b"\x41\x03\xf2\x48\xcd\x80\x04\xc9\xc9\x07\x00", hello()),
        ("§7.2.3.2, the window is shared", &[one, again].concat(), [hello(), hello()].concat()),
        (
            "§7.2.3.3, a block without compression",
            b"\xc1\x0b\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00",
            hello(),
        ),
        ("§7.2.3.4, a block that is called the last", b"\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00", hello()),
        ("§7.2.3.5, two blocks", b"\xc1\x0d\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", hello()),
        ("§7.2.3.6, an empty message", b"\xc1\x01\x00", vec![Message::text("")]),
        ("not compressed at all", b"\x81\x05Hello", hello()),
    ] {
        assert_eq!(read(&mut client(WINDOW), bytes, &UNLIMITED), Ok(messages), "{what}");
    }
}

/// RFC 7692 §7.2.3.1, §7.2.3.2 and §7.2.3.6.
#[test]
fn the_examples_of_the_standard_are_written() {
    let settings = Deflate::new();
    let mut out = Vec::new();
    assert!(Deflater::new(how(&settings, false)).deflate(b"Hello", &mut out));
    assert_eq!(out, b"\xf2\x48\xcd\xc9\xc9\x07\x00");
    let mut stream = Deflater::new(how(&settings.level(6), true));
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
fn the_limit_counts_what_is_inflated() {
    for limit in [0, 1, 5, 1000, 65_535, 65_536, 65_537, 300_000] {
        for (what, bytes) in [("zeros", vec![0; limit + 1]), ("noise", noise(limit + 1))] {
            for (length, fits) in [(limit.saturating_sub(1), true), (limit, true), (limit + 1, false)] {
                let deflated = packed(&bytes[..length]);
                let whole = frame(0xc2, &deflated);
                let (first, second) = deflated.split_at(deflated.len() / 2);
                let fragments = [frame(0x42, first), frame(0x00, second), frame(0x80, b"")].concat();
                for (form, frames) in [("whole", whole), ("in fragments", fragments)] {
                    let message = Message::binary(bytes[..length].to_vec());
                    let expected = if fits { Ok(vec![message]) } else { Err(Fault::TooLong) };
                    let read = read(&mut client(0), &frames, &at_most(limit));
                    assert!(read == expected, "{length} bytes of {what}, {form}, at most {limit}");
                }
            }
        }
    }
}

#[test]
fn a_bomb_goes_off_at_the_limit() {
    let bomb = packed(&vec![0; 8 << 20]);
    assert!(bomb.len() < 1 << 14, "it is a bomb");
    let limits = at_most(1 << 17);
    assert_eq!(read(&mut client(0), &frame(0xc1, &bomb), &limits), Err(Fault::TooLong));
    // A fragmented message stays compressed and is inflated with its last fragment.
    let mut end = client(WINDOW);
    let count = bomb.chunks(64).count();
    for (at, chunk) in bomb.chunks(64).enumerate() {
        let first = (u8::from(at == 0) * 0x41) | (u8::from(at + 1 == count) * 0x80);
        let expected = if at + 1 == count { Err(Fault::TooLong) } else { Ok(Vec::new()) };
        assert_eq!(read(&mut end, &frame(first, chunk), &limits), expected, "fragment {at}");
        assert!(end.decoder.held() <= 2 * bomb.len(), "{} bytes are held", end.decoder.held());
    }
}

#[test]
fn a_frame_that_no_message_of_the_limit_needs_is_refused_by_its_header() {
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
    // The total of all fragments counts, whichever exceeds the limit.
    let noise = noise(1206);
    for (cut, behind) in [(600, 606), (1206, 0), (1, 1205)] {
        let mut end = client(0);
        assert_eq!(read(&mut end, &frame(0x42, &noise[..cut]), &limits), Ok(Vec::new()));
        assert_eq!(read(&mut end, &frame(0x00, &noise[..behind]), &limits), Ok(Vec::new()));
        assert_eq!(read(&mut end, &frame(0x00, b"x"), &limits), Err(Fault::TooLong), "{cut} and {behind}");
    }
}

#[test]
fn the_bit_of_compression_stands_on_first_frames_alone() {
    let deflated = packed(b"Hello");
    let reserved = |fault: Result<Vec<Message>, Fault>| matches!(fault, Err(Fault::Protocol(_)));
    for (what, frames) in [
        ("a continuation", [frame(0x41, &deflated), frame(0xc0, b"")].concat()),
        ("the continuation of a plain message", [frame(0x01, b"Hel"), frame(0xc0, &deflated)].concat()),
        ("a ping", frame(0xc9, b"")),
        ("a pong", frame(0xca, b"")),
        ("a close frame", frame(0xc8, b"")),
        ("with the second bit", frame(0xe1, &deflated)),
        ("the second bit alone", frame(0xa1, b"Hello")),
        ("the third bit alone", frame(0x91, b"Hello")),
    ] {
        assert!(reserved(read(&mut client(WINDOW), &frames, &UNLIMITED)), "{what}");
    }
    let mut without = End { decoder: Decoder::new(Role::Client, false), inflater: Inflater::new(0) };
    assert!(reserved(read(&mut without, &frame(0xc1, &deflated), &UNLIMITED)), "it was not agreed on");
}

#[test]
fn control_frames_stand_between_compressed_fragments() {
    let (first, second) = (&packed(b"Hello")[..3], &packed(b"Hello")[3..]);
    let frames =
        [frame(0x41, first), frame(0x89, b"ping"), frame(0x80, second), frame(0x81, b"plain")].concat();
    let messages = vec![Message::text("Hello"), Message::text("plain")];
    assert_eq!(read(&mut client(WINDOW), &frames, &UNLIMITED), Ok(messages));
}

#[test]
fn what_cannot_be_inflated_is_refused() {
    let long = packed(&noise(5000));
    for (what, payload) in [
        ("nothing", &b""[..]),
        ("a block of no kind", b"\x07\x00"),
        ("a length that its complement denies", b"\x00\x05\x00\xff\xffHello\x00"),
        ("a reference to what is not there", b"\xf2\x00\x11\x00\x00"),
        ("half of a block", &long[..2000]),
        ("a block without compression that breaks off", b"\x00\x64\x00\x9b\xffHello"),
        ("one end after another", &[0x03, 0x00].repeat(1000)),
    ] {
        for window in [0, WINDOW] {
            let whole = read(&mut client(window), &frame(0xc2, payload), &UNLIMITED);
            assert_eq!(whole, Err(Fault::Compression), "{what}");
            let (first, second) = payload.split_at(payload.len() / 2);
            let fragments = [frame(0x42, first), frame(0x80, second)].concat();
            let read = read(&mut client(window), &fragments, &UNLIMITED);
            assert_eq!(read, Err(Fault::Compression), "{what}, in fragments");
        }
    }
}

/// RFC 7692 §7.2.3.4: bytes before a final block can be referred to after it.
#[test]
fn a_message_may_end_the_stream_and_refer_back_all_the_same() {
    let mut decoder = client(WINDOW);
    let hello = b"\xf3\x48\xcd\xc9\xc9\x07\x00";
    // A final block, then one that refers five bytes back, in one message; and again in the next.
    let payload = [&hello[..], b"\xf2\x00\x11\x00\x00"].concat();
    let expected = Ok(vec![Message::text("HelloHello")]);
    assert_eq!(read(&mut decoder, &frame(0xc1, &payload), &UNLIMITED), expected);
    let next = frame(0xc1, b"\xf2\x00\x11\x00\x00");
    assert_eq!(read(&mut decoder, &next, &UNLIMITED), Ok(vec![Message::text("Hello")]));
}

#[test]
fn text_is_checked_as_it_is_inflated() {
    let text = "grüße ".repeat(50);
    let (mut bad, at) = (text.clone().into_bytes(), 100);
    bad[at] = 0xff;
    for window in [0, WINDOW] {
        assert_eq!(read(&mut client(window), &frame(0xc1, &packed(&bad)), &UNLIMITED), Err(Fault::Utf8));
        // A character cut by the end of a fragment is completed by the next one.
        let deflated = packed(text.as_bytes());
        let count = deflated.len();
        let fragments = deflated.iter().enumerate().map(|(at, byte)| {
            frame((u8::from(at == 0) * 0x41) | (u8::from(at + 1 == count) * 0x80), &[*byte])
        });
        let fragments = fragments.collect::<Vec<_>>().concat();
        assert_eq!(read(&mut client(window), &fragments, &UNLIMITED), Ok(vec![Message::text(text.as_str())]));
    }
}

/// A borrowed stream is clean, whoever used it before and however that ended.
#[test]
fn messages_that_fail_leave_nothing_behind() {
    for _ in 0..3 {
        let _ = read(&mut client(WINDOW), &frame(0xc1, b"\xf2\x48\x07\x07\x07"), &UNLIMITED);
        let _ = read(&mut client(WINDOW), &frame(0x41, b"\xf2\x48\xcd"), &UNLIMITED);
        let _ = read(&mut client(0), &frame(0xc2, &packed(&[0; 5000])), &at_most(10));
        let read = read(&mut client(0), &frame(0xc1, &packed(b"Hello")), &UNLIMITED);
        assert_eq!(read, Ok(vec![Message::text("Hello")]));
    }
}

/// A frame for several sockets is compressed independently and moves the window of the peer. A stream that ignores this
/// refers to missing bytes; a stream that restarts is understood.
#[test]
fn a_stream_begins_anew_behind_what_it_has_not_made() {
    let settings = Deflate::new();
    let (own, shared) = ("the socket's own words, twice or more".repeat(3), "what everybody hears".repeat(3));
    let expected = Message::text(own.as_str());
    for anew in [true, false] {
        let mut decoder = client(WINDOW);
        let mut stream = Deflater::new(how(&settings, true));
        let mut send = |stream: &mut Deflater, text: &str| {
            let mut out = Vec::new();
            assert!(stream.deflate(text.as_bytes(), &mut out));
            read(&mut decoder, &frame(0xc1, &out), &UNLIMITED)
        };
        assert_eq!(send(&mut stream, &own), Ok(vec![expected.clone()]));
        assert_eq!(
            send(&mut Deflater::new(how(&settings, false)), &shared),
            Ok(vec![Message::text(shared.as_str())])
        );
        if anew {
            stream = Deflater::new(how(&settings, true));
        }
        let arrived = send(&mut stream, &own);
        assert_eq!(arrived == Ok(vec![expected.clone()]), anew, "{arrived:?}");
    }
}

#[test]
fn an_inflater_keeps_no_more_than_its_window() {
    let mut inflater = Inflater::new(512);
    let mut all = Vec::new();
    for length in [0, 1, 100, 300, 200, 511, 512, 513, 5000, 3] {
        let message = noise(length);
        all.extend_from_slice(&message);
        assert_eq!(inflater.whole(&packed(&message), None), Ok(Bytes::from(message)));
        assert_eq!(inflater.kept(), &all[all.len().saturating_sub(512)..]);
    }
    let mut none = Inflater::new(0);
    assert!(none.whole(&packed(b"Hello"), None).is_ok());
    assert!(none.kept().is_empty());
}

/// Messages of every kind, complete and fragmented, compressed or not by their length, in both directions.
#[test]
fn whatever_is_agreed_on_all_messages_arrive() {
    let mut state = 1_u64;
    let mut roll = |sides: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((state >> 33) % sides).expect("it is small")
    };
    let noise = noise(70_000);
    let flags = (0..4).flat_map(|flags| [9, 11, 15].map(|bits| (flags, bits)));
    for (flags, bits) in flags {
        let settings = Deflate::new()
            .threshold(8)
            .level(u8::try_from(1 + roll(9)).expect("it is small"))
            .server_max_window_bits(bits)
            .client_max_window_bits(bits)
            .server_no_context_takeover(flags & 1 > 0)
            .client_no_context_takeover(flags & 2 > 0);
        let offer = offer(&settings);
        let (server, answer) = answer([offer.as_bytes()], &settings).ok().flatten().expect("it is taken");
        let client = confirm([answer.as_bytes()], &settings).ok().flatten().expect("it is an answer");
        for (from, sender, to, receiver) in
            [(Role::Server, server, Role::Client, client), (Role::Client, client, Role::Server, server)]
        {
            let deflating = sender.outbound(from);
            let mut decoder = End::new(to, receiver.inbound_window(to));
            let mut own = None;
            for step in 0..40 {
                let payload = match roll(4) {
                    0 => noise[..roll(70_000)].to_vec(),
                    1 => b"words that come again ".repeat(roll(3000)),
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
                let arrived = read(&mut decoder, &frames, &at_most(payload.len()));
                assert!(arrived == Ok(vec![Message::binary(payload)]), "{answer}, {from:?}, step {step}");
            }
        }
    }
}
