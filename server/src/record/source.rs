//! Who asked for a command, as a record stores it: at most 50 bytes.

use domain::id::Key;
use protocol::event::Source;
use serde::{Deserialize, Serialize};

use super::key::KeyText;
use super::{RecordError, bad};

/// Append variants, never reorder or change.
#[derive(Serialize, Deserialize)]
enum SourceV1 {
    Office,
    Kiosk(KeyText),
    Counter(KeyText, Option<KeyText>),
    Floor,
    Manager,
    Simulation,
}

/// Encodes who asked.
///
/// # Errors
///
/// When an id is not a key.
pub fn encode_source(source: &Source) -> Result<Vec<u8>, RecordError> {
    let key = |text: &str| Key::new(text).map(KeyText).ok_or_else(|| bad("source", text));
    let stored = match source {
        Source::Office => SourceV1::Office,
        Source::Kiosk { kiosk } => SourceV1::Kiosk(key(kiosk)?),
        Source::Counter { counter, operator } => {
            SourceV1::Counter(key(counter)?, operator.as_deref().map(key).transpose()?)
        }
        Source::Floor => SourceV1::Floor,
        Source::Manager => SourceV1::Manager,
        Source::Simulation => SourceV1::Simulation,
    };
    Ok(postcard::to_allocvec(&stored)?)
}

/// Decodes who asked.
///
/// # Errors
///
/// When the bytes are not a source.
pub fn decode_source(bytes: &[u8]) -> Result<Source, RecordError> {
    let text = |key: KeyText| key.0.as_str().to_owned();
    Ok(match postcard::from_bytes(bytes)? {
        SourceV1::Office => Source::Office,
        SourceV1::Kiosk(kiosk) => Source::Kiosk { kiosk: text(kiosk) },
        SourceV1::Counter(counter, operator) => {
            Source::Counter { counter: text(counter), operator: operator.map(text) }
        }
        SourceV1::Floor => Source::Floor,
        SourceV1::Manager => Source::Manager,
        SourceV1::Simulation => Source::Simulation,
    })
}
