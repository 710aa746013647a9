//! Slips beside the tickets' own: those that somebody asks for, and those that an event brings.

use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use domain::id::{KioskId, QueueId, SectionId, TagUseId, TicketId};
use domain::office::Office;
use domain::ticket::{Paper, Ticket};
use domain::time::Timestamp;
use kiosk::slip::{Kind, Slip};
use kiosk::spool::{NewJob, Request as PrintRequest, Subject};
use protocol::print::{PrintKind, PrintSlip, PrintState, PrintView, SlipKind};
use protocol::request::ReprintTicket;
use protocol::route::{self, Route};
use tokio::sync::mpsc;

use super::command::{self, Received};
use super::fault::Fault;
use super::{State, ask, json};
use crate::printing::{NotPrinted, Printing, Unasked};
use crate::report::{Days, Range};
use crate::slip::{self, Desk, SummaryFacts};

/// Most slips that are listed.
const LISTED_MAX: u16 = 100;

/// Prints a slip that somebody asks for.
///
/// # Errors
///
/// Those of the route.
pub(super) async fn carry_out(
    state: &State,
    route: &'static Route,
    request: Request<Body>,
) -> Result<Response<Body>, Fault> {
    let (head, body) = request.into_parts();
    let Received { body, key } = command::receive(route, "", &head.headers, body).await?;
    let PrintSlip { kind, ticket, tag, printer } = ask::json(&body)?;
    let request = key.map(|key| PrintRequest { key: key.key, digest: key.request });
    let chosen = printer.map(|printer| ask::key(KioskId::new, "printer", &printer)).transpose()?;
    let subject = subject(kind, ticket, tag)?;
    let printing = printing(state)?;
    // A repeated request gets its answer even when its ticket is gone.
    if let Some(request) = request
        && let Some(view) = printing.find_request(request).await.map_err(fault)?
    {
        return Ok(json(StatusCode::CREATED, &view));
    }
    let view = print(state, printing, subject, chosen, request).await?;
    Ok(json(StatusCode::CREATED, &view))
}

/// The latest slips of every printer.
///
/// # Errors
///
/// `failing` when a queue cannot be read.
pub(super) async fn list(state: &State) -> Result<Response<Body>, Fault> {
    let mut views = match state.printing() {
        Some(printing) => printing.latest(LISTED_MAX).await.map_err(fault)?,
        None => Vec::new(),
    };
    settle(state, &mut views).await;
    Ok(json(StatusCode::OK, &views))
}

/// One slip.
///
/// # Errors
///
/// `unknown_print`.
pub(super) async fn read(state: &State, name: &str) -> Result<Response<Body>, Fault> {
    let unknown = || Fault::general(route::UNKNOWN_PRINT).with("print", name);
    let printing = state.printing().ok_or_else(unknown)?;
    let mut view = printing.find(name).await.map_err(fault)?.ok_or_else(unknown)?;
    settle(state, std::slice::from_mut(&mut view)).await;
    Ok(json(StatusCode::OK, &view))
}

/// Says of which slips nobody need decide any more: what the printer said of them stays as it was.
async fn settle(state: &State, views: &mut [PrintView]) {
    // A board that is behind says so of one that was settled just now at the next look.
    let _ = state.board().at_least(state.engine().seq()).await;
    state.board().read(|scene| {
        for view in views {
            let doubtful = view.kind == SlipKind::Ticket && view.state == PrintState::Unknown;
            let ticket = view.ticket.and_then(|ticket| scene.office().ticket(TicketId(ticket)));
            view.settled = doubtful
                && ticket
                    .is_none_or(|ticket| ticket.paper == Paper::Printed || ticket.state.is_final());
        }
    });
}

/// Lets a ticket's next reprint come out where staff want it.
///
/// # Errors
///
/// `bad_request`, `no_printer` for a kiosk that has none, and `printer_down` for one whose printer
/// cannot print now.
pub(super) fn choose(state: &State, ticket: TicketId, body: &[u8]) -> Result<(), Fault> {
    let ReprintTicket { printer } = ask::json(body)?;
    let Some(printer) = printer else { return Ok(()) };
    let kiosk = ask::key(KioskId::new, "printer", &printer)?;
    printing(state)?.choose(ticket, kiosk).map_err(|error| fault(error).with("printer", printer))
}

/// Prints what events ask for, until the printers are gone. What cannot be printed is logged: the
/// event itself stands, and staff can ask for the slip.
pub async fn print_unasked(state: State, mut unasked: mpsc::Receiver<Unasked>) {
    while let Some(Unasked { subject, seq, request }) = unasked.recv().await {
        // The board shows what led to the slip before the slip is written.
        state.board().at_least(seq).await;
        let Ok(printing) = printing(&state) else { return };
        let known = printing.find_request(request).await;
        if matches!(known, Ok(Some(_))) {
            continue;
        }
        if let Err(fault) = print(&state, printing, subject, None, Some(request)).await {
            tracing::warn!(code = fault.code, kind = subject.kind.name(), "a slip is not printed");
        }
    }
}

fn printing(state: &State) -> Result<&Printing, Fault> {
    state.printing().ok_or_else(|| Fault::general(route::NO_PRINTER))
}

