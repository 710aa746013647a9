//! Writes the TypeScript types of the screens from the types of this crate, and fails when the
//! committed file is stale. `UPDATE_CONTRACT=1 cargo test -p protocol` rewrites it.

mod frozen;
mod openapi;

use std::fs;
use std::path::Path;

use ts_rs::{Config, TS};

/// Where the committed types are, from this crate's folder.
const TYPES: &str = "../server/web/shared/protocol.ts";

fn types() -> String {
    let config = Config::new().with_large_int("number");
    let mut text = String::from(
        "// Generated from the Rust crate `protocol`; do not edit.\n\
         // UPDATE_CONTRACT=1 cargo test -p protocol\n\n",
    );
    text.push_str(&format!("export const PROTOCOL_VERSION = {};\n\n", crate::VERSION));
    text.push_str("export type Text = { [language: string]: string };\n");
    macro_rules! declare {
        ($($t:ty),+ $(,)?) => {$(
            text.push('\n');
            if let Some(docs) = <$t as TS>::docs() {
                text.push_str(docs.trim_end());
                text.push('\n');
            }
            text.push_str("export ");
            text.push_str(&<$t as TS>::decl(&config));
            text.push('\n');
        )+};
    }
    use crate::{
        answer::*, device::*, event::*, live::*, print::*, report::*, request::*, view::*,
    };
    declare!(
        EventRecord, Source, Event, SetupFigures, ProcedureFigures, QueueFigures, ProcedureSort,
        Window, Class, Origin, CallKind, Paper, CancelReason,
        HoldReason, ReturnPlace, ConfirmStep, StepKind, AwayReason, GuidanceKind, BatchChannel,
        ProfileLine,
        IssueTicket, ReprintTicket, AdmitLinked, MergeOffline, CancelTicket, ReportPaper,
        ConfirmTransfer, ChooseTicket, StartService, CompleteService, ReturnToQueue, Hold,
        Transfer, OpenCounter, PauseCounter,
        Nothing, RecordGuidance, HandOutTag, CallTag, ReturnTag, RingBell,
        ReceiveBatch, AdvanceBatch, DeliverBatch,
        PrintSlip, PrintKind, PrintView, SlipKind, PrintState,
        CommandAnswer, ErrorEnvelope, ErrorBody, Health, HealthStatus,
        LiveMessage<ts_rs::Dummy, ts_rs::Dummy>, Hello, Mode, GoodbyeReason,
        DayStatus, QueueStatus, WaitBand, Notice,
        KioskView, ErrandView, ErrandTarget, PrinterView, PrinterCondition, KioskChange,
        DisplayView, DisplayCounter, DisplayCounterState, CallView, CallState, DisplayChange,
        CounterView, StaffQueue, CounterStatus, UndoView, CounterKind, CounterState, TicketView,
        TicketState, TransferView, ProcedureView, BellView, BellCondition, BellReason, RingView,
        Alert, AlertKind, AlertLevel, CounterChange,
        DashboardView, WaitSummary, ProcedureSummary, TodaySummary, DashboardChange,
        Report, RowCount, ProcedureReport, WaitReport, TicketTotals, Spread,
        DeviceView, DeviceKind, DeviceState, PaperLeft, InputView, JobView, JobProgress,
        DeviceAction, ExchangeView, ExchangeDirection, DeviceDetail, FoundDevice, FoundLink,
        ProposedLine, FoundWarning, WithdrawJob,
    );
    text.push_str(
        "\nexport type KioskMessage = LiveMessage<KioskView, KioskChange>;\n\
         export type CounterMessage = LiveMessage<CounterView, CounterChange>;\n\
         export type DisplayMessage = LiveMessage<DisplayView, DisplayChange>;\n\
         export type DashboardMessage = LiveMessage<DashboardView, DashboardChange>;\n",
    );
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

#[test]
fn typescript_types_are_fresh() {
    fresh(TYPES, &types());
}

/// Compares a committed file, named from this crate's folder, with what it should be; rewrites it
/// when asked to.
fn fresh(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("UPDATE_CONTRACT").is_some() {
        fs::write(&path, text).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "{name} is stale; run UPDATE_CONTRACT=1 cargo test -p protocol and commit it"
    );
}
