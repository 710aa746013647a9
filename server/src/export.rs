//! The log as JSON lines: one [`EventRecord`] per event, enough to recompute every figure.
//!
//! The lines are described in `docs/log-format.md`. Nothing personal is in them (D-1, D-2): the
//! log holds none, and the random token behind a ticket's QR code is left out.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use domain::event::Event;
use domain::id::TicketId;
use domain::label::Label;
use domain::time::Date;
use protocol::event::EventRecord;

use crate::check::complain;
use crate::log::{CHUNK_RECORDS, LogError, LogReader, Record};
use crate::{record, wire_event};

/// Writes the log as JSON lines, oldest event first.
///
/// 記録を 1 行 1 件の JSON で書き出します。
#[derive(clap::Args, Clone, Debug)]
pub struct ExportArgs {
    /// Data directory; a server may be running on it
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// First sequence number to write
    #[arg(long, value_name = "SEQ", default_value_t = 1)]
    pub from: u64,
    /// File to write; standard output when left out
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Why an export stopped.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A record is not an event that this program knows.
    #[error("failed to read record {seq} of the log: {what}")]
    Record {
        /// Its sequence number.
        seq: u64,
        /// What is wrong with it.
        what: String,
    },
    /// The lines could not be written.
    #[error("failed to write: {0}")]
    Write(#[from] std::io::Error),
    /// An event could not be written as JSON.
    #[error("failed to write JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Carries out the command: exits with 0, with 1 when the export is not whole.
pub fn command(args: &ExportArgs) -> ExitCode {
    match run(args, &mut std::io::BufWriter::new(std::io::stdout().lock())) {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

impl ExportError {
    /// Whether the reader of the output has seen enough.
    fn is_broken_pipe(&self) -> bool {
        match self {
            ExportError::Write(error) => error.kind() == ErrorKind::BrokenPipe,
            ExportError::Json(error) => error.io_error_kind() == Some(ErrorKind::BrokenPipe),
            ExportError::Log(_) | ExportError::Record { .. } => false,
        }
    }
}

/// Runs the command over `out`; returns how many lines it wrote.
///
/// # Errors
///
/// [`ExportError`].
pub fn run(args: &ExportArgs, out: &mut dyn Write) -> Result<u64, ExportError> {
    match &args.out {
        None => export(&args.data, args.from, out),
        Some(path) => {
            let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
            let count = export(&args.data, args.from, &mut file)?;
            file.into_inner().map_err(|error| error.into_error())?.sync_all()?;
            Ok(count)
        }
    }
}

/// Writes the records from `from_seq` on; returns how many.
///
/// # Errors
///
/// [`ExportError`]; the lines written until then are whole.
pub fn export(dir: &Path, from_seq: u64, out: &mut dyn Write) -> Result<u64, ExportError> {
    let reader = LogReader::open(dir)?;
    let mut labels = Labels::default();
    let mut next = from_seq.max(1);
    let mut count = 0;
    labels.find_before(&reader, next)?;
    loop {
        let records = reader.read(next, CHUNK_RECORDS)?;
        let Some(last) = records.last() else {
            out.flush()?;
            return Ok(count);
        };
        next = last.seq + 1;
        count += records.len() as u64;
        for stored in &records {
            let line = labels.describe(reader.office(), stored)?;
            serde_json::to_writer(&mut *out, &line)?;
            out.write_all(b"\n")?;
        }
    }
}

/// The labels of the open day's tickets, which calls repeat.
#[derive(Debug, Default)]
struct Labels(BTreeMap<TicketId, Label>);

impl Labels {
    /// Learns the labels of the day that `seq` lies in, for an export that begins within it.
    fn find_before(&mut self, reader: &LogReader, seq: u64) -> Result<(), ExportError> {
        let day = match reader.read(seq, 1)?.first() {
            Some(first) => day_of(first)?,
            None => return Ok(()),
        };
        let mut end = seq;
        while end > 1 {
            let start = end.saturating_sub(CHUNK_RECORDS as u64).max(1);
            let limit = usize::try_from(end - start).unwrap_or(CHUNK_RECORDS);
            let records = reader.read(start, limit)?;
            for stored in records.iter().rev() {
                if day_of(stored)? != day {
                    return Ok(());
                }
                let (_, event) = decode(stored)?;
                if let Event::TicketIssued { ticket, label, .. } = event {
                    self.0.insert(ticket, label);
                }
            }
            end = start;
        }
        Ok(())
    }

    fn describe(&mut self, office: &str, stored: &Record) -> Result<EventRecord, ExportError> {
        let (view, event) = decode(stored)?;
        #[expect(clippy::wildcard_enum_match_arm, reason = "labels begin and end with these")]
        match &event {
            Event::TicketIssued { ticket, label, .. } => {
                self.0.insert(*ticket, *label);
            }
            Event::DayClosed { .. } => self.0.clear(),
            _ => {}
        }
        let bad = |what: String| ExportError::Record { seq: stored.seq, what };
        Ok(EventRecord {
            office: office.to_owned(),
            epoch: view.epoch,
            seq: view.seq,
            command: view.command,
            at_ms: view.at_ms,
            day: Date::from_yyyymmdd(view.day).map(wire_event::day),
            source: record::decode_source(view.source).map_err(|error| bad(error.to_string()))?,
            event: wire_event::from_domain(&event, |ticket| self.0.get(&ticket).copied()),
            hash: hexadecimal(&stored.hash),
        })
    }
}

fn decode(stored: &Record) -> Result<(crate::log::RecordRef<'_>, Event), ExportError> {
    let bad = |what: String| ExportError::Record { seq: stored.seq, what };
    let view = stored.view().map_err(bad)?;
    let event = record::decode(view.version, view.body).map_err(|error| bad(error.to_string()))?;
    Ok((view, event))
}

fn day_of(stored: &Record) -> Result<i32, ExportError> {
    let view = stored.view().map_err(|what| ExportError::Record { seq: stored.seq, what })?;
    Ok(view.day)
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.map(|nibble| char::from(DIGITS[usize::from(nibble)])).collect()
}
