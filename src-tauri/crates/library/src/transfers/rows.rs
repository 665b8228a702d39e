//! From columns to a transfer.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use swath_domain::{Aoi, BatchId, HoldingId, SceneId, Transfer, TransferId, Wanted};

use super::said;
use crate::db::from_json;
use crate::error::{LibraryError, Result};

/// What a list needs, in the order in which [`Row::transfer`] reads it.
pub(super) const COLUMNS: &str = "id, batch, position, scene, name, sensor, wanted, area, state, progress, error, created, started, finished, \
     (SELECT group_concat(holding.id) FROM holding WHERE holding.transfer = transfer.id)";

/// Areas by their numbers: an outline takes milliseconds to read and check, and thousands of transfers share one.
#[derive(Default)]
pub(crate) struct Areas(Mutex<HashMap<i64, Arc<Aoi>>>);

/// More than a session orders.
const MOST: usize = 64;

impl Areas {
    fn get(&self, connection: &Connection, number: i64) -> Result<Arc<Aoi>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(area) = known.get(&number) {
            return Ok(area.clone());
        }
        let doc: String = connection.prepare_cached("SELECT doc FROM area WHERE number = ?")?.query_row([number], |row| row.get(0))?;
        let area: Arc<Aoi> = Arc::new(from_json("an area", &doc)?);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(number, area.clone());
        Ok(area)
    }
}

/// Reads rows.
pub(super) struct Row<'a> {
    pub(super) connection: &'a Connection,
    pub(super) areas: &'a Areas,
}

impl Row<'_> {
    pub(super) fn transfer(&self, row: &rusqlite::Row) -> Result<Transfer> {
        let id = TransferId(row.get(0)?);
        let wanted: Wanted = json(id, row, 6)?;
        let wanted = match (wanted, row.get::<_, Option<i64>>(7)?) {
            (Wanted::Bands { bands }, Some(area)) => {
                Wanted::Window { bands, area: Box::new(Aoi::clone(&*self.areas.get(self.connection, area)?)) }
            }
            (wanted, _) => wanted,
        };
        let error: Option<String> = row.get(10)?;
        let optional = |column: usize| row.get::<_, Option<String>>(column)?.map(|text| parse(id, &text)).transpose();
        let holdings: Option<String> = row.get(14)?;
        let mut holdings: Vec<HoldingId> =
            holdings.iter().flat_map(|text| text.split(',')).filter_map(|number| number.parse().ok().map(HoldingId)).collect();
        holdings.sort_unstable();
        Ok(Transfer {
            id,
            batch: BatchId(row.get(1)?),
            position: row.get(2)?,
            scene: SceneId(row.get(3)?),
            name: row.get(4)?,
            sensor: parse(id, row.get_ref(5)?.as_str().unwrap_or_default())?,
            wanted,
            state: parse(id, row.get_ref(8)?.as_str().unwrap_or_default())?,
            progress: json(id, row, 9)?,
            error: error.map(|text| from_json(said(id), &text)).transpose()?,
            holdings,
            created: parse(id, row.get_ref(11)?.as_str().unwrap_or_default())?,
            started: optional(12)?,
            finished: optional(13)?,
        })
    }
}

fn json<T: serde::de::DeserializeOwned>(id: TransferId, row: &rusqlite::Row, column: usize) -> Result<T> {
    let text = row.get_ref(column)?.as_str().unwrap_or_default();
    serde_json::from_str(text).map_err(|why| LibraryError::damaged(said(id), why))
}

fn parse<T: FromStr<Err: std::fmt::Display>>(id: TransferId, text: &str) -> Result<T> {
    text.parse().map_err(|why| LibraryError::damaged(said(id), why))
}
