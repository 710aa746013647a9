//! Virtual devices of this office: everything whose address is `virtual:`.
//!
//! A twin is reached through a real pseudo-terminal or socket, like the device it stands for. Its
//! paper can be looked at under `/demo`, and what happens to devices can be done to it there.
//!
//! | route | what it is |
//! |---|---|
//! | `GET /demo/twins` | every twin with its state and what it did not understand |
//! | `POST /demo/twins/{device}` | does something to one: `{"do":"cable","plugged":false}` |
//! | `GET /demo/slips`, `/demo/slips/{kiosk}/{n}.svg` | the paper |
//! | `GET /demo/printers`, `/demo/bells`, `POST /demo/printers/{kiosk}` | printers, bells alone |

mod paper;
mod thing;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::{Path as UrlPath, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::id::{BellId, CounterId, KioskId};
use printer_driver::device::{Address, BellUrl, ButtonUrl, DeviceUrl, PanelUrl, ScannerUrl};
use printer_driver::virtual_bell::{Movement, VirtualBell};
use printer_driver::virtual_button::VirtualButtons;
use printer_driver::virtual_panel::VirtualPanel;
use printer_driver::virtual_printer::{Control, StreamError, VirtualPrinter, VirtualState};
use printer_driver::virtual_scanner::VirtualScanner;
use serde::Serialize;
use serde_json::Value;

use self::paper::PaperTray;
use self::thing::{BellThing, ButtonsThing, PanelThing, PrinterThing, ScannerThing, Thing};
use crate::clock::Clock;
use crate::config::{DeviceLine, OfficeFile};
use crate::devices::input::InputAddresses;
use crate::devices::{AddressError, address};

/// The twins of an office. They live as long as this does.
#[derive(Debug)]
pub struct Twins {
    printers: BTreeMap<KioskId, VirtualPrinter>,
    boards: Vec<VirtualBell>,
    walls: Vec<VirtualPanel>,
    /// Which board a bell is an output of.
    bells: BTreeMap<BellId, usize>,
    printer_urls: BTreeMap<KioskId, DeviceUrl>,
    bell_urls: BTreeMap<BellId, BellUrl>,
    panel_urls: BTreeMap<CounterId, PanelUrl>,
    input_urls: InputAddresses,
    buttons: Vec<VirtualButtons>,
    scanners: Vec<VirtualScanner>,
    /// Every twin by its device, in the order of the office file.
    things: Vec<(String, Box<dyn Thing>)>,
    paper: PaperTray,
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

/// A twin as the demo's page shows it.
#[derive(Debug, Serialize)]
struct TwinEntry<'a> {
    device: &'a str,
    kind: &'static str,
    state: Value,
    errors: Vec<String>,
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
            boards: Vec::new(),
            walls: Vec::new(),
            bells: BTreeMap::new(),
            printer_urls: BTreeMap::new(),
            bell_urls: BTreeMap::new(),
            panel_urls: BTreeMap::new(),
            input_urls: InputAddresses::default(),
            buttons: Vec::new(),
            scanners: Vec::new(),
            things: Vec::new(),
            paper: PaperTray::default(),
        };
        twins.start_printers(office, dir, clock).await?;
        twins.start_bells(office, dir).await?;
        twins.start_panels(office, dir).await?;
        twins.start_inputs(office, dir).await?;
        Ok(twins)
    }

    async fn start_printers(
        &mut self,
        office: &OfficeFile,
        dir: &Path,
        clock: &Arc<Clock>,
    ) -> Result<(), TwinError> {
        for line in &office.devices.printers {
            let url: DeviceUrl = address(line)?;
            let folder = folder(dir, line.owner.as_str())?;
            let terminal = |source| TwinError::Terminal { path: folder.clone(), source };
            let twin = VirtualPrinter::for_url(&url, &folder).await.map_err(terminal)?;
            let Some(twin) = twin else { continue };
            self.paper.collect(line.owner, twin.control(), Arc::clone(clock));
            self.printer_urls.insert(line.owner, twin.device_url());
            self.things.push((device(line), Box::new(PrinterThing(twin.control()))));
            self.printers.insert(line.owner, twin);
        }
        Ok(())
    }

    /// Bells of the same virtual name are outputs of one board.
    async fn start_bells(&mut self, office: &OfficeFile, dir: &Path) -> Result<(), TwinError> {
        let lines = &office.devices.bells;
        let urls = lines.iter().map(address).collect::<Result<Vec<BellUrl>, _>>()?;
        let names: Vec<Option<&str>> = urls.iter().map(|url| virtual_name(&url.address)).collect();
        let folder = folder(dir, "boards")?;
        let terminal = |source| TwinError::Terminal { path: folder.clone(), source };
        self.boards = VirtualBell::for_urls(&urls, &folder).await.map_err(terminal)?;
        for Placed { line, url, twin: board, nth } in each(lines, &urls, &names) {
            let twin = &self.boards[board];
            let Some(there) = twin.bell_urls().get(nth) else { continue };
            self.bell_urls.insert(line.owner, there.clone());
            self.bells.insert(line.owner, board);
            let thing = BellThing::new(twin.control(), url);
            self.things.push((device(line), Box::new(thing)));
        }
        Ok(())
    }

    /// Panels of the same virtual name hang on one line.
    async fn start_panels(&mut self, office: &OfficeFile, dir: &Path) -> Result<(), TwinError> {
        let lines = &office.devices.panels;
        let urls = lines.iter().map(address).collect::<Result<Vec<PanelUrl>, _>>()?;
        let names: Vec<Option<&str>> = urls.iter().map(|url| virtual_name(&url.address)).collect();
        let folder = folder(dir, "panels")?;
        let terminal = |source| TwinError::Terminal { path: folder.clone(), source };
        self.walls = VirtualPanel::for_urls(&urls, &folder).await.map_err(terminal)?;
        for Placed { line, url, twin: wall, nth } in each(lines, &urls, &names) {
            let twin = &self.walls[wall];
            let Some(there) = twin.panel_urls().get(nth) else { continue };
            self.panel_urls.insert(line.owner, there.clone());
            let thing = PanelThing { control: twin.control(), panel: url.panel.clone() };
            self.things.push((device(line), Box::new(thing)));
        }
        Ok(())
    }

    async fn start_inputs(&mut self, office: &OfficeFile, dir: &Path) -> Result<(), TwinError> {
        for input in &office.devices.buttons {
            let line = &input.line;
            let url: ButtonUrl = address(line)?;
            let folder = folder(dir, &format!("buttons-{}", line.owner))?;
            let terminal = |source| TwinError::Terminal { path: folder.clone(), source };
            let twin = VirtualButtons::for_url(&url, &folder).await.map_err(terminal)?;
            let Some(twin) = twin else { continue };
            self.input_urls.buttons.insert(line.owner, twin.button_url());
            let notations = input.keys.iter().map(|(key, act)| (key.clone(), act.notation()));
            let thing = ButtonsThing { control: twin.control(), keys: notations.collect() };
            self.things.push((device(line), Box::new(thing)));
            self.buttons.push(twin);
        }
        for input in &office.devices.scanners {
            let line = &input.line;
            let url: ScannerUrl = address(line)?;
            let folder = folder(dir, &format!("scanner-{}", line.owner))?;
            let terminal = |source| TwinError::Terminal { path: folder.clone(), source };
            let twin = VirtualScanner::for_url(&url, &folder).await.map_err(terminal)?;
            let Some(twin) = twin else { continue };
            self.input_urls.scanners.insert(line.owner, twin.scanner_url());
            self.things.push((device(line), Box::new(ScannerThing(twin.control()))));
            self.scanners.push(twin);
        }
        Ok(())
    }

    /// Addresses of the printers' terminals.
    pub fn printers(&self) -> &BTreeMap<KioskId, DeviceUrl> {
        &self.printer_urls
    }

    /// Addresses of the bells' boards.
    pub fn bells(&self) -> &BTreeMap<BellId, BellUrl> {
        &self.bell_urls
    }

    /// Addresses of the panels' lines.
    pub fn panels(&self) -> &BTreeMap<CounterId, PanelUrl> {
        &self.panel_urls
    }

    /// Addresses of button panels and scanners.
    pub fn inputs(&self) -> &InputAddresses {
        &self.input_urls
    }

    /// The routes under `/demo`; none when there is no twin.
    pub fn routes(self: Arc<Twins>) -> Router {
        if self.things.is_empty() {
            return Router::new();
        }
        Router::new()
            .route("/demo/twins", get(list_twins))
            .route("/demo/twins/{device}", post(control_twin))
            .route("/demo/slips", get(paper::list_slips))
            .route("/demo/slips/{kiosk}/{file}", get(paper::show_slip))
            .route("/demo/printers", get(list_printers))
            .route("/demo/printers/{kiosk}", post(control_printer))
            .route("/demo/bells", get(list_bells))
            .with_state(self)
    }
}

