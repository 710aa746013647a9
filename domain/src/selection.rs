//! Who is next: one pure function, a total order.
//!
//! # Who can be next
//!
//! A ticket that waits in a queue of the counter's profile whose counter kinds allow the counter
//! and
//! - whose language the counter speaks, as far as [`LanguageCalls`] asks for it;
//! - whose transfer has been confirmed as far as [`TransferGate`] asks for it;
//! - whose appointment, if it has one, has come.
//!
//! # In which order
//!
//! 1. Within a queue, nobody of the priority or appointment class once `priority_run_max` of them
//!    have been called in a row, as long as somebody ordinary can be next.
//! 2. The tier of the queue's line in the profile; 0 after `ageing_min` at its place.
//! 3. Virtual arrival: place, less the head start of its class, less that of the profile's line.
//!    An appointment's place is the time agreed on. A ticket returned to the back has none of its
//!    class's head start.
//! 4. Time of issue.
//! 5. Ticket id: no two tickets share it, so the order is total and a replay is never ambiguous.

use alloc::collections::BTreeSet;

use crate::command::AwayReason;
use crate::id::{CounterId, TicketId};
use crate::language::Language;
use crate::line::{Place, QueueLine, Standing};
use crate::office::{Office, OpenCounter};
use crate::refusal::Refusal;
use crate::rules::{LanguageCalls, Rules, TransferGate};
use crate::setup::{ProfileLine, Queue, Setup};
use crate::ticket::{Class, Ticket, TransferStage};
use crate::time::{MINUTE_MS, Timestamp};

/// A candidate's rank: the least is next.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Rank {
    tier: u8,
    arrival: Timestamp,
    issued_at: Timestamp,
    ticket: TicketId,
}

/// Chooses the ticket that an open counter calls next; the module says how.
///
/// Tickets on hold are never chosen: they are resumed or called by their label.
///
/// # Errors
///
/// `QueueEmpty` when nobody waits in the counter's queues; `NoneEligible` when people wait but none
/// of them can be called by this counter now; `ProfileEmpty` when it serves no queue; `NoSetup`,
/// `UnknownCounter` and `CounterClosed` as they say.
pub fn next_ticket(
    office: &Office,
    counter: CounterId,
    now: Timestamp,
) -> Result<TicketId, Refusal> {
    let setup = office.setup().ok_or(Refusal::NoSetup)?;
    let desk = setup.counter(counter).ok_or(Refusal::UnknownCounter { counter })?;
    let open = office.counter(counter).ok_or(Refusal::CounterClosed { counter })?;
    let profile = office.profile(counter);
    if profile.is_empty() {
        return Err(Refusal::ProfileEmpty { counter });
    }
    let mut waiting = 0;
    let mut best: Option<Rank> = None;
    for profile_line in profile {
        let (Some(queue), Some(line)) =
            (setup.queue(profile_line.queue), office.line(profile_line.queue))
        else {
            continue;
        };
        waiting += line.len();
        if line.len() == 0 || !queue.accepts(desk.kind) {
            continue;
        }
        let call = Call { office, setup, open, now };
        let first = call.first_in(queue, line, *profile_line);
        best = [best, first].into_iter().flatten().min();
    }
    match best {
        Some(rank) => Ok(rank.ticket),
        None if waiting == 0 => Err(Refusal::QueueEmpty),
        None => Err(Refusal::NoneEligible { waiting: u16::try_from(waiting).unwrap_or(u16::MAX) }),
    }
}

/// Whether somebody is at an open counter, or only at the register.
pub fn is_attended(open: &OpenCounter) -> bool {
    match open.away {
        None | Some(AwayReason::Register) => true,
        Some(AwayReason::BackOffice | AwayReason::Break) => false,
    }
}

/// Whether somebody at an open counter speaks a language; everybody speaks Japanese.
pub fn speaks(open: &OpenCounter, language: Language) -> bool {
    let spoken = language.spoken();
    spoken == Language::Japanese || open.languages.contains(&spoken)
}

