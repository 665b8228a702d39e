//! `swath jobs`

use serde_json::json;
use swath_domain::{Job, JobId, JobState};
use swath_library::Library;

use crate::args::{JobsCommand, LimitArgs};
use crate::failure::{Failure, Outcome};
use crate::follow::follow;
use crate::session::Session;
use crate::table::{bands, flow, minute, rows, stage};

/// Lists, shows and moves jobs.
pub(crate) async fn jobs(session: &Session, command: Option<JobsCommand>) -> Outcome {
    match command.unwrap_or(JobsCommand::List) {
        JobsCommand::List => list(session, &session.library()?),
        JobsCommand::Show { id } => show(session, &session.library()?, JobId(id)),
        JobsCommand::Resume(args) | JobsCommand::Retry(args) => go_on(session, JobId(args.id), &args.limits).await,
        JobsCommand::Cancel { id } => cancel(session, JobId(id)),
        JobsCommand::Remove { id } => {
            session.library()?.jobs().remove(JobId(id))?;
            session.out.event("removed", "job", &id);
            session.out.line(format!("job {id} is off the list"));
            Ok(())
        }
    }
}

fn list(session: &Session, library: &Library) -> Outcome {
    let jobs = library.jobs().list()?;
    jobs.iter().for_each(|job| session.out.event("job", "job", job));
    let row = |job: &Job| vec![job.id.to_string(), job.state.to_string(), stage(job), minute(job.created), job.name.clone()];
    let cells: Vec<_> = jobs.iter().map(row).collect();
    rows(&["ID", "STATE", "STAGE", "QUEUED (UTC)", "NAME"], &[0], &cells).iter().for_each(|row| session.out.line(row));
    Ok(())
}

fn show(session: &Session, library: &Library, id: JobId) -> Outcome {
    let job = library.jobs().get(id)?;
    let folder = job.product.and_then(|product| library.products().get(product).ok()).map(|p| library.products().folder(&p));
    session.out.event_with("job", "job", &job, json!({ "folder": folder }));
    let stages = job.progress.stages.iter().map(|s| match s.total {
        0 => s.stage.name().to_owned(),
        total => format!("{} {}/{total}", s.stage.name(), s.done),
    });
    let moment = |m: Option<jiff::Timestamp>| m.map_or_else(String::new, |m| format!("{} UTC", minute(m)));
    let [west, south, east, north] = job.bbox;
    for (what, value) in [
        ("name", job.name.clone()),
        ("state", job.state.to_string()),
        ("area", format!("{west:.4},{south:.4},{east:.4},{north:.4}")),
        ("bands", bands(job.bands.iter().copied())),
        ("stages", stages.collect::<Vec<_>>().join(", ")),
        (
            "fetched",
            flow(&swath_domain::Progress { seconds_left: None, bytes_per_second: 0.0, stalled_seconds: None, ..job.progress.clone() }),
        ),
        ("queued", moment(Some(job.created))),
        ("started", moment(job.started)),
        ("finished", moment(job.finished)),
        ("error", job.error.as_ref().map(|e| format!("{} ({})", e.message, e.code)).unwrap_or_default()),
        ("product", folder.map(|f| f.display().to_string()).unwrap_or_default()),
    ] {
        if !value.is_empty() {
            session.out.line(format!("{what:9} {value}"));
        }
    }
    Ok(())
}

/// Runs a job again here, from where it was.
async fn go_on(session: &Session, id: JobId, limits: &LimitArgs) -> Outcome {
    let engine = session.engine(limits)?;
    follow(session, &engine, || {
        // A job that waits for a program that has ended needs a new place in a queue.
        if engine.library().jobs().get(id)?.state == JobState::Queued {
            engine.pause(id)?;
        }
        engine.resume(id)?;
        Ok(id)
    })
    .await
}

fn cancel(session: &Session, id: JobId) -> Outcome {
    let engine = session.engine(&LimitArgs::default())?;
    let jobs = engine.library().jobs();
    let Some(_claim) = jobs.claim(id)? else {
        let message = format!("job {id} is being run by another program: cancel it there (in the window, or with Ctrl-C)");
        return Err(Failure::failed("job-claimed", message));
    };
    engine.cancel(id)?;
    session.out.event("job", "job", &jobs.get(id)?);
    session.out.line(format!("job {id} is cancelled; what was fetched is kept"));
    Ok(())
}
