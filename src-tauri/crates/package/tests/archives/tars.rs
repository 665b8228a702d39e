use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use swath_domain::FileKind;
use tar::{Builder, EntryType, Header};

use super::*;

const NAME: &str = "LC08_L2SP_123032_20240512_20240520_02_T1";

fn header(name: &[u8], kind: EntryType, bytes: u64) -> Header {
    let mut header = Header::new_gnu();
    // Written as bytes, since the library refuses what is to be tried here.
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_size(bytes);
    header.set_mode(0o644);
    header.set_cksum();
    header
}

fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (name, bytes) in files {
        if name.len() < 100 {
            builder.append(&header(name.as_bytes(), EntryType::Regular, bytes.len() as u64), *bytes).unwrap();
        } else {
            builder.append_data(&mut header(b"", EntryType::Regular, bytes.len() as u64), name, *bytes).unwrap();
        }
    }
    builder.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn one(name: &str, kind: EntryType) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    builder.append(&header(b"first.txt", EntryType::Regular, 2), b"ok".as_slice()).unwrap();
    builder.append(&header(name.as_bytes(), kind, 4), b"evil".as_slice()).unwrap();
    builder.into_inner().unwrap()
}

#[test]
fn tars_of_every_writer_are_read() {
    let image = noise(2_000_000);
    let (b4, mtl) = (format!("{NAME}_B4.TIF"), format!("{NAME}_MTL.txt"));
    let long = format!("{}/{}/{b4}", "x".repeat(80), "y".repeat(30));
    let names: [&'static str; 3] = [b4.leak(), mtl.leak(), long.leak()];
    let files: Vec<(&'static str, &[u8])> = vec![(names[0], &image), (names[1], b"GROUP = 1\n"), (names[2], &image[..511])];
    let well = || Ends::Well(files.iter().map(|(name, bytes)| (*name, bytes.to_vec())).collect());
    let plain = tar_of(&files);
    let mut pax = Builder::new(Vec::new());
    for (name, bytes) in &files {
        pax.append_pax_extensions([("path", name.as_bytes()), ("size", bytes.len().to_string().as_bytes()), ("mtime", b"1.5")]).unwrap();
        pax.append(&header(b"short", EntryType::Regular, bytes.len() as u64), *bytes).unwrap();
    }
    let mut ustar = Builder::new(Vec::new());
    for (name, bytes) in &files {
        let mut header = Header::new_ustar();
        header.set_path(name).unwrap();
        header.set_size(bytes.len() as u64);
        header.set_cksum();
        ustar.append(&header, *bytes).unwrap();
    }
    let mut folders = Builder::new(Vec::new());
    folders.append(&header(b"./", EntryType::Directory, 0), b"".as_slice()).unwrap();
    folders.append(&header(b"xxxx/", EntryType::Directory, 0), b"".as_slice()).unwrap();
    let with_folders = [&folders.into_inner().unwrap()[..1024], &plain].concat();
    let padded = [plain.as_slice(), &[0; 10_240]].concat();
    for (label, bytes) in [
        ("gnu", plain.clone()),
        ("pax", pax.into_inner().unwrap()),
        ("ustar", ustar.into_inner().unwrap()),
        ("with folders", with_folders),
        ("padded", padded),
    ] {
        try_all(label, "a.tar", FileKind::Tar, &bytes, &well());
        try_all(label, "a.tar.gz", FileKind::Gzip, &gzip(&bytes), &well());
    }
    let halves = [gzip(&plain[..1_000_000]), gzip(&plain[1_000_000..])].concat();
    try_all("gzip in two members", "a.tar.gz", FileKind::Gzip, &halves, &well());
}

#[test]
fn names_links_and_devices_are_refused() {
    use EntryType::*;
    for (name, kind, words) in [
        ("../../evil", Regular, "leads out of the folder"),
        ("/etc/passwd", Regular, "begins at the root of the disk"),
        ("a\\..\\b", Regular, "has backslashes"),
        ("C:/x", Regular, "begins with a drive letter"),
        ("a/nul", Regular, "cannot be the name of a file on every system"),
        ("FIRST.txt", Regular, "are one file where case does not count"),
        ("first.txt", Regular, "holds `first.txt` twice"),
        ("first.txt/x", Regular, "a file and a folder"),
        ("link", Symlink, "is a link to another place"),
        ("link", Link, "is a link to another place"),
        ("pipe", Fifo, "neither a file nor a folder"),
        ("disk", Block, "neither a file nor a folder"),
    ] {
        let bytes = one(name, kind);
        try_all(name, "a.tar", FileKind::Tar, &bytes, &Ends::Harmful(words));
        try_all(name, "a.tar.gz", FileKind::Gzip, &gzip(&bytes), &Ends::Harmful(words));
    }
    let mut pax = Builder::new(Vec::new());
    pax.append_pax_extensions([("path", b"../out".as_slice())]).unwrap();
    pax.append(&header(b"in", Regular, 1), b"x".as_slice()).unwrap();
    try_all("pax", "a.tar", FileKind::Tar, &pax.into_inner().unwrap(), &Ends::Harmful("leads out of the folder"));
    let mut gnu = Builder::new(Vec::new());
    gnu.append(&header(b"././@LongLink", GNULongName, 200_000), &*vec![b'x'; 200_000]).unwrap();
    gnu.append(&header(b"in", Regular, 1), b"x".as_slice()).unwrap();
    try_all("endless name", "a.tar", FileKind::Tar, &gnu.into_inner().unwrap(), &Ends::Harmful("200000 bytes long"));
    try_all("sparse", "a.tar", FileKind::Tar, &one("holes", GNUSparse), &Ends::Unsupported("is kept in a way"));
}

#[test]
fn what_is_not_whole_is_seen() {
    let good = tar_of(&[("a.TIF", &noise(5000)), ("b.TIF", &noise(700))]);
    // Header, 10 blocks, header, 2 blocks, two blocks of zeros.
    assert_eq!(good.len(), 512 * 16);
    for (keep, words) in [
        (512, "cut off inside `a.TIF`"),
        (3000, "cut off inside `a.TIF`"),
        (512 * 11, "without the blocks of zeros"),
        (512 * 11 + 200, "without the blocks of zeros"),
        (512 * 12 + 600, "cut off inside `b.TIF`"),
        (512 * 12 + 700, "cut off inside `b.TIF`"),
        (512 * 14, "without the blocks of zeros"),
    ] {
        try_all(&format!("cut to {keep}"), "a.tar", FileKind::Tar, &good[..keep], &Ends::Damaged(words));
        try_all(&format!("cut to {keep}"), "a.tar.gz", FileKind::Gzip, &gzip(&good[..keep]), &Ends::Damaged(words));
    }
    try_all(
        "one block of zeros",
        "a.tar",
        FileKind::Tar,
        &good[..512 * 15],
        &Ends::Well(vec![("a.TIF", noise(5000)), ("b.TIF", noise(700))]),
    );
    let packed = gzip(&good);
    for keep in [20, packed.len() / 2, packed.len() - 9, packed.len() - 1] {
        try_all(&format!("gzip cut to {keep}"), "a.tar.gz", FileKind::Gzip, &packed[..keep], &Ends::Damaged(""));
    }
    let mut wrong = packed.clone();
    let crc = packed.len() - 8;
    wrong[crc] ^= 1;
    try_all("wrong CRC", "a.tar.gz", FileKind::Gzip, &wrong, &Ends::Damaged("cannot be unpacked"));
    let mut header = good.clone();
    header[512 * 11 + 3] ^= 1;
    try_all("broken header", "a.tar", FileKind::Tar, &header, &Ends::Damaged("one of its headers is broken"));
    let page = [good.as_slice(), b"<Error><Code>Expired</Code></Error>"].concat();
    try_all("words behind the end", "a.tar", FileKind::Tar, &page, &Ends::Damaged("something else follows"));
    try_all("empty", "a.tar", FileKind::Tar, &vec![0; 1024], &Ends::Damaged(""));
    let length = header_with_size("x", 1 << 50);
    try_all("endless file", "a.tar", FileKind::Tar, &length, &Ends::Harmful("MiB long"));
    try_all("longer than it is", "a.tar", FileKind::Tar, &header_with_size("x", 1 << 30), &Ends::Damaged("cut off inside `x`"));
}

fn header_with_size(name: &str, bytes: u64) -> Vec<u8> {
    [header(name.as_bytes(), EntryType::Regular, bytes).as_bytes().as_slice(), &[0; 1024]].concat()
}

#[test]
fn bombs_do_not_go_off() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(header(b"zeros.TIF", EntryType::Regular, 1 << 30).as_bytes()).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..1024 {
        encoder.write_all(&zeros).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 2 << 20);
    try_all("gzip", "a.tar.gz", FileKind::Gzip, &bomb, &Ends::Harmful("it would unpack to 256 MiB or more"));
}

#[test]
fn a_gzip_that_is_no_tar_is_checked_by_its_own_sum() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.gz");
    let good = gzip(b"plain words");
    fs::write(&path, &good).unwrap();
    check(&path, FileKind::Gzip, &Never).unwrap();
    fs::write(&path, &good[..good.len() - 2]).unwrap();
    assert!(matches!(check(&path, FileKind::Gzip, &Never), Err(Stop::Failed(PackageError::Damaged { .. }))));
}
