//! One acquisition of each kind, as every catalogue describes it. Written for this suite.

use serde_json::{Value, json};
use swath_domain::{Access, AccountKind, Band, Change, Evidence, Merger, OrbitDirection, PackageForm, Scene, Sensor, Tier};

use super::{all, found, here, known, serve};
use crate::table::{Column, Table};

const TAKE: &str = "20250610T100559";
const L2A: &str = "S2B_MSIL2A_20250610T100559_N0511_R022_T33TWL_20250610T131559";
const L1C: &str = "S2B_MSIL1C_20250610T100559_N0511_R022_T33TWL_20250610T120102";
const GRD: &str = "S1A_IW_GRDH_1SDV_20250607T000653_20250607T000718_059460_076123_6EE4";
const L9: &str = "LC09_L2SP_193028_20250611_20250613_02_T1";

fn item(collection: &str, id: &str, properties: &Value, own: &Value, assets: Value) -> Value {
    let mut properties = properties.clone();
    properties.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    json!({"type": "Feature", "stac_version": "1.0.0", "collection": collection, "id": id, "properties": properties, "assets": assets,
        "geometry": {"type": "Polygon", "coordinates": [[[10, 45], [11, 45], [11, 46], [10, 46], [10, 45]]]}})
}

/// What a catalogue sends. Shared properties stand in `s2`, `s1` and `l9`, so that what is left are the differences.
pub(super) fn items(provider: &str) -> Vec<Value> {
    let strip = |level: &str| format!("S2B_OPER_MSI_{level}_DS_2BPS_20250610T131559_S20250610T101000_N05.11");
    let take = format!("GS2B_{TAKE}_043150_N05.11");
    let s2 = json!({"datetime": "2025-06-10T10:10:12.024Z", "eo:cloud_cover": 12.5, "proj:epsg": 32633});
    let s1 = json!({"datetime": "2025-06-07T00:07:05.000Z", "sar:polarizations": ["VV", "VH"], "sar:instrument_mode": "IW"});
    let l9 = json!({"datetime": "2025-06-11T09:58:00Z", "eo:cloud_cover": -1, "landsat:wrs_path": "193", "landsat:wrs_row": "028",
        "landsat:collection_category": "T1", "view:sun_elevation": 61.0, "view:sun_azimuth": 140.0});
    let grid = json!({"proj:shape": [10980, 10980], "proj:transform": [10, 0, 499980, 0, -10, 5100000]});
    let with = |mut asset: Value| {
        asset.as_object_mut().unwrap().extend(grid.as_object().unwrap().clone());
        asset
    };
    match provider {
        "earth-search" => {
            let own = json!({"platform": "sentinel-2b", "s2:product_uri": format!("{L2A}.SAFE"), "s2:datatake_id": take, "grid:code": "MGRS-33TWL",
                "s2:datastrip_id": strip("L2A"), "s2:processing_baseline": "05.11", "s2:generation_time": "2025-06-10T13:15:59Z",
                "view:sun_elevation": 60.0, "view:sun_azimuth": 150.0, "earthsearch:boa_offset_applied": true});
            let raw = json!({"platform": "sentinel-2b", "s2:product_uri": format!("{L1C}.SAFE"), "s2:datatake_id": take, "grid:code": "MGRS-33TWL",
                "s2:datastrip_id": strip("L1C"), "s2:processing_baseline": "05.11", "storage:requester_pays": true});
            let bands = json!([{"nodata": 0, "scale": 0.0001, "offset": -0.1}]);
            let cog = |folder: &str| {
                json!({"red": with(json!({"href": format!("{folder}/B04.tif"), "raster:bands": bands, "file:size": 50_000_000,
                    "file:checksum": format!("1220{}", "ab".repeat(32))})), "scl": {"href": format!("{folder}/SCL.tif")},
                    "cloud": {"href": format!("{folder}/CLD_20m.tif"), "raster:bands": [{"nodata": 0}]},
                    "thumbnail": {"href": format!("{folder}/preview.jpg"), "roles": ["thumbnail"]}})
            };
            vec![
                item("sentinel-2-c1-l2a", "S2B_T33TWL_20250610T101000_L2A", &s2, &own, cog("https://c1.example/a")),
                item("sentinel-2-l2a", "S2B_33TWL_20250610_0_L2A", &s2, &own, cog("https://legacy.example/a")),
                item(
                    "sentinel-2-l1c",
                    "S2B_33TWL_20250610_0_L1C",
                    &s2,
                    &raw,
                    json!({"red": with(json!({"href": "s3://sentinel-s2-l1c/tiles/33/T/WL/2025/6/10/0/B04.jp2", "raster:bands": bands}))}),
                ),
                item(
                    "sentinel-1-grd",
                    GRD.rsplit_once('_').unwrap().0,
                    &s1,
                    &json!({"platform": "sentinel-1a", "s1:product_identifier": GRD, "s1:datatake_id": "483619", "sat:orbit_state": "descending",
                        "sat:relative_orbit": 63, "proj:epsg": 4326, "storage:requester_pays": true, "storage:region": "eu-central-1"}),
                    json!({"vv": with(json!({"href": format!("s3://sentinel-s1-l1c/GRD/2025/6/7/IW/DV/{GRD}/measurement/iw-vv.tiff")})),
                        "thumbnail": {"href": "s3://sentinel-s1-l1c/quick-look.png", "roles": ["thumbnail"]}}),
                ),
                item(
                    "landsat-c2-l2",
                    "LC09_L2SP_193028_20250611_02_T1",
                    &l9,
                    &json!({"platform": "landsat-9"}),
                    json!({"red": {"href": format!("https://landsatlook.usgs.gov/data/{L9}/{L9}_SR_B4.TIF"),
                        "alternate": {"s3": {"href": format!("s3://usgs-landsat/{L9}/{L9}_SR_B4.TIF"), "storage:requester_pays": true}}}}),
                ),
            ]
        }
        "planetary-computer" => {
            let blob = |name: &str| format!("https://x.blob.core.windows.net/c/{name}");
            let own = json!({"platform": "Sentinel-2B", "s2:product_uri": format!("{L2A}.SAFE"), "s2:datatake_id": take, "s2:mgrs_tile": "33TWL",
                "s2:datastrip_id": strip("L2A"), "s2:processing_baseline": "05.11", "sat:orbit_state": "descending", "sat:relative_orbit": 22,
                "s2:mean_solar_zenith": 30.0, "s2:mean_solar_azimuth": 150.0});
            let radar =
                json!({"platform": "SENTINEL-1A", "s1:datatake_id": "483619", "sat:orbit_state": "descending", "sat:relative_orbit": 63});
            let preview =
                json!({"href": "https://planetarycomputer.microsoft.com/api/data/v1/item/preview.png?item=x", "roles": ["overview"]});
            vec![
                item(
                    "sentinel-2-l2a",
                    &L2A.replace("_N0511", ""),
                    &s2,
                    &own,
                    json!({"B04": with(json!({"href": blob("B04_10m.tif")})), "SCL": {"href": blob("SCL_20m.tif")}, "rendered_preview": preview}),
                ),
                item(
                    "landsat-c2-l2",
                    "LC09_L2SP_193028_20250611_02_T1",
                    &l9,
                    &json!({"platform": "landsat-9"}),
                    json!({"red": {"href": blob(&format!("{L9}/{L9}_SR_B4.TIF")), "raster:bands": [{"scale": 2.75e-5, "offset": -0.2, "nodata": 0}]},
                        "rendered_preview": preview}),
                ),
                item("sentinel-1-grd", GRD, &s1, &radar, json!({"vv": {"href": blob(&format!("{GRD}/measurement/iw-vv.tiff"))}})),
                item(
                    "sentinel-1-rtc",
                    &format!("{}_rtc", GRD.rsplit_once('_').unwrap().0),
                    &s1,
                    &radar,
                    json!({"vv": with(json!({"href": blob(&format!("{GRD}/measurement/iw-vv.rtc.tiff")), "raster:bands": [{"nodata": -32768}]}))}),
                ),
            ]
        }
        "cdse" => {
            let own = |level: &str| {
                json!({"platform": "sentinel-2b", "eopf:datatake_id": take, "eopf:datastrip_id": strip(level), "grid:code": "MGRS-33TWL",
                "processing:version": "05.11", "sat:orbit_state": "descending", "sat:relative_orbit": 22, "processing:datetime": "2025-06-10T13:15:59Z"})
            };
            let nodes = |file: &str| {
                let scale = (!file.contains("tiff")).then_some([0.0001, -0.1]);
                json!({"href": format!("s3://eodata/S/{file}"), "raster:scale": scale.map(|s| s[0]), "raster:offset": scale.map(|s| s[1]), "nodata": 0,
                "proj:code": "EPSG:32633", "file:checksum": format!("1620{}", "cd".repeat(32)), "alternate": {"https": {"href":
                format!("https://zipper.dataspace.copernicus.eu/odata/v1/Products(u)/Nodes({file})/$value")}}})
            };
            let assets = |keys: &[(&str, &str)]| {
                let mut all = json!({"Product": {"href": "https://download.dataspace.copernicus.eu/odata/v1/Products(u)/$value", "type": "application/zip",
                    "file:size": 1_000_000_000, "file:checksum": format!("d50110{}", "ef".repeat(16))},
                    "thumbnail": {"href": "https://datahub.creodias.eu/odata/v1/Assets(q)/$value", "roles": ["thumbnail"]}});
                keys.iter().for_each(|(key, file)| all[key] = nodes(file));
                all
            };
            let cog = format!("{}_1234_COG", GRD.rsplit_once('_').unwrap().0);
            let radar =
                json!({"platform": "sentinel-1a", "eopf:datatake_id": "483619", "sat:orbit_state": "descending", "sat:relative_orbit": 63});
            let mut all = vec![
                item("sentinel-2-l2a", L2A, &s2, &own("L2A"), assets(&[("B04_10m", "B04_10m.jp2"), ("SCL_20m", "SCL_20m.jp2")])),
                item("sentinel-2-l1c", L1C, &s2, &own("L1C"), assets(&[("B04", "B04.jp2")])),
                item("sentinel-1-grd", &cog, &s1, &radar, assets(&[("vv", "vv-cog.tiff")])),
            ];
            all[0]["links"] = json!([{"rel": "enclosure", "href": format!("s3://eodata/Sentinel-2/{L2A}.SAFE/")}]);
            all
        }
        "usgs" => {
            let own = json!({"platform": "LANDSAT_9"});
            let file = |end: &str| {
                json!({"href": format!("https://landsatlook.usgs.gov/data/{L9}/{L9}_{end}"),
                "alternate": {"s3": {"href": format!("s3://usgs-landsat/{L9}/{L9}_{end}")}}})
            };
            let thumbnail =
                json!({"href": format!("https://landsatlook.usgs.gov/data/{L9}/{L9}_thumb_small.jpeg"), "roles": ["thumbnail"]});
            let level_1 = L9.replace("L2SP", "L1TP");
            vec![
                item(
                    "landsat-c2l2-sr",
                    &format!("{L9}_SR"),
                    &l9,
                    &own,
                    json!({"red": file("SR_B4.TIF"), "qa_pixel": file("QA_PIXEL.TIF"), "thumbnail": thumbnail}),
                ),
                item(
                    "landsat-c2l2-st",
                    &format!("{L9}_ST"),
                    &l9,
                    &own,
                    json!({"lwir11": file("ST_B10.TIF"), "qa_pixel": file("QA_PIXEL.TIF"), "thumbnail": thumbnail}),
                ),
                item("landsat-c2l1", &level_1, &l9, &own, json!({"red": file("B4.TIF")})),
                item(
                    "landsat-c2l2-sr",
                    "LE07_L2SP_193028_20250611_20250613_02_T1_SR",
                    &l9,
                    &json!({"platform": "LANDSAT_7"}),
                    json!({"red": file("B3.TIF")}),
                ),
            ]
        }
        other => panic!("{other}"),
    }
}

