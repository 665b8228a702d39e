//! OData of the Copernicus Data Space Ecosystem: what is asked, what is made of the answers, and how far pages are followed.

#![allow(clippy::unwrap_used, clippy::print_stdout, dead_code, unreachable_pub, reason = "a test that cannot go on has failed")]

mod common;
#[path = "conformance/replay.rs"]
mod replay;

use std::collections::BTreeSet;
use std::sync::Arc;

use common::client;
use replay::{Asked, Reply, Server, Shared};
use serde_json::{Value, json};
use swath_domain::{
    Access, AccountKind, Aoi, Band, Checksum, DateRange, Filters, Never, OrbitDirection, PackageForm, Query, Scene, Sensor, Stop,
};
use swath_remote::provider::{Kind, Provider, built_in};
use swath_remote::{RemoteError, odata, search};

fn provider(server: &Server) -> Provider {
    let known = built_in(None).into_iter().find(|one| matches!(one.kind, Kind::OData { .. })).unwrap();
    Provider { kind: Kind::OData { url: format!("{}/odata/v1", server.address) }, requests_per_second: 0.0, page: 10, ..known }
}

const HERE: [f64; 4] = [10.2, 45.2, 10.4, 45.4];

fn query(sensors: &[Sensor]) -> Query {
    let dates = DateRange::new("2024-05-01".parse().unwrap(), "2024-05-31".parse().unwrap()).unwrap();
    Query { area: Aoi::from_bbox(HERE).unwrap(), dates, sensors: sensors.to_vec(), max_cloud: None, filters: Filters::default() }
}

async fn run(server: &Server, query: &Query) -> Result<Vec<Scene>, Stop<RemoteError>> {
    let mut all = Vec::new();
    let count = search(&client(), &provider(server), query, &Never, &mut |page| all.extend(page)).await?;
    assert_eq!(count, all.len());
    Ok(all)
}

/// The nth product of a day in May 2024; every fifteen begin together, as the tiles of a datatake do.
fn record(n: usize) -> Value {
    let (tile, second) = (["33TWL", "33TWM", "33TWN"][n % 3], n / 15);
    let name = format!("S2A_MSIL2A_20240507T10{second:02}01_N0510_R022_T{tile}_20240507T{:02}0000", n % 15);
    json!({
        "Id": format!("00000000-0000-0000-0000-{n:012}"), "Name": format!("{name}.SAFE"), "ContentLength": 1000 + n, "Online": true,
        "S3Path": format!("/eodata/Sentinel-2/MSI/L2A/2024/05/07/{name}.SAFE"),
        "Checksum": [{"Value": "B".repeat(64), "Algorithm": "BLAKE3"}, {"Value": "Ab".repeat(16), "Algorithm": "MD5"}],
        "ContentDate": {"Start": format!("2024-05-07T10:{second:02}:01.024000Z"), "End": format!("2024-05-07T10:{second:02}:01.024000Z")},
        "Footprint": "geography'SRID=4326;POLYGON ((10 45, 11 45, 11 46, 10 46, 10 45))'",
        "GeoFootprint": {"type": "Polygon", "coordinates": [[[10, 45], [11, 45], [11, 46], [10, 46], [10, 45]]]},
        "Attributes": [
            {"Name": "cloudCover", "Value": 12.5, "ValueType": "Double"}, {"Name": "tileId", "Value": tile},
            {"Name": "relativeOrbitNumber", "Value": 22}, {"Name": "processorVersion", "Value": "05.10"},
            {"Name": "datastripId", "Value": "S2A_OPER_MSI_L2A_DS_2APS_20240507T130000_S20240507T101005_N05.10"},
            {"Name": "productGroupId", "Value": "GS2A_20240507T100001_046352_N05.10"}, {"Name": "productType", "Value": "S2MSI2A"},
            {"Name": "platformShortName", "Value": "SENTINEL-2"}, {"Name": "platformSerialIdentifier", "Value": "A"},
            {"Name": "processingDate", "Value": "2024-05-07T13:00:00+00:00"},
        ],
        "Assets": [{"Type": "QUICKLOOK", "DownloadLink": "SERVER/odata/v1/Assets(7)/$value"}],
    })
}

fn page(records: Vec<Value>) -> Reply {
    Reply::json(200, &json!({"@odata.context": "x", "value": records}))
}

fn asked(one: &Asked) -> Vec<(String, String)> {
    url::Url::parse(&format!("http://x{}", one.uri)).unwrap().query_pairs().into_owned().collect()
}

