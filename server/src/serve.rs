//! `yobidashi serve`: the whole office in one process.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use domain::office::Office;
use tokio::net::TcpListener;

use crate::board::{Beginning, Board, Identity};
use crate::clock::{Clock, ClockError};
use crate::config::{ConfigErrors, OfficeFile};
use crate::devices::AddressError;
use crate::devices::equipment::{self, Equipment};
use crate::engine::{Core, Engine, Engineered, OpenError, Publish, Recovered};
use crate::http;
use crate::printing::{self, Printing, PrintingError};
use crate::twin::{TwinError, Twins};

/// Most events that are told again after a restart: some minutes of a busy office. A screen that
/// missed more gets a snapshot.
const TOLD_AGAIN_MAX: usize = 512;

/// Runs the office: kiosk, counters, displays and dashboard, from one data directory.
#[derive(Args, Debug)]
pub struct ServeArgs {
    /// Folder that holds the log and all that is derived from it; made if it is not there
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Address and port to listen on, such as 127.0.0.1:8080. Loopback only: nobody signs in yet,
    /// so whoever reaches the port can do everything
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Office file; without it the built-in default office is used
    #[arg(long, value_name = "FILE")]
    pub office: Option<PathBuf>,
    /// Rehearsal: start the office's clock at this local time, such as 2026-06-02T10:00.
    /// Screens say 練習. Use a data folder of its own
    #[arg(long, value_name = "TIME")]
    pub clock: Option<String>,
    /// Rehearsal: how many times faster than real time the clock runs
    #[arg(long, value_name = "N", default_value_t = 1.0, requires = "clock")]
    pub clock_speed: f64,
}

