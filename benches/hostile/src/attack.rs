//! The attacks, and the threads that run them.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::{
    client,
    frame::{BINARY, Head, TEXT, deflate, frame},
    server::Peer,
};

const MIB: usize = 1 << 20;

/// An attack: the behaviour of its hostile sockets.
pub(crate) struct Attack {
    pub(crate) name: &'static str,
    path: &'static str,
    /// True if the sockets offer permessage-deflate.
    deflate: bool,
    peers: &'static [Peer],
    act: Act,
}

enum Act {
    /// Sends the same bytes repeatedly, and reads all replies.
    Flood(fn() -> Vec<u8>),
    /// Sends the same bytes repeatedly, and reads nothing.
    Deaf(fn() -> Vec<u8>),
    /// Sends messages that are echoed, and starts reading the echoes late.
    Lagging,
    /// Sends the bytes once on each of many sockets, and keeps the sockets open.
    Hold(fn() -> Vec<u8>),
    /// Repeatedly connects and sends bytes that are not HTTP, or are an incomplete request.
    Raw(fn() -> Vec<u8>, Ending),
    /// Subscribes to another topic with each message.
    Topics,
    /// Publishes to subscribers that negotiated seven different compression windows.
    Windows,
}

enum Ending {
    HangUp,
    Hold,
}

use Peer::{Axum, NodeWs, Ours};

pub(crate) const ATTACKS: &[Attack] = &[
    // Attacks on the time of the workers.
    attack("invalid-deflated", "/typed", true, &[Ours, NodeWs], Act::Flood(invalid_deflated)),
    attack("invalid", "/typed", false, &[Ours, Axum, NodeWs], Act::Flood(invalid)),
    attack("valid", "/typed", false, &[Ours, Axum, NodeWs], Act::Flood(valid)),
    attack("wrong-type", "/typed", false, &[Ours, Axum, NodeWs], Act::Flood(wrong_type)),
    attack("echoes", "/echo", false, &[Ours, Axum, NodeWs], Act::Flood(echoes)),
    // Attacks on outbound memory.
    attack("lagging", "/echo", false, &[Ours, Axum, NodeWs], Act::Lagging),
    attack("deaf", "/echo", false, &[Ours, Axum, NodeWs], Act::Deaf(large_echoes)),
    // Attacks on inbound memory.
    attack("ahead", "/slow", true, &[Ours, NodeWs], Act::Deaf(valid_deflated)),
    attack("fragments", "/typed", true, &[Ours, NodeWs], Act::Hold(first_fragment)),
    // Attacks on the explanation of errors.
    attack("untagged", "/typed", false, &[Ours, Axum, NodeWs], Act::Flood(untagged)),
    // Attacks on accepting, and on waits without a timeout.
    attack("not-http", "", false, &[Ours], Act::Raw(not_http, Ending::HangUp)),
    attack("bodies", "", false, &[Ours, Axum, NodeWs], Act::Raw(body, Ending::Hold)),
    // Attacks on topics.
    attack("topics", "/topics", false, &[Ours], Act::Topics),
    attack("windows", "/room", true, &[Ours, NodeWs], Act::Windows),
];

const fn attack(
    name: &'static str,
    path: &'static str,
    deflate: bool,
    peers: &'static [Peer],
    act: Act,
) -> Attack {
    Attack { name, path, deflate, peers, act }
}

