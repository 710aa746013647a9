//! `yobidashi check`: says whether an office file is right, and everything that is not.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::{config, devices};

/// Checks an office file; exits with 0 when it is right, 1 when it has mistakes.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// The office file
    #[arg(value_name = "FILE", required_unless_present = "print_default")]
    pub file: Option<PathBuf>,
    /// Print the built-in office as a commented example to start from
    #[arg(long)]
    pub print_default: bool,
}

/// Carries out the command.
pub fn run(args: &CheckArgs) -> ExitCode {
    if args.print_default {
        return say(config::DEFAULT_OFFICE);
    }
    let Some(file) = &args.file else { return ExitCode::from(2) };
    match config::check_file(file, devices::mistakes) {
        Ok(summary) => say(&format!("{}: {summary}\n", file.display())),
        Err(mistakes) => {
            // Without a prefix, so that an editor finds each mistake by its file, line and column.
            let _ = writeln!(std::io::stderr().lock(), "{mistakes}");
            ExitCode::FAILURE
        }
    }
}

/// Writes to standard output; a reader that has gone away is no failure of ours.
pub fn say(text: &str) -> ExitCode {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Writes to standard error.
pub fn complain(text: &str) {
    // Where standard error is closed there is nobody left to tell.
    let _ = writeln!(std::io::stderr().lock(), "yobidashi: {}", text.trim_end());
}
