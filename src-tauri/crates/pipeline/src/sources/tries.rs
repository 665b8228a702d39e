//! The places of one layer, one after the other.

use swath_domain::{Asset, Monitor, Stop};
use swath_remote::RemoteError;

use super::{Blame, Layer, Sources, Watch, blame, host, same_grid, unusable};
use crate::{
    PipelineError,
    error::{Outcome, SourceFailure},
};

/// A walk through the places of a layer.
pub(crate) struct Tries<'a> {
    sources: &'a Sources,
    layer: Layer<'a>,
    left: Vec<&'a Asset>,
    /// Where there is only one place, nothing is avoided.
    alone: bool,
    failures: Vec<SourceFailure>,
}

/// A place to try.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) asset: &'a Asset,
    /// Whether there is another place to go to at once.
    hurried: bool,
}

impl<'a> Tries<'a> {
    pub(crate) fn new(sources: &'a Sources, layer: Layer<'a>) -> Self {
        let mut tries = Self { sources, layer, left: Vec::new(), alone: false, failures: Vec::new() };
        for asset in layer.places() {
            let other = || layer.grid().zip(asset.grid.as_ref()).is_some_and(|(planned, its)| !same_grid(planned, its));
            match unusable(asset, layer.band) {
                Some(why) => tries.fails(asset, PipelineError::Avoided(why)),
                None if other() => tries.fails(asset, PipelineError::AnotherGrid(asset.href.clone())),
                None => tries.left.push(asset),
            }
        }
        tries.alone = tries.left.len() == 1;
        tries
    }

    /// The best place that was not tried yet; those on a host that failed come last, files that failed not at all.
    #[allow(clippy::should_implement_trait, reason = "what comes next depends on what failed meanwhile")]
    pub(crate) fn next(&mut self) -> Option<Place<'a>> {
        if self.alone {
            return self.left.pop().map(|asset| Place { asset, hurried: false });
        }
        for asset in std::mem::take(&mut self.left) {
            match self.sources.file_fault(asset) {
                Some(words) => self.fails(asset, PipelineError::Avoided(words)),
                None => self.left.push(asset),
            }
        }
        let healthy = |asset: &&Asset| self.sources.host_fault(asset).is_none();
        let best = self.left.iter().position(healthy);
        let asset = (!self.left.is_empty()).then(|| self.left.remove(best.unwrap_or(0)))?;
        let hurried = best.is_some() && self.left.iter().any(&healthy);
        Some(Place { asset, hurried })
    }

    /// Whether there is nowhere to go from here.
    pub(crate) fn is_last(&self) -> bool {
        self.left.is_empty()
    }

    /// The monitor for the work at a place.
    pub(crate) fn watch<'m>(&self, place: Place<'_>, monitor: &'m dyn Monitor) -> Watch<'m> {
        Watch::new(monitor, place.hurried.then(|| self.sources.shut(place.asset)))
    }

    /// Takes note of how the work at a place ended. An error when no other place would do better.
    pub(crate) fn failed(&mut self, place: Place<'a>, stop: Stop<PipelineError>, watch: &Watch<'_>) -> Outcome<()> {
        let asset = place.asset;
        let error = match stop {
            Stop::Cancelled if watch.is_over() => return Err(Stop::Cancelled),
            Stop::Cancelled => match watch.silent() {
                Some(seconds) => RemoteError::Timeout { host: host(&asset.href).to_owned(), seconds }.into(),
                None => {
                    // Somebody else has found its host dead. Nothing is known of this file: it is asked again when no other place serves.
                    self.left.push(asset);
                    return Ok(());
                }
            },
            Stop::Failed(error) => error,
        };
        let local = asset.href.starts_with("file:") && !matches!(&error, PipelineError::Remote(RemoteError::Disk { full: true, .. }));
        if blame(&error) == Blame::Nobody && !local {
            return Err(self.named(error));
        }
        self.remember(asset, &error);
        self.fails(asset, error);
        Ok(())
    }

    /// Notes a failure of a place that had served before.
    pub(crate) fn remember(&self, asset: &Asset, error: &PipelineError) {
        let others = self.layer.places().len() > 1;
        if others && self.sources.note(asset, error) {
            let Layer { scene, band, .. } = self.layer;
            tracing::warn!(%scene, %band, provider = asset.provider, %error, "a source failed, another one is used where there is one");
        }
    }

    /// Why the layer cannot be had, once no place is left.
    pub(crate) fn end(mut self) -> Stop<PipelineError> {
        match self.failures.len() {
            0 => self.named(PipelineError::Avoided(format!("there is no `{}`", self.layer.band))),
            1 => {
                let only = self.failures.remove(0).error;
                self.named(only)
            }
            _ => {
                let Layer { scene, band, .. } = self.layer;
                Stop::Failed(PipelineError::AllSources { scene: scene.clone(), band, failures: self.failures })
            }
        }
    }

    fn named(&self, error: PipelineError) -> Stop<PipelineError> {
        let Layer { scene, band, .. } = self.layer;
        Stop::Failed(PipelineError::Source { scene: scene.clone(), band, error: Box::new(error) })
    }

    fn fails(&mut self, asset: &Asset, error: PipelineError) {
        let provider = if asset.provider.is_empty() { self.layer.scene.provider() } else { &asset.provider };
        self.failures.push(SourceFailure { provider: provider.to_owned(), error });
    }
}