fn subject(kind: PrintKind, ticket: Option<u64>, tag: Option<u64>) -> Result<Subject, Fault> {
    let of = |kind: Kind, number: Option<u64>, code: &'static str, what: &str| {
        let number = number.ok_or_else(|| Fault::unknown(code, what, "(none)"))?;
        Ok(Subject { kind, number })
    };
    match kind {
        PrintKind::Transfer => of(Kind::Transfer, ticket, "unknown_ticket", "ticket"),
        PrintKind::Staff => of(Kind::Staff, ticket, "unknown_ticket", "ticket"),
        PrintKind::Tag => of(Kind::Tag, tag, "unknown_tag", "tag"),
        PrintKind::Summary => Ok(Subject { kind: Kind::Summary, number: 0 }),
    }
}

async fn print(
    state: &State,
    printing: &Printing,
    subject: Subject,
    chosen: Option<KioskId>,
    request: Option<PrintRequest>,
) -> Result<PrintView, Fault> {
    let slip = write(state, subject).await?;
    let kiosk = printing.printer_for(subject.kind, chosen).map_err(fault)?;
    let layout = state.office().slips.layout_of(Some(kiosk));
    let document = slip::document(&slip, layout).map_err(|error| {
        tracing::error!(%error, kind = subject.kind.name(), "a slip does not fit the paper");
        Fault::general(route::FAILING).saying("expected a slip that fits the paper")
    })?;
    let asked_at_ms = state.clock().now().at.0;
    let new = NewJob { request, asked_at_ms, ..NewJob::new(subject, document) };
    printing.print(kiosk, new).await.map_err(fault)
}

fn fault(error: NotPrinted) -> Fault {
    match error {
        NotPrinted::NoPrinter => Fault::general(route::NO_PRINTER),
        NotPrinted::PrinterDown { other } => {
            let down = Fault::general(route::PRINTER_DOWN);
            match other {
                Some(other) => down.with("other", other),
                None => down,
            }
        }
        NotPrinted::KeyReused => Fault::general(route::KEY_REUSED),
        NotPrinted::Spool(error) => {
            tracing::error!(%error, "a slip cannot be spooled");
            Fault::general(route::FAILING).saying("expected a print queue that can be written")
        }
    }
}

/// Writes what a slip says.
async fn write(state: &State, subject: Subject) -> Result<Slip, Fault> {
    if !state.board().at_least(state.engine().seq()).await {
        return Err(Fault::general(route::BUSY));
    }
    if subject.kind == Kind::Summary {
        return summary(state).await;
    }
    let desk = Desk::new(state.office(), state.clock());
    let now = state.clock().now().at;
    state.board().read(|scene| match subject.kind {
        Kind::Tag => tag(&desk, scene.office(), subject.number),
        Kind::Transfer => transfer(&desk, scene.office(), subject.number, now),
        Kind::Staff | Kind::Ticket | Kind::Summary | Kind::Test => {
            let ticket = ticket(scene.office(), subject.number)?;
            Ok(slip::staff(&desk, ticket, now).to_slip())
        }
    })
}

fn ticket(office: &Office, number: u64) -> Result<&Ticket, Fault> {
    let unknown = || Fault::unknown("unknown_ticket", "ticket", &number.to_string());
    office.ticket(TicketId(number)).ok_or_else(unknown)
}

fn tag(desk: &Desk<'_>, office: &Office, number: u64) -> Result<Slip, Fault> {
    let unknown = || Fault::unknown("unknown_tag", "tag", &number.to_string());
    let tag = office.tag_use(TagUseId(number)).ok_or_else(unknown)?;
    let language = domain::language::Language::Japanese;
    let tag = slip::Tag { pool: tag.pool, number: tag.number, language, at: tag.out_at };
    Ok(slip::tag(desk, &tag).to_slip())
}

/// 連携用紙 for a ticket that was last sent from one section to another.
fn transfer(desk: &Desk<'_>, office: &Office, number: u64, now: Timestamp) -> Result<Slip, Fault> {
    let ticket = ticket(office, number)?;
    let section = |queue: QueueId| -> Option<SectionId> {
        office.setup().and_then(|setup| setup.queue(queue)).map(|queue| queue.section)
    };
    let to = section(ticket.queue);
    let mut before = ticket.periods.iter().rev().filter_map(|period| section(period.queue));
    let from = before.find(|section| Some(*section) != to);
    let (Some(from), Some(to)) = (from, to) else {
        return Err(Fault::general(route::NOT_TRANSFERRED).with("label", ticket.label));
    };
    let (label, language, token) = (ticket.label, ticket.language, ticket.token);
    let about = slip::Transfer { label, language, token, from, to, at: now };
    Ok(slip::transfer(desk, &about).to_slip())
}

/// The open day in figures, or the last one.
async fn summary(state: &State) -> Result<Slip, Fault> {
    let (date, wait_limit_min) = state.board().read(|scene| {
        let office = scene.office();
        let date = office.day().map(|day| day.date).or(office.last_day());
        (date, scene.dashboard().wait_limit_min)
    });
    let date = date.ok_or_else(|| Fault::general(route::NO_DAY))?;
    let reports = state.reports().ok_or_else(|| Fault::general(route::FAILING))?;
    let range = Range { from: date, to: date, days: Days::WithOpen };
    let report = reports.report(range).await.map_err(|error| {
        tracing::warn!(?error, "the day in figures cannot be read");
        Fault::general(route::BUSY)
    })?;
    let at = state.clock().now().at;
    let facts = SummaryFacts { report: &report, wait_limit_min, at };
    Ok(slip::summary(&Desk::new(state.office(), state.clock()), &facts).to_slip())
}
