//! What an office file holds, in a few lines for the person who has just edited it.

use core::fmt;

use domain::language::Language;
use domain::procedure::Completion;
use domain::setup::{ErrandTarget, Setup, Text};

use super::OfficeFile;

/// What a checked office file holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// The file.
    pub file: String,
    /// The office's Japanese name.
    pub name: String,
    /// Its time zone.
    pub zone: String,
    /// How many there are of each kind, in the order of the file.
    pub counts: Vec<(&'static str, usize)>,
    /// The letters in use, in the order of the queues.
    pub letters: String,
    /// Texts for residents that have no words in a language the office offers, so that Japanese
    /// is shown instead: language and how many.
    pub untranslated: Vec<(Language, usize)>,
    /// The beginning of the SHA-256 of the file's text, in hexadecimal.
    pub digest: String,
}

impl Summary {
    /// Sums up an office file.
    pub(super) fn new(file: &str, office: &OfficeFile) -> Summary {
        let setup = &office.setup;
        let is_ticket = |target| matches!(target, ErrandTarget::Queue(_));
        let tickets = setup.errands.iter().filter(|errand| is_ticket(errand.leads_to));
        let completing = setup
            .procedures
            .iter()
            .filter(|procedure| procedure.completion == Completion::Completes);
        let digest = office.digest[..8].iter();
        Summary {
            file: file.to_owned(),
            name: setup.name.get(Language::Japanese).to_owned(),
            zone: office.zone.clone(),
            counts: vec![
                ("sections", setup.sections.len()),
                ("units", setup.units.len()),
                ("queues", setup.queues.len()),
                ("errands", setup.errands.len()),
                ("errands that issue a ticket", tickets.count()),
                ("counters", setup.counters.len()),
                ("bells", setup.bells.len()),
                ("tag pools", setup.tag_pools.len()),
                ("kiosks", setup.kiosks.len()),
                ("procedures", setup.procedures.len()),
                ("procedures that complete a ticket", completing.count()),
            ],
            letters: setup.queues.iter().map(|queue| queue.letter.as_char()).collect(),
            untranslated: untranslated(setup),
            digest: digest.map(|byte| format!("{byte:02x}")).collect(),
        }
    }
}

/// Counts the words for residents that fall back to Japanese.
fn untranslated(setup: &Setup) -> Vec<(Language, usize)> {
    let queues = setup.queues.iter().map(|queue| &queue.name);
    let errands = setup.errands.iter().map(|errand| &errand.name);
    let bring = setup.errands.iter().map(|errand| &errand.bring);
    let notices = setup.calendar.notices.iter().map(|notice| &notice.text);
    let texts: Vec<&Text> = queues.chain(errands).chain(bring).chain(notices).collect();
    let lacks = |text: &&&Text, language| !text.0.is_empty() && !text.0.contains_key(language);
    setup
        .languages
        .iter()
        .map(|language| {
            let count = texts.iter().filter(|text| lacks(text, language)).count();
            (*language, count)
        })
        .filter(|(_, count)| *count > 0)
        .collect()
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "no mistakes")?;
        writeln!(f, "  office: {}, {}", self.name, self.zone)?;
        for (name, count) in &self.counts {
            writeln!(f, "  {name}: {count}")?;
        }
        writeln!(f, "  letters: {}", self.letters)?;
        for (language, count) in &self.untranslated {
            let tag = language.tag();
            writeln!(f, "  note: {count} texts have no {tag}; Japanese is shown instead")?;
        }
        write!(f, "  digest: {}…", self.digest)
    }
}