fn value(one: &Asked, key: &str) -> String {
    asked(one).into_iter().find(|(name, _)| name == key).map(|(_, value)| value).unwrap_or_default()
}

#[tokio::test]
async fn limits_are_asked_for_in_its_own_words() {
    let base = "Collection/Name eq 'SENTINEL-2' and Attributes/OData.CSC.StringAttribute/any(att:att/Name eq 'productType' and \
                att/OData.CSC.StringAttribute/Value eq 'S2MSI2A') and OData.CSC.Intersects(area=geography'SRID=4326;\
                POLYGON((10.2 45.2,10.4 45.2,10.4 45.4,10.2 45.4,10.2 45.2))')";
    let times = "ContentDate/Start ge 2024-05-01T00:00:00.000Z and ContentDate/Start lt 2024-06-01T00:00:00.000Z";
    let attribute = |kind: &str, name: &str, rest: &str| {
        format!("Attributes/OData.CSC.{kind}Attribute/any(att:att/Name eq '{name}' and att/OData.CSC.{kind}Attribute/Value {rest})")
    };
    let filters = |value: Value| serde_json::from_value::<Filters>(value).unwrap();
    for (cloud, filters, expected) in [
        (None, filters(json!({})), None),
        (Some(20.0), filters(json!({})), Some(attribute("Double", "cloudCover", "le 20.00"))),
        (None, filters(json!({"relative_orbits": [22]})), Some(attribute("Integer", "relativeOrbitNumber", "eq 22"))),
        (
            None,
            filters(json!({"tiles": ["T33TWL", "33TWM", "191028"]})),
            Some(format!("({} or {})", attribute("String", "tileId", "eq '33TWL'"), attribute("String", "tileId", "eq '33TWM'"))),
        ),
        (None, filters(json!({"platforms": ["sentinel-2b"]})), Some(attribute("String", "platformSerialIdentifier", "eq 'B'"))),
        // Optical products do not say it, so that asking for it would leave nothing.
        (None, filters(json!({"orbit_direction": "descending"})), None),
        (None, filters(json!({"names": ["s2a_msil2a_20240507*"]})), Some("startswith(Name,'S2A_MSIL2A_20240507')".to_owned())),
    ] {
        let server = Server::in_turn(vec![page(Vec::new())]).await;
        let query = Query { max_cloud: cloud, filters, ..query(&[Sensor::Sentinel2L2a]) };
        assert_eq!(run(&server, &query).await.unwrap(), []);
        let parts: Vec<_> = [Some(base.to_owned()), expected, Some(times.to_owned())].into_iter().flatten().collect();
        let all = server.asked();
        assert_eq!(value(&all[0], "$filter"), parts.join(" and "));
        let rest: Vec<_> = asked(&all[0]).into_iter().skip(1).map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(rest, ["$orderby=ContentDate/Start asc", "$top=10", "$expand=Attributes", "$expand=Assets"]);
        assert_eq!((all.len(), all[0].uri.starts_with("/odata/v1/Products?")), (1, true));
    }
}

#[tokio::test]
async fn what_cannot_match_is_not_asked_for() {
    let server = Server::in_turn(vec![page(Vec::new())]).await;
    let filters = Filters { platforms: vec!["landsat-9".into()], ..Filters::default() };
    run(&server, &Query { filters, ..query(&[Sensor::Sentinel2L2a]) }).await.unwrap();
    assert_eq!(server.asked().len(), 0);
    let filters = serde_json::from_value(json!({"season": {"from": "12-01", "to": "12-31"}})).unwrap();
    run(&server, &Query { filters, ..query(&[Sensor::Sentinel2L2a]) }).await.unwrap();
    assert_eq!(server.asked().len(), 0);
}

#[tokio::test]
async fn an_area_over_the_antimeridian_is_asked_for_on_both_sides() {
    let server = Server::in_turn(vec![page(Vec::new())]).await;
    let area = Aoi::from_bbox([179.5, -17.8, -179.5, -17.2]).unwrap();
    run(&server, &Query { area, ..query(&[Sensor::Sentinel2L1c]) }).await.unwrap();
    let areas: Vec<_> = server.asked().iter().map(|one| value(one, "$filter")).collect();
    assert_eq!(areas.len(), 2);
    assert!(areas[0].contains("179.5 -17.8,180 -17.8") && areas[1].contains("-180 -17.8,-179.5 -17.8"), "{areas:?}");
}

