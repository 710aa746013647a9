//! The font files a typesetter works with, as their bytes.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Font files: TrueType or OpenType, given by the caller, never looked for on the system.
///
/// Files are recognised by the family names inside them. The slips' languages need BIZ UDPGothic
/// (Japanese and plain Latin), Noto Sans (other Latin), Noto Sans Devanagari, and Noto Sans KR, SC
/// and TC; without one of them its characters come from another that has them, or as 〓.
#[derive(Clone, Default)]
pub struct Fonts {
    files: Vec<Arc<Cow<'static, [u8]>>>,
}

/// Why a folder of fonts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// The folder or a file in it cannot be read.
    #[error("read fonts from {folder}")]
    Read {
        /// The folder.
        folder: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// There is no font file in it.
    #[error("find a font in {folder}, expected files ending in .ttf or .otf")]
    Absent {
        /// The folder.
        folder: String,
    },
}

impl Fonts {
    /// No fonts yet.
    #[must_use]
    pub fn new() -> Fonts {
        Fonts::default()
    }

    /// The same fonts and one more file, embedded or read.
    #[must_use]
    pub fn with(mut self, file: impl Into<Cow<'static, [u8]>>) -> Fonts {
        self.files.push(Arc::new(file.into()));
        self
    }

    /// Reads every `.ttf` and `.otf` file of `folder`, in the order of their names.
    ///
    /// # Errors
    ///
    /// [`FontError`] when the folder or a file cannot be read, or holds no font.
    pub fn read_folder(folder: &Path) -> Result<Fonts, FontError> {
        let failed = |source| FontError::Read { folder: folder.display().to_string(), source };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let is_font = path.extension().is_some_and(|name| name == "ttf" || name == "otf");
            if is_font {
                paths.push(path);
            }
        }
        paths.sort();
        let mut fonts = Fonts::new();
        for path in paths {
            fonts = fonts.with(std::fs::read(path).map_err(failed)?);
        }
        if fonts.files.is_empty() {
            return Err(FontError::Absent { folder: folder.display().to_string() });
        }
        Ok(fonts)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The files, shared.
    pub(super) fn files(&self) -> impl Iterator<Item = Arc<Cow<'static, [u8]>>> {
        self.files.iter().cloned()
    }
}

impl fmt::Debug for Fonts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: usize = self.files.iter().map(|file| file.len()).sum();
        write!(formatter, "Fonts({} files, {bytes} bytes)", self.files.len())
    }
}
