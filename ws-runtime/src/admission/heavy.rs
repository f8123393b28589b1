//! Heavy work, which costs more than a turn. It runs on separate threads, a limited number at a time, in order of
//! arrival.

use std::sync::{Arc, OnceLock};

use tokio::{
    runtime::Handle,
    sync::Semaphore,
    task::{spawn_blocking, yield_now},
};

use crate::turn::long_work;

/// The heavy work of a server. It never occupies the threads of the sockets, however many clients request it.
#[derive(Debug, Default)]
pub(crate) struct HeavyWork {
    /// Created on first use, because the number of workers is known only within a runtime.
    permits: OnceLock<Arc<Semaphore>>,
}

impl HeavyWork {
    /// Runs work when a permit is available. `None` if the runtime is shutting down or the work panicked.
    ///
    /// # Cancel safety
    /// If the future is dropped, waiting work is dropped too. Running work continues, keeps its permit, and its result
    /// is dropped.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let permits = self
            .permits
            .get_or_init(|| Arc::new(Semaphore::new(long_work(Handle::current().metrics().num_workers()))));
        // The semaphore is never closed.
        let permit = Arc::clone(permits).acquire_owned().await.ok()?;
        let done = spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        })
        .await;
        // The task was woken by another thread. It yields, so that the network is polled before more heavy work is
        // requested.
        yield_now().await;
        done.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    };

    use super::*;

    #[tokio::test]
    async fn one_worker_runs_heavy_work_one_at_a_time() {
        let heavy = Arc::new(HeavyWork::default());
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        // The first piece of work waits for this thread, which is free meanwhile.
        let barrier = Arc::new(Barrier::new(2));
        let mut tasks = Vec::new();
        for number in 0..8 {
            let (heavy, running, most) = (Arc::clone(&heavy), Arc::clone(&running), Arc::clone(&most));
            let barrier = Arc::clone(&barrier);
            tasks.push(tokio::spawn(async move {
                let work = move || {
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    if number == 0 {
                        barrier.wait();
                    }
                    running.fetch_sub(1, Ordering::SeqCst);
                    number
                };
                heavy.run(work).await
            }));
        }
        while running.load(Ordering::SeqCst) == 0 {
            yield_now().await;
        }
        barrier.wait();
        for (number, task) in tasks.into_iter().enumerate() {
            assert_eq!(task.await.ok().flatten(), Some(number));
        }
        assert_eq!(most.load(Ordering::SeqCst), 1);
    }
}
