//! Every frame header and every close frame, each with the response of the server.

use tokio::task::JoinSet;

use crate::{
    echo::{echo, end},
    peer::{BINARY, CLOSE, PING, PONG, Peer, TEXT, close, frame},
    served::{Census, Served},
};

/// Maximum length of a message of the route.
async fn serve() -> (Served, Census) {
    echo(|server| server.max_payload_length(1024)).await
}

/// The fields of a frame header. The frame has a payload of the announced length if that is short.
#[derive(Clone, Copy, Debug)]
struct Header {
    fin: bool,
    reserved: u8,
    opcode: u8,
    masked: bool,
    length: Length,
    /// True if the frame is sent inside a fragmented text message.
    inside: bool,
}

#[derive(Clone, Copy, Debug)]
enum Length {
    In7(u8),
    In16(u16),
    In64(u64),
}

impl Header {
    fn bytes(self) -> Vec<u8> {
        let mut bytes = if self.inside { frame(0x01, b"begun ") } else { Vec::new() };
        bytes.push(u8::from(self.fin) << 7 | self.reserved << 4 | self.opcode);
        let mask = u8::from(self.masked) << 7;
        match self.length {
            Length::In7(length) => bytes.push(mask | length),
            Length::In16(length) => {
                bytes.push(mask | 0x7e);
                bytes.extend(length.to_be_bytes());
            }
            Length::In64(length) => {
                bytes.push(mask | 0x7f);
                bytes.extend(length.to_be_bytes());
            }
        }
        if self.masked {
            bytes.extend([0; 4]);
        }
        if self.length() <= 2048 {
            // The payload of a close frame is a code and a reason.
            let payload = [&1000_u16.to_be_bytes()[..], &[b'a'; 2048]].concat();
            let text = [b'a'; 2048];
            let payload = if self.opcode == 8 { &payload[..] } else { &text[..] };
            bytes.extend(&payload[..usize::try_from(self.length()).expect("it is at most 2048")]);
        }
        bytes
    }

    fn length(self) -> u64 {
        match self.length {
            Length::In7(length) => length.into(),
            Length::In16(length) => length.into(),
            Length::In64(length) => length,
        }
    }

    /// Returns the close code for an invalid frame; `None` if the frame is valid.
    fn fault(self) -> Option<u16> {
        let is_control = self.opcode >= 8;
        if self.reserved != 0
            || !self.masked
            || !matches!(self.opcode, 0 | 1 | 2 | 8 | 9 | 10)
            || is_control && (!self.fin || self.length() > 125)
            || self.opcode == 8 && self.length() == 1
            || self.opcode == 0 && !self.inside
            || matches!(self.opcode, 1 | 2) && self.inside
            || self.length() > u64::MAX >> 1
            || matches!(self.length, Length::In16(..126) | Length::In64(..0x1_0000))
        {
            return Some(1002);
        }
        let begun = if self.inside && !is_control { 6 } else { 0 };
        (self.length() + begun > 1024).then_some(1009)
    }
}

/// Sends a frame with this header and asserts the response.
async fn try_out(header: Header, mut peer: Peer) {
    peer.try_send(&header.bytes()).await;
    if let Some(code) = header.fault() {
        assert_eq!(peer.close_code().await, code, "{header:?}");
        return;
    }
    // The frame is valid. The message is finished, a ping gets its pong, and the connection continues.
    if !header.fin || header.inside && header.opcode >= 9 {
        peer.send(&frame(0x80, b"")).await;
    }
    peer.send(&[frame(PING, b"done"), close(1000)].concat()).await;
    let mut firsts = Vec::new();
    while let Some(frame) = peer.frame().await {
        firsts.push((frame.first, frame.payload.len()));
    }
    let length = usize::try_from(header.length()).expect("it is within the limit");
    let whole = if header.inside { length + 6 } else { length };
    let (done, bye) = ((PONG, 4), (CLOSE, 2));
    let expected = match header.opcode {
        8 => vec![(CLOSE, length.min(2))],
        9 if header.inside => vec![(PONG, length), (TEXT, 6), done, bye],
        9 => vec![(PONG, length), done, bye],
        10 if header.inside => vec![(TEXT, 6), done, bye],
        10 => vec![done, bye],
        2 => vec![(BINARY, whole), done, bye],
        _ => vec![(TEXT, whole), done, bye],
    };
    // Pongs are sent at once and echoes in turn, so only the last frame has a fixed position.
    let (mut seen, mut due) = (firsts.clone(), expected.clone());
    assert_eq!(seen.pop(), due.pop(), "{header:?}: {firsts:?}");
    seen.sort_unstable();
    due.sort_unstable();
    assert_eq!(seen, due, "{header:?}");
}

