//! A job's way from the spool of a printer that cannot print to that of one that stands in.
//!
//! Two files cannot change together, so the way has steps, each on disk before the next:
//!
//! 1. [`Spool::intend_move`]: the job says where it is going. It can still be printed here.
//! 2. The driver gives it back unsent, then [`Spool::take_out`]: it will not be printed here.
//! 3. [`Spool::add`] over there, with its origin: however often this is done, it is there once.
//! 4. [`Spool::end_move`]: the job says what it is called over there.
//!
//! A run that ends after 1 leaves a job that is printed here as if nothing had been; one that ends
//! after 2 or 3 leaves one of [`Spool::unfinished_moves`], and the next run goes on with 3. At no
//! step may both printers print it, and at none does neither know of it.

use printer_driver::printer::{JobId, JobState};
use rusqlite::params;

use super::entry::{self, Spooled};
use super::{Spool, SpoolError};

/// Where a job was before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// The mark of that spool ([`Spool::mark`]).
    pub spool: String,
    /// Its number there.
    pub job: JobId,
}

impl Spool {
    /// What this spool is known by: made by chance with the file, so that the numbers of one begun
    /// anew are not taken for those of the one before.
    ///
    /// # Errors
    ///
    /// [`SpoolError::File`].
    pub fn mark(&self) -> Result<String, SpoolError> {
        let select = "SELECT mark FROM identity WHERE id = 1";
        Ok(self.lock().query_row(select, [], |row| row.get(0))?)
    }

    /// Notes that a job is to go to the spool called `to`.
    ///
    /// # Errors
    ///
    /// [`SpoolError`]: then it stays.
    pub fn intend_move(&self, job: JobId, to: &str) -> Result<(), SpoolError> {
        let update = "UPDATE job SET moving_to = ?2 WHERE id = ?1";
        self.lock().execute(update, params![job.0.cast_signed(), to])?;
        Ok(())
    }

    /// Takes back what [`Spool::intend_move`] noted: the job stays here after all.
    ///
    /// # Errors
    ///
    /// [`SpoolError`]: a later run takes it back.
    pub fn forget_move(&self, job: JobId) -> Result<(), SpoolError> {
        let update = "UPDATE job SET moving_to = NULL WHERE id = ?1 AND moved_as IS NULL";
        self.lock().execute(update, [job.0.cast_signed()])?;
        Ok(())
    }

    /// Notes that a job will not be printed here. The driver has given it back unsent.
    ///
    /// # Errors
    ///
    /// [`SpoolError`]: then it must be given to the driver again.
    pub fn take_out(&self, job: JobId) -> Result<(), SpoolError> {
        self.record_state(job, JobState::Withdrawn)
    }

    /// Notes that a job is in the other spool, as `there`.
    ///
    /// # Errors
    ///
    /// [`SpoolError`]: a later run notes it.
    pub fn end_move(&self, job: JobId, there: JobId) -> Result<(), SpoolError> {
        let update = "UPDATE job SET moved_as = ?2 WHERE id = ?1";
        let values = params![job.0.cast_signed(), there.0.cast_signed()];
        self.lock().execute(update, values)?;
        Ok(())
    }

    /// Puts a job back that was taken out and cannot go where it was to go.
    ///
    /// # Errors
    ///
    /// [`SpoolError`].
    pub fn put_back(&self, job: JobId) -> Result<(), SpoolError> {
        let state = serde_json::to_string(&JobState::Queued)?;
        let update = "UPDATE job SET state = ?2, moving_to = NULL WHERE id = ?1";
        self.lock().execute(update, params![job.0.cast_signed(), state])?;
        Ok(())
    }

    /// Jobs that were taken out and are not known to be over there, oldest first.
    ///
    /// # Errors
    ///
    /// [`SpoolError`].
    pub fn unfinished_moves(&self) -> Result<Vec<Spooled>, SpoolError> {
        let clause = "moving_to IS NOT NULL AND moved_as IS NULL
             AND json_extract(state, '$.state') = 'withdrawn' ORDER BY id";
        entry::many(&self.lock(), clause, [])
    }

