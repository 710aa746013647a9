//! A bitmap → the bands in which it is sent: cropped to their ink, no larger than the printer's
//! buffer, blank rows as feeds, and without sequences that a printer obeys inside data.

use super::Bitmap;
use crate::document::Align;

/// Blank rows that are fed rather than sent as white: the commands around a band are 14 bytes.
const BLANK_ROWS_MIN: usize = 3;

/// How large bands may be, and where they may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BandLimit {
    /// Most bytes of dots in one band.
    pub(crate) bytes_max: usize,
    /// Most rows in one band.
    pub(crate) rows_max: usize,
    /// Whether a band may stand in the middle or at the right; a printer that nobody knows is
    /// only trusted to begin at the left edge.
    pub(crate) aligns: bool,
}

/// A part of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Band {
    /// White rows.
    Blank { rows: usize },
    /// Rows of dots, one after another.
    Dots { align: Align, row_bytes: usize, rows: usize, data: Vec<u8> },
}

impl Band {
    /// About what it takes, with its commands.
    pub(crate) fn byte_count(&self) -> usize {
        match self {
            Band::Blank { rows } => rows.div_ceil(255) * 3,
            Band::Dots { data, .. } => data.len() + 11,
        }
    }
}

/// The bands of `bitmap`, which is as wide as the paper.
pub(crate) fn bands(bitmap: &Bitmap, limit: BandLimit) -> Vec<Band> {
    let mut bands = Vec::new();
    let mut y = 0;
    while y < bitmap.height() {
        let blank = blank_rows(bitmap, y);
        if blank > 0 {
            bands.push(Band::Blank { rows: blank });
            y += blank;
            continue;
        }
        let end = ink_end(bitmap, y);
        inked(bitmap, y, end, limit, &mut bands);
        y = end;
    }
    bands
}

fn blank_rows(bitmap: &Bitmap, from: usize) -> usize {
    let is_blank = |y: &usize| bitmap.row(*y).iter().all(|byte| *byte == 0);
    (from..bitmap.height()).take_while(is_blank).count()
}

/// Where the rows that begin at `from` end: before the next gap that is worth a feed.
fn ink_end(bitmap: &Bitmap, from: usize) -> usize {
    let mut y = from;
    while y < bitmap.height() {
        let blank = blank_rows(bitmap, y);
        if blank >= BLANK_ROWS_MIN || y + blank == bitmap.height() {
            return y;
        }
        y += blank.max(1);
    }
    y
}

/// The rows `top..bottom` in as many bands as the limit asks for.
fn inked(bitmap: &Bitmap, top: usize, bottom: usize, limit: BandLimit, bands: &mut Vec<Band>) {
    let (align, left, row_bytes) = placement(bitmap, top, bottom, limit);
    let rows_max = (limit.bytes_max / row_bytes).clamp(1, limit.rows_max);
    let mut y = top;
    while y < bottom {
        let rows = rows_max.min(bottom - y);
        let mut data = Vec::with_capacity(rows * row_bytes);
        for row in y..y + rows {
            bitmap.cut_row(row, left, row_bytes, &mut data);
        }
        scrub(&mut data);
        bands.push(Band::Dots { align, row_bytes, rows, data });
        y += rows;
    }
}

/// The alignment with the fewest bytes, the first dot it begins at, and its bytes per row.
fn placement(
    bitmap: &Bitmap,
    top: usize,
    bottom: usize,
    limit: BandLimit,
) -> (Align, usize, usize) {
    let width = bitmap.width();
    let Some((first, last)) = bitmap.ink_columns(top, bottom) else {
        return (Align::Left, 0, 1);
    };
    let left = (Align::Left, 0, (last + 1).div_ceil(8));
    if !limit.aligns {
        return left;
    }
    let margin = first.min(width - 1 - last);
    let center_bytes = (width - 2 * margin).div_ceil(8);
    let right_bytes = (width - first).div_ceil(8);
    let mut best = left;
    // A printer clips what is wider than its paper, so only what fits in whole bytes may stand
    // elsewhere than at the left.
    for (align, row_bytes) in [(Align::Center, center_bytes), (Align::Right, right_bytes)] {
        let dots = row_bytes * 8;
        if row_bytes < best.2 && dots <= width {
            let spare = width - dots;
            best = (align, if align == Align::Center { spare / 2 } else { spare }, row_bytes);
        }
    }
    best
}

