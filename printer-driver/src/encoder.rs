//! Document + profile → bytes, whatever the model speaks.
//!
//! One [`Encoder`] per printer: it holds the profile and how fast the line is. Pure: the same
//! document and job give the same bytes.

use crate::document::Document;
use crate::escpos;
pub use crate::escpos::Encoded;
use crate::printer::JobId;
use crate::profile::Profile;

/// Encodes documents for one printer.
#[derive(Clone, Debug)]
pub struct Encoder {
    profile: Profile,
    link_bytes_per_second: u32,
}

impl Encoder {
    /// An encoder for `profile` on a line that carries `link_bytes_per_second`.
    #[must_use]
    pub fn new(profile: Profile, link_bytes_per_second: u32) -> Encoder {
        Encoder { profile, link_bytes_per_second }
    }

    /// The profile.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// What the line carries.
    #[must_use]
    pub fn link_bytes_per_second(&self) -> u32 {
        self.link_bytes_per_second
    }

    /// Encodes `document` as the job `id`. Total: every document within its limits has bytes.
    #[must_use]
    pub fn encode(&self, document: &Document, id: JobId) -> Encoded {
        escpos::encode(document, &self.profile, id)
    }
}
