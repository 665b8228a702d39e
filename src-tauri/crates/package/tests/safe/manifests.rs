use swath_domain::{Band, Checksum, Sensor};
use swath_package::PackageError;
use swath_package::safe::{longest_path, read};

use super::manifest;

#[test]
fn a_manifest_lists_files_with_their_digests() {
    for (algorithm, expected) in [
        ("MD5", Checksum::Md5("9dd4e461268c8034f5c8564e155c67a6".into())),
        ("md5", Checksum::Md5("9dd4e461268c8034f5c8564e155c67a6".into())),
        ("SHA3-256", Checksum::Sha3("c5c30c4ba56a1b0fc3ca3e1d3eb0a01b2d0e2c1c".into())),
    ] {
        let text = manifest(&[("GRANULE/a.jp2", b"x"), ("b.xml", b"<a/>")], if algorithm == "md5" { "MD5" } else { algorithm });
        let text = if algorithm == "md5" { text.replace("MD5", "md5") } else { text };
        let read = read(text.as_bytes()).unwrap();
        let seen: Vec<_> = read.files.iter().map(|f| (f.path.as_str(), f.bytes, f.mime.as_str())).collect();
        assert_eq!(seen, [("GRANULE/a.jp2", Some(1), "application/octet-stream"), ("b.xml", Some(4), "application/octet-stream")]);
        match (&read.files[0].checksum, expected) {
            (Some(Checksum::Sha3(digest)), Checksum::Sha3(_)) => assert_eq!(digest.len(), 64),
            (found, expected) => assert_eq!(found.as_ref(), Some(&expected), "{algorithm}"),
        }
    }
}

#[test]
fn what_a_manifest_does_not_say_is_not_made_up() {
    let text = "<xfdu:XFDU><byteStream><fileLocation href=\"a &amp; b.xml\"/><checksum checksumName=\"SHA3-256\">abc</checksum></byteStream></xfdu:XFDU>";
    let read = read(text.as_bytes()).unwrap();
    let file = &read.files[0];
    assert_eq!((file.path.as_str(), file.bytes, &file.checksum, file.mime.as_str()), ("a & b.xml", None, &None, ""));
}

#[test]
fn bad_manifests_are_refused() {
    let with = |href: &str| manifest(&[("HREF", b"x"), ("other.xml", b"y")], "MD5").replace("./HREF", href);
    for (text, harmful, words) in [
        (with("../../evil"), true, "leads out of the folder"),
        (with("/etc/passwd"), true, "root of the disk"),
        (with("https://example.com/a"), true, ""),
        (with("a\\b"), true, "backslashes"),
        (with("./other.xml"), true, "holds `other.xml` twice"),
        (with("./OTHER.xml"), true, "case does not count"),
        (with("./other.xml/a"), true, "a file and a folder"),
        (manifest(&[], "MD5"), false, "it lists no files"),
        (with("a").replace("</dataObjectSection></xfdu:XFDU>", ""), false, "before its first element does"),
        ("<html><body/></html>".into(), false, "a document of another kind"),
        ("no".into(), false, "it lists no files"),
        ("<!DOCTYPE x [<!ENTITY a \"b\">]><xfdu:XFDU/>".into(), true, "unfold without end"),
        ("<a".into(), false, "not XML"),
    ] {
        let error = read(text.as_bytes()).unwrap_err();
        assert_eq!(matches!(error, PackageError::Harmful { .. }), harmful, "{error:?}");
        assert!(error.to_string().contains(words), "{error} does not say {words}");
    }
    assert!(matches!(read(b"\xff\xfe"), Err(PackageError::Damaged { .. })));
}

fn check_part(sensor: Sensor, files: &[&str], bands: &[Band], left_out: &[&str]) {
    let text = manifest(&files.iter().map(|f| (*f, b"x".as_slice())).collect::<Vec<_>>(), "MD5");
    let read = read(text.as_bytes()).unwrap();
    let kept: Vec<_> = read.partial(sensor, bands).into_iter().map(|f| f.path.as_str()).collect();
    let expected: Vec<_> = files.iter().copied().filter(|f| !left_out.contains(f)).collect();
    assert_eq!(kept, expected, "{bands:?}");
}

