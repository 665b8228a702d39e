//! The column of signatures: what requests for files carry, for every catalogue and every access that its files have.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use swath_domain::{Access, AccountKind, Asset, Evidence, Never, Radiometry, Stop};
use swath_remote::provider::built_in;
use swath_remote::{Accounts, Client, ClientOptions, Endpoints, RangeCache, RemoteError};

use crate::replay::{Asked, Reply, Server, Shared};
use crate::table::{Column, Table};

/// What services hand out: recorded where there are recordings.
struct HandedOut {
    grant: Value,
    sas: Value,
}

pub async fn rows(table: &mut Table, shared: &mut Shared) {
    let recorded = |shared: &mut Shared, path: &str| shared.file(path).map(|bytes| serde_json::from_slice::<Value>(&bytes).unwrap());
    let grant = recorded(shared, "api/cdse-identity/test_query_resorb_s1_reader_issue68/001/body.json");
    let sas = recorded(shared, "api/planetary-computer-sas/test_href_exists/001/body.json");
    let made = HandedOut {
        grant: json!({"access_token": "REDACTED", "expires_in": 600, "refresh_token": "r", "refresh_expires_in": 3600, "session_state": "s"}),
        sas: json!({"msft:expiry": "2100-01-01T00:00:00Z", "token": "st=a%3Ab&sp=rl&sig=x%3D"}),
    };
    let handed = HandedOut { grant: grant.unwrap_or(made.grant), sas: sas.unwrap_or(made.sas) };
    for provider in built_in(None) {
        let accesses: BTreeSet<Access> = provider.collections.iter().map(|collection| collection.access).collect();
        for access in accesses {
            let what = format!("{access:?}");
            table.check(&provider.id, Column::Sign, &what, carries(access, &handed).await);
            table.check(&provider.id, Column::Sign, &format!("{what}, refused"), refused(access, &handed, shared).await);
            if access != Access::Open && access != Access::Signed {
                table.check(&provider.id, Column::Sign, &format!("{what}, without an account"), asks_first(access).await);
            }
        }
    }
    places(table, shared);
    for folder in ["api/planetary-computer-sas", "api/azure-blob", "api/cdse-identity"] {
        shared.leave_out(folder, "the question and the head of an answer whose body is used");
    }
    shared.leave_out("api/nasa-earthdata-login", "how one gets a token, which the user does in the browser");
    shared.leave_out("api/errors-reported-in-issues/planetary-computer-sas-pre-expired-token.json", "says in words what `expiry` is for");
    shared.leave_out("api/errors-reported-in-issues/cdse-download-redirect-chain", "its chain of redirects is a test of its own");
}

/// The real addresses are those that the recordings name.
fn places(table: &mut Table, shared: &mut Shared) {
    let real = Endpoints::default();
    let json = |bytes: bytes::Bytes| serde_json::from_slice::<Value>(&bytes).unwrap();
    if let Some(known) = shared.file("api/cdse-identity/CDSETool_openid_configuration/001/body.json").map(json) {
        let named = known["token_endpoint"].as_str().unwrap_or_default().to_owned();
        table.same("cdse", Column::Sign, "its token service", real.cdse_token.clone(), named);
    }
    if let Some(asked) = shared.file("api/planetary-computer-sas/test_href_exists/001/request.json").map(json) {
        let named = asked["url"].as_str().unwrap_or_default().to_owned();
        table.same("planetary-computer", Column::Sign, "its signer", format!("{}/sentinel2l2a01/sentinel2-l2", real.sas), named);
    }
}

async fn server(handed: &HandedOut, refusal: Option<Reply>) -> std::sync::Arc<Server> {
    let (grant, sas) = (handed.grant.clone(), handed.sas.clone());
    Server::start(move |asked: &Asked| match asked.uri.split('?').next().unwrap() {
        "/token" | "/sh-token" => Reply::json(200, &grant),
        "/m2m/login-token" => Reply::json(200, &json!({"data": "KEY", "errorCode": null})),
        path if path.starts_with("/sas/") => Reply::json(200, &sas),
        _ => refusal.clone().unwrap_or_else(|| Reply::json(404, &json!({}))),
    })
    .await
}

fn client(at: &str, with_accounts: bool) -> Client {
    let accounts = Accounts::session_only();
    if with_accounts {
        for kind in AccountKind::ALL {
            let fields = swath_remote::about(kind).fields.iter().map(|field| (field.name.to_owned(), format!("TYPED{}", field.name)));
            accounts.set(kind, fields.collect::<BTreeMap<_, _>>()).unwrap();
        }
    }
    let hosts = vec![at.trim_start_matches("http://").to_owned()];
    let endpoints = Endpoints {
        cdse_token: format!("{at}/token"),
        cdse_hosts: hosts.clone(),
        cdse_s3: at.into(),
        sentinel_hub_token: format!("{at}/sh-token"),
        sentinel_hub_hosts: hosts.clone(),
        usgs: format!("{at}/m2m"),
        usgs_hosts: hosts.clone(),
        earthdata_hosts: hosts.clone(),
        sas: format!("{at}/sas"),
        sas_hosts: hosts,
        aws: Some(at.into()),
        ..Endpoints::default()
    };
    Client::with_accounts(ClientOptions { endpoints, tries: 1, ..ClientOptions::default() }, accounts).unwrap()
}

