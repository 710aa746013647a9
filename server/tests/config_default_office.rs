//! The default office: what it must hold for the ward of the seed, whatever its words are.

use std::collections::{BTreeMap, BTreeSet};

use domain::calendar::{Holidays, Lingering};
use domain::id::{CounterId, ErrandId, ProcedureCode, QueueId};
use domain::language::Language;
use domain::procedure::{Channel, Completion, ProcedureKind};
use domain::setup::{CounterKind, Errand, ErrandTarget, SectionSystem, Setup};
use domain::time::Date;
use server::config::{DEFAULT_OFFICE, OfficeFile};

/// The sheets as the rules list them (rules 9b): code, minutes, channel, kind.
const SHEETS: &str = "
1 5 window floor
2 20 window ticketed
2-2 35 window ticketed
2-3 15 mail+electronic mail_workflow
3 25 window ticketed
3-2 20 mail+electronic mail_workflow
4 15 window ticketed
4-2 15 mail+electronic mail_workflow
4-3 15 window ticketed
5 15 window ticketed
5-2 15 window ticketed
6 20 window ticketed
6-2 10 mail mail_workflow
7 30 window ticketed
8 15 window ticketed
8-2 15 mail mail_workflow
9 5 window sub_procedure
10 15 window ticketed
11 15 window ticketed
12 15 window ticketed
12-2 15 mail mail_workflow
13 10 window ticketed
13-2 10 window ticketed
13-3 10 window ticketed
13-4 10 mail mail_workflow
14 20 window ticketed
15 10 window ticketed
16 5 internal sub_procedure
16-2 5 internal sub_procedure
17 10 window ticketed
18 10 window ticketed
19 5 window ticketed
20 5 window ticketed
21 10 window ticketed
22 10 window ticketed
23 10 window ticketed
24 10 window express_tag
24-2 5 mail+electronic mail_workflow
25 - window system_function
26 - window system_function
27 - window ancillary
";

fn setup() -> Setup {
    OfficeFile::embedded().setup
}

fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Window => "window",
        Channel::Mail => "mail",
        Channel::MailAndElectronic => "mail+electronic",
        Channel::Internal => "internal",
    }
}

fn kind_name(kind: ProcedureKind) -> &'static str {
    match kind {
        ProcedureKind::Floor => "floor",
        ProcedureKind::Ticketed => "ticketed",
        ProcedureKind::ExpressTag => "express_tag",
        ProcedureKind::SubProcedure => "sub_procedure",
        ProcedureKind::MailWorkflow => "mail_workflow",
        ProcedureKind::SystemFunction => "system_function",
        ProcedureKind::Ancillary => "ancillary",
    }
}

fn children(setup: &Setup, within: Option<ErrandId>) -> Vec<&Errand> {
    let errands = setup.errands.iter();
    errands.filter(|errand| errand.within == within).collect()
}

#[test]
fn every_sheet_has_its_target_channel_and_kind() {
    let written: Vec<String> = setup()
        .procedures
        .iter()
        .map(|procedure| {
            let target = procedure.target_min;
            let minutes = target.map_or("-".to_owned(), |minutes| minutes.to_string());
            let channel = channel_name(procedure.channel);
            let kind = kind_name(procedure.kind);
            format!("{} {minutes} {channel} {kind}", procedure.code)
        })
        .collect();
    let expected: Vec<&str> = SHEETS.trim().lines().collect();
    assert_eq!(written, expected);
    assert_eq!(written.len(), 41);
}

#[test]
fn twenty_five_sheets_complete_a_ticket_and_nineteen_mark_when_the_resident_leaves() {
    //
    let setup = setup();
    let completing: BTreeSet<String> = setup
        .procedures
        .iter()
        .filter(|procedure| procedure.completion == Completion::Completes)
        .map(|procedure| procedure.code.to_string())
        .collect();
    assert_eq!(completing.len(), 25);
    for without in ["1", "9", "16", "16-2", "24", "25", "26", "27", "24-2", "2-3"] {
        assert!(!completing.contains(without), "{without}");
    }
    let left = setup.procedures.iter().filter(|p| p.counter_end_step.is_some());
    assert_eq!(left.count(), 19);
    for procedure in &setup.procedures {
        let steps = u8::try_from(procedure.steps.len()).unwrap();
        assert!(steps > 0, "№{} has no steps", procedure.code);
        assert!(procedure.counter_end_step.is_none_or(|step| (1..=steps).contains(&step)));
    }
}

#[test]
fn the_yearly_rows_are_those_of_the_table() {
    // 8 to 12 share one row; the rest is counted by number.
    let setup = setup();
    let row = |code: &str| {
        let code = ProcedureCode::new(code).unwrap();
        setup.procedure(code).unwrap().row.clone()
    };
    assert_eq!(row("8"), "8-12");
    assert_eq!(row("12-2"), "8-12");
    assert_eq!(row("2-2"), "2");
    let rows: BTreeSet<&str> = setup.procedures.iter().map(|p| p.row.as_str()).collect();
    assert_eq!(rows.len(), 23);
}

