use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};

use swath_domain::{Monitor, Report, Stop};
use swath_raster::vector::AreaFile;

use super::formats::{shp, zip};
use super::outcome;

/// Says stop when asked for the third time.
#[derive(Default)]
struct Impatient(AtomicU32);

impl Monitor for Impatient {
    fn report(&self, _: Report) {}

    fn is_cancelled(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) >= 2
    }
}

#[test]
fn hostile_files_are_refused_quickly_and_with_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE kml [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><kml><Placemark><name>&b;</name></Placemark></kml>";
    let many = |open: &str, close: &str| format!("{}{}", open.repeat(200_000), close.repeat(200_000));
    let vertices = format!("{{\"type\":\"LineString\",\"coordinates\":[{}[0,0]]}}", "[1,1],".repeat(5_100_000));
    let mut lying = shp(&[(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.0, 0.0)]);
    lying[148..152].copy_from_slice(&u32::MAX.to_le_bytes());
    let zeros = vec![0u8; 520 << 20];
    let huge = folder.path().join("huge.geojson");
    fs::File::create(&huge).unwrap().set_len(2 << 30).unwrap();
    let nested =
        format!("{{\"type\":\"GeometryCollection\",\"geometries\":[{}]}}", many("{\"type\":\"GeometryCollection\",\"geometries\":[", "]}"));
    for (path, expected) in [
        (write("bomb.kml", bomb.as_bytes()), "damaged"),
        (write("deep.kml", format!("<kml>{}</kml>", many("<Folder>", "</Folder>")).as_bytes()), "damaged"),
        (write("deep.geojson", nested.as_bytes()), "damaged"),
        (write("deep.wkt", format!("{}POINT(0 0){}", "GEOMETRYCOLLECTION(".repeat(100_000), ")".repeat(100_000)).as_bytes()), "damaged"),
        (write("bomb.zip", &zip(&[("a.shp", &zeros)])), "too-large"),
        (write("many.geojson", vertices.as_bytes()), "too-large"),
        (write("lying.shp", &lying), "1:no-area"),
        (write("cut.zip", &zip(&[("a.shp", b"x")])[..40]), "damaged"),
        (write("notes.txt", b"hello"), "unknown-format"),
        (write("a.vrt", b"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/vsicurl/http://192.0.2.1/a</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"), "unknown-format"),
        (write("empty.json", b""), "no-features"),
        (write("a.gpkg", b"SQLite format 3\0 and then nothing"), "damaged"),
        (write("asks.gpkg", b"SQLite format 3\0 CREATE VIEW v AS SELECT OGR_Geocode('x')"), "damaged"),
        (huge, "too-large"),
        (folder.path().to_owned(), "not-a-file"),
        (folder.path().join("missing.kml"), "unreadable"),
        (folder.path().join("missing.shp"), "unreadable"),
        ("/dev/zero".into(), "not-a-file"),
        ("/vsicurl/http://192.0.2.1/a.geojson".into(), "unreadable"),
    ] {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let read = AreaFile::open(&path, &swath_domain::Never);
        if let Err(Stop::Failed(error)) = &read {
            assert!(!error.to_string().contains(&*folder.path().parent().unwrap().to_string_lossy()), "{error}");
        }
        assert_eq!(outcome(read), expected, "{name}");
    }
    let many = write("points.csv", format!("lon,lat\n{}", "1,1\n".repeat(100_000)).as_bytes());
    assert_eq!(outcome(AreaFile::open(&many, &Impatient::default())), "cancelled");
}
