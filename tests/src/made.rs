//! Files as providers give them away, made here: valid rasters of any length, SAFE folders with a manifest, zips and tars, and the broken and
//! malicious ones among them. Nothing of it shares code with the program.

pub mod jp2;
pub mod safe;
pub mod tar;
pub mod tiff;
pub mod zip;

use sha2::Digest;

/// Bytes that look like noise and are the same for the same seed.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        bytes.extend(next(&mut state).to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// The next number of a sequence (SplitMix64).
pub fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The next number of a sequence between 0 and 1.
pub fn share(state: &mut u64) -> f64 {
    (next(state) >> 11) as f64 / (1u64 << 53) as f64
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&sha2::Sha256::digest(bytes))
}

/// MD5 in hexadecimal.
pub fn md5(bytes: &[u8]) -> String {
    hex(&md5::Md5::digest(bytes))
}

/// SHA3-256 in hexadecimal.
pub fn sha3(bytes: &[u8]) -> String {
    hex(&sha3::Sha3_256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Length and checksum of a file as an asset of STAC says them.
pub fn said_of(bytes: &[u8]) -> serde_json::Value {
    serde_json::json!({"file:size": bytes.len(), "file:checksum": format!("1220{}", sha256(bytes))})
}
