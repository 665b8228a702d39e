//! One download at a time to each place: two that write one file would spoil each other's work.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use swath_domain::{Monitor, Stop};
use tokio::sync::OwnedMutexGuard;

use crate::{RemoteError, cancel::unless_cancelled};

/// The places that are written to.
#[derive(Default)]
pub(crate) struct Places(Mutex<HashMap<PathBuf, Arc<tokio::sync::Mutex<()>>>>);

/// The right to write to a place. Held by everything that still writes there, also when nobody waits for it any more.
pub(super) type Turn = Arc<OwnedMutexGuard<()>>;

/// Places that are forgotten at a time.
const MANY: usize = 256;

impl Places {
    pub(super) async fn turn(&self, to: &Path, monitor: &dyn Monitor) -> Result<Turn, Stop<RemoteError>> {
        let place = {
            let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if places.len() > MANY {
                places.retain(|_, place| Arc::strong_count(place) > 1);
            }
            places.entry(to.to_owned()).or_default().clone()
        };
        unless_cancelled(monitor, place.lock_owned()).await.map(Arc::new)
    }
}
