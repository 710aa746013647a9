//! A validator for the part of JSON Schema that the contract uses. A keyword it does not know is a
//! failure, so that it is never lax without anybody noticing.

use serde_json::Value;

/// The named schemas of a document.
pub(crate) struct Schemas<'a> {
    named: &'a Value,
}

impl<'a> Schemas<'a> {
    /// The schemas under `components`.
    pub(crate) fn of(document: &'a Value) -> Schemas<'a> {
        Schemas { named: &document["components"]["schemas"] }
    }

    /// The schema that a reference names.
    pub(crate) fn named(&self, reference: &str) -> &'a Value {
        let name = reference.strip_prefix("#/components/schemas/").unwrap();
        let schema = &self.named[name];
        assert!(schema.is_object(), "the document has no schema {name}");
        schema
    }

    /// Holds a value to a schema.
    pub(crate) fn check(&self, schema: &Value, value: &Value) -> Result<(), String> {
        for (keyword, rule) in schema.as_object().unwrap() {
            let holds = self.holds(schema, keyword, rule, value)?;
            if !holds {
                let shown: String = value.to_string().chars().take(200).collect();
                return Err(format!("{shown} breaks {keyword} {rule}"));
            }
        }
        Ok(())
    }

    fn holds(
        &self,
        schema: &Value,
        keyword: &str,
        rule: &Value,
        value: &Value,
    ) -> Result<bool, String> {
        let each = |rules: &Value| -> Vec<Result<(), String>> {
            rules.as_array().unwrap().iter().map(|rule| self.check(rule, value)).collect()
        };
        Ok(match keyword {
            "description" | "default" | "title" | "format" | "example" | "examples" => true,
            "$ref" => return self.check(self.named(rule.as_str().unwrap()), value).map(|()| true),
            "const" => rule == value,
            "enum" => rule.as_array().unwrap().contains(value),
            "type" => has_type(rule, value),
            "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
            "pattern" => value.as_str().is_none_or(|text| matches(rule.as_str().unwrap(), text)),
            "allOf" => return each(rule).into_iter().collect::<Result<(), _>>().map(|()| true),
            "anyOf" => each(rule).iter().any(Result::is_ok),
            "oneOf" => each(rule).iter().filter(|one| one.is_ok()).count() == 1,
            "not" => self.check(rule, value).is_err(),
            "required" => value.as_object().is_none_or(|object| {
                rule.as_array()
                    .unwrap()
                    .iter()
                    .all(|name| object.contains_key(name.as_str().unwrap()))
            }),
            "properties" | "additionalProperties" => return self.members(schema, keyword, value),
            "items" => {
                for item in value.as_array().into_iter().flatten() {
                    self.check(rule, item)?;
                }
                true
            }
            other => panic!("teach the validator {other}"),
        })
    }

    fn members(&self, schema: &Value, keyword: &str, value: &Value) -> Result<bool, String> {
        for (name, member) in value.as_object().into_iter().flatten() {
            let rule = match (schema["properties"].get(name), keyword) {
                (Some(rule), "properties") => rule,
                (None, "additionalProperties") => &schema["additionalProperties"],
                _ => continue,
            };
            match rule.as_bool() {
                Some(true) => {}
                Some(false) => return Ok(false),
                None => self.check(rule, member).map_err(|error| format!("{name}: {error}"))?,
            }
        }
        Ok(true)
    }
}

fn has_type(rule: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        // 1.0 is an integer too (JSON Schema 2020-12, 6.1.1).
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        other => panic!("teach the validator the type {other}"),
    };
    let names = rule.as_array().map_or(std::slice::from_ref(rule), Vec::as_slice);
    names.iter().any(|name| is(name.as_str().unwrap()))
}

/// The contract's patterns, by hand.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern {
        "^[A-Za-z0-9_-]{1,23}$" => {
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            (1..=23).contains(&text.len()) && text.chars().all(fits)
        }
        "^[A-Za-z](?!0+$)[0-9]{1,4}$" => {
            let letter = text.starts_with(|c: char| c.is_ascii_alphabetic());
            let digits = text.get(1..).unwrap_or("");
            let number = digits.bytes().all(|digit| digit.is_ascii_digit());
            let some = digits.bytes().any(|digit| digit != b'0');
            letter && number && some && (1..=4).contains(&digits.len())
        }
        other => panic!("teach the validator the pattern {other}"),
    }
}