async fn open(client: &Client, at: &str, access: Access) -> RemoteError {
    let folder = tempfile::tempdir().unwrap();
    let href = match access {
        Access::RequesterPays | Access::Account(AccountKind::CdseS3 | AccountKind::Aws) => "s3://eodata/c/x%20y.tif".to_owned(),
        _ => format!("{at}/eodata/c/x%20y.tif"),
    };
    let asset = Asset { access, ..Asset::new(href, Radiometry::identity(None, Evidence::Assumed)) };
    match RangeCache::new(client.clone(), folder.path().into()).open(&asset, &Never).await {
        Err(Stop::Failed(error)) => error,
        _ => panic!("there is no such file"),
    }
}

/// The request for a file carries what it needs, and nothing else.
async fn carries(access: Access, handed: &HandedOut) -> Result<(), String> {
    let server = server(handed, None).await;
    let error = open(&client(&server.address, true), &server.address, access).await;
    let asked: Vec<Asked> = server.asked().into_iter().filter(|asked| asked.uri.starts_with("/eodata")).collect();
    let [asked] = asked.as_slice() else { return Err(format!("{} requests: {error}", asked.len())) };
    let header = |name: &str| asked.headers.get(name).map_or("", |value| value.to_str().unwrap());
    let query = asked.uri.strip_prefix("/eodata/c/x%20y.tif").ok_or_else(|| format!("{} was asked for", asked.uri))?;
    let token = handed.grant["access_token"].as_str().unwrap();
    let bearer = match access {
        Access::Account(AccountKind::Cdse | AccountKind::SentinelHub) => format!("Bearer {token}"),
        Access::Account(AccountKind::Earthdata) => "Bearer TYPEDtoken".into(),
        _ => String::new(),
    };
    let keys = matches!(access, Access::RequesterPays | Access::Account(AccountKind::CdseS3 | AccountKind::Aws));
    let authorization = header("authorization");
    if keys && !authorization.starts_with("AWS4-HMAC-SHA256 Credential=TYPEDaccess-key/") || !keys && authorization != bearer {
        return Err("another authorization".to_owned());
    }
    let expected = [
        (header("x-auth-token"), if access == Access::Account(AccountKind::Usgs) { "KEY" } else { "" }),
        (header("x-amz-request-payer"), if access == Access::RequesterPays { "requester" } else { "" }),
        (query.trim_start_matches('?'), if access == Access::Signed { handed.sas["token"].as_str().unwrap() } else { "" }),
    ];
    expected.into_iter().find(|(got, wanted)| got != wanted).map_or(Ok(()), |(got, wanted)| Err(format!("`{got}` instead of `{wanted}`")))
}

/// A refusal is told in the server's words, and what to do.
async fn refused(access: Access, handed: &HandedOut, shared: &mut Shared) -> Result<(), String> {
    let recorded = shared.file("api/errors-reported-in-issues/azure-blob-403-expired-sas.json");
    let body = match recorded.map(|bytes| serde_json::from_slice::<Value>(&bytes).unwrap()) {
        Some(json) => json["response"]["body"].as_str().unwrap().to_owned(),
        None => "<Error><Code>AuthenticationFailed</Code><Message>Server failed to authenticate the request.</Message></Error>".into(),
    };
    let headers = vec![("content-type".to_owned(), "application/xml".to_owned())];
    let server = server(handed, Some(Reply { status: 403, headers, body: body.into() })).await;
    let error = open(&client(&server.address, true), &server.address, access).await;
    let said =
        matches!(error, RemoteError::Refused { .. } | RemoteError::Status { .. }) && error.to_string().contains("AuthenticationFailed");
    let times = server.asked().iter().filter(|asked| asked.uri.starts_with("/eodata")).count();
    let expected = if access == Access::Signed { 2 } else { 1 };
    if said && times == expected { Ok(()) } else { Err(format!("asked {times} times, then: {error}")) }
}

/// Without the account nothing is asked.
async fn asks_first(access: Access) -> Result<(), String> {
    let server = Server::start(|_| Reply::json(200, &json!({}))).await;
    match open(&client(&server.address, false), &server.address, access).await {
        RemoteError::NeedsAccount { .. } if server.asked().is_empty() => Ok(()),
        error => Err(format!("{} requests, then: {error}", server.asked().len())),
    }
}
