//! Scenes that catalogues described, found again by place, time and cloud.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Transaction};
use swath_domain::{DateRange, Scene, SceneId, Sensor};

use crate::Library;
use crate::db::{from_json, to_json};
use crate::error::{LibraryError, Result};
use crate::place::{PARTS, boxes, searched, touches};

/// Which scenes; the default is all of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SceneFilter {
    /// `[west, south, east, north]` in degrees; `west > east` runs over the antimeridian. The footprint itself must touch it.
    pub bbox: Option<[f64; 4]>,
    /// Acquired on one of these days.
    pub dates: Option<DateRange>,
    /// One of these; empty for any.
    pub sensors: Vec<Sensor>,
    /// Most cloud, percent. Scenes that do not say are kept.
    pub max_cloud: Option<f64>,
    /// Part of the id, the platform or the tile, in any case.
    pub text: Option<String>,
    /// At most so many, the newest.
    pub limit: Option<usize>,
}

/// Scenes that catalogues described.
#[derive(Debug, Clone, Copy)]
pub struct Scenes<'a> {
    pub(crate) library: &'a Library,
}

impl Scenes<'_> {
    /// Takes note of scenes; those known already are replaced. All or none.
    pub fn upsert(&self, scenes: &[Scene]) -> Result<()> {
        self.library.db().write(|tx| scenes.iter().try_for_each(|scene| upsert(tx, scene)))
    }

    /// One scene.
    pub fn get(&self, id: &SceneId) -> Result<Scene> {
        let connection = self.library.db().get();
        let doc: Option<String> = connection.query_row("SELECT doc FROM scene WHERE id = ?", [&id.0], |row| row.get(0)).optional()?;
        from_json(id, &doc.ok_or_else(|| LibraryError::not_found(format!("scene {id}")))?)
    }

    /// Those that match, newest first.
    pub fn search(&self, filter: &SceneFilter) -> Result<Vec<Scene>> {
        let rects = filter.bbox.map(searched);
        let (sql, values) = select(filter, rects.as_deref());
        let connection = self.library.db().get();
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(values))?;
        let mut found = Vec::new();
        while found.len() < filter.limit.unwrap_or(usize::MAX)
            && let Some(row) = rows.next()?
        {
            let scene: Scene = from_json(row.get_ref(0)?.as_str().unwrap_or_default(), row.get_ref(1)?.as_str().unwrap_or_default())?;
            if rects.as_ref().is_none_or(|rects| touches(&scene.footprint, rects)) {
                found.push(scene);
            }
        }
        Ok(found)
    }
}

/// The statement and its values. The tree gives candidates by all four dimensions at once, the exact columns decide.
fn select(filter: &SceneFilter, rects: Option<&[geo::Rect<f64>]>) -> (String, Vec<Value>) {
    let mut sql = "SELECT id, doc FROM scene WHERE 1".to_owned();
    let mut values: Vec<Value> = Vec::new();
    let moments = filter.dates.map(|dates| (start(dates.from()), end(dates.to())));
    if let Some(rects) = rects {
        let (day0, day1) = moments.map_or((f64::MIN, f64::MAX), |(from, to)| (days(from), days(to)));
        let cloud = filter.max_cloud.unwrap_or(f64::MAX);
        let mut parts = Vec::new();
        for rect in rects {
            parts.push(format!(
                "SELECT id / {PARTS} FROM scene_place WHERE west <= ? AND east >= ? AND south <= ? AND north >= ? \
                 AND day0 <= ? AND day1 >= ? AND cloud0 <= ?"
            ));
            let limits = [rect.max().x, rect.min().x, rect.max().y, rect.min().y, day1, day0, cloud];
            values.extend(limits.map(Value::Real));
        }
        sql += &format!(" AND number IN ({})", parts.join(" UNION "));
    }
    if let Some((from, to)) = moments {
        sql += " AND moment BETWEEN ? AND ?";
        values.extend([Value::Integer(from), Value::Integer(to)]);
    }
    if let Some(cloud) = filter.max_cloud {
        sql += " AND (cloud IS NULL OR cloud <= ?)";
        values.push(Value::Real(cloud));
    }
    if !filter.sensors.is_empty() {
        sql += &format!(" AND sensor IN ({})", vec!["?"; filter.sensors.len()].join(", "));
        values.extend(filter.sensors.iter().map(|sensor| Value::Text(sensor.name().to_owned())));
    }
    if let Some(text) = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        sql += " AND (id LIKE ? ESCAPE '\\' OR platform LIKE ? ESCAPE '\\' OR tile LIKE ? ESCAPE '\\')";
        let pattern = like(text);
        values.extend((0..3).map(|_| Value::Text(pattern.clone())));
    }
    sql += " ORDER BY moment DESC, id";
    (sql, values)
}

fn upsert(tx: &Transaction, scene: &Scene) -> Result<()> {
    let doc = to_json("scene", scene)?;
    let known = tx
        .prepare_cached("SELECT number, parts, doc = ?2 FROM scene WHERE id = ?1")?
        .query_row((&scene.id.0, &doc), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, bool>(2)?)))
        .optional()?;
    match known {
        // A search repeated finds mostly the same.
        Some((_, _, true)) => return Ok(()),
        Some((number, parts, false)) => {
            let mut delete = tx.prepare_cached("DELETE FROM scene_place WHERE id = ?")?;
            (0..parts).try_for_each(|part| delete.execute([number * PARTS + part]).map(drop))?;
        }
        None => {}
    }
    let boxes = boxes(&scene.footprint);
    let moment = scene.datetime.as_microsecond();
    let row = (
        &scene.id.0,
        scene.sensor.name(),
        moment,
        scene.cloud_cover,
        boxes.len() as i64,
        &scene.platform,
        &scene.tile,
        &doc,
        known.map(|(number, ..)| number),
    );
    let number: i64 = tx
        .prepare_cached(
            "INSERT INTO scene (id, sensor, moment, cloud, parts, platform, tile, doc, number) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (id) DO UPDATE SET sensor = ?2, moment = ?3, cloud = ?4, parts = ?5, platform = ?6, tile = ?7, doc = ?8
             RETURNING number",
        )?
        .query_row(row, |row| row.get(0))?;
    let mut place = tx.prepare_cached("INSERT INTO scene_place VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?7)")?;
    for (part, rect) in boxes.iter().enumerate() {
        let id = number * PARTS + part as i64;
        let (min, max) = (rect.min(), rect.max());
        place.execute((id, min.x, max.x, min.y, max.y, days(moment), scene.cloud_cover.unwrap_or(-1.0)))?;
    }
    Ok(())
}

fn days(microseconds: i64) -> f64 {
    microseconds as f64 / 86_400e6
}

/// A pattern that finds a text anywhere, as it is.
pub(crate) fn like(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

pub(crate) fn start(day: Date) -> i64 {
    day.to_zoned(TimeZone::UTC).map_or(i64::MIN, |moment| moment.timestamp().as_microsecond())
}

pub(crate) fn end(day: Date) -> i64 {
    day.tomorrow().map_or(Timestamp::MAX.as_microsecond(), |next| start(next) - 1)
}