/// The device of a line, such as `printers.kiosk-1`.
fn device<Id>(line: &DeviceLine<Id>) -> String {
    line.path.strip_prefix("devices.").unwrap_or(&line.path).to_owned()
}

fn virtual_name(address: &Address) -> Option<&str> {
    if let Address::Virtual { name } = address { Some(name) } else { None }
}

/// A virtual line of the office file, and where it is in the twin that has its name.
struct Placed<'a, Line, Url> {
    line: &'a Line,
    url: &'a Url,
    /// Which twin, from 0 in the order of the file.
    twin: usize,
    /// Which of those that share it, from 0.
    nth: usize,
}

/// Each virtual line of the office file with its twin.
fn each<'a, Line, Url>(
    lines: &'a [Line],
    urls: &'a [Url],
    names: &[Option<&'a str>],
) -> Vec<Placed<'a, Line, Url>> {
    let mut twins: Vec<(&str, usize)> = Vec::new();
    let mut placed = Vec::new();
    for ((line, url), name) in lines.iter().zip(urls).zip(names) {
        let Some(name) = *name else { continue };
        let twin = twins.iter().position(|(known, _)| *known == name);
        let twin = twin.unwrap_or_else(|| {
            twins.push((name, 0));
            twins.len() - 1
        });
        placed.push(Placed { line, url, twin, nth: twins[twin].1 });
        twins[twin].1 += 1;
    }
    placed
}

