//! A log that grows: the first so many records of another one, appended to a log of their own.

use std::path::Path;

use server::log::{Log, LogOptions, LogReader, PendingCommand, PendingEvent};

use crate::data_dir::DataDir;

/// A growing copy of a log.
pub(crate) struct Replica {
    source: LogReader,
    log: Log,
    dir: DataDir,
}

impl Replica {
    /// An empty copy.
    pub(crate) fn of(source: &Path) -> Replica {
        let source = LogReader::open(source).expect("both logs can be used");
        let dir = DataDir::new();
        let log =
            Log::open(dir.path(), LogOptions::new(source.office())).expect("both logs can be used");
        Replica { source, log, dir }
    }

    /// Grows to at least `seq` records: a command is never cut in two.
    pub(crate) fn grow_to(&mut self, seq: u64) {
        let mut batch: Vec<PendingCommand> = Vec::new();
        let mut next = self.log.head().seq + 1;
        'copying: loop {
            let records = self.source.read(next, 4_096).expect("both logs can be used");
            if records.is_empty() {
                break;
            }
            for record in &records {
                let view = record.view().expect("both logs can be used");
                let event = PendingEvent {
                    day: view.day,
                    kind: view.kind,
                    version: view.version,
                    body: view.body.to_vec(),
                };
                match batch.last_mut() {
                    Some(command) if view.command != view.seq => command.events.push(event),
                    _ if view.seq > seq => break 'copying,
                    _ => batch.push(PendingCommand {
                        at_ms: view.at_ms,
                        source: view.source.to_vec(),
                        key: view.key,
                        request: view.request,
                        events: vec![event],
                    }),
                }
                next = view.seq + 1;
            }
        }
        self.log.append(&batch).expect("both logs can be used");
    }

    /// How many records it has.
    pub(crate) fn len(&self) -> u64 {
        self.log.head().seq
    }

    /// Where it is.
    pub(crate) fn dir(&self) -> &DataDir {
        &self.dir
    }
}
