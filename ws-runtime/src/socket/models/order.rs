//! Models of the order in which frames arrive at a socket.

use loom::thread::spawn;

use super::rig::{ModelShard, Socket, explore};
use crate::socket::status::Flag;

/// A step of a task that sends and publishes.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Sends a letter to the socket.
    Send(u8),
    /// Publishes a letter to a topic.
    Publish(&'static str, u8),
    /// Publishes a letter in a frame so large that the publisher delivers it itself.
    PublishLarge(&'static str, u8),
    /// Closes the socket.
    Close,
}
use Step::{Close, Publish, PublishLarge, Send};

fn run_steps(steps: &[Step], shard: &ModelShard, socket: &Socket) {
    for step in steps {
        match *step {
            Send(letter) => socket.send(letter),
            Publish(topic, letter) => shard.publish(topic, letter),
            PublishLarge(topic, letter) => shard.publish_large(topic, letter),
            Close => socket.close(),
        }
    }
}

/// The topics of a socket, the steps of a task, and the expected output. A dot stands for the close frame.
type Case = (&'static [&'static str], &'static [Step], &'static str);

/// Meanwhile the flusher delivers publishes and the task of the connection writes.
#[test]
fn sends_and_publishes_of_one_task_keep_order() {
    const CASES: &[Case] = &[
        (&["a"], &[Send(b'1'), Publish("a", b'2'), Send(b'3'), Close], "123."),
        (&["a"], &[Publish("a", b'1'), Send(b'2'), Publish("a", b'3'), Close], "123."),
        (&["a", "b"], &[Publish("a", b'1'), Publish("b", b'2'), Close], "12."),
    ];
    for &(topics, steps, expected) in CASES {
        explore(2, move || {
            let shard = ModelShard::new();
            let socket = shard.open(1, 2);
            for topic in topics {
                socket.subscribe(topic);
            }
            let flusher = shard.flusher();
            let task = {
                let (shard, socket) = (shard.clone(), socket.clone());
                spawn(move || run_steps(steps, &shard, &socket))
            };
            socket.connection().run(|status, _| status.has(Flag::Sent));
            task.join().expect("the task does not panic");
            shard.stop(flusher);
            assert_eq!(socket.finish(), expected, "{steps:?}");
        });
    }
}

/// A publish does not overtake one to another topic while the flusher moves from topic to topic.
#[test]
fn publishes_to_several_topics_keep_order() {
    const CASES: &[Case] = &[
        (&["a", "b"], &[Publish("b", b'1'), Publish("a", b'2'), Publish("b", b'3')], "123"),
        (&["b", "a"], &[Publish("b", b'1'), Publish("a", b'2'), Publish("b", b'3')], "123"),
        (&["a", "b"], &[Publish("b", b'1'), Send(b'2'), Publish("a", b'3'), Publish("b", b'4')], "1234"),
    ];
    for &(topics, steps, expected) in CASES {
        explore(3, move || run_beside_flusher(topics, steps, expected));
    }
}

/// A queued message and two publishes are in order, although the stream accepts bytes before the queue is written.
#[test]
fn publish_follows_the_queued_messages() {
    explore(3, || {
        let shard = ModelShard::new();
        let socket = shard.open(1, 2);
        socket.subscribe("a");
        socket.set_blocked(true);
        socket.send(b'1');
        socket.park();
        let flusher = shard.flusher();
        shard.publish("a", b'2');
        socket.set_blocked(false);
        shard.publish("a", b'3');
        shard.stop(flusher);
        assert_eq!(socket.finish(), "123");
    });
}

/// The publisher of a large frame delivers the topic itself, while the flusher delivers it too. Each frame arrives
/// once, in order.
#[test]
fn publisher_that_delivers_a_burst_keeps_order() {
    const CASES: &[Case] = &[
        (&["a"], &[PublishLarge("a", b'1'), Send(b'2'), Close], "12."),
        (&["a"], &[Publish("a", b'1'), PublishLarge("a", b'2'), Publish("a", b'3')], "123"),
        (&["a", "b"], &[Publish("b", b'1'), PublishLarge("a", b'2')], "12"),
    ];
    for &(topics, steps, expected) in CASES {
        explore(2, move || run_beside_flusher(topics, steps, expected));
    }
}

/// A frame that another task publishes while the publisher delivers a large one arrives once.
#[test]
fn concurrent_publish_during_a_burst_arrives_once() {
    explore(2, || {
        let shard = ModelShard::new();
        let socket = shard.open(1, usize::MAX);
        socket.subscribe("a");
        socket.park();
        let other = {
            let shard = shard.clone();
            spawn(move || shard.publish("a", b'2'))
        };
        shard.publish_large("a", b'1');
        other.join().expect("the other publisher does not panic");
        shard.stop(shard.flusher());
        let received = socket.finish();
        assert!(["12", "21"].contains(&&*received), "{received}");
    });
}