fn folder(dir: &Path, owner: &str) -> Result<PathBuf, TwinError> {
    let path = dir.join("devices").join(owner);
    match std::fs::create_dir_all(&path) {
        Ok(()) => Ok(path),
        Err(source) => Err(TwinError::Terminal { path, source }),
    }
}

async fn list_twins(State(twins): State<Arc<Twins>>) -> Json<Value> {
    let entries = twins.things.iter().map(|(device, thing)| TwinEntry {
        device,
        kind: thing.kind(),
        state: thing.state(),
        errors: thing.errors(),
    });
    Json(serde_json::to_value(entries.collect::<Vec<_>>()).unwrap_or_default())
}

async fn control_twin(
    State(twins): State<Arc<Twins>>,
    UrlPath(device): UrlPath<String>,
    Json(control): Json<Value>,
) -> (StatusCode, String) {
    let thing = twins.things.iter().find(|(known, _)| *known == device);
    let Some((_, thing)) = thing else { return (StatusCode::NOT_FOUND, String::new()) };
    match thing.control(control) {
        Ok(()) => (StatusCode::NO_CONTENT, String::new()),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
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
    let entry = |(bell, board): (&BellId, &usize)| {
        let control = twins.boards[*board].control();
        let url = twins.bell_urls.get(bell);
        BellEntry {
            bell: bell.to_string(),
            ringing: url.is_some_and(|url| thing::is_ringing(&control.state(), url)),
            movements: control.movements(),
            errors: control.errors(),
        }
    };
    Json(twins.bells.iter().map(entry).collect())
}
