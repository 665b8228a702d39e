//! The built window in a real webview, driven as a person would: from the demo to a cloud-free image on the map.
//!
//! Needs a display, a session bus, the built window and the driver; `cargo xtask test window` sees to all of them.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test gives up where something is missing, and tells its figures")]

mod app;
mod catalogues;
mod downloads;

use std::collections::HashSet;

use app::App;

/// Corners of a rectangle inside the demo area: west, south, east, north.
const RECTANGLE: [f64; 4] = [0.075, 0.075, 0.12, 0.12];

#[tokio::test]
#[ignore = "needs the built window and a display: cargo xtask test window"]
async fn from_the_demo_to_an_image_on_the_map() {
    let app = App::start().await;
    app.shot("1-empty").await;

    app.click("open-demo").await;
    app.until("the demo's area is shown", "return document.querySelector(\"[data-testid='area-size']\")?.innerText.match(/[0-9]/)?.[0]")
        .await;
    app.still().await;
    let demo_size = app.text("area-size").await;

    draw(&app).await;
    let size = app.text("area-size").await;
    println!("area of the demo {demo_size}, drawn {size}");
    assert_ne!(size, demo_size, "the drawn rectangle is the area now");
    app.shot("2-drawn").await;

    app.click("search").await;
    app.see("scene-card", None).await;
    app.until("every shown scene tells how clear it is", "const all = [...document.querySelectorAll(\"[data-testid='scene-clear']\")]; return all.length > 3 && all.filter(e => /[0-9]/.test(e.textContent)).length > 3").await;
    app.until("the cost is told", "return document.querySelector(\"[data-testid='estimate-fetch']\")?.innerText").await;
    let before = app.shot("3-scenes").await;

    app.click("create-image").await;
    app.see("job-row", Some(("data-job-state", "succeeded"))).await;
    app.click("library-toggle").await;
    app.see("product-row", None).await;
    if app.ask("return document.querySelector(\"[data-testid='product-show']\").getAttribute('aria-pressed')").await != "true" {
        app.click("product-show").await;
    }
    app.click("library-toggle").await;
    app.still().await;
    app.until("the product has a layer on the map", "return window.__swath.map.layers().some(id => id.includes('product'))").await;
    let after = image_on_map(&app).await;
    assert!(after.1 > colours(&app, &before).await, "the image shows more than the map did");
    // The area's outline is a few pixels wide; beyond it the map is as it was.
    let [west, south, _, north] = RECTANGLE;
    let (x, y) = app.at(west, (south + north) / 2.0).await;
    let beside = |shot: &image::RgbImage| (20..30).map(|away| shot.get_pixel((x - away) as u32, y as u32).0).collect::<Vec<_>>();
    assert_eq!(beside(&after.0), beside(&before), "the map shows beside the image");

    cancel_a_second_job(&app).await;
    switch_language(&app).await;
    switch_theme(&app).await;
    app.close().await;
}

/// Draws a rectangle with the pointer and waits until it is the area.
async fn draw(app: &App) {
    let old = app.text("area-size").await;
    let [west, south, east, north] = RECTANGLE;
    app.click("draw-rectangle").await;
    app.still().await;
    app.click_twice(app.at(west, south).await, app.at(east, north).await).await;
    let changed =
        format!("const now = document.querySelector(\"[data-testid='area-size']\")?.innerText.trim(); return now && now !== {old:?}");
    app.until("the rectangle is the area", &changed).await;
}

/// Colours of the window inside the rectangle.
async fn colours(app: &App, shot: &image::RgbImage) -> usize {
    let [west, south, east, north] = RECTANGLE;
    let ((left, bottom), (right, top)) = (app.at(west, south).await, app.at(east, north).await);
    let wide = |a: i64, b: i64| (a.min(b) + 8)..(a.max(b) - 8);
    let inside = wide(top, bottom).flat_map(|y| wide(left, right).map(move |x| (x, y)));
    let on_shot = inside.filter(|&(x, y)| x >= 0 && y >= 0 && x < i64::from(shot.width()) && y < i64::from(shot.height()));
    on_shot.map(|(x, y)| shot.get_pixel(x as u32, y as u32).0).collect::<HashSet<_>>().len()
}

/// Waits until the rectangle is full of colours; gives the window and the number of colours.
async fn image_on_map(app: &App) -> (image::RgbImage, usize) {
    for _ in 0..100 {
        app.still().await;
        let shot = app.shot("4-product").await;
        let seen = colours(app, &shot).await;
        if seen > 300 {
            println!("{seen} colours inside the rectangle");
            return (shot, seen);
        }
    }
    panic!("the image is not on the map");
}

async fn cancel_a_second_job(app: &App) {
    app.click("create-image").await;
    // Quicker than any driver: the button is pressed in the frame in which it appears.
    app.until("the second job was cancelled from its row", "const b = document.querySelector(\"[data-testid='job-cancel']\"); b?.click(); return !!b || !!document.querySelector(\"[data-job-state='cancelled']\")").await;
    app.see("job-row", Some(("data-job-state", "cancelled"))).await;
    assert!(!app.text("job-kept").await.is_empty(), "it says what was kept");
    app.shot("5-cancelled").await;
}

async fn switch_language(app: &App) {
    assert_eq!(app.text("search").await, "Search");
    app.click("language").await;
    app.until("the page is Chinese", "return document.documentElement.lang.startsWith('zh')").await;
    for (id, label) in [("search", "检索"), ("language", "EN")] {
        assert_eq!(app.text(id).await, label, "{id}");
    }
    app.shot("6-chinese").await;
    app.click("language").await;
    app.until("the page is English again", "return document.documentElement.lang.startsWith('en')").await;
}

async fn switch_theme(app: &App) {
    let theme = || app.ask("return document.documentElement.dataset.theme");
    let first = theme().await;
    let bright = brightness(&app.shot("7-theme").await);
    app.click("theme").await;
    app.until("the theme is another", &format!("return document.documentElement.dataset.theme !== {first}")).await;
    app.still().await;
    let other = brightness(&app.shot("8-other-theme").await);
    assert!((bright - other).abs() > 40.0, "one theme is light and one is dark: {bright} and {other}");
}

/// Mean of the upper edge of the window, which holds no map.
fn brightness(shot: &image::RgbImage) -> f64 {
    let pixels = (0..shot.width()).flat_map(|x| (0..8).map(move |y| (x, y)));
    let sum: u32 = pixels.map(|(x, y)| shot.get_pixel(x, y).0.iter().map(|c| u32::from(*c)).sum::<u32>()).sum();
    f64::from(sum) / f64::from(shot.width() * 8 * 3)
}
