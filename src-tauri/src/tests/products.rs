//! What is told of a product once it is made: what it was made with, how its pixels came to be, and the layers beside it.

use serde_json::{Value, json};
use swath_domain::{JobId, ProductId};

use super::{Rig, pictures, word};
use crate::protocol::Scheme::Tile;
use crate::view::ErrorCode::NotFound;

#[test]
fn a_product_tells_how_it_was_made() {
    let rig = Rig::new();
    let demo = rig.demo();
    let choice = rig.choice(&demo, rig.scenes(&demo));
    let asked = serde_json::to_value(&choice).unwrap();
    let id = rig.call("job_create", json!({ "choice": choice })).unwrap().as_i64().unwrap();
    let job = tauri::async_runtime::block_on(rig.state().engine.wait(JobId(id))).unwrap();
    let product = job.product.expect("a product").0;

    let made = rig.call("product_recipe", json!({ "id": product })).unwrap();
    for key in ["name", "from", "to", "sensors", "bands", "excluded", "mask", "image", "resolution", "crs", "clip"] {
        assert_eq!(made[key], asked[key], "{key}");
    }
    let sorted = |list: &Value| {
        let mut ids: Vec<String> = serde_json::from_value(list.clone()).unwrap();
        ids.sort();
        ids.dedup();
        ids
    };
    assert_eq!(sorted(&made["sceneIds"]), sorted(&asked["sceneIds"]));
    assert!(made["area"]["areaKm2"].as_f64().unwrap() > 0.0);

    let report = rig.call("product_report", json!({ "id": product })).unwrap();
    assert_eq!(report["gradesM"], asked["image"]["gradedBuffersM"]);
    let layer = |name: &str| {
        let found = report["layers"].as_array().unwrap().iter().find(|layer| layer["name"] == name).unwrap_or_else(|| panic!("{report}"));
        (found["low"].as_i64().unwrap(), found["high"].as_i64().unwrap())
    };
    let days = |day: jiff::civil::Date| i64::from(day.since(jiff::civil::date(1970, 1, 1)).unwrap().get_days());
    let (first, last) = layer("date");
    assert!(days(demo.dates.from()) <= first && first <= last && last <= days(demo.dates.to()), "{report}");
    let (low, high) = layer("looks");
    assert!(1 <= low && high <= 3, "{report}");
    assert!(layer("how").0 >= 1, "{report}");
    // Every pixel of the area is told once, where they are counted.
    let ways = report["byHow"].as_array().unwrap();
    let sum = ways.iter().map(|way| way["pixels"].as_i64().unwrap()).sum::<i64>() + report["emptyPixels"].as_i64().unwrap();
    assert_eq!(sum, report["areaPixels"].as_i64().unwrap(), "{report}");

    layers_have_tiles(&rig, product, id, &pictures::tile_of(&demo.area.bbox(), 14));
    for command in ["product_recipe", "product_report"] {
        assert_eq!(rig.code(command, json!({ "id": 99 })), word(NotFound), "{command}");
    }
    let state = rig.state();
    let products = state.library().products();
    std::fs::write(products.folder(&products.get(ProductId(product)).unwrap()).join("record.json"), "{").unwrap();
    for command in ["product_recipe", "product_report"] {
        assert_eq!(rig.code(command, json!({ "id": product })), word(NotFound), "{command} of a damaged record");
    }
}

fn layers_have_tiles(rig: &Rig, product: i64, job: i64, place: &str) {
    let how = format!("product/{product}/{place}?layer=how&classes=");
    let shown = |path: &str| {
        let answer = pictures::ask(rig, Tile, path);
        assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (200, &"image/png".parse().unwrap()), "{path}");
        answer.into_body()
    };
    let all = shown(&format!("{how}1:0b4f8a,2:2f7fc1,3:74b3e0,4:b5d8f0,20:d7301f"));
    assert_ne!(all, shown(&format!("{how}999:ffffff")), "numbers without a colour are not shown");
    let date = shown(&format!("product/{product}/{place}?layer=date&low=20000&high=20001&ramp=000000,ffffff"));
    assert_ne!(date, all);
    assert_eq!(
        date,
        shown(&format!("job/{job}/{place}?layer=date&low=20000&high=20001&ramp=000000,ffffff")),
        "of the job, once it is over"
    );
    let wrong = [
        ("layer=score&low=0&high=1&ramp=000000", 404),
        ("layer=..%2F..%2Fcomposite&classes=1:000000", 404),
        ("layer=how", 400),
        ("layer=how&classes=1", 400),
        ("layer=how&classes=1:00000", 400),
        ("layer=how&classes=-1:000000", 400),
        ("layer=how&classes=1:%2B00000", 400),
        ("layer=looks&ramp=000000,ffffff", 400),
        ("layer=looks&low=0&high=x&ramp=000000,ffffff", 400),
        ("layer=looks&low=0&high=3&ramp=black", 400),
    ];
    let wrong: Vec<_> = wrong.iter().map(|(query, status)| (format!("product/{product}/{place}?{query}"), *status)).collect();
    pictures::check(rig, Tile, &wrong.iter().map(|(path, status)| (path.as_str(), *status)).collect::<Vec<_>>());
}
