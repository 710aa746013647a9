//! How a job proves itself: the bytes that ask for the proof, and the answer that is one. Pure.
//!
//! | [`Completion`] | Before the cut | After the cut | Answer |
//! |---|---|---|---|
//! | process ID (Epson) | `1D 28 48 06 00 30 30` + ID | | `37 22` + ID + `00` |
//! | DC2 q (Seiko) | | `12 71 n` | one byte 80h + n |
//! | ETB (Star) | | `17` | the counter of the automatic status steps by one |
//! | status fence | | `1D 72 01` | one byte `0xx0xxxx` |
//!
//! The process ID stands before the cut, because it says "on paper" and a jam of the cutter is a
//! matter of its own. The others say only that everything before them has ended, so they stand
//! last; without a cut they follow the last line.
//!
//! Sources: Epson ESC/POS reference, GS ( H function 48; Seiko RP-F10/D10 technical reference,
//! p.158; Star Line Mode command specification, ETB and automatic status; Epson, GS r.

use crate::printer::{JobId, ProcessId};
use crate::profile::Completion;

/// `GS r 1`: a status byte of the paper sensor, answered in its turn.
pub const STATUS_FENCE: [u8; 3] = [0x1d, 0x72, 0x01];
/// `ETB`: waits for the end of printing, then steps a counter.
pub const ETB: u8 = 0x17;

/// Four bits of a job that come back in a byte 80h to 8Fh.
///
/// [`Token::of`] uses 0 to 14, so a late answer is mistaken for another only fifteen jobs on;
/// [`Token::FENCE`] is kept for the fence that follows what a torn job left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(u8);

impl Token {
    /// The token that belongs to no job.
    pub const FENCE: Token = Token(15);

    /// The token of `job`.
    #[must_use]
    pub fn of(job: JobId) -> Token {
        Token((job.0 % 15) as u8)
    }

    /// The token in an answer of Seiko's, 80h to 8Fh.
    #[must_use]
    pub fn from_answer(byte: u8) -> Option<Token> {
        matches!(byte, 0x80..=0x8f).then_some(Token(byte & 0x0f))
    }

    /// The byte that comes back.
    #[must_use]
    pub fn answer(self) -> u8 {
        0x80 | self.0
    }

    /// `DC2 q n`: asks for [`Token::answer`] when the commands before it have ended.
    #[must_use]
    pub fn question(self) -> [u8; 3] {
        [0x12, 0x71, self.0]
    }
}

/// The answer that proves a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// This process ID.
    ProcessId(ProcessId),
    /// This token.
    Token(Token),
    /// One step of the ETB counter.
    CounterStep,
    /// One byte of paper status; it carries no number, so the order alone tells whose it is.
    PaperStatus,
}

/// What goes around the cut of a job, and what proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletionMark {
    /// Sent after the last line and before the cut.
    pub before_cut: Vec<u8>,
    /// Sent after the cut.
    pub after_cut: Vec<u8>,
    /// What comes back when the job is on paper.
    pub answer: Answer,
}

impl CompletionMark {
    /// The mark of the job `id` on a printer that proves jobs by `completion`.
    #[must_use]
    pub fn new(completion: Completion, id: JobId) -> CompletionMark {
        match completion {
            Completion::ProcessId => {
                let process_id = ProcessId::of(id);
                let mut before_cut = vec![0x1d, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30];
                before_cut.extend(process_id.bytes());
                let answer = Answer::ProcessId(process_id);
                CompletionMark { before_cut, after_cut: Vec::new(), answer }
            }
            Completion::Dc2Q => {
                let token = Token::of(id);
                CompletionMark::after(token.question().to_vec(), Answer::Token(token))
            }
            Completion::Etb => CompletionMark::after(vec![ETB], Answer::CounterStep),
            Completion::StatusFence => {
                CompletionMark::after(STATUS_FENCE.to_vec(), Answer::PaperStatus)
            }
        }
    }

    fn after(after_cut: Vec<u8>, answer: Answer) -> CompletionMark {
        CompletionMark { before_cut: Vec::new(), after_cut, answer }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_method_asks_in_the_bytes_of_its_manual() {
        let mark = |completion| CompletionMark::new(completion, JobId(17));
        let epson = mark(Completion::ProcessId);
        assert_eq!(epson.before_cut, b"\x1d\x28\x48\x06\x00\x30\x30000H");
        assert!(epson.after_cut.is_empty());
        assert_eq!(epson.answer, Answer::ProcessId(ProcessId::of(JobId(17))));
        let seiko = mark(Completion::Dc2Q);
        assert_eq!((seiko.before_cut, seiko.after_cut), (vec![], vec![0x12, 0x71, 0x02]));
        assert_eq!(seiko.answer, Answer::Token(Token(2)));
        assert_eq!(Token(2).answer(), 0x82);
        let star = mark(Completion::Etb);
        assert_eq!((star.before_cut, star.after_cut), (vec![], vec![0x17]));
        assert_eq!(star.answer, Answer::CounterStep);
        let fence = mark(Completion::StatusFence);
        assert_eq!((fence.before_cut, fence.after_cut), (vec![], vec![0x1d, 0x72, 0x01]));
        assert_eq!(fence.answer, Answer::PaperStatus);
    }

    #[test]
    fn a_token_comes_back_in_its_own_byte_and_none_is_the_fence_of_a_torn_job() {
        for number in 0..1000 {
            let token = Token::of(JobId(number));
            assert_ne!(token, Token::FENCE);
            assert_ne!(token, Token::of(JobId(number + 1)));
            assert_eq!(Token::from_answer(token.answer()), Some(token));
        }
        for byte in (0..0x80).chain(0x90..=0xff) {
            assert_eq!(Token::from_answer(byte), None, "{byte:02X}");
        }
    }
}
