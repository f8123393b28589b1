//! Wake-ups: every task that waits for an event of a socket is woken. Otherwise loom would find all threads parked.

use loom::{future::block_on, thread::spawn};

use super::rig::{House, explore};
use crate::socket::{Termination, status::Flag};

/// For any timing relative to the task's check, write and park.
#[test]
fn queueing_while_the_task_parks_wakes_it() {
    explore(3, || {
        let socket = House::new().open(1, 2);
        let sender = {
            let socket = socket.clone();
            spawn(move || socket.send(b'1'))
        };
        let asker = {
            let socket = socket.clone();
            spawn(move || socket.write_half().terminate(Termination::Terminate))
        };
        socket.connection().run(|status, socket| status.has(Flag::Terminate) && socket.count() == 1);
        sender.join().expect("it sends");
        asker.join().expect("it asks");
        assert_eq!(socket.finish(), "1");
    });
}

/// The task is also notified of frames in a topic.
#[test]
fn publish_while_the_task_parks_arrives() {
    explore(2, || {
        let house = House::new();
        let socket = house.open(1, 2);
        socket.subscribe("a");
        let flusher = house.flusher();
        let publisher = {
            let house = house.clone();
            spawn(move || [b'1', b'2'].iter().for_each(|letter| house.publish("a", *letter)))
        };
        // A frame is cut off on its way to the stream, so the task must write its end, whoever wrote its start.
        socket.connection().run(|_, socket| socket.count() == 2);
        publisher.join().expect("it publishes");
        house.stop(flusher);
        assert_eq!(socket.finish(), "12");
    });
}

/// The task lingers and has nothing more to write.
#[test]
fn what_is_asked_while_the_task_lingers_wakes_it() {
    explore(3, || {
        let socket = House::new().open(1, 2);
        let asker = {
            let socket = socket.clone();
            spawn(move || {
                socket.write_half().pause(true);
                socket.write_half().terminate(Termination::Abort);
            })
        };
        socket.connection().linger(|status, _| status.has(Flag::Paused) && status.has(Flag::Abort));
        asker.join().expect("it asks");
        assert_eq!(socket.finish(), "");
    });
}

/// The status is read without the lock, so it must be current once all threads have left.
#[test]
fn the_board_says_what_the_last_to_leave_says() {
    explore(3, || {
        let socket = House::new().open(1, 2);
        let asker = {
            let socket = socket.clone();
            spawn(move || socket.write_half().terminate(Termination::Terminate))
        };
        socket.write_half().pause(true);
        asker.join().expect("it asks");
        let status = socket.write_half().status();
        assert!(status.has(Flag::Paused) && status.has(Flag::Terminate), "{status:?}");
        assert_eq!(status, socket.write_half().run());
        socket.finish();
    });
}

/// The queue may have become empty between the check and the wait.
#[test]
fn drained_resolves_when_the_queue_empties() {
    explore(3, || {
        let socket = House::new().limited(1, 2, Some(4));
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
        waiter.join().expect("it is woken");
        assert_eq!(socket.finish(), "1");
    });
}

/// The same for tasks that wait for the end.
#[test]
fn closed_resolves_at_the_end() {
    explore(3, || {
        let socket = House::new().open(1, 2);
        let waiter = {
            let socket = socket.clone();
            spawn(move || block_on(socket.write_half().closed()))
        };
        socket.close();
        waiter.join().expect("it is woken");
        assert_eq!(socket.finish(), ".");
    });
}
