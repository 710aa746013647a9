//! One open link to a printer, from greeting to loss.

mod ending;
mod line;
mod report;

use super::condition::{LinkState, PrinterStatus};
use super::job::{Hold, JobState, Proof, SentPart, UnknownReason};
use super::journal::Journal;
use super::orders::{self, FenceAnswer, Question};
use super::task::{QueuedJob, Task, UnderWay};
use crate::completion::Answer;
use crate::exchange::Direction;
use crate::profile::Completion;
use crate::status::{Heard, RealTimeQuestion, RealTimeStatus, StatusDecoder, StatusEvent};
use crate::transport::{Backoff, Link};
use report::Report;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;
use tokio::io::{ReadHalf, WriteHalf};
use tokio::time::Instant;

/// No printer pauses longer than this inside an answer: at 4800 baud a byte takes 2 ms.
const ANSWER_GAP_MAX: Duration = Duration::from_millis(200);
/// Bytes handed to the link at once; small, so that answers are read in between.
const CHUNK_BYTE_COUNT: usize = 1024;
/// Counters of ETB from which no job starts. The step from 31 leads to zero, where a printer is
/// that was switched off and on; the step from 0 to one, where such a printer gets to by the tail
/// of a job whose beginning it has lost.
const ETB_COUNTERS_UNUSED: [u8; 2] = [31, 0];

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

/// What became of a job that was to begin.
enum Begun {
    Yes,
    /// The journal could not be written.
    Held,
}

/// A fence that has been sent.
#[derive(Clone, Copy, Debug)]
struct FenceWait {
    answer: FenceAnswer,
    passed: bool,
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
    /// The question that answers to DLE EOT belong to, and how many are still to come.
    asked: Option<RealTimeQuestion>,
    answers_due: u32,
    /// The printer speaks Seiko's own words, as far as it has been heard last.
    speaks_seiko: bool,
    /// The automatic status of such a printer that was asked for.
    report: Report,
    fence: Option<FenceWait>,
    /// The last question was not answered, and nothing has been heard since.
    is_silent: bool,
}

impl<'a, J: Journal> Session<'a, J> {
    pub(super) fn new(
        task: &'a mut Task<J>,
        link: Box<dyn Link>,
        backoff: &'a mut Backoff,
    ) -> Session<'a, J> {
        let (reader, writer) = tokio::io::split(link);
        let decoder = StatusDecoder::for_profile(&task.profile);
        Session {
            task,
            backoff,
            reader,
            writer,
            decoder,
            said: VecDeque::new(),
            last_byte_at: Instant::now(),
            is_sending_job: false,
            asked: None,
            answers_due: 0,
            speaks_seiko: false,
            report: Report::default(),
            fence: None,
            is_silent: false,
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
        // Asked before anything that moves paper or takes long: a printer that is off is found
        // silent at once, and looked for again.
        self.ask(Question::first(self.task.profile.dialect)).await?;
        match self.task.under_way {
            Some(_) => self.settle().await?,
            None if self.task.may_hold_leftovers => self.clear_earlier_life().await?,
            None => {}
        }
        self.greet().await?;
        self.ask_all().await?;
        loop {
            if self.task.should_stop() {
                return Err(End::Stopped);
            }
            let blocked_by = self.task.blocked_by();
            let mut wait = self.task.timing.probe;
            if let Some(condition) = blocked_by {
                self.task.hold_next(Hold::Printer { condition }).await;
                self.recover_cutter().await?;
                wait = self.task.timing.probe_held;
            } else if self.task.may_hold_leftovers {
                self.pass_fence_of_earlier_life().await?;
                continue;
            } else if !self.task.queue.is_empty() {
                if self.print_next().await? {
                    continue;
                }
                wait = self.task.timing.probe_held;
            }
            self.wait_idle(wait).await?;
        }
    }

    /// Initialises the printer, and has it report its conditions by itself.
    async fn greet(&mut self) -> Result<(), End> {
        self.report.asked();
        self.send_noted(&orders::greeting(&self.task.profile), "greeting").await
    }

    /// Waits for a request, a word from the printer, or `wait`, after which it is asked.
    async fn wait_idle(&mut self, wait: Duration) -> Result<(), End> {
        match self.next(Instant::now() + wait).await? {
            Happening::Deadline => self.ask_all().await,
            Happening::Said(_) if self.report.is_wanted() => self.ask_all().await,
            Happening::Said(_) | Happening::Asked => Ok(()),
        }
    }

