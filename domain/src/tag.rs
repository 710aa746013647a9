//! Tags (番号札): one use of a physical number, from hand-out to return (R-80…R-84).

use alloc::vec::Vec;

use crate::id::{CounterId, ProcedureCode, TagPoolId, TagUseId};
use crate::time::Timestamp;

/// One use of a physical tag.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TagUse {
    /// Its id, for ever.
    pub id: TagUseId,
    /// The pool the tag belongs to.
    pub pool: TagPoolId,
    /// The number on the tag.
    pub number: u16,
    /// When it was handed out.
    pub out_at: Timestamp,
    /// When its holder was first called, and where; `None` until then.
    pub called: Option<(Timestamp, CounterId)>,
    /// When it came back; `None` while somebody holds it.
    pub returned_at: Option<Timestamp>,
    /// What was done, once it is back; empty when nothing was.
    pub procedures: Vec<ProcedureCode>,
}
