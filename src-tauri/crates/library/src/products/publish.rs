//! From staging into the library: flush, rename, one transaction.

use std::fs;
use std::path::Path;

use geo::MultiPolygon;
use jiff::Timestamp;
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use swath_domain::{BandStatistics, DateRange, Grid, JobId, JobState, Product, ProductId, Sensor};

use super::{Products, insert_places};
use crate::db::to_json;
use crate::error::{LibraryError, Result, io};
use crate::place::boxes;
use crate::slug::{PATH_BUDGET, slug};
use crate::{Library, files, jobs};

/// A finished image that is to enter the library.
#[derive(Debug, Clone)]
pub struct PublishRequest<'a> {
    /// The job that made it; it succeeds with this.
    pub job: JobId,
    /// Name of the product; also names its folder.
    pub name: String,
    /// Folder in staging that holds the finished files and nothing else. It is moved.
    pub staged: &'a Path,
    /// Period of the recipe.
    pub dates: DateRange,
    /// Kinds of product it was made from.
    pub sensors: Vec<Sensor>,
    /// Outline, lon/lat.
    pub footprint: MultiPolygon<f64>,
    /// Pixel grid.
    pub grid: Grid,
    /// Bands with their statistics, in the file's order.
    pub bands: Vec<BandStatistics>,
    /// Number of scenes that went into it.
    pub scenes: u32,
}

/// Name of the file in every product's folder that says what the row says, so that a row can be made from a folder.
pub(super) const DESCRIPTION: &str = "product.json";

/// Contents of [`DESCRIPTION`].
#[derive(Serialize, Deserialize)]
pub(super) struct Description {
    /// The job that made it. Its moment of creation tells it from a job of another database with the same number.
    pub(super) job: JobId,
    pub(super) job_created: Timestamp,
    /// The job makes more than this.
    #[serde(default)]
    pub(super) part: bool,
    /// Number, folder and bytes count only in the row.
    pub(super) product: Product,
}

