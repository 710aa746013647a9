//! One record of the log: its fields, its bytes, its hash.
//!
//! # Bytes of a record, version 1
//!
//! All numbers are little-endian. These bytes are stored as they are and never change.
//!
//! | offset | length | field |
//! |---|---|---|
//! | 0 | 1 | layout, 1 |
//! | 1 | 4 | epoch |
//! | 5 | 8 | `at_ms`, milliseconds since 1970-01-01T00:00:00Z |
//! | 13 | 4 | business day as yyyymmdd, 0 before any day |
//! | 17 | 8 | command: sequence number of the first record of the same command |
//! | 25 | 2 | kind of event |
//! | 27 | 1 | version of the body |
//! | 28 | 1 | flags: 1 = key present, 2 = request digest present |
//! | 29 | 1 | length of the source, 0 to 64 |
//! | 30 | … | source, then key (16) and request digest (32) if present, then the body |
//!
//! # Hash
//!
//! `SHA-256("yobidashi record\n" ‖ len(office) as u8 ‖ office ‖ seq as u64 ‖ previous hash (32)
//! ‖ len(bytes) as u32 ‖ bytes)`. The record before the first has a hash of 32 zero bytes.

use sha2::{Digest, Sha256};

/// Layout number of the bytes, the first byte of every record.
pub const RECORD_LAYOUT: u8 = 1;
/// Longest office name in bytes: it must fit a ticket's QR code and a PostgreSQL key.
pub const OFFICE_BYTES_MAX: usize = 23;
/// Longest source in bytes: a device id, an operator id and their tags.
pub const SOURCE_BYTES_MAX: usize = 64;
/// Longest body in bytes; the largest real body is a whole office configuration.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Most events one command may produce: closing a day with every ticket still open.
pub const EVENTS_PER_COMMAND_MAX: usize = 65_536;
/// The hash before the first record.
pub const HASH_BEFORE_FIRST: Hash = [0; 32];

const HEAD_BYTES: usize = 30;
const FLAG_KEY: u8 = 1;
const FLAG_REQUEST: u8 = 2;
const HASH_DOMAIN: &[u8] = b"yobidashi record\n";
const HASH_HEAD_BYTES_MAX: usize = HASH_DOMAIN.len() + 1 + OFFICE_BYTES_MAX + 8 + 32 + 4;

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// A command whose events are to be appended together.
///
/// All events of one command become durable at the same instant, or none does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingCommand {
    /// When the server took the command, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Who or what sent it, opaque to the log, at most [`SOURCE_BYTES_MAX`] bytes.
    pub source: Vec<u8>,
    /// Digest of the idempotency key, if one was sent; stored with the first event.
    pub key: Option<[u8; 16]>,
    /// Digest of the request's body, if a key was sent; stored with the first event.
    pub request: Option<Hash>,
    /// What happened, in order; at least one, at most [`EVENTS_PER_COMMAND_MAX`].
    pub events: Vec<PendingEvent>,
}

/// An event that has no sequence number yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingEvent {
    /// Business day as yyyymmdd, 0 before any day.
    pub day: i32,
    /// Number of the kind of event.
    pub kind: u16,
    /// Version of the body's encoding.
    pub version: u8,
    /// The event, opaque to the log, at most [`BODY_BYTES_MAX`] bytes.
    pub body: Vec<u8>,
}

/// A record as read, borrowing from the reader's buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordRef<'a> {
    /// Gapless sequence number from 1.
    pub seq: u64,
    /// Epoch of the writer; rises when an office is restored on another machine.
    pub epoch: u32,
    /// When the server took the command, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Business day as yyyymmdd, 0 before any day.
    pub day: i32,
    /// Sequence number of the first record of the same command.
    pub command: u64,
    /// Number of the kind of event.
    pub kind: u16,
    /// Version of the body's encoding.
    pub version: u8,
    /// Who or what sent the command.
    pub source: &'a [u8],
    /// Digest of the idempotency key; on the first record of a command only.
    pub key: Option<[u8; 16]>,
    /// Digest of the request's body; on the first record of a command only.
    pub request: Option<Hash>,
    /// The event.
    pub body: &'a [u8],
}

/// A record with its hash, owning its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Gapless sequence number from 1.
    pub seq: u64,
    /// The record's bytes, see the module's table; [`Record::view`] decodes them.
    pub bytes: Vec<u8>,
    /// Hash of this record, chained to the one before.
    pub hash: Hash,
}

impl Record {
    /// Decodes the record.
    ///
    /// # Errors
    ///
    /// Says what does not decode.
    pub fn view(&self) -> Result<RecordRef<'_>, String> {
        RecordRef::decode(self.seq, &self.bytes)
    }
}

