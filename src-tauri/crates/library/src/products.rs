//! Finished images: folders that are whole, and rows that say what lies in them.

mod heal;
mod publish;

use std::fs;
use std::path::PathBuf;

use geo::MultiPolygon;
use rusqlite::{OptionalExtension, Row, Transaction};
use swath_domain::{DateRange, Product, ProductId};

use crate::db::from_json;
use crate::error::{LibraryError, Result, io};
use crate::place::{PARTS, boxes, searched, touches};
use crate::{Library, files};

pub(crate) use heal::heal;
pub use publish::PublishRequest;

/// Which products; the default is all of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProductFilter {
    /// Part of the name, in any case.
    pub text: Option<String>,
    /// `[west, south, east, north]` in degrees; `west > east` runs over the antimeridian.
    pub bbox: Option<[f64; 4]>,
    /// The product's period shares a day with this one.
    pub dates: Option<DateRange>,
}

/// Finished images.
#[derive(Debug, Clone, Copy)]
pub struct Products<'a> {
    pub(crate) library: &'a Library,
}

const COLUMNS: &str = "id, folder, bytes, doc";

impl Products<'_> {
    /// Those that match, newest first.
    pub fn list(&self, filter: &ProductFilter) -> Result<Vec<Product>> {
        self.library.locate()?;
        let rects = filter.bbox.map(searched).unwrap_or_default();
        let part = format!("SELECT id / {PARTS} FROM product_place WHERE west <= ? AND east >= ? AND south <= ? AND north >= ?");
        let near = match rects.len() {
            0 => String::new(),
            n => format!("WHERE id IN ({})", vec![part.as_str(); n].join(" UNION ")),
        };
        let values = rects.iter().flat_map(|r| [r.max().x, r.min().x, r.max().y, r.min().y]);
        let connection = self.library.db().get();
        let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM product {near} ORDER BY id DESC"))?;
        let rows = statement.query_and_then(rusqlite::params_from_iter(values), product)?;
        let text = filter.text.as_deref().map(|text| text.trim().to_lowercase());
        let matches = |product: &Product| {
            text.as_ref().is_none_or(|text| product.name.to_lowercase().contains(text))
                && filter.dates.is_none_or(|dates| product.dates.from() <= dates.to() && dates.from() <= product.dates.to())
                && (rects.is_empty() || touches(&product.footprint, &rects))
        };
        rows.filter(|product| product.as_ref().map_or(true, matches)).collect()
    }

    /// One product.
    pub fn get(&self, id: ProductId) -> Result<Product> {
        self.library.locate()?;
        let connection = self.library.db().get();
        let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM product WHERE id = ?"))?;
        let mut rows = statement.query_and_then([id.0], product)?;
        rows.next().unwrap_or_else(|| Err(LibraryError::not_found(format!("product {id}"))))
    }

    /// Where its files lie.
    pub fn folder(&self, product: &Product) -> PathBuf {
        product.folder.split('/').fold(self.library.folders().library(), |path, part| path.join(part))
    }

    /// Deletes a product with its files; answers with the bytes freed.
    ///
    /// The folder is renamed first, so that a product that is listed is whole; a crash in between is finished on the next opening.
    pub fn remove(&self, id: ProductId) -> Result<u64> {
        let product = self.get(id)?;
        let lock = self.library.hold()?;
        self.library.ready()?;
        let folder = self.folder(&product);
        let trash = heal::trash(self.library, id);
        let bytes = {
            let _lock = lock;
            let bytes = files::length(&folder)?;
            match fs::rename(&folder, &trash) {
                // Deleted by hand before: only the row is left to remove.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                other => other.map_err(io("moving", &folder))?,
            }
            self.library.db().durable(|tx| delete_row(tx, id))?;
            bytes
        };
        files::remove_all(&trash)?;
        Ok(bytes)
    }
}

fn product(row: &Row) -> Result<Product> {
    let id = ProductId(row.get("id")?);
    let mut product: Product = from_json(format!("product {id}"), row.get_ref("doc")?.as_str().unwrap_or_default())?;
    product.id = id;
    product.folder = row.get("folder")?;
    product.bytes = row.get::<_, i64>("bytes")? as u64;
    Ok(product)
}

fn insert_places(tx: &Transaction, id: ProductId, footprint: &MultiPolygon<f64>) -> Result<()> {
    for (part, rect) in boxes(footprint).iter().enumerate() {
        let values = (id.0 * PARTS + part as i64, rect.min().x, rect.max().x, rect.min().y, rect.max().y);
        tx.execute("INSERT INTO product_place VALUES (?, ?, ?, ?, ?)", values)?;
    }
    Ok(())
}

fn delete_row(tx: &Transaction, id: ProductId) -> Result<()> {
    let parts: Option<i64> = tx.query_row("DELETE FROM product WHERE id = ? RETURNING parts", [id.0], |row| row.get(0)).optional()?;
    for part in 0..parts.unwrap_or(0) {
        tx.execute("DELETE FROM product_place WHERE id = ?", [id.0 * PARTS + part])?;
    }
    Ok(())
}
