//! Follows a job to its end.

use swath_domain::{Job, JobId, JobState};
use swath_pipeline::{Engine, JobEvent};

use crate::bars::Bars;
use crate::failure::{Failure, Outcome};
use crate::session::Session;
use crate::table;

/// Begins a job with `begin` and shows its progress until it ends; then prints the folder of its product. Ctrl-C cancels it.
pub(crate) async fn follow(session: &Session, engine: &Engine, begin: impl FnOnce() -> Outcome<JobId>) -> Outcome {
    // Before it begins, so that nothing is missed.
    let mut events = engine.subscribe();
    let id = begin()?;
    let mut bars = Bars::default();
    let end = engine.wait(id);
    tokio::pin!(end);
    let mut asked = false;
    loop {
        tokio::select! {
            biased;
            event = events.recv() => if let Ok(JobEvent::Changed(job)) = event && job.id == id {
                bars.show(&session.out, &job);
            },
            () = session.interrupt.raised(), if !asked => {
                asked = true;
                session.out.note("cancelling … (press Ctrl-C again to quit at once)");
                engine.cancel(id)?;
            }
            ended = &mut end => break ended.map(drop)?,
        }
    }
    // The runner writes the last of its progress after the state, and has given everything back once the engine has shut down.
    engine.shutdown().await;
    let job = engine.library().jobs().get(id)?;
    bars.show(&session.out, &job);
    bars.end();
    tell_end(session, engine, &job)
}

fn tell_end(session: &Session, engine: &Engine, job: &Job) -> Outcome {
    let id = job.id;
    match (job.state, job.product) {
        (JobState::Succeeded, Some(product)) => {
            let products = engine.library().products();
            let product = products.get(product)?;
            let folder = products.folder(&product);
            session.out.note(format!(
                "{}: {}, {}, {} from {} scenes",
                product.name,
                table::grid(&product.grid),
                table::bands(product.bands.iter().map(|b| b.band)),
                table::bytes(product.bytes),
                product.scenes
            ));
            session.out.event_with("product", "product", &product, serde_json::json!({ "folder": folder, "job": id }));
            session.out.line(folder.display().to_string());
            Ok(())
        }
        (JobState::Cancelled, _) => {
            Err(Failure::cancelled(format!("job {id} was cancelled; what was fetched is kept: `swath jobs retry {id}` goes on from there")))
        }
        (JobState::Failed, _) => Err(Failure::of_job(id, job.error.as_ref())),
        (state, _) => Err(Failure::failed("job-state", format!("job {id} is {state}: go on with `swath jobs resume {id}`"))),
    }
}