/// Runs the steps while the flusher delivers and the task of the connection is parked.
fn run_beside_flusher(topics: &[&str], steps: &[Step], expected: &str) {
    let shard = ModelShard::new();
    let socket = shard.open(1, usize::MAX);
    for topic in topics {
        socket.subscribe(topic);
    }
    socket.park();
    let flusher = shard.flusher();
    run_steps(steps, &shard, &socket);
    shard.stop(flusher);
    assert_eq!(socket.finish(), expected, "{steps:?}");
}

/// Frames of two publishers may interleave, but the frames of each arrive once and in order.
#[test]
fn each_publisher_keeps_its_order() {
    for topics in [["a", "a"], ["a", "b"]] {
        explore(2, move || {
            let shard = ModelShard::new();
            let socket = shard.open(1, 2);
            for topic in topics {
                if !socket.write_half().is_subscribed(topic) {
                    socket.subscribe(topic);
                }
            }
            socket.park();
            let flusher = shard.flusher();
            let other = {
                let shard = shard.clone();
                spawn(move || [b'3', b'4'].iter().for_each(|letter| shard.publish(topics[1], *letter)))
            };
            for letter in [b'1', b'2'] {
                shard.publish(topics[0], letter);
            }
            other.join().expect("the other publisher does not panic");
            shard.stop(flusher);
            let received = socket.finish();
            assert_eq!(
                (only("12", &received), only("34", &received), received.len()),
                ("12".into(), "34".into(), 4)
            );
        });
    }
}

/// A publisher does not receive its own publish, and both sockets receive all others.
#[test]
fn publisher_receives_all_publishes_but_its_own() {
    explore(3, || {
        let shard = ModelShard::new();
        let (socket, neighbour) = (shard.open(1, 2), shard.open(2, 2));
        for socket in [&socket, &neighbour] {
            socket.subscribe("a");
            socket.park();
        }
        let flusher = shard.flusher();
        let other = {
            let shard = shard.clone();
            spawn(move || shard.publish("a", b'1'))
        };
        socket.publish("a", b'2');
        socket.send(b'3');
        other.join().expect("the other publisher does not panic");
        shard.stop(flusher);
        let (received, neighbour_received) = (socket.finish(), neighbour.finish());
        assert!(["13", "31"].contains(&&*received), "{received}");
        assert!(["12", "21"].contains(&&*neighbour_received), "{neighbour_received}");
    });
}

/// A subscriber receives all publishes between its subscription and its end, without a gap, including one made by the
/// same task.
#[test]
fn temporary_subscriber_gets_a_contiguous_range() {
    for has_neighbour in [false, true] {
        explore(2, move || {
            let shard = ModelShard::new();
            let socket = shard.open(1, 2);
            socket.park();
            let neighbour = has_neighbour.then(|| {
                let neighbour = shard.open(2, 2);
                neighbour.subscribe("a");
                neighbour.park();
                neighbour
            });
            let flusher = shard.flusher();
            let other = {
                let shard = shard.clone();
                spawn(move || [b'1', b'2'].iter().for_each(|letter| shard.publish("a", *letter)))
            };
            socket.subscribe("a");
            shard.publish("a", b'x');
            socket.unsubscribe("a");
            socket.send(b'y');
            other.join().expect("the other publisher does not panic");
            shard.stop(flusher);
            let received = socket.finish();
            assert!(
                ["xy", "1xy", "x1y", "2xy", "x2y", "12xy", "1x2y", "x12y"].contains(&&*received),
                "{received}"
            );
            if let Some(neighbour) = neighbour {
                let all = neighbour.finish();
                assert!(["12x", "1x2", "x12"].contains(&&*all), "{all}");
                assert!(all.contains(received.trim_end_matches('y')), "{received} of {all}");
            }
        });
    }
}

/// A socket receives the frames that were published before it unsubscribed, and none after.
#[test]
fn leaving_subscriber_gets_earlier_publishes() {
    explore(3, || {
        let shard = ModelShard::new();
        let socket = shard.open(1, 2);
        socket.subscribe("a");
        socket.subscribe("b");
        socket.park();
        let flusher = shard.flusher();
        shard.publish("a", b'1');
        shard.publish("b", b'2');
        socket.unsubscribe("a");
        shard.publish("a", b'3');
        shard.publish("b", b'4');
        shard.stop(flusher);
        assert_eq!(socket.finish(), "124");
    });
}

fn only(letters: &str, received: &str) -> String {
    received.chars().filter(|letter| letters.contains(*letter)).collect()
}
