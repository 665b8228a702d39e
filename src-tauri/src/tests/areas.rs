//! Areas from files: chosen, dropped, looked at, saved.

use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tauri::Listener;

use super::{PATIENCE, Rig, square, word};
use crate::dialogs::Dialogs;
use crate::view::{AreaFormat, ErrorCode::NotFound};

/// A dialog in which somebody chooses whatever the test says next.
fn chooser() -> (Dialogs, Arc<Mutex<Option<PathBuf>>>) {
    let next: Arc<Mutex<Option<PathBuf>>> = Arc::default();
    let (opened, saved) = (next.clone(), next.clone());
    let dialogs = Dialogs {
        open_area: Arc::new(move || opened.lock().unwrap().clone()),
        save_area: Arc::new(move |name, format| {
            assert_eq!((name, format), ("保护区", AreaFormat::GeoPackage));
            saved.lock().unwrap().clone()
        }),
        ..Dialogs::closed()
    };
    (dialogs, next)
}

/// Two polygons with Chinese attributes in code page 936, and a third feature without a shape: `.shp`, `.shx`, `.dbf`, `.cpg`, `.prj`.
pub(super) fn shapefile(folder: &Path) -> PathBuf {
    let rings =
        [[[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]], [[3.0, 0.0], [3.0, 1.0], [4.0, 1.0], [4.0, 0.0], [3.0, 0.0]]];
    let mut records: Vec<Vec<u8>> = Vec::new();
    for ring in rings {
        let mut record = 5_i32.to_le_bytes().to_vec();
        let (west, east) = (ring[0][0], ring[2][0]);
        [west, 0.0, east, 1.0].iter().for_each(|v: &f64| record.extend(v.to_le_bytes()));
        [1_i32, 5, 0].iter().for_each(|v| record.extend(v.to_le_bytes()));
        ring.iter().flatten().for_each(|v| record.extend(v.to_le_bytes()));
        records.push(record);
    }
    records.push(0_i32.to_le_bytes().to_vec());
    let head = |bytes: usize| {
        let mut head = vec![0; 100];
        head[..4].copy_from_slice(&9994_i32.to_be_bytes());
        head[24..28].copy_from_slice(&((100 + bytes) as i32 / 2).to_be_bytes());
        head[28..32].copy_from_slice(&1000_i32.to_le_bytes());
        head[32..36].copy_from_slice(&5_i32.to_le_bytes());
        for (at, value) in [0.0_f64, 0.0, 4.0, 1.0].into_iter().enumerate() {
            head[36 + 8 * at..44 + 8 * at].copy_from_slice(&value.to_le_bytes());
        }
        head
    };
    let (mut shp, mut shx) = (Vec::new(), Vec::new());
    for (number, record) in (1_i32..).zip(&records) {
        let (at, words) = ((100 + shp.len()) as i32 / 2, record.len() as i32 / 2);
        [at, words].iter().for_each(|v| shx.extend(v.to_be_bytes()));
        [number, words].iter().for_each(|v| shp.extend(v.to_be_bytes()));
        shp.extend(record);
    }
    // 名称 in code page 936; then 东湖, 西湖 and nothing.
    let names: [&[u8]; 3] = [b"\xb6\xab\xba\xfe", b"\xce\xf7\xba\xfe", b""];
    let mut dbf = vec![0x03, 125, 1, 1];
    dbf.extend((names.len() as u32).to_le_bytes());
    [65_u16, 21].iter().for_each(|v| dbf.extend(v.to_le_bytes()));
    dbf.resize(32, 0);
    let mut field = b"\xc3\xfb\xb3\xc6".to_vec();
    field.resize(11, 0);
    field.extend(b"C\0\0\0\0");
    field.push(20);
    field.resize(32, 0);
    dbf.extend(field);
    dbf.push(0x0d);
    for name in names {
        dbf.push(b' ');
        dbf.extend(name);
        dbf.extend(vec![b' '; 20 - name.len()]);
    }
    dbf.push(0x1a);
    let write = |ending: &str, bytes: &[u8]| std::fs::write(folder.join(format!("湖泊.{ending}")), bytes).unwrap();
    write("shp", &[head(shp.len()), shp].concat());
    write("shx", &[head(shx.len()), shx].concat());
    write("dbf", &dbf);
    write("cpg", b"GBK");
    let wgs84 = r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;
    write("prj", wgs84.as_bytes());
    folder.join("湖泊.shp")
}

