//! One glyph → dots, kept for the next slip.

use super::Em;
use crate::raster::Bitmap;
use cosmic_text::fontdb::{ID, Weight};
use cosmic_text::{CacheKey, CacheKeyFlags, FontSystem, SwashCache, SwashImage};
use std::collections::HashMap;

/// A dot is black from this coverage on, of 255. Less than half, because a stroke of one dot
/// that lies between two rows would vanish on paper, while one of two dots is only bolder.
const COVERAGE_MIN: u32 = 104;
/// Most bytes of glyphs kept. A day of slips in nine languages needs some 3,000 glyphs of 72 bytes,
/// and 40 of 8 KB for labels.
const CACHE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// What a glyph takes beside its dots, about.
const GLYPH_BYTES: usize = 128;

/// A glyph at a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct GlyphKey {
    pub(super) font: ID,
    pub(super) weight: Weight,
    pub(super) glyph: u16,
    pub(super) em: Em,
    /// Drawn twice, one dot apart: bold where the family has no bold face.
    pub(super) doubled: bool,
}

/// A drawn glyph.
#[derive(Clone, Debug)]
pub(super) struct GlyphPicture {
    pub(super) bitmap: Bitmap,
    /// Of its first column, right of the pen.
    pub(super) left: i32,
    /// Rows above the base line.
    pub(super) top: i32,
}

/// Every glyph drawn so far.
pub(super) struct GlyphCache {
    swash: SwashCache,
    pictures: HashMap<GlyphKey, Option<GlyphPicture>>,
    byte_count: usize,
}

impl GlyphCache {
    pub(super) fn new() -> GlyphCache {
        GlyphCache { swash: SwashCache::new(), pictures: HashMap::new(), byte_count: 0 }
    }

    /// The picture of a glyph; `None` for one without ink.
    pub(super) fn picture(
        &mut self,
        system: &mut FontSystem,
        key: GlyphKey,
    ) -> Option<&GlyphPicture> {
        if self.byte_count > CACHE_BYTES_MAX {
            self.pictures.clear();
            self.byte_count = 0;
        }
        let (swash, byte_count) = (&mut self.swash, &mut self.byte_count);
        let drawn = self.pictures.entry(key).or_insert_with(|| {
            let picture = draw(swash, system, key);
            let dots = picture.as_ref().map_or(0, |picture| picture.bitmap.data().len());
            *byte_count += GLYPH_BYTES + dots;
            picture
        });
        drawn.as_ref()
    }
}

fn draw(swash: &mut SwashCache, system: &mut FontSystem, key: GlyphKey) -> Option<GlyphPicture> {
    let size = key.em.width.max(key.em.height);
    let (cache_key, _, _) = CacheKey::new(
        key.font,
        key.glyph,
        f32::from(size),
        (0.0, 0.0),
        key.weight,
        CacheKeyFlags::empty(),
    );
    let image = swash.get_image_uncached(system, cache_key)?;
    let across = Axis::new(image.placement.left, image.placement.width, key.em.width, size);
    // Rows count downwards from the base line.
    let down = Axis::new(-image.placement.top, image.placement.height, key.em.height, size);
    if across.length == 0 || down.length == 0 {
        return None;
    }
    let extra = usize::from(key.doubled) * usize::from(key.em.width).div_ceil(24);
    let mut bitmap = Bitmap::new(across.length + extra, down.length);
    for y in 0..down.length {
        for x in 0..across.length {
            if coverage(&image, &across, &down, x, y) >= COVERAGE_MIN {
                bitmap.fill(x, y, 1 + extra, 1);
            }
        }
    }
    Some(GlyphPicture { bitmap, left: across.start, top: -down.start })
}

/// How the dots of one direction come from those of the drawn image, which is larger when the
/// characters are stretched.
struct Axis {
    /// First dot, from the pen or the base line.
    start: i32,
    /// Dots.
    length: usize,
    /// For each dot: first source dot, and how much of it and of each following one counts, in
    /// parts of 256 that sum up to 256.
    sources: Vec<(usize, Vec<u32>)>,
}

impl Axis {
    fn new(source_start: i32, source_length: u32, em: u16, size: u16) -> Axis {
        if em == size {
            let sources = (0..source_length as usize).map(|index| (index, vec![256])).collect();
            return Axis { start: source_start, length: source_length as usize, sources };
        }
        let (em, size) = (i64::from(em), i64::from(size));
        let (from, length) = (i64::from(source_start), i64::from(source_length));
        let start = (from * em).div_euclid(size);
        let end = ((from + length) * em + size - 1).div_euclid(size);
        let sources = (start..end).map(|dot| share(dot, from, length, em, size)).collect();
        Axis { start: start as i32, length: (end - start).max(0) as usize, sources }
    }
}

/// The share of each source dot in the target dot `dot`, which covers `size / em` of them.
fn share(dot: i64, from: i64, length: i64, em: i64, size: i64) -> (usize, Vec<u32>) {
    // In units of 1/em source dots.
    let (low, high) = (dot * size, (dot + 1) * size);
    let first = low.div_euclid(em).max(from);
    let last = (high - 1).div_euclid(em).min(from + length - 1);
    let parts = (first..=last).map(|source| {
        let overlap = (high.min((source + 1) * em) - low.max(source * em)).max(0);
        (overlap * 256 / size) as u32
    });
    ((first - from).max(0) as usize, parts.collect())
}

/// 0 to 255.
fn coverage(image: &SwashImage, across: &Axis, down: &Axis, x: usize, y: usize) -> u32 {
    let width = image.placement.width as usize;
    let (first_x, across_parts) = &across.sources[x];
    let (first_y, down_parts) = &down.sources[y];
    let mut sum = 0_u32;
    for (row, down_part) in down_parts.iter().enumerate() {
        for (column, across_part) in across_parts.iter().enumerate() {
            let index = (first_y + row) * width + first_x + column;
            let alpha = image.data.get(index).copied().unwrap_or(0);
            sum += u32::from(alpha) * across_part * down_part / 256;
        }
    }
    sum / 256
}
