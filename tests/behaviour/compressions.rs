//! Counts compressions by reading the log of the server.

use std::sync::{Arc, Mutex};

use tracing::{
    Event as Said, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
    subscriber::{DefaultGuard, set_default},
};

/// Logged compressions of this thread, each with the length of the message before and after.
#[derive(Clone, Default)]
pub(crate) struct Compressions(Arc<Mutex<Vec<(u64, u64)>>>);

impl Compressions {
    pub(crate) fn watch() -> (Self, DefaultGuard) {
        let watch = Self::default();
        (watch.clone(), set_default(watch))
    }

    pub(crate) fn take(&self) -> Vec<(u64, u64)> {
        std::mem::take(&mut self.0.lock().expect("no test panics while it holds this"))
    }
}

impl Subscriber for Compressions {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::TRACE && metadata.target().contains("::deflate")
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Said<'_>) {
        let mut lengths = Lengths::default();
        event.record(&mut lengths);
        self.0.lock().expect("no test panics while it holds this").push((lengths.from, lengths.to));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[derive(Default)]
struct Lengths {
    from: u64,
    to: u64,
}

impl Visit for Lengths {
    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "from" => self.from = value,
            "to" => self.to = value,
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
