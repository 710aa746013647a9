//! A small office for tests: three queues, three counters, and a driver that reads like a story.

use alloc::collections::BTreeMap;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use crate::calendar::{Calendar, DayHours, Holidays, Lingering, TimedNotice};
use crate::command::{Command, Want};
use crate::event::Event;
use crate::id::{
    BellId, CounterId, Key, KioskId, ProcedureCode, QueueId, SectionId, TagPoolId, TicketId, UnitId,
};
use crate::label::Letter;
use crate::language::Language;
use crate::office::Office;
use crate::procedure::{Channel, Completion, Procedure, ProcedureKind, Step};
use crate::refusal::Refusal;
use crate::rules::{LanguageCalls, Rules, TransferGate, TransferPlace};
use crate::setup::{
    Bell, BellReason, Counter, CounterKind, Kiosk, Numbers, OfflineRange, ProfileLine, Queue,
    Restart, Section, SectionSystem, Setup, TagPool, Text, Unit,
};
use crate::ticket::{Class, Origin, Ticket, Token};
use crate::time::{Date, MINUTE_MS, MinuteOfDay, Now, Timestamp};

pub(crate) fn key(text: &str) -> Key {
    Key::new(text).expect("a key")
}

pub(crate) fn queue(text: &str) -> QueueId {
    QueueId(key(text))
}

pub(crate) fn counter(text: &str) -> CounterId {
    CounterId(key(text))
}

pub(crate) fn code(text: &str) -> ProcedureCode {
    ProcedureCode(key(text))
}

pub(crate) fn date(year: i16, month: u8, day: u8) -> Date {
    Date::new(year, month, day).expect("a date")
}

pub(crate) fn time(hour: u16, minute: u16) -> MinuteOfDay {
    MinuteOfDay::new(hour, minute).expect("a time of day")
}

fn procedure(text: &str, target_min: u16, kind: ProcedureKind) -> Procedure {
    let is_mailed = kind == ProcedureKind::MailWorkflow;
    let is_completed = matches!(kind, ProcedureKind::Ticketed);
    let step = |name: &str| Step { name: name.to_string(), actor: None };
    Procedure {
        code: code(text),
        row: text.to_string(),
        name: Text::default(),
        variant: Text::default(),
        target_min: Some(target_min),
        channel: if is_mailed { Channel::Mail } else { Channel::Window },
        kind,
        completion: if is_completed { Completion::Completes } else { Completion::None },
        steps: vec![step("受付"), step("確認"), step("入力")],
        counter_end_step: None,
        references: Vec::new(),
    }
}

fn a_queue(id: &str, letter: char, counter_kinds: Vec<CounterKind>) -> Queue {
    Queue {
        id: queue(id),
        section: SectionId(key("insurance")),
        unit: None,
        letter: Letter::new(letter).expect("a letter"),
        name: Text::default(),
        staff_name: id.to_string(),
        numbers: Numbers { last: 899, width: 3, restart: Restart::Daily, offline: Vec::new() },
        counter_kinds,
        waiting_max: 2_000,
    }
}

fn a_counter(id: &str, kind: CounterKind, profile: &[(&str, u8, u16)]) -> Counter {
    let line = |&(id, tier, head_start_min): &(&str, u8, u16)| ProfileLine {
        queue: queue(id),
        tier,
        head_start_min,
    };
    Counter {
        id: counter(id),
        name: Text::default(),
        kind,
        section: SectionId(key("insurance")),
        unit: None,
        profile: profile.iter().map(line).collect(),
    }
}

/// Weekdays 8:30 to 17:30, Tuesdays until 19:00 with lingering, busy in April and June.
pub(crate) fn calendar() -> Calendar {
    let day = DayHours {
        open: time(8, 30),
        close: time(17, 30),
        tickets_until: time(17, 30),
        lingering: Lingering::Alert,
    };
    let tuesday = DayHours {
        close: time(19, 0),
        tickets_until: time(18, 45),
        lingering: Lingering::Allowed,
        ..day
    };
    Calendar {
        weekly: [Some(day), Some(tuesday), Some(day), Some(day), Some(day), None, None],
        holidays: Holidays::Japan,
        closed_yearly: vec![(12, 29), (12, 30), (12, 31), (1, 2), (1, 3)],
        closed: vec![date(2026, 11, 12)],
        open: vec![(date(2026, 11, 28), day)],
        busy_months: vec![4, 6],
        wait_limit_min: 30,
        wait_limit_busy_min: 60,
        day_lead_min: 60,
        day_end: time(21, 0),
        notices: vec![TimedNotice {
            id: key("pension-office"),
            from: time(17, 15),
            queues: vec![queue("arrears")],
            text: Text::default(),
        }],
    }
}

fn rules() -> Rules {
    Rules {
        priority_head_start_min: 15,
        appointment_head_start_min: 30,
        priority_run_max: 2,
        ageing_min: 40,
        language_calls: LanguageCalls::Prefer,
        transfer_place: TransferPlace::Arrival,
        transfer_gate: TransferGate::Check,
        return_max: 1,
        recall_max: 3,
        undo_s: 30,
        bell_answer_s: 60,
        bell_escalation_max: 2,
        procedures_max: 4,
        periods_max: 30,
        tickets_day_max: 50_000,
        service_max_min: 120,
        offline_age_max_min: 240,
    }
}

