//! The HTTP interface: commands and readings under `/api/v1`, the live connection, the pages.
//!
//! The router is made from [`ROUTES`], the same list the OpenAPI document is made from. A handler
//! reads a request, asks the engine or looks at the board, and answers; it never touches the log or
//! the office. Everything that goes wrong is answered in the one envelope.
//!
//! | part | what it does |
//! |---|---|
//! | `ask` | bodies and paths as orders |
//! | `command` | one order: body, idempotency key, answer |
//! | `device` | printers, bells, panels and inputs for the technician |
//! | `reading` | what the board shows, health, figures, the contract |
//! | `print` | slips that somebody asks for |
//! | `guard` | who may ask, and what every answer says about itself |
//! | `fault` | the envelope |
//! | `listener` | connections: their number, their pace, their end |
//! | `assets` | the pages |

mod ask;
mod assets;
mod command;
mod device;
mod fault;
mod guard;
mod listener;
mod print;
mod reading;

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use axum::routing::{MethodFilter, MethodRouter};
use protocol::route::{Method, Operation, ROUTES, Route};
use serde::Serialize;
use tokio::sync::{Semaphore, watch};

pub(crate) use self::fault::Fault;
use crate::board::Board;
use crate::clock::Clock;
use crate::config::OfficeFile;
use crate::devices::registry::Registry;
use crate::engine::Engine;
use crate::metrics::Counts;
use crate::printing::Printing;
use crate::report::Reports;
use crate::socket;
use crate::socket::stage::Stage;
use crate::view::Scene;

pub use listener::serve;
pub use print::print_unasked;

/// Limits of the HTTP interface.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Most connections at once; more wait until one ends.
    pub connections_max: usize,
    /// Most screens at once; more are refused.
    pub screens_max: usize,
    /// Names, besides addresses and `localhost`, under which browsers may reach the server.
    pub hosts: Vec<String>,
}

impl Default for Limits {
    /// Room for every screen of the largest office measured (1,000), twice.
    fn default() -> Limits {
        Limits { connections_max: 4_096, screens_max: 2_048, hosts: Vec::new() }
    }
}

/// What handlers work with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct State(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: Engine,
    board: Board,
    clock: Arc<Clock>,
    office: Arc<OfficeFile>,
    devices: OnceLock<Registry>,
    printing: OnceLock<Printing>,
    data: PathBuf,
    limits: Limits,
    screens: Arc<Semaphore>,
    stage: OnceLock<Option<Stage>>,
    counts: Counts,
    reports: OnceLock<Reports>,
    closing: watch::Sender<bool>,
}