pub(super) async fn rows(table: &mut Table) {
    let mut merger = Merger::new(all());
    let mut told = Vec::new();
    for provider in all() {
        let items = items(&provider);
        let server = serve(&items).await;
        let scenes = found(&known(&provider), &server, &here(&Sensor::ALL)).await.unwrap();
        let expected = items.len() - usize::from(provider == "usgs");
        table.same(&provider, Column::Parse, "every usable item is a scene", scenes.len(), expected);
        for scene in &scenes {
            parsed(table, scene);
        }
        merger.add(scenes.clone());
        told.extend(scenes);
    }
    particulars(table, &told);
    merged(table, merger.finish());
}

/// What must be known of a scene, whoever told it.
fn parsed(table: &mut Table, scene: &Scene) {
    let provider = scene.id.provider().to_owned();
    let mut same = |what: &str, got: String, expected: &str| {
        table.same(&provider, Column::Parse, &format!("{} {what}", scene.id), got, expected.into())
    };
    let name = scene.name.clone().unwrap_or_default();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let orbit = format!("{:?} {:?}", scene.relative_orbit.unwrap_or(0), scene.orbit_direction);
    match scene.sensor {
        Sensor::Sentinel2L1c | Sensor::Sentinel2L2a => {
            same("name", name, if scene.sensor == Sensor::Sentinel2L2a { L2A } else { L1C });
            same("tile", text(&scene.tile), "33TWL");
            same("baseline", text(&scene.baseline), "05.11");
            same("datatake", text(&scene.datatake), &format!("GS2B_{TAKE}_043150"));
            same("datastrip", text(&scene.datastrip), "20250610T101000");
            same("platform", scene.platform.clone(), "sentinel-2b");
            same("relative orbit", scene.relative_orbit.unwrap_or(0).to_string(), "22");
            same("thumbnail", scene.thumbnail.is_some().to_string(), "true");
        }
        Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc => {
            let stem = name.strip_prefix(GRD.rsplit_once('_').unwrap().0).is_some();
            same("name", stem.to_string(), "true");
            same("orbit", orbit, &format!("63 {:?}", Some(OrbitDirection::Descending)));
            same("datatake", text(&scene.datatake), "076123");
            same("polarisations", format!("{:?}", scene.polarisations), &format!("{:?}", [Band::Vv, Band::Vh]));
            same("platform", scene.platform.clone(), "sentinel-1a");
        }
        Sensor::LandsatC2L1 | Sensor::LandsatC2L2 => {
            same("name", name.replace("L1TP", "L2SP"), L9);
            same("tile", text(&scene.tile), "193028");
            same("platform", scene.platform.clone(), "landsat-9");
            same("tier", format!("{:?}", scene.tier), &format!("{:?}", Some(Tier::One)));
            same("cloud that was not computed", format!("{:?}", scene.cloud_cover), "None");
            same("direction", format!("{:?}", scene.orbit_direction), &format!("{:?}", Some(OrbitDirection::Descending)));
        }
    }
}

