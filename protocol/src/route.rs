//! Every HTTP route, once: the server's router and the OpenAPI document are both made from this
//! list, so neither can drift from the other.

/// What a route does. The server has one handler per operation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(missing_docs, reason = "each is described by its route's summary")]
pub enum Operation {
    IssueTicket,
    AdmitLinked,
    MergeOffline,
    ReadTicket,
    CancelTicket,
    ReportPaper,
    ReprintTicket,
    PrintSlip,
    ListPrints,
    ReadPrint,
    MarkInaccurate,
    ConfirmTransfer,
    OpenCounter,
    PauseCounter,
    ContinueCounter,
    CloseCounter,
    CallNext,
    CallTicket,
    Recall,
    StartService,
    ReportMismatch,
    EndService,
    CompleteService,
    MarkNoShow,
    ReturnToQueue,
    Hold,
    Resume,
    Transfer,
    Undo,
    RecordGuidance,
    HandOutTag,
    CallTag,
    ReturnTag,
    RingBell,
    AcknowledgeBell,
    ReceiveBatch,
    AdvanceBatch,
    DeliverBatch,
    OpenDay,
    CloseDay,
    ReadOffice,
    ReadQueues,
    ReadCounters,
    ReadToday,
    ReadReport,
    ListDevices,
    ReadDevice,
    TestDevice,
    ChangeRoll,
    WithdrawJob,
    FindDevices,
    ReadHealth,
    ReadMetrics,
    ReadContract,
    Connect,
}

/// The method of a route.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "the methods of HTTP")]
pub enum Method {
    Get,
    Post,
}

/// What a route answers when all is well.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// JSON of this type.
    Json(&'static str),
    /// A JSON list of this type.
    List(&'static str),
    /// JSON that is not described: the contract itself.
    Contract,
    /// Plain text.
    Text,
    /// The live connection.
    Switch,
}

/// One route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Route {
    /// What it does.
    pub operation: Operation,
    /// Its method.
    pub method: Method,
    /// Its path; `{name}` stands for one segment.
    pub path: &'static str,
    /// What it is for, in one sentence.
    pub summary: &'static str,
    /// The body's type; `None` when there is no body.
    pub request: Option<&'static str>,
    /// The status when all is well.
    pub status: u16,
    /// What it answers then.
    pub answer: Answer,
    /// Codes of refusals it can answer with, besides those of [`Route::general`].
    pub refusals: &'static [&'static str],
}

/// An error that is not a refusal of the rules.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct General {
    /// Its code.
    pub code: &'static str,
    /// Its status.
    pub status: u16,
    /// What was expected.
    pub message: &'static str,
}

