//! Closed lists of the domain as numbers. A number, once given, keeps its meaning for ever.

use domain::command::{AwayReason, BatchChannel, ConfirmStep, GuidanceKind, ReturnPlace};
use domain::event::{CallKind, StepKind};
use domain::id::{Key, SectionId, UnitId};
use domain::language::Language;
use domain::ticket::{CancelReason, HoldReason, Paper};

use super::{RecordError, bad};

/// A value of a closed list that is stored as one byte.
pub(super) trait Code: Sized {
    /// Its number.
    fn code(&self) -> u8;
    /// The value behind a number.
    fn restore(code: u8) -> Result<Self, RecordError>;
}

macro_rules! codes {
    ($($name:ident { $($value:ident = $code:literal),+ $(,)? })+) => {$(
        impl Code for $name {
            fn code(&self) -> u8 {
                match self { $($name::$value => $code),+ }
            }

            fn restore(code: u8) -> Result<$name, RecordError> {
                match code {
                    $($code => Ok($name::$value),)+
                    other => Err(bad(stringify!($name), other)),
                }
            }
        }
    )+};
}

codes! {
    Paper { None = 0, Pending = 1, Printed = 2, Unknown = 3, Failed = 4 }
    CancelReason {
        Withdrawn = 0, WrongErrand = 1, MissingDocuments = 2, Duplicate = 3, NoPaper = 4,
        DayClosed = 5,
    }
    CallKind { Next = 0, Chosen = 1 }
    ReturnPlace { Keep = 0, Back = 1 }
    HoldReason {
        FillingForm = 0, FetchingDocument = 1, Examination = 2, OtherSection = 3, Pause = 4,
    }
    ConfirmStep { Arrival = 0, SeenByEye = 1 }
    StepKind {
        Call = 0, Start = 1, Mismatch = 2, EndService = 3, Complete = 4, NoShow = 5, Return = 6,
        Hold = 7, Resume = 8, Transfer = 9,
    }
    AwayReason { Register = 0, BackOffice = 1, Break = 2 }
    BatchChannel { Mail = 0, Electronic = 1, Window = 2 }
    Language {
        Japanese = 0, PlainJapanese = 1, English = 2, ChineseSimplified = 3,
        ChineseTraditional = 4, Korean = 5, Vietnamese = 6, Nepali = 7, Filipino = 8,
        Portuguese = 9,
    }
}

/// A guidance as its number and the place it led to.
pub(super) fn guidance(kind: GuidanceKind) -> (u8, Option<Key>) {
    match kind {
        GuidanceKind::Advice => (0, None),
        GuidanceKind::ToUnit(unit) => (1, Some(unit.0)),
        GuidanceKind::ToSection(section) => (2, Some(section.0)),
        GuidanceKind::Announced => (3, None),
    }
}

/// The guidance behind a number and a place.
pub(super) fn restore_guidance(code: u8, place: Option<Key>) -> Result<GuidanceKind, RecordError> {
    match (code, place) {
        (0, None) => Ok(GuidanceKind::Advice),
        (1, Some(unit)) => Ok(GuidanceKind::ToUnit(UnitId(unit))),
        (2, Some(section)) => Ok(GuidanceKind::ToSection(SectionId(section))),
        (3, None) => Ok(GuidanceKind::Announced),
        (other, _) => Err(bad("guidance", other)),
    }
}
