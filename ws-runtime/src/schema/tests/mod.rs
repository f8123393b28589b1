//! Tests that need the whole schema module.

mod further_names;
