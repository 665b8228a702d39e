//! The order of the queue.

use rusqlite::{OptionalExtension, Transaction};
use swath_domain::TransferId;

use super::{Transfers, missing};
use crate::error::Result;

/// Between two neighbours, so that many others fit between them before all have to be numbered anew.
pub(super) const STEP: i64 = 1 << 20;

impl Transfers<'_> {
    /// Puts a transfer before another one, or behind all others.
    pub fn move_before(&self, id: TransferId, before: Option<TransferId>) -> Result<()> {
        self.library.db().write(|tx| {
            position(tx, id)?;
            let to = match before {
                Some(other) if other == id => return Ok(()),
                Some(other) => match between(tx, id, other)? {
                    Some(position) => position,
                    None => {
                        tx.execute_batch(&format!(
                            "UPDATE transfer SET position = numbered.row * {STEP}
                             FROM (SELECT id, row_number() OVER (ORDER BY position, id) AS row FROM transfer) AS numbered
                             WHERE numbered.id = transfer.id"
                        ))?;
                        between(tx, id, other)?.unwrap_or_default()
                    }
                },
                None => last(tx)? + STEP,
            };
            tx.prepare_cached("UPDATE transfer SET position = ?2 WHERE id = ?1")?.execute((id.0, to))?;
            Ok(())
        })
    }
}

/// The greatest position.
pub(super) fn last(tx: &Transaction) -> Result<i64> {
    Ok(tx.prepare_cached("SELECT coalesce(max(position), 0) FROM transfer")?.query_row([], |row| row.get(0))?)
}

fn position(tx: &Transaction, id: TransferId) -> Result<i64> {
    let position = tx.prepare_cached("SELECT position FROM transfer WHERE id = ?")?.query_row([id.0], |row| row.get(0)).optional()?;
    position.ok_or_else(|| missing(id))
}

/// A position right before another one; `None` when there is none left.
fn between(tx: &Transaction, id: TransferId, before: TransferId) -> Result<Option<i64>> {
    let high = position(tx, before)?;
    let low: Option<i64> = tx
        .prepare_cached("SELECT max(position) FROM transfer WHERE position <= ?2 AND id NOT IN (?1, ?3)")?
        .query_row((id.0, high, before.0), |row| row.get(0))?;
    let low = low.unwrap_or(high - 2 * STEP);
    Ok((high - low >= 2).then(|| low + (high - low) / 2))
}
