//! A minimal client, with a handshake and blocking reads of frames.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use crate::Failure;

/// Timeout after which a probe counts its socket as lost.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Connects and performs the handshake. If `deflate` is true, the client offers permessage-deflate.
pub(crate) fn connect(address: SocketAddr, path: &str, deflate: bool) -> Result<TcpStream, Failure> {
    let offer =
        if deflate { "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" } else { "" };
    offering(address, path, offer)
}

/// Connects and performs the handshake with additional header lines.
pub(crate) fn offering(address: SocketAddr, path: &str, lines: &str) -> Result<TcpStream, Failure> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{lines}\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    if !head.starts_with(b"HTTP/1.1 101") {
        return Err(String::from_utf8_lossy(&head).into());
    }
    Ok(stream)
}

/// Reads one frame. A close frame and the end of the stream are errors.
pub(crate) fn read_frame(stream: &mut TcpStream) -> Result<Vec<u8>, Failure> {
    loop {
        let mut head = [0; 2];
        stream.read_exact(&mut head)?;
        let length = match head[1] & 0x7f {
            126 => {
                let mut length = [0; 2];
                stream.read_exact(&mut length)?;
                u64::from(u16::from_be_bytes(length))
            }
            127 => {
                let mut length = [0; 8];
                stream.read_exact(&mut length)?;
                u64::from_be_bytes(length)
            }
            length => u64::from(length),
        };
        let mut payload = vec![0; usize::try_from(length)?];
        stream.read_exact(&mut payload)?;
        match head[0] & 0x0f {
            0x8 => {
                return Err(format!(
                    "closed: {:?}",
                    payload.first_chunk().map(|code| u16::from_be_bytes(*code))
                )
                .into());
            }
            0x9 | 0xa => {}
            _ => return Ok(payload),
        }
    }
}
