//! Log events that a peer cannot flood or forge. At most [`MOST`] events per second are logged for each route and
//! level, and the rest are counted. Text is logged without line breaks or terminal escapes.

use std::{
    error::Error,
    fmt::{self, Write},
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::Poll,
    time::Duration,
};

use serde_json::error::Category;
use tokio::{
    sync::Notify,
    time::{Instant, timeout},
};
use tracing::Level;

/// The maximum number of logged events per second for each route and level: enough to see what happens, and too few to
/// fill a disk.
const MOST: u64 = 10;
/// The maximum length of a text field, in bytes.
const LONGEST: usize = 1024;
/// The delay between the first suppressed event and the report of the count.
const SECOND: Duration = Duration::from_secs(1);
/// The limited levels. `TRACE` is used for every message and is not limited.
const LEVELS: [Level; 4] = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG];

/// Logs an event, unless its limiter has reached the maximum for the level in this second. The arguments are evaluated
/// only if the event is logged.
macro_rules! event {
    ($limiter:expr, $level:ident, $($field:tt)+) => {
        if ::tracing::enabled!(::tracing::Level::$level) && $limiter.allows(::tracing::Level::$level) {
            ::tracing::event!(::tracing::Level::$level, $($field)+);
        }
    };
}
pub(crate) use event;

/// The limiter for events that belong to no route and no server.
pub(crate) static PROCESS: EventLimiter = EventLimiter::new(None);

/// Wakes the reporters when an event is suppressed.
static SUPPRESSED: Notify = Notify::const_new();

/// Counts the events of a route, or the events of a server that belong to no route.
#[derive(Debug)]
pub(crate) struct EventLimiter {
    route: Option<&'static str>,
    begun: OnceLock<Instant>,
    budgets: [Budget; LEVELS.len()],
}

#[derive(Debug)]
struct Budget {
    /// The upper half is the current second, counted from the first event. The lower half is the number of events
    /// logged in that second.
    used: AtomicU64,
    suppressed: AtomicU64,
}

impl Budget {
    const fn new() -> Self {
        Self { used: AtomicU64::new(0), suppressed: AtomicU64::new(0) }
    }
}

impl EventLimiter {
    pub(crate) const fn new(route: Option<&'static str>) -> Self {
        Self { route, begun: OnceLock::new(), budgets: [const { Budget::new() }; LEVELS.len()] }
    }

    /// Counts an event. Returns true if it must be logged.
    #[cold]
    pub(crate) fn allows(&self, level: Level) -> bool {
        let Some(budget) = LEVELS.iter().position(|limited| *limited == level).map(|at| &self.budgets[at])
        else {
            return true;
        };
        let now = Instant::now();
        let second = now.saturating_duration_since(*self.begun.get_or_init(|| now)).as_secs() & 0xffff_ffff;
        let used = budget.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            let count = if used >> 32 == second { used & 0xffff_ffff } else { 0 };
            (count < MOST).then_some(second << 32 | (count + 1))
        });
        if used.is_err() && budget.suppressed.fetch_add(1, Ordering::AcqRel) == 0 {
            SUPPRESSED.notify_waiters();
        }
        used.is_ok()
    }

    fn has_suppressed(&self) -> bool {
        self.budgets.iter().any(|budget| budget.suppressed.load(Ordering::Acquire) > 0)
    }

    /// Logs the number of suppressed events, with one event for each level, and resets the counts.
    fn report(&self) {
        macro_rules! report {
            ($level:ident, $suppressed:expr) => {
                ::tracing::event!(
                    ::tracing::Level::$level,
                    route = self.route,
                    suppressed = $suppressed,
                    "too many log events in one second, the rest were suppressed"
                )
            };
        }
        for (level, budget) in LEVELS.iter().zip(&self.budgets) {
            let suppressed = budget.suppressed.swap(0, Ordering::AcqRel);
            match *level {
                _ if suppressed == 0 => {}
                Level::ERROR => report!(ERROR, suppressed),
                Level::WARN => report!(WARN, suppressed),
                Level::INFO => report!(INFO, suppressed),
                _ => report!(DEBUG, suppressed),
            }
        }
    }
}

/// Reports the suppressed events of a server.
#[derive(Debug)]
pub(crate) struct Reporter {
    limiters: Vec<Arc<EventLimiter>>,
    stopped: AtomicBool,
    stop: Notify,
}

impl Reporter {
    pub(crate) fn new(limiters: Vec<Arc<EventLimiter>>) -> Self {
        Self { limiters, stopped: AtomicBool::new(false), stop: Notify::new() }
    }

    /// Reports suppressed events a second after the first of them, until it is stopped.
    pub(crate) async fn run(&self) {
        while !self.stopped.load(Ordering::Acquire) {
            self.wait().await;
            if !self.stopped.load(Ordering::Acquire) {
                let _ = timeout(SECOND, self.stop.notified()).await;
            }
            self.limiters.iter().for_each(|limiter| limiter.report());
            PROCESS.report();
        }
    }

