//! Bodies of the HTTP commands. Unknown fields are refused, so a typing error never passes.

use crate::event::{
    AwayReason, BatchChannel, CancelReason, Class, ConfirmStep, GuidanceKind, HoldReason, Paper,
    ProfileLine, ReturnPlace,
};

wire! {
    /// `POST /api/v1/tickets`: issues a ticket for an errand or, by staff, for a queue.
    #[serde(deny_unknown_fields)]
    pub struct IssueTicket {
        /// The errand's key; this or `queue`.
        #[serde(default)]
        pub errand: Option<String>,
        /// The queue's key; this or `errand`.
        #[serde(default)]
        pub queue: Option<String>,
        /// The class; ordinary when absent.
        #[serde(default)]
        pub class: Option<Class>,
        /// Language tag; `ja` when absent.
        #[serde(default)]
        pub language: Option<String>,
        /// The kiosk's key when a kiosk asks; absent when a floor guide does.
        #[serde(default)]
        pub kiosk: Option<String>,
    }

    /// `POST /api/v1/tickets/{ticket}/reprint`.
    #[serde(deny_unknown_fields)]
    pub struct ReprintTicket {
        /// The kiosk whose printer prints it, which must be able to now; the ticket's own, or the
        /// one that stands in for it, when absent.
        #[serde(default)]
        pub printer: Option<String>,
    }

    /// `POST /api/v1/tickets/linked`: takes in somebody from a linked section.
    #[serde(deny_unknown_fields)]
    pub struct AdmitLinked {
        /// The linked section's key.
        pub section: String,
        /// The label the resident holds.
        pub label: String,
        /// The queue's key.
        pub queue: String,
        /// Language tag; `ja` when absent.
        #[serde(default)]
        pub language: Option<String>,
    }

    /// `POST /api/v1/tickets/offline`: merges a ticket that a kiosk issued without the server.
    #[serde(deny_unknown_fields)]
    pub struct MergeOffline {
        /// The kiosk's key.
        pub kiosk: String,
        /// The errand's key; this or `queue`.
        #[serde(default)]
        pub errand: Option<String>,
        /// The queue's key; this or `errand`.
        #[serde(default)]
        pub queue: Option<String>,
        /// The number it printed, from its own range.
        pub number: u16,
        /// Language tag; `ja` when absent.
        #[serde(default)]
        pub language: Option<String>,
        /// How long ago it was issued, by the kiosk's own stopwatch.
        pub issued_ago_ms: i64,
    }

    /// `POST /api/v1/tickets/{ticket}/cancel`.
    #[serde(deny_unknown_fields)]
    pub struct CancelTicket {
        /// Why.
        pub reason: CancelReason,
    }

    /// `POST /api/v1/tickets/{ticket}/paper`: what became of the paper.
    #[serde(deny_unknown_fields)]
    pub struct ReportPaper {
        /// `printed`, `unknown` or `failed`.
        pub paper: Paper,
    }

    /// `POST /api/v1/tickets/{ticket}/confirm-transfer`.
    #[serde(deny_unknown_fields)]
    pub struct ConfirmTransfer {
        /// Arrival first, then by eye.
        pub step: ConfirmStep,
    }

    /// `POST /api/v1/counters/{counter}/call` and `/resume`: a ticket by label or id.
    #[serde(deny_unknown_fields)]
    pub struct ChooseTicket {
        /// The label, such as `A012`; this or `ticket`.
        #[serde(default)]
        pub label: Option<String>,
        /// The ticket's id; this or `label`.
        #[serde(default)]
        pub ticket: Option<u64>,
    }

    /// `POST /api/v1/counters/{counter}/start`.
    #[serde(deny_unknown_fields)]
    pub struct StartService {
        /// The label on the slip that is shown; absent when the operator matched it by eye.
        #[serde(default)]
        pub presented: Option<String>,
    }

    /// `POST /api/v1/counters/{counter}/complete`.
    #[serde(deny_unknown_fields)]
    pub struct CompleteService {
        /// Codes of the procedures actually done, such as `["2", "22"]`.
        pub procedures: Vec<String>,
    }

    /// `POST /api/v1/counters/{counter}/return`.
    #[serde(deny_unknown_fields)]
    pub struct ReturnToQueue {
        /// Its own place, or behind everyone.
        pub place: ReturnPlace,
    }

    /// `POST /api/v1/counters/{counter}/hold`.
    #[serde(deny_unknown_fields)]
    pub struct Hold {
        /// Why.
        pub reason: HoldReason,
    }

    /// `POST /api/v1/counters/{counter}/transfer` (R-52…R-57).
    #[serde(deny_unknown_fields)]
    pub struct Transfer {
        /// The destination queue's key.
        pub to: String,
    }

    /// `POST /api/v1/counters/{counter}/open`.
    #[serde(deny_unknown_fields)]
    pub struct OpenCounter {
        /// Staff id, for audit only (D-8).
        #[serde(default)]
        pub operator: Option<String>,
        /// Language tags spoken there besides Japanese.
        #[serde(default)]
        pub languages: Vec<String>,
        /// What it serves today; its own profile when absent.
        #[serde(default)]
        pub profile: Option<Vec<ProfileLine>>,
    }

    /// `POST /api/v1/counters/{counter}/pause`.
    #[serde(deny_unknown_fields)]
    pub struct PauseCounter {
        /// Why.
        pub reason: AwayReason,
    }

    /// A body for commands that need nothing said: `{}` or none at all.
    #[serde(deny_unknown_fields)]
    pub struct Nothing {}

    /// `POST /api/v1/guidance`.
    #[serde(deny_unknown_fields)]
    pub struct RecordGuidance {
        /// What was done.
        pub guidance: GuidanceKind,
        /// How long it took.
        pub duration_ms: i64,
    }

    /// `POST /api/v1/tags`.
    #[serde(deny_unknown_fields)]
    pub struct HandOutTag {
        /// The pool's key.
        pub pool: String,
        /// The number on the tag.
        pub number: u16,
    }

    /// `POST /api/v1/tags/{tag}/call`.
    #[serde(deny_unknown_fields)]
    pub struct CallTag {
        /// The counter that calls.
        pub counter: String,
    }

    /// `POST /api/v1/tags/{tag}/return`.
    #[serde(deny_unknown_fields)]
    pub struct ReturnTag {
        /// What was done; empty when nothing was.
        pub procedures: Vec<String>,
    }

    /// `POST /api/v1/bells/{bell}/ring`.
    #[serde(deny_unknown_fields)]
    pub struct RingBell {
        /// The reason's code.
        pub reason: String,
    }

    /// `POST /api/v1/batches`.
    #[serde(deny_unknown_fields)]
    pub struct ReceiveBatch {
        /// The procedure's code, such as `2-3`.
        pub procedure: String,
        /// How it came in.
        pub channel: BatchChannel,
        /// How many cases.
        pub count: u16,
    }

    /// `POST /api/v1/batches/{batch}/advance`.
    #[serde(deny_unknown_fields)]
    pub struct AdvanceBatch {
        /// The step that is done, from 1 in the sheet's order.
        pub step: u8,
    }

    /// `POST /api/v1/batches/{batch}/deliver`.
    #[serde(deny_unknown_fields)]
    pub struct DeliverBatch {
        /// How many of its cases go back.
        pub returned: u16,
    }
}
