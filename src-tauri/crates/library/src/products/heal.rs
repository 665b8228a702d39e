//! What a crash left between files and rows is finished when the library is opened.

use std::path::{Path, PathBuf};

use swath_domain::{JobState, Product, ProductId};

use super::delete_row;
use super::publish::{DESCRIPTION, Description, insert};
use crate::error::Result;
use crate::{Library, files, jobs};

/// Start of the name of a product's folder that is being deleted.
const TRASH: &str = ".trash-";

/// Where a product's folder goes before it is deleted.
pub(super) fn trash(library: &Library, id: ProductId) -> PathBuf {
    library.folders().products().join(format!("{TRASH}{id}"))
}

/// Finishes removals and publications that a crash interrupted. The caller holds the library's lock.
///
/// - A folder in the trash was confirmed by the user: its row and its files are deleted.
/// - A folder without a row is whole, since it was flushed before it was renamed: it is adopted, and its job ends as succeeded.
/// - A folder without `product.json` is not Swath's and is left alone.
///
/// A row without a folder stays: the folder may lie on a disk that is not there today.
pub(crate) fn heal(library: &Library) -> Result<()> {
    for path in files::entries(&library.folders().products())? {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if let Some(id) = name.strip_prefix(TRASH).and_then(|id| id.parse().ok()) {
            library.db().durable(|tx| delete_row(tx, ProductId(id)))?;
            remove(&path);
        } else if name.starts_with(files::COPYING) {
            remove(&path);
        } else if path.is_dir() {
            adopt(library, &path, name)?;
        }
    }
    Ok(())
}

fn adopt(library: &Library, path: &Path, name: &str) -> Result<()> {
    let folder = format!("products/{name}");
    let known: bool =
        library.db().get().query_row("SELECT EXISTS (SELECT 1 FROM product WHERE folder = ?)", [&folder], |row| row.get(0))?;
    let text = if known { None } else { std::fs::read_to_string(path.join(DESCRIPTION)).ok() };
    let Some(Description { job, job_created, part, product }) = text.and_then(|text| serde_json::from_str(&text).ok()) else {
        return Ok(());
    };
    let mut product = Product { folder, bytes: files::length(path)?, ..product };
    library.db().durable(|tx| {
        let own = jobs::get(tx, job).ok().filter(|row| row.created == job_created && row.product.is_none());
        insert(tx, own.as_ref().map(|row| row.id), &mut product)?;
        if let (Some(row), true) = (&own, part) {
            // The job goes on with its next part.
            return jobs::forget_plan(tx, row.id);
        }
        if let Some(mut row) = own.filter(|row| matches!(row.state, JobState::Running | JobState::Interrupted)) {
            row.state = JobState::Succeeded;
            row.product = Some(product.id);
            row.finished = Some(product.created);
            jobs::write_state(tx, &row)?;
        }
        Ok(())
    })?;
    tracing::info!(product = %product.id, folder = product.folder, "a finished product without an entry was taken into the library");
    Ok(())
}

/// What cannot be deleted today is tried again next time.
fn remove(path: &Path) {
    if let Err(error) = files::remove_all(path) {
        tracing::warn!(%error, "a leftover could not be deleted");
    }
}
