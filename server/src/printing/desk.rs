//! Where it is decided which slip an event asks for, and from which printer it comes.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use domain::event::Event;
use domain::id::TicketId;
use domain::office::Office;
use domain::ticket::{Origin, Paper, Ticket};
use kiosk::slip::{Copy, Kind};
use kiosk::spool::{NewJob, SpoolError, Spooled, Subject};
use tokio::sync::mpsc;

use super::outcome::{paper_of, report_paper};
use super::stand_in::done;
use super::station::{Station, Stations};
use super::{Choices, Job};
use crate::clock::Clock;
use crate::config::OfficeFile;
use crate::engine::{Committed, Engine};
use crate::log::{LogError, LogReader};
use crate::slip;

/// How long a resident waits at the kiosk for a slip that a restart held up: two minutes.
pub(super) const STANDING_MS: i64 = 120_000;

/// Tickets that can be printed again without being looked up: more than a busy day has.
const ISSUED_MAX: usize = 10_000;

/// Records of the log that are read at a time.
const RECALL_RECORDS: u64 = 512;

/// Everything a slip needs.
pub(super) struct Desk {
    pub(super) office: Arc<OfficeFile>,
    pub(super) clock: Arc<Clock>,
    pub(super) engine: Engine,
    pub(super) stations: Stations,
    pub(super) choices: Choices,
    /// What was issued today and may be printed again.
    pub(super) issued: BTreeMap<TicketId, Event>,
}

impl Desk {
    /// Finds what today's slips say: the latest events have most of it, the log the rest.
    pub(super) fn recall(&mut self, dir: &Path, today: &Office, recent: &[Committed]) {
        for committed in recent {
            if let Event::TicketIssued { ticket, .. } = committed.event {
                self.issued.insert(ticket, committed.event.clone());
            }
        }
        let expects = |ticket: &&Ticket| ticket.paper != Paper::None;
        let first = today.tickets().find(expects).map(|ticket| ticket.id);
        let Some(first) = first.filter(|first| !self.issued.contains_key(first)) else { return };
        let before = recent.first().map_or(u64::MAX, |first| first.seq);
        if let Err(error) = self.recall_from_log(dir, first, before) {
            tracing::warn!(%error, "slips of this morning cannot be printed again");
        }
    }

    /// Walks the log backwards from record `before` to the issuing of `first`.
    fn recall_from_log(
        &mut self,
        dir: &Path,
        first: TicketId,
        before: u64,
    ) -> Result<(), LogError> {
        let reader = LogReader::open(dir)?;
        let mut end = before.min(reader.head()?.seq + 1);
        while end > 1 && !self.issued.contains_key(&first) && self.issued.len() < ISSUED_MAX {
            let from = end.saturating_sub(RECALL_RECORDS).max(1);
            let limit = usize::try_from(end - from).unwrap_or(usize::MAX);
            for record in reader.read(from, limit)? {
                let Ok(view) = record.view() else { continue };
                if let Ok(event @ Event::TicketIssued { ticket, .. }) =
                    crate::record::decode(view.version, view.body)
                    && ticket >= first
                {
                    self.issued.insert(ticket, event);
                }
            }
            end = from;
        }
        Ok(())
    }

    /// Settles what the last run left open: slips that were committed but not yet spooled are
    /// printed now while their residents still stand at the kiosk, else left to staff; and what
    /// became of a spooled one is reported if the last run could no longer do so.
    ///
    /// Where a spool does not remember the last run, a slip that is not in it may be on paper all
    /// the same: it is printed as a reprint.
    pub(super) fn catch_up(
        &mut self,
        today: &Office,
        recent: &[Committed],
        remembers: bool,
    ) -> Result<(), SpoolError> {
        let mut copies = BTreeMap::new();
        for committed in recent {
            if let Event::TicketIssued { ticket, .. } = committed.event {
                copies.insert(ticket, (1, committed.at, Copy::First));
            } else if let Event::TicketReprinted { ticket } = committed.event {
                let count = copies.get(&ticket).map_or(1, |(count, ..)| *count);
                copies.insert(ticket, (count + 1, committed.at, Copy::Reprint));
            }
        }
        let now = self.clock.now().at;
        let open = |ticket: &&Ticket| matches!(ticket.paper, Paper::Pending | Paper::Unknown);
        for ticket in today.tickets().filter(open) {
            let spooled = self.spooled(ticket.id)?;
            let asked = copies.get(&ticket.id).copied();
            let (count, at, copy) = asked.unwrap_or((1, ticket.issued_at, Copy::First));
            if spooled.len() >= count || ticket.paper == Paper::Unknown {
                let paper = spooled.last().and_then(|last| paper_of(last.state));
                // That nobody can say is known already, or is for staff to decide.
                if let Some(paper) = paper.filter(|paper| *paper != ticket.paper) {
                    self.report(ticket.id, paper);
                }
            } else if self.printer_of(ticket.origin).is_none() {
                self.without_printer(ticket.id, ticket.origin);
            } else if now.since_ms(at) <= STANDING_MS {
                self.print(ticket.id, if remembers { copy } else { Copy::Reprint });
            } else {
                self.report(ticket.id, Paper::Failed);
            }
        }
        Ok(())
    }

