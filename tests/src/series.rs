//! Scenes made for transfers: items with bands of any length, whole products as zips and folders, tars of Landsat, and what must be in the
//! library once they have been fetched.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::civil::date;
use serde_json::{Value, json};
use swath_domain::{Access, Aoi, Band, Change, DateRange, Never, Package, PackageForm, Query, Scene, Sensor};
use swath_pipeline::Engine;

use crate::made::{md5, noise, safe, said_of, tar, tiff::tiff};
use crate::provider::{Content, Provider, Whole};

/// Days of the series; numbers beyond it are other tiles of the same days.
const DAYS: usize = 360;

/// Scenes and their truth.
#[derive(Debug, Default)]
pub struct Series {
    /// What a server holds of it.
    pub content: Content,
    /// Contents by product, then by what can be wanted of it, then by the path inside of that.
    truth: BTreeMap<String, BTreeMap<String, Vec<(String, Bytes)>>>,
}

impl Series {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A scene of Sentinel-2 with bands of about these lengths; tells its product's name.
    pub fn bands(&mut self, number: usize, bands: &[(Band, usize)]) -> String {
        let name = name(number);
        for (band, length) in bands {
            let bytes = tiff((number * 100) as u64 + *band as u64, *length);
            self.band(number, *band, bytes.into());
        }
        name
    }

    /// A band of a scene with this content.
    pub fn band(&mut self, number: usize, band: Band, bytes: Bytes) {
        let label = band.label(Sensor::Sentinel2L2a).expect("a band of Sentinel-2");
        let path = format!("{}/{label}.tif", id(number));
        let mut asset = said_of(&bytes);
        asset["href"] = path.clone().into();
        asset["type"] = "image/tiff; application=geotiff".into();
        self.item(number)["assets"][band.name()] = asset;
        self.add(&name(number), &format!("band:{}", band.name()), vec![(String::new(), bytes.clone())]);
        self.content.files.insert(path, bytes);
    }

    /// A whole product of Sentinel-2 of about this length: a zip, and the files of its folder; tells its name.
    pub fn whole(&mut self, number: usize, length: usize) -> String {
        let made = safe::sentinel_2(&name(number), number as u64 * 1000, length);
        let zip = Bytes::from(made.zipped());
        let files: Vec<_> = made.files.iter().map(|(path, bytes)| (path.clone(), Bytes::from(bytes.clone()))).collect();
        for (path, bytes) in &files {
            self.content.files.insert(format!("whole/{}.SAFE/{path}", made.name), bytes.clone());
        }
        self.add(&made.name, "safe", files);
        self.zip(number, zip);
        made.name
    }

    /// The zip of a whole product with this content, right or not.
    pub fn zip(&mut self, number: usize, zip: Bytes) {
        let name = name(number);
        let path = format!("whole/{name}.zip");
        let mut asset = said_of(&zip);
        asset["href"] = path.clone().into();
        asset["type"] = "application/zip".into();
        self.item(number)["assets"]["Product"] = asset;
        let start = format!("{}T10:05:59.000Z", day(number));
        let product = Whole { id: format!("{number:08x}-0000-4000-8000-000000000000"), name: name.clone(), start, md5: Some(md5(&zip)) };
        self.content.products.retain(|known| known.id != product.id);
        self.content.products.push(product);
        self.add(&name, "safe-zip", vec![(String::new(), zip.clone())]);
        self.content.files.insert(path, zip);
    }

    /// A product of Landsat of about this length in a tar; tells its name.
    pub fn landsat(&mut self, number: usize, length: usize) -> String {
        let name = landsat_name(number);
        let files = [
            (format!("{name}_SR_B4.TIF"), tiff(number as u64 + 7, length * 2 / 3)),
            (format!("{name}_SR_B5.TIF"), tiff(number as u64 + 8, length / 3)),
            (format!("{name}_MTL.txt"), noise(number as u64, 2_000).iter().map(|byte| b' ' + byte % 64).collect()),
        ];
        let entries: Vec<_> = files.iter().map(|(path, bytes)| (tar::Kind::File, path.as_str(), bytes.as_slice())).collect();
        let tar = Bytes::from(tar::tar(&entries));
        self.add(&name, "landsat-folder", files.iter().map(|(path, bytes)| (path.clone(), Bytes::from(bytes.clone()))).collect());
        self.tar(number, tar);
        name
    }

    /// The tar of a product of Landsat with this content, right or not.
    pub fn tar(&mut self, number: usize, tar: Bytes) {
        let name = landsat_name(number);
        if self.content.items.iter().all(|item| item["id"] != name.as_str()) {
            let properties = json!({
                "datetime": format!("{}T09:55:00Z", day(number)), "platform": "landsat-8", "grid:code": "WRS2-191028",
                "landsat:product_id": name, "eo:cloud_cover": 10.0,
            });
            let band = Bytes::from(tiff(number as u64 + 9, 2_000));
            let path = format!("{name}/B4.TIF");
            self.content.items.push(item(&name, "landsat-c2-l2", properties, json!({"red": {"href": path}})));
            self.content.files.insert(path, band);
        }
        self.add(&name, "landsat-tar", vec![(String::new(), tar.clone())]);
        self.content.files.insert(format!("whole/{name}.tar"), tar);
    }

