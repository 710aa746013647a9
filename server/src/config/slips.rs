//! What an office file says about slips. None of it enters the log: how a slip looks is no part of
//! the office's history.

use std::collections::BTreeMap;
use std::path::Path;

use domain::id::{ErrandId, Key, KioskId, SectionId};
use domain::setup::Text;
use kiosk::layout::{Entry, Layout, STANDARD, Size};
use kiosk::slip::{Kind, Part};
use printer_driver::document::{
    PICTURE_HEIGHT_DOTS_MAX, PICTURE_WIDTH_DOTS_MAX, PNG_BYTES_MAX, Picture,
};

use super::OfficeFile;
use super::error::ConfigError;
use super::names::{List, Names};
use super::suggestion::nearest;
use super::table::{Field, Quotes, Table, one_of};

/// Longest base address of the phone page in bytes: with a token of 26 it still fits a QR code.
const PHONE_URL_BYTES_MAX: usize = 160;
/// Most reminders: a slip is no notice board.
const REMINDERS_MAX: usize = 5;
/// Most layouts an office adds.
const LAYOUTS_MAX: usize = 20;
/// Most entries of one kind in one layout: every part once, and rules and spaces between.
const ENTRIES_MAX: usize = 40;

/// How an office's slips look and what they say besides the ticket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SlipSettings {
    /// What stands before a token in a QR code; `None` where the code holds the token alone.
    pub phone_url: Option<String>,
    /// Above the label; empty for nothing.
    pub header: Text,
    /// Below everything else; empty for nothing.
    pub footer: Text,
    /// Reminders on every ticket.
    pub reminders: Vec<Text>,
    /// Where sections are, such as the floor.
    pub places: BTreeMap<SectionId, Text>,
    /// What to have ready in fewer words than the screens', by errand.
    pub brings: BTreeMap<ErrandId, Text>,
    /// The layout each kiosk uses, where it is not the standard one.
    pub kiosks: BTreeMap<KioskId, String>,
    /// Every layout there is: the built-in ones, as changed, then the office's own.
    pub layouts: Vec<Layout>,
    /// Where the logo is kept; a file that is loaded from disk has it in its layouts as well.
    pub logo: Option<LogoLine>,
}

/// Where the logo is kept, as the office file says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogoLine {
    /// A PNG, relative to the office file.
    pub path: String,
    /// The line of the file, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}

impl Default for SlipSettings {
    fn default() -> SlipSettings {
        SlipSettings {
            phone_url: None,
            header: Text::default(),
            footer: Text::default(),
            reminders: Vec::new(),
            places: BTreeMap::new(),
            brings: BTreeMap::new(),
            kiosks: BTreeMap::new(),
            layouts: Layout::built_in(),
            logo: None,
        }
    }
}

impl SlipSettings {
    /// The layout of a name; the standard one where there is none of that name.
    pub fn layout(&self, name: &str) -> &Layout {
        let named = self.layouts.iter().find(|layout| layout.name == name);
        // Built-in layouts are never taken away, so the first is the standard one.
        named.unwrap_or(&self.layouts[0])
    }

    /// The layout that a kiosk uses; the standard one for slips of no kiosk.
    pub fn layout_of(&self, kiosk: Option<KioskId>) -> &Layout {
        let name = kiosk.and_then(|kiosk| self.kiosks.get(&kiosk));
        self.layout(name.map_or(STANDARD, String::as_str))
    }
}

/// Dots across paper of 58 mm, the narrowest of the profiles.
const NARROW_DOTS: u16 = 420;

/// Reads the logo, which stands beside the office file in `dir`. No wider than the narrowest paper
/// that the office's printers name.
pub(super) fn load_logo(office: &OfficeFile, dir: &Path) -> Result<Option<Picture>, ConfigError> {
    let Some(logo) = &office.slips.logo else { return Ok(None) };
    let is_narrow = office.devices.printers.iter().any(|line| line.url.contains("paper=58"));
    let width_max = if is_narrow { NARROW_DOTS } else { PICTURE_WIDTH_DOTS_MAX };
    let expected =
        format!("a PNG of at most {width_max} × {PICTURE_HEIGHT_DOTS_MAX} dots beside this file");
    let mistake = |what: String| ConfigError {
        line: logo.line,
        column: logo.column,
        path: "slips.logo".to_owned(),
        what: format!("\"{}\" {what}", logo.path),
        expected: expected.clone(),
    };
    let path = dir.join(&logo.path);
    let size =
        std::fs::metadata(&path).map_err(|error| mistake(format!("cannot be read ({error})")));
    if size?.len() > PNG_BYTES_MAX as u64 {
        return Err(mistake("is too large a file".to_owned()));
    }
    let file =
        std::fs::read(&path).map_err(|error| mistake(format!("cannot be read ({error})")))?;
    let picture = Picture::from_png_within(&file, width_max);
    picture.map(Some).map_err(|error| mistake(format!("is not usable: failed to {error}")))
}

