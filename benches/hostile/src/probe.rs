//! The probes, which are clients that do not attack: they measure the latency of echoes and of new connections, and
//! count lost sockets.

use std::{
    fmt,
    io::Write,
    thread,
    time::{Duration, Instant},
};

use crate::{
    Failure, client,
    frame::{Head, TEXT, frame},
    server::Server,
};

/// Number of sockets that request echoes.
const SOCKETS: usize = 8;
const PAUSE: Duration = Duration::from_millis(20);
/// Pause between two new connections.
const ANEW: Duration = Duration::from_millis(50);

pub(crate) struct Report {
    echoes: Vec<Duration>,
    connections: Vec<Duration>,
    lost: usize,
    /// Maximum resident memory during the attack, minus that of the idle server, in bytes.
    memory: u64,
    shutdown: Duration,
}

/// Measures for this time, and samples the memory of the server. `idle` is its memory before the attack.
pub(crate) fn run(server: &Server, time: Duration, idle: u64) -> Result<Report, Failure> {
    let (address, end) = (server.address, Instant::now() + time);
    let echo = move || -> (Vec<Duration>, bool) {
        let mut waited = Vec::new();
        let Ok(mut stream) = client::connect(address, "/echo", false) else { return (waited, true) };
        while Instant::now() < end {
            let begun = Instant::now();
            let asked = stream.write_all(&frame(Head::whole(TEXT), &[b'x'; 64]));
            let lost = asked.is_err() || client::read_frame(&mut stream).is_err();
            waited.push(begun.elapsed());
            if lost {
                return (waited, true);
            }
            thread::sleep(PAUSE);
        }
        (waited, false)
    };
    let anew = move || -> (Vec<Duration>, usize) {
        let (mut waited, mut lost) = (Vec::new(), 0);
        while Instant::now() < end {
            let begun = Instant::now();
            lost += usize::from(client::connect(address, "/echo", false).is_err());
            waited.push(begun.elapsed());
            thread::sleep(ANEW);
        }
        (waited, lost)
    };
    thread::scope(|scope| {
        let echoes: Vec<_> = (0..SOCKETS).map(|_| scope.spawn(echo)).collect();
        let connections = scope.spawn(anew);
        let mut memory = 0;
        while Instant::now() < end {
            memory = memory.max(server.resident()?.saturating_sub(idle));
            thread::sleep(Duration::from_millis(20));
        }
        let mut report =
            Report { echoes: Vec::new(), connections: Vec::new(), lost: 0, memory, shutdown: Duration::ZERO };
        for thread in echoes {
            let (waited, lost) = thread.join().map_err(|_| "a probe panicked")?;
            report.echoes.extend(waited);
            report.lost += usize::from(lost);
        }
        let (waited, lost) = connections.join().map_err(|_| "a probe panicked")?;
        report.connections = waited;
        report.lost += lost;
        Ok(report)
    })
}

impl Report {
    pub(crate) fn ended_in(self, shutdown: Duration) -> Self {
        Self { shutdown, ..self }
    }
}

/// Returns a quantile in milliseconds.
fn quantile(times: &[Duration], share: usize) -> f64 {
    let mut times = times.to_vec();
    times.sort();
    times
        .get((times.len() * share / 1000).min(times.len().saturating_sub(1)))
        .map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (echoes, anew) = (&self.echoes, &self.connections);
        write!(
            f,
            "{:.1} ms | {:.1} ms | {:.0} ms | ",
            quantile(echoes, 500),
            quantile(echoes, 990),
            quantile(echoes, 1000)
        )?;
        write!(f, "{:.0} ms | {:.0} ms | {} | ", quantile(anew, 990), quantile(anew, 1000), self.lost)?;
        write!(f, "{} MiB | {:.1} s", self.memory >> 20, self.shutdown.as_secs_f64())
    }
}
