//! How often the log says that sockets were cut off: once a second, with their number.

use std::time::Duration;

use tokio::time::Instant;

/// How often the log says that sockets were cut off.
const SAID: Duration = Duration::from_secs(1);

/// How many sockets were cut off since the log said so.
#[derive(Default)]
pub(crate) struct Tally {
    count: usize,
    said: Option<Instant>,
}

impl Tally {
    /// Adds some, and returns the count if it is time to say so.
    pub(crate) fn add(&mut self, count: usize, now: Instant) -> Option<usize> {
        self.count += count;
        let is_due = self.said.is_none_or(|said| now.duration_since(said) >= SAID);
        (self.count > 0 && is_due).then(|| {
            self.said = Some(now);
            std::mem::take(&mut self.count)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn tally_is_logged_once_a_second() {
        let (mut tally, now) = (Tally::default(), Instant::now());
        for (count, after, told) in [
            (0, 0, None),
            (3, 0, Some(3)),
            (2, 500, None),
            (4, 999, None),
            (1, 1000, Some(7)),
            (0, 5000, None),
            (1, 5000, Some(1)),
        ] {
            assert_eq!(tally.add(count, now + Duration::from_millis(after)), told, "{count} after {after}");
        }
    }
}
