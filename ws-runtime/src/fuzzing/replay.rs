//! The seeds of the fuzz targets, on a stable compiler.

use std::{fs, path::Path};

/// Calls a target with every seed that it has, and with what each is when it is cut off or a bit of it flips.
fn replay(name: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(name);
    let seeds = fs::read_dir(folder).expect("a folder of seeds");
    let seeds: Vec<Vec<u8>> =
        seeds.map(|seed| fs::read(seed.expect("a seed").path()).expect("a seed that can be read")).collect();
    assert!(seeds.len() >= 3, "{} seeds", seeds.len());
    for seed in seeds {
        target(&seed);
        for at in 0..seed.len() {
            target(&seed[..at]);
            let mut other = seed.clone();
            other[at] ^= 1 << (at % 8);
            target(&other);
        }
    }
}

#[test]
fn frames_are_the_same_in_whatever_pieces_they_arrive() {
    replay("frames", super::frames);
}

#[test]
fn a_handshake_is_refused_or_kept_the_rules() {
    replay("handshake", super::handshake);
}

#[test]
fn json_is_taken_as_the_published_schema_takes_it() {
    replay("json", super::json);
}

#[test]
fn what_is_read_from_a_request_can_be_written_and_read_again() {
    replay("parts", super::parts);
}

#[test]
fn whoever_comes_and_goes_each_subscriber_gets_what_is_published() {
    replay("topics", super::topics);
}

#[test]
fn what_is_agreed_on_is_what_both_ends_may_do() {
    replay("deflate_negotiation", super::deflate_negotiation);
}

#[test]
fn nothing_inflates_to_more_than_it_may() {
    replay("inflate", super::inflate);
}
