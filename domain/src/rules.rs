//! The choices and limits of the queue rules; everything an office may decide differently.

/// Choices and limits. Every limit has a named refusal (invariant 8).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rules {
    /// People of the priority class count as having come this many minutes earlier, 0 to 120.
    pub priority_head_start_min: u16,
    /// People with an appointment count as having come this many minutes before its time, 0 to 120.
    pub appointment_head_start_min: u16,
    /// At most this many tickets of the priority or appointment class are called from a queue in
    /// a row while somebody ordinary waits in it whom the calling counter may take, 1 to 10
    /// (queue-systems.md §3, starvation).
    pub priority_run_max: u8,
    /// After this many minutes, counted from its place in the line, a ticket ranks in the first
    /// tier of every profile, 5 to 240.
    pub ageing_min: u16,
    /// What a ticket's language means for `CallNext`.
    pub language_calls: LanguageCalls,
    /// Where a transferred ticket stands in its new queue.
    pub transfer_place: TransferPlace,
    /// What must have happened before a transferred ticket can be called.
    pub transfer_gate: TransferGate,
    /// How often a ticket may be returned to the queue because nobody came, 0 to 5; after that
    /// the counter marks a no-show.
    pub return_max: u8,
    /// How often a called ticket may be announced again, 1 to 20.
    pub recall_max: u8,
    /// How long after a step its counter may undo it, in seconds, 5 to 600.
    pub undo_s: u16,
    /// How long a bell waits for an answer before it escalates, in seconds, 10 to 600.
    pub bell_answer_s: u16,
    /// How often a ringing bell escalates at most, 1 to 10.
    pub bell_escalation_max: u8,
    /// Most procedures in one completion, 1 to 10.
    pub procedures_max: u8,
    /// Most periods in one ticket's life: bounds what one ticket can cost, 10 to 200.
    pub periods_max: u8,
    /// Most tickets in one business day, over all queues, 100 to 50,000.
    pub tickets_day_max: u32,
    /// Longest time a finished service may have lasted without being doubted, in minutes; a
    /// longer one is marked as inaccurate by rule, 1 to 1,440 (queue-systems.md §3, TheQ).
    pub service_max_min: u16,
    /// How far back a kiosk's offline ticket may reach when it is merged, in minutes, 1 to 1,440.
    pub offline_age_max_min: u16,
}

/// What the language of a ticket means for `CallNext`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LanguageCalls {
    /// Nothing.
    Ignore,
    /// A counter without the language leaves the ticket to one with it, as long as such a counter
    /// is open, attended (the operator there, or only at the register) and serves the queue;
    /// otherwise, and when it has waited for [`Rules::ageing_min`], anyone takes it, so that
    /// nobody is left waiting.
    Prefer,
    /// Only a counter with the language calls it; others can still call it by its label.
    Require,
}

/// Where a transferred ticket stands in its new queue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum TransferPlace {
    /// Behind those who are there: by the time of the transfer.
    Arrival,
    /// By the time its ticket was issued.
    Issue,
}

/// What must have happened before a transferred ticket can be called by `CallNext`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum TransferGate {
    /// Nothing: it can be called at once; the confirmations are shown as open until done.
    None,
    /// The arrival confirmation (到着確認操作).
    Arrival,
    /// The check by eye as well (目視確認).
    Check,
}
