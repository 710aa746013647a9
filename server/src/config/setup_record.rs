//! A setup as the log keeps it, version 1: plain serde structs with a frozen form.
//!
//! The domain's types carry no serialization, so this is a mirror, and the conversions are the
//! only bridge. **Nothing here may be reordered, renamed or removed**: the binary form (postcard)
//! knows fields and variants by their position, and a log of ten years holds it. A new field means
//! a `SetupRecordV2` beside this one. `server/tests/frozen/setup/` holds the bytes of day one.
//!
//! What it does not do: check a setup. [`Setup::faults`] does, before a setup is adopted.

use std::collections::BTreeMap;

use domain::calendar::{Calendar, DayHours, Holidays, Lingering, TimedNotice};
use domain::id::{
    BellId, CounterId, ErrandId, Key, KioskId, ProcedureCode, QueueId, SectionId, TagPoolId, UnitId,
};
use domain::label::Letter;
use domain::language::Language;
use domain::procedure::{Actor, Channel, Completion, Procedure, ProcedureKind, Step};
use domain::rules::{LanguageCalls, Rules, TransferGate, TransferPlace};
use domain::setup::{
    Bell, BellReason, Counter, CounterKind, Errand, ErrandTarget, Kiosk, Numbers, OfflineRange,
    ProfileLine, Queue, Restart, Section, SectionSystem, Setup, TagPool, Text, Unit,
};
use domain::time::{Date, MinuteOfDay};
use serde::{Deserialize, Serialize};

/// Why a record cannot be a setup: it names something that cannot exist.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the setup record holds {value} where {what} must be")]
pub struct SetupRecordError {
    /// What it should have been, such as `a key`.
    pub what: &'static str,
    /// What it is.
    pub value: String,
}

fn unreadable(what: &'static str, value: impl ToString) -> SetupRecordError {
    SetupRecordError { what, value: value.to_string() }
}

/// A field of a record, and how it becomes the domain's and comes from it.
trait Mirror: Sized {
    /// The domain's type.
    type Domain;
    /// Makes the record's form.
    fn from_domain(value: &Self::Domain) -> Self;
    /// Makes the domain's form.
    fn into_domain(self) -> Result<Self::Domain, SetupRecordError>;
}

