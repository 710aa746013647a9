//! One example day: every kind of slip in every layout and language.

use domain::estimate::Window;
use domain::event::Event;
use domain::id::{KioskId, QueueId, TicketId};
use domain::label::{Label, Letter};
use domain::language::Language;
use domain::setup::{CounterKind, Errand, ErrandTarget, Setup};
use domain::ticket::{Class, Origin, Paper, Period, PeriodKind, Ticket, TicketState, Times, Token};
use domain::time::{MINUTE_MS, MinuteOfDay, Now, Timestamp};
use kiosk::layout::Layout;
use kiosk::slip::{Copy, Kind, Slip};
use printer_driver::document::Document;
use printer_driver::profile::{Profile, UsualLink};
use protocol::live::Mode;
use protocol::report::{ProcedureReport, Report, Spread, TicketTotals, WaitReport};

use super::{SlipsError, description, is_laid_out};
use crate::clock::Clock;
use crate::config::OfficeFile;
use crate::slip::{
    Desk, Link, PrinterFacts, SummaryFacts, Tag, Transfer, document, staff, summary, tag,
    test_page, ticket, transfer,
};

/// The example day: a Tuesday of a busy month.
pub(super) const DAY: &str = "2026-06-02";

/// What is special about an example.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Case {
    /// Nothing.
    Usual,
    /// The same number again.
    Reprint,
    /// An errand that a bystander must not learn of.
    Sensitive,
    /// At a time when a notice holds.
    Notice,
    /// A label of five characters.
    LongLabel,
    /// Nobody ahead, and nobody can say when the call comes.
    Unknown,
}

impl Case {
    /// Every case.
    pub const ALL: [Case; 6] =
        [Case::Usual, Case::Reprint, Case::Sensitive, Case::Notice, Case::LongLabel, Case::Unknown];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Case::Usual => "usual",
            Case::Reprint => "reprint",
            Case::Sensitive => "sensitive",
            Case::Notice => "notice",
            Case::LongLabel => "long-label",
            Case::Unknown => "unknown",
        }
    }
}

/// One slip of the example day.
#[derive(Clone, Debug)]
pub struct Example {
    /// What it is.
    pub kind: Kind,
    /// The layout's name.
    pub layout: String,
    /// The resident's language.
    pub language: Language,
    /// What is special about it.
    pub case: Case,
    /// The slip as it is laid out.
    pub document: Document,
}

impl Example {
    /// The name of its files, without the ending.
    pub fn name(&self) -> String {
        let name = format!("{}-{}-{}", self.kind.name(), self.layout, self.language_tags());
        if self.case == Case::Usual { name } else { format!("{name}-{}", self.case.name()) }
    }

    /// What it should say: one line for each block, top first.
    pub fn lines(&self) -> String {
        description::lines(&self.document)
    }

    /// What its code holds, where it has one.
    pub fn qr(&self) -> Option<&str> {
        description::qr(&self.document)
    }

    /// Its languages: `ja`, or `ja` and a second one, such as `ja+ne`.
    pub fn language_tags(&self) -> String {
        match self.language {
            Language::Japanese => "ja".to_owned(),
            Language::PlainJapanese
            | Language::English
            | Language::ChineseSimplified
            | Language::ChineseTraditional
            | Language::Korean
            | Language::Vietnamese
            | Language::Nepali
            | Language::Filipino
            | Language::Portuguese => format!("ja+{}", self.language.tag()),
        }
    }
}

/// Every example.
pub(super) fn examples(
    office: &OfficeFile,
    profile: &Profile,
    link: UsualLink,
) -> Result<Vec<Example>, SlipsError> {
    let clock = Clock::real(&office.zone)?;
    let day = clock.at(clock.read_moment(&format!("{DAY}T00:00"))?);
    let desk = Desk { office, clock: &clock, mode: Mode::Live };
    let scene = Scene { desk, day, profile, link };
    let mut examples = Vec::new();
    for layout in &office.slips.layouts {
        for kind in Kind::ALL.into_iter().filter(|kind| is_laid_out(layout, *kind)) {
            scene.kind(kind, layout, &mut examples)?;
        }
    }
    Ok(examples)
}

/// What examples are made from.
struct Scene<'a> {
    desk: Desk<'a>,
    day: Now,
    profile: &'a Profile,
    link: UsualLink,
}