impl<'a> RecordRef<'a> {
    /// Decodes the bytes of record `seq`.
    ///
    /// # Errors
    ///
    /// Says what does not decode: cut short, unknown layout or flags, lengths beyond the limits,
    /// or a command number that cannot be.
    pub fn decode(seq: u64, bytes: &'a [u8]) -> Result<Self, String> {
        let Some((head, mut rest)) = bytes.split_first_chunk::<HEAD_BYTES>() else {
            return Err(format!("it is cut short: {} bytes", bytes.len()));
        };
        if head[0] != RECORD_LAYOUT {
            return Err(format!("its layout {} is unknown", head[0]));
        }
        let flags = head[28];
        if flags & !(FLAG_KEY | FLAG_REQUEST) != 0 {
            return Err(format!("its flags {flags:#04x} are unknown"));
        }
        let source_len = usize::from(head[29]);
        if source_len > SOURCE_BYTES_MAX {
            return Err(format!("its source has {source_len} bytes, over {SOURCE_BYTES_MAX}"));
        }
        let Some((source, after)) = rest.split_at_checked(source_len) else {
            return Err("it is cut short in its source".to_owned());
        };
        rest = after;
        let mut key = None;
        if flags & FLAG_KEY != 0 {
            let (chunk, after) = rest.split_first_chunk().ok_or("it is cut short in its key")?;
            (key, rest) = (Some(*chunk), after);
        }
        let mut request = None;
        if flags & FLAG_REQUEST != 0 {
            let (chunk, after) =
                rest.split_first_chunk().ok_or("it is cut short in its request digest")?;
            (request, rest) = (Some(*chunk), after);
        }
        if rest.len() > BODY_BYTES_MAX {
            return Err(format!("its body has {} bytes, over {BODY_BYTES_MAX}", rest.len()));
        }
        let command = u64::from_le_bytes(part(head, 17));
        if command == 0 || command > seq {
            return Err(format!("it claims to belong to command {command}"));
        }
        Ok(Self {
            seq,
            epoch: u32::from_le_bytes(part(head, 1)),
            at_ms: i64::from_le_bytes(part(head, 5)),
            day: i32::from_le_bytes(part(head, 13)),
            command,
            kind: u16::from_le_bytes(part(head, 25)),
            version: head[27],
            source,
            key,
            request,
            body: rest,
        })
    }

    /// Writes the record's bytes to the end of `out`.
    ///
    /// The caller has checked the limits; `seq` is not part of the bytes, only of the hash.
    pub fn encode(&self, out: &mut Vec<u8>) {
        assert!(self.source.len() <= SOURCE_BYTES_MAX, "source of {} bytes", self.source.len());
        assert!(self.body.len() <= BODY_BYTES_MAX, "body of {} bytes", self.body.len());
        let mut flags = 0;
        if self.key.is_some() {
            flags |= FLAG_KEY;
        }
        if self.request.is_some() {
            flags |= FLAG_REQUEST;
        }
        out.push(RECORD_LAYOUT);
        out.extend_from_slice(&self.epoch.to_le_bytes());
        out.extend_from_slice(&self.at_ms.to_le_bytes());
        out.extend_from_slice(&self.day.to_le_bytes());
        out.extend_from_slice(&self.command.to_le_bytes());
        out.extend_from_slice(&self.kind.to_le_bytes());
        out.push(self.version);
        out.push(flags);
        out.push(u8::try_from(self.source.len()).expect("the source's limit is 64"));
        out.extend_from_slice(self.source);
        if let Some(key) = &self.key {
            out.extend_from_slice(key);
        }
        if let Some(request) = &self.request {
            out.extend_from_slice(request);
        }
        out.extend_from_slice(self.body);
    }
}

/// Returns the hash of record `seq`, whose bytes are `bytes`, after a record of hash `previous`.
pub fn record_hash(office: &str, seq: u64, previous: &Hash, bytes: &[u8]) -> Hash {
    assert!(office.len() <= OFFICE_BYTES_MAX, "office name of {} bytes", office.len());
    let office_len = u8::try_from(office.len()).expect("the office's limit is 23");
    let bytes_len = u32::try_from(bytes.len()).expect("a record is far below 4 GiB");
    let mut head = [0; HASH_HEAD_BYTES_MAX];
    let mut len = 0;
    let parts: [&[u8]; 6] = [
        HASH_DOMAIN,
        &[office_len],
        office.as_bytes(),
        &seq.to_le_bytes(),
        previous,
        &bytes_len.to_le_bytes(),
    ];
    // One update for all of it: each costs as much as half a block of hashing.
    for part in parts {
        head[len..len + part.len()].copy_from_slice(part);
        len += part.len();
    }
    Sha256::new().chain_update(&head[..len]).chain_update(bytes).finalize().into()
}

/// Checks that `office` can name an office: 1 to 23 ASCII letters, digits, `-`, `_` or `.`.
///
/// # Errors
///
/// Says what is wrong with the name.
pub fn check_office(office: &str) -> Result<(), String> {
    if office.is_empty() || office.len() > OFFICE_BYTES_MAX {
        return Err(format!(
            "an office's id has 1 to {OFFICE_BYTES_MAX} characters, {office:?} has {}",
            office.len()
        ));
    }
    match office.chars().find(|c| !c.is_ascii_alphanumeric() && !"-_.".contains(*c)) {
        Some(c) => Err(format!("an office's id has only ASCII letters, digits and -_., not {c:?}")),
        None => Ok(()),
    }
}

impl PendingCommand {
    /// Checks the limits of the format.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.events.is_empty() {
            return Err("a command without an event".to_owned());
        }
        if self.events.len() > EVENTS_PER_COMMAND_MAX {
            return Err(format!(
                "a command with {} events, over {EVENTS_PER_COMMAND_MAX}",
                self.events.len()
            ));
        }
        if self.source.len() > SOURCE_BYTES_MAX {
            return Err(format!(
                "a source of {} bytes, over {SOURCE_BYTES_MAX}",
                self.source.len()
            ));
        }
        match self.events.iter().find(|event| event.body.len() > BODY_BYTES_MAX) {
            Some(event) => {
                Err(format!("a body of {} bytes, over {BODY_BYTES_MAX}", event.body.len()))
            }
            None => Ok(()),
        }
    }
}

fn part<const N: usize>(head: &[u8; HEAD_BYTES], at: usize) -> [u8; N] {
    head[at..at + N].try_into().expect("the offsets lie within the head")
}
