//! Everything at hand but the printers: bells, panels, buttons and scanners, started and stopped
//! together.

use std::path::Path;
use std::sync::Arc;

use super::desk::Desk;
use super::input::Inputs;
use super::panel::Panels;
use super::registry::Registry;
use super::{AddressError, list_printers};
use crate::board::Board;
use crate::clock::Clock;
use crate::config::OfficeFile;
use crate::engine::{Committed, Engine};
use crate::printing::Printing;
use crate::ringing::Ringing;
use crate::twin::Twins;

/// The devices of an office. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Equipment {
    registry: Registry,
    ringing: Ringing,
    panels: Panels,
    inputs: Inputs,
}

/// What the devices start from.
#[derive(Debug)]
pub struct Beginning<'a> {
    /// The office file.
    pub office: &'a Arc<OfficeFile>,
    /// The office's clock.
    pub clock: &'a Arc<Clock>,
    /// What is so.
    pub board: &'a Board,
    /// Where keys and codes are obeyed.
    pub engine: &'a Engine,
    /// The printers, which are listed with the rest.
    pub printing: &'a Printing,
    /// What stands in for `virtual:` addresses.
    pub twins: &'a Twins,
}

impl Equipment {
    /// Opens every device of the office file. One that is not there is a condition, not an error.
    ///
    /// # Errors
    ///
    /// [`AddressError`].
    pub fn start(beginning: Beginning<'_>) -> Result<Equipment, AddressError> {
        let Beginning { office, clock, board, engine, printing, twins } = beginning;
        let registry = Registry::new(Arc::clone(clock), Path::new("/"));
        list_printers(&registry, office, clock, printing);
        let conditions = {
            let board = board.clone();
            move |bell, condition| board.set_bell(bell, condition)
        };
        let ringing = Ringing::start(office, twins.bells(), &registry, conditions)?;
        let panels = Panels::start(office, twins.panels(), &registry, board.clone())?;
        let (board, clock) = (board.clone(), Arc::clone(clock));
        let desk = Desk::new(Arc::clone(office), board, clock, engine.clone());
        let inputs = Inputs::start(&desk, twins.inputs(), &registry)?;
        Ok(Equipment { registry, ringing, panels, inputs })
    }

    /// The list of all devices.
    pub fn registry(&self) -> Registry {
        self.registry.clone()
    }

    /// Looks at an event that is on disk. Never waits.
    pub(super) fn event(&self, committed: &Committed) {
        self.ringing.event(committed);
        self.panels.event(committed.seq);
    }

    /// Lets inputs go, switches bells off and blanks panels.
    pub async fn stop(self) {
        self.inputs.stop().await;
        self.ringing.stop().await;
        self.panels.stop().await;
    }
}
