//! Socket ids, which cannot be guessed. They are computed when needed and not stored.
//!
//! Each socket has a number, unique in the process, and a slot among the connected sockets of its route. The two are
//! encrypted as one block of 128 bits, with a Feistel network of four rounds (Luby and Rackoff, "How to construct
//! pseudorandom permutations", 1988). Its round function is SipHash-2-4 with a random key of the process. Ids within a
//! process differ because encryption is a permutation, and ids of different processes because the keys differ. 32 bits
//! of the block are always zero, so that nearly every forged id is detected.

use std::sync::OnceLock;

use crate::contract::SocketId;

/// The decrypted content of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SocketName {
    pub(super) number: u64,
    pub(super) slot: u32,
}

/// The key of SipHash.
#[derive(Clone, Copy)]
struct SipKey([u64; 2]);

/// The number of rounds after which the network is a pseudorandom permutation even against chosen-ciphertext attacks.
const ROUNDS: u64 = 4;

/// Returns the random key of this process.
fn key() -> SipKey {
    static KEY: OnceLock<SipKey> = OnceLock::new();
    *KEY.get_or_init(|| {
        let word = || getrandom::u64().expect("the system provides randomness");
        SipKey([word(), word()])
    })
}

impl SocketName {
    /// Returns the id of the socket.
    pub(super) fn id(self) -> SocketId {
        SocketId::new(encrypt(key(), u128::from(self.number) << 64 | u128::from(self.slot)))
    }

    /// Decrypts an id. `None` if it was not created by this process.
    pub(super) fn of(id: SocketId) -> Option<Self> {
        let block = decrypt(key(), id.bits());
        let (number, rest) = halves(block);
        u32::try_from(rest).ok().map(|slot| Self { number, slot })
    }
}

#[expect(clippy::cast_possible_truncation, reason = "each half has 64 bits")]
fn halves(block: u128) -> (u64, u64) {
    ((block >> 64) as u64, block as u64)
}

fn encrypt(key: SipKey, block: u128) -> u128 {
    let (mut left, mut right) = halves(block);
    for round in 0..ROUNDS {
        (left, right) = (right, left ^ sip_hash(key, round, right));
    }
    u128::from(left) << 64 | u128::from(right)
}

fn decrypt(key: SipKey, block: u128) -> u128 {
    let (mut left, mut right) = halves(block);
    for round in (0..ROUNDS).rev() {
        (left, right) = (right ^ sip_hash(key, round, left), left);
    }
    u128::from(left) << 64 | u128::from(right)
}

/// Computes SipHash-2-4 of two words (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012).
fn sip_hash(key: SipKey, first: u64, second: u64) -> u64 {
    /// The length of the input in bytes, in the highest byte of the last block.
    const LENGTH: u64 = 16 << 56;
    let SipKey([k0, k1]) = key;
    let mut v = [
        k0 ^ 0x736f_6d65_7073_6575,
        k1 ^ 0x646f_7261_6e64_6f6d,
        k0 ^ 0x6c79_6765_6e65_7261,
        k1 ^ 0x7465_6462_7974_6573,
    ];
    for word in [first, second, LENGTH] {
        v[3] ^= word;
        sip_rounds(&mut v, 2);
        v[0] ^= word;
    }
    v[2] ^= 0xff;
    sip_rounds(&mut v, 4);
    v[0] ^ v[1] ^ v[2] ^ v[3]
}

fn sip_rounds(v: &mut [u64; 4], rounds: u32) {
    for _ in 0..rounds {
        v[0] = v[0].wrapping_add(v[1]);
        v[1] = v[1].rotate_left(13) ^ v[0];
        v[0] = v[0].rotate_left(32);
        v[2] = v[2].wrapping_add(v[3]);
        v[3] = v[3].rotate_left(16) ^ v[2];
        v[0] = v[0].wrapping_add(v[3]);
        v[3] = v[3].rotate_left(21) ^ v[0];
        v[2] = v[2].wrapping_add(v[1]);
        v[1] = v[1].rotate_left(17) ^ v[2];
        v[2] = v[2].rotate_left(32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vector of the paper's reference code for 16 bytes: key 00 01 … 0f, input 00 01 … 0f.
    #[test]
    fn sip_hash_matches_the_reference_vector() {
        let key = SipKey([0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908]);
        let hash = sip_hash(key, 0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908);
        assert_eq!(hash.to_le_bytes(), [0xdb, 0x9b, 0xc2, 0x57, 0x7f, 0xcc, 0x2a, 0x3f]);
    }

    #[test]
    fn encrypted_name_is_recovered_from_its_id() {
        for number in [1, 2, 1 << 32, u64::MAX] {
            for slot in [0, 1, 77, u32::MAX] {
                let name = SocketName { number, slot };
                assert_eq!(SocketName::of(name.id()), Some(name));
            }
        }
    }

    #[test]
    fn ids_of_consecutive_sockets_look_unrelated() {
        let ids: Vec<u128> = (1..200).map(|number| SocketName { number, slot: 0 }.id().bits()).collect();
        for pair in ids.windows(2) {
            let differing = (pair[0] ^ pair[1]).count_ones();
            assert!((30..98).contains(&differing), "{differing} of 128 bits differ");
        }
    }

    #[test]
    fn ids_of_another_key_differ_and_are_rejected() {
        let (one, other) = (SipKey([1, 2]), SipKey([1, 3]));
        for number in 1..200u64 {
            let block = u128::from(number) << 64;
            assert_ne!(encrypt(one, block), encrypt(other, block));
            assert_eq!(decrypt(one, encrypt(one, block)), block);
            let (_, rest) = halves(decrypt(other, encrypt(one, block)));
            assert!(u32::try_from(rest).is_err(), "the other key accepts the id of socket {number}");
        }
    }

    #[test]
    fn id_with_a_flipped_bit_names_no_socket() {
        let id = SocketName { number: 7, slot: 3 }.id().bits();
        for bit in 0..128 {
            assert_eq!(SocketName::of(SocketId::new(id ^ 1 << bit)), None, "bit {bit}");
        }
    }
}