#[tokio::test]
async fn a_record_becomes_a_scene_with_all_that_it_says() {
    let mut archived = record(1);
    archived["Online"] = false.into();
    archived["GeoFootprint"] = Value::Null;
    archived["Assets"] = json!([{"Type": "QUICKLOOK", "DownloadLink": "file:///etc/passwd"}]);
    let server = Server::in_turn(vec![page(vec![record(0), archived])]).await;
    let found = run(&server, &query(&[Sensor::Sentinel2L2a])).await.unwrap();
    let scene = &found[0];
    let name = "S2A_MSIL2A_20240507T100001_N0510_R022_T33TWL_20240507T000000";
    assert_eq!(scene.id.0, format!("cdse-odata/S2MSI2A/{name}"));
    assert_eq!(scene.name.as_deref(), Some(name));
    assert_eq!((scene.platform.as_str(), scene.cloud_cover, scene.tile.as_deref()), ("sentinel-2a", Some(12.5), Some("33TWL")));
    assert_eq!((scene.relative_orbit, scene.baseline.as_deref()), (Some(22), Some("05.10")));
    assert_eq!((scene.datatake.as_deref(), scene.datastrip.as_deref()), (Some("GS2A_20240507T100001_046352"), Some("20240507T101005")));
    assert_eq!(scene.datetime.to_string(), "2024-05-07T10:00:01.024Z");
    assert_eq!(scene.processed.unwrap().to_string(), "2024-05-07T13:00:00Z");
    assert_eq!(scene.thumbnail.as_deref(), Some(format!("{}/odata/v1/Assets(7)/$value", server.address).as_str()));
    assert!(scene.assets.is_empty());
    let [zip, nodes, s3] = scene.packages.as_slice() else { panic!("{:?}", scene.packages) };
    let product = format!("{}/odata/v1/Products(00000000-0000-0000-0000-000000000000)", server.address);
    assert_eq!(
        (zip.form, zip.href.clone(), zip.access),
        (PackageForm::SafeZip, format!("{product}/$value"), Access::Account(AccountKind::Cdse))
    );
    assert_eq!((zip.size, zip.checksum.clone(), zip.online), (Some(1000), Some(Checksum::Md5("ab".repeat(16))), true));
    assert_eq!((nodes.form, nodes.href.clone()), (PackageForm::SafeNodes, format!("{product}/Nodes")));
    assert_eq!((s3.form, s3.access), (PackageForm::SafeS3, Access::Account(AccountKind::CdseS3)));
    assert_eq!(s3.href, format!("s3://eodata/Sentinel-2/MSI/L2A/2024/05/07/{name}.SAFE"));
    // The second has its outline as text only, lies in the archive, and its picture may not be fetched.
    assert!(found[1].packages.iter().all(|package| !package.online));
    assert_eq!((found[1].footprint.clone(), found[1].thumbnail.as_deref()), (scene.footprint.clone(), None));
}

#[tokio::test]
async fn radar_products_are_asked_for_by_type_and_say_their_orbit() {
    let name = "S1A_IW_GRDH_1SDV_20240507T052021_20240507T052046_053763_06882C_1B2D";
    let mut radar = record(0);
    radar["Name"] = format!("{name}.SAFE").into();
    radar["Attributes"] = json!([
        {"Name": "productType", "Value": "IW_GRDH_1S"}, {"Name": "orbitDirection", "Value": "DESCENDING"}, {"Name": "cloudCover", "Value": 0},
        {"Name": "polarisationChannels", "Value": "VV&VH"}, {"Name": "relativeOrbitNumber", "Value": "168"},
    ]);
    let server = Server::start(move |asked| {
        let ours = asked.uri.contains("IW_GRDH_1S%27");
        page(if ours { vec![radar.clone()] } else { Vec::new() })
    })
    .await;
    let filters = Filters { orbit_direction: Some(OrbitDirection::Descending), polarisations: vec![Band::Vh], ..Filters::default() };
    let query = Query { max_cloud: Some(5.0), filters, ..query(&[Sensor::Sentinel1Grd]) };
    let found = run(&server, &query).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].polarisations.as_slice(), found[0].relative_orbit), ([Band::Vv, Band::Vh].as_slice(), Some(168)));
    assert_eq!((found[0].orbit_direction, found[0].cloud_cover), (Some(OrbitDirection::Descending), None));
    assert_eq!(found[0].platform, "sentinel-1a");
    let filters: Vec<_> = server.asked().iter().map(|one| value(one, "$filter")).collect();
    assert_eq!(filters.len(), 4, "one for each type of product");
    assert!(filters.iter().all(|f| f.contains("'DESCENDING'") && !f.contains("cloudCover") && f.contains("'SENTINEL-1'")), "{filters:?}");
}

