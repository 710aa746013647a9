//! The task that owns one board and rings its bells, several at a time if need be.

use super::frame::{self, Answer, HEARD_COUNT_MAX, Order, Relay};
use super::{BellError, BellStatus, BellTiming, Command, Pattern, QUEUE_LENGTH_MAX, RingAnswer};
use crate::device::{Address, BellDriver, BellUrl, TimedBy};
use crate::exchange::ExchangeLog;
use crate::line::{Gone, Line, LineCounts, Reopening, WriteEnd};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

/// Why a session on the line is over.
enum End {
    Lost { reason: String },
    Silent,
    Stopped,
}

/// Why an order was not confirmed by a board that is still there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Denial {
    Silent,
    Refused,
}

impl Denial {
    fn status(self) -> BellStatus {
        match self {
            Denial::Silent => BellStatus::Silent,
            Denial::Refused => BellStatus::Refusing,
        }
    }

    fn error(self) -> BellError {
        match self {
            Denial::Silent => BellError::Silent,
            Denial::Refused => BellError::Refused,
        }
    }
}

/// What a bell's ring does next, when it is due.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    SwitchOn,
    SwitchOff,
    Rested,
}

struct Ring {
    pattern: Pattern,
    pulse: usize,
    step: Step,
    due_at: Instant,
    answers: Vec<RingAnswer>,
}

/// Whether the board obeys this output.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Confirmed off, or on by us; asked again at this time.
    Sound { check_at: Instant },
    /// Not confirmed; to be switched off again at this time.
    Down { denial: Denial, retry_at: Instant },
}

struct Output {
    url: BellUrl,
    status: watch::Sender<BellStatus>,
    standing: Standing,
    ring: Option<Ring>,
    /// Those who wait for the end of a stop.
    stopping: Vec<oneshot::Sender<()>>,
    stopped: bool,
}

impl Output {
    fn publish(&self, status: BellStatus) {
        self.status.send_if_modified(|current| {
            let changed = *current != status;
            if changed && !matches!(status, BellStatus::Ready | BellStatus::Ringing) {
                tracing::warn!(bell.address = %self.url.address, ?status, "a bell is down");
            }
            *current = status;
            changed
        });
    }

    fn is_on(&self) -> bool {
        self.ring.as_ref().is_some_and(|ring| ring.step == Step::SwitchOff)
    }

    /// Ends the ring, if there is one.
    fn answer(&mut self, result: Result<(), BellError>) {
        for answer in self.ring.take().into_iter().flat_map(|ring| ring.answers) {
            // Whoever rang may have stopped waiting.
            let _ = answer.send(result);
        }
    }

    fn has_stopped(&mut self) {
        self.answer(Err(BellError::Stopped));
        self.stopped = true;
        for done in self.stopping.drain(..) {
            let _ = done.send(());
        }
    }

    fn due_at(&self, is_asked: bool) -> Option<Instant> {
        if self.stopped {
            return None;
        }
        match (&self.ring, self.standing) {
            (Some(ring), _) => Some(ring.due_at),
            (None, Standing::Down { retry_at, .. }) => Some(retry_at),
            (None, Standing::Sound { check_at }) => is_asked.then_some(check_at),
        }
    }
}

pub(super) struct Board {
    outputs: Vec<Output>,
    timing: BellTiming,
    inbox: mpsc::Receiver<Command>,
    abandoned: bool,
    log: ExchangeLog,
    counts: LineCounts,
}

impl Board {
    pub(super) fn new(
        outputs: Vec<(BellUrl, watch::Sender<BellStatus>)>,
        timing: BellTiming,
        inbox: mpsc::Receiver<Command>,
        log: ExchangeLog,
        counts: LineCounts,
    ) -> Board {
        let standing = Standing::Sound { check_at: Instant::now() };
        let output = |(url, status)| Output {
            url,
            status,
            standing,
            ring: None,
            stopping: Vec::new(),
            stopped: false,
        };
        let outputs = outputs.into_iter().map(output).collect();
        Board { outputs, timing, inbox, abandoned: false, log, counts }
    }

