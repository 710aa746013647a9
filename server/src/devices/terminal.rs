//! `yobidashi devices`: the technician's list of devices in a terminal.
//!
//! | part | what it does |
//! |---|---|
//! | `client` | asks a running server |
//! | `table` | lists for people |
//! | `trial` | opens each device of an office file without a server |
//!
//! Ends with 0 when all is well, 1 when something was refused or a device is not well, 2 when the
//! command makes no sense, 3 when no server answers.

mod client;
mod table;
mod trial;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use protocol::device::{DeviceDetail, DeviceKind, DeviceView, FoundDevice, WithdrawJob};
use serde::Serialize;

use self::client::{Asking, Client};
use super::discovery;
use super::registry::Facts;
use crate::check::{complain, say};
use crate::config::OfficeFile;
use crate::serve::office_file;

/// No server answers.
const NO_SERVER: u8 = 3;

/// Printers, bells, panels and inputs: their state, their exchanges, a try-out
#[derive(Args, Debug)]
pub struct DevicesArgs {
    /// The running server
    #[arg(long, value_name = "URL", global = true, default_value = "http://127.0.0.1:8080")]
    pub server: String,
    /// Print JSON as the server gives it
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    command: Option<Verb>,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Every device with its state; the same as no command (一覧)
    List,
    /// One device in full, with what went over its line last (通信の記録)
    Exchanges {
        /// Such as printers.kiosk-1
        device: String,
    },
    /// Print a test page (試験印刷)
    TestPrint {
        /// Such as printers.kiosk-1
        device: String,
    },
    /// Ring a bell for a moment (ベルを鳴らす)
    Ring {
        /// Such as bells.management
        device: String,
    },
    /// Show a test on a panel for a moment (表示試験)
    TestPanel {
        /// Such as panels.3
        device: String,
    },
    /// A new roll of paper was put in (紙を替えた)
    NewRoll {
        /// Such as printers.kiosk-1
        device: String,
    },
    /// Take back a slip of which nothing has left (印刷を取り消す)
    Withdraw {
        /// Such as printers.kiosk-1
        device: String,
        /// The job's number, as `exchanges` lists it
        job: u64,
    },
    /// What is plugged into this machine, with lines for the office file; needs no server (探す)
    Find {
        /// Office file; without it the built-in default office is used
        #[arg(long, value_name = "FILE")]
        office: Option<PathBuf>,
        /// Folder that stands for the root of the machine
        #[arg(long, value_name = "DIR", default_value = "/")]
        root: PathBuf,
    },
    /// Open each device of an office file, ask how it is, close it; while no server runs (確かめる)
    Check {
        /// Office file; without it the built-in default office is used
        #[arg(long, value_name = "FILE")]
        office: Option<PathBuf>,
    },
}

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// No server.
    #[error("no server answers at {server}: {reason}; is `yobidashi serve` running?")]
    NoServer { server: String, reason: String },
    /// The server's address makes no sense.
    #[error("{0} is no server's address: expected such as http://127.0.0.1:8080")]
    Address(String),
    /// The server refuses.
    #[error("{message} ({code})")]
    Refused { code: String, message: String },
    /// The server says something else than expected.
    #[error("the server's answer is not understood: {0}")]
    Answer(String),
    /// The office file has mistakes.
    #[error("{0}")]
    Office(String),
    /// No device, or more than one, is called so.
    #[error("{0}")]
    Name(String),
    /// The operating system gives no runtime.
    #[error("failed to start: {0}")]
    Start(#[from] std::io::Error),
}

/// Carries out the command.
pub fn command(args: &DevicesArgs) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(carry_out(args)),
        Err(error) => Err(Trouble::Start(error)),
    };
    match done {
        Ok(code) => code,
        Err(trouble) => {
            complain(&trouble.to_string());
            match trouble {
                Trouble::NoServer { .. } => ExitCode::from(NO_SERVER),
                Trouble::Address(_) => ExitCode::from(2),
                Trouble::Refused { .. }
                | Trouble::Answer(_)
                | Trouble::Office(_)
                | Trouble::Name(_)
                | Trouble::Start(_) => ExitCode::FAILURE,
            }
        }
    }
}

