//! A hall with two kiosks whose printers are virtual, and an office that can be killed and started
//! again over the same data.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::command::{Command, Want};
use domain::event::Event;
use domain::id::{KioskId, TicketId};
use domain::language::Language;
use domain::ticket::{Class, Origin, Paper, Token};
use kiosk::spool::Spool;
use printer_driver::virtual_printer::{
    Control, SlipMark, VirtualLink, VirtualModel, VirtualPrinter,
};
use protocol::event::Source;
use protocol::view::PrinterView;
use serde_json::Value;
use server::board::{self, Board, Identity};
use server::clock::Clock;
use server::config::OfficeFile;
use server::engine::{Ask, Core, Engine, Engineered, Order};
use server::http::{self, Limits, State};
use server::printing::{Beginning, Printing};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::client::{Reply, get, post};

/// The two kiosks of the default office.
pub(crate) const FIRST: &str = "kiosk-1";
pub(crate) const SECOND: &str = "kiosk-2";

/// Longest time anything may take here.
const PATIENCE: Duration = Duration::from_secs(30);

/// Printers on their cables, and the office's data. They outlive every run of the office.
pub(crate) struct Hall {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) office: OfficeFile,
    twins: BTreeMap<KioskId, VirtualPrinter>,
    outside: Runtime,
}

/// One run of the office. When it is dropped everything ends at once, as in a power cut: no task
/// finishes what it has begun.
pub(crate) struct Run {
    pub(crate) printing: Printing,
    address: SocketAddr,
    engineered: Option<Engineered>,
    heard: Arc<Mutex<Heard>>,
    inside: Option<Runtime>,
}

/// What screens and log have been told in one run.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) events: Vec<Event>,
    pub(crate) views: BTreeMap<String, PrinterView>,
}

pub(crate) fn kiosk(name: &str) -> KioskId {
    KioskId::new(name).unwrap()
}

/// Waits until `look` finds something.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what}: not within {PATIENCE:?}");
        // Between two looks; a printer is a thousand times slower.
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

impl Hall {
    /// A hall in which a printer may fail for one second before another stands in.
    pub(crate) fn new() -> Hall {
        let outside = Runtime::new().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let mut office = OfficeFile::embedded();
        office.devices.slips.stand_in_after_s = 1;
        let twin = |name: &str| {
            let path = dir.path().join(format!("{name}-printer"));
            let model = VirtualModel { speed_mm_per_s: 2_000, ..VirtualModel::default() };
            let twin = VirtualPrinter::start(model, VirtualLink::Terminal { path });
            (kiosk(name), outside.block_on(twin).unwrap())
        };
        let twins = [FIRST, SECOND].map(twin).into();
        Hall { dir, office, twins, outside }
    }

    pub(crate) fn control(&self, name: &str, control: Control) {
        let _inside = self.outside.enter();
        self.twins[&kiosk(name)].control().apply(control);
    }

    /// What lies in a printer's tray, slip by slip.
    pub(crate) fn slips(&self, name: &str) -> Vec<String> {
        let control = self.twins[&kiosk(name)].control();
        assert_eq!(control.errors(), [], "bytes that no printer understands");
        control.slips_since(0).iter().map(|slip| slip.lines().join("\n")).collect()
    }

    /// How many slips in all trays bear a label.
    pub(crate) fn count(&self, label: &str) -> usize {
        let slips = [FIRST, SECOND].into_iter().flat_map(|name| self.slips(name));
        slips.filter(|slip| slip.contains(label)).count()
    }

    /// What the QR codes in a tray say.
    pub(crate) fn codes(&self, name: &str) -> Vec<String> {
        let slips = self.twins[&kiosk(name)].control().slips_since(0);
        let rows = slips.iter().flat_map(|slip| &slip.rows);
        let codes = rows.filter_map(|row| match &row.mark {
            SlipMark::Qr { payload, .. } => Some(payload.clone()),
            SlipMark::Text { .. } | SlipMark::Picture { .. } => None,
        });
        codes.collect()
    }

    /// The labels in a tray, in the order of the slips.
    pub(crate) fn labels(&self, name: &str, labels: &[String]) -> Vec<String> {
        let slips = self.slips(name);
        let label = |slip: &String| labels.iter().find(|label| slip.contains(*label)).cloned();
        slips.iter().filter_map(label).collect()
    }

    pub(crate) fn spool(&self, name: &str) -> Spool {
        spool(self.dir.path(), name)
    }

