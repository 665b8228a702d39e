use std::process::Command;

use super::*;
use crate::testing::{at, class_file, file};

/// Draws a holding, and gives back the size of the picture and its pixel in the middle.
fn check(holding: &Path, sensor: Sensor) -> ((u32, u32), [u8; 4]) {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.webp", "a.png"] {
        of_holding(holding, sensor, &folder.path().join(name)).unwrap_or_else(|e| panic!("{}: {e}", holding.display()));
    }
    let image = image::open(folder.path().join("a.png")).unwrap().to_rgba8();
    assert_eq!(image, image::open(folder.path().join("a.webp")).unwrap().to_rgba8());
    (image.dimensions(), image.get_pixel(image.width() / 2, image.height() / 2).0)
}

/// A folder of Landsat's files: red is bright, green dark, blue in between.
fn landsat(folder: &Path) -> PathBuf {
    let holding = folder.join("LC08_L2SP_123032_20240512_20240520_02_T1");
    fs::create_dir(&holding).unwrap();
    let grid = at(0.0, 0.0, 30.0, 40, 40);
    for (label, value) in [("SR_B4", 3000), ("SR_B3", 1000), ("SR_B2", 2000)] {
        // A dark and a bright corner make the stretch the same for all.
        let mut pixels = vec![value; 1600];
        (pixels[0..200]).fill(1000);
        (pixels[200..400]).fill(3000);
        file(&holding, &format!("LC08_L2SP_123032_20240512_20240520_02_T1_{label}.TIF"), &grid, &pixels, None);
    }
    class_file(&holding, "LC08_L2SP_123032_20240512_20240520_02_T1_SR_QA_AEROSOL.TIF", &grid, &[7; 1600]);
    holding
}

#[test]
fn bands_become_a_picture_in_true_colour() {
    let folder = tempfile::tempdir().unwrap();
    let holding = landsat(folder.path());
    assert_eq!(check(&holding, Sensor::LandsatC2L2), ((40, 40), [255, 0, 128, 255]));
}

#[test]
fn archives_are_drawn_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let holding = landsat(folder.path());
    let name = holding.file_name().unwrap().to_str().unwrap();
    for (program, arguments, archive) in [
        ("tar", vec!["-cf", "bundle.tar"], "bundle.tar"),
        ("tar", vec!["-czf", "bundle.tar.gz"], "bundle.tar.gz"),
        ("tar", vec!["-cf", "no-ending"], "no-ending"),
        ("zip", vec!["-qr", "bundle.zip"], "bundle.zip"),
        ("zip", vec!["-q0r", "no ending {1}.SAFE.zip"], "no ending {1}.SAFE.zip"),
    ] {
        let run = Command::new(program).args(&arguments).arg(name).current_dir(folder.path()).status();
        if !run.is_ok_and(|status| status.success()) {
            println!("skipped: {program} is not installed");
            continue;
        }
        assert_eq!(check(&folder.path().join(archive), Sensor::LandsatC2L2), ((40, 40), [255, 0, 128, 255]), "{archive}");
    }
    let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.retain(|name| name != holding.file_name().unwrap());
    assert!(left.len() <= 5, "nothing is written beside the archives: {left:?}");
    assert_eq!(fs::read_dir(&holding).unwrap().count(), 4, "nor beside the files");
}

#[test]
fn single_images_and_quick_looks() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 10.0, 640, 320);
    let tif =
        file(folder.path(), "T33TWL_20250818_B04.tif", &grid, &(0..640 * 320).map(|n| (n % 640) as u16 + 1).collect::<Vec<_>>(), None);
    let ((width, height), [r, g, b, alpha]) = check(&tif, Sensor::Sentinel2L2a);
    assert_eq!((width, height, alpha), (320, 160, 255));
    assert!(r == g && g == b && (120..136).contains(&r), "the middle is grey: {r}");
    // A quick-look is taken as it is, before any band.
    let safe = folder.path().join("S1A.SAFE");
    fs::create_dir_all(safe.join("preview")).unwrap();
    fs::create_dir_all(safe.join("measurement")).unwrap();
    image::RgbImage::from_pixel(50, 30, image::Rgb([10, 200, 30])).save(safe.join("preview/quick-look.png")).unwrap();
    file(&safe.join("measurement"), "s1a-iw-grd-vv.tiff", &grid, &vec![9; 640 * 320], None);
    assert_eq!(check(&safe, Sensor::Sentinel1Grd), ((50, 30), [10, 200, 30, 255]));
    // One that cannot be read gives way to the measurement.
    fs::write(safe.join("preview/quick-look.png"), b"\x89PNG\r\n").unwrap();
    assert_eq!(check(&safe, Sensor::Sentinel1Grd), ((320, 160), [255; 4]));
}

#[test]
fn what_cannot_be_drawn_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.webp");
    fs::create_dir(folder.path().join("empty")).unwrap();
    fs::write(folder.path().join("text.xml"), "<a/>").unwrap();
    let grid = at(0.0, 0.0, 10.0, 20, 20);
    let none = file(folder.path(), "none.tif", &grid, &[0; 400], Some(0.0));
    for path in [folder.path().join("empty"), folder.path().join("text.xml"), none, folder.path().join("gone")] {
        let error = of_holding(&path, Sensor::Sentinel2L2a, &out).unwrap_err();
        assert!(matches!(error, RasterError::Unsupported { .. } | RasterError::Open { .. }), "{error}");
        assert!(!out.exists());
    }
}

#[test]
fn real_products_are_drawn() {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let root = std::env::var_os("SWATH_SHARED").map_or(here, PathBuf::from).join("data/rasters");
    if !root.is_dir() {
        return println!("skipped: no real products at SWATH_SHARED");
    }
    for (path, sensor) in [
        ("sentinel-2/L1C-SAFE-zip-T56JMM-20180629/S2A_MSIL1C_20180629T000241_N0206_R030_T56JMM_20180629T012042.zip", Sensor::Sentinel2L1c),
        (
            "sentinel-2/L1C-partial-SAFE-T31TDH-20180101/S2A_MSIL1C_20180101T105441_N0206_R051_T31TDH_20180101T124911.zip",
            Sensor::Sentinel2L1c,
        ),
        ("landsat/bundle-tar/LE07_L1TP_107068_20220310_20220405_02_T1.tar", Sensor::LandsatC2L1),
        ("landsat/bundle-tar/LC08_L1TP_090084_20160121_20170405_01_T1.tar.gz", Sensor::LandsatC2L1),
        ("landsat/C2-L2-overview-LC08_L2SP_008059_20191201", Sensor::LandsatC2L2),
        ("sentinel-1/GRD-measurement-with-gcps-S1A_IW_20180716", Sensor::Sentinel1Grd),
        ("sentinel-1/terrain-corrected-gamma0-db/S1A__IW___A_20150309T173017_VV_grd_mli_geo_norm_db.tif", Sensor::Sentinel1Rtc),
        ("sentinel-2/earth-search-33TWL-2023-08-series/S2A_33TWL_20230815_0_L2A/SCL.tif", Sensor::Sentinel2L2a),
    ] {
        let ((width, height), middle) = check(&root.join(path), sensor);
        println!("{width} x {height}, {middle:?} in the middle: {path}");
        assert!(width.max(height) > 5);
    }
}
