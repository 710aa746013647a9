//! `yobidashi salvage`: copies what is good of a damaged log into a new data directory.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::check::{complain, say};
use crate::log;

/// Copies the good part of a damaged log into a new data directory. The damaged one is left as it
/// is: it is evidence.
///
/// 壊れた記録の、正しい部分だけを新しいデータディレクトリに写します。元の記録には触れません。
#[derive(clap::Args, Clone, Debug)]
pub struct SalvageArgs {
    /// Data directory with the damaged log; no server may be running on it
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// New data directory; it must not hold a log yet
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Carries out the command: 0 when something could be saved, 1 otherwise.
pub fn command(args: &SalvageArgs) -> ExitCode {
    match log::salvage(&args.data, &args.out) {
        Ok(saved) => say(&format!(
            "copied {} records to {}, epoch {}\n{}",
            saved.copied.seq,
            saved.out_dir.display(),
            saved.epoch,
            match saved.first_bad {
                Some(bad) =>
                    format!("record {} and what follows was left: {}\n", bad.seq, bad.what),
                None => "nothing was left behind\n".to_owned(),
            },
        )),
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}
