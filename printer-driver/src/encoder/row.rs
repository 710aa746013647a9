//! Blocks → rows that fit the paper's columns, in the printer's own characters.
//!
//! Wrapping follows the usual rules of Japanese setting as far as a slip needs them: a line does
//! not begin with a closing mark, and a word in Latin letters or digits is not broken while it
//! fits on a line.

use super::character::{Code, Glyph, Substitution};
use crate::document::{Align, Block, QrCorrection, Rule, Span};
use crate::profile::Profile;
use crate::raster::Bitmap;

/// Characters that do not begin a line (行頭禁則).
const NOT_FIRST: &str =
    "、。，．・：；？！）」』】〕〉》゛゜ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々,.:;?!)]}%";

/// Characters of one style, encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// 1 to 8.
    pub(crate) width_factor: u8,
    /// 1 to 8.
    pub(crate) height_factor: u8,
    pub(crate) emphasis: bool,
    /// Where it starts, in half-width columns from the left edge; `None`: after the one before.
    pub(crate) start_column: Option<u16>,
    /// Printable Shift_JIS bytes.
    pub(crate) bytes: Vec<u8>,
}

/// One row of paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// Characters of the printer's own.
    Text { pieces: Vec<Piece>, align: Align },
    /// White paper.
    Feed { dots: u16 },
    /// A code that the printer draws.
    Qr { payload: String, correction: QrCorrection, module_dots: u8 },
    /// Dots, as wide as the paper.
    Picture(Bitmap),
}

impl Row {
    /// How much paper it feeds; never too little.
    pub(crate) fn height_dots(&self, profile: &Profile) -> u32 {
        match self {
            Row::Text { pieces, .. } => {
                let factor = pieces.iter().map(|piece| piece.height_factor).max().unwrap_or(1);
                let character = u32::from(profile.line_height_dots) * u32::from(factor);
                character.max(u32::from(profile.line_spacing_dots))
            }
            Row::Feed { dots } => u32::from(*dots),
            Row::Qr { payload, module_dots, .. } => {
                let quiet_dots = u32::from(*module_dots) * 8;
                qr_height_dots_max(payload.len(), *module_dots) + quiet_dots
            }
            Row::Picture(bitmap) => bitmap.height() as u32,
        }
    }
}

/// The height of a QR code of so many bytes at the highest correction: never too small.
///
/// Capacities at level H, bytes, versions 1 to 16 (JIS X 0510, table 7).
fn qr_height_dots_max(byte_count: usize, module_dots: u8) -> u32 {
    const CAPACITIES: [usize; 16] =
        [7, 14, 24, 34, 44, 58, 64, 84, 98, 119, 137, 155, 177, 194, 220, 250];
    let larger = CAPACITIES.iter().filter(|capacity| **capacity < byte_count).count() as u32;
    (21 + 4 * larger) * u32::from(module_dots)
}

/// How a character is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    width_factor: u8,
    height_factor: u8,
    emphasis: bool,
}

/// A glyph with the size it is set in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Set {
    glyph: Glyph,
    size: Size,
}

impl Set {
    fn columns(&self) -> usize {
        usize::from(self.glyph.columns) * usize::from(self.size.width_factor)
    }
}

/// Appends the rows of a block that is written in the printer's own characters.
pub(crate) fn append(
    block: &Block,
    profile: &Profile,
    code: Code,
    substitutions: &mut Vec<Substitution>,
    rows: &mut Vec<Row>,
) {
    let setting = Setting { columns: usize::from(profile.columns), scale_max: profile.scale_max };
    match block {
        Block::Line { spans, align } => {
            let line = setting.set(spans, code, substitutions);
            for row in wrap(&line, setting.columns) {
                rows.push(Row::Text { pieces: pieces(row), align: *align });
            }
        }
        Block::Columns { left, right } => {
            let left = setting.set(std::slice::from_ref(left), code, substitutions);
            let right = setting.set(std::slice::from_ref(right), code, substitutions);
            two_columns(left, right, setting.columns, rows);
        }
        Block::Label { text } => rows.push(label_row(text, profile)),
        Block::Rule { rule } => rows.push(rule_row(*rule, &setting)),
        Block::Feed { dots } => rows.push(Row::Feed { dots: *dots }),
        Block::Qr { payload, correction, module_dots } => rows.push(Row::Qr {
            payload: payload.clone(),
            correction: *correction,
            module_dots: *module_dots,
        }),
        // No printer has a picture among its characters; the caller draws it.
        Block::Picture { .. } => {}
    }
}

/// What the printer's characters can do.
struct Setting {
    columns: usize,
    scale_max: u8,
}

impl Setting {
    fn set(&self, spans: &[Span], code: Code, substitutions: &mut Vec<Substitution>) -> Vec<Set> {
        let mut line = Vec::new();
        for span in spans {
            let mut glyphs = Vec::new();
            code.glyphs(&span.text, &mut glyphs, substitutions);
            let size = Size {
                width_factor: span.style.width.factor().min(self.scale_max),
                height_factor: span.style.height.factor().min(self.scale_max),
                emphasis: span.style.emphasis,
            };
            line.extend(glyphs.into_iter().map(|glyph| Set { glyph, size }));
        }
        line
    }
}

/// A label in the printer's own characters: as tall as they get, and as wide as leaves it on one
/// line. Labels are plain ASCII, so every code has them.
fn label_row(text: &str, profile: &Profile) -> Row {
    let fitting = usize::from(profile.columns) / text.len().max(1);
    let piece = Piece {
        width_factor: fitting.clamp(1, usize::from(profile.scale_max)) as u8,
        height_factor: profile.scale_max,
        emphasis: true,
        start_column: None,
        bytes: text.bytes().collect(),
    };
    Row::Text { pieces: vec![piece], align: Align::Center }
}

