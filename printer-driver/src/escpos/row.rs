//! Blocks → rows that fit the paper's columns.
//!
//! Wrapping follows the usual rules of Japanese setting as far as a slip needs them: a line does
//! not begin with a closing mark, and a word in Latin letters or digits is not broken while it
//! fits on a line.

use super::kanji::{self, Glyph, Substitution};
use crate::document::{Align, Block, Document, QrCorrection, Rule, Span, Style};
use crate::profile::Profile;

/// Characters that do not begin a line (行頭禁則).
const NOT_FIRST: &str =
    "、。，．・：；？！）」』】〕〉》゛゜ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々,.:;?!)]}%";

/// Characters of one style, encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// 1 to 8.
    pub(super) width_factor: u8,
    /// 1 to 8.
    pub(super) height_factor: u8,
    pub(super) emphasis: bool,
    /// Where it starts, in half-width columns from the left edge; `None`: after the one before.
    pub(super) start_column: Option<u16>,
    /// Printable Shift_JIS bytes.
    pub(super) bytes: Vec<u8>,
}

/// One row of paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Row {
    Text { pieces: Vec<Piece>, align: Align },
    Feed { dots: u16 },
    Qr { payload: String, correction: QrCorrection, module_dots: u8 },
}

/// A glyph with the style it is set in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Set {
    glyph: Glyph,
    style: Style,
}

impl Set {
    fn columns(&self) -> usize {
        usize::from(self.glyph.columns) * usize::from(self.style.width.factor())
    }
}

/// Lays `document` out in the columns of `profile`.
pub(super) fn rows(
    document: &Document,
    profile: &Profile,
    substitutions: &mut Vec<Substitution>,
) -> Vec<Row> {
    let columns = usize::from(profile.columns);
    let mut rows = Vec::new();
    for block in document.blocks() {
        match block {
            Block::Line { spans, align } => {
                let line = set(spans, substitutions);
                for row in wrap(&line, columns) {
                    rows.push(Row::Text { pieces: pieces(row), align: *align });
                }
            }
            Block::Columns { left, right } => {
                two_columns(left, right, columns, substitutions, &mut rows);
            }
            Block::Label { text } => rows.push(label_row(text, profile)),
            Block::Rule { rule } => rows.push(rule_row(*rule, columns)),
            Block::Feed { dots } => rows.push(Row::Feed { dots: *dots }),
            Block::Qr { payload, correction, module_dots } => rows.push(Row::Qr {
                payload: payload.clone(),
                correction: *correction,
                module_dots: *module_dots,
            }),
        }
    }
    rows
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

fn set(spans: &[Span], substitutions: &mut Vec<Substitution>) -> Vec<Set> {
    let mut line = Vec::new();
    for span in spans {
        let mut glyphs = Vec::new();
        kanji::glyphs(&span.text, &mut glyphs, substitutions);
        line.extend(glyphs.into_iter().map(|glyph| Set { glyph, style: span.style }));
    }
    line
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
    let mut style = None;
    for set in line {
        if style != Some(set.style) {
            pieces.push(Piece {
                width_factor: set.style.width.factor(),
                height_factor: set.style.height.factor(),
                emphasis: set.style.emphasis,
                start_column: None,
                bytes: Vec::new(),
            });
            style = Some(set.style);
        }
        if let Some(piece) = pieces.last_mut() {
            piece.bytes.extend(set.glyph.bytes());
        }
    }
    pieces
}

/// One row with both texts when they fit with a column between, else the right text below.
fn two_columns(
    left: &Span,
    right: &Span,
    columns: usize,
    substitutions: &mut Vec<Substitution>,
    rows: &mut Vec<Row>,
) {
    let line = set(std::slice::from_ref(left), substitutions);
    let right_line = set(std::slice::from_ref(right), substitutions);
    let right_width = width(&right_line);
    if width(&line) + right_width < columns {
        let mut both = pieces(&line);
        let mut right_pieces = pieces(&right_line);
        if let Some(first) = right_pieces.first_mut() {
            first.start_column = u16::try_from(columns - right_width).ok();
        }
        both.append(&mut right_pieces);
        rows.push(Row::Text { pieces: both, align: Align::Left });
        return;
    }
    for (part, align) in [(line, Align::Left), (right_line, Align::Right)] {
        for row in wrap(&part, columns) {
            rows.push(Row::Text { pieces: pieces(row), align });
        }
    }
}

/// A rule of line characters stretched eight times: 6 bytes where 48 columns would take 48.
fn rule_row(rule: Rule, columns: usize) -> Row {
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
    let mut pieces = vec![piece(8, columns / 16)];
    if columns % 16 >= 2 {
        pieces.push(piece((columns % 16 / 2) as u8, 1));
    }
    // An odd column is left over; half of it on each side.
    let align = if columns.is_multiple_of(2) { Align::Left } else { Align::Center };
    Row::Text { pieces, align }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, columns: usize) -> Vec<String> {
        let line = set(&[Span::new(text, Style::BODY)], &mut Vec::new());
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
                let glyphs = set(&[Span::new(row, Style::BODY)], &mut Vec::new());
                assert!(width(&glyphs) <= columns);
            }
        }
    }
}
