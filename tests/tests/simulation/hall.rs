//! The setups of the simulated office: one small hall, its rules chosen by the seed.

use std::collections::BTreeMap;

use domain::calendar::{Calendar, DayHours, Holidays, Lingering};
use domain::id::{
    BellId, CounterId, ErrandId, Key, KioskId, ProcedureCode, QueueId, SectionId, TagPoolId, UnitId,
};
use domain::label::Letter;
use domain::language::Language;
use domain::procedure::{Channel, Completion, Procedure, ProcedureKind, Step};
use domain::rules::{LanguageCalls, Rules, TransferGate, TransferPlace};
use domain::setup::{
    Bell, BellReason, Counter, CounterKind, Errand, ErrandTarget, Kiosk, Numbers, OfflineRange,
    ProfileLine, Queue, Restart, Section, SectionSystem, Setup, TagPool, Text, Unit,
};
use domain::time::MinuteOfDay;

use super::random::Random;

/// First number that kiosk `k1` issues on its own, and last.
pub(crate) const OFFLINE: (u16, u16) = (901, 930);

/// A setup with rules chosen at random.
pub(crate) fn setup(random: &mut Random) -> Setup {
    let restart = random.pick(&[Restart::Daily, Restart::Continue]);
    Setup {
        office: Key::new("hall").unwrap(),
        name: Text::default(),
        sections: sections(),
        units: vec![Unit {
            id: UnitId::new("unit").unwrap(),
            section: SectionId::new("insurance").unwrap(),
            name: Text::default(),
        }],
        procedures: procedures(),
        queues: queues(random, restart),
        errands: errands(),
        counters: counters(),
        bells: ["admin", "desk"].map(bell).to_vec(),
        tag_pools: vec![TagPool {
            id: TagPoolId::new("express").unwrap(),
            name: Text::default(),
            size: 4,
            procedures: vec![code("24")],
        }],
        kiosks: ["k1", "k2"].map(kiosk).to_vec(),
        languages: vec![Language::Japanese, Language::English, Language::ChineseTraditional],
        calendar: calendar(),
        rules: rules(random),
    }
}

fn sections() -> Vec<Section> {
    let systems = [
        ("insurance", SectionSystem::Here),
        ("tax", SectionSystem::Linked),
        ("welfare", SectionSystem::None),
    ];
    let section = |(id, system)| Section {
        id: SectionId::new(id).unwrap(),
        name: Text(BTreeMap::new()),
        system,
    };
    systems.map(section).to_vec()
}

fn procedures() -> Vec<Procedure> {
    use ProcedureKind::{ExpressTag, MailWorkflow, SubProcedure, Ticketed};
    let sheet = |name, channel, kind, steps| Procedure {
        code: code(name),
        row: String::new(),
        name: Text::default(),
        variant: Text::default(),
        target_min: Some(10),
        channel,
        kind,
        completion: if kind == Ticketed { Completion::Completes } else { Completion::None },
        steps: vec![Step { name: String::new(), actor: None }; steps],
        counter_end_step: None,
        references: Vec::new(),
    };
    vec![
        sheet("2", Channel::Window, Ticketed, 4),
        sheet("15", Channel::Window, Ticketed, 4),
        sheet("16", Channel::Internal, SubProcedure, 2),
        sheet("24", Channel::Window, ExpressTag, 2),
        sheet("2-3", Channel::MailAndElectronic, MailWorkflow, 5),
        sheet("6-2", Channel::Mail, MailWorkflow, 5),
    ]
}

fn code(text: &str) -> ProcedureCode {
    ProcedureCode::new(text).unwrap()
}

fn queues(random: &mut Random, restart: Restart) -> Vec<Queue> {
    let waiting_max = u16::try_from(random.between(6, 30)).unwrap();
    let last = u16::try_from(random.between(20, 90)).unwrap();
    let queue = |id, letter, counter_kinds| Queue {
        id: QueueId::new(id).unwrap(),
        section: SectionId::new("insurance").unwrap(),
        unit: None,
        letter: Letter::new(letter).unwrap(),
        name: Text::default(),
        staff_name: String::new(),
        numbers: Numbers {
            last,
            width: 3,
            restart,
            offline: vec![OfflineRange {
                kiosk: KioskId::new("k1").unwrap(),
                first: OFFLINE.0,
                last: OFFLINE.1,
            }],
        },
        counter_kinds,
        waiting_max,
    };
    vec![
        queue("enrol", 'A', Vec::new()),
        queue("pension", 'B', vec![CounterKind::Contracted, CounterKind::Staff]),
        queue("arrears", 'C', vec![CounterKind::Staff]),
    ]
}

