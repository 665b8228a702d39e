//! Jobs as rows: the request, the state, the progress and the plan of every run.

mod claim;

use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction};
use swath_domain::{Job, JobError, JobId, JobState, Plan, ProductId, Progress, Recipe, Scene};

use crate::db::{from_json, to_json};
use crate::error::{LibraryError, Result};
use crate::{Library, files};

pub use claim::JobClaim;
pub(crate) use claim::sweep;

/// All that is needed to run a job, again if need be.
#[derive(Debug, Clone, PartialEq)]
pub struct JobRequest {
    /// What to make.
    pub recipe: Recipe,
    /// Of which scenes; empty when the job is to search first.
    pub scenes: Vec<Scene>,
}

/// Runs of recipes. The row is the truth about a job; events are hints that it changed.
#[derive(Debug, Clone, Copy)]
pub struct Jobs<'a> {
    pub(crate) library: &'a Library,
}

const COLUMNS: &str = "id, name, state, progress, error, product, bbox, bands, created, started, finished";

impl Jobs<'_> {
    /// A new job, queued.
    pub fn insert(&self, request: &JobRequest, now: Timestamp) -> Result<Job> {
        let recipe = &request.recipe;
        let bands = recipe.composite().map(|step| step.bands.clone()).unwrap_or_default();
        let (progress, bbox) = (to_json("progress", &Progress::default())?, to_json("bbox", &recipe.area.bbox())?);
        let (bands, recipe_text, scenes) = (to_json("bands", &bands)?, to_json("recipe", recipe)?, to_json("scenes", &request.scenes)?);
        let id = self.library.db().durable(|tx| {
            let values = (&recipe.name, JobState::Queued.name(), progress, bbox, bands, now.to_string());
            tx.execute("INSERT INTO job (name, state, progress, bbox, bands, created) VALUES (?, ?, ?, ?, ?, ?)", values)?;
            let id = tx.last_insert_rowid();
            tx.execute("INSERT INTO job_work (job, recipe, scenes) VALUES (?, ?, ?)", (id, recipe_text, scenes))?;
            Ok(JobId(id))
        })?;
        self.get(id)
    }

    /// One job.
    pub fn get(&self, id: JobId) -> Result<Job> {
        get(&self.library.db().get(), id)
    }

    /// All jobs, newest first.
    pub fn list(&self) -> Result<Vec<Job>> {
        let connection = self.library.db().get();
        let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM job ORDER BY id DESC"))?;
        let rows = statement.query_and_then([], job)?;
        rows.collect()
    }

    /// What was asked for.
    pub fn request(&self, id: JobId) -> Result<JobRequest> {
        let (recipe, scenes): (String, String) = self
            .library
            .db()
            .get()
            .query_row("SELECT recipe, scenes FROM job_work WHERE job = ?", [id.0], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?
            .ok_or_else(|| missing(id))?;
        Ok(JobRequest { recipe: from_json(said(id), &recipe)?, scenes: from_json(said(id), &scenes)? })
    }

    /// Keeps the scenes that a search found, so that a resumed job works on the same ones.
    pub fn set_scenes(&self, id: JobId, scenes: &[Scene]) -> Result<()> {
        let text = to_json("scenes", &scenes)?;
        self.update(id, "UPDATE job_work SET scenes = ?2 WHERE job = ?1", &text)
    }

    /// Keeps the plan.
    pub fn set_plan(&self, id: JobId, plan: &Plan) -> Result<()> {
        let text = to_json("plan", plan)?;
        self.update(id, "UPDATE job_work SET plan = ?2 WHERE job = ?1", &text)
    }

    /// The plan, once there is one.
    pub fn plan(&self, id: JobId) -> Result<Option<Plan>> {
        let text: Option<Option<String>> =
            self.library.db().get().query_row("SELECT plan FROM job_work WHERE job = ?", [id.0], |row| row.get(0)).optional()?;
        text.ok_or_else(|| missing(id))?.map(|text| from_json(said(id), &text)).transpose()
    }

    /// Moves a job to another state and answers with the job as it is then. `error` is kept with [`JobState::Failed`]; being queued
    /// again forgets the error of the last run.
    ///
    /// # Errors
    /// [`LibraryError::State`] when [`JobState::may_become`] forbids it; of two that try at once, only one succeeds.
    pub fn transition(&self, id: JobId, to: JobState, error: Option<JobError>, now: Timestamp) -> Result<Job> {
        self.library.db().durable(|tx| transition(tx, id, to, error.as_ref(), now))
    }

    /// Keeps how far a job is. Call it a few times a second at most.
    pub fn save_progress(&self, id: JobId, progress: &Progress) -> Result<()> {
        let text = to_json("progress", progress)?;
        self.update(id, "UPDATE job SET progress = ?2 WHERE id = ?1", &text)
    }

    /// Forgets a job that has ended and deletes its unfinished work. Its product stays.
    ///
    /// # Errors
    /// [`LibraryError::State`] while it has not ended: cancel it first.
    pub fn remove(&self, id: JobId) -> Result<()> {
        self.library.db().write(|tx| {
            let job = get(tx, id)?;
            if !job.state.is_final() {
                return Err(LibraryError::State { from: job.state, to: JobState::Cancelled });
            }
            tx.execute("DELETE FROM job WHERE id = ?", [id.0])?;
            Ok(())
        })?;
        // Numbers are never used again, so whatever is left here after a crash is swept away when the library is opened.
        let folders = self.library.folders();
        files::remove_all(&folders.staging_of(id))?;
        files::remove_all(&folders.claim_of(id))
    }

    fn update(&self, id: JobId, sql: &str, text: &str) -> Result<()> {
        let changed = self.library.db().get().prepare_cached(sql)?.execute((id.0, text))?;
        if changed == 1 { Ok(()) } else { Err(missing(id)) }
    }
}

