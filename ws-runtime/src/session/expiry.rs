//! The expiry of a connection, as a pure rule: the client is notified first, and then closed.

use std::time::Duration;

use tokio::time::Instant;

/// The time before the expiry at which the client is notified: enough to fetch a new token.
const NOTICE: Duration = Duration::from_secs(30);

/// The expiry of a connection.
#[derive(Debug)]
pub(crate) struct Expiry {
    at: Instant,
    /// The time at which the client must be notified. `None` after it was notified.
    notice: Option<Instant>,
}

/// The action that an expiry requires.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ExpiryStep {
    /// No action before this time.
    Until(Instant),
    /// Notify the client of the time that remains, then check again.
    Notify(Duration),
    /// Close the connection.
    Expire,
}

impl Expiry {
    /// Creates an expiry. If less than 30 seconds are left, the client is notified at once.
    pub(crate) fn at(at: Instant) -> Self {
        Self { at, notice: Some(at.checked_sub(NOTICE).unwrap_or(at)) }
    }

    /// Returns the time of the next action.
    pub(crate) fn next(&self) -> Instant {
        self.notice.unwrap_or(self.at)
    }

    /// Returns the action at `now`.
    pub(crate) fn ask(&mut self, now: Instant) -> ExpiryStep {
        if self.at <= now {
            return ExpiryStep::Expire;
        }
        if self.notice.take_if(|notice| *notice <= now).is_some() {
            return ExpiryStep::Notify(self.at - now);
        }
        ExpiryStep::Until(self.next())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row: a second at which the expiry is checked, and the action.
    fn check(seconds: u64, rows: &[(u64, &str, u64)]) {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut expiry = Expiry::at(at(seconds));
        for &(second, action, number) in rows {
            let expected = match action {
                "until" => ExpiryStep::Until(at(number)),
                "notify" => ExpiryStep::Notify(Duration::from_secs(number)),
                _ => ExpiryStep::Expire,
            };
            assert_eq!(expiry.ask(at(second)), expected, "after {second} s of {seconds} s");
        }
    }

    #[test]
    fn client_is_notified_once_before_it_expires() {
        check(
            100,
            &[
                (0, "until", 70),
                (69, "until", 70),
                (70, "notify", 30),
                (70, "until", 100),
                (99, "until", 100),
                (100, "expire", 0),
                (101, "expire", 0),
            ],
        );
    }

    #[test]
    fn short_lifetime_is_notified_at_once() {
        check(30, &[(0, "notify", 30), (0, "until", 30), (30, "expire", 0)]);
        check(5, &[(0, "notify", 5), (4, "until", 5), (5, "expire", 0)]);
    }

    #[test]
    fn late_check_reports_the_remaining_time() {
        check(100, &[(90, "notify", 10), (100, "expire", 0)]);
        check(100, &[(100, "expire", 0)]);
        check(0, &[(0, "expire", 0)]);
    }
}
