//! Asks several catalogues at once, and tells how each ends.

use serde_json::json;
use swath_domain::{Query, Recipe, Scene, Stop};
use swath_pipeline::{Engine, SearchUpdate, Searched};

use crate::failure::{Failure, Outcome};
use crate::session::Session;

/// What the catalogues said.
pub(crate) struct Found {
    pub(crate) searched: Searched,
    /// Catalogues that failed, with why.
    pub(crate) failures: Vec<String>,
}

/// Asks the named catalogues, or all that can be asked. One that fails does not keep the others from answering.
pub(crate) async fn find(session: &Session, engine: &Engine, named: &[String], query: &Query) -> Outcome<Found> {
    let mut teller = Teller::new(session, engine, true);
    let named = (!named.is_empty()).then_some(named);
    let outcome = engine.search_all(query, named, &session.interrupt, &mut |update| teller.tell(update)).await;
    let failures = teller.end();
    let searched = outcome.map_err(|stop| match stop {
        Stop::Cancelled => Failure::cancelled("the search was cancelled; nothing was changed"),
        failed => failed.into(),
    })?;
    // What was found once can be looked at without the network.
    engine.library().scenes().upsert(&searched.changes.iter().map(|change| change.scene.clone()).collect::<Vec<_>>())?;
    Ok(Found { searched, failures })
}

/// The scenes of a recipe, as a run would choose them.
pub(crate) async fn for_recipe(session: &Session, engine: &Engine, recipe: &Recipe) -> Outcome<Vec<Scene>> {
    let Some(step) = recipe.search() else {
        return Err(Failure::usage("invalid-recipe", "the recipe has no `search` step, so there are no scenes to plan with: add one"));
    };
    // Said with a hint where the engine only says that it is not there.
    session.chosen_providers(step.providers.as_deref().unwrap_or_default())?;
    let mut teller = Teller::new(session, engine, false);
    let scenes = engine.scenes(recipe, &session.interrupt, &mut |update| teller.tell(update)).await;
    let failures = teller.end();
    let scenes = scenes?;
    failures.iter().for_each(|why| session.out.note(format!("warning: a catalogue failed and is left out: {why}")));
    Ok(scenes)
}

/// Shows what happens while catalogues answer.
struct Teller<'a> {
    session: &'a Session,
    engine: &'a Engine,
    bar: indicatif::ProgressBar,
    /// Whether each catalogue is a part of the result.
    events: bool,
    failures: Vec<String>,
}

impl<'a> Teller<'a> {
    fn new(session: &'a Session, engine: &'a Engine, events: bool) -> Self {
        Self { session, engine, events, bar: session.out.bar("search", 0), failures: Vec::new() }
    }

    fn tell(&mut self, update: SearchUpdate) {
        let title = |id: &str| {
            let known = self.engine.providers().into_iter().find(|provider| provider.id == id);
            known.map_or_else(|| id.to_owned(), |provider| provider.title)
        };
        match update {
            SearchUpdate::Found { changes, .. } => self.bar.inc(changes.len() as u64),
            SearchUpdate::Done { provider, count } => {
                self.event("catalogue", &provider, json!({ "count": count }));
            }
            SearchUpdate::Failed { provider, error } => {
                let words = error.to_string();
                self.failures.push(format!("{} ({provider}): {words}", title(&provider)));
                self.event("catalogue-failed", &provider, json!({ "code": error.code(), "message": words }));
            }
        }
    }

    fn event(&self, name: &str, provider: &str, more: serde_json::Value) {
        if self.events {
            self.session.out.event_with(name, "provider", &provider, more);
        }
    }

    fn end(self) -> Vec<String> {
        self.bar.finish_and_clear();
        self.failures
    }
}
