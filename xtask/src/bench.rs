//! `cargo xtask bench`: measures the product against the limits of this machine.

use std::path::Path;

use crate::{shell, tools, web};

/// Builds what ships, then runs the bench program of the package `tests`.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<(), String> {
    tools::node(root)?;
    web::build(root)?;
    shell::run(root, "cargo", &["build", "--release", "--package", "server"])?;
    let mut bench = vec!["run", "--release", "--package", "tests", "--bin", "bench", "--"];
    bench.extend(arguments.iter().map(String::as_str));
    shell::run(root, "cargo", &bench)
}
