//! Keys as text in a record, read without allocation.

use std::fmt;

use domain::id::Key;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A key that is stored as its text.
#[derive(Clone, Copy)]
pub(super) struct KeyText(pub(super) Key);

impl Serialize for KeyText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl<'de> Deserialize<'de> for KeyText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<KeyText, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = KeyText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key of 1 to 23 letters, digits, - or _")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<KeyText, E> {
        Key::new(text).map(KeyText).ok_or_else(|| E::custom("not a key"))
    }
}
