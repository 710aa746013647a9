//! Development commands: `cargo xtask demo | test | bench | build-web`.

#![expect(clippy::print_stdout, reason = "these commands talk to a developer's terminal")]
#![expect(clippy::print_stderr, reason = "these commands talk to a developer's terminal")]

mod bench;
mod demo;
mod live_day;
mod paper_fonts;
mod shell;
mod test;
mod tools;
mod web;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask demo [--still] [--port N]   run a whole office on this machine, with a simulated day
cargo xtask test                        run every test, installing what it needs
cargo xtask bench [--quick]             measure against the limits of this machine
cargo xtask build-web                   build the screens into web-dist/, fonts into fonts-dist/
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rest = arguments.get(1..).unwrap_or_default();
    let root = root();
    let result = match arguments.first().map(String::as_str) {
        Some("demo") => demo::run(&root, rest),
        Some("test") => test::run(&root, rest),
        Some("bench") => bench::run(&root, rest),
        Some("build-web") => tools::node(&root).and_then(|()| web::build(&root)),
        Some("help" | "--help" | "-h") => {
            print!("{USAGE}");
            Ok(())
        }
        _ => Err(format!("expected one of these:\n\n{USAGE}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The repository's root: one above this package.
fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_path_buf()
}