    fn item(&mut self, number: usize) -> &mut Value {
        let id = id(number);
        let at = self.content.items.iter().position(|item| item["id"] == id.as_str()).unwrap_or_else(|| {
            let properties = json!({
                "datetime": format!("{}T10:05:59Z", day(number)), "platform": "sentinel-2b", "grid:code": format!("MGRS-{}", tile(number)),
                "s2:product_uri": format!("{}.SAFE", name(number)), "eo:cloud_cover": 10.0, "s2:processing_baseline": "05.11",
                "proj:epsg": 32633,
            });
            self.content.items.push(item(&id, "sentinel-2-c1-l2a", properties, json!({})));
            self.content.items.len() - 1
        });
        &mut self.content.items[at]
    }

    fn add(&mut self, name: &str, what: &str, files: Vec<(String, Bytes)>) {
        self.truth.entry(name.to_owned()).or_default().insert(what.to_owned(), files);
    }

    /// What must be in the library, by the product's name and the key of the content. `None` for what was never offered.
    pub fn truth(&self, name: &str, key: &str) -> Option<&[(String, Bytes)]> {
        self.truth.get(name)?.get(key).map(Vec::as_slice)
    }

    /// From now on a content is right when it is this.
    pub fn set_truth(&mut self, name: &str, key: &str, bytes: Bytes) {
        self.add(name, key, vec![(String::new(), bytes)]);
    }
}

/// `S2B_MSIL2A_…` of a number.
pub fn name(number: usize) -> String {
    let day = day(number).strftime("%Y%m%d").to_string();
    format!("S2B_MSIL2A_{day}T100559_N0511_R022_T{}_{day}T131559", tile(number))
}

/// Id of the item of a number.
pub fn id(number: usize) -> String {
    format!("S2B_T{}_{}T100559_L2A", tile(number), day(number).strftime("%Y%m%d"))
}

fn landsat_name(number: usize) -> String {
    let day = day(number).strftime("%Y%m%d").to_string();
    format!("LC08_L2SP_191028_{day}_{day}_02_T1")
}

fn day(number: usize) -> jiff::civil::Date {
    date(2025, 1, 1).checked_add(jiff::Span::new().days((number % DAYS) as i64)).expect("a day")
}

fn tile(number: usize) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUV";
    let other = number / DAYS;
    format!("33T{}{}", char::from(b'W' + (other / LETTERS.len()) as u8), char::from(LETTERS[other % LETTERS.len()]))
}

fn item(id: &str, collection: &str, properties: Value, assets: Value) -> Value {
    json!({
        "type": "Feature", "stac_version": "1.0.0", "id": id, "collection": collection, "geometry": crate::provider::outline(),
        "bbox": [15.0, 46.0, 16.4, 47.0], "properties": properties, "assets": assets, "links": [],
    })
}

/// Everything that the engine's catalogues tell, merged, in a stable order. Tars of Landsat are named as `server` has them.
pub async fn found(engine: &Engine, server: &Provider) -> Vec<Scene> {
    let query = Query {
        area: area((15.1, 46.1, 16.3, 46.9)),
        dates: DateRange::new(date(2025, 1, 1), date(2025, 12, 31)).expect("a period"),
        sensors: vec![Sensor::Sentinel2L2a, Sensor::LandsatC2L2],
        max_cloud: None,
        filters: Default::default(),
    };
    let searched = engine.search_all(&query, None, &Never, &mut |_| {}).await.unwrap_or_else(|stop| panic!("the search ended: {stop:?}"));
    let mut scenes: Vec<Scene> = searched.changes.into_iter().map(|Change { scene, .. }| scene).collect();
    for scene in scenes.iter_mut().filter(|scene| scene.sensor == Sensor::LandsatC2L2) {
        scene.packages = vec![tarred(scene, server)];
    }
    scenes.sort_by(|a, b| a.id.cmp(&b.id));
    scenes
}

/// The tar of a scene of Landsat, as anyone may fetch it.
fn tarred(scene: &Scene, server: &Provider) -> Package {
    let name = scene.name.as_deref().expect("a product's name");
    let path = format!("whole/{name}.tar");
    Package {
        form: PackageForm::LandsatTar,
        href: format!("{}/files/{path}", server.url()),
        provider: scene.id.provider().to_owned(),
        access: Access::Open,
        size: Some(server.file(&path).len() as u64),
        checksum: None,
        online: true,
    }
}

/// A rectangle: west, south, east, north in degrees.
pub fn area((west, south, east, north): (f64, f64, f64, f64)) -> Aoi {
    let ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
    let json = json!({"type": "Polygon", "coordinates": [ring]}).to_string();
    Aoi::from_geojson(&json).expect("an area").0
}
