//! What the driver itself says to a printer, besides jobs: in the words of its dialect. Pure.

use crate::completion::{Answer, CompletionMark, ETB, STATUS_FENCE, Token};
use crate::escpos;
use crate::printer::ProcessId;
use crate::profile::{Completion, Cutter, Dialect, Profile};
use crate::status::RealTimeQuestion;

/// `DLE ENQ 1`: recovers from an error and goes on with the line it happened in.
pub(super) const RESUME_AFTER_ERROR: [u8; 3] = [0x10, 0x05, 0x01];
/// `DLE ENQ 2`: recovers from an error after emptying both buffers.
pub(super) const RECOVER_EMPTY: [u8; 3] = [0x10, 0x05, 0x02];
/// `GS a FF`: automatic status on; a report follows at once.
pub(super) const REPORT: [u8; 3] = [0x1d, 0x61, 0xff];
/// `ESC ACK SOH`: a Star printer answers at once with its automatic status.
///
/// The manual advises against it while automatic status is on, because a host could not tell the
/// two apart. Here both are the same frame and mean the same; without automatic status a
/// condition could not be heard while a job stands in the way of questions.
const STAR_STATUS: [u8; 3] = [0x1b, 0x06, 0x01];
/// The process ID of a fence; not of base 62, so it is no job's.
const FENCE_ID: [u8; 4] = *b"----";

/// A question that a printer answers at once, even offline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// DLE EOT n.
    EscPos(RealTimeQuestion),
    /// ESC ACK SOH.
    Star,
}

impl Question {
    /// Whether the printer can print.
    pub(super) fn first(dialect: Dialect) -> Question {
        match dialect {
            Dialect::EscPos => Question::EscPos(RealTimeQuestion::Printer),
            Dialect::Star => Question::Star,
        }
    }

    /// Everything that explains whether the printer can print.
    pub(super) fn all(dialect: Dialect) -> Vec<Question> {
        match dialect {
            Dialect::EscPos => RealTimeQuestion::ALL.into_iter().map(Question::EscPos).collect(),
            Dialect::Star => vec![Question::Star],
        }
    }

    /// Whether it asks why the printer is offline.
    pub(super) fn is_about_cause(self) -> bool {
        match self {
            Question::EscPos(RealTimeQuestion::OfflineCause | RealTimeQuestion::ErrorCause) => true,
            Question::EscPos(RealTimeQuestion::Printer | RealTimeQuestion::Paper)
            | Question::Star => false,
        }
    }

    /// The bytes that ask it.
    pub(super) fn bytes(self) -> [u8; 3] {
        match self {
            Question::EscPos(question) => question.bytes(),
            Question::Star => STAR_STATUS,
        }
    }

    /// What the technician's log calls it.
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Question::EscPos(RealTimeQuestion::Printer) => "ask_printer",
            Question::EscPos(RealTimeQuestion::OfflineCause) => "ask_offline_cause",
            Question::EscPos(RealTimeQuestion::ErrorCause) => "ask_error_cause",
            Question::EscPos(RealTimeQuestion::Paper) => "ask_paper",
            Question::Star => "ask_status",
        }
    }
}

/// Initialise, automatic status on.
pub(super) fn greeting(profile: &Profile) -> Vec<u8> {
    match profile.dialect {
        Dialect::EscPos if profile.has_automatic_status() => escpos::greeting(),
        Dialect::EscPos => vec![0x1b, 0x40],
        // ESC @, ESC RS a 1.
        Dialect::Star => vec![0x1b, 0x40, 0x1b, 0x1e, 0x61, 0x01],
    }
}

/// Feeds to the blade and cuts, so that a torn slip does not hang on to the next.
pub(super) fn cut_alone(profile: &Profile) -> Vec<u8> {
    match (profile.dialect, profile.cutter) {
        (_, Cutter::Absent) => Vec::new(),
        (Dialect::EscPos, Cutter::Partial | Cutter::Full) => escpos::cut_alone(profile),
        // ESC d: 2 full, 3 partial, both after feeding to the blade.
        (Dialect::Star, Cutter::Full) => vec![0x1b, 0x64, 0x02],
        (Dialect::Star, Cutter::Partial) => vec![0x1b, 0x64, 0x03],
    }
}