    /// The job that came from `origin`; `None` when it never arrived.
    ///
    /// # Errors
    ///
    /// [`SpoolError`].
    pub fn find_origin(&self, origin: &Origin) -> Result<Option<Spooled>, SpoolError> {
        let key = params![origin.spool, origin.job.0.cast_signed()];
        entry::one(&self.lock(), "origin_spool = ?1 AND origin_job = ?2", key)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{NewJob, Subject, split};
    use super::*;
    use printer_driver::document::{Align, Document, Style};
    use std::path::Path;

    fn slip() -> NewJob {
        let document = Document::builder().text("A001", Style::BODY, Align::Center);
        NewJob::new(Subject::ticket(7), document.build().unwrap())
    }

    fn open(dir: &Path) -> (Spool, Spool) {
        let file = |name: &str| Spool::open(&dir.join(name)).unwrap();
        (file("spool-1.sqlite"), file("spool-2.sqlite"))
    }

    /// What a start does with moves that the last run left: see `unfinished_moves`.
    fn recover(from: &Spool, to: &Spool) {
        for left in from.unfinished_moves().unwrap() {
            let there = to.add(left.handed_over(from.mark().unwrap())).unwrap();
            from.end_move(left.job.id, there.id).unwrap();
        }
    }

    fn to_print(spool: &Spool) -> usize {
        split(spool.open_jobs().unwrap()).1.len()
    }

    #[test]
    fn a_run_that_ends_at_any_step_leaves_the_job_to_be_printed_in_exactly_one_place() {
        for step_count in 0..=4 {
            let dir = tempfile::tempdir().unwrap();
            let (from, to) = open(dir.path());
            let job = from.add(slip()).unwrap();
            let left = from.find(job.id).unwrap().unwrap();
            let mut there = None;
            for step in 0..step_count {
                match step {
                    0 => from.intend_move(job.id, "2").unwrap(),
                    1 => from.take_out(job.id).unwrap(),
                    2 => there = Some(to.add(left.handed_over(from.mark().unwrap())).unwrap().id),
                    _ => from.end_move(job.id, there.unwrap()).unwrap(),
                }
            }
            drop((from, to));
            let (from, to) = open(dir.path());
            for _ in 0..2 {
                recover(&from, &to);
                let places = (to_print(&from), to_print(&to));
                let expected = if step_count < 2 { (1, 0) } else { (0, 1) };
                assert_eq!(places, expected, "ended after step {step_count}");
            }
        }
    }

    #[test]
    fn a_job_that_comes_back_is_printed_again_where_it_was_first() {
        let dir = tempfile::tempdir().unwrap();
        let (first, second) = open(dir.path());
        let request = Some(super::super::Request { key: [1; 16], digest: [2; 32] });
        let job = first.add(NewJob { request, ..slip() }).unwrap().id;
        let way = [(&first, &second), (&second, &first)];
        let back = way.into_iter().fold(job, |job, (from, to)| {
            from.intend_move(job, "there").unwrap();
            from.take_out(job).unwrap();
            let there = to
                .add(from.find(job).unwrap().unwrap().handed_over(from.mark().unwrap()))
                .unwrap()
                .id;
            from.end_move(job, there).unwrap();
            there
        });
        assert_ne!(back, job);
        assert_eq!((to_print(&first), to_print(&second)), (1, 0));
        assert_eq!(first.find_request(&[1; 16]).unwrap().map(|found| found.job.id), Some(job));
        assert_eq!(second.find_request(&[1; 16]).unwrap(), None);
    }

    #[test]
    fn a_job_put_back_is_printed_where_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let (from, _) = open(dir.path());
        let job = from.add(slip()).unwrap();
        from.intend_move(job.id, "gone").unwrap();
        from.take_out(job.id).unwrap();
        from.put_back(job.id).unwrap();
        assert_eq!((to_print(&from), from.unfinished_moves().unwrap().len()), (1, 0));
    }
}
