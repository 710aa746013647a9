//! What the rules demand of an office as a whole, told at the lines of its file.
//!
//! [`Setup::faults`] is the truth about what can be adopted; it knows no file. Here each fault
//! gets its place and words, and is left out where it only echoes a mistake already reported.

use domain::setup::{ErrandTarget, Setup};
use domain::setup_fault::SetupFault;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::source::Source;

/// Most buttons on one page of a kiosk (visual.md: eight large errand buttons).
const BUTTONS_MAX: usize = 8;

/// Reports what is wrong with the office as a whole.
pub(super) fn report(source: &Source<'_>, root: &Spanned<DeTable<'_>>, setup: &Setup) {
    let report = Report { source, root: root.get_ref() };
    for fault in setup.faults() {
        report.fault(&fault);
    }
    report.pages(setup);
}

struct Report<'a> {
    source: &'a Source<'a>,
    root: &'a DeTable<'a>,
}

impl Report<'_> {
    fn fault(&self, fault: &SetupFault) {
        match fault {
            SetupFault::DuplicateKey { list, key } => {
                let list = home(list);
                let what = format!("\"{key}\" is there twice");
                self.tell(&[list], list, &what, "each key only once");
            }
            SetupFault::DuplicateLetter { letter, first, second } => {
                let path = format!("queues.{second}.letter");
                let what = format!("\"{letter}\" is already the letter of queues.{first}");
                let other = format!("queues.{first}.letter");
                self.tell(&[&path, &other], &path, &what, "a letter of its own");
            }
            SetupFault::UnknownReference { list, key, field, names } => {
                let entry = format!("{}.{key}", home(list));
                let what = format!("\"{names}\" does not exist");
                let path = format!("{entry}.{field}");
                // Names are resolved from the text: what is unknown only here was not read.
                if self.source.is_clean() {
                    self.tell(&[], &path, &what, "something this file declares");
                }
            }
            SetupFault::OutOfRange { list, key, field, value, min, max } => {
                let key = key.map_or(String::new(), |key| format!(".{key}"));
                let path = format!("{}{key}.{field}", home(list));
                let what = format!("{value} is out of range");
                self.tell(&[&path], &path, &what, &format!("{min} to {max}"));
            }
            SetupFault::RangesOverlap { queue, kiosk } => {
                let entry = format!("queues.{queue}");
                let what = format!("the numbers of {kiosk} are not its own");
                let expected = "ranges above numbers.last that do not overlap";
                self.tell(&[&entry], &format!("{entry}.offline"), &what, expected);
            }
            SetupFault::HoursReversed { .. } => {
                let expected = "open before tickets_until, and that not after close";
                let path = "calendar.hours";
                self.tell(&["calendar"], path, "hours end before they begin", expected);
            }
            // These are no lists of tables: their readers have said so already.
            SetupFault::Empty { list: "languages" | "reasons" } => {}
            SetupFault::Empty { list } => {
                let list = home(list);
                let expected = format!("at least one [[{list}]]");
                self.tell(&[list], list, "there is none", &expected);
            }
            SetupFault::ErrandCycle { .. }
            | SetupFault::ErrandNotInGroup { .. }
            | SetupFault::QueueUnserved { .. }
            | SetupFault::ProfileKindMismatch { .. } => self.misfit(fault),
        }
    }

    /// Faults between entries that are each right in themselves.
    fn misfit(&self, fault: &SetupFault) {
        if let SetupFault::ErrandCycle { errand } = fault {
            let path = format!("errands.{errand}.within");
            let what = "the groups stand within each other";
            self.tell(&[], &path, what, "groups that begin on the first page");
        } else if let SetupFault::ErrandNotInGroup { errand, within } = fault {
            let path = format!("errands.{errand}.within");
            let group = format!("errands.{within}");
            let what = format!("\"{within}\" is not a group");
            let expected = "an errand with leads_to = \"group\"";
            self.tell(&[&path, &group], &path, &what, expected);
        } else if let SetupFault::QueueUnserved { queue } = fault {
            let path = format!("queues.{queue}");
            let kinds = format!("{path}.counter_kinds");
            let section = format!("{path}.section");
            let expected = "a profile with it, at a counter of one of its counter_kinds";
            let what = "no counter serves this queue";
            self.tell(&["counters", &kinds, &section], &path, what, expected);
        } else if let SetupFault::ProfileKindMismatch { counter, queue } = fault {
            let path = format!("counters.{counter}.profile.{queue}");
            let kind = format!("counters.{counter}.kind");
            let kinds = format!("queues.{queue}.counter_kinds");
            let what = format!("the queue {queue} may not be served by a counter of this kind");
            let expected = format!("a queue whose counter_kinds have the kind of {counter}");
            self.tell(&[&kind, &kinds], &path, &what, &expected);
        }
    }

    /// Pages that a kiosk cannot show, and groups that lead nowhere.
    fn pages(&self, setup: &Setup) {
        if self.source.blames("errands") {
            return;
        }
        let count = |within| {
            let errands = setup.errands.iter();
            errands.filter(|errand| errand.within == within).count()
        };
        let first = count(None);
        if first > BUTTONS_MAX {
            let what = format!("the first page has {first} buttons");
            let expected = format!("at most {BUTTONS_MAX}: put some within a group");
            self.tell(&[], "errands", &what, &expected);
        }
        for group in &setup.errands {
            if group.leads_to != ErrandTarget::Group {
                continue;
            }
            let path = format!("errands.{}", group.id);
            match count(Some(group.id)) {
                0 => {
                    let expected = format!("an errand with within = \"{}\"", group.id);
                    self.tell(&[], &path, "nothing stands within this group", &expected);
                }
                1..=BUTTONS_MAX => {}
                buttons => {
                    let what = format!("this group has {buttons} buttons");
                    self.tell(&[], &path, &what, &format!("at most {BUTTONS_MAX}"));
                }
            }
        }
    }

    /// Reports a fault at `path`, unless a mistake at one of `echoes` explains it.
    fn tell(&self, echoes: &[&str], path: &str, what: &str, expected: &str) {
        if !echoes.iter().any(|echo| self.source.blames(echo)) {
            self.source.wrong_whole(self.place(path), path, what, expected);
        }
    }

    /// Where the deepest part of `path` that the file has begins.
    fn place(&self, path: &str) -> usize {
        let mut names = path.split('.');
        let Some(mut value) = names.next().and_then(|name| self.root.get(name)) else {
            return 0;
        };
        for name in names {
            let inner = match value.get_ref() {
                DeValue::Table(table) => table.get(name),
                DeValue::Array(entries) => entries.iter().find(|entry| is_named(entry, name)),
                DeValue::String(_)
                | DeValue::Integer(_)
                | DeValue::Float(_)
                | DeValue::Boolean(_)
                | DeValue::Datetime(_) => None,
            };
            let Some(inner) = inner else { break };
            value = inner;
        }
        value.span().start
    }
}

/// Where a list of the setup stands in the file.
fn home(list: &str) -> &str {
    match list {
        "languages" => "office.languages",
        "notices" => "calendar.notices",
        "profile" => "counters",
        "reasons" => "bells",
        list => list,
    }
}

/// Whether an entry of a list goes by `name`.
fn is_named(entry: &Spanned<DeValue<'_>>, name: &str) -> bool {
    let Some(table) = entry.get_ref().as_table() else {
        return false;
    };
    ["id", "code", "queue"].iter().any(|key| {
        let value = table.get(*key);
        value.is_some_and(|value| value.get_ref().as_str() == Some(name))
    })
}
