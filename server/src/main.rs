//! The `yobidashi` command.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use server::check::{self, CheckArgs};
use server::devices::terminal::{self, DevicesArgs};
use server::export::{self, ExportArgs};
use server::report::{self, ReportArgs};
use server::salvage::{self, SalvageArgs};
use server::serve::ServeArgs;
use server::simulate::{self, SimulateArgs};
use server::slips::{self, SlipsArgs};
use server::verify::{self, VerifyArgs};

/// 呼出し: queues and tickets for public counters
#[derive(Parser)]
#[command(name = "yobidashi", version, max_term_width = 100)]
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
    /// See and try out printers, bells, panels and inputs (機器を見る・試す)
    Devices(DevicesArgs),
    /// Print the figures of finished days (集計を出す)
    Report(ReportArgs),
    /// Check the log and what is derived from it (記録を検査する)
    Verify(VerifyArgs),
    /// Save what is good of a damaged log (壊れた記録から救い出す)
    Salvage(SalvageArgs),
    /// Write the log as JSON lines (記録を書き出す)
    Export(ExportArgs),
    /// Play invented days into an empty data folder (模擬の記録を作る)
    Simulate(SimulateArgs),
    /// Write the bytes of every slip and what each should say (券の見本を書き出す)
    Slips(SlipsArgs),
}

fn main() -> ExitCode {
    start_logging();
    match Cli::parse().command {
        Command::Serve(args) => serve(args),
        Command::Check(args) => check::run(&args),
        Command::Devices(args) => terminal::command(&args),
        Command::Report(args) => report::command(&args),
        Command::Verify(args) => verify::command(&args),
        Command::Salvage(args) => salvage::command(&args),
        Command::Export(args) => export::command(&args),
        Command::Simulate(args) => simulate::command(&args),
        Command::Slips(args) => slips::command(&args),
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

/// This thread drives the devices; answers, screens, the log and the board have their own.
fn serve(args: ServeArgs) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(server::serve::run(args)).map_err(|e| e.to_string()),
        Err(error) => Err(format!("failed to start: {error}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            check::complain(&message);
            ExitCode::FAILURE
        }
    }
}