/// Reads `[slips]`, and `[ticket]` as it was called before.
pub(super) fn slips(root: &mut Table<'_>, names: &Names<'_>) -> SlipSettings {
    let mut settings = SlipSettings::default();
    let table = root.optional("slips").and_then(|field| field.table());
    let mut words = Words::default();
    if let Some(mut table) = table {
        settings.phone_url = phone_url(&mut table);
        settings.logo = logo(&mut table);
        words.read(&mut table);
        settings.reminders = reminders(&mut table);
        settings.places = places(&mut table, names);
        layouts(&mut table, &mut settings.layouts);
        settings.kiosks = kiosks(&mut table, names, &settings.layouts);
        table.finish();
    }
    if let Some(mut table) = root.optional("ticket").and_then(|field| field.table()) {
        words.read(&mut table);
        table.finish();
    }
    settings.header = words.header.map(|(text, _)| text).unwrap_or_default();
    settings.footer = words.footer.map(|(text, _)| text).unwrap_or_default();
    settings
}

/// The office's own words, which may stand in `[slips]` or in `[ticket]`, but not in both.
#[derive(Default)]
struct Words {
    header: Option<(Text, usize)>,
    footer: Option<(Text, usize)>,
}

impl Words {
    fn read(&mut self, table: &mut Table<'_>) {
        let header = table.optional("header");
        take(&mut self.header, header);
        let footer = table.optional("footer");
        take(&mut self.footer, footer);
    }
}

fn take(taken: &mut Option<(Text, usize)>, field: Option<Field<'_>>) {
    let Some(field) = field else { return };
    if let Some((_, line)) = taken {
        let what = format!("this is already said on line {line}");
        return field.misfit(what, "it only once: in [slips]; [ticket] is its former name");
    }
    let (line, _) = field.place();
    *taken = Some((field.text().unwrap_or_default(), line));
}

fn phone_url(table: &mut Table<'_>) -> Option<String> {
    let field = table.optional("phone_url")?;
    let expected = "an address such as \"http://192.0.2.1:8080/t/\", to which a token is added";
    let url = field.string(expected)?;
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let has_host = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'));
    if !has_host || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        field.wrong(format!("{} is not an address", field.quote()), expected);
    } else if !url.ends_with(['/', '=']) {
        field.wrong(format!("{} ends in a word", field.quote()), "a \"/\" or \"=\" at its end");
    } else if url.len() > PHONE_URL_BYTES_MAX {
        let what = format!("the address has {} bytes", url.len());
        field.wrong(what, format!("at most {PHONE_URL_BYTES_MAX}"));
    } else {
        return Some(url.to_owned());
    }
    None
}

fn logo(table: &mut Table<'_>) -> Option<LogoLine> {
    let field = table.optional("logo")?;
    let expected = "the name of a PNG file beside this one, such as \"logo.png\"";
    let path = field.string(expected)?;
    if !path.ends_with(".png") || path.starts_with('/') || path.chars().any(char::is_control) {
        field.wrong(format!("{} is not a PNG beside this file", field.quote()), expected);
        return None;
    }
    let (line, column) = field.place();
    Some(LogoLine { path: path.to_owned(), line, column })
}

fn reminders(table: &mut Table<'_>) -> Vec<Text> {
    let Some(field) = table.optional("reminders") else {
        return Vec::new();
    };
    let items = field.items("a list of texts, such as [\"…\", { ja = \"…\", en = \"…\" }]");
    if items.len() > REMINDERS_MAX {
        let what = format!("there are {} reminders", items.len());
        field.wrong(what, format!("at most {REMINDERS_MAX}"));
    }
    items.into_iter().filter_map(|item| item.text()).collect()
}

fn places(table: &mut Table<'_>, names: &Names<'_>) -> BTreeMap<SectionId, Text> {
    let mut places = BTreeMap::new();
    let Some(table) = table.optional("places").and_then(|field| field.table()) else {
        return places;
    };
    for (section, at, field) in table.pairs() {
        known(&table, names, List::Sections, section, at, &field);
        if let (Some(text), Some(key)) = (field.text(), Key::new(section)) {
            places.insert(SectionId(key), text);
        }
    }
    places
}

