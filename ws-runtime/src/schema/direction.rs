//! The direction of a value.

/// The direction of a value. The schemas of a type differ by direction, because serde reads and writes a type
/// differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// An inbound value, which is deserialized.
    Inbound,
    /// An outbound value, which is serialized.
    Outbound,
}
