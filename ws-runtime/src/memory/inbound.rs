//! The total of inbound memory held by connections, its limit, and the cutting off of connections above the limit.

use std::{
    collections::BinaryHeap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Waker},
};

use super::left;
use crate::{
    events::{EventLimiter, event},
    turn::{Work, spend},
};

/// The inbound memory that all connections of a server hold, in bytes.
///
/// A holder's share and the total change together under that holder's lock, so the total is never less than the sum of
/// the shares. If the total exceeds the limit, one thread at a time cuts off the largest holders.
pub(crate) struct Inbound {
    total: AtomicUsize,
    limit: usize,
    events: Arc<EventLimiter>,
    /// Locked before a holder, never while a holder is locked.
    holders: Mutex<Holders>,
}

#[derive(Default)]
struct Holders {
    all: Vec<Arc<Holder>>,
}

/// A connection that holds inbound memory.
#[derive(Default)]
struct Holder {
    /// Its index in `Holders::all`, which changes only under the lock of `holders`.
    index: AtomicUsize,
    share: Mutex<Share>,
}

#[derive(Default)]
struct Share {
    /// The counted memory, in bytes.
    held: usize,
    /// True if the connection was cut off. Its memory no longer counts.
    cut_off: bool,
    /// The waker of the connection's task, registered when memory is first counted.
    task: Option<Waker>,
}

/// The inbound memory of a connection. It is not registered, and allocates nothing, until it is first counted.
#[derive(Default)]
pub(crate) struct Holding<'a>(Option<Box<Held<'a>>>);

struct Held<'a> {
    inbound: &'a Inbound,
    holder: Arc<Holder>,
    /// The counted memory, in bytes.
    counted: usize,
}

impl Inbound {
    /// Creates the total. A limit of `usize::MAX` means unlimited, and nothing is counted.
    pub(crate) fn new(limit: usize, events: Arc<EventLimiter>) -> Arc<Self> {
        Arc::new(Self { total: AtomicUsize::new(0), limit, events, holders: Mutex::default() })
    }

    /// Returns the counted total, in bytes.
    pub(crate) fn total(&self) -> usize {
        self.total.load(Ordering::Relaxed)
    }

    /// Cuts off the largest holders until the rest is within the limit, and wakes their tasks.
    #[cold]
    fn relieve(&self) {
        let mut tasks = Vec::new();
        let count = {
            let holders = lock(&self.holders);
            // Another thread may have freed memory meanwhile.
            if self.total() <= self.limit {
                return;
            }
            let all = &holders.all;
            spend(Work::Visited(all.len()));
            let mut sizes: BinaryHeap<_> = (all.iter().enumerate())
                .map(|(at, holder)| (lock(&holder.share).held, at))
                .filter(|(held, _)| *held > 0)
                .collect();
            let (most, mut count) = (left(self.limit, 0, all.len()), 0);
            while self.total() > most
                && let Some((_, at)) = sizes.pop()
            {
                let mut share = lock(&all[at].share);
                if share.cut_off || share.held == 0 {
                    continue;
                }
                self.total.fetch_sub(share.held, Ordering::Relaxed);
                share.held = 0;
                share.cut_off = true;
                tasks.extend(share.task.take());
                count += 1;
            }
            count
        };
        tasks.into_iter().for_each(Waker::wake);
        if count > 0 {
            event!(
                self.events,
                WARN,
                sockets = count,
                "`inbound_total` is reached, closing the sockets that hold the most memory"
            );
        }
    }
}

impl<'a> Holding<'a> {
    /// Returns true if [`count`](Self::count) must be called for this many bytes.
    #[inline]
    pub(crate) fn matters(&self, held: usize) -> bool {
        held != 0 || self.0.as_ref().is_some_and(|before| before.counted != 0)
    }

    /// Counts the bytes that the connection holds, before its task waits. Returns true if the connection is cut off and
    /// must release them. If another connection decides that later, the task is woken.
    #[cold]
    pub(crate) fn count(&mut self, inbound: &'a Inbound, held: usize, cx: &Context<'_>) -> bool {
        if inbound.limit == usize::MAX {
            return false;
        }
        let before =
            self.0.get_or_insert_with(|| Box::new(Held { inbound, holder: inbound.register(), counted: 0 }));
        before.counted = held;
        if inbound.change(&before.holder, held, Some(cx)) {
            inbound.relieve();
        }
        let cut_off = lock(&before.holder.share).cut_off;
        if cut_off {
            before.counted = 0;
        }
        cut_off
    }

    /// Records that the connection no longer holds memory.
    pub(crate) fn release(&mut self) {
        self.0 = None;
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.inbound.change(&self.holder, 0, None);
        self.inbound.remove(&self.holder);
    }
}

impl Inbound {
    fn register(&self) -> Arc<Holder> {
        let holder = Arc::<Holder>::default();
        let mut holders = lock(&self.holders);
        holder.index.store(holders.all.len(), Ordering::Relaxed);
        holders.all.push(Arc::clone(&holder));
        holder
    }