#[test]
fn a_part_of_level_2a_has_its_metadata_and_its_bands_at_their_own_resolution() {
    const G: &str = "GRANULE/L2A_T01WCP_A041826_20230625T234624";
    let image = |folder: &str, what: &str| format!("{G}/IMG_DATA/{folder}/T01WCP_20230625T234621_{what}.jp2");
    let images = [
        image("R10m", "AOT_10m"),
        image("R10m", "B02_10m"),
        image("R10m", "B04_10m"),
        image("R10m", "B08_10m"),
        image("R10m", "TCI_10m"),
        image("R20m", "B01_20m"),
        image("R20m", "B02_20m"),
        image("R20m", "B04_20m"),
        image("R20m", "B8A_20m"),
        image("R20m", "SCL_20m"),
        image("R60m", "B01_60m"),
        image("R60m", "B04_60m"),
        image("R60m", "B8A_60m"),
        image("R60m", "SCL_60m"),
        image("R60m", "WVP_60m"),
    ];
    let masks = [
        "MSK_CLDPRB_20m.jp2",
        "MSK_CLDPRB_60m.jp2",
        "MSK_SNWPRB_20m.jp2",
        "MSK_DETFOO_B02.jp2",
        "MSK_DETFOO_B04.jp2",
        "MSK_QUALIT_B8A.jp2",
    ];
    let masks = masks.map(|name| format!("{G}/QI_DATA/{name}"));
    let rest =
        ["MTD_MSIL2A.xml", "INSPIRE.xml", "HTML/UserProduct_index.html", "DATASTRIP/DS_2APS_20230626T022157_S20230625T234624/MTD_DS.xml"];
    let more = [
        "MTD_TL.xml",
        "AUX_DATA/AUX_ECMWFT",
        "QI_DATA/GENERAL_QUALITY.xml",
        "QI_DATA/MSK_CLASSI_B00.jp2",
        "QI_DATA/T01WCP_20230625T234621_PVI.jp2",
    ];
    let more = more.map(|name| format!("{G}/{name}"));
    let files: Vec<&str> = rest.into_iter().chain(more.iter().chain(&images).chain(&masks).map(String::as_str)).collect();
    let check = |bands: &[Band], kept: &[&str]| {
        let left: Vec<&str> = images.iter().chain(&masks).map(String::as_str).filter(|f| !kept.iter().any(|k| f.ends_with(k))).collect();
        assert_eq!(left.len() + kept.len(), images.len() + masks.len(), "the table names files that are there");
        check_part(Sensor::Sentinel2L2a, &files, bands, &left);
    };
    check(
        &[Band::Red, Band::Scl],
        &["R10m/T01WCP_20230625T234621_B04_10m.jp2", "R20m/T01WCP_20230625T234621_SCL_20m.jp2", "MSK_DETFOO_B04.jp2"],
    );
    check(&[Band::Coastal, Band::Nir08], &["B01_60m.jp2", "B8A_20m.jp2", "MSK_QUALIT_B8A.jp2"]);
    check(&[Band::CloudProbability], &["MSK_CLDPRB_20m.jp2"]);
    check(&[Band::SnowProbability, Band::Blue], &["MSK_SNWPRB_20m.jp2", "B02_10m.jp2", "MSK_DETFOO_B02.jp2"]);
    // There is none in it, nor at this level.
    check(&[Band::Swir16, Band::Cirrus, Band::Vv], &[]);
    check(&[], &[]);
}

