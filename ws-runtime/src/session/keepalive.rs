//! Pings and the idle timeout, as pure rules. Only inbound bytes count as activity, so a peer that receives but never
//! answers is considered lost.

use std::time::Duration;

use tokio::time::Instant;

/// The durations of silence after which a peer is pinged, and after which the connection is closed. `None` means never.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeepaliveRule {
    timeout: Option<Duration>,
    ping: Option<Duration>,
}

/// The error for a ping interval that is not shorter than the idle timeout. A live peer would be closed before its
/// first ping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PingTooLate {
    pub(crate) interval: Duration,
    pub(crate) timeout: Duration,
}

impl KeepaliveRule {
    /// The default idle timeout.
    pub(crate) const TIMEOUT: Duration = Duration::from_secs(120);
    /// The default ping interval. It is less than half of 50 s, the shortest idle timeout of common proxies, so one
    /// ping may be lost.
    const PING: Duration = Duration::from_secs(25);

    /// Creates a rule with the default ping interval, or half of the idle timeout if that is shorter. `None` means no
    /// timeout.
    pub(crate) fn with_usual_pings(timeout: Option<Duration>) -> Self {
        let half = timeout.map_or(Self::PING, |timeout| timeout / 2);
        Self { timeout, ping: Some(half.min(Self::PING)) }
    }

    /// Creates a rule from both options. `None` means never.
    pub(crate) fn new(timeout: Option<Duration>, ping: Option<Duration>) -> Result<Self, PingTooLate> {
        match (timeout, ping) {
            (Some(timeout), Some(interval)) if interval >= timeout => Err(PingTooLate { interval, timeout }),
            _ => Ok(Self { timeout, ping }),
        }
    }
}

/// The record of a peer's silence. The rule belongs to the route.
#[derive(Debug)]
pub(crate) struct Keepalive {
    heard: Instant,
    /// The time of the last ping during this silence, or the time at which the silence began.
    pinged: Instant,
}

/// The action that a peer's silence requires.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    /// No action before this time. `None` means that silence never requires an action.
    Until(Option<Instant>),
    /// Send a ping, then check again.
    Ping,
    /// Close the connection, because no bytes arrived during the whole timeout.
    Expired,
}

impl Keepalive {
    /// Begins the record.
    pub(crate) fn new(now: Instant) -> Self {
        Self { heard: now, pinged: now }
    }

    /// Records that bytes arrived, or that reading was held back.
    pub(crate) fn hear(&mut self, now: Instant) {
        self.heard = now;
        self.pinged = now;
    }

    /// Returns the action for the silence up to `now` under a rule.
    pub(crate) fn ask(&mut self, rule: KeepaliveRule, now: Instant) -> Silence {
        let KeepaliveRule { timeout, ping } = rule;
        let expires = timeout.and_then(|timeout| self.heard.checked_add(timeout));
        if expires.is_some_and(|expires| expires <= now) {
            return Silence::Expired;
        }
        let next = ping.and_then(|interval| self.pinged.checked_add(interval));
        if next.is_some_and(|next| next <= now) {
            self.pinged = now;
            return Silence::Ping;
        }
        Silence::Until([expires, next].into_iter().flatten().min())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "in a row, `seconds` and `None` are alternatives")]
    fn seconds(seconds: u64) -> Option<Duration> {
        Some(Duration::from_secs(seconds))
    }

    #[test]
    fn rule_pings_at_half_of_a_short_timeout() {
        for (timeout, ping) in [(120, 25), (51, 25), (50, 25), (8, 4)] {
            let rule = KeepaliveRule::with_usual_pings(seconds(timeout));
            assert_eq!((rule.timeout, rule.ping), (seconds(timeout), seconds(ping)));
        }
        let rule = KeepaliveRule::with_usual_pings(None);
        assert_eq!((rule.timeout, rule.ping), (None, seconds(25)));
    }

    #[test]
    fn rule_rejects_an_interval_beyond_the_timeout() {
        for (timeout, ping, expected) in [
            (None, None, Ok((None, None))),
            (seconds(120), None, Ok((seconds(120), None))),
            (seconds(8), seconds(7), Ok((seconds(8), seconds(7)))),
            (None, seconds(3600), Ok((None, seconds(3600)))),
            (seconds(120), seconds(119), Ok((seconds(120), seconds(119)))),
            (seconds(120), seconds(120), Err((120, 120))),
            (seconds(8), seconds(8), Err((8, 8))),
            (seconds(8), seconds(25), Err((25, 8))),
        ] {
            let rule = KeepaliveRule::new(timeout, ping).map(|rule| (rule.timeout, rule.ping));
            let expected = expected.map_err(|(interval, timeout)| PingTooLate {
                interval: Duration::from_secs(interval),
                timeout: Duration::from_secs(timeout),
            });
            assert_eq!(rule, expected, "{timeout:?} {ping:?}");
        }
    }

    /// Checks rows of three columns: the time in seconds, the expected action (or `bytes` if bytes arrive), and the
    /// time of the next check.
    fn check(timeout: Option<Duration>, ping: Option<Duration>, rows: &[(u64, Option<&str>, Option<u64>)]) {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let (rule, mut clock) = (KeepaliveRule { timeout, ping }, Keepalive::new(start));
        for &(second, done, until) in rows {
            let expected = match done {
                Some("ping") => Silence::Ping,
                Some("expired") => Silence::Expired,
                Some(_) => {
                    clock.hear(at(second));
                    continue;
                }
                None => Silence::Until(until.map(at)),
            };
            assert_eq!(clock.ask(rule, at(second)), expected, "after {second} s");
        }
    }

    #[test]
    fn silent_peer_is_pinged_and_then_times_out() {
        check(
            seconds(120),
            seconds(50),
            &[
                (0, None, Some(50)),
                (49, None, Some(50)),
                (50, Some("ping"), None),
                (50, None, Some(100)),
                (100, Some("ping"), None),
                (100, None, Some(120)),
                (119, Some("bytes"), None),
                (120, None, Some(169)),
                (169, Some("ping"), None),
                (239, Some("expired"), None),
            ],
        );
    }

    #[test]
    fn late_check_sends_one_ping() {
        check(None, seconds(10), &[(95, Some("ping"), None), (95, None, Some(105))]);
    }

    #[test]
    fn silence_expires_without_pings() {
        check(seconds(8), None, &[(7, None, Some(8)), (8, Some("expired"), None)]);
    }

    #[test]
    fn silence_does_not_expire_without_a_timeout() {
        check(None, None, &[(1 << 20, None, None)]);
        check(None, seconds(25), &[(25, Some("ping"), None), (1 << 20, Some("ping"), None)]);
    }
}
