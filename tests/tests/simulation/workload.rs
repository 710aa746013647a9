//! What people do in the simulated hall: mostly sensible, sometimes not, now and then nonsense.

use std::collections::BTreeSet;

use domain::command::{
    AwayReason, BatchChannel, Command, ConfirmStep, GuidanceKind, ReturnPlace, Want,
};
use domain::id::{
    BatchId, BellId, CounterId, ErrandId, Key, KioskId, ProcedureCode, QueueId, RingId, SectionId,
    TagPoolId, TagUseId, TicketId, UnitId,
};
use domain::label::{Label, Letter};
use domain::language::Language;
use domain::setup::ProfileLine;
use domain::ticket::Token;
use domain::ticket::{CancelReason, Class, HoldReason, Origin, Paper, ServicePhase, TicketState};
use domain::time::{MINUTE_MS, Now, Timestamp};

use super::auditor::{Auditor, Case, Desk};
use super::faults::Fault;
use super::hall;
use super::random::Random;
use super::world::Input;

/// Most presses that arrive together.
const TOGETHER_MAX: u64 = 3;

/// The people of the hall.
pub(crate) struct Workload {
    random: Random,
    next_key: u64,
    /// Requests that have been sent and may not have been answered.
    open: BTreeSet<u64>,
    recent: Vec<u64>,
    queued: Vec<Input>,
    offline: Offline,
}

/// A kiosk that may be cut off, with a stopwatch of its own.
#[derive(Debug, Default)]
struct Offline {
    is_cut: bool,
    stopwatch_ms: i64,
    next_number: u16,
    slips: Vec<(u16, Want, i64)>,
}

impl Workload {
    /// The people of one seed.
    pub(crate) fn new(random: Random) -> Workload {
        Workload {
            random,
            next_key: 1,
            open: BTreeSet::new(),
            recent: Vec::new(),
            queued: Vec::new(),
            offline: Offline::default(),
        }
    }

    /// What happens next.
    pub(crate) fn next(&mut self, auditor: &Auditor, now: Now, answered: &BTreeSet<u64>) -> Input {
        if self.queued.is_empty() {
            self.plan(auditor, now, answered);
            self.queued.reverse();
        }
        self.queued.pop().unwrap()
    }

    /// A moment: the clock moves, some people press, the writer syncs; or something breaks.
    fn plan(&mut self, auditor: &Auditor, now: Now, answered: &BTreeSet<u64>) {
        let span_ms = self.random.between(500, 150_000);
        self.offline.stopwatch_ms += span_ms;
        self.queued.push(Input::Tick(span_ms));
        self.cut_and_reconnect();
        for _ in 0..=self.random.below(TOGETHER_MAX) {
            let command = self.choose(auditor, now);
            self.ask(command);
        }
        self.repeat(answered);
        match Fault::choose(&mut self.random) {
            None => self.queued.push(Input::Commit),
            Some(Fault::CrashBeforeAppend) => self.queued.push(Input::Crash { synced: false }),
            Some(Fault::CrashAfterAppend) => self.queued.push(Input::Crash { synced: true }),
            Some(Fault::ClockJump(ms)) => self.queued.push(Input::Tick(ms)),
        }
    }

    fn ask(&mut self, command: Command) {
        let key = self.next_key;
        self.next_key += 1;
        let skew_ms = self.random.between(-7_200_000, 7_200_000);
        self.queued.push(Input::Ask { key, command: command.clone(), skew_ms });
        self.open.insert(key);
        self.recent.push(key);
        if self.random.chance(30) {
            // The button bounces: the same press, sent twice.
            self.queued.push(Input::Again { key });
        }
        if self.random.chance(30) {
            // An impatient finger: a second press, a request of its own.
            let key = self.next_key;
            self.next_key += 1;
            self.queued.push(Input::Ask { key, command, skew_ms });
            self.open.insert(key);
        }
    }