/// What is peculiar to a catalogue.
fn particulars(table: &mut Table, scenes: &[Scene]) {
    let of = |provider: &str, collection: &str| {
        scenes
            .iter()
            .find(|scene| scene.id.0.starts_with(&format!("{provider}/{collection}/")))
            .unwrap_or_else(|| panic!("{provider}/{collection}"))
    };
    let mut asset = |provider: &str, collection: &str, band: Band, access: Access, offset: f64, evidence: Evidence| {
        let asset = &of(provider, collection).assets[&band];
        let got = (asset.access, asset.radiometry.offset, asset.radiometry.evidence.clone());
        table.same(provider, Column::Parse, &format!("{collection} {band}"), got, (access, offset, evidence));
    };
    let (cdse, baseline) = (Access::Account(AccountKind::Cdse), Evidence::Baseline("05.11".into()));
    asset("earth-search", "sentinel-2-c1-l2a", Band::Red, Access::Open, -0.1, Evidence::Metadata);
    asset("earth-search", "sentinel-2-l2a", Band::Red, Access::Open, 0.0, Evidence::AppliedFlag);
    asset("earth-search", "sentinel-2-l1c", Band::Red, Access::RequesterPays, -0.1, Evidence::Metadata);
    asset("earth-search", "landsat-c2-l2", Band::Red, Access::RequesterPays, -0.2, Evidence::Baseline("Collection 2".into()));
    asset("planetary-computer", "sentinel-2-l2a", Band::Red, Access::Signed, -0.1, baseline.clone());
    asset("planetary-computer", "landsat-c2-l2", Band::Red, Access::Signed, -0.2, Evidence::Metadata);
    asset("cdse", "sentinel-2-l2a", Band::Red, cdse, -0.1, baseline.clone());
    asset("cdse", "sentinel-2-l1c", Band::Red, cdse, -0.1, baseline);
    asset("usgs", "landsat-c2l2-st", Band::Lwir11, Access::RequesterPays, 149.0, Evidence::Baseline("Collection 2".into()));
    let c1 = &of("earth-search", "sentinel-2-c1-l2a").assets;
    table.same("earth-search", Column::Parse, "nodata of the cloud probability", c1[&Band::CloudProbability].radiometry.nodata, None);
    table.same("earth-search", Column::Parse, "size, digest, grid", known_of(&c1[&Band::Red]), (true, true, true));
    let radar = &of("earth-search", "sentinel-1-grd").assets[&Band::Vv];
    table.same("earth-search", Column::Parse, "the made-up grid of GRD", known_of(radar).2, false);
    let l2a = of("cdse", "sentinel-2-l2a");
    let forms: Vec<_> = l2a.packages.iter().map(|package| (package.form, package.access)).collect();
    let expected = vec![(PackageForm::SafeZip, cdse), (PackageForm::SafeS3, Access::Account(AccountKind::CdseS3))];
    table.same("cdse", Column::Parse, "packages", forms, expected);
    let others: Vec<_> = l2a.sources(Band::Red).map(|asset| asset.access).collect();
    table.same("cdse", Column::Parse, "places of a band", others, vec![cdse, Access::Account(AccountKind::CdseS3)]);
    let picture = of("usgs", "landsat-c2l2-sr").thumbnail.as_deref().is_some_and(|href| href.ends_with("_thumb_small.jpeg"));
    table.same("usgs", Column::Parse, "the small picture is open", picture, true);
}

