//! Checks that one mistake gives one error.

use crate::cases::{self, Case};

/// Cases with several mistakes, each with their number. All mistakes are reported in one build.
pub(crate) const SEVERAL: &[(&str, usize)] = &[
    ("keys/of_other_libraries", 25),
    ("keys/no_values", 27),
    ("keys/ten_mistakes", 10),
    ("signatures/another_connection", 4),
    ("signatures/handlers_without_self", 12),
    ("types/boxed_trait_of_one_thread", 2),
];

/// Cases where one mistake causes several errors, each with the reason why this cannot be avoided.
pub(crate) const EXCEPTIONS: &[(&str, usize, &str)] = &[
    (
        "data/bare_type_of_ones_own",
        3,
        "the compiler finds the data through the return type, and does so again at each use of the socket; the first error \
         is at the type",
    ),
    ("data/rc_in_a_field", 2, "the data is neither `Send` nor `Sync`, and the compiler reports both"),
    (
        "keys/not_a_contract",
        2,
        "the compiler finds the messages through the contract, and does so again for each handler; the first error is at \
         the contract",
    ),
    (
        "placement/two_routes_on_one_type",
        5,
        "an attribute does not see the other attribute, and the compiler reports each trait that is implemented twice",
    ),
    (
        "types/route_with_its_path",
        2,
        "the compiler checks the first argument and the number of arguments; the first error has the remedy",
    ),
    (
        "types/topic_after_the_message",
        2,
        "both arguments have a wrong type; the first error has the right order",
    ),
    (
        "types/route_not_sync_in_futures",
        3,
        "the compiler requires `Send` of each future, and so of the route in it; the last error is at the type of the route",
    ),
    (
        "variants/field_of_another_name",
        2,
        "the compiler reports the unknown field at the argument, and the missing field at the variant; it relates the two \
         only if their names are similar",
    ),
];

fn expected(case: &Case) -> usize {
    let several = SEVERAL.iter().map(|(name, count)| (*name, *count));
    let mut listed = several.chain(EXCEPTIONS.iter().map(|(name, count, _)| (*name, *count)));
    listed.find(|(name, _)| *name == case.name).map_or(1, |(_, count)| count)
}

/// Returns the cases with an unexpected number of errors.
fn miscounted(cases: &[Case]) -> Vec<String> {
    let wrong = |case: &&Case| case.mistakes().len() != expected(case) || case.answer.contains("\nwarning");
    cases
        .iter()
        .filter(wrong)
        .map(|case| format!("{}: {} errors, expected {}", case.name, case.mistakes().len(), expected(case)))
        .collect()
}

#[test]
fn one_mistake_gives_one_error() {
    let cases = cases::all();
    assert!(cases.len() >= 60, "{} cases", cases.len());
    assert_eq!(miscounted(&cases), Vec::<String>::new());
    let listed = SEVERAL.iter().map(|(name, _)| name).chain(EXCEPTIONS.iter().map(|(name, ..)| name));
    for name in listed {
        assert!(cases.iter().any(|case| case.name == *name), "{name} is gone");
    }
}

#[test]
fn unexpected_second_error_is_reported() {
    for (name, answer, wrong) in [
        ("path/a", "error: b\n", false),
        ("path/a", "error: b\n\nerror[E0277]: c\n", true),
        ("path/a", "error: b\n\nwarning: c\n", true),
        ("path/a", "", true),
        ("keys/not_a_contract", "error: b\n", true),
    ] {
        let case = Case { name: name.to_owned(), answer: answer.to_owned() };
        assert_eq!(!miscounted(&[case]).is_empty(), wrong, "{name}: {answer}");
    }
}

/// Carets point at words, not at a whole attribute or block. Exceptions are mistakes inside literals, for which stable
/// compilers have no spans, and futures, which they report at the name of the function.
#[test]
fn carets_point_at_single_words() {
    let mut vague = Vec::new();
    for case in cases::all() {
        for mistake in case.mistakes() {
            // For these two mistakes, the attribute itself is the wrong word.
            let alone = (case.name.ends_with("/nothing_at_all") && mistake.caret == "#[ws_route]")
                || (case.name.ends_with("/marker_outside_of_a_route") && mistake.caret == "#[ws_fields]");
            if (mistake.caret.is_empty() || mistake.caret.starts_with("#[ws_")) && !alone {
                vague.push(case.name.clone());
            }
        }
    }
    assert_eq!(vague, Vec::<String>::new());
}
