//! One open link to a printer, from greeting to loss.

use super::condition::{LinkState, PrinterStatus};
use super::job::{Hold, JobState, Proof, SentPart, UnknownReason};
use super::journal::Journal;
use super::task::{QueuedJob, Task, UnderWay};
use crate::escpos;
use crate::status::{RealTimeQuestion, RealTimeStatus, StatusDecoder, StatusEvent};
use crate::transport::{Backoff, Link};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::time::Instant;

/// No printer pauses longer than this inside an answer: at 4800 baud a byte takes 2 ms.
const ANSWER_GAP_MAX: Duration = Duration::from_millis(200);
/// Bytes handed to the link at once; small, so that answers are read in between.
const CHUNK_BYTE_COUNT: usize = 1024;

/// Why a session is over.
#[derive(Debug)]
pub(super) enum End {
    /// The link broke.
    Lost { reason: String },
    /// The link is open and nothing answers.
    Silent,
    /// The task was stopped.
    Stopped,
}

/// What [`Session::next`] waited for.
enum Happening {
    Said(StatusEvent),
    Asked,
    Deadline,
}

pub(super) struct Session<'a, J> {
    task: &'a mut Task<J>,
    backoff: &'a mut Backoff,
    reader: ReadHalf<Box<dyn Link>>,
    writer: WriteHalf<Box<dyn Link>>,
    decoder: StatusDecoder,
    said: VecDeque<StatusEvent>,
    last_byte_at: Instant,
    /// Bytes of the job under way are leaving, rather than a question or an order.
    is_sending_job: bool,
}

