//! Changes to the test office that a script asks for: `office enrol.last=3 return_max=0`.

use std::error::Error;

use domain::command::Command;
use domain::id::{BellId, CounterId, Key, KioskId, ProcedureCode, QueueId, SectionId};
use domain::label::Letter;
use domain::rules::{LanguageCalls, TransferGate, TransferPlace};
use domain::setup::{ErrandTarget, OfflineRange, ProfileLine, Restart, Setup};

use crate::orders::Words;
use crate::ward::clock;

/// The command that adopts the office of the script so far with these changes.
pub(crate) fn adopt(words: &mut Words<'_>) -> Result<Command, Box<dyn Error>> {
    let mut setup = words.names.setup.clone();
    for (key, value) in words.pairs() {
        let changed = match key.split_once('.') {
            Some((thing, field)) => change_thing(&mut setup, thing, field, value),
            None => change_office(&mut setup, key, value),
        };
        changed.ok_or_else(|| format!("cannot change {key} to {value}"))?;
    }
    Ok(Command::AdoptSetup { setup: Box::new(setup) })
}

fn change_office(setup: &mut Setup, key: &str, value: &str) -> Option<()> {
    match key {
        "key" => setup.office = Key::new(value)?,
        "without_counter" => setup.counters.retain(|counter| counter.id.as_str() != value),
        "without_queue" => remove_queue(setup, value)?,
        "without_bell" => remove_bell(setup, value)?,
        "without_tags" => setup.tag_pools.retain(|pool| pool.id.as_str() != value),
        "without_batch_procedure" => {
            setup.procedures.retain(|procedure| procedure.code.as_str() != value);
        }
        "fault" => break_setup(setup, value)?,
        "closed" => setup.calendar.closed.push(date(value)?),
        "extra" => {
            let monday = setup.calendar.weekly[0]?;
            setup.calendar.open.push((date(value)?, monday));
        }
        "sheets" if value == "none" => {
            setup.errands.iter_mut().for_each(|errand| errand.procedures.clear());
        }
        "weekend" if value == "open" => {
            setup.calendar.weekly[5] = setup.calendar.weekly[0];
            setup.calendar.weekly[6] = setup.calendar.weekly[0];
        }
        _ => return change_rule(setup, key, value),
    }
    Some(())
}

fn change_rule(setup: &mut Setup, key: &str, value: &str) -> Option<()> {
    let rules = &mut setup.rules;
    match key {
        "priority_head_start_min" => rules.priority_head_start_min = value.parse().ok()?,
        "appointment_head_start_min" => rules.appointment_head_start_min = value.parse().ok()?,
        "priority_run_max" => rules.priority_run_max = value.parse().ok()?,
        "ageing_min" => rules.ageing_min = value.parse().ok()?,
        "return_max" => rules.return_max = value.parse().ok()?,
        "recall_max" => rules.recall_max = value.parse().ok()?,
        "offline_age_max_min" => rules.offline_age_max_min = value.parse().ok()?,
        "undo_s" => rules.undo_s = value.parse().ok()?,
        "periods_max" => rules.periods_max = value.parse().ok()?,
        "procedures_max" => rules.procedures_max = value.parse().ok()?,
        "tickets_day_max" => rules.tickets_day_max = value.parse().ok()?,
        "language_calls" => {
            rules.language_calls = match value {
                "ignore" => LanguageCalls::Ignore,
                "prefer" => LanguageCalls::Prefer,
                "require" => LanguageCalls::Require,
                _ => return None,
            }
        }
        "transfer_place" => {
            rules.transfer_place = match value {
                "arrival" => TransferPlace::Arrival,
                "issue" => TransferPlace::Issue,
                _ => return None,
            }
        }
        "transfer_gate" => {
            rules.transfer_gate = match value {
                "none" => TransferGate::None,
                "arrival" => TransferGate::Arrival,
                "check" => TransferGate::Check,
                _ => return None,
            }
        }
        _ => return None,
    }
    Some(())
}