    pub(super) async fn run(mut self) {
        let mut reopening = Reopening::new(self.timing.reopen_first, self.timing.reopen_limit);
        while !self.should_end() {
            reopening.trying();
            let (status, error) = match self.open().await {
                None => break,
                Some(Ok(line)) => match self.serve(line, &mut reopening).await {
                    End::Stopped => break,
                    End::Silent => (BellStatus::Silent, BellError::Silent),
                    End::Lost { reason } => (BellStatus::Absent { reason }, BellError::Absent),
                },
                Some(Err(Gone(reason))) => (BellStatus::Absent { reason }, BellError::Absent),
            };
            for output in self.outputs.iter_mut().filter(|output| !output.stopped) {
                output.answer(Err(error));
                output.publish(status.clone());
            }
            self.refuse_until(reopening.next(), error).await;
        }
        for output in &mut self.outputs {
            output.has_stopped();
        }
    }

    fn address(&self) -> Address {
        self.outputs[0].url.address.clone()
    }

    fn should_end(&self) -> bool {
        self.abandoned || self.outputs.iter().all(|output| output.stopped)
    }

    /// Opens the line; `None` when the last bell was stopped meanwhile.
    async fn open(&mut self) -> Option<Result<Line, Gone>> {
        let (address, counts, log) = (self.address(), self.counts.clone(), self.log.clone());
        let opening = Line::open(&address, &counts, &log);
        tokio::pin!(opening);
        while !self.should_end() {
            tokio::select! {
                opened = &mut opening => return Some(opened),
                command = self.inbox.recv() => self.refuse(command, BellError::Absent),
            }
        }
        None
    }

    /// Answers every ring with `error` until the time has come.
    async fn refuse_until(&mut self, until: Instant, error: BellError) {
        while !self.should_end() {
            tokio::select! {
                command = self.inbox.recv() => self.refuse(command, error),
                () = tokio::time::sleep_until(until) => return,
            }
        }
    }

    /// Takes a command while there is no line.
    fn refuse(&mut self, command: Option<Command>, error: BellError) {
        match command {
            None => self.abandoned = true,
            Some(Command::Stop { bell, done }) => {
                self.outputs[bell].stopping.push(done);
                self.outputs[bell].has_stopped();
            }
            Some(Command::Ring { bell, answer, .. }) => {
                let stopped = self.outputs[bell].stopped;
                let _ = answer.send(Err(if stopped { BellError::Stopped } else { error }));
            }
        }
    }

    async fn serve(&mut self, mut line: Line, reopening: &mut Reopening) -> End {
        let end = match self.serve_line(&mut line, reopening).await {
            Ok(()) => End::Stopped,
            Err(end) => end,
        };
        if !matches!(end, End::Stopped) {
            // An order to ring that has not left must not ring later.
            line.discard_unsent();
        }
        end
    }

    async fn serve_line(&mut self, line: &mut Line, reopening: &mut Reopening) -> Result<(), End> {
        self.send_once(line, "open_line").await?;
        for bell in 0..self.outputs.len() {
            if !self.outputs[bell].stopped {
                self.settle_off(line, bell).await?;
            }
        }
        self.end_if_silent()?;
        reopening.succeeded();
        loop {
            self.do_what_is_due(line).await?;
            self.end_if_silent()?;
            if self.should_end() {
                return self.send_once(line, "close_line").await;
            }
            let due_at = self.due_at();
            let mut buffer = [0; 64];
            tokio::select! {
                command = self.inbox.recv() => self.take(command),
                read = line.read(&mut buffer) => match read {
                    Ok(count) => line.unasked(&buffer[..count]),
                    Err(gone) => return Err(lost(gone)),
                },
                () = sleep_until(due_at) => {}
            }
        }
    }

    /// Sends what a template wants before or after everything else, once for the whole board.
    async fn send_once(&mut self, line: &mut Line, meaning: &'static str) -> Result<(), End> {
        let mut sent: Vec<Vec<u8>> = Vec::new();
        for output in &self.outputs {
            if let BellDriver::Template(template) = &output.url.driver {
                let bytes = match meaning {
                    "open_line" => &template.open,
                    _ => &template.close,
                };
                if !bytes.is_empty() && !sent.contains(bytes) {
                    sent.push(bytes.clone());
                }
            }
        }
        for bytes in sent {
            line.write(&bytes, meaning, self.timing.echo).await.map_err(unwritten)?;
        }
        Ok(())
    }

