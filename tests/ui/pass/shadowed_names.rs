//! Generated code does not depend on prelude names, which may be shadowed.
#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types, unused_macros)]

mod core {}
mod std {}
mod ws_runtime {}

struct Result;
struct Option;
struct Some;
struct None;
struct Ok;
struct Err;
struct String;
struct Vec;
struct Box;
struct Message;
struct Outcome;
struct str;
struct bool;
struct u32;
trait Send {}
trait Sync {}
trait Sized {}
trait Clone {}
trait Debug {}
trait Future {}
trait Admit {}
trait Contract {}
trait Route {}
fn admit() {}
fn reply() {}
fn drop() {}

macro_rules! cfg {
    () => {};
}
macro_rules! concat {
    () => {};
}

struct Chat;

/// Where people talk.
#[::ws_runtime::ws_route(
    "/chat/{room}/{seat: ::core::primitive::u32}",
    body = ::std::string::String,
    response = ::std::string::String,
    protocols = ["v1"],
    idle_timeout = 60,
    deprecated
)]
#[doc = "More."]
impl Chat {
    /// Lets everybody in.
    fn before_handle(&self) -> ::core::result::Result<::core::primitive::u8, ::ws_runtime::Reject> {
        ::core::result::Result::Ok(1)
    }

    fn open(&self, ws: &::ws_runtime::Socket<Self>) {
        let _ = ws.params().seat + 1;
    }

    async fn message(&self, text: ::std::string::String) -> ::std::string::String {
        text
    }

    #[cfg(all())]
    fn ping(&self) {}
}

fn main() {
    let _ = ::ws_runtime::Server::new().route(Chat);
}
