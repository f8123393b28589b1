//! Idle sockets, which have sent one message.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use super::{
    Sample,
    connection::{ask, open},
};
use crate::{Failure, server::Server};

/// Size of the payload of that message, in bytes.
const SIZE: usize = 64;
const SCRATCH: usize = 4096;

#[expect(clippy::cast_precision_loss, reason = "no count here is beyond 2⁵³")]
pub(super) fn run(server: &Server, path: &str, time: Duration, sockets: usize) -> Result<Sample, Failure> {
    let before = server.resident()?;
    let began = Instant::now();
    let mut streams = Vec::new();
    for _ in 0..sockets {
        streams.push(open(server.address, path, None)?);
    }
    let seconds = began.elapsed().as_secs_f64();
    let mut scratch = [0; SCRATCH];
    for stream in &mut streams {
        ask(stream, &[b'i'; SIZE], &mut scratch)?;
    }
    // The pause gives servers time to release memory.
    sleep(time);
    let grown = server.resident()?.saturating_sub(before);
    Ok(Sample { cost: grown as f64 / sockets as f64, p99: None, per_second: sockets as f64 / seconds })
}
