//! What slips say: texts from the office file, times in the office's zone.
//!
//! What residents carry is in residents' words; a unit's name never appears on it (D-6). What
//! staff carry is in the office's words. Nothing on either is about a person (D-1).

mod handed_out;
mod summary;
mod test_page;
mod ticket;
mod words;

use domain::event::Event;
use domain::language::Language;
use domain::setup::{Setup, Text};
use domain::time::{Now, Timestamp, Weekday};
use kiosk::layout::{Layout, lay_out};
use kiosk::slip::{Copy, Line, Slip};
use printer_driver::document::{Document, DocumentError};
use protocol::live::Mode;

use crate::clock::Clock;
use crate::config::OfficeFile;

pub use handed_out::{Tag, Transfer, staff, tag, transfer};
pub use summary::{SummaryFacts, summary};
pub use test_page::{Link, PrinterFacts, test_page};
pub use ticket::ticket;

/// What stands where something is not known (visual.md, principle 5).
const UNKNOWN: &str = "わかりません";

/// Where and when a slip is written.
#[derive(Clone, Copy, Debug)]
pub struct Desk<'a> {
    /// The office.
    pub office: &'a OfficeFile,
    /// Its clock: only its zone is asked, never the time.
    pub clock: &'a Clock,
    /// Whether the slip counts; one of a rehearsal says so, lest somebody wait with it.
    pub mode: Mode,
}

impl<'a> Desk<'a> {
    /// The desk of an office that lives by `clock`.
    pub fn new(office: &'a OfficeFile, clock: &'a Clock) -> Desk<'a> {
        Desk { office, clock, mode: clock.mode() }
    }

    fn setup(&self) -> &'a Setup {
        &self.office.setup
    }

    /// The office's own words at the top.
    fn header(&self) -> String {
        self.office.slips.header.get(Language::Japanese).to_owned()
    }

    /// The office's own words at the end. In Japanese only: they stand on every slip, and what
    /// must be understood is said above them in the resident's language.
    fn footer(&self) -> Line {
        Line::japanese(self.office.slips.footer.get(Language::Japanese))
    }

    fn rehearsal(&self, language: Language) -> Line {
        match self.mode {
            Mode::Live => Line::default(),
            Mode::Rehearsal => words::fixed(language, |words| words.rehearsal.to_owned()),
        }
    }

    /// A section's name with where it is, and in the resident's language the same.
    fn section(&self, section: domain::id::SectionId, language: Language) -> (String, String) {
        let name = self.setup().section(section).map(|section| &section.name);
        let place = self.office.slips.places.get(&section);
        let in_language = |language: Language| {
            let name = name.map_or("", |name| name.get(language));
            match place.map_or("", |place| place.get(language)) {
                "" => name.to_owned(),
                place => format!("{name}（{place}）"),
            }
        };
        // Brackets of the width that the language writes.
        let narrow = |language| in_language(language).replace('（', " (").replace('）', ")");
        (in_language(Language::Japanese), words::second(language, narrow))
    }

    /// The section and its waiting area.
    fn waiting_area(&self, section: domain::id::SectionId, language: Language) -> Line {
        let (japanese, second) = self.section(section, language);
        let sentence = |section: &str, language: Language| {
            let words = words::words(language);
            format!("{section}{}{}", words.of_section, words.wait)
        };
        Line {
            japanese: sentence(&japanese, Language::Japanese),
            second: match second.as_str() {
                "" => String::new(),
                section => sentence(section, language),
            },
        }
    }

    /// What the QR code holds: the address of the phone page where the office has one, else the
    /// token alone. Printable ASCII either way.
    fn qr(&self, token: &[u8; 16]) -> String {
        match &self.office.slips.phone_url {
            Some(url) => format!("{url}{}", token_digits(token)),
            None => qr_payload(token),
        }
    }

    /// A moment such as `6月2日（火） 10:05`.
    fn moment(&self, at: Timestamp) -> String {
        moment(self.clock.at(at))
    }

    /// A moment such as `6月2日 10:05`, which leaves room beside it on narrow paper.
    fn short_moment(&self, at: Timestamp) -> String {
        let now = self.clock.at(at);
        format!("{}月{}日 {}", now.date.month(), now.date.day(), now.time)
    }

    /// A time of day such as `10:05`.
    fn time(&self, at: Timestamp) -> String {
        self.clock.at(at).time.to_string()
    }

    /// A span of time such as `10:20-10:35`.
    fn span(&self, from: Timestamp, to: Timestamp) -> String {
        format!("{}-{}", self.time(from), self.time(to))
    }
}

/// A ticket's slip as a document, in the layout of the kiosk that issued it.
///
/// # Errors
///
/// [`DocumentError`] when a text is longer than a document may hold.
pub fn ticket_document(
    office: &OfficeFile,
    clock: &Clock,
    event: &Event,
    copy: Copy,
) -> Result<Document, DocumentError> {
    let mut kiosk = None;
    if let Event::TicketIssued { origin, .. } = event {
        kiosk = ticket::kiosk(*origin);
    }
    let slip = ticket(&Desk::new(office, clock), event, copy).to_slip();
    document(&slip, office.slips.layout_of(kiosk))
}

/// Any slip as a document.
///
/// # Errors
///
/// [`DocumentError`] when a text is longer than a document may hold.
pub fn document(slip: &Slip, layout: &Layout) -> Result<Document, DocumentError> {
    lay_out(slip, layout)
}

/// Words of the office in Japanese and, where that is another language, the resident's.
fn text(text: &Text, language: Language) -> Line {
    let of = |language| text.0.get(&language).cloned().unwrap_or_default();
    let japanese = text.get(Language::Japanese).to_owned();
    Line { japanese, second: words::second(language, of) }
}

/// A date such as `6月2日（火）`.
fn day(at: Now) -> String {
    let weekday = match at.date.weekday() {
        Weekday::Monday => "月",
        Weekday::Tuesday => "火",
        Weekday::Wednesday => "水",
        Weekday::Thursday => "木",
        Weekday::Friday => "金",
        Weekday::Saturday => "土",
        Weekday::Sunday => "日",
    };
    format!("{}月{}日（{weekday}）", at.date.month(), at.date.day())
}

fn moment(at: Now) -> String {
    format!("{} {}", day(at), at.time)
}

/// A token as a QR code holds it where there is no phone page: `YB1-` and its digits, so that it
/// can also be typed.
pub fn qr_payload(token: &[u8; 16]) -> String {
    format!("YB1-{}", token_digits(token))
}

/// A token as 26 characters without look-alikes (Crockford's base 32).
fn token_digits(token: &[u8; 16]) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut rest = u128::from_be_bytes(*token);
    let mut digits = [0u8; 26];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[usize::try_from(rest % 32).unwrap_or(0)];
        rest /= 32;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_the_same_on_paper_and_holds_nothing_but_chance() {
        assert_eq!(qr_payload(&[0; 16]), "YB1-00000000000000000000000000");
        assert_eq!(qr_payload(&[0xff; 16]), "YB1-7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    }
}
