//! Makes values from schemas: right ones, and wrong ones from those.

use serde_json::{Map, Value, json};
use tests::harness::random::Random;

use super::schema::Schemas;

/// Things that exist, by the name of the field that asks for one, so that requests get past the
/// door often enough.
pub(crate) struct Known {
    /// What is configured.
    pub(crate) keys: Vec<(&'static str, Vec<String>)>,
    /// Ids that answers have named, by field; the last ones.
    pub(crate) ids: Vec<(&'static str, Vec<u64>)>,
    /// Labels that answers have named.
    pub(crate) labels: Vec<String>,
}

/// Makes values.
pub(crate) struct Maker<'a> {
    pub(crate) schemas: Schemas<'a>,
    pub(crate) random: Random,
    pub(crate) known: Known,
}

impl Maker<'_> {
    /// A value that the schema allows.
    pub(crate) fn right(&mut self, schema: &Value, name: &str) -> Value {
        for _ in 0..200 {
            let value = self.draft(schema, name);
            if self.schemas.check(schema, &value).is_ok() {
                return value;
            }
        }
        panic!("no value was found for {name}: {schema}");
    }

    fn draft(&mut self, schema: &Value, name: &str) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.draft(self.schemas.named(reference), name);
        }
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(values) = schema["enum"].as_array() {
            return self.random.pick(values).clone();
        }
        let choices = ["anyOf", "oneOf"].into_iter().find_map(|key| schema[key].as_array());
        if let Some(choices) = choices
            && schema.get("properties").is_none()
        {
            let choice = self.random.pick(choices).clone();
            return self.draft(&choice, name);
        }
        match self.kind(&schema["type"]).as_str() {
            "object" => self.object(schema),
            "array" => {
                let count = self.random.below(3);
                (0..count).map(|_| self.draft(&schema["items"], name)).collect()
            }
            "string" => Value::String(self.text(name)),
            "integer" => self.integer(schema, name),
            "boolean" => Value::Bool(self.random.once_in(2)),
            _ => Value::Null,
        }
    }

    fn kind(&mut self, kind: &Value) -> String {
        let kind = kind.as_array().map_or(kind, |kinds| self.random.pick(kinds));
        kind.as_str().unwrap_or("null").to_owned()
    }

    fn object(&mut self, schema: &Value) -> Value {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let mut object = Map::new();
        for (name, rule) in schema["properties"].as_object().into_iter().flatten() {
            if required.iter().any(|known| known == name) || self.random.once_in(3) {
                object.insert(name.clone(), self.draft(rule, name));
            }
        }
        Value::Object(object)
    }

    fn integer(&mut self, schema: &Value, name: &str) -> Value {
        let min = schema["minimum"].as_i64().unwrap_or(0);
        let max = schema["maximum"].as_i64().unwrap_or(1 << 53);
        let ids = self.known.ids.iter().find(|(field, _)| *field == name);
        if let Some((_, ids)) = ids
            && !ids.is_empty()
            && !self.random.once_in(8)
        {
            return json!(self.random.pick(ids));
        }
        if name == "number" && self.random.once_in(2) {
            // A kiosk's own range, for when the server is away.
            return json!(9_800 + self.random.below(100));
        }
        let small = i64::try_from(self.random.below(40)).unwrap();
        match self.random.below(8) {
            0 => json!(min),
            1 => json!(max),
            2 => json!(self.random.bits() >> 11),
            _ => json!(small.clamp(min, max)),
        }
    }

    /// A text for a field: mostly one that means something.
    pub(crate) fn text(&mut self, name: &str) -> String {
        if matches!(name, "label" | "presented") {
            let labels = &self.known.labels;
            if !labels.is_empty() && !self.random.once_in(8) {
                return self.random.pick(labels).clone();
            }
            return format!("{}{}", self.random.pick(&["A", "U", "z"]), self.random.below(1_200));
        }
        let keys = self.known.keys.iter().find(|(field, _)| *field == name);
        match keys {
            Some((_, keys)) if !self.random.once_in(8) => self.random.pick(keys).clone(),
            Some(_) | None => {
                let letters = ["a", "B", "9", "_", "-"];
                let length = 1 + self.random.below(23);
                (0..length).map(|_| *self.random.pick(&letters)).collect()
            }
        }
    }

    /// A value like `right` with one thing wrong; by chance it may still be right.
    pub(crate) fn wrong(&mut self, right: &Value) -> Value {
        let strange = [
            json!(null),
            json!(true),
            json!(-1),
            json!(1.5),
            json!(1_u64 << 60),
            json!(""),
            json!("番号 101 <b>"),
            json!("x".repeat(300)),
            json!([]),
            json!([[1], {}]),
            json!({}),
            json!({ "kind": "nothing" }),
        ];
        let other = self.random.pick(&strange).clone();
        let Some(object) = right.as_object().filter(|_| !self.random.once_in(6)) else {
            return other;
        };
        let mut object = object.clone();
        let names: Vec<String> = object.keys().cloned().collect();
        match self.random.below(4) {
            0 => {
                object.insert("surprise".to_owned(), other);
            }
            1 if !names.is_empty() => {
                object.remove(self.random.pick(&names).as_str());
            }
            _ if !names.is_empty() => {
                let name = self.random.pick(&names).clone();
                let member = object[&name].clone();
                let wrong = if member.is_object() { self.wrong(&member) } else { other };
                object.insert(name, wrong);
            }
            _ => {}
        }
        Value::Object(object)
    }
}
