//! The cases of the Autobahn suite and the permitted deviations.

/// Groups of cases without compression, each with its number of cases, as numbered by the pinned version.
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

/// Groups of cases with compression: group 12 has one for each kind of data, group 13 one for each offer (RFC 7692
/// §7.1).
const WITH_COMPRESSION: &[&str] =
    &["12.1", "12.2", "12.3", "12.4", "12.5", "13.1", "13.2", "13.3", "13.4", "13.5", "13.6", "13.7"];

/// Number of cases in each group with compression. Cases 1 to 10 use messages of 16 bytes to 128 KiB, the other cases
/// fragments of 256 bytes to 32 KiB.
const SIZES: u32 = 18;

/// Cases of a short run: messages of 16 bytes, 1, 16 and 128 KiB, and fragments of 32 and 128 KiB. The groups of offers
/// use one more length of fragments.
const SOME_DATA: &[u32] = &[1, 4, 7, 10, 13, 18];
const SOME_OFFERS: &[u32] = &[1, 4, 7, 10, 11, 15, 18];

/// Cases whose messages do not shrink: short parts of a picture, and of a document that is already compressed.
const DENSE: &[&str] = &["12.2.1", "12.2.2", "12.5.1", "12.5.2"];

/// Cases where the verdict NON-STRICT is accepted, each with the reason. The suite gives it if a violation is reported
/// later than possible.
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

pub(crate) fn with_compression() -> Vec<String> {
    let cases = |group: &&'static str| {
        let group = *group;
        (1..=SIZES).map(move |case| format!("{group}.{case}"))
    };
    WITH_COMPRESSION.iter().flat_map(cases).collect()
}

pub(crate) fn some_with_compression() -> Vec<String> {
    let cases = |group: &&'static str| {
        let group = *group;
        let some = if group.starts_with("12.") { SOME_DATA } else { SOME_OFFERS };
        some.iter().map(move |case| format!("{group}.{case}"))
    };
    WITH_COMPRESSION.iter().flat_map(cases).collect()
}

/// Returns those of the cases whose replies must be shorter on the wire.
pub(crate) fn shrinking(cases: &[String]) -> Vec<String> {
    let shrinks = |case: &&String| {
        WITH_COMPRESSION.iter().any(|group| case.starts_with(&format!("{group}.")))
            && !DENSE.contains(&case.as_str())
    };
    cases.iter().filter(shrinks).cloned().collect()
}

#[test]
fn table_without_compression_lists_301_cases() {
    let cases = without_compression();
    assert_eq!(cases.len(), 301);
    assert_eq!((cases[0].as_str(), cases[300].as_str()), ("1.1.1", "10.1.1"));
}

#[test]
fn compression_tables_list_the_expected_number_of_cases() {
    let (all, some) = (with_compression(), some_with_compression());
    assert_eq!((all.len(), some.len()), (216, 79));
    assert!(some.iter().all(|case| all.contains(case)));
    assert_eq!((shrinking(&all).len(), shrinking(&some).len()), (212, 77));
    assert_eq!(shrinking(&without_compression()), Vec::<String>::new());
}