impl State {
    /// The state of a server over a running engine and its board; `data` is the data directory.
    pub fn new(
        engine: Engine,
        board: Board,
        clock: Arc<Clock>,
        office: Arc<OfficeFile>,
        data: PathBuf,
        limits: Limits,
    ) -> State {
        let screens = Arc::new(Semaphore::new(limits.screens_max));
        State(Arc::new(Inner {
            engine,
            board,
            clock,
            office,
            devices: OnceLock::new(),
            printing: OnceLock::new(),
            data,
            limits,
            screens,
            stage: OnceLock::new(),
            counts: Counts::new(),
            reports: OnceLock::new(),
            closing: watch::Sender::new(false),
        }))
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// The board.
    pub fn board(&self) -> &Board {
        &self.0.board
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The office file the server was started with.
    pub fn office(&self) -> &OfficeFile {
        &self.0.office
    }

    /// Lets the technician's routes reach these devices; without it the office has none.
    #[must_use]
    pub fn with_devices(self, devices: Registry) -> State {
        // A state that has devices keeps them.
        let _ = self.0.devices.set(devices);
        self
    }

    /// Lets slips be asked for; without it the office has no printer.
    #[must_use]
    pub fn with_printing(self, printing: Printing) -> State {
        // A state that has printers keeps them.
        let _ = self.0.printing.set(printing);
        self
    }

    /// The printers.
    pub fn printing(&self) -> Option<&Printing> {
        self.0.printing.get()
    }

    /// The devices.
    pub fn devices(&self) -> &Registry {
        let none = || Registry::new(Arc::clone(&self.0.clock), std::path::Path::new("/"));
        self.0.devices.get_or_init(none)
    }

    /// The data directory.
    pub fn data(&self) -> &std::path::Path {
        &self.0.data
    }

    /// Where reports come from; its thread starts with the first one asked for. `None` when the
    /// operating system gives no thread.
    pub(crate) fn reports(&self) -> Option<&Reports> {
        if self.0.reports.get().is_none() {
            // Two that begin at once: one is kept, the other ends by itself.
            let _ = self.0.reports.set(Reports::start(&self.0.data).ok()?);
        }
        self.0.reports.get()
    }

    /// What has been counted for `/metrics`.
    pub fn counts(&self) -> &Counts {
        &self.0.counts
    }
}

/// The router over every route of [`ROUTES`] and the pages.
pub fn router(state: &State) -> Router {
    let mut paths: Vec<&'static str> = ROUTES.iter().map(|route| route.path).collect();
    paths.dedup();
    let mut router = Router::new();
    for path in paths {
        let routes = ROUTES.iter().filter(|route| route.path == path);
        let mut methods = MethodRouter::<(), Infallible>::new();
        for route in routes {
            let state = state.clone();
            let handler = move |parameters: Parameters, request: Request<Body>| {
                handle(state.clone(), route, parameters, request)
            };
            let filter = match route.method {
                Method::Get => MethodFilter::GET,
                Method::Post => MethodFilter::POST,
            };
            methods = methods.on(filter, handler);
        }
        router = router.route(path, methods.fallback(move || wrong_method(path)));
    }
    router.fallback(assets::serve)
}

/// The names in a path with their values; refused when a value is no text.
type Parameters = Result<Path<Vec<(String, String)>>, PathRejection>;

/// What a path is about. What is no text (`%FF`) names nothing, as does U+FFFD in its place, so it
/// is answered like any other name that nobody bears.
fn subject(parameters: &Parameters) -> &str {
    match parameters {
        Ok(Path(parameters)) => parameters.first().map_or("", |(_, value)| value.as_str()),
        Err(_) => "\u{fffd}",
    }
}

/// Answers one request of a known route.
async fn handle(
    state: State,
    route: &'static Route,
    parameters: Parameters,
    request: Request<Body>,
) -> Response<Body> {
    let subject = subject(&parameters);
    let answer = match route.operation {
        Operation::Connect => socket::connect(&state, request),
        Operation::ReadHealth => Ok(reading::health(&state)),
        Operation::ReadMetrics => Ok(reading::figures(&state)),
        Operation::ReadContract => Ok(reading::contract()),
        Operation::ReadTicket => reading::ticket(&state, subject).await,
        Operation::ReadOffice => reading::look(&state, Scene::counter).await,
        Operation::ReadQueues => reading::look(&state, Scene::staff_queues).await,
        Operation::ReadCounters => reading::look(&state, Scene::counter_rows).await,
        Operation::ReadToday => reading::look(&state, Scene::dashboard).await,
        Operation::ReadReport => reading::report(&state, request.uri().query()).await,
        Operation::PrintSlip => print::carry_out(&state, route, request).await,
        Operation::ListPrints => print::list(&state).await,
        Operation::ReadPrint => print::read(&state, subject).await,
        Operation::ListDevices
        | Operation::ReadDevice
        | Operation::FindDevices
        | Operation::TestDevice
        | Operation::ChangeRoll
        | Operation::WithdrawJob => device::answer(&state, route, subject, request).await,
        Operation::IssueTicket
        | Operation::AdmitLinked
        | Operation::MergeOffline
        | Operation::CancelTicket
        | Operation::ReportPaper
        | Operation::ReprintTicket
        | Operation::MarkInaccurate
        | Operation::ConfirmTransfer
        | Operation::OpenCounter
        | Operation::PauseCounter
        | Operation::ContinueCounter
        | Operation::CloseCounter
        | Operation::CallNext
        | Operation::CallTicket
        | Operation::Recall
        | Operation::StartService
        | Operation::ReportMismatch
        | Operation::EndService
        | Operation::CompleteService
        | Operation::MarkNoShow
        | Operation::ReturnToQueue
        | Operation::Hold
        | Operation::Resume
        | Operation::Transfer
        | Operation::Undo
        | Operation::RecordGuidance
        | Operation::HandOutTag
        | Operation::CallTag
        | Operation::ReturnTag
        | Operation::RingBell
        | Operation::AcknowledgeBell
        | Operation::ReceiveBatch
        | Operation::AdvanceBatch
        | Operation::DeliverBatch
        | Operation::OpenDay
        | Operation::CloseDay => command::carry_out(&state, route, subject, request).await,
    };
    answer.unwrap_or_else(|fault| refuse(route, fault))
}

/// Answers that something was not done.
fn refuse(route: &Route, fault: Fault) -> Response<Body> {
    let told = route.codes().any(|code| code == fault.code);
    debug_assert!(told, "{} is no code of {}", fault.code, route.path);
    if !told {
        tracing::error!(code = fault.code, path = route.path, "the contract misses a code");
    }
    fault.respond()
}

async fn wrong_method(path: &'static str) -> Response<Body> {
    let methods = ROUTES.iter().filter(|route| route.path == path);
    let names = methods.map(|route| match route.method {
        Method::Get => "GET, HEAD",
        Method::Post => "POST",
    });
    Fault::wrong_method(names.collect::<Vec<_>>().join(", ")).respond()
}

/// A JSON answer.
fn json(status: StatusCode, body: &impl Serialize) -> Response<Body> {
    let bytes = serde_json::to_vec(body).expect("the protocol's types are always JSON");
    typed(status, "application/json", Body::from(bytes))
}

fn typed(status: StatusCode, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

impl State {
    fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Leave to open one more screen, or why not.
    pub(crate) fn admit_screen(&self) -> Option<tokio::sync::OwnedSemaphorePermit> {
        Arc::clone(&self.0.screens).try_acquire_owned().ok()
    }

    /// The thread of the screens, started for the first of them; `None` when there can be none.
    pub(crate) fn stage(&self) -> Option<&Stage> {
        let start = || {
            let started = Stage::start(self.board());
            started.inspect_err(|error| tracing::error!(%error, "no thread for screens")).ok()
        };
        self.0.stage.get_or_init(start).as_ref()
    }

    /// Turns true when the server begins to close.
    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.0.closing.subscribe()
    }

    /// Resolves when the server begins to close.
    pub(crate) async fn closed(closing: &mut watch::Receiver<bool>) {
        // A sender that is gone closes too.
        let _ = closing.wait_for(|closing| *closing).await;
    }

    fn close(&self) {
        self.0.closing.send_replace(true);
    }
}
