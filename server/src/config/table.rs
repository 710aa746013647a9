//! Reading tables and values, so that one mistake never hides the next.
//!
//! Every reader answers `Option`: `None` means that the mistake is already in the
//! [`Source`]. Callers go on with a stand-in and never report twice.

use domain::id::Key;
use domain::label::Letter;
use domain::language::Language;
use domain::setup::Text;
use domain::time::{Date, MinuteOfDay};
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::source::Source;
use super::suggestion::nearest;

/// Longest text for people, in characters: four lines on a kiosk button or a slip.
pub(super) const TEXT_CHARS_MAX: usize = 300;
/// Most entries of one list: far beyond any office, and bounds the work on a hostile file.
pub(super) const ENTRIES_MAX: usize = 500;

/// A table being read. It remembers what was asked for, so that what was not is unknown.
#[derive(Debug)]
pub(super) struct Table<'a> {
    source: &'a Source<'a>,
    table: &'a DeTable<'a>,
    /// Where the table begins.
    pub(super) at: usize,
    /// What the table is, such as `queues.enrol`; empty for the file itself.
    pub(super) path: String,
    asked: Vec<&'static str>,
}

/// A value being read.
#[derive(Clone, Debug)]
pub(super) struct Field<'a> {
    source: &'a Source<'a>,
    value: &'a Spanned<DeValue<'a>>,
    /// What the value is, such as `queues.enrol.letter`.
    pub(super) path: String,
}