impl<'a> Scene<'a> {
    fn setup(&self) -> &'a Setup {
        &self.desk.office.setup
    }

    /// A moment of the example day.
    fn at(&self, hour: u16, minute: u16) -> Timestamp {
        let time = MinuteOfDay::new(hour, minute).expect("a time of day");
        self.desk.clock.instant(self.day.date, time)
    }

    fn kind(
        &self,
        kind: Kind,
        layout: &Layout,
        examples: &mut Vec<Example>,
    ) -> Result<(), SlipsError> {
        let languages: &[Language] = match kind {
            Kind::Ticket | Kind::Transfer | Kind::Tag => &Language::ALL,
            Kind::Staff | Kind::Summary | Kind::Test => &[Language::Japanese],
        };
        let cases: &[Case] = match kind {
            Kind::Ticket => &Case::ALL,
            Kind::Transfer | Kind::Tag | Kind::Staff | Kind::Summary | Kind::Test => &[Case::Usual],
        };
        for language in languages.iter().filter(|one| self.setup().languages.contains(one)) {
            for case in cases {
                let Some(slip) = self.slip(kind, *case, *language) else { continue };
                let mut example = Example {
                    kind,
                    layout: layout.name.clone(),
                    language: *language,
                    case: *case,
                    document: empty(),
                };
                example.document = document(&slip, layout)
                    .map_err(|source| SlipsError::Document { name: example.name(), source })?;
                examples.push(example);
            }
        }
        Ok(())
    }

    /// The slip; `None` where the office has nothing of the sort.
    fn slip(&self, kind: Kind, case: Case, language: Language) -> Option<Slip> {
        Some(match kind {
            Kind::Ticket => self.ticket(case, language)?,
            Kind::Transfer => self.transfer(language)?,
            Kind::Staff => self.staff()?,
            Kind::Tag => self.tag(language)?,
            Kind::Summary => self.summary(),
            Kind::Test => self.test(),
        })
    }

    /// The first errand that leads to a queue which `fits`.
    fn errand(&self, fits: impl Fn(QueueId) -> bool) -> Option<(&'a Errand, QueueId)> {
        self.setup().errands.iter().find_map(|errand| match errand.leads_to {
            ErrandTarget::Queue(queue) if fits(queue) => Some((errand, queue)),
            ErrandTarget::Queue(_) | ErrandTarget::Group | ErrandTarget::Guide => None,
        })
    }

    fn ticket(&self, case: Case, language: Language) -> Option<Slip> {
        let mut at = self.at(10, 5);
        let setup = self.setup();
        let (errand, queue) = match case {
            Case::Usual | Case::Reprint | Case::LongLabel | Case::Unknown => {
                self.errand(|_| true)?
            }
            // Work of staff alone is what tells most about a person.
            Case::Sensitive => self.errand(|queue| {
                let kinds = setup.queue(queue).map(|queue| queue.counter_kinds.as_slice());
                kinds == Some(&[CounterKind::Staff])
            })?,
            Case::Notice => {
                let notice = setup.calendar.notices.first()?;
                at = self.desk.clock.instant(self.day.date, notice.from);
                self.errand(|queue| notice.queues.is_empty() || notice.queues.contains(&queue))?
            }
        };
        let letter = setup.queue(queue)?.letter;
        let width = if case == Case::LongLabel { 4 } else { 3 };
        let (ahead, window) = match case {
            Case::Unknown => (0, None),
            Case::Usual | Case::Reprint | Case::Sensitive | Case::Notice | Case::LongLabel => {
                let from = at.plus_ms(15 * MINUTE_MS);
                (3, Some(Window { from, to: from.plus_ms(15 * MINUTE_MS) }))
            }
        };
        let event = Event::TicketIssued {
            ticket: TicketId(1),
            label: Label { letter, number: 12, width },
            queue,
            errand: Some(errand.id),
            class: Class::Ordinary,
            language,
            origin: self.setup().kiosks.first().map_or(Origin::Floor, |k| kiosk(k.id)),
            token: token(case),
            issued_at: at,
            ahead,
            window,
        };
        let copy = if case == Case::Reprint { Copy::Reprint } else { Copy::First };
        Some(ticket(&self.desk, &event, copy).to_slip())
    }

    fn transfer(&self, language: Language) -> Option<Slip> {
        let [from, to, ..] = self.setup().sections.as_slice() else { return None };
        let facts = Transfer {
            label: label(),
            language,
            token: token(Case::Usual),
            from: from.id,
            to: to.id,
            at: self.at(10, 40),
        };
        Some(transfer(&self.desk, &facts).to_slip())
    }

    fn staff(&self) -> Option<Slip> {
        let (errand, queue) = self.errand(|_| true)?;
        let counter = self.setup().counters.first().map(|counter| counter.id);
        let period = |kind, from, to| Period { kind, queue, counter, from, to };
        let (issued, called) = (self.at(10, 5), self.at(10, 24));
        let started = self.at(10, 26);
        let waiting = Period { counter: None, ..period(PeriodKind::Waiting, issued, Some(called)) };
        let ticket = Ticket {
            id: TicketId(1),
            label: label(),
            queue,
            state: TicketState::Waiting,
            class: Class::Priority,
            language: Language::Nepali,
            origin: Origin::Floor,
            errand: Some(errand.id),
            token: token(Case::Usual),
            issued_at: issued,
            place_at: issued,
            transfer: None,
            return_count: 0,
            announce_count: 0,
            procedures: Vec::new(),
            times: Times::Accurate,
            paper: Paper::None,
            periods: vec![
                waiting,
                period(PeriodKind::Called, called, Some(started)),
                period(PeriodKind::Serving, started, None),
            ],
            revision: 0,
        };
        Some(staff(&self.desk, &ticket, self.at(10, 40)).to_slip())
    }

    fn tag(&self, language: Language) -> Option<Slip> {
        let pool = self.setup().tag_pools.first()?.id;
        let facts = Tag { pool, number: 12, language, at: self.at(10, 5) };
        Some(tag(&self.desk, &facts).to_slip())
    }

    fn summary(&self) -> Slip {
        let report = report(self.setup());
        let limit_ms = self.setup().calendar.wait_limit_ms(self.day.date);
        let wait_limit_min = u16::try_from(limit_ms / MINUTE_MS).unwrap_or(u16::MAX);
        let facts = SummaryFacts { report: &report, wait_limit_min, at: self.at(17, 40) };
        summary(&self.desk, &facts).to_slip()
    }

    fn test(&self) -> Slip {
        let kiosk = self.setup().kiosks.first();
        let link = Link {
            address: super::link_name(self.link).to_owned(),
            bytes_per_second: Some(self.link.bytes_per_second()),
        };
        let facts = PrinterFacts {
            owner: kiosk.map_or("", |kiosk| kiosk.name.get(Language::Japanese)),
            profile: self.profile,
            link: Some(&link),
            at: Some(self.desk.clock.at(self.at(8, 0))),
        };
        test_page(&facts).to_slip()
    }
}

