//! What can go wrong with the log, each with a message a technician can act on.
//!
//! Messages are lowercase fragments that fit after "failed to open the log: ".

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use super::directory;

/// A failure of the log.
///
/// After any failure of [`append`](super::Log::append) except [`LogError::Refused`] the log
/// takes no more records: the caller ends the process and starts it again, and the state is
/// rebuilt from what is on disk.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Another process has this data directory open for writing.
    #[error("another server is already running on {}; stop it first", dir.display())]
    Locked {
        /// The data directory.
        dir: PathBuf,
    },
    /// The directory cannot be created, listed or written.
    #[error("cannot use {}: {source}", path.display())]
    Directory {
        /// The directory or file concerned.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file is no log of this program.
    #[error("{} is not a Yobidashi log: {what}", path.display())]
    NotALog {
        /// The file concerned.
        path: PathBuf,
        /// What was found instead.
        what: String,
    },
    /// The log was written by a newer program.
    #[error(
        "the log has format {found}, this program knows up to {known}; \
         use the program that wrote it, or a newer one"
    )]
    NewerFormat {
        /// Format number in the file.
        found: i64,
        /// Newest format this program knows.
        known: i64,
    },
    /// The log belongs to another office.
    #[error(
        "the log belongs to office {found:?}, the configuration names {expected:?}; \
         correct the configuration or choose another data directory"
    )]
    OtherOffice {
        /// Office written in the log.
        found: String,
        /// Office that was asked for.
        expected: String,
    },
    /// A record is missing, does not decode or does not fit the chain, or the file is corrupt.
    #[error("the log is damaged {}: {what}; {way_out}", at_record(*seq))]
    Damaged {
        /// Sequence number of the first record that is not good, where known.
        seq: Option<u64>,
        /// What is wrong with it.
        what: String,
        /// The command to run next.
        way_out: String,
    },
    /// No room is left on the disk.
    #[error("no room is left on the disk while {doing}; free some space, then start again")]
    DiskFull {
        /// What was being done.
        doing: String,
    },
    /// The disk or the file cannot be written.
    #[error(
        "the data directory is read-only while {doing}; \
         check its mount options and permissions, then start again"
    )]
    ReadOnly {
        /// What was being done.
        doing: String,
    },
    /// The disk answered with an error.
    #[error("the disk failed while {doing}: {what}; check the disk before starting again")]
    Disk {
        /// What was being done.
        doing: String,
        /// What the database said.
        what: String,
    },
    /// The database answered with an error of another kind.
    #[error("the database failed while {doing}: {what}")]
    Database {
        /// What was being done.
        doing: String,
        /// What the database said.
        what: String,
    },
    /// An earlier append failed, so nothing more is written.
    #[error("the log stopped after an earlier failure: {first}")]
    Poisoned {
        /// Message of the failure that stopped it.
        first: String,
    },
    /// The batch breaks a limit of the format. Nothing was written and the log goes on.
    #[error("the record was refused: {what}")]
    Refused {
        /// Which limit, and by how much.
        what: String,
    },
}

impl LogError {
    /// Returns a short stable name of the kind of failure, for metrics and health checks.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Locked { .. } => "locked",
            Self::Directory { .. } => "directory",
            Self::NotALog { .. } => "not_a_log",
            Self::NewerFormat { .. } => "newer_format",
            Self::OtherOffice { .. } => "other_office",
            Self::Damaged { .. } => "damaged",
            Self::DiskFull { .. } => "disk_full",
            Self::ReadOnly { .. } => "read_only",
            Self::Disk { .. } => "disk",
            Self::Database { .. } => "database",
            Self::Poisoned { .. } => "poisoned",
            Self::Refused { .. } => "refused",
        }
    }

    /// Names a damaged record and the command that examines it.
    pub(super) fn damaged(dir: &Path, seq: Option<u64>, what: impl Into<String>) -> Self {
        Self::Damaged { seq, what: what.into(), way_out: way_out(dir) }
    }

    /// Names the record that was being read when damage was found.
    pub(super) fn at(mut self, record: u64) -> Self {
        if let Self::Damaged { seq: seq @ None, .. } = &mut self {
            *seq = Some(record);
        }
        self
    }

    /// Says what is left to do when not even `verify` can read the file.
    pub(super) fn beyond_reading(mut self) -> Self {
        if let Self::Damaged { way_out, .. } = &mut self {
            *way_out = "the file cannot be read at all; keep it, and restore the newest backup \
                        into another data directory"
                .to_owned();
        }
        self
    }

    /// Sorts an error of the database by what a technician has to do about it.
    pub(super) fn database(dir: &Path, doing: &str, error: &rusqlite::Error) -> Self {
        let doing = doing.to_owned();
        let what = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull { doing },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly { doing },
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
                Self::disk(dir, doing, what)
            }
            Some(ErrorCode::DatabaseCorrupt) => Self::damaged(dir, None, what),
            Some(ErrorCode::NotADatabase) => Self::damaged(
                dir,
                None,
                "log.sqlite is not a database file (its first page is overwritten)",
            ),
            _ => Self::Database { doing, what },
        }
    }

    /// Tells a disk that is full or read-only from one that fails.
    fn disk(dir: &Path, doing: String, what: String) -> Self {
        match directory::probe(dir).map_err(|error| error.kind()) {
            Err(ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => Self::DiskFull { doing },
            Err(ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied) => {
                Self::ReadOnly { doing }
            }
            _ => Self::Disk { doing, what },
        }
    }
}

/// The way out of a damaged log, as a command to type.
fn way_out(dir: &Path) -> String {
    format!(
        "nothing was changed; run `yobidashi verify --data {}` to see what is left",
        dir.display()
    )
}

fn at_record(seq: Option<u64>) -> String {
    match seq {
        Some(seq) => format!("at record {seq}"),
        None => "outside the records".to_owned(),
    }
}
