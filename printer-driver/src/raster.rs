//! Dots on paper: a bitmap, QR codes drawn in it, and the bands in which it is sent.

mod band;
mod qr;

pub(crate) use band::{Band, BandLimit, bands};
pub(crate) use qr::draw_qr;

/// A picture of one bit per dot, row by row, the leftmost dot in the highest bit; 1 is black.
/// Rows are padded with white to whole bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bitmap {
    width: usize,
    height: usize,
    row_bytes: usize,
    data: Vec<u8>,
}

impl Bitmap {
    /// A white bitmap.
    pub(crate) fn new(width: usize, height: usize) -> Bitmap {
        let row_bytes = width.div_ceil(8);
        Bitmap { width, height, row_bytes, data: vec![0; row_bytes * height] }
    }

    /// A bitmap of packed rows; `None` when their length does not fit its size or a dot right of
    /// the edge is black.
    pub(crate) fn from_rows(width: usize, height: usize, data: Vec<u8>) -> Option<Bitmap> {
        let row_bytes = width.div_ceil(8);
        if row_bytes == 0 || data.len() != row_bytes * height {
            return None;
        }
        let outside = match width % 8 {
            0 => 0,
            used => 0xff_u8 >> used,
        };
        let clean = |row: &[u8]| row[row_bytes - 1] & outside == 0;
        data.chunks(row_bytes).all(clean).then_some(Bitmap { width, height, row_bytes, data })
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn height(&self) -> usize {
        self.height
    }

    /// All packed rows, top first.
    pub(crate) fn data(&self) -> &[u8] {
        &self.data
    }

    pub(crate) fn row(&self, y: usize) -> &[u8] {
        &self.data[y * self.row_bytes..][..self.row_bytes]
    }

    /// Adds white rows until there are `height`.
    pub(crate) fn grow(&mut self, height: usize) {
        if height > self.height {
            self.height = height;
            self.data.resize(self.row_bytes * height, 0);
        }
    }

    #[cfg(test)]
    pub(crate) fn is_set(&self, x: usize, y: usize) -> bool {
        self.row(y)[x / 8] & (0x80 >> (x % 8)) != 0
    }

    /// Blackens one dot; one outside the bitmap is left out.
    pub(crate) fn set(&mut self, x: usize, y: usize) {
        if x < self.width && y < self.height {
            self.data[y * self.row_bytes + x / 8] |= 0x80 >> (x % 8);
        }
    }

    /// Blackens a rectangle.
    pub(crate) fn fill(&mut self, x: usize, y: usize, width: usize, height: usize) {
        for row in y..y + height {
            for column in x..x + width {
                self.set(column, row);
            }
        }
    }

    /// Blackens every dot that is black in `picture`, whose upper left corner is at `x`, `y`.
    pub(crate) fn draw(&mut self, picture: &Bitmap, x: i32, y: i32) {
        for row in 0..picture.height {
            let Ok(target_y) = usize::try_from(y + row as i32) else { continue };
            if target_y >= self.height {
                break;
            }
            for (index, byte) in picture.row(row).iter().enumerate().filter(|(_, byte)| **byte != 0)
            {
                self.draw_byte(*byte, x + index as i32 * 8, target_y);
            }
        }
    }

    /// Blackens the dots of `byte` from `x` on.
    fn draw_byte(&mut self, byte: u8, x: i32, y: usize) {
        let shift = x.rem_euclid(8);
        let first = x.div_euclid(8);
        let pair = u16::from(byte) << (8 - shift);
        for (index, part) in [(first, (pair >> 8) as u8), (first + 1, pair as u8)] {
            let Ok(index) = usize::try_from(index) else { continue };
            if index < self.row_bytes {
                let spare = (index + 1) * 8;
                let inside = match spare.saturating_sub(self.width) {
                    0 => 0xff,
                    outside => 0xff_u8.checked_shl(outside as u32).unwrap_or(0),
                };
                self.data[y * self.row_bytes + index] |= part & inside;
            }
        }
    }

    /// The first and last column with a black dot among the rows `top..bottom`.
    pub(crate) fn ink_columns(&self, top: usize, bottom: usize) -> Option<(usize, usize)> {
        let mut all = vec![0_u8; self.row_bytes];
        for y in top..bottom {
            for (sum, byte) in all.iter_mut().zip(self.row(y)) {
                *sum |= byte;
            }
        }
        let first = all.iter().position(|byte| *byte != 0)?;
        let last = all.iter().rposition(|byte| *byte != 0)?;
        let left = first * 8 + all[first].leading_zeros() as usize;
        let right = last * 8 + 7 - all[last].trailing_zeros() as usize;
        Some((left, right))
    }

    /// `byte_count` bytes of row `y` from the dot `x` on; white beyond the edge.
    pub(crate) fn cut_row(&self, y: usize, x: usize, byte_count: usize, out: &mut Vec<u8>) {
        let row = self.row(y);
        let (first, shift) = (x / 8, x % 8);
        for index in first..first + byte_count {
            let byte = |at: usize| u16::from(row.get(at).copied().unwrap_or(0));
            out.push((((byte(index) << 8 | byte(index + 1)) << shift) >> 8) as u8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_drawn_at_any_dot_and_clipped_at_every_edge() {
        let mut picture = Bitmap::new(11, 3);
        picture.fill(0, 0, 11, 3);
        for x in -14..30 {
            for y in -4..6 {
                let mut sheet = Bitmap::new(21, 4);
                sheet.draw(&picture, x, y);
                for row in 0..4_i32 {
                    for column in 0..21_i32 {
                        let inside = (x..x + 11).contains(&column) && (y..y + 3).contains(&row);
                        assert_eq!(sheet.is_set(column as usize, row as usize), inside);
                    }
                }
                assert!(Bitmap::from_rows(21, 4, sheet.data().to_vec()).is_some());
            }
        }
    }
}
