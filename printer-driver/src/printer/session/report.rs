//! Asking a printer that speaks Seiko's own words how it is.
//!
//! Its answer to DLE EOT says that it is there; what its bits mean is not known. Conditions come
//! from the automatic status alone: unasked when something changes, and at once when GS a FF is
//! obeyed. So GS a FF is the question for them. It is answered in its turn, behind whatever the
//! printer has not worked off, and is therefore asked only where no job is under way, or held by
//! a known condition; and ever more rarely while no answer comes, so that it never fills a buffer.
//!
//! BxH, *initialised*, comes after each ESC @ and when the printer has been switched on, and the
//! two look the same. A job begins with ESC @ and has no other, so a second BxH while it is under
//! way means that the printer was switched off and on, and has lost what it held of the job: the
//! end of the job may still come to it and bring a token, which then proves nothing. The other way
//! round nothing is concluded, because a byte of noise may look like BxH: no job ends by it, and
//! what became of it is found out by a fence. BxH also says that automatic status may be off; where
//! no report follows, as it does behind the ESC @ of a job or a greeting, GS a FF is sent at the
//! next point where nothing is under way.
//!
//! Source: Seiko RP-F10 technical reference, 6.4 (p.79): no data are sent before the answer to DLE
//! EOT has come, and no DLE EOT while another answer is coming in.

use super::super::journal::Journal;
use super::super::orders::{self, Question};
use super::{ANSWER_GAP_MAX, End, Happening, Instant, Session};
use crate::status::SeikoAnswer;
use std::time::Duration;

/// After so many questions without an answer the pause between two grows no more: at half a
/// second for the first, a minute. In a day of silence that is 4 KB.
const DOUBLING_COUNT_MAX: u32 = 7;

/// What is known of the report that was asked for.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// When it was asked for last, if it has not come since.
    asked_at: Option<Instant>,
    /// How often it was asked for since one came.
    asked_count: u32,
    /// Automatic status may be off.
    is_wanted: bool,
}

impl Report {
    /// GS a FF has been sent.
    pub(super) fn asked(&mut self) {
        self.asked_at = Some(Instant::now());
        self.asked_count = self.asked_count.saturating_add(1);
        self.is_wanted = false;
    }

    /// A report has come.
    pub(super) fn heard(&mut self) {
        *self = Report::default();
    }

    /// The printer has been initialised; the report follows if GS a FF is on its way.
    fn initialised(&mut self, reply: Duration) {
        let is_coming = self.asked_at.is_some_and(|at| at + reply > Instant::now());
        if !is_coming {
            *self = Report { is_wanted: true, ..Report::default() };
        }
    }

    /// When it was asked for, while it has not come.
    fn asked_at(&self) -> Option<Instant> {
        self.asked_at
    }

    /// Whether to ask at the next point where nothing is under way.
    pub(super) fn is_wanted(&self) -> bool {
        self.is_wanted
    }

    fn may_ask(&self, reply: Duration) -> bool {
        let pause = reply * 2_u32.pow(self.asked_count.min(DOUBLING_COUNT_MAX));
        self.is_wanted || self.asked_at.is_none_or(|at| at + pause <= Instant::now())
    }
}

impl<J: Journal> Session<'_, J> {
    /// Takes in what a Seiko says in its own words.
    pub(super) fn hear_seiko(&mut self, answer: SeikoAnswer) {
        match answer {
            SeikoAnswer::Progress(_) => return,
            SeikoAnswer::Status(_) => self.answers_due = self.answers_due.saturating_sub(1),
            SeikoAnswer::Initialised(_) => {
                self.report.initialised(self.task.timing.reply);
                if let Some(job) = &mut self.task.under_way {
                    job.initialised_count = job.initialised_count.saturating_add(1);
                }
            }
            SeikoAnswer::Automatic(status) => {
                self.take_conditions(status.conditions());
                self.report.heard();
            }
        }
        self.speaks_seiko = true;
    }

    /// Asks a printer that speaks Seiko's words how it is, as far as a job in its buffers lets it.
    pub(super) async fn ask_seiko(&mut self) -> Result<(), End> {
        if self.task.under_way.is_some() || self.fence.is_some() {
            return self.ask(Question::first(self.task.profile.dialect)).await;
        }
        self.request_report().await?;
        while let Some(asked_at) = self.report.asked_at() {
            let until = asked_at + self.task.timing.reply;
            if let Happening::Deadline = self.next(until).await? {
                // It may be unable to work anything off; whether it is there it says in any case.
                return self.ask(Question::first(self.task.profile.dialect)).await;
            }
        }
        Ok(())
    }

    /// Sends GS a FF, unless it was asked lately and to no effect.
    pub(super) async fn request_report(&mut self) -> Result<(), End> {
        if !self.report.may_ask(self.task.timing.reply) {
            return Ok(());
        }
        self.report.asked();
        self.send_noted(&orders::REPORT, "ask_status").await
    }

    /// Lets an answer that has begun come in before something is asked in real time.
    pub(super) async fn hear_out(&mut self) -> Result<(), End> {
        while self.speaks_seiko && self.decoder.is_partial() {
            let until = self.last_byte_at + ANSWER_GAP_MAX;
            if let Happening::Deadline = self.next(until).await? {
                break;
            }
        }
        Ok(())
    }
}
