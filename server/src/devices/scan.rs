//! Codes that scanners read: which ticket a slip or a 連携用紙 is of, and what follows where.
//!
//! | where | ticket | what follows |
//! |---|---|---|
//! | kiosk, floor | transferred, not arrived | its arrival is confirmed (R-50, R-56) |
//! | kiosk, floor | any other | nothing; its state is told |
//! | counter | waiting | it is called |
//! | counter | called here | service starts: the slip matches (R-42, R-45) |
//! | counter | on hold | service goes on |
//! | counter | elsewhere, or over | refused |

use domain::command::{Command, ConfirmStep};
use domain::id::{CounterId, TicketId};
use domain::label::Label;
use domain::ticket::{TicketState, Token, TransferStage};

use super::desk::{Desk, InputLog, Outcome};
use crate::config::Place;
use crate::engine::Ask;

/// Longest text that can be a code of ours: an address of the phone page with room to spare.
const TEXT_BYTES_MAX: usize = 256;
/// Digits of a token in Crockford's base 32.
const TOKEN_DIGITS: usize = 26;

/// One scanner's codes.
#[derive(Debug)]
pub(super) struct Codes {
    device: String,
    place: Place,
    desk: Desk,
    log: InputLog,
    ordinal: u64,
    /// Codes that led nowhere.
    strange_count: u64,
}

/// The ticket behind a code, as far as a scan needs it.
struct Found {
    ticket: TicketId,
    label: Label,
    state: TicketState,
    transfer: Option<TransferStage>,
}

impl Codes {
    pub(super) fn new(device: &str, place: Place, desk: Desk, log: InputLog) -> Codes {
        Codes { device: device.to_owned(), place, desk, log, ordinal: 0, strange_count: 0 }
    }

    /// Does what a code asks for. The code itself is never kept or told: it is as good as the
    /// slip.
    pub(super) async fn scan(&mut self, text: &str) {
        self.ordinal += 1;
        let (input, outcome) = self.carry_out(text).await;
        if input.is_none() {
            self.strange_count += 1;
            tracing::debug!(device = self.device, count = self.strange_count, "a strange code");
        }
        let input = input.map_or("?".to_owned(), |label| label.to_string());
        self.log.note(&input, outcome, self.desk.clock.now().at.0);
    }

    async fn carry_out(&self, text: &str) -> (Option<Label>, Outcome) {
        let Some(token) = token(text) else {
            return (None, Outcome::refused("", "not_a_ticket"));
        };
        self.desk.catch_up().await;
        let Some(found) = self.find(token) else {
            return (None, Outcome::refused("", "unknown_ticket"));
        };
        let label = found.label;
        let outcome = match self.place {
            Place::Counter(counter) => self.at_counter(counter, &found).await,
            Place::Floor | Place::Kiosk(_) => self.in_the_hall(&found).await,
        };
        (Some(label), outcome.about(label))
    }

    fn find(&self, token: Token) -> Option<Found> {
        self.desk.board.read(|scene| {
            let ticket = scene.office().find_token(token)?;
            let (label, state, transfer) = (ticket.label, ticket.state, ticket.transfer);
            Some(Found { ticket: ticket.id, label, state, transfer })
        })
    }

    async fn in_the_hall(&self, found: &Found) -> Outcome {
        if !matches!(found.transfer, Some(TransferStage::Sent { .. })) {
            return Outcome::done(format!("status:{}", found.state.name()), None);
        }
        let (ticket, step) = (found.ticket, ConfirmStep::Arrival);
        self.submit("arrival", Command::ConfirmTransfer { ticket, step }).await
    }

    async fn at_counter(&self, counter: CounterId, found: &Found) -> Outcome {
        let Found { ticket, label, .. } = *found;
        match found.state {
            TicketState::Waiting => {
                self.submit("call", Command::CallTicket { counter, ticket }).await
            }
            TicketState::Called { counter: there } if there == counter => {
                let command = Command::StartService { counter, presented: Some(label) };
                self.submit("start", command).await
            }
            TicketState::OnHold { .. } => {
                self.submit("resume", Command::Resume { counter, ticket }).await
            }
            TicketState::Serving { counter: there, .. } if there == counter => {
                Outcome::done("status:serving", Some(label))
            }
            TicketState::Called { .. } | TicketState::Serving { .. } => {
                Outcome::refused("", "at_counter")
            }
            TicketState::Completed | TicketState::NoShow | TicketState::Cancelled { .. } => {
                Outcome::refused("", "already_final")
            }
        }
    }

    async fn submit(&self, action: &str, command: Command) -> Outcome {
        let (ask, source) = (Ask::Command(command), self.desk.source(self.place));
        self.desk.submit(&self.device, self.ordinal, action.to_owned(), ask, source).await
    }
}

/// The token in a code: `YB1-` and its digits, or the address of the phone page that ends in them.
fn token(text: &str) -> Option<Token> {
    let text = text.trim();
    if text.len() > TEXT_BYTES_MAX || !text.is_ascii() {
        return None;
    }
    let last = text.rsplit(['/', '=', '#', '?']).next().unwrap_or(text);
    let digits = match last.split_at_checked(4) {
        Some((prefix, digits)) if prefix.eq_ignore_ascii_case("YB1-") => digits,
        Some(_) | None if last.len() < text.len() => last,
        Some(_) | None => return None,
    };
    if digits.len() != TOKEN_DIGITS {
        return None;
    }
    let mut number: u128 = 0;
    for (index, digit) in digits.bytes().enumerate() {
        let value = digit_value(digit)?;
        // 26 digits hold two bits more than a token: the first is at most 7.
        if index == 0 && value > 7 {
            return None;
        }
        number = number << 5 | u128::from(value);
    }
    Some(Token(number.to_be_bytes()))
}

/// A digit of Crockford's base 32, in either case; look-alikes count as what they look like.
fn digit_value(digit: u8) -> Option<u8> {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let digit = match digit.to_ascii_uppercase() {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        digit => digit,
    };
    DIGITS.iter().position(|known| *known == digit).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slip::qr_payload;

    #[test]
    fn a_code_is_read_as_the_slip_writes_it_and_as_the_phone_page_is_addressed() {
        for bytes in [[0; 16], [0xff; 16], *b"0123456789abcdef"] {
            let code = qr_payload(&bytes);
            assert_eq!(token(&code), Some(Token(bytes)));
            assert_eq!(token(&code.to_lowercase()), Some(Token(bytes)));
            let digits = code.strip_prefix("YB1-").unwrap();
            let address = format!("https://queue.example/t/{digits}");
            assert_eq!(token(&address), Some(Token(bytes)));
            assert_eq!(token(&format!("https://queue.example/t/{code}\r")), Some(Token(bytes)));
        }
    }

    #[test]
    fn what_is_no_code_of_ours_is_no_ticket() {
        let long = format!("https://queue.example/{}/{}", "x".repeat(300), "0".repeat(26));
        let strange = [
            "",
            "YB1-",
            "A101",
            "https://queue.example/",
            "00000000000000000000000000",
            "YB1-8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "YB1-0000000000000000000000000U",
            "YB1-000000000000000000000000000",
            "番号札",
            &long,
        ];
        for text in strange {
            assert_eq!(token(text), None, "{text}");
        }
    }
}
