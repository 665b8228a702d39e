//! Finding holdings by place, time, sensor, words and condition.

use std::collections::HashMap;

use rusqlite::types::Value;
use swath_domain::Holding;

use super::rows::{COLUMNS, read};
use super::{HoldingCondition, HoldingFilter, Holdings};
use crate::error::Result;
use crate::place::{PARTS, searched, touches};
use crate::scenes::{end, like, start};

impl Holdings<'_> {
    /// Those that match, the latest acquisitions first. Their scenes come **without** assets, alternates and packages, so that a list of
    /// thousands stays quick; [`Holdings::get`] gives the whole scene.
    pub fn list(&self, filter: &HoldingFilter) -> Result<Vec<Holding>> {
        self.library.locate()?;
        let rects = filter.area.map(searched);
        let mut sql = format!("SELECT {COLUMNS}, brief FROM holding JOIN held_scene ON holding.scene = number WHERE 1");
        let mut values: Vec<Value> = Vec::new();
        if let Some(rects) = &rects {
            let part = format!("SELECT id / {PARTS} FROM held_place WHERE west <= ? AND east >= ? AND south <= ? AND north >= ?");
            sql += &format!(" AND number IN ({})", vec![part.as_str(); rects.len()].join(" UNION "));
            values.extend(rects.iter().flat_map(|r| [r.max().x, r.min().x, r.max().y, r.min().y]).map(Value::Real));
        }
        if let Some(dates) = filter.dates {
            sql += " AND moment BETWEEN ? AND ?";
            values.extend([Value::Integer(start(dates.from())), Value::Integer(end(dates.to()))]);
        }
        if !filter.sensors.is_empty() {
            sql += &format!(" AND sensor IN ({})", vec!["?"; filter.sensors.len()].join(", "));
            values.extend(filter.sensors.iter().map(|sensor| Value::Text(sensor.name().to_owned())));
        }
        if !filter.states.is_empty() {
            sql += &format!(" AND state IN ({})", vec!["?"; filter.states.len()].join(", "));
            values.extend(filter.states.iter().map(|state| Value::Text(state.name().to_owned())));
        }
        if let Some(text) = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            sql += " AND (words LIKE ? ESCAPE '\\' OR folded LIKE ? ESCAPE '\\')";
            values.extend((0..2).map(|_| Value::Text(like(&text.to_lowercase()))));
        }
        sql += " ORDER BY moment DESC, holding.id";
        let connection = self.library.db().get();
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(values))?;
        let (mut found, mut scenes) = (Vec::new(), HashMap::new());
        while let Some(row) = rows.next()? {
            let holding = read(row, &mut scenes)?;
            if rects.as_ref().is_none_or(|rects| touches(&holding.scene.footprint, rects)) {
                found.push(holding);
            }
        }
        Ok(found)
    }
}

impl HoldingCondition {
    fn name(self) -> &'static str {
        match self {
            HoldingCondition::Verified => "verified",
            HoldingCondition::Missing => "missing",
            HoldingCondition::Damaged => "damaged",
        }
    }
}
