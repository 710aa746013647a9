//! The keys an office file declares, so that what refers to them can be checked.

use domain::id::Key;
use toml::Spanned;
use toml::de::DeTable;

use super::table::{Field, Quotes, Table, one_of};

/// A list whose entries others refer to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum List {
    Sections,
    Units,
    Queues,
    Errands,
    Bells,
    Counters,
    Kiosks,
    Procedures,
}

impl List {
    /// The list's name in the file, and that of the key within its entries.
    fn keys(self) -> (&'static str, &'static str) {
        match self {
            List::Sections => ("sections", "id"),
            List::Units => ("units", "id"),
            List::Queues => ("queues", "id"),
            List::Errands => ("errands", "id"),
            List::Bells => ("bells", "id"),
            List::Counters => ("counters", "id"),
            List::Kiosks => ("kiosks", "id"),
            List::Procedures => ("procedures", "code"),
        }
    }

    /// What one entry is.
    pub(super) fn noun(self) -> &'static str {
        match self {
            List::Sections => "a section",
            List::Units => "a unit",
            List::Queues => "a queue",
            List::Errands => "an errand",
            List::Bells => "a bell",
            List::Counters => "a counter",
            List::Kiosks => "a kiosk",
            List::Procedures => "the code of a procedure",
        }
    }
}

/// Everything an office file declares.
///
/// It is read before anything else, and from the text alone: an entry with a mistake in it is
/// still there for others to refer to.
#[derive(Debug)]
pub(super) struct Names<'a> {
    root: &'a DeTable<'a>,
}

impl<'a> Names<'a> {
    /// Prepares to look names up.
    pub(super) fn new(root: &'a Spanned<DeTable<'a>>) -> Names<'a> {
        Names { root: root.get_ref() }
    }

    /// The keys of a list, in the order of the file.
    pub(super) fn of(&self, list: List) -> impl Iterator<Item = &'a str> {
        let (name, key) = list.keys();
        let list = self.root.get(name);
        // A single table in place of the list is a mistake that is reported elsewhere.
        let single = list.filter(|list| list.get_ref().is_table());
        let entries = list.and_then(|list| list.get_ref().as_array());
        entries
            .into_iter()
            .flat_map(|entries| entries.iter())
            .chain(single)
            .filter_map(move |entry| entry.get_ref().as_table()?.get(key)?.get_ref().as_str())
    }

    /// The key a field refers to, which must be one of `list`.
    pub(super) fn resolve(&self, field: &Field<'_>, list: List) -> Option<Key> {
        let text = field.string(list.noun())?;
        if !self.of(list).any(|name| name == text) {
            let what = format!("{} is not {}", field.quote(), list.noun());
            field.misfit(what, self.choices(list, text, Quotes::Double));
            return None;
        }
        Key::new(text)
    }

    /// Says what could have been named instead of `text`.
    pub(super) fn choices(&self, list: List, text: &str, quotes: Quotes) -> String {
        let (name, _) = list.keys();
        match self.of(list).next() {
            Some(_) => one_of(text, self.of(list), quotes),
            None => format!("an entry of [[{name}]], but there is none"),
        }
    }

    /// The key under `name`, which must be there and one of `list`.
    pub(super) fn required(
        &self,
        table: &mut Table<'_>,
        name: &'static str,
        list: List,
    ) -> Option<Key> {
        let field = table.required(name)?;
        self.resolve(&field, list)
    }

    /// The key under `name`, where there is one.
    pub(super) fn optional(
        &self,
        table: &mut Table<'_>,
        name: &'static str,
        list: List,
    ) -> Option<Key> {
        let field = table.optional(name)?;
        self.resolve(&field, list)
    }

    /// The keys under `name`; none when it is left out.
    pub(super) fn several(
        &self,
        table: &mut Table<'_>,
        name: &'static str,
        list: List,
    ) -> Vec<Key> {
        let Some(field) = table.optional(name) else {
            return Vec::new();
        };
        let items = field.items(&format!("a list, each {}", list.noun()));
        let mut keys = Vec::new();
        for item in items {
            let Some(key) = self.resolve(&item, list) else {
                continue;
            };
            if keys.contains(&key) {
                item.misfit(format!("\"{key}\" is listed twice"), "each only once");
            } else {
                keys.push(key);
            }
        }
        keys
    }
}

/// The entry's own key; a stand-in that is nobody's when it cannot be read.
pub(super) fn own_key(entry: &mut Table<'_>, name: &'static str) -> Key {
    let key = entry.required(name).and_then(|field| field.key());
    key.unwrap_or_else(|| stand_in(entry.at))
}

/// A key in place of one that could not be read. The mistake is reported already, so the setup
/// is never used; this only lets the rest be checked.
pub(super) fn stand_in(at: usize) -> Key {
    let key = Key::new(&format!("unread-{at}"));
    key.expect("a file has less than ten to the power of sixteen bytes")
}
