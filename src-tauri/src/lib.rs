//! The window: the only code that knows Tauri. It translates and decides nothing.
//!
//! - [`view`] is the contract with the page in `ui/`, [`bindings`] its TypeScript side, [`commands`] the page's wishes, one file per noun.
//! - [`protocol`] serves pictures; the page names them by id and never learns a path or an address.
//! - [`forward`] passes on what happens to jobs and transfers, also as [`notices`] on the desktop; [`shutdown`] stops them so that they can go on later.
//! - [`state`] holds the engine, which does all the work.

pub mod areas;
pub mod basemaps;
pub mod bindings;
pub mod commands;
pub mod dialogs;
pub mod error;
pub mod forward;
pub mod logs;
pub mod newest;
pub mod notices;
pub mod paths;
pub mod protocol;
pub mod settings;
pub mod shutdown;
pub mod state;
pub mod view;

#[cfg(test)]
mod tests;

use std::sync::atomic::AtomicBool;

use tauri::{AppHandle, Context, DragDropEvent, Manager, Runtime, WebviewWindowBuilder, WindowEvent};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};

use crate::{
    paths::Paths,
    state::{AppState, Outside},
    view::IpcError,
};

/// Opens the window and runs until it is closed. Answers with the exit code of the process.
pub fn run(paths: Paths) -> Result<i32, tauri::Error> {
    let app = builder(tauri::Builder::default())
        .plugin(tauri_plugin_dialog::init())
        .plugin(notices::plugin())
        .setup(move |app| {
            start(app.handle(), &paths);
            Ok(())
        })
        .build(context())?;
    let ending = AtomicBool::new(false);
    Ok(app.run_return(move |app, event| shutdown::on_event(app, &event, &ending)))
}

/// `tauri.conf.json`, the built page and the permissions, as they were when this was compiled.
pub fn context<R: Runtime>() -> Context<R> {
    tauri::generate_context!()
}

/// Commands, pictures and dropped files: all that works without a real window too.
pub fn builder<R: Runtime>(builder: tauri::Builder<R>) -> tauri::Builder<R> {
    protocol::register(builder).invoke_handler(bindings::builder().invoke_handler()).on_window_event(|window, event| {
        if let WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) = event {
            commands::areas::dropped(window, paths);
        }
    })
}

/// The window appears only when there is a library behind it; otherwise a dialog says why not.
fn start<R: Runtime>(app: &AppHandle<R>, paths: &Paths) {
    let opened = tauri::async_runtime::block_on(async { AppState::open(paths, Outside::native(app, paths)?) });
    if let Err(error) = opened.and_then(|state| show(app, state)) {
        tracing::error!(%error, "Swath cannot start");
        let ended = app.clone();
        app.dialog().message(error.message).title("Swath").kind(MessageDialogKind::Error).show(move |_| ended.exit(1));
    }
}

fn show<R: Runtime>(app: &AppHandle<R>, state: AppState) -> Result<(), IpcError> {
    let failed = |error: tauri::Error| IpcError::new(view::ErrorCode::Internal, format!("the window cannot be opened ({error})"));
    app.manage(state);
    for config in &app.config().app.windows {
        WebviewWindowBuilder::from_config(app, config).and_then(|window| window.build()).map_err(failed)?;
    }
    Ok(())
}
