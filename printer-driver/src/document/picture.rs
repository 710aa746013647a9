//! A picture of one bit per dot, such as the office's logo.

use crate::raster::Bitmap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Widest picture in dots: 72 mm, the printable width of 80 mm paper.
pub const PICTURE_WIDTH_DOTS_MAX: u16 = 576;
/// Highest picture in dots: 30 mm, since no logo is larger than the label (visual rule of slips).
pub const PICTURE_HEIGHT_DOTS_MAX: u16 = 240;
/// Most bytes of a PNG file that is looked at; a logo of one bit per dot takes some 5 KB.
pub const PNG_BYTES_MAX: usize = 1024 * 1024;

/// A picture within the limits of a slip, printed dot for dot. Clones share the dots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PackedPicture", into = "PackedPicture")]
pub struct Picture {
    bitmap: Arc<Bitmap>,
}

/// Why a picture cannot be printed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// The file is larger than [`PNG_BYTES_MAX`].
    #[error("read a picture of {byte_count} bytes, expected at most {PNG_BYTES_MAX}")]
    FileTooLarge {
        /// Its size.
        byte_count: usize,
    },
    /// It is not a PNG file, or a broken one.
    #[error("read a picture, expected a PNG file: {message}")]
    NotPng {
        /// What the reader says.
        message: String,
    },
    /// It has more dots than a slip has room for. It is never scaled down or clipped.
    #[error(
        "print a picture of {width} × {height} dots, expected at most {width_max} × \
         {PICTURE_HEIGHT_DOTS_MAX}"
    )]
    TooLarge {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
        /// The widest allowed.
        width_max: u16,
    },
    /// It has no dots, or its dots are not as many as its size says.
    #[error("print a picture of {width} × {height} dots that do not match its data")]
    Torn {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
}

impl Picture {
    /// Reads a PNG file for paper of 80 mm: as [`Picture::from_png_within`] with
    /// [`PICTURE_WIDTH_DOTS_MAX`].
    ///
    /// # Errors
    ///
    /// [`PictureError`].
    pub fn from_png(file: &[u8]) -> Result<Picture, PictureError> {
        Picture::from_png_within(file, PICTURE_WIDTH_DOTS_MAX)
    }

    /// Reads a PNG file no wider than `width_max` dots. A dot is black where the picture is
    /// darker than middle grey on white paper; greys are not imitated.
    ///
    /// # Errors
    ///
    /// [`PictureError`] for a file that is too large or no PNG, and for a picture with more dots
    /// than allowed.
    pub fn from_png_within(file: &[u8], width_max: u16) -> Result<Picture, PictureError> {
        if file.len() > PNG_BYTES_MAX {
            return Err(PictureError::FileTooLarge { byte_count: file.len() });
        }
        let broken =
            |error: png::DecodingError| PictureError::NotPng { message: error.to_string() };
        let limits = png::Limits { bytes: 4 * 1024 * 1024 };
        let mut decoder = png::Decoder::new_with_limits(std::io::Cursor::new(file), limits);
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().map_err(broken)?;
        let (width, height) = reader.info().size();
        let width_max = width_max.min(PICTURE_WIDTH_DOTS_MAX);
        if width > u32::from(width_max) || height > u32::from(PICTURE_HEIGHT_DOTS_MAX) {
            return Err(PictureError::TooLarge { width, height, width_max });
        }
        let samples = reader.output_color_type().0.samples();
        let size = reader.output_buffer_size().ok_or(PictureError::Torn { width, height })?;
        let mut dots = vec![0; size];
        reader.next_frame(&mut dots).map_err(broken)?;
        let mut bitmap = Bitmap::new(width as usize, height as usize);
        for (index, dot) in dots.chunks(samples).take((width * height) as usize).enumerate() {
            if is_black(dot) {
                bitmap.set(index % width as usize, index / width as usize);
            }
        }
        Picture::from_bitmap(bitmap)
    }

    fn from_bitmap(bitmap: Bitmap) -> Result<Picture, PictureError> {
        let (width, height) = (bitmap.width() as u32, bitmap.height() as u32);
        if width == 0 || height == 0 {
            return Err(PictureError::Torn { width, height });
        }
        if width > u32::from(PICTURE_WIDTH_DOTS_MAX) || height > u32::from(PICTURE_HEIGHT_DOTS_MAX)
        {
            let width_max = PICTURE_WIDTH_DOTS_MAX;
            return Err(PictureError::TooLarge { width, height, width_max });
        }
        Ok(Picture { bitmap: Arc::new(bitmap) })
    }

    /// Width in dots, 1 to [`PICTURE_WIDTH_DOTS_MAX`].
    #[must_use]
    pub fn width_dots(&self) -> u16 {
        self.bitmap.width() as u16
    }

    /// Height in dots, 1 to [`PICTURE_HEIGHT_DOTS_MAX`].
    #[must_use]
    pub fn height_dots(&self) -> u16 {
        self.bitmap.height() as u16
    }

    pub(crate) fn bitmap(&self) -> &Bitmap {
        &self.bitmap
    }
}

/// Grey, grey with alpha, colour, or colour with alpha; eight bits each; on white paper.
fn is_black(dot: &[u8]) -> bool {
    let (colour, alpha) = match dot {
        [grey] => (u32::from(*grey) * 1000, 255),
        [grey, alpha] => (u32::from(*grey) * 1000, u32::from(*alpha)),
        [red, green, blue, rest @ ..] => {
            // The weights of ITU-R BT.601.
            let grey = u32::from(*red) * 299 + u32::from(*green) * 587 + u32::from(*blue) * 114;
            (grey, rest.first().map_or(255, |alpha| u32::from(*alpha)))
        }
        [] => return false,
    };
    let on_paper = (colour * alpha + 255_000 * (255 - alpha)) / 255;
    on_paper < 128_000
}

