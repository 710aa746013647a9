//! Slips that people hand to people: to another section, with a case, with a tag.

use domain::id::{ProcedureCode, SectionId, TagPoolId};
use domain::label::Label;
use domain::language::Language;
use domain::setup::CounterKind;
use domain::ticket::{Class, Period, PeriodKind, Ticket, Token};
use domain::time::{MINUTE_MS, Timestamp};
use kiosk::slip::{Line, PHRASE_JOINT, Row, StaffSlip, TagSlip, TransferSlip};

use super::words::{self, fill, fixed, second};
use super::{Desk, UNKNOWN, qr_payload};

/// Most periods on a staff slip: the latest say where a case stands.
const PERIODS_MAX: usize = 8;

/// What a 連携用紙 is about.
#[derive(Clone, Copy, Debug)]
pub struct Transfer {
    /// The label, which the resident keeps.
    pub label: Label,
    /// The language the resident chose.
    pub language: Language,
    /// The token of the ticket: the opaque id in the code.
    pub token: Token,
    /// The section that sends.
    pub from: SectionId,
    /// The section that receives.
    pub to: SectionId,
    /// When it is printed.
    pub at: Timestamp,
}

/// The slip a resident takes to another section. Its code is always the bare token: the other
/// section's reader takes it for no address.
pub fn transfer(desk: &Desk<'_>, transfer: &Transfer) -> TransferSlip {
    let language = transfer.language;
    let name = |section: SectionId, language: Language| {
        let section = desk.setup().section(section);
        section.map_or("", |section| section.name.get(language)).to_owned()
    };
    let to =
        |language: Language| fill(words::words(language).transfer_to, &name(transfer.to, language));
    let place = match desk.office.slips.places.get(&transfer.to) {
        Some(place) => super::text(place, language),
        None => fixed(language, |words| words.place_unknown.to_owned()),
    };
    TransferSlip {
        forms: words::forms(language),
        header: desk.header(),
        rehearsal: desk.rehearsal(language),
        title: fixed(language, |words| words.transfer_title.to_owned()),
        label: transfer.label.to_string(),
        from: Line::japanese(format!("{}から", name(transfer.from, Language::Japanese))),
        to: Line { japanese: to(Language::Japanese), second: second(language, to) },
        place,
        issued: Line::japanese(desk.moment(transfer.at)),
        notices: vec![fixed(language, |words| words.transfer_show.to_owned())],
        qr: qr_payload(&transfer.token.0),
        qr_caption: Line::default(),
        footer: desk.footer(),
    }
}

/// What staff carry with a ticket's case.
pub fn staff(desk: &Desk<'_>, ticket: &Ticket, now: Timestamp) -> StaffSlip {
    let setup = desk.setup();
    let errand = ticket.errand.and_then(|errand| setup.errand(errand));
    let queue = setup.queue(ticket.queue);
    let codes = match (ticket.procedures.as_slice(), errand) {
        ([], Some(errand)) => errand.procedures.clone(),
        (done, _) => done.to_vec(),
    };
    let class = match ticket.class {
        Class::Ordinary => String::new(),
        Class::Priority => "優先".to_owned(),
        Class::Appointment { due_at } => format!("予約 {}", desk.time(due_at)),
    };
    let unknown = || UNKNOWN.to_owned();
    StaffSlip {
        rehearsal: desk.rehearsal(Language::Japanese).japanese,
        title: "案件票（職員用）".to_owned(),
        label: ticket.label.to_string(),
        queue: queue.map_or_else(unknown, |queue| queue.staff_name.clone()),
        errand: errand
            .map_or_else(unknown, |errand| errand.name.get(Language::Japanese).to_owned()),
        language: words::for_staff(ticket.language).to_owned(),
        class,
        procedures: codes.into_iter().map(|code| procedure(desk, code)).collect(),
        times: times(desk, ticket, now),
        qr: qr_payload(&ticket.token.0),
    }
}