#[test]
fn letters_are_unique_and_hard_to_mishear() {
    //
    let setup = setup();
    let letters: BTreeSet<char> = setup.queues.iter().map(|q| q.letter.as_char()).collect();
    assert_eq!(letters.len(), setup.queues.len());
    for misheard in ['B', 'D', 'P', 'I', 'O'] {
        assert!(!letters.contains(&misheard), "{misheard}");
    }
}

#[test]
fn every_ticketed_procedure_is_reached_in_two_touches() {
    let setup = setup();
    let mut reached: BTreeMap<ProcedureCode, usize> = BTreeMap::new();
    for errand in &setup.errands {
        let parent = errand.within.map(|within| setup.errand(within).unwrap());
        let touches = if parent.is_some() { 2 } else { 1 };
        if let Some(parent) = parent {
            assert_eq!(parent.leads_to, ErrandTarget::Group, "{}", errand.id);
            assert_eq!(parent.within, None, "{} is on a third page", errand.id);
        }
        if matches!(errand.leads_to, ErrandTarget::Queue(_)) {
            for code in &errand.procedures {
                reached.entry(*code).or_insert(touches);
            }
        }
    }
    let ticketed = setup.procedures.iter().filter(|p| p.kind == ProcedureKind::Ticketed);
    for procedure in ticketed {
        assert!(reached.contains_key(&procedure.code), "№{} has no button", procedure.code);
    }
}

#[test]
fn no_page_has_more_than_eight_buttons_and_no_group_is_empty() {
    let setup = setup();
    assert_eq!(children(&setup, None).len(), 8);
    for group in setup.errands.iter().filter(|e| e.leads_to == ErrandTarget::Group) {
        let buttons = children(&setup, Some(group.id)).len();
        assert!((1..=8).contains(&buttons), "{}: {buttons} buttons", group.id);
    }
}

#[test]
fn whatever_residents_read_is_there_in_every_language_that_is_offered() {
    let setup = setup();
    assert_eq!(setup.languages, Language::ALL);
    let queues = setup.queues.iter().map(|queue| (&queue.id.0, &queue.name));
    let errands = setup.errands.iter().map(|errand| (&errand.id.0, &errand.name));
    let notices = setup.calendar.notices.iter().map(|notice| (&notice.id, &notice.text));
    let counters = setup.counters.iter().map(|counter| (&counter.id.0, &counter.name));
    let sections = setup.sections.iter().map(|section| (&section.id.0, &section.name));
    let texts = queues.chain(errands).chain(notices).chain(counters).chain(sections);
    for (id, text) in texts {
        for language in &setup.languages {
            assert!(text.0.contains_key(language), "{id} has no {}", language.tag());
        }
    }
}

#[test]
fn words_for_residents_reveal_no_sensitive_errand() {
    // R-106, D-6: arrears, special cases, detention, guardianship.
    let setup = setup();
    let queues = setup.queues.iter().map(|queue| &queue.name);
    let errands = setup.errands.iter().flat_map(|errand| [&errand.name, &errand.bring]);
    for text in queues.chain(errands) {
        for words in text.0.values() {
            for revealing in ["滞納", "未納", "整理", "収監", "拘", "在所", "後見", "arrears"]
            {
                assert!(!words.contains(revealing), "{words}");
            }
        }
    }
}

#[test]
fn the_counters_that_the_rules_name_are_there() {
    //
    let setup = setup();
    let kind = |id: &str| setup.counter(CounterId::new(id).unwrap()).unwrap().kind;
    for id in ["1", "2", "3", "4", "5", "6"] {
        assert_eq!(kind(id), CounterKind::Contracted, "{id}");
    }
    assert_eq!(kind("high"), CounterKind::High);
    assert_eq!(kind("register"), CounterKind::Register);
    assert_eq!(kind("20"), CounterKind::Staff);
    assert_eq!(setup.units.len(), 7);
}

#[test]
fn consultation_is_for_staff_counters_alone() {
    //
    let setup = setup();
    let consult = setup.queue(QueueId::new("consult").unwrap()).unwrap();
    assert_eq!(consult.counter_kinds, [CounterKind::Staff]);
}

#[test]
fn every_queue_is_served_by_a_counter_that_may() {
    //
    let setup = setup();
    for queue in &setup.queues {
        let may = |kind| queue.counter_kinds.is_empty() || queue.counter_kinds.contains(&kind);
        let served = setup.counters.iter().any(|counter| {
            may(counter.kind) && counter.profile.iter().any(|line| line.queue == queue.id)
        });
        assert!(served, "{}", queue.id);
        for counter in &setup.counters {
            let serves = counter.profile.iter().any(|line| line.queue == queue.id);
            assert!(!serves || may(counter.kind), "{} at {}", queue.id, counter.id);
        }
    }
}