    fn remove(&self, holder: &Holder) {
        let mut holders = lock(&self.holders);
        let index = holder.index.load(Ordering::Relaxed);
        holders.all.swap_remove(index);
        if let Some(moved) = holders.all.get(index) {
            moved.index.store(index, Ordering::Relaxed);
        }
    }

    /// Changes a share together with the total. Returns true if it grew and the total exceeds the limit.
    fn change(&self, holder: &Holder, held: usize, cx: Option<&Context<'_>>) -> bool {
        let mut share = lock(&holder.share);
        if share.cut_off {
            return false;
        }
        let grew = held > share.held;
        if grew {
            self.total.fetch_add(held - share.held, Ordering::Relaxed);
        } else {
            self.total.fetch_sub(share.held - held, Ordering::Relaxed);
        }
        share.held = held;
        match cx.map(Context::waker) {
            Some(waker) if share.task.as_ref().is_some_and(|task| task.will_wake(waker)) => {}
            waker => share.task = waker.cloned(),
        }
        grew && self.total() > self.limit
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code panics while it changes data under these locks.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Inbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbound")
            .field("total", &self.total())
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::task::Wake;

    use super::*;

    fn inbound(limit: usize) -> Arc<Inbound> {
        Inbound::new(limit, Arc::new(EventLimiter::new(None)))
    }

    /// Counts the wake-ups of a task.
    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn largest_holders_are_cut_off_until_within_limit() {
        // Each step counts the memory of one of four holders. The limit is 100.
        type Case = (&'static [(usize, usize)], &'static [usize], usize);
        let cases: [Case; 9] = [
            (&[(0, 100)], &[], 100),
            (&[(0, 101)], &[0], 0),
            (&[(0, 60), (1, 40)], &[], 100),
            (&[(0, 60), (1, 41)], &[0], 41),
            (&[(0, 40), (1, 61)], &[1], 40),
            (&[(0, 30), (1, 35), (2, 35), (3, 100)], &[3], 100),
            (&[(0, 50), (1, 40), (0, 10), (2, 50)], &[], 100),
            (&[(0, 50), (1, 40), (0, 10), (2, 51)], &[2], 50),
            (&[(0, 90), (1, 200), (1, 200), (0, 95)], &[1], 95),
        ];
        for (steps, gone, total) in cases {
            let inbound = inbound(100);
            let mut holdings: Vec<_> = (0..4).map(|_| Holding::default()).collect();
            let waker = Waker::noop();
            for (at, held) in steps {
                holdings[*at].count(&inbound, *held, &Context::from_waker(waker));
            }
            assert_eq!(inbound.total(), total, "{steps:?}");
            for (at, holding) in holdings.iter_mut().enumerate() {
                let is_gone = holding.0.as_ref().is_some_and(|held| lock(&held.holder.share).cut_off);
                assert_eq!(is_gone, gone.contains(&at), "{steps:?}: {at}");
            }
            drop(holdings);
            assert_eq!((inbound.total(), lock(&inbound.holders).all.len()), (0, 0), "{steps:?}");
        }
    }

    #[test]
    fn cut_off_holder_is_woken_and_uncounted() {
        let inbound = inbound(100);
        let (mut large, mut small) = (Holding::default(), Holding::default());
        let woken = [Arc::new(Woken::default()), Arc::new(Woken::default())];
        let wakers = woken.clone().map(Waker::from);
        let [to_large, to_small] = [0, 1].map(|at| Context::from_waker(&wakers[at]));
        assert!(!large.count(&inbound, 90, &to_large));
        assert!(!small.count(&inbound, 11, &to_small), "the largest holder is cut off");
        assert_eq!(woken.clone().map(|woken| woken.0.load(Ordering::Relaxed)), [1, 0]);
        assert!(large.matters(0), "the cut-off is not yet reported");
        assert!(large.count(&inbound, 0, &to_large));
        assert!(!large.matters(0));
        assert!(large.count(&inbound, 1000, &to_large), "the cut-off is final");
        assert_eq!(inbound.total(), 11);
        large.release();
        assert!(!small.count(&inbound, 100, &to_small));
        assert_eq!(inbound.total(), 100);
    }

    #[test]
    fn empty_holder_is_not_registered() {
        let inbound = inbound(100);
        let mut holdings: Vec<_> = (0..5).map(|_| Holding::default()).collect();
        assert!(!holdings[0].matters(0));
        let context = Context::from_waker(Waker::noop());
        for at in [4, 0, 2] {
            holdings[at].count(&inbound, 10, &context);
        }
        assert_eq!(lock(&inbound.holders).all.len(), 3);
        for (gone, left) in [(4, 20), (1, 20), (2, 10), (0, 0)] {
            holdings[gone].release();
            assert_eq!((inbound.total(), lock(&inbound.holders).all.len()), (left, left / 10), "{gone}");
        }
    }

    #[test]
    fn nothing_is_counted_without_a_limit() {
        let inbound = inbound(usize::MAX);
        let mut holding = Holding::default();
        assert!(!holding.count(&inbound, 1 << 40, &Context::from_waker(Waker::noop())));
        assert_eq!((inbound.total(), lock(&inbound.holders).all.len()), (0, 0));
    }
}
