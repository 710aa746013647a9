//! The `yobidashi` command.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use server::check::CheckArgs;
use server::serve::ServeArgs;

/// 呼出し: queues and tickets for public counters
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the office (窓口を開く)
    Serve(ServeArgs),
    /// Check an office file without starting anything (設定を確かめる)
    Check(CheckArgs),
}

fn main() -> ExitCode {
    start_logging();
    match Cli::parse().command {
        Command::Serve(args) => serve(args),
        Command::Check(args) => server::check::run(&args),
    }
}

fn start_logging() {
    use tracing_subscriber::EnvFilter;
    let filter =
        EnvFilter::try_from_env("YOBIDASHI_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let logging = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(ansi);
    logging.with_writer(std::io::stderr).init();
}

/// Two threads are what the office PC has to spare; more would only cost memory.
fn serve(args: ServeArgs) -> ExitCode {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(server::serve::run(args)).map_err(|e| e.to_string()),
        Err(error) => Err(format!("failed to start: {error}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            server::check::complain(&message);
            ExitCode::FAILURE
        }
    }
}