    /// Prints the first job of the queue; `false` when it has to wait.
    async fn print_next(&mut self) -> Result<bool, End> {
        // One question, because each costs a USB adapter up to 16 ms: a printer that is online
        // can print. What else there is to say about the paper comes by itself.
        self.ask(Question::first(self.task.profile.dialect)).await?;
        if self.task.blocked_by().is_some() {
            self.ask_all().await?;
            return Ok(false);
        }
        if !self.prepare_counter().await? {
            return Ok(false);
        }
        let Some(job) = self.task.queue.pop_front() else { return Ok(true) };
        if let Begun::Held = self.begin(job).await {
            return Ok(false);
        }
        self.send_under_way().await?;
        self.await_proof().await?;
        Ok(true)
    }

    /// Makes sure that the next step of the ETB counter can only be the job's; `false` when the
    /// printer does not get there.
    async fn prepare_counter(&mut self) -> Result<bool, End> {
        let counter = self.task.etb_counter;
        if !counter.is_some_and(|counter| ETB_COUNTERS_UNUSED.contains(&counter)) {
            return Ok(true);
        }
        self.send_fence().await?;
        self.await_fence(self.task.timing.clear).await
    }

    /// Journals that bytes are about to leave; on failure the job goes back with nothing sent.
    /// What handles ask meanwhile is served afterwards, so a withdrawal still comes in time.
    async fn begin(&mut self, job: QueuedJob) -> Begun {
        let (recorded, requests) = self.task.record_sending(job.id).await;
        let begun = match recorded {
            Err(error) => {
                tracing::error!(job.id = job.id.0, %error, "a job is held because of the journal");
                let state = JobState::Held { hold: Hold::Journal, sent: SentPart::Nothing };
                job.states.send_replace(state);
                self.task.queue.push_front(job);
                Begun::Held
            }
            Ok(()) => {
                self.task.under_way = Some(self.under_way(job));
                Begun::Yes
            }
        };
        for request in requests {
            self.task.handle(request).await;
        }
        begun
    }

    fn under_way(&self, job: QueuedJob) -> UnderWay {
        job.states.send_replace(JobState::Sending);
        let link = self.task.time_on_the_line(job.bytes.len());
        let paper = self.task.profile.print_time(job.height_dots);
        UnderWay {
            id: job.id,
            answer: orders::answer_of(&self.task.profile, job.id),
            counter_expected: self.task.etb_counter.map(|counter| (counter + 1) % 32),
            states: Some(job.states),
            last_state: JobState::Sending,
            sent: SentPart::Nothing,
            allowance: link + paper + self.task.timing.grace,
            proven: false,
            settled: false,
            link_lost_at: None,
            height_dots: job.height_dots,
            byte_count: job.bytes.len(),
            bytes: job.bytes,
            withdrawals: Vec::new(),
            initialised_count: 0,
            cut_count: 0,
            may_lack_beginning: false,
            is_provable: true,
            link_was_lost: false,
        }
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
        let detail = format!("job {}", job.id);
        let mut sent = 0;
        while sent < bytes.len() {
            if self.task.is_withdrawal_asked() {
                self.give_back(bytes).await;
                return Ok(());
            }
            let chunk_end = bytes.len().min(sent + CHUNK_BYTE_COUNT);
            match self.send_some(&bytes[sent..chunk_end]).await {
                Ok(count) => sent += count,
                Err(end) if sent == 0 => {
                    self.give_back(bytes).await;
                    return Err(end);
                }
                Err(end) => return Err(end),
            }
            if let Some(job) = self.task.under_way.as_mut().filter(|_| sent > 0) {
                job.sent = if sent < bytes.len() { SentPart::Part } else { SentPart::All };
            }
        }
        self.task.exchanges.note(Direction::Sent, &bytes, "job", detail);
        self.flush().await
    }

    /// Puts the job under way, none of whose `bytes` have left, back into the queue.
    async fn give_back(&mut self, bytes: Vec<u8>) {
        if let Some(job) = &mut self.task.under_way {
            job.bytes = bytes;
        }
        self.task.set_under_way_state(JobState::Queued).await;
        self.task.requeue_under_way().await;
    }

    /// A file takes everything and answers nothing: what is written is what there is.
    async fn serve_file(&mut self) -> Result<Infallible, End> {
        self.answered();
        // How much of a job an earlier link or run has written cannot be asked.
        if self.task.under_way.is_some() {
            self.finish(JobState::Unknown { reason: UnknownReason::LinkLost }).await;
        }
        loop {
            while let Some(job) = self.task.queue.pop_front() {
                if let Begun::Held = self.begin(job).await {
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

/// What an answer proves a job by.
fn proof_of(answer: Answer) -> Proof {
    match answer {
        Answer::ProcessId(_) => Proof::ProcessId,
        Answer::Token(_) => Proof::Dc2Q,
        Answer::CounterStep => Proof::Etb,
        Answer::PaperStatus => Proof::StatusFence,
    }
}
