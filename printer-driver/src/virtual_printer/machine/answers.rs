//! What a printer says.

use super::Machine;
use crate::profile::{Cutter, Dialect, StatusWords};
use crate::virtual_printer::control::AnswerKind;
use crate::virtual_printer::model::Characters;

fn bit(holds: bool, mask: u8) -> u8 {
    if holds { mask } else { 0 }
}

impl Machine {
    /// Says it, unless it is to be lost.
    pub(super) fn answer(&mut self, kind: AnswerKind, bytes: &[u8]) {
        if self.state.loses(kind) {
            return;
        }
        let length = if self.state.halves() { bytes.len() / 2 } else { bytes.len() };
        self.answers.extend(&bytes[..length]);
    }

    /// `DLE EOT n`. What the lower half of Seiko's answer means is not known; the twin says `n`,
    /// whatever its condition.
    pub(super) fn answer_real_time(&mut self, n: u8) {
        if self.abilities.status == StatusWords::Seiko {
            self.is_asked = true;
            return self.answer(AnswerKind::Status, &[0xa0 | n]);
        }
        let state = &self.state;
        let bits = match n {
            1 => bit(!state.can_print(), 0x08),
            2 => {
                bit(state.cover_open, 0x04)
                    | bit(state.feed_button, 0x08)
                    | bit(self.paper_ended(), 0x20)
                    | bit(state.cutter_error || state.head_hot, 0x40)
            }
            3 => bit(state.cutter_error, 0x08) | bit(state.head_hot, 0x40),
            _ => bit(self.near_end(), 0x0c) | bit(self.paper_ended(), 0x60),
        };
        self.answer(AnswerKind::Status, &[0x12 | bits]);
    }

    /// The conditions as automatic status words them.
    fn automatic_status(&self) -> Vec<u8> {
        let state = &self.state;
        let offline = bit(!state.can_print(), 0x08);
        let cover = bit(state.cover_open, 0x20);
        let errors = bit(state.cutter_error, 0x08) | bit(state.head_hot, 0x40);
        match self.abilities.status {
            StatusWords::Epson => vec![
                0x10 | offline | cover | bit(state.feed_button, 0x40),
                errors,
                bit(self.near_end(), 0x03) | bit(self.paper_ended(), 0x0c),
                0x00,
            ],
            // Which error each bit of byte 1 is, is not known, and neither is the near end of the
            // roll: table 6-7 of the RP-F10, and `crate::status::SeikoStatus`.
            StatusWords::Seiko => vec![
                0xc0 | offline,
                0xd0 | bit(state.cover_open, 0x08) | bit(self.paper_ended(), 0x01),
                0xd0,
                // No drawer stands open.
                0xd8,
                0xd0,
                0xd0,
                0xd0,
                0xd0,
            ],
            // Header 1 says nine bytes, header 2 version 3; appendix 2 of the specification.
            StatusWords::Star => vec![
                0x23,
                0x06,
                offline | cover | bit(state.offline, 0x40),
                errors,
                0x00,
                bit(self.near_end(), 0x04) | bit(self.paper_ended(), 0x08),
                0x00,
                0x00,
                0x00,
            ],
        }
    }

    /// Sends an automatic status when it is on and says something else than the last.
    pub(super) fn report_change(&mut self) {
        let status = self.automatic_status();
        if self.automatic_mask == 0 || !self.state.powered || status == self.automatic_last {
            return;
        }
        self.send_automatic(AnswerKind::Automatic);
    }

    fn send_automatic(&mut self, kind: AnswerKind) {
        match self.abilities.status {
            StatusWords::Epson | StatusWords::Seiko => {
                self.automatic_last = self.automatic_status();
                self.answer(kind, &self.automatic_last.clone());
            }
            StatusWords::Star => self.send_star_status(kind),
        }
    }

    /// With the count of ends: five bits, two and three. Sending it clears the mark of an end.
    pub(super) fn send_star_status(&mut self, kind: AnswerKind) {
        self.automatic_last = self.automatic_status();
        let mut status = self.automatic_last.clone();
        status[2] |= bit(self.end_reached, 0x02);
        status[7] = (self.ends_counted & 0x18) << 2 | (self.ends_counted & 0x07) << 1;
        self.end_reached = false;
        self.answer(kind, &status);
    }

    /// `GS a` and `ESC RS a`: switching it on sends one.
    pub(super) fn automatic(&mut self, mask: u8) {
        self.automatic_mask = mask;
        if mask != 0 {
            self.send_automatic(AnswerKind::Automatic);
        }
    }

    /// BxH after ESC @ and after power on, in Seiko's words.
    pub(super) fn report_initialised(&mut self) {
        if self.abilities.status == StatusWords::Seiko {
            self.answer(AnswerKind::Automatic, &[0xb0]);
        }
    }

    /// Something that proves what stands before it; nothing may be left in the line.
    pub(super) fn fence(&mut self, bytes: &[u8]) {
        self.reach_fence();
        self.answer(AnswerKind::Fence, bytes);
    }

    fn reach_fence(&mut self) {
        if !self.format.line.is_empty() {
            self.error("a proof is asked for inside a line".to_owned());
        }
        self.state.counts.fences += 1;
    }

    /// `GS r`.
    pub(super) fn transmit(&mut self, n: u8) {
        let paper = bit(self.near_end(), 0x03);
        let byte = match self.abilities.status {
            StatusWords::Seiko => 0xa0 | n,
            StatusWords::Epson | StatusWords::Star => {
                if n == 1 {
                    paper
                } else {
                    0
                }
            }
        };
        self.fence(&[byte]);
    }

    /// `GS ( H` function 48.
    pub(super) fn process_id(&mut self, id: [u8; 4]) {
        self.slip.process_ids.push(id.iter().map(|byte| char::from(*byte)).collect());
        self.fence(&[0x37, 0x22, id[0], id[1], id[2], id[3], 0x00]);
    }

    /// `ETB`: counts, and says so when automatic status is on (Line Mode specification p.3-54).
    pub(super) fn count_end(&mut self) {
        self.reach_fence();
        self.ends_counted = (self.ends_counted + 1) % 32;
        self.end_reached = true;
        if self.automatic_mask != 0 {
            self.send_star_status(AnswerKind::Fence);
        }
    }

    /// `GS I n`: a byte for 1 to 3, a block for 65 to 69; in Seiko's words both are strings.
    pub(super) fn transmit_id(&mut self, n: u8) {
        let has_kanji = self.abilities.characters == Characters::Kanji;
        let has_cutter = self.abilities.cutter != Cutter::Absent;
        let byte = match n {
            1 => Some(0x20),
            2 => Some(bit(has_kanji, 0x01) | bit(has_cutter, 0x02)),
            3 => Some(0x01),
            _ => None,
        };
        let seiko = self.abilities.status == StatusWords::Seiko;
        if let Some(byte) = byte {
            let halves = [0x0e, 0xe0 | byte & 0x0f, 0xf0 | byte >> 4, 0x00];
            let answer = if seiko { &halves[..] } else { &[byte] };
            return self.answer(AnswerKind::Identity, answer);
        }
        let text = match n {
            65 => "1.00",
            66 => self.abilities.maker,
            67 => self.state.profile.as_str(),
            68 => "VIRTUAL",
            _ if has_kanji && self.abilities.dialect == Dialect::EscPos => "KANJI JAPANESE",
            _ => "",
        };
        let header = if seiko { 0x02 } else { 0x5f };
        let block = [&[header], text.as_bytes(), &[0x00]].concat();
        self.answer(AnswerKind::Identity, &block);
    }
}
