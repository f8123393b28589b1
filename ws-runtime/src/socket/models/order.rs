//! Models of the order in which frames arrive at a socket.

use loom::thread::spawn;

use super::rig::{House, Socket, explore};
use crate::socket::status::Flag;

/// A step of a task.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Sends a letter to the socket.
    Send(u8),
    /// Publishes a letter to a topic.
    Publish(&'static str, u8),
    /// Publishes a letter without waiting for the flusher.
    PublishLarge(&'static str, u8),
    /// Closes the socket.
    Close,
}
use Step::{Close, Publish, PublishLarge, Send};

fn take(steps: &[Step], house: &House, socket: &Socket) {
    for step in steps {
        match *step {
            Send(letter) => socket.send(letter),
            Publish(topic, letter) => house.publish(topic, letter),
            PublishLarge(topic, letter) => house.publish_large(topic, letter),
            Close => socket.close(),
        }
    }
}

/// Runs the steps of one task, for a socket that is subscribed to topics, and checks the output.
type Case = (&'static [&'static str], &'static [Step], &'static str);

/// The flusher delivers and the task of the connection writes meanwhile.
#[test]
fn sends_and_publishes_of_one_task_keep_order() {
    const CASES: &[Case] = &[
        (&["a"], &[Send(b'1'), Publish("a", b'2'), Send(b'3'), Close], "123."),
        (&["a"], &[Publish("a", b'1'), Send(b'2'), Publish("a", b'3'), Close], "123."),
        (&["a", "b"], &[Publish("a", b'1'), Publish("b", b'2'), Close], "12."),
    ];
    for &(topics, steps, expected) in CASES {
        explore(2, move || {
            let house = House::new();
            let socket = house.open(1, 2);
            for topic in topics {
                socket.subscribe(topic);
            }
            let flusher = house.flusher();
            let task = {
                let (house, socket) = (house.clone(), socket.clone());
                spawn(move || take(steps, &house, &socket))
            };
            socket.connection().run(|status, _| status.has(Flag::Sent));
            task.join().expect("the steps are taken");
            house.stop(flusher);
            assert_eq!(socket.finish(), expected, "{steps:?}");
        });
    }
}

/// Topics do not overtake each other while the flusher moves from one to the next.
#[test]
fn publishes_to_several_topics_keep_order() {
    const CASES: &[Case] = &[
        (&["a", "b"], &[Publish("b", b'1'), Publish("a", b'2'), Publish("b", b'3')], "123"),
        (&["b", "a"], &[Publish("b", b'1'), Publish("a", b'2'), Publish("b", b'3')], "123"),
        (&["a", "b"], &[Publish("b", b'1'), Send(b'2'), Publish("a", b'3'), Publish("b", b'4')], "1234"),
    ];
    for &(topics, steps, expected) in CASES {
        explore(3, move || beside_the_flusher(topics, steps, expected));
    }
}

/// Even though the flusher could write it at once, as soon as the stream accepts more.
#[test]
fn publish_follows_the_queued_messages() {
    explore(3, || {
        let house = House::new();
        let socket = house.open(1, 2);
        socket.subscribe("a");
        socket.stick(true);
        socket.send(b'1');
        socket.doze();
        let flusher = house.flusher();
        house.publish("a", b'2');
        socket.stick(false);
        house.publish("a", b'3');
        house.stop(flusher);
        assert_eq!(socket.finish(), "123");
    });
}

/// Nothing is lost or doubled when the publisher delivers frames that the flusher is delivering.
#[test]
fn publisher_that_delivers_a_burst_keeps_order() {
    const CASES: &[Case] = &[
        (&["a"], &[PublishLarge("a", b'1'), Send(b'2'), Close], "12."),
        (&["a"], &[Publish("a", b'1'), PublishLarge("a", b'2'), Publish("a", b'3')], "123"),
        (&["a", "b"], &[Publish("b", b'1'), PublishLarge("a", b'2')], "12"),
    ];
    for &(topics, steps, expected) in CASES {
        explore(2, move || beside_the_flusher(topics, steps, expected));
    }
}

/// Frames that others publish while a burst is delivered are neither included nor lost.
#[test]
fn burst_includes_no_undelivered_entry() {
    explore(2, || {
        let house = House::new();
        let socket = house.open(1, usize::MAX);
        socket.subscribe("a");
        socket.doze();
        let other = {
            let house = house.clone();
            spawn(move || house.publish("a", b'2'))
        };
        house.publish_large("a", b'1');
        other.join().expect("the other publishes");
        house.stop(house.flusher());
        let heard = socket.finish();
        assert!(["12", "21"].contains(&&*heard), "{heard}");
    });
}

