//! What can be done to a virtual printer, and how it is.

use crate::profile::PaperWidth;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How much paper there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperSupply {
    /// Enough.
    Ok,
    /// Nearly used up; still printing.
    NearEnd,
    /// None.
    End,
}

/// What an answer of a printer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// It proves a job: process ID, `DC2 q`, `ETB`, `GS r`.
    Fence,
    /// It was asked for in real time: `DLE EOT`, `ESC ACK SOH`.
    Status,
    /// It came because something changed.
    Automatic,
    /// It says that the buffers are clear.
    Cleared,
    /// It says what printer this is.
    Identity,
}

/// What can be done to a virtual printer. As JSON: `{"do":"paper","supply":"end"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
#[expect(missing_docs, reason = "each field is what its variant says")]
pub enum Control {
    /// Changes the roll; `ok` is a new one.
    Paper { supply: PaperSupply },
    /// Lets the paper run out after so many millimetres, near end 50 mm before.
    PaperLeft { mm: u32 },
    /// Opens or closes the cover.
    Cover { open: bool },
    /// Jams the cutter, or frees it with the cover opened and closed, which ends the error.
    Cutter { jam: bool },
    /// Frees the blade and no more: the error stands until `DLE ENQ`, the cover or the power.
    FreeBlade,
    /// Overheats or cools the head.
    Head { hot: bool },
    /// Presses or releases the feed button: one line is fed, and nothing printed meanwhile.
    FeedButton { held: bool },
    /// Takes the printer offline at its buttons, or back.
    Offline { offline: bool },
    /// Switches the printer off (its buffers are lost) or on.
    Power { on: bool },
    /// Pulls the cable (what is in the printer stays) or plugs it in again.
    Cable { plugged: bool },
    /// Stops or resumes all answers, while printing goes on.
    Silence { silent: bool },
    /// Loses the next proofs after the paper has been printed, whatever proves a job here.
    DropProcessIds { count: u32 },
    /// Loses the next answers of one kind.
    DropAnswers { kind: AnswerKind, count: u32 },
    /// Sends only the first half of the next answers.
    HalveAnswers { count: u32 },
    /// Loses the next bytes from the computer, as a line without handshake does.
    LoseBytes { count: u32 },
    /// Sets the print speed.
    Speed { mm_per_s: u16 },
    /// Sets how many bytes a second the line carries to the printer; nothing: as fast as it can.
    Line { bytes_per_s: Option<u32> },
    /// Sets the size of the receive buffer, at least 16 bytes.
    Buffer { bytes: u32 },
    /// Puts bytes on the line that no printer would send.
    Noise { bytes: Vec<u8> },
}

/// What a virtual printer has done since it was made; switching it off changes nothing here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VirtualCounts {
    /// Slips that were cut with something on them.
    pub jobs: u64,
    /// Cuts, also of white paper.
    pub cuts: u64,
    /// Proofs reached in their turn, answered or lost.
    pub fences: u64,
    /// Paper used.
    pub paper_mm: u64,
    /// Bytes taken from the line.
    pub bytes: u64,
    /// Real-time sequences found inside other data, each obeyed.
    pub real_time_in_data: u64,
}

/// How a virtual printer is at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VirtualState {
    /// The profile whose twin it is.
    pub profile: String,
    /// The roll's width in millimetres.
    pub paper_width_mm: u16,
    /// The roll.
    pub paper: PaperSupply,
    /// The cover is open.
    pub cover_open: bool,
    /// The blade is stuck.
    pub cutter_jam: bool,
    /// The cutter's error stands: the blade is stuck, or was and nobody has recovered it.
    pub cutter_error: bool,
    /// The head is too hot.
    pub head_hot: bool,
    /// The feed button is held.
    pub feed_button: bool,
    /// It was taken offline at its buttons.
    pub offline: bool,
    /// It is switched on.
    pub powered: bool,
    /// The cable is plugged in.
    pub plugged: bool,
    /// It answers nothing.
    pub silent: bool,
    /// So many proofs will be lost.
    pub drop_process_ids: u32,
    /// So many answers of other kinds will be lost.
    pub drop_answers: BTreeMap<AnswerKind, u32>,
    /// So many answers will be cut in half.
    pub halve_answers: u32,
    /// So many bytes from the computer will be lost.
    pub lose_bytes: u32,
    /// Print speed.
    pub speed_mm_per_s: u16,
    /// What the line carries; nothing: as fast as it can.
    pub line_bytes_per_s: Option<u32>,
    /// Size of the receive buffer.
    pub buffer_bytes: u32,
    /// How many bytes wait in it.
    pub buffered_bytes: u32,
    /// What it has done.
    pub counts: VirtualCounts,
}

impl VirtualState {
    pub(super) fn new(profile: &str, paper: PaperWidth, speed: u16, buffer_bytes: usize) -> Self {
        VirtualState {
            profile: profile.to_owned(),
            paper_width_mm: match paper {
                PaperWidth::Mm58 => 58,
                PaperWidth::Mm80 => 80,
            },
            paper: PaperSupply::Ok,
            cover_open: false,
            cutter_jam: false,
            cutter_error: false,
            head_hot: false,
            feed_button: false,
            offline: false,
            powered: true,
            plugged: true,
            silent: false,
            drop_process_ids: 0,
            drop_answers: BTreeMap::new(),
            halve_answers: 0,
            lose_bytes: 0,
            speed_mm_per_s: speed,
            line_bytes_per_s: None,
            buffer_bytes: buffer_bytes as u32,
            buffered_bytes: 0,
            counts: VirtualCounts::default(),
        }
    }

    /// Whether paper may move and commands are carried out.
    pub(super) fn can_print(&self) -> bool {
        self.powered
            && self.paper != PaperSupply::End
            && !self.cover_open
            && !self.cutter_error
            && !self.head_hot
            && !self.feed_button
            && !self.offline
    }

    /// Uses up one of the answers of this kind that are to be lost.
    pub(super) fn loses(&mut self, kind: AnswerKind) -> bool {
        let left = match kind {
            AnswerKind::Fence => Some(&mut self.drop_process_ids),
            AnswerKind::Status
            | AnswerKind::Automatic
            | AnswerKind::Cleared
            | AnswerKind::Identity => self.drop_answers.get_mut(&kind),
        };
        take_one(left)
    }

    /// Uses up one of the answers that are to be cut in half.
    pub(super) fn halves(&mut self) -> bool {
        take_one(Some(&mut self.halve_answers))
    }

    /// Uses up one of the bytes that are to be lost.
    pub(super) fn loses_byte(&mut self) -> bool {
        take_one(Some(&mut self.lose_bytes))
    }

    pub(super) fn drop_answers(&mut self, kind: AnswerKind, count: u32) {
        match kind {
            AnswerKind::Fence => self.drop_process_ids = count,
            AnswerKind::Status
            | AnswerKind::Automatic
            | AnswerKind::Cleared
            | AnswerKind::Identity => {
                self.drop_answers.insert(kind, count);
            }
        }
    }
}

fn take_one(left: Option<&mut u32>) -> bool {
    match left {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        Some(_) | None => false,
    }
}

/// Bytes that no printer of this kind understands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamError {
    /// How many bytes had been received when it was noticed.
    pub byte_count: u64,
    /// What was wrong.
    pub reason: String,
}
