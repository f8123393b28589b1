//! Turns: the amount of work that a task does before it yields to the network and to other tasks.
//!
//! Each thread counts work in units, and the code that does the work adds them. Decoding, explaining errors, inflating,
//! compressing, encoding, reading and writing all count. A task begins a turn when it is polled, and [defers](defer)
//! itself when the turn is over. It must not wake itself: a task that is woken while it runs goes straight back into
//! the run queue, and tokio polls sockets and timers only once in many polls of that queue.

use std::{
    cell::Cell,
    future::Future,
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU8, AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use tokio::runtime::Handle;

/// The length of a turn, in units of about four nanoseconds: about a millisecond. With fifty busy sockets on two
/// threads, each other socket waits for at most twenty-five turns.
const BUDGET: u64 = 256 * 1024;

/// A piece of work that a peer can cause.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Work {
    /// A frame, without the cost of its bytes.
    Frame,
    /// A message: the call of its handler and its reply, without the cost of their bytes. An item of a stream counts as
    /// a message.
    Message,
    /// A system call.
    Call,
    /// Sockets or subscriptions that are visited, added or removed one by one.
    Visited(usize),
    /// Bytes that are read, written or copied unchanged.
    Moved(usize),
    /// Subscriptions that are checked for new frames, one by one.
    Checked(usize),
    /// Bytes that are encoded.
    Encoded(usize),
    /// Bytes of JSON that are decoded and validated. The cost is that of short numbers, keys and brackets, which a
    /// client may choose. Most JSON costs less.
    Decoded(usize),
    /// Bytes produced by inflating.
    Inflated(usize),
    /// Bytes that are compressed.
    Deflated(usize),
    /// Bytes of an invalid message, which are read, validated and explained again on the slow path.
    Explained(usize),
}

impl Work {
    /// Returns true if this piece of work alone costs more than a turn.
    #[inline]
    pub(crate) const fn exceeds_a_turn(self) -> bool {
        self.units() > BUDGET
    }

    /// Returns the cost in units.
    #[inline]
    const fn units(self) -> u64 {
        match self {
            Self::Frame => 64,
            Self::Message => 256,
            Self::Call => 512,
            Self::Visited(sockets) => 64 * sockets as u64,
            // The kernel copies some bytes per nanosecond. The low cost lets a message be answered in the turn that
            // reads it, while it is in the caches.
            Self::Moved(bytes) => bytes as u64 / 16,
            Self::Checked(subscriptions) => 4 * subscriptions as u64,
            Self::Encoded(bytes) | Self::Inflated(bytes) => bytes as u64,
            Self::Decoded(bytes) => 6 * bytes as u64,
            // Resetting the stream takes as long as compressing some hundred bytes.
            Self::Deflated(bytes) => 1024 + 4 * bytes as u64,
            Self::Explained(bytes) => 4096 + 12 * bytes as u64,
        }
    }
}

thread_local! {
    /// The number of units that this thread has spent.
    static DONE: Cell<u64> = const { Cell::new(0) };
}

/// Counts work towards the turn of the task that runs on this thread.
#[inline]
pub(crate) fn spend(work: Work) {
    spend_units(work.units());
}

/// Counts a message and the work of decoding it.
#[inline]
pub(crate) fn spend_message(decoding: Work) {
    spend_units(Work::Message.units() + decoding.units());
}

#[inline]
fn spend_units(units: u64) {
    DONE.set(DONE.get().wrapping_add(units));
}

/// The turn of a task.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    /// The thread's number of units when the turn began.
    since: u64,
}

impl Turn {
    /// Begins a turn. A task calls this in each poll.
    #[inline]
    pub(crate) fn begin() -> Self {
        Self { since: DONE.get() }
    }

    /// Returns true if the task must yield. On a thread other than the one on which the turn began, this is almost
    /// always true.
    #[inline]
    pub(crate) fn is_over(self) -> bool {
        DONE.get().wrapping_sub(self.since) >= BUDGET
    }

