//! Issuing: at the kiosk, by a floor guide, from a linked section, and from a kiosk that was alone.

use alloc::vec::Vec;

use super::ticket_change::group_of;
use super::{Office, events};
use crate::command::{Command, Want};
use crate::estimate;
use crate::event::Event;
use crate::id::{ErrandId, KioskId, QueueId, SectionId, TicketId};
use crate::label::{Label, NUMBER_MAX};
use crate::language::Language;
use crate::line::{Place, QueueLine, Standing};
use crate::refusal::Refusal;
use crate::setup::{ErrandTarget, Queue, Restart, SectionSystem, Setup};
use crate::ticket::{
    CancelReason, Class, Origin, Paper, Period, PeriodKind, Ticket, TicketState, Times, Token,
};
use crate::time::{MINUTE_MS, Now, Timestamp};

/// Minutes of one day.
const DAY_MIN: i64 = 1_440;

/// What every way of issuing says of the new ticket.
#[derive(Clone, Copy, Debug)]
struct NewTicket {
    class: Class,
    language: Language,
    origin: Origin,
    token: Token,
}

/// A ticket that a kiosk issued from its own range.
#[derive(Clone, Copy, Debug)]
struct OfflineTicket {
    kiosk: KioskId,
    want: Want,
    number: u16,
    issued_ago_ms: i64,
}

impl NewTicket {
    fn ordinary(language: Language, origin: Origin, token: Token) -> NewTicket {
        NewTicket { class: Class::Ordinary, language, origin, token }
    }
}

impl Office {
    /// One of the three ways of issuing.
    pub(super) fn decide_new(&self, now: Now, command: &Command) -> Result<Vec<Event>, Refusal> {
        if let &Command::IssueTicket { want, class, language, origin, token } = command {
            let new = NewTicket { class, language, origin, token };
            return self.decide_issue(now, want, new);
        }
        if let &Command::AdmitLinked { section, label, queue, language, token } = command {
            let new = NewTicket::ordinary(language, Origin::Linked(section), token);
            return self.decide_admit(now.at, section, label, queue, new);
        }
        if let &Command::MergeOffline { kiosk, want, number, language, token, issued_ago_ms } =
            command
        {
            let offline = OfflineTicket { kiosk, want, number, issued_ago_ms };
            let new = NewTicket::ordinary(language, Origin::Offline(kiosk), token);
            return self.decide_merge(now, offline, new);
        }
        unreachable!("{command:?} issues nothing")
    }

    fn decide_issue(&self, now: Now, want: Want, new: NewTicket) -> Result<Vec<Event>, Refusal> {
        let setup = self.require_setup()?;
        match new.origin {
            Origin::Kiosk(kiosk) => self.require_hours(now, kiosk)?,
            Origin::Floor => {}
            Origin::Linked(_) | Origin::Offline(_) => return Err(Refusal::WrongOrigin),
        }
        let (queue, errand) = wanted(setup, want)?;
        require_language(setup, new.language)?;
        self.require_room(queue)?;
        self.require_day_room(setup)?;
        let label = self.next_label(queue)?;
        self.issued(now.at, queue, errand, label, new, now.at)
    }

    /// Linked arrivals keep the label they hold: its letter is one of theirs, never one of ours
    ///
    fn decide_admit(
        &self,
        at: Timestamp,
        section: SectionId,
        label: Label,
        queue: QueueId,
        new: NewTicket,
    ) -> Result<Vec<Event>, Refusal> {
        let setup = self.require_setup()?;
        let known = setup.section(section).ok_or(Refusal::UnknownSection { section })?;
        if known.system != SectionSystem::Linked {
            return Err(Refusal::SectionNotLinked { section });
        }
        let queue = setup.queue(queue).ok_or(Refusal::UnknownQueue { queue })?;
        let is_sound = (1..=NUMBER_MAX).contains(&label.number) && (1..=4).contains(&label.width);
        if !is_sound || setup.queues.iter().any(|own| own.letter == label.letter) {
            return Err(Refusal::LabelForeign { label, section });
        }
        if self.labels.contains_key(&label) {
            return Err(Refusal::LabelTaken { label });
        }
        require_language(setup, new.language)?;
        self.require_room(queue)?;
        self.require_day_room(setup)?;
        self.issued(at, queue, None, label, new, at)
    }