    /// Clients that got no answer ask again; some ask again although they got one.
    fn repeat(&mut self, answered: &BTreeSet<u64>) {
        self.open.retain(|key| !answered.contains(key));
        let lost: Vec<u64> = self.open.iter().copied().take(4).collect();
        for key in lost {
            let is_new = self
                .queued
                .iter()
                .any(|input| matches!(input, Input::Ask { key: asked, .. } if *asked == key));
            if !is_new && self.random.chance(700) {
                self.queued.push(Input::Again { key });
            }
        }
        let first = self.recent.len().saturating_sub(40);
        self.recent.drain(..first);
        if self.random.chance(60)
            && let Some(key) = self.random.pick_any(&self.recent)
        {
            self.queued.push(Input::Again { key });
        }
    }

    /// Kiosk `k1` loses the server, issues on its own, and hands everything in afterwards.
    fn cut_and_reconnect(&mut self) {
        let offline = &mut self.offline;
        if !offline.is_cut {
            offline.is_cut = self.random.chance(8);
            return;
        }
        if self.random.chance(300) {
            let want = Want::Queue(queue(self.random.pick(&["enrol", "pension"])));
            let (first, last) = hall::OFFLINE;
            let number = (first + offline.next_number).min(last);
            offline.next_number = (offline.next_number + 1) % (last - first + 1);
            offline.slips.push((number, want, offline.stopwatch_ms));
        }
        if self.random.chance(25) {
            self.offline.is_cut = false;
            for (number, want, issued_ms) in std::mem::take(&mut self.offline.slips) {
                let command = Command::MergeOffline {
                    kiosk: KioskId::new("k1").unwrap(),
                    want,
                    number,
                    language: Language::Japanese,
                    token: Token([0; 16]),
                    issued_ago_ms: self.offline.stopwatch_ms - issued_ms,
                };
                self.ask(command);
            }
        }
    }

    fn choose(&mut self, auditor: &Auditor, now: Now) -> Command {
        match self.random.below(100) {
            0..52 => self.at_a_counter(auditor),
            52..76 => self.at_the_kiosk(now),
            76..84 => self.at_the_printer(auditor),
            84..90 => self.on_the_floor(auditor),
            90..93 => self.in_the_back(auditor),
            93..96 => self.confirm(auditor),
            96 => self.about_the_day(now),
            97 => self.mistaken(),
            _ => self.nonsense(auditor),
        }
    }

    fn at_a_counter(&mut self, auditor: &Auditor) -> Command {
        let counter = CounterId::new(self.random.pick(&["1", "2", "3", "4", "5"])).unwrap();
        let Some(desk) = auditor.desks.iter().find(|desk| desk.id == counter) else {
            return self.open(counter);
        };
        let there = desk.ticket.and_then(|id| auditor.cases.iter().find(|case| case.id == id));
        match there.map(|case| (case, case.state)) {
            None => self.free_counter(auditor, desk),
            Some((case, TicketState::Called { .. })) => self.called(counter, case),
            Some((case, TicketState::Serving { phase, .. })) => self.serving(counter, case, phase),
            Some((_, state)) => panic!("nobody is {state:?} at a counter"),
        }
    }

    fn open(&mut self, counter: CounterId) -> Command {
        let english = self.random.chance(300).then_some(Language::English);
        let chinese = self.random.chance(200).then_some(Language::ChineseSimplified);
        let lines =
            |name, head_start_min| ProfileLine { queue: queue(name), tier: 0, head_start_min };
        let own = self.random.chance(800);
        let head_start_min = u16::try_from(self.random.below(15)).unwrap();
        let name = self.random.pick(&["enrol", "pension", "arrears"]);
        Command::OpenCounter {
            counter,
            operator: None,
            languages: english.into_iter().chain(chinese).collect(),
            profile: (!own).then(|| vec![lines(name, head_start_min)]),
        }
    }