    /// Returns the units spent since the turn began.
    #[cfg(test)]
    pub(crate) fn spent(self) -> u64 {
        DONE.get().wrapping_sub(self.since)
    }

    /// Yields if the turn is over, then begins another turn.
    pub(crate) async fn pause(&mut self) {
        if self.is_over() {
            tokio::task::yield_now().await;
            *self = Self::begin();
        }
    }
}

/// Counts the threads that do work of a kind that costs more than a turn, cannot be divided, and runs where it is
/// requested, such as compressing a long message.
#[derive(Debug, Default)]
pub(crate) struct LongWork(AtomicUsize);

/// Allows one piece of work.
#[must_use]
#[derive(Debug)]
pub(crate) struct LongWorkPermit<'a>(Option<&'a AtomicUsize>);

impl LongWork {
    /// Returns a permit for a piece of work, unless the work would occupy the last thread that is left to the sockets.
    /// Short work is always permitted.
    #[inline]
    pub(crate) fn permit(&self, work: Work) -> Option<LongWorkPermit<'_>> {
        if work.exceeds_a_turn() { self.permit_long() } else { Some(LongWorkPermit(None)) }
    }

    #[cold]
    fn permit_long(&self) -> Option<LongWorkPermit<'_>> {
        // No socket waits for a thread outside of the runtime.
        let Ok(runtime) = Handle::try_current() else { return Some(LongWorkPermit(None)) };
        let most = long_work(runtime.metrics().num_workers());
        if self.0.fetch_add(1, Ordering::AcqRel) < most {
            return Some(LongWorkPermit(Some(&self.0)));
        }
        self.0.fetch_sub(1, Ordering::AcqRel);
        None
    }
}

impl Drop for LongWorkPermit<'_> {
    fn drop(&mut self) {
        if let Some(running) = self.0 {
            running.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

/// Returns how many pieces of work that cost more than a turn may run at the same time: with several workers, one is
/// left to the sockets.
pub(crate) fn long_work(workers: usize) -> usize {
    workers.saturating_sub(1).max(1)
}

/// Schedules the task to be polled again after sockets and timers. Outside of a runtime, the task is woken at once.
pub(crate) fn defer(cx: &mut Context<'_>) {
    let yielded: Poll<()> = pin!(tokio::task::yield_now()).poll(cx);
    debug_assert!(yielded.is_pending(), "the first poll of `yield_now` waits");
}

/// A waker for a dependency that wakes its own task to yield. A wake-up during the poll becomes a [deferred](defer)
/// one. All others are passed on at once.
#[derive(Debug)]
pub(crate) struct DeferringWaker {
    state: AtomicU8,
    task: Mutex<Waker>,
}

const IDLE: u8 = 0;
const POLLING: u8 = 1;
const WOKEN: u8 = 2;

impl DeferringWaker {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { state: AtomicU8::new(IDLE), task: Mutex::new(Waker::noop().clone()) })
    }

    /// Calls `poll` with this waker. If it was woken during the poll, the task is polled again after sockets and
    /// timers.
    pub(crate) fn poll<T>(
        self: &Arc<Self>,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> T,
    ) -> T {
        self.task.lock().unwrap_or_else(PoisonError::into_inner).clone_from(cx.waker());
        self.state.store(POLLING, Ordering::Release);
        let polled = poll(&mut Context::from_waker(&Waker::from(Arc::clone(self))));
        if self.state.swap(IDLE, Ordering::AcqRel) == WOKEN {
            defer(cx);
        }
        polled
    }
}

