//! What only all of the schema's parts together can be tried on.

mod further_names;
