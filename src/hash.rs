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

/// Goes on from an earlier hash, eight bytes at a time: for whole files, where each byte by itself would cost too much.
#[must_use]
pub fn words(hash: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let hash = words.iter().fold(hash, |h, word| (h ^ u64::from_le_bytes(*word)).wrapping_mul(0x0100_0000_01b3).rotate_left(23));
    extend(hash, rest)
}
