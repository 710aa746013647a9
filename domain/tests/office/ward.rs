//! The tiny test office: three queues, four counters, two bells, one pool of tags, one kiosk.
//!
//! Small enough to keep in mind while reading a script:
//!
//! | queue | letter | numbers | taken by |
//! |---|---|---|---|
//! | `enrol` | A | 1–20, kiosk `k1` offline 901–903 | counters 1, 2, 3, 4 |
//! | `pension` | B | 1–20 | counters 1, 2 |
//! | `arrears` | C | 1–20 | staff counters only: 3 (R-61) |
//!
//! Counters 1 and 2 are contracted, 3 is staff, 4 is the high counter. Hours are 8:30–17:30,
//! Tuesday until 19:00 with people still there allowed; April and June are busy
//!

use std::collections::BTreeMap;

use domain::calendar::{Calendar, DayHours, Holidays, Lingering, TimedNotice};
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

/// The test office as it is before a script changes anything.
pub(crate) fn setup() -> Setup {
    Setup {
        office: Key::new("ward").unwrap(),
        name: text("区役所"),
        sections: sections(),
        units: units(),
        procedures: procedures(),
        queues: queues(),
        errands: errands(),
        counters: counters(),
        bells: bells(),
        tag_pools: vec![TagPool {
            id: TagPoolId::new("express").unwrap(),
            name: text("番号札"),
            size: 5,
            procedures: vec![code("15"), code("24")],
        }],
        kiosks: vec![kiosk("k1"), kiosk("k2")],
        languages: vec![
            Language::Japanese,
            Language::PlainJapanese,
            Language::English,
            Language::ChineseSimplified,
            Language::ChineseTraditional,
        ],
        calendar: calendar(),
        rules: rules(),
    }
}

/// Words in Japanese only.
pub(crate) fn text(words: &str) -> Text {
    Text(BTreeMap::from([(Language::Japanese, words.to_owned())]))
}

/// A time of day.
pub(crate) fn clock(hour: u16, minute: u16) -> MinuteOfDay {
    MinuteOfDay::new(hour, minute).unwrap()
}

fn sections() -> Vec<Section> {
    let section =
        |id, name, system| Section { id: SectionId::new(id).unwrap(), name: text(name), system };
    vec![
        section("insurance", "国保年金課", SectionSystem::Here),
        section("tax", "税務課", SectionSystem::Linked),
        section("welfare", "福祉課", SectionSystem::None),
    ]
}

fn units() -> Vec<Unit> {
    let unit = |id, name| Unit {
        id: UnitId::new(id).unwrap(),
        section: SectionId::new("insurance").unwrap(),
        name: text(name),
    };
    vec![
        unit("eligibility", "国保資格係"),
        unit("collection", "国保収納係"),
        unit("admin", "管理係"),
    ]
}

fn procedures() -> Vec<Procedure> {
    use Channel::{Internal, Mail, MailAndElectronic, Window};
    use ProcedureKind::{ExpressTag, Floor, MailWorkflow, SubProcedure, SystemFunction, Ticketed};
    vec![
        procedure("1", Some(5), Window, Floor),
        procedure("2", Some(20), Window, Ticketed),
        procedure("3", Some(25), Window, Ticketed),
        procedure("7", Some(30), Window, Ticketed),
        procedure("15", Some(10), Window, Ticketed),
        procedure("18", Some(10), Window, Ticketed),
        procedure("9", Some(5), Window, SubProcedure),
        procedure("16", Some(5), Internal, SubProcedure),
        procedure("24", Some(10), Window, ExpressTag),
        procedure("2-3", Some(15), MailAndElectronic, MailWorkflow),
        procedure("6-2", Some(10), Mail, MailWorkflow),
        procedure("25", None, Window, SystemFunction),
    ]
}

fn procedure(
    name: &str,
    target_min: Option<u16>,
    channel: Channel,
    kind: ProcedureKind,
) -> Procedure {
    let step = |name: &str| Step { name: name.to_owned(), actor: None };
    let steps = match kind {
        ProcedureKind::MailWorkflow => {
            vec![step("開封・受付"), step("確認"), step("点検"), step("入力"), step("納品")]
        }
        ProcedureKind::Ticketed => vec![step("呼出"), step("受付"), step("窓口終了"), step("入力")],
        ProcedureKind::Floor
        | ProcedureKind::ExpressTag
        | ProcedureKind::SubProcedure
        | ProcedureKind::SystemFunction
        | ProcedureKind::Ancillary => vec![step("受付")],
    };
    Procedure {
        code: code(name),
        row: name.to_owned(),
        name: text("手続"),
        variant: text("窓口"),
        target_min,
        channel,
        kind,
        completion: if kind == ProcedureKind::Ticketed {
            Completion::Completes
        } else {
            Completion::None
        },
        counter_end_step: (kind == ProcedureKind::Ticketed).then_some(3),
        steps,
        references: Vec::new(),
    }
}

