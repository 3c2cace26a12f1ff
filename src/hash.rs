//! FNV-1a, 64 bits: stable over releases and machines, for names of files and digests. Not for security.

/// The hash of some bytes.
#[must_use]
pub fn fnv(bytes: &[u8]) -> u64 {
    extend(0xcbf2_9ce4_8422_2325, bytes)
}

/// Goes on from an earlier hash.
#[must_use]
pub fn extend(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}
