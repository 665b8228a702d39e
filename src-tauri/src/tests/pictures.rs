//! What the schemes answer, and what they refuse.

use serde_json::json;
use tauri::http::{Request, Response};

use super::Rig;
use crate::protocol::{Scheme, answer};

pub(super) fn ask(rig: &Rig, scheme: Scheme, path: &str) -> Response<Vec<u8>> {
    let request = Request::builder().uri(format!("http://x.localhost/{path}")).body(Vec::new()).unwrap();
    let answer = tauri::async_runtime::block_on(answer(scheme, &rig.state(), &request));
    assert_eq!(answer.headers()["access-control-allow-origin"], "*", "{path}");
    answer
}

pub(super) fn check(rig: &Rig, scheme: Scheme, cases: &[(&str, u16)]) {
    for (path, status) in cases {
        let answer = ask(rig, scheme, path);
        let words = String::from_utf8_lossy(answer.body());
        assert_eq!(answer.status().as_u16(), *status, "{path}: {words}");
        if *status != 200 {
            assert_eq!(answer.headers()["cache-control"], "no-store", "{path}");
            assert!(!words.contains(&rig.folder.path().display().to_string()), "{path} tells a path: {words}");
        }
    }
}

/// Column and row of the tile at 0 degrees north and slightly east, where the demo lies, on a level.
pub(super) fn tile_of(area: &[f64; 4], zoom: u32) -> String {
    let side = f64::from(1u32 << zoom);
    let (lon, lat) = ((area[0] + area[2]) / 2.0, ((area[1] + area[3]) / 2.0).to_radians());
    let x = ((lon + 180.0) / 360.0 * side).floor();
    let y = ((1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0 * side).floor();
    format!("{zoom}/{x}/{y}")
}

#[test]
fn products_jobs_and_scenes_have_pictures() {
    let rig = Rig::new();
    let demo = rig.demo();
    let ids = rig.scenes(&demo);
    let thumb = ask(&rig, Scheme::Thumb, &format!("scene/{}", ids[0].replace('/', "%2F")));
    assert_eq!((thumb.status().as_u16(), &thumb.headers()["content-type"]), (200, &"image/jpeg".parse().unwrap()));
    check(&rig, Scheme::Thumb, &[("scene/demo%2Fno%2Fsuch", 404), ("scene/..%2F..%2Fetc%2Fpasswd", 404), ("product/1", 404), ("x", 404)]);

    let id = rig.call("job_create", json!({ "choice": rig.choice(&demo, ids) })).unwrap().as_i64().unwrap();
    let job = tauri::async_runtime::block_on(rig.state().engine.wait(swath_domain::JobId(id))).unwrap();
    let product = job.product.expect("a product").0;
    let place = tile_of(&demo.area.bbox(), 14);
    let rgb = format!("product/{product}/{place}?bands=red,green,blue");
    let tile = ask(&rig, Scheme::Tile, &format!("{rgb}&low=0,0,0&high=3000,3000,3000&gamma=1.2"));
    assert_eq!((tile.status().as_u16(), &tile.headers()["content-type"]), (200, &"image/png".parse().unwrap()));
    assert!(tile.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    let empty = ask(&rig, Scheme::Tile, &format!("product/{product}/14/1/1?bands=red"));
    assert_eq!((empty.status().as_u16(), &empty.body()[..4]), (200, b"\x89PNG".as_slice()));
    assert_ne!(tile.body(), empty.body());
    let of_job = ask(&rig, Scheme::Tile, &format!("job/{id}/{place}?bands=red,green,blue&v=1"));
    assert_eq!((of_job.status().as_u16(), &of_job.headers()["cache-control"]), (200, &"no-store".parse().unwrap()));
    assert_eq!(ask(&rig, Scheme::Thumb, &format!("product/{product}")).headers()["content-type"], "image/webp");

    let wrong = [
        ("product/99/1/0/0?bands=red".to_owned(), 404),
        ("product/..%2F1/1/0/0?bands=red".to_owned(), 404),
        ("product/../../../etc/passwd".to_owned(), 404),
        ("shadow/1/1/0/0?bands=red".to_owned(), 404),
        (String::new(), 404),
        (format!("product/{product}/1/0?bands=red"), 404),
        (format!("product/{product}/1/2/0?bands=red"), 400),
        (format!("product/{product}/1/0/2?bands=red"), 400),
        (format!("product/{product}/1/-1/0?bands=red"), 400),
        (format!("product/{product}/23/0/0?bands=red"), 400),
        (format!("product/{product}/200/0/0?bands=red"), 400),
        (format!("product/{product}/1/0/0"), 400),
        (format!("product/{product}/1/0/0?bands=red,green"), 400),
        (format!("product/{product}/1/0/0?bands=nir"), 404),
        (format!("product/{product}/1/0/0?bands=red&low=1,2"), 400),
        (format!("product/{product}/1/0/0?bands=red&high=NaN"), 400),
        (format!("product/{product}/1/0/0?bands=red&gamma=0"), 400),
        (format!("product/{product}/1/0/0?bands=%ff"), 400),
    ];
    let wrong: Vec<_> = wrong.iter().map(|(path, status)| (path.as_str(), *status)).collect();
    check(&rig, Scheme::Tile, &wrong);
}

#[test]
fn base_maps_are_fetched_once_and_only_those_that_are_listed() {
    use std::io::{Read, Write};
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let own = json!([{
        "id": "mine", "title": "Mine", "attribution": "me", "max_zoom": 3,
        "url": format!("http://{}/{{z}}/{{x}}/{{y}}.png", server.local_addr().unwrap())
    }]);
    let rig = Rig::new();
    std::fs::write(rig.folder.path().join("config/basemaps.json"), own.to_string()).unwrap();
    let (state, request) = (rig.state(), Request::builder().uri("base://localhost/mine/3/1/2").body(Vec::new()).unwrap());
    let running = tauri::async_runtime::spawn(async move { answer(Scheme::Base, &state, &request).await });
    let (mut connection, _) = server.accept().unwrap();
    let mut asked = [0; 4096];
    let length = connection.read(&mut asked).unwrap();
    let asked = String::from_utf8_lossy(&asked[..length]).to_ascii_lowercase();
    assert!(asked.starts_with("get /3/1/2.png") && asked.contains("user-agent: swath/"), "{asked}");
    let png = include_bytes!("../protocol/empty.png");
    write!(connection, "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", png.len()).unwrap();
    connection.write_all(png).unwrap();
    drop(connection);
    assert_eq!(tauri::async_runtime::block_on(running).unwrap().body(), png);
    drop(server);
    assert_eq!(ask(&rig, Scheme::Base, "mine/3/1/2").body(), png, "from the cache");
    check(
        &rig,
        Scheme::Base,
        &[("mine/4/0/0", 400), ("mine/3/8/0", 400), ("other/1/0/0", 404), ("..%2F..%2Fmine/1/0/0", 404), ("mine/1/0", 404)],
    );
}
