//! One client socket: its handshake, and frames in both directions.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use mio::net::TcpStream as Polled;
use socket2::{Domain, Socket, Type};

use super::frame::{self, CLOSE, first};
use crate::Failure;

/// Timeout for a response of the server.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);
/// The key in the example of RFC 6455 §1.3, and its accept value.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pplmbitxaq9kygzzhzrbk+xoo=";

/// Connects and performs the handshake (RFC 6455 §4.1). `buffer` is the size of the receive buffer in bytes; `None`
/// keeps the default of the kernel.
pub(super) fn open(address: SocketAddr, path: &str, buffer: Option<usize>) -> Result<TcpStream, Failure> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if let Some(bytes) = buffer {
        // The buffer is set before connecting, because the window is negotiated then.
        socket.set_recv_buffer_size(bytes)?;
    }
    socket.connect(&address.into())?;
    let mut stream = TcpStream::from(socket);
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = format!(
        "GET {path}?id=bench HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\nOrigin: http://{address}\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut head = Vec::new();
    let mut chunk = [0; 1024];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut chunk)? {
            0 => return Err("the server hung up in the handshake".into()),
            length => head.extend_from_slice(&chunk[..length]),
        }
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    if !head.starts_with("http/1.1 101") || !head.contains(ACCEPT) {
        return Err(format!("the handshake was answered with {head}").into());
    }
    Ok(stream)
}

/// An open socket in non-blocking mode.
pub(super) struct Connection {
    pub(super) stream: Polled,
    /// The start of an incomplete frame.
    inbound: Vec<u8>,
    outbound: Vec<u8>,
    /// Number of bytes of `outbound` that the kernel has accepted.
    written: usize,
    /// Time of the last send.
    pub(super) sent: Instant,
    /// Number of received messages.
    pub(super) received: usize,
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> Result<Self, Failure> {
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream: Polled::from_std(stream),
            inbound: Vec::new(),
            outbound: Vec::new(),
            written: 0,
            sent: Instant::now(),
            received: 0,
        })
    }

    /// Sends frames, as many as the kernel accepts without waiting.
    pub(super) fn send(&mut self, frames: &[u8]) -> Result<(), Failure> {
        self.outbound.extend_from_slice(frames);
        self.sent = Instant::now();
        self.flush()
    }

    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        while self.written < self.outbound.len() {
            match self.stream.write(&self.outbound[self.written..]) {
                Ok(written) => self.written += written,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
        self.outbound.clear();
        self.written = 0;
        Ok(())
    }

    /// Reads the available bytes and returns the number of complete messages. Fails if one is not as expected.
    pub(super) fn receive(
        &mut self,
        scratch: &mut [u8],
        is_expected: impl Fn(&[u8]) -> bool,
    ) -> Result<usize, Failure> {
        let before = self.received;
        loop {
            let length = match self.stream.read(scratch) {
                Ok(0) => return Err("the server hung up".into()),
                Ok(length) => length,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            };
            if self.inbound.is_empty() {
                let used = self.take(&scratch[..length], &is_expected)?;
                self.inbound.extend_from_slice(&scratch[used..length]);
            } else {
                let mut bytes = std::mem::take(&mut self.inbound);
                bytes.extend_from_slice(&scratch[..length]);
                let used = self.take(&bytes, &is_expected)?;
                bytes.drain(..used);
                self.inbound = bytes;
            }
            if length < scratch.len() {
                // All available bytes were read; more bytes cause another event.
                break;
            }
        }
        Ok(self.received - before)
    }

    /// Consumes complete frames and returns their total length in bytes.
    fn take(&mut self, bytes: &[u8], is_expected: &impl Fn(&[u8]) -> bool) -> Result<usize, Failure> {
        let mut used = 0;
        while let Some(found) = first(&bytes[used..]) {
            if found.is_data() {
                if !is_expected(found.payload) {
                    let start = &found.payload[..found.payload.len().min(200)];
                    return Err(format!("unexpected: {}", String::from_utf8_lossy(start)).into());
                }
                self.received += 1;
            } else if found.opcode == CLOSE {
                return Err(format!("the server closed: {:?}", found.payload).into());
            }
            used += found.length;
        }
        Ok(used)
    }
}

/// Sends one message and waits for its reply.
pub(super) fn ask(stream: &mut TcpStream, payload: &[u8], scratch: &mut [u8]) -> Result<(), Failure> {
    stream.write_all(&frame::message(payload, false))?;
    if stream.read(scratch)? == 0 {
        return Err("the server hung up".into());
    }
    Ok(())
}