    /// A ticket's slips on every printer, oldest first.
    fn spooled(&self, ticket: TicketId) -> Result<Vec<Spooled>, SpoolError> {
        let mut spooled = Vec::new();
        for station in self.stations.values() {
            spooled.extend(station.spool.of_subject(Subject::ticket(ticket.0))?);
        }
        spooled.sort_by_key(|spooled| spooled.asked_at_ms);
        Ok(spooled)
    }

    /// Prints what events ask for, for ever.
    pub(super) async fn run(mut self, mut receiver: mpsc::Receiver<Job>) {
        while let Some(job) = receiver.recv().await {
            // Drawing takes milliseconds and a disk as long as it likes; meanwhile bells and
            // printers go on.
            let printed = tokio::task::spawn_blocking(move || {
                self.take(job);
                self
            });
            self = done(printed).await;
        }
    }

    fn take(&mut self, job: Job) {
        if let Event::TicketIssued { ticket, .. } = job.event {
            if self.issued.len() >= ISSUED_MAX {
                self.issued.pop_first();
            }
            self.issued.insert(ticket, job.event);
            self.print(ticket, job.copy);
        } else if let Event::TicketReprinted { ticket } = job.event {
            self.print(ticket, job.copy);
        }
    }

    fn print(&self, ticket: TicketId, copy: Copy) {
        let Some(event @ Event::TicketIssued { label, origin, .. }) = self.issued.get(&ticket)
        else {
            tracing::warn!(ticket = ticket.0, "a slip of an earlier run cannot be printed again");
            self.report(ticket, Paper::Failed);
            return;
        };
        let chosen = self.choices.take(ticket).and_then(|kiosk| self.stations.get(&kiosk));
        let Some(station) = chosen.or_else(|| self.printer_of(*origin)) else {
            self.without_printer(ticket, *origin);
            return;
        };
        match slip::ticket_document(&self.office, &self.clock, event, copy) {
            Ok(document) => {
                let asked_at_ms = self.clock.now().at.0;
                let new = NewJob::new(Subject::ticket(ticket.0), document);
                if let Err(error) = station.add(NewJob { asked_at_ms, ..new }) {
                    tracing::error!(%error, ticket = ticket.0, "a slip cannot be spooled");
                    self.report(ticket, Paper::Failed);
                }
            }
            Err(error) => {
                tracing::error!(%error, %label, "a slip does not fit the paper");
                self.report(ticket, Paper::Failed);
            }
        }
    }

    /// The printer for a ticket: its kiosk's, the one that stands in where the kiosk has none, or
    /// the one set for tickets from the floor.
    fn printer_of(&self, origin: Origin) -> Option<&Arc<Station>> {
        match origin {
            Origin::Kiosk(kiosk) => self.stations.get(&kiosk).or_else(|| {
                let stand_in = self.office.devices.slips.stand_ins.get(&kiosk)?;
                self.stations.get(stand_in)
            }),
            Origin::Floor => self.printer_for(Kind::Ticket),
            // Linked visitors keep the slip they hold; offline ones have theirs.
            Origin::Linked(_) | Origin::Offline(_) => None,
        }
    }

    /// The printer for slips of a kind that come from no kiosk: the one set for it, else the first.
    pub(super) fn printer_for(&self, kind: Kind) -> Option<&Arc<Station>> {
        let set = self.office.devices.slips.printers.get(&kind);
        set.and_then(|kiosk| self.stations.get(kiosk)).or_else(|| self.stations.values().next())
    }

    /// A ticket whose kiosk has no printer gets no paper: staff are told. An office without any
    /// printer shows numbers instead of printing them, and knows that.
    fn without_printer(&self, ticket: TicketId, origin: Origin) {
        match origin {
            Origin::Kiosk(_) | Origin::Floor if !self.stations.is_empty() => {
                self.report(ticket, Paper::Failed);
            }
            Origin::Kiosk(_) | Origin::Floor | Origin::Linked(_) | Origin::Offline(_) => {}
        }
    }

    fn report(&self, ticket: TicketId, paper: Paper) {
        let engine = self.engine.clone();
        tokio::spawn(async move { report_paper(&engine, ticket, paper).await });
    }
}
