//! Dots on paper: a picture as a printer has received it.

use serde::{Deserialize, Serialize};

/// A picture of black and white dots. As JSON its rows are base64, packed as on the wire: eight
/// dots a byte, the leftmost in the highest bit, each row from a new byte.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Packed", into = "Packed")]
pub struct Bitmap {
    width_dots: u32,
    height_dots: u32,
    rows: Vec<u8>,
}

/// A bitmap as it stands in JSON.
#[derive(Serialize, Deserialize)]
struct Packed {
    width_dots: u32,
    height_dots: u32,
    base64: String,
}

impl Bitmap {
    /// White paper of that size.
    #[must_use]
    pub fn new(width_dots: u32, height_dots: u32) -> Bitmap {
        let rows = vec![0; row_bytes(width_dots) * height_dots as usize];
        Bitmap { width_dots, height_dots, rows }
    }

    /// Takes packed rows; `None` when they are not exactly as many bytes as the size needs.
    #[must_use]
    pub fn from_rows(width_dots: u32, height_dots: u32, rows: Vec<u8>) -> Option<Bitmap> {
        let whole = rows.len() == row_bytes(width_dots) * height_dots as usize;
        whole.then_some(Bitmap { width_dots, height_dots, rows })
    }

    /// Dots across.
    #[must_use]
    pub fn width_dots(&self) -> u32 {
        self.width_dots
    }

    /// Dots down.
    #[must_use]
    pub fn height_dots(&self) -> u32 {
        self.height_dots
    }

    /// The packed rows.
    #[must_use]
    pub fn rows(&self) -> &[u8] {
        &self.rows
    }

    /// Whether the dot is black. Outside the picture all is white.
    #[must_use]
    pub fn dot(&self, x: u32, y: u32) -> bool {
        x < self.width_dots && y < self.height_dots && self.rows[self.index(x, y)] & mask(x) != 0
    }

    /// Makes the dot black. Outside the picture nothing happens.
    pub fn blacken(&mut self, x: u32, y: u32) {
        if x < self.width_dots && y < self.height_dots {
            let index = self.index(x, y);
            self.rows[index] |= mask(x);
        }
    }

    /// Black dots.
    #[must_use]
    pub fn dot_count(&self) -> u64 {
        (0..self.height_dots)
            .map(|y| (0..self.width_dots).filter(|x| self.dot(*x, y)).count() as u64)
            .sum()
    }

    /// Every dot made `across` wide and `down` high.
    pub(super) fn magnified(self, across: u32, down: u32) -> Bitmap {
        if (across, down) == (1, 1) {
            return self;
        }
        let mut magnified = Bitmap::new(self.width_dots * across, self.height_dots * down);
        magnified.draw(&self, (0, 0), (across, down));
        magnified
    }

    /// Draws `other` at `(left, top)`, each of its dots as large as `scale` says.
    pub(super) fn draw(&mut self, other: &Bitmap, (left, top): (u32, u32), scale: (u32, u32)) {
        for y in 0..other.height_dots {
            for x in (0..other.width_dots).filter(|x| other.dot(*x, y)) {
                self.blacken_block((left + x * scale.0, top + y * scale.1), scale);
            }
        }
    }

    /// Makes a rectangle black.
    pub(super) fn blacken_block(&mut self, (left, top): (u32, u32), size: (u32, u32)) {
        for y in top..top + size.1 {
            for x in left..left + size.0 {
                self.blacken(x, y);
            }
        }
    }

    /// The left part of it, at most `width_dots` wide, with nothing beside the picture's width.
    pub(super) fn clipped(self, width_dots: u32) -> Bitmap {
        if self.width_dots <= width_dots && self.width_dots.is_multiple_of(8) {
            return self;
        }
        let mut clipped = Bitmap::new(width_dots.min(self.width_dots), self.height_dots);
        clipped.draw(&self, (0, 0), (1, 1));
        clipped
    }

    /// Puts `below` under it; both are of one width.
    pub(super) fn append(&mut self, below: &Bitmap) {
        self.height_dots += below.height_dots;
        self.rows.extend_from_slice(&below.rows);
    }

    /// The picture as a PNG file: black on white, or black on nothing.
    pub(super) fn to_png(&self, transparent: bool) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width_dots, self.height_dots);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::One);
        encoder.set_palette(vec![255, 255, 255, 28, 27, 32]);
        if transparent {
            encoder.set_trns(vec![0, 255]);
        }
        // Writing to memory fails only for a picture without dots, which has no file.
        let written = encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&self.rows).map(|()| writer))
            .and_then(png::Writer::finish);
        if written.is_err() {
            file.clear();
        }
        file
    }

    fn index(&self, x: u32, y: u32) -> usize {
        y as usize * row_bytes(self.width_dots) + x as usize / 8
    }
}

impl From<Bitmap> for Packed {
    fn from(bitmap: Bitmap) -> Packed {
        let base64 = base64(&bitmap.rows);
        Packed { width_dots: bitmap.width_dots, height_dots: bitmap.height_dots, base64 }
    }
}

impl TryFrom<Packed> for Bitmap {
    type Error = &'static str;

    fn try_from(packed: Packed) -> Result<Bitmap, &'static str> {
        let rows = from_base64(&packed.base64).ok_or("expected base64")?;
        Bitmap::from_rows(packed.width_dots, packed.height_dots, rows)
            .ok_or("expected as many bytes as the size needs")
    }
}

fn row_bytes(width_dots: u32) -> usize {
    width_dots.div_ceil(8) as usize
}

fn mask(x: u32) -> u8 {
    0x80 >> (x % 8)
}

const SIXTY_FOUR: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4648, with padding.
pub(super) fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let character = SIXTY_FOUR[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= three.len() { char::from(character) } else { '=' });
        }
    }
    text
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in digits.bytes() {
        let value = SIXTY_FOUR.iter().position(|known| *known == digit)? as u32;
        bits = (bits << 6 | value) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_goes_both_ways() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text);
            assert_eq!(from_base64(text).unwrap(), bytes.as_bytes());
        }
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(from_base64(&base64(&all)).unwrap(), all);
        assert_eq!(from_base64("Zg!"), None);
    }

    #[test]
    fn a_magnified_dot_is_a_block_at_its_place() {
        let mut bitmap = Bitmap::new(10, 3);
        bitmap.blacken(9, 2);
        bitmap.blacken(10, 0);
        let magnified = bitmap.magnified(2, 3);
        assert_eq!((magnified.width_dots(), magnified.height_dots()), (20, 9));
        let black: Vec<(u32, u32)> = (0..9)
            .flat_map(|y| (0..20).map(move |x| (x, y)))
            .filter(|(x, y)| magnified.dot(*x, *y))
            .collect();
        assert_eq!(black, [(18, 6), (19, 6), (18, 7), (19, 7), (18, 8), (19, 8)]);
    }

    #[test]
    fn a_picture_keeps_every_dot_as_json_and_as_a_file() {
        let mut bitmap = Bitmap::new(13, 5);
        for (x, y) in [(0, 0), (12, 4), (7, 2), (8, 2)] {
            bitmap.blacken(x, y);
        }
        let json = serde_json::to_string(&bitmap).unwrap();
        assert_eq!(serde_json::from_str::<Bitmap>(&json).unwrap(), bitmap);
        assert!(serde_json::from_str::<Bitmap>(&json.replace("13", "130")).is_err());
        let file = bitmap.to_png(false);
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut rows = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut rows).unwrap();
        assert_eq!(rows, bitmap.rows());
    }
}
