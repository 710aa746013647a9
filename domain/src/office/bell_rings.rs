//! Bells: ring, answer, escalate, lapse (R-70…R-73).

use alloc::vec::Vec;

use super::{Office, events};
use crate::bell::{Ring, RingState};
use crate::command::{Command, DueCommand};
use crate::event::Event;
use crate::id::{BellId, Key, RingId};
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// Most rings in one day: far above what people press, below what would weigh on memory.
const RINGS_DAY_MAX: u16 = 10_000;

impl Office {
    pub(super) fn decide_ring(&self, bell: BellId, reason: Key) -> Result<Vec<Event>, Refusal> {
        let setup = self.require_setup()?;
        let known = setup.bell(bell).ok_or(Refusal::UnknownBell { bell })?;
        if known.reasons.iter().all(|other| other.code != reason) {
            return Err(Refusal::UnknownReason { bell, reason });
        }
        let is_it = |ring: &&Ring| ring.bell == bell && ring.state == RingState::Ringing;
        if let Some(ring) = self.rings.values().find(is_it) {
            return Err(Refusal::BellAlreadyRinging { bell, ring: ring.id });
        }
        if self.rings.len() >= usize::from(RINGS_DAY_MAX) {
            return Err(Refusal::TooManyOpen { what: "rings", count_max: RINGS_DAY_MAX });
        }
        events([Event::BellRung { ring: self.next.ring, bell, reason }])
    }

    pub(super) fn decide_acknowledge(&self, ring: RingId) -> Result<Vec<Event>, Refusal> {
        self.require_ringing(ring)?;
        events([Event::BellAcknowledged { ring }])
    }

    pub(super) fn decide_escalate(&self, at: Timestamp, id: RingId) -> Result<Vec<Event>, Refusal> {
        let ring = self.require_ringing(id)?;
        let setup = self.require_setup()?;
        if at < self.answer_until(ring) {
            return Err(Refusal::RingNotDue { ring: id });
        }
        if ring.escalation_count >= setup.rules.bell_escalation_max {
            return events([Event::BellLapsed { ring: id }]);
        }
        // It climbs from bell to bell and stays at the last.
        let from = ring.to.unwrap_or(ring.bell);
        let next = setup.bell(from).and_then(|bell| bell.escalates_to);
        events([Event::BellEscalated {
            ring: id,
            count: ring.escalation_count + 1,
            to: next.or(ring.to),
        }])
    }

    /// The rings whose time to answer is over, with the moment it was.
    pub(super) fn due_rings(&self, at: Timestamp) -> impl Iterator<Item = DueCommand> {
        let ringing = |ring: &&Ring| ring.state == RingState::Ringing;
        self.rings.values().filter(ringing).filter_map(move |ring| {
            let until = self.answer_until(ring);
            (until <= at).then_some((until, Command::EscalateBell { ring: ring.id }))
        })
    }

    fn answer_until(&self, ring: &Ring) -> Timestamp {
        let rules = self.setup.as_ref().map(|setup| setup.rules);
        let answer_s = rules.map_or(0, |rules| i64::from(rules.bell_answer_s));
        ring.step_at.plus_ms(answer_s * 1_000)
    }

    fn require_ringing(&self, id: RingId) -> Result<&Ring, Refusal> {
        let ring = self.rings.get(&id).ok_or(Refusal::UnknownRing { ring: id })?;
        match ring.state {
            RingState::Ringing => Ok(ring),
            RingState::Acknowledged { .. } => Err(Refusal::RingAlreadyAnswered { ring: id }),
            RingState::Lapsed { .. } => Err(Refusal::RingLapsed { ring: id }),
        }
    }

    /// What happens to a ring.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "`Office::apply` lists every event and sends only these"
    )]
    pub(super) fn apply_to_ring(&mut self, at: Timestamp, event: &Event) {
        match *event {
            Event::BellRung { ring, bell, reason } => self.apply_rung(at, ring, bell, reason),
            Event::BellAcknowledged { ring } => {
                self.change_ring(ring, |ring| ring.state = RingState::Acknowledged { at });
            }
            Event::BellEscalated { ring, count, to } => self.change_ring(ring, |ring| {
                ring.escalation_count = count;
                ring.to = to;
                ring.step_at = at;
            }),
            Event::BellLapsed { ring } => {
                self.change_ring(ring, |ring| ring.state = RingState::Lapsed { at });
            }
            _ => unreachable!("{event:?} is not about a bell"),
        }
    }

    fn apply_rung(&mut self, at: Timestamp, id: RingId, bell: BellId, reason: Key) {
        assert_eq!(id, self.next.ring, "rings are numbered without gaps");
        self.next.ring = RingId(id.0 + 1);
        let ring = Ring {
            id,
            bell,
            reason,
            rung_at: at,
            escalation_count: 0,
            to: None,
            step_at: at,
            state: RingState::Ringing,
        };
        self.rings.insert(id, ring);
    }

    fn change_ring(&mut self, id: RingId, change: impl FnOnce(&mut Ring)) {
        let Some(ring) = self.rings.get_mut(&id) else {
            panic!("ring {id} must be one of today's");
        };
        assert_eq!(ring.state, RingState::Ringing, "ring {id} must still ring");
        change(ring);
    }
}