/// A catalogue of `count` products that skips up to `most` of them, with or without next links.
async fn catalogue(count: usize, most: usize, links: bool) -> Arc<Server> {
    Server::start(move |asked| {
        let number = |key: &str| value(asked, key).parse::<usize>().ok();
        let (top, skip) = (number("$top").unwrap(), number("$skip").unwrap_or(0));
        if skip > most {
            return Reply::json(422, &json!({"detail": {"message": "$skip must be less than or equal to the limit"}}));
        }
        let filter = value(asked, "$filter");
        let from = filter.split("ContentDate/Start ge ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
        let from: jiff::Timestamp = from.parse().unwrap();
        let start = |record: &Value| record["ContentDate"]["Start"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        let fit: Vec<Value> = (0..count).map(record).filter(|record| start(record) >= from).collect();
        let here: Vec<Value> = fit.iter().skip(skip).take(top).cloned().collect();
        let mut answer = json!({"value": here});
        if links && skip + top < fit.len() && skip + top <= most {
            let uri = asked.uri.split("&%24skip=").next().unwrap();
            answer["@odata.nextLink"] = format!("SERVER{uri}&%24skip={}", skip + top).into();
        }
        Reply::json(200, &answer)
    })
    .await
}

#[tokio::test]
async fn every_product_comes_once_however_far_the_service_skips() {
    for (count, most, links, requests) in [
        (0, 100, true, 1),
        (7, 100, true, 1),
        (10, 100, true, 2),
        (95, 10_000, true, 10),
        (95, 10_000, false, 10),
        (95, 30, true, 0),
        (95, 30, false, 0),
        (95, 20, true, 0),
    ] {
        let server = catalogue(count, most, links).await;
        let found = run(&server, &query(&[Sensor::Sentinel2L2a])).await.unwrap();
        let names: BTreeSet<_> = found.iter().map(|scene| scene.id.item().to_owned()).collect();
        assert_eq!((found.len(), names.len()), (count, count), "{most} {links}");
        let made = server.asked().len();
        assert!(if requests > 0 { made == requests } else { made < 60 }, "{count} {most} {links}: {made} requests");
    }
}

#[tokio::test]
async fn pages_that_are_too_heavy_are_asked_for_in_smaller_ones() {
    let server = Server::start(|asked| {
        let number = |key: &str| value(asked, key).parse::<usize>().ok();
        let (top, skip) = (number("$top").unwrap(), number("$skip").unwrap_or(0));
        if top > 50 {
            return Reply::json(504, &json!({"message": "upstream request timeout"}));
        }
        page((0..120).map(record).skip(skip).take(top).collect())
    })
    .await;
    let provider = Provider { page: 200, ..provider(&server) };
    let count = search(&client(), &provider, &query(&[Sensor::Sentinel2L2a]), &Never, &mut |_| ()).await.unwrap();
    let sizes: Vec<_> = server.asked().iter().map(|one| value(one, "$top")).collect();
    assert_eq!((count, sizes), (120, ["200", "200", "200", "100", "100", "100", "50", "50", "50"].map(str::to_owned).to_vec()));
}

#[tokio::test]
async fn more_of_one_moment_than_can_be_skipped_is_an_error_and_not_a_silent_loss() {
    // Fifteen begin together, and only ten can be seen of them.
    let server = catalogue(60, 0, true).await;
    let mut seen = 0;
    let result = search(&client(), &provider(&server), &query(&[Sensor::Sentinel2L2a]), &Never, &mut |page| seen += page.len()).await;
    assert!(matches!(result, Err(Stop::Failed(RemoteError::Parse { what, .. })) if what.contains("one moment")));
    assert_eq!(seen, 10);
}

#[tokio::test]
async fn catalogues_that_repeat_themselves_or_lead_elsewhere_come_to_an_end() {
    let full = || (0..10).map(record).collect::<Vec<_>>();
    let linked = |link: &str| Reply::json(200, &json!({"value": full(), "@odata.nextLink": link}));
    for (name, reply, most) in [
        ("the same full page for ever", page(full()), 2),
        ("a link to itself", linked("SERVER/odata/v1/Products?%24skip=10"), 2),
        ("a link to another host", linked("http://127.0.0.1:1/odata/v1/Products?%24skip=10"), 2),
        ("a link that is none", linked("::"), 2),
    ] {
        let server = Server::in_turn(vec![reply]).await;
        assert_eq!(run(&server, &query(&[Sensor::Sentinel2L2a])).await.unwrap().len(), 10, "{name}");
        assert!(server.asked().len() <= most, "{name}: {}", server.asked().len());
    }
}

#[tokio::test]
async fn records_that_cannot_be_used_do_not_spoil_the_page() {
    let spoiled = |what: &str, with: Value| {
        let mut one = record(3);
        one[what] = with;
        one
    };
    let mut shapeless = spoiled("GeoFootprint", Value::Null);
    shapeless["Footprint"] = Value::Null;
    let records = vec![
        shapeless,
        spoiled("Name", "S1A_AUX_INS_V20140406T010000_G20140409T142540.SAFE".into()),
        spoiled("Name", "../../etc/passwd".into()),
        spoiled("Name", Value::Null),
        spoiled("Name", "S2A_MSIL1C_20240507T100001_N0510_R022_T33TWL_20240507T000000.SAFE".into()),
        spoiled("ContentDate", json!({"Start": "soon"})),
        json!(7),
        json!({}),
        record(5),
    ];
    let server = Server::in_turn(vec![page(records)]).await;
    let found = run(&server, &query(&[Sensor::Sentinel2L2a])).await.unwrap();
    assert_eq!(found.len(), 1);
    // Fields that are of no use are left out without the scene.
    let mut odd = record(0);
    for (key, with) in [("ContentLength", json!("big")), ("Checksum", json!({})), ("S3Path", json!("/eodata/../x")), ("Id", json!("a/b"))] {
        odd[key] = with;
    }
    odd["Attributes"] = json!([{"Name": "cloudCover", "Value": 250}, 5, {"Name": "relativeOrbitNumber", "Value": -3}]);
    let server = Server::in_turn(vec![page(vec![odd])]).await;
    let found = run(&server, &query(&[Sensor::Sentinel2L2a])).await.unwrap();
    assert_eq!((found[0].cloud_cover, found[0].packages.len(), found[0].relative_orbit), (None, 0, Some(22)));
}

#[tokio::test]
async fn what_goes_wrong_is_said_in_its_words() {
    let html = Reply { status: 200, headers: Vec::new(), body: "<html><h1>Data is now elsewhere</h1></html>".into() };
    for (reply, expected) in [
        (html, "Data is now elsewhere"),
        (Reply::json(200, &json!({"message": "in maintenance"})), "in maintenance"),
        (Reply::json(200, &json!([])), "no `value`"),
        (Reply::json(400, &json!({"detail": "Invalid field: Colection"})), "Invalid field"),
        (Reply::json(422, &json!({"detail": "top too large"})), "top too large"),
        (Reply::json(503, &json!({"message": "down"})), "down"),
    ] {
        let server = Server::in_turn(vec![reply]).await;
        match run(&server, &query(&[Sensor::Sentinel2L2a])).await {
            Err(Stop::Failed(error)) => assert!(error.to_string().contains(expected) && error.code() == "provider-failed", "{error}"),
            other => panic!("{expected}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn names_are_looked_up_instead_of_searched_for() {
    let name = record(0)["Name"].as_str().unwrap().trim_end_matches(".SAFE").to_owned();
    for refuses in [false, true] {
        let server = Server::start(move |asked| {
            if refuses && asked.uri.contains("expand") {
                return Reply::json(400, &json!({"detail": "unknown option"}));
            }
            page(vec![record(0)])
        })
        .await;
        let filters = Filters { names: vec![name.clone(), "S2A_NOT_THERE".into()], ..Filters::default() };
        let query = Query { filters, ..query(&[Sensor::Sentinel2L2a, Sensor::Sentinel1Grd]) };
        let found = run(&server, &query).await.unwrap();
        assert_eq!(found.iter().map(|scene| scene.name.clone().unwrap()).collect::<Vec<_>>(), std::slice::from_ref(&name));
        let first = &server.asked()[0];
        assert!(first.method == "POST" && first.uri.starts_with("/odata/v1/Products/OData.CSC.FilterList"), "{}", first.uri);
        assert_eq!(first.json(), json!({"FilterProducts": [{"Name": format!("{name}.SAFE")}, {"Name": "S2A_NOT_THERE"}]}));
        assert_eq!(server.asked().len(), if refuses { 2 } else { 1 });
    }
}

#[tokio::test]
async fn it_is_known_which_products_there_are_and_why_others_are_gone() {
    let names: Vec<String> = (0..130).map(|n| record(n)["Name"].as_str().unwrap().trim_end_matches(".SAFE").to_owned()).collect();
    let server = Server::start(|asked| match asked.method.as_str() {
        "POST" => {
            let wanted = asked.json()["FilterProducts"].as_array().unwrap().clone();
            assert!(wanted.len() <= 100);
            page((0..65).map(record).filter(|record| wanted.iter().any(|one| one["Name"] == record["Name"])).collect())
        }
        _ if asked.uri.contains("NOWHERE") => page(Vec::new()),
        _ => {
            let mut gone = record(7);
            gone["DeletionCause"] = "Duplicated product".into();
            gone["DeletionDate"] = "2024-06-01T00:00:00.000Z".into();
            page(vec![gone])
        }
    })
    .await;
    let url = format!("{}/odata/v1", server.address);
    let known = odata::known(&client(), &url, &names, &Never).await.unwrap();
    assert_eq!(known, names[..65].iter().cloned().collect());
    let gone = odata::deleted(&client(), &url, &names[7], &Never).await.unwrap().unwrap();
    assert_eq!((gone.cause.as_str(), gone.at.unwrap().to_string()), ("Duplicated product", "2024-06-01T00:00:00Z".to_owned()));
    let last = server.asked().pop().unwrap();
    assert_eq!(value(&last, "$filter"), format!("Name eq '{}.SAFE'", names[7]));
    assert!(last.uri.starts_with("/odata/v1/DeletedProducts?"));
    assert_eq!(odata::deleted(&client(), &url, "NOWHERE", &Never).await.unwrap(), None);
    assert_eq!(odata::deleted(&client(), &url, &names[8], &Never).await.unwrap(), None, "another product's fate");
}

#[tokio::test]
async fn recorded_answers_are_read() {
    let mut shared = Shared::open();
    let pages = shared.recordings("api/cdse-odata/CDSETool_S1_paging");
    if pages.is_empty() {
        return println!("skipped: no recordings at SWATH_SHARED");
    }
    // Five pages of auxiliary files without outlines, walked by the links of those days.
    let replies: Vec<_> =
        pages.iter().map(|one| one.reply.clone().replaced("https://catalogue.dataspace.copernicus.eu", "SERVER")).collect();
    let records: usize = replies.iter().map(|reply| reply.value()["value"].as_array().unwrap().len()).sum();
    let server = Server::in_turn(replies).await;
    let mut provider = provider(&server);
    provider.collections.retain(|one| one.id == "IW_GRDH_1S");
    let count = search(&client(), &provider, &query(&[Sensor::Sentinel1Grd]), &Never, &mut |_| ()).await.unwrap();
    assert_eq!((count, server.asked().len(), records), (0, 5, 47));
}

#[tokio::test]
async fn one_scene_is_asked_for_again_and_comes_as_it_is_now() {
    let fixed = |mut record: Value| {
        record["Checksum"] = json!([{"Value": "cd".repeat(16), "Algorithm": "MD5"}]);
        record
    };
    let server = Server::start(move |_| page(vec![fixed(record(1))])).await;
    let first = Server::start(|_| page(vec![record(1)])).await;
    let mut scenes = run(&first, &query(&[Sensor::Sentinel2L2a])).await.unwrap();
    let scene = scenes.remove(0);
    let zip = |scene: &Scene| scene.packages.iter().find(|one| one.form == PackageForm::SafeZip).unwrap().checksum.clone();
    assert_eq!(zip(&scene), Some(Checksum::Md5("ab".repeat(16))));
    let again = swath_remote::scene_again(&client(), &provider(&server), &scene, &Never).await.unwrap().unwrap();
    assert_eq!((zip(&again), &again.id), (Some(Checksum::Md5("cd".repeat(16))), &scene.id));
    assert!(server.asked().len() == 1 && server.asked()[0].uri.contains("FilterList"), "by its name");
    // Of a catalogue that does not know it, or cannot be asked for one.
    let other = Provider { id: "another".into(), ..provider(&server) };
    assert_eq!(swath_remote::scene_again(&client(), &other, &scene, &Never).await, Ok(None));
    let files = Provider { kind: Kind::Static { folder: "nowhere".into() }, ..provider(&server) };
    assert_eq!(swath_remote::scene_again(&client(), &files, &scene, &Never).await, Ok(None));
}
