//! The program under test: found, started, stopped, killed.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

/// Longest time a start or a stop may take, on a machine that is busy with other tests.
const TIME_MAX: Duration = Duration::from_secs(60);

/// The command `yobidashi`, ready for its arguments.
pub fn yobidashi() -> Command {
    let mut command = Command::new(program());
    command.stdin(Stdio::null()).env_remove("YOBIDASHI_LOG");
    command
}

/// The program beside this test's own; built when it is not there or older than its sources.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let test = std::env::current_exe().expect("a test knows where it is");
        let folder = test.parent().and_then(Path::parent).expect("tests are in deps/");
        let program = folder.join("yobidashi");
        let built = program.metadata().and_then(|metadata| metadata.modified());
        if built.map_or(true, |built| newest_source() > built) {
            build();
        }
        program
    })
}

fn build() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a crate is in a workspace");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--package", "server", "--bin", "yobidashi"])
        .current_dir(root)
        .status();
    assert!(status.is_ok_and(|status| status.success()), "the server does not build");
}

/// When the youngest source of the program was written.
fn newest_source() -> SystemTime {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a crate is in a workspace");
    let crates = ["domain", "protocol", "printer-driver", "kiosk", "display", "server"];
    let mut folders: Vec<PathBuf> =
        crates.iter().map(|name| root.join(name).join("src")).filter(|dir| dir.is_dir()).collect();
    let mut newest = SystemTime::UNIX_EPOCH;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_dir() {
                folders.push(entry.path());
            } else if let Ok(written) = metadata.modified() {
                newest = newest.max(written);
            }
        }
    }
    newest
}

/// How a server is started.
#[derive(Clone, Debug)]
pub struct Start {
    data: PathBuf,
    office: Option<PathBuf>,
    listen: String,
    clock: Option<String>,
    wrapper: Option<String>,
}

/// A server that did not start.
#[derive(Debug)]
pub struct NotStarted {
    /// How it ended.
    pub status: ExitStatus,
    /// What it said on standard error.
    pub said: String,
}

impl Start {
    /// A server over a data directory, on any free port of this machine.
    pub fn over(data: &Path) -> Start {
        Start {
            data: data.to_owned(),
            office: None,
            listen: "127.0.0.1:0".to_owned(),
            clock: None,
            wrapper: None,
        }
    }

    /// With an office file.
    #[must_use]
    pub fn office(mut self, file: &Path) -> Start {
        self.office = Some(file.to_owned());
        self
    }

    /// On an address of its own.
    #[must_use]
    pub fn listen(mut self, address: &str) -> Start {
        self.listen = address.to_owned();
        self
    }

    /// At a moment of its own.
    #[must_use]
    pub fn clock(mut self, moment: &str) -> Start {
        self.clock = Some(moment.to_owned());
        self
    }

    /// Through a shell script that ends in `exec "$0" "$@"`.
    #[must_use]
    pub fn through(mut self, script: &str) -> Start {
        self.wrapper = Some(script.to_owned());
        self
    }

    /// Starts the server and waits until it listens.
    ///
    /// # Errors
    ///
    /// When it ends before; with what it said.
    ///
    /// # Panics
    ///
    /// When it neither listens nor ends.
    pub fn run(&self) -> Result<Server, NotStarted> {
        let mut child = self.command().spawn().expect("the program starts");
        let (sender, lines) = channel();
        let said = Arc::new(Words::default());
        let listener = listen(&mut child, sender, Arc::clone(&said));
        match wait_for_address(&lines) {
            Some(address) => Ok(Server { child: Some(child), address, said, listener }),
            None => {
                let status = child.wait().expect("a program that ends has a status");
                listener.join().expect("its words are text");
                Err(NotStarted { status, said: said.all() })
            }
        }
    }

    fn command(&self) -> Command {
        let mut command = match &self.wrapper {
            None => yobidashi(),
            Some(script) => {
                let mut shell = Command::new("sh");
                shell.args([OsStr::new("-c"), OsStr::new(script), program().as_os_str()]);
                shell
            }
        };
        command.args(["serve", "--listen", &self.listen, "--data"]).arg(&self.data);
        if let Some(office) = &self.office {
            command.arg("--office").arg(office);
        }
        if let Some(clock) = &self.clock {
            command.args(["--clock", clock]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }
}

/// What a server has said until now.
#[derive(Default, Debug)]
struct Words {
    text: Mutex<String>,
    more: Condvar,
}

impl Words {
    fn add(&self, line: &str) {
        let mut text = self.text.lock().expect("nobody panics while it speaks");
        text.push_str(line);
        text.push('\n');
        self.more.notify_all();
    }

    fn all(&self) -> String {
        self.text.lock().expect("nobody panics while it speaks").clone()
    }
}

/// Keeps what a server says, and passes each line on while somebody waits for it.
fn listen(child: &mut Child, sender: Sender<String>, said: Arc<Words>) -> JoinHandle<()> {
    let words = child.stderr.take().expect("its words are piped");
    std::thread::spawn(move || {
        for line in BufReader::new(words).lines().map_while(Result::ok) {
            said.add(&line);
            // Once the address is known nobody waits any more.
            let _ = sender.send(line);
        }
    })
}

fn wait_for_address(lines: &Receiver<String>) -> Option<SocketAddr> {
    loop {
        match lines.recv_timeout(TIME_MAX) {
            Ok(line) => {
                let named = line.split_whitespace().find_map(|word| word.strip_prefix("address="));
                if let Some(address) = named.and_then(|address| address.parse().ok()) {
                    return Some(address);
                }
            }
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => panic!("the server neither listens nor ends"),
        }
    }
}

/// A running server; killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Option<Child>,
    address: SocketAddr,
    said: Arc<Words>,
    listener: JoinHandle<()>,
}

impl Server {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has said on standard error until now.
    pub fn said(&self) -> String {
        self.said.all()
    }

    /// Waits until it has said these words; false when it does not.
    pub fn says(&self, words: &str) -> bool {
        let said = self.said.text.lock().expect("nobody panics while it speaks");
        let waited =
            self.said.more.wait_timeout_while(said, TIME_MAX, |said| !said.contains(words));
        !waited.expect("nobody panics while it speaks").1.timed_out()
    }

    /// Ends it at once (SIGKILL).
    pub fn kill(mut self) {
        self.end();
    }

    /// Asks it to stop as systemd does (SIGTERM), and waits; gives all that it said.
    ///
    /// # Panics
    ///
    /// When it does not end in time.
    pub fn stop(mut self) -> String {
        let mut child = self.child.take().expect("a server that was not ended");
        let pid = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
        let pid = pid.expect("a process has a number");
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it can be asked");
        let (sender, ended) = channel();
        let waiter = std::thread::spawn(move || {
            let status = child.wait();
            let _ = sender.send(());
            status
        });
        ended.recv_timeout(TIME_MAX).expect("the server stops when it is asked to");
        waiter.join().expect("waiting goes well").expect("a program that ends has a status");
        self.said()
    }

    fn end(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
        // The thread that listens ends with the pipe.
        let _ = &self.listener;
    }
}
