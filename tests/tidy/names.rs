//! The length of test names: a name that can be read at a glance states one subject, what it does and when.

use crate::sources::{self, Source};

/// Maximum number of words in the name of a test. Words are separated by `_`.
const MAX_WORDS: usize = 9;

/// Returns the functions with the attribute `#[test]` or `#[tokio::test]` whose names are too long, with their lines.
fn long_test_names(files: &[Source]) -> Vec<String> {
    let mut long = Vec::new();
    for file in files {
        let tokens = file.tokens();
        let mut is_test = false;
        for window in tokens.windows(3) {
            match [&*window[0].word, &*window[1].word, &*window[2].word] {
                ["[" | "::", "test", "]" | "("] => is_test = true,
                ["fn", name, _] if is_test => {
                    is_test = false;
                    let words = name.split('_').count();
                    if words > MAX_WORDS {
                        long.push(format!("{}:{}: `{name}` has {words} words", file.path, window[1].line));
                    }
                }
                _ => {}
            }
        }
    }
    long
}

#[test]
fn test_names_have_at_most_nine_words() {
    assert_eq!(long_test_names(&sources::under("")), Vec::<String>::new());
}

#[test]
fn long_test_name_is_reported() {
    for (text, expected) in [
        ("#[test] fn a_b_c_d_e_f_g_h_i() {}", vec![]),
        ("#[test]\nfn a_b_c_d_e_f_g_h_i_j() {}", vec!["a.rs:2: `a_b_c_d_e_f_g_h_i_j` has 10 words"]),
        (
            "#[tokio::test(start_paused = true)]\nasync fn a_b_c_d_e_f_g_h_i_j() {}",
            vec!["a.rs:2: `a_b_c_d_e_f_g_h_i_j` has 10 words"],
        ),
        ("#[cfg(test)] fn a_b_c_d_e_f_g_h_i_j() {}", vec![]),
        ("#[test] fn a() { fn a_b_c_d_e_f_g_h_i_j() {} }", vec![]),
    ] {
        assert_eq!(long_test_names(&[Source::synthetic("a.rs", text)]), expected, "{text}");
    }
}