macro_rules! general {
    ($($(#[$doc:meta])* $name:ident = $code:literal $status:literal $message:literal;)+) => {
        $($(#[$doc])* pub const $name: General =
            General { code: $code, status: $status, message: $message };)+

        /// Every error that is not a refusal of the rules.
        pub const GENERALS: &[General] = &[$($name),+];
    };
}

general! {
    /// The body is no JSON.
    BAD_JSON = "bad_json" 400 "expected a body of JSON";
    /// The idempotency key is not usable.
    BAD_IDEMPOTENCY_KEY = "bad_idempotency_key" 400
        "expected an Idempotency-Key of 1 to 128 visible ASCII characters";
    /// The live connection was not asked for as such.
    BAD_UPGRADE = "bad_upgrade" 400 "expected a WebSocket handshake, version 13";
    /// A page of another site asks.
    FOREIGN_ORIGIN = "foreign_origin" 403 "expected a request from a page of this server";
    /// No such path.
    UNKNOWN_ROUTE = "unknown_route" 404 "expected a path that the contract lists";
    /// No ticket of today bears the label.
    UNKNOWN_LABEL = "unknown_label" 404 "expected the label of one of today's tickets";
    /// The office file lists no such device.
    UNKNOWN_DEVICE = "unknown_device" 404 "expected a device that the office file lists";
    /// No such job waits for the printer.
    UNKNOWN_JOB = "unknown_job" 404 "expected a job of this printer that has not left";
    /// No printer can be meant.
    NO_PRINTER = "no_printer" 409 "expected a kiosk that has a printer";
    /// The printer that was chosen cannot print now. `other` names one that can, if there is one.
    PRINTER_DOWN = "printer_down" 409 "expected a printer that can print now";
    /// The ticket goes nowhere.
    NOT_TRANSFERRED = "not_transferred" 409 "expected a ticket that was sent to another section";
    /// There has never been a day.
    NO_DAY = "no_day" 409 "expected a business day, open or past";
    /// No such slip.
    UNKNOWN_PRINT = "unknown_print" 404 "expected a slip that a printer knows";
    /// The device is of another kind.
    DEVICE_CANNOT = "device_cannot" 409 "expected a device that can do this";
    /// The device is not there, does not answer, or cannot work now.
    DEVICE_DOWN = "device_down" 409 "expected a device that is there and can work now";
    /// The device has more to do than it takes.
    DEVICE_BUSY = "device_busy" 409 "expected a device that is not at work already";
    /// The path is known, the method is not.
    WRONG_METHOD = "wrong_method" 405 "expected a method that Allow lists";
    /// The body took too long to arrive.
    SLOW_REQUEST = "slow_request" 408 "expected the whole body within 10 seconds";
    /// The body is too large.
    BODY_TOO_LARGE = "body_too_large" 413 "expected a body of at most 65,536 bytes";
    /// The body's type is not JSON.
    WRONG_CONTENT_TYPE = "wrong_content_type" 415 "expected Content-Type: application/json";
    /// The request was meant for another host.
    FOREIGN_HOST = "foreign_host" 421 "expected a Host that this server answers for";
    /// The body is JSON, but not what is expected.
    BAD_REQUEST = "bad_request" 422 "expected a body as the contract describes";
    /// The idempotency key was used for another request.
    KEY_REUSED = "key_reused" 409 "expected a new Idempotency-Key for another request";
    /// Too many requests are waiting.
    BUSY = "busy" 503 "expected a try again in a second";
    /// The log cannot be written.
    FAILING = "failing" 503 "expected a working log: call the technician";
    /// Too many screens are connected.
    TOO_MANY_SCREENS = "too_many_screens" 503 "expected fewer connected screens";
}

macro_rules! routes {
    ($($operation:ident $method:ident $path:literal $summary:literal
        ($($request:literal)?) $status:literal $answer:expr, [$($refusal:literal),* $(,)?];)+) => {
        /// Every route, in the order of the contract.
        pub const ROUTES: &[Route] = &[$(Route {
            operation: Operation::$operation,
            method: Method::$method,
            path: $path,
            summary: $summary,
            request: routes!(@request $($request)?),
            status: $status,
            answer: $answer,
            refusals: &[$($refusal),*],
        }),+];
    };
    (@request) => { None };
    (@request $request:literal) => { Some($request) };
}

const COMMAND: Answer = Answer::Json("CommandAnswer");

routes! {
    IssueTicket Post "/api/v1/tickets" "Issues a ticket for an errand or a queue."
        ("IssueTicket") 201 COMMAND, [
            "no_setup", "day_not_open", "unknown_queue", "unknown_errand", "unknown_kiosk",
            "closed_hours", "errand_is_group", "errand_needs_guide", "wrong_origin",
            "language_not_offered", "queue_full", "range_exhausted", "day_tickets_exhausted",
        ];
    AdmitLinked Post "/api/v1/tickets/linked"
        "Takes in somebody from a linked section under the label they hold (R-50)."
        ("AdmitLinked") 201 COMMAND, [
            "no_setup", "day_not_open", "unknown_queue", "unknown_section", "section_not_linked",
            "label_foreign", "label_taken", "language_not_offered", "queue_full",
            "day_tickets_exhausted",
        ];
    MergeOffline Post "/api/v1/tickets/offline"
        "Merges a ticket that a kiosk issued from its own range without the server."
        ("MergeOffline") 201 COMMAND, [
            "no_setup", "day_not_open", "unknown_queue", "unknown_errand", "unknown_kiosk",
            "errand_is_group", "errand_needs_guide", "number_not_owned", "label_taken",
            "offline_too_old", "language_not_offered", "queue_full", "day_tickets_exhausted",
        ];
    ReadTicket Get "/api/v1/tickets/{ticket}" "One of today's tickets."
        () 200 Answer::Json("TicketView"), ["unknown_ticket"];
    CancelTicket Post "/api/v1/tickets/{ticket}/cancel"
        "Withdraws a ticket that is not at a counter."
        ("CancelTicket") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_ticket", "already_final", "at_counter",
        ];
    ReportPaper Post "/api/v1/tickets/{ticket}/paper" "Records what became of a ticket's paper."
        ("ReportPaper") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_ticket", "paper_not_expected",
            "paper_already_printed", "already_final",
        ];
    ReprintTicket Post "/api/v1/tickets/{ticket}/reprint"
        "Prints the same label again, marked 再発行."
        ("ReprintTicket") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_ticket", "paper_not_expected", "already_final",
            "no_printer", "printer_down",
        ];
    PrintSlip Post "/api/v1/prints"
        "Prints a slip beside the ticket's own: 連携用紙, staff slip, tag's slip, day in figures."
        ("PrintSlip") 201 Answer::Json("PrintView"), [
            "unknown_ticket", "unknown_tag", "not_transferred", "no_day", "no_printer",
        ];
    ListPrints Get "/api/v1/prints" "The latest slips of every printer, newest first."
        () 200 Answer::List("PrintView"), [];
    ReadPrint Get "/api/v1/prints/{print}" "How far a slip has come."
        () 200 Answer::Json("PrintView"), ["unknown_print"];
    MarkInaccurate Post "/api/v1/tickets/{ticket}/inaccurate"
        "Keeps a ticket's durations out of the statistics."
        ("Nothing") 200 COMMAND, ["no_setup", "day_not_open", "unknown_ticket", "already_doubted"];
    ConfirmTransfer Post "/api/v1/tickets/{ticket}/confirm-transfer"
        "Confirms a transfer: arrival, then by eye (R-56)."
        ("ConfirmTransfer") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_ticket", "already_final", "no_transfer_to_confirm",
            "arrival_not_confirmed",
        ];
    OpenCounter Post "/api/v1/counters/{counter}/open"
        "Opens a counter, or changes who works there."
        ("OpenCounter") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_counter", "unknown_queue", "counter_busy",
            "counter_already_open", "counter_kind_not_allowed", "profile_empty",
            "language_not_offered",
        ];
    PauseCounter Post "/api/v1/counters/{counter}/pause"
        "The operator steps away (R-16, R-116)."
        ("PauseCounter") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_counter", "counter_not_open", "counter_away",
        ];
    ContinueCounter Post "/api/v1/counters/{counter}/continue" "The operator is back."
        ("Nothing") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_counter", "counter_not_open", "counter_not_away",
        ];
    CloseCounter Post "/api/v1/counters/{counter}/close"
        "Closes a counter where nobody is called or served."
        ("Nothing") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_counter", "counter_not_open", "counter_busy",
        ];
    CallNext Post "/api/v1/counters/{counter}/call-next" "Calls whoever is next (R-41)."
        ("Nothing") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_counter", "counter_closed", "counter_away",
            "counter_busy", "queue_empty", "none_eligible", "profile_empty", "periods_exhausted",
        ];
    CallTicket Post "/api/v1/counters/{counter}/call"
        "Calls this ticket, waiting or on hold, whatever its place."
        ("ChooseTicket") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_counter", "unknown_ticket", "unknown_label",
            "unknown_queue", "counter_closed", "counter_away", "counter_busy", "not_waiting",
            "already_final", "counter_kind_not_allowed", "periods_exhausted",
        ];
    Recall Post "/api/v1/counters/{counter}/recall" "Announces the called ticket again."
        ("Nothing") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_counter", "counter_closed", "counter_idle",
            "not_called", "recalls_exhausted",
        ];
    StartService Post "/api/v1/counters/{counter}/start"
        "The resident is here and the slip matches (R-42)."
        ("StartService") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_counter", "counter_closed", "counter_idle",
            "not_called", "label_mismatch", "periods_exhausted",
        ];
    ReportMismatch Post "/api/v1/counters/{counter}/mismatch"
        "The slip does not match: the called ticket goes back to its place (R-45)."
        ("Nothing") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_counter", "counter_closed", "counter_idle",
            "not_called", "periods_exhausted",
        ];
    EndService Post "/api/v1/counters/{counter}/end-service"
        "窓口終了: the resident leaves, the case goes on (R-94)."
        ("Nothing") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_counter", "counter_closed", "counter_idle",
            "not_serving", "already_ended", "periods_exhausted",
        ];
    CompleteService Post "/api/v1/counters/{counter}/complete"
        "完了処理 with the procedures actually done (R-90, R-91)."
        ("CompleteService") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_counter", "unknown_procedure", "counter_closed",
            "counter_idle", "not_serving", "no_procedure", "too_many_procedures",
            "procedure_twice", "procedure_not_completable",
        ];
    MarkNoShow Post "/api/v1/counters/{counter}/no-show"
        "Nobody came, and nobody is expected any more."
        ("Nothing") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_counter", "counter_closed", "counter_idle",
            "not_called",
        ];
    ReturnToQueue Post "/api/v1/counters/{counter}/return" "Puts the called ticket back in line."
        ("ReturnToQueue") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_counter", "counter_closed", "counter_idle",
            "not_called", "returns_exhausted", "periods_exhausted", "queue_full",
        ];
    Hold Post "/api/v1/counters/{counter}/hold" "Sets the ticket at the counter aside."
        ("Hold") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_counter", "counter_closed", "counter_idle",
            "not_called", "not_serving", "periods_exhausted",
        ];
    Resume Post "/api/v1/counters/{counter}/resume"
        "The held resident is back: service goes on without a call."
        ("ChooseTicket") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_counter", "unknown_ticket", "unknown_label",
            "unknown_queue", "counter_closed", "counter_away", "counter_busy", "not_on_hold",
            "already_final", "counter_kind_not_allowed", "periods_exhausted",
        ];
    Transfer Post "/api/v1/counters/{counter}/transfer"
        "連携: sends the resident to another queue with the same label (R-52)."
        ("Transfer") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_counter", "unknown_queue", "counter_closed",
            "counter_idle", "not_called", "not_serving", "transfer_to_same_queue",
            "transfer_not_served", "queue_full", "periods_exhausted",
        ];
    Undo Post "/api/v1/counters/{counter}/undo" "Takes back the counter's last step."
        ("Nothing") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_counter", "unknown_ticket", "counter_closed",
            "counter_busy", "nothing_to_undo", "undo_too_late", "undo_overtaken", "queue_full",
        ];
    RecordGuidance Post "/api/v1/guidance" "Records a floor guidance without a ticket (R-37)."
        ("RecordGuidance") 201 COMMAND, [
            "no_setup", "day_not_open", "unknown_unit", "unknown_section",
            "duration_out_of_range",
        ];
    HandOutTag Post "/api/v1/tags" "Hands out a physical tag (R-80)."
        ("HandOutTag") 201 COMMAND, [
            "no_setup", "day_not_open", "unknown_tag_pool", "tag_number_unknown",
            "tag_already_out", "too_many_open",
        ];
    CallTag Post "/api/v1/tags/{tag}/call" "Calls the holder of a tag, by voice (R-81)."
        ("CallTag") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_tag", "unknown_counter", "counter_closed",
            "tag_already_returned",
        ];
    ReturnTag Post "/api/v1/tags/{tag}/return" "Takes a tag back."
        ("ReturnTag") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_tag", "unknown_procedure", "unknown_tag_pool",
            "tag_already_returned", "tag_procedure_not_allowed", "too_many_procedures",
            "procedure_twice",
        ];
    RingBell Post "/api/v1/bells/{bell}/ring" "Rings a bell (R-73)."
        ("RingBell") 201 COMMAND, [
            "no_setup", "day_not_open", "unknown_bell", "unknown_reason", "bell_already_ringing",
            "too_many_open",
        ];
    AcknowledgeBell Post "/api/v1/rings/{ring}/acknowledge" "Answers a ringing bell."
        ("Nothing") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_ring", "ring_already_answered", "ring_lapsed",
        ];
    ReceiveBatch Post "/api/v1/batches"
        "Registers a batch of mail or electronic cases (R-125)."
        ("ReceiveBatch") 201 COMMAND, [
            "no_setup", "day_not_open", "unknown_procedure", "procedure_not_batched",
            "channel_not_accepted", "batch_empty", "batch_too_large", "too_many_open",
        ];
    AdvanceBatch Post "/api/v1/batches/{batch}/advance" "Marks a step of a batch as done (R-120)."
        ("AdvanceBatch") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_batch", "unknown_procedure",
            "batch_step_backwards", "batch_step_unknown", "batch_already_delivered",
        ];
    DeliverBatch Post "/api/v1/batches/{batch}/deliver" "納品: delivers a batch (R-122)."
        ("DeliverBatch") 200 COMMAND, [
            "no_setup", "day_not_open", "unknown_batch", "batch_already_delivered",
            "batch_returned_too_many",
        ];
    OpenDay Post "/api/v1/day/open" "Opens today's business day."
        ("Nothing") 200 COMMAND, [
            "no_setup", "day_already_open", "day_not_today", "day_already_past", "closed_hours",
        ];
    CloseDay Post "/api/v1/day/close"
        "Closes the business day; what is still open is closed by rule, never lost."
        ("Nothing") 200 COMMAND, ["no_setup", "day_not_open"];
    ReadOffice Get "/api/v1/office" "Everything staff at the counters see."
        () 200 Answer::Json("CounterView"), [];
    ReadQueues Get "/api/v1/queues" "Every queue, with who waits how long."
        () 200 Answer::List("StaffQueue"), [];
    ReadCounters Get "/api/v1/counters" "Every counter, with what it does."
        () 200 Answer::List("CounterStatus"), [];
    ReadToday Get "/api/v1/today" "Today's figures, as on the dashboard."
        () 200 Answer::Json("DashboardView"), [];
    ReadReport Get "/api/v1/reports" "Counts and durations over finished days."
        () 200 Answer::Json("Report"), [];
    ListDevices Get "/api/v1/devices" "Every printer, bell, panel, button panel and scanner."
        () 200 Answer::List("DeviceView"), [];
    ReadDevice Get "/api/v1/devices/{device}" "One device, with what went over its line last."
        () 200 Answer::Json("DeviceDetail"), ["unknown_device"];
    TestDevice Post "/api/v1/devices/{device}/test"
        "Begins a test page, a short ring or a test of a panel."
        ("Nothing") 200 Answer::Json("DeviceDetail"), [
            "unknown_device", "device_cannot", "device_down", "device_busy",
        ];
    ChangeRoll Post "/api/v1/devices/{device}/new-roll"
        "A new roll of paper was put in: its slips are counted from nothing."
        ("Nothing") 200 Answer::Json("DeviceDetail"), ["unknown_device", "device_cannot"];
    WithdrawJob Post "/api/v1/devices/{device}/withdraw"
        "Takes back a slip of which no byte has left."
        ("WithdrawJob") 200 Answer::Json("DeviceDetail"), [
            "unknown_device", "unknown_job", "device_cannot",
        ];
    FindDevices Get "/api/v1/found-devices"
        "Devices that are plugged into this machine, with lines for the office file."
        () 200 Answer::List("FoundDevice"), [];
    ReadHealth Get "/healthz" "Whether the office can work."
        () 200 Answer::Json("Health"), [];
    ReadMetrics Get "/metrics" "Figures for monitoring, in Prometheus' text format."
        () 200 Answer::Text, [];
    ReadContract Get "/api/v1/openapi.json" "This document."
        () 200 Answer::Contract, [];
    Connect Get "/ws" "The live connection: hello, a snapshot or what was missed, then changes."
        () 101 Answer::Switch, [];
}