async fn carry_out(args: &DevicesArgs) -> Result<ExitCode, Trouble> {
    let (kind, device) = match args.command.as_ref().unwrap_or(&Verb::List) {
        Verb::List => return list(args).await,
        Verb::Exchanges { device } => return exchanges(args, device).await,
        Verb::Find { office, root } => return find(args, office.as_deref(), root),
        Verb::Check { office } => {
            return trial::check(&read_office(office.as_deref())?, args.json).await;
        }
        Verb::TestPrint { device } => (DeviceKind::Printer, device),
        Verb::Ring { device } => (DeviceKind::Bell, device),
        Verb::TestPanel { device } => (DeviceKind::Panel, device),
        Verb::NewRoll { device } => return new_roll(args, device).await,
        Verb::Withdraw { device, job } => {
            return withdraw(args, device, *job).await;
        }
    };
    try_out(args, kind, device).await
}

fn read_office(path: Option<&std::path::Path>) -> Result<OfficeFile, Trouble> {
    office_file(path).map_err(|errors| Trouble::Office(errors.to_string()))
}

/// Prints JSON, or the same for people.
fn show<T: Serialize>(args: &DevicesArgs, value: &T, text: impl FnOnce() -> String) -> ExitCode {
    if !args.json {
        return say(&text());
    }
    match serde_json::to_string_pretty(value) {
        Ok(json) => say(&(json + "\n")),
        Err(_) => ExitCode::FAILURE,
    }
}

async fn list(args: &DevicesArgs) -> Result<ExitCode, Trouble> {
    let client = Client::new(&args.server)?;
    let devices: Vec<DeviceView> = client.ask(Asking::get("/api/v1/devices")).await?;
    let now_ms = client.now_ms().await?;
    Ok(show(args, &devices, || table::devices(&devices, now_ms)))
}

/// Finds a device by its whole name, or by its owner where that is enough for a command that needs
/// a device of `kind`; any where it needs none.
async fn named(
    client: &Client,
    kind: Option<DeviceKind>,
    device: &str,
) -> Result<DeviceView, Trouble> {
    let devices: Vec<DeviceView> = client.ask(Asking::get("/api/v1/devices")).await?;
    choose(&devices, kind, device).cloned().map_err(Trouble::Name)
}

/// The device that is meant by a name or an owner, or why none is.
fn choose<'d>(
    devices: &'d [DeviceView],
    kind: Option<DeviceKind>,
    device: &str,
) -> Result<&'d DeviceView, String> {
    let is_right = |one: &&DeviceView| kind.is_none_or(|kind| kind == one.kind);
    let names = |devices: &[&DeviceView]| {
        let names: Vec<&str> = devices.iter().map(|one| one.device.as_str()).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    let is_meant = |one: &&DeviceView| one.device == device || one.owner == device;
    let meant: Vec<&DeviceView> = devices.iter().filter(is_meant).collect();
    let fit: Vec<&DeviceView> = meant.iter().copied().filter(is_right).collect();
    match (fit.as_slice(), meant.as_slice(), kind) {
        ([one], _, _) => Ok(one),
        ([_, _, ..], _, _) => match fit.iter().find(|one| one.device == device) {
            Some(one) => Ok(one),
            None => Err(format!("{device} is one of {}: say which", names(&fit))),
        },
        ([], [other, ..], Some(kind)) => {
            let (other, is, kind) = (&other.device, table::kind(other.kind), table::kind(kind));
            let right: Vec<&DeviceView> = devices.iter().filter(is_right).collect();
            Err(format!("{other} is a {is}, this needs a {kind}: there is {}", names(&right)))
        }
        ([], _, _) => {
            let right: Vec<&DeviceView> = devices.iter().filter(is_right).collect();
            Err(format!("no device is called {device}: there is {}", names(&right)))
        }
    }
}

async fn exchanges(args: &DevicesArgs, device: &str) -> Result<ExitCode, Trouble> {
    let client = Client::new(&args.server)?;
    let one = named(&client, None, device).await?;
    let path = format!("/api/v1/devices/{}", one.device);
    let detail: DeviceDetail = client.ask(Asking::get(&path)).await?;
    let now_ms = client.now_ms().await?;
    Ok(show(args, &detail, || table::detail(&detail, now_ms)))
}

/// A test page, a short ring, a test of a panel.
async fn try_out(args: &DevicesArgs, kind: DeviceKind, device: &str) -> Result<ExitCode, Trouble> {
    let client = Client::new(&args.server)?;
    let one = named(&client, Some(kind), device).await?;
    let path = format!("/api/v1/devices/{}/test", one.device);
    let detail: DeviceDetail = client.ask(Asking::post(&path, "{}".to_owned())).await?;
    Ok(show(args, &detail, || format!("{}: begun\n", detail.device.device)))
}

