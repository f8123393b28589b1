//! Replaces the validator in builds of contracts alone.

use std::any::type_name;

use super::{Direction, Sampling, SchemaError};

/// A compiled schema. Without the validator there is none.
#[derive(Debug)]
pub(crate) enum Check {}

impl Check {
    pub(crate) fn read<T>() -> Result<Self, SchemaError> {
        Err(no_validator(type_name::<T>(), Direction::Inbound))
    }

    pub(crate) fn outbound<T>() -> Result<Self, SchemaError> {
        Err(no_validator(type_name::<T>(), Direction::Outbound))
    }
}

/// The error of every plan that needs the validator.
pub(crate) fn no_validator(subject: &'static str, direction: Direction) -> SchemaError {
    SchemaError::new(
        subject,
        direction,
        "ws-runtime is built without a validator: enable its feature `server`",
    )
}

/// The sampler of a response type. Without the validator there is none.
#[derive(Clone, Copy, Debug)]
pub enum Sampler {}

/// The sampler of every type.
pub trait Sampled {
    /// Returns the type's sampler.
    fn sampler(&self) -> Option<Sampler>;
}

impl<T> Sampled for Sampling<T> {
    fn sampler(&self) -> Option<Sampler> {
        None
    }
}

/// Brought into scope by the attributes beside [`Sampled`].
pub trait Unsampled {}