fn nums(last: &str) -> Vec<u8> {
    let mut text = String::from(r#"{"type":"nums","n":["#);
    while text.len() < MIB - 64 {
        text.push_str("1,");
    }
    text.push_str(last);
    text.push_str("]}");
    text.into_bytes()
}

fn compressed(message: &[u8]) -> Vec<u8> {
    frame(Head { opcode: TEXT, last: true, compressed: true }, &deflate(message))
}

fn invalid_deflated() -> Vec<u8> {
    compressed(&nums(r#""x""#))
}

fn valid_deflated() -> Vec<u8> {
    compressed(&nums("1"))
}

fn invalid() -> Vec<u8> {
    frame(Head::whole(TEXT), &nums(r#""x""#))
}

fn valid() -> Vec<u8> {
    frame(Head::whole(TEXT), &nums("1"))
}

fn wrong_type() -> Vec<u8> {
    frame(Head::whole(TEXT), b"[]").repeat(4096)
}

fn echoes() -> Vec<u8> {
    frame(Head::whole(BINARY), &[7; 32]).repeat(2048)
}

fn large_echoes() -> Vec<u8> {
    frame(Head::whole(BINARY), &vec![7; 256 * 1024])
}

fn first_fragment() -> Vec<u8> {
    let zeros = deflate(&vec![b' '; MIB - 1]);
    frame(Head { opcode: TEXT, last: false, compressed: true }, &zeros)
}

fn untagged() -> Vec<u8> {
    let row = r#"{"type":"tree","tree":{"a":["x",1,"x",1,"x",1,"x",1,"x",1,"x",1,"x",1],"b":[1,2,3,4,5,6]}}"#;
    frame(Head::whole(TEXT), row.as_bytes()).repeat(512)
}

fn not_http() -> Vec<u8> {
    vec![0x16, 0x03, 0x01]
}

fn body() -> Vec<u8> {
    b"POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nabc".to_vec()
}

/// Threads that attack until they are stopped, or until the server has closed all of their sockets.
pub(crate) struct Attackers {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Attackers {
    pub(crate) fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        // Closing the stream ends a thread that waits for an unresponsive server.
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}

impl Attack {
    pub(crate) fn suits(&self, peer: Peer) -> bool {
        self.peers.contains(&peer)
    }

    pub(crate) fn start(&'static self, address: SocketAddr, count: usize) -> Attackers {
        let stop = Arc::new(AtomicBool::new(false));
        let bytes = match &self.act {
            Act::Flood(make) | Act::Deaf(make) | Act::Hold(make) | Act::Raw(make, _) => make(),
            Act::Lagging => frame(Head::whole(BINARY), &vec![7; 64 * 1024]),
            Act::Topics => Vec::new(),
            Act::Windows => frame(Head::whole(BINARY), &noise()),
        };
        let bytes: Arc<[u8]> = bytes.into();
        let threads = (0..count).map(|number| {
            let (stop, bytes) = (Arc::clone(&stop), Arc::clone(&bytes));
            thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    // A hostile client that the server disconnects connects again.
                    self.act(address, number, &bytes, &stop);
                    thread::sleep(Duration::from_millis(5));
                }
            })
        });
        Attackers { threads: threads.collect(), stop }
    }

    fn act(&self, address: SocketAddr, number: usize, bytes: &[u8], stop: &AtomicBool) {
        let connect = || client::connect(address, self.path, self.deflate).ok();
        match &self.act {
            Act::Flood(_) => {
                let Some(stream) = connect() else { return };
                drain(&stream);
                repeat(&stream, stop, || bytes);
            }
            Act::Deaf(_) => {
                let Some(stream) = connect() else { return };
                repeat(&stream, stop, || bytes);
            }
            Act::Lagging => {
                let Some(stream) = connect() else { return };
                lag(&stream, bytes, stop);
            }
            Act::Hold(_) => {
                let mut held: Vec<_> = (0..20).filter_map(|_| connect()).collect();
                for stream in &mut held {
                    let _ = stream.write_all(bytes);
                }
                wait(stop, Duration::from_mins(1));
            }
            Act::Raw(_, ending) => {
                let Ok(mut stream) = TcpStream::connect(address) else { return };
                let _ = stream.write_all(bytes);
                if matches!(ending, Ending::Hold) {
                    wait(stop, Duration::from_mins(1));
                }
            }
            Act::Topics => {
                let Some(stream) = connect() else { return };
                drain(&stream);
                let mut topic = 0_u64;
                let mut long = vec![b't'; 100_000];
                repeat(&stream, stop, || {
                    topic += 1;
                    long[..20].copy_from_slice(format!("{topic:020}").as_bytes());
                    let name = if topic.is_multiple_of(64) { &long[..] } else { &long[..40] };
                    frame(Head::whole(TEXT), name)
                });
            }
            Act::Windows => {
                let bits = 9 + number % 7;
                let offer = format!(
                    "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits={bits}\r\n"
                );
                let Ok(stream) = client::offering(address, self.path, &offer) else { return };
                drain(&stream);
                repeat(&stream, stop, || bytes);
            }
        }
    }
}

/// Returns 4 KiB that compress slightly.
fn noise() -> Vec<u8> {
    let mut state = 1_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b'a' + (state >> 28) as u8
    };
    (0..4096).map(next).collect()
}

/// Reads and discards all input in a separate thread, which ends with the stream.
fn drain(stream: &TcpStream) {
    let Ok(mut stream) = stream.try_clone() else { return };
    thread::spawn(move || {
        let mut dropped = vec![0; 64 * 1024];
        while matches!(stream.read(&mut dropped), Ok(1..)) {}
    });
}

fn repeat<B: AsRef<[u8]>>(mut stream: &TcpStream, stop: &AtomicBool, mut bytes: impl FnMut() -> B) {
    let _ = stream.set_write_timeout(Some(Duration::from_millis(200)));
    while !stop.load(Ordering::Relaxed) {
        let bytes = bytes();
        let mut left = bytes.as_ref();
        while !left.is_empty() && !stop.load(Ordering::Relaxed) {
            match stream.write(left) {
                Ok(written) => left = &left[written..],
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    }
    let _ = stream.shutdown(std::net::Shutdown::Both);
}

/// Sends messages without a pause and starts reading late, so that its queue at the server never becomes empty.
fn lag(stream: &TcpStream, message: &[u8], stop: &AtomicBool) {
    let Ok(mut reading) = stream.try_clone() else { return };
    let reader = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        let mut dropped = vec![0; 256 * 1024];
        while matches!(reading.read(&mut dropped), Ok(1..)) {
            thread::sleep(Duration::from_micros(200));
        }
    });
    repeat(stream, stop, || message);
    let _ = reader.join();
}

fn wait(stop: &AtomicBool, longest: Duration) {
    let pause = Duration::from_millis(50);
    let mut waited = Duration::ZERO;
    while waited < longest && !stop.load(Ordering::Relaxed) {
        thread::sleep(pause);
        waited += pause;
    }
}
