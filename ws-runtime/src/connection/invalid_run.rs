//! Counts consecutive invalid messages.

/// The number of invalid messages since the last valid one.
#[derive(Debug, Default)]
pub(super) struct InvalidRun(u32);

impl InvalidRun {
    /// Records a valid message, which ends the run.
    #[inline]
    pub(super) fn end(&mut self) {
        self.0 = 0;
    }

    /// Counts an invalid message. Returns true if there are now more than `most`. `None` means unlimited.
    pub(super) fn exceeds(&mut self, most: Option<u32>) -> bool {
        self.0 = self.0.saturating_add(1);
        most.is_some_and(|most| self.0 > most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consecutive_invalid_messages_exceed_their_limit() {
        for (most, valid_after, exceeds) in [
            (Some(2), 0, [false, false, true, true]),
            (Some(2), 2, [false, false, false, false]),
            (Some(2), 1, [false, false, false, true]),
            (Some(0), 0, [true; 4]),
            (None, 0, [false; 4]),
        ] {
            let mut run = InvalidRun::default();
            let counted = [1, 2, 3, 4].map(|count| {
                let exceeded = run.exceeds(most);
                if count == valid_after {
                    run.end();
                }
                exceeded
            });
            assert_eq!(counted, exceeds, "{most:?} {valid_after}");
        }
    }
}
