//! What a ticket's slip says: texts from the office file, times in the office's zone.
//!
//! Residents' words only; a unit's name never appears (D-6).

use domain::event::Event;
use domain::language::Language;
use domain::setup::{Setup, Text};
use domain::time::{Now, Timestamp, Weekday};
use kiosk::layout::{Layout, lay_out};
use kiosk::slip::{Copy, Line, TicketSlip};
use printer_driver::document::{Document, DocumentError};
use protocol::live::Mode;

use crate::clock::Clock;
use crate::config::OfficeFile;

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
    lay_out(&ticket(office, clock, event, copy).to_slip(), &Layout::standard())
}

/// The slip of a [`Event::TicketIssued`]; an empty one for any other event.
pub fn ticket(office: &OfficeFile, clock: &Clock, event: &Event, copy: Copy) -> TicketSlip {
    let Event::TicketIssued {
        label, queue, errand, language, token, issued_at, ahead, window, ..
    } = event
    else {
        return TicketSlip::default();
    };
    let setup = &office.setup;
    let words = Words { second: second(*language) };
    let issued = clock.at(*issued_at);
    let errand = errand.and_then(|errand| setup.errand(errand));
    let queue_name = setup.queue(*queue).map(|queue| &queue.name);
    let name = errand.map(|errand| &errand.name).or(queue_name);
    TicketSlip {
        header: header(office, clock),
        label: label.to_string(),
        copy,
        errand: name.map(|name| words.text(name)).unwrap_or_default(),
        place: words.fixed("待合でお待ちください", "Please wait in the waiting area"),
        issued: Line::japanese(issued_text(issued)),
        ahead: words.fixed(&format!("前に {ahead}人"), &format!("{ahead} ahead of you")),
        window: match window {
            Some(window) => {
                let span = span(clock, window.from, window.to);
                words.fixed(&format!("{span}ごろ お呼びします"), &format!("Call expected {span}"))
            }
            None => words.fixed("お呼びする時刻はわかりません", "Time of call not known"),
        },
        bring: errand.map(|errand| words.text(&errand.bring)).unwrap_or_default(),
        notices: notices(setup, issued, *queue, &words),
        qr: qr_payload(&token.0),
        qr_caption: Line::default(),
        footer: Line::japanese(office.paper.footer.get(Language::Japanese)),
        reprint: Line::japanese("再発行"),
        ..TicketSlip::default()
    }
}

/// The office's own header; a slip of a rehearsal says so, lest somebody wait with it.
fn header(office: &OfficeFile, clock: &Clock) -> String {
    let own = office.paper.header.get(Language::Japanese);
    match clock.mode() {
        Mode::Live => own.to_owned(),
        Mode::Rehearsal => format!("【練習】{own}"),
    }
}

/// The language printed beside Japanese. A printer's own characters reach English; residents who
/// chose another language get English as well (other scripts need the raster back-end).
fn second(language: Language) -> Option<Language> {
    match language {
        Language::Japanese | Language::PlainJapanese => None,
        Language::English
        | Language::ChineseSimplified
        | Language::ChineseTraditional
        | Language::Korean
        | Language::Vietnamese
        | Language::Nepali
        | Language::Filipino
        | Language::Portuguese => Some(Language::English),
    }
}

struct Words {
    second: Option<Language>,
}

impl Words {
    fn text(&self, text: &Text) -> Line {
        let japanese = text.get(Language::Japanese).to_owned();
        let second = self.second.and_then(|language| text.0.get(&language)).cloned();
        Line { japanese, second: second.unwrap_or_default() }
    }

    fn fixed(&self, japanese: &str, english: &str) -> Line {
        let second = self.second.map(|_| english.to_owned()).unwrap_or_default();
        Line { japanese: japanese.to_owned(), second }
    }
}

fn notices(setup: &Setup, issued: Now, queue: domain::id::QueueId, words: &Words) -> Vec<Line> {
    setup.calendar.notices_for(queue, issued).map(|notice| words.text(&notice.text)).collect()
}

fn issued_text(at: Now) -> String {
    let weekday = match at.date.weekday() {
        Weekday::Monday => "月",
        Weekday::Tuesday => "火",
        Weekday::Wednesday => "水",
        Weekday::Thursday => "木",
        Weekday::Friday => "金",
        Weekday::Saturday => "土",
        Weekday::Sunday => "日",
    };
    format!("{}月{}日（{weekday}） {}", at.date.month(), at.date.day(), at.time)
}

fn span(clock: &Clock, from: Timestamp, to: Timestamp) -> String {
    format!("{}-{}", clock.at(from).time, clock.at(to).time)
}

/// A token as a QR code holds it: `YB1-` and 26 characters without look-alikes (Crockford's
/// base 32), so that it can also be typed.
pub fn qr_payload(token: &[u8; 16]) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut rest = u128::from_be_bytes(*token);
    let mut digits = [0u8; 26];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[usize::try_from(rest % 32).unwrap_or(0)];
        rest /= 32;
    }
    let text: String = digits.iter().map(|digit| char::from(*digit)).collect();
    format!("YB1-{text}")
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
