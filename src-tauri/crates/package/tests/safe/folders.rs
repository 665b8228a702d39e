use std::fs;
use std::path::Path;

use swath_domain::{Band, Never, Sensor, Stop};
use swath_package::safe::check_folder;
use swath_package::{PackageError, root};

use super::safe_folder;

const B04: &str = "GRANULE/L1C_T56JMM_A015757_20180629T000241/IMG_DATA/T56JMM_20180629T000241_B04.jp2";
const B08: &str = "GRANULE/L1C_T56JMM_A015757_20180629T000241/IMG_DATA/T56JMM_20180629T000241_B08.jp2";

fn check(folder: &Path, bands: Option<&[Band]>, words: Option<&str>) {
    let found = check_folder(folder, bands.map(|bands| (Sensor::Sentinel2L1c, bands)), &Never);
    match (found, words) {
        (Ok(()), None) => {}
        (Err(Stop::Failed(error @ PackageError::Damaged { .. })), Some(words)) => assert!(error.to_string().contains(words), "{error}"),
        (found, words) => panic!("{found:?} instead of {words:?}"),
    }
}

#[test]
fn a_folder_is_checked_file_by_file() {
    let files: [(&str, &[u8]); 3] = [("MTD_MSIL1C.xml", b"<a/>"), (B04, b"red pixels"), (B08, b"nir pixels")];
    for algorithm in ["MD5", "SHA3-256"] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        safe_folder(folder, &files, algorithm);
        check(folder, None, None);
        // Files that the manifest does not know do no harm.
        fs::write(folder.join("notes.txt"), "mine").unwrap();
        check(folder, None, None);
        fs::remove_file(folder.join(B08)).unwrap();
        check(folder, None, Some("_B08.jp2` is missing"));
        check(folder, Some(&[Band::Red]), None);
        check(folder, Some(&[Band::Red, Band::Nir]), Some("_B08.jp2` is missing"));
        fs::write(folder.join(B04), "red pixelz").unwrap();
        check(folder, Some(&[Band::Red]), Some("_B04.jp2` is not what the manifest lists"));
        fs::write(folder.join(B04), "red").unwrap();
        check(folder, Some(&[Band::Red]), Some("_B04.jp2` has 3 bytes instead of 10"));
        check(folder, Some(&[]), None);
        fs::remove_file(folder.join("MTD_MSIL1C.xml")).unwrap();
        check(folder, Some(&[]), Some("`MTD_MSIL1C.xml` is missing"));
        fs::write(folder.join("manifest.safe"), "<html/>").unwrap();
        check(folder, None, Some("a document of another kind"));
        fs::remove_file(folder.join("manifest.safe")).unwrap();
        check(folder, None, Some("`manifest.safe` is missing"));
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_no_file_of_a_product() {
    let folder = tempfile::tempdir().unwrap();
    safe_folder(folder.path(), &[("MTD_MSIL1C.xml", b"<a/>")], "MD5");
    fs::rename(folder.path().join("MTD_MSIL1C.xml"), folder.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink("elsewhere", folder.path().join("MTD_MSIL1C.xml")).unwrap();
    check(folder.path(), None, Some("`MTD_MSIL1C.xml` is missing"));
}

#[test]
fn the_root_of_files_is_the_folder_that_holds_them_all() {
    let held = |paths: &[&str]| {
        let file = |path: &&str| swath_domain::HeldFile { path: (*path).into(), bytes: 0, sha256: String::new() };
        root(&paths.iter().map(file).collect::<Vec<_>>()).map(str::to_owned)
    };
    assert_eq!(held(&["X.SAFE/a", "X.SAFE/b/c"]).as_deref(), Some("X.SAFE"));
    assert_eq!(held(&["X.SAFE/a", "b"]), None);
    assert_eq!(held(&["a", "b"]), None);
    assert_eq!(held(&["X.SAFE/a", "X.SAFE2/b"]), None);
    assert_eq!(held(&[]), None);
}
