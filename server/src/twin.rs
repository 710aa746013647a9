//! Virtual devices of this office: the printers and bells whose address is `virtual:`.
//!
//! A twin is reached through a real pseudo-terminal, like the device it stands for. Its paper can
//! be looked at under `/demo`, and what happens to printers can be done to it there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path as UrlPath, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::id::{BellId, KioskId};
use printer_driver::device::{BellUrl, DeviceUrl};
use printer_driver::virtual_bell::{Movement, VirtualBell};
use printer_driver::virtual_printer::{
    Control, StreamError, VirtualPrinter, VirtualPrinterControl, VirtualState,
};
use serde::Serialize;

use crate::clock::Clock;
use crate::config::OfficeFile;
use crate::devices::{AddressError, address};

/// Slips that are listed; older ones have left the page, not the printer.
const SLIPS_MAX: usize = 200;

/// The twins of an office. They live as long as this does.
#[derive(Debug)]
pub struct Twins {
    printers: BTreeMap<KioskId, VirtualPrinter>,
    bells: BTreeMap<BellId, VirtualBell>,
    printer_urls: BTreeMap<KioskId, DeviceUrl>,
    bell_urls: BTreeMap<BellId, BellUrl>,
    slips: Arc<Mutex<Vec<SlipEntry>>>,
}

/// Why a twin could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TwinError {
    /// The address in the office file makes no sense.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The system gives no pseudo-terminal.
    #[error("failed to set up the virtual device {path}: {source}")]
    Terminal {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

/// A slip as the demo's page lists it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SlipEntry {
    /// Its number on its printer's roll, from 1.
    pub n: u64,
    /// Whose printer.
    pub kiosk: String,
    /// When it was cut, by the office's clock.
    pub at_ms: i64,
    /// What it says, line by line.
    pub text: String,
    /// Where its picture is.
    pub svg_url: String,
}

/// A virtual printer as the demo's page shows it.
#[derive(Debug, Serialize)]
struct PrinterEntry {
    kiosk: String,
    state: VirtualState,
    errors: Vec<StreamError>,
}

/// A virtual bell as the demo's page shows it.
#[derive(Debug, Serialize)]
struct BellEntry {
    bell: String,
    ringing: bool,
    movements: Vec<Movement>,
    errors: Vec<String>,
}

impl Twins {
    /// Sets up the twins that the office file asks for, with their terminals under `dir/devices`.
    ///
    /// # Errors
    ///
    /// [`TwinError`].
    pub async fn start(
        office: &OfficeFile,
        dir: &Path,
        clock: &Arc<Clock>,
    ) -> Result<Twins, TwinError> {
        let mut twins = Twins {
            printers: BTreeMap::new(),
            bells: BTreeMap::new(),
            printer_urls: BTreeMap::new(),
            bell_urls: BTreeMap::new(),
            slips: Arc::default(),
        };
        for line in &office.devices.printers {
            let url: DeviceUrl = address(line)?;
            let folder = folder(dir, line.owner.as_str())?;
            let terminal = |source| TwinError::Terminal { path: folder.clone(), source };
            let twin = VirtualPrinter::for_url(&url, &folder).await.map_err(terminal)?;
            let Some(twin) = twin else { continue };
            twins.collect(line.owner, twin.control(), Arc::clone(clock));
            twins.printer_urls.insert(line.owner, twin.device_url());
            twins.printers.insert(line.owner, twin);
        }
        for line in &office.devices.bells {
            let url: BellUrl = address(line)?;
            let folder = folder(dir, line.owner.as_str())?;
            let terminal = |source| TwinError::Terminal { path: folder.clone(), source };
            let twin = VirtualBell::for_url(&url, &folder).await.map_err(terminal)?;
            let Some(twin) = twin else { continue };
            twins.bell_urls.insert(line.owner, twin.bell_url());
            twins.bells.insert(line.owner, twin);
        }
        Ok(twins)
    }

