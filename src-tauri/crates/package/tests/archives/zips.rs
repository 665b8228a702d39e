use std::io::{Cursor, Write};

use swath_domain::FileKind;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

fn stored() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Stored)
}

fn deflated() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)
}

fn zip(files: &[(&str, &[u8])], options: SimpleFileOptions) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        match name.strip_suffix('/') {
            Some(folder) => writer.add_directory(folder, options).unwrap(),
            None => {
                writer.start_file(*name, options).unwrap();
                writer.write_all(bytes).unwrap();
            }
        }
    }
    writer.finish().unwrap().into_inner()
}

/// A manifest that lists one file, and is long enough to be packed.
fn manifest(file: &str) -> Vec<u8> {
    let padding = "<!-- padding -->".repeat(300);
    format!("<xfdu:XFDU>{padding}<byteStream><fileLocation href=\"./{file}\"/></byteStream></xfdu:XFDU>").into_bytes()
}

/// With lengths and CRC behind the members, as programs write that cannot go back.
fn streamed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ZipWriter::new_stream(&mut bytes);
    for (name, content) in files {
        writer.start_file(*name, deflated()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap();
    bytes
}

fn end(bytes: &[u8]) -> usize {
    bytes.windows(4).rposition(|w| w == b"PK\x05\x06").unwrap()
}

/// The same with the records of zip64 at its end.
fn with_large_end(bytes: &[u8]) -> Vec<u8> {
    let at = end(bytes);
    let number = |at: usize, length: usize| {
        let mut wide = [0; 8];
        wide[..length].copy_from_slice(&bytes[at..at + length]);
        wide
    };
    let (entries, size, place) = (number(at + 10, 2), number(at + 12, 4), number(at + 16, 4));
    let mut out = bytes[..at].to_vec();
    out.extend(b"PK\x06\x06");
    out.extend(44u64.to_le_bytes());
    out.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    out.extend(entries);
    out.extend(entries);
    out.extend(size);
    out.extend(place);
    out.extend(b"PK\x06\x07\0\0\0\0");
    out.extend((at as u64).to_le_bytes());
    out.extend(1u32.to_le_bytes());
    out.extend(b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0");
    out
}

/// A change to the number of `length` bytes at an offset in the directory entry with this index.
fn in_directory(bytes: &[u8], index: usize, offset: usize, value: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    let entry = bytes.windows(4).enumerate().filter(|(_, w)| *w == b"PK\x01\x02").nth(index).unwrap().0;
    out[entry + offset..entry + offset + value.len()].copy_from_slice(value);
    out
}

#[test]
fn zips_of_every_writer_are_read() {
    let (text, image) = (manifest("GRANULE/T/IMG_DATA/B04.jp2"), noise(3 << 20));
    let all: Vec<(&str, &[u8])> =
        vec![("X.SAFE/manifest.safe", &text), ("X.SAFE/GRANULE/T/IMG_DATA/B04.jp2", &image), ("X.SAFE/empty", b"")];
    let well = || Ends::Well(all.iter().map(|(name, bytes)| (*name, bytes.to_vec())).collect());
    let with_folders: Vec<(&str, &[u8])> =
        [("X.SAFE/", b"".as_slice()), ("X.SAFE/GRANULE/T/", b"")].into_iter().chain(all.clone()).collect();
    let mut comment = zip(&all, deflated());
    let length = comment.len();
    comment[length - 2..].copy_from_slice(&9u16.to_le_bytes());
    comment.extend(b"PK\x05\x06 odd!");
    for (label, bytes) in [
        ("stored", zip(&all, stored())),
        ("deflated", zip(&all, deflated())),
        ("with folders", zip(&with_folders, deflated())),
        ("with data descriptors", streamed(&all)),
        ("with zip64 numbers", zip(&all, deflated().large_file(true))),
        ("with a zip64 end", with_large_end(&zip(&all, stored()))),
        ("with a comment that looks like an end", comment),
        ("with modes", zip(&all, deflated().unix_permissions(0o777))),
    ] {
        for name in ["X.zip", "X.SAFE.zip", "lies.tar"] {
            let kind = FileKind::Zip;
            if name != "lies.tar" || label == "stored" {
                try_all(label, name, kind, &bytes, &well());
            }
        }
    }
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let good = zip(&[("first.txt", b"1"), ("abcdefghijk", b"evil"), ("Second.txt", b"2")], stored());
    let named = |name: &str| {
        assert_eq!(name.len(), 11, "{name}");
        renamed(&good, b"abcdefghijk", name.as_bytes())
    };
    for (name, words) in [
        ("../../ab.sh", "leads out of the folder"),
        ("abc/../../x", "leads out of the folder"),
        ("/etc/passwd", "begins at the root of the disk"),
        ("..\\..\\ab.sh", "has backslashes"),
        ("C:/Windows/", "begins with a drive letter"),
        ("d:evil.text", "begins with a drive letter"),
        ("file.txt:ab", "cannot be the name of a file on every system"),
        ("folder/aux.", "cannot be the name of a file on every system"),
        ("a/CON.txt/b", "cannot be the name of a file on every system"),
        ("abc//defg/h", "has an empty part"),
        ("evil\nname.x", "cannot be the name of a file on every system"),
        ("abc\0def.tif", "cannot be the name of a file on every system"),
    ] {
        try_all(name, "a.zip", FileKind::Zip, &named(name), &Ends::Harmful(words));
    }
    try_all(
        "no text",
        "a.zip",
        FileKind::Zip,
        &renamed(&good, b"abcdefghijk", b"abc\xff\xfeefghij"),
        &Ends::Harmful("a name in it is no text"),
    );
    let clash = "are one file where case does not count";
    try_all(
        "case",
        "a.zip",
        FileKind::Zip,
        &renamed(&good, b"Second.txt", b"abCdefghij"),
        &Ends::Well(vec![("first.txt", b"1".into()), ("abcdefghijk", b"evil".into()), ("abCdefghij", b"2".into())]),
    );
    let three = zip(&[("aaaa.tif", b"1"), ("bbbb.tif", b"2"), ("cccc/d.x", b"3")], deflated());
    let is = |from: &str, to: &str| renamed(&three, from.as_bytes(), to.as_bytes());
    try_all("same name", "a.zip", FileKind::Zip, &is("bbbb.tif", "aaaa.tif"), &Ends::Harmful("it holds `aaaa.tif` twice"));
    try_all("other case", "a.zip", FileKind::Zip, &is("bbbb.tif", "AAAA.tif"), &Ends::Harmful(clash));
    try_all("other case of a folder", "a.zip", FileKind::Zip, &is("bbbb.tif", "CCCC/e.x"), &Ends::Harmful(clash));
    let both = renamed(&zip(&[("cccc", b"1"), ("dddd/d.x", b"2")], stored()), b"dddd", b"cccc");
    try_all("file and folder", "a.zip", FileKind::Zip, &both, &Ends::Harmful("a file and a folder"));
}

#[test]
fn links_and_devices_are_refused() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink("link", "/etc", stored()).unwrap();
    writer.start_file("link2/file", stored()).unwrap();
    let link = writer.finish().unwrap().into_inner();
    try_all("link", "a.zip", FileKind::Zip, &link, &Ends::Harmful("`link` is a link to another place"));
    let plain = zip(&[("a", b"x")], stored());
    let fifo = in_directory(&in_directory(&plain, 0, 5, &[3]), 0, 38, &(0o010_644u32 << 16).to_le_bytes());
    try_all("fifo", "a.zip", FileKind::Zip, &fifo, &Ends::Harmful("neither a file nor a folder"));
}

#[test]
fn what_is_not_whole_is_seen() {
    let image = noise(200_000);
    let good = zip(&[("a.jp2", &image), ("b.xml", &b"<a/>".repeat(900))], deflated());
    let plain = zip(&[("a.jp2", &image), ("b.xml", b"<a/>")], stored());
    for keep in [0, 3, 4, 30, 100, good.len() / 2, good.len() - 23, good.len() - 22, good.len() - 1] {
        try_all(&format!("cut to {keep}"), "a.zip", FileKind::Zip, &good[..keep], &Ends::Damaged(""));
    }
    let mut appended = good.clone();
    appended.extend(b"<?xml version=\"1.0\"?><Error><Code>Expired</Code></Error>");
    try_all("words behind the end", "a.zip", FileKind::Zip, &appended, &Ends::Damaged("no directory at its end"));
    let mut hole = plain.clone();
    hole[50_000..60_000].fill(0);
    try_all("a hole", "a.zip", FileKind::Zip, &hole, &Ends::Damaged("`a.jp2` is not what was packed (its CRC differs)"));
    try_all(
        "wrong CRC",
        "a.zip",
        FileKind::Zip,
        &in_directory(&plain, 1, 16, &[1, 2, 3, 4]),
        &Ends::Damaged("`b.xml` is not what was packed"),
    );
    let mut bits = good.clone();
    let inside = good.len() - 200;
    bits[inside] ^= 0xff;
    try_all("a wrong byte", "a.zip", FileKind::Zip, &bits, &Ends::Damaged(""));
    let moved = in_directory(&plain, 1, 42, &7u32.to_le_bytes());
    try_all("two at one place", "a.zip", FileKind::Zip, &moved, &Ends::Harmful("lies over another file"));
    let short = in_directory(&good, 0, 20, &100u32.to_le_bytes());
    try_all("a shorter member", "a.zip", FileKind::Zip, &short, &Ends::Damaged("`a.jp2` cannot be unpacked"));
    let less = in_directory(&good, 1, 24, &100u32.to_le_bytes());
    try_all("more than said", "a.zip", FileKind::Zip, &less, &Ends::Damaged("unpacks to more than it says"));
    let more = in_directory(&good, 1, 24, &4000u32.to_le_bytes());
    try_all("less than said", "a.zip", FileKind::Zip, &more, &Ends::Damaged("has 3600 bytes instead of 4000"));
    try_all("another name inside", "a.zip", FileKind::Zip, &in_directory(&good, 0, 46, b"c"), &Ends::Harmful("is called otherwise"));
    let mut two = with_large_end(&good);
    let at = end(&two);
    two[at + 10] = 1;
    two[at + 8] = 1;
    two[at + 9] = 0;
    two[at + 11] = 0;
    try_all("two directories", "a.zip", FileKind::Zip, &two, &Ends::Harmful("two directories that differ"));
    try_all("empty", "a.zip", FileKind::Zip, &zip(&[], stored()), &Ends::Damaged("there is no file in it"));
    try_all("only folders", "a.zip", FileKind::Zip, &zip(&[("a/", b"")], stored()), &Ends::Damaged("there is no file in it"));
    try_all("locked", "a.zip", FileKind::Zip, &in_directory(&good, 0, 8, &[1, 0]), &Ends::Unsupported("locked with a password"));
    try_all("bzip2", "a.zip", FileKind::Zip, &in_directory(&good, 0, 10, &[12, 0]), &Ends::Unsupported("packed by method 12"));
    for (label, page) in [("page", "<!DOCTYPE html><p>Sign in"), ("message", "{\"error\":1}"), ("nothing", "")] {
        let path = tempfile::tempdir().unwrap();
        let file = path.path().join("a.zip");
        std::fs::write(&file, page).unwrap();
        let error = check(&file, FileKind::Zip, &Never).unwrap_err();
        assert!(
            matches!(&error, Stop::Failed(e @ PackageError::Damaged { .. }) if e.to_string().contains("not those of a zip")),
            "{label}: {error:?}"
        );
    }
}

#[test]
fn bombs_do_not_go_off() {
    let zeros = vec![0; 1 << 20];
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("zeros.tif", deflated()).unwrap();
    for _ in 0..300 {
        writer.write_all(&zeros).unwrap();
    }
    let bomb = writer.finish().unwrap().into_inner();
    assert!(bomb.len() < 1 << 20);
    try_all("ratio", "a.zip", FileKind::Zip, &bomb, &Ends::Harmful("it would unpack to 300 MiB or more"));
    // One that keeps still about its size lets out as much as it says.
    let sly = in_directory(&bomb, 0, 24, &(5u32 << 20).to_le_bytes());
    try_all("sly", "a.zip", FileKind::Zip, &sly, &Ends::Damaged("unpacks to more than it says"));
    // Many entries for the same bytes.
    let one = zip(&[("a.bin", &noise(100_000))], deflated());
    let at = end(&one);
    let start = one.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    let entry = &one[start..at];
    let mut many = one[..start].to_vec();
    for number in 0..200u8 {
        let mut copy = entry.to_vec();
        copy[46..48].copy_from_slice(&[b'a' + number / 20, b'a' + number % 20]);
        many.extend(copy);
    }
    let size = (entry.len() * 200) as u32;
    many.extend(b"PK\x05\x06\0\0\0\0");
    many.extend([200, 0, 200, 0]);
    many.extend(size.to_le_bytes());
    many.extend((start as u32).to_le_bytes());
    many.extend([0, 0]);
    try_all("overlapping", "a.zip", FileKind::Zip, &many, &Ends::Harmful("lies over another file in it"));
    let small = zip(&[("a", &[b'x'; 5000])], deflated());
    let large = in_directory(&small, 0, 24, &(2u32 << 30).to_le_bytes());
    try_all("two gigabytes of nothing", "a.zip", FileKind::Zip, &large, &Ends::Harmful("it would unpack to 2048 MiB or more"));
    let lost = in_directory(&small, 0, 24, &u32::MAX.to_le_bytes());
    try_all("no number", "a.zip", FileKind::Zip, &lost, &Ends::Damaged("the zip64 numbers of `a` are missing"));
    let files: Vec<String> = (0..50_001).map(|n| format!("{n}")).collect();
    let crowd: Vec<(&str, &[u8])> = files.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    try_all("a crowd", "a.zip", FileKind::Zip, &zip(&crowd, stored()), &Ends::Harmful("more than 50000 files"));
}

#[test]
fn what_is_called_a_safe_is_one() {
    let safe = |files: &[&str]| zip(&files.iter().map(|name| (*name, b"x".as_slice())).collect::<Vec<_>>(), stored());
    for (files, words) in [
        (vec!["X.SAFE/manifest.safe", "Y.SAFE/manifest.safe"], "`Y.SAFE/manifest.safe` lies beside the SAFE folder"),
        (vec!["X.SAFE/manifest.safe", "read.me"], "`read.me` lies beside the SAFE folder"),
        (vec!["X.SAFE/MTD_MSIL1C.xml"], "is no SAFE folder with a manifest"),
        (vec!["X/manifest.safe"], "is no SAFE folder with a manifest"),
        (vec!["X.SAFE/in/manifest.safe"], "is no SAFE folder with a manifest"),
    ] {
        try_all(words, "X.SAFE.zip", FileKind::Zip, &safe(&files), &Ends::Damaged(words));
        let well = Ends::Well(files.iter().map(|name| (*name, b"x".to_vec())).collect());
        try_all("by another name", "X.zip", FileKind::Zip, &safe(&files), &well);
    }
    let listing = |manifest: &[u8]| zip(&[("X.SAFE/manifest.safe", manifest), ("X.SAFE/MTD_MSIL2A.xml", b"<a/>")], deflated());
    for (manifest, words) in [
        (manifest("GRANULE/T/IMG_DATA/B04.jp2"), "its manifest lists `GRANULE/T/IMG_DATA/B04.jp2`, which is not in it"),
        (manifest("measurement/iw-vv.tiff"), "its manifest lists `measurement/iw-vv.tiff`"),
        (b"rubbish".to_vec(), "it lists no files"),
        (b"<html/>".to_vec(), "a document of another kind"),
    ] {
        try_all(words, "X.SAFE.zip", FileKind::Zip, &listing(&manifest), &Ends::Damaged(words));
    }
    // Masks and the like are missing in some products from the beginning.
    let text = manifest("GRANULE/T/QI_DATA/MSK_DETFOO_B04.jp2");
    let well = vec![("X.SAFE/manifest.safe", text.clone()), ("X.SAFE/MTD_MSIL2A.xml", b"<a/>".to_vec())];
    try_all("without a mask", "X.SAFE.zip", FileKind::Zip, &listing(&text), &Ends::Well(well));
}
