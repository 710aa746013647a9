//! The fonts of printed slips, embedded in the program: a slip looks the same on every computer,
//! and nothing has to be installed beside it.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use printer_driver::typesetter::{Fonts, Typesetter};
use printer_driver::virtual_printer::CharacterRom;
use rust_embed::RustEmbed;

/// What `cargo xtask build-web` brings; a debug build reads the folder instead.
#[derive(RustEmbed)]
#[folder = "../fonts-dist/"]
#[include = "*.ttf"]
struct Files;

/// The one typesetter of this process, shared by all its printers. Fonts are only read when
/// something is drawn, so an office whose slips are plain text never spends memory on them.
#[must_use]
pub fn typesetter() -> Arc<Typesetter> {
    static TYPESETTER: OnceLock<Arc<Typesetter>> = OnceLock::new();
    Arc::clone(TYPESETTER.get_or_init(|| Arc::new(Typesetter::new(fonts()))))
}

/// The characters of a virtual printer, for pictures of what it prints.
#[must_use]
pub fn character_rom() -> CharacterRom {
    CharacterRom::new(files())
}

fn fonts() -> Fonts {
    files().fold(Fonts::new(), Fonts::with)
}

/// The font files, in the order of their names.
fn files() -> impl Iterator<Item = Cow<'static, [u8]>> {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    names.into_iter().filter_map(|name| Files::get(&name)).map(|file| file.data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_of_the_slips_has_its_letters_in_an_embedded_font() {
        let typesetter = typesetter();
        for character in "番髙請请請신नेữãñA1".chars() {
            assert!(typesetter.has(character), "{character} ({:x})", u32::from(character));
        }
    }
}
