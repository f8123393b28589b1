//! Replays the seeds of the fuzz targets on a stable compiler.

use std::{fs, path::Path};

/// The directory of a target's seeds, and its function.
type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 7] = [
    ("frames", super::frames),
    ("handshake", super::handshake),
    ("json", super::json),
    ("parts", super::parts),
    ("topics", super::topics),
    ("deflate_negotiation", super::deflate_negotiation),
    ("inflate", super::inflate),
];

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(name);
    let seeds = fs::read_dir(folder).expect("the target has a directory of seeds");
    let mut seeds: Vec<_> = seeds.map(|seed| seed.expect("a seed").path()).collect();
    assert!(seeds.len() >= 3, "{} seeds", seeds.len());
    // The order of a directory differs between systems, so the seeds are sorted.
    seeds.sort_unstable();
    seeds.iter().map(|seed| fs::read(seed).expect("the seed can be read")).collect()
}

/// Calls a target with each of its seeds, with each seed truncated at every byte, and with single bits flipped.
fn replay(name: &str) {
    let (_, target) = TARGETS.into_iter().find(|(other, _)| *other == name).expect("a target");
    for seed in seeds(name) {
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
fn decoded_frames_do_not_depend_on_read_sizes() {
    replay("frames");
}

#[test]
fn accepted_handshakes_follow_the_rfc() {
    replay("handshake");
}

#[test]
fn decoder_agrees_with_the_published_schema() {
    replay("json");
}

#[test]
fn request_parts_survive_a_round_trip() {
    replay("parts");
}

#[test]
fn subscribers_receive_the_frames_of_their_topics() {
    replay("topics");
}

#[test]
fn negotiated_parameters_are_valid_for_both_ends() {
    replay("deflate_negotiation");
}

#[test]
fn inflated_messages_never_exceed_the_limit() {
    replay("inflate");
}

/// Reproducible mutations of seeds.
struct Mutations(u64);

impl Mutations {
    fn roll(&mut self, sides: usize) -> usize {
        // This is Knuth's MMIX generator, whose high bits are the better ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits are a size") % sides
    }

    /// Returns a seed with one to eight changes. Each replaces a byte, removes a range, or inserts a range of another
    /// seed.
    fn of(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = seeds[self.roll(seeds.len())].clone();
        for _ in 0..=self.roll(8) {
            let at = self.roll(bytes.len() + 1);
            let end = (at + self.roll(16)).min(bytes.len());
            match self.roll(3) {
                0 if at < bytes.len() => bytes[at] = self.0.to_le_bytes()[5],
                1 => drop(bytes.drain(at..end)),
                _ => {
                    let other = &seeds[self.roll(seeds.len())];
                    let from = self.roll(other.len() + 1);
                    let to = (from + self.roll(16)).min(other.len());
                    bytes.splice(at..end, other[from..to].iter().copied());
                }
            }
        }
        bytes
    }
}

#[test]
#[ignore = "long"]
fn long_million_mutated_seeds_violate_no_rule() {
    let targets = TARGETS.map(|(name, target)| (seeds(name), target));
    let mut mutations = Mutations(1);
    for case in 0..1_000_000 {
        let (seeds, target) = &targets[case % targets.len()];
        target(&mutations.of(seeds));
    }
}
