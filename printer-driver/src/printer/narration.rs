//! What goes over the line, in the words of the technician's log.

use crate::completion::Token;
use crate::status::{
    Conditions, Heard, RealTimeQuestion, RealTimeStatus, SeikoAnswer, StatusEvent,
};

/// The meaning and the detail of something heard; `asked` is the question of DLE EOT that waits.
pub(super) fn of(heard: &Heard, asked: Option<RealTimeQuestion>) -> (&'static str, String) {
    match &heard.event {
        StatusEvent::RealTime(byte) => real_time(*byte, asked),
        StatusEvent::Automatic(status) => ("automatic_status", list(status.conditions())),
        StatusEvent::Star(status) => {
            let mut detail = list(status.conditions());
            if let Some(counter) = status.etb_counter() {
                detail += &format!(", ETB counter {counter}");
            }
            ("automatic_status", detail)
        }
        StatusEvent::Seiko(answer) => seiko(*answer),
        StatusEvent::Transmitted(byte) => {
            let paper = [(byte & 0x03 != 0, "paper near end"), (byte & 0x0c != 0, "paper end")];
            ("status_fence", words(&paper, "paper present"))
        }
        StatusEvent::Processed(id) => ("process_id", format!("ID {id}")),
        StatusEvent::Ended(token) if *token == Token::FENCE => ("fence_passed", String::new()),
        StatusEvent::Ended(token) => ("commands_ended", format!("token {}", token.answer() & 15)),
        StatusEvent::OfflineCauses(_) => ("offline_causes", String::new()),
        StatusEvent::BuffersCleared => ("buffers_cleared", String::new()),
        StatusEvent::Block { header, .. } => ("block", format!("header {header:02X}")),
        StatusEvent::Flow { may_send: true } => ("flow_go", String::new()),
        StatusEvent::Flow { may_send: false } => ("flow_stop", String::new()),
        StatusEvent::Noise { .. } => ("noise", String::new()),
    }
}

/// Only what is known of Seiko's words.
fn seiko(answer: SeikoAnswer) -> (&'static str, String) {
    match answer {
        SeikoAnswer::Progress(_) => ("progress", String::new()),
        SeikoAnswer::Status(_) => ("printer_status", "present".to_owned()),
        SeikoAnswer::Initialised(_) => ("initialised", String::new()),
        SeikoAnswer::Automatic(status) => ("automatic_status", list(status.conditions())),
    }
}

fn real_time(byte: u8, asked: Option<RealTimeQuestion>) -> (&'static str, String) {
    let Some(question) = asked else { return ("late_answer", String::new()) };
    match question.read(byte) {
        RealTimeStatus::Printer { offline } => {
            ("printer_status", if offline { "offline" } else { "online" }.to_owned())
        }
        RealTimeStatus::OfflineCause { cover_open, paper_stop, error } => {
            let rows = [
                (cover_open, "cover open"),
                (paper_stop, "stopped by paper end"),
                (error, "error"),
            ];
            ("offline_cause", words(&rows, "none"))
        }
        RealTimeStatus::ErrorCause { cutter_jam, fault, head_hot } => {
            let rows = [
                (cutter_jam, "cutter jam"),
                (fault, "unrecoverable"),
                (head_hot, "recovers itself"),
            ];
            ("error_cause", words(&rows, "none"))
        }
        RealTimeStatus::Paper { near_end, end } => {
            let rows = [(near_end, "paper near end"), (end, "paper end")];
            ("paper_status", words(&rows, "paper present"))
        }
    }
}

fn list(conditions: Conditions) -> String {
    let rows = [
        (conditions.offline, "offline"),
        (conditions.cover_open, "cover open"),
        (conditions.paper_near_end, "paper near end"),
        (conditions.paper_end, "paper end"),
        (conditions.cutter_jam, "cutter jam"),
        (conditions.fault, "unrecoverable"),
        (conditions.head_hot, "recovers itself"),
    ];
    words(&rows, "ready")
}

fn words(rows: &[(bool, &str)], otherwise: &str) -> String {
    let holding: Vec<&str> =
        rows.iter().filter_map(|(holds, word)| holds.then_some(*word)).collect();
    if holding.is_empty() { otherwise.to_owned() } else { holding.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Completion, Dialect, StatusWords};
    use crate::status::StatusDecoder;

    #[test]
    fn an_automatic_status_is_told_in_the_words_of_the_manual() {
        let mut heard = Vec::new();
        let mut decoder = StatusDecoder::new(Dialect::EscPos, Completion::ProcessId);
        decoder.read(&[0x38, 0x00, 0x0f, 0x00, 0x7e], &mut heard);
        let expected = "offline, cover open, paper near end, paper end";
        assert_eq!(of(&heard[0], None), ("automatic_status", expected.to_owned()));
        let paper = of(&heard[1], Some(RealTimeQuestion::Paper));
        assert_eq!(paper, ("paper_status", "paper near end, paper end".to_owned()));
        assert_eq!(of(&heard[1], None).0, "late_answer");
        let mut star = StatusDecoder::new(Dialect::Star, Completion::Etb);
        star.read(&[0x23, 0x06, 0, 0, 0, 0, 0, 0x22, 0], &mut heard);
        assert_eq!(of(&heard[2], None).1, "ready, ETB counter 9");
        let mut seiko =
            StatusDecoder::new(Dialect::EscPos, Completion::Dc2Q).with_words(StatusWords::Seiko);
        seiko.read(&[0xb0, 0xc8, 0xd9, 0xd0, 0xd0, 0xd0, 0xd0, 0xd0, 0xd0], &mut heard);
        assert_eq!(of(&heard[3], None).0, "initialised");
        assert_eq!(of(&heard[4], None).1, "offline, cover open, paper end");
    }
}