    /// A board of which every bell is silent may answer on a new line.
    fn end_if_silent(&self) -> Result<(), End> {
        let is_silent = |output: &Output| {
            matches!(output.standing, Standing::Down { denial: Denial::Silent, .. })
        };
        let mut bells = self.outputs.iter().filter(|output| !output.stopped).peekable();
        if bells.peek().is_some() && bells.all(is_silent) && !self.is_stopping() {
            return Err(End::Silent);
        }
        Ok(())
    }

    fn is_stopping(&self) -> bool {
        self.abandoned || self.outputs.iter().any(|output| !output.stopping.is_empty())
    }

    fn due_at(&self) -> Option<Instant> {
        let due = |output: &Output| output.due_at(frame::is_answered(&output.url.driver));
        self.outputs.iter().filter_map(due).min()
    }

    fn take(&mut self, command: Option<Command>) {
        let (bell, pattern, answer) = match command {
            None => {
                self.abandoned = true;
                return;
            }
            Some(Command::Stop { bell, done }) => {
                self.outputs[bell].stopping.push(done);
                return;
            }
            Some(Command::Ring { bell, pattern, answer }) => (bell, pattern, answer),
        };
        let output = &mut self.outputs[bell];
        let refusal = match (output.standing, &mut output.ring) {
            _ if output.stopped => BellError::Stopped,
            (Standing::Down { denial, .. }, _) => denial.error(),
            (Standing::Sound { .. }, Some(ring)) if ring.answers.len() < QUEUE_LENGTH_MAX => {
                ring.answers.push(answer);
                return;
            }
            (Standing::Sound { .. }, Some(_)) => BellError::Busy,
            (Standing::Sound { .. }, ring @ None) => {
                let (due_at, answers) = (Instant::now(), vec![answer]);
                *ring = Some(Ring { pattern, pulse: 0, step: Step::SwitchOn, due_at, answers });
                return;
            }
        };
        let _ = answer.send(Err(refusal));
    }

    /// Switches off what is to be off before switching on anything.
    async fn do_what_is_due(&mut self, line: &mut Line) -> Result<(), End> {
        let now = Instant::now();
        for bell in 0..self.outputs.len() {
            let output = &self.outputs[bell];
            let stops = self.abandoned || !output.stopping.is_empty();
            if stops && !output.stopped {
                self.outputs[bell].ring.iter_mut().for_each(|ring| ring.step = Step::Rested);
                let off = self.settle_off(line, bell).await;
                // Stopped even if the line has just gone: nobody shall wait for its return.
                self.outputs[bell].has_stopped();
                off?;
            } else if output.is_on() && self.is_due(bell, now) {
                self.end_pulse(line, bell).await?;
            }
        }
        for bell in 0..self.outputs.len() {
            if self.is_due(bell, now) {
                self.go_on(line, bell).await?;
            }
        }
        Ok(())
    }

    fn is_due(&self, bell: usize, now: Instant) -> bool {
        let output = &self.outputs[bell];
        let is_asked = frame::is_answered(&output.url.driver);
        output.due_at(is_asked).is_some_and(|due_at| due_at <= now)
    }

    /// The pulse is over; the gap begins.
    async fn end_pulse(&mut self, line: &mut Line, bell: usize) -> Result<(), End> {
        let output = &mut self.outputs[bell];
        let Some(ring) = &mut output.ring else { return Ok(()) };
        let Some(pulse) = ring.pattern.pulses().get(ring.pulse).copied() else { return Ok(()) };
        ring.step = Step::Rested;
        ring.pulse += 1;
        match frame::timed_by(&output.url.driver) {
            TimedBy::Board => {}
            TimedBy::Program => {
                if let Err(denial) = self.switch(line, bell, Relay::Off, 0).await? {
                    self.deny(bell, denial);
                    return Ok(());
                }
            }
        }
        if let Some(ring) = &mut self.outputs[bell].ring {
            ring.due_at = Instant::now() + Duration::from_millis(u64::from(pulse.off_ms));
        }
        Ok(())
    }