    /// Makes [`run`](Self::run) report the remaining events and return.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.stop.notify_one();
    }

    /// Waits until an event is suppressed, or `stop` is called.
    async fn wait(&self) {
        loop {
            let (mut suppressed, mut stop) = (pin!(SUPPRESSED.notified()), pin!(self.stop.notified()));
            suppressed.as_mut().enable();
            let has_suppressed = self.limiters.iter().any(|limiter| limiter.has_suppressed());
            if has_suppressed || PROCESS.has_suppressed() || self.stopped.load(Ordering::Acquire) {
                return;
            }
            poll_fn(|cx| match suppressed.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(()),
                Poll::Pending => stop.as_mut().poll(cx),
            })
            .await;
        }
    }
}

/// The text of a peer or of an error, on one line. Characters that affect a terminal or a log viewer are escaped, and
/// text longer than [`LONGEST`] is truncated. If formatting panics, the text ends there.
pub(crate) struct Escaped<T>(pub(crate) T);

impl<T: fmt::Display> fmt::Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = EscapingWriter { out: f, left: LONGEST, cut: false };
        let written = catch_unwind(AssertUnwindSafe(|| write!(line, "{}", self.0)));
        match written {
            Ok(Ok(())) => Ok(()),
            _ if line.cut => f.write_str("…"),
            Ok(Err(error)) => Err(error),
            Err(_) => f.write_str("(writing this text panicked)"),
        }
    }
}

/// Returns the category of the first serde_json error among the error and its sources. `None` if there is none. The
/// text of such an error may repeat input of a peer, so it is logged at `DEBUG` only.
pub(crate) fn json_category(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let mut causes = std::iter::successors(Some(error), |&cause| cause.source());
    let json = causes.find_map(|cause| cause.downcast_ref::<serde_json::Error>())?;
    Some(match json.classify() {
        Category::Io => "io",
        Category::Syntax => "syntax",
        Category::Data => "data",
        Category::Eof => "eof",
    })
}

struct EscapingWriter<'a, 'b> {
    out: &'a mut fmt::Formatter<'b>,
    left: usize,
    cut: bool,
}

impl Write for EscapingWriter<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut plain = 0;
        for (at, letter) in text.char_indices() {
            let Some(left) = self.left.checked_sub(letter.len_utf8()) else {
                self.out.write_str(&text[plain..at])?;
                self.cut = true;
                return Err(fmt::Error);
            };
            self.left = left;
            if must_be_escaped(letter) {
                self.out.write_str(&text[plain..at])?;
                write!(self.out, "{}", letter.escape_default())?;
                plain = at + letter.len_utf8();
            }
        }
        self.out.write_str(&text[plain..])
    }
}

/// Returns true for characters that must be escaped: control characters (such as line breaks and escape sequences),
/// line separators, and characters that change the direction of text (Unicode Technical Report 36 §3.1).
fn must_be_escaped(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[test]
    fn escaped_text_is_on_one_line() {
        for (text, line) in [
            ("plain, \"quoted\" \\ and café 日本", "plain, \"quoted\" \\ and café 日本"),
            ("a\nERROR forged", "a\\nERROR forged"),
            ("a\r\n\tb", "a\\r\\n\\tb"),
            ("\u{1b}[31mred\u{1b}[0m", "\\u{1b}[31mred\\u{1b}[0m"),
            ("\u{9b}31m\u{7f}\u{0}", "\\u{9b}31m\\u{7f}\\u{0}"),
            ("a\u{85}b\u{2028}c\u{2029}d", "a\\u{85}b\\u{2028}c\\u{2029}d"),
            ("\u{202e}txt.exe\u{2066}", "\\u{202e}txt.exe\\u{2066}"),
            ("", ""),
        ] {
            assert_eq!(Escaped(text).to_string(), line, "{text:?}");
        }
    }

    #[test]
    fn escaped_text_is_truncated_at_its_limit() {
        let text = "é".repeat(LONGEST);
        assert_eq!(Escaped(&text).to_string(), format!("{}…", "é".repeat(LONGEST / 2)));
        let fits = "\n".repeat(LONGEST);
        assert_eq!(Escaped(&fits).to_string(), "\\n".repeat(LONGEST));
    }

    #[test]
    fn escaped_text_ends_where_formatting_panics() {
        struct Panics;
        impl fmt::Display for Panics {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("so far\n")?;
                panic!("it does")
            }
        }
        assert_eq!(Escaped(Panics).to_string(), "so far\\n(writing this text panicked)");
    }

    #[tokio::test(start_paused = true)]
    async fn limiter_counts_each_level_and_second() {
        let limiter = EventLimiter::new(None);
        let count_allowed = |level, times: usize| (0..times).filter(|_| limiter.allows(level)).count() as u64;
        for _ in 0..3 {
            assert_eq!(count_allowed(Level::ERROR, 100), MOST);
            assert_eq!(count_allowed(Level::ERROR, 1), 0);
            assert_eq!(count_allowed(Level::DEBUG, 11), MOST, "each level has its own budget");
            assert_eq!(count_allowed(Level::TRACE, 100), 100);
            advance(SECOND).await;
        }
        assert_eq!(limiter.budgets[0].suppressed.load(Ordering::Relaxed), 3 * 91);
        assert_eq!(limiter.budgets[3].suppressed.load(Ordering::Relaxed), 3);
        // A second without events is skipped.
        advance(SECOND * 5).await;
        assert_eq!(count_allowed(Level::WARN, 11), MOST);
    }
}
