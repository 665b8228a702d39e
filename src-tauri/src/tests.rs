//! The window without a screen: real commands, real permissions, a real library and a small demo catalogue, over Tauri's mock runtime.

mod areas;
mod catalogues;
mod contract;
mod holdings;
mod ipc;
mod pictures;
mod places;
mod products;
mod recipes;
mod scenes;
mod secrets;
mod server;
mod transfers;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};
use swath_demo::{Demo, DemoOptions};
use swath_remote::{Accounts, Endpoints};
use tauri::ipc::{CallbackFn, Channel, InvokeBody, InvokeResponseBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{App, Manager, WebviewWindow, WebviewWindowBuilder};
use tempfile::TempDir;

use crate::view::{
    Coordinates, ErrorCode, FiltersView, GapsChoice, GapsHow, ImageChoice, MaskChoice, MaskFrom, MethodChoice, OrderBy, QueryView,
    RecipeChoice,
};
use crate::{
    dialogs::Dialogs,
    paths::Paths,
    state::{AppState, Outside},
};

/// Long enough for any machine; nothing waits that long unless it is broken.
const PATIENCE: Duration = Duration::from_secs(120);

/// A program that is running, with folders of its own.
struct Rig {
    app: App<MockRuntime>,
    page: WebviewWindow<MockRuntime>,
    folder: Arc<TempDir>,
}

/// As when the window closes. A process that ends while GDAL is at work on another thread may crash on its way out.
impl Drop for Rig {
    fn drop(&mut self) {
        tauri::async_runtime::block_on(self.state().engine.shutdown());
    }
}

impl Rig {
    fn new() -> Self {
        Self::with(Dialogs::closed(), &[])
    }

    /// With the user's own provider files, by name.
    fn with(dialogs: Dialogs, providers: &[(&str, Value)]) -> Self {
        Self::over(outside(dialogs), providers)
    }

    fn over(outside: Outside, providers: &[(&str, Value)]) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let own = folder.path().join("config/providers");
        std::fs::create_dir_all(&own).unwrap();
        for (name, provider) in providers {
            std::fs::write(own.join(name), provider.to_string()).unwrap();
        }
        Self::inside(folder, outside)
    }

    /// The program is ended, and started again over the same folders.
    fn reopened(self) -> Self {
        let folder = self.folder.clone();
        drop(self);
        Self::inside(folder, outside(Dialogs::closed()))
    }

    fn inside(folder: Arc<TempDir>, outside: Outside) -> Self {
        let paths = Paths { data: folder.path().join("data"), config: folder.path().join("config") };
        let app = crate::builder(mock_builder()).build(crate::context()).unwrap();
        let state = tauri::async_runtime::block_on(async { AppState::open(&paths, outside) }).unwrap();
        app.manage(state);
        let page = WebviewWindowBuilder::new(&app, "main", Default::default()).build().unwrap();
        Self { app, page, folder }
    }

    fn state(&self) -> AppState {
        self.app.state::<AppState>().inner().clone()
    }

    /// As the page calls a command: through names, permissions and JSON.
    fn call(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        let request = InvokeRequest {
            cmd: command.into(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: if cfg!(windows) { "http://tauri.localhost" } else { "tauri://localhost" }.parse().unwrap(),
            body: InvokeBody::Json(arguments),
            headers: Default::default(),
            invoke_key: INVOKE_KEY.to_owned(),
        };
        get_ipc_response(&self.page, request).map(|body| body.deserialize().unwrap())
    }

    fn code(&self, command: &str, arguments: Value) -> String {
        let error = self.call(command, arguments).expect_err(command);
        assert!(error["message"].as_str().is_some_and(|message| message.len() > 10), "{command}: {error}");
        error["code"].as_str().unwrap().to_owned()
    }

    /// A small demo, among the catalogues.
    fn demo(&self) -> Demo {
        let options = DemoOptions { pixels: 240, dates: 3, ..DemoOptions::default() };
        let state = self.state();
        let demo = tauri::async_runtime::block_on(crate::commands::demo::ready(&state, options, Channel::new(|_| Ok(())))).unwrap();
        state.reload_providers();
        demo
    }

    /// The ids of all scenes of the demo.
    fn scenes(&self, demo: &Demo) -> Vec<String> {
        let (channel, events) = listen();
        let query = QueryView {
            area: Coordinates::of(demo.area.shape()),
            from: demo.dates.from().to_string(),
            to: demo.dates.to().to_string(),
            sensors: demo.sensors.clone(),
            max_cloud: None,
            filters: FiltersView::default(),
            providers: Some(vec!["demo".into()]),
        };
        tauri::async_runtime::block_on(crate::commands::scenes::search(self.app.state(), query, channel)).unwrap();
        let page = events.recv().unwrap();
        page["scenes"].as_array().unwrap().iter().map(|s| s["id"].as_str().unwrap().to_owned()).collect()
    }

    /// What the page would choose to make of the demo.
    fn choice(&self, demo: &Demo, scene_ids: Vec<String>) -> RecipeChoice {
        RecipeChoice {
            name: "Small demo".into(),
            area: Coordinates::of(demo.area.shape()),
            from: demo.dates.from().to_string(),
            to: demo.dates.to().to_string(),
            sensors: demo.sensors.clone(),
            max_cloud: None,
            scene_ids,
            bands: vec!["red".parse().unwrap(), "green".parse().unwrap(), "blue".parse().unwrap()],
            excluded: Vec::new(),
            mask: mask(),
            image: image(),
            resolution: 10.0,
            crs: "auto".into(),
            clip: true,
            filters: FiltersView::default(),
        }
    }
}

/// The default mask.
fn mask() -> MaskChoice {
    MaskChoice {
        from: MaskFrom::Auto,
        model: None,
        drop: ["cloud", "cirrus", "shadow", "saturated"].map(String::from).into(),
        cloud_buffer_m: 0.0,
        shadow_buffer_m: 0.0,
        edge_m: 0.0,
        by_hand: Vec::new(),
    }
}

/// The default image.
fn image() -> ImageChoice {
    ImageChoice {
        method: MethodChoice::Median,
        graded_buffers_m: vec![720.0, 360.0, 120.0, 0.0],
        balance: true,
        screening: true,
        evening: false,
        every: None,
        order: OrderBy::Clearest,
        at_most: None,
        least_share: None,
        gaps: GapsChoice { how: GapsHow::Empty, days: 0 },
        mix_sensors: false,
    }
}

/// Nobody's accounts, services that are not there, and a desktop that nobody looks at.
fn outside(dialogs: Dialogs) -> Outside {
    Outside { dialogs, accounts: Accounts::session_only(), endpoints: nowhere(), show: Arc::new(|_| ()) }
}

/// Services on this computer that nobody has started: no test reaches a real one.
fn nowhere() -> Endpoints {
    let endpoints = serde_json::to_value(Endpoints::default()).unwrap();
    let closed = |(name, value): (&String, &Value)| {
        let address = if name.ends_with("_hosts") { json!(["127.0.0.1:1"]) } else { json!("http://127.0.0.1:1") };
        (name.clone(), if value.is_null() { Value::Null } else { address })
    };
    serde_json::from_value(endpoints.as_object().unwrap().iter().map(closed).collect()).unwrap()
}

/// A channel as the page would open one, and what comes through it.
fn listen<T>() -> (Channel<T>, Receiver<Value>) {
    let (sender, receiver) = channel();
    let sender = std::sync::Mutex::new(sender);
    let channel = Channel::new(move |body: InvokeResponseBody| {
        let _ = sender.lock().unwrap().send(body.deserialize::<Value>()?);
        Ok(())
    });
    (channel, receiver)
}

fn square(west: f64, south: f64, side: f64) -> Value {
    let (east, north) = (west + side, south + side);
    json!([[[[west, south], [east, south], [east, north], [west, north], [west, south]]]])
}

/// Filters that limit nothing, as the page writes them.
fn no_filters() -> Value {
    json!({
        "periods": [], "season": null, "minCoverage": null, "minClear": null, "platforms": [], "orbitDirection": null,
        "relativeOrbits": [], "polarisations": [], "tiers": [], "tiles": [], "names": []
    })
}

fn word(code: ErrorCode) -> String {
    serde_json::to_value(code).unwrap().as_str().unwrap().to_owned()
}