fn kiosks(
    table: &mut Table<'_>,
    names: &Names<'_>,
    layouts: &[Layout],
) -> BTreeMap<KioskId, String> {
    let mut kiosks = BTreeMap::new();
    let Some(table) = table.optional("kiosks").and_then(|field| field.table()) else {
        return kiosks;
    };
    for (kiosk, at, field) in table.pairs() {
        known(&table, names, List::Kiosks, kiosk, at, &field);
        let existing = || layouts.iter().map(|layout| layout.name.as_str());
        let Some(name) = field.string(&one_of("", existing(), Quotes::Double)) else { continue };
        if !existing().any(|layout| layout == name) {
            let what = format!("{} is not a layout", field.quote());
            field.misfit(what, one_of(name, existing(), Quotes::Double));
        } else if let Some(key) = Key::new(kiosk) {
            kiosks.insert(KioskId(key), name.to_owned());
        }
    }
    kiosks
}

/// Reports a key that must name an entry of `list` and does not.
fn known(
    table: &Table<'_>,
    names: &Names<'_>,
    list: List,
    key: &str,
    at: usize,
    field: &Field<'_>,
) {
    if !names.of(list).any(|name| name == key) {
        let what = format!("\"{}\" is not {}", key.escape_debug(), list.noun());
        let expected = names.choices(list, key, Quotes::None);
        table.source().wrong_whole(at, &field.path, what, expected);
    }
}

/// Reads `[slips.layouts]`: a built-in name changes that layout, another adds one.
fn layouts(table: &mut Table<'_>, layouts: &mut Vec<Layout>) {
    let Some(table) = table.optional("layouts").and_then(|field| field.table()) else {
        return;
    };
    let pairs = table.pairs();
    if pairs.len() > LAYOUTS_MAX {
        let what = format!("there are {} layouts", pairs.len());
        let expected = format!("at most {LAYOUTS_MAX}");
        table.source().wrong_whole(table.at, &table.path, what, expected);
    }
    for (name, at, field) in pairs.into_iter().take(LAYOUTS_MAX) {
        if Key::new(name).is_none() {
            let what = format!("\"{}\" cannot name a layout", name.escape_debug());
            let expected = "1 to 23 letters a–z A–Z, digits, - and _";
            table.source().wrong_whole(at, &field.path, what, expected);
            continue;
        }
        let Some(mut kinds) = field.table() else { continue };
        let index = match layouts.iter().position(|layout| layout.name == name) {
            Some(index) => index,
            None => {
                let (name, kinds) = (name.to_owned(), BTreeMap::new());
                layouts.push(Layout { name, kinds, logo: None });
                layouts.len() - 1
            }
        };
        for kind in Kind::ALL {
            if let Some(entries) = entries(&mut kinds, kind) {
                layouts[index].kinds.insert(kind, entries);
            }
        }
        kinds.finish();
    }
}

/// Reads the entries of one kind of slip.
fn entries(kinds: &mut Table<'_>, kind: Kind) -> Option<Vec<Entry>> {
    let field = kinds.optional(kind.name())?;
    let expected = "a list of parts, such as [\"label\", { part = \"errand\", size = \"large\" }]";
    let items = field.items(expected);
    if items.len() > ENTRIES_MAX {
        let what = format!("there are {} parts", items.len());
        field.wrong(what, format!("at most {ENTRIES_MAX}"));
        return None;
    }
    let mut entries: Vec<Entry> = Vec::new();
    for item in &items {
        let Some(entry) = entry(item, kind) else { continue };
        let twice = entries.iter().any(|other| other.part == entry.part);
        if twice && !entry.part.repeats() {
            item.misfit(format!("{} is listed twice", entry.part.name()), "each part only once");
            continue;
        }
        entries.push(entry);
    }
    let required = Part::required(kind);
    // A part that was meant but misspelt, or has a wrong size, is told as such.
    let is_required = |item: &Field<'_>| {
        let names = Part::of(kind).iter().map(|part| part.name());
        let word = part_word(item);
        word.and_then(|word| nearest(word, names)) == Some(required.name())
    };
    if field.is_list() && !items.iter().any(is_required) {
        let what = format!("\"{}\" is missing", required.name());
        field.wrong(what, "it among the parts: without it the slip is of no use");
    }
    Some(entries)
}

/// The word by which an item names its part, if it has one.
fn part_word<'a>(item: &Field<'a>) -> Option<&'a str> {
    if !item.is_table() {
        return item.word();
    }
    item.table()?.optional("part")?.word()
}

/// Reads `"label"` or `{ part = "errand", size = "large" }`.
fn entry(item: &Field<'_>, kind: Kind) -> Option<Entry> {
    let parts: Vec<(&'static str, Part)> =
        Part::of(kind).iter().map(|part| (part.name(), *part)).collect();
    if !item.is_table() {
        return Some(Entry { part: item.choice(&parts)?, size: Size::Small });
    }
    let mut table = item.table()?;
    let part = table.required("part").and_then(|field| field.choice(&parts));
    let size = table.optional("size").map(|field| field.choice(&Size::NAMED));
    table.finish();
    Some(Entry { part: part?, size: size.unwrap_or(Some(Size::Small))? })
}
