//! New transfers, and transfers that are forgotten.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction};
use swath_domain::{Aoi, Batch, BatchId, Content, Scene, Transfer, TransferId, TransferProgress, TransferState, Wanted};

use super::queue::{STEP, last};
use super::{TransferRequest, Transfers, get};
use crate::db::{from_json, to_json};
use crate::error::{LibraryError, Result};

impl Transfers<'_> {
    /// New transfers of one batch, queued behind all others in the order in which they are given. All or none.
    pub fn order(&self, name: &str, requests: &[TransferRequest], now: Timestamp) -> Result<(Batch, Vec<Transfer>)> {
        let nothing = TransferProgress::default();
        let progress = to_json("progress", &nothing)?;
        self.library.db().durable(|tx| {
            tx.execute("INSERT INTO batch (name, created) VALUES (?, ?)", (name, now.to_string()))?;
            let batch = Batch { id: BatchId(tx.last_insert_rowid()), name: name.to_owned(), created: now };
            let mut insert = tx.prepare_cached(
                "INSERT INTO transfer (batch, position, scene, acquisition, name, sensor, wanted, area, state, progress, created)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?)",
            )?;
            let mut work = tx.prepare_cached("INSERT INTO transfer_work (transfer, scene) VALUES (?, ?)")?;
            let mut position = last(tx)?;
            let mut areas: Vec<(&Aoi, i64)> = Vec::new();
            let mut transfers = Vec::with_capacity(requests.len());
            for TransferRequest { scene, wanted, name } in requests {
                position += STEP;
                let (wanted_doc, area) = match wanted {
                    Wanted::Window { bands, area } => {
                        let known = areas.iter().find(|(known, _)| *known == &**area).map(|(_, number)| *number);
                        let number = known.map_or_else(|| area_number(tx, area), Ok)?;
                        if known.is_none() {
                            areas.push((area, number));
                        }
                        (to_json("wanted", &Wanted::Bands { bands: bands.clone() })?, Some(number))
                    }
                    other => (to_json("wanted", other)?, None),
                };
                let (acquisition, created) = (scene.acquisition(), now.to_string());
                insert.execute((
                    batch.id.0,
                    position,
                    &scene.id.0,
                    acquisition,
                    name,
                    scene.sensor.name(),
                    wanted_doc,
                    area,
                    &progress,
                    created,
                ))?;
                let id = tx.last_insert_rowid();
                work.execute((id, to_json("scene", scene)?))?;
                transfers.push(Transfer {
                    id: TransferId(id),
                    batch: batch.id,
                    position,
                    scene: scene.id.clone(),
                    name: name.clone(),
                    sensor: scene.sensor,
                    wanted: wanted.clone(),
                    state: TransferState::Queued,
                    progress: nothing.clone(),
                    error: None,
                    holdings: Vec::new(),
                    created: now,
                    started: None,
                    finished: None,
                });
            }
            Ok((batch, transfers))
        })
    }

    /// The transfer that has not ended and will bring all that is wanted of this scene, whichever catalogue told of it.
    pub fn ordered(&self, scene: &Scene, wanted: &Wanted) -> Result<Option<TransferId>> {
        let connection = self.library.db().get();
        let mut statement = connection.prepare_cached(
            "SELECT transfer.id, transfer_work.scene FROM transfer JOIN transfer_work ON transfer_work.transfer = transfer.id
             WHERE acquisition = ? AND finished IS NULL ORDER BY transfer.id",
        )?;
        let mut rows = statement.query([scene.acquisition()])?;
        let contents = wanted.contents();
        while let Some(row) = rows.next()? {
            let id = TransferId(row.get(0)?);
            let known: Scene = from_json(super::said(id), row.get_ref(1)?.as_str().unwrap_or_default())?;
            if known.is_same_product(scene) {
                let coming = get(&connection, self.library.areas(), id)?.wanted.contents();
                if contents.iter().all(|content| covered(content, &coming)) {
                    return Ok(Some(id));
                }
            }
        }
        Ok(None)
    }
}

/// Whether one of the contents holds this one: itself, or for some bands of a SAFE folder the folder with all of them.
pub(crate) fn covered(content: &Content, by: &[Content]) -> bool {
    by.iter().any(|other| match (content, other) {
        (Content::PartialSafe { .. }, Content::Safe) => true,
        (Content::PartialSafe { bands }, Content::PartialSafe { bands: there }) => bands.iter().all(|band| there.contains(band)),
        (content, other) => content == other,
    })
}

/// Deletes those rows that have ended, and what nothing refers to any more.
pub(super) fn remove(tx: &Transaction, ids: &[TransferId]) -> Result<Vec<TransferId>> {
    let mut removed = Vec::new();
    for id in ids {
        let row: Option<(i64, Option<i64>)> = tx
            .prepare_cached(
                "DELETE FROM transfer WHERE id = ? AND state IN ('succeeded', 'failed', 'cancelled')
                 AND NOT EXISTS (SELECT 1 FROM intent WHERE intent.transfer = transfer.id) RETURNING batch, area",
            )?
            .query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((batch, area)) = row else { continue };
        tx.prepare_cached("DELETE FROM batch WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM transfer WHERE batch = ?1)")?.execute([batch])?;
        if let Some(area) = area {
            tx.prepare_cached("DELETE FROM area WHERE number = ?1 AND NOT EXISTS (SELECT 1 FROM transfer WHERE area = ?1)")?
                .execute([area])?;
        }
        removed.push(*id);
    }
    Ok(removed)
}

fn area_number(tx: &Transaction, area: &Aoi) -> Result<i64> {
    let (fingerprint, doc) = (area.fingerprint(), to_json("area", area)?);
    let known = tx
        .prepare_cached("SELECT number FROM area WHERE fingerprint = ? AND doc = ?")?
        .query_row((&fingerprint, &doc), |row| row.get(0))
        .optional()?;
    match known {
        Some(number) => Ok(number),
        None => {
            tx.execute("INSERT INTO area (fingerprint, doc) VALUES (?, ?)", (fingerprint, doc))?;
            Ok::<_, LibraryError>(tx.last_insert_rowid())
        }
    }
}