    /// Paper that is out cannot be refused for lack of room: only the kiosk's own range bounds it.
    ///
    /// It may be older than the opening of the day: a server that comes up late opens the day
    /// late, and the kiosk has issued since the morning. It is never of the day before.
    fn decide_merge(
        &self,
        now: Now,
        offline: OfflineTicket,
        new: NewTicket,
    ) -> Result<Vec<Event>, Refusal> {
        let (setup, day) = self.require_day()?;
        let OfflineTicket { kiosk, number, .. } = offline;
        setup.kiosk(kiosk).ok_or(Refusal::UnknownKiosk { kiosk })?;
        let (queue, errand) = wanted(setup, offline.want)?;
        let ranges = queue.numbers.offline.iter();
        let mut own = ranges.filter(|range| range.kiosk == kiosk);
        if !own.any(|range| (range.first..=range.last).contains(&number)) {
            return Err(Refusal::NumberNotOwned { kiosk, queue: queue.id, number });
        }
        let label = label_of(queue, number);
        if self.labels.contains_key(&label) {
            return Err(Refusal::LabelTaken { label });
        }
        let days = now.date.days_since_epoch() - day.date.days_since_epoch();
        let day_min = days.max(0) * DAY_MIN + i64::from(now.time.minutes());
        let age_ms_max = day_min.min(i64::from(setup.rules.offline_age_max_min)) * MINUTE_MS;
        let issued_ago_ms = offline.issued_ago_ms;
        if !(0..=age_ms_max).contains(&issued_ago_ms) {
            return Err(Refusal::OfflineTooOld { issued_ago_ms, age_ms_max });
        }
        require_language(setup, new.language)?;
        self.issued(now.at, queue, errand, label, new, now.at.plus_ms(-issued_ago_ms))
    }

    fn issued(
        &self,
        at: Timestamp,
        queue: &Queue,
        errand: Option<ErrandId>,
        label: Label,
        new: NewTicket,
        issued_at: Timestamp,
    ) -> Result<Vec<Event>, Refusal> {
        let setup = self.require_setup()?;
        let standing = match new.class {
            Class::Ordinary => Standing::Ordinary,
            Class::Priority => Standing::Priority,
            Class::Appointment { .. } => Standing::Appointment,
        };
        let place = Place {
            place_at: first_place(new.class, issued_at),
            issued_at,
            ticket: self.next.ticket,
        };
        let count = |line: &QueueLine| line.count_before(standing, place, &setup.rules);
        let ahead = self.lines.get(&queue.id).map_or(0, count);
        events([Event::TicketIssued {
            ticket: self.next.ticket,
            label,
            queue: queue.id,
            errand,
            class: new.class,
            language: new.language,
            origin: new.origin,
            token: new.token,
            issued_at,
            ahead: u16::try_from(ahead).unwrap_or(u16::MAX),
            window: estimate::window(self, queue.id, ahead, at),
        }])
    }

    /// The queue's next number that nobody holds today (invariant 4).
    fn next_label(&self, queue: &Queue) -> Result<Label, Refusal> {
        let last = queue.numbers.last;
        let given = self.last_number(queue.id);
        let onward = given.saturating_add(1)..=last;
        let wrapped_last = match queue.numbers.restart {
            Restart::Daily => 0,
            Restart::Continue => given.min(last),
        };
        let wrapped = 1..=wrapped_last;
        let mut labels = onward.chain(wrapped).map(|number| label_of(queue, number));
        let free = labels.find(|label| !self.labels.contains_key(label));
        free.ok_or(Refusal::RangeExhausted { queue: queue.id, last })
    }

    /// Kiosks issue within the day's hours.
    fn require_hours(&self, now: Now, kiosk: KioskId) -> Result<(), Refusal> {
        let (setup, day) = self.require_day()?;
        setup.kiosk(kiosk).ok_or(Refusal::UnknownKiosk { kiosk })?;
        if day.date == now.date && setup.calendar.issues_at(now.date, now.time) {
            return Ok(());
        }
        Err(Refusal::ClosedHours { next_open: setup.calendar.next_opening(now.date, now.time) })
    }

