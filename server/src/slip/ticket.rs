//! A ticket's slip: what somebody holds while they wait.

use domain::event::Event;
use domain::id::KioskId;
use domain::language::Language;
use domain::ticket::Origin;
use kiosk::slip::{Copy, Line, TicketSlip};

use super::words::{self, fill, fixed};
use super::{Desk, text};

/// The slip of a [`Event::TicketIssued`]; an empty one for any other event.
pub fn ticket(desk: &Desk<'_>, event: &Event, copy: Copy) -> TicketSlip {
    let Event::TicketIssued {
        label, queue, errand, language, token, issued_at, ahead, window, ..
    } = event
    else {
        return TicketSlip::default();
    };
    let (setup, language) = (desk.setup(), *language);
    let errand = errand.and_then(|errand| setup.errand(errand));
    let queue = setup.queue(*queue);
    let name = errand.map(|errand| &errand.name).or(queue.map(|queue| &queue.name));
    let notices = queue.into_iter().flat_map(|queue| {
        let now = desk.clock.at(*issued_at);
        setup
            .calendar
            .notices_for(queue.id, now)
            .map(|notice| noticed(text(&notice.text, language)))
    });
    let window = window.map(|window| desk.span(window.from, window.to));
    TicketSlip {
        forms: words::forms(language),
        header: desk.header(),
        rehearsal: desk.rehearsal(language),
        label: label.to_string(),
        copy,
        reprint: fixed(language, |words| words.reprint.to_owned()),
        errand: name.map(|name| text(name, language)).unwrap_or_default(),
        place: queue.map(|q| desk.waiting_area(q.section, language)).unwrap_or_default(),
        issued: Line::japanese(desk.short_moment(*issued_at)),
        ahead: fixed(language, |words| match ahead {
            0 => words.ahead_none.to_owned(),
            1 => words.ahead_one.to_owned(),
            ahead => fill(words.ahead, &ahead.to_string()),
        }),
        window: fixed(language, |words| match &window {
            Some(window) => fill(words.window, window),
            None => words.window_unknown.to_owned(),
        }),
        bring: errand.map(|errand| bring(desk, errand, language)).unwrap_or_default(),
        notices: notices.collect(),
        reminders: desk.office.slips.reminders.iter().map(|words| text(words, language)).collect(),
        qr: desk.qr(&token.0),
        qr_caption: caption(desk, language),
        footer: desk.footer(),
    }
}

/// The kiosk whose layout a ticket gets.
pub(super) fn kiosk(origin: Origin) -> Option<KioskId> {
    match origin {
        Origin::Kiosk(kiosk) | Origin::Offline(kiosk) => Some(kiosk),
        Origin::Floor | Origin::Linked(_) => None,
    }
}

/// A notice stands out from the lines around it.
fn noticed(line: Line) -> Line {
    Line { japanese: format!("※{}", line.japanese), ..line }
}

/// What to have ready: in the words for slips where the office has given some.
fn bring(desk: &Desk<'_>, errand: &domain::setup::Errand, language: Language) -> Line {
    let short = desk.office.slips.brings.get(&errand.id);
    let what = text(short.unwrap_or(&errand.bring), language);
    let sentence = |what: &str, language: Language| match what {
        "" => String::new(),
        what => fill(words::words(language).bring, what),
    };
    Line {
        japanese: sentence(&what.japanese, Language::Japanese),
        second: sentence(&what.second, language),
    }
}

/// A code that opens a page says so; a token alone is for the office's own readers.
pub(super) fn caption(desk: &Desk<'_>, language: Language) -> Line {
    match desk.office.slips.phone_url {
        Some(_) => fixed(language, |words| words.qr_caption.to_owned()),
        None => Line::default(),
    }
}
