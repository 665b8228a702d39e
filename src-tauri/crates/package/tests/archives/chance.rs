//! Archives in which chance has changed some bytes.

use std::io::{Cursor, Write};

use swath_domain::FileKind;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

/// Whatever is changed: no panic, nothing outside of the folder, and nothing left of what was refused.
fn check_changed(name: &str, kind: FileKind, good: &[u8]) {
    let outer = tempfile::tempdir().unwrap();
    let (path, home) = (outer.path().join(name), outer.path().join("a/b/c"));
    fs::create_dir_all(&home).unwrap();
    let mut dice = noise(100_000).into_iter().map(usize::from).cycle();
    let mut roll = move |below: usize| (dice.next().unwrap() << 16 | dice.next().unwrap() << 8 | dice.next().unwrap()) % below;
    let mut passed = 0;
    for _ in 0..1500 {
        let mut bytes = good.to_vec();
        for _ in 0..=roll(3) {
            let at = roll(bytes.len());
            match roll(5) {
                0 => bytes[at] = 0xff,
                1 => bytes[at] = roll(256) as u8,
                2 => bytes[at..].iter_mut().take(8).for_each(|byte| *byte = 0xff),
                3 => bytes[at..].iter_mut().take(4).for_each(|byte| *byte = 0),
                _ => bytes.truncate(at.max(1)),
            }
        }
        fs::write(&path, &bytes).unwrap();
        let into = home.join("into");
        let checked = check(&path, kind, &Never);
        let listed = members(&path);
        let unpacked = unpack(&path, &into, &Never);
        assert!(checked.is_err() || unpacked.is_ok(), "what passes can be unpacked: {unpacked:?}");
        match &unpacked {
            Ok(held) => {
                assert_eq!(held.len(), tree(&into).len());
                assert!(listed.is_ok());
                passed += 1;
                fs::remove_dir_all(&into).unwrap();
            }
            Err(_) => assert!(!into.exists()),
        }
        fs::remove_file(&path).unwrap();
        assert!(tree(outer.path()).is_empty(), "nothing lies beside the folder");
    }
    assert!(passed < 750, "{name}: most changes are seen, {passed} pass");
}

#[test]
fn changed_archives_never_do_harm() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, method) in [("a/b.TIF", CompressionMethod::Deflated), ("a/c.TIF", CompressionMethod::Stored)] {
        writer.start_file(name, SimpleFileOptions::default().compression_method(method).large_file(true)).unwrap();
        writer.write_all(&noise(60)).unwrap();
    }
    let zip = writer.finish().unwrap().into_inner();
    let mut builder = tar::Builder::new(Vec::new());
    builder.append_pax_extensions([("path", b"a/long.TIF".as_slice()), ("size", b"700")]).unwrap();
    for name in ["a/b.TIF", "a/c.TIF"] {
        let mut header = tar::Header::new_gnu();
        header.set_size(700);
        builder.append_data(&mut header, name, &*noise(700)).unwrap();
    }
    let tar = builder.into_inner().unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&tar).unwrap();
    check_changed("a.zip", FileKind::Zip, &zip);
    check_changed("a.tar.gz", FileKind::Gzip, &gzip.finish().unwrap());
}
