//! Catches panics of application code, so that each ends only one socket.

use std::{
    any::Any,
    ops::Deref,
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::events::{PROCESS, event};

/// Runs code that may call application code. If it panics, returns the panic's message as the error.
#[inline]
pub(crate) fn catch<T>(run: impl FnOnce() -> T) -> Result<T, Box<str>> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| message(&*panic))
}

/// Drops a value that may contain application data. If its `Drop` panics, the panic is caught and logged.
pub(crate) fn drop_quietly<T>(value: T) {
    if catch_unwind(AssertUnwindSafe(|| drop(value))).is_err() {
        event!(PROCESS, ERROR, "the data of a socket panicked in its `Drop`");
    }
}

/// Drops values that may contain application data, like [`drop_quietly`]; one panic leaves no value behind.
pub(crate) fn drop_all_quietly<T>(values: &mut Vec<T>) {
    while !values.is_empty() {
        drop_quietly(DropAll(values));
    }
}

/// Drops all values when it is dropped.
struct DropAll<'a, T>(&'a mut Vec<T>);

impl<T> Drop for DropAll<'_, T> {
    fn drop(&mut self) {
        // Not `clear`, which goes on after a panic, and a second panic would abort the process.
        while self.0.pop().is_some() {}
    }
}

/// Application data. If its `Drop` panics, the panic is caught and logged, wherever the value is dropped.
#[derive(Debug)]
pub(crate) struct Guarded<T>(Option<T>);

impl<T> Guarded<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Some(value))
    }
}

impl<T> Deref for Guarded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect("the value is taken out only when it is dropped")
    }
}

impl<T> Drop for Guarded<T> {
    fn drop(&mut self) {
        drop_quietly(self.0.take());
    }
}

#[cold]
fn message(panic: &(dyn Any + Send)) -> Box<str> {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without a message").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bomb(u8);

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    #[test]
    fn guarded_data_does_not_panic_in_drop() {
        let bomb = Guarded::new(Bomb(7));
        assert_eq!((*bomb).0, 7);
        drop(bomb);
    }

    #[test]
    fn all_values_are_dropped_although_each_panics() {
        let mut bombs: Vec<_> = (0..5).map(Bomb).collect();
        drop_all_quietly(&mut bombs);
        assert!(bombs.is_empty());
    }

    #[test]
    fn guarded_data_is_dropped_while_another_panic_unwinds() {
        let message = catch(|| {
            let _bombs = [Guarded::new(Bomb(1)), Guarded::new(Bomb(2))];
            panic!("first");
        });
        assert_eq!(message.err().as_deref(), Some("first"));
    }
}
