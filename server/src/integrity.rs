//! A look at the whole log after every start, beside the running office.
//!
//! A start checks the last weeks itself and refuses when one of their records is damaged. An older
//! one does not stop the counters: it is said loudly, so that somebody restores a backup.

use std::path::PathBuf;

use crate::log::{self, LogError};

/// Checks every record of the log in `dir`, and says what is wrong.
pub async fn check(dir: PathBuf) {
    let place = dir.display().to_string();
    let found = tokio::task::spawn_blocking(move || log::find_damage(&dir)).await;
    tell(&place, found.unwrap_or(Ok(None)));
}

fn tell(place: &str, found: Result<Option<log::BadRecord>, LogError>) {
    match found {
        Ok(None) => tracing::debug!("every record of the log is good"),
        Ok(Some(bad)) => tracing::error!(
            seq = bad.seq,
            "record {} of the log is damaged: {}; the office goes on, but restore a backup, or \
             look at it with `yobidashi verify --data {place}`",
            bad.seq,
            bad.what,
        ),
        Err(error) => tracing::error!(%error, "the log cannot be checked"),
    }
}
