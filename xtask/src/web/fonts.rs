//! Picks the slices of the Chinese and Korean fonts that the screens' own sentences need.
//!
//! A whole font of one of these languages is larger than all else together. The packages split
//! them into some hundred slices by character; those that hold a character of our texts or of the
//! default office's are embedded, any other character comes from the computer's own fonts.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// A font that is embedded in slices: package suffix, family, and the language tag it writes.
const SLICED: [(&str, &str, &str); 3] = [
    ("kr", "Noto Sans KR", "ko"),
    ("sc", "Noto Sans SC", "zh-Hans"),
    ("tc", "Noto Sans TC", "zh-Hant"),
];

/// First code point that these fonts are for; below are Latin letters, which other fonts have.
const FIRST_CODE: u32 = 0x2e80;

/// Writes the `@font-face` rules of every slice that is needed to `css`.
///
/// # Errors
///
/// One sentence naming the file that cannot be read or written.
pub(super) fn write_slices(root: &Path, css: &Path) -> Result<(), String> {
    let mut rules = String::new();
    for (suffix, family, language) in SLICED {
        let package = format!("@fontsource/noto-sans-{suffix}");
        let wanted = wanted_codes(root, language)?;
        let path = root.join("node_modules").join(&package).join("unicode.json");
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let slices: Value =
            serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        for (name, range) in slices.as_object().into_iter().flatten() {
            let (Some(range), Some(number)) = (range.as_str(), slice_number(name)) else {
                continue;
            };
            if !holds_any(range, &wanted) {
                continue;
            }
            let file = format!("{package}/files/noto-sans-{suffix}-{number}-400-normal.woff2");
            rules.push_str(&format!(
                "@font-face{{font-family:\"{family}\";font-display:swap;\
                 src:url(\"{file}\") format(\"woff2\");unicode-range:{range}}}\n"
            ));
        }
    }
    fs::write(css, rules).map_err(|error| format!("{}: {error}", css.display()))
}

/// The characters of a language's sentences on the screens and in the default office.
fn wanted_codes(root: &Path, language: &str) -> Result<BTreeSet<u32>, String> {
    let sentences = root.join(format!("server/web/shared/i18n/resident/{language}.ts"));
    let mut text =
        fs::read_to_string(&sentences).map_err(|e| format!("{}: {e}", sentences.display()))?;
    for file in ["office.toml", "errands.toml", "procedures.toml"] {
        let path = root.join("server/default-office").join(file);
        let setup = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let marker = format!(".{language} ");
        let lines = setup.lines().filter(|line| line.contains(&marker));
        lines.for_each(|line| text.push_str(line));
    }
    Ok(text.chars().map(u32::from).filter(|code| *code >= FIRST_CODE).collect())
}

/// `[12]` → 12; named slices such as `latin` come from other fonts.
fn slice_number(name: &str) -> Option<u32> {
    name.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

/// Whether a CSS `unicode-range` holds one of the wanted code points.
fn holds_any(range: &str, wanted: &BTreeSet<u32>) -> bool {
    range
        .split(',')
        .filter_map(code_range)
        .any(|(first, last)| first <= last && wanted.range(first..=last).next().is_some())
}

/// `U+4e00-4e0f` or `U+4e00`.
fn code_range(text: &str) -> Option<(u32, u32)> {
    let codes = text.trim().strip_prefix("U+")?;
    let (first, last) = codes.split_once('-').unwrap_or((codes, codes));
    Some((u32::from_str_radix(first, 16).ok()?, u32::from_str_radix(last, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_is_taken_for_one_of_its_characters_and_left_without() {
        let wanted = BTreeSet::from([u32::from('请')]);
        assert!(holds_any("U+4e00,U+8bf0-8bff", &wanted));
        assert!(!holds_any("U+4e00,U+8c00-8cff", &wanted));
        assert_eq!(slice_number("[117]"), Some(117));
        assert_eq!(slice_number("latin"), None);
    }
}
