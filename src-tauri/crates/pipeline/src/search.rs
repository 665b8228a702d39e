//! Every catalogue at once: their pages are merged as they come, and one that fails is told by name and never taken for an empty answer.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use futures::future::join_all;
use swath_domain::{Change, Lack, Merger, Monitor, Query, Scene, Stop, completeness};
use swath_remote::{RemoteError, provider::Provider};

use crate::{
    PipelineError,
    engine::Resources,
    error::{Outcome, lift},
};

/// What a search tells while it goes on.
#[derive(Debug)]
pub enum SearchUpdate {
    /// Scenes that are new, or known better than before: each replaces what was told under its id.
    Found {
        /// The catalogue whose page it was.
        provider: String,
        /// The scenes.
        changes: Vec<Change>,
    },
    /// A catalogue failed; what it gave before stays.
    Failed {
        /// Which.
        provider: String,
        /// Why.
        error: PipelineError,
    },
    /// A catalogue has told everything.
    Done {
        /// Which.
        provider: String,
        /// How many scenes it has.
        count: usize,
    },
}

/// What a search has found in the end. The same whatever order the answers came in.
#[derive(Debug)]
pub struct Searched {
    /// All scenes, those without a newer version first.
    pub changes: Vec<Change>,
    /// What each catalogue that answered has, and what it lacks.
    pub completeness: Vec<Lack>,
    /// Catalogues that failed.
    pub failed: Vec<String>,
}

/// What all catalogues of one search write to.
struct Together<'a> {
    merger: Merger,
    on: &'a mut (dyn FnMut(SearchUpdate) + Send),
}

/// Searches `providers`, or all that can be searched when none are named.
///
/// # Errors
/// An id that nobody has; [`PipelineError::NoProvider`] with everybody's words when none of those that hold such products answered.
pub(crate) async fn search_all(
    res: &Resources,
    query: &Query,
    providers: Option<&[String]>,
    monitor: &dyn Monitor,
    on: &mut (dyn FnMut(SearchUpdate) + Send),
) -> Outcome<Searched> {
    let all = res.providers();
    let preference = all.iter().map(|provider| provider.id.clone()).collect();
    let asked = asked(res, all, query, providers)?;
    let together = Mutex::new(Together { merger: Merger::new(preference), on });
    let outcomes = join_all(asked.iter().map(|provider| one(res, provider, query, monitor, &together))).await;
    let Together { merger, .. } = together.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (mut failed, mut words, mut answered) = (Vec::new(), Vec::new(), Vec::new());
    for (provider, outcome) in asked.iter().zip(outcomes) {
        match outcome? {
            None => answered.push((provider.id.clone(), provider.sensors().into_iter().filter(|s| query.sensors.contains(s)).collect())),
            Some(why) => {
                words.push(format!("{}: {why}", provider.title));
                failed.push(provider.id.clone());
            }
        }
    }
    if answered.is_empty() && !failed.is_empty() {
        return Err(Stop::Failed(PipelineError::NoProvider(words.join("; "))));
    }
    let changes = merger.finish();
    let current: Vec<Scene> = changes.iter().filter(|change| change.superseded_by.is_none()).map(|change| change.scene.clone()).collect();
    Ok(Searched { completeness: completeness(&current, &answered), changes, failed })
}

/// The catalogues to ask: those named, else all for which the user has what it takes; in both cases only those that hold such products.
fn asked(res: &Resources, mut all: Vec<Provider>, query: &Query, named: Option<&[String]>) -> Outcome<Vec<Provider>> {
    if let Some(named) = named {
        let known: BTreeSet<_> = all.iter().map(|provider| provider.id.as_str()).collect();
        if let Some(unknown) = named.iter().find(|id| !known.contains(id.as_str())) {
            return Err(Stop::Failed(PipelineError::UnknownProvider(unknown.clone())));
        }
    }
    all.retain(|provider| match named {
        Some(named) => named.contains(&provider.id),
        None => res.can_search(provider),
    });
    all.retain(|provider| provider.sensors().iter().any(|sensor| query.sensors.contains(sensor)));
    Ok(all)
}

/// Asks one catalogue. Gives its words when it failed; only a cancel ends the whole search.
async fn one(
    res: &Resources,
    provider: &Provider,
    query: &Query,
    monitor: &dyn Monitor,
    together: &Mutex<Together<'_>>,
) -> Outcome<Option<String>> {
    let id = || provider.id.clone();
    let tell = |update: SearchUpdate| (together.lock().unwrap_or_else(PoisonError::into_inner).on)(update);
    let mut on_page = |page: Vec<Scene>| {
        let Together { merger, on } = &mut *together.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = merger.add(page);
        if !changes.is_empty() {
            on(SearchUpdate::Found { provider: provider.id.clone(), changes });
        }
    };
    let outcome = match provider.search_account.filter(|_| !res.can_search(provider)) {
        Some(account) => Err(Stop::Failed(RemoteError::NeedsAccount { account }.into())),
        None => lift(swath_remote::search(&res.client, provider, query, monitor, &mut on_page).await),
    };
    match outcome {
        Ok(count) => {
            tell(SearchUpdate::Done { provider: id(), count });
            Ok(None)
        }
        Err(Stop::Cancelled) => Err(Stop::Cancelled),
        Err(Stop::Failed(error)) => {
            tracing::warn!(provider = provider.id, %error, "a catalogue failed");
            let words = error.to_string();
            tell(SearchUpdate::Failed { provider: id(), error });
            Ok(Some(words))
        }
    }
}