impl<'a> Table<'a> {
    /// Begins with the file itself.
    pub(super) fn root(source: &'a Source<'a>, table: &'a Spanned<DeTable<'a>>) -> Table<'a> {
        Table { source, table: table.get_ref(), at: 0, path: String::new(), asked: Vec::new() }
    }

    /// The file this table is part of.
    pub(super) fn source(&self) -> &'a Source<'a> {
        self.source
    }

    /// The value of a key that may be left out.
    pub(super) fn optional(&mut self, name: &'static str) -> Option<Field<'a>> {
        if !self.asked.contains(&name) {
            self.asked.push(name);
        }
        self.table.get(name).map(|value| Field {
            source: self.source,
            value,
            path: self.path_of(name),
        })
    }

    /// The value of a key that must be there.
    pub(super) fn required(&mut self, name: &'static str) -> Option<Field<'a>> {
        let field = self.optional(name);
        if field.is_none() {
            let path = self.path_of(name);
            let expected = format!("a line {name} = …");
            self.source.wrong_whole(self.at, &path, "this is missing", expected);
        }
        field
    }

    /// The table under a key that must be there.
    pub(super) fn required_table(&mut self, name: &'static str) -> Option<Table<'a>> {
        let field = self.optional(name);
        if field.is_none() {
            let path = self.path_of(name);
            let expected = if self.path.is_empty() || path.starts_with("calendar.") {
                format!("a table [{path}]")
            } else {
                format!("a line {name} = {{ … }}")
            };
            self.source.wrong_whole(self.at, &path, "this is missing", expected);
        }
        field?.table()
    }

    /// The entries of a list of tables, each named by its own `key`.
    ///
    /// Keys that repeat are reported here: everything else finds an entry by its key.
    pub(super) fn entries(&mut self, name: &'static str, key: &'static str) -> Vec<Table<'a>> {
        let Some(field) = self.optional(name) else {
            return Vec::new();
        };
        let expected = format!("a list of tables: [[{name}]]");
        let mut seen: Vec<(String, usize)> = Vec::new();
        let mut entries = Vec::new();
        for item in field.items(&expected) {
            let Some(mut entry) = item.table() else {
                continue;
            };
            if let Some(id) = entry.table.get(key)
                && let Some(text) = id.get_ref().as_str()
            {
                if Key::new(text).is_some() {
                    entry.path = format!("{}.{text}", self.path_of(name));
                }
                let at = id.span().start;
                if let Some((_, first)) = seen.iter().find(|(known, _)| known == text) {
                    let line = self.source.line(*first);
                    self.source.wrong_whole(
                        at,
                        &format!("{}.{key}", entry.path),
                        format!("\"{text}\" is already taken on line {line}"),
                        "a key of its own",
                    );
                }
                seen.push((text.to_owned(), at));
            }
            entries.push(entry);
        }
        entries
    }

    /// Every key and value, in the order of the file, for tables whose keys are data.
    pub(super) fn pairs(&self) -> Vec<(&'a str, usize, Field<'a>)> {
        let mut pairs: Vec<_> = self.table.iter().collect();
        pairs.sort_by_key(|(key, _)| key.span().start);
        pairs
            .into_iter()
            .map(|(key, value)| {
                let name: &'a str = key.get_ref();
                let field = Field { source: self.source, value, path: self.path_of(name) };
                (name, key.span().start, field)
            })
            .collect()
    }

    /// Reports keys nobody asked for. Call it when everything has been asked.
    pub(super) fn finish(self) {
        for (name, at, _) in self.pairs() {
            if !self.asked.contains(&name) {
                let what = format!("unknown key \"{}\"", name.escape_debug());
                let expected = one_of(name, self.asked.iter().copied(), Quotes::None);
                self.source.wrong_whole(at, &self.path_of(name), what, expected);
            }
        }
    }

    fn path_of(&self, name: &str) -> String {
        let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
        if self.path.is_empty() { name } else { format!("{}.{name}", self.path) }
    }
}

impl<'a> Field<'a> {
    /// Where the value begins.
    pub(super) fn at(&self) -> usize {
        self.value.span().start
    }

    /// The line and column where the value begins, from 1.
    pub(super) fn place(&self) -> (usize, usize) {
        self.source.place(self.at())
    }

    /// Reports that the value is wrong in itself.
    pub(super) fn wrong(&self, what: impl AsRef<str>, expected: impl AsRef<str>) {
        self.source.wrong_value(self.at(), &self.path, what, expected);
    }

    /// Reports that the value does not fit the rest of the file.
    pub(super) fn misfit(&self, what: impl AsRef<str>, expected: impl AsRef<str>) {
        self.source.wrong_whole(self.at(), &self.path, what, expected);
    }

    /// The value as it stands in the file, shortened.
    pub(super) fn quote(&self) -> String {
        match self.value.get_ref() {
            DeValue::Array(_) => "a list".to_owned(),
            DeValue::Table(_) => "a table".to_owned(),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => self.source.excerpt(self.value.span()),
        }
    }

    /// Text that is not for people: a key, a time, a choice.
    pub(super) fn string(&self, expected: &str) -> Option<&'a str> {
        let text = self.value.get_ref().as_str();
        if text.is_none() {
            self.wrong(format!("{} is not text in quotes", self.quote()), expected);
        }
        text
    }

    /// A whole number from `min` to `max`.
    pub(super) fn number<N: TryFrom<i64>>(&self, min: i64, max: i64) -> Option<N> {
        let expected = format!("a whole number from {min} to {max}");
        let Some(integer) = self.value.get_ref().as_integer() else {
            self.wrong(format!("{} is not a whole number", self.quote()), expected);
            return None;
        };
        let number = integer_value(integer)
            .filter(|number| (min..=max).contains(number))
            .and_then(|number| N::try_from(number).ok());
        if number.is_none() {
            self.wrong(format!("{} is out of range", self.quote()), expected);
        }
        number
    }

    /// `true` or `false`.
    pub(super) fn flag(&self) -> Option<bool> {
        let flag = self.value.get_ref().as_bool();
        if flag.is_none() {
            let what = format!("{} is neither true nor false", self.quote());
            self.wrong(what, "true or false");
        }
        flag
    }

    /// One of the given words.
    pub(super) fn choice<T: Copy>(&self, choices: &[(&'static str, T)]) -> Option<T> {
        let words = || choices.iter().map(|(word, _)| *word);
        let text = self.string(&one_of("", words(), Quotes::Double))?;
        let chosen = choices.iter().find(|(word, _)| *word == text);
        if chosen.is_none() {
            let what = format!("{} is not one of the choices", self.quote());
            self.wrong(what, one_of(text, words(), Quotes::Double));
        }
        chosen.map(|(_, value)| *value)
    }

    /// A key: what the log remembers a thing by.
    pub(super) fn key(&self) -> Option<Key> {
        let expected = "a key of 1 to 23 letters a–z A–Z, digits, - and _";
        let text = self.string(expected)?;
        let key = Key::new(text);
        if key.is_none() {
            self.wrong(format!("{} is not a key", self.quote()), expected);
        }
        key
    }

    /// The letter of a queue.
    pub(super) fn letter(&self) -> Option<Letter> {
        let expected = "one letter A–Z";
        let text = self.string(expected)?;
        let mut characters = text.chars();
        let letter = characters.next().and_then(Letter::new);
        let letter = letter.filter(|_| characters.next().is_none());
        if letter.is_none() {
            self.wrong(format!("{} is not a letter", self.quote()), expected);
        }
        letter
    }

    /// A time of day.
    pub(super) fn time(&self) -> Option<MinuteOfDay> {
        let expected = "a time from \"00:00\" to \"24:00\", such as \"08:30\"";
        let text = self.string(expected)?;
        let time = parse_time(text);
        if time.is_none() {
            self.wrong(format!("{} is not a time of day", self.quote()), expected);
        }
        time
    }

    /// A date.
    pub(super) fn date(&self) -> Option<Date> {
        let expected = "a date such as \"2027-05-06\"";
        let text = self.string(expected)?;
        let date = parse_date(text);
        if date.is_none() {
            self.wrong(format!("{} is not a date", self.quote()), expected);
        }
        date
    }

    /// A day of every year.
    pub(super) fn yearly_day(&self) -> Option<(u8, u8)> {
        let expected = "a month and a day such as \"12-29\"";
        let text = self.string(expected)?;
        // A leap year, so that 29 February can be named.
        let day = parse_date(&format!("2000-{text}")).map(|date| (date.month(), date.day()));
        if day.is_none() {
            self.wrong(format!("{} is not a day of the year", self.quote()), expected);
        }
        day
    }

    /// The tag of a language.
    pub(super) fn language(&self) -> Option<Language> {
        let tags = || Language::ALL.into_iter().map(Language::tag);
        let text = self.string(&one_of("", tags(), Quotes::Double))?;
        let language = Language::from_tag(text);
        if language.is_none() {
            let what = format!("{} is not a language of this system", self.quote());
            self.wrong(what, one_of(text, tags(), Quotes::Double));
        }
        language
    }

    /// Words for people: Japanese alone as text, or a table of languages with Japanese in it.
    pub(super) fn text(&self) -> Option<Text> {
        let mut text = Text::default();
        if self.value.get_ref().is_str() {
            text.0.insert(Language::Japanese, self.words()?);
            return Some(text);
        }
        if !self.value.get_ref().is_table() {
            let what = format!("{} is not text", self.quote());
            self.wrong(what, "text in quotes, or a table of languages");
            return None;
        }
        let table = self.table()?;
        for (tag, at, field) in table.pairs() {
            let Some(language) = Language::from_tag(tag) else {
                let tags = Language::ALL.into_iter().map(Language::tag);
                let what = format!("\"{}\" is not a language of this system", tag.escape_debug());
                let expected = one_of(tag, tags, Quotes::None);
                self.source.wrong_whole(at, &field.path, what, expected);
                continue;
            };
            if let Some(words) = field.words() {
                text.0.insert(language, words);
            }
        }
        let japanese = format!("{}.ja", self.path);
        if !text.0.contains_key(&Language::Japanese) && !self.source.blames(&japanese) {
            self.source.wrong_whole(
                self.at(),
                &japanese,
                "this is missing",
                "Japanese words, which every other language falls back to",
            );
        }
        Some(text)
    }

    /// Words for people in one language.
    pub(super) fn words(&self) -> Option<String> {
        let expected = "text in quotes";
        let text = self.string(expected)?;
        let length = text.chars().count();
        if text.trim().is_empty() {
            self.wrong("there are no words", "at least one word");
        } else if length > TEXT_CHARS_MAX {
            let what = format!("the text has {length} characters");
            self.wrong(what, format!("at most {TEXT_CHARS_MAX}"));
        } else if text.chars().any(|c| c.is_control() && c != '\n') {
            self.wrong(
                "the text holds a control character",
                "printable characters and line breaks only",
            );
        } else {
            return Some(text.to_owned());
        }
        None
    }

    /// The table this value is.
    pub(super) fn table(&self) -> Option<Table<'a>> {
        let DeValue::Table(table) = self.value.get_ref() else {
            self.wrong(format!("{} is not a table", self.quote()), "a table");
            return None;
        };
        Some(Table {
            source: self.source,
            table,
            at: self.at(),
            path: self.path.clone(),
            asked: Vec::new(),
        })
    }

    /// The items of the list this value is.
    pub(super) fn items(&self, expected: &str) -> Vec<Field<'a>> {
        let DeValue::Array(items) = self.value.get_ref() else {
            self.wrong(format!("{} is not a list", self.quote()), expected);
            return Vec::new();
        };
        if items.len() > ENTRIES_MAX {
            let what = format!("the list has {} entries", items.len());
            self.wrong(what, format!("at most {ENTRIES_MAX}"));
        }
        let numbered = items.iter().take(ENTRIES_MAX).enumerate();
        numbered
            .map(|(index, value)| Field {
                source: self.source,
                value,
                path: format!("{}[{}]", self.path, index + 1),
            })
            .collect()
    }

    /// Whether the value is a table.
    pub(super) fn is_table(&self) -> bool {
        self.value.get_ref().is_table()
    }

    /// Whether the value is a list.
    pub(super) fn is_list(&self) -> bool {
        self.value.get_ref().is_array()
    }

    /// The value where it is text; what else it is, is no mistake here.
    pub(super) fn word(&self) -> Option<&'a str> {
        self.value.get_ref().as_str()
    }

    /// Whether the value is the text `word`.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.value.get_ref().as_str() == Some(word)
    }
}