/// Why the office could not be run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Listening beyond this machine would let anybody do everything.
    #[error(
        "{0} can be reached from other machines, and nobody signs in yet: expected a loopback \
         address such as 127.0.0.1:{1}"
    )]
    NotLoopback(SocketAddr, u16),
    /// The speed of the rehearsal clock makes no sense.
    #[error("--clock-speed {0} is out of range: expected 0.1 to 600")]
    ClockSpeed(f64),
    /// The office file has mistakes.
    #[error("{0}")]
    Config(ConfigErrors),
    /// The zone or the rehearsal's moment makes no sense.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// The log cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The data directory cannot be made.
    #[error("failed to make the data directory {dir}: {source}")]
    Directory {
        /// The directory.
        dir: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The port is taken or not allowed.
    #[error("failed to listen on {listen}: {source}")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The operating system gives no thread.
    #[error("failed to start a thread: {0}")]
    Thread(std::io::Error),
    /// A printer cannot be set up.
    #[error(transparent)]
    Printing(#[from] PrintingError),
    /// A bell, a panel or an input cannot be set up.
    #[error(transparent)]
    Equipment(#[from] AddressError),
    /// A virtual device cannot be set up.
    #[error(transparent)]
    Twin(#[from] TwinError),
    /// The log failed while the office ran.
    #[error("the log failed: {0}")]
    Log(#[from] crate::log::LogError),
    /// The connection to clients failed.
    #[error("failed to serve: {0}")]
    Http(std::io::Error),
}

/// Reads the office file, or takes the built-in one.
///
/// # Errors
///
/// Every mistake in it.
pub fn office_file(path: Option<&Path>) -> Result<OfficeFile, ConfigErrors> {
    path.map_or_else(|| Ok(OfficeFile::embedded()), OfficeFile::load)
}

fn clock(args: &ServeArgs, zone: &str) -> Result<Clock, ServeError> {
    let Some(moment) = &args.clock else { return Ok(Clock::real(zone)?) };
    if !(0.1..=600.0).contains(&args.clock_speed) {
        return Err(ServeError::ClockSpeed(args.clock_speed));
    }
    Ok(Clock::rehearsal(zone, moment, args.clock_speed)?)
}

/// Runs the office until the process is told to stop (SIGTERM or Ctrl-C).
///
/// # Errors
///
/// [`ServeError`]: why it could not start, or that the log failed.
pub async fn run(args: ServeArgs) -> Result<(), ServeError> {
    if !args.listen.ip().is_loopback() {
        return Err(ServeError::NotLoopback(args.listen, args.listen.port()));
    }
    let office = Arc::new(office_file(args.office.as_deref()).map_err(ServeError::Config)?);
    let clock = Arc::new(clock(&args, &office.zone)?);
    make_directory(&args.data)?;
    let (listener, address) = listen(args.listen).await?;

    let (core, recovered) = Core::open(&args.data, &office.setup, clock.now())?;
    crate::defect::end_process_on_defect();
    if let Some(refusal) = &recovered.setup_kept {
        tracing::warn!(%refusal, "the office file differs from the setup in force, which stays");
    }
    tracing::info!(replayed = recovered.replayed, seq = core.seq(), "the log has been read");
    let today = core.office().clone();
    let recent = recovered.recent.clone();
    let beginning = beginning(recovered, core.seq());
    let identity = Identity::new(office.setup.office.to_string(), core.epoch());
    let board =
        Board::start(beginning, identity, Arc::clone(&clock)).map_err(ServeError::Thread)?;
    let twins = Arc::new(Twins::start(&office, &args.data, &clock).await?);
    let (to_devices, from_engine) = crate::devices::channel();
    let publish = publish(board.clone(), to_devices);
    let engineered =
        Engine::start(core, Arc::clone(&clock), publish).map_err(ServeError::Thread)?;
    let engine = engineered.engine.clone();

    let printing = printing::Beginning {
        office: Arc::clone(&office),
        clock: Arc::clone(&clock),
        engine: engine.clone(),
        dir: &args.data,
        addresses: twins.printers(),
        today: &today,
        recent: &recent,
    };
    let printing = {
        let board = board.clone();
        Printing::start(printing, move |printer| board.set_printer(printer))?
    };
    let equipment = Equipment::start(equipment::Beginning {
        office: &office,
        clock: &clock,
        board: &board,
        engine: &engine,
        printing: &printing,
        twins: &twins,
    })?;
    tokio::spawn(from_engine.run(printing.clone(), equipment.clone()));

    let limits = http::Limits::default();
    let data = args.data.clone();
    let state =
        http::State::new(engine.clone(), board, Arc::clone(&clock), office, args.data, limits)
            .with_devices(equipment.registry())
            .with_printing(printing.clone());
    let unasked = printing.take_unasked();
    let unasked = unasked.map(|asked| tokio::spawn(http::print_unasked(state.clone(), asked)));
    announce(&args.clock, address, &today, &clock);
    tokio::spawn(crate::integrity::check(data));
    let beside = Arc::clone(&twins).routes();
    answer_requests(listener, state, beside).await?;
    equipment.stop().await;
    if let Some(unasked) = unasked {
        unasked.abort();
    }
    stop(engineered).await
}

/// Stops the engine; everything that it has acknowledged is on disk.
async fn stop(engineered: Engineered) -> Result<(), ServeError> {
    tokio::task::spawn_blocking(move || engineered.stop())
        .await
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
    tracing::info!("stopped; everything acknowledged is on disk");
    Ok(())
}

/// Tells devices and screens what is on disk.
fn publish(board: Board, to_devices: crate::devices::ToDevices) -> Publish {
    Box::new(move |committed| {
        to_devices.events(&committed);
        board.commit(committed);
    })
}

fn make_directory(dir: &Path) -> Result<(), ServeError> {
    std::fs::create_dir_all(dir)
        .map_err(|source| ServeError::Directory { dir: dir.to_owned(), source })
}

async fn listen(listen: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let failed = |source| ServeError::Listen { listen, source };
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// The board before the latest events, so that a start in the afternoon does not render the whole
/// day for screens that missed a few seconds of it.
fn beginning(recovered: Recovered, seq: u64) -> Beginning {
    let Recovered { mut before, mut recent, .. } = recovered;
    let told = recent.split_off(recent.len().saturating_sub(TOLD_AGAIN_MAX));
    for committed in &recent {
        before.apply(committed.at, &committed.event);
    }
    Beginning { before, recent: told, seq }
}

/// Serves on a thread of its own until the process is told to stop.
///
/// One thread answers everything: a second one would only be woken for nothing, and each hand-over
/// costs a tenth of a call. What takes long (devices, screens, reports) is on other threads.
async fn answer_requests(
    listener: TcpListener,
    state: http::State,
    beside: axum::Router,
) -> Result<(), ServeError> {
    let listener = listener.into_std().map_err(ServeError::Http)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(ServeError::Thread)?;
    let (done, ended) = tokio::sync::oneshot::channel();
    let serving = std::thread::Builder::new().name("http".to_owned()).spawn(move || {
        let served = runtime.block_on(async {
            http::serve(TcpListener::from_std(listener)?, state, beside, stopped()).await
        });
        // Whoever waits for it waits until the end.
        let _ = done.send(served);
    });
    let serving = serving.map_err(ServeError::Thread)?;
    match ended.await {
        Ok(served) => served.map_err(ServeError::Http),
        Err(_) => match serving.join() {
            Ok(()) => Ok(()),
            Err(panic) => std::panic::resume_unwind(panic),
        },
    }
}

fn announce(rehearsal: &Option<String>, address: SocketAddr, today: &Office, clock: &Clock) {
    tell_hours(today, clock);
    tracing::info!(%address, "the office is open to this machine only: nobody signs in yet");
    if let Some(moment) = rehearsal {
        tracing::info!(%moment, "rehearsal: the clock is not the real one");
    }
}

/// Says when the office opens, for somebody who tries it in the evening and gets no ticket.
fn tell_hours(today: &Office, clock: &Clock) {
    let now = clock.now();
    let Some(setup) = today.setup().filter(|_| today.day().is_none()) else { return };
    if setup.calendar.issues_at(now.date, now.time) {
        return;
    }
    if let Some((date, time)) = setup.calendar.next_opening(now.date, now.time) {
        tracing::info!(
            "the office is closed now and opens on {date} at {time}; \
             `--clock {date}T10:00` with another data folder rehearses an open day"
        );
    }
}

/// Resolves when the process is told to stop.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be heard; Ctrl-C stops the server");
            let _ = interrupt.await;
        }
    }
}
