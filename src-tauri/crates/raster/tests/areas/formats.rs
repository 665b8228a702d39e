use std::fs;
use std::io::Write;

use flate2::{Compression, write::DeflateEncoder};
use swath_raster::vector::AreaFile;

use super::outcome;

/// A square degree at the equator: 12 308.8 km² (12 308.78).
const RING: [(f64, f64); 5] = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)];

/// A .shp of one polygon.
pub(super) fn shp(ring: &[(f64, f64)]) -> Vec<u8> {
    let mut record = 5u32.to_le_bytes().to_vec();
    record.extend([0; 32]);
    record.extend(1u32.to_le_bytes());
    record.extend((ring.len() as u32).to_le_bytes());
    record.extend(0u32.to_le_bytes());
    record.extend(ring.iter().flat_map(|(x, y)| [x.to_le_bytes(), y.to_le_bytes()]).flatten());
    let mut file = vec![0u8; 100];
    file[..4].copy_from_slice(&[0, 0, 0x27, 0x0a]);
    file[28..36].copy_from_slice(&[0xe8, 3, 0, 0, 5, 0, 0, 0]);
    file.extend(1u32.to_be_bytes());
    file.extend((record.len() as u32 / 2).to_be_bytes());
    file.extend(record);
    file
}

/// A .dbf of one row with one column.
pub(super) fn dbf(field: &[u8], value: &[u8], language: u8) -> Vec<u8> {
    let mut file = vec![0u8; 64];
    file[0] = 3;
    file[4] = 1;
    file[8..10].copy_from_slice(&65u16.to_le_bytes());
    file[10..12].copy_from_slice(&41u16.to_le_bytes());
    file[29] = language;
    file[32..32 + field.len()].copy_from_slice(field);
    file[43] = b'C';
    file[48] = 40;
    file.push(0x0d);
    file.push(b' ');
    file.extend(value.iter().copied().chain(std::iter::repeat(b' ')).take(40));
    file
}

pub(super) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        let packed = encoder.finish().unwrap();
        let mut head = vec![20, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        head.extend((packed.len() as u32).to_le_bytes());
        head.extend((bytes.len() as u32).to_le_bytes());
        head.extend((name.len() as u16).to_le_bytes());
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&head);
        directory.extend([0; 12]);
        directory.extend(0u16.to_le_bytes());
        directory.truncate(directory.len() - 2);
        directory.extend((out.len() as u32).to_le_bytes());
        directory.extend(name.as_bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&head);
        out.extend([0; 2]);
        out.extend(name.as_bytes());
        out.extend(packed);
    }
    let at = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend((files.len() as u16).to_le_bytes());
    out.extend((files.len() as u16).to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0; 2]);
    out
}

const KML: &str = r#"<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>d</name><NetworkLink><Link><href>http://192.0.2.1/x.kml</href></Link></NetworkLink><Placemark><name>a &amp; b</name><Polygon><outerBoundaryIs><LinearRing><coordinates>0,0,5 1,0,5
 1,1,5 0, 1, 5 0,0,5</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"#;
const GPX: &str = r#"<gpx version="1.1"><wpt lat="1" lon="2"/><trk><name>t</name><trkseg><trkpt lat="0" lon="0"/><trkpt lat="0" lon="1"/><trkpt lat="1" lon="1"/><trkpt lat="1" lon="0"/><trkpt lat="0" lon="0"/></trkseg></trk></gpx>"#;

