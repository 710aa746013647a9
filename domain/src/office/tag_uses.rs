//! Tags: handed out, called by voice, back again (R-80…R-84).

use alloc::vec::Vec;

use super::serving::require_procedures;
use super::{Office, events};
use crate::event::Event;
use crate::id::{CounterId, ProcedureCode, TagPoolId, TagUseId};
use crate::refusal::Refusal;
use crate::tag::TagUse;
use crate::time::Timestamp;

/// Most uses of tags that one day keeps: far above what people hand out.
const TAG_USES_DAY_MAX: u16 = 10_000;

impl Office {
    pub(super) fn decide_hand_out(
        &self,
        pool: TagPoolId,
        number: u16,
    ) -> Result<Vec<Event>, Refusal> {
        let setup = self.require_setup()?;
        let known = setup.tag_pool(pool).ok_or(Refusal::UnknownTagPool { pool })?;
        if !(1..=known.size).contains(&number) {
            return Err(Refusal::TagNumberUnknown { pool, number, size: known.size });
        }
        let is_out =
            |tag: &TagUse| tag.pool == pool && tag.number == number && tag.returned_at.is_none();
        if self.tags.values().any(is_out) {
            return Err(Refusal::TagAlreadyOut { pool, number });
        }
        if self.tags.len() >= usize::from(TAG_USES_DAY_MAX) {
            return Err(Refusal::TooManyOpen { what: "tag_uses", count_max: TAG_USES_DAY_MAX });
        }
        events([Event::TagHandedOut { tag: self.next.tag, pool, number }])
    }

    pub(super) fn decide_call_tag(
        &self,
        tag: TagUseId,
        counter: CounterId,
    ) -> Result<Vec<Event>, Refusal> {
        self.require_out(tag)?;
        self.require_open(counter)?;
        events([Event::TagCalled { tag, counter }])
    }

    pub(super) fn decide_return_tag(
        &self,
        tag: TagUseId,
        procedures: &[ProcedureCode],
    ) -> Result<Vec<Event>, Refusal> {
        let setup = self.require_setup()?;
        let pool = setup.tag_pool(self.require_out(tag)?.pool);
        require_procedures(setup, procedures)?;
        let allowed = pool.map_or(&[][..], |pool| pool.procedures.as_slice());
        match procedures.iter().find(|code| !allowed.contains(code)) {
            Some(&procedure) => Err(Refusal::TagProcedureNotAllowed { procedure }),
            None => events([Event::TagReturned { tag, procedures: procedures.to_vec() }]),
        }
    }

    fn require_out(&self, tag: TagUseId) -> Result<&TagUse, Refusal> {
        let known = self.tags.get(&tag).ok_or(Refusal::UnknownTag { tag })?;
        match known.returned_at {
            Some(_) => Err(Refusal::TagAlreadyReturned { tag }),
            None => Ok(known),
        }
    }

    /// What happens to a tag.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "`Office::apply` lists every event and sends only these"
    )]
    pub(super) fn apply_to_tag(&mut self, at: Timestamp, event: &Event) {
        match *event {
            Event::TagHandedOut { tag, pool, number } => {
                self.apply_handed_out(at, tag, pool, number);
            }
            Event::TagCalled { tag, counter } => self.change_tag(tag, |tag| {
                tag.called = tag.called.or(Some((at, counter)));
            }),
            Event::TagReturned { tag, ref procedures } => self.change_tag(tag, |tag| {
                tag.returned_at = Some(at);
                tag.procedures = procedures.clone();
            }),
            _ => unreachable!("{event:?} is not about a tag"),
        }
    }

    fn apply_handed_out(&mut self, at: Timestamp, id: TagUseId, pool: TagPoolId, number: u16) {
        assert_eq!(id, self.next.tag, "uses of tags are numbered without gaps");
        self.next.tag = TagUseId(id.0 + 1);
        let tag = TagUse {
            id,
            pool,
            number,
            out_at: at,
            called: None,
            returned_at: None,
            procedures: Vec::new(),
        };
        self.tags.insert(id, tag);
    }

    fn change_tag(&mut self, id: TagUseId, change: impl FnOnce(&mut TagUse)) {
        let Some(tag) = self.tags.get_mut(&id) else {
            panic!("tag use {id} must be known");
        };
        assert_eq!(tag.returned_at, None, "tag use {id} must be out");
        change(tag);
    }
}
