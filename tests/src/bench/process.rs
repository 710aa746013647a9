//! The server under test, as it ships: a process of its own.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::client::Client;
use super::{Failure, Plan};

/// Longest time a start may take.
const START_TIME_MAX: Duration = Duration::from_secs(60);
/// How often the port is tried while the server starts.
const TRY_EVERY: Duration = Duration::from_millis(1);
/// A Tuesday morning; the ten years of log end before it.
const CLOCK: &str = "2026-06-02T10:00";

/// A running server; ends when dropped.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    /// Where it listens.
    pub(super) address: SocketAddr,
    /// From starting the process to the first good answer of `/healthz`.
    pub(super) ready: Duration,
}

impl Server {
    /// Starts one over `data`, and waits until it works.
    pub(super) fn start(plan: &Plan, data: &Path) -> Result<Server, Failure> {
        // A port that was free a moment ago: nothing else on this machine takes them so fast.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let began = Instant::now();
        let child = Command::new(&plan.server)
            .args(["serve", "--listen", &address.to_string(), "--clock", CLOCK, "--data"])
            .arg(data)
            .arg("--office")
            .arg(office_file(plan)?)
            .env("YOBIDASHI_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let mut server = Server { child, address, ready: Duration::ZERO };
        while !server.is_ready() {
            if began.elapsed() > START_TIME_MAX {
                return Err("the server does not get ready".into());
            }
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("the server ended: {status}").into());
            }
            std::thread::park_timeout(TRY_EVERY);
        }
        server.ready = began.elapsed();
        Ok(server)
    }

    fn is_ready(&self) -> bool {
        TcpStream::connect(self.address).is_ok()
            && Client::connect(self.address)
                .and_then(|mut client| client.get("/healthz").map(|answer| answer.status))
                .is_ok_and(|status| status == 200)
    }

    /// Memory it has in use, in KiB.
    pub(super) fn resident_kib(&self) -> Result<f64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
        Ok(kib.ok_or("the system does not say how much memory is in use")?.parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The default office with room for a storm, and without printers: what is measured is the way of
/// a command, and a slip's journal is a second log on the same disk.
pub(super) fn office_text() -> String {
    let mut text = server::config::DEFAULT_OFFICE.to_owned();
    for (from, to) in [
        ("last = 799, width = 3", "last = 9799, width = 4"),
        ("first = 800, last = 899", "first = 9800, last = 9899"),
        ("first = 900, last = 999", "first = 9900, last = 9999"),
        ("waiting_max = 200", "waiting_max = 2000"),
        ("tickets_day_max = 5000", "tickets_day_max = 50000"),
        ("kiosk-1 = \"virtual:", "# kiosk-1 = \"virtual:"),
        ("kiosk-2 = \"virtual:", "# kiosk-2 = \"virtual:"),
    ] {
        text = text.replace(from, to);
    }
    text
}

fn office_file(plan: &Plan) -> Result<PathBuf, Failure> {
    let path = plan.dir.join("office.toml");
    std::fs::write(&path, office_text())?;
    Ok(path)
}
