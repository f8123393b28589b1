//! See `ws_runtime::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ws_runtime::fuzzing::topics(data));
