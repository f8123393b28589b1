//! Which cases the suite has, and what we let pass. Knows nothing of how they are run.

/// The groups of cases without compression, each with how many cases it has, as the pinned version numbers them.
const WITHOUT_COMPRESSION: &[(&str, u32)] = &[
    ("1.1", 8),
    ("1.2", 8),
    ("2", 11),
    ("3", 7),
    ("4.1", 5),
    ("4.2", 5),
    ("5", 20),
    ("6.1", 3),
    ("6.2", 4),
    ("6.3", 2),
    ("6.4", 4),
    ("6.5", 5),
    ("6.6", 11),
    ("6.7", 4),
    ("6.8", 2),
    ("6.9", 4),
    ("6.10", 3),
    ("6.11", 5),
    ("6.12", 8),
    ("6.13", 5),
    ("6.14", 10),
    ("6.15", 1),
    ("6.16", 3),
    ("6.17", 5),
    ("6.18", 5),
    ("6.19", 5),
    ("6.20", 7),
    ("6.21", 8),
    ("6.22", 34),
    ("6.23", 7),
    ("7.1", 6),
    ("7.3", 6),
    ("7.5", 1),
    ("7.7", 13),
    ("7.9", 9),
    ("7.13", 2),
    ("9.1", 6),
    ("9.2", 6),
    ("9.3", 9),
    ("9.4", 9),
    ("9.5", 6),
    ("9.6", 6),
    ("9.7", 6),
    ("9.8", 6),
    ("10.1", 1),
];

/// Cases where NON-STRICT is enough, each with the reason. The suite says so where the right thing happens later than it could.
pub(crate) const NON_STRICT: &[(&str, &str)] = &[
    ("6.4.3", "text is checked when its frame is whole, not while the frame is still arriving"),
    ("6.4.4", "text is checked when its frame is whole, not while the frame is still arriving"),
];

pub(crate) fn without_compression() -> Vec<String> {
    let cases = |(group, count): &(&'static str, u32)| {
        let group = *group;
        (1..=*count).map(move |case| format!("{group}.{case}"))
    };
    WITHOUT_COMPRESSION.iter().flat_map(cases).collect()
}

#[test]
fn the_table_has_all_cases_without_compression() {
    let cases = without_compression();
    assert_eq!(cases.len(), 301);
    assert_eq!((cases[0].as_str(), cases[300].as_str()), ("1.1.1", "10.1.1"));
}
