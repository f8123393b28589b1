//! The next step of a connection, decided from facts alone: handling messages, closing, draining and ending.
//!
//! The connection collects the facts and takes the step. All decisions about the end of a connection are made here.

use std::task::Poll;

/// The facts about a connection that its next step depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
pub(crate) struct Facts {
    /// Termination without a closing handshake was requested.
    pub(crate) terminated: bool,
    /// The connection was failed: all further input is ignored.
    pub(crate) failed: bool,
    /// Our close frame is queued or sent.
    pub(crate) sent: bool,
    /// The peer's close frame arrived.
    pub(crate) received: bool,
    /// The peer's close frame is not answered yet.
    pub(crate) owed: bool,
    /// The transport has failed.
    pub(crate) lost: bool,
    /// The peer has shut down its write half.
    pub(crate) ended: bool,
    /// Inbound events or bytes wait to be handled.
    pub(crate) pending: bool,
    /// The outbound queue is above half of its limit.
    pub(crate) high: bool,
    /// A drain episode has ended, and `drain` has not been called for it.
    pub(crate) drained: bool,
    /// The stream that `open` returned has not ended.
    pub(crate) streaming: bool,
    /// The task's turn is over, so no input is decoded now.
    pub(crate) spent: bool,
}

/// The next step of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NextStep {
    /// Handle the next inbound event.
    Handle,
    /// Drop the waiting messages and process the control frames between them.
    Discard,
    /// Wait until the peer answers our close frame, for at most the close timeout.
    AwaitClose,
    /// Call `drain`.
    Drained,
    /// Answer the peer's close frame, and then end.
    Answer,
    /// Poll the stream that `open` returned for its next item.
    Stream,
    /// Wait until a fact changes.
    Wait,
    /// End: ensure that the last frame arrives, and drop the stream.
    End,
}

/// Returns the next step between two handlers.
pub(crate) fn next(facts: Facts) -> NextStep {
    let Facts { sent, received, lost, ended, pending, high, spent, .. } = facts;
    if facts.terminated || facts.failed {
        return NextStep::End;
    }
    if sent {
        // Messages after our close frame are ignored, but the peer's close frame may be among them (RFC 6455 §7.1.2).
        return match () {
            () if pending && !spent => NextStep::Discard,
            () if received || lost || ended && !pending => NextStep::End,
            () => NextStep::AwaitClose,
        };
    }
    match () {
        // Messages that arrived before the transport failed are still handled.
        () if lost && !pending => NextStep::End,
        () if pending && !high && !spent => NextStep::Handle,
        () if facts.drained => NextStep::Drained,
        // The messages before a close frame are handled before it is answered.
        () if facts.owed && !pending => NextStep::Answer,
        () if ended && !pending => NextStep::End,
        () if facts.streaming && !high => NextStep::Stream,
        () => NextStep::Wait,
    }
}

/// The step when the close timeout has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overdue {
    /// Answer the peer's close frame although a handler still runs, and start the timeout again.
    Answer,
    /// Fail the connection for the peer's fault although a handler still runs, and start the timeout again.
    Fail,
    /// Cut off the connection.
    Terminate,
}

/// Returns the step when the close timeout has passed. `owed` is true if the peer's close frame is not answered,
/// `faulty` if a fault of the peer waits for its turn.
pub(crate) fn overdue(owed: bool, faulty: bool) -> Overdue {
    match (owed, faulty) {
        (true, _) => Overdue::Answer,
        (false, true) => Overdue::Fail,
        (false, false) => Overdue::Terminate,
    }
}

