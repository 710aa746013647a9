//! Procedures (手続): the catalogue's sheets, keyed by code.

use alloc::string::String;
use alloc::vec::Vec;

use crate::id::ProcedureCode;
use crate::setup::Text;

/// One catalogue sheet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Procedure {
    /// Its code, such as `2-2`. Names repeat, codes do not.
    pub code: ProcedureCode,
    /// The row of the yearly table it is counted in, such as `2` or `8-12`.
    pub row: String,
    /// Its name.
    pub name: Text,
    /// What tells it from others of the same name.
    pub variant: Text,
    /// Target in minutes per case; `None` for №25–27.
    pub target_min: Option<u16>,
    /// How cases come in.
    pub channel: Channel,
    /// What sort of work it is.
    pub kind: ProcedureKind,
    /// Whether its sheet has 完了処理 in the queue system.
    pub completion: Completion,
    /// Its steps in the sheet's order.
    pub steps: Vec<Step>,
    /// 1-based step at which the resident leaves (窓口終了, R-94), where the sheet marks one.
    pub counter_end_step: Option<u8>,
    /// Sheets it refers to. The graph has cycles: links, never recursion.
    pub references: Vec<ProcedureCode>,
}

/// How cases of a procedure come in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Channel {
    /// A person at the window.
    Window,
    /// By post only.
    Mail,
    /// By post or as an electronic application.
    MailAndElectronic,
    /// From a colleague.
    Internal,
}

/// What sort of work a sheet describes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ProcedureKind {
    /// Floor guidance (№1): counted with its duration, without a ticket.
    Floor,
    /// A ticket is issued and completed with it.
    Ticketed,
    /// Express work with a physical tag (№24, R-84).
    ExpressTag,
    /// Part of another procedure (№9, 16, 16-2).
    SubProcedure,
    /// Mail or electronic cases, worked as batches.
    MailWorkflow,
    /// What this system does itself (№25, 26).
    SystemFunction,
    /// Beside the procedures (№27).
    Ancillary,
}

/// Whether a ticket can be completed with a procedure.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Completion {
    /// Yes: the sheet has 完了処理 (25 sheets).
    Completes,
    /// No.
    None,
}

/// One step of a sheet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Its exact Japanese name.
    pub name: String,
    /// Who does it, where that can be told.
    pub actor: Option<Actor>,
}

/// Who does a step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Actor {
    /// 区民.
    Resident,
    /// 委託.
    Contractor,
    /// 責任者.
    Supervisor,
    /// 職員.
    Staff,
}
