//! The data directory: its files, and the lock that keeps a second server out.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::LogError;

/// Name of the database inside the data directory.
pub(super) const DATABASE: &str = "log.sqlite";
const LOCK: &str = "lock";

/// Returns the path of the database in `dir`.
pub(super) fn database_path(dir: &Path) -> PathBuf {
    dir.join(DATABASE)
}

/// Returns the path of the write-ahead log in `dir`.
pub(super) fn wal_path(dir: &Path) -> PathBuf {
    dir.join(format!("{DATABASE}-wal"))
}

/// Creates the directory if it is missing and takes the lock on it.
///
/// The lock is the operating system's (`flock`), so it ends with the process however that ends.
pub(super) fn lock(dir: &Path) -> Result<File, LogError> {
    if !dir.is_dir() {
        std::fs::create_dir_all(dir).map_err(|source| directory_error(dir, source))?;
        if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            sync(parent)?;
        }
    }
    let path = dir.join(LOCK);
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|source| directory_error(&path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LogError::Locked { dir: dir.to_owned() }),
        Err(TryLockError::Error(source)) => Err(directory_error(&path, source)),
    }
}

/// Makes the names in `dir` durable.
pub(super) fn sync(dir: &Path) -> Result<(), LogError> {
    File::open(dir).and_then(|file| file.sync_all()).map_err(|source| directory_error(dir, source))
}

/// Tries to write a file of one block in `dir`, to learn why a write failed.
///
/// SQLite reports a disk that went read-only, or one that has no room left at the flush, as an
/// input/output error like any other.
pub(super) fn probe(dir: &Path) -> Result<(), std::io::Error> {
    let path = dir.join("probe");
    let written = File::create(&path).and_then(|mut file| {
        file.write_all(&[0; 4096])?;
        file.sync_all()
    });
    // Left behind, it is empty or one block; the verdict is what was asked for.
    drop(std::fs::remove_file(&path));
    written
}

/// Sorts an error of the file system by what a technician has to do about it.
pub(super) fn directory_error(path: &Path, source: std::io::Error) -> LogError {
    let doing = || format!("opening {}", path.display());
    #[expect(clippy::wildcard_enum_match_arm, reason = "the kinds of IO errors are open-ended")]
    match source.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            LogError::ReadOnly { doing: doing() }
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => LogError::DiskFull { doing: doing() },
        _ => LogError::Directory { path: path.to_owned(), source },
    }
}