/// Returns true if the stream may be dropped after the last frame. `shut` is true after everything was written and the
/// write half was shut down, and false if that failed.
pub(crate) fn may_drop(facts: Facts, shut: Poll<bool>) -> bool {
    facts.terminated
        || facts.lost
        || match shut {
            Poll::Pending => false,
            Poll::Ready(false) => true,
            // After a complete closing handshake, no input is unread. After a failure the peer may still be sending,
            // and unread bytes would reset the connection before the peer has read our close frame (RFC 6455 §7.1.1).
            Poll::Ready(true) => facts.ended || !facts.failed,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Facts of these names.
    fn facts(names: &str) -> Facts {
        let mut facts = Facts::default();
        for name in names.split_whitespace() {
            *match name {
                "terminated" => &mut facts.terminated,
                "failed" => &mut facts.failed,
                "sent" => &mut facts.sent,
                "received" => &mut facts.received,
                "owed" => &mut facts.owed,
                "lost" => &mut facts.lost,
                "ended" => &mut facts.ended,
                "pending" => &mut facts.pending,
                "high" => &mut facts.high,
                "drained" => &mut facts.drained,
                "streaming" => &mut facts.streaming,
                "spent" => &mut facts.spent,
                _ => panic!("there is no fact `{name}`"),
            } = true;
        }
        facts
    }

    /// Returns every combination of facts.
    fn all() -> impl Iterator<Item = Facts> {
        (0_u32..1 << 12).map(|bits| {
            let bit = |at: u32| bits & 1 << at != 0;
            Facts {
                terminated: bit(0),
                failed: bit(1),
                sent: bit(2),
                received: bit(3),
                owed: bit(4),
                lost: bit(5),
                ended: bit(6),
                pending: bit(7),
                high: bit(8),
                drained: bit(9),
                streaming: bit(10),
                spent: bit(11),
            }
        })
    }

    #[test]
    fn next_step_follows_from_the_facts() {
        for (names, step) in [
            ("", NextStep::Wait),
            ("pending", NextStep::Handle),
            ("pending streaming", NextStep::Handle),
            ("pending drained", NextStep::Handle),
            ("pending spent", NextStep::Wait),
            ("pending high", NextStep::Wait),
            ("pending high streaming", NextStep::Wait),
            ("drained", NextStep::Drained),
            ("drained streaming", NextStep::Drained),
            ("streaming", NextStep::Stream),
            ("streaming high", NextStep::Wait),
            // The peer closes first.
            ("received owed", NextStep::Answer),
            ("received owed streaming", NextStep::Answer),
            ("received owed high", NextStep::Answer),
            ("received owed pending", NextStep::Handle),
            ("received owed pending high", NextStep::Wait),
            ("received owed pending high drained", NextStep::Drained),
            ("received owed ended", NextStep::Answer),
            ("received owed lost", NextStep::End),
            // This end closes first.
            ("sent", NextStep::AwaitClose),
            ("sent drained streaming", NextStep::AwaitClose),
            ("sent pending", NextStep::Discard),
            ("sent pending high", NextStep::Discard),
            ("sent pending spent", NextStep::AwaitClose),
            ("sent pending received", NextStep::Discard),
            ("sent received", NextStep::End),
            ("sent received pending spent", NextStep::End),
            ("sent ended", NextStep::End),
            ("sent ended pending spent", NextStep::AwaitClose),
            ("sent lost", NextStep::End),
            ("sent lost pending spent", NextStep::End),
            // The stream ends.
            ("ended", NextStep::End),
            ("ended streaming", NextStep::End),
            ("ended pending", NextStep::Handle),
            ("ended pending high", NextStep::Wait),
            ("lost", NextStep::End),
            ("lost pending", NextStep::Handle),
            ("lost streaming drained", NextStep::End),
            // We give up.
            ("failed", NextStep::End),
            ("failed sent pending", NextStep::End),
            ("terminated", NextStep::End),
            ("terminated pending owed received", NextStep::End),
        ] {
            assert_eq!(next(facts(names)), step, "{names}");
        }
    }

    #[test]
    fn no_handler_runs_after_our_close_frame() {
        let handled =
            |step| [NextStep::Handle, NextStep::Drained, NextStep::Stream, NextStep::Answer].contains(&step);
        for facts in all().filter(|facts| facts.sent || facts.failed || facts.terminated) {
            assert!(!handled(next(facts)), "{facts:?}");
        }
    }

    #[test]
    fn open_connection_does_not_end_with_pending_messages() {
        for facts in all().filter(|facts| facts.pending && !facts.sent && !facts.failed && !facts.terminated)
        {
            assert!(
                ![NextStep::End, NextStep::Answer, NextStep::Discard, NextStep::AwaitClose]
                    .contains(&next(facts)),
                "{facts:?}"
            );
        }
    }

    #[test]
    fn no_input_is_decoded_once_the_turn_is_over() {
        for facts in all().filter(|facts| facts.spent) {
            assert!(![NextStep::Handle, NextStep::Discard].contains(&next(facts)), "{facts:?}");
        }
    }

    #[test]
    fn long_queue_stops_handlers_and_streams() {
        for facts in all().filter(|facts| facts.high && !facts.sent) {
            assert!(![NextStep::Handle, NextStep::Stream].contains(&next(facts)), "{facts:?}");
        }
    }

    #[test]
    fn connection_without_input_ends_after_its_peer() {
        for facts in all().filter(|facts| (facts.lost || facts.ended) && !facts.pending && !facts.drained) {
            let step = next(facts);
            assert!([NextStep::End, NextStep::Answer].contains(&step), "{facts:?}: {step:?}");
        }
    }

    #[test]
    fn expired_close_timeout_answers_fails_or_terminates() {
        for (owed, faulty, expected) in [
            (true, false, Overdue::Answer),
            (true, true, Overdue::Answer),
            (false, true, Overdue::Fail),
            (false, false, Overdue::Terminate),
        ] {
            assert_eq!(overdue(owed, faulty), expected, "{owed} {faulty}");
        }
    }

    #[test]
    fn stream_may_be_dropped_when_done_or_lost() {
        let (pending, done, broken) = (Poll::Pending, Poll::Ready(true), Poll::Ready(false));
        for (names, shut, expected) in [
            ("sent received", pending, false),
            ("sent received", done, true),
            ("sent received", broken, true),
            ("sent failed", done, false),
            ("sent failed", broken, true),
            ("sent failed ended", done, true),
            ("sent failed ended", pending, false),
            ("sent failed terminated", pending, true),
            ("sent lost", pending, true),
        ] {
            assert_eq!(may_drop(facts(names), shut), expected, "{names} {shut:?}");
        }
    }
}
