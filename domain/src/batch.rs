//! Batches: mail and electronic cases that are counted, never named (R-120…R-125).

use crate::command::BatchChannel;
use crate::id::{BatchId, ProcedureCode};
use crate::time::Timestamp;

/// A batch of cases of one procedure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Batch {
    /// Its id, for ever.
    pub id: BatchId,
    /// The sheet its cases are worked by.
    pub procedure: ProcedureCode,
    /// How it came in.
    pub channel: BatchChannel,
    /// How many cases it holds.
    pub count: u16,
    /// When it came in.
    pub received_at: Timestamp,
    /// The last step done, 1-based; 0 before the first.
    pub step: u8,
    /// When that step was done, or the batch came in.
    pub step_at: Timestamp,
    /// When it was delivered (納品), and how many of its cases went back; `None` while it is open.
    pub delivered: Option<(Timestamp, u16)>,
}
