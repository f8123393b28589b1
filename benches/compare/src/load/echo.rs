//! Sockets that send a batch of messages, wait for the replies, and repeat.

use std::time::Duration;

use super::{Form, Sample, crowd::Crowd, frame, meter::Meter};
use crate::{Failure, server::Server};

pub(super) struct Echo {
    pub(super) sockets: usize,
    /// Number of messages in flight on each socket.
    pub(super) window: usize,
    /// Size of the payload in bytes.
    pub(super) size: usize,
    pub(super) form: Form,
}

pub(super) fn run(server: &Server, path: &str, time: Duration, echo: &Echo) -> Result<Sample, Failure> {
    let payload = payload(echo);
    // The reply is an object with other members before and after the text.
    let start = [br#"{"id":"bench","#, payload.get(1..payload.len() - 1).unwrap_or_default()].concat();
    let is_expected = |answer: &[u8]| match echo.form {
        Form::Json => answer.starts_with(&start) && answer.ends_with(b"}"),
        Form::Text | Form::Binary => answer == payload,
    };
    let one = frame::message(&payload, echo.form == Form::Binary);
    let batch = one.repeat(echo.window);
    let mut crowd = Crowd::open(server.address, path, echo.sockets)?;
    let mut meter = Meter::start(server, time);
    for socket in &mut crowd.sockets {
        socket.send(&batch)?;
    }
    let mut count = 0;
    loop {
        crowd.wait()?;
        if meter.is_over(count)? {
            return meter.finish(count);
        }
        for event in &crowd.events {
            let socket = &mut crowd.sockets[event.token().0];
            if event.is_writable() {
                socket.flush()?;
            }
            if event.is_readable() {
                let answers = socket.receive(&mut crowd.scratch, is_expected)?;
                if answers == 0 {
                    continue;
                }
                count += answers;
                if echo.window == 1 {
                    meter.took(socket.sent.elapsed());
                }
                socket.send(&batch[..one.len() * answers.min(echo.window)])?;
            }
        }
    }
}

fn payload(echo: &Echo) -> Vec<u8> {
    match echo.form {
        Form::Json => {
            let frame = r#"{"message":""}"#.len();
            format!(r#"{{"message":"{}"}}"#, "m".repeat(echo.size - frame)).into_bytes()
        }
        Form::Text | Form::Binary => (b'a'..=b'z').cycle().take(echo.size).collect(),
    }
}