#[test]
fn features_of_a_file_are_looked_at_and_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let (dialogs, next) = chooser();
    let rig = Rig::with(dialogs, &[]);
    *next.lock().unwrap() = Some(shapefile(folder.path()));
    let file = rig.call("area_import", json!({})).unwrap();
    assert!(!file.to_string().contains(&folder.path().display().to_string()), "no path reaches the page: {file}");
    let layer = &file["layers"][0];
    assert_eq!((file["name"].clone(), file["area"].clone()), (json!("湖泊.shp"), Value::Null));
    assert_eq!((layer["features"].clone(), layer["usable"].clone(), layer["geometry"].clone()), (json!(3), json!(2), json!("polygons")));
    assert_eq!((layer["name"].clone(), layer["fields"].clone()), (json!("湖泊"), json!(["名称"])));

    let of = |from: u32, count: u32| json!({ "key": file["key"], "layer": "湖泊", "from": from, "count": count });
    let features = rig.call("area_features", of(0, 100)).unwrap();
    let labels: Vec<_> = features.as_array().unwrap().iter().map(|feature| feature["label"].as_str().unwrap()).collect();
    assert_eq!(labels[..2], ["东湖", "西湖"]);
    assert_eq!((features[1]["values"].clone(), features[1]["id"].clone()), (json!(["西湖"]), json!(1)));
    assert!((features[0]["areaKm2"].as_f64().unwrap() - 12_309.0).abs() < 10.0 && features[0]["outline"].is_array(), "{features}");
    assert!(features[2]["areaKm2"].is_null() && features[2]["outline"].is_null(), "{features}");
    assert_eq!(rig.call("area_features", of(1, 1)).unwrap().as_array().unwrap().len(), 1);

    let choose = |features: Value| {
        let points = json!({ "kind": "buffer", "metres": 1000 });
        rig.call("area_choose", json!({ "key": file["key"], "layer": "湖泊", "features": features, "points": points })).unwrap()
    };
    let one = choose(json!([1]));
    assert_eq!((one["name"].clone(), one["bbox"].clone()), (json!("西湖"), json!([3.0, 0.0, 4.0, 1.0])));
    let all = choose(Value::Null);
    assert_eq!(
        (all["name"].clone(), all["bbox"].clone(), all["coordinates"].as_array().unwrap().len()),
        (json!("湖泊"), json!([0.0, 0.0, 4.0, 1.0]), 2)
    );
    assert!(all["notes"].as_array().unwrap().contains(&json!("merged-features")), "{all}");
    let other = json!({ "key": file["key"], "layer": "河流", "from": 0, "count": 1 });
    assert_eq!(rig.code("area_features", other), word(NotFound));

    // Two newer files, and the key is worth nothing.
    for _ in 0..2 {
        rig.call("area_from_text", json!({ "text": "0 0 1 1" })).unwrap();
    }
    assert_eq!(rig.code("area_features", of(0, 1)), word(NotFound));
}