/// Whether the words of a list of choices are written in quotes in the file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Quotes {
    None,
    Double,
}

/// Says what there is to choose from, and the nearest to `word` if one is near.
pub(super) fn one_of<'c>(
    word: &str,
    choices: impl Iterator<Item = &'c str>,
    quotes: Quotes,
) -> String {
    let quote = |choice: &str| match quotes {
        Quotes::None => choice.to_owned(),
        Quotes::Double => format!("\"{choice}\""),
    };
    let choices: Vec<&str> = choices.collect();
    let listed: Vec<String> =
        choices.iter().take(CHOICES_MAX).map(|choice| quote(choice)).collect();
    let mut said = match listed.as_slice() {
        [] => "nothing here".to_owned(),
        [only] => only.clone(),
        several => format!("one of {}", several.join(", ")),
    };
    if choices.len() > CHOICES_MAX {
        said.push_str(", …");
    }
    // With one choice there is nothing to guess.
    if choices.len() > 1
        && let Some(nearest) = nearest(word, choices)
    {
        said.push_str(&format!("; did you mean {}?", quote(nearest)));
    }
    said
}

/// Most choices listed in one message: more would not be read.
const CHOICES_MAX: usize = 20;

fn integer_value(integer: &DeInteger<'_>) -> Option<i64> {
    let digits = integer.as_str().replace('_', "");
    i64::from_str_radix(&digits, integer.radix()).ok()
}