/// The form in a spool: runs of equal bytes shortened, in hexadecimal.
#[derive(Serialize, Deserialize)]
struct PackedPicture {
    width: u16,
    height: u16,
    /// Pairs of a count, 1 to 255, and a byte of eight dots.
    runs: String,
}

impl From<Picture> for PackedPicture {
    fn from(picture: Picture) -> PackedPicture {
        let mut runs = String::new();
        let same = |a: &u8, b: &u8| a == b;
        for run in picture.bitmap.data().chunk_by(same).flat_map(|run| run.chunks(255)) {
            runs.push_str(&format!("{:02x}{:02x}", run.len(), run[0]));
        }
        PackedPicture { width: picture.width_dots(), height: picture.height_dots(), runs }
    }
}

impl TryFrom<PackedPicture> for Picture {
    type Error = PictureError;

    fn try_from(packed: PackedPicture) -> Result<Picture, PictureError> {
        let (width, height) = (u32::from(packed.width), u32::from(packed.height));
        let torn = || PictureError::Torn { width, height };
        if width > u32::from(PICTURE_WIDTH_DOTS_MAX) || height > u32::from(PICTURE_HEIGHT_DOTS_MAX)
        {
            let width_max = PICTURE_WIDTH_DOTS_MAX;
            return Err(PictureError::TooLarge { width, height, width_max });
        }
        let digits: Option<Vec<u8>> =
            packed.runs.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
        let mut data = Vec::new();
        for run in digits.ok_or_else(torn)?.chunks(4) {
            let &[count_high, count_low, high, low] = run else { return Err(torn()) };
            let count = usize::from(count_high << 4 | count_low);
            data.resize(data.len() + count, high << 4 | low);
            if data.len() > usize::from(PICTURE_WIDTH_DOTS_MAX / 8 * PICTURE_HEIGHT_DOTS_MAX) {
                return Err(torn());
            }
        }
        let bitmap = Bitmap::from_rows(width as usize, height as usize, data).ok_or_else(torn)?;
        Picture::from_bitmap(bitmap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PNG file of grey dots.
    fn png_file(width: u32, height: u32, dots: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header().unwrap().write_image_data(dots).unwrap();
        file
    }

    #[test]
    fn dark_dots_are_black_and_the_spool_gives_the_same_picture_back() {
        let dots: Vec<u8> = (0..20 * 3).map(|index| if index % 7 < 3 { 90 } else { 180 }).collect();
        let picture = Picture::from_png(&png_file(20, 3, &dots)).unwrap();
        assert_eq!((picture.width_dots(), picture.height_dots()), (20, 3));
        for (index, dot) in dots.iter().enumerate() {
            assert_eq!(picture.bitmap().is_set(index % 20, index / 20), *dot == 90);
        }
        let json = serde_json::to_string(&picture).unwrap();
        assert_eq!(serde_json::from_str::<Picture>(&json).unwrap(), picture);
    }

    #[test]
    fn a_large_white_picture_takes_few_bytes_in_the_spool() {
        let file = png_file(576, 240, &vec![255; 576 * 240]);
        let json = serde_json::to_string(&Picture::from_png(&file).unwrap()).unwrap();
        assert!(json.len() < 400, "{} bytes", json.len());
    }

    #[test]
    fn what_is_too_large_or_no_picture_is_refused_with_the_reason() {
        let refused = |file: &[u8]| Picture::from_png(file).unwrap_err();
        assert_eq!(
            refused(&png_file(577, 1, &[0; 577])).to_string(),
            "print a picture of 577 × 1 dots, expected at most 576 × 240"
        );
        assert!(matches!(refused(&png_file(1, 241, &[0; 241])), PictureError::TooLarge { .. }));
        let wide = Picture::from_png_within(&png_file(421, 1, &[0; 421]), 420).unwrap_err();
        assert_eq!(wide, PictureError::TooLarge { width: 421, height: 1, width_max: 420 });
        for file in [&b"GIF89a"[..], b"", b"\x89PNG\r\n\x1a\n"] {
            assert!(matches!(refused(file), PictureError::NotPng { .. }), "{file:?}");
        }
        let whole = png_file(16, 16, &[0; 256]);
        assert!(matches!(refused(&whole[..40]), PictureError::NotPng { .. }));
        assert!(matches!(refused(&vec![0; PNG_BYTES_MAX + 1]), PictureError::FileTooLarge { .. }));
    }

    #[test]
    fn a_spooled_picture_that_was_tampered_with_is_refused() {
        for json in [
            r#"{"width":16,"height":2,"runs":"03ff"}"#,
            r#"{"width":16,"height":2,"runs":"05ff"}"#,
            r#"{"width":12,"height":2,"runs":"04ff"}"#,
            r#"{"width":16,"height":2,"runs":"04f"}"#,
            r#"{"width":16,"height":2,"runs":"04xy"}"#,
            r#"{"width":0,"height":0,"runs":""}"#,
            r#"{"width":60000,"height":60000,"runs":""}"#,
        ] {
            assert!(serde_json::from_str::<Picture>(json).is_err(), "{json}");
        }
    }
}