fn width(line: &[Set]) -> usize {
    line.iter().map(Set::columns).sum()
}

/// Breaks `line` into rows of at most `columns`; an empty line is one empty row.
fn wrap(line: &[Set], columns: usize) -> Vec<&[Set]> {
    let mut rows = Vec::new();
    let mut rest = line;
    while width(rest) > columns {
        let mut fitting = 0;
        let mut used = 0;
        while used + rest[fitting].columns() <= columns {
            used += rest[fitting].columns();
            fitting += 1;
        }
        // A single glyph wider than the paper still has to be printed: the printer clips it.
        let end = break_before(rest, fitting).max(1);
        rows.push(trimmed(&rest[..end]));
        rest = &rest[end..];
        while rest.first().is_some_and(|set| set.glyph.character == ' ') {
            rest = &rest[1..];
        }
    }
    if !rest.is_empty() || rows.is_empty() {
        rows.push(rest);
    }
    rows
}

/// The last allowed break at or before `fitting`.
fn break_before(line: &[Set], fitting: usize) -> usize {
    let in_word = |index: usize| {
        let character = line[index].glyph.character;
        character.is_ascii_alphanumeric() || matches!(character, '-' | '/' | '_')
    };
    let allowed = |index: usize| {
        let inside_word = in_word(index - 1) && in_word(index);
        !inside_word && !NOT_FIRST.contains(line[index].glyph.character)
    };
    (1..=fitting).rev().find(|index| allowed(*index)).unwrap_or(fitting)
}

fn trimmed(mut line: &[Set]) -> &[Set] {
    while let Some((last, before)) = line.split_last() {
        if last.glyph.character != ' ' {
            break;
        }
        line = before;
    }
    line
}

fn pieces(line: &[Set]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut size = None;
    for set in line {
        if size != Some(set.size) {
            pieces.push(Piece {
                width_factor: set.size.width_factor,
                height_factor: set.size.height_factor,
                emphasis: set.size.emphasis,
                start_column: None,
                bytes: Vec::new(),
            });
            size = Some(set.size);
        }
        if let Some(piece) = pieces.last_mut() {
            piece.bytes.extend(set.glyph.bytes());
        }
    }
    pieces
}

/// One row with both texts when they fit with a column between, else the right text below.
fn two_columns(left: Vec<Set>, right: Vec<Set>, columns: usize, rows: &mut Vec<Row>) {
    let right_width = width(&right);
    if width(&left) + right_width < columns {
        let mut both = pieces(&left);
        let mut right_pieces = pieces(&right);
        if let Some(first) = right_pieces.first_mut() {
            first.start_column = u16::try_from(columns - right_width).ok();
        }
        both.append(&mut right_pieces);
        rows.push(Row::Text { pieces: both, align: Align::Left });
        return;
    }
    for (part, align) in [(left, Align::Left), (right, Align::Right)] {
        for row in wrap(&part, columns) {
            rows.push(Row::Text { pieces: pieces(row), align });
        }
    }
}

/// A rule of line characters stretched as far as they get: 6 bytes where 48 columns would take 48.
fn rule_row(rule: Rule, setting: &Setting) -> Row {
    let pair: [u8; 2] = match rule {
        Rule::Thin => [0x84, 0x9f],
        Rule::Thick => [0x84, 0xaa],
    };
    let piece = |width_factor: u8, count: usize| Piece {
        width_factor,
        height_factor: 1,
        emphasis: false,
        start_column: None,
        bytes: pair.repeat(count),
    };
    let (columns, stretched) = (setting.columns, usize::from(setting.scale_max) * 2);
    let mut pieces = vec![piece(setting.scale_max, columns / stretched)];
    if columns % stretched >= 2 {
        pieces.push(piece((columns % stretched / 2) as u8, 1));
    }
    // An odd column is left over; half of it on each side.
    let align = if columns.is_multiple_of(2) { Align::Left } else { Align::Center };
    Row::Text { pieces, align }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Style;

    fn set(text: &str) -> Vec<Set> {
        let setting = Setting { columns: 48, scale_max: 8 };
        setting.set(&[Span::new(text, Style::BODY)], Code::ShiftJis, &mut Vec::new())
    }

    fn wrapped(text: &str, columns: usize) -> Vec<String> {
        let line = set(text);
        wrap(&line, columns)
            .into_iter()
            .map(|row| row.iter().map(|set| set.glyph.character).collect())
            .collect()
    }

    #[test]
    fn a_closing_mark_never_begins_a_line() {
        assert_eq!(wrapped("本人確認書類、通帳。", 12), ["本人確認書", "類、通帳。"]);
    }

    #[test]
    fn a_latin_word_is_kept_whole_while_it_fits() {
        assert_eq!(wrapped("Please wait near window 20", 12), ["Please wait", "near window", "20"]);
        assert_eq!(wrapped("abcdefghijkl", 5), ["abcde", "fghij", "kl"]);
    }

    #[test]
    fn no_row_is_wider_than_the_paper_and_no_character_is_lost() {
        let text = "待合A-12でお待ちください。（17:15以降は年金事務所へ照会できません。）マイナンバーカード";
        for columns in 2..60 {
            let rows = wrapped(text, columns);
            assert_eq!(rows.concat(), text);
            for row in rows {
                assert!(width(&set(&row)) <= columns);
            }
        }
    }
}
