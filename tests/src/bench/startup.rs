//! Ten years of log: how soon a server over it works.

use std::path::{Path, PathBuf};

use domain::command::{Command, Want};
use domain::event::Event;
use domain::id::{CounterId, QueueId, TicketId};
use domain::language::Language;
use domain::setup::Setup;
use domain::ticket::{Class, Origin, Paper, Token};
use domain::time::{Date, MinuteOfDay, Now};
use server::clock::Clock;
use server::engine::core::Batch;
use server::engine::{Core, Order};
use server::log::{Log, LogOptions, Synchronous};

use super::process::Server;
use super::table::Table;
use super::throughput::{order, setup};
use super::{Failure, Plan, fresh};

/// Events of ten years.
const EVENTS: u64 = 5_000_000;
/// Events of a quick run.
const EVENTS_QUICK: u64 = 500_000;
/// Tickets of a day: 244 days a year make 100,000 tickets, five events each.
const TICKETS_DAY: usize = 410;
/// Minutes from one look at the clock to the next, in a day that is made up.
const SLOT_MIN: u16 = 5;
/// Day on which the log ends, before the bench's own clock.
const LAST_DAY: &str = "2026-05-29T12:00";

/// From the snapshot, and by full replay.
pub(super) fn measure(plan: &Plan, table: &mut Table) -> Result<(), Failure> {
    let (dir, events) = long_log(plan)?;
    let millions = events as f64 / 1e6;
    let (mut snapshot, mut replay) = (Vec::new(), Vec::new());
    drop(Server::start(plan, &dir)?);
    for _ in 0..plan.runs() {
        forget_state(&dir)?;
        replay.push(Server::start(plan, &dir)?.ready.as_secs_f64() * 1e3);
        snapshot.push(Server::start(plan, &dir)?.ready.as_secs_f64() * 1e3);
    }
    let share = events as f64 / EVENTS as f64;
    let name = format!("ready over {millions:.1} M events, snapshot");
    table.absolute(&name, "ms", &snapshot, 100.0, "");
    let name = format!("ready over {millions:.1} M events, full replay");
    let scaled = if plan.quick { "the bar is 3 s for 5 M events, scaled to this log" } else { "" };
    table.absolute(&name, "ms", &replay, 3_000.0 * share.min(1.0), scaled);
    Ok(())
}

/// A data directory with a long log, made once and kept for the next run.
pub(super) fn long_log(plan: &Plan) -> Result<(PathBuf, u64), Failure> {
    let events = plan.pick(EVENTS_QUICK, EVENTS);
    let name = format!("log-of-{events}");
    let dir = plan.dir.join(&name);
    let made = dir.join("made");
    if !made.is_file() {
        let began = std::time::Instant::now();
        let count = make(&fresh(&plan.dir, &name)?, events)?;
        let text = format!("{count} events made in {:.0} s\n", began.elapsed().as_secs_f64());
        std::fs::write(&made, &text)?;
        super::say(&text, std::process::ExitCode::SUCCESS);
    }
    Ok((dir, events))
}

/// Removes what a start may begin from, so that it replays everything.
fn forget_state(dir: &Path) -> Result<(), Failure> {
    Ok(server::log::Snapshots::new(dir).clear()?)
}

/// Plays made-up days through the real rules and the real log, until there are `events`.
///
/// The log does not wait for the disk here: it is copied whole before anybody reads it.
fn make(dir: &Path, events: u64) -> Result<u64, Failure> {
    let (setup, zone) = setup()?;
    let clock = Clock::real(&zone)?;
    let last = clock.at(clock.read_moment(LAST_DAY)?).date;
    let days = events.div_ceil(5 * TICKETS_DAY as u64 + 30) as i64;
    // Five days in seven, and holidays: half as many again, and a year.
    let mut date = last.plus_days(-(days * 3 / 2) - 366);
    let mut options = LogOptions::new(setup.office.as_str());
    options.synchronous = Synchronous::Normal;
    let log = Log::open(dir, options)?;
    let first = clock.at(clock.instant(date, MinuteOfDay::new(0, 0).ok_or("no midnight")?));
    let (core, _) = Core::start(log, &setup, first)?;
    let mut hall = Hall::new(core, &setup);
    while hall.core.seq() < events {
        if date > last {
            return Err("the made-up log does not get long enough".into());
        }
        hall.day(&clock, date)?;
        date = date.plus_days(1);
    }
    let seq = hall.core.seq();
    hall.core.close()?;
    Ok(seq)
}

