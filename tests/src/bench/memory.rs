//! What connected screens cost.

use super::display::Displays;
use super::fan_out::allow_files;
use super::process::Server;
use super::table::Table;
use super::workload::Clerk;
use super::{Failure, Plan};

/// Commands before memory is read, so that every screen has been written to.
const COMMANDS: usize = 20;

/// The server alone, with 100 displays, with 1,000.
pub(super) fn measure(plan: &Plan, table: &mut Table) -> Result<(), Failure> {
    allow_files()?;
    let (mut alone, mut hundred, mut each) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..plan.runs() {
        let none = resident(plan, 0)?;
        let some = resident(plan, 100)?;
        let many = resident(plan, 1_000)?;
        alone.push(none / 1_024.0);
        hundred.push(some / 1_024.0);
        each.push((many - some) / 900.0);
    }
    table.show("server without a screen", "MiB", &alone);
    table.absolute("server with 100 displays", "MiB", &hundred, 32.0, "");
    table.absolute("each display, from 100 to 1,000", "KiB", &each, 8.0, "");
    Ok(())
}

fn resident(plan: &Plan, count: usize) -> Result<f64, Failure> {
    let data = plan.fresh("memory")?;
    let server = Server::start(plan, &data)?;
    let displays = Displays::connect(server.address, count)?;
    displays.ready()?;
    let mut clerk = Clerk::start(&server)?;
    for _ in 0..COMMANDS {
        let seq = clerk.issue()?.number("seq").ok_or("an answer names no event")?;
        if count > 0 {
            displays.last_read(seq)?;
        }
    }
    server.resident_kib()
}
