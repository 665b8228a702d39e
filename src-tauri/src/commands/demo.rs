//! The demo area.

use std::sync::atomic::{AtomicU64, Ordering};

use swath_demo::{Demo, DemoOptions};
use swath_domain::{Monitor, Report, Stop};
use tauri::ipc::Channel;

use super::{Answer, App, vectors};
use crate::{
    state::AppState,
    view::{AreaView, DemoEvent, DemoView, ErrorCode, IpcError},
};

/// Makes the demo catalogue when there is no intact one, and adds it to the catalogues.
#[tauri::command]
#[specta::specta]
pub async fn demo_open(state: App<'_>, channel: Channel<DemoEvent>) -> Answer<DemoView> {
    // A second click waits for the first.
    let _one = state.demo.lock().await;
    let demo = ready(&state, DemoOptions::default(), channel).await?;
    state.reload_providers();
    let area = demo.area;
    Ok(DemoView {
        area: vectors(&state, move || Ok(AreaView::of((area, Vec::new()), None))).await?,
        from: demo.dates.from().to_string(),
        to: demo.dates.to().to_string(),
        sensors: demo.sensors,
    })
}

/// The intact demo, made if need be.
pub(crate) async fn ready(state: &AppState, options: DemoOptions, channel: Channel<DemoEvent>) -> Answer<Demo> {
    let folder = state.library().folders().demo();
    let steps = Steps { done: AtomicU64::new(0), total: options.steps(), channel };
    let make = move || {
        let demo = swath_demo::open(&options, &folder).map_or_else(|| swath_demo::make(&options, &folder, &steps), Ok);
        steps.tell(steps.total);
        Ok(demo)
    };
    match state.engine.on_pixel_threads(make).await? {
        Ok(demo) => Ok(demo),
        Err(Stop::Cancelled) => Err(IpcError::cancelled()),
        Err(Stop::Failed(error)) => Err(IpcError::new(ErrorCode::Internal, error.to_string()).because(&error)),
    }
}

/// Tells the page how far the demo is.
struct Steps {
    done: AtomicU64,
    total: u64,
    channel: Channel<DemoEvent>,
}

impl Steps {
    fn tell(&self, done: u64) {
        // A page that is gone does not stop the work, which the next one will want.
        let _ = self.channel.send(DemoEvent { done, total: self.total });
    }
}

impl Monitor for Steps {
    fn report(&self, report: Report) {
        if let Report::Advanced(steps) = report {
            self.tell((self.done.fetch_add(steps, Ordering::Relaxed) + steps).min(self.total));
        }
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}