/// A made-up office.
struct Hall {
    core: Core,
    queues: Vec<QueueId>,
    counters: Vec<CounterId>,
    issued: u128,
    served: usize,
}

impl Hall {
    fn new(core: Core, setup: &Setup) -> Hall {
        // Contracted counters serve the first queues, where most people go.
        let counters: Vec<CounterId> = setup.counters.iter().take(6).map(|it| it.id).collect();
        let lines = setup.counters.iter().take(6).flat_map(|counter| &counter.profile);
        let mut queues: Vec<QueueId> = lines.map(|line| line.queue).collect();
        queues.sort();
        queues.dedup();
        Hall { core, queues, counters, issued: 0, served: 0 }
    }

    /// One business day; nothing happens on a day the office is closed.
    fn day(&mut self, clock: &Clock, date: Date) -> Result<(), Failure> {
        let at = |minute: u16| -> Result<Now, Failure> {
            let time = MinuteOfDay::new(minute / 60, minute % 60).ok_or("no such minute")?;
            Ok(clock.at(clock.instant(date, time)))
        };
        let opening = 8 * 60 + 30;
        let opened = self.run(at(opening)?, [Command::OpenDay { date }])?;
        if opened.outcomes[0].is_err() {
            return Ok(());
        }
        let open = |&counter: &CounterId| Command::OpenCounter {
            counter,
            operator: None,
            languages: Vec::new(),
            profile: None,
        };
        let counters: Vec<Command> = self.counters.iter().map(open).collect();
        self.run(at(opening)?, counters)?;
        self.served = 0;
        let slots = 8 * 60 / SLOT_MIN;
        for slot in 0..slots {
            let now = at(opening + slot * SLOT_MIN)?;
            let due = usize::from(slot + 1) * TICKETS_DAY / usize::from(slots);
            let before = usize::from(slot) * TICKETS_DAY / usize::from(slots);
            self.slot(now, due - before)?;
        }
        for minute in (opening + 480..).step_by(usize::from(SLOT_MIN)).take(20) {
            self.slot(at(minute)?, 0)?;
        }
        self.run(at(opening + 600)?, [Command::CloseDay])?;
        Ok(())
    }

    /// Who is served is done, who waits is called, who comes gets a ticket.
    fn slot(&mut self, now: Now, comes: usize) -> Result<(), Failure> {
        let codes = ["2", "3", "4", "5"];
        let code = domain::id::ProcedureCode::new(codes[self.served % codes.len()]);
        let procedures = vec![code.ok_or("no procedure")?];
        let at_counters = |command: &dyn Fn(CounterId) -> Command| {
            self.counters.iter().map(|&counter| command(counter)).collect::<Vec<_>>()
        };
        let complete = at_counters(&|counter| Command::CompleteService {
            counter,
            procedures: procedures.clone(),
        });
        let call = at_counters(&|counter| Command::CallNext { counter });
        let start = at_counters(&|counter| Command::StartService { counter, presented: None });
        let mut commands = Vec::new();
        commands.extend(complete);
        commands.extend(call);
        commands.extend(start);
        for _ in 0..comes {
            self.issued += 1;
            commands.push(Command::IssueTicket {
                want: Want::Queue(self.queues[self.issued as usize % self.queues.len()]),
                class: Class::Ordinary,
                language: Language::Japanese,
                origin: Origin::Floor,
                token: Token(self.issued.to_be_bytes()),
            });
        }
        let done = self.run(now, commands)?;
        self.served += 1;
        let issued = |event: &Event| {
            let Event::TicketIssued { ticket, .. } = event else { return None };
            Some(*ticket)
        };
        let tickets = done.committed.iter().filter_map(|done| issued(&done.event));
        let printed = |ticket: TicketId| Command::ReportPaper { ticket, paper: Paper::Printed };
        let papers: Vec<Command> = tickets.map(printed).collect();
        self.run(now, papers)?;
        Ok(())
    }

    fn run(
        &mut self,
        now: Now,
        commands: impl IntoIterator<Item = Command>,
    ) -> Result<Batch, Failure> {
        let orders: Vec<Order> = commands.into_iter().map(order).collect();
        let batch = self.core.execute(now, &orders)?;
        self.core.settle()?;
        Ok(batch)
    }
}
