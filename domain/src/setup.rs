//! What an office is set up as: sections, procedures, queues, counters, calendar and rules.
//!
//! A setup is data. It enters the log whole (`SetupAdopted`), so that a log of ten years replays
//! with the settings that were in force on each day, and changing a setting never rewrites
//! history (design.md §1, administrator).

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::calendar::Calendar;
use crate::id::{
    BellId, CounterId, ErrandId, Key, KioskId, ProcedureCode, QueueId, SectionId, TagPoolId, UnitId,
};
use crate::label::Letter;
use crate::language::Language;
use crate::procedure::Procedure;
use crate::rules::Rules;

/// Words for people, by language. The rules never look inside.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Text(pub BTreeMap<Language, String>);

impl Text {
    /// The words in `language`, else in Japanese, else nothing.
    pub fn get(&self, language: Language) -> &str {
        self.0.get(&language).or_else(|| self.0.get(&Language::Japanese)).map_or("", String::as_str)
    }
}

/// The whole setup of one office. Lists keep the order in which screens show them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setup {
    /// The office's key in the log: never changes in the life of a log.
    pub office: Key,
    /// What the office is called on screens and slips.
    pub name: Text,
    /// Sections (課); those with the system are linked.
    pub sections: Vec<Section>,
    /// Units (係).
    pub units: Vec<Unit>,
    /// The catalogue of procedures.
    pub procedures: Vec<Procedure>,
    /// The lines people wait in.
    pub queues: Vec<Queue>,
    /// What residents can choose at the kiosk.
    pub errands: Vec<Errand>,
    /// Counters, in the order of their numbers.
    pub counters: Vec<Counter>,
    /// Bells to units (R-70…R-73).
    pub bells: Vec<Bell>,
    /// Pools of physical tags (R-80…R-84).
    pub tag_pools: Vec<TagPool>,
    /// Ticket kiosks.
    pub kiosks: Vec<Kiosk>,
    /// Languages offered to residents, in the order of their buttons.
    pub languages: Vec<Language>,
    /// Hours, holidays, busy months, wait limits, timed notices.
    pub calendar: Calendar,
    /// Choices and limits of the queue rules.
    pub rules: Rules,
}

/// A section (課).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Section {
    /// Its key.
    pub id: SectionId,
    /// Its name.
    pub name: Text,
    /// Whether its windows have this system: tickets can be transferred there;
    /// otherwise people are guided there and only that is counted.
    pub system: SectionSystem,
}

/// How a section takes part.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SectionSystem {
    /// Its queues are in this setup.
    Here,
    /// It has a linked system of its own: people arrive from it with their label.
    Linked,
    /// It has none.
    None,
}

/// A unit (係) of a section.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unit {
    /// Its key.
    pub id: UnitId,
    /// The section it belongs to.
    pub section: SectionId,
    /// Its name. Staff screens only where it could reveal an errand (D-6).
    pub name: Text,
}

/// A queue (受付区分).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Queue {
    /// Its key.
    pub id: QueueId,
    /// The section it belongs to.
    pub section: SectionId,
    /// The unit it belongs to, where one does.
    pub unit: Option<UnitId>,
    /// The letter of its labels, unique in the office.
    pub letter: Letter,
    /// Its name in residents' words; neutral where the errand is sensitive (R-106, D-6).
    pub name: Text,
    /// Its name in the office's words, for staff screens.
    pub staff_name: String,
    /// The numbers it issues.
    pub numbers: Numbers,
    /// Kinds of counter that may take its tickets; empty means any.
    pub counter_kinds: Vec<CounterKind>,
    /// Most people who may wait in it at once, 1 to 2,000.
    pub waiting_max: u16,
}

/// The numbers of a queue. They start at 1 for people (queue-systems.md §3: a first number of 101
/// reads as "a hundred ahead").
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Numbers {
    /// Last number the server issues; from `last + 1` on numbers belong to kiosks that are offline.
    pub last: u16,
    /// Least digits shown, 1 to 4.
    pub width: u8,
    /// What happens with the numbers at the start of a day.
    pub restart: Restart,
    /// Number ranges that a kiosk may issue from while it cannot reach the server.
    pub offline: Vec<OfflineRange>,
}

/// Where numbering goes on in the morning.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Restart {
    /// Every business day starts at 1.
    Daily,
    /// Goes on from yesterday and wraps to 1 after the last number; a number that was already
    /// given on this business day is never given again (invariant 4).
    Continue,
}

/// A range of numbers owned by one kiosk, for use without the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OfflineRange {
    /// The kiosk that owns it.
    pub kiosk: KioskId,
    /// First number, above the queue's `last`.
    pub first: u16,
    /// Last number.
    pub last: u16,
}

/// A choice at the kiosk, in residents' words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Errand {
    /// Its key.
    pub id: ErrandId,
    /// What the button says.
    pub name: Text,
    /// What to have ready, shown and printed; may be empty.
    pub bring: Text,
    /// The group it stands in; `None` on the first page.
    pub within: Option<ErrandId>,
    /// What choosing it does.
    pub leads_to: ErrandTarget,
    /// The procedures it usually ends as; the first is its expected target.
    pub procedures: Vec<ProcedureCode>,
}

