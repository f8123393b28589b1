//! Whoever waits for something of a socket is woken: if anybody were not, loom would find all threads asleep.

use loom::{future::block_on, thread::spawn};

use super::rig::{House, explore};
use crate::socket::{Wish, report::Fact};

/// However it falls together with the task's look at the socket, its write, and its way to rest.
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
            spawn(move || socket.line().wish(Wish::Terminate))
        };
        socket.connection().run(|report, socket| report.has(Fact::Terminate) && socket.count() == 1);
        sender.join().expect("it sends");
        asker.join().expect("it asks");
        assert_eq!(socket.finish(), "1");
    });
}

/// What a topic holds for it, it is told of too.
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
        // A frame is cut short on its way to the stream, so that its end is the task's to write, whoever wrote its beginning.
        socket.connection().run(|_, socket| socket.count() == 2);
        publisher.join().expect("it publishes");
        house.stop(flusher);
        assert_eq!(socket.finish(), "12");
    });
}

/// Where it lingers, and has nothing more to write.
#[test]
fn what_is_asked_while_the_task_lingers_wakes_it() {
    explore(3, || {
        let socket = House::new().open(1, 2);
        let asker = {
            let socket = socket.clone();
            spawn(move || {
                socket.line().pause(true);
                socket.line().wish(Wish::Abort);
            })
        };
        socket.connection().linger(|report, _| report.has(Fact::Paused) && report.has(Fact::Abort));
        asker.join().expect("it asks");
        assert_eq!(socket.finish(), "");
    });
}

/// The board is read without the lock, so it must not be behind once everybody has left.
#[test]
fn the_board_says_what_the_last_to_leave_says() {
    explore(3, || {
        let socket = House::new().open(1, 2);
        let asker = {
            let socket = socket.clone();
            spawn(move || socket.line().wish(Wish::Terminate))
        };
        socket.line().pause(true);
        asker.join().expect("it asks");
        let report = socket.line().report();
        assert!(report.has(Fact::Paused) && report.has(Fact::Terminate), "{report:?}");
        assert_eq!(report, socket.line().run());
        socket.finish();
    });
}

/// Between its look at the queue and its wait the queue may have emptied.
#[test]
fn who_waits_for_the_queue_is_woken_when_it_has_emptied() {
    explore(3, || {
        let socket = House::new().limited(1, 2, Some(4));
        let waiter = {
            let socket = socket.clone();
            spawn(move || {
                socket.send(b'1');
                block_on(socket.line().drained());
                assert_eq!(socket.count(), 1);
                socket.line().wish(Wish::Terminate);
            })
        };
        socket.connection().run(|report, _| report.has(Fact::Terminate));
        waiter.join().expect("it is woken");
        assert_eq!(socket.finish(), "1");
    });
}

/// The same for whoever waits for the end.
#[test]
fn who_waits_for_the_end_is_woken_by_it() {
    explore(3, || {
        let socket = House::new().open(1, 2);
        let waiter = {
            let socket = socket.clone();
            spawn(move || block_on(socket.line().closed()))
        };
        socket.close();
        waiter.join().expect("it is woken");
        assert_eq!(socket.finish(), ".");
    });
}
