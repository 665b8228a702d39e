//! What a STAC API is asked: the body of a search, with limits in the language that the server knows.
//!
//! Limits are sent only where every catalogue of a dialect spells the property alike; all of them are applied to what comes in any case. A
//! sort order is never sent: some servers repeat pages without end when they are asked for one.

use serde_json::{Map, Value, json};
use swath_domain::{DateRange, Monitor, OrbitDirection, Query, Sensor, Stop, Tier};
use url::Url;

use crate::client::{Ask, fetch_bytes};
use crate::provider::{Collection, FilterDialect};
use crate::{Client, RemoteError};

/// Limits beyond area and days, as they can be sent.
pub(super) struct Limits {
    dialect: FilterDialect,
    /// Nothing but the cloud cover is known to be understood.
    only_cloud: bool,
    cloud: Option<f64>,
    direction: Option<OrbitDirection>,
    orbits: Vec<u16>,
    tiers: Vec<Tier>,
}

impl Limits {
    /// The limits of a query, for a server whose landing page may have to be asked for its language.
    pub(super) async fn of(
        query: &Query,
        dialect: FilterDialect,
        client: &Client,
        base: &Url,
        monitor: &dyn Monitor,
    ) -> Result<Self, Stop<RemoteError>> {
        // A limit of 100 leaves out nothing but scenes that do not say their cloud cover, which are wanted.
        let cloud = query.max_cloud.filter(|cloud| *cloud < 100.0);
        let known = match (dialect, cloud) {
            (FilterDialect::Ask, Some(_)) => spoken(client, base, monitor).await?,
            (FilterDialect::Ask, None) => FilterDialect::None,
            (known, _) => known,
        };
        let filters = &query.filters;
        Ok(Self {
            dialect: known,
            only_cloud: dialect == FilterDialect::Ask,
            cloud,
            direction: filters.orbit_direction,
            orbits: filters.relative_orbits.clone(),
            tiers: filters.tiers.clone(),
        })
    }

    /// The body of a search.
    pub(super) fn body(&self, collection: &Collection, area: &Map<String, Value>, span: DateRange, limit: u32) -> Value {
        let mut body = Map::new();
        body.insert("collections".into(), json!([collection.id]));
        body.extend(area.clone());
        body.insert("datetime".into(), json!(format!("{}T00:00:00Z/{}T23:59:59.999Z", span.from(), span.to())));
        body.insert("limit".into(), json!(limit));
        let tests = self.tests(collection.sensor);
        match self.dialect {
            FilterDialect::Query if !tests.is_empty() => {
                let test = |(property, operator, value): (&str, Operator, Value)| (property.to_owned(), json!({ operator.query(): value }));
                body.insert("query".into(), Value::Object(tests.into_iter().map(test).collect()));
            }
            FilterDialect::Cql2 if !tests.is_empty() => {
                let test = |(property, operator, value): (&str, Operator, Value)| json!({"op": operator.cql2(), "args": [{ "property": property }, value]});
                let mut all: Vec<_> = tests.into_iter().map(test).collect();
                let filter = if all.len() == 1 { all.remove(0) } else { json!({"op": "and", "args": all}) };
                body.insert("filter-lang".into(), json!("cql2-json"));
                body.insert("filter".into(), filter);
            }
            _ => {}
        }
        Value::Object(body)
    }

    /// A limit on what a sensor does not have would leave nothing of it.
    fn tests(&self, sensor: Sensor) -> Vec<(&'static str, Operator, Value)> {
        let radar = matches!(sensor, Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc);
        let landsat = matches!(sensor, Sensor::LandsatC2L1 | Sensor::LandsatC2L2);
        let mut tests = Vec::new();
        if let Some(cloud) = self.cloud.filter(|_| !radar) {
            tests.push(("eo:cloud_cover", Operator::AtMost, json!(cloud)));
        }
        if self.only_cloud {
            return tests;
        }
        // Not all catalogues say the orbit of optical scenes; for those the names tell, here.
        if let Some(direction) = self.direction.filter(|_| radar) {
            let word = if direction == OrbitDirection::Ascending { "ascending" } else { "descending" };
            tests.push(("sat:orbit_state", Operator::Is, json!(word)));
        }
        if radar && !self.orbits.is_empty() {
            tests.push(("sat:relative_orbit", Operator::OneOf, json!(self.orbits)));
        }
        if landsat && !self.tiers.is_empty() {
            tests.push(("landsat:collection_category", Operator::OneOf, json!(self.tiers)));
        }
        tests
    }
}