    /// Begins a pulse, ends a ring, asks an idle board, or asks a silent one again.
    async fn go_on(&mut self, line: &mut Line, bell: usize) -> Result<(), End> {
        let Some(ring) = &mut self.outputs[bell].ring else {
            return self.settle_off(line, bell).await;
        };
        let Some(pulse) = ring.pattern.pulses().get(ring.pulse).copied() else {
            let output = &mut self.outputs[bell];
            output.answer(Ok(()));
            output.publish(BellStatus::Ready);
            return Ok(());
        };
        self.outputs[bell].publish(BellStatus::Ringing);
        match self.switch(line, bell, Relay::On, pulse.on_ms).await? {
            Ok(()) => {
                if let Some(ring) = &mut self.outputs[bell].ring {
                    ring.step = Step::SwitchOff;
                    ring.due_at = Instant::now() + Duration::from_millis(u64::from(pulse.on_ms));
                }
            }
            Err(denial) => {
                self.deny(bell, denial);
                // It may have switched on all the same, with only its answer lost.
                self.settle_off(line, bell).await?;
            }
        }
        Ok(())
    }

    /// Switches off and learns from the answer whether the bell can ring.
    async fn settle_off(&mut self, line: &mut Line, bell: usize) -> Result<(), End> {
        match self.switch(line, bell, Relay::Off, 0).await? {
            Ok(()) => {
                let check_at = Instant::now() + self.timing.check;
                let output = &mut self.outputs[bell];
                output.standing = Standing::Sound { check_at };
                output.publish(BellStatus::Ready);
            }
            Err(denial) => self.deny(bell, denial),
        }
        Ok(())
    }

    fn deny(&mut self, bell: usize, denial: Denial) {
        let retry_at = Instant::now() + self.timing.reopen_limit;
        let output = &mut self.outputs[bell];
        output.standing = Standing::Down { denial, retry_at };
        output.answer(Err(denial.error()));
        output.publish(denial.status());
    }

    /// Sends an order and, where the board answers, waits for that; twice at most.
    async fn switch(
        &mut self,
        line: &mut Line,
        bell: usize,
        relay: Relay,
        on_ms: u32,
    ) -> Result<Result<(), Denial>, End> {
        let others = self.outputs.iter().enumerate().filter(|(index, _)| *index != bell);
        let ringing: Vec<&BellDriver> =
            others.filter(|(_, other)| other.is_on()).map(|(_, other)| &other.url.driver).collect();
        let order = frame::switch(&self.outputs[bell].url.driver, relay, on_ms, &ringing);
        if order.bytes.is_empty() {
            return Ok(Ok(()));
        }
        for _attempt in 0..2 {
            line.drain().await.map_err(lost)?;
            match line.write(&order.bytes, order.meaning, self.timing.echo).await {
                Ok(()) => {}
                Err(WriteEnd::Stuck) => continue,
                Err(WriteEnd::Gone(gone)) => return Err(lost(gone)),
            }
            match tokio::time::timeout(self.timing.echo, read_answer(line, &order)).await {
                Ok(answer) => return answer.map_err(lost),
                Err(_) => continue,
            }
        }
        Ok(Err(Denial::Silent))
    }
}

/// Reads until the board has answered.
async fn read_answer(line: &mut Line, order: &Order) -> Result<Result<(), Denial>, Gone> {
    let mut heard = Vec::new();
    loop {
        match order.answer(&heard) {
            Answer::Accepted => {
                if !heard.is_empty() {
                    line.heard(&heard, "accepted", "");
                }
                return Ok(Ok(()));
            }
            Answer::Refused => {
                line.heard(&heard, "refused", "");
                return Ok(Err(Denial::Refused));
            }
            Answer::Awaited if heard.len() >= HEARD_COUNT_MAX => {
                line.unasked(&heard);
                heard.clear();
            }
            Answer::Awaited => {
                // One at a time: the answer ends exactly at its last byte.
                let mut byte = [0];
                line.read(&mut byte).await?;
                heard.push(byte[0]);
            }
        }
    }
}

fn lost(Gone(reason): Gone) -> End {
    End::Lost { reason }
}

fn unwritten(end: WriteEnd) -> End {
    match end {
        WriteEnd::Gone(gone) => lost(gone),
        WriteEnd::Stuck => End::Silent,
    }
}

async fn sleep_until(due_at: Option<Instant>) {
    match due_at {
        Some(due_at) => tokio::time::sleep_until(due_at).await,
        None => std::future::pending().await,
    }
}
