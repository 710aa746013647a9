//! The paper that the slips of a spool have used; kept beside them, so that none is counted twice.

use std::collections::VecDeque;

use printer_driver::printer::JobId;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::{Spool, SpoolError};
use crate::paper_counter::{PaperCounter, PaperUse, Sensed};

impl Spool {
    /// The counter of the printer's paper, over rolls of `roll_m` metres.
    ///
    /// # Errors
    ///
    /// [`SpoolError::File`].
    pub fn paper(&self, roll_m: u16) -> Result<PaperCounter, SpoolError> {
        Ok(PaperCounter::resume(roll_m, load(&self.lock())?))
    }

    /// Counts what a slip that is on paper, or may be, took off the roll: `length_mm` from cut to
    /// cut, the mean of the latest slips where nobody knows. A slip is counted once.
    ///
    /// # Errors
    ///
    /// [`SpoolError::File`].
    pub fn use_paper(&self, job: JobId, length_mm: Option<u32>) -> Result<(), SpoolError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let update = "UPDATE job SET counted = 1 WHERE id = ?1 AND counted = 0";
        if transaction.execute(update, [job.0.cast_signed()])? == 1 {
            let mut counter = PaperCounter::resume(0, load(&transaction)?);
            counter.printed(length_mm.unwrap_or_else(|| counter.mean_mm()));
            save(&transaction, counter.kept())?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Takes in what the printer senses, into `counter` and on disk; `true` for a new roll.
    ///
    /// # Errors
    ///
    /// [`SpoolError::File`].
    pub fn sense_paper(
        &self,
        counter: &mut PaperCounter,
        sensed: Sensed,
    ) -> Result<bool, SpoolError> {
        self.change(counter, |counter| counter.sense(sensed))
    }

    /// Notes a new roll, in `counter` and on disk.
    ///
    /// # Errors
    ///
    /// [`SpoolError::File`].
    pub fn new_roll(&self, counter: &mut PaperCounter) -> Result<(), SpoolError> {
        self.change(counter, PaperCounter::new_roll)
    }

    /// Changes what is on disk, as the slips printed meanwhile have left it.
    fn change<R>(
        &self,
        counter: &mut PaperCounter,
        change: impl FnOnce(&mut PaperCounter) -> R,
    ) -> Result<R, SpoolError> {
        let connection = self.lock();
        let before = load(&connection)?;
        counter.take_kept(before.clone());
        let answer = change(counter);
        if *counter.kept() != before {
            save(&connection, counter.kept())?;
        }
        Ok(answer)
    }
}

fn load(connection: &Connection) -> Result<PaperUse, SpoolError> {
    let select = "SELECT used_mm, recent_mm, ended, near_end FROM roll WHERE id = 1";
    let row = connection.query_row(select, [], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get(3)?))
    });
    let Some((used_mm, recent, ended, near_end)) = row.optional()? else {
        return Ok(PaperUse::default());
    };
    // Lengths that do not read are not worth a printer that does not print.
    let recent_mm: VecDeque<u32> = serde_json::from_str(&recent).unwrap_or_default();
    Ok(PaperUse { used_mm: used_mm.cast_unsigned(), recent_mm, ended, near_end })
}

fn save(connection: &Connection, kept: &PaperUse) -> Result<(), SpoolError> {
    connection.execute(
        "INSERT OR REPLACE INTO roll (id, used_mm, recent_mm, ended, near_end)
         VALUES (1, ?1, ?2, ?3, ?4)",
        params![
            kept.used_mm.cast_signed(),
            serde_json::to_string(&kept.recent_mm)?,
            kept.ended,
            kept.near_end,
        ],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{NewJob, Spool, Subject};
    use super::*;
    use printer_driver::document::{Align, Document, Style};

    #[test]
    fn a_slip_uses_paper_once_whatever_is_said_of_it_and_a_restart_forgets_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("spool.sqlite");
        let spool = Spool::open(&path).unwrap();
        let add = || {
            let document = Document::builder().text("A001", Style::BODY, Align::Center);
            let new = NewJob::new(Subject::ticket(7), document.build().unwrap());
            spool.add(new).unwrap().id
        };
        let (short, long, of_earlier_run) = (add(), add(), add());
        for (job, length_mm) in [(short, Some(150)), (long, Some(250)), (long, Some(250))] {
            spool.use_paper(job, length_mm).unwrap();
        }
        spool.use_paper(of_earlier_run, None).unwrap();
        drop(spool);
        let spool = Spool::open(&path).unwrap();
        let mut counter = spool.paper(10).unwrap();
        assert_eq!((counter.left_mm(), counter.slips_left()), (9_400, Some(47)));
        let end = Sensed { paper_end: true, ..Sensed::default() };
        assert!(!spool.sense_paper(&mut counter, end).unwrap());
        let mut counter = Spool::open(&path).unwrap().paper(10).unwrap();
        assert_eq!(counter.slips_left(), Some(0));
        assert!(spool.sense_paper(&mut counter, Sensed::default()).unwrap());
        assert_eq!(spool.paper(10).unwrap().slips_left(), Some(50));
    }
}