    fn free_counter(&mut self, auditor: &Auditor, desk: &Desk) -> Command {
        let counter = desk.id;
        if desk.away.is_some() && self.random.chance(700) {
            return Command::ResumeCounter { counter };
        }
        let held = |case: &&Case| matches!(case.state, TicketState::OnHold { .. });
        let held: Vec<TicketId> = auditor.cases.iter().filter(held).map(|case| case.id).collect();
        match self.random.below(100) {
            0..70 => Command::CallNext { counter },
            70..80 => match self.random.pick_any(&held) {
                Some(ticket) if self.random.chance(700) => Command::Resume { counter, ticket },
                Some(ticket) => Command::CallTicket { counter, ticket },
                None => Command::CallNext { counter },
            },
            80..85 => Command::CallTicket { counter, ticket: self.some_ticket(auditor) },
            85..93 => Command::Undo { counter },
            93..96 => Command::PauseCounter { counter, reason: self.away() },
            96 => self.open(counter),
            _ => Command::CloseCounter { counter },
        }
    }

    fn called(&mut self, counter: CounterId, case: &Case) -> Command {
        match self.random.below(100) {
            0..45 => Command::StartService { counter, presented: Some(case.label) },
            45..55 => Command::StartService { counter, presented: None },
            55..60 => Command::StartService { counter, presented: Some(self.some_label()) },
            60..70 => Command::Recall { counter },
            70..76 => Command::MarkNoShow { counter },
            76..82 => Command::ReturnToQueue { counter, place: ReturnPlace::Back },
            82..85 => Command::ReturnToQueue { counter, place: ReturnPlace::Keep },
            85..89 => Command::ReportMismatch { counter },
            89..92 => Command::Hold { counter, reason: HoldReason::Pause },
            92..94 => Command::PauseCounter { counter, reason: self.away() },
            _ => Command::Undo { counter },
        }
    }

    fn serving(&mut self, counter: CounterId, case: &Case, phase: ServicePhase) -> Command {
        match self.random.below(100) {
            0..10 if phase == ServicePhase::AtCounter => Command::EndService { counter },
            0..55 => Command::CompleteService { counter, procedures: self.procedures() },
            55..68 => Command::Hold { counter, reason: HoldReason::FillingForm },
            68..82 => {
                let to = queue(self.random.pick(&["enrol", "pension", "arrears"]));
                Command::Transfer { counter, to }
            }
            82..86 => Command::PauseCounter { counter, reason: self.away() },
            86..90 => Command::ResumeCounter { counter },
            90..92 => Command::CancelTicket { ticket: case.id, reason: CancelReason::Withdrawn },
            _ => Command::Undo { counter },
        }
    }

    fn at_the_kiosk(&mut self, now: Now) -> Command {
        let origin = match self.random.below(10) {
            0..7 => Origin::Kiosk(KioskId::new("k1").unwrap()),
            7 => Origin::Kiosk(KioskId::new("k2").unwrap()),
            _ => Origin::Floor,
        };
        let want = match self.random.below(10) {
            0..3 => Want::Errand(ErrandId::new("join").unwrap()),
            3..5 => Want::Errand(ErrandId::new("pension").unwrap()),
            _ => Want::Queue(queue(self.random.pick(&["enrol", "pension", "arrears"]))),
        };
        let token = Token([0; 16]);
        if self.random.chance(40) {
            let section = SectionId::new("tax").unwrap();
            let (label, queue) = (self.some_label(), queue("enrol"));
            let language = Language::Japanese;
            return Command::AdmitLinked { section, label, queue, language, token };
        }
        Command::IssueTicket {
            want,
            class: self.class(now),
            language: self.language(),
            origin,
            token,
        }
    }

    fn class(&mut self, now: Now) -> Class {
        let minutes = self.random.between(-30, 90);
        match self.random.below(10) {
            0..7 => Class::Ordinary,
            7..9 => Class::Priority,
            _ => Class::Appointment { due_at: Timestamp(now.at.0 + minutes * MINUTE_MS) },
        }
    }

    fn language(&mut self) -> Language {
        match self.random.below(20) {
            0..14 => Language::Japanese,
            14..17 => Language::English,
            17..19 => Language::ChineseTraditional,
            _ => Language::Korean,
        }
    }

    fn at_the_printer(&mut self, auditor: &Auditor) -> Command {
        let ticket = self.some_ticket(auditor);
        let paper = self.random.pick(&[Paper::Printed, Paper::Unknown, Paper::Failed]);
        match self.random.below(10) {
            0..7 => Command::ReportPaper { ticket, paper },
            7 if auditor.has_paper(ticket) => Command::ReprintTicket { ticket },
            8 => Command::MarkInaccurate { ticket },
            _ => Command::CancelTicket { ticket, reason: CancelReason::NoPaper },
        }
    }

