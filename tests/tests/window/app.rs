//! The built window under WebDriver: find, click, draw, wait, look.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// Nothing that is waited for takes longer, on two cores and with software graphics.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running window over fresh folders.
pub(crate) struct App {
    client: Client,
    driver: Child,
    _folders: tempfile::TempDir,
}

impl App {
    /// Starts driver and window.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// Starts driver and window over a configuration folder that has been prepared.
    pub(crate) async fn start_with(prepare: impl FnOnce(&Path)) -> Self {
        let of_env = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is set by `cargo xtask test window`"));
        let folders = tempfile::tempdir().unwrap();
        let config = folders.path().join("config");
        std::fs::create_dir(&config).unwrap();
        prepare(&config);
        let (port, native) = (free_port(), free_port());
        let driver = Command::new(of_env("SWATH_TAURI_DRIVER"))
            .args(["--port", &port.to_string(), "--native-port", &native.to_string()])
            .env("SWATH_DATA_DIR", folders.path().join("data"))
            .env("SWATH_CONFIG_DIR", config)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let since = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(since.elapsed() < PATIENCE, "the driver listens");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let wanted = json!({ "browserName": "wry", "tauri:options": { "application": of_env("SWATH_WINDOW_BIN") } });
        let Value::Object(capabilities) = wanted else { unreachable!() };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://{address}"))
            .await
            .unwrap_or_else(|error| panic!("the window does not start: {error}"));
        let app = Self { client, driver, _folders: folders };
        app.until("the map is ready", "return window.__swath?.map?.idle === true").await;
        app
    }

    /// Ends the window.
    pub(crate) async fn close(mut self) {
        let _ = self.client.clone().close().await;
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }

    /// What a script in the page returns.
    pub(crate) async fn ask(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until a script in the page returns something true, and gives it.
    pub(crate) async fn until(&self, what: &str, script: &str) -> Value {
        let since = Instant::now();
        loop {
            let value = self.ask(script).await;
            if !matches!(value, Value::Null | Value::Bool(false)) && value != json!(0) && value != json!("") {
                return value;
            }
            if since.elapsed() > PATIENCE {
                self.shot("waiting-in-vain").await;
                panic!("waited in vain until {what}; the page says: {}", self.ask("return document.body.innerText").await);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Clicks on the element of a test id, with the pointer.
    pub(crate) async fn click(&self, id: &str) {
        self.until(&format!("{id} can be clicked"), &format!("const e = {}; return !!e && !e.disabled", one(id))).await;
        let element = self.client.find(Locator::Css(&selector(id))).await.unwrap();
        element.click().await.unwrap_or_else(|error| panic!("{id}: {error}"));
    }

    /// Types into the field of a test id, in place of what is there.
    pub(crate) async fn fill(&self, id: &str, text: &str) {
        self.until(&format!("{id} can be filled"), &format!("const e = {}; return !!e && !e.disabled", one(id))).await;
        let element = self.client.find(Locator::Css(&selector(id))).await.unwrap();
        element.clear().await.unwrap_or_else(|error| panic!("{id}: {error}"));
        element.send_keys(text).await.unwrap_or_else(|error| panic!("{id}: {error}"));
    }

    /// Presses Escape.
    pub(crate) async fn escape(&self) {
        let key = KeyActions::new("keyboard".into()).then(KeyAction::Down { value: '\u{e00c}' }).then(KeyAction::Up { value: '\u{e00c}' });
        self.client.perform_actions(key).await.unwrap();
    }

    /// Text of the element of a test id; empty when there is none.
    pub(crate) async fn text(&self, id: &str) -> String {
        self.ask(&format!("return {}?.innerText ?? ''", one(id))).await.as_str().unwrap_or_default().trim().to_owned()
    }

    /// Waits until there is an element with a test id and, if given, an attribute of a value.
    pub(crate) async fn see(&self, id: &str, attribute: Option<(&str, &str)>) {
        let of = attribute.map_or(String::new(), |(name, value)| format!("[{name}='{value}']"));
        self.until(&format!("{id}{of} is there"), &format!("return !!document.querySelector(\"{}{of}\")", selector(id))).await;
    }

    /// Pixels of the window at a place of the map.
    pub(crate) async fn at(&self, lon: f64, lat: f64) -> (i64, i64) {
        let place = self.ask(&format!("const p = window.__swath.map.project({lon}, {lat}); return [p.x, p.y]")).await;
        (place[0].as_f64().unwrap().round() as i64, place[1].as_f64().unwrap().round() as i64)
    }

    /// Waits until the map neither moves nor loads.
    pub(crate) async fn still(&self) {
        self.until("the map is still", "return window.__swath.map.idle").await;
    }

    /// Clicks at two pixels of the window, moving between them as a hand does.
    pub(crate) async fn click_twice(&self, from: (i64, i64), to: (i64, i64)) {
        let by = |(x, y): (i64, i64)| PointerAction::MoveTo { duration: Some(Duration::from_millis(150)), x: x as f64, y: y as f64 };
        let (down, up) = (PointerAction::Down { button: MOUSE_BUTTON_LEFT }, PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        let middle = ((from.0 + to.0) / 2, (from.1 + to.1) / 2);
        let steps = [by(from), down.clone(), up.clone(), by(middle), by(to), down, up];
        let hand = steps.into_iter().fold(MouseActions::new("hand".into()), |hand, step| hand.then(step));
        self.client.perform_actions(hand).await.unwrap();
    }

    /// A picture of the window; also kept in the folder `SWATH_SHOTS`, if that is set.
    pub(crate) async fn shot(&self, name: &str) -> image::RgbImage {
        let png = self.client.screenshot().await.unwrap();
        if let Some(folder) = std::env::var_os("SWATH_SHOTS").map(PathBuf::from) {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(format!("{name}.png")), &png).unwrap();
        }
        image::load_from_memory(&png).unwrap().to_rgb8()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.driver.kill();
    }
}

fn selector(id: &str) -> String {
    format!("[data-testid='{id}']")
}

fn one(id: &str) -> String {
    format!("document.querySelector(\"{}\")", selector(id))
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}
