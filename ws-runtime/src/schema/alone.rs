//! Replaces the validator in builds without `server`.

use std::any::type_name;

use super::{Direction, Sampling, SchemaError};

/// A compiled schema. It has no values, because there is no validator.
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

/// Returns the error of every plan that needs the validator.
pub(crate) fn no_validator(subject: &'static str, direction: Direction) -> SchemaError {
    SchemaError::new(
        subject,
        direction,
        "ws-runtime is built without a validator: enable its feature `server`",
    )
}

/// The sampler of a response type. It has no values, because there is no validator.
#[derive(Clone, Copy, Debug)]
pub enum Sampler {}

/// Returns no sampler, for any type.
pub trait Sampled {
    /// Returns `None`, because there is no validator.
    fn sampler(&self) -> Option<Sampler>;
}

impl<T> Sampled for Sampling<T> {
    fn sampler(&self) -> Option<Sampler> {
        None
    }
}

/// A trait without members, which the attributes bring into scope beside [`Sampled`].
pub trait Unsampled {}
