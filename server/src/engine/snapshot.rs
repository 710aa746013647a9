//! The state between two business days as bytes.
//!
//! A snapshot only saves time: one that cannot be read is ignored and the log is replayed, so its
//! version may be raised freely whenever [`SnapshotV1`] changes.

use std::collections::BTreeMap;

use domain::batch::Batch;
use domain::id::{
    BatchId, CounterId, Key, ProcedureCode, QueueId, RingId, TagPoolId, TagUseId, TicketId,
};
use domain::office::{Carryover, NextIds, Office};
use domain::tag::TagUse;
use domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use crate::config::setup_record::SetupRecordV1;
use crate::record::{RecordError, channel_code, restore_channel};

/// Version of the bytes.
pub(crate) const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct SnapshotV1 {
    setup: Option<SetupRecordV1>,
    last_at: i64,
    last_day: Option<i32>,
    /// Next ids of tickets, rings, tag uses and batches.
    next: [u64; 4],
    numbers: BTreeMap<String, u16>,
    tags: Vec<TagV1>,
    batches: Vec<BatchV1>,
}

#[derive(Serialize, Deserialize)]
struct TagV1 {
    id: u64,
    pool: String,
    number: u16,
    out_at: i64,
    called: Option<(i64, String)>,
}

#[derive(Serialize, Deserialize)]
struct BatchV1 {
    id: u64,
    procedure: String,
    channel: u8,
    count: u16,
    received_at: i64,
    step: u8,
    step_at: i64,
}

/// Why bytes are not a snapshot.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SnapshotError {
    #[error("it is of version {0}, this program reads {VERSION}")]
    Version(u32),
    #[error("it does not decode: {0}")]
    Bytes(#[from] postcard::Error),
    #[error("it does not decode: {0}")]
    Record(#[from] RecordError),
    #[error("it holds {0:?}, which is not a key")]
    Key(String),
    #[error("its setup cannot be read")]
    Setup,
}

/// The office as bytes; `None` while a day is open.
pub(crate) fn encode(office: &Office) -> Option<Vec<u8>> {
    let carry = office.carryover()?;
    let tag = |tag: &TagUse| TagV1 {
        id: tag.id.0,
        pool: tag.pool.to_string(),
        number: tag.number,
        out_at: tag.out_at.0,
        called: tag.called.map(|(at, counter)| (at.0, counter.to_string())),
    };
    let batch = |batch: &Batch| BatchV1 {
        id: batch.id.0,
        procedure: batch.procedure.to_string(),
        channel: channel_code(batch.channel),
        count: batch.count,
        received_at: batch.received_at.0,
        step: batch.step,
        step_at: batch.step_at.0,
    };
    let next = carry.next;
    let stored = SnapshotV1 {
        setup: office.setup().map(SetupRecordV1::from),
        last_at: office.last_at().0,
        last_day: carry.last_day.map(Date::as_yyyymmdd),
        next: [next.ticket.0, next.ring.0, next.tag.0, next.batch.0],
        numbers: carry.numbers.iter().map(|(queue, last)| (queue.to_string(), *last)).collect(),
        tags: carry.tags.iter().map(tag).collect(),
        batches: carry.batches.iter().map(batch).collect(),
    };
    postcard::to_allocvec(&stored).ok()
}

fn key(text: &str) -> Result<Key, SnapshotError> {
    Key::new(text).ok_or_else(|| SnapshotError::Key(text.to_owned()))
}

/// The office from bytes.
pub(crate) fn decode(version: u32, bytes: &[u8]) -> Result<Office, SnapshotError> {
    if version != VERSION {
        return Err(SnapshotError::Version(version));
    }
    let stored: SnapshotV1 = postcard::from_bytes(bytes)?;
    let setup = stored.setup.map(domain::setup::Setup::try_from).transpose();
    let [ticket, ring, tag, batch] = stored.next;
    let numbers = stored.numbers.iter().map(|(queue, last)| Ok((QueueId(key(queue)?), *last)));
    let numbers: Result<_, SnapshotError> = numbers.collect();
    let tags: Result<_, SnapshotError> = stored.tags.iter().map(restore_tag).collect();
    let batches: Result<_, SnapshotError> = stored.batches.iter().map(restore_batch).collect();
    let carryover = Carryover {
        last_day: stored.last_day.and_then(Date::from_yyyymmdd),
        next: NextIds {
            ticket: TicketId(ticket),
            ring: RingId(ring),
            tag: TagUseId(tag),
            batch: BatchId(batch),
        },
        numbers: numbers?,
        tags: tags?,
        batches: batches?,
    };
    let setup = setup.map_err(|_| SnapshotError::Setup)?;
    Ok(Office::resume(setup, carryover, Timestamp(stored.last_at)))
}

fn restore_tag(stored: &TagV1) -> Result<TagUse, SnapshotError> {
    let called = stored
        .called
        .as_ref()
        .map(|(at, counter)| Ok::<_, SnapshotError>((Timestamp(*at), CounterId(key(counter)?))));
    Ok(TagUse {
        id: TagUseId(stored.id),
        pool: TagPoolId(key(&stored.pool)?),
        number: stored.number,
        out_at: Timestamp(stored.out_at),
        called: called.transpose()?,
        returned_at: None,
        procedures: Vec::new(),
    })
}

fn restore_batch(stored: &BatchV1) -> Result<Batch, SnapshotError> {
    Ok(Batch {
        id: BatchId(stored.id),
        procedure: ProcedureCode(key(&stored.procedure)?),
        channel: restore_channel(stored.channel)?,
        count: stored.count,
        received_at: Timestamp(stored.received_at),
        step: stored.step,
        step_at: Timestamp(stored.step_at),
        delivered: None,
    })
}
