//! One socket that publishes, and its subscribers.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread::sleep,
    time::{Duration, Instant},
};

use super::{Sample, connection::open, crowd::Crowd, frame, meter::Meter};
use crate::{Failure, server::Server};

/// Size of a message's payload, in bytes.
const SIZE: usize = 128;
/// Time after connecting until all sockets are subscribed.
const SUBSCRIBING: Duration = Duration::from_millis(300);
/// Size of the stuck socket's receive buffer, in bytes.
const SMALL: usize = 4096;
/// Number of bytes sent to the stuck socket before the others connect. They exceed the kernel's buffers and the queue
/// limit of 16 MiB, which our server and Bun both have.
const FILL: usize = 32 << 20;
/// Size of each message to the stuck socket, in bytes.
const PIECE: usize = 128 << 10;

/// Runs the load. If `stuck` is true, one of the sockets reads nothing.
pub(super) fn run(
    server: &Server,
    path: &str,
    time: Duration,
    sockets: usize,
    window: usize,
    stuck: bool,
) -> Result<Sample, Failure> {
    let open = |buffer| open(server.address, path, buffer);
    let mut first = vec![open(None)?, open(None)?];
    // The stuck socket stays connected until the end.
    let _stuck = if stuck { Some(fill(&mut first, open(Some(SMALL))?)?) } else { None };
    let rest = sockets - first.len() - usize::from(stuck);
    let mut crowd = Crowd::of(first.into_iter().map(Ok).chain((0..rest).map(|_| open(None))))?;
    sleep(SUBSCRIBING);

    let payload = vec![b'p'; SIZE];
    let one = frame::message(&payload, false);
    let receivers = crowd.sockets.len() - 1;
    let mut published: Vec<Instant> = Vec::new();
    let mut delivered: usize = 0;
    let mut meter = Meter::start(server, time);
    loop {
        // The count is the mean over all subscribers, so that a slow one does not delay the others.
        let due = window + delivered.div_ceil(receivers);
        if due > published.len() {
            crowd.sockets[0].send(&one.repeat(due - published.len()))?;
            published.resize(due, Instant::now());
        }
        crowd.wait()?;
        if meter.is_over(delivered)? {
            return meter.finish(delivered);
        }
        for event in &crowd.events {
            let socket = &mut crowd.sockets[event.token().0];
            if event.is_writable() {
                socket.flush()?;
            }
            if event.is_readable() {
                let before = socket.received;
                delivered += socket.receive(&mut crowd.scratch, |heard| heard == payload)?;
                let now = Instant::now();
                for published in &published[before..socket.received] {
                    meter.took(now - *published);
                }
            }
        }
    }
}

/// Sends until the queue of the stuck socket is full. Another socket receives the same messages, which shows when they
/// have been sent.
fn fill(reading: &mut [TcpStream], stuck: TcpStream) -> Result<TcpStream, Failure> {
    let [publisher, witness] = reading else { return Err("there is nobody to see it".into()) };
    sleep(SUBSCRIBING);
    let piece = frame::message(&vec![b'f'; PIECE], false);
    // A frame of the server is four bytes shorter, because it has no mask.
    let mut heard = vec![0; piece.len() - 4];
    for _ in 0..FILL / PIECE {
        publisher.write_all(&piece)?;
        witness.read_exact(&mut heard)?;
    }
    Ok(stuck)
}