/// Mirrors a struct field by field.
macro_rules! mirror_struct {
    ($(#[$doc:meta])* $record:ident = $domain:ident {
        $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
        pub struct $record {
            $($(#[$field_doc])* pub $field: $type),+
        }

        impl Mirror for $record {
            type Domain = $domain;

            fn from_domain(value: &$domain) -> $record {
                $record { $($field: <$type>::from_domain(&value.$field)),+ }
            }

            fn into_domain(self) -> Result<$domain, SetupRecordError> {
                Ok($domain { $($field: self.$field.into_domain()?),+ })
            }
        }
    };
}

/// Mirrors an enum without data, variant by variant.
macro_rules! mirror_enum {
    ($(#[$doc:meta])* $record:ident = $domain:ident { $($variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "the domain's variants of the same names say it")]
        pub enum $record { $($variant),+ }

        impl Mirror for $record {
            type Domain = $domain;

            fn from_domain(value: &$domain) -> $record {
                match value { $($domain::$variant => $record::$variant),+ }
            }

            fn into_domain(self) -> Result<$domain, SetupRecordError> {
                Ok(match self { $($record::$variant => $domain::$variant),+ })
            }
        }
    };
}

/// Mirrors a plain value by itself.
macro_rules! mirror_same {
    ($($type:ty),+) => {$(
        impl Mirror for $type {
            type Domain = $type;

            fn from_domain(value: &$type) -> $type {
                value.clone()
            }

            fn into_domain(self) -> Result<$type, SetupRecordError> {
                Ok(self)
            }
        }
    )+};
}

mirror_same!(u8, u16, u32, String);

/// Mirrors a key of one kind as its text.
macro_rules! mirror_key {
    ($($(#[$doc:meta])* $record:ident = $domain:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $record(pub String);

        impl Mirror for $record {
            type Domain = $domain;

            fn from_domain(value: &$domain) -> $record {
                $record(value.as_str().to_owned())
            }

            fn into_domain(self) -> Result<$domain, SetupRecordError> {
                $domain::new(&self.0).ok_or_else(|| unreadable("a key", self.0))
            }
        }
    )+};
}

impl<M: Mirror> Mirror for Vec<M> {
    type Domain = Vec<M::Domain>;

    fn from_domain(value: &Self::Domain) -> Vec<M> {
        value.iter().map(M::from_domain).collect()
    }

    fn into_domain(self) -> Result<Self::Domain, SetupRecordError> {
        self.into_iter().map(M::into_domain).collect()
    }
}

impl<M: Mirror> Mirror for Option<M> {
    type Domain = Option<M::Domain>;

    fn from_domain(value: &Self::Domain) -> Option<M> {
        value.as_ref().map(M::from_domain)
    }

    fn into_domain(self) -> Result<Self::Domain, SetupRecordError> {
        self.map(M::into_domain).transpose()
    }
}

impl<A: Mirror, B: Mirror> Mirror for (A, B) {
    type Domain = (A::Domain, B::Domain);

    fn from_domain(value: &Self::Domain) -> (A, B) {
        (A::from_domain(&value.0), B::from_domain(&value.1))
    }

    fn into_domain(self) -> Result<Self::Domain, SetupRecordError> {
        Ok((self.0.into_domain()?, self.1.into_domain()?))
    }
}

mirror_key!(
    /// [`Key`] as text.
    KeyV1 = Key,
    /// [`SectionId`] as text.
    SectionIdV1 = SectionId,
    /// [`UnitId`] as text.
    UnitIdV1 = UnitId,
    /// [`QueueId`] as text.
    QueueIdV1 = QueueId,
    /// [`ErrandId`] as text.
    ErrandIdV1 = ErrandId,
    /// [`ProcedureCode`] as text.
    ProcedureCodeV1 = ProcedureCode,
    /// [`CounterId`] as text.
    CounterIdV1 = CounterId,
    /// [`BellId`] as text.
    BellIdV1 = BellId,
    /// [`TagPoolId`] as text.
    TagPoolIdV1 = TagPoolId,
    /// [`KioskId`] as text.
    KioskIdV1 = KioskId,
);

/// The letter of a queue, as text of one character.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LetterV1(pub String);

impl Mirror for LetterV1 {
    type Domain = Letter;

    fn from_domain(value: &Letter) -> LetterV1 {
        LetterV1(value.to_string())
    }

    fn into_domain(self) -> Result<Letter, SetupRecordError> {
        let mut characters = self.0.chars();
        let letter = characters.next().and_then(Letter::new);
        letter
            .filter(|_| characters.next().is_none())
            .ok_or_else(|| unreadable("a letter", &self.0))
    }
}

/// A language, as its tag.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LanguageV1(pub String);

impl Mirror for LanguageV1 {
    type Domain = Language;

    fn from_domain(value: &Language) -> LanguageV1 {
        LanguageV1(value.tag().to_owned())
    }

    fn into_domain(self) -> Result<Language, SetupRecordError> {
        Language::from_tag(&self.0).ok_or_else(|| unreadable("a language", self.0))
    }
}

/// Words by language.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TextV1(pub BTreeMap<LanguageV1, String>);

impl Mirror for TextV1 {
    type Domain = Text;

    fn from_domain(value: &Text) -> TextV1 {
        let words = value.0.iter();
        let words = words.map(|(tag, words)| (LanguageV1::from_domain(tag), words.clone()));
        TextV1(words.collect())
    }

    fn into_domain(self) -> Result<Text, SetupRecordError> {
        let words = self.0.into_iter();
        let words = words.map(|(tag, words)| Ok((tag.into_domain()?, words)));
        Ok(Text(words.collect::<Result<_, SetupRecordError>>()?))
    }
}

/// A date as `yyyymmdd`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DateV1(pub i32);

impl Mirror for DateV1 {
    type Domain = Date;

    fn from_domain(value: &Date) -> DateV1 {
        DateV1(value.as_yyyymmdd())
    }

    fn into_domain(self) -> Result<Date, SetupRecordError> {
        Date::from_yyyymmdd(self.0).ok_or_else(|| unreadable("a date", self.0))
    }
}

/// A time of day as minutes since midnight.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MinuteV1(pub u16);

impl Mirror for MinuteV1 {
    type Domain = MinuteOfDay;

    fn from_domain(value: &MinuteOfDay) -> MinuteV1 {
        MinuteV1(value.minutes())
    }

    fn into_domain(self) -> Result<MinuteOfDay, SetupRecordError> {
        let time = MinuteOfDay::new(self.0 / 60, self.0 % 60);
        time.ok_or_else(|| unreadable("a time of day", self.0))
    }
}

/// What choosing an errand does.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the domain's variants of the same names say it")]
pub enum ErrandTargetV1 {
    Group,
    Queue(QueueIdV1),
    Guide,
}

impl Mirror for ErrandTargetV1 {
    type Domain = ErrandTarget;

    fn from_domain(value: &ErrandTarget) -> ErrandTargetV1 {
        match value {
            ErrandTarget::Group => ErrandTargetV1::Group,
            ErrandTarget::Queue(queue) => ErrandTargetV1::Queue(QueueIdV1::from_domain(queue)),
            ErrandTarget::Guide => ErrandTargetV1::Guide,
        }
    }

    fn into_domain(self) -> Result<ErrandTarget, SetupRecordError> {
        Ok(match self {
            ErrandTargetV1::Group => ErrandTarget::Group,
            ErrandTargetV1::Queue(queue) => ErrandTarget::Queue(queue.into_domain()?),
            ErrandTargetV1::Guide => ErrandTarget::Guide,
        })
    }
}

/// Hours per weekday, Monday first; always seven.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WeekV1(pub Vec<Option<DayHoursV1>>);

impl Mirror for WeekV1 {
    type Domain = [Option<DayHours>; 7];

    fn from_domain(value: &Self::Domain) -> WeekV1 {
        WeekV1(value.iter().map(|day| day.as_ref().map(DayHoursV1::from_domain)).collect())
    }

    fn into_domain(self) -> Result<Self::Domain, SetupRecordError> {
        let days = self.0.into_domain()?;
        let count = days.len();
        days.try_into().map_err(|_| unreadable("a week", format!("{count} days")))
    }
}

mirror_enum!(
    /// [`CounterKind`].
    CounterKindV1 = CounterKind { Contracted, Staff, High, Register }
);

mirror_enum!(
    /// [`SectionSystem`].
    SectionSystemV1 = SectionSystem { Here, Linked, None }
);

mirror_enum!(
    /// [`Restart`].
    RestartV1 = Restart { Daily, Continue }
);

mirror_enum!(
    /// [`Channel`].
    ChannelV1 = Channel { Window, Mail, MailAndElectronic, Internal }
);

mirror_enum!(
    /// [`ProcedureKind`].
    ProcedureKindV1 = ProcedureKind {
        Floor, Ticketed, ExpressTag, SubProcedure, MailWorkflow, SystemFunction, Ancillary,
    }
);

mirror_enum!(
    /// [`Completion`].
    CompletionV1 = Completion { Completes, None }
);

mirror_enum!(
    /// [`Actor`].
    ActorV1 = Actor { Resident, Contractor, Supervisor, Staff }
);

mirror_enum!(
    /// [`Lingering`].
    LingeringV1 = Lingering { Alert, Allowed }
);

mirror_enum!(
    /// [`Holidays`].
    HolidaysV1 = Holidays { None, Japan }
);

mirror_enum!(
    /// [`LanguageCalls`].
    LanguageCallsV1 = LanguageCalls { Ignore, Prefer, Require }
);

mirror_enum!(
    /// [`TransferPlace`].
    TransferPlaceV1 = TransferPlace { Arrival, Issue }
);

mirror_enum!(
    /// [`TransferGate`].
    TransferGateV1 = TransferGate { None, Arrival, Check }
);

mirror_struct!(
    /// [`OfflineRange`]; its fields are the domain's fields of the same names.
    OfflineRangeV1 = OfflineRange {
        /// See [`OfflineRange::kiosk`].
        kiosk: KioskIdV1,
        /// See [`OfflineRange::first`].
        first: u16,
        /// See [`OfflineRange::last`].
        last: u16,
    }
);

mirror_struct!(
    /// [`Numbers`]; its fields are the domain's fields of the same names.
    NumbersV1 = Numbers {
        /// See [`Numbers::last`].
        last: u16,
        /// See [`Numbers::width`].
        width: u8,
        /// See [`Numbers::restart`].
        restart: RestartV1,
        /// See [`Numbers::offline`].
        offline: Vec<OfflineRangeV1>,
    }
);

mirror_struct!(
    /// [`Section`]; its fields are the domain's fields of the same names.
    SectionV1 = Section {
        /// See [`Section::id`].
        id: SectionIdV1,
        /// See [`Section::name`].
        name: TextV1,
        /// See [`Section::system`].
        system: SectionSystemV1,
    }
);

mirror_struct!(
    /// [`Unit`]; its fields are the domain's fields of the same names.
    UnitV1 = Unit {
        /// See [`Unit::id`].
        id: UnitIdV1,
        /// See [`Unit::section`].
        section: SectionIdV1,
        /// See [`Unit::name`].
        name: TextV1,
    }
);

mirror_struct!(
    /// [`Step`]; its fields are the domain's fields of the same names.
    StepV1 = Step {
        /// See [`Step::name`].
        name: String,
        /// See [`Step::actor`].
        actor: Option<ActorV1>,
    }
);

mirror_struct!(
    /// [`Procedure`]; its fields are the domain's fields of the same names.
    ProcedureV1 = Procedure {
        /// See [`Procedure::code`].
        code: ProcedureCodeV1,
        /// See [`Procedure::row`].
        row: String,
        /// See [`Procedure::name`].
        name: TextV1,
        /// See [`Procedure::variant`].
        variant: TextV1,
        /// See [`Procedure::target_min`].
        target_min: Option<u16>,
        /// See [`Procedure::channel`].
        channel: ChannelV1,
        /// See [`Procedure::kind`].
        kind: ProcedureKindV1,
        /// See [`Procedure::completion`].
        completion: CompletionV1,
        /// See [`Procedure::steps`].
        steps: Vec<StepV1>,
        /// See [`Procedure::counter_end_step`].
        counter_end_step: Option<u8>,
        /// See [`Procedure::references`].
        references: Vec<ProcedureCodeV1>,
    }
);

mirror_struct!(
    /// [`Queue`]; its fields are the domain's fields of the same names.
    QueueV1 = Queue {
        /// See [`Queue::id`].
        id: QueueIdV1,
        /// See [`Queue::section`].
        section: SectionIdV1,
        /// See [`Queue::unit`].
        unit: Option<UnitIdV1>,
        /// See [`Queue::letter`].
        letter: LetterV1,
        /// See [`Queue::name`].
        name: TextV1,
        /// See [`Queue::staff_name`].
        staff_name: String,
        /// See [`Queue::numbers`].
        numbers: NumbersV1,
        /// See [`Queue::counter_kinds`].
        counter_kinds: Vec<CounterKindV1>,
        /// See [`Queue::waiting_max`].
        waiting_max: u16,
    }
);

mirror_struct!(
    /// [`Errand`]; its fields are the domain's fields of the same names.
    ErrandV1 = Errand {
        /// See [`Errand::id`].
        id: ErrandIdV1,
        /// See [`Errand::name`].
        name: TextV1,
        /// See [`Errand::bring`].
        bring: TextV1,
        /// See [`Errand::within`].
        within: Option<ErrandIdV1>,
        /// See [`Errand::leads_to`].
        leads_to: ErrandTargetV1,
        /// See [`Errand::procedures`].
        procedures: Vec<ProcedureCodeV1>,
    }
);

mirror_struct!(
    /// [`ProfileLine`]; its fields are the domain's fields of the same names.
    ProfileLineV1 = ProfileLine {
        /// See [`ProfileLine::queue`].
        queue: QueueIdV1,
        /// See [`ProfileLine::tier`].
        tier: u8,
        /// See [`ProfileLine::head_start_min`].
        head_start_min: u16,
    }
);

mirror_struct!(
    /// [`Counter`]; its fields are the domain's fields of the same names.
    CounterV1 = Counter {
        /// See [`Counter::id`].
        id: CounterIdV1,
        /// See [`Counter::name`].
        name: TextV1,
        /// See [`Counter::kind`].
        kind: CounterKindV1,
        /// See [`Counter::section`].
        section: SectionIdV1,
        /// See [`Counter::unit`].
        unit: Option<UnitIdV1>,
        /// See [`Counter::profile`].
        profile: Vec<ProfileLineV1>,
    }
);

mirror_struct!(
    /// [`BellReason`]; its fields are the domain's fields of the same names.
    BellReasonV1 = BellReason {
        /// See [`BellReason::code`].
        code: KeyV1,
        /// See [`BellReason::name`].
        name: TextV1,
    }
);

mirror_struct!(
    /// [`Bell`]; its fields are the domain's fields of the same names.
    BellV1 = Bell {
        /// See [`Bell::id`].
        id: BellIdV1,
        /// See [`Bell::name`].
        name: TextV1,
        /// See [`Bell::unit`].
        unit: UnitIdV1,
        /// See [`Bell::reasons`].
        reasons: Vec<BellReasonV1>,
        /// See [`Bell::escalates_to`].
        escalates_to: Option<BellIdV1>,
    }
);

mirror_struct!(
    /// [`TagPool`]; its fields are the domain's fields of the same names.
    TagPoolV1 = TagPool {
        /// See [`TagPool::id`].
        id: TagPoolIdV1,
        /// See [`TagPool::name`].
        name: TextV1,
        /// See [`TagPool::size`].
        size: u16,
        /// See [`TagPool::procedures`].
        procedures: Vec<ProcedureCodeV1>,
    }
);

mirror_struct!(
    /// [`Kiosk`]; its fields are the domain's fields of the same names.
    KioskV1 = Kiosk {
        /// See [`Kiosk::id`].
        id: KioskIdV1,
        /// See [`Kiosk::name`].
        name: TextV1,
    }
);

mirror_struct!(
    /// [`DayHours`]; its fields are the domain's fields of the same names.
    DayHoursV1 = DayHours {
        /// See [`DayHours::open`].
        open: MinuteV1,
        /// See [`DayHours::close`].
        close: MinuteV1,
        /// See [`DayHours::tickets_until`].
        tickets_until: MinuteV1,
        /// See [`DayHours::lingering`].
        lingering: LingeringV1,
    }
);

mirror_struct!(
    /// [`TimedNotice`]; its fields are the domain's fields of the same names.
    TimedNoticeV1 = TimedNotice {
        /// See [`TimedNotice::id`].
        id: KeyV1,
        /// See [`TimedNotice::from`].
        from: MinuteV1,
        /// See [`TimedNotice::queues`].
        queues: Vec<QueueIdV1>,
        /// See [`TimedNotice::text`].
        text: TextV1,
    }
);

mirror_struct!(
    /// [`Calendar`]; its fields are the domain's fields of the same names.
    CalendarV1 = Calendar {
        /// See [`Calendar::weekly`].
        weekly: WeekV1,
        /// See [`Calendar::holidays`].
        holidays: HolidaysV1,
        /// See [`Calendar::closed_yearly`].
        closed_yearly: Vec<(u8, u8)>,
        /// See [`Calendar::closed`].
        closed: Vec<DateV1>,
        /// See [`Calendar::open`].
        open: Vec<(DateV1, DayHoursV1)>,
        /// See [`Calendar::busy_months`].
        busy_months: Vec<u8>,
        /// See [`Calendar::wait_limit_min`].
        wait_limit_min: u16,
        /// See [`Calendar::wait_limit_busy_min`].
        wait_limit_busy_min: u16,
        /// See [`Calendar::day_lead_min`].
        day_lead_min: u16,
        /// See [`Calendar::day_end`].
        day_end: MinuteV1,
        /// See [`Calendar::notices`].
        notices: Vec<TimedNoticeV1>,
    }
);

mirror_struct!(
    /// [`Rules`]; its fields are the domain's fields of the same names.
    RulesV1 = Rules {
        /// See [`Rules::priority_head_start_min`].
        priority_head_start_min: u16,
        /// See [`Rules::appointment_head_start_min`].
        appointment_head_start_min: u16,
        /// See [`Rules::priority_run_max`].
        priority_run_max: u8,
        /// See [`Rules::ageing_min`].
        ageing_min: u16,
        /// See [`Rules::language_calls`].
        language_calls: LanguageCallsV1,
        /// See [`Rules::transfer_place`].
        transfer_place: TransferPlaceV1,
        /// See [`Rules::transfer_gate`].
        transfer_gate: TransferGateV1,
        /// See [`Rules::return_max`].
        return_max: u8,
        /// See [`Rules::recall_max`].
        recall_max: u8,
        /// See [`Rules::undo_s`].
        undo_s: u16,
        /// See [`Rules::bell_answer_s`].
        bell_answer_s: u16,
        /// See [`Rules::bell_escalation_max`].
        bell_escalation_max: u8,
        /// See [`Rules::procedures_max`].
        procedures_max: u8,
        /// See [`Rules::periods_max`].
        periods_max: u8,
        /// See [`Rules::tickets_day_max`].
        tickets_day_max: u32,
        /// See [`Rules::service_max_min`].
        service_max_min: u16,
        /// See [`Rules::offline_age_max_min`].
        offline_age_max_min: u16,
    }
);

mirror_struct!(
    /// A whole [`Setup`], version 1.
    SetupRecordV1 = Setup {
        /// See [`Setup::office`].
        office: KeyV1,
        /// See [`Setup::name`].
        name: TextV1,
        /// See [`Setup::sections`].
        sections: Vec<SectionV1>,
        /// See [`Setup::units`].
        units: Vec<UnitV1>,
        /// See [`Setup::procedures`].
        procedures: Vec<ProcedureV1>,
        /// See [`Setup::queues`].
        queues: Vec<QueueV1>,
        /// See [`Setup::errands`].
        errands: Vec<ErrandV1>,
        /// See [`Setup::counters`].
        counters: Vec<CounterV1>,
        /// See [`Setup::bells`].
        bells: Vec<BellV1>,
        /// See [`Setup::tag_pools`].
        tag_pools: Vec<TagPoolV1>,
        /// See [`Setup::kiosks`].
        kiosks: Vec<KioskV1>,
        /// See [`Setup::languages`].
        languages: Vec<LanguageV1>,
        /// See [`Setup::calendar`].
        calendar: CalendarV1,
        /// See [`Setup::rules`].
        rules: RulesV1,
    }
);

impl From<&Setup> for SetupRecordV1 {
    fn from(setup: &Setup) -> SetupRecordV1 {
        SetupRecordV1::from_domain(setup)
    }
}

impl TryFrom<SetupRecordV1> for Setup {
    type Error = SetupRecordError;

    fn try_from(record: SetupRecordV1) -> Result<Setup, SetupRecordError> {
        record.into_domain()
    }
}
