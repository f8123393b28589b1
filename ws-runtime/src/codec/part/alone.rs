//! Replaces the plans of request parts in builds without `server`, which read no requests.

use std::{any::type_name, convert::Infallible, iter, marker::PhantomData};

use super::{Pairs, Segment};
use crate::{
    codec::Invalid,
    schema::{Direction, SchemaError, no_validator},
};

/// The prepared type of a request part. It has no values without the feature `server`.
#[derive(Debug)]
pub struct PartPlan(Infallible);

impl PartPlan {
    pub(super) fn of<T>() -> Result<Self, SchemaError> {
        Err(no_validator(type_name::<T>(), Direction::Inbound))
    }

    /// Returns the names that the type declares. No plan exists, so there are none.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        iter::empty()
    }

    pub(super) fn read<T>(&self, _pairs: &Pairs) -> Result<T, Invalid> {
        match self.0 {}
    }
}

/// The captures of a path, requested one by one.
#[derive(Debug)]
pub struct Captures<'a>(Infallible, PhantomData<&'a ()>);

impl Captures<'_> {
    /// Prepares the captures that `all` takes.
    ///
    /// # Errors
    /// Always fails, because a plan needs the feature `server`.
    pub fn plan<T>(
        _all: impl FnOnce(&mut Captures<'_>) -> Result<T, Invalid>,
    ) -> Result<PartPlan, SchemaError> {
        PartPlan::of::<T>()
    }

    /// Validates the captures of a request, and reads those that `all` takes.
    ///
    /// # Errors
    /// Fails with the errors of all captures.
    pub fn read<T>(
        plan: &PartPlan,
        _pairs: &Pairs,
        _all: impl FnOnce(&mut Captures<'_>) -> Result<T, Invalid>,
    ) -> Result<T, Invalid> {
        match plan.0 {}
    }

    /// Reads a capture. `None` if this or any other capture is invalid; [`give`](Self::give) reports the errors.
    pub fn take<T: Segment>(&mut self, _name: &str) -> Option<T> {
        match self.0 {}
    }

    /// Returns a capture that was read, if all captures are valid.
    ///
    /// # Errors
    /// Fails with the errors of all captures.
    pub fn give<T>(&mut self, _taken: Option<T>) -> Result<T, Invalid> {
        match self.0 {}
    }
}