#[test]
fn every_format_is_read() {
    let (shp, prj) = (shp(&RING), &b"GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,298.257223563]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]]"[..]);
    let (gbk, _, _) = encoding_rs::GBK.encode("北京市朝阳区");
    let table = dbf(b"NAME", &gbk, 0x4d);
    let wkt = "POLYGON((0 0,1 0,1 1,0 1,0 0))";
    let zipped = zip(&[("a/B.SHP", &shp), ("a/B.PRJ", prj), ("__MACOSX/a/._B.SHP", b"x"), ("../../c.shp", &shp), ("../../c.prj", prj)]);
    let kmz = zip(&[("files/x.png", b"x"), ("doc.kml", KML.as_bytes())]);
    for (name, bytes, expected) in [
        ("a.geojson", r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}"#.as_bytes(), "1:12308.8"),
        ("a.kml", KML.as_bytes(), "1:12308.8 dropped-z"),
        ("a.kmz", &kmz, "1:12308.8 dropped-z"),
        ("a.gpx", GPX.as_bytes(), "1:3.1 buffered; 1:12308.8 closed-line"),
        ("a.wkt", wkt.as_bytes(), "1:12308.8"),
        ("a.csv", b"name;lon;lat\na;0,5;1\nb;10;\n", "2:3.1 left-out-features buffered"),
        ("a.tsv", "经度\t纬度\n116.4\t39.9\n".as_bytes(), "1:3.1 buffered"),
        ("b.csv", b"id,wkt\n1,\"POLYGON((0 0,1 0,1 1,0 1,0 0))\"\n", "1:12308.8"),
        ("a.zip", &zipped, "1:12308.8; 1:12308.8"),
        ("alone.shp", &shp, "1:12308.8 assumed-lon-lat"),
        ("named.json", b"\xef\xbb\xbf{\"type\":\"Point\",\"coordinates\":[0,0]}", "1:3.1 buffered"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        assert_eq!(outcome(AreaFile::open(&path, &swath_domain::Never)), expected, "{name}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is written beside {name}");
    }
    for (language, cpg, value) in [
        (0x4d, None, &gbk[..]),
        (0, None, &gbk),
        (0x57, None, &gbk),
        (0, Some("GBK"), &gbk),
        (0, Some("936"), &gbk),
        (0, None, "北京市朝阳区".as_bytes()),
        (0, Some("UTF-8"), "北京市朝阳区".as_bytes()),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let at = |name| folder.path().join(name);
        fs::write(at("区.shp"), &shp).unwrap();
        fs::write(at("区.PRJ"), prj).unwrap();
        fs::write(at("区.DBF"), dbf(b"NAME", value, language)).unwrap();
        if let Some(cpg) = cpg {
            fs::write(at("区.cpg"), cpg).unwrap();
        }
        let file = AreaFile::open(&at("区.DBF"), &swath_domain::Never).unwrap();
        assert_eq!(file.features(0, 0, 9).unwrap()[0].label, "北京市朝阳区", "{language:x} {cpg:?}");
        assert_eq!((file.layers()[0].crs.as_deref(), file.layers()[0].fields.as_slice()), (Some("EPSG:4326"), &["NAME".to_owned()][..]));
    }
    assert!(!table.is_empty());
}

#[test]
fn pasted_text_is_what_the_rules_say() {
    for (text, expected) in [
        ("0 0 1 1", "1:12308.8"),
        ("[0.0, 0.0, 1.0, 1.0]", "1:12308.8"),
        ("179.5,-0.5,-179.5,0.5", "1:12309.0"),
        ("1 0 0 -1", "not-recognised"),
        ("500000 4649776 500010 4649786", "out-of-range"),
        ("SRID=4326;POLYGON((0 0,1 0,1 1,0 1,0 0))", "1:12308.8"),
        ("POLYGON((0 0,1 0,1 1,0 1,0 0))\nPOLYGON((1 0,2 0,2 1,1 1,1 0))", "2:24617.6 merged-features"),
        ("SRID=32633;POLYGON((500000 5000000,501000 5000000,501000 5001000,500000 5001000,500000 5000000))", "1:1.0 reprojected"),
        ("POLYGON((500000 5000000,501000 5000000,501000 5001000,500000 5000000))", "1:unknown-crs"),
        ("POLYGON((0 0,1 0,1 1", "damaged"),
        (KML, "1:12308.8 dropped-z"),
        (GPX, "1:3.1 buffered; 1:12308.8 closed-line"),
        ("lon,lat\n0,0\n", "1:3.1 buffered"),
        ("hello", "not-recognised"),
        ("15.2 45.3", "not-recognised"),
        ("", "not-recognised"),
        ("999/001", "no-such-tile"),
    ] {
        assert_eq!(outcome(AreaFile::parse(text)), expected, "{text}");
    }
}