/// Ends a command that was torn in the middle: a picture that waits for the rest of its rows is
/// complete after at most a receive buffer of zeros, and a printer that waits for nothing ignores
/// them.
pub(super) fn padding(profile: &Profile) -> Vec<u8> {
    vec![0; usize::from(profile.receive_buffer_bytes)]
}

/// Asks, in its turn behind all that was sent before, for an answer that no job gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fence {
    /// What is sent.
    pub(super) bytes: Vec<u8>,
    /// What comes back.
    pub(super) answer: FenceAnswer,
}

/// What a fence waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FenceAnswer {
    /// The process ID or the token of the fence.
    Marked(Answer),
    /// The ETB counter at this value.
    Counter(u8),
    /// So many status bytes, then quiet; the first may belong to a job before.
    PaperStatuses(u8),
}

impl Fence {
    /// The fence of a printer that proves jobs by `completion`, whose ETB counter was last seen
    /// at `etb_counter`.
    pub(super) fn new(completion: Completion, etb_counter: Option<u8>) -> Fence {
        match completion {
            Completion::ProcessId => {
                let mut bytes = vec![0x1d, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30];
                bytes.extend(FENCE_ID);
                let id = ProcessId::from_bytes(FENCE_ID).map(Answer::ProcessId);
                let answer = id.unwrap_or(Answer::PaperStatus);
                Fence { bytes, answer: FenceAnswer::Marked(answer) }
            }
            Completion::Dc2Q => {
                let bytes = Token::FENCE.question().to_vec();
                Fence { bytes, answer: FenceAnswer::Marked(Answer::Token(Token::FENCE)) }
            }
            Completion::Etb => Fence::counter(etb_counter),
            Completion::StatusFence => {
                let bytes = STATUS_FENCE.repeat(2);
                Fence { bytes, answer: FenceAnswer::PaperStatuses(2) }
            }
        }
    }

    /// ESC RS E 0 sets the counter to zero; then it steps to a value that it neither has nor gets
    /// from a job still in the buffer. A printer switched off and on stays at zero.
    fn counter(etb_counter: Option<u8>) -> Fence {
        let known = etb_counter.map(|counter| [counter, (counter + 1) % 32]);
        let taken = |target: &u8| known.is_some_and(|values| values.contains(target));
        let target = (1..=3).find(|target| !taken(target)).unwrap_or(3);
        let mut bytes = vec![0x1b, 0x1e, 0x45, 0x00];
        bytes.extend(std::iter::repeat_n(ETB, usize::from(target)));
        Fence { bytes, answer: FenceAnswer::Counter(target) }
    }
}

/// The answer that proves the job `id` on this printer.
pub(super) fn answer_of(profile: &Profile, id: crate::printer::JobId) -> Answer {
    CompletionMark::new(profile.completion, id).answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fence_of_a_counter_ends_where_no_job_could_bring_it() {
        for counter in (0..32).map(Some).chain([None]) {
            let Fence { bytes, answer } = Fence::new(Completion::Etb, counter);
            let FenceAnswer::Counter(target) = answer else { panic!("{answer:?}") };
            assert_ne!(Some(target), counter);
            assert_ne!(Some(target), counter.map(|counter| (counter + 1) % 32));
            assert_ne!(target, 0, "a printer that was switched off and on is at zero");
            let etb_count = bytes.iter().filter(|byte| **byte == ETB).count();
            assert_eq!(etb_count, usize::from(target));
        }
    }

    #[test]
    fn no_fence_is_answered_as_a_job_is() {
        for number in 0..100_000 {
            let id = crate::printer::JobId(number);
            for completion in [Completion::ProcessId, Completion::Dc2Q] {
                let job = CompletionMark::new(completion, id).answer;
                assert_ne!(Fence::new(completion, None).answer, FenceAnswer::Marked(job));
            }
        }
    }
}
