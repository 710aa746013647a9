//! Pictures of black dots on white paper.

use std::io;
use std::path::Path;

/// A picture; a dot is black or not.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Bitmap {
    width: u32,
    dots: Vec<bool>,
}

impl std::fmt::Debug for Bitmap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bitmap({} x {})", self.width, self.height())
    }
}

impl Bitmap {
    /// White paper.
    pub fn white(width: u32, height: u32) -> Bitmap {
        Bitmap { width, dots: vec![false; width as usize * height as usize] }
    }

    /// From rows of bytes, the leftmost dot in the highest bit.
    pub fn from_rows(bytes: &[u8], bytes_per_row: usize) -> Bitmap {
        let bits = bytes.iter().flat_map(|byte| (0..8).map(move |bit| byte >> (7 - bit) & 1 == 1));
        let width = u32::try_from(bytes_per_row * 8).expect("a row has two bytes of length");
        Bitmap { width, dots: bits.collect() }
    }

    /// Dots across.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Dots down.
    pub fn height(&self) -> u32 {
        let rows = self.dots.len().checked_div(self.width as usize).unwrap_or(0);
        u32::try_from(rows).expect("paper is short")
    }

    /// Whether a dot is black; outside nothing is.
    pub fn is_black(&self, x: u32, y: u32) -> bool {
        let at = y as usize * self.width as usize + x as usize;
        x < self.width && self.dots.get(at).copied().unwrap_or(false)
    }

    /// The rightmost black dot.
    pub fn right_edge(&self) -> Option<u32> {
        let black = |x: &u32| (0..self.height()).any(|y| self.is_black(*x, y));
        (0..self.width).rev().find(black)
    }

    /// The share of black dots, 0 to 1.
    pub fn blackness(&self) -> f64 {
        let black = self.dots.iter().filter(|dot| **dot).count();
        black as f64 / self.dots.len().max(1) as f64
    }

    /// Adds white rows below.
    pub fn extend(&mut self, rows: u32) {
        self.dots.resize(self.dots.len() + self.width as usize * rows as usize, false);
    }

    /// Adds a picture below, so many dots from the left; what does not fit is lost.
    pub fn append(&mut self, picture: &Bitmap, left: u32) {
        let top = self.height();
        self.extend(picture.height());
        for y in 0..picture.height() {
            for x in 0..picture.width().min(self.width.saturating_sub(left)) {
                let at = (top + y) as usize * self.width as usize + (left + x) as usize;
                self.dots[at] = picture.is_black(x, y);
            }
        }
    }

    /// The same with every dot twice as wide: letters drawn twice as high as wide get the shape
    /// that readers are used to.
    pub fn widened(&self) -> Bitmap {
        let dots = self.dots.iter().flat_map(|dot| [*dot; 2]).collect();
        Bitmap { width: 2 * self.width, dots }
    }

    /// What stands topmost, down to the first white row below it, so many times smaller: as one
    /// sees a large number from afar.
    pub fn top_from_afar(&self, times: u32) -> Bitmap {
        let black = |y: &u32| (0..self.width).any(|x| self.is_black(x, *y));
        let first = (0..self.height()).find(black).unwrap_or(0);
        let last = (first..self.height()).find(|y| !black(y)).unwrap_or(self.height());
        let (width, height) = (self.width / times, last / times);
        let mut afar = Bitmap::white(width, height);
        for y in 0..height {
            for x in 0..width {
                let dots = (0..times).flat_map(|down| (0..times).map(move |across| (across, down)));
                let black = dots
                    .filter(|(across, down)| self.is_black(x * times + across, y * times + down));
                afar.dots[(y * width + x) as usize] = black.count() * 2 > (times * times) as usize;
            }
        }
        afar
    }

    /// Writes it as a PNG file of the printer's resolution, with a white margin as paper has.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write_png(&self, path: &Path) -> io::Result<()> {
        const MARGIN: u32 = 24;
        let (width, height) = (self.width + 2 * MARGIN, self.height() + 2 * MARGIN);
        let file = io::BufWriter::new(std::fs::File::create(path)?);
        let mut encoder = png::Encoder::new(file, width, height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        let per_meter = 203 * 10_000 / 254;
        encoder.set_pixel_dims(Some(png::PixelDimensions {
            xppu: per_meter,
            yppu: per_meter,
            unit: png::Unit::Meter,
        }));
        let mut gray = Vec::with_capacity(width as usize * height as usize);
        for y in 0..height {
            for x in 0..width {
                let black = x >= MARGIN && y >= MARGIN && self.is_black(x - MARGIN, y - MARGIN);
                gray.push(if black { 0 } else { 255 });
            }
        }
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&gray)?;
        Ok(())
    }
}