/// Whether an open counter serves a queue: its profile names it and its kind is allowed.
pub fn serves(office: &Office, setup: &Setup, open: &OpenCounter, queue: &Queue) -> bool {
    let named = office.profile(open.id).iter().any(|line| line.queue == queue.id);
    named && setup.counter(open.id).is_some_and(|counter| queue.accepts(counter.kind))
}

/// One call: who asks, and when.
struct Call<'a> {
    office: &'a Office,
    setup: &'a Setup,
    open: &'a OpenCounter,
    now: Timestamp,
}

impl Call<'_> {
    fn first_in(&self, queue: &Queue, line: &QueueLine, profile: ProfileLine) -> Option<Rank> {
        let rules = &self.setup.rules;
        let mut ordinary: Option<Rank> = None;
        let mut favoured: Option<Rank> = None;
        for ((standing, language), places) in line.groups() {
            let Some(first) = self.first_of(places) else { continue };
            if !self.may_take(queue, language, first) {
                continue;
            }
            let first = Some(first);
            let rank = first.map(|place| self.rank(rules, profile, standing, place));
            let slot = match standing {
                Standing::Ordinary => &mut ordinary,
                Standing::Priority | Standing::Appointment => &mut favoured,
            };
            *slot = [*slot, rank].into_iter().flatten().min();
        }
        if line.favoured_run >= rules.priority_run_max && ordinary.is_some() {
            return ordinary;
        }
        [ordinary, favoured].into_iter().flatten().min()
    }

    fn first_of(&self, places: &BTreeSet<Place>) -> Option<Place> {
        let eligible = |place: &&Place| {
            let ticket = self.office.ticket(place.ticket);
            ticket.is_some_and(|ticket| {
                is_confirmed(ticket, self.setup.rules.transfer_gate) && is_due(ticket, self.now)
            })
        };
        places.iter().find(eligible).copied()
    }

    /// Whether the language lets this counter take the first of a group. The oldest stands first,
    /// so a group whose first may not be taken for its age has nobody else who may.
    fn may_take(&self, queue: &Queue, language: Language, first: Place) -> bool {
        match self.setup.rules.language_calls {
            LanguageCalls::Ignore => true,
            LanguageCalls::Require => speaks(self.open, language),
            LanguageCalls::Prefer => {
                let elsewhere = |other: &OpenCounter| {
                    is_attended(other)
                        && speaks(other, language)
                        && serves(self.office, self.setup, other, queue)
                };
                speaks(self.open, language)
                    || self.is_aged(first)
                    || !self.office.counters().any(elsewhere)
            }
        }
    }

    fn is_aged(&self, place: Place) -> bool {
        let ageing_ms = i64::from(self.setup.rules.ageing_min) * MINUTE_MS;
        self.now.since_ms(place.place_at) >= ageing_ms
    }

    fn rank(&self, rules: &Rules, profile: ProfileLine, standing: Standing, place: Place) -> Rank {
        let line_ms = i64::from(profile.head_start_min) * MINUTE_MS;
        Rank {
            tier: if self.is_aged(place) { 0 } else { profile.tier },
            arrival: place.place_at.plus_ms(-standing.head_start_ms(rules) - line_ms),
            issued_at: place.issued_at,
            ticket: place.ticket,
        }
    }
}

fn is_confirmed(ticket: &Ticket, gate: TransferGate) -> bool {
    match (gate, ticket.transfer) {
        (TransferGate::None, _) | (_, None) => true,
        (TransferGate::Arrival, Some(TransferStage::Arrived { .. })) => true,
        (TransferGate::Arrival, Some(TransferStage::Sent { .. })) => false,
        (TransferGate::Check, Some(_)) => false,
    }
}

