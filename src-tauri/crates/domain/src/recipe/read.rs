//! From text to a checked recipe, with the path of whatever is wrong.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{CompositeStep, MaskStep, Recipe, SearchStep, Step, StepKind, WriteStep};

mod check;

/// Where a recipe is wrong, and what was expected there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {expected}")]
pub struct RecipeError {
    /// Path of the field, such as `steps[1].drop[0]`; `recipe` for the file as a whole.
    pub path: String,
    /// What is wrong and what was expected.
    pub expected: String,
}

pub(super) fn wrong(path: impl Into<String>, expected: impl Into<String>) -> RecipeError {
    RecipeError { path: path.into(), expected: expected.into() }
}

pub(super) fn from_json(text: &str) -> Result<Recipe, RecipeError> {
    let document: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|e| wrong("recipe", format!("this is not JSON ({e}): expected an object as `swath demo recipe` prints")))?;
    let Value::Object(mut fields) = document else {
        return Err(wrong("recipe", "expected an object with the fields version, name, area, dates, steps"));
    };
    let version = match fields.remove("version") {
        Some(Value::Number(n)) if n.as_u64().is_some_and(|n| (1..=u64::from(Recipe::VERSION)).contains(&n)) => n.as_u64(),
        Some(other) => {
            return Err(wrong("version", format!("expected 1 to {}, found {other}; a newer Swath may read it", Recipe::VERSION)));
        }
        None => return Err(wrong("version", format!("expected {}, found nothing", Recipe::VERSION))),
    };
    let name: String = field(&mut fields, "name")?;
    if name.trim().is_empty() || name.chars().count() > 100 {
        return Err(wrong("name", "expected 1 to 100 characters"));
    }
    let recipe = Recipe {
        version: Recipe::VERSION,
        name,
        area: field(&mut fields, "area")?,
        dates: field(&mut fields, "dates")?,
        steps: field::<Vec<Value>>(&mut fields, "steps")?
            .into_iter()
            .map(|step| if version == Some(1) { as_version_1_meant(step) } else { step })
            .enumerate()
            .map(|(i, v)| step(i, v))
            .collect::<Result<_, _>>()?,
    };
    if let Some(unknown) = fields.keys().next() {
        return Err(wrong(unknown, "there is no such field; expected version, name, area, dates, steps"));
    }
    check_flow(&recipe.steps)?;
    check::values(&recipe)?;
    Ok(recipe)
}

/// Version 1 knew neither graded buffers nor balance nor screening; what it made then it makes now.
fn as_version_1_meant(mut step: Value) -> Value {
    if let Value::Object(fields) = &mut step
        && fields.get("step").is_some_and(|kind| kind == "composite")
    {
        for (name, off) in [("graded_buffers_m", Value::Array(Vec::new())), ("balance", false.into()), ("screening", false.into())] {
            fields.entry(name).or_insert(off);
        }
    }
    step
}

fn field<T: DeserializeOwned>(fields: &mut Map<String, Value>, name: &str) -> Result<T, RecipeError> {
    parse(name, fields.remove(name).ok_or_else(|| wrong(name, "this field is missing"))?)
}

/// Serde's own tagged enums forget the path inside a variant, so the tag is taken off here.
fn step(index: usize, value: Value) -> Result<Step, RecipeError> {
    const KINDS: &str = "expected one of search, mask, composite, write";
    let path = format!("steps[{index}]");
    let Value::Object(mut fields) = value else {
        return Err(wrong(path, "expected an object with a field `step`"));
    };
    let kind = fields.remove("step").ok_or_else(|| wrong(format!("{path}.step"), format!("this field is missing; {KINDS}")))?;
    let body = Value::Object(fields);
    Ok(match kind.as_str() {
        Some("search") => Step::Search(parse::<SearchStep>(&path, body)?),
        Some("mask") => Step::Mask(parse::<MaskStep>(&path, body)?),
        Some("composite") => Step::Composite(parse::<CompositeStep>(&path, body)?),
        Some("write") => Step::Write(parse::<WriteStep>(&path, body)?),
        _ => return Err(wrong(format!("{path}.step"), format!("{KINDS}, found {kind}"))),
    })
}

fn parse<T: DeserializeOwned>(path: &str, value: Value) -> Result<T, RecipeError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let inner = error.path().to_string();
        let path = match inner.as_str() {
            "." => path.to_owned(),
            inner if inner.starts_with('[') => format!("{path}{inner}"),
            inner => format!("{path}.{inner}"),
        };
        wrong(path, error.inner().to_string())
    })
}

fn check_flow(steps: &[Step]) -> Result<(), RecipeError> {
    let mut have = StepKind::Nothing;
    for (index, step) in steps.iter().enumerate() {
        if !step.takes().contains(&have) {
            let takes: Vec<_> = step.takes().iter().map(|kind| kind.name()).collect();
            return Err(wrong(
                format!("steps[{index}]"),
                format!("`{}` takes {}, but what comes before it gives {}", step.name(), takes.join(" or "), have.name()),
            ));
        }
        have = step.gives();
    }
    if have == StepKind::Product {
        Ok(())
    } else {
        Err(wrong("steps", format!("expected a last step that gives a product (`write`), found {} at the end", have.name())))
    }
}

/// Editors check recipes against the schema, where the area is any GeoJSON polygon; the finer rules are checked on reading.
pub(super) fn geometry_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "object",
        "description": "GeoJSON Polygon or MultiPolygon in longitude and latitude (WGS 84).",
        "required": ["type", "coordinates"],
        "properties": { "type": { "enum": ["Polygon", "MultiPolygon"] }, "coordinates": { "type": "array" } }
    })
}