impl Wake for DeferringWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let woken = self
            .state
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |state| (state != IDLE).then_some(WOKEN));
        if woken.is_err() {
            self.task.lock().unwrap_or_else(PoisonError::into_inner).wake_by_ref();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts the wake-ups of a task.
    #[derive(Default)]
    struct Counter(AtomicUsize);

    impl Wake for Counter {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn wake_up_during_a_poll_is_deferred() {
        let counter = Arc::new(Counter::default());
        let task = Waker::from(Arc::clone(&counter));
        let mut cx = Context::from_waker(&task);
        let count = || counter.0.load(Ordering::SeqCst);
        let waker = DeferringWaker::new();
        let inner = waker.poll(&mut cx, |cx| {
            cx.waker().wake_by_ref();
            cx.waker().wake_by_ref();
            assert_eq!(count(), 0, "no wake-up during the poll");
            cx.waker().clone()
        });
        // Outside of a runtime, a deferred wake-up comes as soon as the poll has ended.
        assert_eq!(count(), 1, "one deferred wake-up");
        waker.poll(&mut cx, |_| ());
        assert_eq!(count(), 1, "no wake-up for an idle poll");
        inner.wake();
        assert_eq!(count(), 2, "a wake-up between polls is passed on");
    }

    #[test]
    fn work_costs_units_by_kind_and_size() {
        for (work, units) in [
            (Work::Message, 256),
            (Work::Frame, 64),
            (Work::Call, 512),
            (Work::Visited(1000), 64_000),
            (Work::Moved(4096), 256),
            (Work::Checked(1024), 4096),
            (Work::Encoded(4096), 4096),
            (Work::Decoded(4096), 24_576),
            (Work::Inflated(4096), 4096),
            (Work::Deflated(0), 1024),
            (Work::Deflated(4096), 17_408),
            (Work::Explained(0), 4096),
            (Work::Explained(1 << 20), 4096 + (12 << 20)),
        ] {
            assert_eq!(work.units(), units, "{work:?}");
        }
    }

    #[test]
    fn turn_is_over_when_its_budget_is_spent() {
        for (work, times) in [
            (Work::Message, 1024),
            (Work::Explained(2), 64),
            (Work::Encoded(64 * 1024), 4),
            (Work::Inflated(1 << 20), 1),
            (Work::Moved(1 << 20), 4),
        ] {
            let turn = Turn::begin();
            for done in 0..times {
                assert!(!turn.is_over(), "after {done} times {work:?}");
                spend(work);
            }
            assert!(turn.is_over(), "after {times} times {work:?}");
            assert!(!Turn::begin().is_over(), "the next turn has its full budget");
        }
    }

    #[test]
    fn long_work_leaves_one_worker_to_the_sockets() {
        for (workers, expected) in [(0, 1), (1, 1), (2, 1), (3, 2), (16, 15)] {
            assert_eq!(long_work(workers), expected, "{workers} workers");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 3)]
    async fn long_work_is_permitted_until_one_worker_is_left() {
        let work = LongWork::default();
        let long = || work.permit(Work::Deflated(1 << 20));
        let (first, second) = (long(), long());
        assert!(first.is_some() && second.is_some() && long().is_none());
        assert!(long().is_none(), "a refusal is not counted");
        assert!(work.permit(Work::Deflated(1 << 10)).is_some(), "short work");
        drop(second);
        assert!(long().is_some(), "another may begin");
        assert!(long().is_some(), "that one has ended");
    }

    #[test]
    fn long_work_outside_of_a_runtime_is_not_limited() {
        let work = LongWork::default();
        let permits = [(); 3].map(|()| work.permit(Work::Deflated(1 << 20)));
        assert!(permits.iter().all(Option::is_some));
    }

    #[test]
    fn turn_of_another_thread_is_over() {
        spend(Work::Message);
        let turn = Turn::begin();
        let is_over = std::thread::spawn(move || turn.is_over()).join();
        assert!(is_over.is_ok_and(|is_over| is_over), "the other thread has spent less");
    }

    #[tokio::test]
    async fn pause_yields_only_when_the_turn_is_over() {
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
                spend(Work::Encoded(1 << 20));
                turn.pause().await;
                assert!(ran.get() > 0);
            })
            .await;
    }
}