#[tokio::test]
async fn every_frame_header_gets_its_expected_response() {
    let (served, census) = serve().await;
    let lengths = [
        Length::In7(0),
        Length::In7(1),
        Length::In7(125),
        Length::In16(5),
        Length::In16(126),
        Length::In16(1018),
        Length::In16(1025),
        Length::In64(7),
        Length::In64(1 << 32),
        Length::In64(u64::MAX >> 1),
        Length::In64(u64::MAX),
    ];
    let mut headers = Vec::new();
    for opcode in 0..16 {
        for (fin, masked, inside) in
            [false, true].into_iter().flat_map(|a| (0..4).map(move |bits| (a, bits & 1 == 0, bits & 2 == 0)))
        {
            for (at, length) in lengths.into_iter().enumerate() {
                headers.push(Header { fin, reserved: 0, opcode, masked, length, inside });
                // Reserved bits are rejected whatever the length is, so one length is enough.
                let reserved = if at == 1 { &[1, 2, 4, 7][..] } else { &[] };
                headers.extend(reserved.iter().map(|reserved| Header {
                    fin,
                    reserved: *reserved,
                    opcode,
                    masked,
                    length,
                    inside,
                }));
            }
        }
    }
    let mut trying = JoinSet::new();
    for header in headers {
        if trying.len() == 16 {
            trying.join_next().await.expect("there are sixteen").expect("it holds");
        }
        let address = served.address;
        trying.spawn(async move { try_out(header, Peer::open(address, "/").await).await });
    }
    while let Some(tried) = trying.join_next().await {
        tried.expect("it holds");
    }
    end(served, census).await;
}

#[tokio::test]
async fn every_close_frame_gets_its_expected_response() {
    let (served, census) = serve().await;
    let with = |code: u16, reason: &[u8]| [&code.to_be_bytes()[..], reason].concat();
    let mut cases = vec![
        (Vec::new(), Vec::new()),
        (vec![3], vec![1002]),
        (with(1000, &[b'r'; 123]), vec![1000]),
        (with(1000, "häuschen".as_bytes()), vec![1000]),
        (with(1000, b"\xff"), vec![1007]),
        (with(1000, b"\xc3"), vec![1007]),
        (with(1000, b"\xed\xa0\x80"), vec![1007]),
        (with(1005, b"\xff"), vec![1002]),
    ];
    for code in
        [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]
    {
        cases.push((with(code, b""), vec![code]));
    }
    for code in [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535] {
        cases.push((with(code, b"why"), vec![1002]));
    }
    for (payload, answer) in cases {
        let mut peer = Peer::open(served.address, "/").await;
        // The server ignores all bytes after a close frame, whether they are valid or not.
        peer.send(&[frame(CLOSE, &payload), frame(TEXT, b"late"), frame(0x83, b"wrong")].concat()).await;
        let frame = peer.frame().await.expect("a response");
        let code = frame.payload.first_chunk().map(|code| u16::from_be_bytes(*code));
        assert_eq!((frame.first, code.into_iter().collect()), (CLOSE, answer), "{payload:?}");
        assert!(frame.payload.len() <= 125);
        peer.finish().await;
        assert_eq!(peer.frame().await, None, "{payload:?}: something came behind the close frame");
    }
    end(served, census).await;
}

#[tokio::test]
async fn invalid_utf8_fails_at_the_first_invalid_byte() {
    let (served, census) = serve().await;
    for (what, bytes) in [
        ("whole", frame(TEXT, b"a\xff")),
        ("cut off", frame(TEXT, b"a\xf0\x9d\x84")),
        ("too long a form", frame(TEXT, b"\xc0\xaf")),
        ("a surrogate", frame(TEXT, b"\xed\xa0\x80")),
        ("beyond Unicode", frame(TEXT, b"\xf4\x90\x80\x80")),
        // The message fails although its last fragment is never sent.
        ("in a fragment", frame(0x01, b"a\xff")),
        ("between two fragments", [frame(0x01, b"\xf0\x9d"), frame(0x00, b"\x84a")].concat()),
        ("at the end", [frame(0x01, b"\xf0\x9d"), frame(0x80, b"\x84")].concat()),
    ] {
        let mut peer = Peer::open(served.address, "/").await;
        peer.send(&bytes).await;
        assert_eq!(peer.close_code().await, 1007, "{what}");
    }
    end(served, census).await;
}

/// A peer that is still sending receives the close frame: the server keeps reading, so that the kernel does not reset
/// the connection.
#[tokio::test]
async fn close_frame_arrives_despite_bytes_after_the_fault() {
    let (served, census) = serve().await;
    let megabytes = vec![0x5a; 8 << 20];
    for (fault, code) in [
        (frame(0x83, b""), 1002),
        (vec![0x81, 0x01, b'a'], 1002),
        (frame(TEXT, b"\xff"), 1007),
        (frame(BINARY, &[0; 1025]), 1009),
    ] {
        let mut peer = Peer::open(served.address, "/").await;
        peer.send(&fault).await;
        peer.send(&megabytes).await;
        peer.finish().await;
        assert_eq!(peer.closed().await, Some(code));
    }
    end(served, census).await;
}
