//! `yobidashi verify`: whether the log is whole, and whether what is derived from it agrees.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::check::{complain, say};
use crate::log::{self, LogError, VerifyReport};
use crate::report::{Derived, ReportError};

/// Checks every record of the log, and what reports read against it.
///
/// 記録に欠けや書き換えがないか、集計が記録と合うかを確かめます。
/// Exits with 0 when all is well, 1 when something is damaged, 2 when it could not be checked.
#[derive(clap::Args, Clone, Debug)]
pub struct VerifyArgs {
    /// Data directory; a server may be running on it
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Make everything that is derived from the log anew
    #[arg(long)]
    pub rebuild: bool,
}

/// What a check found.
#[derive(Debug)]
pub struct Verified {
    /// The log itself.
    pub log: VerifyReport,
    /// What reports read.
    pub derived: DerivedState,
}

/// How the derived store stands to the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DerivedState {
    /// It holds what the log says.
    Agrees,
    /// It did not, and has been made anew.
    Rebuilt,
    /// It did not; `--rebuild` makes it anew.
    Differs,
    /// The log is damaged, so there is nothing to compare with.
    NotCompared,
}

impl Verified {
    /// Whether all is well.
    pub fn is_good(&self) -> bool {
        self.log.is_good() && self.derived != DerivedState::Differs
    }
}

/// Why nothing could be checked.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The log cannot be read at all.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The derived store cannot be made.
    #[error(transparent)]
    Report(#[from] ReportError),
}

/// Carries out the command.
pub fn command(args: &VerifyArgs) -> ExitCode {
    match verify(&args.data, args.rebuild) {
        Ok(found) => {
            say(&describe(&found));
            if found.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(VerifyError::Log(error @ LogError::Damaged { .. })) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
        Err(error) => {
            complain(&error.to_string());
            ExitCode::from(2)
        }
    }
}

/// Checks the log in `dir`, then compares the derived store with one made in memory.
///
/// # Errors
///
/// There is no log, or it cannot be opened. Damage that was found is in the answer.
pub fn verify(dir: &Path, rebuild: bool) -> Result<Verified, VerifyError> {
    let log = log::verify(dir)?;
    if !log.is_good() {
        return Ok(Verified { log, derived: DerivedState::NotCompared });
    }
    let mut kept = Derived::open(dir)?;
    if rebuild {
        kept.rebuild()?;
        return Ok(Verified { log, derived: DerivedState::Rebuilt });
    }
    let mut fresh = Derived::open_in_memory(dir)?;
    let mut agrees = false;
    // A running server may finish a day between the two; then the second look tells.
    for _ in 0..2 {
        fresh.catch_up()?;
        kept.catch_up()?;
        agrees = agrees || kept.digest()? == fresh.digest()?;
    }
    let derived = if agrees { DerivedState::Agrees } else { DerivedState::Differs };
    Ok(Verified { log, derived })
}

fn describe(found: &Verified) -> String {
    let mut text = found.log.to_string();
    let derived = match found.derived {
        DerivedState::Agrees => "agree with the log",
        DerivedState::Rebuilt => "have been made anew from the log",
        DerivedState::Differs => {
            "do NOT agree with the log; `yobidashi verify --rebuild` makes them anew"
        }
        DerivedState::NotCompared => "were not compared, because the log is damaged",
    };
    // Writing to a string cannot fail.
    let _ = writeln!(text, "reports {derived}");
    text
}
