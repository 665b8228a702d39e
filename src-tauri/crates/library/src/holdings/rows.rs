//! Rows of holdings and of the scenes that they are of.

use std::collections::HashMap;
use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction};
use swath_domain::{Content, HeldFile, Holding, HoldingId, HoldingState, Scene, TransferId};

use super::missing;
use crate::Library;
use crate::db::{from_json, to_json};
use crate::error::{LibraryError, Result};
use crate::place::{PARTS, boxes};

/// In the order in which [`read`] reads them; the scene follows, as its number and its text.
pub(super) const COLUMNS: &str = "holding.id, content, path, bytes, provider, state, why, checked, created, holding.scene";

/// What is to be known of a new holding, besides its scene.
pub(crate) struct New<'a> {
    pub(crate) transfer: Option<TransferId>,
    pub(crate) content: &'a Content,
    pub(crate) path: &'a str,
    pub(crate) files: &'a [HeldFile],
    pub(crate) provider: &'a str,
    pub(crate) at: Timestamp,
}

/// A holding of a scene.
pub(crate) struct Known {
    pub(crate) id: HoldingId,
    pub(crate) verified: bool,
    pub(crate) path: String,
}

/// Holdings of this content of this very product.
pub(crate) fn same(library: &Library, scene: &Scene, content: &Content) -> Result<Vec<Known>> {
    let all = of_scene(&library.db().get(), scene)?;
    Ok(all.into_iter().filter(|(other, _)| other == content).map(|(_, known)| known).collect())
}

/// Holdings of this very product, whichever catalogue told of it.
pub(super) fn of_scene(connection: &Connection, scene: &Scene) -> Result<Vec<(Content, Known)>> {
    let mut statement = connection.prepare_cached(
        "SELECT holding.id, content, state, path, brief FROM held_scene JOIN holding ON holding.scene = number
         WHERE acquisition = ? ORDER BY holding.id",
    )?;
    let mut rows = statement.query([scene.acquisition()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let id = HoldingId(row.get(0)?);
        let brief: Scene = from_json(format!("scene file {id}"), row.get_ref(4)?.as_str().unwrap_or_default())?;
        if brief.is_same_product(scene) {
            let content = from_json(format!("scene file {id}"), row.get_ref(1)?.as_str().unwrap_or_default())?;
            let verified = row.get_ref(2)?.as_str().unwrap_or_default() == "verified";
            found.push((content, Known { id, verified, path: row.get(3)? }));
        }
    }
    Ok(found)
}

/// Whose path this is, in lower case.
pub(crate) fn owner(library: &Library, folded: &str) -> Result<Option<HoldingId>> {
    let connection = library.db().get();
    let mut statement = connection.prepare_cached("SELECT id FROM holding WHERE folded = ?")?;
    Ok(statement.query_row([folded], |row| row.get(0).map(HoldingId)).optional()?)
}

/// Inserts a holding, verified, or writes it over another one whose files are gone.
pub(crate) fn insert(tx: &Transaction, scene: &Scene, new: &New, replaces: Option<HoldingId>) -> Result<HoldingId> {
    let number = scene_number(tx, scene)?;
    let replaced: Option<i64> = match replaces {
        Some(id) => tx.query_row("SELECT scene FROM holding WHERE id = ?", [id.0], |row| row.get(0)).optional()?,
        None => None,
    };
    let bytes: u64 = new.files.iter().map(|file| file.bytes).sum();
    let id: i64 = tx
        .prepare_cached(
            "INSERT INTO holding (id, transfer, scene, key, content, path, folded, bytes, provider, state, checked, created)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'verified', ?10, ?10)
             ON CONFLICT (id) DO UPDATE SET transfer = ?2, scene = ?3, key = ?4, content = ?5, path = ?6, folded = ?7, bytes = ?8,
                 provider = ?9, state = 'verified', why = NULL, checked = ?10, created = ?10
             RETURNING id",
        )?
        .query_row(
            (
                replaced.and(replaces).map(|id| id.0),
                new.transfer.map(|id| id.0),
                number,
                new.content.key(),
                to_json("content", new.content)?,
                new.path,
                new.path.to_lowercase(),
                bytes as i64,
                new.provider,
                new.at.to_string(),
            ),
            |row| row.get(0),
        )?;
    tx.prepare_cached("INSERT INTO holding_files VALUES (?1, ?2) ON CONFLICT (holding) DO UPDATE SET files = ?2")?
        .execute((id, to_json("files", &new.files)?))?;
    if let Some(old) = replaced {
        drop_scene(tx, old)?;
    }
    Ok(HoldingId(id))
}

/// Deletes a row and what nothing refers to any more.
pub(super) fn delete(tx: &Transaction, id: HoldingId) -> Result<()> {
    let scene: Option<i64> = tx.query_row("DELETE FROM holding WHERE id = ? RETURNING scene", [id.0], |row| row.get(0)).optional()?;
    scene.map_or(Ok(()), |scene| drop_scene(tx, scene))
}

fn drop_scene(tx: &Transaction, number: i64) -> Result<()> {
    let parts: Option<i64> = tx
        .query_row(
            "DELETE FROM held_scene WHERE number = ?1 AND NOT EXISTS (SELECT 1 FROM holding WHERE scene = ?1) RETURNING parts",
            [number],
            |row| row.get(0),
        )
        .optional()?;
    for part in 0..parts.unwrap_or(0) {
        tx.execute("DELETE FROM held_place WHERE id = ?", [number * PARTS + part])?;
    }
    Ok(())
}

fn scene_number(tx: &Transaction, scene: &Scene) -> Result<i64> {
    let doc = to_json("scene", scene)?;
    let known = tx
        .prepare_cached("SELECT number FROM held_scene JOIN held_scene_doc ON scene = number WHERE id = ? AND doc = ?")?
        .query_row((&scene.id.0, &doc), |row| row.get(0))
        .optional()?;
    if let Some(number) = known {
        return Ok(number);
    }
    let boxes = boxes(&scene.footprint);
    let brief = Scene { assets: Default::default(), alternates: Default::default(), packages: Vec::new(), ..scene.clone() };
    let optional = [&scene.name, &scene.tile];
    let words = [scene.id.0.as_str(), &scene.platform].into_iter().chain(optional.into_iter().flatten().map(String::as_str));
    let words = words.collect::<Vec<_>>().join("\n").to_lowercase();
    tx.prepare_cached("INSERT INTO held_scene (id, acquisition, sensor, moment, words, parts, brief) VALUES (?, ?, ?, ?, ?, ?, ?)")?
        .execute((
            &scene.id.0,
            scene.acquisition(),
            scene.sensor.name(),
            scene.datetime.as_microsecond(),
            words,
            boxes.len() as i64,
            to_json("scene", &brief)?,
        ))?;
    let number = tx.last_insert_rowid();
    tx.prepare_cached("INSERT INTO held_scene_doc VALUES (?, ?)")?.execute((number, doc))?;
    let mut place = tx.prepare_cached("INSERT INTO held_place VALUES (?, ?, ?, ?, ?)")?;
    for (part, rect) in boxes.iter().enumerate() {
        place.execute((number * PARTS + part as i64, rect.min().x, rect.max().x, rect.min().y, rect.max().y))?;
    }
    Ok(number)
}

pub(super) fn get(connection: &Connection, id: HoldingId) -> Result<Holding> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS}, doc FROM holding JOIN held_scene_doc ON held_scene_doc.scene = holding.scene WHERE holding.id = ?"
    ))?;
    let mut rows = statement.query([id.0])?;
    let row = rows.next()?.ok_or_else(|| missing(id))?;
    read(row, &mut HashMap::new())
}