fn is_due(ticket: &Ticket, now: Timestamp) -> bool {
    match ticket.class {
        Class::Ordinary | Class::Priority => true,
        Class::Appointment { due_at } => due_at <= now,
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::command::{Command, ConfirmStep, ReturnPlace};
    use crate::id::QueueId;
    use crate::sample::{Hall, code, counter, queue, setup};
    use crate::ticket::{HoldReason, TicketState};

    fn hall(change: impl FnOnce(&mut Setup)) -> Hall {
        let mut changed = setup();
        change(&mut changed);
        Hall::opened(changed)
    }

    /// Who is next, written as plainly as possible: every ticket is ranked, the least is taken.
    fn next_plainly(office: &Office, id: CounterId, now: Timestamp) -> Option<TicketId> {
        let setup = office.setup()?;
        let open = office.counter(id)?;
        let kind = setup.counter(id)?.kind;
        let takes = |ticket: &&Ticket| {
            let queue = setup.queue(ticket.queue).expect("a queue of the setup");
            let speakers = office.counters().any(|other| {
                is_attended(other)
                    && speaks(other, ticket.language)
                    && serves(office, setup, other, queue)
            });
            let language = match setup.rules.language_calls {
                LanguageCalls::Ignore => true,
                LanguageCalls::Prefer => {
                    let ageing_ms = i64::from(setup.rules.ageing_min) * 60_000;
                    let aged = now.0 - ticket.place_at.0 >= ageing_ms;
                    speaks(open, ticket.language) || !speakers || aged
                }
                LanguageCalls::Require => speaks(open, ticket.language),
            };
            ticket.state == TicketState::Waiting
                && queue.accepts(kind)
                && language
                && is_confirmed(ticket, setup.rules.transfer_gate)
                && is_due(ticket, now)
        };
        let mut ranks: Vec<(u8, i64, Timestamp, TicketId)> = Vec::new();
        for line in office.profile(id) {
            let here = || office.tickets().filter(|it| it.queue == line.queue).filter(takes);
            let has_ordinary = here().any(|it| Standing::of(it) == Standing::Ordinary);
            let run = office.line(line.queue).map_or(0, |it| it.favoured_run);
            let only_ordinary = has_ordinary && run >= setup.rules.priority_run_max;
            for ticket in here() {
                let standing = Standing::of(ticket);
                if only_ordinary && standing != Standing::Ordinary {
                    continue;
                }
                let aged = now.0 - ticket.place_at.0 >= i64::from(setup.rules.ageing_min) * 60_000;
                let start = i64::from(line.head_start_min) * 60_000;
                let arrival = ticket.place_at.0 - start - standing.head_start_ms(&setup.rules);
                let tier = if aged { 0 } else { line.tier };
                ranks.push((tier, arrival, ticket.issued_at, ticket.id));
            }
        }
        ranks.into_iter().min().map(|rank| rank.3)
    }

    /// Numbers that look random and are the same on every machine.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.0 >> 33) % bound
        }

        fn of<T: Copy>(&mut self, values: &[T]) -> T {
            values[usize::try_from(self.below(values.len() as u64)).expect("small")]
        }
    }

    fn random_command(numbers: &mut Numbers, hall: &mut Hall) -> Option<Command> {
        let id = counter(numbers.of(&["1", "2", "5"]));
        let classes = [
            Class::Ordinary,
            Class::Ordinary,
            Class::Priority,
            Class::Appointment { due_at: hall.now.at.plus_ms(600_000) },
        ];
        match numbers.below(16) {
            0..=5 => {
                let languages = [Language::Japanese, Language::English, Language::Korean];
                let class = numbers.of(&classes);
                let wanted = numbers.of(&["enrol", "enrol", "pay", "arrears"]);
                hall.issue_as(wanted, class, numbers.of(&languages));
                None
            }
            6..=8 => Some(Command::StartService { counter: id, presented: None }),
            9 => {
                Some(Command::Transfer { counter: id, to: queue(numbers.of(&["pay", "arrears"])) })
            }
            10 => Some(Command::CompleteService { counter: id, procedures: [code("2")].into() }),
            11 => Some(Command::Hold { counter: id, reason: HoldReason::Pause }),
            12 => Some(Command::ReturnToQueue { counter: id, place: ReturnPlace::Back }),
            13 => Some(Command::MarkNoShow { counter: id }),
            14 => Some(Command::Undo { counter: id }),
            _ => {
                let open = hall.office.tickets().find(|it| it.transfer.is_some())?;
                let step = match open.transfer? {
                    TransferStage::Sent { .. } => ConfirmStep::Arrival,
                    TransferStage::Arrived { .. } => ConfirmStep::SeenByEye,
                };
                Some(Command::ConfirmTransfer { ticket: open.id, step })
            }
        }
    }

    /// The lines hold whoever waits, once, in the order of virtual arrival.
    fn check_lines(office: &Office) {
        let setup = office.setup().expect("a setup");
        for queue in &setup.queues {
            let waits = |it: &&Ticket| it.queue == queue.id && it.state == TicketState::Waiting;
            let mut plainly: Vec<&Ticket> = office.tickets().filter(waits).collect();
            plainly.sort_by_key(|ticket| {
                let head_start_ms = Standing::of(ticket).head_start_ms(&setup.rules);
                (ticket.place_at.plus_ms(-head_start_ms), ticket.issued_at, ticket.id)
            });
            assert_eq!(office.waiting(queue.id), plainly, "{}", queue.id);
            assert_eq!(office.waiting_count(queue.id), plainly.len(), "{}", queue.id);
        }
    }

    #[test]
    fn the_indexed_line_gives_the_ticket_that_ranking_everybody_gives() {
        let gates = [TransferGate::None, TransferGate::Arrival, TransferGate::Check];
        let languages = [LanguageCalls::Ignore, LanguageCalls::Prefer, LanguageCalls::Require];
        let (mut called, mut none) = (0, 0);
        for seed in 0..60 {
            let mut numbers = Numbers(seed);
            let mut hall = hall(|setup| {
                setup.rules.transfer_gate = numbers.of(&gates);
                setup.rules.language_calls = numbers.of(&languages);
            });
            hall.open_counter("1", &[Language::English]);
            hall.open_counter("2", &[]);
            hall.open_counter("5", &[Language::Korean]);
            for _ in 0..120 {
                if let Some(command) = random_command(&mut numbers, &mut hall) {
                    // Whether it is refused does not matter here.
                    let _ = hall.ask(command);
                }
                hall.passes(u16::try_from(numbers.below(3)).expect("small"));
                let id = counter(numbers.of(&["1", "2", "5"]));
                let plainly = next_plainly(&hall.office, id, hall.now.at);
                assert_eq!(next_ticket(&hall.office, id, hall.now.at).ok(), plainly, "{seed}");
                check_lines(&hall.office);
                called += u32::from(plainly.is_some());
                none += u32::from(plainly.is_none());
                let _ = hall.ask(Command::CallNext { counter: id });
            }
        }
        assert!(called > 1_000 && none > 500, "{called} called, {none} times nobody");
    }

    #[test]
    fn tickets_issued_in_the_same_millisecond_are_called_by_id() {
        let mut hall = hall(|_| {});
        hall.open_counter("1", &[]);
        let issued: Vec<TicketId> = (0..3).map(|_| hall.issue("enrol")).collect();
        let mut called = Vec::new();
        for _ in 0..3 {
            called.push(hall.call_next("1"));
            hall.does(Command::MarkNoShow { counter: counter("1") });
        }
        assert_eq!(called, issued);
    }

    #[test]
    fn a_later_tier_is_called_when_the_first_is_empty_or_it_has_aged() {
        let mut hall = hall(|_| {});
        hall.open_counter("1", &[]);
        let old = hall.issue("pay");
        hall.passes(39);
        let young = hall.issue("enrol");
        assert_eq!(hall.call_next("1"), young, "the first tier first");
        hall.does(Command::MarkNoShow { counter: counter("1") });
        hall.issue("enrol");
        hall.passes(1);
        assert_eq!(hall.call_next("1"), old, "after 40 minutes it ranks in the first tier");
    }

    #[test]
    fn priority_goes_before_those_who_came_a_quarter_of_an_hour_earlier_but_never_starves_them() {
        let mut hall = hall(|_| {});
        hall.open_counter("1", &[]);
        let first = hall.issue("enrol");
        hall.passes(10);
        let mut favoured = || hall.issue_as("enrol", Class::Priority, Language::Japanese);
        let (a, b, c) = (favoured(), favoured(), favoured());
        let mut order = Vec::new();
        for _ in 0..4 {
            order.push(hall.call_next("1"));
            hall.does(Command::MarkNoShow { counter: counter("1") });
        }
        assert_eq!(order, [a, b, first, c], "after two in a row somebody ordinary");
    }

    #[test]
    fn an_appointment_is_passed_over_until_its_time_and_then_goes_first() {
        let mut hall = hall(|_| {});
        hall.open_counter("1", &[]);
        let due_at = hall.now.at.plus_ms(20 * MINUTE_MS);
        let agreed = hall.issue_as("enrol", Class::Appointment { due_at }, Language::Japanese);
        let none = hall.refuses(Command::CallNext { counter: counter("1") });
        assert_eq!(none, Refusal::NoneEligible { waiting: 1 });
        hall.passes(5);
        hall.issue("enrol");
        hall.passes(15);
        assert_eq!(hall.call_next("1"), agreed);
    }

    #[test]
    fn r_15_a_language_is_left_to_the_counter_that_speaks_it_while_somebody_is_there() {
        let mut hall = hall(|_| {});
        hall.open_counter("1", &[]);
        hall.open_counter("2", &[Language::ChineseSimplified]);
        let chinese = hall.issue_as("enrol", Class::Ordinary, Language::ChineseTraditional);
        let call = Command::CallNext { counter: counter("1") };
        assert_eq!(hall.refuses(call.clone()), Refusal::NoneEligible { waiting: 1 });
        let reason = AwayReason::Break;
        hall.does(Command::PauseCounter { counter: counter("2"), reason });
        assert_eq!(hall.call_next("1"), chinese, "nobody is left waiting");
    }

    #[test]
    fn r_53_a_contracted_counter_never_takes_what_is_for_staff() {
        let mut hall = hall(|setup| {
            setup.queues[0].counter_kinds = setup.queues[2].counter_kinds.clone();
            setup.counters[0].profile.retain(|line| line.queue != queue("enrol"));
            setup.counters[1].profile.retain(|line| line.queue != queue("enrol"));
        });
        hall.open_counter("1", &[]);
        hall.open_counter("5", &[]);
        let ticket = hall.issue("enrol");
        let chosen = Command::CallTicket { counter: counter("1"), ticket };
        assert_eq!(hall.refuses(chosen).code(), "counter_kind_not_allowed");
        assert_eq!(hall.call_next("5"), ticket);
    }

    #[test]
    fn an_empty_queue_and_nobody_eligible_are_told_apart() {
        let mut hall = hall(|setup| setup.rules.language_calls = LanguageCalls::Require);
        hall.open_counter("1", &[]);
        let call = Command::CallNext { counter: counter("1") };
        assert_eq!(hall.refuses(call.clone()), Refusal::QueueEmpty);
        hall.issue("arrears");
        assert_eq!(hall.refuses(call.clone()), Refusal::QueueEmpty, "not a queue of counter 1");
        hall.issue_as("enrol", Class::Ordinary, Language::Nepali);
        assert_eq!(hall.refuses(call), Refusal::NoneEligible { waiting: 1 });
    }

    #[test]
    fn returned_to_the_back_means_behind_everyone_even_with_priority() {
        let mut hall = hall(|_| {});
        hall.open_counter("1", &[]);
        let favoured = hall.issue_as("enrol", Class::Priority, Language::Japanese);
        let ordinary = hall.issue("enrol");
        assert_eq!(hall.call_next("1"), favoured);
        let place = ReturnPlace::Back;
        hall.passes(1);
        hall.does(Command::ReturnToQueue { counter: counter("1"), place });
        let order: Vec<TicketId> = hall
            .office
            .waiting(QueueId(crate::sample::key("enrol")))
            .iter()
            .map(|t| t.id)
            .collect();
        assert_eq!(order, [ordinary, favoured]);
        assert_eq!(hall.call_next("1"), ordinary);
    }
}
