//! The paper that virtual printers have printed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::id::KioskId;
use printer_driver::virtual_printer::VirtualPrinterControl;
use serde::Serialize;

use super::Twins;
use crate::clock::Clock;

/// Slips that are listed; older ones have left the page, not the printer.
const SLIPS_MAX: usize = 200;

/// What the printers of an office have printed. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct PaperTray {
    slips: Arc<Mutex<Vec<SlipEntry>>>,
}

/// A slip as the demo's page lists it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(super) struct SlipEntry {
    /// Its number on its printer's roll, from 1.
    n: u64,
    /// Whose printer.
    kiosk: String,
    /// When it was cut, by the office's clock.
    at_ms: i64,
    /// What it says, line by line.
    text: String,
    /// Where its picture is.
    svg_url: String,
}

impl PaperTray {
    fn slips(&self) -> MutexGuard<'_, Vec<SlipEntry>> {
        self.slips.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lists a printer's slips as they are cut.
    pub(super) fn collect(
        &self,
        kiosk: KioskId,
        control: VirtualPrinterControl,
        clock: Arc<Clock>,
    ) {
        let tray = self.clone();
        let mut cut = control.subscribe();
        tokio::spawn(async move {
            let mut listed = 0;
            while cut.changed().await.is_ok() {
                let count = *cut.borrow_and_update();
                let at_ms = clock.now().at.0;
                let mut slips = tray.slips();
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
}

pub(super) async fn list_slips(State(twins): State<Arc<Twins>>) -> Json<Vec<SlipEntry>> {
    Json(twins.paper.slips().clone())
}

pub(super) async fn show_slip(
    State(twins): State<Arc<Twins>>,
    Path((kiosk, file)): Path<(String, String)>,
) -> Response {
    let number = file.strip_suffix(".svg").and_then(|number| number.parse::<u64>().ok());
    let slip = number.and_then(|number| {
        let twin = twins.printers.get(&KioskId::new(&kiosk)?)?;
        twin.control().slip(number)
    });
    match slip {
        Some(slip) => ([(header::CONTENT_TYPE, "image/svg+xml")], slip.to_svg()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
