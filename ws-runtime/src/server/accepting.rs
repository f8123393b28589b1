//! The reaction to errors of a listener: whether to pause accepting, and whether to log them.

use std::{error::Error, io, time::Duration};

use tokio::time::Instant;

/// The first pause during a shortage of a system resource, such as files.
const FIRST_REST: Duration = Duration::from_millis(10);
/// The longest pause during a shortage.
const LONGEST_REST: Duration = Duration::from_secs(1);
/// The minimum time between two warnings.
const BETWEEN_WARNINGS: Duration = Duration::from_secs(1);

/// Counts the errors of a listener and decides how to react.
#[derive(Debug)]
pub(super) struct Failures {
    pause: Duration,
    /// The number of errors that no warning has reported yet.
    unreported: u64,
    warned: Option<Instant>,
}

/// The reaction to an error.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// The duration of the pause. `None` means that accepting continues at once.
    pub(super) pause: Option<Duration>,
    /// The number of errors to report, including this one. `None` if no warning is due.
    pub(super) warn: Option<u64>,
}

impl Failures {
    pub(super) const fn new() -> Self {
        Self { pause: FIRST_REST, unreported: 0, warned: None }
    }

    /// Records an accepted connection. Returns the number of errors to report, if a warning is due.
    pub(super) fn accepted(&mut self, now: impl FnOnce() -> Instant) -> Option<u64> {
        self.pause = FIRST_REST;
        if self.unreported == 0 { None } else { self.warn(now()) }
    }

    /// Records an error. Accepting pauses only during a shortage of a system resource, because it would fail again at
    /// once. Any other error concerns one connection and must not delay the next.
    pub(super) fn failed(&mut self, error: &io::Error, now: Instant) -> Failure {
        self.unreported += 1;
        let pause = is_shortage(error).then_some(self.pause);
        if pause.is_some() {
            self.pause = (self.pause * 2).min(LONGEST_REST);
        }
        Failure { pause, warn: self.warn(now) }
    }

    fn warn(&mut self, now: Instant) -> Option<u64> {
        if self.warned.is_some_and(|warned| now.saturating_duration_since(warned) < BETWEEN_WARNINGS) {
            return None;
        }
        self.warned = Some(now);
        Some(std::mem::take(&mut self.unreported))
    }
}

/// Returns true for a shortage of files, buffers or memory (accept(2): EMFILE, ENFILE, ENOBUFS, ENOMEM), also if
/// another error wraps the system's.
fn is_shortage(error: &io::Error) -> bool {
    #[cfg(windows)]
    const SHORTAGES: &[i32] = &[8, 14, 10024, 10055];
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const SHORTAGES: &[i32] = &[12, 23, 24, 105];
    #[cfg(not(any(windows, target_os = "linux", target_os = "android")))]
    const SHORTAGES: &[i32] = &[12, 23, 24, 55];
    let is_short = |error: &io::Error| {
        error.kind() == io::ErrorKind::OutOfMemory
            || error.raw_os_error().is_some_and(|code| SHORTAGES.contains(&code))
    };
    let mut current: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = current {
        current = match cause.downcast_ref::<io::Error>() {
            Some(io) if is_short(io) => return true,
            // The source of an `io::Error` is the source of its inner error, not the inner error itself.
            Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
            None => cause.source(),
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMFILE: i32 = if cfg!(windows) { 10024 } else { 24 };

    #[test]
    fn accepting_pauses_only_for_shortages() {
        let of = io::Error::from_raw_os_error;
        for (error, short) in [
            (of(EMFILE), true),
            (io::ErrorKind::OutOfMemory.into(), true),
            (io::Error::other(of(EMFILE)), true),
            (io::Error::other(io::Error::other(of(EMFILE))), true),
            (io::ErrorKind::ConnectionAborted.into(), false),
            (io::ErrorKind::ConnectionReset.into(), false),
            (io::ErrorKind::InvalidData.into(), false),
            (io::ErrorKind::TimedOut.into(), false),
            (io::Error::other("tls handshake failed"), false),
            (io::Error::new(io::ErrorKind::PermissionDenied, of(1)), false),
        ] {
            assert_eq!(is_shortage(&error), short, "{error:?}");
        }
        #[cfg(target_os = "linux")]
        for code in [12, 23, 24, 105] {
            assert!(is_shortage(&of(code)), "{code}");
        }
    }

    #[test]
    fn pauses_double_while_a_shortage_lasts() {
        let mut failures = Failures::new();
        let now = Instant::now();
        let pause = |failures: &mut Failures, error: io::Error| {
            failures.failed(&error, now).pause.map(|pause| pause.as_millis())
        };
        let short = || io::Error::from_raw_os_error(EMFILE);
        for paused in [10, 20, 40, 80, 160, 320, 640, 1000, 1000] {
            assert_eq!(pause(&mut failures, short()), Some(paused));
            assert_eq!(pause(&mut failures, io::ErrorKind::InvalidData.into()), None);
        }
        failures.accepted(|| now);
        assert_eq!(pause(&mut failures, short()), Some(10));
    }

    #[test]
    fn warnings_are_a_second_apart_and_report_all_errors() {
        let mut failures = Failures::new();
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let error: io::Error = io::ErrorKind::InvalidData.into();
        for (when, warn) in [(0, Some(1)), (1, None), (999, None), (1000, Some(3)), (1999, None)] {
            assert_eq!(failures.failed(&error, at(when)).warn, warn, "after {when} ms");
        }
        assert_eq!(failures.accepted(|| at(1999)), None);
        assert_eq!(failures.accepted(|| at(2000)), Some(1));
        assert_eq!(failures.accepted(|| at(9000)), None);
    }
}
