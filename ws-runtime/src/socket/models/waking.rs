//! Models of wake-ups. Every task that waits for an event of a socket must be woken. Otherwise all threads are parked,
//! which loom reports as a deadlock.

use loom::{future::block_on, thread::spawn};

use super::rig::{ModelShard, explore};
use crate::socket::{Termination, status::Flag};

/// The queued message wakes the task at any time relative to the task's check, write and park.
#[test]
fn queued_message_wakes_a_parking_task() {
    explore(3, || {
        let socket = ModelShard::new().open(1, 2);
        let sender = {
            let socket = socket.clone();
            spawn(move || socket.send(b'1'))
        };
        let requester = {
            let socket = socket.clone();
            spawn(move || socket.write_half().terminate(Termination::Terminate))
        };
        socket.connection().run(|status, socket| status.has(Flag::Terminate) && socket.count() == 1);
        sender.join().expect("the sender does not panic");
        requester.join().expect("the requester does not panic");
        assert_eq!(socket.finish(), "1");
    });
}

/// A publish to a topic of the socket wakes the task too.
#[test]
fn publish_reaches_a_parking_task() {
    explore(2, || {
        let house = ModelShard::new();
        let socket = house.open(1, 2);
        socket.subscribe("a");
        let flusher = house.flusher();
        let publisher = {
            let house = house.clone();
            spawn(move || [b'1', b'2'].iter().for_each(|letter| house.publish("a", *letter)))
        };
        // The stream accepts only part of a frame, so the task must write the rest, whether the flusher or the task
        // wrote the start.
        socket.connection().run(|_, socket| socket.count() == 2);
        publisher.join().expect("the publisher does not panic");
        house.stop(flusher);
        assert_eq!(socket.finish(), "12");
    });
}

/// A pause and a termination wake a task that lingers, which has nothing more to write.
#[test]
fn request_wakes_a_lingering_task() {
    explore(3, || {
        let socket = ModelShard::new().open(1, 2);
        let requester = {
            let socket = socket.clone();
            spawn(move || {
                socket.write_half().pause(true);
                socket.write_half().terminate(Termination::Abort);
            })
        };
        socket.connection().linger(|status, _| status.has(Flag::Paused) && status.has(Flag::Abort));
        requester.join().expect("the requester does not panic");
        assert_eq!(socket.finish(), "");
    });
}

/// The status is read without the lock. When all threads have released the lock, it must be current.
#[test]
fn lock_free_status_is_current_after_the_last_unlock() {
    explore(3, || {
        let socket = ModelShard::new().open(1, 2);
        let requester = {
            let socket = socket.clone();
            spawn(move || socket.write_half().terminate(Termination::Terminate))
        };
        socket.write_half().pause(true);
        requester.join().expect("the requester does not panic");
        let status = socket.write_half().status();
        assert!(status.has(Flag::Paused) && status.has(Flag::Terminate), "{status:?}");
        assert_eq!(status, socket.write_half().run());
        socket.finish();
    });
}

/// `drained` resolves even if the queue empties between the check and the wait.
#[test]
fn drained_resolves_when_the_queue_empties() {
    explore(3, || {
        let socket = ModelShard::new().limited(1, 2, Some(4));
        let waiter = {
            let socket = socket.clone();
            spawn(move || {
                socket.send(b'1');
                block_on(socket.write_half().drained());
                assert_eq!(socket.count(), 1);
                socket.write_half().terminate(Termination::Terminate);
            })
        };
        socket.connection().run(|status, _| status.has(Flag::Terminate));
        waiter.join().expect("the waiter does not panic");
        assert_eq!(socket.finish(), "1");
    });
}

/// `closed` resolves even if the socket closes between the check and the wait.
#[test]
fn closed_resolves_when_the_socket_closes() {
    explore(3, || {
        let socket = ModelShard::new().open(1, 2);
        let waiter = {
            let socket = socket.clone();
            spawn(move || block_on(socket.write_half().closed()))
        };
        socket.close();
        waiter.join().expect("the waiter does not panic");
        assert_eq!(socket.finish(), ".");
    });
}