impl<'a, J: Journal> Session<'a, J> {
    pub(super) fn new(
        task: &'a mut Task<J>,
        link: Box<dyn Link>,
        backoff: &'a mut Backoff,
    ) -> Session<'a, J> {
        let (reader, writer) = tokio::io::split(link);
        Session {
            task,
            backoff,
            reader,
            writer,
            decoder: StatusDecoder::new(),
            said: VecDeque::new(),
            last_byte_at: Instant::now(),
            is_sending_job: false,
        }
    }

    pub(super) async fn run(mut self) -> End {
        let served =
            if self.task.address.answers() { self.serve().await } else { self.serve_file().await };
        let end = match served {
            Ok(never) => match never {},
            Err(end) => end,
        };
        if !matches!(end, End::Stopped) {
            self.reader.unsplit(self.writer).discard_unsent();
        }
        end
    }

    /// Settles what an earlier link left, then prints what is queued, for ever.
    async fn serve(&mut self) -> Result<Infallible, End> {
        match self.task.under_way {
            Some(_) => self.settle().await?,
            None if self.task.is_first_session => self.clear_earlier_life().await?,
            None => {}
        }
        self.task.is_first_session = false;
        self.send(&escpos::greeting()).await?;
        self.ask_all().await?;
        loop {
            if self.task.should_stop() {
                return Err(End::Stopped);
            }
            let blocked_by = self.task.blocked_by();
            let mut wait = self.task.timing.probe;
            if let Some(condition) = blocked_by {
                self.task.hold_next(Hold::Printer { condition }).await;
                wait = self.task.timing.probe_held;
            } else if !self.task.queue.is_empty() {
                if self.print_next().await? {
                    continue;
                }
                wait = self.task.timing.probe_held;
            }
            self.wait_idle(wait).await?;
        }
    }

    /// Waits for a request, a word from the printer, or `wait`, after which it is asked.
    async fn wait_idle(&mut self, wait: Duration) -> Result<(), End> {
        match self.next(Instant::now() + wait).await? {
            Happening::Deadline => self.ask_all().await,
            Happening::Said(_) | Happening::Asked => Ok(()),
        }
    }

    /// Prints the first job of the queue; `false` when it has to wait.
    async fn print_next(&mut self) -> Result<bool, End> {
        // One question, because each costs a USB adapter up to 16 ms: a printer that is online
        // can print. What else there is to say about the paper comes by itself.
        let answer = self.ask(RealTimeQuestion::Printer).await?;
        self.task.status.send_if_modified(|status| learn(status, answer));
        if self.task.blocked_by().is_some() {
            self.ask_all().await?;
            return Ok(false);
        }
        let Some(job) = self.task.queue.pop_front() else { return Ok(true) };
        if !self.begin(job).await {
            return Ok(false);
        }
        self.send_under_way().await?;
        self.await_proof().await?;
        Ok(true)
    }

    /// Journals that bytes are about to leave; on failure the job goes back with nothing sent.
    async fn begin(&mut self, job: QueuedJob) -> bool {
        if let Err(error) = self.task.journal.record(job.id, JobState::Sending).await {
            tracing::error!(job.id = job.id.0, %error, "a job is held because of the journal");
            let state = JobState::Held { hold: Hold::Journal, sent: SentPart::Nothing };
            job.states.send_replace(state);
            self.task.queue.push_front(job);
            return false;
        }
        job.states.send_replace(JobState::Sending);
        let link = Duration::from_secs_f64(
            job.encoded.bytes.len() as f64 / f64::from(self.task.address.bytes_per_second()),
        );
        let paper = self.task.profile.print_time(job.encoded.height_dots);
        self.task.under_way = Some(UnderWay {
            id: job.id,
            process_id: job.encoded.process_id,
            states: Some(job.states),
            last_state: JobState::Sending,
            sent: SentPart::Nothing,
            allowance: link + paper + self.task.timing.grace,
            proven: false,
            settled: false,
            link_lost_at: None,
            bytes: job.encoded.bytes,
            height_dots: job.encoded.height_dots,
        });
        true
    }

    /// Sends the bytes of the job under way. A link that broke before it took one byte puts the
    /// job back in the queue.
    async fn send_under_way(&mut self) -> Result<(), End> {
        self.is_sending_job = true;
        let sent = self.send_job_bytes().await;
        self.is_sending_job = false;
        sent?;
        self.task.set_under_way_state(JobState::Sent).await;
        Ok(())
    }

    async fn send_job_bytes(&mut self) -> Result<(), End> {
        let Some(job) = &mut self.task.under_way else { return Ok(()) };
        let bytes = std::mem::take(&mut job.bytes);
        let mut sent = 0;
        while sent < bytes.len() {
            let chunk_end = bytes.len().min(sent + CHUNK_BYTE_COUNT);
            match self.send_some(&bytes[sent..chunk_end]).await {
                Ok(count) => sent += count,
                Err(end) => {
                    if let Some(job) = &mut self.task.under_way {
                        job.bytes = bytes;
                    }
                    if sent == 0 {
                        self.requeue_under_way().await;
                    }
                    return Err(end);
                }
            }
            if let Some(job) = &mut self.task.under_way {
                job.sent = if sent < bytes.len() { SentPart::Part } else { SentPart::All };
            }
        }
        self.flush().await
    }

    async fn requeue_under_way(&mut self) {
        self.task.set_under_way_state(JobState::Queued).await;
        self.task.requeue_under_way();
    }

    /// Waits for the process ID of the job under way; a condition stops the clock.
    async fn await_proof(&mut self) -> Result<(), End> {
        let mut deadline = None;
        loop {
            let Some(job) = &self.task.under_way else { return Ok(()) };
            if job.proven {
                self.finish(JobState::Printed { proof: Proof::ProcessId }).await;
                return Ok(());
            }
            let (sent, allowance) = (job.sent, job.allowance);
            if let Some(condition) = self.task.blocked_by() {
                deadline = None;
                let hold = Hold::Printer { condition };
                self.task.set_under_way_state(JobState::Held { hold, sent }).await;
                if self.task.should_stop() {
                    return Err(End::Stopped);
                }
                self.wait_held().await?;
                continue;
            }
            self.task.set_under_way_state(JobState::Sent).await;
            let until = *deadline.get_or_insert_with(|| Instant::now() + allowance);
            if let Happening::Deadline = self.next(until).await? {
                return self.clear().await;
            }
        }
    }

    /// Waits while a known condition holds the job under way. The printer is asked now and then
    /// whether it is over, in case its own report was lost; that it does not answer means
    /// nothing, because with a full buffer the question stands behind the rest of the job. Only
    /// one kind of question is asked, so that late answers are read for what they are.
    async fn wait_held(&mut self) -> Result<(), End> {
        let until = Instant::now() + self.task.timing.probe_held;
        match self.next(until).await? {
            Happening::Said(_) | Happening::Asked => return Ok(()),
            Happening::Deadline => {}
        }
        match self.ask(RealTimeQuestion::Printer).await {
            Ok(answer) => {
                self.task.status.send_if_modified(|status| learn(status, answer));
                Ok(())
            }
            Err(End::Silent) => Ok(()),
            Err(end @ (End::Lost { .. } | End::Stopped)) => Err(end),
        }
    }

    /// Clears the printer's buffers, after which nothing more of the job under way can come, and
    /// decides what became of it.
    async fn clear(&mut self) -> Result<(), End> {
        self.send(&escpos::CLEAR_BUFFERS).await?;
        let cleared = self.await_cleared().await?;
        let Some(job) = &self.task.under_way else { return Ok(()) };
        let (proven, settled) = (job.proven, job.settled);
        if proven {
            self.finish(JobState::Printed { proof: Proof::ProcessId }).await;
            return Ok(());
        }
        if !cleared {
            if !settled {
                let reason = UnknownReason::Silent;
                self.task.set_under_way_state(JobState::Unknown { reason }).await;
            }
            if let Some(job) = &mut self.task.under_way {
                job.settled = true;
            }
            return Err(End::Silent);
        }
        // What lines are on paper must not hang on to the next slip.
        self.send(&escpos::greeting()).await?;
        let cut = escpos::cut_alone(&self.task.profile);
        self.send(&cut).await?;
        match settled {
            true => self.task.under_way = None,
            false => {
                let reason = UnknownReason::Cleared;
                self.finish(JobState::Unknown { reason }).await;
            }
        }
        self.task.count_jobs();
        Ok(())
    }

    async fn finish(&mut self, state: JobState) {
        self.task.set_under_way_state(state).await;
        self.task.under_way = None;
        self.task.count_jobs();
    }

    /// Brings the job that an earlier link left under way to an end.
    async fn settle(&mut self) -> Result<(), End> {
        self.ask_all().await?;
        let Some(job) = &self.task.under_way else { return Ok(()) };
        if job.settled || job.sent != SentPart::All {
            return self.clear().await;
        }
        self.await_proof().await
    }

    /// Empties the printer of what a run before this one may have left in it, given up as unknown
    /// and perhaps printed again since. A printer that does not confirm has no such job: it is
    /// asked for its state next, and found silent if it is.
    async fn clear_earlier_life(&mut self) -> Result<(), End> {
        self.send(&escpos::CLEAR_BUFFERS).await?;
        self.await_cleared().await?;
        Ok(())
    }

    /// Waits for the confirmation that the buffers are clear; `false` when it does not come.
    async fn await_cleared(&mut self) -> Result<bool, End> {
        let until = Instant::now() + self.task.timing.clear;
        loop {
            match self.next(until).await? {
                Happening::Said(StatusEvent::BuffersCleared) => return Ok(true),
                Happening::Said(_) | Happening::Asked => {}
                Happening::Deadline => return Ok(false),
            }
        }
    }

    /// Asks for everything that explains whether the printer can print.
    async fn ask_all(&mut self) -> Result<(), End> {
        for question in RealTimeQuestion::ALL {
            let answer = self.ask(question).await?;
            self.task.status.send_if_modified(|status| learn(status, answer));
        }
        Ok(())
    }

    /// Asks one question, twice at most.
    async fn ask(&mut self, question: RealTimeQuestion) -> Result<RealTimeStatus, End> {
        for _attempt in 0..2 {
            self.send(&question.bytes()).await?;
            let until = Instant::now() + self.task.timing.reply;
            loop {
                match self.next(until).await? {
                    Happening::Said(StatusEvent::RealTime(byte)) => {
                        return Ok(question.read(byte));
                    }
                    Happening::Said(_) | Happening::Asked => {}
                    Happening::Deadline => break,
                }
            }
        }
        Err(End::Silent)
    }

    /// Waits for the next word of the printer, a request of a handle, or `until`.
    async fn next(&mut self, until: Instant) -> Result<Happening, End> {
        loop {
            if let Some(event) = self.said.pop_front() {
                return Ok(Happening::Said(event));
            }
            let gap_end = self.last_byte_at + ANSWER_GAP_MAX;
            let partial = self.decoder.is_partial();
            let wake = if partial { gap_end.min(until) } else { until };
            let mut buffer = [0; 256];
            tokio::select! {
                read = self.reader.read(&mut buffer) => self.hear(read, &buffer)?,
                command = self.task.inbox.recv(), if !self.task.abandoned => {
                    self.task.handle(command).await;
                    return Ok(Happening::Asked);
                }
                () = tokio::time::sleep_until(wake) => {
                    if partial && gap_end <= Instant::now() {
                        let byte_count = self.decoder.give_up();
                        self.absorb(&StatusEvent::Noise { byte_count });
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
        let mut events = Vec::new();
        self.decoder.read(&buffer[..count], &mut events);
        for event in events {
            self.absorb(&event);
            self.said.push_back(event);
        }
        Ok(())
    }

    /// Learns from an event what holds whoever is waiting.
    fn absorb(&mut self, event: &StatusEvent) {
        match event {
            StatusEvent::Noise { byte_count } => {
                let byte_count = *byte_count as u64;
                self.task.status.send_modify(|status| status.noise_byte_count += byte_count);
                return;
            }
            StatusEvent::Processed(id) => match &mut self.task.under_way {
                Some(job) if job.process_id == *id => job.proven = true,
                Some(_) | None => tracing::debug!(%id, "an ID that nobody waits for"),
            },
            StatusEvent::Automatic(automatic) => {
                self.task.status.send_if_modified(|status| {
                    let learned = PrinterStatus {
                        offline: automatic.offline(),
                        cover_open: automatic.cover_open(),
                        paper_near_end: automatic.paper_near_end(),
                        paper_end: automatic.paper_end(),
                        cutter_jam: automatic.cutter_jam(),
                        fault: automatic.fault(),
                        head_hot: automatic.head_hot(),
                        ..status.clone()
                    };
                    let changed = *status != learned;
                    *status = learned;
                    changed
                });
            }
            StatusEvent::RealTime(_)
            | StatusEvent::Transmitted(_)
            | StatusEvent::OfflineCauses(_)
            | StatusEvent::BuffersCleared
            | StatusEvent::Block { .. }
            | StatusEvent::Flow { .. } => {}
        }
        self.answered();
    }

    /// The printer is there.
    fn answered(&mut self) {
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

    async fn send(&mut self, bytes: &[u8]) -> Result<(), End> {
        let mut sent = 0;
        while sent < bytes.len() {
            sent += self.send_some(&bytes[sent..]).await?;
        }
        self.flush().await
    }

    /// Hands some bytes to the link, reading meanwhile. A link that takes nothing for a while is
    /// one whose device is off; while a condition explains it, the wait has no end.
    async fn send_some(&mut self, bytes: &[u8]) -> Result<usize, End> {
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
                command = self.task.inbox.recv(), if !self.task.abandoned => {
                    self.task.handle(command).await;
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

    async fn flush(&mut self) -> Result<(), End> {
        self.writer.flush().await.map_err(|error| End::Lost { reason: error.to_string() })
    }

    /// A file takes everything and answers nothing: what is written is what there is.
    async fn serve_file(&mut self) -> Result<Infallible, End> {
        self.answered();
        loop {
            while let Some(job) = self.task.queue.pop_front() {
                if !self.begin(job).await {
                    break;
                }
                self.send_under_way().await?;
                self.finish(JobState::Printed { proof: Proof::Written }).await;
            }
            if self.task.should_stop() {
                return Err(End::Stopped);
            }
            let wait = Instant::now() + self.task.timing.probe_held;
            self.next(wait).await?;
        }
    }
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
