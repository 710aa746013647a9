//! Running other programs.

use std::path::Path;
use std::process::{Command, Stdio};

/// Runs a program in `root` and waits for it; its output goes to the terminal.
pub(crate) fn run(root: &Path, program: &str, arguments: &[&str]) -> Result<(), String> {
    println!("$ {program} {}", arguments.join(" "));
    run_quietly(root, program, arguments)
}

/// As [`run`], without saying so.
pub(crate) fn run_quietly(root: &Path, program: &str, arguments: &[&str]) -> Result<(), String> {
    let status = Command::new(program).args(arguments).current_dir(root).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{program} {} ended with {status}", arguments.join(" "))),
        Err(error) => Err(format!("{program} cannot be run: {error}")),
    }
}

/// What a program prints, trimmed; `None` when it cannot be run or fails.
pub(crate) fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// Whether a program is there.
pub(crate) fn has(program: &str) -> bool {
    output("sh", &["-c", &format!("command -v {program}")]).is_some()
}
