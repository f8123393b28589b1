//! The chat's page in a real Chromium: what people see, type and hear.

mod chat;
mod driver;
mod tab;
