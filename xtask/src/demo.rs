//! `cargo xtask demo`: a whole office on this machine, with history and a simulated day.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::{live_day, shell, tools, web};

/// Where the demo keeps its data; ignored by git.
const DATA: &str = "demo-data";
/// Months of history before the demo's day.
const HISTORY: [&str; 4] = ["--from", "2026-03-02", "--to", "2026-06-01"];
/// The demo's day: a Tuesday in June, when the office is busy and closes late.
const MOMENT: &str = "2026-06-02T10:00";
/// Where the demo listens unless told otherwise or taken.
const PORT: u16 = 8080;
/// Longest time the server may take to be ready.
const READY: Duration = Duration::from_secs(30);

/// Runs the demo until it is interrupted.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<(), String> {
    let options = Options::read(arguments)?;
    tools::node(root)?;
    web::build(root)?;
    shell::run(root, "cargo", &["build", "--package", "server"])?;
    let program = target(root).join("debug/yobidashi");
    let address = free_address(options.port)?;
    let data = history(root, &program, address.port())?;
    let mut server = serve(&program, &data, address)?;
    await_ready(&mut server, address)?;
    welcome(address, options.still);
    if !options.still {
        std::thread::spawn(move || live_day::run(address));
    }
    let status = server.wait().map_err(|error| format!("the server is lost: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("the server ended with {status}")) }
}

struct Options {
    still: bool,
    port: Option<u16>,
}

impl Options {
    fn read(arguments: &[String]) -> Result<Options, String> {
        let mut options = Options { still: false, port: None };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--still" => options.still = true,
                "--port" => {
                    let port = arguments.next().and_then(|port| port.parse().ok());
                    options.port = Some(port.ok_or("--port expects a number such as 8080")?);
                }
                other => return Err(format!("demo takes --still and --port N, not {other}")),
            }
        }
        Ok(options)
    }
}

fn target(root: &Path) -> std::path::PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into)
}

/// A fresh copy of the simulated months, made on the first run. One per port, so that two demos
/// leave each other alone.
fn history(root: &Path, program: &Path, port: u16) -> Result<std::path::PathBuf, String> {
    let failed = |error: std::io::Error| format!("{DATA}: {error}");
    let months = root.join(DATA).join("months");
    let live = root.join(DATA).join(format!("live-{port}"));
    if !months.join("log.sqlite").exists() {
        println!("making three months of history (once) …");
        let making = root.join(DATA).join("making");
        let _ = fs::remove_dir_all(&making);
        fs::create_dir_all(&making).map_err(failed)?;
        let place = making.display().to_string();
        let mut arguments = vec!["simulate", "--seed", "1", "--data", &place];
        arguments.extend(HISTORY);
        shell::run(root, &program.display().to_string(), &arguments)?;
        let _ = fs::remove_dir_all(&months);
        fs::rename(&making, &months).map_err(failed)?;
    }
    let _ = fs::remove_dir_all(&live);
    copy(&months, &live).map_err(failed)?;
    Ok(live)
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &place)?;
        } else {
            fs::copy(entry.path(), place)?;
        }
    }
    Ok(())
}

/// The port that was asked for; else the usual one, or the next that is free.
fn free_address(port: Option<u16>) -> Result<SocketAddr, String> {
    let address = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let is_free = |port: &u16| TcpListener::bind(address(*port)).is_ok();
    let found = match port {
        Some(port) => Some(port).filter(is_free),
        None => (PORT..PORT + 20).find(is_free),
    };
    found.map(address).ok_or_else(|| match port {
        Some(port) => format!("port {port} is taken; choose another with --port"),
        None => format!("ports {PORT} to {} are taken; choose one with --port", PORT + 19),
    })
}

fn serve(program: &Path, data: &Path, address: SocketAddr) -> Result<Child, String> {
    let mut command = Command::new(program);
    command.arg("serve").arg("--data").arg(data);
    command.args(["--listen", &address.to_string(), "--clock", MOMENT]);
    command.spawn().map_err(|error| format!("{}: {error}", program.display()))
}

fn await_ready(server: &mut Child, address: SocketAddr) -> Result<(), String> {
    let began = Instant::now();
    while began.elapsed() < READY {
        if let Ok(Some(status)) = server.try_wait() {
            return Err(format!("the server ended with {status}"));
        }
        if live_day::is_ready(address) {
            return Ok(());
        }
        live_day::wait(Duration::from_millis(100));
    }
    Err(format!("the server is not ready after {} s", READY.as_secs()))
}

fn welcome(address: SocketAddr, still: bool) {
    let guest = live_day::GUEST_COUNTER;
    println!(
        "\n  呼出し Yobidashi: a ward office, rehearsing {MOMENT} (local data in {DATA}/)\n\n\
         \x20 start here     http://{address}/\n\
         \x20 kiosk          http://{address}/kiosk?id=kiosk-1\n\
         \x20 counter {guest}      http://{address}/counter?counter={guest}   \
         (yours: open it and call)\n\
         \x20 hall display   http://{address}/display\n\
         \x20 dashboard      http://{address}/dashboard\n\
         \x20 printed slips  http://{address}/paper\n\
         \x20 contract       http://{address}/api/v1/openapi.json\n\n\
         \x20 {}\n  Ctrl-C ends it.\n",
        if still {
            "Nobody comes by itself (--still)."
        } else {
            "People come and clerks work by themselves; --still stops that."
        },
    );
}
