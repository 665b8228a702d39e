//! Two catalogues with the same scenes and a third that is out of order; an account that is added and tried; an area chosen from a file's outlines.

use std::path::Path;

use axum::{Form, Json, Router, http::StatusCode, response::Html, routing::post};
use serde_json::{Value, json};
use swath_demo::DemoOptions;
use swath_domain::Never;
use swath_remote::provider::{Provider as Catalogue, built_in};
use swath_tests::provider::Provider;

use crate::app::App;

const PASSWORD: &str = "planted-wachtwoord-7f3a";

#[tokio::test]
#[ignore = "needs the built window and a display: cargo xtask test window"]
async fn catalogues_are_merged_and_an_account_is_tried() {
    let folder = tempfile::tempdir().unwrap();
    let demo = swath_demo::make(&DemoOptions { pixels: 300, dates: 4, ..DemoOptions::default() }, folder.path(), &Never).unwrap();
    let (one, other) = (Provider::start(folder.path()).await, Provider::start(folder.path()).await);
    let services = services().await;
    let [out_of_order, token] = ["out-of-order", "token"].map(|path| format!("{services}/{path}"));
    let app = App::start_with(|config| {
        catalogue(config, "earth-search", "Earth Search", Some(one.url()));
        catalogue(config, "planetary-computer", "Planetary Computer", Some(other.url()));
        catalogue(config, "cdse", "Copernicus Data Space", Some(&out_of_order));
        catalogue(config, "cdse-odata", "Copernicus Data Space, OData", None);
        let services = json!({ "cdse_token": token, "cdse_sessions": format!("{services}/sessions") });
        std::fs::write(config.join("services.json"), services.to_string()).unwrap();
    })
    .await;

    choose_area(&app, demo.area.bbox()).await;
    let (from, to) = (demo.dates.from().to_string(), demo.dates.to().to_string());
    app.fill("date-from", &from).await;
    app.fill("date-to", &to).await;
    app.click("search").await;
    app.see("catalogue-line", Some(("data-state", "failed"))).await;
    app.until(
        "two catalogues have answered",
        "return document.querySelectorAll(\"[data-testid='catalogue-line'][data-state='done']\").length === 2",
    )
    .await;
    app.see("scene-card", None).await;
    let cards = app.ask("return document.querySelectorAll(\"[data-testid='scene-card']\").length").await;
    for id in ["earth-search", "planetary-computer"] {
        let line = app
            .ask(&format!("return document.querySelector(\"[data-testid='catalogue-line'][data-provider='{id}'] .state\").innerText"))
            .await;
        assert!(
            line.as_str().unwrap().contains(&cards.to_string()) && cards != json!(0),
            "{id} has {line}, shown are {cards}: each scene once"
        );
    }
    let words = app.text("catalogue-why").await;
    assert!(!words.is_empty(), "the catalogue that failed says why");
    let sources = app.text("scene-sources").await;
    assert!(sources.contains("Earth Search") && sources.contains('·'), "{sources}");
    app.shot("7-merged").await;
    app.click("completeness").await;
    app.see("completeness-row", Some(("data-state", "failed"))).await;
    app.shot("8-completeness").await;
    app.escape().await;

    try_an_account(&app).await;
    app.close().await;
}

/// Pastes an area as a text.
pub(crate) async fn paste(app: &App, text: &str) {
    app.click("start-paste").await;
    app.fill("paste-text", text).await;
    app.click("paste-take").await;
}

/// Pastes two outlines with Chinese attributes, the halves of a box, and takes one of them.
async fn choose_area(app: &App, [west, south, east, north]: [f64; 4]) {
    let part = |west: f64, east: f64, name: &str| {
        json!({"type": "Feature", "properties": {"名称": name, "面积": 4.9},
            "geometry": {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}})
    };
    let middle = (west + east) / 2.0;
    let text = json!({"type": "FeatureCollection", "features": [part(west, middle, "水库"), part(middle, east, "农田")]});
    paste(app, &text.to_string()).await;
    app.see("import-row", None).await;
    let table = app.text("import-table").await;
    assert!(table.contains("名称") && table.contains("水库") && table.contains("农田"), "{table}");
    app.shot("5-import").await;
    app.ask("document.querySelector(\"[data-testid='import-row'][data-feature='1'] input\").click()").await;
    app.click("import-take").await;
    app.until("the outline is the area", "return document.querySelector(\"[data-testid='area-size']\")?.innerText.match(/[0-9]/)?.[0]")
        .await;
    app.shot("6-area").await;
}

/// A wrong password is refused in words, the right one is accepted, and neither is ever in the page again.
async fn try_an_account(app: &App) {
    app.click("settings").await;
    app.click("settings-tab-accounts").await;
    app.see("account-cdse", None).await;
    app.ask("document.querySelector(\"[data-testid='account-cdse']\").open = true").await;
    for (password, accepted) in [("nope", false), (PASSWORD, true)] {
        app.fill("account-cdse-user", "analyst@example.org").await;
        app.fill("account-cdse-password", password).await;
        app.click("account-save-cdse").await;
        app.until("what was typed has gone", "return document.querySelector(\"[data-testid='account-cdse-password']\").value === ''").await;
        app.click("account-test-cdse").await;
        if accepted {
            app.until("it is accepted", "return document.querySelector(\"[data-testid='account-accepted-cdse']\").innerText").await;
        } else {
            let said = "return document.querySelector(\"[data-testid='account-cdse']\").textContent.includes('Invalid user credentials')";
            app.until("the service has answered", said).await;
        }
        app.until("the test is over", "return !document.querySelector(\"[data-testid='account-test-cdse']\").disabled").await;
        app.shot(if accepted { "10-account" } else { "9-account-refused" }).await;
        let page =
            app.ask("return document.documentElement.outerHTML + [...document.querySelectorAll('input')].map(e => e.value).join()").await;
        assert!(!page.as_str().unwrap().contains(password), "what was typed has gone from the page");
    }
    app.until("no error is left", "return !document.querySelector(\"[data-testid='account-cdse']\").textContent.includes('Invalid')").await;
}

/// The demo's collection under another catalogue's name; without an address it has none, and is not asked.
pub(crate) fn catalogue(config: &Path, id: &str, title: &str, url: Option<&str>) {
    let demo = built_in(Some(Path::new("unused"))).into_iter().find(|one: &Catalogue| one.id == "demo").unwrap();
    let mut described = serde_json::to_value(demo).unwrap();
    described["id"] = id.into();
    described["title"] = title.into();
    described["kind"] = json!({"stac": {"url": url.unwrap_or("http://127.0.0.1:9/none")}});
    if url.is_none() {
        described["collections"] = json!([]);
    }
    std::fs::create_dir_all(config.join("providers")).unwrap();
    std::fs::write(config.join(format!("providers/{id}.json")), described.to_string()).unwrap();
}

/// A token service that knows one password, and a catalogue that answers with a page for people.
async fn services() -> String {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let login = |Form(form): Form<Value>| async move {
        if form["password"] == PASSWORD {
            let session = json!({"access_token": "planted-access", "expires_in": 600, "refresh_token": "planted-refresh",
                "refresh_expires_in": 3600, "session_state": "5e55"});
            (StatusCode::OK, Json(session))
        } else {
            (StatusCode::UNAUTHORIZED, Json(json!({"error": "invalid_grant", "error_description": "Invalid user credentials"})))
        }
    };
    let page = || async { Html("<html><title>Maintenance</title><body>The catalogue is being maintained until noon.</body></html>") };
    let router = Router::new().route("/token", post(login)).fallback(page);
    tokio::spawn(async move { axum::serve(listener, router).await });
    base
}