impl Products<'_> {
    /// Moves finished files from staging into the library and ends their job as succeeded.
    ///
    /// 1. `product.json` is written beside the files and everything is flushed to the disk;
    /// 2. the folder is renamed to `library/products/<name>` (with `-2`, `-3` … when that is taken);
    /// 3. one transaction inserts the row and moves the job to [`JobState::Succeeded`].
    ///
    /// After a crash before step 2 the work is still in staging and the job can be resumed. After a crash between 2 and 3 the next
    /// [`Library::open`] makes the row from `product.json` and ends the job. When step 3 fails, the folder goes back to staging.
    ///
    /// # Errors
    /// [`LibraryError::State`] unless the job is running; files that cannot be flushed or moved; a full disk.
    pub fn publish(&self, request: PublishRequest, now: Timestamp) -> Result<Product> {
        self.publish_as(request, false, now)
    }

    /// The same for one of several products of a job, which goes on afterwards and is ended by [`Products::end`]. Its plan is forgotten with the
    /// same transaction, since the next product has another one.
    ///
    /// # Errors
    /// As [`Products::publish`].
    pub fn publish_part(&self, request: PublishRequest, now: Timestamp) -> Result<Product> {
        self.publish_as(request, true, now)
    }

    /// Products that a job has made, in the order in which it made them.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn of_job(&self, job: JobId) -> Result<Vec<Product>> {
        let ids: Vec<i64> = {
            let connection = self.library.db().get();
            let mut statement = connection.prepare_cached("SELECT id FROM product WHERE job = ? ORDER BY id")?;
            let rows = statement.query_map([job.0], |row| row.get(0))?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        ids.into_iter().map(|id| self.get(ProductId(id))).collect()
    }

    /// Ends a job whose products were published one by one; the last of them is its own.
    ///
    /// # Errors
    /// [`LibraryError::State`] unless the job is running; [`LibraryError::NotFound`] when it has made nothing.
    pub fn end(&self, job: JobId, now: Timestamp) -> Result<ProductId> {
        let Some(last) = self.of_job(job)?.pop() else { return Err(LibraryError::not_found(format!("product of job {job}"))) };
        self.library.db().durable(|tx| {
            let mut job = jobs::transition(tx, job, JobState::Succeeded, None, now)?;
            job.product = Some(last.id);
            jobs::write_state(tx, &job)
        })?;
        if let Err(error) = files::remove_all(&self.library.folders().staging_of(job)) {
            tracing::warn!(%error, %job, "unfinished work of a finished job could not be deleted; it is tried again on the next start");
        }
        Ok(last.id)
    }

    fn publish_as(&self, request: PublishRequest, part: bool, now: Timestamp) -> Result<Product> {
        let job = self.library.jobs().get(request.job)?;
        let staged = request.staged;
        if !staged.is_dir() || files::all_files(staged)?.is_empty() {
            return Err(LibraryError::not_found(format!("finished file of job {}", request.job)));
        }
        let mut product = Product {
            id: ProductId(0),
            name: request.name,
            folder: String::new(),
            created: now,
            dates: request.dates,
            sensors: request.sensors,
            footprint: request.footprint,
            grid: request.grid,
            bands: request.bands,
            scenes: request.scenes,
            bytes: 0,
        };
        let described = Description { job: job.id, job_created: job.created, part, product: product.clone() };
        let description = staged.join(DESCRIPTION);
        fs::write(&description, to_json("product", &described)?).map_err(io("writing", &description))?;
        files::flush(staged)?;
        product.bytes = files::length(staged)?;

        let folders = self.library.folders();
        // Held until row and folder agree, so that no other process takes the folder for a leftover of a crash.
        let lock = self.library.hold()?;
        self.library.ready()?;
        let products = folders.products();
        fs::create_dir_all(&products).map_err(io("creating", &products))?;
        let state = self.library.jobs().get(job.id)?.state;
        if !state.may_become(JobState::Succeeded) {
            return Err(LibraryError::State { from: state, to: JobState::Succeeded });
        }
        let name = free_name(self.library, &product.name, staged)?;
        product.folder = format!("products/{name}");
        let folder = products.join(&name);
        files::move_folder(staged, &folder)?;
        files::flush_folder(&products)?;
        let row = self.library.db().durable(|tx| {
            insert(tx, Some(job.id), &mut product)?;
            if part {
                return jobs::forget_plan(tx, job.id);
            }
            let mut job = jobs::transition(tx, job.id, JobState::Succeeded, None, now)?;
            job.product = Some(product.id);
            jobs::write_state(tx, &job)
        });
        if let Err(error) = row {
            files::move_folder(&folder, staged)?;
            return Err(error);
        }
        drop(lock);
        if let Err(error) = files::remove_all(&folders.staging_of(job.id)) {
            tracing::warn!(%error, job = %job.id, "unfinished work of a finished job could not be deleted; it is tried again on the next start");
        }
        Ok(product)
    }
}

/// Inserts the row and gives the product its number.
pub(super) fn insert(tx: &Transaction, job: Option<JobId>, product: &mut Product) -> Result<()> {
    let parts = boxes(&product.footprint).len() as i64;
    let values = (job.map(|j| j.0), &product.folder, product.bytes as i64, parts, to_json("product", product)?);
    tx.execute("INSERT INTO product (job, folder, bytes, parts, doc) VALUES (?, ?, ?, ?, ?)", values)?;
    product.id = ProductId(tx.last_insert_rowid());
    insert_places(tx, product.id, &product.footprint)
}

/// A folder name that neither a file nor a row has. Case does not make a difference, so that the library can move to any system.
fn free_name(library: &Library, name: &str, staged: &Path) -> Result<String> {
    let products = library.folders().products();
    let units = |path: &Path| path.to_string_lossy().encode_utf16().count();
    let inside = files::all_files(staged)?.iter().filter_map(|f| f.strip_prefix(staged).ok().map(units)).max().unwrap_or(0);
    // Two separators, and a counter of up to four characters.
    let room = PATH_BUDGET.saturating_sub(units(&products) + inside + 2 + 4);
    let slug = slug(name, room);
    let mut taken: Vec<String> = files::entries(&products)?.iter().filter_map(|p| Some(p.file_name()?.to_str()?.to_lowercase())).collect();
    let connection = library.db().get();
    let mut statement = connection.prepare_cached("SELECT folder FROM product")?;
    for folder in statement.query_map([], |row| row.get::<_, String>(0))? {
        taken.extend(folder?.rsplit('/').next().map(str::to_lowercase));
    }
    let names = std::iter::once(slug.clone()).chain((2..).map(|n: u32| format!("{slug}-{n}")));
    Ok(names.into_iter().find(|name| !taken.contains(&name.to_lowercase())).unwrap_or(slug))
}
