//! One JSON object of GeoJSON, whichever it is: members may come in any order, so all are looked at before any is understood.

use std::borrow::Cow;
use std::fmt;

use geo::Coord;
use serde::Deserializer;
use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Reading;

/// What is kept of an object.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) kind: Option<String>,
    pub(super) coords: Option<Coords>,
    pub(super) geometries: Vec<Node>,
    pub(super) geometry: Option<Box<Node>>,
    pub(super) properties: Vec<(usize, String)>,
    pub(super) crs: Option<String>,
    /// It had a list of features, which are taken in already.
    pub(super) collection: bool,
    /// A position has more than two numbers.
    pub(super) heights: bool,
}

/// Nested arrays of numbers.
#[derive(Debug)]
pub(super) enum Coords {
    Number(f64),
    Position(Coord<f64>),
    Line(Vec<Coord<f64>>),
    List(Vec<Coords>),
    Wrong,
}

impl Coords {
    pub(super) fn position(self) -> Option<Coord<f64>> {
        if let Self::Position(c) = self { Some(c) } else { None }
    }

    pub(super) fn line(self) -> Option<Vec<Coord<f64>>> {
        match self {
            Self::Line(line) => Some(line),
            Self::List(none) if none.is_empty() => Some(Vec::new()),
            _ => None,
        }
    }

    pub(super) fn lines(self) -> Option<Vec<Vec<Coord<f64>>>> {
        self.list()?.into_iter().map(Coords::line).collect()
    }

    pub(super) fn list(self) -> Option<Vec<Coords>> {
        if let Self::List(list) = self { Some(list) } else { None }
    }
}

/// Anything else than what is looked for.
macro_rules! scalars {
    ($value:expr) => {
        fn visit_bool<E: de::Error>(self, _: bool) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_str<E: de::Error>(self, _: &str) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("GeoJSON")
        }
    };
}

pub(super) struct NodeSeed<'r, 'a>(pub(super) &'r Reading<'a>);

impl<'de> DeserializeSeed<'de> for NodeSeed<'_, '_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NodeSeed<'_, '_> {
    type Value = Node;

    scalars!(Node::default());

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Node, E> {
        Ok(Node::default())
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Node, E> {
        Ok(Node::default())
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Node, E> {
        Ok(Node::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Node, A::Error> {
        while all.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Node::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node, A::Error> {
        let reading = self.0;
        let mut node = Node::default();
        while let Some(key) = members.next_key::<Cow<'de, str>>()? {
            match key.as_ref() {
                "type" => node.kind = Some(members.next_value_seed(TextSeed)?),
                "coordinates" => {
                    reading.heights.set(false);
                    node.coords = Some(members.next_value_seed(CoordsSeed(reading))?);
                    node.heights = reading.heights.get();
                }
                "geometries" => node.geometries = members.next_value_seed(Objects { reading, features: false })?,
                "geometry" => {
                    let geometry = members.next_value_seed(NodeSeed(reading))?;
                    node.geometry = (geometry.kind.is_some() || geometry.coords.is_some()).then(|| Box::new(geometry));
                }
                "features" => {
                    node.collection = true;
                    members.next_value_seed(Objects { reading, features: true })?;
                }
                "properties" => node.properties = members.next_value_seed(PropertiesSeed(reading))?,
                "crs" => node.crs = members.next_value_seed(CrsSeed)?,
                _ => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(node)
    }
}

/// A list of objects. Features are taken in one by one, so that only one is held as it was read.
struct Objects<'r, 'a> {
    reading: &'r Reading<'a>,
    features: bool,
}

impl<'de> DeserializeSeed<'de> for Objects<'_, '_> {
    type Value = Vec<Node>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Node>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Objects<'_, '_> {
    type Value = Vec<Node>;

    scalars!(Vec::new());

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Vec<Node>, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Vec<Node>, A::Error> {
        let mut kept = Vec::new();
        while let Some(node) = all.next_element_seed(NodeSeed(self.reading))? {
            if self.features {
                self.reading.keep(super::feature(node, self.reading))?;
            } else {
                kept.push(node);
            }
        }
        Ok(kept)
    }
}

struct CoordsSeed<'r, 'a>(&'r Reading<'a>);

impl<'de> DeserializeSeed<'de> for CoordsSeed<'_, '_> {
    type Value = Coords;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Coords, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for CoordsSeed<'_, '_> {
    type Value = Coords;

    scalars!(Coords::Wrong);

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Coords, E> {
        Ok(Coords::Number(value as f64))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Coords, E> {
        Ok(Coords::Number(value as f64))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Coords, E> {
        Ok(Coords::Number(value))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Coords, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Coords::Wrong)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Coords, A::Error> {
        let (mut numbers, mut count) = ([0.0; 2], 0);
        let (mut line, mut list, mut wrong) = (Vec::new(), Vec::new(), false);
        while let Some(item) = all.next_element_seed(CoordsSeed(self.0))? {
            match item {
                Coords::Number(value) => {
                    if let Some(number) = numbers.get_mut(count) {
                        *number = value;
                    }
                    count += 1;
                }
                Coords::Position(c) => {
                    self.0.keep(self.0.budget.vertices(1))?;
                    line.push(c);
                }
                Coords::Wrong => wrong = true,
                deeper => list.push(deeper),
            }
        }
        if count > 2 {
            self.0.heights.set(true);
        }
        Ok(match (count, line.is_empty(), list.is_empty()) {
            _ if wrong => Coords::Wrong,
            (0, true, _) => Coords::List(list),
            (0, false, true) => Coords::Line(line),
            (2.., true, true) => Coords::Position(Coord { x: numbers[0], y: numbers[1] }),
            _ => Coords::Wrong,
        })
    }
}

struct PropertiesSeed<'r, 'a>(&'r Reading<'a>);

impl<'de> DeserializeSeed<'de> for PropertiesSeed<'_, '_> {
    type Value = Vec<(usize, String)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for PropertiesSeed<'_, '_> {
    type Value = Vec<(usize, String)>;

    scalars!(Vec::new());

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Self::Value, A::Error> {
        while all.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Vec::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let reading = self.0;
        let mut values = Vec::new();
        while let Some(key) = members.next_key::<Cow<'de, str>>()? {
            let value = members.next_value_seed(TextSeed)?;
            let field = reading.layer.borrow_mut().field(&key, reading.budget);
            if let Some(field) = reading.keep(field)? {
                values.push((field, reading.keep(reading.budget.text(&value))?));
            }
        }
        Ok(values)
    }
}

/// A value as one would show it.
struct TextSeed;

impl<'de> DeserializeSeed<'de> for TextSeed {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TextSeed {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<String, E> {
        Ok(value.to_owned())
    }

    fn visit_unit<E: de::Error>(self) -> Result<String, E> {
        Ok(String::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<String, A::Error> {
        while all.next_element::<IgnoredAny>()?.is_some() {}
        Ok("[…]".into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<String, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok("{…}".into())
    }
}

/// The name within `{"type": "name", "properties": {"name": …}}`.
struct CrsSeed;

impl<'de> DeserializeSeed<'de> for CrsSeed {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let value = <serde_json::Value as de::Deserialize>::deserialize(deserializer)?;
        let named = value.pointer("/properties/name").or_else(|| value.pointer("/properties/code"));
        Ok(named.map(|name| name.as_str().map_or_else(|| name.to_string(), str::to_owned)))
    }
}