#[test]
fn six_sections_are_linked_each_with_queue_and_counter() {
    //
    let setup = setup();
    assert_eq!(setup.sections.len(), 6);
    for section in &setup.sections {
        assert_eq!(section.system, SectionSystem::Here);
        assert!(setup.queues.iter().any(|queue| queue.section == section.id));
        assert!(setup.counters.iter().any(|counter| counter.section == section.id));
    }
}

#[test]
fn three_bells_have_reasons_and_somewhere_to_escalate_to() {
    // R-70…R-73.
    let setup = setup();
    assert_eq!(setup.bells.len(), 3);
    for bell in &setup.bells {
        assert!(!bell.reasons.is_empty(), "{}", bell.id);
        assert!(bell.escalates_to.is_some_and(|next| next != bell.id), "{}", bell.id);
    }
}

#[test]
fn hours_limits_and_notices_are_those_of_the_rules() {
    //
    let setup = setup();
    let calendar = &setup.calendar;
    let monday = calendar.weekly[0].unwrap();
    assert_eq!(format!("{}-{}", monday.open, monday.close), "08:30-17:30");
    assert_eq!(monday.lingering, Lingering::Alert);
    let tuesday = calendar.weekly[1].unwrap();
    assert!(tuesday.close > monday.close);
    assert_eq!(tuesday.lingering, Lingering::Allowed);
    assert_eq!(calendar.weekly[5], None);
    assert_eq!(calendar.holidays, Holidays::Japan);
    assert_eq!(calendar.closed_yearly.len(), 6);
    assert_eq!(calendar.busy_months, [4, 6]);
    assert_eq!((calendar.wait_limit_min, calendar.wait_limit_busy_min), (30, 60));
    let notice = &calendar.notices[0];
    assert_eq!(notice.from.to_string(), "17:15");
    assert_eq!(notice.queues, [QueueId::new("pension").unwrap()]);
    assert_eq!(calendar.hours(Date::new(2027, 1, 1).unwrap()), None);
}

#[test]
fn kiosks_own_ranges_apart_in_every_queue_they_issue_for() {
    let setup = setup();
    assert_eq!(setup.kiosks.len(), 2);
    for errand in &setup.errands {
        let ErrandTarget::Queue(queue) = errand.leads_to else {
            continue;
        };
        let numbers = &setup.queue(queue).unwrap().numbers;
        for kiosk in &setup.kiosks {
            let own = numbers.offline.iter().filter(|range| range.kiosk == kiosk.id);
            assert_eq!(own.count(), 1, "{queue} at {}", kiosk.id);
        }
    }
}

#[test]
fn the_rules_agree_with_the_defaults_that_hold_when_a_file_says_nothing() {
    assert_eq!(setup().rules, server::config::RULES_DEFAULT);
}

/// The keys of the office file, without those that are data: languages and owners of devices.
fn keys(value: &toml::Value, found: &mut BTreeSet<String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                if Language::from_tag(key).is_none() && key != "devices" {
                    found.insert(key.clone());
                    keys(value, found);
                }
            }
        }
        toml::Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
        toml::Value::String(_)
        | toml::Value::Integer(_)
        | toml::Value::Float(_)
        | toml::Value::Boolean(_)
        | toml::Value::Datetime(_) => {}
    }
}

#[test]
fn both_manuals_explain_every_key_of_the_file() {
    let mut found = BTreeSet::new();
    let office: toml::Table = toml::from_str(DEFAULT_OFFICE).unwrap();
    keys(&toml::Value::Table(office), &mut found);
    assert!(found.len() > 80, "only {} keys were found", found.len());
    let manuals = [
        include_str!("../../docs/configuration.md"),
        include_str!("../../docs/configuration.ja.md"),
    ];
    for manual in manuals {
        for key in &found {
            let weekday = key.ends_with("day");
            let code = |text: &&str| {
                text.split([' ', ',', '{', '}', '[', ']', '.']).any(|word| word == key)
            };
            let explained = manual.split('`').skip(1).step_by(2).any(|text| code(&text));
            assert!(weekday || explained, "{key} is not explained");
        }
    }
}

#[test]
fn no_ward_is_named() {
    // D-9.
    let wards = "千代田 中央 港 新宿 文京 台東 墨田 江東 品川 目黒 大田 世田谷 渋谷 中野 杉並 豊島 北 荒川 \
                 板橋 練馬 足立 葛飾 江戸川";
    for ward in wards.split_whitespace() {
        assert!(!DEFAULT_OFFICE.contains(&format!("{ward}区")), "{ward}");
    }
}
