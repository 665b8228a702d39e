//! Zips, tars and documents as they come, and as someone with bad intentions makes them.

#![allow(clippy::unwrap_used, reason = "a test gives up where something is missing")]

mod chance;
mod documents;
mod stops;
mod tars;
mod zips;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};
use swath_domain::{FileKind, HeldFile, Never, Stop};
use swath_package::{Member, PackageError, check, members, unpack};

/// What a case ends with: the files inside, or the kind of the error and words of its message.
enum Ends {
    Well(Vec<(&'static str, Vec<u8>)>),
    Damaged(&'static str),
    Harmful(&'static str),
    Unsupported(&'static str),
}

/// Checks, lists and unpacks a file, and looks that nothing is written where it should not be.
fn try_all(label: &str, name: &str, kind: FileKind, bytes: &[u8], ends: &Ends) {
    let outer = tempfile::tempdir().unwrap();
    let path = outer.path().join(name);
    fs::write(&path, bytes).unwrap();
    // Whatever leads out of the folder would land beside it.
    let home = outer.path().join("a/b/c");
    fs::create_dir_all(&home).unwrap();
    let into = home.join("into");
    let checked = check(&path, kind, &Never);
    let unpacked = unpack(&path, &into, &Never);
    match ends {
        Ends::Well(expected) => {
            checked.unwrap_or_else(|e| panic!("{label}: {e:?}"));
            let held = unpacked.unwrap_or_else(|e| panic!("{label}: {e:?}"));
            let listed: Vec<_> = members(&path).unwrap();
            let sizes = expected.iter().map(|(name, bytes)| Member { name: (*name).into(), bytes: bytes.len() as u64 });
            assert_eq!(listed, sizes.collect::<Vec<_>>(), "{label}");
            let held_as = |(name, bytes): &(&str, Vec<u8>)| HeldFile {
                path: (*name).into(),
                bytes: bytes.len() as u64,
                sha256: Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect(),
            };
            assert_eq!(held, expected.iter().map(held_as).collect::<Vec<_>>(), "{label}");
            let found = tree(&into);
            assert_eq!(found, expected.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect(), "{label}");
        }
        Ends::Damaged(words) | Ends::Harmful(words) | Ends::Unsupported(words) => {
            for (what, result) in [("check", checked), ("unpack", unpacked.map(drop))] {
                let Err(Stop::Failed(error)) = result else { panic!("{label}: {what} lets it pass: {result:?}") };
                let right = matches!(
                    (&error, ends),
                    (PackageError::Damaged { .. }, Ends::Damaged(_))
                        | (PackageError::Harmful { .. }, Ends::Harmful(_))
                        | (PackageError::Unsupported { .. }, Ends::Unsupported(_))
                );
                assert!(right && error.to_string().contains(words), "{label}: {what} says {error:?}, not {words}");
                let says_what_to_do = ["fetch", "get the product", "unpack it with another", "choose a product"];
                assert!(says_what_to_do.iter().any(|w| error.to_string().contains(w)), "{label}: {error}");
            }
            assert!(!into.exists(), "{label}: unpacking leaves something");
        }
    }
    fs::remove_dir_all(&into).unwrap_or_default();
    fs::remove_file(&path).unwrap();
    assert!(tree(outer.path()).is_empty(), "{label}: {:?} lies beside the folder", tree(outer.path()).keys());
}

/// Every file below a folder, with its bytes.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Bytes that do not pack, and are the same each time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    })
    .take(length)
    .collect()
}

/// Every place of `from` becomes `to`, which is as long.
fn renamed(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let places: Vec<_> = bytes.windows(from.len()).enumerate().filter(|(_, w)| *w == from).map(|(at, _)| at).collect();
    assert!(!places.is_empty(), "{} is in it", String::from_utf8_lossy(from));
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}
