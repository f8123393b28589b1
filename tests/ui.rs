//! Programs that the attributes accept, and the messages for programs with mistakes.
//!
//! `TRYBUILD=overwrite cargo test -p ws-tests --test ui` records the messages again. Review each change: one mistake
//! gives one error, at the right word.

#[test]
fn attributes_accept_and_reject_the_cases() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    cases.compile_fail("ui/path/*.rs");
    cases.compile_fail("ui/keys/*.rs");
    cases.compile_fail("ui/values/*.rs");
    cases.compile_fail("ui/signatures/*.rs");
    cases.compile_fail("ui/types/*.rs");
    cases.compile_fail("ui/replies/*.rs");
    cases.compile_fail("ui/variants/*.rs");
    cases.compile_fail("ui/data/*.rs");
    cases.compile_fail("ui/placement/*.rs");
}