    fn on_the_floor(&mut self, auditor: &Auditor) -> Command {
        let tag = |random: &mut Random| TagUseId(random.below(auditor.tags.len() as u64 + 2));
        let ring = |random: &mut Random| {
            let rings: Vec<RingId> = auditor.rings.iter().map(|ring| ring.id).collect();
            random.pick_any(&rings).unwrap_or(RingId(1))
        };
        let tags: Vec<TagUseId> = auditor.tags.iter().map(|tag| tag.id).collect();
        let tag = self.random.pick_any(&tags).unwrap_or_else(|| tag(&mut self.random));
        match self.random.below(10) {
            0..2 => Command::HandOutTag {
                pool: TagPoolId::new("express").unwrap(),
                number: u16::try_from(self.random.below(6)).unwrap(),
            },
            2 => Command::CallTag { tag, counter: CounterId::new("4").unwrap() },
            3..5 => {
                let code = self.random.pick(&["24", "2", "99"]);
                let procedures = vec![ProcedureCode::new(code).unwrap()];
                Command::ReturnTag { tag, procedures }
            }
            5..7 => Command::RingBell {
                bell: BellId::new(self.random.pick(&["admin", "desk"])).unwrap(),
                reason: Key::new("certificate").unwrap(),
            },
            7..9 => Command::AcknowledgeBell { ring: ring(&mut self.random) },
            _ => self.guidance(),
        }
    }

    fn guidance(&mut self) -> Command {
        let section = SectionId::new(self.random.pick(&["tax", "nowhere"])).unwrap();
        let unit = UnitId::new(self.random.pick(&["unit", "nobody"])).unwrap();
        let kind = self.random.pick(&[
            GuidanceKind::Advice,
            GuidanceKind::Announced,
            GuidanceKind::ToSection(section),
            GuidanceKind::ToUnit(unit),
        ]);
        Command::RecordGuidance { kind, duration_ms: self.random.between(-1, 15_000_000) }
    }

    fn in_the_back(&mut self, auditor: &Auditor) -> Command {
        let batches: Vec<BatchId> = auditor.batches.iter().map(|batch| batch.id).collect();
        let batch = self.random.pick_any(&batches).unwrap_or(BatchId(1));
        let channels = [BatchChannel::Mail, BatchChannel::Electronic, BatchChannel::Window];
        match self.random.below(3) {
            0 => Command::ReceiveBatch {
                procedure: ProcedureCode::new(self.random.pick(&["2-3", "6-2", "2"])).unwrap(),
                channel: self.random.pick(&channels),
                count: u16::try_from(self.random.below(12)).unwrap(),
            },
            1 => {
                let step = u8::try_from(self.random.below(7)).unwrap();
                Command::AdvanceBatch { batch, step }
            }
            _ => {
                let returned = u16::try_from(self.random.below(5)).unwrap();
                Command::DeliverBatch { batch, returned }
            }
        }
    }

    fn confirm(&mut self, auditor: &Auditor) -> Command {
        let open = |case: &&Case| case.transfer.is_some();
        let open: Vec<TicketId> = auditor.cases.iter().filter(open).map(|case| case.id).collect();
        let ticket = self.random.pick_any(&open).unwrap_or(TicketId(1));
        let step = self.random.pick(&[ConfirmStep::Arrival, ConfirmStep::SeenByEye]);
        Command::ConfirmTransfer { ticket, step }
    }

    fn about_the_day(&mut self, now: Now) -> Command {
        match self.random.below(40) {
            0 => Command::CloseDay,
            1..6 => Command::OpenDay { date: now.date.plus_days(self.random.between(-1, 1)) },
            _ => Command::EscalateBell { ring: RingId(1 + self.random.below(4)) },
        }
    }