fn kiosk(kiosk: KioskId) -> Origin {
    Origin::Kiosk(kiosk)
}

fn label() -> Label {
    Label { letter: Letter::new('A').expect("A is a letter"), number: 12, width: 3 }
}

/// A token that is nobody's, another for each case.
fn token(case: Case) -> Token {
    Token([0x5a ^ case as u8; 16])
}

/// In place of a document that is laid out in the next line.
fn empty() -> Document {
    Document::builder().feed(1).build().expect("within the limits")
}

/// A day in invented figures: as many as fit the shape, none of them anybody's.
fn report(setup: &Setup) -> Report {
    let spread = |count: u32, minutes: i64| Spread {
        count,
        mean_ms: Some(minutes * MINUTE_MS),
        median_ms: Some(minutes * MINUTE_MS - 20_000),
        p90_ms: Some(minutes * MINUTE_MS * 2),
    };
    let queues = setup.queues.iter().take(6).zip(1..);
    let mut waits = vec![WaitReport {
        queue: None,
        name: "全体".to_owned(),
        wait: spread(180, 12),
        within_count: 176,
    }];
    waits.extend(queues.map(|(queue, step): (_, u32)| WaitReport {
        queue: Some(queue.id.to_string()),
        name: queue.staff_name.clone(),
        wait: spread(40 - 4 * step, 10 + i64::from(step)),
        within_count: 39 - 4 * step,
    }));
    let done = setup.procedures.iter().filter(|one| one.target_min.is_some()).take(6).zip(1..);
    let procedures = done.map(|(procedure, step): (_, u32)| ProcedureReport {
        code: procedure.code.to_string(),
        name: procedure.name.get(Language::Japanese).to_owned(),
        target_min: procedure.target_min,
        count: 30 - step,
        handling: spread(30 - step, 15 + i64::from(step)),
        within_count: 25 - step,
        service: spread(30 - step, 14),
        stay: spread(30 - step, 31),
    });
    Report {
        from: DAY.to_owned(),
        to: DAY.to_owned(),
        days: 1,
        seq: 1,
        exact: true,
        rows: Vec::new(),
        procedures: procedures.collect(),
        waits,
        tickets: TicketTotals {
            issued: 186,
            completed: 176,
            no_show: 6,
            cancelled: 4,
            transferred: 9,
            guidance: 41,
            inaccurate: 2,
        },
        stay: spread(176, 31),
        service: spread(176, 14),
        handling: spread(176, 17),
    }
}
