//! Downloads and the disk: what a kill, a power cut, a full or a vanished folder leave, and what becomes of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "the tables of faults are meant to be read")]

mod common;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;

use common::get::Get;
use common::{Fault, Watch};
use swath_domain::{Access, Checksum, FileKind, FileSource, Never, Stop};
use swath_remote::{Client, ClientOptions, RemoteError};

const LENGTH: usize = 3_000_000;
const CAME: u64 = 2_500_000;

/// A download that was cancelled after [`CAME`] bytes.
async fn cut() -> Get {
    let get = Get::new(LENGTH).await;
    get.server.fault(Fault::Stall(CAME as usize));
    let watch = Watch { cancel_after: Some(CAME), ..Watch::default() };
    assert_eq!(get.run(&watch).await, Err(Stop::Cancelled));
    get.server.reset();
    get
}

/// What of a part is used after something happened to it; it must become the file in any case.
async fn check(what: &str, kept: std::ops::RangeInclusive<u64>, spoil: impl Fn(&mut Vec<u8>, &mut Vec<u8>)) {
    let get = cut().await;
    let (mut part, mut journal) = (std::fs::read(get.beside(".part")).unwrap(), std::fs::read(get.beside(".journal")).unwrap());
    spoil(&mut part, &mut journal);
    std::fs::write(get.beside(".part"), part).unwrap();
    std::fs::write(get.beside(".journal"), journal).unwrap();
    let watch = Watch::default();
    get.whole(&watch).await;
    let found = watch.kept.load(Ordering::SeqCst);
    println!("{what}: {found} of {CAME} bytes kept, {} fetched", get.server.sent());
    assert!(kept.contains(&found), "{what}: {found}");
    assert_eq!(found + get.server.sent(), LENGTH as u64, "{what}");
}

#[tokio::test]
async fn whatever_happens_to_a_part_it_becomes_the_file() {
    // A mebibyte, and what of an answer came with its end.
    let piece = 1_500_000;
    check("nothing", CAME..=CAME, |_, _| ()).await;
    check("a line cut off", CAME - piece..=CAME - 1, |_, journal| journal.truncate(journal.len() - 3)).await;
    check("rubbish behind the journal", CAME..=CAME, |_, journal| {
        journal.extend(b"\0\0\0 1 2 3 4\n12 9 aa\nxyz\n0 99999999999 00000000\n7")
    })
    .await;
    check("a piece that never reached the disk", CAME - piece..=CAME - 1, |part, _| part[1_500_000..1_600_000].fill(0)).await;
    check("one wrong bit", CAME - piece..=CAME - 1, |part, _| part[5] ^= 1).await;
    check("a part cut off", 1..=CAME - 1, |part, _| part.truncate(CAME as usize - 1)).await;
    check("no part", 0..=0, |part, _| part.clear()).await;
    check("no journal", 0..=0, |_, journal| journal.clear()).await;
    check("a journal without its head", 0..=0, |_, journal| {
        let end = journal.iter().position(|byte| *byte == b'\n').unwrap();
        journal.drain(..=end);
    })
    .await;
    check("a head that is rubbish", 0..=0, |_, journal| journal[3] = 0xff).await;
    check("a head of another format", 0..=0, |_, journal| {
        let text = String::from_utf8(journal.clone()).unwrap().replace("\"swath_download\":1", "\"swath_download\":9");
        *journal = text.into_bytes();
    })
    .await;
    check("a longer part", CAME..=CAME, |part, _| part.resize(5_000_000, 7)).await;
}

#[tokio::test]
async fn a_part_of_another_file_is_not_gone_on_with() {
    let mut get = cut().await;
    get.source.href = format!("{}/other/B04.tif", get.server.address);
    get.source.checksum = None;
    let watch = Watch::default();
    get.whole(&watch).await;
    assert_eq!((watch.kept.load(Ordering::SeqCst), get.server.sent()), (0, LENGTH as u64));
}

#[tokio::test]
async fn a_folder_that_vanishes_fails_and_leaves_nothing_behind() {
    let get = Get::new(LENGTH).await;
    get.server.fault(Fault::Status(503, "retry-after", "1".into(), "later"));
    let folder = get.folder.path().to_owned();
    let vanish = async {
        while get.server.requests() == 0 {
            tokio::task::yield_now().await;
        }
        std::fs::remove_dir_all(&folder).unwrap();
    };
    let watch = Watch::default();
    let (got, ()) = futures::join!(get.run(&watch), vanish);
    assert!(matches!(got, Err(Stop::Failed(RemoteError::Disk { full: false, .. }))), "{got:?}");
}

/// Needs the right to mount a small disk.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_says_so_and_everything_is_kept_until_there_is_room() {
    struct Mounted<'a>(&'a Path);
    impl Drop for Mounted<'_> {
        fn drop(&mut self) {
            let _ = Command::new("umount").arg(self.0).status();
        }
    }
    let get = Get::new(LENGTH).await;
    let mount = |size: &str| {
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", size, "tmpfs"]).arg(get.folder.path()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    if !mount("size=2m") {
        println!("skipped: no small disk can be mounted");
        return;
    }
    let _mounted = Mounted(get.folder.path());
    let error = get.fails(&Watch::default()).await;
    assert!(matches!(error, RemoteError::Disk { full: true, .. }) && error.code() == "disk-full", "{error}");
    let watch = Watch::default();
    assert_eq!(get.run(&watch).await.unwrap_err(), Stop::Failed(error), "still full");
    let kept = watch.kept.load(Ordering::SeqCst);
    assert!(kept >= 1_000_000, "{kept}");
    assert!(mount("remount,size=8m"));
    let watch = Watch::default();
    get.whole(&watch).await;
    assert!(watch.kept.load(Ordering::SeqCst) >= kept, "{watch:?}");
}

/// The part of [`kills_lose_nothing`] that is killed.
#[tokio::test]
#[ignore = "started by another test"]
async fn child_that_is_killed() {
    let (Ok(href), Ok(to)) = (std::env::var("SWATH_TEST_HREF"), std::env::var("SWATH_TEST_TO")) else { return };
    let client = Client::new(ClientOptions::default()).unwrap();
    client.set_bandwidth(Some(8 << 20));
    let source = FileSource { href, provider: "p".into(), access: Access::Open, size: None, checksum: None };
    client.download(&source, FileKind::Tiff, Path::new(&to), &Never).await.unwrap();
}

#[tokio::test]
async fn kills_lose_nothing() {
    let get = Get::new(6_000_000).await;
    let mut kept = 0;
    for kill in 1..=4u64 {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--ignored", "--exact", "child_that_is_killed"]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.env("SWATH_TEST_HREF", &get.source.href).env("SWATH_TEST_TO", get.to()).spawn().unwrap();
        // By what the journal says, which is what counts.
        let noted = || std::fs::read_to_string(get.beside(".journal")).map_or(0, |text| text.lines().skip(1).count() as u64);
        while noted() < kill && child.try_wait().unwrap().is_none() {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!get.to().exists(), "killed before its end");
        assert!(noted() >= kill);
    }
    let source =
        FileSource { checksum: Some(Checksum::Sha256(common::get::sha256(&get.server.file.lock().unwrap()))), ..get.source.clone() };
    let get = Get { source, ..get };
    let watch = Watch::default();
    get.whole(&watch).await;
    kept += watch.kept.load(Ordering::SeqCst);
    assert!(kept >= 2_000_000, "{watch:?}");
    assert_eq!(kept + watch.fetched.load(Ordering::SeqCst), 6_000_000);
}
