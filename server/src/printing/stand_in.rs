//! A printer that prints what another one cannot, under the same number.
//!
//! Slips always go to their own printer's queue first, and are handed over from there one by one
//! in their order, each step on disk (`kiosk::spool`). Only those of which nothing has left move,
//! and only to a printer that can print: two that fail keep what they have. A slip moves once for
//! each time that the printer it waits for fails. A test page is about the printer it was asked of
//! and stays there.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::id::KioskId;
use kiosk::slip::Kind;
use kiosk::spool::{Origin, Spool, SpoolError, Spooled};
use printer_driver::printer::{JobId, JobState, needs_settling};
use protocol::view::{PrinterCondition, PrinterView};

use super::outcome::Outcomes;
use super::station::{Station, open_spool, spool_path};

/// Watches `from`, and hands its slips to `to` while it fails. `after` is how long it may fail
/// before.
pub(super) async fn stand_in(
    from: Arc<Station>,
    to: Arc<Station>,
    after: Duration,
    outcomes: Outcomes,
) {
    let mut status = from.printer.status();
    loop {
        if status.wait_for(|status| status.blocked_by().is_some()).await.is_err() {
            return;
        }
        let recovers = status.wait_for(|status| status.blocked_by().is_none());
        match tokio::time::timeout(after, recovers).await {
            Ok(Ok(_)) => continue,
            Ok(Err(_)) => return,
            Err(_) => {}
        }
        let mut other = to.printer.status();
        while !from.is_ready() {
            other.borrow_and_update();
            status.borrow_and_update();
            let can = to.is_ready();
            let promised = can && comes_out_next_door(&from).await;
            show(&from, promised.then_some(to.kiosk));
            if can {
                hand_over_all(&from, &to, &outcomes).await;
            }
            tokio::select! {
                changed = status.changed() => if changed.is_err() { return },
                changed = other.changed() => if changed.is_err() { return },
                () = from.given.notified() => {}
            }
        }
        show(&from, None);
    }
}

/// Whether people at the kiosk may be sent next door for their slip. Not while the ticket issued
/// last is one of which bytes may have left: it never moves, whatever comes behind it.
async fn comes_out_next_door(from: &Arc<Station>) -> bool {
    match blocking(from, |from| from.spool.newest_of(Kind::Ticket)).await {
        Ok(newest) => newest.is_none_or(|newest| !needs_settling(newest.state)),
        Err(error) => {
            tracing::error!(%error, kiosk = %from.kiosk, "the print spool cannot be read");
            false
        }
    }
}

fn show(from: &Station, stands_in: Option<KioskId>) {
    let changed = |known: &mut Option<KioskId>| std::mem::replace(known, stands_in) != stands_in;
    if from.standing_in.send_if_modified(changed) {
        match stands_in {
            Some(to) => tracing::warn!(kiosk = %from.kiosk, %to, "another printer stands in"),
            None => tracing::info!(kiosk = %from.kiosk, "no other printer stands in any more"),
        }
    }
}

/// Hands over what waits, oldest first, as long as it makes sense.
async fn hand_over_all(from: &Arc<Station>, to: &Arc<Station>, outcomes: &Outcomes) {
    let movable = match blocking(from, |from| from.movable()).await {
        Ok(movable) => movable,
        Err(error) => {
            tracing::error!(%error, kiosk = %from.kiosk, "the print spool cannot be read");
            return;
        }
    };
    for slip in movable {
        if from.is_ready() || !to.is_ready() {
            return;
        }
        let job = slip.job.id;
        if let Err(error) = hand_over(from, to, slip, outcomes).await {
            tracing::error!(%error, kiosk = %from.kiosk, job = job.0, "a slip is not handed over");
            return;
        }
    }
}

