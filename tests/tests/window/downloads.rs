//! Scenes that are downloaded: an order that is refused with its reason, a queue in which every state can be seen, and files in the library.

use serde_json::{Value, json};
use swath_demo::DemoOptions;
use swath_domain::Never;
use swath_tests::provider::{Fault, Kind, Provider};

use crate::app::App;
use crate::catalogues::{catalogue, paste};

/// More than any disk holds.
const TOO_MUCH: u64 = 4_000_000_000_000_000;

#[tokio::test]
#[ignore = "needs the built window and a display: cargo xtask test window"]
async fn a_queue_with_every_state_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let demo = swath_demo::make(&DemoOptions { pixels: 300, dates: 16, ..DemoOptions::default() }, folder.path(), &Never).unwrap();
    let grow = |item: &mut Value| {
        // Of one band the catalogue says that it is larger than any disk.
        item["assets"]["nir"]["file:size"] = TOO_MUCH.into();
        true
    };
    let provider = Provider::start_with(folder.path(), grow).await;
    let app = App::start_with(|config| {
        catalogue(config, "earth-search", "Earth Search", Some(provider.url()));
        ["planetary-computer", "cdse", "cdse-odata"].iter().for_each(|id| catalogue(config, id, id, None));
    })
    .await;

    let [west, south, east, north] = demo.area.bbox();
    let ring = json!([[west, south], [east, south], [east, north], [west, north], [west, south]]);
    paste(&app, &json!({"type": "Polygon", "coordinates": [ring]}).to_string()).await;
    app.until("the area is measured", "return document.querySelector(\"[data-testid='area-size']\")?.innerText.match(/[0-9]/)?.[0]").await;
    app.fill("date-from", &demo.dates.from().to_string()).await;
    app.fill("date-to", &demo.dates.to().to_string()).await;
    app.click("search").await;
    app.see("catalogue-line", Some(("data-state", "done"))).await;
    app.until("enough scenes are listed", "return document.querySelectorAll(\"[data-testid='scene-card']\").length >= 8").await;
    let scenes = app.ask("return [...document.querySelectorAll(\"[data-testid='scene-card']\")].map(e => e.id.split('/').pop())").await;
    let scenes: Vec<&str> = scenes.as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();

    app.click("download-open").await;
    app.see("choice-bands", None).await;
    app.ask("document.querySelector(\"[data-testid='choice-bands']\").click()").await;
    bands(&app, &["nir"]).await;
    app.see("download-finding", Some(("data-finding", "disk"))).await;
    assert_eq!(app.ask("return document.querySelector(\"[data-testid='download-add']\").disabled").await, true, "it cannot be ordered");
    assert!(!app.text("download-sum").await.is_empty(), "and says why");
    app.shot("11-refused").await;

    bands(&app, &["red"]).await;
    app.until("nothing stands in the way", "return !document.querySelector(\"[data-testid='download-add']\").disabled").await;
    app.shot("12-download").await;
    // In the order of the queue: one comes, one is not there, two never answer, one host asks to wait, and the rest have to wait for a turn.
    let file = |scene: &str| format!("{scene}/B04");
    provider.fault(Fault::always(&file(scenes[1]), Kind::Status(404)));
    let _held = [provider.hold(&file(scenes[2])), provider.hold(&file(scenes[3]))];
    provider.fault(Fault::always(&file(scenes[4]), Kind::Busy("100".into())));
    let asked = |scene: &str| provider.traffic().seen.iter().filter(|seen| seen.path.contains(&file(scene))).count();
    let before = asked(scenes[7]);
    app.click("download-add").await;

    state(&app, 0, "succeeded").await;
    state(&app, 1, "failed").await;
    state(&app, 2, "running").await;
    state(&app, 3, "running").await;
    app.see("transfer-row", Some(("data-waiting", "host"))).await;
    act(&app, 5, "pause").await;
    state(&app, 5, "paused").await;
    act(&app, 6, "cancel").await;
    state(&app, 6, "cancelled").await;
    state(&app, 7, "queued").await;
    app.shot("13-queue").await;

    assert_eq!(asked(scenes[7]), before, "it waits for its turn");
    app.click("theme").await;
    app.click("language").await;
    app.until("the page is Chinese", "return document.documentElement.lang.startsWith('zh')").await;
    app.shot("14-queue-dark-chinese").await;
    app.click("library-toggle").await;
    app.click("library-tab-scenes").await;
    app.see("holding-row", None).await;
    app.shot("15-holdings").await;
    app.close().await;
}

/// Chooses these bands and no others.
async fn bands(app: &App, wanted: &[&str]) {
    app.see("download-bands", None).await;
    let script = format!(
        "const wanted = {}; document.querySelectorAll(\"[data-testid='download-bands'] [data-testid^='download-band-'] input\").forEach(e => {{ \
         const name = e.parentElement.dataset.testid.slice('download-band-'.length); if (e.checked !== wanted.includes(name)) e.click(); }})",
        json!(wanted)
    );
    app.ask(&script).await;
}

/// Waits until the transfer at a place of the queue is in a state.
async fn state(app: &App, place: usize, wanted: &str) {
    app.until(&format!("transfer {place} is {wanted}"), &format!("return {}?.dataset.transferState === '{wanted}'", row(place))).await;
}

/// Presses a button in the row of a transfer.
async fn act(app: &App, place: usize, action: &str) {
    let button = format!("{}?.querySelector(\"[data-testid='transfer-{action}']\")", row(place));
    app.until(
        &format!("transfer {place} can be asked to {action}"),
        &format!("const e = {button}; if (e && !e.disabled) e.click(); return !!e"),
    )
    .await;
}

/// Transfers have the numbers in which they were ordered, from 1.
fn row(place: usize) -> String {
    format!("document.querySelector(\"[data-testid='transfer-row'][data-transfer-id='{}']\")", place + 1)
}