/// Reads `08:30` or `8:30`.
fn parse_time(text: &str) -> Option<MinuteOfDay> {
    let (hour, minute) = text.split_once(':')?;
    let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if !(1..=2).contains(&hour.len()) || minute.len() != 2 || !plain(hour) || !plain(minute) {
        return None;
    }
    MinuteOfDay::new(hour.parse().ok()?, minute.parse().ok()?)
}

/// Reads `2027-05-06`.
fn parse_date(text: &str) -> Option<Date> {
    let plain = |(index, byte): (usize, u8)| match index {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    if text.len() != 10 || !text.bytes().enumerate().all(plain) {
        return None;
    }
    let month = text[5..7].parse().ok()?;
    Date::new(text[..4].parse().ok()?, month, text[8..].parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::{parse_date, parse_time};

    #[test]
    fn times_are_read_as_people_write_them_and_nothing_else_is() {
        let minutes = |text| parse_time(text).map(domain::time::MinuteOfDay::minutes);
        assert_eq!(minutes("08:30"), Some(510));
        assert_eq!(minutes("8:30"), Some(510));
        assert_eq!(minutes("24:00"), Some(1_440));
        for wrong in ["25:00", "24:01", "12:60", "12:5", "12", "", "-1:00", "+1:00", "８:30"] {
            assert_eq!(minutes(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn dates_must_exist() {
        assert!(parse_date("2028-02-29").is_some());
        for wrong in ["2027-02-29", "2027-13-01", "2027-4-1", "27-04-01", "二千年-04-01", ""] {
            assert_eq!(parse_date(wrong), None, "{wrong}");
        }
    }
}