    /// Somebody more can wait in the queue.
    pub(super) fn require_room(&self, queue: &Queue) -> Result<(), Refusal> {
        if self.waiting_count(queue.id) < usize::from(queue.waiting_max) {
            return Ok(());
        }
        Err(Refusal::QueueFull { queue: queue.id, waiting_max: queue.waiting_max })
    }

    fn require_day_room(&self, setup: &Setup) -> Result<(), Refusal> {
        let tickets_day_max = setup.rules.tickets_day_max;
        let count = u32::try_from(self.tickets.len()).unwrap_or(u32::MAX);
        if count < tickets_day_max {
            return Ok(());
        }
        Err(Refusal::DayTicketsExhausted { tickets_day_max })
    }

    /// A slip that has been printed once stays printed: a printer cannot take it back.
    pub(super) fn decide_paper(&self, id: TicketId, paper: Paper) -> Result<Vec<Event>, Refusal> {
        let ticket = self.require_ticket(id)?;
        let label = ticket.label;
        match (ticket.paper, paper) {
            (Paper::None, _) | (_, Paper::None | Paper::Pending) => {
                Err(Refusal::PaperNotExpected { label })
            }
            (Paper::Printed, _) => Err(Refusal::PaperAlreadyPrinted { label }),
            (
                Paper::Pending | Paper::Unknown | Paper::Failed,
                Paper::Printed | Paper::Unknown | Paper::Failed,
            ) => events([Event::PaperReported { ticket: id, paper }]),
        }
    }

    pub(super) fn decide_reprint(&self, id: TicketId) -> Result<Vec<Event>, Refusal> {
        let ticket = self.require_lasting(id)?;
        if ticket.paper == Paper::None {
            return Err(Refusal::PaperNotExpected { label: ticket.label });
        }
        events([Event::TicketReprinted { ticket: id }])
    }

    pub(super) fn decide_cancel(
        &self,
        id: TicketId,
        reason: CancelReason,
    ) -> Result<Vec<Event>, Refusal> {
        let ticket = self.require_lasting(id)?;
        if let Some(counter) = ticket.state.at_counter() {
            return Err(Refusal::AtCounter { label: ticket.label, counter });
        }
        events([Event::TicketCancelled { ticket: id, reason }])
    }

    pub(super) fn decide_doubt(&self, id: TicketId) -> Result<Vec<Event>, Refusal> {
        let ticket = self.require_ticket(id)?;
        match ticket.times {
            Times::Inaccurate => Err(Refusal::AlreadyDoubted { label: ticket.label }),
            Times::Accurate => events([Event::TimesDoubted { ticket: id }]),
        }
    }

    /// The ticket is one of today's.
    pub(super) fn require_ticket(&self, ticket: TicketId) -> Result<&Ticket, Refusal> {
        self.tickets.get(ticket).ok_or(Refusal::UnknownTicket { ticket })
    }

    /// The ticket is one of today's, and something can still happen to it.
    pub(super) fn require_lasting(&self, id: TicketId) -> Result<&Ticket, Refusal> {
        let ticket = self.require_ticket(id)?;
        if ticket.state.is_final() {
            return Err(Refusal::AlreadyFinal { label: ticket.label, state: ticket.state });
        }
        Ok(ticket)
    }

