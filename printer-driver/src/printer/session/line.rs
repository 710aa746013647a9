//! The line itself: sending, asking, hearing.

use super::super::job::{Hold, JobState};
use super::super::journal::Journal;
use super::super::narration;
use super::super::orders::{FenceAnswer, Question};
use super::{
    ANSWER_GAP_MAX, Answer, Completion, Direction, End, FenceWait, Happening, Heard, Instant,
    LinkState, PrinterStatus, RealTimeStatus, SentPart, Session, StatusEvent,
};
use crate::device::Address;
use crate::status::{Conditions, SeikoAnswer, StarStatus};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Words of a printer that wait to be read by whoever waits for one.
const SAID_COUNT_MAX: usize = 256;

impl<J: Journal> Session<'_, J> {
    /// Asks whether the printer can print, why not, and for its paper. One that is online has no
    /// cause to give.
    pub(super) async fn ask_all(&mut self) -> Result<(), End> {
        for question in Question::all(self.task.profile.dialect) {
            // Known from before, or by its answer to the first question.
            if self.speaks_seiko {
                return self.ask_seiko().await;
            }
            if !question.is_about_cause() || self.task.status.borrow().offline {
                self.ask(question).await?;
            }
        }
        Ok(())
    }

    /// Asks one question, twice at most, and learns the answer.
    pub(super) async fn ask(&mut self, question: Question) -> Result<(), End> {
        self.forget_other_question(question).await?;
        self.hear_out().await?;
        for _attempt in 0..2 {
            if let Question::EscPos(_) = question {
                self.answers_due += 1;
            }
            // What has been heard already answers an earlier question.
            self.said.retain(|event| !answers_real_time(event));
            self.send_noted(&question.bytes(), question.meaning()).await?;
            let until = Instant::now() + self.task.timing.reply;
            loop {
                match (self.next(until).await?, question) {
                    (Happening::Said(StatusEvent::RealTime(byte)), Question::EscPos(question)) => {
                        self.take_answer(question.read(byte));
                        return Ok(());
                    }
                    (
                        Happening::Said(StatusEvent::Seiko(SeikoAnswer::Status(_))),
                        Question::EscPos(_),
                    ) => return Ok(()),
                    (Happening::Said(StatusEvent::Star(_)), Question::Star) => return Ok(()),
                    (Happening::Said(_) | Happening::Asked, _) => {}
                    (Happening::Deadline, _) => break,
                }
            }
        }
        self.is_silent = true;
        Err(End::Silent)
    }

    /// Learns from an answer to DLE EOT. When it ends a condition whose end the printer was to
    /// report by itself and has not, either the report was lost or automatic status is off, as it
    /// is after the printer was switched off and on.
    fn take_answer(&mut self, answer: RealTimeStatus) {
        let was_blocked = self.task.blocked_by().is_some();
        self.task.status.send_if_modified(|status| learn(status, answer));
        self.task.watch_cutter();
        if was_blocked && self.task.blocked_by().is_none() {
            self.doubt_beginning();
        }
    }

    /// A printer that could not print and has printed says in between that it can again.
    fn doubt_while_blocked(&mut self) {
        if self.task.blocked_by().is_some() {
            self.doubt_beginning();
        }
    }

    /// The printer may have been switched off and on. On a line that waits meanwhile, the end of a
    /// job larger than the printer's buffer comes to one that has lost the beginning, and asks it
    /// for the proof; so the proof is taken for none. A link that does not wait breaks instead.
    fn doubt_beginning(&mut self) {
        let waits = matches!(self.task.address, Address::Serial { .. });
        let buffer = usize::from(self.task.profile.receive_buffer_bytes);
        if !waits || !self.task.profile.has_automatic_status() {
            return;
        }
        if let Some(job) = self.task.under_way.as_mut().filter(|job| job.byte_count > buffer) {
            job.may_lack_beginning = true;
        }
    }

    /// An answer to DLE EOT does not say to which question. Before another is asked, those still
    /// due come in or are given up, so that none is read as an answer to the new one.
    async fn forget_other_question(&mut self, question: Question) -> Result<(), End> {
        let Question::EscPos(question) = question else { return Ok(()) };
        if self.asked != Some(question) {
            while self.answers_due > 0 {
                let until = Instant::now() + self.task.timing.reply;
                if let Happening::Deadline = self.next(until).await? {
                    self.answers_due = 0;
                }
            }
            self.asked = Some(question);
        }
        Ok(())
    }

    /// Waits for the next word of the printer, a request of a handle, or `until`.
    pub(super) async fn next(&mut self, until: Instant) -> Result<Happening, End> {
        let mut has_read = false;
        loop {
            if let Some(event) = self.said.pop_front() {
                return Ok(Happening::Said(event));
            }
            // A line full of noise must not stop the clock.
            if has_read && until <= Instant::now() {
                return Ok(Happening::Deadline);
            }
            let gap_end = self.last_byte_at + ANSWER_GAP_MAX;
            let partial = self.decoder.is_partial();
            let wake = if partial { gap_end.min(until) } else { until };
            let mut buffer = [0; 256];
            tokio::select! {
                // What has been said counts before the clock: this task may come late.
                biased;
                command = self.task.inbox.recv(), if !self.task.abandoned => {
                    self.task.handle(command).await;
                    return Ok(Happening::Asked);
                }
                read = self.reader.read(&mut buffer) => {
                    self.hear(read, &buffer)?;
                    has_read = true;
                }
                () = tokio::time::sleep_until(wake) => {
                    if partial && gap_end <= Instant::now() {
                        let bytes = self.decoder.give_up();
                        let event = StatusEvent::Noise { byte_count: bytes.len() };
                        self.absorb(&Heard { event, bytes });
                    }
                    if until <= Instant::now() {
                        return Ok(Happening::Deadline);
                    }
                }
            }
        }
    }

    /// Takes in what was read. A read of nothing means that the device has gone.
    fn hear(&mut self, read: std::io::Result<usize>, buffer: &[u8]) -> Result<(), End> {
        let count = match read {
            Ok(0) => return Err(End::Lost { reason: "the device has gone".to_owned() }),
            Ok(count) => count,
            Err(error) => return Err(End::Lost { reason: error.to_string() }),
        };
        self.last_byte_at = Instant::now();
        let mut heard = Vec::new();
        self.decoder.read(&buffer[..count], &mut heard);
        for heard in heard {
            self.absorb(&heard);
            if !matches!(heard.event, StatusEvent::Noise { .. } | StatusEvent::Flow { .. }) {
                self.said.push_back(heard.event);
            }
            // What nobody has waited for in all that time nobody will.
            if self.said.len() > SAID_COUNT_MAX {
                self.said.pop_front();
            }
        }
        Ok(())
    }

    /// Learns from an event what holds whoever is waiting.
    fn absorb(&mut self, heard: &Heard) {
        let asked = self.asked.filter(|_| self.answers_due > 0);
        let (meaning, detail) = narration::of(heard, asked);
        self.task.exchanges.note(Direction::Received, &heard.bytes, meaning, detail);
        match &heard.event {
            StatusEvent::Noise { byte_count } => return self.count_noise(*byte_count),
            StatusEvent::Processed(id) => self.hear_mark(Answer::ProcessId(*id)),
            StatusEvent::Ended(token) => self.hear_mark(Answer::Token(*token)),
            StatusEvent::Transmitted(byte) => {
                let is_expected = self.task.profile.completion == Completion::StatusFence
                    && is_paper_status(*byte);
                if !is_expected {
                    return self.count_noise(1);
                }
                self.hear_paper_status();
            }
            StatusEvent::Automatic(status) => {
                self.take_conditions(status.conditions());
                self.report.heard();
                self.speaks_seiko = false;
            }
            StatusEvent::Seiko(answer) => self.hear_seiko(*answer),
            StatusEvent::Star(status) => {
                self.take_conditions(status.conditions());
                self.hear_counter(status);
            }
            StatusEvent::RealTime(_) => {
                self.answers_due = self.answers_due.saturating_sub(1);
                self.speaks_seiko = false;
            }
            StatusEvent::OfflineCauses(_)
            | StatusEvent::BuffersCleared
            | StatusEvent::Block { .. }
            | StatusEvent::Flow { .. } => {}
        }
        self.answered();
    }

    fn count_noise(&mut self, byte_count: usize) {
        let byte_count = byte_count as u64;
        self.task.status.send_modify(|status| status.noise_byte_count += byte_count);
    }

    /// An answer that carries its job's mark, or the fence's.
    fn hear_mark(&mut self, answer: Answer) {
        self.doubt_while_blocked();
        if let Some(fence) = &mut self.fence
            && fence.answer == FenceAnswer::Marked(answer)
        {
            fence.passed = true;
            return;
        }
        match &mut self.task.under_way {
            // A token is one byte, which noise may look like, and it is asked for last.
            Some(job)
                if job.answer == answer
                    && !job.may_lack_beginning
                    && (!matches!(answer, Answer::Token(_))
                        || job.sent == SentPart::All && job.initialised_count <= 1) =>
            {
                job.proven = true;
            }
            Some(_) | None => tracing::debug!(?answer, "a mark that nobody waits for"),
        }
    }

    /// An answer that carries no mark: the fence's while there is one, else the job's.
    fn hear_paper_status(&mut self) {
        self.doubt_while_blocked();
        if let Some(FenceWait { answer: FenceAnswer::PaperStatuses(left), passed }) =
            &mut self.fence
        {
            *left = left.saturating_sub(1);
            *passed = *left == 0;
            return;
        }
        if let Some(job) = &mut self.task.under_way
            && job.answer == Answer::PaperStatus
            && job.sent == SentPart::All
            && job.is_provable
            && !job.may_lack_beginning
        {
            job.proven = true;
        }
    }

    fn hear_counter(&mut self, status: &StarStatus) {
        self.task.etb_counter = status.etb_counter();
        if let Some(fence) = &mut self.fence
            && let FenceAnswer::Counter(target) = fence.answer
            && status.etb_counter().is_none_or(|counter| counter == target)
        {
            // An old model has no counter: that ETB has been executed is all it says.
            fence.passed = status.etb_counter().is_some() || status.etb_executed();
        }
        if let Some(job) = &mut self.task.under_way
            && job.answer == Answer::CounterStep
            && job.sent == SentPart::All
            && job.is_provable
        {
            job.proven |= match (status.etb_counter(), job.counter_expected) {
                (Some(counter), Some(expected)) => counter == expected,
                (None, None) => status.etb_executed(),
                (Some(_), None) | (None, Some(_)) => false,
            };
        }
    }

    pub(super) fn take_conditions(&mut self, conditions: Conditions) {
        self.task.status.send_if_modified(|status| {
            let learned = PrinterStatus {
                offline: conditions.offline,
                cover_open: conditions.cover_open,
                paper_near_end: conditions.paper_near_end,
                paper_end: conditions.paper_end,
                cutter_jam: conditions.cutter_jam,
                fault: conditions.fault,
                head_hot: conditions.head_hot,
                ..status.clone()
            };
            let changed = *status != learned;
            *status = learned;
            changed
        });
        self.task.watch_cutter();
    }

    /// The printer is there.
    pub(super) fn answered(&mut self) {
        self.is_silent = false;
        self.backoff.reset();
        if let Some(job) = &mut self.task.under_way {
            job.link_lost_at = None;
        }
        self.task.status.send_if_modified(|status| {
            let changed = status.link != LinkState::Open;
            status.link = LinkState::Open;
            changed
        });
    }

    /// Sends an order or a question, and notes it for the technician.
    pub(super) async fn send_noted(
        &mut self,
        bytes: &[u8],
        meaning: &'static str,
    ) -> Result<(), End> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.task.exchanges.note(Direction::Sent, bytes, meaning, "");
        let mut sent = 0;
        while sent < bytes.len() {
            sent += self.send_some(&bytes[sent..]).await?;
        }
        self.flush().await
    }

    /// Hands some bytes to the link, reading meanwhile; 0 when the job is to be withdrawn first. A
    /// link that takes nothing for a while is one whose device is off; while a condition explains
    /// it, the wait has no end.
    pub(super) async fn send_some(&mut self, bytes: &[u8]) -> Result<usize, End> {
        // The system takes more only when much of what it holds has gone, so a job may stand still
        // for as long as all of it needs.
        let allowance = self.task.under_way.as_ref().map(|job| job.allowance);
        let patience = allowance.unwrap_or(self.task.timing.grace);
        let mut until = Instant::now() + patience;
        loop {
            if self.task.blocked_by().is_some() {
                until = Instant::now() + patience;
                if self.task.should_stop() {
                    return Err(End::Stopped);
                }
            }
            self.publish_sending().await;
            let mut buffer = [0; 256];
            tokio::select! {
                biased;
                command = self.task.inbox.recv(), if !self.task.abandoned => {
                    self.task.handle(command).await;
                    if self.is_sending_job && self.task.is_withdrawal_asked() {
                        return Ok(0);
                    }
                }
                written = self.writer.write(bytes) => {
                    return match written {
                        Ok(0) => Err(End::Lost { reason: "the device takes no bytes".to_owned() }),
                        Ok(count) => Ok(count),
                        Err(error) => Err(End::Lost { reason: error.to_string() }),
                    };
                }
                read = self.reader.read(&mut buffer) => self.hear(read, &buffer)?,
                () = tokio::time::sleep_until(until) => {
                    if self.task.blocked_by().is_none() {
                        return Err(End::Silent);
                    }
                }
            }
        }
    }

    /// Says whether the job whose bytes are leaving is held or moves.
    async fn publish_sending(&mut self) {
        let Some(job) = self.task.under_way.as_ref().filter(|_| self.is_sending_job) else {
            return;
        };
        let state = match self.task.blocked_by() {
            Some(condition) => JobState::Held { hold: Hold::Printer { condition }, sent: job.sent },
            None => JobState::Sending,
        };
        self.task.set_under_way_state(state).await;
    }

    pub(super) async fn flush(&mut self) -> Result<(), End> {
        self.writer.flush().await.map_err(|error| End::Lost { reason: error.to_string() })
    }
}