#[test]
fn a_text_with_one_area_is_that_area() {
    let rig = Rig::new();
    let area = |text: &str| rig.call("area_from_text", json!({ "text": text })).unwrap()["area"].clone();
    assert_eq!(area("0 0 1 1")["bbox"], json!([0.0, 0.0, 1.0, 1.0]));
    assert!(area("33TWL")["mgrsTiles"].as_array().unwrap().contains(&json!("33TWL")));
    assert!(area("191/028")["areaKm2"].as_f64().unwrap() > 30_000.0);
    let wide = area("0 40 30 60");
    assert_eq!(wide["mgrsTiles"].as_array().unwrap().len(), 20);
    assert!(wide["mgrsTileCount"].as_u64().unwrap() > 100);
    let points = "name,lon,lat\nA,1,1\nB,2,2\n";
    let file = rig.call("area_from_text", json!({ "text": points })).unwrap();
    assert_eq!((file["area"].clone(), file["layers"][0]["geometry"].clone()), (Value::Null, json!("points")), "of points the user chooses");
    let choose = |points: Value| {
        let chosen = json!({ "key": file["key"], "layer": file["layers"][0]["name"], "features": null, "points": points });
        rig.call("area_choose", chosen).unwrap()
    };
    let around = choose(json!({ "kind": "buffer", "metres": 500 }));
    assert!(
        (around["areaKm2"].as_f64().unwrap() - 1.57).abs() < 0.1 && around["notes"] == json!(["merged-features", "buffered"]),
        "{around}"
    );
}

#[test]
fn dropped_files_are_opened_or_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let shp = shapefile(folder.path());
    let square = folder.path().join("square.geojson");
    std::fs::write(&square, r#"{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,1]]]}"#).unwrap();
    let rig = Rig::new();
    let (sender, dropped) = channel();
    rig.app.listen_any("area-dropped", move |event| sender.send(event.payload().to_owned()).unwrap());
    let window = rig.page.as_ref().window();
    let drop = |paths: &[PathBuf]| -> Value {
        crate::commands::areas::dropped(&window, paths);
        let told = dropped.recv_timeout(PATIENCE).unwrap();
        assert!(!told.contains(&folder.path().display().to_string()), "no path reaches the page: {told}");
        serde_json::from_str(&told).unwrap()
    };
    let told = drop(std::slice::from_ref(&square));
    assert_eq!((told["file"]["area"]["vertices"].clone(), told["file"]["name"].clone()), (json!(3), json!("square.geojson")));
    assert_eq!(told["error"], Value::Null);
    let parts: Vec<_> = ["dbf", "shx", "shp", "prj"].map(|ending| shp.with_extension(ending)).to_vec();
    assert_eq!(drop(&parts)["file"]["layers"][0]["usable"], 2);
    let refused = |paths: &[PathBuf], words: &str| {
        let told = drop(paths);
        assert_eq!((told["file"].clone(), told["error"]["code"].clone()), (Value::Null, json!("invalid-area")));
        assert!(told["error"]["message"].as_str().unwrap().contains(words), "{told}");
    };
    refused(&[folder.path().join("gone.json")], "gone.json");
    refused(&[folder.path().to_owned()], "is a folder");
    refused(&[square, shp], "2 files");
    std::fs::write(folder.path().join("picture.geojson"), [0xff, 0xd8, 0xff, 0xe0]).unwrap();
    refused(&[folder.path().join("picture.geojson")], "picture.geojson");
}

#[test]
fn areas_are_saved_where_the_user_wants() {
    let folder = tempfile::tempdir().unwrap();
    let (dialogs, next) = chooser();
    let rig = Rig::with(dialogs, &[]);
    let path = folder.path().join("保护区.gpkg");
    *next.lock().unwrap() = Some(path.clone());
    let export = json!({ "coordinates": square(5.0, 5.0, 1.0), "name": " 保护区 ", "format": "geopackage" });
    assert_eq!(rig.call("area_export", export.clone()).unwrap(), json!(true));
    let file = rig.call("area_import", json!({})).unwrap();
    assert_eq!((file["area"]["bbox"].clone(), file["layers"][0]["crs"].clone()), (json!([5.0, 5.0, 6.0, 6.0]), json!("EPSG:4326")));
    *next.lock().unwrap() = Some(folder.path().join("no/such/folder/a.gpkg"));
    let error = rig.call("area_export", export).unwrap_err();
    assert!(!error.to_string().contains(&folder.path().display().to_string()), "no path reaches the page: {error}");
}