/// Queues `enrol` (A), `pay` (B), `arrears` (C, staff only); counters 1 and 2 contracted, 5 staff.
pub(crate) fn setup() -> Setup {
    let section = |id, system| Section { id: SectionId(key(id)), name: Text::default(), system };
    let mut enrol = a_queue("enrol", 'A', Vec::new());
    enrol.numbers.offline =
        vec![OfflineRange { kiosk: KioskId(key("hall")), first: 900, last: 999 }];
    let reason = BellReason { code: key("seal"), name: Text::default() };
    let unit = UnitId(key("arrears-unit"));
    let bell = |id, escalates_to| Bell {
        id: BellId(key(id)),
        name: Text::default(),
        unit,
        reasons: vec![reason.clone()],
        escalates_to,
    };
    Setup {
        office: key("ward"),
        name: Text(BTreeMap::new()),
        sections: vec![
            section("insurance", SectionSystem::Here),
            section("tax", SectionSystem::Linked),
        ],
        units: vec![Unit { id: unit, section: SectionId(key("insurance")), name: Text::default() }],
        procedures: vec![
            procedure("2", 20, ProcedureKind::Ticketed),
            procedure("9", 5, ProcedureKind::SubProcedure),
            procedure("15", 10, ProcedureKind::Ticketed),
            procedure("24", 10, ProcedureKind::ExpressTag),
            procedure("6-2", 10, ProcedureKind::MailWorkflow),
        ],
        queues: vec![
            enrol,
            a_queue("pay", 'B', Vec::new()),
            a_queue("arrears", 'C', vec![CounterKind::Staff]),
        ],
        errands: Vec::new(),
        counters: vec![
            a_counter("1", CounterKind::Contracted, &[("enrol", 0, 0), ("pay", 1, 0)]),
            a_counter("2", CounterKind::Contracted, &[("pay", 0, 0), ("enrol", 0, 5)]),
            a_counter("5", CounterKind::Staff, &[("arrears", 0, 0), ("enrol", 1, 0)]),
        ],
        bells: vec![bell("chief", None), bell("unit", Some(BellId(key("chief"))))],
        tag_pools: vec![TagPool {
            id: TagPoolId(key("express")),
            name: Text::default(),
            size: 20,
            procedures: vec![code("24")],
        }],
        kiosks: vec![Kiosk { id: KioskId(key("hall")), name: Text::default() }],
        languages: Language::ALL.to_vec(),
        calendar: calendar(),
        rules: rules(),
    }
}

/// An office and a clock. Every accepted command is applied at once.
pub(crate) struct Hall {
    pub(crate) office: Office,
    pub(crate) now: Now,
    tokens: u128,
}

impl Hall {
    /// Wednesday 2026-11-11, 9:00, day open.
    pub(crate) fn opened(setup: Setup) -> Hall {
        let now =
            Now { at: Timestamp(1_794_355_200_000), date: date(2026, 11, 11), time: time(9, 0) };
        let mut hall = Hall { office: Office::default(), now, tokens: 0 };
        hall.does(Command::AdoptSetup { setup: setup.into() });
        hall.does(Command::OpenDay { date: hall.now.date });
        hall
    }

    pub(crate) fn ask(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        let decision = self.office.decide(self.now, &command)?;
        for event in &decision.events {
            self.office.apply(decision.at, event);
        }
        Ok(decision.events)
    }

    pub(crate) fn does(&mut self, command: Command) -> Vec<Event> {
        match self.ask(command.clone()) {
            Ok(events) => events,
            Err(refusal) => panic!("{command:?} was refused: {refusal}"),
        }
    }

    pub(crate) fn refuses(&mut self, command: Command) -> Refusal {
        match self.ask(command.clone()) {
            Ok(events) => panic!("{command:?} led to {events:?}"),
            Err(refusal) => refusal,
        }
    }

    /// Lets minutes pass.
    pub(crate) fn passes(&mut self, minutes: u16) {
        self.now.at = self.now.at.plus_ms(i64::from(minutes) * MINUTE_MS);
        let total = self.now.time.minutes() + minutes;
        self.now.time = time(total / 60, total % 60);
    }

    pub(crate) fn open_counter(&mut self, id: &str, languages: &[Language]) {
        self.does(Command::OpenCounter {
            counter: counter(id),
            operator: None,
            languages: languages.to_vec(),
            profile: None,
        });
    }

    pub(crate) fn issue_as(&mut self, id: &str, class: Class, language: Language) -> TicketId {
        self.tokens += 1;
        let ticket = self.office.next_ids().ticket;
        self.does(Command::IssueTicket {
            want: Want::Queue(queue(id)),
            class,
            language,
            origin: Origin::Floor,
            token: Token(self.tokens.to_be_bytes()),
        });
        ticket
    }

    pub(crate) fn issue(&mut self, id: &str) -> TicketId {
        self.issue_as(id, Class::Ordinary, Language::Japanese)
    }

    pub(crate) fn call_next(&mut self, id: &str) -> TicketId {
        let events = self.does(Command::CallNext { counter: counter(id) });
        let [Event::TicketCalled { ticket, .. }] = events[..] else {
            panic!("{events:?} is no call");
        };
        ticket
    }

    pub(crate) fn start(&mut self, id: &str) {
        self.does(Command::StartService { counter: counter(id), presented: None });
    }

    pub(crate) fn complete(&mut self, id: &str, procedures: &[&str]) {
        let procedures = procedures.iter().map(|text| code(text)).collect();
        self.does(Command::CompleteService { counter: counter(id), procedures });
    }

    pub(crate) fn ticket(&self, id: TicketId) -> &Ticket {
        self.office.ticket(id).expect("one of today's tickets")
    }
}
