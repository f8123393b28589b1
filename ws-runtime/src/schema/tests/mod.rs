//! Tests that need all of the schema module.

mod further_names;
