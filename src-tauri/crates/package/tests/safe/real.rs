//! Real products, where they are at hand, and what GDAL makes of parts of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use swath_domain::{Band, Checksum, FileKind, Never, Sensor, Stop};
use swath_package::safe::{Manifest, check_folder, longest_path, read};
use swath_package::{PackageError, check, members, root, unpack};

fn rasters() -> Option<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let root = std::env::var_os("SWATH_SHARED").map_or(here, PathBuf::from).join("data/rasters");
    root.is_dir().then_some(root)
}

/// What `gdalinfo` says; `None` where it is not installed.
fn gdalinfo(of: &str) -> Option<String> {
    let output = Command::new("gdalinfo").args(["-checksum", of]).env("GDAL_PAM_ENABLED", "NO").output().ok()?;
    Some(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

/// Copies the files of a part, and those only.
fn copy_part(from: &Path, to: &Path, manifest: &Manifest, sensor: Sensor, bands: &[Band]) {
    for path in manifest.partial(sensor, bands).iter().map(|file| file.path.as_str()).chain(["manifest.safe"]) {
        if from.join(path).is_file() {
            let to = to.join(path);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(from.join(path), to).unwrap();
        }
    }
}

const L1C: &str = "S2A_MSIL1C_20180629T000241_N0206_R030_T56JMM_20180629T012042";

#[test]
fn a_real_safe_zip_is_checked_and_unpacked() {
    let Some(rasters) = rasters() else { return println!("skipped: no real products at SWATH_SHARED") };
    let zip = rasters.join(format!("sentinel-2/L1C-SAFE-zip-T56JMM-20180629/{L1C}.zip"));
    check(&zip, FileKind::Zip, &Never).unwrap();
    let listed = members(&zip).unwrap();
    assert_eq!(listed.iter().map(|m| m.bytes).sum::<u64>(), 14_304_373);
    let folder = tempfile::tempdir().unwrap();
    let named = folder.path().join(format!("{L1C}.SAFE.zip"));
    fs::copy(&zip, &named).unwrap();
    let into = folder.path().join("into");
    let held = unpack(&named, &into, &Never).unwrap();
    assert_eq!(root(&held), Some(format!("{L1C}.SAFE").as_str()));
    assert_eq!(held.len(), listed.len());
    let safe = into.join(format!("{L1C}.SAFE"));
    // All documents are as ESA made them; the images have been thinned, so that their digests do not fit any more.
    check_folder(&safe, Some((Sensor::Sentinel2L1c, &[])), &Never).unwrap_or_else(|stop| match stop {
        Stop::Failed(PackageError::Damaged { what, .. }) if what.contains("PVI.jp2") => {}
        other => panic!("{other:?}"),
    });
    let error = check_folder(&safe, None, &Never).unwrap_err();
    assert!(matches!(&error, Stop::Failed(PackageError::Damaged { what, .. }) if what.contains("_B01.jp2")), "{error:?}");
    // One whose name promises a folder that it does not have.
    let headless =
        rasters.join("sentinel-2/L1C-partial-SAFE-T31TDH-20180101/S2A_MSIL1C_20180101T105441_N0206_R051_T31TDH_20180101T124911.zip");
    check(&headless, FileKind::Zip, &Never).unwrap();
    fs::copy(&headless, &named).unwrap();
    let error = check(&named, FileKind::Zip, &Never).unwrap_err();
    assert!(matches!(&error, Stop::Failed(PackageError::Damaged { .. })), "{error:?}");
    let cut = fs::read(&zip).unwrap();
    fs::write(&named, &cut[..cut.len() / 2]).unwrap();
    assert!(check(&named, FileKind::Zip, &Never).is_err(), "half a product");
}

#[test]
fn real_tars_are_checked_and_unpacked() {
    let Some(rasters) = rasters() else { return println!("skipped: no real products at SWATH_SHARED") };
    for (name, kind, files, bytes) in [
        ("LC08_L1TP_090084_20160121_20170405_01_T1.tar.gz", FileKind::Gzip, 14, 216_745),
        ("LE07_L1TP_107068_20220310_20220405_02_T1.tar", FileKind::Tar, 32, 272_270),
    ] {
        let path = rasters.join("landsat/bundle-tar").join(name);
        check(&path, kind, &Never).unwrap();
        let listed = members(&path).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let held = unpack(&path, &folder.path().join("into"), &Never).unwrap();
        assert_eq!(
            held.iter().map(|h| (&h.path, h.bytes)).collect::<Vec<_>>(),
            listed.iter().map(|m| (&m.name, m.bytes)).collect::<Vec<_>>()
        );
        assert_eq!((held.len(), held.iter().map(|h| h.bytes).sum::<u64>()), (files, bytes), "{name}");
        let cut = folder.path().join(name);
        fs::write(&cut, &fs::read(&path).unwrap()[..60_000]).unwrap();
        assert!(matches!(check(&cut, kind, &Never), Err(Stop::Failed(PackageError::Damaged { .. }))), "{name} cut off");
    }
}

#[test]
fn real_manifests_are_read() {
    let Some(rasters) = rasters() else { return println!("skipped: no real products at SWATH_SHARED") };
    let fragments = "sentinel-2/safe-metadata-fragments";
    for (path, sensor, files, sha3, product) in [
        ("S2A_MSIL1C_20210908T042701_N0301_R133_T46RER_20210908T070248.SAFE", Sensor::Sentinel2L1c, 97, true, true),
        ("S2A_MSIL2A_20190212T192651_N0212_R013_T07HFE_20201007T160857.SAFE", Sensor::Sentinel2L2a, 106, false, true),
        ("S2A_MSIL2A_20230625T234621_N0509_R073_T01WCP_20230626T022157.SAFE", Sensor::Sentinel2L2a, 86, true, true),
        ("S1A_IW_GRDH_1SDV_20210809T173953_20210809T174018_039156_049F13_6FF8", Sensor::Sentinel1Grd, 11, false, false),
    ] {
        let folder =
            if product { rasters.join(fragments).join(path) } else { rasters.join("sentinel-1/GRD-SAFE-annotation-S1A_IW_20210809") };
        let read = read(&fs::read(folder.join("manifest.safe")).unwrap()).unwrap();
        assert_eq!(read.files.len(), files, "{path}");
        let right = |file: &swath_package::safe::ManifestFile| match &file.checksum {
            Some(Checksum::Sha3(_)) => sha3,
            Some(Checksum::Md5(_)) => !sha3,
            _ => false,
        };
        assert!(read.files.iter().all(|file| right(file) && file.bytes.is_some()), "{path}");
        let longest = read.files.iter().map(|file| file.path.len()).max().unwrap();
        let name = path.trim_end_matches(".SAFE");
        let told = longest_path(path, sensor, None);
        assert!(told >= name.len() + 6 + longest, "{path}: {told} units are told, {} needed", name.len() + 6 + longest);
        let part = read.partial(sensor, &[Band::Red, Band::Vv]).iter().map(|file| file.bytes.unwrap()).sum::<u64>();
        let whole = read.files.iter().map(|file| file.bytes.unwrap()).sum::<u64>();
        println!("{name}: {} files, {:.1} MB whole, {:.1} MB for one band", files, whole as f64 / 1e6, part as f64 / 1e6);
        assert!(part < whole, "{path}");
    }
}

/// Checksums of the bands that GDAL finds in a dataset of a product, by their names.
fn bands(of: &str) -> Vec<(String, u32)> {
    let said = gdalinfo(of).unwrap_or_default();
    let mut found = Vec::new();
    let mut sum = 0;
    for line in said.lines().map(str::trim) {
        if let Some(number) = line.strip_prefix("Checksum=") {
            sum = number.parse().unwrap();
        } else if let Some(name) = line.strip_prefix("BANDNAME=") {
            found.push((name.to_owned(), sum));
        }
    }
    found
}

#[test]
fn gdal_opens_a_part_of_a_sentinel_2_product() {
    let Some(rasters) = rasters() else { return println!("skipped: no real products at SWATH_SHARED") };
    let Some(said) = gdalinfo("--formats") else { return println!("skipped: gdalinfo is not installed") };
    if !said.contains("SENTINEL2") || !said.contains("JP2OpenJPEG") {
        return println!("skipped: GDAL has no driver for Sentinel-2");
    }
    let folder = tempfile::tempdir().unwrap();
    let zip = rasters.join(format!("sentinel-2/L1C-SAFE-zip-T56JMM-20180629/{L1C}.zip"));
    unpack(&zip, &folder.path().join("whole"), &Never).unwrap();
    let (whole, part) = (folder.path().join(format!("whole/{L1C}.SAFE")), folder.path().join(format!("part/{L1C}.SAFE")));
    let manifest = read(&fs::read(whole.join("manifest.safe")).unwrap()).unwrap();
    copy_part(&whole, &part, &manifest, Sensor::Sentinel2L1c, &[Band::Red, Band::Nir08]);
    let main = gdalinfo(&part.join("MTD_MSIL1C.xml").to_string_lossy()).unwrap();
    assert!(main.contains("Driver: SENTINEL2/Sentinel 2"), "{main}");
    let dataset = |product: &Path, metres: &str| format!("SENTINEL2_L1C:{}:{metres}:EPSG_32756", product.join("MTD_MSIL1C.xml").display());
    for (metres, wanted) in [("10m", "B4"), ("20m", "B8A")] {
        let (all, some) = (bands(&dataset(&whole, metres)), bands(&dataset(&part, metres)));
        assert_eq!(all.len(), some.len(), "the same bands, some of them empty");
        for ((name, before), (_, after)) in all.iter().zip(&some) {
            assert_eq!(*after, if name == wanted { *before } else { 0 }, "{name}");
            assert_ne!(*before, 0, "{name} has pixels");
        }
        println!("{metres}: {some:?}");
    }
}

/// Level 2A with the real documents of a product, and images made by GDAL on its grids.
#[test]
fn gdal_opens_a_part_of_level_2a() {
    let Some(rasters) = rasters() else { return println!("skipped: no real products at SWATH_SHARED") };
    let from = rasters.join("sentinel-2/safe-metadata-fragments/S2A_MSIL2A_20230625T234621_N0509_R073_T01WCP_20230626T022157.SAFE");
    let scene = rasters.join("sentinel-2/earth-search-33TWL-2023-08-series/S2A_33TWL_20230815_0_L2A");
    let manifest = read(&fs::read(from.join("manifest.safe")).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (whole, part) = (folder.path().join("whole.SAFE"), folder.path().join("part.SAFE"));
    for (path, source) in [("R10m/T01WCP_20230625T234621_B04_10m", "B04"), ("R20m/T01WCP_20230625T234621_SCL_20m", "SCL")] {
        let image = whole.join(format!("GRANULE/L2A_T01WCP_A041826_20230625T234624/IMG_DATA/{path}.jp2"));
        fs::create_dir_all(image.parent().unwrap()).unwrap();
        let kind = if source == "SCL" { "Byte" } else { "UInt16" };
        let arguments = ["-q", "-of", "JP2OpenJPEG", "-ot", kind];
        let made = Command::new("gdal_translate").args(arguments).arg(scene.join(format!("{source}.tif"))).arg(&image).status();
        if !made.is_ok_and(|status| status.success()) {
            return println!("skipped: gdal_translate is not installed or cannot write JPEG 2000");
        }
    }
    for path in ["MTD_MSIL2A.xml", "manifest.safe", "GRANULE/L2A_T01WCP_A041826_20230625T234624/MTD_TL.xml"] {
        fs::copy(from.join(path), whole.join(path)).unwrap();
    }
    copy_part(&whole, &part, &manifest, Sensor::Sentinel2L2a, &[Band::Red, Band::Scl]);
    for (metres, wanted) in [("10m", "B4"), ("20m", "SCL")] {
        let found = bands(&format!("SENTINEL2_L2A:{}:{metres}:EPSG_32601", part.join("MTD_MSIL2A.xml").display()));
        let filled: Vec<_> = found.iter().filter(|(_, sum)| *sum != 0).map(|(name, _)| name.as_str()).collect();
        assert_eq!(filled, [wanted], "{metres}: {found:?}");
    }
}

#[test]
fn gdal_opens_a_part_of_a_sentinel_1_product() {
    let Some(rasters) = rasters() else { return println!("skipped: no real products at SWATH_SHARED") };
    let Some(said) = gdalinfo("--formats") else { return println!("skipped: gdalinfo is not installed") };
    if !said.contains("SAFE -raster-") {
        return println!("skipped: GDAL has no driver for SAFE");
    }
    let from = rasters.join("sentinel-1/GRD-SAFE-annotation-S1A_IW_20210809");
    let measured = rasters.join("sentinel-1/GRD-measurement-with-gcps-S1A_IW_20180716/measurement/iw-vv.tiff");
    let folder = tempfile::tempdir().unwrap();
    let (whole, part) = (folder.path().join("whole.SAFE"), folder.path().join("part.SAFE"));
    let manifest = read(&fs::read(from.join("manifest.safe")).unwrap()).unwrap();
    copy_part(&from, &whole, &manifest, Sensor::Sentinel1Grd, &[Band::Vv, Band::Vh]);
    fs::create_dir(whole.join("measurement")).unwrap();
    for file in manifest.files.iter().filter(|file| file.path.starts_with("measurement/")) {
        fs::copy(&measured, whole.join(&file.path)).unwrap();
    }
    for (band, name, other) in [(Band::Vv, "VV", "VH"), (Band::Vh, "VH", "VV")] {
        fs::remove_dir_all(&part).unwrap_or_default();
        copy_part(&whole, &part, &manifest, Sensor::Sentinel1Grd, &[band]);
        assert_eq!(fs::read_dir(part.join("measurement")).unwrap().count(), 1);
        let manifest = part.join("manifest.safe");
        let main = gdalinfo(&manifest.to_string_lossy()).unwrap();
        assert!(main.contains("Driver: SAFE/Sentinel-1 SAR SAFE Product") && main.contains("GCP[  0]"), "{main}");
        let one = |polarisation| gdalinfo(&format!("SENTINEL1_CALIB:UNCALIB:{}:IW_{polarisation}:AMPLITUDE", manifest.display())).unwrap();
        let said = one(name);
        assert!(said.contains("Checksum=") && !said.contains("Checksum=0"), "{name}: {said}");
        assert!(!one(other).contains("Checksum="), "{other} is not there");
    }
}