/// Whether `event` answers DLE EOT, in Epson's words or in Seiko's.
fn answers_real_time(event: &StatusEvent) -> bool {
    matches!(event, StatusEvent::RealTime(_) | StatusEvent::Seiko(SeikoAnswer::Status(_)))
}

/// `GS r 1` answers in pairs of bits, one pair for each sensor, and bit 7 and 4 off; a byte of
/// another shape is no answer to it.
fn is_paper_status(byte: u8) -> bool {
    byte & 0x90 == 0 && matches!(byte & 0x0f, 0x00 | 0x03 | 0x0c | 0x0f)
}

/// Takes an answer into the status; returns whether anything changed.
fn learn(status: &mut PrinterStatus, answer: RealTimeStatus) -> bool {
    let before = status.clone();
    match answer {
        RealTimeStatus::Printer { offline } => {
            status.offline = offline;
            if !offline {
                // Each of these would keep it offline.
                status.cover_open = false;
                status.paper_end = false;
                status.cutter_jam = false;
                status.fault = false;
                status.head_hot = false;
            }
        }
        RealTimeStatus::OfflineCause { cover_open, paper_stop, error } => {
            status.cover_open = cover_open;
            status.paper_end = paper_stop;
            if !error {
                status.cutter_jam = false;
                status.fault = false;
                status.head_hot = false;
            }
        }
        RealTimeStatus::ErrorCause { cutter_jam, fault, head_hot } => {
            status.cutter_jam = cutter_jam;
            status.fault = fault;
            status.head_hot = head_hot;
        }
        RealTimeStatus::Paper { near_end, end } => {
            status.paper_near_end = near_end;
            status.paper_end = end;
        }
    }
    *status != before
}
