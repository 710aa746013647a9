//! The `yobidashi` command.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use server::check::CheckArgs;

/// 呼出し: queues and tickets for public counters
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check an office file without starting anything (設定を確かめる)
    Check(CheckArgs),
}

fn main() -> ExitCode {
    start_logging();
    match Cli::parse().command {
        Command::Check(args) => server::check::run(&args),
    }
}

fn start_logging() {
    use tracing_subscriber::EnvFilter;
    let filter =
        EnvFilter::try_from_env("YOBIDASHI_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