    /// Any step at any counter with any ticket.
    fn nonsense(&mut self, auditor: &Auditor) -> Command {
        let counter = CounterId::new(self.random.pick(&["1", "3", "5", "9"])).unwrap();
        let ticket = self.some_ticket(auditor);
        let back = ReturnPlace::Back;
        match self.random.below(14) {
            0 => Command::CallNext { counter },
            1 => Command::CallTicket { counter, ticket },
            2 => Command::Recall { counter },
            3 => Command::StartService { counter, presented: None },
            4 => Command::ReportMismatch { counter },
            5 => Command::EndService { counter },
            6 => Command::CompleteService { counter, procedures: self.procedures() },
            7 => Command::MarkNoShow { counter },
            8 => Command::ReturnToQueue { counter, place: back },
            9 => Command::Hold { counter, reason: HoldReason::OtherSection },
            10 => Command::Resume { counter, ticket },
            11 => Command::Transfer { counter, to: queue("nowhere") },
            12 => Command::Undo { counter },
            _ => Command::CloseCounter { counter },
        }
    }

    /// A request about things that do not exist or are not for this.
    fn mistaken(&mut self) -> Command {
        let issue = |want, origin| Command::IssueTicket {
            want,
            class: Class::Ordinary,
            language: Language::Japanese,
            origin,
            token: Token([0; 16]),
        };
        let errand = |name| Want::Errand(ErrandId::new(name).unwrap());
        let bell = |name, reason| Command::RingBell {
            bell: BellId::new(name).unwrap(),
            reason: Key::new(reason).unwrap(),
        };
        let section = SectionId::new(self.random.pick(&["insurance", "welfare"])).unwrap();
        match self.random.below(12) {
            0 => issue(errand("passport"), Origin::Floor),
            1 => issue(errand("matters"), Origin::Floor),
            2 => issue(errand("short"), Origin::Floor),
            3 => issue(errand("join"), Origin::Kiosk(KioskId::new("k9").unwrap())),
            4 => issue(errand("join"), Origin::Linked(section)),
            5 => bell("kitchen", "certificate"),
            6 => bell("admin", "lunch"),
            7 => Command::HandOutTag { pool: TagPoolId::new("lunch").unwrap(), number: 1 },
            8 => Command::MergeOffline {
                kiosk: KioskId::new("k2").unwrap(),
                want: errand("join"),
                number: hall::OFFLINE.0,
                language: Language::Japanese,
                token: Token([0; 16]),
                issued_ago_ms: 0,
            },
            9 => Command::AdmitLinked {
                section,
                label: self.some_label(),
                queue: queue("enrol"),
                language: Language::Japanese,
                token: Token([0; 16]),
            },
            10 => Command::OpenCounter {
                counter: CounterId::new("2").unwrap(),
                operator: None,
                languages: Vec::new(),
                profile: Some(Vec::new()),
            },
            _ => Command::ReceiveBatch {
                procedure: ProcedureCode::new("2-3").unwrap(),
                channel: BatchChannel::Mail,
                count: 10_000,
            },
        }
    }

    fn procedures(&mut self) -> Vec<ProcedureCode> {
        let lists: [&[&str]; 8] =
            [&["2"], &["2"], &["15"], &["2", "15"], &["15", "16"], &["16"], &["2", "2"], &[]];
        let list = self.random.pick(&lists);
        list.iter().map(|code| ProcedureCode::new(code).unwrap()).collect()
    }

    fn away(&mut self) -> AwayReason {
        self.random.pick(&[AwayReason::Register, AwayReason::BackOffice, AwayReason::Break])
    }

    fn some_ticket(&mut self, auditor: &Auditor) -> TicketId {
        let ids: Vec<TicketId> = auditor.cases.iter().rev().take(25).map(|case| case.id).collect();
        self.random.pick_any(&ids).unwrap_or(TicketId(999_999))
    }

    fn some_label(&mut self) -> Label {
        let letter = Letter::new(self.random.pick(&['A', 'F', 'F', 'F', 'G'])).unwrap();
        let number = u16::try_from(self.random.between(1, 40)).unwrap();
        Label { letter, number, width: 2 }
    }
}

fn queue(name: &str) -> QueueId {
    QueueId::new(name).unwrap()
}