#[test]
fn parts_of_other_products() {
    let l1c = [
        "MTD_MSIL1C.xml",
        "GRANULE/L1C_T56JMM_A015757_20180629T000241/MTD_TL.xml",
        "GRANULE/L1C_T56JMM_A015757_20180629T000241/IMG_DATA/T56JMM_20180629T000241_B04.jp2",
        "GRANULE/L1C_T56JMM_A015757_20180629T000241/IMG_DATA/T56JMM_20180629T000241_B10.jp2",
        "GRANULE/L1C_T56JMM_A015757_20180629T000241/IMG_DATA/T56JMM_20180629T000241_TCI.jp2",
        "GRANULE/L1C_T56JMM_A015757_20180629T000241/QI_DATA/MSK_CLOUDS_B00.gml",
        "GRANULE/L1C_T56JMM_A015757_20180629T000241/QI_DATA/MSK_DEFECT_B04.gml",
        "GRANULE/L1C_T56JMM_A015757_20180629T000241/QI_DATA/MSK_DEFECT_B10.gml",
    ];
    check_part(Sensor::Sentinel2L1c, &l1c, &[Band::Red], &[l1c[3], l1c[4], l1c[7]]);
    check_part(Sensor::Sentinel2L1c, &l1c, &[Band::Cirrus], &[l1c[2], l1c[4], l1c[6]]);
    // Each tile of a product of before 2017 by itself: one has the band at 10 m, the other at 20 m only.
    let old = [
        "S2A_OPER_MTD_SAFL1C_PDMC_20160318T145513_R022_V20160317T100012_20160317T100756.xml",
        "GRANULE/S2A_OPER_MSI_L2A_TL_SGS__20160317T182407_A003836_T32TQM_N02.01/IMG_DATA/R10m/S2A_USER_MSI_L2A_TL_SGS__20160317T182407_A003836_T32TQM_B04_10m.jp2",
        "GRANULE/S2A_OPER_MSI_L2A_TL_SGS__20160317T182407_A003836_T32TQM_N02.01/IMG_DATA/R20m/S2A_USER_MSI_L2A_TL_SGS__20160317T182407_A003836_T32TQM_B04_20m.jp2",
        "GRANULE/S2A_OPER_MSI_L2A_TL_SGS__20160317T182407_A003836_T32TQN_N02.01/IMG_DATA/R20m/S2A_USER_MSI_L2A_TL_SGS__20160317T182407_A003836_T32TQN_B04_20m.jp2",
    ];
    check_part(Sensor::Sentinel2L2a, &old, &[Band::Red], &[old[2]]);
    let base = "s1a-iw-grd-vh-20210809t173953-20210809t174018-039156-049f13-002";
    let grd = [
        format!("annotation/{base}.xml"),
        format!("annotation/calibration/noise-{base}.xml"),
        format!("measurement/{base}.tiff"),
        format!("measurement/{}.tiff", base.replace("-vh-", "-vv-")),
        "preview/quick-look.png".into(),
    ];
    let grd: Vec<&str> = grd.iter().map(String::as_str).collect();
    check_part(Sensor::Sentinel1Grd, &grd, &[Band::Vv], &[grd[2]]);
    check_part(Sensor::Sentinel1Grd, &grd, &[Band::Vh], &[grd[3]]);
    check_part(Sensor::Sentinel1Grd, &grd, &[Band::Vh, Band::Vv, Band::Hh], &[]);
    check_part(Sensor::Sentinel1Grd, &grd, &[], &[grd[2], grd[3]]);
}

#[test]
fn lengths_of_paths_are_those_of_real_products() {
    let l2a = "S2A_MSIL2A_20230625T234621_N0509_R073_T01WCP_20230626T022157";
    for (name, sensor, bands, units) in [
        (l2a.to_owned(), Sensor::Sentinel2L2a, None, 157),
        (format!("{l2a}.SAFE.zip"), Sensor::Sentinel2L2a, None, 157),
        (format!("{l2a}.SAFE"), Sensor::Sentinel2L2a, Some([Band::Red].as_slice()), 157),
        (l2a.to_owned(), Sensor::Sentinel2L2a, Some(&[]), 148),
        (l2a.replace("L2A", "L1C"), Sensor::Sentinel2L1c, None, 148),
        ("S1A_IW_GRDH_1SDV_20210809T173953_20210809T174018_039156_049F13_6A3D".into(), Sensor::Sentinel1Grd, None, 175),
        ("LC08_L2SP_123032_20240512_20240520_02_T1".into(), Sensor::LandsatC2L2, None, 104),
    ] {
        assert_eq!(longest_path(&name, sensor, bands), units, "{name} {bands:?}");
    }
    let old = "S2A_OPER_PRD_MSIL1C_PDMC_20160318T145513_R022_V20160317T100012_20160317T100756";
    let units = longest_path(old, Sensor::Sentinel2L1c, None);
    assert!((227..=240).contains(&units), "{units}");
}
