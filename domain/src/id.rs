//! Identifiers: short text keys for things an office configures, numbers for things it produces.
//!
//! Keys are what the log remembers for ten years, so they are stable codes
//! (`2-2`, `enrol`, `3`), never display names (queue-systems.md §3, "stable keys").

use core::fmt;

/// Longest key in bytes: fits the longest code in use (`window-20` and the like) three times over
/// while a key stays one cheap copy.
pub const KEY_BYTES_MAX: usize = 23;

/// A short ASCII key: `a`–`z`, `A`–`Z`, `0`–`9`, `-` and `_`, 1 to [`KEY_BYTES_MAX`] bytes.
///
/// Unused bytes are zero, so derived comparison is comparison of the text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    bytes: [u8; KEY_BYTES_MAX],
    len: u8,
}

impl Key {
    /// Makes a key from text.
    ///
    /// # Errors
    ///
    /// `None` when the text is empty, longer than [`KEY_BYTES_MAX`] bytes or holds another
    /// character than letters, digits, `-` and `_`.
    pub fn new(text: &str) -> Option<Key> {
        let source = text.as_bytes();
        if source.is_empty() || source.len() > KEY_BYTES_MAX {
            return None;
        }
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !source.iter().all(plain) {
            return None;
        }
        let mut bytes = [0; KEY_BYTES_MAX];
        bytes[..source.len()].copy_from_slice(source);
        Some(Key { bytes, len: u8::try_from(source.len()).ok()? })
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or("")
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

macro_rules! key_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub Key);

        impl $name {
            /// Makes the id from text; `None` when the text is not a [`Key`].
            pub fn new(text: &str) -> Option<$name> {
                Key::new(text).map($name)
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

key_id!(
    /// A section (課) of the office.
    SectionId,
    /// A unit (係) of a section.
    UnitId,
    /// A queue (受付区分).
    QueueId,
    /// An errand (用件): one choice a resident can make at the kiosk.
    ErrandId,
    /// A procedure (手続): the code of its catalogue sheet, such as `2-2`.
    ProcedureCode,
    /// A counter (窓口).
    CounterId,
    /// An operator: a person at work, known by a staff id for audit only (D-8).
    OperatorId,
    /// A bell (専用ベル) channel.
    BellId,
    /// A pool of reusable physical tags (番号札).
    TagPoolId,
    /// A ticket kiosk.
    KioskId,
);

macro_rules! number_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

number_id!(
    /// A ticket: unique in the office for ever, counted up from 1, never reused.
    TicketId,
    /// One ringing of a bell, unique in the office for ever.
    RingId,
    /// One use of a physical tag, unique in the office for ever.
    TagUseId,
    /// One batch of mail or electronic cases, unique in the office for ever.
    BatchId,
);
