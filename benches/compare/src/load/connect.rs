//! Connections that open and close, one after another.

use std::{
    io::{Read, Write},
    time::{Duration, Instant},
};

use super::{Sample, connection::open, frame};
use crate::{Failure, server::Server};

/// Close code of a normal closure (RFC 6455 §7.4.1).
const NORMAL: u16 = 1000;
/// Maximum number of connections, because the kernel keeps the port of each for a while after its end.
const MOST: u32 = 20_000;

#[expect(clippy::cast_precision_loss, reason = "no count here is beyond 2⁵³")]
pub(super) fn run(server: &Server, path: &str, time: Duration) -> Result<Sample, Failure> {
    let close = frame::close(NORMAL);
    let cpu_time = server.cpu_time()?;
    let began = Instant::now();
    let mut count = 0;
    while began.elapsed() < time && count < MOST {
        let mut stream = open(server.address, path, None)?;
        stream.write_all(&close)?;
        // The server answers with a close frame, and then ends the connection (§7.1.1).
        let mut answer = Vec::new();
        // A server that resets the connection has ended it, too.
        let _ = stream.read_to_end(&mut answer);
        if answer.first() != Some(&(0x80 | frame::CLOSE)) {
            return Err("the close frame was not answered".into());
        }
        count += 1;
    }
    let seconds = began.elapsed().as_secs_f64();
    let spent = server.cpu_time()? - cpu_time;
    let count = f64::from(count);
    Ok(Sample { cost: spent as f64 / 1e3 / count, p99: None, per_second: count / seconds })
}
