//! Services and catalogues that take what they are sent, and say it back wherever a client may read.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use swath_remote::Endpoints;

use crate::tests::server::{Answer, Asked, Server};

/// Everything that was asked, said back in every field that a client may show.
fn echo(status: u16, asked: &Asked) -> Answer {
    let whole = format!("{} {} {}", asked.line, asked.headers.replace("\r\n", " "), asked.body);
    let based = STANDARD.encode(&whole);
    let fields = ["message", "description", "detail", "error", "error_description", "errorMessage", "code", "errorCode"];
    let mut body: BTreeMap<&str, String> = fields.iter().map(|field| (*field, format!("you said {whole} or {based}"))).collect();
    body.insert("title", "https://files.example/x?sig=Xq7sasSign6&X-Amz-Signature=Xq7hrefSig5".into());
    let header = asked.headers.lines().find_map(|line| line.strip_prefix("authorization: ")).unwrap_or("none").to_owned();
    let headers = vec![("content-type", "application/json".to_owned()), ("www-authenticate", header.clone()), ("x-request-id", header)];
    (status, headers, serde_json::to_vec(&body).unwrap())
}

fn ok(body: Value) -> Answer {
    (200, vec![("content-type", "application/json".into())], body.to_string().into_bytes())
}

/// A scene whose files need what their catalogue says. One catalogue signs the addresses itself, which none should.
fn page(catalogue: &str, base: &str, day: usize) -> Answer {
    let corners = json!([[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]]);
    let href = |name: &str| match catalogue {
        "s3" => format!("s3://eodata/{catalogue}/{name}"),
        "aws" => format!("s3://usgs-landsat/{catalogue}/{name}"),
        "presigned" => format!("{base}/files/{catalogue}/{name}?X-Amz-Signature=Xq7hrefSig5&sig=Xq7hrefSig5"),
        _ => format!("{base}/files/{catalogue}/{name}"),
    };
    let asset = |name: &str| json!({ "href": href(name), "type": "image/tiff; application=geotiff; profile=cloud-optimized" });
    ok(json!({ "type": "FeatureCollection", "links": [], "features": [{
        "type": "Feature", "stac_version": "1.0.0", "id": format!("item-{catalogue}"), "collection": "c", "bbox": [0.0, 0.0, 1.0, 1.0],
        "geometry": { "type": "Polygon", "coordinates": corners }, "links": [],
        "properties": { "datetime": format!("2025-06-{:02}T10:00:00Z", day + 1), "platform": "sentinel-2b", "eo:cloud_cover": 1 },
        "assets": { "red": asset("red.tif"), "scl": asset("scl.tif"), "thumbnail": { "href": href("thumb.jpg") } }
    }] }))
}

pub(super) const STAC: [(&str, &str); 7] = [
    ("cdse", r#"{"account":"cdse"}"#),
    ("earthdata", r#"{"account":"earthdata"}"#),
    ("usgs", r#"{"account":"usgs"}"#),
    ("s3", r#"{"account":"cdse-s3"}"#),
    ("aws", r#""requester-pays""#),
    ("signed", r#""signed""#),
    ("presigned", r#""open""#),
];

pub(super) fn answer(asked: &Asked, accepting: bool, base: &str) -> Answer {
    let path = asked.line.split(' ').nth(1).unwrap_or_default();
    if let Some((day, (name, _))) = STAC.iter().enumerate().find(|(_, (name, _))| path.starts_with(&format!("/stac/{name}/search"))) {
        return page(name, base, day);
    }
    let grant = |token: &str| {
        let session = json!({ "refresh_token": "Xq7cdseRfr7-refresh", "refresh_expires_in": 3600, "session_state": "Xq7cdseSes7-session" });
        let mut grant = json!({ "access_token": format!("{token}-access"), "expires_in": 600, "token_type": "Bearer" });
        grant.as_object_mut().unwrap().extend(session.as_object().unwrap().clone());
        ok(grant)
    };
    match path {
        "/cdse/token" if accepting => grant("Xq7cdseBrr7"),
        "/sh/token" if accepting => grant("Xq7shBrerr8"),
        "/usgs/login-token" if accepting => ok(json!({ "data": "Xq7usgsKey9-key", "errorCode": null, "errorMessage": null })),
        "/usgs/permissions" if accepting => ok(json!({ "data": ["download"], "errorCode": null })),
        "/earthdata" if accepting => ok(json!({})),
        _ if accepting && path.starts_with("/sas/") => {
            ok(json!({ "token": "sv=2024&sig=Xq7sasSign6%3D", "msft:expiry": "2099-01-01T00:00:00Z" }))
        }
        _ if accepting && path.starts_with("/aws?") => {
            (200, Vec::new(), b"<GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult>".to_vec())
        }
        _ if accepting && path.starts_with("/s3/eodata?") => (200, Vec::new(), b"<ListBucketResult/>".to_vec()),
        _ => echo(403, asked),
    }
}

pub(super) fn endpoints(server: &Server) -> Endpoints {
    let (url, hosts) = (|path: &str| server.url(path), || vec![server.address.to_string()]);
    Endpoints {
        cdse_token: url("/cdse/token"),
        cdse_sessions: url("/cdse/sessions"),
        cdse_hosts: hosts(),
        cdse_s3: url("/s3"),
        sentinel_hub_token: url("/sh/token"),
        sentinel_hub_hosts: hosts(),
        usgs: url("/usgs"),
        usgs_hosts: hosts(),
        earthdata_check: url("/earthdata"),
        earthdata_hosts: hosts(),
        sas: url("/sas"),
        sas_hosts: hosts(),
        aws: Some(url("/buckets")),
        aws_check: url("/aws"),
    }
}

pub(super) fn providers(server: &Server) -> Vec<(String, Value)> {
    let collection = |sensor: &str, access: &str| {
        let access: Value = serde_json::from_str(access).unwrap();
        json!([{ "id": "c", "sensor": sensor, "assets": { "red": "red", "scl": "scl" }, "thumbnail": "thumbnail", "access": access }])
    };
    let stac = STAC.iter().map(|(name, access)| {
        let kind = json!({ "stac": { "url": server.url(&format!("/stac/{name}")) } });
        (*name, json!({ "id": name, "title": name, "kind": kind, "collections": collection("sentinel-2-l2a", access) }))
    });
    let others =
        [("odata", "o-data", None), ("cmr", "cmr", None), ("m2m", "m2m", Some("usgs")), ("hub", "sentinel-hub", Some("sentinel-hub"))];
    let others = others.into_iter().map(|(name, kind, account)| {
        let kind = json!({ kind: { "url": server.url(if name == "m2m" { "/usgs" } else { "/other" }) } });
        let collections = collection("sentinel-2-l2a", r#""open""#);
        (name, json!({ "id": name, "title": name, "kind": kind, "search_account": account, "collections": collections }))
    });
    stac.chain(others).map(|(name, provider)| (format!("{name}.json"), provider)).collect()
}