    /// What happens to a ticket beside a counter's steps.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "`Office::apply` lists every event and sends only these"
    )]
    pub(super) fn apply_to_ticket(&mut self, at: Timestamp, event: &Event) {
        match *event {
            Event::TicketIssued {
                ticket,
                label,
                queue,
                errand,
                class,
                language,
                origin,
                token,
                issued_at,
                ..
            } => {
                let new = NewTicket { class, language, origin, token };
                self.apply_issued(new_ticket(ticket, label, queue, errand, new, issued_at));
            }
            Event::PaperReported { ticket, paper } => {
                self.apply_note(ticket, |ticket| ticket.paper = paper);
            }
            Event::TicketReprinted { ticket } => {
                self.apply_note(ticket, |ticket| ticket.paper = Paper::Pending);
            }
            Event::TimesDoubted { ticket } => {
                self.apply_note(ticket, |ticket| ticket.times = Times::Inaccurate);
            }
            Event::TicketCancelled { ticket, reason } => self.apply_cancelled(at, ticket, reason),
            Event::TransferConfirmed { ticket, step } => self.apply_confirmed(at, ticket, step),
            _ => unreachable!("{event:?} is not about a ticket alone"),
        }
    }

    fn apply_issued(&mut self, ticket: Ticket) {
        let id = ticket.id;
        assert_eq!(id, self.next.ticket, "tickets are numbered without gaps");
        assert!(self.day.is_some(), "ticket {id} is issued on an open day");
        self.next.ticket = TicketId(id.0 + 1);
        let taken = self.labels.insert(ticket.label, id);
        assert_eq!(taken, None, "{} is nobody else's today", ticket.label);
        self.tokens.insert(ticket.token, id);
        match ticket.origin {
            Origin::Kiosk(_) | Origin::Floor => {
                self.numbers.insert(ticket.queue, ticket.label.number);
            }
            Origin::Linked(_) | Origin::Offline(_) => {}
        }
        let line = self.lines.entry(ticket.queue).or_default();
        line.insert(group_of(&ticket), Place::of(&ticket));
        self.tickets.push(ticket);
    }

    fn apply_cancelled(&mut self, at: Timestamp, id: TicketId, reason: CancelReason) {
        self.change_ticket(at, id, |ticket| {
            assert!(!ticket.state.is_final(), "ticket {id} is {}", ticket.state.name());
            ticket.state = TicketState::Cancelled { reason };
            ticket.transfer = None;
            ticket.announce_count = 0;
            ticket.end(at);
        });
    }

    /// Changes what is known of a ticket beside its steps: paper, doubted times.
    fn apply_note(&mut self, id: TicketId, note: impl FnOnce(&mut Ticket)) {
        let Some(ticket) = self.tickets.get_mut(id) else {
            panic!("ticket {id} must be one of today's");
        };
        note(ticket);
    }
}

/// A ticket as it is when it has just been issued.
fn new_ticket(
    id: TicketId,
    label: Label,
    queue: QueueId,
    errand: Option<ErrandId>,
    new: NewTicket,
    issued_at: Timestamp,
) -> Ticket {
    let mut periods = Vec::with_capacity(4);
    periods.push(Period {
        kind: PeriodKind::Waiting,
        queue,
        counter: None,
        from: issued_at,
        to: None,
    });
    Ticket {
        id,
        label,
        queue,
        state: TicketState::Waiting,
        class: new.class,
        language: new.language,
        origin: new.origin,
        errand,
        token: new.token,
        issued_at,
        place_at: first_place(new.class, issued_at),
        transfer: None,
        return_count: 0,
        announce_count: 0,
        procedures: Vec::new(),
        times: Times::Accurate,
        paper: match new.origin {
            Origin::Linked(_) => Paper::None,
            Origin::Kiosk(_) | Origin::Floor | Origin::Offline(_) => Paper::Pending,
        },
        periods,
        revision: 0,
    }
}

/// Where a ticket stands at first: at its issue, or at the time agreed on.
fn first_place(class: Class, issued_at: Timestamp) -> Timestamp {
    match class {
        Class::Ordinary | Class::Priority => issued_at,
        Class::Appointment { due_at } => due_at,
    }
}

fn label_of(queue: &Queue, number: u16) -> Label {
    Label { letter: queue.letter, number, width: queue.numbers.width }
}

/// The queue that is wanted, and the errand where one was chosen.
fn wanted(setup: &Setup, want: Want) -> Result<(&Queue, Option<ErrandId>), Refusal> {
    let (queue, errand) = match want {
        Want::Queue(queue) => (queue, None),
        Want::Errand(errand) => {
            let known = setup.errand(errand).ok_or(Refusal::UnknownErrand { errand })?;
            match known.leads_to {
                ErrandTarget::Group => return Err(Refusal::ErrandIsGroup { errand }),
                ErrandTarget::Guide => return Err(Refusal::ErrandNeedsGuide { errand }),
                ErrandTarget::Queue(queue) => (queue, Some(errand)),
            }
        }
    };
    let known = setup.queue(queue).ok_or(Refusal::UnknownQueue { queue })?;
    Ok((known, errand))
}

fn require_language(setup: &Setup, language: Language) -> Result<(), Refusal> {
    if setup.languages.contains(&language) {
        return Ok(());
    }
    Err(Refusal::LanguageNotOffered)
}