fn code(text: &str) -> ProcedureCode {
    ProcedureCode::new(text).unwrap()
}

fn queues() -> Vec<Queue> {
    let range = OfflineRange { kiosk: KioskId::new("k1").unwrap(), first: 901, last: 903 };
    vec![
        queue("enrol", 'A', "eligibility", vec![range], Vec::new()),
        queue("pension", 'B', "eligibility", Vec::new(), Vec::new()),
        queue("arrears", 'C', "collection", Vec::new(), vec![CounterKind::Staff]),
    ]
}

fn queue(
    id: &str,
    letter: char,
    unit: &str,
    offline: Vec<OfflineRange>,
    counter_kinds: Vec<CounterKind>,
) -> Queue {
    Queue {
        id: QueueId::new(id).unwrap(),
        section: SectionId::new("insurance").unwrap(),
        unit: UnitId::new(unit),
        letter: Letter::new(letter).unwrap(),
        name: text("受付"),
        staff_name: id.to_owned(),
        numbers: Numbers { last: 20, width: 3, restart: Restart::Daily, offline },
        counter_kinds,
        waiting_max: 50,
    }
}

fn errands() -> Vec<Errand> {
    let errand = |id, within: Option<&str>, leads_to, procedures: &[&str]| Errand {
        id: ErrandId::new(id).unwrap(),
        name: text("用件"),
        bring: Text::default(),
        within: within.and_then(ErrandId::new),
        leads_to,
        procedures: procedures.iter().copied().map(code).collect(),
    };
    let to = |id| ErrandTarget::Queue(QueueId::new(id).unwrap());
    vec![
        errand("insurance-matters", None, ErrandTarget::Group, &[]),
        errand("join", Some("insurance-matters"), to("enrol"), &["2"]),
        errand("leave", Some("insurance-matters"), to("enrol"), &["3"]),
        errand("pension-matters", None, to("pension"), &["7"]),
        errand("short-business", None, ErrandTarget::Guide, &[]),
    ]
}

fn counters() -> Vec<Counter> {
    use CounterKind::{Contracted, High, Staff};
    vec![
        counter("1", Contracted, &[("enrol", 0), ("pension", 1)]),
        counter("2", Contracted, &[("pension", 0), ("enrol", 1)]),
        counter("3", Staff, &[("arrears", 0), ("enrol", 1)]),
        counter("4", High, &[("enrol", 0)]),
    ]
}

fn counter(id: &str, kind: CounterKind, profile: &[(&str, u8)]) -> Counter {
    let line = |&(queue, tier): &(&str, u8)| ProfileLine {
        queue: QueueId::new(queue).unwrap(),
        tier,
        head_start_min: 0,
    };
    Counter {
        id: CounterId::new(id).unwrap(),
        name: text("窓口"),
        kind,
        section: SectionId::new("insurance").unwrap(),
        unit: None,
        profile: profile.iter().map(line).collect(),
    }
}

fn bells() -> Vec<Bell> {
    let bell = |id, unit, escalates_to: Option<&str>| Bell {
        id: BellId::new(id).unwrap(),
        name: text("ベル"),
        unit: UnitId::new(unit).unwrap(),
        reasons: vec![BellReason {
            code: Key::new("sealed-certificate").unwrap(),
            name: text("公印付き納付額証明書"),
        }],
        escalates_to: escalates_to.and_then(BellId::new),
    };
    vec![bell("admin", "admin", Some("desk")), bell("desk", "eligibility", None)]
}

fn kiosk(id: &str) -> Kiosk {
    Kiosk { id: KioskId::new(id).unwrap(), name: text("発券機") }
}

fn calendar() -> Calendar {
    let day = DayHours {
        open: clock(8, 30),
        close: clock(17, 30),
        tickets_until: clock(17, 15),
        lingering: Lingering::Alert,
    };
    let tuesday = DayHours {
        close: clock(19, 0),
        tickets_until: clock(18, 45),
        lingering: Lingering::Allowed,
        ..day
    };
    Calendar {
        weekly: [Some(day), Some(tuesday), Some(day), Some(day), Some(day), None, None],
        holidays: Holidays::Japan,
        closed_yearly: vec![(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)],
        closed: Vec::new(),
        open: Vec::new(),
        busy_months: vec![4, 6],
        wait_limit_min: 30,
        wait_limit_busy_min: 60,
        day_lead_min: 30,
        day_end: clock(21, 0),
        notices: vec![TimedNotice {
            id: Key::new("pension-office").unwrap(),
            from: clock(17, 15),
            queues: vec![QueueId::new("pension").unwrap()],
            text: text("年金事務所に確認できないため、本日中に終わらないことがあります。"),
        }],
    }
}

fn rules() -> Rules {
    Rules {
        priority_head_start_min: 15,
        appointment_head_start_min: 10,
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
        procedures_max: 3,
        periods_max: 10,
        tickets_day_max: 100,
        service_max_min: 120,
        offline_age_max_min: 240,
    }
}
