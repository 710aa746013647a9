//! What an ESC/POS printer says about itself: automatic status and answers to DLE EOT.
//!
//! Source: TM-T88III specification, appendix G; Epson ESC/POS reference, GS a and DLE EOT.

use super::Conditions;

/// The four bytes of an automatic status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AutomaticStatus(pub [u8; 4]);

impl AutomaticStatus {
    /// Offline (byte 1, bit 3).
    #[must_use]
    pub fn offline(self) -> bool {
        self.0[0] & 0x08 != 0
    }

    /// The cover is open (byte 1, bit 5).
    #[must_use]
    pub fn cover_open(self) -> bool {
        self.0[0] & 0x20 != 0
    }

    /// Paper is being fed by the button (byte 1, bit 6).
    #[must_use]
    pub fn feed_button(self) -> bool {
        self.0[0] & 0x40 != 0
    }

    /// The cutter is jammed (byte 2, bit 3).
    #[must_use]
    pub fn cutter_jam(self) -> bool {
        self.0[1] & 0x08 != 0
    }

    /// An error that it cannot recover from (byte 2, bit 5).
    #[must_use]
    pub fn fault(self) -> bool {
        self.0[1] & 0x20 != 0
    }

    /// An error that it recovers from by itself (byte 2, bit 6).
    #[must_use]
    pub fn head_hot(self) -> bool {
        self.0[1] & 0x40 != 0
    }

    /// The roll is nearly used up (byte 3, bits 0 and 1).
    #[must_use]
    pub fn paper_near_end(self) -> bool {
        self.0[2] & 0x03 != 0
    }

    /// There is no paper (byte 3, bits 2 and 3).
    #[must_use]
    pub fn paper_end(self) -> bool {
        self.0[2] & 0x0c != 0
    }

    /// All of it.
    #[must_use]
    pub fn conditions(self) -> Conditions {
        Conditions {
            offline: self.offline(),
            cover_open: self.cover_open(),
            paper_near_end: self.paper_near_end(),
            paper_end: self.paper_end(),
            cutter_jam: self.cutter_jam(),
            fault: self.fault(),
            head_hot: self.head_hot(),
        }
    }
}

/// An answer to DLE EOT, read with the question that was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RealTimeStatus {
    /// n = 1.
    Printer {
        /// Bit 3.
        offline: bool,
    },
    /// n = 2.
    OfflineCause {
        /// Bit 2.
        cover_open: bool,
        /// Bit 5: stopped by paper end.
        paper_stop: bool,
        /// Bit 6.
        error: bool,
    },
    /// n = 3.
    ErrorCause {
        /// Bit 3.
        cutter_jam: bool,
        /// Bit 5.
        fault: bool,
        /// Bit 6.
        head_hot: bool,
    },
    /// n = 4.
    Paper {
        /// Bits 2 and 3.
        near_end: bool,
        /// Bits 5 and 6.
        end: bool,
    },
}

/// What DLE EOT can ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RealTimeQuestion {
    /// n = 1.
    Printer = 1,
    /// n = 2.
    OfflineCause = 2,
    /// n = 3.
    ErrorCause = 3,
    /// n = 4.
    Paper = 4,
}

impl RealTimeQuestion {
    /// All questions, in the order of their numbers.
    pub const ALL: [RealTimeQuestion; 4] = [
        RealTimeQuestion::Printer,
        RealTimeQuestion::OfflineCause,
        RealTimeQuestion::ErrorCause,
        RealTimeQuestion::Paper,
    ];

    /// The three bytes that ask it.
    #[must_use]
    pub const fn bytes(self) -> [u8; 3] {
        [0x10, 0x04, self as u8]
    }

    /// Reads the answer `byte` to this question.
    #[must_use]
    pub const fn read(self, byte: u8) -> RealTimeStatus {
        match self {
            RealTimeQuestion::Printer => RealTimeStatus::Printer { offline: byte & 0x08 != 0 },
            RealTimeQuestion::OfflineCause => RealTimeStatus::OfflineCause {
                cover_open: byte & 0x04 != 0,
                paper_stop: byte & 0x20 != 0,
                error: byte & 0x40 != 0,
            },
            RealTimeQuestion::ErrorCause => RealTimeStatus::ErrorCause {
                cutter_jam: byte & 0x08 != 0,
                fault: byte & 0x20 != 0,
                head_hot: byte & 0x40 != 0,
            },
            RealTimeQuestion::Paper => {
                RealTimeStatus::Paper { near_end: byte & 0x0c != 0, end: byte & 0x60 != 0 }
            }
        }
    }
}
