//! One twin, whatever it is the twin of: how it is, and what can be done to it.

use std::collections::BTreeMap;
use std::fmt::Debug;

use printer_driver::device::{BellDriver, BellUrl};
use printer_driver::virtual_bell::{VirtualBellControl, VirtualBellState};
use printer_driver::virtual_button::VirtualButtonsControl;
use printer_driver::virtual_panel::VirtualPanelControl;
use printer_driver::virtual_printer::VirtualPrinterControl;
use printer_driver::virtual_scanner::VirtualScannerControl;
use serde_json::{Value, json};

/// A twin.
pub(super) trait Thing: Debug + Send + Sync {
    /// Which table of the office file it stands in, in the singular.
    fn kind(&self) -> &'static str;
    /// How it is.
    fn state(&self) -> Value;
    /// What it did not understand; empty in a sound system.
    fn errors(&self) -> Vec<String>;
    /// Does something to it.
    fn control(&self, control: Value) -> Result<(), serde_json::Error>;
}

#[derive(Debug)]
pub(super) struct PrinterThing(pub(super) VirtualPrinterControl);

impl Thing for PrinterThing {
    fn kind(&self) -> &'static str {
        "printer"
    }

    fn state(&self) -> Value {
        json!(self.0.state())
    }

    fn errors(&self) -> Vec<String> {
        let errors = self.0.errors().into_iter();
        errors.map(|error| format!("{} ({})", error.reason, error.byte_count)).collect()
    }

    fn control(&self, control: Value) -> Result<(), serde_json::Error> {
        serde_json::from_value(control).map(|control| self.0.apply(control))
    }
}

/// One bell of a board; what is done to it is done to the board.
#[derive(Debug)]
pub(super) struct BellThing {
    control: VirtualBellControl,
    url: BellUrl,
}

impl BellThing {
    pub(super) fn new(control: VirtualBellControl, url: &BellUrl) -> BellThing {
        BellThing { control, url: url.clone() }
    }
}

/// Whether the output that a bell is wired to is on.
pub(super) fn is_ringing(state: &VirtualBellState, url: &BellUrl) -> bool {
    match &url.driver {
        BellDriver::Lcus { channel } | BellDriver::Modbus { channel, .. } => {
            state.on.iter().any(|(on, _)| on == channel)
        }
        BellDriver::Hw667 { .. }
        | BellDriver::PatlitePhe(_)
        | BellDriver::PatliteNhlPns(_)
        | BellDriver::PatliteNhlPhn(_)
        | BellDriver::Template(_) => !state.on.is_empty(),
    }
}

impl Thing for BellThing {
    fn kind(&self) -> &'static str {
        "bell"
    }

    fn state(&self) -> Value {
        let state = self.control.state();
        let ringing = is_ringing(&state, &self.url);
        let mut value = json!(state);
        value["ringing"] = json!(ringing);
        value
    }

    fn errors(&self) -> Vec<String> {
        self.control.errors()
    }

    fn control(&self, control: Value) -> Result<(), serde_json::Error> {
        serde_json::from_value(control).map(|control| self.control.apply(control))
    }
}

/// One panel of a line; what is done to it is done to the line.
#[derive(Debug)]
pub(super) struct PanelThing {
    pub(super) control: VirtualPanelControl,
    pub(super) panel: String,
}

impl Thing for PanelThing {
    fn kind(&self) -> &'static str {
        "panel"
    }

    fn state(&self) -> Value {
        let state = self.control.state();
        let face = state.faces.iter().find(|face| face.address == self.panel);
        let shows = face.map_or(String::new(), |face| {
            let words: Vec<&str> = face.shows.values().map(String::as_str).collect();
            words.join(" ").trim().to_owned()
        });
        let mut value = json!(state);
        value["shows"] = json!(shows);
        value
    }

    fn errors(&self) -> Vec<String> {
        self.control.errors()
    }

    fn control(&self, control: Value) -> Result<(), serde_json::Error> {
        serde_json::from_value(control).map(|control| self.control.apply(control))
    }
}

/// A button panel.
#[derive(Debug)]
pub(super) struct ButtonsThing {
    pub(super) control: VirtualButtonsControl,
    /// What the office file makes of each button.
    pub(super) keys: BTreeMap<String, String>,
}

impl Thing for ButtonsThing {
    fn kind(&self) -> &'static str {
        "buttons"
    }

    fn state(&self) -> Value {
        let mut value = json!(self.control.state());
        value["button_count"] = json!(self.control.button_count());
        value["keys"] = json!(self.keys);
        value
    }

    fn errors(&self) -> Vec<String> {
        self.control.errors()
    }

    fn control(&self, control: Value) -> Result<(), serde_json::Error> {
        serde_json::from_value(control).map(|control| self.control.apply(control))
    }
}

/// A scanner.
#[derive(Debug)]
pub(super) struct ScannerThing(pub(super) VirtualScannerControl);

impl Thing for ScannerThing {
    fn kind(&self) -> &'static str {
        "scanner"
    }

    fn state(&self) -> Value {
        json!(self.0.state())
    }

    fn errors(&self) -> Vec<String> {
        self.0.errors()
    }

    fn control(&self, control: Value) -> Result<(), serde_json::Error> {
        serde_json::from_value(control).map(|control| self.0.apply(control))
    }
}