#[derive(Clone, Copy)]
enum Operator {
    AtMost,
    Is,
    OneOf,
}

impl Operator {
    fn query(self) -> &'static str {
        match self {
            Operator::AtMost => "lte",
            Operator::Is => "eq",
            Operator::OneOf => "in",
        }
    }

    fn cql2(self) -> &'static str {
        match self {
            Operator::AtMost => "<=",
            Operator::Is => "=",
            Operator::OneOf => "in",
        }
    }
}

/// The language that a server says it knows. One that does not say so may ignore a filter or refuse the request.
async fn spoken(client: &Client, base: &Url, monitor: &dyn Monitor) -> Result<FilterDialect, Stop<RemoteError>> {
    match fetch_bytes(client, &Ask::get(base.clone()), 16 << 20, 3, monitor).await {
        Ok((bytes, _)) => {
            let landing: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            let classes = landing.get("conformsTo").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            let classes: Vec<_> = classes.collect();
            let any = |test: &dyn Fn(&str) -> bool| classes.iter().any(|class| test(class));
            Ok(if any(&|class| class.contains("item-search") && class.ends_with("#query")) {
                FilterDialect::Query
            } else if any(&|class| class.contains("item-search#filter")) && any(&|class| class.ends_with("cql2-json")) {
                FilterDialect::Cql2
            } else {
                FilterDialect::None
            })
        }
        Err(Stop::Failed(RemoteError::Connect { host, why })) => Err(RemoteError::Connect { host, why }.into()),
        Err(Stop::Cancelled) => Err(Stop::Cancelled),
        Err(Stop::Failed(_)) => Ok(FilterDialect::None),
    }
}

pub(super) fn below(base: &Url, name: &str) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push(name);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(dialect: FilterDialect, sensor: Sensor, key: &str, expected: Value) {
        let limits = Limits {
            dialect,
            only_cloud: false,
            cloud: Some(40.0),
            direction: Some(OrbitDirection::Descending),
            orbits: vec![51, 124],
            tiers: vec![Tier::One],
        };
        let collection: Collection = serde_json::from_value(json!({"id": "c", "sensor": sensor, "assets": {}})).unwrap();
        let days = DateRange::new("2025-06-01".parse().unwrap(), "2025-06-30".parse().unwrap()).unwrap();
        let body = limits.body(&collection, &Map::new(), days, 200);
        assert_eq!(body.get(key).cloned().unwrap_or_default(), expected);
        assert_eq!(body["datetime"], "2025-06-01T00:00:00Z/2025-06-30T23:59:59.999Z");
        assert!(body.get("sortby").is_none());
    }

    #[test]
    fn limits_are_sent_in_each_dialect() {
        use FilterDialect::{Cql2, None, Query};
        check(Query, Sensor::Sentinel2L2a, "query", json!({"eo:cloud_cover": {"lte": 40.0}}));
        check(Query, Sensor::LandsatC2L2, "query", json!({"eo:cloud_cover": {"lte": 40.0}, "landsat:collection_category": {"in": ["T1"]}}));
        check(
            Query,
            Sensor::Sentinel1Grd,
            "query",
            json!({"sat:orbit_state": {"eq": "descending"}, "sat:relative_orbit": {"in": [51, 124]}}),
        );
        check(Query, Sensor::Sentinel2L2a, "filter", Value::Null);
        let cloud = json!({"op": "<=", "args": [{"property": "eo:cloud_cover"}, 40.0]});
        check(Cql2, Sensor::Sentinel2L1c, "filter", cloud);
        let state = json!({"op": "=", "args": [{"property": "sat:orbit_state"}, "descending"]});
        let orbit = json!({"op": "in", "args": [{"property": "sat:relative_orbit"}, [51, 124]]});
        check(Cql2, Sensor::Sentinel1Grd, "filter", json!({"op": "and", "args": [state, orbit]}));
        check(Cql2, Sensor::Sentinel2L2a, "query", Value::Null);
        check(None, Sensor::Sentinel2L2a, "query", Value::Null);
    }
}