/// A procedure by code and name, with its target.
fn procedure(desk: &Desk<'_>, code: ProcedureCode) -> Row {
    let Some(procedure) = desk.setup().procedure(code) else {
        return Row::new(code.to_string(), UNKNOWN);
    };
    let name = procedure.name.get(Language::Japanese);
    let target = match procedure.target_min {
        Some(minutes) => format!("目標{minutes}分"),
        None => "目標なし".to_owned(),
    };
    Row::new(format!("{code} {name}"), target)
}

/// The ticket's periods with where and how long; the one that lasts as far as it has come.
fn times(desk: &Desk<'_>, ticket: &Ticket, now: Timestamp) -> Vec<Row> {
    let mut rows = vec![Row::new("発券", desk.moment(ticket.issued_at))];
    let left_out = ticket.periods.len().saturating_sub(PERIODS_MAX);
    rows.extend(ticket.periods.iter().skip(left_out).map(|period| time(desk, period, now)));
    rows
}

fn time(desk: &Desk<'_>, period: &Period, now: Timestamp) -> Row {
    let what = match period.kind {
        PeriodKind::Waiting => "待ち",
        PeriodKind::Called => "呼出し",
        PeriodKind::Serving => "窓口",
        PeriodKind::AfterCounter => "窓口終了後",
        PeriodKind::OnHold => "保留",
    };
    let counter = period.counter.and_then(|counter| desk.setup().counter(counter));
    let counter = counter.map_or("", |counter| counter.name.get(Language::Japanese));
    let minutes = period.to.unwrap_or(now).since_ms(period.from) / MINUTE_MS;
    let span = match period.to {
        Some(to) => format!("{} {minutes}分", desk.span(period.from, to)),
        None => format!("{}から {minutes}分", desk.time(period.from)),
    };
    Row::new(format!("{what} {counter}").trim_end(), span)
}

/// What is handed out with a tag (R-80…R-84).
#[derive(Clone, Copy, Debug)]
pub struct Tag {
    /// The pool the tag belongs to.
    pub pool: TagPoolId,
    /// The number on it.
    pub number: u16,
    /// The language the resident speaks.
    pub language: Language,
    /// When it is handed out.
    pub at: Timestamp,
}

/// The slip that goes with a tag. It does not say what for: bystanders read it (D-6).
pub fn tag(desk: &Desk<'_>, tag: &Tag) -> TagSlip {
    let language = tag.language;
    TagSlip {
        forms: words::forms(language),
        header: desk.header(),
        rehearsal: desk.rehearsal(language),
        title: fixed(language, |words| words.tag_title.to_owned()),
        number: tag.number.to_string(),
        place: tag_place(desk, tag),
        issued: Line::japanese(desk.moment(tag.at)),
        notices: vec![fixed(language, |words| join(words.tag_call, words.tag_return))],
        footer: desk.footer(),
    }
}

/// Express work is done at the high counter; where there is none, or the pool is a unit's
/// own, its holder waits where everybody does.
fn tag_place(desk: &Desk<'_>, tag: &Tag) -> Line {
    let setup = desk.setup();
    let pool = setup.tag_pools.iter().find(|pool| pool.id == tag.pool);
    let is_express = pool.is_some_and(|pool| !pool.procedures.is_empty());
    let high = setup.counters.iter().find(|counter| counter.kind == CounterKind::High);
    match high.filter(|_| is_express) {
        Some(counter) => {
            let near = |language: Language| {
                fill(words::words(language).tag_near, counter.name.get(language))
            };
            Line { japanese: near(Language::Japanese), second: second(tag.language, near) }
        }
        None => fixed(tag.language, |words| words.wait.to_owned()),
    }
}

/// Two sentences; scripts that space them have a space between.
fn join(first: &str, second: &str) -> String {
    match first.ends_with('。') {
        true => format!("{first}{PHRASE_JOINT}{second}"),
        false => format!("{first} {second}"),
    }
}
