//! `swath run`

use swath_domain::Recipe;
use swath_library::JobRequest;

use crate::args::LimitArgs;
use crate::failure::Outcome;
use crate::follow::follow;
use crate::session::Session;

/// A job of the recipe, followed to its end.
pub(crate) async fn run(session: &Session, recipe: &Recipe, limits: &LimitArgs) -> Outcome {
    // Said now rather than after the job was queued.
    let step = recipe.search().and_then(|step| step.providers.as_deref());
    session.chosen_providers(step.unwrap_or_default())?;
    let engine = session.engine(limits)?;
    let request = JobRequest { recipe: recipe.clone(), scenes: Vec::new() };
    follow(session, &engine, || Ok(engine.submit(&request)?.id)).await
}