fn errands() -> Vec<Errand> {
    let to = |id| ErrandTarget::Queue(QueueId::new(id).unwrap());
    let errand = |id, leads_to, within: Option<&str>| Errand {
        id: ErrandId::new(id).unwrap(),
        name: Text::default(),
        bring: Text::default(),
        within: within.and_then(ErrandId::new),
        leads_to,
        // What one may join for is in the catalogue; pensions are another office's business.
        procedures: if id == "join" { vec![code("2")] } else { Vec::new() },
    };
    vec![
        errand("matters", ErrandTarget::Group, None),
        errand("join", to("enrol"), Some("matters")),
        errand("pension", to("pension"), None),
        errand("short", ErrandTarget::Guide, None),
    ]
}

fn counters() -> Vec<Counter> {
    use CounterKind::{Contracted, High, Staff};
    let counter = |id, kind, profile: &[(&str, u8, u16)]| Counter {
        id: CounterId::new(id).unwrap(),
        name: Text::default(),
        kind,
        section: SectionId::new("insurance").unwrap(),
        unit: None,
        profile: profile.iter().map(line).collect(),
    };
    vec![
        counter("1", Contracted, &[("enrol", 0, 0), ("pension", 1, 0)]),
        counter("2", Contracted, &[("pension", 0, 0), ("enrol", 1, 0)]),
        counter("3", Staff, &[("arrears", 0, 0), ("enrol", 0, 5), ("pension", 1, 0)]),
        counter("4", High, &[("enrol", 0, 0)]),
        counter("5", Staff, &[("arrears", 0, 10), ("pension", 0, 0)]),
    ]
}

fn line(&(queue, tier, head_start_min): &(&str, u8, u16)) -> ProfileLine {
    ProfileLine { queue: QueueId::new(queue).unwrap(), tier, head_start_min }
}

fn bell(id: &str) -> Bell {
    Bell {
        id: BellId::new(id).unwrap(),
        name: Text::default(),
        unit: UnitId::new("unit").unwrap(),
        reasons: vec![BellReason { code: Key::new("certificate").unwrap(), name: Text::default() }],
        escalates_to: None,
    }
}

fn kiosk(id: &str) -> Kiosk {
    Kiosk { id: KioskId::new(id).unwrap(), name: Text::default() }
}

fn calendar() -> Calendar {
    let time = |hour, minute| MinuteOfDay::new(hour, minute).unwrap();
    let day = DayHours {
        open: time(8, 30),
        close: time(17, 30),
        tickets_until: time(17, 15),
        lingering: Lingering::Alert,
    };
    let tuesday = DayHours { close: time(19, 0), tickets_until: time(18, 45), ..day };
    let week = [Some(day), Some(tuesday), Some(day), Some(day), Some(day), None, None];
    Calendar {
        weekly: week,
        holidays: Holidays::None,
        closed_yearly: vec![(12, 31)],
        closed: Vec::new(),
        open: Vec::new(),
        busy_months: vec![4, 6],
        wait_limit_min: 30,
        wait_limit_busy_min: 60,
        day_lead_min: 30,
        day_end: time(20, 0),
        notices: Vec::new(),
    }
}

fn rules(random: &mut Random) -> Rules {
    use LanguageCalls::{Ignore, Prefer, Require};
    let minutes =
        |random: &mut Random, first, last| u16::try_from(random.between(first, last)).unwrap();
    let count =
        |random: &mut Random, first, last| u8::try_from(random.between(first, last)).unwrap();
    Rules {
        priority_head_start_min: minutes(random, 0, 40),
        appointment_head_start_min: minutes(random, 0, 30),
        priority_run_max: count(random, 1, 3),
        ageing_min: minutes(random, 5, 60),
        language_calls: random.pick(&[Ignore, Prefer, Require]),
        transfer_place: random.pick(&[TransferPlace::Arrival, TransferPlace::Issue]),
        transfer_gate: random.pick(&[
            TransferGate::None,
            TransferGate::Arrival,
            TransferGate::Check,
        ]),
        return_max: count(random, 0, 2),
        recall_max: count(random, 1, 3),
        undo_s: minutes(random, 20, 300),
        bell_answer_s: minutes(random, 30, 300),
        bell_escalation_max: count(random, 1, 3),
        procedures_max: count(random, 1, 3),
        periods_max: count(random, 10, 20),
        tickets_day_max: 100,
        service_max_min: minutes(random, 5, 120),
        offline_age_max_min: minutes(random, 10, 60),
    }
}
