//! The twin's own characters: fixed cells of dots, as a printer has them in its memory.
//!
//! Drawn once from fonts that the caller brings, 24 dots high and 12 or 24 wide, and magnified as
//! a printer magnifies: every dot becomes a block.

use super::bitmap::Bitmap;
use super::slip::{CHARACTER_DOTS, COLUMN_DOTS};
use cosmic_text::{Attrs, Buffer, Color, FontSystem, Metrics, Shaping, SwashCache, fontdb};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Share of a character's height above the baseline in the gothic faces used.
const BASELINE_SHARE: f32 = 0.86;
/// Characters are drawn so many times as large, then brought down to dots.
const FINENESS: u32 = 4;
/// How much of a dot must be covered to be printed.
const INK_PERCENT_MIN: u32 = 45;

/// Characters as dots. Without fonts every character is the outline of its cell.
pub struct CharacterRom {
    fonts: Option<(FontSystem, SwashCache)>,
    /// By character and columns.
    drawn: BTreeMap<(char, u8), Bitmap>,
}

impl fmt::Debug for CharacterRom {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CharacterRom").field("drawn", &self.drawn.len()).finish()
    }
}

impl CharacterRom {
    /// Draws from these font files, TrueType or OpenType; the first is preferred, the others have
    /// what it lacks.
    #[must_use]
    pub fn new(files: impl IntoIterator<Item = Cow<'static, [u8]>>) -> CharacterRom {
        let mut database = fontdb::Database::new();
        for file in files {
            database.load_font_source(fontdb::Source::Binary(Arc::new(file)));
        }
        let first = database.faces().next().and_then(|face| face.families.first()).cloned();
        let fonts = first.map(|(family, _)| {
            database.set_sans_serif_family(family);
            let system = FontSystem::new_with_locale_and_db("ja-JP".to_owned(), database);
            (system, SwashCache::new())
        });
        CharacterRom { fonts, drawn: BTreeMap::new() }
    }

    /// The character in a cell of so many half-width columns.
    pub(super) fn cell(&mut self, character: char, columns: u8) -> &Bitmap {
        let fonts = &mut self.fonts;
        self.drawn.entry((character, columns)).or_insert_with(|| {
            let width_dots = u32::from(columns) * COLUMN_DOTS;
            match fonts {
                Some((system, cache)) => draw(system, cache, character, width_dots),
                None => outline(character, width_dots),
            }
        })
    }
}

fn outline(character: char, width_dots: u32) -> Bitmap {
    let mut cell = Bitmap::new(width_dots, CHARACTER_DOTS);
    if !character.is_whitespace() {
        let (right, bottom) = (width_dots - 2, CHARACTER_DOTS - 3);
        cell.blacken_block((1, 2), (right, 1));
        cell.blacken_block((1, bottom), (right, 1));
        cell.blacken_block((1, 2), (1, bottom - 1));
        cell.blacken_block((right, 2), (1, bottom - 1));
    }
    cell
}

/// Drawn large and brought down to the cell: in its middle (closing marks at its left, opening ones
/// at its right), and narrower where a proportional font is wider than the cell.
fn draw(
    system: &mut FontSystem,
    cache: &mut SwashCache,
    character: char,
    width_dots: u32,
) -> Bitmap {
    let (large, advance) = draw_large(system, cache, character);
    let room = width_dots * FINENESS;
    let across = advance.max(room);
    let free = room - advance.min(room);
    let left = match character {
        '、' | '。' | '，' | '．' | '」' | '』' | '）' | '】' => 0,
        '「' | '『' | '（' | '【' => free,
        _ => free / 2,
    };
    let mut cell = Bitmap::new(width_dots, CHARACTER_DOTS);
    for y in 0..CHARACTER_DOTS {
        for x in 0..width_dots {
            let from = x * across / width_dots;
            let to = (x + 1) * across / width_dots;
            let dark = (from..to)
                .flat_map(|x| (y * FINENESS..(y + 1) * FINENESS).map(move |y| (x, y)))
                .filter(|(x, y)| x.checked_sub(left).is_some_and(|x| large.dot(x, *y)))
                .count() as u32;
            if dark * 100 >= (to - from) * FINENESS * INK_PERCENT_MIN {
                cell.blacken(x, y);
            }
        }
    }
    cell
}

/// The character several times as large as its cell, and how wide it is.
fn draw_large(system: &mut FontSystem, cache: &mut SwashCache, character: char) -> (Bitmap, u32) {
    let size = (CHARACTER_DOTS * FINENESS) as f32;
    let mut buffer = Buffer::new(system, Metrics::new(size, size));
    let mut text = [0; 4];
    let text = character.encode_utf8(&mut text);
    buffer.set_text(text, &Attrs::new(), Shaping::Advanced, None);
    buffer.shape_until_scroll(system, false);
    let baseline = buffer.layout_runs().next().map_or(0.0, |run| run.line_y);
    let advance = buffer.layout_runs().map(|run| run.line_w).fold(0.0, f32::max);
    let down = (size * BASELINE_SHARE - baseline).round() as i32;
    let mut large = Bitmap::new(advance.ceil() as u32, CHARACTER_DOTS * FINENESS);
    buffer.draw(system, cache, Color::rgb(0, 0, 0), |x, y, _, _, color| {
        let place = (u32::try_from(x), u32::try_from(y + down));
        if let (Ok(x), Ok(y)) = place
            && color.a() >= 128
        {
            large.blacken(x, y);
        }
    });
    (large, advance.ceil() as u32)
}
