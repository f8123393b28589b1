//! When silence has lasted too long. Only inbound bytes count: a peer that is sent to but never answers is gone.

use std::time::Duration;

use tokio::time::Instant;

/// The idle clock of one connection.
#[derive(Debug)]
pub(crate) struct Keepalive {
    timeout: Option<Duration>,
    pings: bool,
    heard: Instant,
    pinged: bool,
}

/// What silence asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    /// Nothing before then; `None` is never.
    Until(Option<Instant>),
    /// A ping, to make a live peer answer; then ask again.
    Ping,
    /// The end: nothing was heard for the whole timeout.
    Expired,
}

impl Keepalive {
    /// Starts the clock. `timeout` of `None` is no limit. With `pings`, a ping goes out at half the timeout, so that only
    /// a peer that is gone stays silent for all of it.
    pub(crate) fn new(timeout: Option<Duration>, pings: bool, now: Instant) -> Self {
        Self { timeout, pings, heard: now, pinged: false }
    }

    /// Bytes arrived, or reading was held back by us and begins again.
    pub(crate) fn hear(&mut self, now: Instant) {
        self.heard = now;
        self.pinged = false;
    }

    /// What the silence up to `now` asks for.
    pub(crate) fn ask(&mut self, now: Instant) -> Silence {
        let Some(timeout) = self.timeout else { return Silence::Until(None) };
        let silent = now.saturating_duration_since(self.heard);
        if silent >= timeout {
            return Silence::Expired;
        }
        let half = timeout / 2;
        if self.pings && !self.pinged {
            if silent >= half {
                self.pinged = true;
                return Silence::Ping;
            }
            return Silence::Until(Some(self.heard + half));
        }
        Silence::Until(Some(self.heard + timeout))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_pinged_at_half_and_ends_at_the_timeout() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut clock = Keepalive::new(Some(Duration::from_mins(2)), true, start);
        for (second, silence) in [
            (0, Silence::Until(Some(at(60)))),
            (59, Silence::Until(Some(at(60)))),
            (60, Silence::Ping),
            (60, Silence::Until(Some(at(120)))),
            (119, Silence::Until(Some(at(120)))),
            (120, Silence::Expired),
        ] {
            assert_eq!(clock.ask(at(second)), silence, "after {second} s");
        }
        clock.hear(at(119));
        assert_eq!(clock.ask(at(120)), Silence::Until(Some(at(179))));
        assert_eq!(clock.ask(at(179)), Silence::Ping, "each silence is pinged anew");
    }

    #[test]
    fn without_pings_the_peer_has_to_speak_by_itself() {
        let start = Instant::now();
        let mut clock = Keepalive::new(Some(Duration::from_secs(8)), false, start);
        assert_eq!(
            clock.ask(start + Duration::from_secs(7)),
            Silence::Until(Some(start + Duration::from_secs(8)))
        );
        assert_eq!(clock.ask(start + Duration::from_secs(8)), Silence::Expired);
    }

    #[test]
    fn without_a_timeout_silence_lasts() {
        let start = Instant::now();
        let mut clock = Keepalive::new(None, true, start);
        assert_eq!(clock.ask(start + Duration::from_secs(1 << 20)), Silence::Until(None));
    }
}
