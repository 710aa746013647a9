//! Which printer the twin is: its dialect and what it can and cannot do.

use crate::profile::{
    Completion, Cutter, Dialect, PaperWidth, Profile, ProfileError, StatusWords, TextMode,
};

/// What kind of printer the twin is.
///
/// The profile says what the model can do; whatever it cannot do is an error in
/// [`super::VirtualPrinterControl::errors`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualModel {
    /// The model and the roll in it: dots, characters, cutter, receive buffer, proof.
    pub profile: Profile,
    /// Print speed.
    pub speed_mm_per_s: u16,
}

impl VirtualModel {
    /// The twin of the embedded profile `name` with that roll.
    ///
    /// # Errors
    ///
    /// As [`Profile::load`].
    pub fn load(name: &str, paper: PaperWidth) -> Result<VirtualModel, ProfileError> {
        Profile::load(name, paper).map(VirtualModel::from)
    }

    /// The same model set to say in other words how it is: some units of Seiko's can be set to
    /// Epson's.
    #[must_use]
    pub fn speaking(mut self, words: StatusWords) -> VirtualModel {
        self.profile.status = words;
        self
    }
}

impl From<Profile> for VirtualModel {
    fn from(profile: Profile) -> VirtualModel {
        VirtualModel { profile, speed_mm_per_s: 200 }
    }
}

impl From<&Profile> for VirtualModel {
    fn from(profile: &Profile) -> VirtualModel {
        VirtualModel::from(profile.clone())
    }
}

/// An Epson, Japanese model, with that roll.
impl From<PaperWidth> for VirtualModel {
    fn from(paper: PaperWidth) -> VirtualModel {
        VirtualModel::load("epson-jp", paper).expect("the profile is embedded with both rolls")
    }
}

impl Default for VirtualModel {
    fn default() -> VirtualModel {
        VirtualModel::from(PaperWidth::Mm80)
    }
}

/// The characters in a printer's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Characters {
    /// ASCII, half-width kana, JIS X 0208 in Shift_JIS.
    Kanji,
    /// ASCII and Windows-1252.
    Latin,
    /// Nothing that may be relied upon: whatever is to be read is a picture.
    Unknown,
}

/// What a model obeys, beyond what all of its dialect do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Abilities {
    pub(super) dialect: Dialect,
    pub(super) characters: Characters,
    pub(super) status: StatusWords,
    /// `GS ( H` function 48.
    pub(super) process_id: bool,
    /// `DC2 q n`.
    pub(super) answer_byte: bool,
    /// `DLE DC4` function 8.
    pub(super) clears_buffers: bool,
    /// `GS a` is answered and `GS I` known.
    pub(super) automatic_status: bool,
    /// `GS ( L` and `GS 8 L`, functions 112 and 50.
    pub(super) graphics: bool,
    /// `GS ( D` and the `DLE DC4` functions that it switches off.
    pub(super) real_time_switch: bool,
    /// QR codes of its own.
    pub(super) draws_qr: bool,
    /// Largest magnification of characters.
    pub(super) scale_max: u8,
    pub(super) cutter: Cutter,
    /// What `GS I 66` answers.
    pub(super) maker: &'static str,
    pub(super) width_dots: u32,
    pub(super) buffer_bytes: usize,
}

impl Abilities {
    pub(super) fn of(profile: &Profile) -> Abilities {
        let star = profile.dialect == Dialect::Star;
        let known = profile.text != TextMode::Picture;
        let (maker, characters) = match (profile.completion, profile.text) {
            (_, TextMode::Picture) => ("", Characters::Unknown),
            (_, TextMode::Latin) => ("EPSON", Characters::Latin),
            (Completion::ProcessId, TextMode::ShiftJis) => ("EPSON", Characters::Kanji),
            (Completion::Dc2Q, TextMode::ShiftJis) => ("SII", Characters::Kanji),
            (Completion::Etb, TextMode::ShiftJis) => ("Star", Characters::Kanji),
            (Completion::StatusFence, TextMode::ShiftJis) => ("CITIZEN", Characters::Kanji),
        };
        Abilities {
            dialect: profile.dialect,
            characters,
            status: profile.status,
            process_id: profile.completion == Completion::ProcessId,
            answer_byte: profile.completion == Completion::Dc2Q,
            clears_buffers: profile.clears_buffers,
            automatic_status: known,
            graphics: known && !star,
            real_time_switch: maker == "EPSON",
            draws_qr: profile.draws_qr,
            scale_max: profile.scale_max,
            cutter: profile.cutter,
            maker,
            width_dots: u32::from(profile.dots),
            buffer_bytes: usize::from(profile.receive_buffer_bytes),
        }
    }
}
