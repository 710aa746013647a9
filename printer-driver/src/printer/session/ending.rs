//! How a job comes to an end: its proof, or the certainty that nothing more of it will come.

use super::super::job::{Hold, JobState, SentPart, UnknownReason};
use super::super::journal::Journal;
use super::super::orders::{self, Fence, FenceAnswer, Question};
use super::{ANSWER_GAP_MAX, End, FenceWait, Happening, Session, proof_of};
use crate::completion::Answer;
use crate::escpos;
use crate::profile::Dialect;
use crate::status::StatusEvent;
use std::time::Duration;
use tokio::time::Instant;

/// Cuts that one torn job may cost, should the first have drowned in a picture that it tore.
const CUT_COUNT_MAX: u8 = 2;

/// What is waited for.
#[derive(Clone, Copy)]
enum Goal {
    /// The proof of the job under way.
    Proof,
    /// The answer to the fence.
    Fence,
}

impl<J: Journal> Session<'_, J> {
    /// Brings the job that an earlier link left under way to an end.
    pub(super) async fn settle(&mut self) -> Result<(), End> {
        self.ask_all().await?;
        let Some(job) = &self.task.under_way else { return Ok(()) };
        if job.settled || job.sent != SentPart::All {
            return self.empty().await;
        }
        self.await_proof().await
    }

    /// Waits for the proof of the job under way; a condition stops the clock.
    pub(super) async fn await_proof(&mut self) -> Result<(), End> {
        let Some(job) = &self.task.under_way else { return Ok(()) };
        let allowance = job.allowance;
        if self.wait_for(allowance, Goal::Proof).await? {
            self.finish_printed().await;
            return Ok(());
        }
        self.empty().await
    }

    fn is_reached(&self, goal: Goal) -> bool {
        match goal {
            Goal::Proof => self.task.under_way.as_ref().is_none_or(|job| job.proven),
            Goal::Fence => self.fence.is_none_or(|fence| fence.passed),
        }
    }

    /// Waits for `goal`; `false` when it is not reached within `allowance`. While the printer says
    /// that it cannot print the clock stands still.
    async fn wait_for(&mut self, allowance: Duration, goal: Goal) -> Result<bool, End> {
        let mut deadline = None;
        loop {
            if self.is_reached(goal) {
                return Ok(true);
            }
            if self.task.blocked_by().is_some() {
                deadline = None;
                self.hold_under_way().await;
                if self.task.should_stop() {
                    return Err(End::Stopped);
                }
                self.wait_held().await?;
                continue;
            }
            if self.task.under_way.as_ref().is_some_and(|job| !job.settled) {
                self.task.set_under_way_state(JobState::Sent).await;
            }
            let until = *deadline.get_or_insert_with(|| Instant::now() + allowance);
            if let Happening::Deadline = self.next(self.wake_before(until)).await? {
                // Its own report of a condition, or the counter, may have been lost.
                let asked = self.ask_all().await;
                if let Err(End::Lost { .. } | End::Stopped) = asked {
                    asked?;
                }
                if until <= Instant::now() && self.task.blocked_by().is_none() {
                    return Ok(self.is_reached(goal));
                }
            }
        }
    }

    /// When to ask while waiting for an answer: a printer that reports nothing by itself is asked
    /// now and then, so that its conditions are seen as they come.
    fn wake_before(&self, until: Instant) -> Instant {
        match self.task.profile.has_automatic_status() {
            true => until,
            false => until.min(Instant::now() + self.task.timing.probe_held),
        }
    }

    async fn hold_under_way(&mut self) {
        let Some(condition) = self.task.blocked_by() else { return };
        let hold = Hold::Printer { condition };
        match &self.task.under_way {
            Some(job) if !job.settled => {
                let sent = job.sent;
                self.task.set_under_way_state(JobState::Held { hold, sent }).await;
            }
            Some(_) | None => self.task.hold_next(hold).await,
        }
    }

    /// Waits while a known condition holds the job under way. The printer is asked now and then
    /// whether it is over, in case its own report was lost; that it does not answer means
    /// nothing, because with a full buffer the question stands behind the rest of the job.
    async fn wait_held(&mut self) -> Result<(), End> {
        self.recover_cutter().await?;
        let until = Instant::now() + self.task.timing.probe_held;
        match self.next(until).await? {
            Happening::Said(_) | Happening::Asked => return Ok(()),
            Happening::Deadline => {}
        }
        let asked = match self.task.profile.has_automatic_status() {
            true if self.speaks_seiko => self.request_report().await,
            true => self.ask(Question::first(self.task.profile.dialect)).await,
            false => self.ask_all().await,
        };
        match asked {
            Ok(()) | Err(End::Silent) => Ok(()),
            Err(end @ (End::Lost { .. } | End::Stopped)) => Err(end),
        }
    }

    /// Tells a printer whose cutter has been freed to go on: it does not by itself. That a person
    /// has been at it is seen by the cover, or said through the handle.
    pub(super) async fn recover_cutter(&mut self) -> Result<(), End> {
        if self.task.profile.dialect != Dialect::EscPos || !self.task.recovery.take_due() {
            return Ok(());
        }
        // First as if nothing were lost; if the jam stays, from empty buffers.
        if self.task.recovery.count == 1 {
            return self.send_noted(&orders::RESUME_AFTER_ERROR, "resume_after_error").await;
        }
        self.send_noted(&orders::RECOVER_EMPTY, "recover_empty").await
    }

    /// Brings the printer to where nothing more of the job under way can come, and decides what
    /// became of it.
    async fn empty(&mut self) -> Result<(), End> {
        let cleared = self.task.profile.clears_buffers && self.clear().await?;
        let emptied = cleared || self.drain_if_there().await?;
        let Some(job) = &self.task.under_way else { return Ok(()) };
        if job.proven {
            self.finish_printed().await;
            self.task.may_hold_leftovers = !emptied;
            return Ok(());
        }
        let settled = job.settled;
        if !emptied {
            if !settled {
                let reason = UnknownReason::Silent;
                self.task.set_under_way_state(JobState::Unknown { reason }).await;
            }
            if let Some(job) = &mut self.task.under_way {
                job.settled = true;
            }
            return Err(End::Silent);
        }
        if cleared {
            // What lines are on paper must not hang on to the next slip.
            self.send_greeting_and_cut().await?;
        }
        match settled {
            true => self.task.under_way = None,
            false => {
                let reason = UnknownReason::Cleared;
                self.finish(JobState::Unknown { reason }).await;
            }
        }
        self.task.may_hold_leftovers = false;
        self.task.count_jobs();
        Ok(())
    }

    /// Empties the printer's buffers; `false` when it does not confirm.
    async fn clear(&mut self) -> Result<bool, End> {
        self.send_noted(&escpos::CLEAR_BUFFERS, "clear_buffers").await?;
        let until = Instant::now() + self.task.timing.clear;
        loop {
            match self.next(until).await? {
                Happening::Said(StatusEvent::BuffersCleared) => return Ok(true),
                Happening::Said(_) | Happening::Asked => {}
                Happening::Deadline => return Ok(false),
            }
        }
    }

    /// The same for a printer that answers, but does not say that it has cleared its buffers: a
    /// model that cannot, or its word is lost.
    async fn drain_if_there(&mut self) -> Result<bool, End> {
        if self.task.profile.clears_buffers
            && let Err(end) = self.ask(Question::first(self.task.profile.dialect)).await
        {
            return if let End::Silent = end { Ok(false) } else { Err(end) };
        }
        self.drain().await
    }

    /// Lets a printer that cannot clear its buffers work them off: ends what was torn, cuts, and
    /// waits for an answer from behind it. `false` when it does not come.
    async fn drain(&mut self) -> Result<bool, End> {
        let Some(job) = &self.task.under_way else { return Ok(true) };
        let allowance = job.allowance + self.padding_time() + self.task.timing.clear;
        let torn = job.sent != SentPart::All || job.settled || job.link_was_lost;
        let attempts: &[bool] = if torn { &[true] } else { &[false, true] };
        for is_padded in attempts {
            if self.is_silent {
                break;
            }
            if *is_padded {
                self.send_padding().await?;
            }
            self.send_greeting_and_cut().await?;
            self.send_fence().await?;
            if self.await_fence(allowance).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Empties the printer of what a run before this one may have left in it, given up as unknown
    /// and perhaps printed again since. A printer that does not confirm has no such job: it is
    /// asked for its state next, and found silent if it is.
    pub(super) async fn clear_earlier_life(&mut self) -> Result<(), End> {
        if self.task.profile.clears_buffers {
            self.clear().await?;
            self.task.may_hold_leftovers = false;
        }
        Ok(())
    }

    /// The same for a printer that cannot clear. Nothing is cut, because most likely nothing is
    /// there; only one that does not answer is taken to wait inside a picture.
    pub(super) async fn pass_fence_of_earlier_life(&mut self) -> Result<(), End> {
        let allowance = self.task.timing.clear;
        self.send_fence().await?;
        if !self.await_fence(allowance).await? {
            self.send_padding().await?;
            self.send_noted(&orders::cut_alone(&self.task.profile), "cut").await?;
            self.send_fence().await?;
            if !self.await_fence(allowance + self.padding_time()).await? {
                return Err(End::Silent);
            }
        }
        self.task.may_hold_leftovers = false;
        Ok(())
    }

    fn padding_time(&self) -> Duration {
        self.task.time_on_the_line(usize::from(self.task.profile.receive_buffer_bytes))
    }

    async fn send_padding(&mut self) -> Result<(), End> {
        self.send_noted(&orders::padding(&self.task.profile), "end_torn_picture").await
    }

    async fn send_greeting_and_cut(&mut self) -> Result<(), End> {
        self.greet().await?;
        let job = self.task.under_way.as_mut();
        let may_cut = job.is_none_or(|job| {
            job.cut_count += 1;
            job.cut_count <= CUT_COUNT_MAX
        });
        if may_cut {
            self.send_noted(&orders::cut_alone(&self.task.profile), "cut").await?;
        }
        Ok(())
    }

    /// Sends a fence. From now on an answer that carries no mark, or one that the fence itself
    /// may bring about, proves no job any more.
    pub(super) async fn send_fence(&mut self) -> Result<(), End> {
        let Fence { bytes, answer } =
            Fence::new(self.task.profile.completion, self.task.etb_counter);
        if let Some(job) = &mut self.task.under_way {
            match (job.answer, answer) {
                (Answer::CounterStep, FenceAnswer::Counter(target)) => {
                    job.counter_expected =
                        job.counter_expected.filter(|expected| *expected > target);
                    job.is_provable = job.counter_expected.is_some();
                }
                (Answer::PaperStatus, _) => job.is_provable = false,
                (Answer::ProcessId(_) | Answer::Token(_) | Answer::CounterStep, _) => {}
            }
        }
        self.fence = Some(FenceWait { answer, passed: false });
        self.send_noted(&bytes, "fence").await
    }

    /// Waits for the fence, or for the late proof of the job under way.
    pub(super) async fn await_fence(&mut self, allowance: Duration) -> Result<bool, End> {
        let passed = self.wait_for(allowance, Goal::Fence).await?;
        let unmarked = matches!(
            self.fence.take(),
            Some(FenceWait { answer: FenceAnswer::PaperStatuses(_), .. })
        );
        if passed && unmarked {
            // Answers that carry no mark must all be in before the next job asks for its own.
            while !matches!(self.next(Instant::now() + ANSWER_GAP_MAX).await?, Happening::Deadline)
            {
            }
        }
        Ok(passed)
    }

    async fn finish_printed(&mut self) {
        let Some(job) = &self.task.under_way else { return };
        let proof = proof_of(job.answer);
        self.finish(JobState::Printed { proof }).await;
    }

    pub(super) async fn finish(&mut self, state: JobState) {
        self.task.set_under_way_state(state).await;
        self.task.under_way = None;
        self.task.may_hold_leftovers = false;
        self.task.count_jobs();
    }
}
