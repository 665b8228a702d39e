//! The database: opening, bringing it up to date, and access under one mutex.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use rusqlite_migration::{M, Migrations};

use crate::error::{LibraryError, Result};

/// In order; an old one is never edited.
const MIGRATIONS: &[M<'static>] =
    &[M::up(include_str!("migrations/0001_library.sql")), M::up(include_str!("migrations/0002_transfers.sql"))];

/// One connection: statements take microseconds to a few milliseconds, so waiting for each other costs less than a pool would.
pub(crate) struct Db {
    connection: Mutex<Connection>,
}

impl Db {
    /// Refuses a database that a newer program wrote, without touching it.
    pub(crate) fn check(path: &Path) -> Result<()> {
        if !path.exists() {
            return Ok(());
        }
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        let found = connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))?;
        let known = MIGRATIONS.len() as i64;
        if found > known { Err(LibraryError::Newer { path: path.to_owned(), found, known }) } else { Ok(()) }
    }

    /// Opens and migrates. The caller holds the library's lock, so that two programs never migrate at once.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // A power cut may take back the last transactions but never damages the file; whatever must not be taken back uses `durable`.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        connection.set_prepared_statement_cache_capacity(64);
        Migrations::from_slice(MIGRATIONS).to_latest(&mut connection).map_err(|error| match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
            other => LibraryError::damaged(path.display(), other),
        })?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// For reading, and for single statements.
    pub(crate) fn get(&self) -> MutexGuard<'_, Connection> {
        // A panic while the mutex was held rolled its transaction back, so the connection is as good as before.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Several statements as one; takes the write lock at the start so that what is read stays true until the end.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&Transaction) -> Result<T>) -> Result<T> {
        write(&mut self.get(), work)
    }

    /// As [`Db::write`], and on the disk before it returns.
    pub(crate) fn durable<T>(&self, work: impl FnOnce(&Transaction) -> Result<T>) -> Result<T> {
        let mut connection = self.get();
        connection.pragma_update(None, "synchronous", "FULL")?;
        let result = write(&mut connection, work);
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        result
    }
}

fn write<T>(connection: &mut Connection, work: impl FnOnce(&Transaction) -> Result<T>) -> Result<T> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let value = work(&transaction)?;
    transaction.commit()?;
    Ok(value)
}

/// A value as JSON text for a column.
pub(crate) fn to_json<T: serde::Serialize>(what: &str, value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|why| LibraryError::damaged(what, why))
}

/// Back from a column.
pub(crate) fn from_json<T: serde::de::DeserializeOwned>(what: impl std::fmt::Display, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|why| LibraryError::damaged(what, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_migrations_apply_to_an_empty_database() {
        Migrations::from_slice(MIGRATIONS).validate().unwrap();
    }
}