/// What choosing an errand does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ErrandTarget {
    /// Shows the errands that stand within it.
    Group,
    /// Issues a ticket for a queue.
    Queue(QueueId),
    /// Sends the person to the floor guide, who hands out a tag or rings a bell.
    Guide,
}

/// The kind of a counter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CounterKind {
    /// 委託窓口: run by the contractor.
    Contracted,
    /// 職員窓口: run by ward staff.
    Staff,
    /// ハイカウンター: standing counter for express work.
    High,
    /// レジ: cash register.
    Register,
}

/// A counter (窓口).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Counter {
    /// Its key, the number people see where it has one: `3`, `20`.
    pub id: CounterId,
    /// What displays and voice call it, such as 3番窓口.
    pub name: Text,
    /// Its kind.
    pub kind: CounterKind,
    /// The section it stands in.
    pub section: SectionId,
    /// The unit whose work it does, where it is one unit's.
    pub unit: Option<UnitId>,
    /// What it serves when nobody says otherwise.
    pub profile: Vec<ProfileLine>,
}

/// One line of a counter's profile: a queue, and how it ranks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ProfileLine {
    /// The queue.
    pub queue: QueueId,
    /// Lower tiers are called first, until ageing lifts the others ([`Rules::ageing_min`]).
    pub tier: u8,
    /// Weight within a tier: people of this queue count as having come this many minutes earlier.
    pub head_start_min: u16,
}

/// A bell (専用ベル): a channel that summons one unit's staff.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bell {
    /// Its key.
    pub id: BellId,
    /// What staff call it.
    pub name: Text,
    /// The unit it summons.
    pub unit: UnitId,
    /// Why it may be rung; a ring names one of these.
    pub reasons: Vec<BellReason>,
    /// Where it is rung louder when nobody answers in time.
    pub escalates_to: Option<BellId>,
}

/// A reason for ringing a bell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BellReason {
    /// Its key within the bell.
    pub code: Key,
    /// Its words.
    pub name: Text,
}

/// A pool of physical tags (番号札), numbered 1 to `size` (R-80… ).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TagPool {
    /// Its key.
    pub id: TagPoolId,
    /// What it is for.
    pub name: Text,
    /// How many tags there are, 1 to 99.
    pub size: u16,
    /// What may be done with one.
    pub procedures: Vec<ProcedureCode>,
}

/// A ticket kiosk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kiosk {
    /// Its key.
    pub id: KioskId,
    /// Where it stands.
    pub name: Text,
}

impl Queue {
    /// Whether a counter of this kind may take its tickets.
    pub fn accepts(&self, kind: CounterKind) -> bool {
        self.counter_kinds.is_empty() || self.counter_kinds.contains(&kind)
    }
}

impl Setup {
    /// Whether some counter's own profile serves a queue and its kind may.
    pub fn is_served(&self, queue: &Queue) -> bool {
        self.counters.iter().any(|counter| {
            let serves = |line: &ProfileLine| line.queue == queue.id;
            queue.accepts(counter.kind) && counter.profile.iter().any(serves)
        })
    }

    /// Finds a kiosk.
    pub fn kiosk(&self, id: KioskId) -> Option<&Kiosk> {
        self.kiosks.iter().find(|kiosk| kiosk.id == id)
    }

    /// Finds a queue.
    pub fn queue(&self, id: QueueId) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.id == id)
    }

    /// Finds a counter.
    pub fn counter(&self, id: CounterId) -> Option<&Counter> {
        self.counters.iter().find(|counter| counter.id == id)
    }

    /// Finds a procedure.
    pub fn procedure(&self, code: ProcedureCode) -> Option<&Procedure> {
        self.procedures.iter().find(|procedure| procedure.code == code)
    }

    /// Finds an errand.
    pub fn errand(&self, id: ErrandId) -> Option<&Errand> {
        self.errands.iter().find(|errand| errand.id == id)
    }

    /// Finds a section.
    pub fn section(&self, id: SectionId) -> Option<&Section> {
        self.sections.iter().find(|section| section.id == id)
    }

    /// Finds a unit.
    pub fn unit(&self, id: UnitId) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.id == id)
    }

    /// Finds a bell.
    pub fn bell(&self, id: BellId) -> Option<&Bell> {
        self.bells.iter().find(|bell| bell.id == id)
    }

    /// Whether the catalogue describes what is done for a queue's tickets. It does not when errands
    /// lead to the queue and none of them names a procedure: a unit or section whose sheets are not
    /// in the catalogue. Its tickets are completed without one (R-90 holds where there is a sheet).
    pub fn is_catalogued(&self, queue: QueueId) -> bool {
        let to_queue = |errand: &&Errand| errand.leads_to == ErrandTarget::Queue(queue);
        let mut leading = self.errands.iter().filter(to_queue).peekable();
        leading.peek().is_none() || leading.any(|errand| !errand.procedures.is_empty())
    }

    /// Finds a tag pool.
    pub fn tag_pool(&self, id: TagPoolId) -> Option<&TagPool> {
        self.tag_pools.iter().find(|pool| pool.id == id)
    }
}