impl Route {
    /// The names in its path, such as `counter`.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> {
        let segments = self.path.split('/');
        segments.filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Errors it can answer with that are not refusals of the rules.
    pub fn general(&self) -> impl Iterator<Item = General> {
        GENERALS.iter().copied().filter(|general| self.answers(general))
    }

    fn answers(&self, general: &General) -> bool {
        let command = self.method == Method::Post;
        match general.code {
            "foreign_host" => true,
            "bad_json"
            | "bad_idempotency_key"
            | "foreign_origin"
            | "slow_request"
            | "body_too_large"
            | "wrong_content_type"
            | "bad_request"
            | "key_reused"
            | "failing"
                if command =>
            {
                true
            }
            "busy" => command || matches!(self.answer, Answer::Json(_) | Answer::List(_)),
            "failing" => {
                matches!(self.operation, Operation::ReadHealth | Operation::ReadReport)
            }
            "bad_request" if self.operation == Operation::ReadReport => true,
            "bad_upgrade" | "foreign_origin" | "bad_request" | "too_many_screens" => {
                self.operation == Operation::Connect
            }
            "no_printer" | "printer_down" | "not_transferred" | "no_day" | "unknown_print"
            | "unknown_label" | "unknown_device" | "unknown_job" | "device_cannot"
            | "device_down" | "device_busy" => self.refusals.contains(&general.code),
            _ => false,
        }
    }

    /// Every code it can answer with.
    pub fn codes(&self) -> impl Iterator<Item = &'static str> {
        let general = self.general().map(|general| general.code);
        let rules = self.refusals.iter().copied().filter(|code| general_of(code).is_none());
        general.chain(rules)
    }
}

/// Finds an error that is not a refusal of the rules.
pub fn general_of(code: &str) -> Option<General> {
    GENERALS.iter().copied().find(|general| general.code == code)
}

/// The status a code is answered with: a thing that does not exist is 404, any other refusal of
/// the rules a conflict with the state.
pub fn status_of(code: &str) -> u16 {
    match general_of(code) {
        Some(general) => general.status,
        None if code.starts_with("unknown_") => 404,
        None => 409,
    }
}
