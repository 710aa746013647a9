//! What has happened, as JSON: in answers to commands and in `yobidashi export`.
//!
//! One event here mirrors one event of the log; nothing personal is in any of them (D-1, D-2),
//! and the random token behind a ticket's QR code is left out.

wire! {
    /// One line of the export: one record of the log.
    pub struct EventRecord {
        /// The office's key.
        pub office: String,
        /// The office's epoch: raised when a replacement takes over.
        pub epoch: u32,
        /// Place in the log, from 1 without gaps.
        pub seq: u64,
        /// Sequence number of the first event of the same command.
        pub command: u64,
        /// When it happened.
        pub at_ms: i64,
        /// The business day it belongs to as `YYYY-MM-DD`; absent before the first day.
        pub day: Option<String>,
        /// Who asked for it.
        pub source: Source,
        /// What happened.
        pub event: Event,
        /// SHA-256 of this record and all before it, in hexadecimal.
        pub hash: String,
    }

    /// Who asked for a command. Ids only; an operator's id is kept for audit (D-8).
    #[serde(tag = "by", rename_all = "snake_case")]
    pub enum Source {
        /// The office itself: time made it due.
        Office,
        /// A kiosk.
        Kiosk {
            /// Its key.
            kiosk: String,
        },
        /// A counter's tablet.
        Counter {
            /// The counter.
            counter: String,
            /// The staff id signed in there, where one is.
            operator: Option<String>,
        },
        /// A floor guide's tablet.
        Floor,
        /// A manager or administrator.
        Manager,
        /// The `simulate` command.
        Simulation,
    }

    /// What happened. Field names are the glossary's words.
    #[serde(tag = "kind", rename_all = "snake_case")]
    #[expect(missing_docs, reason = "variants and fields mirror domain::event")]
    pub enum Event {
        SetupAdopted { digest: String, figures: SetupFigures },
        DayOpened { date: String },
        DayClosed { date: String },
        TicketIssued {
            ticket: u64,
            label: String,
            queue: String,
            errand: Option<String>,
            class: Class,
            language: String,
            origin: Origin,
            issued_at_ms: i64,
            ahead: u16,
            window: Option<Window>,
        },
        PaperReported { ticket: u64, paper: Paper },
        TicketReprinted { ticket: u64 },
        TicketCancelled { ticket: u64, reason: CancelReason },
        TimesDoubted { ticket: u64 },
        TicketCalled { ticket: u64, label: String, counter: String, how: CallKind },
        TicketRecalled { ticket: u64, counter: String },
        ServiceStarted { ticket: u64, counter: String },
        LabelMismatched { ticket: u64, counter: String },
        ServiceEnded { ticket: u64, counter: String },
        ServiceCompleted { ticket: u64, counter: String, procedures: Vec<String> },
        TicketNoShow { ticket: u64, counter: String },
        TicketReturned { ticket: u64, counter: String, place: ReturnPlace },
        TicketHeld { ticket: u64, counter: String, reason: HoldReason },
        TicketResumed { ticket: u64, counter: String },
        TicketTransferred { ticket: u64, counter: String, from: String, to: String },
        TransferConfirmed { ticket: u64, step: ConfirmStep },
        StepUndone { ticket: u64, counter: String, step: StepKind },
        CounterOpened {
            counter: String,
            operator: Option<String>,
            languages: Vec<String>,
            profile: Option<Vec<ProfileLine>>,
        },
        CounterPaused { counter: String, reason: AwayReason },
        CounterResumed { counter: String },
        CounterClosed { counter: String },
        GuidanceRecorded { guidance: GuidanceKind, duration_ms: i64 },
        TagHandedOut { tag: u64, pool: String, number: u16 },
        TagCalled { tag: u64, counter: String },
        TagReturned { tag: u64, procedures: Vec<String> },
        BellRung { ring: u64, bell: String, reason: String },
        BellAcknowledged { ring: u64 },
        BellEscalated { ring: u64, count: u8, to: Option<String> },
        BellLapsed { ring: u64 },
        BatchReceived { batch: u64, procedure: String, channel: BatchChannel, count: u16 },
        BatchAdvanced { batch: u64, step: u8 },
        BatchDelivered { batch: u64, returned: u16 },
    }

    /// What of a setup the figures of reports depend on, so that they can be recomputed from an
    /// export alone.
    pub struct SetupFigures {
        /// Every procedure, in the order of the catalogue.
        pub procedures: Vec<ProcedureFigures>,
        /// Every queue, in the order screens show them.
        pub queues: Vec<QueueFigures>,
        /// Months with the longer wait limit, 1 to 12.
        pub busy_months: Vec<u8>,
        /// Wait limit in minutes.
        pub wait_limit_min: u16,
        /// Wait limit in busy months, in minutes.
        pub wait_limit_busy_min: u16,
    }

    /// What the figures need of one procedure.
    pub struct ProcedureFigures {
        /// Its code, such as `2-2`.
        pub code: String,
        /// The row of the yearly table it is counted in.
        pub row: String,
        /// Its name in Japanese.
        pub name: String,
        /// What tells it from others of the same name, in Japanese.
        pub variant: String,
        /// Target in minutes per case.
        pub target_min: Option<u16>,
        /// What sort of work it is.
        pub sort: ProcedureSort,
    }

    /// What the figures need of one queue.
    pub struct QueueFigures {
        /// Its key.
        pub queue: String,
        /// Its name in the office's words.
        pub name: String,
    }

    /// What sort of work a procedure is.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    #[expect(missing_docs, reason = "mirrors domain::procedure::ProcedureKind")]
    pub enum ProcedureSort {
        Floor, Ticketed, ExpressTag, SubProcedure, MailWorkflow, SystemFunction, Ancillary,
    }

    /// The window promised on a slip.
    pub struct Window {
        /// Not likely before.
        pub from_ms: i64,
        /// Likely by then.
        pub to_ms: i64,
    }

    /// The class of a ticket.
    #[serde(tag = "class", rename_all = "snake_case")]
    pub enum Class {
        /// Everyone.
        Ordinary,
        /// Somebody who needs to be served sooner.
        Priority,
        /// Somebody with an appointment.
        Appointment {
            /// The time agreed on.
            due_at_ms: i64,
        },
    }

    /// Where a ticket came from.
    #[serde(tag = "from", rename_all = "snake_case")]
    pub enum Origin {
        /// A kiosk.
        Kiosk {
            /// Its key.
            kiosk: String,
        },
        /// A floor guide, for a resident.
        Floor,
        /// A linked section.
        Linked {
            /// Its key.
            section: String,
        },
        /// A kiosk without the server, merged later.
        Offline {
            /// Its key.
            kiosk: String,
        },
    }

    /// How a ticket came to be called.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    #[expect(missing_docs, reason = "mirrors domain::event::CallKind")]
    pub enum CallKind { Next, Chosen }

    /// What is known of a ticket's paper.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    #[expect(missing_docs, reason = "mirrors domain::ticket::Paper")]
    pub enum Paper { None, Pending, Printed, Unknown, Failed }

    /// Why a ticket was cancelled.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    #[expect(missing_docs, reason = "mirrors domain::ticket::CancelReason")]
    pub enum CancelReason {
        Withdrawn, WrongErrand, MissingDocuments, Duplicate, NoPaper, DayClosed,
    }

    /// Why a ticket is on hold.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    #[expect(missing_docs, reason = "mirrors domain::ticket::HoldReason")]
    pub enum HoldReason { FillingForm, FetchingDocument, Examination, OtherSection, Pause }

    /// Where a returned ticket stands.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    #[expect(missing_docs, reason = "mirrors domain::command::ReturnPlace")]
    pub enum ReturnPlace { Keep, Back }

    /// A step of confirming a transfer.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    #[expect(missing_docs, reason = "mirrors domain::command::ConfirmStep")]
    pub enum ConfirmStep { Arrival, SeenByEye }

    /// A step that can be undone.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    #[expect(missing_docs, reason = "mirrors domain::event::StepKind")]
    pub enum StepKind {
        Call, Start, Mismatch, EndService, Complete, NoShow, Return, Hold, Resume, Transfer,
    }

    /// Why an operator is away.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    #[expect(missing_docs, reason = "mirrors domain::command::AwayReason")]
    pub enum AwayReason { Register, BackOffice, Break }

    /// What a floor guide did without a ticket.
    #[serde(tag = "guidance", rename_all = "snake_case")]
    pub enum GuidanceKind {
        /// Answered, explained, sent for documents.
        Advice,
        /// Showed the way to a unit of this section.
        ToUnit {
            /// The unit's key.
            unit: String,
        },
        /// Showed the way to another section.
        ToSection {
            /// The section's key.
            section: String,
        },
        /// Announced a visitor who does not apply for anything.
        Announced,
    }

    /// How a batch came in.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    #[expect(missing_docs, reason = "mirrors domain::command::BatchChannel")]
    pub enum BatchChannel { Mail, Electronic, Window }

    /// One line of a counter's profile.
    pub struct ProfileLine {
        /// The queue's key.
        pub queue: String,
        /// Lower tiers are called first.
        pub tier: u8,
        /// Counts as having come this many minutes earlier.
        pub head_start_min: u16,
    }
}