async fn new_roll(args: &DevicesArgs, device: &str) -> Result<ExitCode, Trouble> {
    let client = Client::new(&args.server)?;
    let one = named(&client, Some(DeviceKind::Printer), device).await?;
    let path = format!("/api/v1/devices/{}/new-roll", one.device);
    let detail: DeviceDetail = client.ask(Asking::post(&path, "{}".to_owned())).await?;
    Ok(show(args, &detail, || {
        let room = detail.device.paper.map(|paper| format!(", about {} slips", paper.slip_count));
        let room = room.unwrap_or_default();
        format!("{}: a new roll is counted from now{room}\n", detail.device.device)
    }))
}

async fn withdraw(args: &DevicesArgs, device: &str, job: u64) -> Result<ExitCode, Trouble> {
    let client = Client::new(&args.server)?;
    let one = named(&client, Some(DeviceKind::Printer), device).await?;
    let path = format!("/api/v1/devices/{}/withdraw", one.device);
    let body = serde_json::to_string(&WithdrawJob { job });
    let body = body.map_err(|error| Trouble::Answer(error.to_string()))?;
    let asked = client.ask::<DeviceDetail>(Asking::post(&path, body)).await;
    let detail = match asked {
        Err(Trouble::Refused { code, .. }) if code == "unknown_job" => {
            let path = format!("/api/v1/devices/{}", one.device);
            let detail: DeviceDetail = client.ask(Asking::get(&path)).await?;
            let jobs = table::jobs_to_withdraw(&detail.device.jobs);
            let name = &one.device;
            return Err(Trouble::Name(format!("{name} cannot take back job {job}: {jobs}")));
        }
        asked => asked?,
    };
    Ok(show(args, &detail, || format!("{}: job {job} is taken back\n", detail.device.device)))
}

fn find(
    args: &DevicesArgs,
    office: Option<&std::path::Path>,
    root: &std::path::Path,
) -> Result<ExitCode, Trouble> {
    if !root.is_dir() {
        return Err(Trouble::Name(format!("there is no folder {}", root.display())));
    }
    let office = read_office(office)?;
    let found: Vec<FoundDevice> = discovery::find(root, &office, &Facts::of_office(&office));
    Ok(show(args, &found, || table::found(&found)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(name: &str, kind: DeviceKind) -> DeviceView {
        let owner = name.split_once('.').map_or("", |(_, owner)| owner);
        let view = serde_json::json!({
            "device": name, "kind": kind, "owner": owner, "name": {}, "address": "virtual:x",
            "is_twin": true, "driver": "", "state": "ready", "also": [], "reason": "",
            "since_ms": 0, "queue_count": 0, "paper": null, "noise_count": 0, "shows": null,
            "inputs": [], "jobs": [], "actions": [], "last": null,
        });
        serde_json::from_value(view).unwrap()
    }

    #[test]
    fn an_owner_is_enough_where_the_command_needs_one_kind_of_device() {
        let devices = [
            device("printers.kiosk-1", DeviceKind::Printer),
            device("bells.hall", DeviceKind::Bell),
            device("panels.3", DeviceKind::Panel),
            device("scanners.3", DeviceKind::Scanner),
            device("bells.kiosk-1", DeviceKind::Bell),
        ];
        let found = |kind, name| choose(&devices, kind, name).map(|one| one.device.as_str());
        assert_eq!(found(Some(DeviceKind::Bell), "kiosk-1"), Ok("bells.kiosk-1"));
        assert_eq!(found(Some(DeviceKind::Printer), "kiosk-1"), Ok("printers.kiosk-1"));
        assert_eq!(found(Some(DeviceKind::Panel), "3"), Ok("panels.3"));
        assert_eq!(found(None, "scanners.3"), Ok("scanners.3"));
        assert_eq!(
            found(Some(DeviceKind::Printer), "hall").unwrap_err(),
            "bells.hall is a bell, this needs a printer: there is printers.kiosk-1"
        );
        assert_eq!(found(None, "3").unwrap_err(), "3 is one of panels.3, scanners.3: say which");
        assert_eq!(
            found(Some(DeviceKind::Bell), "x").unwrap_err(),
            "no device is called x: there is bells.hall, bells.kiosk-1"
        );
    }
}