/// One holding. The parts of a scene have one scene, which is read once.
pub(super) fn read(row: &rusqlite::Row, scenes: &mut HashMap<i64, Scene>) -> Result<Holding> {
    let id = HoldingId(row.get(0)?);
    let number: i64 = row.get(9)?;
    let scene = match scenes.get(&number) {
        Some(scene) => scene.clone(),
        None => {
            let scene: Scene = from_json(format!("scene file {id}"), row.get_ref(10)?.as_str().unwrap_or_default())?;
            scenes.insert(number, scene.clone());
            scene
        }
    };
    let state = match row.get_ref(5)?.as_str().unwrap_or_default() {
        "verified" => HoldingState::Verified { at: parse(id, row.get_ref(7)?.as_str().unwrap_or_default())? },
        "missing" => HoldingState::Missing,
        _ => HoldingState::Damaged { why: row.get::<_, Option<String>>(6)?.unwrap_or_default() },
    };
    Ok(Holding {
        id,
        scene: Box::new(scene),
        content: from_json(format!("scene file {id}"), row.get_ref(1)?.as_str().unwrap_or_default())?,
        path: row.get(2)?,
        bytes: row.get::<_, i64>(3)? as u64,
        provider: row.get(4)?,
        state,
        created: parse(id, row.get_ref(8)?.as_str().unwrap_or_default())?,
    })
}

pub(super) fn set_state(connection: &Connection, id: HoldingId, state: &HoldingState, now: Timestamp) -> Result<()> {
    let (name, why, at) = match state {
        HoldingState::Verified { at } => ("verified", None, *at),
        HoldingState::Missing => ("missing", None, now),
        HoldingState::Damaged { why } => ("damaged", Some(why), now),
    };
    let changed = connection.prepare_cached("UPDATE holding SET state = ?2, why = ?3, checked = ?4 WHERE id = ?1")?.execute((
        id.0,
        name,
        why,
        at.to_string(),
    ))?;
    if changed == 1 { Ok(()) } else { Err(missing(id)) }
}

/// It lies elsewhere now, and is what it was.
pub(super) fn repoint(tx: &Transaction, id: HoldingId, path: &str, now: Timestamp) -> Result<()> {
    tx.execute("UPDATE holding SET path = ?2, folded = ?3 WHERE id = ?1", (id.0, path, path.to_lowercase()))?;
    set_state(tx, id, &HoldingState::Verified { at: now }, now)
}

fn parse<T: FromStr<Err: std::fmt::Display>>(id: HoldingId, text: &str) -> Result<T> {
    text.parse().map_err(|why| LibraryError::damaged(format!("scene file {id}"), why))
}
