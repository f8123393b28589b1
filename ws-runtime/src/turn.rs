//! Turns: how much work a task does before the network and the other tasks come first.
//!
//! Work is counted in units, on the thread that does it and by the code that does it, so that every kind of work counts:
//! decoding, explaining, inflating, compressing, encoding, reading and writing. A task begins a turn when it is polled, and
//! [defers](defer) itself when the turn is over. It must not wake itself instead: a task that is woken while it runs goes
//! straight back into the run queue, and tokio looks at sockets and timers only once in many polls of that queue.

use std::{
    cell::Cell,
    future::Future,
    pin::pin,
    task::{Context, Poll},
};

/// How much one turn may cost, in units of about four nanoseconds: about a millisecond. With fifty busy sockets on two threads,
/// everybody else waits for at most twenty-five turns.
const BUDGET: u64 = 256 * 1024;

/// One piece of work that a peer may cause.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Work {
    /// A frame that is taken out of what was read, without what its bytes cost.
    Frame,
    /// A message: its handler's call and its reply, without what their bytes cost. A stream's item is one too.
    Message,
    /// A call of the operating system.
    Call,
    /// So many bytes read, written or copied as they are.
    Moved(usize),
    /// So many bytes decoded, encoded or checked.
    Coded(usize),
    /// So many bytes that came of inflating.
    Inflated(usize),
    /// So many bytes that were compressed.
    Deflated(usize),
    /// So many bytes that broke their schema: they are read, checked and explained once more, the long way.
    Explained(usize),
}

impl Work {
    /// What it costs in units.
    #[inline]
    const fn units(self) -> u64 {
        match self {
            Self::Frame => 64,
            Self::Message => 256,
            Self::Call => 512,
            Self::Moved(bytes) => bytes as u64 / 4,
            Self::Coded(bytes) | Self::Inflated(bytes) => bytes as u64,
            Self::Deflated(bytes) => 4 * bytes as u64,
            Self::Explained(bytes) => 4096 + 12 * bytes as u64,
        }
    }
}

thread_local! {
    /// How many units of work this thread has ever done.
    static DONE: Cell<u64> = const { Cell::new(0) };
}

/// Counts work against the turn of whichever task runs on this thread.
#[inline]
pub(crate) fn spend(work: Work) {
    DONE.set(DONE.get().wrapping_add(work.units()));
}

/// The turn of one task.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    /// What the thread had done when it began.
    since: u64,
}

impl Turn {
    /// Begins a turn. To be called anew in each poll.
    #[inline]
    pub(crate) fn begin() -> Self {
        Self { since: DONE.get() }
    }

    /// Whether the task has to let others run. True also on another thread than the one that it began on, or nearly always.
    #[inline]
    pub(crate) fn is_over(self) -> bool {
        DONE.get().wrapping_sub(self.since) >= BUDGET
    }

    /// Lets the network and others come first if the turn is over, and then begins another.
    pub(crate) async fn pause(&mut self) {
        if self.is_over() {
            tokio::task::yield_now().await;
            *self = Self::begin();
        }
    }
}

/// Arranges for the task to be polled again once sockets and timers were looked at. Outside of a runtime it is woken at once.
pub(crate) fn defer(cx: &mut Context<'_>) {
    let yielded: Poll<()> = pin!(tokio::task::yield_now()).poll(cx);
    debug_assert!(yielded.is_pending(), "the first poll of `yield_now` waits");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_costs_by_its_kind_and_bytes() {
        for (work, units) in [
            (Work::Message, 256),
            (Work::Frame, 64),
            (Work::Call, 512),
            (Work::Moved(4096), 1024),
            (Work::Coded(4096), 4096),
            (Work::Inflated(4096), 4096),
            (Work::Deflated(4096), 16_384),
            (Work::Explained(0), 4096),
            (Work::Explained(1 << 20), 4096 + (12 << 20)),
        ] {
            assert_eq!(work.units(), units, "{work:?}");
        }
    }

    #[test]
    fn a_turn_is_over_when_its_budget_is_spent() {
        for (work, times) in [
            (Work::Message, 1024),
            (Work::Explained(2), 64),
            (Work::Coded(64 * 1024), 4),
            (Work::Inflated(1 << 20), 1),
            (Work::Moved(1 << 20), 1),
        ] {
            let turn = Turn::begin();
            for done in 0..times {
                assert!(!turn.is_over(), "after {done} times {work:?}");
                spend(work);
            }
            assert!(turn.is_over(), "after {times} times {work:?}");
            assert!(!Turn::begin().is_over(), "the next one begins anew");
        }
    }

    #[test]
    fn a_turn_of_another_thread_is_over() {
        spend(Work::Message);
        let turn = Turn::begin();
        let is_over = std::thread::spawn(move || turn.is_over()).join();
        assert!(is_over.is_ok_and(|is_over| is_over), "a thread that has done less");
    }

    #[tokio::test]
    async fn pause_lets_others_run_only_when_the_turn_is_over() {
        let ran = std::rc::Rc::new(Cell::new(0));
        let count = std::rc::Rc::clone(&ran);
        let tasks = tokio::task::LocalSet::new();
        tasks.spawn_local(async move {
            loop {
                count.set(count.get() + 1);
                tokio::task::yield_now().await;
            }
        });
        tasks
            .run_until(async {
                let mut turn = Turn::begin();
                turn.pause().await;
                assert_eq!(ran.get(), 0);
                spend(Work::Coded(1 << 20));
                turn.pause().await;
                assert!(ran.get() > 0);
            })
            .await;
    }
}
