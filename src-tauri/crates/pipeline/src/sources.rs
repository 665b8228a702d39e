//! Where a layer is read from: the best of its places, and the next one when that fails.
//!
//! A scene that several catalogues know lies in several places ([`Scene::sources`]). Whoever needs a layer takes [`Tries`] and walks through
//! them until one serves. What failed is remembered in [`Sources`] for as long as the job runs: a file that failed is not asked again, and
//! a host that failed comes last, so that a dead one costs its tries once and not once for each block.
//!
//! ```text
//! healthy places, best first  ->  places on a host that failed  ->  an error with everybody's words
//! ```

mod blame;
pub(crate) mod mend;
mod reads;
mod serve;
mod tries;
mod watch;

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use swath_domain::{Asset, Band, Evidence, Grid, PlannedBand, Scene, SceneId};

use crate::PipelineError;
use blame::{Blame, blame};

pub(crate) use reads::{Read, Reads};
pub(crate) use serve::{Served, coarse, fetched, open_at, opened};
pub(crate) use tries::Tries;
pub(crate) use watch::Watch;

/// So many files of a host fail for reasons of their own before the host is taken to be the reason.
const FILES: usize = 3;
/// How long looks at scenes outside a job remember a failure.
const WHILE: Duration = Duration::from_secs(120);

/// What failed so far.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    state: Mutex<State>,
    forgets: Option<Duration>,
}

#[derive(Debug, Default)]
struct State {
    /// By href.
    files: HashMap<String, Fault>,
    hosts: HashMap<Host, HostState>,
    /// Grids that were learned from headers, by href.
    grids: HashMap<String, Grid>,
}

/// Catalogue and host: a host may serve one catalogue's users and refuse another's.
type Host = (String, String);

#[derive(Debug, Clone)]
struct Fault {
    words: String,
    at: Instant,
}

#[derive(Debug, Default)]
struct HostState {
    /// Set while the host is avoided: those who wait for it give up and go on to the next place.
    shut: Arc<AtomicBool>,
    fault: Option<Fault>,
    files: BTreeSet<String>,
}

/// A layer of a scene and the places where it lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layer<'a> {
    pub(crate) scene: &'a SceneId,
    pub(crate) band: Band,
    /// What the plan says; before there is a plan, nothing.
    pub(crate) planned: Option<&'a PlannedBand>,
    /// The scene as catalogues describe it.
    pub(crate) described: Option<&'a Scene>,
}

impl<'a> Layer<'a> {
    /// Before there is a plan.
    pub(crate) fn of_scene(scene: &'a Scene, band: Band) -> Self {
        Self { scene: &scene.id, band, planned: None, described: Some(scene) }
    }

    /// Its places, best first, each once.
    pub(crate) fn places(&self) -> Vec<&'a Asset> {
        let described = self.described.into_iter().flat_map(|scene| scene.sources(self.band));
        let mut places: Vec<&Asset> = Vec::new();
        for asset in self.planned.map(|planned| &planned.asset).into_iter().chain(described) {
            if !places.iter().any(|known| known.href == asset.href) {
                places.push(asset);
            }
        }
        places
    }

    /// The grid that a place must have.
    fn grid(&self) -> Option<&'a Grid> {
        self.planned.and_then(|planned| planned.asset.grid.as_ref())
    }
}

impl Sources {
    /// For looks at scenes that belong to no job.
    pub(crate) fn forgetful() -> Self {
        Self { forgets: Some(WHILE), ..Self::default() }
    }

    /// Why a file is not to be asked.
    fn file_fault(&self, asset: &Asset) -> Option<String> {
        let state = self.state();
        state.files.get(&asset.href).filter(|fault| self.counts(fault)).map(|fault| fault.words.clone())
    }

    /// Why a host is avoided.
    fn host_fault(&self, asset: &Asset) -> Option<String> {
        let state = self.state();
        let fault = state.hosts.get(&host_of(asset))?.fault.as_ref()?;
        self.counts(fault).then(|| fault.words.clone())
    }

    fn counts(&self, fault: &Fault) -> bool {
        self.forgets.is_none_or(|time| fault.at.elapsed() < time)
    }

    /// Set once the host of a place is avoided.
    fn shut(&self, asset: &Asset) -> Arc<AtomicBool> {
        self.state().hosts.entry(host_of(asset)).or_default().shut.clone()
    }

    /// Notes that a place failed. `true` when this is news.
    fn note(&self, asset: &Asset, error: &PipelineError) -> bool {
        let fault = Fault { words: error.to_string(), at: Instant::now() };
        let mut state = self.state();
        let host = state.hosts.entry(host_of(asset)).or_default();
        host.files.insert(asset.href.clone());
        let local = asset.href.starts_with("file:");
        let of_host = !local && (blame(error) == Blame::Host || host.files.len() >= FILES);
        let news = !(of_host && host.fault.is_some());
        if of_host && host.fault.as_ref().is_none_or(|old| !self.counts(old)) {
            host.fault = Some(fault.clone());
            host.shut.store(true, Ordering::Relaxed);
            if self.forgets.is_some() {
                // Whoever comes later, when this is forgotten, waits for a new one.
                host.shut = Arc::default();
            }
        }
        state.files.insert(asset.href.clone(), fault).is_none() && news
    }

    fn grid(&self, asset: &Asset) -> Option<Grid> {
        asset.grid.clone().or_else(|| self.state().grids.get(&asset.href).cloned())
    }

    fn learn(&self, asset: &Asset, grid: &Grid) {
        self.state().grids.insert(asset.href.clone(), grid.clone());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a place can never serve, whatever its host does.
pub(crate) fn unusable(asset: &Asset, band: Band) -> Option<String> {
    if !asset.is_tiff() {
        return Some(format!("has `{band}` as JPEG 2000, which cannot be read in pieces yet"));
    }
    let unknown = asset.radiometry.evidence == Evidence::Assumed && !band.is_classification();
    unknown.then(|| format!("does not say what the numbers of `{band}` mean (scale and offset)"))
}

/// Whether two grids hold the same pixels.
pub(crate) fn same_grid(a: &Grid, b: &Grid) -> bool {
    let near = |a: f64, b: f64, unit: f64| ((a - b) / unit).abs() < 1e-3;
    let (s, o) = (a.transform, b.transform);
    (&a.crs, a.width, a.height) == (&b.crs, b.width, b.height)
        && near(s.west, o.west, o.width)
        && near(s.north, o.north, o.height)
        && near(s.width * f64::from(a.width), o.width * f64::from(b.width), o.width)
        && near(s.height * f64::from(a.height), o.height * f64::from(b.height), o.height)
}

fn host_of(asset: &Asset) -> Host {
    (asset.provider.clone(), host(&asset.href).to_owned())
}

/// Host and port of an address, or the bucket of an object store.
pub(crate) fn host(href: &str) -> &str {
    let rest = href.split_once("://").map_or("", |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() { "this computer" } else { host.rsplit('@').next().unwrap_or(host) }
}

#[cfg(test)]
mod tests;