fn known_of(asset: &swath_domain::Asset) -> (bool, bool, bool) {
    (asset.size.is_some(), asset.checksum.is_some(), asset.grid.is_some())
}

/// Five products are left, each known to everybody who has it.
fn merged(table: &mut Table, changes: Vec<Change>) {
    let superseded = changes.iter().filter(|change| change.superseded_by.is_some()).count();
    for provider in all() {
        table.same(&provider, Column::Merge, "nothing supersedes its own copy", superseded, 0);
        for (sensor, band, sources) in [
            (Sensor::Sentinel2L2a, Band::Red, vec!["earth-search", "earth-search", "planetary-computer", "cdse", "cdse"]),
            (Sensor::Sentinel2L1c, Band::Red, vec!["cdse", "cdse", "earth-search"]),
            (Sensor::Sentinel1Grd, Band::Vv, vec!["planetary-computer", "cdse", "cdse", "earth-search"]),
            (Sensor::Sentinel1Rtc, Band::Vv, vec!["planetary-computer"]),
            // The USGS and Earth Search name the same file.
            (Sensor::LandsatC2L2, Band::Red, vec!["planetary-computer", "earth-search"]),
            (Sensor::LandsatC2L2, Band::Lwir11, vec!["usgs"]),
            (Sensor::LandsatC2L1, Band::Red, vec!["usgs"]),
        ] {
            let scenes: Vec<_> = changes.iter().filter(|change| change.scene.sensor == sensor).map(|change| &change.scene).collect();
            if !scenes.iter().any(|scene| scene.providers().any(|one| one == provider)) {
                continue;
            }
            table.same(&provider, Column::Merge, &format!("{sensor} is one scene"), scenes.len(), 1);
            let places: Vec<_> = scenes.iter().flat_map(|scene| scene.sources(band)).map(|asset| asset.provider.as_str()).collect();
            table.same(&provider, Column::Merge, &format!("places of {sensor} {band}"), places, sources);
        }
    }
}