pub(crate) fn get(connection: &rusqlite::Connection, id: JobId) -> Result<Job> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM job WHERE id = ?"))?;
    let mut rows = statement.query_and_then([id.0], job)?;
    rows.next().unwrap_or_else(|| Err(missing(id)))
}

pub(crate) fn transition(tx: &Transaction, id: JobId, to: JobState, error: Option<&JobError>, now: Timestamp) -> Result<Job> {
    let mut job = get(tx, id)?;
    if !job.state.may_become(to) {
        return Err(LibraryError::State { from: job.state, to });
    }
    job.state = to;
    job.finished = to.is_final().then_some(now);
    match to {
        JobState::Running => job.started = Some(now),
        JobState::Queued => job.error = None,
        _ => {}
    }
    if let Some(error) = error {
        job.error = Some(error.clone());
    }
    write_state(tx, &job)?;
    Ok(job)
}

/// Forgets the plan of a job, since its next product has another one.
pub(crate) fn forget_plan(tx: &Transaction, id: JobId) -> Result<()> {
    tx.execute("UPDATE job_work SET plan = NULL WHERE job = ?", [id.0])?;
    Ok(())
}

/// Writes what a transition changes, without asking whether it may.
pub(crate) fn write_state(tx: &Transaction, job: &Job) -> Result<()> {
    let error = job.error.as_ref().map(|e| to_json("error", e)).transpose()?;
    let (started, finished) = (job.started.map(|t| t.to_string()), job.finished.map(|t| t.to_string()));
    let values = (job.id.0, job.state.name(), error, job.product.map(|p| p.0), started, finished);
    tx.prepare_cached("UPDATE job SET state = ?2, error = ?3, product = ?4, started = ?5, finished = ?6 WHERE id = ?1")?.execute(values)?;
    Ok(())
}

fn job(row: &Row) -> Result<Job> {
    let id = JobId(row.get("id")?);
    let json = |column: &str| row.get::<_, String>(column);
    let error: Option<String> = row.get("error")?;
    let optional = |column: &str| row.get::<_, Option<String>>(column)?.map(|text| parse(id, &text)).transpose();
    Ok(Job {
        id,
        name: row.get("name")?,
        state: parse(id, &json("state")?)?,
        progress: from_json(said(id), &json("progress")?)?,
        error: error.map(|text| from_json(said(id), &text)).transpose()?,
        product: row.get::<_, Option<i64>>("product")?.map(ProductId),
        bbox: from_json(said(id), &json("bbox")?)?,
        bands: from_json(said(id), &json("bands")?)?,
        created: parse(id, &json("created")?)?,
        started: optional("started")?,
        finished: optional("finished")?,
    })
}

fn parse<T: FromStr<Err: std::fmt::Display>>(id: JobId, text: &str) -> Result<T> {
    text.parse().map_err(|why| LibraryError::damaged(said(id), why))
}

fn said(id: JobId) -> String {
    format!("job {id}")
}

fn missing(id: JobId) -> LibraryError {
    LibraryError::not_found(said(id))
}
