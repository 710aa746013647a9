//! `cargo xtask test`: everything that must hold before anything lands.

use std::path::Path;
use std::time::Instant;

use crate::{shell, tools, web};

/// A stage: what it is called, and what it does.
type Stage = (&'static str, fn(&Path) -> Result<(), String>);

const STAGES: [Stage; 8] = [
    ("tools", |root| tools::node(root).and_then(|()| tools::browser(root))),
    ("screens", web::build),
    ("types of the screens", |root| shell::run(root, "npx", &["--no-install", "tsc", "--noEmit"])),
    ("logic of the screens", |root| shell::run(root, "npm", &["run", "--silent", "test"])),
    ("format", |root| shell::run(root, "cargo", &["fmt", "--all", "--check"])),
    ("lints", |root| {
        let lint = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
        shell::run(root, "cargo", &lint)
    }),
    ("rules, log, server, devices", |root| shell::run(root, "cargo", &["test", "--workspace"])),
    ("browser", |root| {
        shell::run(root, "cargo", &["build", "--package", "server"])?;
        shell::run(root, "npx", &["--no-install", "playwright", "test"])
    }),
];

/// Runs every stage, and says how long each took.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<(), String> {
    if let Some(argument) = arguments.first() {
        return Err(format!("test takes no {argument}; to run some tests use cargo test -p CRATE"));
    }
    let mut times = Vec::new();
    for (name, stage) in STAGES {
        println!("\n== {name}");
        let began = Instant::now();
        stage(root).map_err(|error| format!("{name}: {error}"))?;
        times.push((name, began.elapsed().as_secs()));
    }
    println!("\nall stages passed:");
    for (name, seconds) in times {
        println!("  {seconds:>4} s  {name}");
    }
    Ok(())
}
