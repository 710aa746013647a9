//! Who is next, by looking at everybody.

use domain::command::AwayReason;
use domain::id::{CounterId, QueueId, TicketId};
use domain::language::Language;
use domain::rules::{LanguageCalls, TransferGate};
use domain::setup::{CounterKind, ProfileLine};
use domain::ticket::{Class, TicketState, TransferStage};
use domain::time::{MINUTE_MS, Timestamp};

use super::{Auditor, Call, Case, Desk};

/// A person in line, as the order sees them: tier, virtual arrival, issue, id.
type Rank = (u8, i64, i64, u64);

impl Auditor {
    /// The person whom a counter calls next.
    pub(super) fn next_for(&self, desk: &Desk, at: Timestamp) -> Option<&Case> {
        let run_max = usize::from(self.setup.rules.priority_run_max);
        let mut best: Option<(Rank, &Case)> = None;
        for line in &desk.profile {
            let mut people: Vec<&Case> = self
                .cases
                .iter()
                .filter(|case| case.queue == line.queue && self.may_call(desk, case, at))
                .collect();
            let ordinary_is_there = people.iter().any(|case| !case.is_favoured());
            let run_is_over = self.favoured_run(line.queue) >= run_max;
            if run_is_over && ordinary_is_there {
                people.retain(|case| !case.is_favoured());
            }
            for case in people {
                let rank = self.rank(*line, case, at);
                if best.is_none_or(|(least, _)| rank < least) {
                    best = Some((rank, case));
                }
            }
        }
        best.map(|(_, case)| case)
    }

    fn may_call(&self, desk: &Desk, case: &Case, at: Timestamp) -> bool {
        let confirmed = match self.setup.rules.transfer_gate {
            TransferGate::None => true,
            TransferGate::Arrival => !matches!(case.transfer, Some(TransferStage::Sent { .. })),
            TransferGate::Check => case.transfer.is_none(),
        };
        let due = match case.class {
            Class::Appointment { due_at } => due_at.0 <= at.0,
            Class::Ordinary | Class::Priority => true,
        };
        case.state == TicketState::Waiting
            && confirmed
            && due
            && self.kind_may(desk.id, case.queue)
            && self.language_may(desk, case, at)
    }

    fn language_may(&self, desk: &Desk, case: &Case, at: Timestamp) -> bool {
        if speaks(desk, case.language) {
            return true;
        }
        match self.setup.rules.language_calls {
            LanguageCalls::Ignore => true,
            LanguageCalls::Require => false,
            LanguageCalls::Prefer => {
                let better = |other: &Desk| {
                    matches!(other.away, None | Some(AwayReason::Register))
                        && speaks(other, case.language)
                        && other.profile.iter().any(|line| line.queue == case.queue)
                        && self.kind_may(other.id, case.queue)
                };
                let ageing_ms = i64::from(self.setup.rules.ageing_min) * MINUTE_MS;
                let aged = at.0 - case.place_at.0 >= ageing_ms;
                aged || !self.desks.iter().any(better)
            }
        }
    }

    /// Whether a counter's kind may take people of a queue.
    pub(super) fn kind_may(&self, counter: CounterId, queue: QueueId) -> bool {
        let kind = self.kind_of(counter);
        let queue = self.setup.queues.iter().find(|other| other.id == queue).unwrap();
        queue.counter_kinds.is_empty() || queue.counter_kinds.contains(&kind)
    }

    fn kind_of(&self, counter: CounterId) -> CounterKind {
        let counter = self.setup.counters.iter().find(|other| other.id == counter);
        counter.unwrap().kind
    }

    fn rank(&self, line: ProfileLine, case: &Case, at: Timestamp) -> Rank {
        let ageing_ms = i64::from(self.setup.rules.ageing_min) * MINUTE_MS;
        let aged = at.0 - case.place_at.0 >= ageing_ms;
        let arrival =
            case.place_at.0 - self.head_start_ms(case) - i64::from(line.head_start_min) * MINUTE_MS;
        let tier = if aged { 0 } else { line.tier };
        (tier, arrival, case.issued_at.0, case.id.0)
    }

    fn head_start_ms(&self, case: &Case) -> i64 {
        if !case.is_favoured() {
            return 0;
        }
        let rules = &self.setup.rules;
        MINUTE_MS
            * match case.class {
                Class::Ordinary => 0,
                Class::Priority => i64::from(rules.priority_head_start_min),
                Class::Appointment { .. } => i64::from(rules.appointment_head_start_min),
            }
    }

    /// How many people of the favoured classes were called in a row while others waited.
    fn favoured_run(&self, queue: QueueId) -> usize {
        let calls = self.calls.iter().rev().filter(|call| call.queue == queue);
        calls.take_while(|call| call.overtook).count()
    }

    /// Writes a call down. The person called no longer waits.
    pub(super) fn remember_call(&mut self, queue: QueueId, ticket: TicketId, is_favoured: bool) {
        let ordinary_waits = self.cases.iter().any(|case| {
            case.queue == queue && case.state == TicketState::Waiting && !case.is_favoured()
        });
        let overtook = is_favoured && ordinary_waits;
        self.calls.push(Call { queue, ticket, overtook });
    }

    /// Takes a call back, as if it had not been.
    pub(super) fn forget_call(&mut self, ticket: TicketId) {
        let last = self.calls.iter().rposition(|call| call.ticket == ticket);
        self.calls.remove(last.unwrap());
    }

    /// How many stand before somebody who comes now.
    pub(super) fn ahead_of(&self, newcomer: &Case) -> u16 {
        let standing =
            |case: &Case| (case.place_at.0 - self.head_start_ms(case), case.issued_at.0, case.id.0);
        let before = |case: &&Case| {
            case.queue == newcomer.queue
                && case.state == TicketState::Waiting
                && standing(case) < standing(newcomer)
        };
        u16::try_from(self.cases.iter().filter(before).count()).unwrap()
    }
}

impl Case {
    /// Whether it is called sooner than others; who did not come and went to the back is not.
    pub(super) fn is_favoured(&self) -> bool {
        self.return_count == 0 && self.class != Class::Ordinary
    }
}

fn speaks(desk: &Desk, language: Language) -> bool {
    match language {
        Language::Japanese | Language::PlainJapanese => true,
        Language::ChineseSimplified | Language::ChineseTraditional => {
            desk.languages.iter().any(|spoken| {
                matches!(spoken, Language::ChineseSimplified | Language::ChineseTraditional)
            })
        }
        Language::English
        | Language::Korean
        | Language::Vietnamese
        | Language::Nepali
        | Language::Filipino
        | Language::Portuguese => desk.languages.contains(&language),
    }
}