    pub(crate) fn start(&self) -> Run {
        let inside = Runtime::new().unwrap();
        let _inside = inside.enter();
        let clock = Arc::new(Clock::rehearsal("Asia/Tokyo", "2026-06-02T10:00", 1.0).unwrap());
        let now = clock.now();
        let (mut core, recovered) = Core::open(self.dir.path(), &self.office.setup, now).unwrap();
        if core.office().day().is_none() {
            let open = Command::OpenDay { date: now.date };
            core.execute(now, &[order(open)]).unwrap();
        }
        let today = core.office().clone();
        let before =
            board::Beginning { before: today.clone(), recent: Vec::new(), seq: core.seq() };
        let identity = Identity::new(self.office.setup.office.to_string(), core.epoch());
        let board = Board::start(before, identity, Arc::clone(&clock)).unwrap();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        let engineered = Engine::start(
            core,
            Arc::clone(&clock),
            Box::new({
                let board = board.clone();
                move |batch| {
                    batch.iter().cloned().for_each(|event| _ = sender.send(event));
                    board.commit(batch);
                }
            }),
        )
        .unwrap();
        let addresses: BTreeMap<_, _> =
            self.twins.iter().map(|(kiosk, twin)| (*kiosk, twin.device_url())).collect();
        let office = Arc::new(self.office.clone());
        let beginning = Beginning {
            office: Arc::clone(&office),
            clock: Arc::clone(&clock),
            engine: engineered.engine.clone(),
            dir: self.dir.path(),
            addresses: &addresses,
            today: &today,
            recent: &recovered.recent,
        };
        let told = Arc::clone(&heard);
        let printing = Printing::start(beginning, move |view: PrinterView| {
            told.lock().unwrap().views.insert(view.kiosk.clone(), view);
        });
        let printing = printing.unwrap();
        let (handed, told) = (printing.clone(), Arc::clone(&heard));
        inside.spawn(async move {
            while let Some(committed) = receiver.recv().await {
                handed.event(&committed);
                told.lock().unwrap().events.push(committed.event);
            }
        });
        let engine = engineered.engine.clone();
        let data = self.dir.path().to_owned();
        let state = State::new(engine, board, clock, office, data, Limits::default())
            .with_printing(printing.clone());
        let unasked = printing.take_unasked().unwrap();
        inside.spawn(http::print_unasked(state.clone(), unasked));
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = inside.block_on(TcpListener::bind(any)).unwrap();
        let address = listener.local_addr().unwrap();
        let for_ever = std::future::pending::<()>();
        inside.spawn(http::serve(listener, state, axum::Router::new(), for_ever));
        drop(_inside);
        Run { printing, address, engineered: Some(engineered), heard, inside: Some(inside) }
    }
}

pub(crate) fn spool(dir: &Path, name: &str) -> Spool {
    Spool::open(&dir.join(format!("spool-{name}.sqlite"))).unwrap()
}

fn order(command: Command) -> Order {
    Order { ask: Ask::Command(command), source: Source::Manager, key: None }
}

impl Run {
    pub(crate) fn inside(&self) -> &Runtime {
        self.inside.as_ref().unwrap()
    }

    pub(crate) fn does(&self, command: Command) -> Vec<Event> {
        let engine = &self.engineered.as_ref().unwrap().engine;
        self.inside().block_on(engine.submit(order(command))).unwrap().events.clone()
    }

    /// Issues a ticket at a kiosk.
    pub(crate) fn issue(&self, name: &str) -> (TicketId, String) {
        let setup = OfficeFile::embedded().setup;
        let events = self.does(Command::IssueTicket {
            want: Want::Queue(setup.queues[0].id),
            class: Class::Ordinary,
            language: Language::Japanese,
            origin: Origin::Kiosk(kiosk(name)),
            token: Token([7; 16]),
        });
        let Event::TicketIssued { ticket, label, .. } = events[0] else { panic!("{events:?}") };
        (ticket, label.to_string())
    }

    /// Asks for a slip, under a key of its own or one that is given.
    pub(crate) fn asks(&self, body: Value, key: &str) -> Reply {
        let ask = post("/api/v1/prints", body).header("idempotency-key", key);
        self.inside().block_on(ask.send(self.address))
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.inside().block_on(get(path).send(self.address))
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> Reply {
        self.inside().block_on(post(path, body).send(self.address))
    }

    /// Waits until the log has heard this of a ticket's paper.
    pub(crate) fn hears(&self, ticket: TicketId, paper: Paper) {
        let wanted = Event::PaperReported { ticket, paper };
        until(&format!("{wanted:?}"), || {
            self.heard.lock().unwrap().events.contains(&wanted).then_some(())
        });
    }

    /// What the log has heard of a ticket's paper.
    pub(crate) fn papers(&self, of: TicketId) -> Vec<Paper> {
        let heard = self.heard.lock().unwrap();
        let paper = |event: &Event| {
            let Event::PaperReported { ticket, paper } = event else { return None };
            (*ticket == of).then_some(*paper)
        };
        heard.events.iter().filter_map(paper).collect()
    }

    /// Waits until the screens show this of a kiosk's printer.
    pub(crate) fn shows(&self, name: &str, what: &str, is_so: impl Fn(&PrinterView) -> bool) {
        until(what, || {
            let heard = self.heard.lock().unwrap();
            heard.views.get(name).filter(|view| is_so(view)).map(|_| ())
        });
    }

    /// Lets the office end as it should.
    pub(crate) fn stop(mut self) {
        if let Some(engineered) = self.engineered.take() {
            engineered.stop().unwrap();
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if let Some(inside) = self.inside.take() {
            inside.shutdown_timeout(Duration::from_secs(5));
        }
        if let Some(engineered) = self.engineered.take() {
            engineered.stop().unwrap();
        }
    }
}
