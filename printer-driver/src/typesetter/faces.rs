//! Which face sets which character.

use super::fonts::Fonts;
use crate::document::Han;
use cosmic_text::fontdb::{Database, ID, Source, Weight};
use cosmic_text::{Attrs, Family, FontSystem};
use std::collections::HashMap;

/// The faces to try for text in the given forms, first choice first. Every list ends with all the
/// others, so that a character is missing only when no font has it.
const FAMILIES: [&str; 6] = [
    "BIZ UDPGothic",
    "Noto Sans",
    "Noto Sans Devanagari",
    "Noto Sans SC",
    "Noto Sans TC",
    "Noto Sans KR",
];
/// The face of Latin text that the first choice cannot set whole.
const LATIN_FAMILY: &str = "Noto Sans";

/// One face.
#[derive(Clone, Debug)]
pub(super) struct Face {
    id: ID,
    family: String,
    weight: Weight,
}

impl Face {
    /// What asks the shaper for exactly this face.
    pub(super) fn attributes(&self) -> Attrs<'_> {
        Attrs::new().family(Family::Name(&self.family)).weight(self.weight)
    }

    pub(super) fn is_bold(&self) -> bool {
        self.weight >= Weight::SEMIBOLD
    }
}

/// All faces, and which characters they have.
pub(super) struct Faces {
    pub(super) system: FontSystem,
    faces: Vec<Face>,
    known: HashMap<(usize, char), bool>,
}

impl Faces {
    pub(super) fn new(fonts: &Fonts) -> Faces {
        let mut database = Database::new();
        for file in fonts.files() {
            database.load_font_source(Source::Binary(file));
        }
        let mut faces: Vec<Face> = database
            .faces()
            .filter_map(|info| {
                let (family, _) = info.families.first()?;
                Some(Face { id: info.id, family: family.clone(), weight: info.weight })
            })
            .collect();
        let rank = |face: &Face| {
            FAMILIES.iter().position(|family| *family == face.family).unwrap_or(FAMILIES.len())
        };
        faces.sort_by_key(|face| (rank(face), face.weight));
        // Every run is given a face that has all its characters; nothing is ever fallen back to.
        let system = FontSystem::new_with_locale_and_db("ja-JP".to_owned(), database);
        Faces { system, faces, known: HashMap::new() }
    }

    pub(super) fn face(&self, index: usize) -> &Face {
        &self.faces[index]
    }

    /// Whether some face has `character`.
    pub(super) fn any_has(&mut self, character: char) -> bool {
        (0..self.faces.len()).any(|index| self.has(index, character))
    }

    fn has(&mut self, index: usize, character: char) -> bool {
        if let Some(known) = self.known.get(&(index, character)) {
            return *known;
        }
        let face = &self.faces[index];
        let glyph = self
            .system
            .get_font(face.id, face.weight)
            .map_or(0, |font| font.as_swash().charmap().map(character));
        // All of Unicode in eight faces is more than anyone prints; real slips have a few hundred.
        if self.known.len() > 65_536 {
            self.known.clear();
        }
        self.known.insert((index, character), glyph != 0);
        glyph != 0
    }

    /// The face for each character of `text`; `None` where no face has it.
    ///
    /// Latin letters, digits and marks share a face as far as they stand together: when the first
    /// choice lacks one of them, all of them take the Latin face.
    pub(super) fn assign(&mut self, text: &[char], han: Han, bold: bool) -> Vec<Option<usize>> {
        let order = self.order(han, bold);
        let latin = self.latin_order(&order);
        let whole = match order.first() {
            Some(first) => text.iter().all(|c| !is_latin(*c) || self.has(*first, *c)),
            None => true,
        };
        let mut assigned = Vec::with_capacity(text.len());
        for character in text {
            let choices = if is_latin(*character) && !whole { &latin } else { &order };
            assigned.push(choices.iter().copied().find(|index| self.has(*index, *character)));
        }
        self.join(text, &mut assigned);
        assigned
    }

    /// A joiner or a combining mark takes the face of the character before it when that has it:
    /// shaping must see both together.
    fn join(&mut self, text: &[char], assigned: &mut [Option<usize>]) {
        for index in 1..text.len() {
            let joins = matches!(text[index], '\u{200c}' | '\u{200d}' | '\u{300}'..='\u{36f}');
            let Some(before) = assigned[index - 1].filter(|_| joins) else { continue };
            if self.has(before, text[index]) {
                assigned[index] = Some(before);
            }
        }
    }

    /// All faces, the best for `han` and `bold` first.
    fn order(&self, han: Han, bold: bool) -> Vec<usize> {
        let first = match han {
            Han::Japanese => "BIZ UDPGothic",
            Han::Simplified => "Noto Sans SC",
            Han::Traditional => "Noto Sans TC",
            Han::Korean => "Noto Sans KR",
        };
        let mut order: Vec<usize> = (0..self.faces.len()).collect();
        order.sort_by_key(|index| {
            let face = &self.faces[*index];
            (face.family != first, face_rank(&face.family), face.is_bold() != bold)
        });
        order
    }

    fn latin_order(&self, order: &[usize]) -> Vec<usize> {
        let mut latin = order.to_vec();
        latin.sort_by_key(|index| self.faces[*index].family != LATIN_FAMILY);
        latin
    }
}

fn face_rank(family: &str) -> usize {
    FAMILIES.iter().position(|known| *known == family).unwrap_or(FAMILIES.len())
}

/// Letters, digits and marks of Latin text, with combining marks and general punctuation.
fn is_latin(character: char) -> bool {
    matches!(character, ' '..='\u{36f}' | '\u{1e00}'..='\u{1eff}' | '\u{2010}'..='\u{203a}')
}
