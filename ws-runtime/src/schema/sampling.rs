//! The value on which the attributes look up the sampler of a response type.

use std::marker::PhantomData;

/// A marker for the type whose sampler is requested.
#[derive(Debug)]
pub struct Sampling<T>(PhantomData<T>);

impl<T> Sampling<T> {
    /// The value on which method lookup starts.
    pub const NEW: Self = Self(PhantomData);
}