/// Printers obey `10 04`, `10 05` and `10 14` (and Star's `1B 06`) wherever they stand, also
/// across rows; one more black dot makes another byte of the first.
fn scrub(data: &mut [u8]) {
    for index in 1..data.len() {
        match (data[index - 1], data[index]) {
            (0x10, 0x04 | 0x05 | 0x14) => data[index - 1] |= 0x08,
            (0x1b, 0x06) => data[index - 1] |= 0x04,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small generator: xorshift, as every seed must be repeatable.
    fn noise(seed: u64) -> impl FnMut() -> u64 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        }
    }

    fn random_bitmap(seed: u64) -> Bitmap {
        let mut next = noise(seed);
        let width = [576, 420, 384, 100][(next() % 4) as usize];
        let mut bitmap = Bitmap::new(width, 1 + (next() % 90) as usize);
        let dense = next().is_multiple_of(3);
        for y in 0..bitmap.height() {
            if next().is_multiple_of(4) {
                continue;
            }
            let margin = (next() % (width as u64 / 2)) as usize;
            for x in margin..width - margin {
                // Bytes of a real-time sequence are much more frequent than chance has them.
                let byte = [0x10_u8, 0x04, 0x05, 0x14, 0x1b, 0x06, 0][(next() % 7) as usize];
                if dense && x % 8 == 0 {
                    (0..8).filter(|bit| byte & (0x80 >> bit) != 0).for_each(|bit| {
                        bitmap.set(x + bit, y);
                    });
                } else if !dense && next().is_multiple_of(9) {
                    bitmap.set(x, y);
                }
            }
        }
        bitmap
    }

    fn limit(aligns: bool) -> BandLimit {
        BandLimit { bytes_max: 1024, rows_max: 2000, aligns }
    }

    #[test]
    fn bands_put_together_are_the_picture_with_only_dots_added_by_the_scrub() {
        for seed in 0..300 {
            let bitmap = random_bitmap(seed);
            for aligns in [false, true] {
                let mut y = 0;
                for band in bands(&bitmap, limit(aligns)) {
                    let Band::Dots { align, row_bytes, rows, data } = band else {
                        let Band::Blank { rows } = band else { unreachable!() };
                        y += rows;
                        continue;
                    };
                    assert!(data.len() <= 1024, "seed {seed}");
                    assert_eq!(data.len(), row_bytes * rows);
                    let x = match align {
                        Align::Left => 0,
                        Align::Center => (bitmap.width() - row_bytes * 8) / 2,
                        Align::Right => bitmap.width() - row_bytes * 8,
                    };
                    let mut added = 0;
                    for (row, bytes) in data.chunks(row_bytes).enumerate() {
                        let mut original = Vec::new();
                        bitmap.cut_row(y + row, x, row_bytes, &mut original);
                        for (sent, drawn) in bytes.iter().zip(&original) {
                            assert_eq!(sent & drawn, *drawn, "seed {seed}: a dot is lost");
                            added += (sent ^ drawn).count_ones();
                        }
                    }
                    assert!(added as usize <= data.len() / 2, "seed {seed}");
                    y += rows;
                }
                assert_eq!(y, bitmap.height(), "seed {seed}");
            }
        }
    }

    #[test]
    fn no_band_holds_a_sequence_that_is_obeyed_inside_data() {
        let mut scrubbed = 0;
        for seed in 0..300 {
            let bitmap = random_bitmap(seed);
            for band in bands(&bitmap, limit(true)) {
                let Band::Dots { data, .. } = band else { continue };
                assert!(!crate::escpos::contains_real_time_sequence(&data), "seed {seed}");
                assert!(!data.windows(2).any(|pair| pair == [0x1b, 0x06]), "seed {seed}");
                scrubbed += data.iter().filter(|byte| **byte == 0x18).count();
            }
        }
        assert!(scrubbed > 0, "no picture held such a sequence");
    }

    #[test]
    fn ink_in_the_middle_is_sent_narrow_and_blank_rows_are_not_sent() {
        let mut bitmap = Bitmap::new(576, 100);
        bitmap.fill(280, 40, 16, 10);
        assert_eq!(
            bands(&bitmap, limit(true)),
            [
                Band::Blank { rows: 40 },
                Band::Dots { align: Align::Center, row_bytes: 2, rows: 10, data: vec![0xff; 20] },
                Band::Blank { rows: 50 },
            ]
        );
    }
}
