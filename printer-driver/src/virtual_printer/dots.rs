//! A slip as the dots on its paper, for programs that read paper: OCR, QR readers, tests.

use super::bitmap::Bitmap;
use super::picture::{MARGIN_DOTS, code, tallest, width_of};
use super::rom::CharacterRom;
use super::slip::{CHARACTER_DOTS, COLUMN_DOTS, Slip, SlipMark, SlipRun};
use qrcode::Color;

impl Slip {
    /// Every dot of the printable width, from the top edge to where the paper ends: pictures
    /// exactly as they were sent, characters as `rom` has them, QR codes from their payload.
    #[must_use]
    pub fn to_bitmap(&self, rom: &mut CharacterRom) -> Bitmap {
        let mut paper = Bitmap::new(self.width_dots, self.height_dots);
        for row in &self.rows {
            match &row.mark {
                SlipMark::Text { runs, align } => {
                    let left = self.left(*align, width_of(runs));
                    text(&mut paper, runs, (left, row.y_dots), rom);
                }
                SlipMark::Qr { payload, module_dots, correction, align } => {
                    let module = u32::from(*module_dots);
                    if let Some(code) = code(payload, *correction) {
                        let left = self.left(*align, code.width() as u32 * module);
                        qr(&mut paper, &code, (left, row.y_dots), module);
                    }
                }
                SlipMark::Picture { left_dots, bitmap } => {
                    paper.draw(bitmap, (*left_dots, row.y_dots), (1, 1));
                }
            }
        }
        paper
    }

    /// The paper as a PNG file, black on white, one pixel per dot, with the paper's own margins
    /// of 32 dots left and right and as much above and below.
    #[must_use]
    pub fn to_png(&self, rom: &mut CharacterRom) -> Vec<u8> {
        let (width, height) =
            (self.width_dots + 2 * MARGIN_DOTS, self.height_dots + 2 * MARGIN_DOTS);
        let mut sheet = Bitmap::new(width, height);
        sheet.draw(&self.to_bitmap(rom), (MARGIN_DOTS, MARGIN_DOTS), (1, 1));
        sheet.to_png(false)
    }
}

/// Characters of different heights share the bottom of the row.
fn text(paper: &mut Bitmap, runs: &[SlipRun], (left, top): (u32, u32), rom: &mut CharacterRom) {
    let row_height = tallest(runs);
    let mut x = left;
    for run in runs {
        let scale = (u32::from(run.width), u32::from(run.height));
        let y = top + row_height - CHARACTER_DOTS * scale.1;
        x += run.gap_dots;
        for (character, columns) in run.text.chars().zip(&run.columns) {
            let cell = rom.cell(character, *columns);
            paper.draw(cell, (x, y), scale);
            if run.emphasis {
                // Struck twice, one dot apart.
                paper.draw(cell, (x + scale.0, y), scale);
            }
            x += u32::from(*columns) * COLUMN_DOTS * scale.0;
        }
    }
}

fn qr(paper: &mut Bitmap, code: &qrcode::QrCode, (left, top): (u32, u32), module: u32) {
    let side = code.width();
    for (index, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = ((index % side) as u32 * module, (index / side) as u32 * module);
            paper.blacken_block((left + x, top + y), (module, module));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::PaperWidth;
    use crate::virtual_printer::{Slip, VirtualModel, print_to_paper};

    fn slip(name: &str, bytes: &[u8]) -> Slip {
        let model = VirtualModel::load(name, PaperWidth::Mm58).unwrap();
        let mut paper = print_to_paper(bytes, model);
        assert_eq!(paper.errors, []);
        paper.slips.pop().unwrap()
    }

    fn blank_rom() -> CharacterRom {
        CharacterRom::new([])
    }

    #[test]
    fn a_picture_stands_on_paper_dot_for_dot() {
        let picture = b"\x1ba\x01\x1dv0\x00\x02\x00\x03\x00\x80\x01\x3c\x3c\xff\xff";
        let slip = slip("raster", picture);
        let paper = slip.to_bitmap(&mut blank_rom());
        let left = (420 - 16) / 2;
        for y in 0..paper.height_dots() {
            for x in 0..paper.width_dots() {
                let sent = [0x8001_u16, 0x3c3c, 0xffff];
                let row = y.checked_sub(slip.rows[0].y_dots).and_then(|row| sent.get(row as usize));
                let column = x.checked_sub(left).filter(|column| *column < 16);
                let black = row.zip(column).is_some_and(|(row, x)| row >> (15 - x) & 1 == 1);
                assert_eq!(paper.dot(x, y), black, "dot {x} of row {y}");
            }
        }
    }

    #[test]
    fn a_qr_code_stands_where_its_row_is_and_nowhere_else() {
        let qr = b"\x1ba\x02\x1d(k\x03\x001C\x04\x1d(k\x05\x001P0ab\x1d(k\x03\x001Q0";
        let slip = slip("epson-jp", qr);
        let paper = slip.to_bitmap(&mut blank_rom());
        let (side, top) = (21 * 4, slip.rows[0].y_dots);
        let left = 420 - side;
        // The frame of the finder in its corner, and white around it.
        for step in 0..28 {
            assert!(paper.dot(left + step, top) && paper.dot(left, top + step));
        }
        assert!(!paper.dot(left + 28, top) && !paper.dot(left - 1, top));
        assert!(!paper.dot(left, top - 1) && !paper.dot(left, top + side));
    }

    #[test]
    fn characters_fill_their_cells_at_their_size() {
        let slip = slip("epson-jp", b"\x1d!\x12AB\x1d!\x00C\n");
        let paper = slip.to_bitmap(&mut blank_rom());
        let top = slip.rows[0].y_dots;
        let columns: Vec<bool> =
            (0..70).map(|x| (top..top + 72).any(|y| paper.dot(x, y))).collect();
        let printed = |from: usize, to: usize| columns[from..to].iter().any(|dot| *dot);
        assert!(printed(0, 24) && printed(24, 48) && printed(48, 60) && !printed(60, 70));
        // A small character stands at the bottom of a tall row.
        assert!((top..top + 48).all(|y| (48..60).all(|x| !paper.dot(x, y))));
    }
}
