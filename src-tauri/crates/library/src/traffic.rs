//! A ledger of what each account has fetched, hour by hour, for providers that give an allowance per month.

use jiff::{Timestamp, ToSpan};

use crate::Library;
use crate::error::Result;

const HOUR: i64 = 3600;

/// What each account has fetched.
#[derive(Debug, Clone, Copy)]
pub struct Traffic<'a> {
    pub(crate) library: &'a Library,
}

impl Traffic<'_> {
    /// Takes note of bytes that an account has fetched.
    pub fn add(&self, account: &str, bytes: u64, now: Timestamp) -> Result<()> {
        let connection = self.library.db().get();
        connection
            .prepare_cached("INSERT INTO traffic VALUES (?1, ?2, ?3) ON CONFLICT (account, hour) DO UPDATE SET bytes = bytes + ?3")?
            .execute((account, now.as_second().div_euclid(HOUR), bytes as i64))?;
        Ok(())
    }

    /// Bytes that an account has fetched since a moment. The hour of that moment counts whole, so that an allowance is never overrun.
    pub fn used(&self, account: &str, since: Timestamp) -> Result<u64> {
        Ok(self.hours(account, since)?.into_iter().map(|(_, bytes)| bytes).sum())
    }

    /// The same hour by hour, oldest first, with the beginning of each hour: tells when how much of a rolling allowance comes back.
    pub fn hours(&self, account: &str, since: Timestamp) -> Result<Vec<(Timestamp, u64)>> {
        let connection = self.library.db().get();
        let mut statement = connection.prepare_cached("SELECT hour, bytes FROM traffic WHERE account = ? AND hour >= ? ORDER BY hour")?;
        let rows =
            statement.query_map((account, since.as_second().div_euclid(HOUR)), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
        rows.map(|row| {
            let (hour, bytes) = row?;
            Ok((Timestamp::UNIX_EPOCH.saturating_add((hour * HOUR).seconds()).unwrap_or(Timestamp::MAX), bytes as u64))
        })
        .collect()
    }
}
