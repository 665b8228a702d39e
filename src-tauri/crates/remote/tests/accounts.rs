//! Accounts: logins that are shared, renewed and given back; bearers that go only where they may.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;
mod services;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::tiff::{Made, make};
use services::{Reply, Service, asset, client, endpoints, grant, no_grant, set};
use swath_domain::{Access, AccountKind, Never, Stop};
use swath_remote::{AccountError, AccountState, Accounts, Client, RangeCache, RemoteError, about};

const CDSE: (AccountKind, &[(&str, &str)]) = (AccountKind::Cdse, &[("user", "me@example.org"), ("password", "p&w d")]);

fn file() -> Vec<u8> {
    static FILE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    FILE.get_or_init(|| make(Made::default())).clone()
}

/// A host that gives the file to whoever comes with this header.
async fn files(name: &'static str, value: &'static str) -> Arc<Service> {
    Service::start(move |seen| match seen.header(name) == value {
        true => Reply::part(&file(), seen),
        false => Reply::json(401, serde_json::json!({"detail": "not you"})),
    })
    .await
}

async fn open(client: &Client, href: &str, access: Access) -> Result<(), RemoteError> {
    let folder = tempfile::tempdir().unwrap();
    let cache = RangeCache::new(client.clone(), folder.path().into());
    match cache.open(&asset(href, access), &Never).await {
        Ok(_) => Ok(()),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Cancelled) => panic!("cancelled"),
    }
}

fn to(service: &Service) -> String {
    format!("{}/odata/v1/Products(1)/B04.tif", service.address)
}

#[test]
fn accounts_are_complete_or_refused_and_show_nothing_secret() {
    let accounts = Accounts::session_only();
    assert_eq!(accounts.list().len(), AccountKind::ALL.len());
    assert!(accounts.list().iter().all(|account| account.state == AccountState::Absent));
    for kind in AccountKind::ALL {
        let fields = about(kind).fields;
        assert!(fields.iter().any(|field| field.secret) && about(kind).link.starts_with("https://"), "{kind}");
        let typed =
            |upto: usize| fields.iter().take(upto).map(|field| (field.name.to_owned(), format!(" hunter2-{} ", field.name))).collect();
        let lacks = accounts.set(kind, typed(fields.len() - 1)).unwrap_err();
        assert!(matches!(lacks, AccountError::Lacks { .. }) && lacks.to_string().contains(fields.last().unwrap().name), "{lacks}");
        let status = accounts.set(kind, typed(fields.len())).unwrap();
        assert_eq!(status.state, AccountState::SessionOnly);
        let shown = format!("{status:?} {accounts:?}");
        assert!(fields.iter().filter(|field| field.secret).all(|field| !shown.contains(&format!("hunter2-{}", field.name))), "{shown}");
        assert!(accounts.has(kind));
        assert_eq!(accounts.remove(kind).unwrap().state, AccountState::Absent);
        assert!(!accounts.has(kind));
    }
    let unknown = accounts.set(AccountKind::Aws, [("pin".to_owned(), "hunter2".to_owned())].into()).unwrap_err().to_string();
    assert!(unknown.contains("`pin`") && unknown.contains("`access-key`") && !unknown.contains("hunter2"), "{unknown}");
}

