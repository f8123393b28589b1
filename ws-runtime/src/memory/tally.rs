//! Limits how often the log reports cut-off sockets: once a second, with their number.

use std::time::Duration;

use tokio::time::Instant;

/// The interval of the log event.
const SAID: Duration = Duration::from_secs(1);

/// Counts sockets that were cut off since the last log event.
#[derive(Default)]
pub(crate) struct Tally {
    count: usize,
    said: Option<Instant>,
}

impl Tally {
    /// Adds a number, and returns the count if it must be logged now.
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
