//! Letting go of what others made, whose end may panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Drops what may be the last handle of a socket, and with it what the application keeps there. If that panics, it is nothing
/// to whoever held the handle by chance.
pub(crate) fn let_go<T>(value: T) {
    if catch_unwind(AssertUnwindSafe(|| drop(value))).is_err() {
        tracing::error!("the data of a socket panicked when it was dropped");
    }
}
