//! What became of a published message.

/// What became of a published message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Published {
    /// The subscribers that it was handed to; the sender is not among them unless `publish_to_self` is set.
    pub receivers: usize,
    /// The subscribers whose outbound queue was full at the time, and who do not get it.
    pub dropped: usize,
    /// Whether the value was refused: it fails its own schema or cannot be encoded. Nobody gets it; the log says why.
    pub refused: bool,
}