/// Hands one slip over. What each step leaves behind is described in `kiosk::spool`.
async fn hand_over(
    from: &Arc<Station>,
    to: &Arc<Station>,
    slip: Spooled,
    outcomes: &Outcomes,
) -> Result<(), SpoolError> {
    let job = slip.job.id;
    let name = to.kiosk.to_string();
    blocking(from, move |from| from.spool.intend_move(job, &name)).await?;
    if !from.printer.withdraw(job).await {
        // It has begun to leave, or somebody else has taken it back meanwhile.
        let state = blocking(from, move |from| {
            from.spool.forget_move(job)?;
            from.spool.state(job)
        });
        if state.await? == Some(JobState::Withdrawn) {
            outcomes.tell(from.kiosk, job, JobState::Withdrawn);
        }
        return Ok(());
    }
    let mark = blocking(from, move |from| {
        from.spool.take_out(job)?;
        from.spool.mark()
    });
    let mark = match mark.await {
        Ok(mark) => mark,
        Err(error) => return give_back(from, slip, error).await,
    };
    let new = slip.handed_over(mark);
    let there = match blocking(to, move |to| to.spool.add(new)).await {
        Ok(there) => there,
        Err(error) => return give_back(from, slip, error).await,
    };
    let id = there.id;
    tracing::info!(from = %from.kiosk, to = %to.kiosk, job = job.0, there = id.0, "handed over");
    blocking(to, move |to| to.print(there)).await;
    blocking(from, move |from| from.spool.end_move(job, id)).await
}

/// Prints a slip where it was after all, because the other spool does not take it.
async fn give_back(
    from: &Arc<Station>,
    slip: Spooled,
    error: SpoolError,
) -> Result<(), SpoolError> {
    let job = slip.job.id;
    let back = blocking(from, move |from| {
        from.spool.put_back(job)?;
        from.print(slip.job);
        Ok::<(), SpoolError>(())
    });
    back.await?;
    Err(error)
}

/// Does something with a spool where waiting for the disk holds nobody up.
async fn blocking<R: Send + 'static>(
    station: &Arc<Station>,
    action: impl FnOnce(&Station) -> R + Send + 'static,
) -> R {
    let station = Arc::clone(station);
    done(tokio::task::spawn_blocking(move || action(&station))).await
}

/// What a task beside answers. One that is dropped unfinished belongs to an office that is ending,
/// and so does whoever waits for it.
pub(super) async fn done<R>(task: tokio::task::JoinHandle<R>) -> R {
    match task.await {
        Ok(answer) => answer,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => std::future::pending().await,
    }
}

/// Says at a kiosk without a printer whose printer has its slips, while that one can print.
pub(super) async fn print_next_door(
    kiosk: KioskId,
    to: Arc<Station>,
    conditions: impl Fn(PrinterView) + Send + 'static,
) {
    let mut status = to.printer.status();
    loop {
        let can = status.borrow_and_update().blocked_by().is_none();
        conditions(PrinterView {
            kiosk: kiosk.to_string(),
            condition: PrinterCondition::None,
            unknown_count: 0,
            name: Default::default(),
            stand_in: can.then(|| to.kiosk.to_string()),
            slips_left: None,
        });
        if status.changed().await.is_err() {
            return;
        }
    }
}

/// Brings moves to an end that the last run left in the middle, before anything is printed: a slip
/// that was taken out is put where it was going, or back where that printer is no more.
///
/// # Errors
///
/// [`SpoolError`].
pub(super) fn finish_moves(
    dir: &Path,
    spools: &BTreeMap<KioskId, Spool>,
) -> Result<(), SpoolError> {
    for (kiosk, spool) in spools {
        for slip in spool.unfinished_moves()? {
            let job = slip.job.id;
            let name = slip.moving_to.as_deref().unwrap_or_default();
            let target = KioskId::new(name);
            let mark = spool.mark()?;
            tracing::info!(%kiosk, to = name, job = job.0, "a slip on its way to another printer");
            if let Some(to) = target.and_then(|target| spools.get(&target)) {
                let there = to.add(slip.handed_over(mark))?.id;
                spool.end_move(job, there)?;
                continue;
            }
            // The office file names that printer no more: it may have the slip all the same.
            let arrived = target.map(|target| arrived(dir, target, &mark, job)).transpose()?;
            match arrived.flatten() {
                Some(there) => spool.end_move(job, there)?,
                None => spool.put_back(job)?,
            }
        }
    }
    Ok(())
}

fn arrived(
    dir: &Path,
    target: KioskId,
    mark: &str,
    job: JobId,
) -> Result<Option<JobId>, SpoolError> {
    let path = spool_path(dir, target);
    if !path.exists() {
        return Ok(None);
    }
    let origin = Origin { spool: mark.to_owned(), job };
    Ok(open_spool(&path)?.spool.find_origin(&origin)?.map(|found| found.job.id))
}
