//! One mistake gives one error.

use crate::cases::{self, Case};

/// Cases that make several mistakes on purpose, and how many: each is reported, in one build.
pub(crate) const SEVERAL: &[(&str, usize)] = &[
    ("keys/of_other_libraries", 25),
    ("keys/no_values", 27),
    ("keys/ten_mistakes", 10),
    ("signatures/another_connection", 4),
    ("signatures/handlers_without_self", 12),
    ("types/boxed_trait_of_one_thread", 2),
];

/// Cases where one mistake gives more than one error, and why nothing can be done about it.
pub(crate) const EXCEPTIONS: &[(&str, usize, &str)] = &[
    (
        "data/bare_type_of_ones_own",
        3,
        "the compiler looks the data up by the return type, and does so again wherever the socket is used; the first error \
         says it, on the type",
    ),
    ("data/rc_in_a_field", 2, "the data is neither `Send` nor `Sync`, and the compiler says each of it"),
    (
        "keys/not_a_contract",
        2,
        "the compiler looks the messages up in the contract, and does so again for each handler; the first error says it, on \
         the word",
    ),
    (
        "placement/two_routes_on_one_type",
        5,
        "an attribute does not see the other one, and the compiler reports each trait that is implemented twice",
    ),
    (
        "types/route_with_its_path",
        2,
        "the compiler judges the first argument, and counts the arguments; the first error says what is right",
    ),
    (
        "types/topic_after_the_message",
        2,
        "each of the two arguments has the type of the other; the first error says the order",
    ),
    (
        "types/route_not_sync_in_futures",
        3,
        "the compiler asks of each future that it may move between threads, and so of the route in it; the last error says it, \
         on the type",
    ),
    (
        "variants/field_of_another_name",
        2,
        "the compiler says of the argument that there is no such field, and of the variant which field is not taken; only of \
         similar names does it see that the two are one",
    ),
];

fn expected(case: &Case) -> usize {
    let several = SEVERAL.iter().map(|(name, count)| (*name, *count));
    let mut listed = several.chain(EXCEPTIONS.iter().map(|(name, count, _)| (*name, *count)));
    listed.find(|(name, _)| *name == case.name).map_or(1, |(_, count)| count)
}

/// Says for which cases the number of errors is not the one that is expected.
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
fn second_error_is_reported() {
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

/// Stable compilers give an attribute no place inside a literal, and report a future at the name of its function. Elsewhere
/// a caret stands at a word, not at a whole attribute or block.
#[test]
fn carets_point_at_single_words() {
    let mut vague = Vec::new();
    for case in cases::all() {
        for mistake in case.mistakes() {
            // Where an attribute has no arguments, or stands where it has no meaning, it is the word.
            let alone = (case.name.ends_with("/nothing_at_all") && mistake.caret == "#[ws_route]")
                || (case.name.ends_with("/marker_outside_of_a_route") && mistake.caret == "#[ws_fields]");
            if (mistake.caret.is_empty() || mistake.caret.starts_with("#[ws_")) && !alone {
                vague.push(case.name.clone());
            }
        }
    }
    assert_eq!(vague, Vec::<String>::new());
}