    /// Lists a printer's slips as they are cut.
    fn collect(&self, kiosk: KioskId, control: VirtualPrinterControl, clock: Arc<Clock>) {
        let slips = Arc::clone(&self.slips);
        let mut cut = control.subscribe();
        tokio::spawn(async move {
            let mut listed = 0;
            while cut.changed().await.is_ok() {
                let count = *cut.borrow_and_update();
                let at_ms = clock.now().at.0;
                let mut slips = slips.lock().unwrap_or_else(PoisonError::into_inner);
                for slip in control.slips_since(listed) {
                    if slip.number > count {
                        break;
                    }
                    listed = slip.number;
                    slips.push(SlipEntry {
                        n: slip.number,
                        kiosk: kiosk.to_string(),
                        at_ms,
                        text: slip.to_text(),
                        svg_url: format!("/demo/slips/{kiosk}/{}.svg", slip.number),
                    });
                }
                let surplus = slips.len().saturating_sub(SLIPS_MAX);
                slips.drain(..surplus);
            }
        });
    }

    /// Addresses of the printers' terminals.
    pub fn printers(&self) -> &BTreeMap<KioskId, DeviceUrl> {
        &self.printer_urls
    }

    /// Addresses of the bells' terminals.
    pub fn bells(&self) -> &BTreeMap<BellId, BellUrl> {
        &self.bell_urls
    }

    /// The routes under `/demo`; none when there is no twin.
    pub fn routes(self: Arc<Twins>) -> Router {
        if self.printers.is_empty() && self.bells.is_empty() {
            return Router::new();
        }
        Router::new()
            .route("/demo/slips", get(list_slips))
            .route("/demo/slips/{kiosk}/{file}", get(show_slip))
            .route("/demo/printers", get(list_printers))
            .route("/demo/printers/{kiosk}", post(control_printer))
            .route("/demo/bells", get(list_bells))
            .with_state(self)
    }
}

fn folder(dir: &Path, owner: &str) -> Result<PathBuf, TwinError> {
    let path = dir.join("devices").join(owner);
    match std::fs::create_dir_all(&path) {
        Ok(()) => Ok(path),
        Err(source) => Err(TwinError::Terminal { path, source }),
    }
}

async fn list_slips(State(twins): State<Arc<Twins>>) -> Json<Vec<SlipEntry>> {
    Json(twins.slips.lock().unwrap_or_else(PoisonError::into_inner).clone())
}

async fn show_slip(
    State(twins): State<Arc<Twins>>,
    UrlPath((kiosk, file)): UrlPath<(String, String)>,
) -> Response {
    let number = file.strip_suffix(".svg").and_then(|number| number.parse::<u64>().ok());
    let slip = number.and_then(|number| {
        let twin = twins.printers.get(&KioskId::new(&kiosk)?)?;
        let slips = twin.control().slips_since(number.checked_sub(1)?);
        slips.into_iter().next().filter(|slip| slip.number == number)
    });
    match slip {
        Some(slip) => ([(header::CONTENT_TYPE, "image/svg+xml")], slip.to_svg()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn list_printers(State(twins): State<Arc<Twins>>) -> Json<Vec<PrinterEntry>> {
    let entry = |(kiosk, twin): (&KioskId, &VirtualPrinter)| {
        let control = twin.control();
        PrinterEntry { kiosk: kiosk.to_string(), state: control.state(), errors: control.errors() }
    };
    Json(twins.printers.iter().map(entry).collect())
}

async fn control_printer(
    State(twins): State<Arc<Twins>>,
    UrlPath(kiosk): UrlPath<String>,
    Json(control): Json<Control>,
) -> StatusCode {
    let twin = KioskId::new(&kiosk).and_then(|kiosk| twins.printers.get(&kiosk));
    match twin {
        Some(twin) => {
            twin.control().apply(control);
            StatusCode::NO_CONTENT
        }
        None => StatusCode::NOT_FOUND,
    }
}

async fn list_bells(State(twins): State<Arc<Twins>>) -> Json<Vec<BellEntry>> {
    let entry = |(bell, twin): (&BellId, &VirtualBell)| {
        let control = twin.control();
        BellEntry {
            bell: bell.to_string(),
            ringing: !control.ringing().is_empty(),
            movements: control.movements(),
            errors: control.errors(),
        }
    };
    Json(twins.bells.iter().map(entry).collect())
}