/// Runs the steps while the flusher delivers and no task of a connection is awake.
fn beside_the_flusher(topics: &[&str], steps: &[Step], expected: &str) {
    let house = House::new();
    let socket = house.open(1, usize::MAX);
    for topic in topics {
        socket.subscribe(topic);
    }
    socket.doze();
    let flusher = house.flusher();
    take(steps, &house, &socket);
    house.stop(flusher);
    assert_eq!(socket.finish(), expected, "{steps:?}");
}

/// Frames of two publishers may interleave, but those of each arrive in order, once.
#[test]
fn each_publisher_keeps_its_order() {
    for topics in [["a", "a"], ["a", "b"]] {
        explore(2, move || {
            let house = House::new();
            let socket = house.open(1, 2);
            for topic in topics {
                if !socket.write_half().is_subscribed(topic) {
                    socket.subscribe(topic);
                }
            }
            socket.doze();
            let flusher = house.flusher();
            let other = {
                let house = house.clone();
                spawn(move || [b'3', b'4'].iter().for_each(|letter| house.publish(topics[1], *letter)))
            };
            for letter in [b'1', b'2'] {
                house.publish(topics[0], letter);
            }
            other.join().expect("the other publishes");
            house.stop(flusher);
            let heard = socket.finish();
            assert_eq!((only("12", &heard), only("34", &heard), heard.len()), ("12".into(), "34".into(), 4));
        });
    }
}

/// For any concurrent publishes, and whoever delivers them.
#[test]
fn publisher_skips_itself_and_misses_nothing() {
    explore(3, || {
        let house = House::new();
        let (socket, neighbour) = (house.open(1, 2), house.open(2, 2));
        for socket in [&socket, &neighbour] {
            socket.subscribe("a");
            socket.doze();
        }
        let flusher = house.flusher();
        let other = {
            let house = house.clone();
            spawn(move || house.publish("a", b'1'))
        };
        socket.publish("a", b'2');
        socket.send(b'3');
        other.join().expect("the other publishes");
        house.stop(flusher);
        let (heard, beside) = (socket.finish(), neighbour.finish());
        assert!(["13", "31"].contains(&&*heard), "{heard}");
        assert!(["12", "21"].contains(&&*beside), "{beside}");
    });
}

/// One range without a gap, from its subscription to its end, including what it publishes itself meanwhile.
#[test]
fn temporary_subscriber_gets_a_contiguous_range() {
    for has_neighbour in [false, true] {
        explore(2, move || {
            let house = House::new();
            let socket = house.open(1, 2);
            socket.doze();
            let neighbour = has_neighbour.then(|| {
                let neighbour = house.open(2, 2);
                neighbour.subscribe("a");
                neighbour.doze();
                neighbour
            });
            let flusher = house.flusher();
            let other = {
                let house = house.clone();
                spawn(move || [b'1', b'2'].iter().for_each(|letter| house.publish("a", *letter)))
            };
            socket.subscribe("a");
            house.publish("a", b'x');
            socket.unsubscribe("a");
            socket.send(b'y');
            other.join().expect("the other publishes");
            house.stop(flusher);
            let heard = socket.finish();
            assert!(["xy", "1xy", "x1y", "2xy", "x2y", "12xy", "1x2y", "x12y"].contains(&&*heard), "{heard}");
            if let Some(neighbour) = neighbour {
                let all = neighbour.finish();
                assert!(["12x", "1x2", "x12"].contains(&&*all), "{all}");
                assert!(all.contains(heard.trim_end_matches('y')), "{heard} of {all}");
            }
        });
    }
}

/// Frames published before it left still arrive, and none after them.
#[test]
fn leaving_subscriber_gets_earlier_publishes() {
    explore(3, || {
        let house = House::new();
        let socket = house.open(1, 2);
        socket.subscribe("a");
        socket.subscribe("b");
        socket.doze();
        let flusher = house.flusher();
        house.publish("a", b'1');
        house.publish("b", b'2');
        socket.unsubscribe("a");
        house.publish("a", b'3');
        house.publish("b", b'4');
        house.stop(flusher);
        assert_eq!(socket.finish(), "124");
    });
}

fn only(some: &str, heard: &str) -> String {
    heard.chars().filter(|letter| some.contains(*letter)).collect()
}
