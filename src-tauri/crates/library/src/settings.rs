//! Small values kept between sessions.

use rusqlite::OptionalExtension;
use serde_json::Value;

use crate::Library;
use crate::db::{from_json, to_json};
use crate::error::Result;

/// Small values kept between sessions. Never a token or a password: the file is readable by every program of the user.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    pub(crate) library: &'a Library,
}

impl Settings<'_> {
    /// The value of a key, if it was set.
    pub fn get(&self, key: &str) -> Result<Option<Value>> {
        let text: Option<String> =
            self.library.db().get().query_row("SELECT value FROM setting WHERE key = ?", [key], |row| row.get(0)).optional()?;
        text.map(|text| from_json(format!("setting {key}"), &text)).transpose()
    }

    /// Sets a key; `null` forgets it.
    pub fn set(&self, key: &str, value: &Value) -> Result<()> {
        let connection = self.library.db().get();
        if value.is_null() {
            connection.execute("DELETE FROM setting WHERE key = ?", [key])?;
        } else {
            let text = to_json("setting", value)?;
            connection.execute("INSERT INTO setting VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2", (key, text))?;
        }
        Ok(())
    }
}
