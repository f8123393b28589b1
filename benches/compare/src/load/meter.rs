//! Measures a server from the end of its warm-up to the end of the run.

use std::time::{Duration, Instant};

use super::Sample;
use crate::{Failure, server::Server, statistics::quantile};

/// Duration of the warm-up.
const WARMING: Duration = Duration::from_millis(500);

pub(super) struct Meter<'a> {
    server: &'a Server,
    started: Instant,
    time: Duration,
    begun: Option<Begun>,
    /// Latencies in microseconds.
    latencies: Vec<f64>,
}

struct Begun {
    at: Instant,
    cpu_time: u64,
    count: usize,
}

impl<'a> Meter<'a> {
    pub(super) fn start(server: &'a Server, time: Duration) -> Self {
        Self { server, started: Instant::now(), time, begun: None, latencies: Vec::new() }
    }

    /// Starts measuring after the warm-up. Returns true at the end of the run. `count` is the number of messages so
    /// far.
    pub(super) fn is_over(&mut self, count: usize) -> Result<bool, Failure> {
        match &self.begun {
            None => {
                if self.started.elapsed() > WARMING {
                    let cpu_time = self.server.cpu_time()?;
                    self.begun = Some(Begun { at: Instant::now(), cpu_time, count });
                }
                Ok(false)
            }
            Some(begun) => Ok(begun.at.elapsed() > self.time),
        }
    }

    /// Records the latency of a reply or delivery.
    pub(super) fn took(&mut self, time: Duration) {
        if self.begun.is_some() {
            self.latencies.push(time.as_secs_f64() * 1e6);
        }
    }

    /// Computes the result.
    #[expect(clippy::cast_precision_loss, reason = "no count here is beyond 2⁵³")]
    pub(super) fn finish(self, count: usize) -> Result<Sample, Failure> {
        let cpu_time = self.server.cpu_time()?;
        let begun = self.begun.ok_or("it was not measured")?;
        let seconds = begun.at.elapsed().as_secs_f64();
        let count = (count - begun.count) as f64;
        if count == 0.0 {
            return Err("nothing has arrived".into());
        }
        let mut latencies = self.latencies;
        latencies.sort_by(f64::total_cmp);
        Ok(Sample {
            cost: (cpu_time - begun.cpu_time) as f64 / 1e3 / count,
            p99: quantile(&latencies, 0.99),
            per_second: count / seconds,
        })
    }
}
