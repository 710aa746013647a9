//! What a Seiko printer says in words of its own: the upper four bits of each byte say what it is.
//!
//! | First byte | Meaning | Length |
//! |---|---|---|
//! | 02h | string: ASCII up to NUL | to 00h |
//! | 0Eh | bytes as pairs ExH (lower half), FxH (upper half), up to NUL | to 00h |
//! | 8xH | answer to DC2 q: [`crate::completion::Token`] | 1 |
//! | 9xH | progress | 1 |
//! | AxH | answer to DLE EOT or GS r | 1 |
//! | BxH | initialised: after ESC @, and after power on | 1 |
//! | CxH | automatic status, then seven bytes DxH | 8 |
//!
//! What the lower halves mean is known for two bytes of the automatic status only, from what an
//! independent implementation (receiptio, mode `sii`) acts upon:
//!
//! | Byte | Bits | Meaning |
//! |---|---|---|
//! | 1 | 3, 1, 0 | it cannot print; which error each of them is, is not known |
//! | 2 | 3 | cover open |
//! | 2 | 0 | no paper |
//! | 4 | 3 | a drawer, which a ticket printer has not |
//!
//! Everything else (the end of the roll coming near, cutter, head, the bits of AxH, 9xH and BxH)
//! is not known here and means nothing: a condition is never guessed.
//!
//! Source: Seiko RP-F10 technical reference, 6.4 (p.79), table 6-7.

use super::{BLOCK_BYTE_COUNT_MAX, Conditions, Judgement, StatusEvent};

/// Bytes of an automatic status.
const AUTOMATIC_BYTE_COUNT: usize = 8;
/// Begins a string.
const STRING: u8 = 0x02;
/// Begins bytes that are written as two halves each.
const HALVES: u8 = 0x0e;

/// One thing said in Seiko's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeikoAnswer {
    /// 9xH: how far something has come; no condition.
    Progress(u8),
    /// AxH: it is there and answers. Its bits are not known.
    Status(u8),
    /// BxH: it has been initialised, by ESC @ or by switching it on.
    Initialised(u8),
    /// CxH and seven DxH.
    Automatic(SeikoStatus),
}

/// The eight bytes of an automatic status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeikoStatus(pub [u8; AUTOMATIC_BYTE_COUNT]);

impl SeikoStatus {
    /// All that is known of it. An error without a known cause is offline, no more.
    #[must_use]
    pub fn conditions(self) -> Conditions {
        let [first, second, ..] = self.0;
        let cover_open = second & 0x08 != 0;
        let paper_end = second & 0x01 != 0;
        Conditions {
            offline: first & 0x0b != 0 || cover_open || paper_end,
            cover_open,
            paper_end,
            ..Conditions::default()
        }
    }
}

/// Judges `begun`, of which all but the last byte were judged before; `None` where it does not
/// begin with a word of Seiko's own.
pub(super) fn judge(begun: &[u8]) -> Option<Judgement> {
    let (first, rest) = begun.split_first()?;
    let answer = match first {
        &STRING | &HALVES => return Some(judge_string(*first, rest)),
        0x90..=0x9f => SeikoAnswer::Progress(*first),
        0xa0..=0xaf => SeikoAnswer::Status(*first),
        0xb0..=0xbf => SeikoAnswer::Initialised(*first),
        0xc0..=0xcf => return Some(judge_automatic(begun, rest)),
        _ => return None,
    };
    Some(Judgement::Whole(StatusEvent::Seiko(answer)))
}

fn judge_automatic(begun: &[u8], rest: &[u8]) -> Judgement {
    if rest.last().is_some_and(|last| last & 0xf0 != 0xd0) {
        return Judgement::Wrong;
    }
    match <[u8; AUTOMATIC_BYTE_COUNT]>::try_from(begun) {
        Ok(bytes) => {
            let status = SeikoAnswer::Automatic(SeikoStatus(bytes));
            Judgement::Whole(StatusEvent::Seiko(status))
        }
        Err(_) => Judgement::Partial,
    }
}

fn judge_string(header: u8, rest: &[u8]) -> Judgement {
    let Some((last, body)) = rest.split_last() else { return Judgement::Partial };
    let is_whole_byte = header == STRING || body.len().is_multiple_of(2);
    let goes_on = match header {
        STRING => matches!(last, 0x20..=0x7f),
        // The lower half comes first.
        _ => last & 0xf0 == if is_whole_byte { 0xe0 } else { 0xf0 },
    };
    match last {
        0x00 if is_whole_byte => {
            Judgement::Whole(StatusEvent::Block { header, body: body.to_vec() })
        }
        _ if goes_on && body.len() < BLOCK_BYTE_COUNT_MAX => Judgement::Partial,
        _ => Judgement::Wrong,
    }
}
