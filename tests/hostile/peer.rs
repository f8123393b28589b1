//! A raw client, which writes bytes and reads frames, so it can violate the protocol.

use std::{future::Future, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{interval, timeout},
};

/// Timeout of every read. No read takes a tenth of it unless the server hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

pub(crate) const TEXT: u8 = 0x81;
pub(crate) const BINARY: u8 = 0x82;
pub(crate) const CLOSE: u8 = 0x88;
pub(crate) const PING: u8 = 0x89;
pub(crate) const PONG: u8 = 0x8a;

/// Waits for a future, or panics after the timeout.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("it hangs")
}

/// Returns a valid handshake for a path.
pub(crate) fn opening(path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
}

/// Returns a masked frame whose length is in its shortest form. `first` holds FIN, the reserved bits and the opcode.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    let length = payload.len();
    if let Ok(short @ 0..=125) = u8::try_from(length) {
        bytes.push(0x80 | short);
    } else if let Ok(length) = u16::try_from(length) {
        bytes.push(0x80 | 0x7e);
        bytes.extend(length.to_be_bytes());
    } else {
        bytes.push(0x80 | 0x7f);
        bytes.extend((length as u64).to_be_bytes());
    }
    let mask = [0x37, 0xfa, 0x21, 0x3d];
    bytes.extend(mask);
    bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
    bytes
}

/// Returns a close frame with a code.
pub(crate) fn close(code: u16) -> Vec<u8> {
    frame(CLOSE, &code.to_be_bytes())
}

/// A frame from the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) first: u8,
    pub(crate) payload: Vec<u8>,
}

/// The head of an HTTP response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
}

impl Answer {
    /// Returns the value of a header field; `None` if the field is missing.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.into_iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// One connection.
pub(crate) struct Peer {
    pub(crate) stream: TcpStream,
    /// Bytes that were read and are not parsed yet.
    read: Vec<u8>,
}

impl Peer {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = soon(TcpStream::connect(address)).await.expect("the server listens");
        stream.set_nodelay(true).expect("it is connected");
        Self { stream, read: Vec::new() }
    }

    /// Connects and performs the handshake.
    pub(crate) async fn open(address: SocketAddr, path: &str) -> Self {
        let mut peer = Self::connect(address).await;
        peer.send(opening(path).as_bytes()).await;
        let head = peer.head().await.expect("a response");
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        peer
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        soon(self.stream.write_all(bytes)).await.expect("the server reads");
    }

    /// Writes all bytes, or as many as the server reads before it disconnects.
    pub(crate) async fn try_send(&mut self, bytes: &[u8]) {
        let _ = soon(self.stream.write_all(bytes)).await;
    }

    pub(crate) async fn say(&mut self, text: &str) {
        self.send(&frame(TEXT, text.as_bytes())).await;
    }

    /// Shuts down the write half.
    pub(crate) async fn finish(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// Resets the connection, so that the server's next read or write fails.
    pub(crate) fn reset(self) {
        self.stream.set_zero_linger().expect("it is a socket");
    }

    /// Returns the head of the next HTTP response; `None` at the end of the stream.
    pub(crate) async fn head(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                let head: Vec<_> = self.read.drain(..end + 4).collect();
                return Some(String::from_utf8(head).expect("heads are ASCII"));
            }
            if !self.read_more().await {
                return None;
            }
        }
    }

    /// Returns the next HTTP response with its body; `None` at the end of the stream.
    pub(crate) async fn answer(&mut self) -> Option<Answer> {
        let head = self.head().await?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let answer = Answer { status, head };
        let length = answer.field("content-length").map_or(0, |length| length.parse().expect("a number"));
        while self.read.len() < length && self.read_more().await {}
        assert!(self.read.len() >= length, "the body is cut off: {answer:?}");
        self.read.drain(..length);
        Some(answer)
    }

    /// Sends byte by byte, with a pause after each, until the server disconnects or all bytes are sent. Returns the
    /// output of the server.
    pub(crate) async fn drip(mut self, bytes: impl Iterator<Item = &u8>) -> Vec<u8> {
        let mut moment = interval(Duration::from_millis(10));
        for byte in bytes {
            tokio::select! {
                more = self.stream.read_buf(&mut self.read) => if !more.is_ok_and(|count| count > 0) { break },
                _ = moment.tick() => if self.stream.write_all(&[*byte]).await.is_err() { break },
            }
        }
        self.rest().await
    }

    /// Returns the next frame; `None` at the end of the stream.
    pub(crate) async fn frame(&mut self) -> Option<Frame> {
        loop {
            if let Some((frame, length)) = parse(&self.read) {
                self.read.drain(..length);
                return Some(frame);
            }
            if !self.read_more().await {
                assert!(self.read.is_empty(), "the stream ends inside a frame: {:?}", self.read);
                return None;
            }
        }
    }

    /// Returns the next frame, which must be text.
    pub(crate) async fn text(&mut self) -> String {
        let frame = self.frame().await.expect("a frame");
        assert_eq!(frame.first, TEXT, "{frame:?}");
        String::from_utf8(frame.payload).expect("texts are UTF-8")
    }

    /// Reads up to the close frame and asserts that the stream ends after it. Returns the close code; `None` if there
    /// was no close frame.
    pub(crate) async fn closed(&mut self) -> Option<u16> {
        let mut code = None;
        while let Some(frame) = self.frame().await {
            assert_eq!(code, None, "{frame:?} came behind the close frame");
            if frame.first == CLOSE {
                code = Some(frame.payload.first_chunk().map_or(0, |code| u16::from_be_bytes(*code)));
            }
        }
        code
    }

    /// Returns the code of the close frame without waiting for the end of the stream.
    pub(crate) async fn close_code(&mut self) -> u16 {
        loop {
            let frame = self.frame().await.expect("a close frame precedes the end");
            if frame.first == CLOSE {
                return frame.payload.first_chunk().map_or(0, |code| u16::from_be_bytes(*code));
            }
        }
    }

    /// Returns all bytes up to the end of the stream.
    pub(crate) async fn rest(mut self) -> Vec<u8> {
        while self.read_more().await {}
        self.read
    }

    /// Reads more bytes. Returns false at the end of the stream or after an error.
    async fn read_more(&mut self) -> bool {
        soon(self.stream.read_buf(&mut self.read)).await.is_ok_and(|count| count > 0)
    }
}

/// Parses the first frame in `bytes` and returns its length.
fn parse(bytes: &[u8]) -> Option<(Frame, usize)> {
    let (&first, &second) = (bytes.first()?, bytes.get(1)?);
    assert_eq!(second & 0x80, 0, "RFC 6455 §5.1: a server masks nothing");
    let (length, at) = match second {
        126 => (usize::from(u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?)), 4),
        127 => (usize::try_from(u64::from_be_bytes(*bytes.get(2..)?.first_chunk()?)).ok()?, 10),
        short => (usize::from(short), 2),
    };
    let payload = bytes.get(at..length.checked_add(at)?)?.to_vec();
    Some((Frame { first, payload }, at + length))
}