#[tokio::test]
async fn without_an_account_nothing_is_asked() {
    let host = files("authorization", "").await;
    let client = client(endpoints(&host, &[&host]), &[]);
    for access in AccountKind::ALL.map(Access::Account).into_iter().chain([Access::RequesterPays]) {
        let href = if matches!(access, Access::Account(AccountKind::CdseS3)) { "s3://eodata/a/B04.tif".into() } else { to(&host) };
        let error = open(&client, &href, access).await.unwrap_err();
        assert!(matches!(error, RemoteError::NeedsAccount { .. }), "{access:?}: {error}");
        assert_eq!(error.code(), "needs-account");
    }
    assert_eq!(host.count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_who_need_a_bearer_share_one_login() {
    let identity = Service::start(|_| grant("t1", 600)).await;
    let host = files("authorization", "Bearer t1").await;
    let client = client(endpoints(&identity, &[&host]), &[CDSE]);
    let hrefs: Vec<_> = (0..50).map(|i| format!("{}/{i}/B04.tif", host.address)).collect();
    let all = futures::future::join_all(hrefs.iter().map(|href| open(&client, href, Access::Account(AccountKind::Cdse)))).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    let logins = identity.asked("POST", "/token");
    assert_eq!(logins.len(), 1);
    for (name, expected) in
        [("grant_type", "password"), ("client_id", "cdse-public"), ("username", "me@example.org"), ("password", "p&w d")]
    {
        assert_eq!(logins[0].field(name).as_deref(), Some(expected));
    }
    assert_eq!(logins[0].field("totp"), None);
    assert_eq!(host.count(), 50);
    let status = client.host_status(&hrefs[0]).unwrap();
    assert_eq!(status.most, 4, "the service allows no more");
}

#[tokio::test]
async fn a_token_is_renewed_before_its_end_with_the_refresh_token() {
    let identity = Service::start(|seen| match seen.field("grant_type").as_deref() {
        // Its 80 % are over at once.
        Some("password") => grant("t1", 0),
        _ => grant("t2", 600),
    })
    .await;
    let host = Service::start(|seen| Reply::part(&file(), seen)).await;
    let client = client(endpoints(&identity, &[&host]), &[CDSE]);
    for _ in 0..3 {
        open(&client, &to(&host), Access::Account(AccountKind::Cdse)).await.unwrap();
    }
    let bearers: Vec<_> = host.asked("GET", "/").iter().map(|seen| seen.header("authorization").to_owned()).collect();
    assert_eq!(bearers, ["Bearer t1", "Bearer t2", "Bearer t2"]);
    let logins = identity.asked("POST", "/token");
    assert_eq!((logins.len(), logins[1].field("refresh_token").as_deref()), (2, Some("refresh-t1")));
    assert_eq!(logins[1].field("password"), None);
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_then_the_server_is_believed() {
    for (accepted, expected) in [("Bearer t2", true), ("Bearer t9", false)] {
        let logins = AtomicUsize::new(0);
        let identity = Service::start(move |_| grant(&format!("t{}", logins.fetch_add(1, Ordering::SeqCst) + 1), 600)).await;
        let host = files("authorization", accepted).await;
        let client = client(endpoints(&identity, &[&host]), &[CDSE]);
        let opened = open(&client, &to(&host), Access::Account(AccountKind::Cdse)).await;
        assert_eq!(opened.is_ok(), expected, "{opened:?}");
        assert_eq!((identity.count(), host.count()), (2, 2));
        if let Err(error) = opened {
            assert!(matches!(error, RemoteError::Login { account: AccountKind::Cdse, .. }), "{error}");
            assert!(error.to_string().contains("not you"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_and_not_again_until_it_is_changed() {
    let identity = Service::start(|seen| match seen.field("password").as_deref() {
        Some("right") => grant("t1", 600),
        _ => no_grant("Invalid user credentials"),
    })
    .await;
    let host = files("authorization", "Bearer t1").await;
    let client = client(endpoints(&identity, &[&host]), &[CDSE]);
    let href = to(&host);
    let all = futures::future::join_all((0..20).map(|_| open(&client, &href, Access::Account(AccountKind::Cdse)))).await;
    for opened in all {
        let error = opened.unwrap_err().to_string();
        assert!(error.contains("Invalid user credentials") && error.contains("`cdse`") && !error.contains("p&w d"), "{error}");
    }
    assert_eq!((identity.count(), host.count()), (1, 0));
    open(&client, &href, Access::Account(AccountKind::Cdse)).await.unwrap_err();
    assert_eq!(identity.count(), 1, "services lock accounts after a few wrong passwords");
    set(client.accounts(), AccountKind::Cdse, &[("user", "me"), ("password", "right")]);
    open(&client, &href, Access::Account(AccountKind::Cdse)).await.unwrap();
    assert_eq!(identity.count(), 2);
}

#[tokio::test]
async fn a_session_with_a_one_time_code_ends_with_a_question_not_with_a_loop() {
    let identity = Service::start(|seen| match (seen.field("grant_type").as_deref(), seen.field("totp").as_deref()) {
        (Some("password"), Some("123456")) => grant("t1", 0),
        (Some("password"), _) => no_grant("Invalid user credentials"),
        _ => Reply::json(400, serde_json::json!({"error": "invalid_grant", "error_description": "Token is not active"})),
    })
    .await;
    let host = Service::start(|seen| Reply::part(&file(), seen)).await;
    let client = client(endpoints(&identity, &[&host]), &[CDSE]);
    let status = client.test_account(AccountKind::Cdse, Some(" 123456 "), &Never).await.unwrap();
    assert!(status.checked.is_some() && status.valid_until.is_some());
    assert_eq!(status.user.as_deref(), Some("me@example.org"));
    for _ in 0..3 {
        let error = open(&client, &to(&host), Access::Account(AccountKind::Cdse)).await.unwrap_err();
        assert!(matches!(error, RemoteError::NeedsCode { account: AccountKind::Cdse }), "{error}");
        assert_eq!(error.code(), "needs-account");
    }
    assert_eq!((identity.count(), host.count()), (2, 0), "one login, one refusal to renew it");
    client.test_account(AccountKind::Cdse, Some("123456"), &Never).await.unwrap();
    assert_eq!(identity.count(), 3);
}

#[tokio::test]
async fn each_account_is_tried_by_what_its_service_offers() {
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJ1aWQiOiJqYW5lIiwiZXhwIjo0MTAyNDQ0ODAwfQ.c2ln";
    let host = Service::start(move |seen| match seen.path.as_str() {
        "/token" => grant("t1", 600),
        "/sh-token" if seen.field("client_secret").as_deref() == Some("s3") => grant("t2", 600),
        "/m2m/login-token" if seen.body.contains("app-token") => Reply::json(200, serde_json::json!({"data": "KEY1", "errorCode": null})),
        "/m2m/permissions" if seen.header("x-auth-token") == "KEY1" => {
            Reply::json(200, serde_json::json!({"data": ["user", "download"], "errorCode": null}))
        }
        "/check" if seen.header("authorization") == format!("Bearer {jwt}") => Reply::json(200, serde_json::json!({})),
        "/eodata" if seen.query == "list-type=2&max-keys=1" && seen.header("authorization").contains("Credential=AKS3/") => {
            Reply::new(200, "<ListBucketResult/>")
        }
        "/sts"
            if seen.header("authorization").contains("Credential=AKIAX/") && seen.header("authorization").contains("/us-east-1/sts/") =>
        {
            Reply::new(200, "<GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult>")
        }
        _ => Reply::json(403, serde_json::json!({"message": "no"})),
    })
    .await;
    let right: [(AccountKind, &[(&str, &str)]); 6] = [
        CDSE,
        (AccountKind::CdseS3, &[("access-key", "AKS3"), ("secret-key", "s1")]),
        (AccountKind::SentinelHub, &[("client-id", "0123456789abcdef"), ("client-secret", "s3")]),
        (AccountKind::Usgs, &[("user", "jane"), ("token", "app-token")]),
        (AccountKind::Earthdata, &[("token", jwt)]),
        (AccountKind::Aws, &[("access-key", "AKIAX"), ("secret-key", "s4")]),
    ];
    let client = client(endpoints(&host, &[&host]), &right);
    for (kind, user, ends, quota) in [
        (AccountKind::Cdse, "me@example.org", true, None),
        (AccountKind::CdseS3, "AKS3…", false, None),
        (AccountKind::SentinelHub, "0123…cdef", true, None),
        (AccountKind::Usgs, "jane", true, Some("user, download")),
        (AccountKind::Earthdata, "jane", true, None),
        (AccountKind::Aws, "AKIA…X", false, Some("AWS account 123456789012")),
    ] {
        let status = client.test_account(kind, None, &Never).await.unwrap();
        let got = (status.user.as_deref(), status.valid_until.is_some(), status.quota.as_deref(), status.checked.is_some());
        assert_eq!(got, (Some(user), ends, quota, true), "{kind}");
        assert_eq!(client.accounts().status(kind), status);
    }
    let end = client.accounts().status(AccountKind::Earthdata).valid_until.unwrap();
    assert_eq!(end.to_string(), "2100-01-01T00:00:00Z");

    client.end_sessions().await;
    let ended = host.asked("DELETE", "/sessions/session-t1");
    assert_eq!((ended.len(), ended[0].header("authorization")), (1, "Bearer t1"));
    assert_eq!(host.asked("POST", "/m2m/logout")[0].header("x-auth-token"), "KEY1");
    client.end_sessions().await;
    assert_eq!(host.asked("DELETE", "/").len(), 1, "once");

    for (kind, fields) in right {
        let wrong: Vec<_> = fields.iter().map(|(name, _)| (*name, "wrong")).collect();
        set(client.accounts(), kind, &wrong);
        assert_eq!(client.accounts().status(kind).checked, None);
        if kind != AccountKind::Cdse {
            let Err(Stop::Failed(error)) = client.test_account(kind, None, &Never).await else { panic!("{kind}") };
            assert!(
                matches!(error, RemoteError::Login { .. } | RemoteError::Refused { .. }) && error.to_string().contains("no"),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn errors_of_the_usgs_come_with_a_status_of_success() {
    for (code, words, expected) in [
        ("AUTH_INVALID", "User credential verification failed", "needs-account"),
        ("UNAUTHORIZED_USER", "Unable to validate user API permissions.", "needs-account"),
        ("RATE_LIMIT", "Rate limit exceeded", "provider-failed"),
        ("SERVER_ERROR", "Sorry", "provider-failed"),
    ] {
        let service =
            Service::start(move |_| Reply::json(200, serde_json::json!({"data": null, "errorCode": code, "errorMessage": words}))).await;
        let client = client(endpoints(&service, &[&service]), &[(AccountKind::Usgs, &[("user", "jane"), ("token", "app-token")])]);
        let Err(Stop::Failed(error)) = client.test_account(AccountKind::Usgs, None, &Never).await else { panic!("{code}") };
        assert_eq!(error.code(), expected, "{error}");
        assert!(error.to_string().contains(words) && !error.to_string().contains("app-token"), "{error}");
    }
}

#[tokio::test]
async fn the_key_of_the_usgs_goes_to_its_api_and_not_to_its_file_hosts() {
    let api = Service::start(|seen| match seen.path.as_str() {
        "/m2m/login-token" => Reply::json(200, serde_json::json!({"data": "KEY1", "errorCode": null})),
        _ if seen.header("x-auth-token") == "KEY1" => Reply::part(&file(), seen),
        _ => Reply::new(403, "no"),
    })
    .await;
    let dds = Service::start(|seen| Reply::part(&file(), seen)).await;
    let client = client(endpoints(&api, &[&api]), &[(AccountKind::Usgs, &[("user", "jane"), ("token", "app-token")])]);
    open(&client, &to(&api), Access::Account(AccountKind::Usgs)).await.unwrap();
    open(&client, &to(&dds), Access::Account(AccountKind::Usgs)).await.unwrap();
    let seen = &dds.asked("GET", "/")[0];
    assert_eq!((seen.header("x-auth-token"), seen.header("authorization")), ("", ""));
}