fn change_thing(setup: &mut Setup, thing: &str, field: &str, value: &str) -> Option<()> {
    let queue = setup.queues.iter_mut().find(|queue| queue.id.as_str() == thing);
    if let Some(queue) = queue {
        match field {
            "last" => queue.numbers.last = value.parse().ok()?,
            "width" => queue.numbers.width = value.parse().ok()?,
            "waiting_max" => queue.waiting_max = value.parse().ok()?,
            "section" => queue.section = SectionId::new(value)?,
            "restart" if value == "continue" => queue.numbers.restart = Restart::Continue,
            _ => return None,
        }
        return Some(());
    }
    let counter = setup.counters.iter_mut().find(|counter| counter.id.as_str() == thing)?;
    match field {
        "profile" => {
            let line = |name: &str| {
                let mut parts = name.split('/');
                Some(ProfileLine {
                    queue: QueueId::new(parts.next()?)?,
                    tier: parts.next().unwrap_or("0").parse().ok()?,
                    head_start_min: parts.next().unwrap_or("0").parse().ok()?,
                })
            };
            let lines = value.split('@').filter(|line| !line.is_empty());
            counter.profile = lines.map(line).collect::<Option<_>>()?;
            Some(())
        }
        _ => None,
    }
}

/// Takes a queue out of everything that names it, so that only what is open can object.
fn remove_queue(setup: &mut Setup, name: &str) -> Option<()> {
    let id = QueueId::new(name)?;
    setup.queues.retain(|queue| queue.id != id);
    setup.errands.retain(|errand| errand.leads_to != ErrandTarget::Queue(id));
    for counter in &mut setup.counters {
        counter.profile.retain(|line| line.queue != id);
    }
    setup.counters.retain(|counter| !counter.profile.is_empty());
    for notice in &mut setup.calendar.notices {
        notice.queues.retain(|queue| *queue != id);
    }
    setup.calendar.notices.retain(|notice| !notice.queues.is_empty());
    Some(())
}

fn remove_bell(setup: &mut Setup, name: &str) -> Option<()> {
    let id = BellId::new(name)?;
    setup.bells.retain(|bell| bell.id != id);
    for bell in &mut setup.bells {
        if bell.escalates_to == Some(id) {
            bell.escalates_to = None;
        }
    }
    Some(())
}

/// One mistake of each kind that a setup can hold.
fn break_setup(setup: &mut Setup, fault: &str) -> Option<()> {
    match fault {
        "duplicate_key" => setup.counters[1].id = CounterId::new("1")?,
        "duplicate_letter" => setup.queues[1].letter = Letter::new('A')?,
        "unknown_reference" => setup.counters[3].profile[0].queue = QueueId::new("passport")?,
        "out_of_range" => setup.rules.undo_s = 601,
        "ranges_overlap" => setup.queues[0].numbers.offline.push(OfflineRange {
            kiosk: KioskId::new("k2")?,
            first: 903,
            last: 905,
        }),
        "hours_reversed" => setup.calendar.weekly[0].as_mut()?.close = clock(8, 0),
        "empty" => setup.counters.clear(),
        "errand_cycle" => setup.errands[0].within = Some(setup.errands[0].id),
        "errand_not_in_group" => setup.errands[2].within = Some(setup.errands[1].id),
        "queue_unserved" => {
            let arrears = QueueId::new("arrears")?;
            setup.counters[2].profile.retain(|line| line.queue != arrears);
        }
        "profile_kind_mismatch" => {
            let mut line = setup.counters[0].profile[0];
            line.queue = QueueId::new("arrears")?;
            setup.counters[0].profile.push(line);
        }
        "no_such_procedure" => setup.errands[1].procedures = vec![ProcedureCode::new("99")?],
        _ => return None,
    }
    Some(())
}

fn date(text: &str) -> Option<domain::time::Date> {
    domain::time::Date::from_yyyymmdd(text.replace('-', "").parse().ok()?)
}
