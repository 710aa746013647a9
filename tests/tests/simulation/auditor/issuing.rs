//! Tickets: issued, admitted, merged; their paper; cancelled, doubted.

use domain::command::{Command, Want};
use domain::id::{KioskId, QueueId, SectionId, TicketId};
use domain::label::Label;
use domain::language::Language;
use domain::setup::{ErrandTarget, Queue, Restart, SectionSystem};
use domain::ticket::{Class, Origin, Paper, TicketState};
use domain::time::{MINUTE_MS, Now, Timestamp};

use super::{Auditor, Case, Expected, Reasons, Verdict};

/// Somebody who asks for a place in line.
struct Newcomer {
    queue: QueueId,
    label: Label,
    class: Class,
    language: Language,
    origin: Origin,
    issued_at: Timestamp,
}

impl Auditor {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the dispatcher sends only these commands here"
    )]
    pub(super) fn judge_ticket(&mut self, now: Now, command: &Command) -> Verdict {
        match *command {
            Command::IssueTicket { want, class, language, origin, .. } => {
                self.issue(now, want, class, language, origin)
            }
            Command::AdmitLinked { section, label, queue, language, .. } => {
                self.admit(now, section, label, queue, language)
            }
            Command::MergeOffline { kiosk, want, number, language, issued_ago_ms, .. } => {
                let slip = (kiosk, number, issued_ago_ms);
                self.merge(now, slip, want, language)
            }
            Command::ReportPaper { ticket, paper } => self.report_paper(ticket, paper),
            Command::ReprintTicket { ticket } => self.reprint(ticket),
            Command::CancelTicket { ticket, reason } => {
                let mut reasons = self.lasting(ticket);
                let there = self.case(ticket).and_then(Case::counter);
                reasons.when(there.is_some(), "at_counter");
                reasons.none()?;
                let case = self.case_mut(ticket);
                case.change(now.at, TicketState::Cancelled { reason });
                case.transfer = None;
                Ok(Expected::default())
            }
            Command::MarkInaccurate { ticket } => {
                let mut reasons = self.known(ticket);
                let doubted = self.case(ticket).is_some_and(|case| case.doubted);
                reasons.when(doubted, "already_doubted");
                reasons.none()?;
                self.case_mut(ticket).doubted = true;
                Ok(Expected::default())
            }
            _ => unreachable!("{command:?} is about no ticket"),
        }
    }

    /// Reasons that hold for every command about a ticket.
    pub(super) fn known(&self, ticket: TicketId) -> Reasons {
        let mut reasons = Reasons::default();
        reasons.when(self.day.is_none(), "day_not_open");
        reasons.when(self.case(ticket).is_none(), "unknown_ticket");
        reasons
    }

    /// Reasons that hold for every command about a ticket that must not be final.
    pub(super) fn lasting(&self, ticket: TicketId) -> Reasons {
        let mut reasons = self.known(ticket);
        let over = self.case(ticket).is_some_and(Case::is_final);
        reasons.when(over, "already_final");
        reasons
    }

    fn issue(
        &mut self,
        now: Now,
        want: Want,
        class: Class,
        language: Language,
        origin: Origin,
    ) -> Verdict {
        let mut reasons = Reasons::default();
        reasons.when(self.day.is_none(), "day_not_open");
        match origin {
            Origin::Kiosk(kiosk) => {
                reasons.when(!self.kiosk_exists(kiosk), "unknown_kiosk");
                let opens = self
                    .hours(now.date)
                    .is_some_and(|hours| hours.open <= now.time && now.time < hours.tickets_until);
                let opens = opens && self.day == Some(now.date);
                reasons.when(!opens, "closed_hours");
            }
            Origin::Floor => {}
            Origin::Linked(_) | Origin::Offline(_) => reasons.when(true, "wrong_origin"),
        }
        let queue = self.wanted(want, &mut reasons);
        self.language_and_day(language, &mut reasons);
        if let Some(queue) = &queue {
            self.room(queue, &mut reasons);
            reasons.when(self.next_number(queue).is_none(), "range_exhausted");
        }
        reasons.none()?;
        let queue = queue.unwrap();
        let number = self.next_number(&queue).unwrap();
        self.given.retain(|(id, _)| *id != queue.id);
        self.given.push((queue.id, number));
        let label = Label { letter: queue.letter, number, width: queue.numbers.width };
        let issued_at = now.at;
        self.join(Newcomer { queue: queue.id, label, class, language, origin, issued_at })
    }

    fn admit(
        &mut self,
        now: Now,
        section: SectionId,
        label: Label,
        queue: QueueId,
        language: Language,
    ) -> Verdict {
        let mut reasons = Reasons::default();
        reasons.when(self.day.is_none(), "day_not_open");
        let known = self.setup.sections.iter().find(|known| known.id == section);
        reasons.when(known.is_none(), "unknown_section");
        let linked = known.is_some_and(|known| known.system == SectionSystem::Linked);
        reasons.when(known.is_some() && !linked, "section_not_linked");
        let found = self.wanted(Want::Queue(queue), &mut reasons);
        let ours = self.setup.queues.iter().any(|queue| queue.letter == label.letter);
        reasons.when(ours, "label_foreign");
        reasons.when(self.label_is_taken(label), "label_taken");
        self.language_and_day(language, &mut reasons);
        if let Some(queue) = &found {
            self.room(queue, &mut reasons);
        }
        reasons.none()?;
        let origin = Origin::Linked(section);
        let (class, issued_at) = (Class::Ordinary, now.at);
        self.join(Newcomer { queue, label, class, language, origin, issued_at })
    }

    fn merge(
        &mut self,
        now: Now,
        (kiosk, number, issued_ago_ms): (KioskId, u16, i64),
        want: Want,
        language: Language,
    ) -> Verdict {
        let mut reasons = Reasons::default();
        reasons.when(self.day.is_none(), "day_not_open");
        reasons.when(!self.kiosk_exists(kiosk), "unknown_kiosk");
        let queue = self.wanted(want, &mut reasons);
        reasons.when(!self.setup.languages.contains(&language), "language_not_offered");
        let day = self.day.unwrap_or(now.date);
        let days = (now.date.days_since_epoch() - day.days_since_epoch()).max(0);
        let since_midnight_min = days * 24 * 60 + i64::from(now.time.minutes());
        let age_min = since_midnight_min.min(i64::from(self.setup.rules.offline_age_max_min));
        reasons.when(issued_ago_ms > age_min * MINUTE_MS, "offline_too_old");
        let mut label = None;
        if let Some(queue) = &queue {
            let owns =
                queue.numbers.offline.iter().any(|range| {
                    range.kiosk == kiosk && range.first <= number && number <= range.last
                });
            reasons.when(!owns, "number_not_owned");
            let own = Label { letter: queue.letter, number, width: queue.numbers.width };
            reasons.when(self.label_is_taken(own), "label_taken");
            label = Some(own);
        }
        reasons.none()?;
        self.join(Newcomer {
            queue: queue.unwrap().id,
            label: label.unwrap(),
            class: Class::Ordinary,
            language,
            origin: Origin::Offline(kiosk),
            issued_at: Timestamp(now.at.0 - issued_ago_ms),
        })
    }

    fn join(&mut self, newcomer: Newcomer) -> Verdict {
        let place_at = match newcomer.class {
            Class::Appointment { due_at } => due_at,
            Class::Ordinary | Class::Priority => newcomer.issued_at,
        };
        let case = Case {
            id: TicketId(self.next_ticket),
            label: newcomer.label,
            queue: newcomer.queue,
            state: TicketState::Waiting,
            class: newcomer.class,
            language: newcomer.language,
            origin: newcomer.origin,
            issued_at: newcomer.issued_at,
            place_at,
            transfer: None,
            return_count: 0,
            announce_count: 0,
            procedures: Vec::new(),
            doubted: false,
            paper: match newcomer.origin {
                Origin::Kiosk(_) | Origin::Floor | Origin::Offline(_) => Paper::Pending,
                Origin::Linked(_) => Paper::None,
            },
            since: newcomer.issued_at,
            served_since: newcomer.issued_at,
            period_count: 1,
            wait_ms: 0,
            walk_ms: 0,
            service_ms: 0,
            handling_ms: 0,
            step_count: 0,
        };
        self.next_ticket += 1;
        let ahead = self.ahead_of(&case);
        let expected = Expected { issued: Some((case.label, ahead)), called: None };
        self.cases.push(case);
        Ok(expected)
    }

    fn report_paper(&mut self, ticket: TicketId, paper: Paper) -> Verdict {
        let mut reasons = self.known(ticket);
        let known = self.case(ticket).map(|case| case.paper);
        reasons.when(known == Some(Paper::None), "paper_not_expected");
        reasons.when(known == Some(Paper::Printed), "paper_already_printed");
        reasons.none()?;
        self.case_mut(ticket).paper = paper;
        Ok(Expected::default())
    }

    fn reprint(&mut self, ticket: TicketId) -> Verdict {
        let mut reasons = self.lasting(ticket);
        let paperless = self.case(ticket).is_some_and(|case| case.paper == Paper::None);
        reasons.when(paperless, "paper_not_expected");
        reasons.none()?;
        self.case_mut(ticket).paper = Paper::Pending;
        Ok(Expected::default())
    }

    fn wanted(&self, want: Want, reasons: &mut Reasons) -> Option<Queue> {
        let id = match want {
            Want::Queue(queue) => queue,
            Want::Errand(errand) => {
                let Some(errand) = self.setup.errands.iter().find(|other| other.id == errand)
                else {
                    reasons.when(true, "unknown_errand");
                    return None;
                };
                match errand.leads_to {
                    ErrandTarget::Queue(queue) => queue,
                    ErrandTarget::Group => {
                        reasons.when(true, "errand_is_group");
                        return None;
                    }
                    ErrandTarget::Guide => {
                        reasons.when(true, "errand_needs_guide");
                        return None;
                    }
                }
            }
        };
        let queue = self.setup.queues.iter().find(|queue| queue.id == id).cloned();
        reasons.when(queue.is_none(), "unknown_queue");
        queue
    }

    fn language_and_day(&self, language: Language, reasons: &mut Reasons) {
        reasons.when(!self.setup.languages.contains(&language), "language_not_offered");
        let tickets_max = usize::try_from(self.setup.rules.tickets_day_max).unwrap();
        reasons.when(self.cases.len() >= tickets_max, "day_tickets_exhausted");
    }

    pub(super) fn room(&self, queue: &Queue, reasons: &mut Reasons) {
        let is_full = self.waiting_in(queue.id) >= usize::from(queue.waiting_max);
        reasons.when(is_full, "queue_full");
    }

    fn kiosk_exists(&self, kiosk: KioskId) -> bool {
        self.setup.kiosks.iter().any(|known| known.id == kiosk)
    }

    fn label_is_taken(&self, label: Label) -> bool {
        let same =
            |case: &Case| case.label.letter == label.letter && case.label.number == label.number;
        self.cases.iter().any(same)
    }

    /// The next number of a queue, trying one after the other.
    fn next_number(&self, queue: &Queue) -> Option<u16> {
        let last_given = self.given.iter().find(|(id, _)| *id == queue.id).map_or(0, |(_, n)| *n);
        let last = queue.numbers.last;
        if queue.numbers.restart == Restart::Daily {
            return (last_given < last).then_some(last_given + 1);
        }
        let mut number = last_given;
        for _ in 0..last {
            number = if number >= last { 1 } else { number + 1 };
            let label = Label { letter: queue.letter, number, width: 1 };
            if !self.label_is_taken(label) {
                return Some(number);
            }
        }
        None
    }
}
